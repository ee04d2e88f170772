import SyncProtocol
import Testing

@Suite("signatures")
struct SigningTests {
    private let key = SigningKey(seed: [UInt8](repeating: 3, count: 32))!
    private let bytes = Array("a household".utf8)

    @Test("one flipped bit anywhere in a signature, its bytes or its key makes it none")
    func flipped() {
        let signature = key.sign(bytes, for: .run)
        #expect(key.verifying.isValid(signature, for: bytes, purpose: .run))
        for index in 0..<64 {
            var other = signature.bytes
            other[index] ^= 1 << (index % 8)
            #expect(!key.verifying.isValid(Signature(bytes: other)!, for: bytes, purpose: .run))
        }
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1 << (index % 8)
            #expect(!key.verifying.isValid(signature, for: other, purpose: .run))
        }
        for index in 0..<32 {
            var other = key.verifying.bytes
            other[index] ^= 1 << (index % 8)
            let isValid = VerifyingKey(bytes: other)?.isValid(signature, for: bytes, purpose: .run)
            #expect(isValid != true)
        }
    }

    @Test("what was signed for one purpose is signed for no other")
    func purposes() {
        let all: [SigningPurpose] = [
            .enrolment, .run, .request, .receipt, .mark, .purge, .file,
        ]
        for purpose in all {
            let signature = key.sign(bytes, for: purpose)
            let valid = all.filter { key.verifying.isValid(signature, for: bytes, purpose: $0) }
            #expect(valid == [purpose])
        }
    }

    /// The order of the group, its lowest byte first. Source: RFC 8032, section 5.1.
    private static let order: [UInt8] =
        [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14,
        ] + [UInt8](repeating: 0, count: 15) + [0x10]

    @Test("a signature has one form: with the group's order added to it, it is none")
    func malleable() {
        var other = key.sign(bytes, for: .run).bytes
        var carry = 0
        for index in 0..<32 {
            let sum = Int(other[32 + index]) + Int(Self.order[index]) + carry
            other[32 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(!key.verifying.isValid(Signature(bytes: other)!, for: bytes, purpose: .run))
    }

    @Test("a key of small order, of zeros or of another length is no key")
    func smallOrder() {
        let zeros = [UInt8](repeating: 0, count: 32)
        var one = zeros
        one[0] = 1
        for bytes in [zeros, one, Array(zeros.dropLast()), zeros + [0], []] {
            #expect(VerifyingKey(bytes: bytes) == nil)
        }
        // Signed with nothing: under a key of small order this would fit every message.
        #expect(!key.verifying.isValid(Signature(bytes: one + zeros)!, for: bytes, purpose: .run))
    }
}
