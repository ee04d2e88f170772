internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// A judged upload of the legal log, decoded.
struct LoggedUpload: Sendable {
    /// The number of the first of `sets`; they and `entries` follow each other without gaps.
    let first: UInt64
    let sets: [HashedChangeSet]
    let entries: [ReceiptEntry]
    let received_ms: Int64
    /// The run's bytes: what it costs to keep.
    let size: Int

    /// A change set with what its receipt says; `nil` if there is none of this number, or no
    /// receipt.
    subscript(number: UInt64) -> (set: HashedChangeSet, entry: ReceiptEntry)? {
        guard number >= first, number - first < UInt64(min(sets.count, entries.count)) else {
            return nil
        }
        return (sets[Int(number - first)], entries[Int(number - first)])
    }
}

/// The uploads that were looked into lately. A conflict's base lies in one of a few weeks ago, and
/// many conflicts of an area have theirs in the same few uploads.
///
/// Invariant: an upload is here only as it stands in the log; whoever changes its receipt forgets
/// it.
struct LoggedUploads: Sendable {
    /// Of runs, before compression. Decoded they take some eight times as much memory.
    static let maximumBytes = 8 << 20

    private var uploads: [Int64: (upload: LoggedUpload, asked: UInt64)] = [:]
    private var bytes = 0
    private var asked: UInt64 = 0

    /// Returns an upload that is kept.
    mutating func upload(_ id: Int64) -> LoggedUpload? {
        guard let known = uploads[id]?.upload else { return nil }
        asked += 1
        uploads[id]?.asked = asked
        return known
    }

    /// Keeps an upload, and drops those not asked for longest until all fit. The newest always
    /// stays.
    mutating func keep(_ upload: LoggedUpload, _ id: Int64) {
        forget(id)
        asked += 1
        uploads[id] = (upload, asked)
        bytes += upload.size
        while bytes > Self.maximumBytes, uploads.count > 1,
            let oldest = uploads.min(by: { $0.value.asked < $1.value.asked })
        {
            forget(oldest.key)
        }
    }

    mutating func forget(_ id: Int64) {
        if let gone = uploads.removeValue(forKey: id) { bytes -= gone.upload.size }
    }
}
