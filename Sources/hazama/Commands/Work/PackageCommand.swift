import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct PackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package",
        abstract: "All a household may apply for, at once and with one set of answers.",
        discussion: """
            From the match to signed forms, without a network:
              hazama package new K3F2A              drafts applications and referrals
              hazama package answer K3F2A bank "…"  each field once, for all forms
              hazama package papers K3F2A idCard    what they could show
              hazama package sign K3F2A --how "on paper"
              hazama sync
              hazama package submit K3F2A
            A household's id stands for its last package.
            """,
        subcommands: [
            PackageNew.self, PackageShow.self, PackageAnswer.self, PackagePapers.self,
            PackageSign.self, PackageSubmit.self, RecordList<HelpPackage>.self,
            ApplicationCommand.self,
        ])
}

struct ApplicationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "application", abstract: "Each application of the packages, and its way.",
        subcommands: [
            RecordList<Application>.self, RecordShow<Application>.self,
            RecordStep<Application>.self,
        ])
}

extension HelpPackage: Listed {
    static var command: String { "package" }
    var listedDay: CalendarDate? { madeOn }
    func line(at desk: Desk, _: Titles) -> String {
        desk.console.text(.applicationCount, ["n": "\(applications.count)"])
    }
}

extension Application: Listed {
    static var command: String { "application" }
    var listedDay: CalendarDate? { due }
    func line(at _: Desk, _ titles: Titles) -> String {
        [programme, subject.map(titles.title(of:))].compactMap(\.self).joined(separator: " · ")
    }
}

