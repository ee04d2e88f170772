import Fieldwork
import Foundation
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Departments' feeds over HTTP")
struct FeedRouteTests {
    private static let number = "11010519491231002X"

    /// Households of one person each, as a device would have recorded them.
    private static func homes(
        _ people: [(number: String?, name: String)], in hub: Hub, from first: UInt64 = 1
    ) throws {
        let changes = try people.enumerated().map { place, one in
            let home = RecordID(high: 500, low: first + UInt64(place))
            var household = Household.Draft(area: HubFixture.north, headName: one.name)
            household.address = "东街 \(first + UInt64(place)) 号"
            var person = Person.Draft(household: home, name: one.name)
            person.identityNumber = one.number.flatMap(IdentityNumber.init(recorded:))
            if one.number == nil { person.birth = CalendarDate("1949-12-31") }
            return try [
                household.creation(id: home),
                person.creation(id: RecordID(high: 600, low: first + UInt64(place))),
            ]
        }
        try hub.load(changes, intent: "first load")
    }

    /// Valid numbers that no real person has.
    private static func numbers(_ count: Int) -> [String] {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        return (0..<count).map { place in
            let body =
                "9999991950010\(place / 1000 + 1)" + String(String(place % 1000 + 1000).dropFirst())
            let sum = zip(body, weights).reduce(0) { $0 + ($1.0.wholeNumberValue ?? 0) * $1.1 }
            return body + String(Array("10X98765432")[sum % 11])
        }
    }

    private static func post(
        _ office: DirectoryOffice, _ text: String, _ query: String, type: String = "text/csv"
    ) async throws -> RawAnswer {
        try await office.served.exchange(
            RawRequest(
                "POST", "/v1/admin/import?" + query,
                [("Content-Type", type), ("Authorization", "Bearer \(office.token)")],
                body: Array(text.utf8)))
    }

    private static func rows(_ answer: RawAnswer) -> [Int64] {
        ["accepted", "unchanged", "rejected", "queued"].map {
            answer.json?["rows"]?[$0]?.integer ?? -1
        }
    }

