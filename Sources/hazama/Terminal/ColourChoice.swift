/// When to use colours.
enum ColourChoice: String, CaseIterable, Sendable {
    /// On a terminal that has them, unless `NO_COLOR` is set.
    case auto
    case always
    case never

    /// Source of the variable: https://no-color.org
    func hasColours(isTerminal: Bool, environment: [String: String]) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        }
    }
}
