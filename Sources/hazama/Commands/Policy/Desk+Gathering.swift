import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// A household's facts as they are seen here.
struct HouseholdSeen {
    let household: RecordID
    let facts: GatheredFacts
    /// What a decision by these facts stands on.
    let premises: [Premise]
    let titles: Titles
    let today: CalendarDate
}

extension Desk {
    /// Gathers what is recorded of a household, with what is to be assumed.
    ///
    /// - Parameter takesHints: whether tags make likely what nobody has stated: enough to look for
    ///   something, and not to assess anybody by.
    func gather(
        _ typed: String, _ rulebook: Rulebook, assuming texts: [String], takesHints: Bool = false
    ) throws -> HouseholdSeen {
        let (record, _) = try resolve(typed, as: .household)
        guard let household = Household(try shown(record).state) else {
            throw StoreError.unknownRecord(record)
        }
        let persons = try records(of: record, .person, Person.init)
        let facts = try records(of: record, .fact, Fact.init)
        let taggings = takesHints ? try records(of: record, .tagging, Tagging.init) : []
        let catalogue = rulebook.catalogue
        func gathered(_ assumptions: [Assumption]) -> GatheredFacts {
            catalogue.gather(
                household, persons: persons, facts: facts, taggings: taggings,
                asOf: rulebook.asOf, assuming: assumptions)
        }
        var found = gathered([])
        if !texts.isEmpty {
            found = gathered(try texts.map { try assumption($0, catalogue, found.members) })
        }
        return HouseholdSeen(
            household: record, facts: found, premises: found.premises(household, facts),
            titles: try titles(), today: rulebook.asOf)
    }

    private func records<Record>(
        of home: RecordID, _ collection: CollectionID, _ read: (RecordState) -> Record?
    ) throws -> [Record] {
        try store().children(of: home, in: collection).compactMap { row in
            try store().shown(row.record).flatMap { read($0.state) }
        }
    }

    /// Reads `h.status=dibao`, `p.age@7Q2XM=60`, `h.homes=` for unknown.
    private func assumption(
        _ text: String, _ catalogue: Casework.Catalogue, _ members: [Person]
    ) throws -> Assumption {
        guard let equals = text.firstIndex(of: "=") else {
            throw bad(console.text(.assumptionShape, ["text": text]))
        }
        let subject = text[..<equals].split(separator: "@", maxSplits: 1).map(String.init)
        let typed = String(text[text.index(after: equals)...])
        guard let key = subject.first, let slot = catalogue.facts.slot(of: key) else {
            throw Failure(
                status: .usage, code: DeviceCode.noSuchPolicy.rawValue,
                what: console.text(.noSuchFact, ["key": subject.first ?? ""]))
        }
        let definition = catalogue.facts[slot]
        var member: Int?
        if definition.scope == .person {
            let named = subject.count > 1 ? subject[1].uppercased() : nil
            let found = members.indices.filter {
                named.map("\(members[$0].id)".hasSuffix) ?? (members.count == 1)
            }
            guard found.count == 1 else {
                throw bad(
                    console.text(.personNotNamed, ["key": key, "n": "\(members.count)"]))
            }
            member = found[0]
        }
        guard !typed.isEmpty else {
            return Assumption(MissingFact(slot, member: member), parts: nil)
        }
        let parts = try parts(typed: typed, definition)
        return Assumption(MissingFact(slot, member: member), parts: parts)
    }

