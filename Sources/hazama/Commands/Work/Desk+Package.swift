import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// A household's package as it is seen here: what is applied for, and what is still to be asked.
struct PackageSeen {
    let package: HelpPackage
    let household: Household
    let seen: HouseholdSeen
    let rulebook: Rulebook
    let offers: [Offer]
    let sheet: FormSheet
    /// Those of the package, by the forms' places; `nil` where one is drafted only now.
    let applications: [Application?]
}

extension Desk {
    /// The package somebody named, by its id or by its household's: then the last there is.
    func package(_ typed: String) throws -> HelpPackage {
        let (record, collection) = try resolve(typed)
        if collection == .household, let last = try packages(of: record).last { return last }
        guard collection == .package, let package = HelpPackage(try shown(record).state) else {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchRecord.rawValue,
                what: console.text(.noPackage),
                next: console.text(.noPackageNext, ["id": record.short()]))
        }
        return package
    }

    func packages(of household: RecordID) throws -> [HelpPackage] {
        try records(HelpPackage.self, of: household).map(\.record)
            .sorted { ($0.round ?? 0) < ($1.round ?? 0) }
    }

    /// Lays out the forms of a package by what is known today.
    ///
    /// - Parameter agent: who applies for them, where they don't do it themselves.
    func open(
        _ package: HelpPackage, _ policy: PolicyOptions, agent: String? = nil
    ) throws -> PackageSeen {
        guard let home = package.household else { throw StoreError.unknownRecord(package.id) }
        let rulebook = try rulebook(policy)
        let seen = try gather(home.description, rulebook, assuming: [])
        guard let household = Household(try shown(home).state) else {
            throw StoreError.unknownRecord(home)
        }
        let members = seen.facts.members
        let head = household.applicant(among: members)
        let offers = rulebook.offers(seen.facts.facts, head: head)
        let applications = try package.applications.compactMap { id in
            try store().shown(id).flatMap { Application($0.state) }
        }
        // What was drafted stays on the sheet, even where facts have since said no.
        let drafted = applications.compactMap { application -> (Offer, Application)? in
            guard application.progress != .withdrawn,
                let programme = rulebook.catalogue.programmes.firstIndex(where: {
                    $0.id == application.programme
                })
            else { return nil }
            let isForHousehold = rulebook.catalogue.programmes[programme].unit == .household
            let member = members.firstIndex { $0.id == application.subject }
            guard let applicant = isForHousehold ? head : member else { return nil }
            let known = offers.first {
                $0.programme == programme && (isForHousehold || $0.applicant == applicant)
            }
            let offer =
                known
                ?? Offer(
                    lapsed: programme, applicant: applicant, isForHousehold: isForHousehold)
            return (offer, application)
        }.sorted { ($0.0.programme, $0.0.applicant) < ($1.0.programme, $1.0.applicant) }
        let answers = try records(FormAnswer.self, in: .formAnswer, of: home)
            .filter { $0.package == package.id }
        let sheet = FormSheet(
            rulebook, household, seen.facts, offers: drafted.map(\.0), given: answers,
            papers: Set(package.papers), agent: agent)
        return PackageSeen(
            package: package, household: household, seen: seen, rulebook: rulebook,
            offers: offers, sheet: sheet, applications: drafted.map(\.1))
    }

    /// All records of a kind that lie with a household.
    func records<Record: FieldworkRecord>(
        _: Record.Type, in collection: CollectionID, of home: RecordID
    ) throws -> [Record] {
        try store().children(of: home, in: collection).compactMap { row in
            try store().shown(row.record).flatMap { Record($0.state) }
        }
    }

    /// Records edits as one change set, and keeps what they made as seen, without a line for each
    /// unit: the command says in its own words what was done.
    func sealQuietly(
        _ intent: String, _ edits: [Editing], creating: [RecordChange] = [],
        premises: [Premise] = []
    ) throws {
        let changes = edits.flatMap(\.edit.recordChanges) + creating
        _ = try author()
        try record(intent, changes, premises: premises)
        for change in changes { try remember(shown(change.record)) }
    }

    // MARK: Printing

    func printPackage(_ seen: PackageSeen) throws {
        let titles = seen.seen.titles
        let words = words(seen.rulebook.catalogue)
        let id = seen.package.id.short()
        let title = titles.title(of: seen.household.id)
        console.result("\(id, .strong)  \(title, .strong)")
        printForms(seen, titles, words)
        printOthers(seen, titles, words)
        printEntries(seen, titles, words)
        printPapers(seen, words)
        for entry in seen.sheet.open {
            let field = seen.sheet.field(entry)
            let about =
                entry.subject == seen.household.id ? "" : " --about \(entry.subject.short())"
            if field.key == FormSheet.consentKey {
                let head = seen.household.applicant(among: seen.seen.facts.members)
                    .map { seen.seen.facts.members[$0].id.short() }
                console.hint(HelpPhrase.consentNext, ["id": head ?? "ID"])
            } else {
                console.hint(
                    HelpPhrase.answerNext,
                    ["id": id, "key": field.key, "about": about])
            }
        }
        let sheet = seen.sheet
        console.hint(
            HelpPhrase.formsFilled,
            [
                "forms": "\(sheet.forms.count)", "places": "\(sheet.placeCount)",
                "fields": "\(sheet.entries.count)", "open": "\(sheet.open.count)",
            ])
        console.summarise([
            "package": .string("\(seen.package.id)"), "forms": .integer(Int64(sheet.forms.count)),
            "places": .integer(Int64(sheet.placeCount)),
            "fields": .integer(Int64(sheet.entries.count)),
            "open": .integer(Int64(sheet.open.count)),
            "papersMissing": .array(sheet.missingPapers.map { .string($0) }),
        ])
    }

    private func printForms(_ seen: PackageSeen, _ titles: Titles, _ words: PolicyWords) {
        var table = Table([
            .init(title: "id"), .init(title: ""),
            .init(title: console.text(PolicyPhrase.programme), minimum: 16),
            .init(title: console.text(.forWhom), minimum: 8),
            .init(title: console.text(.howMuch), isRight: true),
            .init(title: label(Application.Field.progress)),
            .init(title: label(Application.Field.due)),
        ])
        for (form, application) in zip(seen.sheet.forms, seen.applications) {
            let programme = seen.rulebook.catalogue.programmes[form.offer.programme]
            let state = application.map { $0.standing(at: self) } ?? ""
            table.add([
                Line(application?.id.short() ?? ""), Line(programme.id, .strong),
                Line(words.text(programme.name)), Line(titles.title(of: form.subject)),
                Line(words.amount(form.offer.amount, programme) ?? ""),
                Line(state, seen.sheet.isComplete(form) ? .good : .attention),
                Line(application?.due?.description ?? ""),
            ])
            console.item(
                "form",
                [
                    "application": application.map { .string("\($0.id)") } ?? .null,
                    "id": application.map { .string($0.id.short()) } ?? .null,
                    "programme": .string(programme.id), "subject": .string("\(form.subject)"),
                    "applicant": .string("\(form.applicant.id)"),
                    "state": application?.progress.map { .string($0.rawValue) } ?? .null,
                    "amount_fen": form.offer.amount?.fen.map { .integer($0) } ?? .null,
                    "due": application?.due.map { .string("\($0)") } ?? .null,
                    "open": .array(
                        seen.sheet.open(form).map { .string(seen.sheet.field($0).key) }),
                    "papersMissing": .array(
                        seen.sheet.missingPapers(form).map { .string($0) }),
                    "complete": .bool(seen.sheet.isComplete(form)),
                ])
        }
        console.result(table)
    }

    /// What may be applied for as well and was not drafted.
    private func printOthers(_ seen: PackageSeen, _ titles: Titles, _ words: PolicyWords) {
        let catalogue = seen.rulebook.catalogue
        for offer in seen.offers where !seen.sheet.forms.contains(where: { $0.offer == offer }) {
            let programme = catalogue.programmes[offer.programme]
            let standing: String
            switch offer.standing {
            case .superseded(let by):
                standing = console.text(.superseded, ["id": catalogue.programmes[by].id])
            case .open:
                standing = console.text(.asks, ["facts": words.names(offer.missing)])
            case .proposed: standing = console.text(PolicyPhrase.proposed)
            case .no: continue
            }
            console.result(
                "  \(programme.id)  \(words.text(programme.name))  \(standing, .dim)", hanging: 7)
            console.item(
                "offer",
                [
                    "programme": .string(programme.id),
                    "applicant": .string("\(seen.seen.facts.members[offer.applicant].id)"),
                    "answer": .string(offer.standing == .open ? "unknown" : "yes"),
                    "missing": .array(catalogue.facts.keys(offer.missing).map { .string($0) }),
                ])
        }
    }

    private func printEntries(_ seen: PackageSeen, _ titles: Titles, _ words: PolicyWords) {
        let several = seen.seen.facts.members.count > 1
        for entry in seen.sheet.entries {
            let field = seen.sheet.field(entry)
            let whose =
                several && field.holder == .person
                ? " (\(titles.title(of: entry.subject)))" : ""
            var line: Line = "  \(words.text(field.name) + whose, .dim)  "
            var source: String?
            switch entry.answer {
            case .given(let text):
                source = console.text(.sourceGiven)
                line = line + Line(text)
            case .recorded(let text):
                source = console.text(.sourceRecord)
                line = line + Line(text)
            case .stated(_, let facts):
                source = self.source(of: facts, seen.seen)
                line = line + Line(words.values(facts))
            case nil: line = line + Line(console.text(.toAsk), .attention)
            }
            if let source { line = line + Line("  \(source)", .dim) }
            console.result(line, hanging: 4)
            console.item(
                "field",
                [
                    "key": .string(field.key), "subject": .string("\(entry.subject)"),
                    "places": .integer(Int64(entry.places)),
                    "answer": entry.answer.map { .string($0.text) } ?? .null,
                    "source": source.map { .string($0) } ?? .null,
                ])
        }
    }

    /// Who said the facts, and from when they hold.
    private func source(of facts: [FormSheet.Answer.Stated], _ seen: HouseholdSeen) -> String {
        let told = facts.compactMap { seen.facts.sources[$0.fact] }.compactMap { id -> String? in
            guard let shown = try? shown(id), let statement = Fact(shown.state)?.statement else {
                return nil
            }
            let who = statement.source.spoken.text(in: console.language)
            return "\(who) \(statement.effective)"
        }
        var each: [String] = []
        for text in told where !each.contains(text) { each.append(text) }
        return each.isEmpty ? console.text(.sourceDerived) : each.joined(separator: ", ")
    }

    private func printPapers(_ seen: PackageSeen, _ words: PolicyWords) {
        for key in seen.sheet.papers {
            let isThere = !seen.sheet.missingPapers.contains(key)
            let name =
                seen.rulebook.catalogue.papers.first { $0.key == key }.map { words.text($0.name) }
                ?? key
            let state = console.text(isThere ? .paperThere : .paperMissing)
            console.result(
                "  \(state, isThere ? .good : .attention)  \(name)  \(key, .dim)", hanging: 4)
            console.item("paper", ["key": .string(key), "there": .bool(isThere)])
        }
        if !seen.sheet.missingPapers.isEmpty {
            console.hint(
                HelpPhrase.papersNext,
                [
                    "id": seen.package.id.short(),
                    "keys": seen.sheet.missingPapers.joined(separator: " "),
                ])
        }
    }
}

extension AmountAnswer {
    var fen: Int64? { if case .fen(let fen) = self { fen } else { nil } }
}

extension PolicyWords {
    /// `1,160 yuan a month`; `nil` where the catalogue has no amount, or it is not known.
    func amount(_ answer: AmountAnswer?, _ programme: Programme) -> String? {
        guard let fen = answer?.fen else { return nil }
        return HelpPhrase.per(programme.benefit.period).filled(
            in: language, ["amount": yuan(fen)])
    }

    /// Facts with their values in the person's language.
    func values(_ facts: [FormSheet.Answer.Stated]) -> String {
        facts.map { stated in
            let slot = stated.fact.slot
            return "\(name(slot)) \(value(stated.parts, catalogue.facts[slot].kind))"
        }.joined(separator: " · ")
    }
}
