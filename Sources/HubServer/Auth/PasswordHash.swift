internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import SyncCore

/// A password as it is kept: scrypt with a salt of its own, as text.
///
/// `scrypt.<log2 N>.<r>.<p>.<salt>.<key>`, the last two in base 32. Source: RFC 7914.
public struct PasswordHash: Hashable, Sendable {
    public let text: String
    private let cost: Int
    private let salt: [UInt8]
    private let key: [UInt8]

    /// N = 2^17, r = 8: 128 MB and about half a second for each guess.
    public static let defaultCost = 17
    private static let blockSize = 8
    private static let keyBytes = 32

    /// A new password: 100 bits of chance in four groups, to be typed once.
    public static func password() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<13).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = Base32.encode(bytes).prefix(20)
        return stride(from: 0, to: 20, by: 5).map { text.dropFirst($0).prefix(5) }
            .joined(separator: "-")
    }

    /// Makes the hash of a password with a new salt. Takes as long as a guess does.
    public static func make(_ password: String, cost: Int = defaultCost) -> PasswordHash {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return PasswordHash(
            cost: cost, salt: salt, key: derive(password, salt: salt, cost: cost))
    }

    /// Reads a stored hash; `nil` for anything that `make` could not have written.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "scrypt", let cost = Int(parts[1]),
            (4...20).contains(cost), parts[2] == "8", parts[3] == "1",
            let salt = Base32.decode(parts[4]), salt.count == 16,
            let key = Base32.decode(parts[5]), key.count == Self.keyBytes
        else { return nil }
        self.init(cost: cost, salt: salt, key: key)
    }

    private init(cost: Int, salt: [UInt8], key: [UInt8]) {
        (self.cost, self.salt, self.key) = (cost, salt, key)
        text = "scrypt.\(cost).8.1.\(Base32.encode(salt)).\(Base32.encode(key))"
    }

    /// Whether this is the hash of `password`. Takes the same time for a right and a wrong one.
    public func fits(_ password: String) -> Bool {
        constantTimeEquals(Self.derive(password, salt: salt, cost: cost), key)
    }

    /// What a name that nobody has is compared with, so that it takes as long. Nothing fits it.
    public static let nobody = PasswordHash(
        cost: defaultCost, salt: [UInt8](repeating: 0, count: 16),
        key: [UInt8](repeating: 0, count: keyBytes))

    private static func derive(_ password: String, salt: [UInt8], cost: Int) -> [UInt8] {
        // The library traps on an empty password, and no password contains U+0000.
        let bytes = password.isEmpty ? [0] : Array(password.utf8)
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: bytes, salt: salt, outputByteCount: keyBytes, rounds: 1 << cost,
                blockSize: blockSize, parallelism: 1)
            return key.withUnsafeBytes { Array($0) }
        } catch {
            preconditionFailure("scrypt: \(error)")
        }
    }
}

/// Compares without telling by its time where two byte strings differ.
func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
}
