/// Questions to the person at the terminal. Each has a flag that answers it beforehand.
struct Prompt {
    let console: Console
    /// Reads a line that was typed; `nil` at the end of the input. With `true` nothing is shown.
    let readLine: (_ isSecret: Bool) -> String?

    /// Asks until there is an answer that can be read. An empty one is `nil` where that is allowed.
    ///
    /// - Parameter flag: what answers it without being asked; named where nobody can be asked.
    func ask<Answer>(
        _ question: Phrase, flag: String, isSecret: Bool = false, allowsNone: Bool = false,
        read: (String) throws(Failure) -> Answer
    ) throws(Failure) -> Answer? {
        guard console.canAsk else {
            if allowsNone { return nil }
            throw missing(question, flag)
        }
        while true {
            console.raw(console.text(question) + " ")
            guard let line = readLine(isSecret) else { throw missing(question, flag) }
            let answer = line.trimmed
            if answer.isEmpty {
                if allowsNone { return nil }
                continue
            }
            do { return try read(answer) } catch { console.report(error) }
        }
    }

    /// Asks for a text.
    func text(_ question: Phrase, flag: String) throws(Failure) -> String {
        // Not optional where none is not allowed.
        try ask(question, flag: flag, read: { $0 }) ?? ""
    }

    /// Asks for a text by a question of the catalogue's; an empty one is `nil`.
    func line(_ question: String) -> String? {
        guard console.canAsk else { return nil }
        console.raw(question.visible + ": ")
        let answer = readLine(false)?.trimmed ?? ""
        return answer.isEmpty ? nil : answer
    }

    /// Asks for a secret, showing nothing of it.
    func secret(_ question: Phrase, flag: String) throws(Failure) -> String {
        try ask(question, flag: flag, isSecret: true, read: { $0 }) ?? ""
    }

    private func missing(_ question: Phrase, _ flag: String) -> Failure {
        Failure(
            status: .usage, code: DeviceCode.answerMissing.rawValue,
            what: console.text(
                .answerMissing,
                ["question": String(console.text(question).prefix { $0 != ":" && $0 != "：" })]),
            next: console.text(.answerMissingNext, ["flag": flag]))
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        let head = drop(while: \.isWhitespace)
        return String(head.reversed().drop(while: \.isWhitespace).reversed())
    }
}
