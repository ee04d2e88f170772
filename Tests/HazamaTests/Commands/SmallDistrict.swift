import ArgumentParser
import Fieldwork
import Glibc
import SyncCore
import SyncProtocol
import SyncStore

@testable import hazama

/// A machine of 王芳 in a folder of its own, with two households the hub has sent, the second of
/// which has a conflict about the number of its members.
final class SmallDistrict {
    static let today = CalendarDate(year: 2026, month: 11, day: 16)!
    /// 08:00 UTC.
    static let morning = ClockReading(
        wall_ms: today.ordinal * 86_400_000 + 8 * 3_600_000, monotonic_ms: 1000, boot: 1)
    static let area = ScopeID(high: 40, low: 0x1111_1111_1111_1111)
    static let zhang = RecordID(high: 70, low: 0x2222_2222_2222_2222)
    static let chen = RecordID(high: 71, low: 0x3333_3333_3333_3333)
    static let me = PersonID(high: 5, low: 1)
    static let liNa = PersonID(high: 5, low: 2)

    /// The hub's key, the same for every machine.
    static let key = SigningKey(seed: [UInt8](repeating: 0x68, count: 32))!
    /// How long the hub's word for a machine holds.
    static let word_ms: UInt64 = 2 * 86_400_000

    let folder: String

    /// - Parameter device: each is another machine.
    init(isApproved: Bool = true, device: UInt64 = 0) throws {
        var template = Array("/tmp/hazama-test-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw FileFault("/tmp", errno) }
        folder = String(cString: path) + "/home"
        var chance = Chance(7 + device)
        let store = try DeviceStore.create(folder, schema: .fieldwork, using: &chance)
        let key = Self.key
        let epoch = EpochID(high: 8, low: 8)
        try store.beginEnrolment(url: "https://127.0.0.1:1", deviceName: "laptop", authority: [])
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: HubID(high: 9, low: 9), epoch: epoch, district: "柳河区",
                receiptKey: key.verifying, sealingKey: key.sealing, person: Self.me,
                personName: "王芳",
                enrolment: isApproved ? .approved : .pending), now: Self.morning)
        if isApproved { try Self.fill(store, epoch) }
        try store.close()
    }

    deinit {
        for file in [
            "store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "key", "ca.pem", "lock",
        ] {
            unlink(folder + "/" + file)
        }
        rmdir(folder)
        rmdir(String(folder.dropLast("/home".count)))
    }

    private static func fill(_ store: DeviceStore, _ epoch: EpochID) throws {
        let hub = ReplicaID(high: 1 << 63, low: 1)
        let other = ReplicaID(high: 3, low: 3)
        var writers = WriterTable()
        _ = writers.number(of: Writer(replica: hub, author: PersonID(high: 0, low: 0)))
        _ = writers.number(of: Writer(replica: other, author: liNa))
        var pages: [SyncResponse.PageRecord] = []
        for (place, (id, name)) in [(zhang, "张桂兰"), (chen, "陈勇")].enumerated() {
            var draft = Household.Draft(area: area, headName: name)
            draft.address = "东街 \(place + 1) 号"
            draft.memberCount = 4
            let first = origin(hub, UInt64(place + 1), PersonID(high: 0, low: 0))
            var state = RecordState(record: id, collection: .household)
            state.merge(try draft.creation(id: id), from: first) { $0 != first.name }
            if id == chen {
                for (number, count) in [(1, 5), (2, 3)] as [(UInt64, Int64)] {
                    let replica = number == 1 ? other : ReplicaID(high: 4, low: 4)
                    let side = origin(replica, number, number == 1 ? liNa : me)
                    let write = Write(
                        unit: Household.Field.memberCount.id,
                        operation: .set(.integer(count), replacing: [first.name]))
                    let change = RecordChange(
                        record: id, collection: .household, creates: false, writes: [write],
                        shown: nil)!
                    state.merge(change, from: side) { $0 != side.name }
                }
            }
            pages.append(
                SyncResponse.PageRecord(
                    collection: .household, record: id, area: 1,
                    position: LogPosition(UInt64(place + 1))!,
                    state: StateCoding.encode(state, writers: &writers)))
        }
        let entries = writers.writers.enumerated().compactMap { place, writer in
            writer.map { SyncResponse.WriterEntry(number: UInt32(place + 1), writer: $0) }
        }
        let answer = SyncResponse(
            requestTag: 1, epoch: epoch, hub_ms: UInt64(morning.wall_ms),
            lease_ms: UInt64(morning.wall_ms + 14 * 86_400_000), merged: NumberSet(),
            grants: .init(
                version: 1, grants: [.init(id: GrantID(high: 1, low: 1), scope: area)],
                areas: [.init(number: 1, scope: area, parent: nil, name: Text("东街居委"))]),
            writers: entries,
            people: [.init(id: me, name: Text("王芳")), .init(id: liNa, name: Text("李娜"))],
            pages: [.init(grants: [0], through: LogPosition(2)!, records: pages)],
            notices: [
                .init(
                    number: 1, kind: .decision, at_ms: UInt64(morning.wall_ms), by: liNa,
                    record: zhang, collection: .household,
                    unit: Household.Field.memberCount.id, value: .integer(4),
                    yours: .integer(2), reason: Text("户口本\u{1B}[2J"))
            ], credential: try word(for: store))
        try store.apply(
            answer, receipts: [], sent: morning, received: morning, digestMatches: nil)
    }

    /// The hub's word for a machine.
    static func word(for store: DeviceStore) throws -> SignedCredential {
        SignedCredential(
            Credential(
                hub: HubID(high: 9, low: 9), replica: try store.identity().replica,
                key: try store.signingKey().verifying, person: me, name: Text("王芳"),
                issued_ms: UInt64(morning.wall_ms), until_ms: UInt64(morning.wall_ms) + word_ms,
                scopes: [area]), key: key)
    }

    private static func origin(
        _ replica: ReplicaID, _ number: UInt64, _ author: PersonID
    ) -> Origin {
        Origin(
            name: ChangeSetName(replica, ChangeSetNumber(number)!), author: author,
            time: CorrectedTime(clamping: morning.wall_ms - 3_600_000),
            position: LogPosition(number), shown: nil)
    }

    /// Runs a command as a person would type it, and returns how it ended and what it wrote.
    func run(
        _ words: String..., language: Language = .english, later_ms: Int64 = 0
    ) async throws -> (status: ExitStatus, screen: Screen) {
        try await run(words, language: language, later_ms: later_ms)
    }

    func run(
        _ words: [String], language: Language = .english, later_ms: Int64 = 0
    ) async throws -> (status: ExitStatus, screen: Screen) {
        let screen = Screen()
        guard let command = try Hazama.parseAsRoot(words) as? any DeskCommand else {
            throw Failure(status: .usage, code: "", what: "no command of ours")
        }
        let console = screen.console(isJSON: command.global.json, language: language)
        let now = ClockReading(
            wall_ms: Self.morning.wall_ms + later_ms, monotonic_ms: 2000, boot: 1)
        let desk = Desk(
            console, environment: ["HAZAMA_HOME": folder], started: now, clock: { now }
        ) { _ in nil }
        return (await desk.conduct(command), screen)
    }
}

/// A small generator whose numbers are the same in every run.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64 = 7) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
