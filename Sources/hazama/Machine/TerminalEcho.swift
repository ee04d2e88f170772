import Glibc
import Synchronization

/// Whether what is typed is shown. Put back whatever way the process ends.
enum TerminalEcho {
    /// What it was before it was turned off.
    private static let before = Mutex<termios?>(nil)

    /// Runs `body` while typing shows nothing.
    static func hidden<Result>(_ body: () -> Result) -> Result {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return body() }
        before.withLock { $0 = settings }
        settings.c_lflag &= ~tcflag_t(ECHO)
        settings.c_lflag |= tcflag_t(ECHONL)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer { restore() }
        return body()
    }

    static func restore() {
        before.withLock { settings in
            if var old = settings { tcsetattr(STDIN_FILENO, TCSANOW, &old) }
            settings = nil
        }
    }
}
