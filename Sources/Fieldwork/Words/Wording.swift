/// One text in every language of the programs.
///
/// A text that is filled names its places in braces. `{n:change|changes}` chooses a word by the
/// number `n` and puts only the word: the first for 1, the second for any other. All languages fill
/// the same places.
public struct Wording: Hashable, Sendable {
    public let english: String
    /// zh-Hans.
    public let chinese: String
    public let japanese: String

    public init(_ english: String, _ chinese: String, _ japanese: String) {
        (self.english, self.chinese, self.japanese) = (english, chinese, japanese)
    }
}
