internal import GRDB
internal import SyncCore
internal import SyncProtocol

// What the hub leaves out of its answer because this device can work it out: the states that its
// own change sets made, and nobody else's.

extension DeviceStore {
    /// A record as a page would have brought it, with its state.
    struct EchoedRecord {
        let sent: SyncResponse.PageRecord
        let state: RecordState
    }

    /// Works out the states that an answer's echo stands for: what was confirmed before, with the
    /// own change sets merged that the receipts say are merged now, in the order of their
    /// positions.
    ///
    /// - Returns: the records as a page would have brought them; `nil` where they are not the
    ///   hub's to the last byte, so that it has to be asked for them.
    func workOut(
        _ echo: SyncResponse.Echo, of answer: SyncResponse, _ receipts: [Receipt], _ db: Database
    ) throws -> [EchoedRecord]? {
        let cursors = Set(try territory(db).current.map(\.cursor))
        guard cursors.count == 1, let cursor = cursors.first,
            let through = answer.pages.last?.through
        else { return nil }
        // Everything it brings has been applied before.
        if through <= cursor { return [] }
        let era = try era(db)
        let writers = try writers(era, db)
        let given = Set(answer.pages.flatMap { $0.records.map(\.record) })
        var working: [RecordID: WorkingRecord] = [:]
        for (number, entry) in Self.merged(receipts, after: cursor, through: through) {
            guard let set = try unlessLost(number, { try changeSet(number, db).changeSet }) else {
                return nil
            }
            for change in set.changes where !given.contains(change.record) {
                if working[change.record] == nil {
                    guard
                        let record = try echoed(change, era, writers, db)
                    else { return nil }
                    working[change.record] = record
                }
                working[change.record]?.merge(change, of: set, entry)
            }
        }
        var received: [EchoedRecord] = []
        var states: [SyncResponse.Echo.State] = []
        for (id, record) in working where record.position <= through {
            var numbered = writers
            let bytes = StateCoding.encode(record.state, writers: &numbered)
            // A writer that the hub has not told has no number that means anything.
            guard numbered.writers.count == writers.writers.count else { return nil }
            states.append(
                SyncResponse.Echo.State(
                    record: id, area: record.area, position: record.position,
                    digest: .of(id, state: bytes)))
            received.append(
                EchoedRecord(
                    sent: SyncResponse.PageRecord(
                        collection: record.state.collection, record: id, area: record.area,
                        position: record.position, state: bytes), state: record.state))
        }
        return SyncResponse.Echo(of: states) == echo ? received : nil
    }

    private struct WorkingRecord {
        var state: RecordState
        let area: UInt32
        var position = LogPosition.start

        mutating func merge(_ change: RecordChange, of set: ChangeSet, _ entry: ReceiptEntry) {
            let name = set.name
            state.merge(
                change,
                from: Origin(
                    name: name, author: set.author, time: entry.time(of: set),
                    position: entry.position, shown: change.shown)
            ) { $0 != name }
            position = entry.position ?? position
        }
    }

    /// The own change sets that were merged between two positions, in the order in which they were.
    private static func merged(
        _ receipts: [Receipt], after: LogPosition, through: LogPosition
    ) -> [(ChangeSetNumber, ReceiptEntry)] {
        var found: [LogPosition: (ChangeSetNumber, ReceiptEntry)] = [:]
        for receipt in receipts {
            var number = receipt.first
            for entry in receipt.entries {
                if entry.disposition.isMerged, let position = entry.position, position > after {
                    found[position] = (number, entry)
                }
                number = number.next
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// A record as it was confirmed before; `nil` where it can't be told what that was.
    private func echoed(
        _ change: RecordChange, _ era: Int64, _ writers: WriterTable, _ db: Database
    ) throws -> WorkingRecord? {
        guard let table = table(change.collection),
            let held = try held(change.record, table, db), let area = held.area
        else { return nil }
        // A state of an earlier life of the hub is none of this one.
        guard held.era == era, let state = try held.confirmed(change.record, table, self, db) else {
            return WorkingRecord(
                state: RecordState(record: change.record, collection: change.collection),
                area: area)
        }
        return WorkingRecord(state: state, area: area)
    }
}
