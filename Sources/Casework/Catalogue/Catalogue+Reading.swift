internal import Fieldwork
public import SyncCore

extension Catalogue {
    /// The most bytes a catalogue may have.
    public static let maximumBytes = 4_000_000
    /// The household's status, which granted programmes change and others ask for.
    static let statusKey = "h.status"

    /// Reads a catalogue, and refuses one that does not hold together.
    ///
    /// - Parameter hash: SHA-256; the digest of the bytes is the catalogue's version.
    public init(_ bytes: [UInt8], hash: Hashing) throws(CatalogueRefusal) {
        self = try Self.read(bytes, hash: hash) { _, _, _ in }.catalogue
    }

    /// Reads a catalogue and, by `further`, what stands beside it in the same text; refuses all of
    /// it for a defect of either.
    static func read<Further>(
        _ bytes: [UInt8], hash: Hashing,
        _ further: (inout CatalogueReader, JSON, Catalogue) -> Further
    ) throws(CatalogueRefusal) -> (catalogue: Catalogue, further: Further) {
        var reader = CatalogueReader()
        guard bytes.count <= maximumBytes else {
            reader.note("", .tooMany("bytes"))
            throw CatalogueRefusal(defects: reader.defects)
        }
        let json: JSON
        do {
            json = try JSON.parse(bytes, maximumDepth: 64)
        } catch {
            reader.note("", .notJSON(error))
            throw CatalogueRefusal(defects: reader.defects)
        }
        let found = Catalogue(json, digest: hash(bytes), by: &reader)
        let rest = further(&reader, json, found)
        guard reader.defects.isEmpty else { throw CatalogueRefusal(defects: reader.defects) }
        return (found, rest)
    }

    /// Reads all there is; worth something only where the reader noted no defect.
    private init(_ json: JSON, digest: ContentHash, by reader: inout CatalogueReader) {
        self.digest = digest
        let meta = json["meta"] ?? .null
        if meta["schema"]?.integer != 1 { reader.note("meta.schema", .expected("1")) }
        asOfDefault = reader.days(meta, from: "asOfDefault", to: "", "meta").from
        let sources = Set(
            reader.list(json, "sources", by: "id") { _, _, id, _ in id })
        departments = reader.list(json, "departments", by: "id") {
            CatalogueDepartment(id: $2, name: $0.name($1, $3))
        }
        let bodies = Set(departments.map(\.id))
        parameters = reader.list(json, "parameters", by: "key") {
            $0.parameter($1, $2, sources: sources, $3)
        }
        reader.know(parameters)
        var definitions = reader.list(json, "facts", by: "key") {
            $0.fact($1, $2, departments: bodies, $3)
        }
        if definitions.count > FactDictionary.maximum {
            reader.note("facts", .tooMany("facts"))
            definitions.removeLast(definitions.count - FactDictionary.maximum)
        }
        facts = FactDictionary(definitions)
        reader.facts = facts

        formFields = reader.list(json, "formFields", by: "key") {
            $0.formField($1, $2, $3)
        }
        papers = reader.list(json, "papers", by: "key") {
            Paper(key: $2, name: $0.name($1, $3))
        }
        tags = reader.list(json, "tags", by: "id") {
            CatalogueTag(
                id: $2, name: $0.name($1, $3), level: $0.string($1, "level", $3),
                kind: $0.string($1, "kind", $3), means: $0.means($1, $3))
        }
        var known = KnownNames()
        known.departments = bodies
        known.fields = Set(formFields.map(\.key))
        known.papers = Set(papers.map(\.key))
        programmes = reader.list(json, "programmes", by: "id") { $0.programme($1, $2, known, $3) }
        known.programmes = Set(programmes.map(\.id))
        documents = reader.list(json, "documents", by: "id") { $0.document($1, $2, known, $3) }
        assessment = reader.assessment(json["assessment"] ?? .null)
        if let cycle = programmes.openingCycle(facts) {
            reader.note("programmes.\(cycle[0]).grants", .cycle(cycle))
        }
    }
}

