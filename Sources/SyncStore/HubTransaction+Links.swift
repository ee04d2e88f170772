internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol

/// One entry of the hub's log. Its hash covers the entry before it, and so everything that ever
/// happened here.
public struct Link: Hashable, Sendable {
    public enum Kind: Int64, Hashable, Sendable, CaseIterable {
        /// An upload was stored; the subject is its row.
        case stored = 0
        /// An upload was judged, or judged again; the subject is its row.
        case judged = 1
        /// An upload was taken away, for others hold all of it; the subject is its row.
        case dropped = 2
        /// A person did something; the subject is the entry of the audit.
        case act = 3
        /// An epoch began.
        case epoch = 4
        /// A backup was verified; the subject is the position up to which.
        case anchor = 5
    }
    /// From 1, without gaps.
    public let number: UInt64
    public let kind: Kind
    public let subject: Int64
    /// The hash of what the entry is about.
    public let content: ContentHash
    public let hash: ContentHash

    /// Returns the hash that an entry has after one with the hash `previous`.
    static func hash(
        after previous: ContentHash, _ number: UInt64, _ kind: Kind, _ subject: Int64,
        _ content: ContentHash
    ) -> ContentHash {
        var writer = ByteWriter()
        writer.raw(previous.bytes)
        writer.varint(number)
        writer.byte(UInt8(kind.rawValue))
        writer.zigzag(subject)
        writer.raw(content.bytes)
        return Digests.sha256(writer.bytes)
    }
}

extension HubTransaction {
    /// The last entry of the log; `nil` in a store without any.
    public func lastLink() throws -> Link? {
        try links("ORDER BY number DESC LIMIT 1", []).first
    }

    /// The entry of this number.
    public func link(_ number: UInt64) throws -> Link? {
        try links("WHERE number = ?", [Int64(clamping: number)]).first
    }

    /// Calls `body` with every entry, in order.
    public func allLinks(_ body: (Link) throws -> Void) throws {
        var last: UInt64 = 0
        while true {
            let part = try links("WHERE number > ? ORDER BY number LIMIT 1000", [Int64(last)])
            for link in part { try body(link) }
            guard let end = part.last else { return }
            last = end.number
        }
    }

    /// Appends an entry to the log.
    public func link(_ kind: Link.Kind, _ subject: Int64, _ content: ContentHash) throws {
        let last = try lastLink()
        let number = (last?.number ?? 0) + 1
        let hash = Link.hash(after: last?.hash ?? .none, number, kind, subject, content)
        let statement = try db.cachedStatement(
            sql: "INSERT INTO links(number, kind, subject, content, hash) VALUES (?, ?, ?, ?, ?)")
        statement.setUncheckedArguments([
            Int64(clamping: number), kind.rawValue, subject, content.bytes.data, hash.bytes.data,
        ])
        try statement.execute()
    }

    /// Walks the log from its beginning and calls `body` with each entry that is not as it was
    /// written: with its number, and why.
    public func checkLinks(_ body: (UInt64, String) -> Void) throws {
        var previous = ContentHash.none
        var expected: UInt64 = 1
        var stored: [Int64: (number: UInt64, content: ContentHash)] = [:]
        var judged: [Int64: (number: UInt64, content: ContentHash)] = [:]
        var acts: [Int64: ContentHash] = [:]
        try allLinks { link in
            let hash = Link.hash(
                after: previous, link.number, link.kind, link.subject, link.content)
            if link.number != expected || hash != link.hash {
                body(link.number, "the entry does not follow from the one before")
            }
            (previous, expected) = (link.hash, link.number + 1)
            switch link.kind {
            case .stored: stored[link.subject] = (link.number, link.content)
            case .judged: judged[link.subject] = (link.number, link.content)
            case .dropped: (stored[link.subject], judged[link.subject]) = (nil, nil)
            case .act: acts[link.subject] = link.content
            case .epoch, .anchor: break
            }
        }
        try allUploads { upload in
            guard let entry = stored.removeValue(forKey: upload.id) else {
                return body(0, "upload \(upload.id) was never stored")
            }
            if try Self.content(of: upload) != entry.content {
                body(entry.number, "upload \(upload.id) is not as it was stored")
            }
            let receipt = upload.receipt.map { Digests.sha256($0) } ?? .none
            if receipt != judged.removeValue(forKey: upload.id)?.content ?? .none {
                body(entry.number, "upload \(upload.id) has another receipt than it was given")
            }
        }
        for (upload, entry) in stored { body(entry.number, "upload \(upload) is missing") }
        try checkActs(acts, body)
    }

    private func checkActs(
        _ acts: [Int64: ContentHash], _ body: (UInt64, String) -> Void
    ) throws {
        var acts = acts
        let cursor = try Row.fetchCursor(db, sql: "SELECT number, hash FROM audit")
        while let row = try cursor.next() {
            let number = try row.int(0)
            let hash = try row.bytes(1)
            if acts.removeValue(forKey: number)?.bytes != hash {
                body(0, "entry \(number) of the audit is not as it was written")
            }
        }
        for number in acts.keys { body(0, "entry \(number) of the audit is missing") }
    }

    /// What stands in the log for an upload as it came: everything of its row that never changes.
    static func content(of upload: StoredUpload) throws -> ContentHash {
        try content(
            upload.run, upload.replica, upload.first, upload.last, upload.head, upload.received_ms,
            upload.sent, upload.earlier)
    }

    static func content(
        _ run: SignedRun, _ replica: Int64, _ first: UInt64, _ last: UInt64, _ head: ContentHash,
        _ received_ms: Int64, _ sent: ClockReading, _ earlier: [SignedReceipt]
    ) -> ContentHash {
        var writer = ByteWriter()
        writer.raw(Digests.sha256(run.bytes).bytes)
        writer.raw(run.signature.bytes)
        writer.zigzag(replica)
        writer.varint(first)
        writer.varint(last)
        writer.raw(head.bytes)
        writer.zigzag(received_ms)
        writer.zigzag(sent.wall_ms)
        writer.varint(sent.monotonic_ms)
        writer.varint(sent.boot)
        writer.raw(StoredUpload.stored(earlier))
        return Digests.sha256(writer.bytes)
    }

    private func links(_ rest: String, _ arguments: StatementArguments) throws -> [Link] {
        let statement = try db.cachedStatement(
            sql: "SELECT number, kind, subject, content, hash FROM links \(rest)")
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            guard let kind = Link.Kind(rawValue: try row.read(1)),
                let content = ContentHash(bytes: try row.bytes(3)),
                let hash = ContentHash(bytes: try row.bytes(4))
            else { throw StoreFault(.damaged, "an entry of the log can't be read") }
            return Link(
                number: try row.count(0), kind: kind, subject: try row.read(2), content: content,
                hash: hash)
        }
    }
}

extension StoredUpload {
    /// Receipts one after the other, each with its signature; empty for none.
    static func stored(_ receipts: [SignedReceipt]) -> [UInt8] {
        var writer = ByteWriter()
        for receipt in receipts {
            writer.counted(receipt.bytes)
            writer.raw(receipt.signature.bytes)
        }
        return writer.bytes
    }

    static func receipts(_ stored: [UInt8]) throws -> [SignedReceipt] {
        var reader = ByteReader(stored)
        var receipts: [SignedReceipt] = []
        while !reader.isAtEnd {
            let bytes = try reader.counted()
            guard let signature = Signature(bytes: try reader.raw(64)) else { break }
            receipts.append(SignedReceipt(bytes: bytes, signature: signature))
        }
        return receipts
    }
}
