internal import Foundation
internal import Glibc

/// Where a device's store keeps its files: this machine's disk, or the simulation's.
package protocol DeviceDisk: Sendable {
    /// Locks the folder at `path`; it is free again when the result is gone.
    ///
    /// - Parameters:
    ///   - makes: whether to make it if it is not there.
    ///   - waits: asked after each failed attempt, with their number; pauses a little and returns
    ///     whether to try again.
    func lock(
        _ path: String, makes: Bool, waits: (Int) -> Bool
    ) throws(StoreError) -> any AnyObject & Sendable
    /// Checks that a file is plain and ours, and closes it to others; `false` if there is none.
    func check(_ path: String) throws(StoreError) -> Bool
    /// Makes an empty file that only its owner reads. SQLite gives its other files the same rights.
    func make(_ path: String) throws(StoreError)
    /// Writes a file so that after a crash it is there whole, as it was before, or not at all.
    func write(_ bytes: [UInt8], to path: String) throws(StoreError)
    /// Returns what a file holds; `nil` if there is none.
    func read(_ path: String, maximumBytes: Int) throws(StoreError) -> [UInt8]?
    /// The name by which SQLite opens the file at `path`.
    func address(_ path: String) -> String
    /// Free bytes where `path` lies; `nil` where that is not known.
    func freeBytes(_ path: String) -> UInt64?
}

/// The disk of this machine. A device's folder on it is made for one person only, and held by one
/// process at a time.
///
/// Invariants: the folder is ours and closed to others' writing; every file in it is plain, ours
/// and readable by us only.
package struct MachineDisk: DeviceDisk {
    package init() {}

    /// A folder that is locked while this lives.
    private final class Lock: Sendable {
        private let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    package func lock(
        _ path: String, makes: Bool, waits: (Int) -> Bool
    ) throws(StoreError) -> any AnyObject & Sendable {
        if makes, mkdir(path, 0o700) != 0, errno != EEXIST {
            throw Self.fault(path, errno)
        }
        var entry = stat()
        guard stat(path, &entry) == 0 else {
            throw errno == ENOENT ? .noStore(path: path) : Self.fault(path, errno)
        }
        guard entry.st_mode & S_IFMT == S_IFDIR else {
            throw .unsafePath(path: path, reason: .notADirectory)
        }
        guard entry.st_uid == geteuid() else {
            throw .unsafePath(path: path, reason: .foreignOwner)
        }
        guard entry.st_mode & 0o022 == 0 else {
            throw .unsafePath(path: path, reason: .openToOthers)
        }
        let lockPath = path + "/lock"
        // Opened for reading where it exists, so that a read-only folder is told as such and not as
        // busy.
        let descriptor = Glibc.open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault(lockPath, errno) }
        var attempts = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            attempts += 1
            guard code == EWOULDBLOCK, waits(attempts) else {
                Glibc.close(descriptor)
                throw code == EWOULDBLOCK ? .inUse : Self.fault(lockPath, code)
            }
        }
        return Lock(descriptor)
    }

    package func check(_ path: String) throws(StoreError) -> Bool {
        var entry = stat()
        guard lstat(path, &entry) == 0 else {
            if errno == ENOENT { return false }
            throw Self.fault(path, errno)
        }
        guard entry.st_mode & S_IFMT == S_IFREG else {
            throw .unsafePath(path: path, reason: .notAFile)
        }
        guard entry.st_uid == geteuid() else {
            throw .unsafePath(path: path, reason: .foreignOwner)
        }
        if entry.st_mode & 0o077 != 0, chmod(path, 0o600) != 0 { throw Self.fault(path, errno) }
        return true
    }

    package func make(_ path: String) throws(StoreError) {
        let descriptor = Glibc.open(
            path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault(path, errno) }
        Glibc.close(descriptor)
    }

    package func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let draft = path + ".new"
        if unlink(draft) != 0, errno != ENOENT { throw Self.fault(draft, errno) }
        let descriptor = Glibc.open(
            draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault(draft, errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                Glibc.close(descriptor)
                throw Self.fault(draft, code)
            }
            written += count
        }
        let synced = fsync(descriptor) == 0
        let code = errno
        Glibc.close(descriptor)
        guard synced else { throw Self.fault(draft, code) }
        guard rename(draft, path) == 0 else { throw Self.fault(path, errno) }
        try syncFolder(of: path)
    }

    package func read(_ path: String, maximumBytes: Int) throws(StoreError) -> [UInt8]? {
        guard try check(path) else { return nil }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Self.fault(path, errno) }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= maximumBytes {
            let count = block.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.fault(path, errno) }
            if count == 0 { return bytes }
            bytes += block[..<count]
        }
        throw .unreadable("\(path) is longer than \(maximumBytes) bytes")
    }

    private func syncFolder(of path: String) throws(StoreError) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let descriptor = Glibc.open(
            folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { throw Self.fault(folder, errno) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.fault(folder, errno) }
    }

    package func address(_ path: String) -> String { DatabaseAddress.of(path) }

    package func freeBytes(_ path: String) -> UInt64? {
        var entry = statvfs()
        guard statvfs(path, &entry) == 0 else { return nil }
        return UInt64(entry.f_bavail) &* UInt64(entry.f_frsize)
    }

    /// Says in our words what the system said of a path.
    private static func fault(_ path: String, _ code: Int32) -> StoreError {
        switch code {
        case ENOSPC, EDQUOT: .fault(StoreFault(.full, "no room is left at \(path)"))
        case EIO: .fault(StoreFault(.io, "the disk failed at \(path)"))
        case EROFS, EACCES, EPERM: .unsafePath(path: path, reason: .readOnly)
        case ELOOP, EISDIR, ENXIO: .unsafePath(path: path, reason: .notAFile)
        case ENOTDIR: .unsafePath(path: path, reason: .notADirectory)
        default: .unsafePath(path: path, reason: .unreachable(errno: code))
        }
    }
}