    @Test(
        "a department's workbook, written as CSV by the documented command, is taken in row by row")
    func workbook() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../feeds/disability.csv")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        try await DirectoryOffice.run { office in
            let hub = office.served.fixture.hub
            let people = [
                ("999999196112310018", "张桂兰"), ("999999198503040026", "陈勇"),
                ("99999919900505004X", "李娜"), ("999999194407070059", "赵磊"),
            ]
            try Self.homes(people.map { ($0.0, $0.1) }, in: hub)
            let answer = try await Self.post(office, text, "department=DP")
            #expect(Self.rows(answer) == [3, 0, 2, 0], "\(answer.text)")
            let left = answer.json?["left"]?.array ?? []
            #expect(left.compactMap { $0["reason"]?.string } == ["identity-check", "value"])
            #expect(left.last?["about"]?.string == "p.disabilityKind")
            let facts = try hub.records(of: .fact, by: office.served.fixture.admin)
                .compactMap { Fact($0) }
            func said(_ key: String, _ person: UInt64) -> Fact.Content? {
                facts.first { $0.key == key && $0.subject == RecordID(high: 600, low: person) }?
                    .statement?.content
            }
            #expect(said("p.disabilityKind", 1) == .word("physical"))
            #expect(said("p.severeMental", 1) == .flag(false))
            #expect(said("p.monthlyIncome", 1) == .number(260_050))
            #expect(said("p.disabilityKind", 2) == .word("mental"))
            #expect(said("p.severeMental", 2) == .flag(true))
            #expect(said("p.monthlyIncome", 2) == .number(0))
            #expect(said("p.disabilityKind", 3) == .word("multiple"))
            #expect(said("p.monthlyIncome", 3) == .number(123_456))
            #expect(said("p.severeMental", 3) == nil)
            #expect(facts.allSatisfy { $0.subject != RecordID(high: 600, low: 4) })
        }
    }

    @Test(
        "capability 4: of 1,000 rows 3 have bad numbers: 997 facts, 3 reasons, and no change again")
    func thousand() async throws {
        try await DirectoryOffice.run { office in
            let hub = office.served.fixture.hub
            let numbers = Self.numbers(1000)
            try Self.homes(numbers.map { ($0, "王") }, in: hub)
            var text = "identity_number,p.disabilityGrade,effective\r\n"
            for (place, number) in numbers.enumerated() {
                let isBad = [10, 500, 999].contains(place)
                text += (isBad ? "1" + number.dropFirst() : number) + ",2,2026-11-01\r\n"
            }
            let before = hub.position
            let dry = try await Self.post(office, text, "department=DP&dry_run=1")
            #expect(Self.rows(dry) == [997, 0, 3, 0], "\(dry.text.prefix(300))")
            #expect(hub.position == before)

            let answer = try await Self.post(office, text, "department=DP")
            #expect(Self.rows(answer) == [997, 0, 3, 0])
            #expect(answer.json?["facts"]?.integer == 997)
            let left = answer.json?["left"]?.array ?? []
            #expect(left.compactMap { $0["line"]?.integer } == [12, 502, 1001])
            #expect(left.allSatisfy { $0["reason"]?.string == "identity-check" })
            let status = try hub.status()

            let again = try await Self.post(office, text, "department=DP")
            #expect(Self.rows(again) == [0, 997, 3, 0])
            #expect(again.json?["written"]?.integer == 0)
            #expect(try hub.status() == status)

            let batch = try #require(answer.json?["batch"]?.string.flatMap(RecordID.init))
            let record = try #require(
                ImportBatch(
                    hub.record(batch, in: .importBatch, by: office.served.fixture.admin).state))
            #expect(record.rows == .init(accepted: 997, unchanged: 0, rejected: 3, queued: 0))
            #expect(record.digest == Digests.sha256(Array(text.utf8)).bytes)
            #expect(record.department == "DP")
            #expect(try await office.only("batch")["rows"]?["accepted"]?.integer == 997)
            #expect(try await office.post("directory/batch", "{}").code == .notAllowed)
        }
    }

    @Test("capability 5: one person in three departments' files is one person with three sources")
    func threeSources() async throws {
        try await DirectoryOffice.run { office in
            let hub = office.served.fixture.hub
            try Self.homes([(Self.number, "张桂兰")], in: hub)
            let files = [
                ("DP", "identity_number,p.disabilityGrade\n\(Self.number),2\n"),
                ("MI", "identity_number,p.medicalInsurance\n\(Self.number),resident\n"),
                ("HE", "name,birth,address,p.seriousIllness\n张桂兰,1949-12-31,东街 1 号,true\n"),
            ]
            for (department, text) in files {
                let answer = try await Self.post(
                    office, text, "department=\(department)&effective=2026-11-01&lang=zh-Hans")
                #expect(answer.status == 200, "\(answer.text)")
            }
            let home = RecordID(high: 500, low: 1)
            let states = try hub.records(
                with: home, in: .household, of: [.household, .person, .fact, .task],
                by: office.served.fixture.admin)
            #expect(states.compactMap(Person.init).count == 1)
            let facts = states.compactMap(Fact.init)
            #expect(Set(facts.compactMap { $0.statement?.department }) == ["DP", "MI", "HE"])
            #expect(Set(facts.compactMap(\.subject)) == [RecordID(high: 600, low: 1)])
            // By name alone it is not relied on, and somebody is asked to look, in their language.
            #expect(facts.filter(\.isDisputed).compactMap(\.key) == ["p.seriousIllness"])
            let tasks = states.compactMap(WorkTask.init)
            #expect(tasks.count == 1)
            #expect(tasks.first?.what?.contains("卫生健康委员会") == true)
            #expect(tasks.first?.state.created?.author == office.served.fixture.admin.person)
        }
    }

    @Test("what an advisor saw stays beside what the department says, and people look")
    func field() async throws {
        try await DirectoryOffice.run { office in
            let hub = office.served.fixture.hub
            try Self.homes([(Self.number, "张桂兰")], in: hub)
            let home = RecordID(high: 500, low: 1)
            let seen = Fact.Draft(
                household: home, subject: RecordID(high: 600, low: 1), key: "p.disabilityGrade",
                statement: Fact.Statement(
                    .number(3), effective: CalendarDate("2026-11-10")!, source: .advisor,
                    confidence: .credible))
            try hub.load([[seen.creation(id: RecordID(high: 700, low: 1))]], intent: "visit")
            let answer = try await Self.post(
                office, "identity_number,p.disabilityGrade\n\(Self.number),2\n",
                "department=DP&effective=2026-11-01")
            #expect(Self.rows(answer) == [0, 0, 0, 1])
            #expect(
                answer.json?["left"]?.array?.first?["reason"]?.string == "contradicts-field")
            let states = try hub.records(
                with: home, in: .household, of: [.fact, .task],
                by: office.served.fixture.admin)
            #expect(
                Set(states.compactMap(Fact.init).compactMap(\.statement?.content))
                    == [.number(2), .number(3)])
            #expect(states.compactMap(WorkTask.init).count == 1)
        }
    }

    static let refused: [(text: String, query: String, type: String, code: Problem.Code)] = [
        ("identity_number,p.disabilityGrade\n", "x=1", "text/csv", .malformed),
        ("identity_number,p.disabilityGrade\n", "department=XX", "text/csv", .badValue),
        ("identity_number,p.colour\n1,2\n", "department=DP", "text/csv", .badValue),
        ("a,b\n\"1,2\n", "department=DP", "text/csv", .badValue),
        ("x", "department=DP", "application/json", .wrongMediaType),
        (
            "identity_number,p.disabilityGrade\n", "department=DP&effective=soon", "text/csv",
            .malformed
        ),
    ]

    @Test("a file that can't be read is refused whole", arguments: refused)
    func refusal(text: String, query: String, type: String, code: Problem.Code) async throws {
        try await DirectoryOffice.run { office in
            let answer = try await Self.post(office, text, query, type: type)
            #expect(answer.code == code, "\(answer.text)")
        }
    }

    @Test("who keeps tags alone takes in no file")
    func notAllowed() async throws {
        try await DirectoryOffice.run { office in
            let token = try await office.token("Lin", .areaAdministrator, in: ["North"])
            let answer = try await office.served.exchange(
                RawRequest(
                    "POST", "/v1/admin/import?department=DP",
                    [("Content-Type", "text/csv"), ("Authorization", "Bearer \(token)")],
                    body: Array("identity_number,p.disabilityGrade\n".utf8)))
            #expect(answer.code == .notAllowed)
        }
    }
}

