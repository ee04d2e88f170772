import ArgumentParser
import Casework
import SyncCore

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "What there is to get, from whom, and for whom.",
        subcommands: [
            PolicyList.self, PolicyShow.self, PolicyChanges.self, PolicyCheck.self,
            PolicyVersions.self, PolicyExport.self,
        ])
}

struct PolicyVersions: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "The office's rules as far as this machine has heard.",
        discussion: "The last one holds. Stored results name the digest of theirs.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let known = try desk.knownRules()
        var table = Table([
            .init(title: desk.console.text(RulePhrase.version), isRight: true),
            .init(title: desk.console.text(RulePhrase.published)), .init(title: ""),
        ])
        for rules in known {
            let day =
                rules.publishedOn.map { "\($0)" } ?? desk.console.text(RulePhrase.ownRules)
            table.add([
                Line("\(rules.version)", .strong), Line(day), Line("\(rules.digest)", .dim),
            ])
            desk.console.item(
                "version",
                [
                    "version": .integer(Int64(rules.version)),
                    "published_on": rules.publishedOn.map { .string("\($0)") } ?? .null,
                    "digest": .string("\(rules.digest)"),
                ])
        }
        desk.console.result(table)
        desk.console.summarise(["inUse": .integer(Int64(known.last?.version ?? 0))])
        return .done
    }
}

struct PolicyExport: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write out a catalogue as it was published, to begin from.",
        discussion: "hazama policy export > rules.json; the office imports it once it is changed.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "This version; left out, the newest.")
    var rules: Int?

    func run(at desk: Desk) async throws -> ExitStatus {
        let chosen = try desk.rules(version: rules)
        let text =
            try chosen.record.map(desk.text(of:)) ?? Array(Casework.Catalogue.shippedText.utf8)
        ThisProcess.write(text + [0x0a], to: 1)
        return .done
    }
}

struct PolicyList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List programmes and their documents.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "Only of this department: CA, MI, HR, ED, HO, HE, DP, TU, WF, YL, RC.")
    var department: String?
    @Option(
        help: "Only of this kind: basic, gateway, supplement, emergency, welfare, social, special.")
    var kind: String?
    @Option(help: "Only what asks for this fact, or has this in a name.")
    var search: String?
    @Flag(help: "Documents that are not in force on the day as well.")
    var all = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let catalogue = try desk.catalogue(policy)
        let words = desk.words(catalogue)
        let day = try policy.asOf.map(desk.typed.day) ?? desk.today
        var table = Table([
            .init(title: "id"), .init(title: desk.console.text(PolicyPhrase.department)),
            .init(title: desk.console.text(PolicyPhrase.programme), minimum: 20),
            .init(title: desk.console.text(PolicyPhrase.standing)),
        ])
        var (programmes, documents) = (0, 0)
        for programme in catalogue.programmes {
            let papers = catalogue.documents.filter { document in
                document.programme == programme.id && (all || document.isInForce(on: day))
                    && isWanted(
                        document.name, document.department, programme.pillar, document.rule,
                        catalogue)
            }
            let isShown =
                isWanted(
                    programme.name, programme.department, programme.pillar, programme.rule,
                    catalogue)
            guard isShown || !papers.isEmpty else { continue }
            programmes += 1
            documents += papers.count
            table.add([
                Line(programme.id, .strong), Line(programme.department),
                Line(words.text(programme.name), .strong),
                Line(desk.console.text(programme.standing.phrase)),
            ])
            desk.console.item(
                "programme",
                [
                    "id": .string(programme.id), "department": .string(programme.department),
                    "name": .string(words.text(programme.name)),
                    "pillar": .string(programme.pillar),
                    "unit": .string(programme.unit == .household ? "household" : "person"),
                    "standing": .string(programme.standing.rawValue),
                ])
            for document in papers {
                let isCurrent = document.isInForce(on: day)
                table.add([
                    Line("  " + document.id), Line(document.department),
                    Line(words.text(document.name), isCurrent ? .plain : .dim),
                    Line(desk.console.text(isCurrent ? document.standing.phrase : .notInForce)),
                ])
                desk.console.item("document", document.members(words, day))
            }
        }
        desk.console.result(table)
        desk.console.summarise([
            "programmes": .integer(Int64(programmes)), "documents": .integer(Int64(documents)),
            "departments": .integer(Int64(catalogue.departments.count)),
            "asOf": .string("\(day)"), "catalogue": .string("\(catalogue.digest)"),
        ])
        return .done
    }

    private func isWanted(
        _ name: CatalogueName, _ body: String, _ pillar: String, _ rule: Rule,
        _ catalogue: Casework.Catalogue
    ) -> Bool {
        if let department, department.uppercased() != body { return false }
        if let kind, kind != pillar { return false }
        guard let search = search?.lowercased() else { return true }
        return [name.chinese, name.english, name.japanese].contains {
            $0.lowercased().contains(search)
        }
            || rule.conditions.contains {
                catalogue.facts[$0.fact].key.lowercased().contains(search)
            }
    }
}

