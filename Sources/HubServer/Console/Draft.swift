internal import SyncHub

/// A decision as it stands in the form: not checked, not saved, never lost on the way.
struct Draft: Sendable {
    enum Choice: Hashable, Sendable {
        /// The side with this key.
        case keep(String)
        case other
        /// All sides as they are.
        case stand
        /// The side with this key as a record of its own.
        case split(String)
        /// The two records are one.
        case join
        /// What came late is undone.
        case putBack

        /// Reads what the form sends; `nil` for nothing chosen.
        init?(_ word: String) {
            switch word {
            case "other": self = .other
            case "stand": self = .stand
            case "join": self = .join
            case "putBack": self = .putBack
            case _ where word.hasPrefix("keep:"): self = .keep(String(word.dropFirst(5)))
            case _ where word.hasPrefix("split:"): self = .split(String(word.dropFirst(6)))
            default: return nil
            }
        }

        var word: String {
            switch self {
            case .keep(let key): "keep:\(key)"
            case .other: "other"
            case .stand: "stand"
            case .join: "join"
            case .putBack: "putBack"
            case .split(let key): "split:\(key)"
            }
        }
    }

    /// `nil` until the reader has chosen.
    var choice: Choice?
    /// What was entered for another value, one text per member of the unit.
    var texts: [String]
    var reason: String
    /// The version of the detail that the form was shown with.
    var version: String

    /// More members than any unit has.
    private static let members = 32

    init(_ form: Form) {
        choice = Choice(form["choice"] ?? "")
        texts = (0..<Self.members).map { form["v\($0)"] ?? "" }
        reason = form["reason"] ?? ""
        version = form["version"] ?? ""
    }

    /// The form as a reader first finds it: nothing chosen, and what is shown meanwhile to start
    /// from.
    init(startingAt detail: ConflictDetail, texts: [String]) {
        choice = nil
        self.texts = texts
        reason = ""
        version = detail.version
    }

    func isChosen(_ choice: Choice) -> Bool { self.choice == choice }

    /// The form's fields, hidden, so that the next page can send them on.
    func hidden(_ count: Int) -> HTML {
        let word = choice?.word ?? ""
        let texts = texts.prefix(count).enumerated().map { place, text -> HTML in
            "<input type=\"hidden\" name=\"v\(place)\" value=\"\(exactly: text)\">"
        }
        return """
            <input type="hidden" name="choice" value="\(exactly: word)"><input type="hidden" name="version" value="\(exactly: version)"><input type="hidden" name="reason" value="\(exactly: reason)">\(texts)
            """
    }
}
