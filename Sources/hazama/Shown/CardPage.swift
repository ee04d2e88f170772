import SyncCore

/// A card as a page of its own: it loads nothing, and prints on one sheet of A4.
struct CardPage {
    private let card: HelpCard

    init(_ card: HelpCard) { self.card = card }

    var source: String {
        """
        <!DOCTYPE html>
        <html lang="\(card.language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>\(title)</title>
        <style>\(style)</style>
        </head>
        <body>
        <header><h1>\(title)</h1><p>\(text(day(card.day)))</p></header>
        \(items)\(notes)
        <div class="boxes">
        \(papers)
        <section><h2>\(say(.cardWhere))</h2>\(lines(card.places))
        <p class="by">\(say(.cardBy, ["day": day(card.by)]))</p>
        <h2>\(say(.cardCall))</h2>\(lines(card.people))</section>
        </div>
        <footer>\(say(.cardFree))</footer>
        </body>
        </html>

        """
    }

    private var title: String { say(.cardTitle, ["name": card.name]) }

    private func day(_ day: CalendarDate) -> String { HelpCard.long(day, card.language) }

    private var items: String {
        if card.items.isEmpty { return "<p class=\"note\">\(say(.cardNothing))</p>\n" }
        let rows = card.items.map { item in
            let who = item.who.map { " <span>\(text($0))</span>" } ?? ""
            let detail = card.detail(item).map { "<p>\(text($0))</p>" } ?? ""
            return "<li><h3>\(text(item.name))\(who)</h3>\(detail)</li>\n"
        }
        return "<ol>\n\(rows.joined())</ol>\n"
    }

    private var notes: String {
        var notes = ""
        if card.more > 0 {
            notes += "<p class=\"note\">\(say(.cardMore, ["n": "\(card.more)"]))</p>\n"
        }
        if card.hasQuestions { notes += "<p class=\"note\">\(say(.cardQuestions))</p>\n" }
        return notes
    }

    private var papers: String {
        guard !card.papers.isEmpty else { return "" }
        let rows = card.papers.map { "<li>\(text($0))</li>" }.joined()
        return "<section><h2>\(say(.cardBring))</h2><ul>\(rows)</ul></section>"
    }

    private func lines(_ texts: [String]) -> String {
        texts.map { "<p>\(text($0))</p>" }.joined()
    }

    /// The largest letters with which all of it stands on one sheet.
    private var size: Size { Size.all.first(where: fits) ?? Size.all[Size.all.count - 1] }

    /// Letters in points, space in millimetres. Under the last, glasses would not help.
    private struct Size {
        let name: Double
        let plain: Double
        let gap: Double

        static let all = [
            Size(name: 19, plain: 15, gap: 3.4), Size(name: 18, plain: 14, gap: 2.6),
            Size(name: 16, plain: 13, gap: 2), Size(name: 14.5, plain: 12, gap: 1.4),
            Size(name: 13, plain: 11, gap: 1), Size(name: 11.5, plain: 10, gap: 0.7),
        ]
    }

    /// Whether many papers are set in two columns.
    private var isBroad: Bool { card.papers.count > 7 }

    /// Estimated from the widths of the letters: a browser has no say in it, and the sheet has no
    /// second side.
    private func fits(_ size: Size) -> Bool {
        let point = 0.3528
        func height(_ text: String, _ letters: Double, in width: Double) -> Double {
            // A column of a terminal is half a Han character; bold Latin letters are a bit wider.
            let length = Double(text.columns) * 0.52 * letters * point
            return (length / width).rounded(.up) * letters * 1.35 * point
        }
        func say(_ phrase: HelpPhrase) -> String { phrase.text(in: card.language) }
        var total = height(say(.cardTitle) + card.name, 23, in: 184)
        total += size.plain * 1.35 * point + 4
        for item in card.items {
            total += height(item.name + (item.who ?? ""), size.name, in: 170) + 2 * size.gap + 0.3
            total += card.detail(item).map { height($0, size.plain, in: 170) } ?? 0
        }
        for isThere in [card.more > 0, card.hasQuestions] where isThere {
            total += size.plain * 1.35 * point + 2
        }
        let heading = (size.plain + 2) * 1.35 * point + 1
        let bring =
            card.papers.reduce(0) { $0 + height($1, size.plain, in: isBroad ? 40 : 70) }
            / (isBroad ? 2 : 1)
        let going = (card.places + [say(.cardBy) + "2026-12-31"] + card.people)
            .reduce(heading + 3) { $0 + height($1, size.plain, in: isBroad ? 62 : 80) }
        total += 14 + heading + max(bring, going)
        total += 4 + height(say(.cardFree), size.plain - 1, in: 184)
        // Of 297 two margins of 13, and a little to spare.
        return total < 267
    }

    private var style: String {
        let size = size
        let bring = isBroad ? "flex: 3 } section:first-child ul { columns: 2 " : ""
        return """
            @page { size: A4; margin: 13mm }
            * { box-sizing: border-box; margin: 0 }
            body { font: \(size.plain)pt/1.35 "Noto Sans CJK SC", "Noto Sans SC", \
            "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei", "Hiragino Sans", sans-serif; \
            color: #000; max-width: 184mm; margin: 0 auto }
            header { border-bottom: 1.2mm solid #000; padding-bottom: 2mm }
            h1 { font-size: 23pt; line-height: 1.2 }
            h2 { font-size: \(size.plain + 2)pt; margin-bottom: 1mm }
            h3 { font-size: \(size.name)pt; line-height: 1.25 }
            h3 span { font-weight: normal }
            ol { list-style: none; padding: 0; counter-reset: n }
            ol li { counter-increment: n; position: relative; \
            padding: \(size.gap)mm 0 \(size.gap)mm 13mm; border-bottom: 0.3mm solid #888; \
            break-inside: avoid }
            ol li::before { content: counter(n); position: absolute; left: 0; top: \(size.gap)mm; \
            width: 9mm; height: 9mm; border-radius: 50%; border: 0.7mm solid #000; \
            text-align: center; font: bold 15pt/7.8mm sans-serif }
            .note { padding-top: 2mm; font-weight: bold }
            .boxes { display: flex; gap: 6mm; margin-top: 5mm }
            section { flex: 2; border: 0.6mm solid #000; border-radius: 3mm; padding: 3.5mm; \
            overflow-wrap: anywhere; break-inside: avoid }
            section:first-child { \(bring)}
            section p + h2 { margin-top: 3mm }
            .by { font-weight: bold }
            ul { list-style: none; padding: 0 }
            ul li { padding-left: 1.5em; position: relative; break-inside: avoid }
            ul li::before { content: ""; position: absolute; left: 0; top: 0.22em; \
            width: 0.9em; height: 0.9em; border: 0.4mm solid #000 }
            footer { margin-top: 4mm; font-size: \(size.plain - 1)pt }
            """
    }

    private func say(
        _ phrase: HelpPhrase, _ values: KeyValuePairs<String, String> = [:]
    ) -> String {
        text(phrase.wording.filled(in: card.language, values))
    }

    /// What people stored, as text and never as markup.
    private func text(_ text: String) -> String {
        var result = ""
        for character in text.visible {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
