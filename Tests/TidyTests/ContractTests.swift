import Testing

/// Names each error code that the code uses and the contract does not list, and the other way
/// round.
func codeMismatches(sources: [TextFile], errors: TextFile?) -> [Offence] {
    var used: [String: Offence] = [:]
    for file in sources {
        for literal in file.swift.literals {
            for code in codes(in: literal.text) where used[code] == nil {
                used[code] = Offence(
                    file.path, literal.line, "\(code) is not in protocol/errors.md")
            }
        }
    }
    var listed: [String: Offence] = [:]
    for (index, line) in (errors?.lines ?? []).enumerated() {
        for code in codes(in: String(line)) where listed[code] == nil {
            listed[code] = Offence("protocol/errors.md", index + 1, "\(code) is used nowhere")
        }
    }
    let unlisted = used.filter { listed[$0.key] == nil }.values
    let unused = listed.filter { used[$0.key] == nil }.values
    return (Array(unlisted) + Array(unused)).sorted { $0.description < $1.description }
}

/// Every `HZ-` with exactly four digits.
private func codes(in text: String) -> [String] {
    text.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init).filter { word in
        word.hasPrefix("HZ-") && word.count == 7
            && word.dropFirst(3).allSatisfy { ("0"..."9").contains($0) }
    }
}

/// Names each vector that no test reads: neither by its name, nor by walking its folder.
func unreadVectors(_ vectors: [String], tests: [TextFile]) -> [Offence] {
    let literals = tests.flatMap { $0.swift.literals.map(\.text) }
    let walked = tests.filter { file in
        file.path.hasPrefix("Tests/VectorTests/")
            && ["contentsOfDirectory", "enumerator"].contains { file.text.contains($0) }
    }.flatMap { $0.swift.literals.map(\.text) }
    return vectors.filter { path in
        let parts = path.split(separator: "/").map(String.init)
        guard let name = parts.last else { return false }
        let stem = String(name.prefix { $0 != "." })
        if literals.contains(where: { literal in
            literal == name || literal == stem
                || (literal.hasSuffix("/\(name)") && path.hasSuffix(literal))
        }) {
            return false
        }
        // A folder counts as walked where its whole path, or its own name, is handed to a walk.
        return parts.dropLast().indices.allSatisfy { index in
            let folder = parts[...index].joined(separator: "/")
            return !walked.contains { $0 == folder || (index > 1 && $0 == parts[index]) }
        }
    }.map { Offence($0, 1, "a vector that no test reads") }
}

@Suite("Contract")
struct ContractTests {
    @Test("every error code used is documented, and every one documented is used")
    func codes() {
        let offences = codeMismatches(
            sources: Repository.here.swift(in: "Sources/"),
            errors: Repository.here["protocol/errors.md"])
        expectNone(offences)
    }

    @Test("an undocumented code and an unused one are noticed")
    func codesCanary() {
        let source = TextFile(
            path: "Sources/SyncProtocol/Problem.swift",
            text: "// HZ-9999\nlet a = \"HZ-1001\"\nlet b = \"HZ-1002 \\(c)\"")
        let errors = TextFile(
            path: "protocol/errors.md", text: "# Errors\n| HZ-1002 |\n| HZ-1003 |")
        #expect(
            codeMismatches(sources: [source], errors: errors) == [
                Offence(source.path, 2, "HZ-1001 is not in protocol/errors.md"),
                Offence(errors.path, 3, "HZ-1003 is used nowhere"),
            ])
        #expect(codeMismatches(sources: [source], errors: nil).count == 2)
        #expect(codeMismatches(sources: [], errors: nil) == [])
    }

    @Test("every golden vector is read by a test")
    func vectors() {
        let vectors = Repository.here.paths.filter {
            $0.hasPrefix("protocol/vectors/") && !$0.hasSuffix(".md")
        }
        let tests = Repository.here.swift(in: "Tests/").filter {
            !$0.path.hasPrefix("Tests/TidyTests/")
        }
        expectNone(unreadVectors(vectors, tests: tests))
    }

    @Test("a vector that nobody reads is noticed")
    func vectorsCanary() {
        let vectors = [
            "protocol/vectors/merge/two-heads.json", "protocol/vectors/clock/invalid/late.hex",
        ]
        func test(_ text: String) -> TextFile {
            TextFile(path: "Tests/VectorTests/A.swift", text: text)
        }
        let walk = "contentsOfDirectory(atPath: root + \"merge\")"
        #expect(unreadVectors(vectors, tests: []).count == 2)
        #expect(unreadVectors(vectors, tests: [test("// merge")]).count == 2)
        #expect(unreadVectors(vectors, tests: [test("f(\"\", \"json\", \".hex\")")]).count == 2)
        #expect(unreadVectors(vectors, tests: [test("f(\"merge/two-heads.json\")")]).count == 1)
        #expect(unreadVectors(vectors, tests: [test("read(\"late.hex\")")]).count == 1)
        #expect(unreadVectors(vectors, tests: [test(walk)]).map(\.path) == [vectors[1]])
        let all = "enumerator(atPath: \"protocol/vectors\")"
        #expect(unreadVectors(vectors, tests: [test(all)]) == [])
    }
}
