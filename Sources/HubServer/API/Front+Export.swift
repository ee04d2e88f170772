internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

// What leaves the hub for other systems: the directory as others read it, and records as they are.

extension Front {
    /// The directory by the Human Services Data Specification: its tables, and each service whole.
    func directoryPackage(_ session: Session) async throws(Problem) -> Answer {
        let now_ms = wall.now_ms()
        let package = try await work.run { () throws(Problem) in
            guard let today = CalendarDate(ordinal: now_ms / 86_400_000),
                let root = hub.areas().first(where: { $0.parent == nil })
            else { throw Problem(.failed) }
            func all<Record: FieldworkRecord>(_: Record.Type) throws(Problem) -> [Record] {
                try hub.reference(Record.Field.collection, by: session).compactMap {
                    Record($0.state)
                }
            }
            var directory = HumanServicesPackage.Directory(root.scope, name: hub.district)
            for area in hub.areas() { directory.areas[area.scope] = area.path.last ?? "" }
            directory.departments = try all(Department.self)
            directory.partners = try all(Partner.self)
            directory.resources = try all(Resource.self)
            directory.stations = try all(Station.self)
            directory.sessions = try all(StationSession.self)
            return HumanServicesPackage(directory, asOf: today) { Digests.sha256($0) }
        }
        return .json(
            .object([
                "descriptor": package.descriptor,
                "tables": .array(
                    package.tables.map { table in
                        .object([
                            "path": .string(table.path),
                            "fields": .array(table.fields.map { .string($0.name) }),
                            "rows": .array(table.rows.map { .object($0) }),
                        ])
                    }),
                "services": .array(package.services),
            ]))
    }

    /// All records of a kind in one leaf area, as they stand. Who took them is written down; of
    /// identity numbers only the end is told.
    func exportRecords(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        guard let declaration = Schema.fieldwork.collection(named: call.id) else {
            throw Problem(.notFound, "There is no kind of record of that name.")
        }
        guard let area = call.query["area"] else {
            throw Problem(.malformed, "\"area\" is missing.")
        }
        let records = try await work.run { () throws(Problem) in
            try hub.takeOut(declaration.id, of: self.scope(area), by: session)
        }
        return .json(
            .object([
                "records": .array(
                    records.map { record in
                        .object([
                            "record": .string("\(record.state.record)"),
                            "area": .string("\(record.area)"),
                            "units": Self.masked(record.state.namedUnits(declaration)),
                        ])
                    })
            ]))
    }

    private static func masked(_ units: JSON) -> JSON {
        .object(
            (units.members ?? []).map { member in
                guard member.key == Person.Field.identityNumber.declaration.name,
                    let number = member.value.string
                else { return member }
                let shown = IdentityNumber(recorded: number)?.masked ?? "*"
                return JSONMember(member.key, .string(shown))
            })
    }
}
