internal import Crypto
internal import Foundation
internal import SyncCore

/// Binds the console's forms to the cookie of the browser they were shown to.
///
/// The key lives as long as the process; a page from before a restart is opened again.
struct FormSeal: Sendable {
    /// The cookie's name: no other host and no other path can set it.
    static let cookie = "__Host-hazama"

    private let key = SymmetricKey(size: .bits256)

    /// What a form must send back to have come from a page shown under this cookie.
    func token(for cookie: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("form ".utf8) + Data(cookie.utf8), using: key)
        return Base32.encode(Array(code.prefix(20)))
    }

    /// A cookie for a browser that is not logged in, so that its login form can be bound to it.
    static func makeStranger() -> String {
        var generator = SystemRandomNumberGenerator()
        return "new-"
            + Base32.encode(
                (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