/// What references may name.
struct KnownNames {
    var departments: Set<String> = []
    var fields: Set<String> = []
    var papers: Set<String> = []
    var programmes: Set<String> = []
}

extension CatalogueReader {
    fileprivate mutating func parameter(
        _ json: JSON, _ key: String, sources: Set<String>, _ place: String
    ) -> Parameter {
        let unit = string(json, "unit", place)
        let parts: Int64 = Parameter.isMoney(unit) ? 100 : 1000
        var values: [DatedValue] = []
        let elements = array(json, "values", place)
        if elements.isEmpty { note("\(place).values", .expected("one value at least")) }
        for (index, element) in elements.enumerated() {
            let inside = "\(place).values[\(index)]"
            let days = days(element, from: "from", to: "to", inside)
            // Only the last may be open: any later one would begin within it.
            if let before = values.last, before.to.map({ days.from <= $0 }) ?? true {
                note(inside, .overlappingDates)
            }
            let written = element["value"] ?? .null
            let value = self.parts("\(inside).value") { () throws(FactValueError) in
                try written.exactParts(of: parts)
            }
            let source = optionalString(element, "source", inside)
            if let source, !sources.contains(source) {
                note("\(inside).source", .unknownReference(source))
            }
            values.append(
                DatedValue(
                    from: days.from, to: days.to, value: value,
                    standing: word(element, "status", inside, or: .illustrative), source: source))
        }
        return Parameter(key: key, name: name(json, place), unit: unit, values: values)
    }

    fileprivate mutating func fact(
        _ json: JSON, _ key: String, departments: Set<String>, _ place: String
    ) -> FactDefinition? {
        let scope: FactDefinition.Scope
        switch string(json, "scope", place) {
        case "household": scope = .household
        case "person": scope = .person
        default:
            note("\(place).scope", .expected("household or person"))
            return nil
        }
        if !key.hasPrefix(scope == .household ? "h." : "p.") {
            note("\(place).key", .expected("h. or p. before the name, as its scope is"))
        }
        let kind: FactDefinition.Kind
        switch string(json, "type", place) {
        case "int": kind = .count
        case "number": kind = .number
        case "money": kind = .money
        case "bool": kind = .flag
        case "enum":
            let words = strings(json, "values", place)
            if words.isEmpty { note("\(place).values", .expected("its choices")) }
            if Set(words).count < words.count { note("\(place).values", .repeated("a choice")) }
            kind = .choice(words)
        default:
            note("\(place).type", .expected("int, number, money, bool or enum"))
            return nil
        }
        return FactDefinition(
            key: key, scope: scope, kind: kind, name: name(json, place),
            choices: choices(json, kind, place),
            sensitivity: Int(integer(json, "sensitivity", place)),
            department: reference(json, "sourceDepartment", to: departments, place),
            isDerived: optionalString(json, "derived", place) != nil)
    }

    /// What a fact's choices are called: `"words": {"zh": […], "en": […], "ja": […]}`, each in the
    /// order of the values.
    private mutating func choices(
        _ json: JSON, _ kind: FactDefinition.Kind, _ place: String
    ) -> [CatalogueName] {
        guard case .choice(let values) = kind else { return [] }
        guard let words = json["words"] else { return values.map { CatalogueName(chinese: $0) } }
        var lists: [[String]] = []
        for language in ["zh", "en", "ja"] {
            let list = strings(words, language, "\(place).words")
            if list.count != values.count {
                note("\(place).words.\(language)", .expected("a word for each of its values"))
                return []
            }
            lists.append(list)
        }
        return values.indices.map {
            CatalogueName(chinese: lists[0][$0], english: lists[1][$0], japanese: lists[2][$0])
        }
    }