struct PolicyShow: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one programme or document with its rule.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The id: P01 or D001.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let catalogue = try desk.catalogue(policy)
        let words = desk.words(catalogue)
        let day = try policy.asOf.map(desk.typed.day) ?? desk.today
        let console = desk.console
        func row(_ phrase: PolicyPhrase, _ text: String) {
            console.result("  \(console.text(phrase), .dim)  \(text)", hanging: 4)
        }
        func papers(_ keys: [String]) -> String {
            keys.compactMap { key in catalogue.papers.first { $0.key == key } }
                .map { words.text($0.name) }.joined(separator: " · ")
        }
        let rule: Rule
        if let programme = catalogue.programme(id.uppercased()) {
            rule = programme.rule
            console.result("\(programme.id, .strong)  \(words.text(programme.name), .strong)")
            row(.department, department(programme.department, catalogue, words))
            row(
                .rule, console.text(programme.unit == .household ? .forHousehold : .forPerson))
            row(.benefit, "\(programme.benefit.kind), \(programme.benefit.basis)")
            row(.papers, papers(programme.papers))
            row(.standing, console.text(programme.standing.phrase))
            console.item(
                "programme",
                [
                    "id": .string(programme.id), "name": .string(words.text(programme.name)),
                    "department": .string(programme.department),
                    "papers": .array(programme.papers.map { .string($0) }),
                    "fields": .array(programme.formFields.map { .string($0) }),
                    "standing": .string(programme.standing.rawValue),
                ])
        } else if let document = catalogue.document(id.uppercased()) {
            rule = document.rule
            console.result("\(document.id, .strong)  \(words.text(document.name), .strong)")
            row(.programme, document.programme)
            row(.department, department(document.department, catalogue, words))
            let force: PolicyPhrase = document.isInForce(on: day) ? .inForce : .notInForce
            let end = document.validTo.map { " – \($0)" } ?? " –"
            row(force, "\(document.validFrom)\(end)")
            if let number = document.number { row(.document, number) }
            if let older = document.supersedes { row(.supersedes, older) }
            row(.benefit, document.benefit)
            row(.papers, papers(document.papers))
            row(.standing, console.text(document.standing.phrase))
            console.item("document", document.members(words, day))
        } else {
            throw desk.noSuchPolicy(id)
        }
        for line in words.lines(rule, on: day, depth: 1) {
            let indent = String(repeating: "  ", count: line.depth)
            console.result("\(indent)\(line.text)", hanging: 2 * line.depth + 2)
        }
        let facts = Set(rule.conditions.map(\.fact)).sorted()
        console.summarise([
            "facts": .array(facts.map { .string(catalogue.facts[$0].key) }),
            "asOf": .string("\(day)"), "catalogue": .string("\(catalogue.digest)"),
        ])
        return .done
    }

    private func department(
        _ id: String, _ catalogue: Casework.Catalogue, _ words: PolicyWords
    ) -> String {
        catalogue.departments.first { $0.id == id }.map { words.text($0.name) } ?? id
    }
}

extension PolicyDocument {
    fileprivate func members(_ words: PolicyWords, _ day: CalendarDate) -> [JSONMember] {
        [
            JSONMember("id", .string(id)), JSONMember("programme", .string(programme)),
            JSONMember("department", .string(department)),
            JSONMember("name", .string(words.text(name))),
            JSONMember("number", number.map { .string($0) } ?? .null),
            JSONMember("from", .string("\(validFrom)")),
            JSONMember("to", validTo.map { .string("\($0)") } ?? .null),
            JSONMember("inForce", .bool(isInForce(on: day))),
            JSONMember("benefit", .string(benefit)),
            JSONMember("papers", .array(papers.map { .string($0) })),
            JSONMember("standing", .string(standing.rawValue)),
        ]
    }
}

