internal import Crypto
internal import Foundation
internal import SyncCore
internal import Synchronization

/// What the console remembers of its logins beside the hub: when each was last used, and the key that
/// forms are bound to a login with.
///
/// Lives as long as the process; after a restart people log in again.
final class ConsoleSessions: Sendable {
    /// The cookie's name: no other host and no other path can set it.
    static let cookie = "__Host-hazama"

    private let idle: Duration
    private let lastUse = Mutex<[String: ContinuousClock.Instant]>([:])
    private let key: SymmetricKey
    /// Enough for every administrator with several browsers; the longest unused goes first.
    private let places = 1000

    init(idle_ms: Int64) {
        idle = .milliseconds(idle_ms)
        key = SymmetricKey(size: .bits256)
    }

    func opened(_ token: String, at now: ContinuousClock.Instant = .now) {
        lastUse.withLock { lastUse in
            lastUse = lastUse.filter { now - $0.value < idle }
            if lastUse.count >= places, let oldest = lastUse.min(by: { $0.value < $1.value })?.key {
                lastUse[oldest] = nil
            }
            lastUse[token] = now
        }
    }

    /// Whether the login is not idle for too long; it counts as used.
    func use(_ token: String, at now: ContinuousClock.Instant = .now) -> Bool {
        lastUse.withLock { lastUse in
            guard let last = lastUse[token], now - last < idle else {
                lastUse[token] = nil
                return false
            }
            lastUse[token] = now
            return true
        }
    }

    func closed(_ token: String) { lastUse.withLock { $0[token] = nil } }

    /// What a form must send back to have come from a page shown under this cookie.
    func formToken(for cookie: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("form ".utf8) + Data(cookie.utf8), using: key)
        return Base32.encode(Array(code.prefix(20)))
    }

    /// A cookie for a browser that is not logged in, so that its login form can be bound to it.
    static func makeStranger() -> String {
        var generator = SystemRandomNumberGenerator()
        return "new-"
            + Base32.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
