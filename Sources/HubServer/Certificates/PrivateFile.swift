internal import CoreFoundation
internal import Foundation

/// Files of the hub's folder that are read by their owner only, or replaced as a whole.
public enum PrivateFile {
    /// Puts `bytes` in the file's place, so that a reader finds the old content or the new, on disk
    /// and with this mode from its first moment.
    public static func replace(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
    ) throws(FileFault) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(
            draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
        guard descriptor >= 0 else { throw FileFault("create", draft) }
        defer { close(descriptor) }
        // The process's mask may have taken bits away, and must not decide here.
        guard fchmod(descriptor, mode_t(mode)) == 0 else { throw FileFault("chmod", draft) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileFault("write", draft) }
            rest = rest.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { throw FileFault("sync", draft) }
        guard rename(draft, path) == 0 else { throw FileFault("rename", path) }
        try syncFolder(of: path)
    }

    /// A new file that is written piece by piece.
    struct Output {
        private let descriptor: Int32
        private let path: String

        init(_ path: String) throws(FileFault) {
            self.path = path
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw FileFault("create", path) }
        }

        func write(_ bytes: [UInt8]) throws(FileFault) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes {
                    Foundation.write(descriptor, $0.baseAddress, $0.count)
                }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw FileFault("write", path) }
                rest = rest.dropFirst(written)
            }
        }

        /// Puts all of it on the disk.
        func finish() throws(FileFault) {
            guard fsync(descriptor) == 0 else { throw FileFault("sync", path) }
            try syncFolder(of: path)
        }

        func close() { Foundation.close(descriptor) }
    }

    /// Returns the content of a file of at most `maximumBytes`.
    ///
    /// - Parameter isSecret: refuse a file that anybody but its owner may read or write.
    public static func read(
        _ path: String, maximumBytes: Int = 1 << 20, isSecret: Bool = true
    ) throws(FileFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault("open", path) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw FileFault("read", path) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw FileFault(operation: "read", path: path, reason: "it is no regular file")
        }
        if isSecret, facts.st_mode & 0o077 != 0 {
            throw FileFault(
                operation: "read", path: path,
                reason: "others may read it; it holds a secret: chmod 600")
        }
        guard facts.st_size <= maximumBytes else {
            throw FileFault(operation: "read", path: path, reason: "it is too large")
        }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress! + filled, $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFault("read", path) }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Whether nobody but its owner may read or write the file; `nil` if it is not there.
    public static func isPrivate(_ path: String) -> Bool? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return facts.st_mode & 0o077 == 0
    }

    static func syncFolder(of path: String) throws(FileFault) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let descriptor = open(
            folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder,
            O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFault("sync", folder) }
    }
}

/// Why a file of the hub's folder could not be used.
public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let operation: String
    public let path: String
    public let reason: String

    public init(operation: String, path: String, reason: String) {
        (self.operation, self.path, self.reason) = (operation, path, reason)
    }

    /// Takes the reason from `errno`.
    init(_ operation: String, _ path: String) {
        self.init(operation: operation, path: path, reason: String(cString: strerror(errno)))
    }

    public var description: String { "can't \(operation) \(path): \(reason)" }
}
