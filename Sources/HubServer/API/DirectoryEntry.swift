internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

/// What somebody at the office wants written to the directory, read by the schema.
///
/// In JSON a unit stands under its name: a text, a number, a word of its choice, a day
/// `2026-03-04`, a record by its id, an area by its id or name, a worker by name; of a set all its
/// elements; of a group an object of its members, of which those left out stay as they are. Who
/// says so (`source`) is the hub's to know, and `effective` is today where nothing else is said.
struct DirectoryEntry {
    let kind: DirectoryKind
    /// Where new records lie.
    let area: ScopeID
    let today: CalendarDate
    let session: Session
    /// Every area with its parent.
    let parents: [ScopeID: ScopeID?]
    /// The areas that the session holds a grant of.
    let held: Set<ScopeID>
    let scope: (String) throws(Problem) -> ScopeID
    let worker: (String) throws(Problem) -> PersonID

    private var declaration: CollectionDeclaration {
        get throws(Problem) {
            guard let found = Schema.fieldwork.collection(kind.collection) else {
                throw Problem(.failed)
            }
            return found
        }
    }

    // MARK: A new one

    /// The change that makes a record of what is said.
    ///
    /// - Parameter drawn: its name, where the kind has no name of its own.
    func creation(_ said: [JSONMember], drawn: RecordID) throws(Problem) -> RecordChange {
        for name in kind.needed where !said.contains(where: { $0.key == name && !$0.value.isNull })
        {
            throw Problem(.badValue, "A new \(kind.rawValue) needs: \(name).")
        }
        let declaration = try declaration
        var owner: ScopeID?
        if kind == .tag { owner = try tagOwner(said) }
        try authorise(tagOf: owner)
        let source = try sourceWord(owner)
        var values: [String: Write.Operation] = [
            "area": .set(.area(area), replacing: [])
        ]
        if let owner, let level = level(of: owner) {
            values["level"] = .set(.word(level), replacing: [])
        }
        if let beginning = kind.beginning {
            values[beginning.unit] = .set(.text(beginning.word), replacing: [])
        }
        for member in said where !member.value.isNull {
            let unit = try unit(member.key, declaration)
            guard kind.beginning?.unit != member.key else {
                throw Problem(.badValue, "It begins as \(kind.beginning?.word ?? "").")
            }
            switch unit.policy {
            case .addWins:
                let elements = try elements(member, unit)
                if !elements.isEmpty {
                    values[unit.name] = .change(adding: elements.sorted(), removing: [])
                }
            case .sum: values[unit.name] = .increment(try integer(member))
            default:
                values[unit.name] = .set(
                    try value(member, unit, onto: nil, source), replacing: [])
            }
        }
        let writes = declaration.units.compactMap { unit in
            values[unit.name].map { Write(unit: unit.id, operation: $0) }
        }
        let change = RecordChange(
            record: try name(said, drawn), collection: kind.collection, creates: true,
            writes: writes.sorted { $0.unit < $1.unit }, shown: nil)
        guard let change else { throw Problem(.badValue) }
        do { try Schema.fieldwork.validate(change) } catch {
            throw Problem(.badValue, "It does not fit: \(error).")
        }
        return change
    }

    private func name(_ said: [JSONMember], _ drawn: RecordID) throws(Problem) -> RecordID {
        func text(_ key: String) -> String { said.first { $0.key == key }?.value.string ?? "" }
        return switch kind {
        case .tag: TagDefinition.id(code: text("code"))
        case .department: Department.id(code: text("code"))
        case .advisor: Advisor.id(of: try worker(text("worker")))
        case .partner, .resource, .station, .session, .batch: drawn
        }
    }

    // MARK: A change