    fileprivate mutating func formField(
        _ json: JSON, _ key: String, _ place: String
    ) -> FormField {
        let keys = json["facts"] == nil ? [] : strings(json, "facts", place)
        return FormField(
            key: key, name: name(json, place),
            holder: word(json, "holder", place, or: .household),
            facts: keys.compactMap { key in
                if facts.slot(of: key) == nil { note("\(place).facts", .unknownFact(key)) }
                return facts.slot(of: key)
            }, isWeighty: json["weighty"]?.bool ?? false)
    }

    /// What a tag says of the facts of whoever has it, where it says anything.
    fileprivate mutating func means(
        _ json: JSON, _ place: String
    ) -> [CatalogueTag.Meaning] {
        guard let found = json["means"] else { return [] }
        guard let members = found.members else {
            note("\(place).means", .expected("a value for each fact"))
            return []
        }
        var means: [CatalogueTag.Meaning] = []
        for member in members {
            let inside = "\(place).means.\(member.key)"
            guard let slot = facts.slot(of: member.key) else {
                note(inside, .unknownFact(member.key))
                continue
            }
            let kind = facts[slot].kind
            let parts = parts(inside) { () throws(FactValueError) in try kind.parts(member.value) }
            means.append(CatalogueTag.Meaning(fact: slot, parts: parts))
        }
        return means
    }

    fileprivate mutating func programme(
        _ json: JSON, _ id: String, _ known: KnownNames, _ place: String
    ) -> Programme {
        var unit = FactDefinition.Scope.person
        switch string(json, "unit", place) {
        case "household": unit = .household
        case "person": break
        default: note("\(place).unit", .expected("household or person"))
        }
        var exclusive: ExclusivePlace?
        if let group = optionalString(json, "exclusiveGroup", place) {
            exclusive = ExclusivePlace(
                group: group, rank: Int(integer(json, "exclusiveRank", place)))
        }
        var grants: Int64?
        if let word = optionalString(json, "grants", place) {
            if let slot = facts.slot(of: Catalogue.statusKey) {
                let kind = facts[slot].kind
                grants = parts("\(place).grants") { () throws(FactValueError) in
                    try kind.parts(.string(word))
                }
            } else {
                note("\(place).grants", .unknownFact(Catalogue.statusKey))
            }
        }
        let benefit = json["benefit"] ?? .null
        let inside = "\(place).benefit"
        return Programme(
            id: id, name: name(json, place),
            department: reference(json, "department", to: known.departments, place), unit: unit,
            pillar: string(json, "pillar", place), rule: rule(json, "rule", place),
            benefit: Benefit(
                kind: string(benefit, "kind", inside), basis: string(benefit, "basis", inside),
                period: string(benefit, "period", inside),
                amount: amount(benefit, "amount", inside)),
            exclusive: exclusive, grants: grants,
            formFields: references(json, "formFields", to: known.fields, place),
            papers: references(json, "requiredPapers", to: known.papers, place),
            standing: word(json, "status", place, or: .illustrative))
    }

    fileprivate mutating func document(
        _ json: JSON, _ id: String, _ known: KnownNames, _ place: String
    ) -> PolicyDocument {
        let days = days(json, from: "validFrom", to: "validTo", place)
        return PolicyDocument(
            id: id, programme: reference(json, "programme", to: known.programmes, place),
            department: reference(json, "department", to: known.departments, place),
            name: name(json, place), number: optionalString(json, "docNo", place),
            validFrom: days.from, validTo: days.to, rule: rule(json, "rule", place),
            benefit: string(json, "benefit", place),
            formFields: references(json, "formFields", to: known.fields, place),
            papers: references(json, "requiredPapers", to: known.papers, place),
            standing: word(json, "status", place, or: .illustrative),
            supersedes: optionalString(json, "supersedes", place))
    }

