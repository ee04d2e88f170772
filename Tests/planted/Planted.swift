// Copied into the rooms that `make planted` builds, and nowhere else.
#if PLANTED
    internal import Synchronization

    private let chosen = Mutex("")

    /// Turns one planted fault on for this process.
    public func plant(_ name: String) { chosen.withLock { $0 = name } }

    /// Whether this planted fault is on.
    public func planted(_ name: String) -> Bool { chosen.withLock { $0 == name } }
#endif
