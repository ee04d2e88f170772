import Testing

/// Names each test that a table of proofs names, between quotation marks, and that is not there.
/// What ends in `…` is the beginning of a name; what a row's number stands before may be left out.
func missingProofs(in file: TextFile, tests: [TextFile]) -> [Offence] {
    let names = tests.flatMap { test in
        test.swift.literals.map {
            $0.text.replacing("\\\n", with: "").split(whereSeparator: \.isWhitespace).joined(
                separator: " ")
        }
    }
    return file.lines.enumerated().flatMap { index, line -> [Offence] in
        guard line.hasPrefix("| ") else { return [] }
        let proof = line.split(separator: "|", maxSplits: 2).last ?? ""
        let quoted = proof.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map(\.element)
        return quoted.filter { name in
            !names.contains {
                $0 == name || $0.hasSuffix(": \(name)")
                    || name.hasSuffix("…") && $0.hasPrefix(name.dropLast().trimmingSuffix(" ,"))
            }
        }.map { Offence(file.path, index + 1, "no test \"\($0)\"") }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ characters: String) -> Substring {
        var text = self
        while let last = text.last, characters.contains(last) { text = text.dropLast() }
        return text
    }
}

@Suite("Proof")
struct ProofTests {
    @Test("every test that a table of proofs names is there")
    func names() {
        let here = Repository.here
        let tests = here.swift(in: "Tests/").filter { !$0.path.hasPrefix("Tests/TidyTests/") }
        for name in ["capabilities", "edge-cases", "bad-inputs"] {
            let file = here["docs/proof/\(name).md"]
            #expect(file != nil)
            expectNone(file.map { missingProofs(in: $0, tests: tests) } ?? [])
        }
    }

    @Test("a proof that is not there is noticed")
    func namesCanary() {
        let test = TextFile(
            path: "Tests/A.swift",
            text:
                "@Test(\"3: one is one\") func a() {}\n@Test(\"two are two, and more\") func b() {}"
        )
        func missing(_ row: String) -> Int {
            let file = TextFile(path: "docs/proof/a.md", text: "\"no table\"\n| 1 | \(row) |\n")
            return missingProofs(in: file, tests: [test]).count
        }
        #expect(missing("must | `A`: \"one is one\"; \"two are two, …\"") == 0)
        #expect(missing("must | \"one\", \"two are two\", \"three …\"") == 3)
        #expect(missing("\"one hand\" must | \"3: one is one\"") == 0)
    }
}
