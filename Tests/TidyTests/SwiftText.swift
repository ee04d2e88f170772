import Foundation

/// Swift source taken apart far enough for rules: code, string literals, comments.
///
/// Not a parser. It knows nested comments, raw and multi-line strings and code within
/// interpolations; a regex literal with an unpaired quote in it would confuse it.
struct SwiftText: Sendable {
    struct Piece: Hashable, Sendable {
        /// Where it begins, from 1.
        let line: Int
        let text: String
    }

    /// The source with comments and the insides of strings blanked; lines keep their numbers.
    let code: [String]
    /// The insides of string literals; an interpolation counts as one space.
    let literals: [Piece]
    /// Comments, with their slashes, one line each.
    let comments: [Piece]
    /// All of `code`, which is quicker to search than its lines.
    private let blanked: Data

    init(_ source: String) {
        var scanner = Scanner(bytes: Array(source.utf8))
        scanner.run()
        blanked = Data(scanner.code)
        code = String(decoding: scanner.code, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        literals = scanner.literals
        comments = scanner.comments
    }
}

private struct Scanner {
    enum Frame {
        /// Code; `depth` counts open parentheses within an interpolation.
        case code(depth: Int)
        case string(hashes: Int, quotes: Int, line: Int, text: [UInt8])
    }

    let bytes: [UInt8]
    var place = 0
    var line = 1
    var frames: [Frame] = [.code(depth: 0)]
    var code: [UInt8] = []
    var literals: [SwiftText.Piece] = []
    var comments: [SwiftText.Piece] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() {
        while place < bytes.count {
            switch frames[frames.count - 1] {
            case .code(let depth): stepInCode(depth)
            case .string(let hashes, let quotes, let line, let text):
                frames.removeLast()
                stepInString(hashes, quotes, line, text)
            }
        }
    }

    private func has(_ text: String, at offset: Int = 0) -> Bool {
        bytes[(place + offset)...].starts(with: text.utf8)
    }

    /// Moves on by one byte, which is seen as code or blanked.
    private mutating func advance(asCode: Bool) {
        let byte = bytes[place]
        code.append(asCode || byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        if byte == UInt8(ascii: "\n") { line += 1 }
        place += 1
    }

    private mutating func stepInCode(_ depth: Int) {
        switch bytes[place] {
        case UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "("),
            UInt8(ascii: ")"):
            break
        default: return advance(asCode: true)
        }
        if has("//") { return comment() }
        if has("/*") { return blockComment() }
        let hashes = bytes[place...].prefix { $0 == UInt8(ascii: "#") }.count
        if has("\"", at: hashes) {
            let quotes = has("\"\"\"", at: hashes) ? 3 : 1
            let begin = line
            for _ in 0..<(hashes + quotes) { advance(asCode: true) }
            frames.append(.string(hashes: hashes, quotes: quotes, line: begin, text: []))
            return
        }
        if frames.count > 1 {
            let change = has("(") ? 1 : has(")") ? -1 : 0
            frames[frames.count - 1] = .code(depth: depth + change)
            if depth + change == 0 { frames.removeLast() }
        }
        advance(asCode: true)
    }

    private mutating func comment() {
        let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let text = String(decoding: bytes[place..<end], as: UTF8.self)
        comments.append(.init(line: line, text: text))
        code.append(contentsOf: repeatElement(UInt8(ascii: " "), count: end - place))
        place = end
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if has("/*") { depth += 1 } else if has("*/") { depth -= 1 }
            if has("/*") || has("*/") { advance(asCode: false) }
            if place < bytes.count { advance(asCode: false) }
        } while depth > 0 && place < bytes.count
    }

    private mutating func stepInString(
        _ hashes: Int, _ quotes: Int, _ begin: Int, _ text: [UInt8]
    ) {
        switch bytes[place] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"): break
        default:
            let text = text + [bytes[place]]
            advance(asCode: false)
            frames.append(.string(hashes: hashes, quotes: quotes, line: begin, text: text))
            return
        }
        let fence = String(repeating: "#", count: hashes)
        let isOver = has(String(repeating: "\"", count: quotes) + fence)
        if isOver || (quotes == 1 && has("\n")) {
            literals.append(.init(line: begin, text: String(decoding: text, as: UTF8.self)))
            if isOver { for _ in 0..<(quotes + hashes) { advance(asCode: true) } }
            return
        }
        if has("\\" + fence + "(") {
            frames.append(
                .string(
                    hashes: hashes, quotes: quotes, line: begin, text: text + [UInt8(ascii: " ")]))
            for _ in 0..<(hashes + 1) { advance(asCode: false) }
            frames.append(.code(depth: 0))
            return
        }
        var text = text
        // An escaped quote or backslash ends nothing.
        let length = has("\\" + fence) ? hashes + 2 : 1
        for _ in 0..<length where place < bytes.count {
            text.append(bytes[place])
            advance(asCode: false)
        }
        frames.append(.string(hashes: hashes, quotes: quotes, line: begin, text: text))
    }
}

extension SwiftText {
    /// The lines of code on which `word` stands by itself, from 1.
    ///
    /// Where `word` begins or ends in a letter or digit, no identifier may go on there.
    func lines(with word: String) -> [Int] {
        guard blanked.range(of: Data(word.utf8)) != nil else { return [] }
        return code.indices.filter { code[$0].containsWord(word) }.map { $0 + 1 }
    }
}

extension String {
    /// Whether `word` occurs and is not part of a longer identifier.
    func containsWord(_ word: String) -> Bool {
        let text = Array(utf8)
        let word = Array(word.utf8)
        guard let first = word.first, let last = word.last, text.count >= word.count else {
            return false
        }
        func isIdentifier(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
                true
            default: false
            }
        }
        for start in 0...(text.count - word.count) where text[start] == first {
            let end = start + word.count
            guard text[start..<end].elementsEqual(word) else { continue }
            let joinsLeft = start > 0 && isIdentifier(first) && isIdentifier(text[start - 1])
            let joinsRight = end < text.count && isIdentifier(last) && isIdentifier(text[end])
            if !joinsLeft && !joinsRight { return true }
        }
        return false
    }
}
