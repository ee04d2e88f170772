internal import SyncHub

/// A decision as it stands in the form: not checked, not saved, never lost on the way.
struct Draft: Sendable {
    enum Choice: Hashable, Sendable {
        /// The side with this key.
        case keep(String)
        case other
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
        let choice = form["choice"] ?? ""
        self.choice =
            if choice == "other" {
                .other
            } else if choice.hasPrefix("keep:") {
                .keep(String(choice.dropFirst(5)))
            } else {
                nil
            }
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
        let word: String =
            switch choice {
            case .keep(let key)?: "keep:\(key)"
            case .other?: "other"
            case nil: ""
            }
        let texts = texts.prefix(count).enumerated().map { place, text -> HTML in
            "<input type=\"hidden\" name=\"v\(place)\" value=\"\(exactly: text)\">"
        }
        return """
            <input type="hidden" name="choice" value="\(exactly: word)"><input type="hidden" name="version" value="\(exactly: version)"><input type="hidden" name="reason" value="\(exactly: reason)">\(texts)
            """
    }
}
