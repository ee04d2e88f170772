internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// The states of some areas between two positions, as a page carries them.
struct SnapshotChunk: Sendable {
    enum Content: Sendable {
        /// Few: compressed with the rest of the answer.
        case records([SyncResponse.PageRecord])
        case packed([UInt8])
    }

    let through: LogPosition
    /// How many records it holds. Records only ever leave a stretch of positions, for whatever
    /// changes moves to the end of the log: as long as there are as many, they are the same.
    let records: Int
    /// What it takes in an answer, at most.
    let bytes: Int
    let content: Content
    /// The states left out because the device works them out; none in what is kept.
    let echoes: [SyncResponse.Echo.State]
    /// How many records the request itself has changed, `echoes` among them.
    let own: Int

    /// Brings records into the order of a page, and packs them where that is worth a frame of its
    /// own. Returns what they take, too.
    static func content(
        _ records: inout [SyncResponse.PageRecord], isShared: Bool
    ) -> (Content, size: Int) {
        // They come by area within a collection; a page wants them by collection only.
        records.sort {
            ($0.collection, $0.position, $0.record) < ($1.collection, $1.position, $1.record)
        }
        let bytes = records.reduce(0) { $0 + $1.state.count + 24 }
        guard bytes >= SnapshotChunks.smallestFrame else { return (.records(records), bytes) }
        let packed = SyncResponse.Page.pack(records, level: isShared ? 9 : 3)
        return (.packed(packed), packed.count)
    }

    func page(_ grants: [Int]) -> SyncResponse.Page {
        switch content {
        case .records(let records):
            SyncResponse.Page(grants: grants, through: through, records: records)
        case .packed(let packed):
            SyncResponse.Page(grants: grants, through: through, packed: packed)
        }
    }
}

/// Chunks that were made once and are sent to everybody who holds the same areas.
struct SnapshotChunks: Sendable {
    struct Key: Hashable {
        let areas: [UInt32]
        let after: LogPosition
    }

    /// Fewer records than this are compressed anew sooner than looked for.
    static let smallest = 256
    /// Fewer bytes than this are not worth a frame of their own.
    static let smallestFrame = 1024
    /// All chunks together, in bytes; beyond it all are dropped, and made again as they are asked
    /// for.
    static let limit = 32 << 20

    private var chunks: [Key: SnapshotChunk] = [:]
    private var bytes = 0

    subscript(key: Key) -> SnapshotChunk? {
        get { chunks[key] }
        set {
            bytes += (newValue?.bytes ?? 0) - (chunks[key]?.bytes ?? 0)
            chunks[key] = newValue
            if bytes > Self.limit { self = SnapshotChunks() }
        }
    }
}

extension SyncResponse.PageRecord {
    /// A record as the hub holds it.
    init(_ stored: StoredRecord) {
        self.init(
            collection: stored.collection, record: stored.record, area: stored.area,
            position: stored.position, state: stored.state)
    }
}
