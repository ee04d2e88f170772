public import SyncCore

extension SyncResponse {
    /// Stands for the states that the device's own change sets made, and nobody else's: the device
    /// works them out by itself, from what it held before and what the receipts say.
    ///
    /// It proves that both ends came to the same bytes; where they did not, the device drops the
    /// pages and asks again. Form and meaning: `protocol/messages.md#10-echo`.
    public struct Echo: Hashable, Sendable {
        /// How many states; at least one.
        public let records: Int
        public let digest: StateDigest

        public init(records: Int, digest: StateDigest) {
            (self.records, self.digest) = (records, digest)
        }

        /// Stands for these states, whatever their order; `nil` for none.
        public init?(of states: [State]) {
            guard !states.isEmpty else { return nil }
            var writer = ByteWriter()
            for state in states.sorted(by: { $0.record < $1.record }) {
                writer.identifier(state.record)
                writer.varint(UInt64(state.area))
                writer.varint(state.position.value)
                writer.fixed64(state.digest.high)
                writer.fixed64(state.digest.low)
            }
            self.init(records: states.count, digest: .lanes(of: writer.bytes))
        }
    }
}

extension SyncResponse.Echo {
    /// A state, with all that a page would say of it.
    public struct State: Hashable, Sendable {
        public let record: RecordID
        public let area: UInt32
        public let position: LogPosition
        public let digest: StateDigest

        public init(record: RecordID, area: UInt32, position: LogPosition, digest: StateDigest) {
            (self.record, self.area, self.position) = (record, area, position)
            self.digest = digest
        }
    }
}
