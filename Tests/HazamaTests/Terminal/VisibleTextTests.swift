import SyncCore
import SyncProtocol
import Testing

@testable import hazama

@Suite("Text made visible")
struct VisibleTextTests {
    @Test("what acts on a terminal is shown by its number")
    func escaped() {
        #expect("\u{1B}]52;c;eA==\u{7}".visible == #"\u{1B}]52;c;eA==\u{7}"#)
        #expect("王\u{9B}2J秀".visible == #"王\u{9B}2J秀"#)
        #expect("a\nb\r\u{0}\u{7F}".visible == #"a\u{A}b\u{D}\u{0}\u{7F}"#)
        #expect("\u{202E}abc\u{2066}\u{200F}".visible == #"\u{202E}abc\u{2066}\u{200F}"#)
        #expect(
            "a\u{2028}\u{FEFF}\u{200B}\u{E0041}".visible == #"a\u{2028}\u{FEFF}\u{200B}\u{E0041}"#)
    }

    @Test("names stay as they are written")
    func kept() {
        for name in [
            "王秀英", "葛\u{E0100}城", "𠮷野家", "Müller", "👩\u{200D}🌾", "བོད་ཡིག", "ئۇيغۇرچە",
            "ᠮᠣᠩᠭᠣᠯ\u{180B}", "می\u{200C}خواهم",
        ] {
            #expect(name.visible.unicodeScalars.elementsEqual(name.unicodeScalars))
        }
    }

    @Test("marks piled on one character are cut")
    func zalgo() {
        let pile = "a" + String(repeating: "\u{301}", count: 10_000) + "b"
        #expect(pile.visible.unicodeScalars.count == 1 + 8 + 1 + 1)
        #expect(pile.visible.hasSuffix("…b"))
    }

    @Test("lines of a text are its own, and nothing else breaks one")
    func lines() {
        #expect("a\nb\r\nc\rd\u{1B}".visibleLines == ["a", "b", #"c\u{D}d\u{1B}"#])
    }

    @Test("JSON on a terminal is as harmless, and still the same JSON")
    func json() throws {
        let value = JSON.object(["name": "\u{9B}2J\u{202E}王\u{E0041}\u{1B}"])
        let text = value.text.visibleJSON
        #expect(text.unicodeScalars.filter(\.isHidden) == [])
        #expect(try JSON.parse(Array(text.utf8)) == value)
    }
}
