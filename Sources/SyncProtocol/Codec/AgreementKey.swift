internal import Crypto
internal import Foundation

// What is sealed for a hub is sealed with the key that its receipts are checked with: whoever can
// tell that a receipt is genuine can also write what only that hub reads, and nothing more has to
// be handed out. Ed25519 and X25519 are the same curve, written differently.
// Source: RFC 7748, section 4.1; RFC 8032, section 5.1.5.

extension SigningKey {
    /// The secret half for agreeing on keys; `nil` only for a broken library.
    var agreement: Curve25519.KeyAgreement.PrivateKey? {
        let scalar = Array(SHA512.hash(data: seed).prefix(32))
        return try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: scalar)
    }
}

extension VerifyingKey {
    /// The public half for agreeing on keys: u = (1 + y) / (1 − y).
    var agreement: Curve25519.KeyAgreement.PublicKey? {
        let y = Field25519(bytes)
        let u = (Field25519.one + y) * (Field25519.one - y).inverse
        return try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: u.bytes)
    }
}

/// A number modulo 2^255 − 19, for public keys only: it takes no care to take the same time for all
/// of them.
struct Field25519: Equatable {
    /// Five digits to the base 2^51, least first; each below 2^52.
    private var digits: [UInt64]

    static let one = Field25519([1] + [UInt8](repeating: 0, count: 31))
    private static let mask: UInt64 = (1 << 51) - 1

    /// Reads 32 bytes, least first; the uppermost bit is left out.
    init(_ bytes: [UInt8]) {
        precondition(bytes.count == 32)
        func word(_ place: Int) -> UInt64 {
            bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        digits = [
            word(0) & Self.mask, word(6) >> 3 & Self.mask, word(12) >> 6 & Self.mask,
            word(19) >> 1 & Self.mask, word(24) >> 12 & Self.mask,
        ]
    }

    private init(wide: [UInt128]) {
        var carry: UInt128 = 0
        digits = wide.map { digit in
            let sum = digit + carry
            carry = sum >> 51
            return UInt64(truncatingIfNeeded: sum) & Self.mask
        }
        // 2^255 is 19.
        let first = UInt128(digits[0]) + carry * 19
        digits[0] = UInt64(truncatingIfNeeded: first) & Self.mask
        digits[1] += UInt64(truncatingIfNeeded: first >> 51)
    }

    static func + (left: Self, right: Self) -> Self {
        Self(wide: zip(left.digits, right.digits).map { UInt128($0) + UInt128($1) })
    }

    static func - (left: Self, right: Self) -> Self {
        // Twice the prime is added, so that no digit is below zero.
        let prime: [UInt128] = [mask - 18, mask, mask, mask, mask].map { UInt128($0) * 2 }
        return Self(
            wide: left.digits.indices.map {
                UInt128(left.digits[$0]) + prime[$0] - UInt128(right.digits[$0])
            })
    }

    static func * (left: Self, right: Self) -> Self {
        var wide = [UInt128](repeating: 0, count: 5)
        for (i, a) in left.digits.enumerated() {
            for (j, b) in right.digits.enumerated() {
                let product = UInt128(a) * UInt128(b)
                wide[(i + j) % 5] += i + j < 5 ? product : product * 19
            }
        }
        return Self(wide: wide)
    }

    /// The number to the power of the prime less two, which is one divided by it.
    var inverse: Self {
        var result = Self.one
        // The exponent in bits, highest first: 250 ones, then 01011.
        for place in 0..<255 {
            result = result * result
            if place < 250 || [251, 253, 254].contains(place) { result = result * self }
        }
        return result
    }

    /// 32 bytes, least first, of the number itself and not one that is a prime larger.
    var bytes: [UInt8] {
        var rest = digits
        // Twice, for the first pass may carry into the uppermost digit.
        for _ in 0..<2 {
            var carry: UInt64 = 0
            for place in rest.indices {
                rest[place] += carry
                carry = rest[place] >> 51
                rest[place] &= Self.mask
            }
            rest[0] += carry * 19
        }
        // At least the prime, where 19 more reach 2^255.
        var carry: UInt64 = 19
        for digit in rest { carry = (digit + carry) >> 51 }
        rest[0] += carry * 19
        for place in 0..<4 {
            rest[place + 1] += rest[place] >> 51
            rest[place] &= Self.mask
        }
        rest[4] &= Self.mask
        var result: [UInt8] = []
        var buffer: UInt128 = 0
        var bits: UInt128 = 0
        for digit in rest {
            buffer |= UInt128(digit) << bits
            bits += 51
            while bits >= 8 {
                result.append(UInt8(truncatingIfNeeded: buffer))
                buffer >>= 8
                bits -= 8
            }
        }
        result.append(UInt8(truncatingIfNeeded: buffer))
        return result
    }
}
