internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

// What everybody reads and the office writes: the tag dictionary, departments, advisors, partners
// with what they offer, stations with their sessions.

extension Front {
    /// All of a kind, in the order of their ids; void ones with `?all=1`.
    func directory(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let kind = try Self.kind(call)
        let standing = try await work.run { () throws(Problem) in
            try hub.reference(kind.collection, by: session)
        }
        guard let declaration = Schema.fieldwork.collection(kind.collection) else {
            throw Problem(.failed)
        }
        let records = standing.compactMap { record -> JSON? in
            let void = declaration.unit(.void).flatMap { record.state.outcome(of: $0) }?.value
            guard call.query["all"] != nil || void == nil || void == .absent else { return nil }
            return .object([
                "record": .string("\(record.state.record)"),
                "units": record.state.namedUnits(declaration),
            ])
        }
        return .json(.object(["records": .array(records)]))
    }

    /// Makes a record of the directory, or with `"record"` changes one.
    func putInDirectory(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let kind = try Self.kind(call)
        guard kind != .batch else { throw Problem(.notAllowed, "Files are taken in, not noted.") }
        let fields = try JSONFields(call.body)
        let said = try fields.members("units")
        let reason =
            fields.has("reason")
            ? try fields.string("reason", maximumBytes: Limits.reasonBytes) : nil
        let void =
            fields.has("void") ? try fields.string("void", maximumBytes: Limits.reasonBytes) : nil
        let record: RecordID? = fields.has("record") ? try fields.identifier("record") : nil
        let now_ms = wall.now_ms()
        let written = try await work.run { () throws(Problem) in
            let entry = try self.entry(kind, session, now_ms)
            let change: RecordChange
            if let record {
                change = try entry.change(
                    hub.record(record, in: kind.collection, by: session), said, because: reason,
                    void: void, by: hub.replica)
            } else {
                change = try entry.creation(said, drawn: hub.drawRecord())
            }
            do throws(Problem) {
                try hub.write(
                    [[change]], intent: "directory", act: "directory.\(kind.rawValue)",
                    reason: reason ?? void, onlyReference: true, by: session)
            } catch {
                guard error.code == .staleView, record == nil else { throw error }
                throw Problem(.badValue, "There is a \(kind.rawValue) of that name already.")
            }
            return change.record
        }
        return .json(.object(["record": .string("\(written)")]))
    }

    /// Which streets have fewer advisors than they must.
    func staffing(_ session: Session) async throws(Problem) -> Answer {
        let (staffing, areas) = try await work.run { () throws(Problem) in
            let advisors = try hub.reference(.advisor, by: session).compactMap {
                Advisor($0.state)
            }
            let areas = hub.areas()
            let reference = Set(hub.referenceAreas)
            let roots = Set(areas.filter { $0.parent == nil }.map(\.scope))
            let streets = areas.filter { area in
                area.parent.map { roots.contains($0) && !reference.contains($0) } ?? false
            }.map(\.scope)
            return (Advisor.staffing(of: streets, by: advisors), areas)
        }
        return .json(
            .object([
                "least": .integer(Int64(Advisor.leastPerStreet)),
                "streets": .array(
                    staffing.map { line in
                        .object([
                            "street": .string("\(line.street)"),
                            "name": .string(
                                areas.first { $0.scope == line.street }?.path.last ?? ""),
                            "advisors": .integer(Int64(line.advisors)),
                            "isEnough": .bool(line.isEnough),
                        ])
                    }),
            ]))
    }

    private func entry(
        _ kind: DirectoryKind, _ session: Session, _ now_ms: Int64
    ) throws(Problem) -> DirectoryEntry {
        let area = try referenceArea()
        guard let today = CalendarDate(ordinal: now_ms / 86_400_000) else {
            throw Problem(.failed)
        }
        let reference = Set(hub.referenceAreas)
        let areas = hub.areas().filter { !reference.contains($0.scope) }
        return DirectoryEntry(
            kind: kind, area: area, today: today, session: session,
            parents: Dictionary(
                areas.map { ($0.scope, $0.parent) }, uniquingKeysWith: { first, _ in first }),
            held: try hub.heldAreas(by: session),
            scope: { text throws(Problem) in
                let scope = try self.scope(text)
                guard areas.contains(where: { $0.scope == scope }) else {
                    throw Problem(.noSuchArea)
                }
                return scope
            },
            worker: { text throws(Problem) in
                let people = try hub.people(by: session)
                guard let person = people.first(where: { $0.name == text || "\($0.id)" == text })
                else { throw Problem(.noSuchPerson) }
                return person.id
            })
    }

    /// Where what everybody reads lies.
    func referenceArea() throws(Problem) -> ScopeID {
        guard let area = hub.referenceAreas.first else {
            throw Problem(.noSuchArea, "This hub has no area that everybody reads.")
        }
        return area
    }

    private static func kind(_ call: Call) throws(Problem) -> DirectoryKind {
        guard let kind = DirectoryKind(rawValue: call.id) else {
            throw Problem(
                .notFound,
                "The directory has: "
                    + DirectoryKind.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
        return kind
    }
}

extension RecordState {
    /// What its units amount to, each under its name; of groups an object of their members.
    func namedUnits(_ declaration: CollectionDeclaration) -> JSON {
        .object(
            declaration.units.compactMap { unit in
                guard !unit.id.isOfEveryRecord || unit.id == .void,
                    let outcome = outcome(of: unit)
                else { return nil }
                let json: JSON? =
                    switch outcome {
                    case .elements(let values): .array(values.map { $0.named(unit) })
                    case .entries(let entries): .array(entries.map { $0.value.named(unit) })
                    default: outcome.value.map { $0.named(unit) }
                    }
                return json.map { JSONMember(unit.name, $0) }
            })
    }
}

extension Value {
    /// As people write it: days and ids as text, groups as objects.
    fileprivate func named(_ unit: UnitDeclaration) -> JSON {
        switch self {
        case .absent: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .text(let text): .string(text.string)
        case .bytes(let bytes): .string(Base32.encode(bytes))
        case .day(let day): .string("\(day)")
        case .reference(let record): .string("\(record)")
        case .group(let values):
            .object(
                zip(unit.members, values).map { JSONMember($0.name, $1.named(unit)) })
        }
    }
}
