internal import Crypto
internal import Foundation
public import SyncCore
public import SyncHub
internal import SyncProtocol

/// A copy of a hub in a folder of its own: each file as zstd frames, and a manifest with their
/// hashes.
///
/// A backup is there whole or not at all: it is written under another name, which it loses last.
/// It holds the hub's secret keys, and is as private as the hub's folder.
public struct Backup: Sendable {
    public let path: String
    public let hub: HubID
    public let epoch: EpochID
    public let made_ms: Int64
    public let place: LogPlace
    /// How far it has each replica's change sets.
    public let stored: [ReplicaID: UInt64]
    private let files: [File]

    private struct File: Sendable {
        let name: String
        let bytes: Int
        let hash: ContentHash
        /// The lengths of its zstd frames, each of which holds a chunk.
        let frames: [Int]
    }

    /// What of a hub's folder belongs to a backup beside the database.
    public static let names = ["receipt.key", "ca.pem", "ca.key", "server.pem", "server.key"]
    private static let database = "hub.sqlite"
    /// Where the bytes of records' files lie, each by its hash in a folder of its first letters.
    private static let bytes = "files"
    private static let manifest = "manifest.json"
    private static let mark = "verified"
    /// What is compressed at a time.
    private static let chunk = 4 << 20

    // MARK: Making

    /// Makes a backup of a copy of the database, which holds `contents`, and of the other files of
    /// `folder`, in a new folder within `target`.
    public static func make(
        of contents: StoreContents, database: String, folder: String, in target: String,
        now_ms: Int64
    ) throws -> Backup {
        let path = "\(target)/\(contents.hub)-\(contents.place.position)-\(now_ms)"
        let draft = path + ".new"
        try makeFolder(draft)
        var isWhole = false
        defer { if !isWhole { remove(draft) } }
        var files = [try pack(database, to: draft, as: Self.database)]
        for name in names { files.append(try pack("\(folder)/\(name)", to: draft, as: name)) }
        for path in try brought(in: folder) {
            files.append(try pack(path.source, to: draft, as: path.name))
        }
        let backup = Backup(
            path: path, hub: contents.hub, epoch: contents.epoch, made_ms: now_ms,
            place: contents.place, stored: contents.stored, files: files)
        try PrivateFile.replace("\(draft)/\(manifest)", with: backup.json.bytes())
        guard rename(draft, path) == 0 else { throw FileFault("rename", path) }
        isWhole = true
        try PrivateFile.syncFolder(of: path)
        return backup
    }

    /// The files that devices have brought, as far as they are whole. They are never changed, and
    /// are there before the database says so: whatever its copy names is among them.
    private static func brought(
        in folder: String
    ) throws -> [(name: String, source: String)] {
        let files = "\(folder)/\(bytes)"
        guard access(files, F_OK) == 0 else { return [] }
        var found: [(name: String, source: String)] = []
        for part in try FileManager.default.contentsOfDirectory(atPath: files).sorted()
        where part.utf8.count == 2 {
            let folder = "\(files)/\(part)"
            for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
                found.append((name, "\(folder)/\(name)"))
            }
        }
        return found
    }

    /// Where a file of a backup belongs in a hub's folder; its folder is made.
    private static func place(of name: String, in folder: String) throws -> String {
        guard Base32.decode(name)?.count == 32 else { return "\(folder)/\(name)" }
        let files = "\(folder)/\(bytes)"
        let part = "\(files)/\(name.prefix(2))"
        for path in [files, part] where access(path, F_OK) != 0 { try makeFolder(path) }
        return "\(part)/\(name)"
    }

    private static func pack(_ source: String, to folder: String, as name: String) throws -> File {
        guard let input = FileHandle(forReadingAtPath: source) else {
            throw FileFault("open", source)
        }
        let path = "\(folder)/\(name).zst"
        let output = try PrivateFile.Output(path)
        defer { output.close() }
        var digest = SHA256()
        var bytes = 0
        var frames: [Int] = []
        while let part = try input.read(upToCount: chunk), !part.isEmpty {
            digest.update(data: part)
            bytes += part.count
            let frame = Zstd.compress(Array(part))
            try output.write(frame)
            frames.append(frame.count)
        }
        try output.finish()
        return File(
            name: name, bytes: bytes, hash: ContentHash(bytes: Array(digest.finalize()))!,
            frames: frames)
    }

    private static func makeFolder(_ path: String) throws(FileFault) {
        guard mkdir(path, 0o700) == 0 else { throw FileFault("create", path) }
    }

    /// Removes what was written of a backup or a restore, as far as the disk allows: whatever went
    /// wrong before is thrown.
    public static func remove(_ path: String) {
        do { try FileManager.default.removeItem(atPath: path) } catch { return }
    }

    // MARK: Reading

    /// Reads the manifest of a backup.
    public init(path: String) throws {
        let bytes = try PrivateFile.read("\(path)/\(Self.manifest)", maximumBytes: 64 << 20)
        let json = try JSON.parse(bytes, maximumDepth: Limits.jsonDepth)
        guard let backup = Backup(path: path, json) else {
            throw FileFault(operation: "read", path: path, reason: "its manifest is damaged")
        }
        self = backup
    }

    /// The backups in a folder, the oldest first, and those whose manifest can't be read.
    public static func all(
        in folder: String
    ) throws -> (backups: [Backup], unreadable: [String]) {
        var backups: [Backup] = []
        var unreadable: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let path = "\(folder)/\(name)"
            // A draft has another name until it is whole.
            guard !name.hasSuffix(".new"), access("\(path)/\(manifest)", F_OK) == 0 else {
                continue
            }
            do { backups.append(try Backup(path: path)) } catch { unreadable.append(path) }
        }
        return (backups.sorted { $0.made_ms < $1.made_ms }, unreadable)
    }

    /// Whether it was restored and found whole.
    public var isVerified: Bool { access("\(path)/\(Self.mark)", F_OK) == 0 }

    /// Keeps beside it that it was found whole.
    public func markVerified() throws { try PrivateFile.replace("\(path)/\(Self.mark)", with: []) }

    // MARK: Restoring

    /// Unpacks it into a new folder, checking every hash. Leaves nothing where one does not fit.
    public func unpack(to folder: String) throws {
        try Self.makeFolder(folder)
        var isWhole = false
        defer { if !isWhole { Self.remove(folder) } }
        for file in files {
            let source = "\(path)/\(file.name).zst"
            guard let input = FileHandle(forReadingAtPath: source) else {
                throw FileFault("open", source)
            }
            let damaged = FileFault(operation: "read", path: source, reason: "it is damaged")
            let output = try PrivateFile.Output(Self.place(of: file.name, in: folder))
            defer { output.close() }
            var digest = SHA256()
            for length in file.frames {
                guard let frame = try input.read(upToCount: length), frame.count == length else {
                    throw damaged
                }
                let part: [UInt8]
                do {
                    part = try Zstd.decompress(Array(frame), maximumBytes: Self.chunk)
                } catch { throw damaged }
                digest.update(data: part)
                try output.write(part)
            }
            guard Array(digest.finalize()) == file.hash.bytes else { throw damaged }
            try output.finish()
        }
        isWhole = true
    }

    /// What a later state has and this backup has not: per replica the first and last number.
    public func lacks(_ later: [ReplicaID: UInt64]) -> [(
        replica: ReplicaID, numbers: ClosedRange<UInt64>
    )] {
        later.keys.sorted().compactMap { replica in
            let last = stored[replica] ?? 0
            guard let there = later[replica], there > last else { return nil }
            return (replica, last + 1...there)
        }
    }
}

