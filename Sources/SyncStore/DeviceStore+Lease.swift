public import SyncCore

/// How long a device may still show what it holds without hearing from its hub.
public enum ReadingLease: Hashable, Sendable {
    /// It has not synced yet, and holds nothing that was lent.
    case notLent
    /// So many milliseconds are left of those lent with the last sync, until this time of the hub's
    /// clock.
    case left(Int64, of: Int64, until_ms: Int64)
    /// The time is over, or the hub took the device out.
    case over
}

extension DeviceStore {
    /// Returns how long this device may still show what it holds.
    ///
    /// While the machine has not been started anew since the last sync, the time is counted from
    /// that sync, and no setting of its clock shortens or lengthens it. Otherwise it goes by the
    /// clock, corrected as the hub last found it wrong; a clock that stands before that sync counts
    /// as that sync, for a flat battery must not take the records from somebody in the field.
    public func readingLease(at now: ClockReading) throws(StoreError) -> ReadingLease {
        try read { db in
            let row = try HotStatement(
                """
                SELECT lease_ms, synced_hub_ms, offset_ms, offset_monotonic_ms, offset_boot
                FROM sync_replica
                """, db)
            defer { row.reset() }
            guard try row.step(), let end_ms = try row.number(0) else { return .notLent }
            guard let synced_ms = try row.number(1) else { return .notLent }
            let measured = try row.number(3).map { UInt64(bitPattern: $0) }
            let boot = try row.number(4).map { UInt64(bitPattern: $0) }
            let hub_ms: Int64
            if let measured, boot == now.boot, measured <= now.monotonic_ms {
                hub_ms = synced_ms.addingClamped(Int64(clamping: now.monotonic_ms - measured))
            } else {
                let corrected = now.wall_ms.addingClamped(try row.number(2) ?? 0)
                hub_ms = max(synced_ms, corrected)
            }
            let left_ms = end_ms.subtractingClamped(hub_ms)
            guard left_ms > 0 else { return .over }
            return .left(left_ms, of: end_ms.subtractingClamped(synced_ms), until_ms: end_ms)
        }
    }
}
