import Glibc

/// A file that could not be read or written, with the system's word for why.
struct FileFault: Error, Hashable, Sendable {
    let path: String
    let reason: String
    let isFull: Bool
    /// Whether it holds more than was asked for.
    let isTooLarge: Bool

    init(_ path: String, _ code: Int32) {
        isTooLarge = code == EFBIG
        self.path = path
        reason = String(cString: strerror(code))
        isFull = code == ENOSPC || code == EDQUOT
    }
}

/// Small files, read and written whole.
enum Files {
    /// Reads a file; `-` is stdin. More than `limit` bytes are no answer to what was asked for.
    static func read(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
        let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileFault(path, errno) }
        defer { if path != "-" { close(file) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileFault(path, errno)
            }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            if bytes.count > limit { throw FileFault(path, EFBIG) }
        }
    }

    /// Reads a text as it was written: one in another encoding is refused rather than guessed at.
    static func text(_ path: String, limit: Int) throws(FileFault) -> String {
        guard let text = String(validating: try read(path, limit: limit), as: UTF8.self) else {
            throw FileFault(path, EILSEQ)
        }
        return text
    }

    /// Writes a file only its owner may read, whole or not at all. What stands there and is no file
    /// is left: whoever may do anything would put a file in the place of a device or a pipe.
    static func writeSecret(_ bytes: [UInt8], to path: String) throws(FileFault) {
        var entry = stat()
        if lstat(path, &entry) == 0, entry.st_mode & S_IFMT != S_IFREG {
            throw FileFault(path, entry.st_mode & S_IFMT == S_IFDIR ? EISDIR : EEXIST)
        }
        let next = path + ".new"
        let file = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw FileFault(path, errno) }
        var rest = bytes[...]
        var code: Int32 = fchmod(file, 0o600) == 0 ? 0 : errno
        while code == 0, !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { code = errno }
        }
        if code == 0, fsync(file) != 0 { code = errno }
        close(file)
        if code == 0, rename(next, path) != 0 { code = errno }
        guard code == 0 else {
            unlink(next)
            throw FileFault(path, code)
        }
    }

    /// Whether something of this name exists.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws(FileFault) {
        if unlink(path) != 0, errno != ENOENT { throw FileFault(path, errno) }
    }

    /// Overwrites a file with zeros and removes it, if it is there.
    static func erase(_ path: String) throws(FileFault) {
        let file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        if file < 0 {
            guard errno == ENOENT else { throw FileFault(path, errno) }
            return
        }
        var left = lseek(file, 0, SEEK_END)
        lseek(file, 0, SEEK_SET)
        let zeros = [UInt8](repeating: 0, count: 1 << 16)
        var code: Int32 = 0
        while code == 0, left > 0 {
            let count = zeros.withUnsafeBytes { write(file, $0.baseAddress, min($0.count, left)) }
            if count >= 0 { left -= count } else if errno != EINTR { code = errno }
        }
        if code == 0, fsync(file) != 0 { code = errno }
        close(file)
        guard code == 0 else { throw FileFault(path, code) }
        try remove(path)
    }

    /// The names of what lies in a folder; none where there is no such folder.
    static func list(_ path: String) throws(FileFault) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw FileFault(path, errno)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a folder and those above it, for the owner alone.
    static func makeFolder(_ path: String) throws(FileFault) {
        if mkdir(path, 0o700) == 0 { return }
        switch errno {
        case EEXIST: return
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw FileFault(path, ENOENT)
            }
            try makeFolder(String(path[..<slash]))
            if mkdir(path, 0o700) != 0, errno != EEXIST { throw FileFault(path, errno) }
        default: throw FileFault(path, errno)
        }
    }

    /// Megabytes free for us where `path` lies; 0 if nobody can tell.
    static func freeMegabytes(at path: String) -> UInt64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) / 1_000_000
    }
}