    /// The change of a record that stands at the hub.
    ///
    /// - Parameters:
    ///   - reason: why, where a step wants that said.
    ///   - void: why the record is taken out of use as a mistake; `nil` to leave it in use.
    func change(
        _ standing: StandingRecord, _ said: [JSONMember], because reason: String?, void: String?,
        by replica: ReplicaID
    ) throws(Problem) -> RecordChange {
        let declaration = try declaration
        let owner = TagDefinition(standing.state)?.owner
        try authorise(tagOf: kind == .tag ? owner : nil)
        let source = try sourceWord(owner)
        var edit = Edit(
            of: standing.state, at: standing.position, by: replica, as: declaration)
        do {
            for member in said {
                let unit = try unit(member.key, declaration)
                let shown = standing.state.outcome(of: unit)
                if let partner = Partner(standing.state), unit.id == Partner.Field.progress.id {
                    guard let state = member.value.string.flatMap(Partner.Progress.init) else {
                        throw Self.unreadable(member.key)
                    }
                    try edit.step(
                        partner,
                        Step(to: state, on: today, by: session.person, because: reason))
                    continue
                }
                switch unit.policy {
                case .addWins: try change(&edit, unit, member, shown)
                case .sum:
                    let before: Int64 =
                        if case .integer(let number)? = shown?.value { number } else { 0 }
                    let delta = try integer(member) - before
                    if delta != 0 { try edit.increment(unit.id, by: delta) }
                case .states(let machine):
                    guard let next = member.value.string, let now = shown?.value,
                        case .text(let now) = now, machine.reaches(next, from: now.string)
                    else { throw Problem(.badValue, "No step leads there from where it is.") }
                    try edit.set(unit.id, to: .text(next))
                default:
                    try edit.set(
                        unit.id,
                        to: member.value.isNull
                            ? .absent : value(member, unit, onto: shown?.value, source))
                }
            }
            if let void { try edit.void(because: void) }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.badValue, "That can't be written: \(error).")
        }
        guard let change = edit.recordChange else {
            throw Problem(.badValue, "Nothing was said that would change it.")
        }
        return change
    }

    /// Makes a set what was said, by what that adds to the one shown and takes out of it.
    private func change(
        _ edit: inout Edit, _ unit: UnitDeclaration, _ member: JSONMember, _ shown: Outcome?
    ) throws {
        let wanted = try elements(member, unit)
        var has: [Value] = []
        if case .elements(let values)? = shown { has = values }
        let added = wanted.filter { new in !has.contains { $0.agrees(with: new) } }
        let removed = has.filter { old in !wanted.contains { $0.agrees(with: old) } }
        if added.isEmpty, removed.isEmpty { return }
        try edit.change(unit.id, adding: added, removing: removed)
    }

    // MARK: Who may

    /// Whether whoever is logged in may write this: the administrator all but the tags of streets
    /// and neighbourhoods; those their owner alone.
    private func authorise(tagOf owner: ScopeID?) throws(Problem) {
        guard let owner else {
            guard session.roles.contains(.administrator) else { throw Problem(.notAllowed) }
            return
        }
        if held.contains(owner) { return }
        let isDistrict = parents[owner].map { $0 == nil } ?? false
        guard isDistrict, session.roles.contains(.administrator) else {
            throw Problem(
                .notAllowed,
                "Whose tag it is edits it: the district its own, a street or neighbourhood its own."
            )
        }
    }

    private func tagOwner(_ said: [JSONMember]) throws(Problem) -> ScopeID {
        guard let text = said.first(where: { $0.key == "owner" })?.value.string else {
            throw Self.unreadable("owner")
        }
        return try scope(text)
    }

    /// The level of an area's dictionary, by how deep it lies; `nil` for one that is not there.
    private func level(of owner: ScopeID) -> TagLevel? {
        guard let parent = parents[owner] else { return nil }
        guard let parent else { return .district }
        guard let above = parents[parent], above != nil else { return .street }
        return .neighbourhood
    }

    /// By whose word a group is written.
    private func sourceWord(_ owner: ScopeID?) throws(Problem) -> String {
        guard kind == .tag else { return Fact.Source.decision.rawValue }
        guard let level = owner.flatMap(level) else { throw Problem(.noSuchArea) }
        return level.rawValue
    }

    // MARK: Values

    private func unit(
        _ name: String, _ declaration: CollectionDeclaration
    ) throws(Problem) -> UnitDeclaration {
        guard !DirectoryKind.implied.contains(name), let unit = declaration.unit(named: name),
            !unit.id.isOfEveryRecord
        else { throw Problem(.badValue, "A \(kind.rawValue) has no \(name) to be set.") }
        return unit
    }

    private func elements(
        _ member: JSONMember, _ unit: UnitDeclaration
    ) throws(Problem) -> [Value] {
        guard let array = member.value.array else { throw Self.unreadable(member.key) }
        var found: [Value] = []
        for json in array {
            let value = try single(json, unit.members[0].type, unit.name)
            if !found.contains(where: { $0.agrees(with: value) }) { found.append(value) }
        }
        return found
    }

    private func integer(_ member: JSONMember) throws(Problem) -> Int64 {
        guard let number = member.value.integer, (0...1_000_000_000).contains(number) else {
            throw Self.unreadable(member.key)
        }
        return number
    }

    /// A value of a unit; of a group with what is not said taken from the one before.
    private func value(
        _ member: JSONMember, _ unit: UnitDeclaration, onto before: Value?, _ source: String
    ) throws(Problem) -> Value {
        guard unit.isGroup else {
            return try single(member.value, unit.members[0].type, unit.name)
        }
        guard let given = member.value.members else { throw Self.unreadable(member.key) }
        for part in given
        where part.key == "source" || !unit.members.contains(where: { $0.name == part.key }) {
            throw Problem(.badValue, "\(member.key) has no \(part.key) to be set.")
        }
        var values = [Value](repeating: .absent, count: unit.members.count)
        if case .group(let old)? = before, old.count == values.count { values = old }
        for (place, part) in unit.members.enumerated() {
            if part.name == "source" {
                values[place] = .text(source)
            } else if part.name == "effective", member.value["effective"] == nil {
                values[place] = .day(today)
            } else if let json = member.value[part.name] {
                values[place] =
                    json.isNull ? .absent : try single(json, part.type, part.name)
            }
        }
        guard values[0] != .absent else { throw Self.unreadable(unit.members[0].name) }
        return .group(values)
    }

    private func single(_ json: JSON, _ type: ValueType, _ name: String) throws(Problem) -> Value {
        switch (type, json) {
        case (.integer(let range), .integer(let number)) where range.contains(number):
            return .integer(number)
        case (.bool, .bool(let flag)): return .bool(flag)
        case (.text(let maximum), .string(let text))
        where !text.isEmpty && text.utf8.count <= maximum && !text.utf8.contains(0):
            return .text(text)
        case (.choice(let words), .string(let word)):
            guard words.contains(word) else {
                throw Problem(
                    .badValue, "\(name) is one of: \(words.joined(separator: ", ")).")
            }
            return .text(word)
        case (.day, .string(let text)):
            guard let day = CalendarDate(text) else { throw Self.unreadable(name) }
            return .day(day)
        case (.reference, .string(let text)):
            if DirectoryKind.areas.contains(name) { return .area(try scope(text)) }
            if name == "worker" { return .worker(try worker(text)) }
            guard let record = RecordID(text) else { throw Self.unreadable(name) }
            return .reference(record)
        default: throw Self.unreadable(name)
        }
    }

    private static func unreadable(_ name: String) -> Problem {
        Problem(.badValue, "\(name) is missing, or not as it should be.")
    }
}
