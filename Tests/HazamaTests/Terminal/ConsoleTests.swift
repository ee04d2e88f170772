import SyncCore
import SyncProtocol
import Testing

@testable import hazama

/// Keeps what was written, by stream.
final class Screen {
    var result = ""
    var talk = ""

    func console(
        isJSON: Bool = false, isQuiet: Bool = false, canAsk: Bool = false,
        language: Language = .english
    ) -> Console {
        Console(language: language, isJSON: isJSON, isQuiet: isQuiet, canAsk: canAsk) {
            switch $0 {
            case .result: self.result += $1
            case .talk: self.talk += $1
            }
        }
    }
}

@Suite("Console")
struct ConsoleTests {
    let screen = Screen()
    static let offline = Failure(
        status: .offline, code: DeviceCode.offline.rawValue, safe: "Nothing is lost.",
        what: "Not reachable.", next: "Try again.")

    @Test("results and talk take different streams")
    func streams() {
        let console = screen.console()
        console.result("a")
        console.hint("b")
        console.item("x", ["n": 1])
        console.finish(.done)
        #expect(screen.result == "a\n")
        #expect(screen.talk == "b\n")
    }

    @Test("JSON is one object a line, each with a version, and ends with a summary")
    func json() throws {
        let console = screen.console(isJSON: true)
        console.result("a")
        console.hint("b")
        console.item("household", ["name": "王\u{1B}"])
        console.summarise(["sent": 1, "received": 2])
        console.summarise(["sent": 3])
        console.finish(.partly)
        #expect(
            screen.result == """
                {"v":1,"type":"household","name":"王\\u001b"}
                {"v":1,"type":"summary","exit":3,"received":2,"sent":3}

                """)
        #expect(screen.talk == "")
    }

    @Test("a failure says first what is safe, then what happened with its code, then what to do")
    func failure() {
        screen.console().report(Self.offline)
        #expect(screen.talk == "Nothing is lost.\nNot reachable. (HZ-7201)\nTry again.\n")
        #expect(screen.result == "")
    }

    @Test("a failure in JSON is an object on the other stream")
    func failureJSON() {
        screen.console(isJSON: true).report(Self.offline)
        #expect(
            screen.talk == """
                {"v":1,"type":"error","code":"HZ-7201","exit":5,"safe":"Nothing is lost.",\
                "message":"Not reachable.","next":"Try again."}

                """)
    }

    @Test("quiet leaves results and failures")
    func quiet() {
        let console = screen.console(isQuiet: true)
        console.result("a")
        console.hint("b")
        console.report(Self.offline)
        #expect(screen.result == "a\n")
        #expect(screen.talk.hasPrefix("Nothing is lost."))
    }

    @Test("an unanswered question names its flag and ends as usage")
    func unanswered() {
        let prompt = Prompt(console: screen.console()) { _ in nil }
        #expect(throws: Failure.self) { try prompt.text(.you, flag: "--name") }
        do { _ = try prompt.text(.you, flag: "--name") } catch {
            #expect(error.status == .usage)
            #expect(error.next == "Give it with --name.")
        }
    }

    @Test("a question is asked again until the answer can be read")
    func askedAgain() throws {
        var answers = ["", "x", " 7 "]
        let prompt = Prompt(console: screen.console(canAsk: true)) { _ in answers.removeFirst() }
        let answer = try prompt.ask(.you, flag: "--n") { text throws(Failure) -> Int in
            guard let number = Int(text) else { throw Self.offline }
            return number
        }
        #expect(answer == 7)
        #expect(answers == [])
    }

    static let choices: [(ColourChoice, Bool, [String: String], Bool)] = [
        (.auto, true, [:], true), (.auto, false, [:], false),
        (.auto, true, ["NO_COLOR": "1"], false),
        (.auto, true, ["NO_COLOR": ""], true), (.auto, true, ["TERM": "dumb"], false),
        (.always, false, ["NO_COLOR": "1"], true), (.never, true, [:], false),
    ]

    @Test("colours are for terminals that have them, unless somebody chose", arguments: choices)
    func colours(choice: ColourChoice, isTerminal: Bool, environment: [String: String], has: Bool) {
        #expect(choice.hasColours(isTerminal: isTerminal, environment: environment) == has)
    }
}