    fileprivate mutating func assessment(_ json: JSON) -> AssessmentDefinition {
        let dimensions = list(json, "dimensions", by: "id") {
            AssessmentDefinition.Dimension(id: $2, name: $0.name($1, "assessment.\($3)"))
        }
        let known = Set(dimensions.map(\.id))
        let indicators = list(json, "indicators", by: "id") { reader, element, id, place in
            let place = "assessment.\(place)"
            let scope = reader.optionalString(element, "scope", place)
            if let scope, scope != "anyMember" {
                reader.note("\(place).scope", .expected("anyMember, or none"))
            }
            let rule = reader.rule(element, "rule", place)
            if scope == nil,
                let personal = rule.conditions.first(where: {
                    reader.facts[$0.fact].scope == .person
                })
            {
                let key = reader.facts[personal.fact].key
                reader.note("\(place).rule", .typeMismatch("\(key) is a person's, needs anyMember"))
            }
            let weight = reader.integer(element, "weight", place)
            if !(0...1000).contains(weight) { reader.note("\(place).weight", .outOfRange) }
            return AssessmentDefinition.Indicator(
                id: id, dimension: reader.reference(element, "dim", to: known, place),
                name: reader.name(element, place), weight: weight, isOfAnyMember: scope != nil,
                need: element["need"] == nil
                    ? nil : reader.word(element, "need", place, or: .basicLiving), rule: rule)
        }
        var levels: [AssessmentDefinition.LevelBand] = []
        for (index, element) in array(json, "levels", "assessment").enumerated() {
            let place = "assessment.levels[\(index)]"
            let least = integer(element, "min", place)
            if let before = levels.last, before.least <= least {
                note("\(place).min", .expected("less than the level above"))
            }
            let level: Level = word(element, "id", place, or: .none)
            levels.append(
                AssessmentDefinition.LevelBand(
                    level: level, least: least, name: name(element, place)))
        }
        if levels.last?.least != 0 {
            note("assessment.levels", .expected("a last level that begins at 0"))
        }
        return AssessmentDefinition(
            dimensions: dimensions, indicators: indicators, levels: levels)
    }
}

extension [Programme] {
    /// Programmes that would open each other, where there are such, the first again at the end.
    ///
    /// One opens another where the status it gives meets a condition that the status of nobody,
    /// the first of the choices, does not.
    fileprivate func openingCycle(_ facts: FactDictionary) -> [String]? {
        guard let status = facts.slot(of: Catalogue.statusKey) else { return nil }
        let granting = filter { $0.grants != nil }
        func opens(_ programme: Programme) -> [Programme] {
            granting.filter { $0.rule.needs(programme.grants, status, negated: false) }
        }
        var settled: Set<String> = []
        func cycle(_ programme: Programme, _ path: [String]) -> [String]? {
            if let first = path.firstIndex(of: programme.id) {
                return path[first...] + [programme.id]
            }
            guard settled.insert(programme.id).inserted else { return nil }
            for next in opens(programme) {
                if let found = cycle(next, path + [programme.id]) { return found }
            }
            return nil
        }
        for programme in granting {
            if let found = cycle(programme, []) { return found }
        }
        return nil
    }
}

extension Rule {
    /// Whether a condition of it holds of this status and not of a household without one.
    fileprivate func needs(_ granted: Int64?, _ status: FactSlot, negated: Bool) -> Bool {
        switch self {
        case .all(let parts), .any(let parts):
            return parts.contains { $0.needs(granted, status, negated: negated) }
        case .not(let part): return part.needs(granted, status, negated: !negated)
        case .condition(let condition):
            guard let granted, condition.fact == status else { return false }
            func holds(_ value: Int64) -> Bool {
                let holds =
                    switch (condition.comparison, condition.operand) {
                    case (.equal, .value(let one)): value == one
                    case (.notEqual, .value(let one)): value != one
                    case (.oneOf, .values(let several)): several.contains(value)
                    default: false
                    }
                return holds != negated
            }
            return holds(granted) && !holds(0)
        }
    }
}
