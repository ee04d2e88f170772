/// What people stored, made safe to print: a name must not be able to write on the rest of the
/// screen.
///
/// The bytes in the store stay as they are; only what is shown changes. Control characters (C0,
/// DEL, C1), overrides of direction, line separators and invisible characters become `\u{1B}` and
/// the like. Joiners and variation selectors stay, for names are written with them.
extension Unicode.Scalar {
    /// Whether it acts on the terminal or can't be seen, and so is shown by its number.
    var isHidden: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x2028, 0x2029, 0xFFF9...0xFFFB: true
        // Joiners, variation selectors of emoji, Han and Mongolian, and the grapheme joiner.
        case 0x200C, 0x200D, 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x180B...0x180D, 0x180F, 0x034F:
            false
        default: properties.isDefaultIgnorableCodePoint
        }
    }

    /// `\u{1B}`.
    fileprivate var escape: String { "\\u{" + String(value, radix: 16, uppercase: true) + "}" }
}

extension String {
    /// The text for one line of a terminal.
    ///
    /// More than eight marks on one character are cut, for they would climb over the lines above.
    var visible: String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        var result = ""
        var marks = 0
        var cut = false
        for scalar in unicodeScalars {
            if scalar.isHidden {
                result += scalar.escape
                (marks, cut) = (0, false)
                continue
            }
            marks = scalar.columns == 0 && scalar.value >= 0x300 ? marks + 1 : 0
            if marks <= Self.marksOnOneCharacter {
                result.unicodeScalars.append(scalar)
                cut = false
            } else if !cut {
                result += "…"
                cut = true
            }
        }
        return result
    }

    private static let marksOnOneCharacter = 8

    /// The lines of a longer text, each visible. A lone carriage return is shown, not obeyed.
    var visibleLines: [String] {
        split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .map { String($0).visible }
    }

    /// JSON text in which nothing acts on a terminal: what JSON may leave bare is escaped as
    /// `\u001b`.
    var visibleJSON: String {
        if !unicodeScalars.contains(where: \.isHidden) { return self }
        var result = ""
        for scalar in unicodeScalars {
            guard scalar.isHidden else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }
}
