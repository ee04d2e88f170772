import SyncCore

/// The end of a record's name, as lists print it and people type it.
///
/// The last of the 26 characters holds only three bits of the name, so five characters are 23 bits:
/// enough for a day's list, and never enough by itself for a store. Where several records end
/// alike, more are shown.
struct ShortID: Hashable, Sendable {
    /// Between 5 and 26 characters, in the spelling of `Base32`.
    let text: String

    static let length = 5

    /// Reads what was typed, with the usual slips; `nil` if it can't be the end of a name.
    init?(_ typed: String) {
        let text = Base32.forgiving(typed.trimmed.foldingWidth)
        let alphabet = Set("0123456789abcdefghjkmnpqrstvwxyz")
        guard (Self.length...26).contains(text.count), text.allSatisfy(alphabet.contains) else {
            return nil
        }
        self.text = text
    }

    /// Whether a name ends like this.
    func matches(_ id: some Identifier) -> Bool { id.description.hasSuffix(text) }

    /// How many characters tell these names apart; at least five.
    static func length<ID: Identifier>(telling ids: some Collection<ID>) -> Int {
        let names = Set(ids.map(\.description))
        for length in Self.length..<26
        where Set(names.map { $0.suffix(length) }).count == names.count { return length }
        return 26
    }
}
