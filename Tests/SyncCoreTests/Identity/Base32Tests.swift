import SyncCore
import SyncTesting
import Testing

@Suite("base 32")
struct Base32Tests {
    @Test("decoding undoes encoding, for every length", arguments: 0...40)
    func roundTrip(count: Int) {
        var generator = TestGenerator(Seed(UInt64(count)))
        for _ in 0..<50 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base32.decode(Base32.encode(bytes)) == bytes)
        }
    }

    @Test(
        "encodes as Crockford does",
        arguments: [
            ([], ""), ([0], "00"), ([255], "zw"), ([0xf8, 0x3e], "z0z0"),
            (Array("foobar".utf8), "csqpyrk1e8"), ([0, 0, 0, 0, 0], "00000000"),
        ] as [([UInt8], String)])
    func known(bytes: [UInt8], text: String) {
        #expect(Base32.encode(bytes) == text)
        #expect(Base32.decode(text) == bytes)
    }

    @Test("each text of up to two characters is refused or is the one spelling of its bytes")
    func oneSpelling() {
        var accepted = 0
        for first in UInt8.min...(.max) {
            for second in UInt8.min...(.max) {
                let text = String(decoding: [first, second], as: UTF8.self)
                guard let bytes = Base32.decode(text) else { continue }
                accepted += 1
                #expect(Base32.encode(bytes) == text)
            }
        }
        #expect(accepted == 256)
    }

    @Test(
        "refuses what is not exactly that",
        arguments: [
            "0", "000", "000000", "ZW", "zW", "zx", "01", "il", "o0", "u0", "0-0", " 00", "00 ",
            "00=", "00\n", "0\u{0}", "\u{ff10}\u{ff10}", "é0", "e\u{301}0", "\u{660}0",
        ])
    func refused(text: String) { #expect(Base32.decode(text) == nil) }

    @Test("what people type is read as it was meant")
    func forgiving() {
        #expect(Base32.forgiving("OoIi-Ll AZ") == "001111az")
        #expect(Base32.forgiving("\u{ff10}") == "\u{ff10}")
    }
}
