import Testing

/// Names each line of code that needs more than 100 columns; a Chinese character counts as one.
func longLines(in file: TextFile) -> [Offence] {
    file.lines.enumerated().filter {
        $0.element.utf8.count > 100 && $0.element.count > 100
    }.map {
        Offence(file.path, $0.offset + 1, "\($0.element.count) columns")
    }
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
        expectNone(files.flatMap(longLines(in:)))
    }

    @Test("a long line is noticed, by characters and not by bytes")
    func columnsCanary() {
        let chinese = String(repeating: "户", count: 100)
        let file = TextFile(path: "a.swift", text: "\(chinese)\n\(chinese)。\n")
        #expect(longLines(in: file).map(\.line) == [2])
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
