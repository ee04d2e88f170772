/// When two texts read the same to a person.
enum Matching {
    /// Without white space, differences of case and width; equal where the texts are canonically
    /// equivalent.
    static func folded(_ text: String) -> String {
        String(text.foldingWidth.lowercased().filter { !$0.isWhitespace })
    }
}
