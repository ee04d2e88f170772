import SyncCore
import SyncTesting
import Testing

@Suite("identifiers")
struct IdentifierTests {
    static let text = "0123456789abcdefghjkmnpqrw"

    static let badTexts: [String] = {
        let head = String(text.dropLast())
        let tail = String(text.dropFirst())
        let otherEnds: [String] = [
            "", "x", "W", "é", "e\u{301}", "w0", "w ", "w\n", "w\u{301}", "w=",
        ]
        let otherStarts: [String] = [
            "\u{ff10}", "\u{660}", "o", "O", "l", "u", "{", " 0", "\u{feff}0", "-0",
        ]
        return ["", text.uppercased(), "01234567-89ab-cdef-ghjk-mnpqrw"]
            + otherEnds.map { head + $0 } + otherStarts.map { $0 + tail }
    }()

    @Test("the text form names the same 128 bits again", arguments: Seed.all)
    func roundTrip(seed: Seed) {
        var generator = TestGenerator(seed)
        for _ in 0..<50 {
            let id = RecordID.random(using: &generator)
            #expect(RecordID(id.description) == id)
            #expect(RecordID(bytes: id.bytes) == id)
            #expect(id.description.utf8.count == 26)
        }
    }

    @Test(
        "the smallest and the largest",
        arguments: [(0, "00000000000000000000000000"), (UInt64.max, "zzzzzzzzzzzzzzzzzzzzzzzzzw")])
    func ends(half: UInt64, text: String) {
        let id = RecordID(high: half, low: half)
        #expect(id.description == text)
        #expect(RecordID(text) == id)
    }

    @Test("the good spelling that the bad ones below are made from is accepted")
    func good() { #expect(RecordID(Self.text) != nil) }

    @Test("has one spelling; every other is refused", arguments: badTexts)
    func refused(text: String) { #expect(RecordID(text) == nil) }

    @Test("16 bytes and no other number make one", arguments: 0...33)
    func byteCount(count: Int) {
        #expect((RecordID(bytes: [UInt8](repeating: 1, count: count)) != nil) == (count == 16))
    }

    @Test("order is the order of bytes and of texts", arguments: Seed.all)
    func order(seed: Seed) {
        var generator = TestGenerator(seed)
        let halves: [UInt64] = [0, 1, .max >> 1, 1 << 63, .max]
        for _ in 0..<50 {
            let left = PersonID(high: generator.pick(halves), low: generator.pick(halves))
            let right = PersonID(high: generator.pick(halves), low: generator.pick(halves))
            let isLess = left < right
            #expect(isLess == left.bytes.lexicographicallyPrecedes(right.bytes))
            #expect(isLess == (left.description < right.description))
        }
    }

    @Test("devices and hubs are told apart by the name alone", arguments: Seed.all)
    func kinds(seed: Seed) {
        var generator = TestGenerator(seed)
        #expect(!ReplicaID.makeDevice(using: &generator).isHub)
        #expect(ReplicaID.makeHub(using: &generator).isHub)
    }

    @Test("a record's name begins with its time and has the form of RFC 9562, version 7")
    func version7() {
        var generator = TestGenerator(.first)
        for milliseconds: UInt64 in [0, 1, 0x0123_4567_89ab, (1 << 48) - 1] {
            let id = RecordID.make(milliseconds: milliseconds, using: &generator)
            #expect(id.high >> 16 == milliseconds)
            #expect(id.high >> 12 & 0xf == 7)
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test("the short form is the end, where chance is")
    func short() {
        let id = RecordID(Self.text)
        #expect(id?.short() == "npqrw")
        #expect(id?.short(3) == "qrw")
    }

    @Test("an epoch's tag is its first four bytes")
    func tag() { #expect(EpochID(high: 0x0102_0304_0506_0708, low: 0).tag == 0x0102_0304) }

    @Test("a hash has 32 bytes, and sorts as they do")
    func hash() {
        #expect(ContentHash(bytes: [UInt8](repeating: 1, count: 31)) == nil)
        #expect(ContentHash(bytes: [UInt8](repeating: 1, count: 33)) == nil)
        let one = ContentHash(bytes: [UInt8](repeating: 0, count: 31) + [1])
        #expect(one.map { ContentHash.none < $0 } == true)
        #expect(one?.description == String(repeating: "0", count: 50) + "0g")
    }
}
