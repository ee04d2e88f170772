import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("The directory as others read it")
struct HumanServicesTests {
    private static let district = ScopeID(high: 1, low: 1)
    private static let north = ScopeID(high: 1, low: 2)
    private static let today = CalendarDate("2026-11-20")!

    private static func state(_ change: RecordChange) -> RecordState {
        var state = RecordState(record: change.record, collection: change.collection)
        state.merge(
            change,
            from: Origin(
                name: ChangeSetName(ReplicaID(high: 3, low: 3), .first),
                author: PersonID(high: 5, low: 1), time: CorrectedTime(clamping: 0),
                position: LogPosition(1), shown: nil)
        ) { _ in false }
        return state
    }

    /// A partner that has come as far as this.
    private static func partner(
        _ number: UInt64, _ kind: PartnerKind, at progress: Partner.Progress
    ) throws -> Partner {
        var draft = Partner.Draft(area: district, kind: kind, name: "P\(number)")
        draft.reach = [north]
        let change = try draft.creation(id: RecordID(high: 7, low: number))
        let writes = change.writes.map { write in
            write.unit == Partner.Field.progress.id
                ? Write(unit: write.unit, operation: .set(.word(progress), replacing: []))
                : write
        }
        let changed = try #require(
            RecordChange(
                record: change.record, collection: .partner, creates: true, writes: writes,
                shown: nil))
        return try #require(Partner(state(changed)))
    }

    private static func resource(
        _ number: UInt64, of partner: UInt64, until: String? = nil
    ) throws -> Resource {
        var draft = Resource.Draft(
            area: district, provider: RecordID(high: 7, low: partner), kind: .hours,
            title: "R\(number)")
        draft.unit = "hours"
        draft.capacity = 20
        draft.needKinds = [.tutoring, .company]
        draft.until = until.flatMap(CalendarDate.init)
        return try #require(Resource(state(draft.creation(id: RecordID(high: 8, low: number)))))
    }

    private static func directory() throws -> HumanServicesPackage.Directory {
        var directory = HumanServicesPackage.Directory(district, name: "长宁区")
        directory.areas = [district: "长宁区", north: "新泾镇"]
        directory.departments = [
            try #require(
                Department(
                    state(
                        Department.Draft(
                            area: district, code: "CA",
                            contact: ContactPoint(
                                "民政局", phone: "021-1", by: .decision, effective: today)
                        ).creation)))
        ]
        directory.partners = [
            try partner(1, .firm, at: .active), try partner(2, .school, at: .resting),
            try partner(3, .firm, at: .offered), try partner(4, .firm, at: .ended),
            try partner(5, .person, at: .active), try partner(6, .informal, at: .verified),
        ]
        directory.resources = try [
            resource(1, of: 1), resource(2, of: 1, until: "2026-11-19"), resource(3, of: 2),
            resource(4, of: 3), resource(5, of: 5),
        ]
        var station = Station.Draft(area: district, street: north, name: "新泾")
        station.services = [.help]
        station.contact = ContactPoint(
            "新泾", phone: "021-2", address: "东街 1 号", by: .decision, effective: today)
        let place = RecordID(high: 9, low: 1)
        directory.stations = [try #require(Station(state(station.creation(id: place))))]
        var session = StationSession.Draft(
            station: place, kind: .skills, day: try #require(CalendarDate("2026-12-01")),
            capacity: 12)
        session.time = "9:30"
        directory.sessions = [
            try #require(StationSession(state(session.creation(id: RecordID(high: 9, low: 2)))))
        ]
        return directory
    }

    private static func package() throws -> HumanServicesPackage {
        // Any hash will do that tells the names of this test apart.
        HumanServicesPackage(try directory(), asOf: today) { bytes in
            var word: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in bytes { word = (word ^ UInt64(byte)) &* 0x100_0000_01b3 }
            let eight = (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
            return ContentHash(bytes: eight + eight + eight + eight)!
        }
    }

    private static func column(
        _ package: HumanServicesPackage, _ table: String, _ name: String
    ) -> [String] {
        (package.tables.first { $0.name == table }?.rows ?? []).map { row in
            row.first { $0.key == name }?.value.string ?? ""
        }
    }

    @Test("only who was verified is published, and no private person")
    func published() throws {
        let package = try Self.package()
        #expect(
            Set(Self.column(package, "organization", "name")) == ["长宁区", "民政局", "P1", "P2"])
        #expect(
            Dictionary(
                uniqueKeysWithValues: zip(
                    Self.column(package, "service", "name"),
                    Self.column(package, "service", "status")))
                == [
                    "R1": "active", "R2": "inactive", "R3": "temporarily closed",
                    "新泾 help": "active", "新泾 skills": "active",
                ])
    }

    @Test("every name a table refers to is in its table, and no name stands twice")
    func references() throws {
        let package = try Self.package()
        var ids: Set<String> = []
        for table in package.tables {
            let own = Self.column(package, table.name, "id")
            #expect(own.allSatisfy { $0.count == 36 }, "\(table.name)")
            for id in own { #expect(ids.insert(id).inserted, "\(table.name) \(id)") }
        }
        for table in package.tables {
            for row in table.rows {
                let keys = row.map(\.key)
                #expect(
                    table.fields.map(\.name).filter(keys.contains)
                        == keys.sorted { one, two in
                            let names = table.fields.map(\.name)
                            return names.firstIndex(of: one)! < names.firstIndex(of: two)!
                        }, "\(table.name)")
                for member in row where member.key.hasSuffix("_id") {
                    #expect(ids.contains(member.value.string ?? ""), "\(table.name).\(member.key)")
                }
                for field in table.fields where field.isRequired {
                    #expect(keys.contains(field.name), "\(table.name).\(field.name)")
                }
            }
        }
    }

    @Test("a service given whole has its body, its areas, its kinds of need and its places within")
    func whole() throws {
        let services = try Self.package().services
        let tutoring = try #require(services.first { $0["name"]?.string == "R1" })
        #expect(tutoring["organization"]?["name"]?.string == "P1")
        #expect(tutoring["service_areas"]?.array?.compactMap { $0["name"]?.string } == ["新泾镇"])
        #expect(
            Set(
                tutoring["attributes"]?.array?.compactMap {
                    $0["taxonomy_term"]?["code"]?.string
                } ?? []) == ["tutoring", "company"])
        let skills = try #require(services.first { $0["name"]?.string == "新泾 skills" })
        let place = try #require(skills["service_at_locations"]?.array?.first)
        #expect(place["location"]?["description"]?.string == "东街 1 号")
        #expect(place["location"]?["phones"]?.array?.first?["number"]?.string == "021-2")
        #expect(place["schedules"]?.array?.first?["opens_at"]?.string == "09:30")
        #expect(place["schedules"]?.array?.first?["dtstart"]?.string == "2026-12-01")
    }

    @Test("the package names its files, and is the same each time")
    func descriptor() throws {
        let package = try Self.package()
        let paths = package.descriptor["resources"]?.array?.compactMap { $0["path"]?.string }
        #expect(paths == package.tables.map(\.path))
        #expect(paths?.contains("service_at_location.csv") == true)
        #expect(package.descriptor["version"]?.string == "3.0.0")
        #expect(try Self.package().services == package.services)
    }
}
