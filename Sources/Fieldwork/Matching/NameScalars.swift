/// What is known of single characters of names, unpacked once from `NameTables`.
enum NameScalars {
    /// The character without marks, in lower case, half width, and in the form in which other forms
    /// of it are compared.
    static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x41...0x5A: return Unicode.Scalar(UInt8(scalar.value) + 32)
        case ..<0xC0: return scalar
        case 0xC0...0x24F: return letter(latin, scalar, 0xC0)
        case 0x1E00...0x1EFF: return letter(latinAdditional, scalar, 0x1E00)
        // Full width forms stand in the order of ASCII.
        case 0xFF01...0xFF5E:
            return plain(Unicode.Scalar(UInt8(scalar.value - 0xFF01 + 0x21)))
        // Katakana stand in the order of hiragana.
        case 0x30A1...0x30F6: return Unicode.Scalar(scalar.value - 0x60) ?? scalar
        default: break
        }
        var (low, high) = (0, forms.count)
        while low < high {
            let middle = (low + high) / 2
            if forms[middle].other < scalar { low = middle + 1 } else { high = middle }
        }
        return low < forms.count && forms[low].other == scalar ? forms[low].plain : scalar
    }

    /// The Mandarin reading without its tone; `nil` for what is no Han character or has none.
    ///
    /// - Parameter isFirst: whether it begins a name: some family names are read otherwise.
    static func reading(of scalar: Unicode.Scalar, isFirst: Bool) -> String? {
        if isFirst, let family = familyReadings[plain(scalar)] { return family }
        guard scalar.value >= NameTables.first else { return nil }
        let place = Int(scalar.value - NameTables.first)
        guard place < readings.count, readings[place] != noReading else {
            // A compatibility form is read like the one it stands for.
            let plain = plain(scalar)
            return plain == scalar ? nil : reading(of: plain, isFirst: isFirst)
        }
        return syllables[Int(readings[place])]
    }

    /// Hiragana in Latin letters, long vowels short; `nil` for anything else.
    static func romaji(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x3041...0x3096: kana[Int(scalar.value - 0x3041)]
        case 0x30FC: ""  // Makes the vowel before it long.
        default: nil
        }
    }

    private static let noReading = UInt16.max

    private static let readings: [UInt16] = {
        var digits = [UInt16](repeating: 0, count: 128)
        for (value, digit) in NameTables.alphabet.utf8.enumerated() {
            digits[Int(digit)] = UInt16(value)
        }
        let base = UInt16(NameTables.alphabet.utf8.count)
        let packed = Array(NameTables.readings.utf8)
        return stride(from: 0, to: packed.count - 1, by: 2).map { place in
            let (high, low) = (packed[place], packed[place + 1])
            if high == UInt8(ascii: "!") { return noReading }
            return digits[Int(high)] * base + digits[Int(low)]
        }
    }()

    private static let syllables = NameTables.syllables.split(separator: " ").map { String($0) }

    private static let forms: [(other: Unicode.Scalar, plain: Unicode.Scalar)] =
        zip(NameTables.otherForms.unicodeScalars, NameTables.plainForms.unicodeScalars)
        .map { ($0, $1) }

    private static let latin = Array(NameTables.latin.utf8)
    private static let latinAdditional = Array(NameTables.latinAdditional.utf8)

    private static func letter(
        _ table: [UInt8], _ scalar: Unicode.Scalar, _ first: UInt32
    ) -> Unicode.Scalar {
        let letter = table[Int(scalar.value - first)]
        return letter == UInt8(ascii: ".") ? scalar : Unicode.Scalar(letter)
    }

    /// Family names that are not read as the character usually is.
    private static let familyReadings: [Unicode.Scalar: String] = [
        "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "任": "ren",
        "盖": "ge", "朴": "piao", "翟": "zhai", "冼": "xian", "覃": "qin", "乐": "yue", "员": "yun",
        "缪": "miao", "黑": "he", "宓": "mi", "折": "she", "纪": "ji", "万": "wan",
    ]

    /// From U+3041 on. Long vowels are written short, and doubled consonants once, as they are when
    /// names are compared.
    private static let kana: [String] =
        """
        a a i i u u e e o o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta da chi \
        ji - tsu zu te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe ho bo po ma mi \
        mu me mo ya ya yu yu yo yo ra ri ru re ro wa wa i e o n vu ka ke
        """.split(separator: " ").map { $0 == "-" ? "" : String($0) }
}