struct PackageNew: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Draft the applications and referrals for what a household may get.",
        discussion: """
            Drafts what is proposed. What hangs on a question is offered and drafted with --open, \
            or by its id with --programme.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(help: "Only these programmes: P04; repeat for more.")
    var programme: [String] = []
    @Flag(help: "Also what is not certain yet.")
    var open = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let rulebook = try desk.rulebook(policy)
        let seen = try desk.gather(household, rulebook, assuming: [])
        let home = seen.household
        guard let record = Household(try desk.shown(home).state) else { return .failed }
        let members = seen.facts.members
        let offers = rulebook.offers(
            seen.facts.facts, head: record.applicant(among: members))
        let chosen = try choose(offers, rulebook, desk)
        guard !chosen.isEmpty else {
            let offered = offers.filter { $0.standing == .open }
            desk.console.hint(Line(desk.console.text(.nothingToPropose)))
            if !offered.isEmpty {
                desk.console.hint(HelpPhrase.openOffers, ["n": "\(offered.count)"])
            }
            desk.console.summarise(["forms": 0])
            return .done
        }

        let packages = try desk.packages(of: home)
        let standing = try desk.records(Application.self, of: home).map(\.record)
        // What is under way takes more; what is signed is closed, and more is another round.
        let last = packages.last
        let isOpen =
            last.map { package in
                let own = standing.filter { package.applications.contains($0.id) }
                return own.isEmpty
                    || own.contains { $0.progress == .draft || $0.progress == .ready }
            } ?? false
        let round = isOpen ? last?.round ?? 1 : (last?.round ?? 0) + 1
        let id = HelpPackage.id(household: home, round: round)

        var changes: [RecordChange] = []
        var drafted: [RecordID] = []
        for offer in chosen {
            let programme = rulebook.catalogue.programmes[offer.programme]
            let subject = offer.isForHousehold ? home : members[offer.applicant].id
            let running = standing.first {
                $0.programme == programme.id && $0.subject == subject && $0.isOpen
            }
            if running != nil { continue }
            var draft = Application.Draft(
                household: home, subject: subject, programme: programme.id, round: round)
            draft.package = id
            draft.due = desk.today.adding(workingDays: Casework.Catalogue.daysToApply)
            // One of this round that is over is not begun again.
            if try desk.store().shown(draft.id) != nil { continue }
            changes.append(try draft.creation)
            drafted.append(draft.id)
        }
        changes += try told(seen, rulebook, desk)
        let referrals = try desk.referrals(for: home, from: me)
        changes += try referrals.map { try $0.creation(id: desk.newRecord()) }

        var edits: [Editing] = []
        if try desk.store().shown(id) == nil {
            var draft = HelpPackage.Draft(household: home, round: round, madeOn: desk.today)
            draft.applications = drafted
            changes.append(try draft.creation)
        } else if !drafted.isEmpty {
            var editing = try desk.edit(id)
            try editing.edit.change(
                HelpPackage.Field.applications, adding: drafted.map(Value.reference))
            edits.append(editing)
        }
        if changes.isEmpty, edits.isEmpty {
            desk.console.hint(WorkPhrase.alreadyThere)
        } else {
            try desk.sealQuietly("package", edits, creating: changes, premises: seen.premises)
        }
        try ask(id, desk)
        try desk.printPackage(desk.open(desk.package(id.description), policy))
        for referral in referrals {
            let titles = seen.titles
            let text = desk.console.text(
                .referralDrafted,
                [
                    "need": titles.title(of: referral.need),
                    "partner": titles.title(of: referral.partner),
                ])
            desk.console.result(Line(text))
            desk.console.item(
                "referral",
                [
                    "need": .string("\(referral.need)"),
                    "partner": .string("\(referral.partner)"),
                ])
        }
        if !referrals.isEmpty { desk.console.hint(WorkPhrase.consentMissing) }
        return .done
    }

    private func choose(
        _ offers: [Offer], _ rulebook: Rulebook, _ desk: Desk
    ) throws -> [Offer] {
        guard !programme.isEmpty else {
            return offers.filter { $0.isFirstChoice || open && $0.standing == .open }
        }
        return try programme.flatMap { typed -> [Offer] in
            let id = typed.uppercased()
            guard rulebook.catalogue.programmes.contains(where: { $0.id == id }) else {
                throw desk.noSuchPolicy(typed, safe: desk.console.text(.notRecorded))
            }
            let found = offers.filter { rulebook.catalogue.programmes[$0.programme].id == id }
            guard !found.isEmpty else {
                throw Failure(
                    status: .failed, code: DeviceCode.editRefused.rawValue,
                    safe: desk.console.text(.notRecorded),
                    what: desk.console.text(.notOffered, ["id": typed]),
                    next: desk.console.text(.notOfferedNext, ["id": household]))
            }
            return found
        }
    }

    /// What they are told today is kept: the days to apply count from it.
    private func told(
        _ seen: HouseholdSeen, _ rulebook: Rulebook, _ desk: Desk
    ) throws -> [RecordChange] {
        guard rulebook.asOf == desk.today else { return [] }
        let result = rulebook.result(for: seen.household, seen.facts) { Digests.sha256($0) }
        return try desk.store().shown(result.id) == nil ? [result.creation] : []
    }

    /// At a terminal each open field is asked once; each answer is kept as it is typed.
    private func ask(_ id: RecordID, _ desk: Desk) throws {
        guard desk.console.canAsk else { return }
        let seen = try desk.open(desk.package(id.description), policy)
        let words = desk.words(seen.rulebook.catalogue)
        for entry in seen.sheet.open {
            let field = seen.sheet.field(entry)
            guard field.key != FormSheet.consentKey else { continue }
            let whose =
                field.holder == .person ? " (\(seen.seen.titles.title(of: entry.subject)))" : ""
            guard let text = desk.prompt.line(words.text(field.name) + whose) else { continue }
            try desk.answer(field, text, about: entry.subject, in: seen.package)
        }
    }
}

struct PackageShow: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a package: its forms, fields, papers and what is open."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The package's or the household's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.printPackage(desk.open(desk.package(id), policy))
        return .done
    }
}

struct PackageAnswer: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Answer a field once, for all forms that ask for it.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The package's or the household's id, or the end of it.")
    var id: String
    @Argument(help: "The field, by its key: bank, reason, school …")
    var field: String
    @Argument(help: "What they said.")
    var answer: String
    @Option(help: "Whom it is about, where several apply: a person's id.")
    var about: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let seen = try desk.open(desk.package(id), policy)
        let wanted = seen.sheet.entries.filter { seen.sheet.field($0).key == field }
        let person = try about.map { try desk.resolve($0, as: .person).0 }
        let found = wanted.filter { person == nil || $0.subject == person }
        guard let entry = found.first else {
            throw refusal(
                .noSuchField, .noSuchFieldNext,
                ["key": field, "id": id], desk)
        }
        guard found.count == 1 else {
            let list = found.map { $0.subject.short() }.joined(separator: ", ")
            throw refusal(.whoseField, .whoseFactNext, ["key": field, "list": list], desk)
        }
        guard field != FormSheet.consentKey else {
            let head = seen.household.applicant(among: seen.seen.facts.members)
                .map { seen.seen.facts.members[$0].id.short() }
            throw refusal(.consentNotTyped, .consentNext, ["id": head ?? "ID"], desk)
        }
        guard field != FormSheet.agentKey else {
            throw refusal(.agentNotTyped, .agentNotTypedNext, ["id": id], desk)
        }
        try desk.answer(
            seen.sheet.field(entry), answer, about: entry.subject, in: seen.package)
        desk.console.hint(HelpPhrase.answered, ["n": "\(entry.places)"])
        desk.console.summarise(["places": .integer(Int64(entry.places))])
        return .done
    }

    private func refusal(
        _ what: HelpPhrase, _ next: HelpPhrase, _ values: KeyValuePairs<String, String>,
        _ desk: Desk
    ) -> Failure {
        Failure(
            status: .usage, code: DeviceCode.badInput.rawValue,
            safe: desk.console.text(.notRecorded), what: desk.console.text(what, values),
            next: desk.console.text(next, values))
    }
}

extension Desk {
    /// Records what somebody said to a field of the forms.
    func answer(
        _ field: FormField, _ text: String, about subject: RecordID, in package: HelpPackage
    ) throws {
        guard let home = package.household else { return }
        let draft = FormAnswer.Draft(
            household: home, package: package.id, subject: subject, key: field.key, text,
            isWeighty: field.isWeighty)
        guard try store().shown(draft.id) != nil else {
            try sealQuietly("package", [], creating: [draft.creation])
            return
        }
        var editing = try edit(draft.id)
        try editing.edit.set(
            field.isWeighty ? FormAnswer.Field.weighty : .answer, to: .text(text))
        try seal("package", [editing])
    }
}

struct PackagePapers: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "papers", abstract: "Record which papers are there.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The package's or the household's id, or the end of it.")
    var id: String
    @Argument(help: "The papers, by key: idCard, hukouBook …")
    var papers: [String]
    @Flag(help: "They are not there after all.")
    var remove = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let package = try desk.package(id)
        let known = try desk.catalogue(policy).papers.map(\.key)
        for paper in papers where !known.contains(paper) {
            throw Failure(
                status: .usage, code: DeviceCode.badInput.rawValue,
                safe: desk.console.text(.notRecorded),
                what: desk.console.text(.noSuchPaper, ["key": paper]),
                next: desk.console.text(
                    .noSuchPaperNext, ["list": known.joined(separator: ", ")]))
        }
        var editing = try desk.edit(package.id)
        let values = papers.map(Value.text)
        try editing.edit.change(
            HelpPackage.Field.papers, adding: remove ? [] : values, removing: remove ? values : [])
        try desk.sealQuietly("package", [editing])
        let seen = try desk.open(desk.package(package.id.description), policy)
        let missing = seen.sheet.missingPapers
        desk.console.hint(
            missing.isEmpty ? HelpPhrase.papersComplete : .papersLeft,
            ["keys": missing.joined(separator: " ")])
        desk.console.summarise(["papersMissing": .array(missing.map { .string($0) })])
        return .done
    }
}

struct PackageSign: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign what is complete, as it stands.",
        discussion: """
            Each application is signed by whom it is for, a household's by its head, a child's by \
            --by. Who cannot is signed for by you, with --agent and what gives you the right:
              hazama package sign K3F2A --agent --authority "power of attorney, seen" \\
                --from 7Q2XM --how "on paper"
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The package's or the household's id, or the end of it.")
    var id: String
    @Option(help: "How it was signed: on paper, on this screen.")
    var how: String
    @Option(help: "Who signs, where it is another than whom it is for: a person's id.")
    var by: String?
    @Flag(help: "You sign for them.")
    var agent = false
    @Option(help: "What gives you the right to: a power of attorney, a court's order.")
    var authority: String?
    @Option(name: .customLong("from"), help: "Who gave you the right: a person's id.")
    var giver: String?
    @Option(help: "The visit or piece of evidence it stands with; left out, the visit under way.")
    var evidence: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let signer = try by.map { try desk.resolve($0, as: .person).0 }
        let package = try desk.package(id)
        let right = try agent ? authority(me, package, desk) : nil
        let name = agent ? try desk.store().identity().personName : nil
        let seen = try desk.open(package, policy, agent: name)
        var edits: [Editing] = []
        var signed: [(application: RecordID, programme: String)] = []
        var held = 0
        for (form, application) in zip(seen.sheet.forms, seen.applications) {
            guard let application,
                application.progress == .draft || application.progress == .ready
            else { continue }
            let programme = seen.rulebook.catalogue.programmes[form.offer.programme].id
            if let why = obstacle(form, signer, seen, desk) {
                held += 1
                desk.console.hint("\(.conflict) \("\(programme): \(why)")")
                desk.console.item(
                    "held", ["programme": .string(programme), "why": .string(why)])
                continue
            }
            var editing = try desk.edit(application.id)
            guard let shown = Application(editing.seen) else { continue }
            let signature = Signature(
                of: signer ?? form.applicant.id, agent: agent ? me : nil, on: desk.today, how: how)
            do {
                try editing.edit.sign(
                    shown, form: seen.sheet.text(form), signature, authority: right, by: me)
            } catch { throw desk.failure(for: error, application.id) }
            edits.append(editing)
            signed.append((application.id, programme))
        }
        desk.console.summarise([
            "signed": .integer(Int64(edits.count)), "held": .integer(Int64(held)),
        ])
        guard !edits.isEmpty else {
            guard held > 0 else {
                desk.console.hint(HelpPhrase.nothingToSign)
                return .done
            }
            throw Failure(
                status: .failed, code: DeviceCode.editRefused.rawValue,
                safe: desk.console.text(.notRecorded), what: desk.console.text(.nothingComplete),
                next: desk.console.text(.nothingCompleteNext, ["id": package.id.short()]))
        }
        // Nothing is called signed before it is stored.
        try desk.sealQuietly("signature", edits)
        for (application, programme) in signed {
            let state = desk.spoken(Application.Progress.signed)
            desk.console.result("\(application.short(), .strong)  \(programme)  \(state, .good)")
            desk.console.item(
                "signed",
                ["application": .string("\(application)"), "programme": .string(programme)])
        }
        desk.console.hint(HelpPhrase.signedNext, ["id": package.id.short()])
        return held == 0 ? .done : .partly
    }

    /// Why a form can't be signed now; `nil` where it can.
    private func obstacle(
        _ form: FormSheet.Form, _ signer: RecordID?, _ seen: PackageSeen, _ desk: Desk
    ) -> String? {
        let words = desk.words(seen.rulebook.catalogue)
        let open = seen.sheet.open(form).map { words.text(seen.sheet.field($0).name) }
        let papers = seen.sheet.missingPapers(form).map { key in
            seen.rulebook.catalogue.papers.first { $0.key == key }.map { words.text($0.name) }
                ?? key
        }
        if !open.isEmpty || !papers.isEmpty {
            return desk.console.text(
                .lacks, ["list": (open + papers).joined(separator: " · ")])
        }
        let age = form.applicant.birth?.fullYears(to: desk.today)
        if let age, age < 18, signer == nil, !agent { return desk.console.text(.minorSigns) }
        return nil
    }

    /// Throws where nothing says that they may act, or where it would stand with nothing.
    private func authority(
        _ me: PersonID, _ package: HelpPackage, _ desk: Desk
    ) throws -> Authority {
        guard let authority, let giver else {
            throw Failure(
                status: .failed, code: DeviceCode.editRefused.rawValue,
                safe: desk.console.text(.notRecorded),
                what: desk.console.text(.authorityMissing),
                next: desk.console.text(.authorityMissingNext))
        }
        let visit = try desk.openVisits().first { $0.household == package.household }?.visit
        guard let proof = try evidence.map({ try desk.resolve($0).0 }) ?? visit else {
            throw Failure(
                status: .failed, code: DeviceCode.editRefused.rawValue,
                safe: desk.console.text(.notRecorded),
                what: desk.console.text(.authorityUnproven),
                next: desk.console.text(.authorityUnprovenNext))
        }
        return Authority(
            to: me, by: try desk.resolve(giver, as: .person).0, on: desk.today, how: authority,
            evidence: proof)
    }
}

