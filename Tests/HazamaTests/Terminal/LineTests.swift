import Testing

@testable import hazama

@Suite("Lines and tables")
struct LineTests {
    let bare = Look(language: .english)
    let colours = Look(language: .english, hasColours: true)
    let plain = Look(language: .japanese, isPlain: true)

    @Test("stored text can't reach the terminal bare, whatever its style")
    func escaped() {
        let name = "\u{1B}[2J王"
        let line: Line = "\(Mark.conflict) \(name, .danger) \(name)"
        #expect(line.rendered(in: bare) == #"! \u{1B}[2J王 \u{1B}[2J王"#)
    }

    @Test("colours are around the text and never instead of a sign")
    func styles() {
        let line: Line = "\(Mark.unsent) \("14", .strong) changes"
        #expect(
            line.rendered(in: colours) == "\u{1B}[33m↑\u{1B}[0m \u{1B}[1m14\u{1B}[0m changes")
        #expect(line.rendered(in: bare) == "↑ 14 changes")
        #expect(line.rendered(in: plain) == "未送信 14 changes")
    }

    @Test("a line is cut where its columns end, colours closed")
    func cut() {
        let line: Line = "\("王秀", .strong)\("英英", .danger)"
        #expect(line.rendered(in: bare, limit: 8) == "王秀英英")
        #expect(line.rendered(in: bare, limit: 7) == "王秀英…")
        #expect(line.rendered(in: bare, limit: 5) == "王秀…")
        #expect(line.rendered(in: colours, limit: 3) == "\u{1B}[1m王…\u{1B}[0m")
        #expect(line.rendered(in: bare, limit: 0) == "")
    }

    @Test("columns line up in every script, and colours take none")
    func lineUp() {
        var table = Table([
            .init(title: "id"), .init(title: "户主姓名"), .init(title: "n", isRight: true),
            .init(title: "note"),
        ])
        table.add(["k3f2a", "王秀英", "4", "x"])
        table.add(["9", "\("Zhang Guilan", .danger)", "12", ""])
        #expect(
            table.rendered(in: bare) == [
                "id     户主姓名       n  note",
                "k3f2a  王秀英         4  x",
                "9      Zhang Guilan  12",
            ])
        let wide = table.rendered(in: Look(language: .english, hasColours: true))
        #expect(wide[1].hasPrefix("k3f2a  王秀英         4"))
    }

    @Test("a narrow terminal takes from the columns that may give")
    func narrow() {
        var table = Table([
            .init(title: "id"), .init(title: "name", minimum: 6), .init(title: "why", minimum: 4),
        ])
        table.add(["k3f2a", "王秀英王秀英", "follow-up, fuel aid"])
        let look = Look(language: .english, width: 24)
        for line in table.rendered(in: look) { #expect(line.columns <= 24) }
        #expect(table.rendered(in: look)[1] == "k3f2a  王秀英…  follow-…")
    }

    @Test("a table without rows prints nothing")
    func empty() {
        #expect(Table([.init(title: "id")]).rendered(in: bare) == [])
    }
}

@Suite("Wrapping")
struct WrappingTests {
    let narrow = Look(language: .chinese, width: 24)

    @Test("lines fit, hang, and break where a reader would")
    func wraps() {
        let line: Line = "  \("月收入", .dim): 1,840 元 · 依据 存折，九月的（二十日）"
        #expect(
            line.wrapped(in: narrow, hanging: 4) == [
                "  月收入: 1,840 元 · 依", "    据 存折，九月的（二", "    十日）",
            ])
    }

    @Test("words stay whole, and only one longer than a line is broken")
    func words() {
        let line = Line("the quick brown fox jumps over the lazy dog")
        #expect(
            line.wrapped(in: narrow, hanging: 0) == [
                "the quick brown fox", "jumps over the lazy dog",
            ])
        let long = Line(String(repeating: "x", count: 30))
        #expect(long.wrapped(in: narrow, hanging: 2).map(\.columns) == [24, 8])
    }

    @Test("what fits, and what has no terminal, is one line")
    func single() {
        let line = Line("the quick brown fox jumps over the lazy dog")
        #expect(line.wrapped(in: Look(language: .english), hanging: 4).count == 1)
        #expect(line.wrapped(in: Look(language: .english, width: 80), hanging: 4).count == 1)
    }

    @Test("no line is wider than the terminal, colours go on", arguments: 20...40)
    func fits(width: Int) {
        let look = Look(language: .chinese, hasColours: false, width: width)
        let line: Line =
            "\(Mark.conflict) \("吴博凡", .strong) 门口有台阶，需要扶手 👩\u{200D}🌾 and more (text) 一二三四五六七八九十"
        let lines = line.wrapped(in: look, hanging: 3)
        for text in lines { #expect(text.columns <= width) }
        let joined = lines.map(\.trimmed).joined()
        #expect(joined.filter { $0 != " " } == line.rendered(in: look).filter { $0 != " " })
    }
}
