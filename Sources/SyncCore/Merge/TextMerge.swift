/// Two texts that were both made from a third, put together where they changed different sentences.
///
/// Works on whole sentences, by bytes, and moves none: what comes out is made of sentences that
/// somebody wrote. Within a sentence nothing is put together, for a number or a name of two hands
/// would be a statement that nobody made. Spelled out in `protocol/merging.md#text`, so that every
/// client sees the same.
public enum TextMerge {
    /// How many pairs of sentences are compared at most, after what both ends have in common; it
    /// bounds what it costs to show a text, and beyond it people are asked.
    public static let maximumPairs = 1 << 18

    /// Returns both texts put together; `nil` where they changed the same place, or too much.
    ///
    /// - Complexity: linear in the texts, and in the pairs of sentences between the first and the
    ///   last that was changed.
    public static func merged(_ left: Text, _ right: Text, from base: Text) -> Text? {
        var numbers: [Text: Int] = [:]
        var sentences: [Text] = []
        func numbered(_ text: Text) -> [Int] {
            Self.sentences(text).map { sentence in
                if let number = numbers[sentence] { return number }
                numbers[sentence] = sentences.count
                sentences.append(sentence)
                return sentences.count - 1
            }
        }
        let base = numbered(base)
        guard let left = changes(from: base, to: numbered(left)),
            let right = changes(from: base, to: numbered(right)),
            let result = merged(left, right, base)
        else { return nil }
        return Text(result.map { sentences[$0].string }.joined())
    }

    // MARK: Sentences

    /// Cuts a text into sentences and the white space between them; nothing of it is left out.
    static func sentences(_ text: Text) -> [Text] {
        let scalars = text.string.unicodeScalars
        var pieces: [Text] = []
        var start = scalars.startIndex
        var index = start
        func cut() {
            guard start < index else { return }
            pieces.append(Text(String(scalars[start..<index])))
            start = index
        }
        while index < scalars.endIndex {
            if isSpace(scalars[index]) {
                cut()
                while index < scalars.endIndex, isSpace(scalars[index]) {
                    index = scalars.index(after: index)
                }
                cut()
                continue
            }
            var ends = false
            while index < scalars.endIndex, !ends, !isLineEnd(scalars[index]) {
                let scalar = scalars[index]
                index = scalars.index(after: index)
                while index < scalars.endIndex, isMark(scalars[index]) {
                    index = scalars.index(after: index)
                }
                let next = index < scalars.endIndex ? scalars[index] : nil
                ends =
                    "。！？；".unicodeScalars.contains(scalar)
                    || ".!?;".unicodeScalars.contains(scalar) && next.map(isSpace) ?? true
            }
            cut()
        }
        return pieces
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\u{3000}" || isLineEnd(scalar)
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r"
    }

    /// What belongs to the scalar before it: an accent, the choice of a picture.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        (0x300...0x36f).contains(scalar.value) || (0xfe00...0xfe0f).contains(scalar.value)
    }

    // MARK: Changes

    /// A part of the base, and what stands in its place.
    private struct Change: Equatable {
        let range: Range<Int>
        let sentences: [Int]

        /// Whether both touch one place: they share a sentence of the base, or one of them puts
        /// something in just where the other begins or ends.
        func overlaps(_ other: Change) -> Bool {
            let (first, second) =
                range.lowerBound <= other.range.lowerBound ? (self, other) : (other, self)
            if first.range.upperBound != second.range.lowerBound {
                return first.range.upperBound > second.range.lowerBound
            }
            return first.range.isEmpty || second.range.isEmpty
        }
    }

    /// What was changed, rising; `nil` if it is too much to compare. Along the longest common
    /// subsequence; of several, the one that keeps the earliest sentences of the new text.
    private static func changes(from base: [Int], to new: [Int]) -> [Change]? {
        var first = 0
        while first < min(base.count, new.count), base[first] == new[first] { first += 1 }
        var last = 0
        while last < min(base.count, new.count) - first,
            base[base.count - 1 - last] == new[new.count - 1 - last]
        { last += 1 }
        let old = Array(base[first..<(base.count - last)])
        let mine = Array(new[first..<(new.count - last)])
        guard
            old.count.multipliedReportingOverflow(by: max(1, mine.count)).partialValue
                <= maximumPairs
        else { return nil }
        // `longest[i][j]`: of what follows sentence i of the one and j of the other.
        let width = mine.count + 1
        var longest = [Int32](repeating: 0, count: (old.count + 1) * width)
        for i in old.indices.reversed() {
            for j in mine.indices.reversed() {
                longest[i * width + j] =
                    old[i] == mine[j]
                    ? longest[(i + 1) * width + j + 1] + 1
                    : max(longest[(i + 1) * width + j], longest[i * width + j + 1])
            }
        }
        var found: [Change] = []
        var (i, j) = (0, 0)
        while i < old.count || j < mine.count {
            let (from, to) = (i, j)
            while i < old.count || j < mine.count {
                if i < old.count, j < mine.count, old[i] == mine[j] { break }
                let skipsOld =
                    j == mine.count
                    || i < old.count
                        && longest[(i + 1) * width + j] >= longest[i * width + j + 1]
                if skipsOld { i += 1 } else { j += 1 }
            }
            if from < i || to < j {
                found.append(
                    Change(
                        range: (first + from)..<(first + i), sentences: Array(mine[to..<j])))
            }
            while i < old.count, j < mine.count, old[i] == mine[j] {
                i += 1
                j += 1
            }
        }
        return found
    }

    private static func merged(_ left: [Change], _ right: [Change], _ base: [Int]) -> [Int]? {
        var result: [Int] = []
        var reached = 0
        func take(_ change: Change) {
            result += base[reached..<change.range.lowerBound]
            result += change.sentences
            reached = change.range.upperBound
        }
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if left[i] == right[j] {
                take(left[i])
                i += 1
                j += 1
            } else if left[i].overlaps(right[j]) {
                return nil
            } else if left[i].range.lowerBound < right[j].range.lowerBound {
                take(left[i])
                i += 1
            } else {
                take(right[j])
                j += 1
            }
        }
        left[i...].forEach(take)
        right[j...].forEach(take)
        return result + base[reached...]
    }
}
