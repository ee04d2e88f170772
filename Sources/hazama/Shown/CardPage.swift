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

    /// The more there is, the smaller it is set, and never under what glasses can read.
    private var style: String {
        let count = card.items.count
        let (name, plain, gap) =
            count <= 6 ? (19, 15, 3.4) : count <= 8 ? (17, 14, 2.2) : (15, 12.5, 1.4)
        return """
            @page { size: A4; margin: 13mm }
            * { box-sizing: border-box; margin: 0 }
            body { font: \(plain)pt/1.35 "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP", \
            "PingFang SC", "Microsoft YaHei", "Hiragino Sans", sans-serif; color: #000; \
            max-width: 184mm; margin: 0 auto }
            header { border-bottom: 1.2mm solid #000; padding-bottom: 2mm }
            h1 { font-size: 23pt; line-height: 1.2 }
            h2 { font-size: \(plain + 2)pt; margin-bottom: 1mm }
            h3 { font-size: \(name)pt; line-height: 1.25 }
            h3 span { font-weight: normal }
            ol { list-style: none; padding: 0; counter-reset: n }
            ol li { counter-increment: n; position: relative; padding: \(gap)mm 0 \(gap)mm 13mm; \
            border-bottom: 0.3mm solid #888; break-inside: avoid }
            ol li::before { content: counter(n); position: absolute; left: 0; top: \(gap)mm; \
            width: 9mm; height: 9mm; border-radius: 50%; border: 0.7mm solid #000; \
            text-align: center; font: bold 15pt/7.8mm sans-serif }
            .note { padding-top: 2mm; font-weight: bold }
            .boxes { display: flex; gap: 6mm; margin-top: 5mm }
            section { flex: 1; border: 0.6mm solid #000; border-radius: 3mm; padding: 3.5mm; \
            overflow-wrap: anywhere; break-inside: avoid }
            section p + h2 { margin-top: 3mm }
            .by { font-weight: bold }
            ul { list-style: none; padding: 0 }
            ul li { padding-left: 8mm; position: relative; break-inside: avoid }
            ul li::before { content: ""; position: absolute; left: 0; top: 1.3mm; \
            width: 4.2mm; height: 4.2mm; border: 0.5mm solid #000 }
            footer { margin-top: 4mm; font-size: \(plain - 1)pt }
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