extension Backup {
    private init(
        path: String, hub: HubID, epoch: EpochID, made_ms: Int64, place: LogPlace,
        stored: [ReplicaID: UInt64], files: [File]
    ) {
        self.path = path
        self.hub = hub
        self.epoch = epoch
        self.made_ms = made_ms
        self.place = place
        self.stored = stored
        self.files = files
    }

    /// As the manifest says it, and `hazamad backup list --json`.
    public var json: JSON {
        .object([
            "hub": .string("\(hub)"), "epoch": .string("\(epoch)"), "made_ms": .integer(made_ms),
            "position": .integer(Int64(place.position.value)),
            "entry": .integer(Int64(place.link)), "entryHash": .string("\(place.hash)"),
            "stored": .array(
                stored.keys.sorted().map {
                    .object([
                        "replica": .string("\($0)"), "through": .integer(Int64(stored[$0]!)),
                    ])
                }),
            "files": .array(
                files.map { file in
                    .object([
                        "name": .string(file.name), "bytes": .integer(Int64(file.bytes)),
                        "sha256": .string("\(file.hash)"),
                        "frames": .array(file.frames.map { .integer(Int64($0)) }),
                    ])
                }),
        ])
    }

    private init?(path: String, _ json: JSON) {
        guard let hub = json["hub"]?.string.flatMap({ HubID($0) }),
            let epoch = json["epoch"]?.string.flatMap({ EpochID($0) }),
            let made_ms = json["made_ms"]?.integer,
            let position = json["position"]?.integer.flatMap({ LogPosition(UInt64(clamping: $0)) }),
            let link = json["entry"]?.integer,
            let hash = json["entryHash"]?.string.flatMap(Base32.decode)
                .flatMap({ ContentHash(bytes: $0) })
        else { return nil }
        var stored: [ReplicaID: UInt64] = [:]
        for each in json["stored"]?.array ?? [] {
            guard let replica = each["replica"]?.string.flatMap({ ReplicaID($0) }),
                let through = each["through"]?.integer
            else { return nil }
            stored[replica] = UInt64(clamping: through)
        }
        var files: [File] = []
        for each in json["files"]?.array ?? [] {
            guard let name = each["name"]?.string, !name.contains("/"),
                let bytes = each["bytes"]?.integer,
                let hash = each["sha256"]?.string.flatMap(Base32.decode)
                    .flatMap({ ContentHash(bytes: $0) })
            else { return nil }
            files.append(
                File(
                    name: name, bytes: Int(bytes), hash: hash,
                    frames: (each["frames"]?.array ?? []).compactMap { $0.integer.map { Int($0) } })
            )
        }
        self.init(
            path: path, hub: hub, epoch: epoch, made_ms: made_ms,
            place: LogPlace(position: position, link: UInt64(clamping: link), hash: hash),
            stored: stored, files: files)
    }
}
