import Testing

/// Names each line that needs more than 100 columns; a Chinese character counts as one.
///
/// What stands in a string counts for nothing: a page's markup, a sentence or a test's name reads
/// worse in pieces.
func longLines(in file: TextFile) -> [Offence] {
    let long = file.lines.enumerated().filter {
        $0.element.utf8.count > 100 && $0.element.count > 100
    }
    guard !long.isEmpty else { return [] }
    let swift = file.path.hasSuffix(".swift") ? file.swift : nil
    let commented = Set(swift?.comments.map(\.line) ?? [])
    return long.filter { offset, line in
        guard let swift, !commented.contains(offset + 1) else { return true }
        let inStrings =
            line.filter { $0 != " " }.count - swift.code[offset].filter { $0 != " " }.count
        return line.count - inStrings > 100
    }.map { Offence(file.path, $0.offset + 1, "\($0.element.count) columns") }
}

/// Names each tab, trailing space, Windows line end and missing last line end.
func strayWhiteSpace(in file: TextFile) -> [Offence] {
    var found: [Offence] = []
    for (index, line) in file.lines.enumerated() {
        // `make` reads its recipes by their tab.
        let isRecipe = file.path == "Makefile" && line.hasPrefix("\t")
        if (isRecipe ? line.dropFirst() : line).utf8.contains(UInt8(ascii: "\t")) {
            found.append(Offence(file.path, index + 1, "a tab"))
        }
        if line.utf8.last == UInt8(ascii: " ") || line.utf8.last == UInt8(ascii: "\t") {
            found.append(Offence(file.path, index + 1, "space at the end of the line"))
        }
        if line.utf8.contains(UInt8(ascii: "\r")) {
            found.append(Offence(file.path, index + 1, "a carriage return"))
        }
    }
    if !file.text.isEmpty, file.text.utf8.last != UInt8(ascii: "\n") {
        found.append(Offence(file.path, file.lines.count, "no line end at the end"))
    }
    return found
}

/// Names a file that has probably become two nouns.
func oversize(_ file: TextFile) -> [Offence] {
    let count = file.lines.count - 1
    return count > 450 ? [Offence(file.path, count, "\(count) lines: is this one noun?")] : []
}

@Suite("Layout")
struct LayoutTests {
    @Test("no line of code is longer than 100 columns")
    func columns() {
        let files = Repository.here.files.filter {
            $0.path.hasSuffix(".swift") || $0.path.hasPrefix(".ci/")
                || ["Makefile", "Tests/run"].contains($0.path)
        }
        // A document, one entry a line, that happens to lie in Swift.
        .filter { !$0.path.hasSuffix("ShippedCatalogue.swift") }
        expectNone(files.flatMap(longLines(in:)))
    }

    @Test("a long line is noticed, by characters and not by bytes")
    func columnsCanary() {
        let chinese = String(repeating: "户", count: 100)
        let file = TextFile(path: "a.swift", text: "\(chinese)\n\(chinese)。\n")
        #expect(longLines(in: file).map(\.line) == [2])
    }

    @Test("a long string may stay in one piece, a long comment or long code may not")
    func stringsCanary() {
        let words = String(repeating: "word ", count: 25)
        let text = "let a = \"\(words)\"\n// \(words)\nlet b = [\(words)]\n"
        #expect(longLines(in: TextFile(path: "a.swift", text: text)).map(\.line) == [2, 3])
    }

    @Test("no tabs, no trailing space, and a line end at the end")
    func whiteSpace() {
        let files = Repository.here.files.filter { !$0.path.hasPrefix("protocol/vectors/") }
        expectNone(files.flatMap(strayWhiteSpace(in:)))
    }

    @Test(
        "stray white space is noticed",
        arguments: ["\tlet a\n", "let a \n", "let a\r\n", "let a", "let a\n\n  \nlet b\n"])
    func whiteSpaceCanary(text: String) {
        #expect(strayWhiteSpace(in: TextFile(path: "a.swift", text: text)).count == 1)
    }

    @Test("a recipe may begin with its tab")
    func recipes() {
        #expect(strayWhiteSpace(in: TextFile(path: "Makefile", text: "a:\n\tb\n")) == [])
    }

    // A number is no reason to split a file, so this speaks up without failing.
    @Test("large files are reported")
    func size() {
        for offence in Repository.here.swift(in: "Sources/").flatMap(oversize) {
            Issue.record("\(offence)", severity: .warning)
        }
    }

    @Test("a large file is noticed")
    func sizeCanary() {
        let large = String(repeating: "let a = 1\n", count: 451)
        #expect(oversize(TextFile(path: "a.swift", text: large)).count == 1)
        #expect(oversize(TextFile(path: "a.swift", text: String(large.dropLast(10)))) == [])
    }
}