@Suite("What leaves the hub for other systems")
struct ExportRouteTests {
    @Test("records of an area are given as they stand, identity numbers by their end, and audited")
    func records() async throws {
        try await DirectoryOffice.run { office in
            let home = RecordID(high: 500, low: 1)
            var person = Person.Draft(household: home, name: "张桂兰")
            person.identityNumber = IdentityNumber(recorded: "11010519491231002X")
            try office.served.fixture.hub.load(
                [
                    [
                        Household.Draft(area: HubFixture.north, headName: "张桂兰")
                            .creation(id: home),
                        person.creation(id: RecordID(high: 600, low: 1)),
                    ]
                ], intent: "first load")
            let found = try await office.get("records/person?area=North")["records"]?.array ?? []
            #expect(found.count == 1)
            #expect(found.first?["units"]?["name"]?.string == "张桂兰")
            #expect(found.first?["units"]?["identity_number"]?.string == "**************002X")
            #expect(try await office.get("records/person?area=South")["records"]?.array == [])
            for (path, code) in [
                ("records/person", "HZ-1001"), ("records/king?area=North", "HZ-1005"),
                ("records/person?area=Nowhere", "HZ-4103"),
            ] {
                #expect(try await office.get(path)["code"]?.string == code)
            }
            let keeper = try await office.token("Lin", .areaAdministrator, in: ["North"])
            #expect(
                try await office.get("records/person?area=North", by: keeper)["code"]?.string
                    == "HZ-3003")
        }
    }

    @Test("the directory is given by the specification of Open Referral")
    func package() async throws {
        try await DirectoryOffice.run { office in
            let partner = try await office.put(
                "partner", #"{"units":{"name":"Reading Room","kind":"school","reach":["North"]}}"#)
            _ = try await office.put(
                "resource",
                #"""
                {"units":{"provider":"\#(partner)","title":"Tutoring","kind":"hours",
                "capacity":20,"need_kinds":["tutoring"]}}
                """#)
            #expect(try await office.get("package")["services"]?.array == [])
            _ = try await office.put(
                "partner", #"{"record":"\#(partner)","units":{"state":"verified"}}"#)
            let package = try await office.get("package")
            let service = try #require(package["services"]?.array?.first)
            #expect(service["name"]?.string == "Tutoring")
            #expect(service["organization"]?["name"]?.string == "Reading Room")
            #expect(service["service_areas"]?.array?.first?["name"]?.string == "North")
            let files = package["tables"]?.array?.compactMap { $0["path"]?.string } ?? []
            #expect(files.contains("services.csv"))
            #expect(
                package["descriptor"]?["resources"]?.array?.compactMap { $0["path"]?.string }
                    == files)
        }
    }
}
