import Foundation
import Testing

/// What the fuzzer of `Tests/Fuzz` found worth keeping: every input that reaches a branch of its
/// own, tried again with each run of the tests.
@Suite("fuzzed inputs")
struct FuzzCorpusTests {
    @Test(
        "whatever the fuzzer found is read or refused, and never traps",
        arguments: FuzzTarget.allCases)
    func corpus(door: FuzzTarget) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fuzz/corpus/\(door.rawValue).txt")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 100)
        for line in lines {
            let input = try #require(Data(base64Encoded: String(line)))
            door.run(Array(input))
        }
    }
}
