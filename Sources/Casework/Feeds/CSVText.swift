/// A text of comma-separated values, read strictly: RFC 4180, in UTF-8.
///
/// Lines end with CRLF or LF. A mark of byte order at the start is left out. A field that holds a
/// comma, a quote or a line break is quoted, and a quote in it doubled. Every record has as many
/// fields as the first, whose fields name the columns. Nothing is guessed: what a spreadsheet would
/// silently put right is a defect with its line.
public struct CSVText: Sendable {
    public struct Record: Hashable, Sendable {
        /// The line on which it begins, from 1.
        public let line: Int
        public let fields: [String]
    }
    public let columns: [String]
    public let records: [Record]

    public init(_ bytes: [UInt8]) throws(FeedDefect) {
        try TextEncoding.check(bytes)
        var reader = Reader(bytes.starts(with: TextEncoding.mark) ? bytes[3...] : bytes[...])
        guard let first = try reader.record() else { throw FeedDefect(1, .empty) }
        for (place, column) in first.fields.enumerated() {
            if column.isEmpty { throw FeedDefect(1, .unnamedColumn(place + 1)) }
            if first.fields[..<place].contains(column) {
                throw FeedDefect(1, .columnTwice(column))
            }
        }
        var records: [Record] = []
        while let record = try reader.record() {
            guard record.fields.count == first.fields.count else {
                throw FeedDefect(
                    record.line,
                    .fieldCount(record.fields.count, expected: first.fields.count))
            }
            records.append(record)
        }
        (columns, self.records) = (first.fields, records)
    }

    /// Writes a record as this type reads it.
    ///
    /// A text that a spreadsheet would take for a formula gets an apostrophe before it, which
    /// spreadsheets don't show: `=`, `+`, `-`, `@`, a tab or a return at its start.
    public static func line(_ fields: [String]) -> String {
        fields.map { field in
            let text = guarded(field)
            let isPlain = !text.utf8.contains { byte in
                byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"")
                    || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
            }
            return isPlain ? text : "\"\(doubled(text))\""
        }.joined(separator: ",") + "\r\n"
    }

    static func guarded(_ text: String) -> String { isFormula(text.utf8.first) ? "'" + text : text }

    /// Takes away the apostrophe that `line` puts before what looks like a formula.
    static func unguarded(_ text: String) -> String {
        text.utf8.first == UInt8(ascii: "'") && isFormula(text.utf8.dropFirst().first)
            ? String(text.dropFirst()) : text
    }

    private static func isFormula(_ byte: UInt8?) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09,
            0x0d:
            true
        default: false
        }
    }

    private static func doubled(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result.unicodeScalars.append(scalar) }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// Invariant: `line` is the line that the next byte is on.
    private struct Reader {
        private var rest: ArraySlice<UInt8>
        private var line = 1

        init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

        /// The next record; `nil` at the end.
        mutating func record() throws(FeedDefect) -> Record? {
            guard !rest.isEmpty else { return nil }
            let start = line
            var fields: [String] = []
            while true {
                fields.append(try field())
                switch rest.popFirst() {
                case UInt8(ascii: ","): continue
                case UInt8(ascii: "\n"): line += 1
                case UInt8(ascii: "\r"):
                    guard rest.popFirst() == UInt8(ascii: "\n") else {
                        throw FeedDefect(line, .loneReturn)
                    }
                    line += 1
                case nil: break
                default: throw FeedDefect(line, .afterQuote)
                }
                return Record(line: start, fields: fields)
            }
        }

        private mutating func field() throws(FeedDefect) -> String {
            guard rest.first == UInt8(ascii: "\"") else { return try plain() }
            let opened = line
            rest.removeFirst()
            var bytes: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") {
                    guard rest.first == UInt8(ascii: "\"") else { return CSVText.text(bytes) }
                    rest.removeFirst()
                }
                if byte == UInt8(ascii: "\n") { line += 1 }
                bytes.append(byte)
            }
            throw FeedDefect(opened, .openQuote)
        }

        private mutating func plain() throws(FeedDefect) -> String {
            var bytes: [UInt8] = []
            while let byte = rest.first {
                switch byte {
                case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                    return CSVText.text(bytes)
                case UInt8(ascii: "\""): throw FeedDefect(line, .quoteInField)
                default: bytes.append(byte)
                }
                rest.removeFirst()
            }
            return CSVText.text(bytes)
        }
    }

    /// Of bytes that were checked.
    private static func text(_ bytes: [UInt8]) -> String {
        unguarded(String(decoding: bytes, as: UTF8.self))
    }
}

/// Why a file can't be read at all. Nothing of it was taken in.
public struct FeedDefect: Error, Hashable, Sendable {
    /// From 1.
    public let line: Int
    public let reason: Reason

    init(_ line: Int, _ reason: Reason) { (self.line, self.reason) = (line, reason) }

    public enum Reason: Hashable, Sendable {
        case empty
        /// A workbook, which is a packed archive and no text.
        case workbook
        case utf16
        /// Text by the Chinese national standard.
        case gb18030
        case notUTF8
        /// U+0000, which no text has.
        case zero
        case unnamedColumn(Int)
        case columnTwice(String)
        /// Neither a column that every feed has nor a fact of the catalogue.
        case unknownColumn(String)
        /// A feed names persons and says something of them.
        case missingColumns
        case fieldCount(Int, expected: Int)
        case quoteInField, openQuote, afterQuote, loneReturn
        case tooManyRows(Int)
    }
}

/// Which encoding a file is in, as far as its bytes tell.
enum TextEncoding {
    static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// Throws unless the bytes are UTF-8 without U+0000; says what they are where that can be told.
    static func check(_ bytes: [UInt8]) throws(FeedDefect) {
        if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) { throw FeedDefect(1, .workbook) }
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            throw FeedDefect(1, .utf16)
        }
        if let place = bytes.firstIndex(of: 0) {
            throw FeedDefect(line(of: place, in: bytes), .zero)
        }
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        let isGB18030 = isGB18030(bytes)
        var place = 0
        for line in 1... {
            let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            if String(validating: bytes[place..<end], as: UTF8.self) == nil || end == bytes.endIndex
            {
                throw FeedDefect(line, isGB18030 ? .gb18030 : .notUTF8)
            }
            place = end + 1
        }
    }

    private static func line(of place: Int, in bytes: [UInt8]) -> Int {
        bytes[..<place].count { $0 == UInt8(ascii: "\n") } + 1
    }

    /// Whether all bytes are characters of one, two or four bytes as GB 18030 has them.
    private static func isGB18030(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let lead = rest.popFirst() {
            if lead < 0x80 { continue }
            guard (0x81...0xfe).contains(lead), let second = rest.popFirst() else { return false }
            if (0x30...0x39).contains(second) {
                guard let third = rest.popFirst(), (0x81...0xfe).contains(third),
                    let fourth = rest.popFirst(), (0x30...0x39).contains(fourth)
                else { return false }
            } else if !(0x40...0xfe).contains(second) || second == 0x7f {
                return false
            }
        }
        return true
    }
}
