import Dispatch
import Glibc

/// What has to be put in order before anything else happens, and around a terminal.
enum ThisProcess {
    /// Fits the process for a store: nothing it makes is readable by others, a reader that goes
    /// away ends nothing, and no database can take the place of a closed stream and be printed
    /// into.
    static func prepare() {
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(stream, F_GETFD) == -1 && errno == EBADF {
            // Opens as the lowest free number, which is this one.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }

    /// Ends with 130 on Ctrl-C and the like, whenever it comes: what was recorded is in the store,
    /// and a transaction cut short is as if it had not begun. Keeps the returned sources until the
    /// process ends.
    static func endOnInterrupt(saying words: @escaping @Sendable () -> String)
        -> [any DispatchSourceSignal]
    {
        [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                TerminalEcho.restore()
                write(Array(("\n" + words() + "\n").utf8), to: STDERR_FILENO)
                _exit(ExitStatus.interrupted.rawValue)
            }
            source.resume()
            return source
        }
    }

    /// Writes all of it, or as much as the other end still takes.
    static func write(_ bytes: [UInt8], to stream: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(stream, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var poll = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
                _ = Glibc.poll(&poll, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }

    static func isTerminal(_ stream: Int32) -> Bool { isatty(stream) == 1 }

    /// The columns of the terminal at `stream`; `nil` if it is none.
    static func columns(of stream: Int32) -> Int? {
        guard isTerminal(stream) else { return nil }
        var size = winsize()
        guard ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    static var environment: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return result
    }

    /// The machine's name, as the person at it knows it.
    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
