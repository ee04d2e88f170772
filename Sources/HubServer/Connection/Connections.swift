internal import NIOCore
internal import Synchronization

/// The open connections, so that idle ones make room for new ones.
///
/// Invariant: a busy connection is never closed here.
final class Connections: Sendable {
    private struct Entry {
        let channel: any Channel
        /// `nil` while a request is being answered.
        var idleSince: ContinuousClock.Instant?
        /// Came when all others were busy; its first request is told so.
        let isExcess: Bool
    }

    private let limit: Int
    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    init(limit: Int) { self.limit = limit }

    /// Beyond this the operating system keeps new connections waiting: the excess ones that are
    /// told so.
    var hardLimit: Int { limit + max(16, limit / 4) }

    func opened(_ channel: any Channel) {
        let idlest: (any Channel)? = entries.withLock { entries in
            var victim: (any Channel)?
            if entries.count >= limit {
                let idle = entries.values.filter { $0.idleSince != nil }
                victim = idle.min { $0.idleSince! < $1.idleSince! }?.channel
            }
            if let victim { entries[ObjectIdentifier(victim)] = nil }
            entries[ObjectIdentifier(channel)] = Entry(
                channel: channel, idleSince: .now, isExcess: entries.count >= limit)
            return victim
        }
        idlest?.close(promise: nil)
    }

    func closed(_ channel: any Channel) {
        entries.withLock { $0[ObjectIdentifier(channel)] = nil }
    }

    /// Marks a connection as busy; false if there are too many and it must be refused.
    func begin(_ channel: any Channel) -> Bool {
        entries.withLock { entries in
            guard var entry = entries[ObjectIdentifier(channel)] else { return false }
            entry.idleSince = nil
            entries[ObjectIdentifier(channel)] = entry
            return !entry.isExcess
        }
    }

    func end(_ channel: any Channel) {
        entries.withLock { $0[ObjectIdentifier(channel)]?.idleSince = .now }
    }

    var count: Int { entries.withLock { $0.count } }
}