struct PackageSubmit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit what is signed and has reached the hub.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The package's or the household's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let package = try desk.package(id)
        var edits: [Editing] = []
        var submitted: [(record: RecordID, programme: String)] = []
        var (waiting, already) = (0, 0)
        for record in package.applications {
            guard let shown = try desk.store().shown(record),
                let application = Application(shown.state), let progress = application.progress
            else { continue }
            switch progress {
            case .signed, .morePapers: break
            case .submitted, .accepted, .granted, .rejected, .appealed, .inPayment, .ended:
                already += 1
                continue
            case .draft, .ready, .withdrawn: continue
            }
            // Signed here and nowhere else yet: another device may have submitted it meanwhile.
            guard shown.unsent.isEmpty, shown.held.isEmpty, shown.quarantined.isEmpty else {
                waiting += 1
                continue
            }
            var editing = try desk.edit(record)
            try desk.step(&editing, Application.self, to: .submitted)
            edits.append(editing)
            submitted.append((record, application.programme ?? ""))
        }
        // Nothing is called submitted before it is stored.
        if !edits.isEmpty { try desk.sealQuietly("submission", edits) }
        for (record, programme) in submitted {
            let state = desk.spoken(Application.Progress.submitted)
            desk.console.result("\(record.short(), .strong)  \(programme)  \(state, .good)")
        }
        desk.console.summarise([
            "submitted": .integer(Int64(edits.count)), "waiting": .integer(Int64(waiting)),
            "before": .integer(Int64(already)),
        ])
        if already > 0 {
            desk.console.hint(HelpPhrase.submittedBefore, ["n": "\(already)"])
        }
        guard waiting == 0 else {
            throw Failure(
                status: edits.isEmpty ? .offline : .partly, code: DeviceCode.unsentWork.rawValue,
                safe: desk.console.text(.signedIsSafe, ["n": "\(waiting)"]),
                what: desk.console.text(.signedUnsent),
                next: desk.console.text(.signedUnsentNext, ["id": package.id.short()]))
        }
        if edits.isEmpty, already == 0 {
            throw Failure(
                status: .failed, code: DeviceCode.editRefused.rawValue,
                safe: desk.console.text(.notRecorded), what: desk.console.text(.signatureMissing),
                next: desk.console.text(.signFirst, ["id": package.id.short()]))
        }
        return .done
    }
}
