/// A schema's names and words that have no wording, so that a newer schema is never unreadable.
enum Terms {
    /// `monthly_income` and `notHome` as words.
    static func spaced(_ key: String) -> String {
        // The console shows such amounts in yuan.
        let key = key.hasSuffix("_fen") ? key.dropLast(4) : key[...]
        var result = ""
        for character in key {
            if character == "_" || character == "-" {
                result += " "
            } else if character.isUppercase, !result.isEmpty, result.last?.isUppercase == false {
                result += " " + character.lowercased()
            } else {
                result.append(character)
            }
        }
        return result
    }
}