    /// Reads what is typed for a fact, in the parts its values are counted in.
    func parts(typed text: String, _ fact: FactDefinition) throws -> Int64 {
        let kind = fact.kind
        let shown: String
        switch kind {
        case .flag:
            if let flag = Typed.flag(text) { return flag ? 1 : 0 }
            shown = console.text(.kindFlag)
        case .money:
            // What a household is left with can be less than nothing.
            if let fen = try? kind.parts(typed: text.trimmed.foldingWidth) { return fen }
            return try typed.money(text).fen
        case .choice(let words):
            if let place = try? fact.parts(typed: text.trimmed.foldingWidth) { return place }
            shown = zip(words, fact.choices).map { word, name in
                "\(word) (\(name.text(in: console.language)))"
            }.joined(separator: ", ")
        case .count, .number:
            do {
                return try kind.parts(typed: text.trimmed.foldingWidth)
            } catch { shown = console.text(kind == .count ? .kindCount : .kindNumber) }
        }
        throw bad(console.text(.badFactValue, ["text": text, "key": fact.key, "kind": shown]))
    }

    private func bad(_ what: String) -> Failure {
        Failure(status: .usage, code: DeviceCode.badInput.rawValue, what: what)
    }

    // MARK: Printing

    func printHeading(_ seen: HouseholdSeen, _ rulebook: Rulebook) {
        let day = console.text(.asOf, ["day": "\(rulebook.asOf)"])
        let title = seen.titles.title(of: seen.household)
        console.result("\(seen.household.short(), .strong)  \(title, .strong)  \(day, .dim)")
        let words = words(rulebook.catalogue)
        func names(_ facts: [MissingFact]) -> String {
            facts.map { words.name($0, seen) }.joined(separator: " · ")
        }
        if !seen.facts.disputed.isEmpty {
            let text = console.text(.disputedFacts, ["facts": names(seen.facts.disputed)])
            console.hint("\(.conflict) \(text)")
        }
        if !seen.facts.reviews.isEmpty {
            let facts = names(seen.facts.reviews.map(\.fact))
            console.hint("\(.duplicate) \(console.text(.factsForReview, ["facts": facts]))")
        }
        if !seen.facts.likely.isEmpty {
            let facts = names(seen.facts.likely.keys.sorted())
            console.hint(Line(console.text(RulePhrase.likelyByTag, ["facts": facts])))
        }
        if !seen.facts.unread.isEmpty {
            let keys = seen.facts.unread.joined(separator: ", ")
            console.hint("\(.conflict) \(console.text(.keysLeftOut, ["keys": keys]))")
        }
    }

    /// The questions that would decide most; a person is not asked for more at one door.
    func printQuestions(
        _ questions: [Question], _ seen: HouseholdSeen, _ catalogue: Casework.Catalogue
    ) {
        let words = words(catalogue)
        if !questions.isEmpty { console.result(Line(console.text(.nextQuestions))) }
        for question in questions.prefix(8) {
            console.result("  \(words.name(question.fact, seen))", hanging: 4)
        }
        for question in questions {
            console.item(
                "question",
                [
                    "fact": .string(catalogue.facts[question.fact.slot].key),
                    "person": question.fact.member.map {
                        .string("\(seen.facts.members[$0].id)")
                    } ?? .null, "weight": .integer(question.weight),
                ])
        }
    }

    /// What an answer stands on, so that it can be worked out again.
    func summarise(_ rulebook: Rulebook, _ seen: HouseholdSeen) {
        let provenance = rulebook.provenance(of: seen.facts.facts) { Digests.sha256($0) }
        console.summarise([
            "asOf": .string("\(provenance.asOf)"), "catalogue": .string("\(provenance.catalogue)"),
            "facts": .string("\(provenance.facts)"),
        ])
    }
}

extension PolicyWords {
    /// What is missing, and whose it is.
    func name(_ fact: MissingFact, _ seen: HouseholdSeen) -> String {
        guard let member = fact.member else { return name(fact.slot) }
        return "\(name(fact.slot)) (\(seen.titles.title(of: seen.facts.members[member].id)))"
    }

    func truth(_ truth: Truth) -> String {
        switch truth {
        case .yes: Phrase.yes.text(in: language)
        case .no: Phrase.no.text(in: language)
        case .unknown: PolicyPhrase.unknown.text(in: language)
        }
    }
}
