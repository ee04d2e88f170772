import Testing

/// Names each type of ours whose name says only that there is one.
func emptyTypeNames(in file: TextFile) -> [Offence] {
    let endings = ["Manager", "Helper", "Service", "Handler", "Data", "Info", "Utils", "Util"]
    let keywords = [
        "struct", "class", "enum", "actor", "protocol", "typealias", "associatedtype",
    ]
    var found: [Offence] = []
    for (index, line) in file.swift.code.enumerated() where keywords.contains(where: line.contains)
    {
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        for (keyword, name) in zip(words, words.dropFirst())
        where keywords.contains(String(keyword)) && endings.contains(where: name.hasSuffix) {
            found.append(Offence(file.path, index + 1, "\(name) is no noun of this package"))
        }
    }
    return found
}

/// Names each comment that promises work instead of doing it, and each file that holds none.
func promises(in file: TextFile) -> [Offence] {
    let text = file.swift
    let words = ["TODO", "FIXME", "XXX", "HACK"]
    let found = text.comments.filter { comment in words.contains(where: comment.text.containsWord) }
    let empty = text.code.allSatisfy { $0.allSatisfy(\.isWhitespace) }
    return found.map { Offence(file.path, $0.line, "a promise: \($0.text)") }
        + (empty ? [Offence(file.path, 1, "a file without code")] : [])
}

@Suite("Words")
struct WordTests {
    static let swift = Repository.here.swift(in: "Sources/") + Repository.here.swift(in: "Tests/")

    @Test("no type is called a manager, a helper or the like")
    func names() {
        expectNone(Self.swift.flatMap(emptyTypeNames(in:)))
    }

    @Test(
        "an empty type name is noticed",
        arguments: [
            "final class SyncManager {}", "public struct HouseholdInfo: Sendable {",
            "enum Utils {", "typealias PersonData = [UInt8]", "actor Service {",
        ])
    func namesCanary(text: String) {
        #expect(emptyTypeNames(in: TextFile(path: "a.swift", text: text)).count == 1)
    }

    @Test("names that belong to others may be used")
    func namesInnocent() {
        let text = "let d: Data // struct FooInfo\nfunc f(_: some Service) {}\nclass func data() {}"
        #expect(emptyTypeNames(in: TextFile(path: "a.swift", text: text)) == [])
    }

    @Test("nothing is left to be done later")
    func finished() {
        expectNone(Self.swift.flatMap(promises(in:)))
    }

    @Test(
        "work put off is noticed",
        arguments: ["let a = 1  // TODO: two", "/// FIXME\nlet a = 1", "// placeholder\n"])
    func finishedCanary(text: String) {
        #expect(promises(in: TextFile(path: "a.swift", text: text)).count == 1)
    }
}
