public import SyncCore

/// One thing that is another in a catalogue than in one before it.
public enum CatalogueChange: Hashable, Sendable {
    case added(Kind, id: String)
    case removed(Kind, id: String)
    case changed(Kind, id: String, Aspect)
    /// A standard has another value from a day on, in fen or thousandths; `nil` where it has none.
    case standard(key: String, from: CalendarDate, before: Int64?, after: Int64?)

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case programme, document, standard, fact, indicator, department, tag, form, paper
    }

    public enum Aspect: String, Hashable, Sendable, CaseIterable {
        case name, department, unit, kind, rule, benefit, amount, group, grants, dates, number
        case papers, fields, weight, standing
    }
}

extension Catalogue {
    /// What is another here than in an earlier catalogue: standards by their days first, then
    /// programmes, documents and the rest, each in its own order.
    public func changes(since earlier: Catalogue) -> [CatalogueChange] {
        standardChanges(since: earlier)
            + compare(.programme, earlier.programmes, programmes, \.id) { old, new in
                aspects(since: earlier, old, new)
            }
            + compare(.document, earlier.documents, documents, \.id) { old, new in
                aspects(since: earlier, old, new)
            }
            + compare(.standard, earlier.parameters, parameters, \.key) { old, new in
                [(.name, old.name != new.name), (.unit, old.unit != new.unit)]
            }
            + compare(.fact, earlier.facts.definitions, facts.definitions, \.key) { old, new in
                [
                    (.name, old.name != new.name), (.kind, old.kind != new.kind),
                    (.department, old.department != new.department),
                ]
            }
            + compare(
                .indicator, earlier.assessment.indicators, assessment.indicators, \.id
            ) { old, new in
                [
                    (.name, old.name != new.name), (.weight, old.weight != new.weight),
                    (.rule, earlier.lines(of: old.rule) != lines(of: new.rule)),
                ]
            }
            + compare(.department, earlier.departments, departments, \.id) { old, new in
                [(.name, old.name != new.name)]
            }
            + compare(.tag, earlier.tags, tags, \.id) { old, new in
                [(.name, old.name != new.name), (.kind, old.kind != new.kind)]
            }
            + compare(.form, earlier.formFields, formFields, \.key) { old, new in
                [(.name, old.name != new.name)]
            }
            + compare(.paper, earlier.papers, papers, \.key) { old, new in
                [(.name, old.name != new.name)]
            }
    }

    /// A rule line by line with the names its author gave, each line set in by its depth: the same
    /// for the same rule in every catalogue, and in the order of `Rule`.
    public func lines(of rule: Rule) -> [String] { lines(of: rule, depth: 0) }

    private func lines(of rule: Rule, depth: Int) -> [String] {
        let indent = String(repeating: " ", count: depth)
        switch rule {
        case .all(let parts):
            return ["\(indent)all"] + parts.flatMap { lines(of: $0, depth: depth + 1) }
        case .any(let parts):
            return ["\(indent)any"] + parts.flatMap { lines(of: $0, depth: depth + 1) }
        case .not(let part): return ["\(indent)not"] + lines(of: part, depth: depth + 1)
        case .condition(let condition):
            let fact = facts[condition.fact]
            func word(_ parts: Int64) -> String {
                if case .choice(let word) = fact.kind.value(parts) { word } else { "\(parts)" }
            }
            let operand =
                switch condition.operand {
                case .value(let value): word(value)
                case .values(let values): values.map(word).joined(separator: ",")
                case .parameter(let slot, let times): "\(self[slot].key)*\(times)"
                }
            return ["\(indent)\(fact.key) \(condition.comparison.rawValue) \(operand)"]
        }
    }