struct PolicyChanges: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "What changes between two days: standards, documents, and for whom.",
        discussion: "With --facts also the answers that change for the households of a file.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "The day before: 2021-11-01. Left out, today or --as-of.")
    var from: String?
    @Option(help: "The day after: 2022-07-01.")
    var to: String
    @Option(help: "A file with households, as for check.")
    var facts: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let catalogue = try desk.catalogue(policy)
        let first = try (from ?? policy.asOf).map(desk.typed.day) ?? desk.today
        let last = try desk.typed.day(to)
        let words = desk.words(catalogue)
        var changes = 0
        for parameter in catalogue.parameters {
            let (old, new) = (parameter.value(on: first), parameter.value(on: last))
            guard old?.value != new?.value else { continue }
            changes += 1
            let places = parameter.isMoney ? 2 : 3
            func shown(_ value: DatedValue?) -> String {
                value.map { PolicyWords.decimal($0.value, places: places) } ?? "–"
            }
            let name = words.text(parameter.name)
            desk.console.result(
                "\(parameter.key, .strong)  \(name)  \(shown(old)) → \(shown(new), .strong)")
            desk.console.item(
                "parameter",
                [
                    "key": .string(parameter.key), "before": .string(shown(old)),
                    "after": .string(shown(new)), "unit": .string(parameter.unit),
                    "from": new.map { .string("\($0.from)") } ?? .null,
                ])
        }
        for document in catalogue.documents
        where document.isInForce(on: first) != document.isInForce(on: last) {
            changes += 1
            let word: PolicyPhrase = document.isInForce(on: last) ? .begins : .ends
            desk.console.result(
                "\(document.id, .strong)  \(words.text(document.name))  \(desk.console.text(word))")
            desk.console.item("document", document.members(words, last))
        }
        if changes == 0 {
            desk.console.hint(
                Line(desk.console.text(.nothingChanges, ["from": "\(first)", "to": "\(last)"])))
        }
        let affected = try facts.map { try households($0, catalogue, first, last, desk) } ?? 0
        desk.console.summarise([
            "changes": .integer(Int64(changes)), "households": .integer(Int64(affected)),
            "from": .string("\(first)"), "to": .string("\(last)"),
            "catalogue": .string("\(catalogue.digest)"),
        ])
        return .done
    }

    /// Tells each household whose answers change, and returns how many there are.
    private func households(
        _ path: String, _ catalogue: Casework.Catalogue, _ first: CalendarDate,
        _ last: CalendarDate, _ desk: Desk
    ) throws -> Int {
        let before = try desk.rulebook(catalogue, on: first)
        let after = try desk.rulebook(catalogue, on: last)
        var lines = try LineReader(path, limit: 4_000_000)
        var (number, affected) = (0, 0)
        while let next = try lines.next() {
            number += 1
            guard case .line(let bytes) = next, let line = try? FactsLine(bytes, catalogue.facts)
            else {
                throw Failure(
                    status: .failed, code: DeviceCode.badFacts.rawValue,
                    what: desk.console.text(.badLine, ["n": "\(number)", "text": path]),
                    next: "hazama policy check --facts \(path)")
            }
            let changes = after.answer(for: line.facts).changes(
                since: before.answer(for: line.facts))
            guard !changes.isEmpty else { continue }
            affected += 1
            tell(line, changes, catalogue, desk)
        }
        return affected
    }

    private func tell(
        _ line: FactsLine, _ changes: [AnswerChange], _ catalogue: Casework.Catalogue, _ desk: Desk
    ) {
        let id = line.id.string ?? line.id.text
        for change in changes {
            let programme = catalogue.programmes[change.programme].id
            let word: PolicyPhrase =
                switch change.after {
                case .yes: .wouldGain
                case .unknown: .wouldBeAsked
                case .no: .wouldLose
                }
            let person = line.persons[change.member]
            let name = person.string ?? person.text
            desk.console.result(
                "\(id, .strong)  \(name)  \(programme)  \(desk.console.text(word))")
            desk.console.item(
                "change",
                [
                    "household": line.id, "person": person, "programme": .string(programme),
                    "before": .string(change.before.word), "after": .string(change.after.word),
                ])
        }
    }
}
