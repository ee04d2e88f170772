internal import Fieldwork
internal import HTTPTypes
internal import SyncCore
internal import SyncHub

/// What every page needs to know about its reader, its moment and its address.
struct Page: Sendable {
    let language: Language
    /// The reader asked for the language in the address, so links keep it.
    let keepsLanguage: Bool
    let path: String
    let query: [String: String]
    let now_ms: Int64
    let wall: WallClock
    /// `nil` where nobody is logged in.
    let session: Session?
    /// What forms on this page send back.
    let formToken: String

    func say(_ phrase: Phrase) -> String { language.say(phrase) }
    func say(_ phrase: Phrase, _ first: String) -> String { language.say(phrase, first) }
    func say(_ phrase: Phrase, _ first: String, _ second: String) -> String {
        language.say(phrase, first, second)
    }

    /// A wording that the programs share.
    func say(_ wording: Wording) -> String {
        switch language {
        case .english: wording.english
        case .chinese: wording.chinese
        case .japanese: wording.japanese
        }
    }

    /// A phrase with markup in its place.
    func say(_ phrase: Phrase, with first: HTML) -> HTML {
        let parts = language.say(phrase).split(
            separator: "%1", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "\(language.say(phrase))" }
        return "\(String(parts[0]))\(first)\(String(parts[1]))"
    }

    func term(_ key: String) -> String { Words.any(key).map { say($0) } ?? Terms.spaced(key) }

    /// Returns an address of the console with the reader's language in it.
    func link(_ path: String, _ query: [(String, String)] = []) -> String {
        var pairs = query.filter { !$0.1.isEmpty }
        if keepsLanguage { pairs.append(("lang", language.rawValue)) }
        guard !pairs.isEmpty else { return path }
        return path + "?"
            + pairs.map { "\(Form.encoded($0.0))=\(Form.encoded($0.1))" }.joined(separator: "&")
    }

    /// The hidden fields that every form carries.
    var formFields: HTML { "<input type=\"hidden\" name=\"form\" value=\"\(formToken)\">" }

    /// The whole page around its content.
    ///
    /// - Parameter live: what the page waits for once it is shown; `nil` for nothing.
    func html(title: String, live: Live? = nil, _ content: HTML) -> HTML {
        let script: HTML =
            live == nil ? "" : "\n<script src=\"/console/live.js\" defer></script>"
        return """
            <!doctype html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>\(title) · \(say(.console))</title>
            <link rel="stylesheet" href="/console/style.css">\(script)
            </head>
            <body>
            <a class="skip" href="#content">\(say(.skipToContent))</a>
            \(top)
            <main id="content">
            \(live.map { news($0) })
            \(content)
            </main>
            <footer>
            <span>\(say(.asOf, with: "<time datetime=\"\(moment(now_ms).iso)\">\(moment(now_ms).full)</time>"))</span>
            <nav aria-label="\(say(.language))">\(languages)</nav>
            </footer>
            </body>
            </html>

            """
    }

    /// Empty until the script has heard something.
    private func news(_ live: Live) -> HTML {
        let written: HTML = live.isWrittenOn ? " data-written=\"yes\"" : ""
        return """
            <p class="note" id="news" role="status" data-address="\(live.address)" data-target="\(live.target)" data-text="\(say(.news))" data-link="\(say(.showNews))"\(written)></p>
            """
    }

    private var top: HTML {
        guard let session else {
            return "<header class=\"top\"><strong>\(say(.console))</strong></header>"
        }
        return """
            <header class="top">
            <strong>\(say(.console))</strong>
            <nav><a href="\(link("/console/conflicts"))">\(say(.conflictQueue))</a></nav>
            <div class="who"><span>\(stored: session.name)</span>
            <form method="post" action="\(link("/console/logout"))">\(formFields)<button class="plain">\(say(.logOut))</button></form>
            </div>
            </header>
            """
    }

    private var languages: HTML {
        let links = Language.allCases.map { other -> HTML in
            var pairs = query.filter { $0.key != "lang" }.sorted { $0.key < $1.key }.map {
                ($0.key, $0.value)
            }
            pairs.append(("lang", other.rawValue))
            let address =
                path + "?"
                + pairs.map { "\(Form.encoded($0.0))=\(Form.encoded($0.1))" }.joined(separator: "&")
            if other == language {
                return
                    "<span lang=\"\(other.rawValue)\" aria-current=\"true\"><b>\(other.ownName)</b></span>"
            }
            return
                "<a href=\"\(address)\" lang=\"\(other.rawValue)\" hreflang=\"\(other.rawValue)\">\(other.ownName)</a>"
        }
        return .joined(links, by: " · ")
    }

    /// The last minute of a day that somebody typed, where they are; `nil` for what is no day.
    func endOfDay(_ text: String) -> Int64? {
        guard let day = CalendarDate(text) else { return nil }
        let end_ms = (day.ordinal + 1) * 86_400_000 - 60_000
        return end_ms - Int64(wall.offset_s(end_ms)) * 1000
    }

    func moment(_ time_ms: Int64) -> Moment { Moment(time_ms, offset_s: wall.offset_s(time_ms)) }

    /// A moment as it is read, with the machine's form beside it.
    func time(_ time_ms: Int64) -> HTML {
        let moment = moment(time_ms)
        return "<time datetime=\"\(moment.iso)\">\(moment.short)</time>"
    }

    /// How long ago something was, in its largest whole unit.
    func age(_ since_ms: Int64) -> String { length(max(0, now_ms.subtractingClamped(since_ms))) }

    func length(_ length_ms: Int64) -> String {
        let seconds = length_ms / 1000
        switch seconds {
        case ..<60: return say(.seconds, "\(seconds)")
        case ..<3600: return say(.minutes, "\(seconds / 60)")
        case ..<172_800: return say(.hours, "\(seconds / 3600)")
        default: return say(.days, "\(seconds / 86_400)")
        }
    }
}
