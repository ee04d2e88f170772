import Glibc

/// The lines of a file, one after another, however large the file is. Not longer than it is used.
struct LineReader: ~Copyable {
    private let path: String
    private let file: Int32
    /// How many bytes a line may have.
    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where in `buffer` the next line begins, and up to where no line ends.
    private var (start, searched) = (0, 0)
    private var isAtEnd = false

    enum NextLine {
        case line([UInt8])
        /// Longer than allowed: its rest is skipped.
        case tooLong
    }

    /// Opens a file; `-` is stdin.
    init(_ path: String, limit: Int) throws(FileFault) {
        self.path = path
        self.limit = limit
        file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileFault(path, errno) }
    }

    deinit {
        if path != "-" { close(file) }
    }

    /// The next line without its end; `nil` after the last. A last line needs no end.
    mutating func next() throws(FileFault) -> NextLine? {
        var isSkipping = false
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                let isTooLong = isSkipping || line.count > limit
                (start, searched) = (end + 1, end + 1)
                return isTooLong ? .tooLong : .line(Array(line))
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count || isSkipping else { return nil }
                let line = Array(buffer[start...])
                (start, searched) = (buffer.count, buffer.count)
                return isSkipping || line.count > limit ? .tooLong : .line(line)
            }
            if buffer.count - start > limit {
                isSkipping = true
                start = buffer.count
            }
            try fill()
        }
    }

    private mutating func fill() throws(FileFault) {
        buffer.removeSubrange(..<start)
        (start, searched) = (0, searched - start)
        let size = buffer.count
        let room = 1 << 18
        buffer.append(contentsOf: repeatElement(0, count: room))
        while true {
            let count = buffer.withUnsafeMutableBytes {
                read(file, $0.baseAddress! + size, room)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFault(path, errno) }
            buffer.removeLast(room - count)
            isAtEnd = count == 0
            return
        }
    }
}
