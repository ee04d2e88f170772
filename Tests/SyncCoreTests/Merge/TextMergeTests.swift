import SyncTesting
import Testing

@testable import SyncCore

@Suite("two texts put together")
struct TextMergeTests {
    private func merged(_ left: String, _ right: String, from base: String) -> String? {
        let one = TextMerge.merged(Text(left), Text(right), from: Text(base))
        let other = TextMerge.merged(Text(right), Text(left), from: Text(base))
        #expect(one == other, "which of two is the first makes no difference")
        return one?.string
    }

    @Test(
        "changes of different sentences are both in",
        arguments: [
            ("A. B. C.", "X. B. C.", "A. B. Y.", "X. B. Y."),
            ("A. B.", "X. B.", "A. Y.", "X. Y."),
            ("甲。乙。丙。", "子。乙。丙。", "甲。丑。丙。", "子。丑。丙。"),
            ("甲。乙。丙。", "乙。丙。", "甲。乙。", "乙。"),
            ("one\ntwo\nthree", "one\n2\nthree", "one\ntwo\nthree\nfour", "one\n2\nthree\nfour"),
            ("3.5 km. Walks.", "3.6 km. Walks.", "3.5 km. Walks well.", "3.6 km. Walks well."),
            ("A. B.", "X. B.", "X. B.", "X. B."), ("A.", "A.", "B.", "B."),
        ])
    func different(base: String, left: String, right: String, expected: String) {
        #expect(merged(left, right, from: base) == expected)
    }

    @Test(
        "changes of one place are for people",
        arguments: [
            ("Income 1000.", "Income 2000.", "Income 1005."), ("A.", "A. B.", "A. C."),
            ("", "A.", "B."), ("A. B. C.", "A. C.", "A. X. C."),
            ("A. B.", "A. X. B.", "A. Y. B."), ("甲。乙。", "子。乙。", "甲。丑。乙。"),
        ])
    func overlapping(base: String, left: String, right: String) {
        #expect(merged(left, right, from: base) == nil)
    }

    @Test("what is kept is kept by its bytes, in either spelling")
    func bytes() {
        let base = "caf\u{e9}. e\u{301}tage. x."
        let result = merged(
            "cafe\u{301}. e\u{301}tage. x.", "caf\u{e9}. e\u{301}tage. y.", from: base)
        #expect(result.map { Array($0.utf8) } == Array("cafe\u{301}. e\u{301}tage. y.".utf8))
        // Spelled otherwise is changed: two spellings of one sentence are one place.
        #expect(
            merged("cafe\u{301}. e\u{301}tage. x.", "caff\u{e8}. e\u{301}tage. x.", from: base)
                == nil)
    }

    @Test("the pieces of a text are all of it", arguments: Seed.all)
    func pieces(seed: Seed) {
        var generator = TestGenerator(seed)
        for _ in 0..<50 {
            let text = Self.text(using: &generator)
            let pieces = TextMerge.sentences(Text(text))
            #expect(pieces.map(\.string).joined().utf8.elementsEqual(text.utf8))
            #expect(!pieces.contains(Text("")))
        }
    }

    @Test("whoever changed nothing takes the other's text", arguments: Seed.all)
    func oneSided(seed: Seed) {
        var generator = TestGenerator(seed)
        for _ in 0..<50 {
            let base = Self.text(using: &generator)
            let other = Self.text(using: &generator)
            #expect(merged(base, other, from: base) == other)
            #expect(merged(other, other, from: base) == other)
        }
    }

    @Test("every sentence that comes out stands in one of the three texts", arguments: Seed.all)
    func nothingInvented(seed: Seed) {
        var generator = TestGenerator(seed)
        for _ in 0..<50 {
            let texts = (0..<3).map { _ in Self.text(using: &generator) }
            guard let result = merged(texts[0], texts[1], from: texts[2]) else { continue }
            let known = Set(texts.flatMap { TextMerge.sentences(Text($0)) })
            #expect(known.isSuperset(of: TextMerge.sentences(Text(result))))
        }
    }

    @Test("texts of too many changed sentences are for people, and cost nothing")
    func bounded() {
        let base = (0..<5000).map { "\($0)." }.joined(separator: " ")
        let left = (0..<5000).map { "a\($0)." }.joined(separator: " ")
        #expect(merged(left, base + " end.", from: base) == nil)
        #expect(merged("new. " + base, base + " end.", from: base) == "new. " + base + " end.")
    }

    /// Up to six of a few sentences, so that they repeat.
    private static func text(using generator: inout TestGenerator) -> String {
        let parts = ["A.", "B!", " ", "\n", "甲。", "caf\u{e9} ", "cafe\u{301}. ", "\u{301}", "3.5"]
        let count = Int.random(in: 0...6, using: &generator)
        return (0..<count).map { _ in generator.pick(parts) }.joined()
    }
}
