import Testing

@Suite("Source taken apart")
struct SwiftTextTests {
    @Test("comments and the insides of strings are no code")
    func blanked() {
        let text = SwiftText(
            """
            let a = "try! \\(b as! C) ( \\" x" // try!
            /* try! /* as! */ fatalError( */ let d = #"\\(no)"#
            """)
        #expect(text.code.count == 2)
        #expect(text.lines(with: "try!") == [])
        #expect(text.lines(with: "as!") == [1])
        #expect(text.lines(with: "fatalError(") == [])
        #expect(text.lines(with: "let") == [1, 2])
        #expect(text.literals.map(\.text) == ["try!   ( \\\" x", "\\(no)"])
        #expect(text.comments.map(\.text) == ["// try!"])
    }

    @Test("multi-line strings keep the numbers of lines")
    func multiline() {
        let quotes = "\"\"\""
        let text = SwiftText("let a = \(quotes)\n  one \" two\n  \(quotes)\nfatalError()")
        #expect(text.lines(with: "fatalError(") == [4])
        #expect(text.literals == [.init(line: 1, text: "\n  one \" two\n  ")])
    }

    @Test("a word is not found within a longer one")
    func words() {
        #expect("usleep(1)".containsWord("usleep("))
        #expect(!"usleep(1)".containsWord("sleep("))
        #expect(!"LeaseDate()".containsWord("Date()"))
        #expect("= Date()".containsWord("Date()"))
    }
}
