internal import SyncCore
public import SyncProtocol
internal import SyncStore

extension Hub {
    /// Takes in a bundle, whoever brought it: its change sets are stored and judged as if their
    /// device had sent them. Repeating it changes nothing.
    ///
    /// Who carried it needs no right of their own: the seal and the author's signatures say all. So
    /// does a revoked device's outbox that a technician hands in: it is taken, and nothing is sent.
    ///
    /// - Returns: the receipts of all that it holds, for its author.
    /// - Throws: `.badBundle` where it can't be opened; nothing of it was stored then.
    public func take(bundle bytes: [UInt8]) throws(Problem) -> ReceiptFile {
        try serving { memory in
            let bundle: SealedBundle
            do throws(BundleError) {
                bundle = try SealedBundle.open(bytes, hub: memory.hub, key: memory.key)
            } catch {
                throw Problem(.badBundle)
            }
            guard let replica = try self.store.read({ tx in try tx.replica(bundle.replica) }),
                !replica.id.isHub
            else { throw Problem(.unknownReplica) }
            guard replica.state != DeviceState.pending.rawValue else {
                throw Problem(.awaitingApproval)
            }
            let now = self.clock()
            // Nobody knows how long it was carried, so the device's clocks when it was made say
            // nothing of how far they were off.
            let sent = ClockReading(wall_ms: now, monotonic_ms: 0, boot: .max)
            let receipts = try self.take(
                bundle.runs, asking: [], proving: [], from: replica, now, sent, &memory
            ).receipts
            let mark = try self.store.read { [memory] tx in try self.mark(memory, tx) }
            guard let mark else { throw StoreFault(.damaged, "the log has no entry") }
            return ReceiptFile(mark: mark, receipts: receipts)
        }
    }
}
