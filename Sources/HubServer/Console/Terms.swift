internal import Fieldwork

/// What a schema's names and words are called in the languages of the console.
///
/// One that has no wording is shown by its name in every language, so that a newer schema is never
/// unreadable.
enum Terms {
    static func name(_ key: String, in language: Language) -> String {
        guard let wording = Words.any(key) else { return spaced(key) }
        return switch language {
        case .english: wording.english
        case .chinese: wording.chinese
        case .japanese: wording.japanese
        }
    }

    /// `monthly_income` and `notHome` as words.
    private static func spaced(_ key: String) -> String {
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
