/// A name of a person as it is written and as it sounds, to find the same person under two
/// spellings.
///
/// What was typed is never changed: this is worked out from it each time. Composed and decomposed
/// letters, upper and lower case, full and half width, traditional, simplified and Japanese forms
/// are the same here.
public struct NameSound: Hashable, Sendable {
    /// The characters in the form in which they are compared, without spaces and points.
    public let written: [Character]
    /// The syllables in letters, one after the other: 王秀英 and «Wang Xiuying» are `wangxiuying`.
    public let spoken: String
    /// The same as heard by somebody who knows no difference of zh and z, ang and an, n and l: what
    /// dialects make of it.
    public let heard: String
    /// The family name as it is heard, where the name is in Han characters: `zan` of 章伟.
    public let familyHeard: String?

    /// Reads a name; `nil` where it has no letter.
    public init?(_ name: String) {
        var written: [Character] = []
        var words: [String] = [""]
        var family: String?
        // Canonical equivalence by character: a letter and its marks are one.
        for (place, scalar) in name.unicodeScalars.enumerated() {
            let plain = NameScalars.plain(scalar)
            if let reading = NameScalars.reading(of: scalar, isFirst: written.isEmpty) {
                words[words.count - 1] += reading
                if place == 0 { family = reading }
                written.append(Character(plain))
            } else if let kana = NameScalars.romaji(plain) {
                words[words.count - 1] = Self.appending(kana, plain, to: words[words.count - 1])
                written.append(Character(plain))
            } else if plain.properties.isAlphabetic {
                words[words.count - 1].unicodeScalars.append(plain)
                written.append(Character(plain))
            } else if plain.properties.generalCategory != .nonspacingMark {
                words.append("")
            }
        }
        guard !written.isEmpty else { return nil }
        words.removeAll(where: \.isEmpty)
        self.written = written
        spoken = words.joined()
        heard = Self.heard(spoken)
        familyHeard = family.map(Self.heard)
    }

    /// How two names resemble each other, from the nearest.
    public enum Resemblance: Int, Comparable, Sendable {
        /// Nothing speaks for one person.
        case none
        /// One character or letter differs.
        case oneOff
        /// Dialect or a bad line can make one of the other: 张 and 江 never, 张 and 占 perhaps.
        case heardAlike
        /// The same syllables: 张伟 and 章玮, 王秀英 and «Wang Xiuying».
        case soundsAlike
        /// The same characters, whatever their form.
        case same

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    public func resemblance(to other: NameSound) -> Resemblance {
        if written == other.written { return .same }
        if spoken == other.spoken { return .soundsAlike }
        if heard == other.heard { return .heardAlike }
        if isHan, other.isHan {
            // Of two characters one says too little.
            let isOneOff =
                written.count == other.written.count && written.count >= 3
                && zip(written, other.written).count { $0 != $1 } == 1
            return isOneOff ? .oneOff : .none
        }
        let (left, right) = (Array(heard.utf8), Array(other.heard.utf8))
        return min(left.count, right.count) >= 5 && Typing.isOneSlip(left, right) ? .oneOff : .none
    }

    private var isHan: Bool { familyHeard != nil }

    /// A small ゃ, ゅ or ょ is one syllable with what it follows: しょ is `sho`, きょ is `kyo`.
    private static func appending(
        _ kana: String, _ scalar: Unicode.Scalar, to word: String
    ) -> String {
        guard ["ゃ", "ゅ", "ょ"].contains(scalar), word.hasSuffix("i") else { return word + kana }
        let start = word.dropLast()
        let isJoined = ["sh", "ch", "j"].contains { start.hasSuffix($0) }
        return String(start) + (isJoined ? kana.dropFirst() : kana[...])
    }

    private static func heard(_ spoken: String) -> String {
        var result: [UInt8] = []
        for letter in spoken.utf8 {
            switch (result.last, letter) {
            case (UInt8(ascii: "z")?, UInt8(ascii: "h")), (UInt8(ascii: "c")?, UInt8(ascii: "h")),
                (UInt8(ascii: "s")?, UInt8(ascii: "h")), (UInt8(ascii: "n")?, UInt8(ascii: "g")),
                (UInt8(ascii: "o")?, UInt8(ascii: "u")):
                continue
            case (let last?, letter) where last == letter: continue
            case (_, UInt8(ascii: "l")) where result.isEmpty: result.append(UInt8(ascii: "n"))
            case (_, UInt8(ascii: "v")): result.append(UInt8(ascii: "u"))
            default: result.append(letter)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Slips of the fingers.
enum Typing {
    /// Whether one is the other with one sign too many, too few, another, or two in each other's
    /// place.
    static func isOneSlip<Sign: Equatable>(_ left: [Sign], _ right: [Sign]) -> Bool {
        guard abs(left.count - right.count) <= 1, left != right else { return false }
        var start = 0
        while start < left.count, start < right.count, left[start] == right[start] { start += 1 }
        var (leftEnd, rightEnd) = (left.count, right.count)
        while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
            leftEnd -= 1
            rightEnd -= 1
        }
        let (ours, theirs) = (left[start..<leftEnd], right[start..<rightEnd])
        if ours.count <= 1, theirs.count <= 1 { return true }
        return ours.count == 2 && theirs.count == 2
            && ours.first == theirs.last && ours.last == theirs.first
    }
}
