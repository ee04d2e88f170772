/// A language the program speaks. Codes, JSON and names of commands are the same in all.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case chinese = "zh-Hans"
    case japanese = "ja"

    /// Reads a name as people and systems write it: `zh-Hans`, `zh_CN.UTF-8`, `ja`. `nil` for a
    /// language that is not spoken here.
    init?(_ name: String) {
        let name = name.prefix { $0 != "." && $0 != "@" }.lowercased()
        switch name.split(whereSeparator: { $0 == "_" || $0 == "-" }).first {
        case "en", "c", "posix": self = .english
        case "zh": self = .chinese
        case "ja": self = .japanese
        default: return nil
        }
    }

    /// The language of a system, by the first of the variables that is set; English if that names
    /// another. `HAZAMA_LANG` comes before those of POSIX.
    init(environment: [String: String]) {
        let names = ["HAZAMA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        let chosen = names.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = chosen.flatMap { Language($0) } ?? .english
    }
}
