import SyncCore
import SyncProtocol

/// Where a command speaks: results to one stream, everything else to the other.
///
/// In JSON each result is one object on a line of its own, with `"v":1` and a `type`; the last is
/// of type `summary`, whatever happened. Hints, progress and prompts are for people and leave it
/// out.
final class Console {
    enum Channel: Sendable {
        /// stdout.
        case result
        /// stderr.
        case talk
    }

    let language: Language
    /// Results as JSON lines.
    let isJSON: Bool
    let isQuiet: Bool
    let isVerbose: Bool
    /// Whether someone sits there to be asked.
    let canAsk: Bool
    let resultLook: Look
    let talkLook: Look
    private let write: (Channel, String) -> Void
    private var summaryMembers: [JSONMember] = []

    init(
        language: Language, isJSON: Bool = false, isQuiet: Bool = false, isVerbose: Bool = false,
        canAsk: Bool = false, resultLook: Look? = nil, talkLook: Look? = nil,
        write: @escaping (Channel, String) -> Void
    ) {
        self.language = language
        self.isJSON = isJSON
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.canAsk = canAsk
        self.resultLook = resultLook ?? Look(language: language)
        self.talkLook = talkLook ?? Look(language: language)
        self.write = write
    }

    /// A text of the catalogue with its places filled.
    func text(_ phrase: Phrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }

    // MARK: Results

    /// Prints a line of the result; nothing in JSON.
    ///
    /// - Parameter hanging: how far what does not fit the first line is set in; left out, like the
    ///   first.
    func result(_ line: Line, hanging: Int? = nil) {
        if !isJSON { write(line, hanging, resultLook, .result) }
    }

    private func write(_ line: Line, _ hanging: Int?, _ look: Look, _ channel: Channel) {
        for text in line.wrapped(in: look, hanging: hanging ?? line.indent(in: look)) {
            write(channel, text + "\n")
        }
    }

    func result(_ phrase: Phrase, _ values: KeyValuePairs<String, String> = [:]) {
        result(Line(text(phrase, values)))
    }

    /// Prints a text of the catalogue behind a sign.
    func result(_ mark: Mark, _ phrase: Phrase, _ values: KeyValuePairs<String, String> = [:]) {
        result("\(mark) \(text(phrase, values))", hanging: 2)
    }

    /// Prints a table; nothing in JSON.
    func result(_ table: Table) {
        guard !isJSON else { return }
        for line in table.rendered(in: resultLook) { write(.result, line + "\n") }
    }

    /// Prints a longer text of somebody's, its lines set in under a heading.
    func result(quoting text: String, indentedBy spaces: Int = 2) {
        guard !isJSON else { return }
        let indent = String(repeating: " ", count: spaces)
        for line in text.visibleLines { write(.result, indent + line + "\n") }
    }

    /// Prints an object of the result; only in JSON.
    func item(_ type: String, _ members: KeyValuePairs<String, JSON>) {
        item(type, members.map { JSONMember($0.key, $0.value) })
    }

    func item(_ type: String, _ members: [JSONMember]) {
        guard isJSON else { return }
        write(.result, Self.object(type, members) + "\n")
    }

    /// Says what the last line of JSON shall tell beside the status.
    func summarise(_ members: KeyValuePairs<String, JSON>) {
        summarise(members.map { JSONMember($0.key, $0.value) })
    }

    func summarise(_ members: [JSONMember]) {
        for member in members {
            summaryMembers.removeAll { $0.key == member.key }
            summaryMembers.append(member)
        }
    }

    /// Prints the last line; only in JSON.
    func finish(_ status: ExitStatus) {
        item("summary", [JSONMember("exit", .integer(Int64(status.rawValue)))] + summaryMembers)
    }

    private static func object(_ type: String, _ members: [JSONMember]) -> String {
        JSON.object(
            [JSONMember("v", 1), JSONMember("type", .string(type))] + members
        ).text.visibleJSON
    }

    // MARK: Talk

    /// Says something that is no result: what was done, what to do next.
    func hint(_ line: Line) {
        if !isJSON, !isQuiet { write(line, nil, talkLook, .talk) }
    }

    func hint(_ phrase: Phrase, _ values: KeyValuePairs<String, String> = [:]) {
        hint(Line(text(phrase, values)))
    }

    func hint(_ mark: Mark, _ phrase: Phrase, _ values: KeyValuePairs<String, String> = [:]) {
        hint("\(mark) \(text(phrase, values))")
    }

    /// Says what only the curious want to know.
    func detail(_ line: Line) {
        if isVerbose { hint(line) }
    }

    /// Shows something on the talk stream as it is, for prompts and progress.
    func raw(_ text: String) {
        if !isJSON { write(.talk, text) }
    }

    /// Tells a failure: what is safe, what happened, what to do next.
    func report(_ failure: Failure) {
        if isJSON {
            var members = [
                JSONMember("code", .string(failure.code)),
                JSONMember("exit", .integer(Int64(failure.status.rawValue))),
            ]
            if let safe = failure.safe { members.append(JSONMember("safe", .string(safe))) }
            members.append(JSONMember("message", .string(failure.what)))
            if let next = failure.next { members.append(JSONMember("next", .string(next))) }
            write(.talk, Self.object("error", members) + "\n")
            return
        }
        var lines: [Line] = []
        if let safe = failure.safe { lines.append(Line(safe)) }
        lines.append("\(failure.what, .danger) \("(\(failure.code))", .dim)")
        if let next = failure.next { lines.append(Line(next)) }
        for line in lines { write(line, nil, talkLook, .talk) }
    }
}
