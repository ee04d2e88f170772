import ArgumentParser

/// What every command understands.
struct GlobalOptions: ParsableArguments {
    @Flag(help: "Print results as JSON lines; the last is a summary.")
    var json = false
    @Flag(help: "For screen readers: words instead of signs, nothing moves, nothing is cut.")
    var plain = false
    @Flag(name: .shortAndLong, help: "Print results and failures only.")
    var quiet = false
    @Flag(help: "Say more.")
    var verbose = false
    @Flag(help: "Never ask; a missing answer ends with 2 and names its flag.")
    var noInput = false
    @Option(help: "Use colours: auto, always or never.")
    var color: ColourChoice = .auto
    @Option(
        help: "Speak this language: en, zh-Hans or ja.",
        transform: { name in
            guard let language = Language(name) else {
                throw ValidationError("'\(name)' is not spoken here. Use en, zh-Hans or ja.")
            }
            return language
        })
    var lang: Language?
}

extension ColourChoice: ExpressibleByArgument {}

/// Reads how many lines a list has at most.
func lineLimit(_ text: String) throws -> Int {
    guard let count = Int(text), (0...1_000_000).contains(count) else {
        throw ValidationError("'\(text)' is no whole number from 0 to 1000000.")
    }
    return count
}

/// A command of ours: it works at a desk, and says how it ended.
protocol DeskCommand: ParsableCommand {
    var global: GlobalOptions { get }
    /// Does the work. What is thrown is told to the person by `Desk.failure(for:)`.
    func run(at desk: Desk) async throws -> ExitStatus
}

extension GlobalOptions {
    /// What is known when the words of a command could not be read.
    static func beforeParsing(isJSON: Bool) -> GlobalOptions {
        var options = GlobalOptions()
        (options.json, options.plain, options.quiet) = (isJSON, false, false)
        (options.verbose, options.noInput, options.color, options.lang) = (false, true, .auto, nil)
        return options
    }
}
