internal import Foundation
internal import Glibc
public import SyncCore
internal import SyncProtocol

/// The bytes of the records' files at a hub: one file each, in a folder beside the database.
///
/// Invariants: `files/ab/abcd…` holds exactly the bytes that its name is the hash of, on the disk
/// before anybody is told; it is never changed, and there once however many brought it.
/// `files/parts/` holds what devices are sending, each by itself: that one has brought half of
/// something tells nobody else that it exists. Nothing is made before the first file comes.
public struct HubFiles: Sendable {
    private let folder: String
    private var parts: String { folder + "/parts" }

    init(beside database: String) {
        let end = database.lastIndex(of: "/").map { database[..<$0] } ?? "."
        folder = end + "/files"
    }

    /// Keeps bytes of a file that a device sends, where they follow on what it has sent before.
    /// Returns how many it has sent so far.
    public func append(
        _ bytes: [UInt8], at offset: Int, to hash: ContentHash, by replica: Int64
    ) throws(StoreFault) -> Int {
        try make(parts)
        let path = part(hash, replica)
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.fault(path) }
        defer { Glibc.close(file) }
        var entry = stat()
        guard fstat(file, &entry) == 0 else { throw Self.fault(path) }
        let length = Int(entry.st_size)
        guard offset == length, !bytes.isEmpty else { return length }
        do throws(StoreFault) {
            try write(bytes, to: file, at: length, path)
        } catch {
            // What came half would be taken for the beginning of what follows.
            _ = ftruncate(file, off_t(length))
            throw error
        }
        return length + bytes.count
    }

    /// Puts what a device has sent in its place, if it is what the hash says; drops it otherwise.
    /// Returns whether it was.
    public func finish(_ hash: ContentHash, by replica: Int64) throws(StoreFault) -> Bool {
        let path = part(hash, replica)
        guard let bytes = try read(path), Digests.sha256(bytes) == hash else {
            try drop(hash, by: replica)
            return false
        }
        let place = self.place(hash)
        try make(place.folder)
        guard rename(path, place.path) == 0 else { throw Self.fault(place.path) }
        try sync(place.folder)
        try sync(parts)
        return true
    }

    /// Forgets what a device has sent of a file that was not finished.
    public func drop(_ hash: ContentHash, by replica: Int64) throws(StoreFault) {
        let path = part(hash, replica)
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.fault(path) }
    }

    /// Returns a file's bytes from an offset on; `nil` if it is not here.
    public func bytes(
        of hash: ContentHash, from offset: Int, count: Int
    ) throws(StoreFault) -> [UInt8]? {
        try read(place(hash).path, from: offset, count: count)
    }

    /// How long a file is that is here; `nil` if it is not.
    public func size(of hash: ContentHash) throws(StoreFault) -> Int? {
        let path = place(hash).path
        var entry = stat()
        guard lstat(path, &entry) == 0 else {
            if errno == ENOENT { return nil }
            throw Self.fault(path)
        }
        return Int(entry.st_size)
    }

    /// Whether a file is here and still what its name says.
    public func isIntact(_ hash: ContentHash) throws(StoreFault) -> Bool {
        try read(place(hash).path).map { Digests.sha256($0) == hash } ?? false
    }

    // MARK: Beneath

    private func part(_ hash: ContentHash, _ replica: Int64) -> String {
        "\(parts)/\(hash).\(replica)"
    }

    private func place(_ hash: ContentHash) -> (folder: String, path: String) {
        let name = "\(hash)"
        let folder = "\(self.folder)/\(name.prefix(2))"
        return (folder, "\(folder)/\(name)")
    }

    private func make(_ path: String) throws(StoreFault) {
        for path in [folder, path] {
            if mkdir(path, 0o700) == 0 {
                try sync(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            } else if errno != EEXIST {
                throw Self.fault(path)
            }
        }
    }

    private func write(
        _ bytes: [UInt8], to file: Int32, at offset: Int, _ path: String
    ) throws(StoreFault) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                pwrite(file, $0.baseAddress, $0.count, off_t(offset + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.fault(path) }
            written += count
        }
        guard fsync(file) == 0 else { throw Self.fault(path) }
    }

    private func read(
        _ path: String, from offset: Int = 0, count: Int = .max
    ) throws(StoreFault) -> [UInt8]? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.fault(path)
        }
        defer { Glibc.close(file) }
        var entry = stat()
        guard fstat(file, &entry) == 0 else { throw Self.fault(path) }
        var bytes = [UInt8](
            repeating: 0, count: max(0, min(count, Int(entry.st_size) - offset)))
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeMutableBytes {
                pread(file, $0.baseAddress, $0.count, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.fault(path) }
            done += count
        }
        return bytes
    }

    private func sync(_ path: String) throws(StoreFault) {
        let directory = Glibc.open(
            path.isEmpty ? "/" : path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard directory >= 0 else { throw Self.fault(path) }
        defer { Glibc.close(directory) }
        guard fsync(directory) == 0 else { throw Self.fault(path) }
    }

    private static func fault(_ path: String) -> StoreFault {
        let code = errno
        let kind: StoreFault.Kind =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            default: .io
            }
        return StoreFault(kind, "error \(code) at \(path)")
    }
}