    private func text(of amount: Amount?) -> String {
        func all(_ parts: [Amount]) -> String { parts.map(text).joined(separator: " ") }
        return switch amount {
        case nil: ""
        case .fact(let slot): facts[slot].key
        case .parameter(let slot, let times): "\(self[slot].key)*\(times)"
        case .add(let parts): "(+ \(all(parts)))"
        case .subtract(let parts): "(- \(all(parts)))"
        case .multiply(let parts): "(* \(all(parts)))"
        case .atLeastZero(let part): "(max0 \(text(of: part)))"
        }
    }

    private func standardChanges(since earlier: Catalogue) -> [CatalogueChange] {
        parameters.flatMap { new -> [CatalogueChange] in
            guard let old = earlier.parameter(new.key).map({ earlier[$0] }) else { return [] }
            // A value ends where the next begins, or on its last day.
            var days: Set<CalendarDate> = []
            for value in old.values + new.values {
                days.insert(value.from)
                if let next = value.to?.adding(days: 1) { days.insert(next) }
            }
            var known: (Int64?, Int64?)?
            return days.sorted().compactMap { day in
                let pair = (old.value(on: day)?.value, new.value(on: day)?.value)
                defer { known = pair }
                if pair.0 == pair.1 { return nil }
                if let known, known == pair { return nil }
                return .standard(key: new.key, from: day, before: pair.0, after: pair.1)
            }
        }
    }

    private func aspects(
        since earlier: Catalogue, _ old: Programme, _ new: Programme
    ) -> [(CatalogueChange.Aspect, Bool)] {
        [
            (.name, old.name != new.name), (.department, old.department != new.department),
            (.unit, old.unit != new.unit), (.kind, old.pillar != new.pillar),
            (.rule, earlier.lines(of: old.rule) != lines(of: new.rule)),
            (
                .benefit,
                [old.benefit.kind, old.benefit.basis, old.benefit.period]
                    != [new.benefit.kind, new.benefit.basis, new.benefit.period]
            ),
            (.amount, earlier.text(of: old.benefit.amount) != text(of: new.benefit.amount)),
            (.group, old.exclusive != new.exclusive),
            (.grants, earlier.status(old.grants) != status(new.grants)),
            (.papers, old.papers != new.papers), (.fields, old.formFields != new.formFields),
            (.standing, old.standing != new.standing),
        ]
    }

    private func aspects(
        since earlier: Catalogue, _ old: PolicyDocument, _ new: PolicyDocument
    ) -> [(CatalogueChange.Aspect, Bool)] {
        [
            (.name, old.name != new.name), (.department, old.department != new.department),
            (.group, old.programme != new.programme),
            (.rule, earlier.lines(of: old.rule) != lines(of: new.rule)),
            (.benefit, old.benefit != new.benefit), (.number, old.number != new.number),
            (.dates, (old.validFrom, old.validTo) != (new.validFrom, new.validTo)),
            (.papers, old.papers != new.papers), (.fields, old.formFields != new.formFields),
            (.standing, old.standing != new.standing),
        ]
    }

    /// The word of a status.
    private func status(_ parts: Int64?) -> String? {
        guard let parts, let slot = facts.slot(of: Self.statusKey),
            case .choice(let word) = facts[slot].kind.value(parts)
        else { return nil }
        return word
    }

    private func compare<Item>(
        _ kind: CatalogueChange.Kind, _ old: [Item], _ new: [Item], _ id: (Item) -> String,
        _ aspects: (Item, Item) -> [(CatalogueChange.Aspect, Bool)]
    ) -> [CatalogueChange] {
        let before = Dictionary(old.map { (id($0), $0) }) { first, _ in first }
        let names = Set(new.map(id))
        let changed = new.flatMap { item -> [CatalogueChange] in
            guard let earlier = before[id(item)] else { return [.added(kind, id: id(item))] }
            return aspects(earlier, item).filter(\.1)
                .map { .changed(kind, id: id(item), $0.0) }
        }
        return changed + old.map(id).filter { !names.contains($0) }.map { .removed(kind, id: $0) }
    }
}
