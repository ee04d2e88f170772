import Fieldwork
import SyncCore
import SyncProtocol
import Testing

@testable import hazama

@Suite("What was seen of a record")
struct SeenTests {
    static let me = ReplicaID(high: 1, low: 1)
    static let other = ReplicaID(high: 2, low: 2)
    static let record = RecordID(high: 7, low: 7)
    static let count = Household.Field.memberCount.id

    /// The setting of a household's member count, as one change set of `replica` does it.
    static func set(
        _ count: Int64, by replica: ReplicaID, _ number: UInt64, replacing: [ChangeSetName] = []
    ) -> (RecordChange, Origin) {
        let write = Write(
            unit: Self.count, operation: .set(.integer(count), replacing: replacing))
        let change = RecordChange(
            record: record, collection: .household, creates: false, writes: [write], shown: nil)!
        let origin = Origin(
            name: ChangeSetName(replica, ChangeSetNumber(number)!),
            author: PersonID(high: 0, low: replica.low), time: CorrectedTime(clamping: 1000),
            position: LogPosition(number), shown: nil)
        return (change, origin)
    }

    static func state(_ changes: [(RecordChange, Origin)]) -> RecordState {
        var state = RecordState(record: record, collection: .household)
        for (change, origin) in changes { state.merge(change, from: origin) { $0 != origin.name } }
        return state
    }

    @Test("it comes back from the store as it was, writers and positions included")
    func roundTrip() throws {
        let seen = Seen(
            Self.state([Self.set(4, by: Self.me, 1), Self.set(5, by: Self.other, 3)]),
            at: LogPosition(3))
        #expect(try #require(Seen(seen.encode())) == seen)
        let unconfirmed = Seen(Self.state([]), at: nil)
        #expect(try #require(Seen(unconfirmed.encode())) == unconfirmed)
    }

    @Test("what is broken or of another version was never seen")
    func broken() {
        let bytes = Seen(Self.state([Self.set(4, by: Self.me, 1)]), at: nil).encode()
        for count in 0..<bytes.count { #expect(Seen(Array(bytes.prefix(count))) == nil) }
        let newer = String(decoding: bytes, as: UTF8.self).replacing(#"{"v":1"#, with: #"{"v":2"#)
        #expect(Seen(Array(newer.utf8)) == nil)
    }

    @Test("somebody else's newer value was not seen; one's own was")
    func movedOn() {
        let first = Self.set(4, by: Self.other, 1)
        let seen = Seen(Self.state([first]), at: LogPosition(1))
        let theirs = Self.set(5, by: Self.other, 2, replacing: [first.1.name])
        let mine = Self.set(3, by: Self.me, 1, replacing: [first.1.name])
        #expect(seen.unitsMovedOn(in: seen.state, replica: Self.me) == [])
        #expect(
            seen.unitsMovedOn(in: Self.state([first, theirs]), replica: Self.me) == [Self.count])
        #expect(seen.unitsMovedOn(in: Self.state([first, mine]), replica: Self.me) == [])
    }

    @Test("an edit from what was seen leaves a value that came in since beside it")
    func notCovered() throws {
        let first = Self.set(4, by: Self.other, 1)
        let theirs = Self.set(5, by: Self.other, 2, replacing: [first.1.name])
        let seen = Seen(Self.state([first]), at: LogPosition(1))
        var edit = Edit(
            of: seen.state, at: seen.position, by: Self.me, as: Household.declaration)
        try edit.set(Household.Field.memberCount, to: .integer(3))
        var now = Self.state([first, theirs])
        let mine = Self.set(3, by: Self.me, 1).1
        now.merge(try #require(edit.recordChange), from: mine) { $0 != mine.name }
        #expect(Household(now)?.isDisputed(.memberCount) == true)
    }
}
