import Testing

@testable import hazama

@Suite("Display width")
struct DisplayWidthTests {
    static let widths: [(String, Int)] = [
        ("", 0), ("abc", 3), ("王秀英", 6), ("ﾊｻﾞﾏ", 4), ("Ａ１", 4), ("한글", 4), ("é", 1),
        ("e\u{301}", 1), ("ö", 1), ("…", 1), ("↑", 1), ("✓", 1), ("·", 1), ("—", 1), ("（）", 4),
        ("𠀀", 2), ("葛\u{E0100}", 2), ("👩\u{200D}🌾", 4), ("བོད", 2), ("ئۇيغۇر", 6), ("　", 2),
    ]

    @Test("text takes the columns a terminal gives it", arguments: widths)
    func width(text: String, columns: Int) {
        #expect(text.columns == columns)
    }

    @Test("cut text fits, says that it was cut, and keeps characters whole")
    func truncation() {
        #expect("王秀英".truncated(toColumns: 6) == "王秀英")
        #expect("王秀英".truncated(toColumns: 5) == "王秀…")
        // The second character would need the fourth column, which the sign has.
        #expect("王秀英".truncated(toColumns: 4) == "王…")
        #expect("abc".truncated(toColumns: 1) == "…")
        #expect("abc".truncated(toColumns: 0) == "")
        #expect("e\u{301}e\u{301}e\u{301}".truncated(toColumns: 2) == "e\u{301}…")
    }

    @Test("no cut is wider than allowed", arguments: 0...14)
    func cutFits(limit: Int) {
        for text in ["王a秀b英c", "👩\u{200D}🌾一二三四五", "Zhang Guilan 张桂兰"] {
            #expect(text.truncated(toColumns: limit).columns <= limit)
        }
    }
}
