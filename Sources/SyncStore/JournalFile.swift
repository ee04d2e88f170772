internal import Foundation
public import SyncCore
internal import SyncProtocol
internal import Synchronization

/// A hub's journal: a file on other storage than the hub's folder, to which everything that the hub
/// itself writes is appended before it is answered.
///
/// Frames follow each other, numbered from 1, each with the hash over the one before: a journal can
/// be cut at its end, and nothing else can be done to it unseen. A frame that was not written to
/// its end is cut off when the file is opened. Form: `docs/backup.md`.
public final class JournalFile: Sendable {
    /// The end of a journal, or a place in it.
    public struct Place: Hashable, Sendable {
        /// 0 before the first frame.
        public let number: UInt64
        public let hash: ContentHash

        public init(number: UInt64, hash: ContentHash) {
            (self.number, self.hash) = (number, hash)
        }
    }

    public struct Frame: Hashable, Sendable {
        public let place: Place
        public let entry: [UInt8]

        public init(after previous: Place, _ entry: [UInt8]) {
            var writer = ByteWriter()
            writer.raw(previous.hash.bytes)
            writer.varint(previous.number + 1)
            writer.raw(entry)
            place = Place(number: previous.number + 1, hash: Digests.sha256(writer.bytes))
            self.entry = entry
        }
    }

    private struct End {
        var place: Place
        var bytes: Int64
    }

    private static let magic: [UInt8] = Array("HZ journal 1\n".utf8)

    public let path: String
    private let hub: HubID
    private let descriptor: Int32
    private let end: Mutex<End>

    /// Opens the journal of a hub, making it if it is not there. Throws where it is damaged, or
    /// another hub's.
    public init(path: String, hub: HubID) throws(StoreFault) {
        self.path = path
        self.hub = hub
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault("open", path) }
        do throws(StoreFault) {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw StoreFault(.busy, "another process writes to \(path)")
            }
            var facts = stat()
            guard fstat(descriptor, &facts) == 0 else { throw Self.fault("read", path) }
            guard facts.st_mode & 0o077 == 0 else {
                throw StoreFault(.other, "others may read \(path); it holds secrets: chmod 600")
            }
            if facts.st_size == 0 {
                let head = Self.magic + hub.bytes
                try Self.write(head, at: 0, descriptor, path)
                try Self.sync(descriptor, path)
                try Self.syncFolder(of: path)
                end = Mutex(End(place: Self.beginning(of: hub), bytes: Int64(head.count)))
            } else {
                let (frames, bytes) = try Self.read(descriptor, path, hub)
                guard ftruncate(descriptor, off_t(bytes)) == 0 else {
                    throw Self.fault("write", path)
                }
                end = Mutex(
                    End(place: frames.last?.place ?? Self.beginning(of: hub), bytes: bytes))
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Before the first frame of a hub's journal.
    public static func beginning(of hub: HubID) -> Place {
        Place(number: 0, hash: Digests.sha256(magic + hub.bytes))
    }

    public var place: Place { end.withLock { $0.place } }

    /// Appends frames that follow the last; they are on the disk when this returns.
    public func append(_ frames: [Frame]) throws(StoreFault) {
        guard let last = frames.last else { return }
        var writer = ByteWriter()
        for frame in frames {
            writer.fixed32(UInt32(frame.entry.count))
            writer.fixed32(~UInt32(frame.entry.count))
            writer.raw(frame.place.hash.bytes)
            writer.raw(frame.entry)
        }
        let bytes = writer.bytes
        let result: Result<Void, StoreFault> = end.withLock { end in
            do throws(StoreFault) {
                precondition(frames[0].place.number == end.place.number + 1, "frames are missing")
                try Self.write(bytes, at: end.bytes, descriptor, path)
                try Self.sync(descriptor, path)
            } catch {
                return .failure(error)
            }
            end = End(place: last.place, bytes: end.bytes + Int64(bytes.count))
            return .success(())
        }
        try result.get()
    }

    /// Every frame, read again from the disk and checked.
    public func frames() throws(StoreFault) -> [Frame] {
        // By its name: what is asked is what a restore would find.
        let fresh = open(path, O_RDONLY | O_CLOEXEC)
        guard fresh >= 0 else { throw Self.fault("open", path) }
        defer { close(fresh) }
        return try Self.read(fresh, path, hub).frames
    }

    // MARK: Bytes

    private static func read(
        _ descriptor: Int32, _ path: String, _ hub: HubID
    ) throws(StoreFault) -> (frames: [Frame], bytes: Int64) {
        let bytes = try readAll(descriptor, path)
        guard bytes.starts(with: magic) else {
            throw StoreFault(.damaged, "\(path) is no journal")
        }
        guard bytes.dropFirst(magic.count).starts(with: hub.bytes) else {
            throw StoreFault(.other, "\(path) is the journal of another hub")
        }
        var frames: [Frame] = []
        var previous = beginning(of: hub)
        var start = magic.count + hub.bytes.count
        let head = 4 + 4 + 32
        while start + head <= bytes.count {
            // Said twice: a length that is wrong must not look like an end.
            let count = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            let turned = bytes[start + 4..<start + 8].reduce(0) { $0 << 8 | Int($1) }
            guard count ^ turned == 0xffff_ffff else {
                throw StoreFault(.damaged, "\(path) is damaged after entry \(previous.number)")
            }
            // Not written to its end: it was never answered.
            guard start + head + count <= bytes.count else { break }
            let frame = Frame(
                after: previous, Array(bytes[start + head..<start + head + count]))
            guard bytes[start + 8..<start + head].elementsEqual(frame.place.hash.bytes) else {
                throw StoreFault(.damaged, "\(path) is damaged after entry \(previous.number)")
            }
            frames.append(frame)
            previous = frame.place
            start += head + count
        }
        return (frames, Int64(start))
    }

    private static func readAll(
        _ descriptor: Int32, _ path: String
    ) throws(StoreFault) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = pread(descriptor, &chunk, chunk.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw fault("read", path) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
    }

    private static func write(
        _ bytes: [UInt8], at place: Int64, _ descriptor: Int32, _ path: String
    ) throws(StoreFault) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, off_t(place) + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fault("write", path) }
            done += count
        }
    }

    private static func sync(_ descriptor: Int32, _ path: String) throws(StoreFault) {
        guard fsync(descriptor) == 0 else { throw fault("sync", path) }
    }

    private static func syncFolder(of path: String) throws(StoreFault) {
        let folder = (path as NSString).deletingLastPathComponent
        let holder = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard holder >= 0 else { throw fault("open", folder) }
        defer { close(holder) }
        try sync(holder, folder)
    }

    private static func fault(_ operation: String, _ path: String) -> StoreFault {
        StoreFault(
            errno == ENOSPC ? .full : .io,
            "can't \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
