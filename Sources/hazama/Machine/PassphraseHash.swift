import CryptoExtras
import SyncCore

/// A passphrase as it is kept to check it: scrypt with a salt of its own, as text.
///
/// `scrypt.<log2 N>.<salt>.<key>`, the last two in base 32. Source: RFC 7914, r = 8, p = 1.
struct PassphraseHash: Hashable, Sendable {
    let text: String
    private let cost: Int
    private let salt: [UInt8]
    private let key: [UInt8]

    /// N = 2^15: 32 MB and a tenth of a second on a small laptop.
    static let defaultCost = 15

    /// Makes the hash of a passphrase with a new salt.
    init(
        _ passphrase: String, cost: Int = defaultCost,
        using generator: inout some RandomNumberGenerator
    ) {
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.init(cost: cost, salt: salt, key: Self.derive(passphrase, salt, cost))
    }

    /// Reads a kept hash; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.trimmed.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "scrypt", let cost = Int(parts[1]),
            (4...20).contains(cost), let salt = Base32.decode(String(parts[2])), salt.count == 16,
            let key = Base32.decode(String(parts[3])), key.count == 32
        else { return nil }
        self.init(cost: cost, salt: salt, key: key)
    }

    private init(cost: Int, salt: [UInt8], key: [UInt8]) {
        (self.cost, self.salt, self.key) = (cost, salt, key)
        text = "scrypt.\(cost).\(Base32.encode(salt)).\(Base32.encode(key))"
    }

    /// Whether this is the hash of `passphrase`. Takes the same time for a right and a wrong one.
    func fits(_ passphrase: String) -> Bool {
        zip(Self.derive(passphrase, salt, cost), key).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ passphrase: String, _ salt: [UInt8], _ cost: Int) -> [UInt8] {
        // The library traps on an empty one.
        let bytes = passphrase.isEmpty ? [0] : Array(passphrase.utf8)
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: bytes, salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: 8,
                parallelism: 1)
            return key.withUnsafeBytes { Array($0) }
        } catch {
            preconditionFailure("scrypt: \(error)")
        }
    }
}
