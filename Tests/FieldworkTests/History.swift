import Fieldwork
import SyncCore
import Testing

/// One record and the writes of several devices, received in the order in which they are made here.
struct History {
    private(set) var state: RecordState
    private var merged: Set<ChangeSetName> = []
    private var position = LogPosition.start

    init(_ creation: RecordChange) {
        state = RecordState(record: creation.record, collection: creation.collection)
        merge(creation, ChangeSetName(Self.replica(1), .first))
    }

    static func replica(_ device: UInt64) -> ReplicaID { ReplicaID(high: device, low: 0) }

    /// Has a device edit what it sees, or saw earlier, knowing the log up to `knowing`.
    mutating func write(
        _ device: UInt64, number: UInt64 = 1, seeing shown: RecordState? = nil,
        knowing: UInt64? = nil, _ body: (inout Edit) throws -> Void
    ) throws {
        let declaration = try #require(Schema.fieldwork.collection(state.collection))
        var edit = Edit(
            of: shown ?? state, at: knowing.flatMap(LogPosition.init), by: Self.replica(device),
            as: declaration)
        try body(&edit)
        let change = try #require(edit.recordChange)
        try Schema.fieldwork.validate(change)
        merge(change, ChangeSetName(Self.replica(device), try #require(ChangeSetNumber(number))))
    }

    /// Does what the hub does once heads differ.
    mutating func findBase(of field: some RecordUnit, in earlier: RecordState) {
        if case .register(let register)? = earlier[field.id] {
            state.setBase(register.heads.first, of: field.id)
        }
    }

    private mutating func merge(_ change: RecordChange, _ name: ChangeSetName) {
        position = position.next
        let merged = merged
        state.merge(
            change,
            from: Origin(
                name: name, author: PersonID(high: 0, low: name.replica.high),
                time: CorrectedTime(clamping: Int64(position.value)), position: position,
                shown: change.shown),
            hasMerged: { merged.contains($0) })
        self.merged.insert(name)
    }
}
