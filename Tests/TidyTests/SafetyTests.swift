import Testing

/// Names each place that would end the program, or hide why something failed.
func shortcuts(in file: TextFile) -> [Offence] {
    guard let room = file.room else { return [] }
    var words = ["try!", "as!", "fatalError("]
    // Where recorded work could get lost, every caught error has a reader.
    if ["SyncStore", "SyncExchange", "SyncHub"].contains(room) { words.append("try?") }
    let text = file.swift
    return words.flatMap { word in
        text.lines(with: word).map { Offence(file.path, $0, "\(word) in \(room)") }
    }
}

/// Names each promise to the compiler about threads that does not say which lock keeps it.
func unexplainedSendable(in file: TextFile) -> [Offence] {
    let text = file.swift
    let pure = ["SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncExchange"]
    return ["@unchecked Sendable", "nonisolated(unsafe)"].flatMap { word in
        text.lines(with: word).compactMap { line in
            if let room = file.room, pure.contains(room) {
                return Offence(file.path, line, "\(word) in a pure room")
            }
            return text.namesLock(beside: line)
                ? nil : Offence(file.path, line, "\(word) without the lock's name beside it")
        }
    }
}

extension SwiftText {
    /// Whether the comment on a line, or the block of comments directly above, names a lock, a
    /// queue or a thread.
    fileprivate func namesLock(beside line: Int) -> Bool {
        let words = ["lock", "mutex", "queue", "thread", "actor", "semaphore"]
        func names(_ line: Int) -> Bool {
            comments.contains { comment in
                comment.line == line && words.contains { comment.text.lowercased().contains($0) }
            }
        }
        if names(line) { return true }
        var above = line - 1
        while above >= 1, comments.contains(where: { $0.line == above }),
            code[above - 1].allSatisfy(\.isWhitespace)
        {
            if names(above) { return true }
            above -= 1
        }
        return false
    }
}

@Suite("Safety")
struct SafetyTests {
    @Test("no force, and nothing swallowed where work could get lost")
    func sources() {
        expectNone(Repository.here.swift(in: "Sources/").flatMap(shortcuts(in:)))
    }

    @Test(
        "a shortcut is noticed",
        arguments: [
            ("hazama", "let a = try! b()"), ("SyncCore", "let a = b as! C"),
            ("HubServer", "default: fatalError(\"never\")"), ("SyncStore", "let a = try? b()"),
            ("SyncHub", "print(\"\\(try? b())\")"),
        ] as [(String, String)])
    func canary(room: String, text: String) {
        #expect(shortcuts(in: TextFile(path: "Sources/\(room)/A.swift", text: text)).count == 1)
    }

    @Test("words about shortcuts are none")
    func innocent() {
        let text = "// never try! here\nlet a = \"try?\"\nlet b = try? c()"
        #expect(shortcuts(in: TextFile(path: "Sources/hazama/A.swift", text: text)) == [])
    }

    @Test("who vouches for thread safety names the lock")
    func sendable() {
        let files = Repository.here.swift(in: "Sources/") + Repository.here.swift(in: "Tests/")
        expectNone(files.flatMap(unexplainedSendable(in:)))
    }

    @Test("an unexplained promise about threads is noticed")
    func sendableCanary() {
        let bare = "/// Counts.\nfinal class A: @unchecked Sendable {}"
        let apart = "// Guarded by the lock below.\n\nnonisolated(unsafe) var a = 1"
        for text in [bare, apart] {
            let file = TextFile(path: "Sources/HubServer/A.swift", text: text)
            #expect(unexplainedSendable(in: file).count == 1)
        }
        let pure = "final class A: @unchecked Sendable {}  // guarded by a lock"
        let file = TextFile(path: "Sources/SyncCore/A.swift", text: pure)
        #expect(unexplainedSendable(in: file).count == 1)
    }

    @Test("a promise with its lock beside it is kept")
    func sendableInnocent() {
        let text = """
            /// All access is on `queue`,
            /// which is serial.
            final class A: @unchecked Sendable {}
            struct B: @unchecked Sendable {}  // used by the engine's thread only
            """
        let file = TextFile(path: "Sources/CurlTransport/A.swift", text: text)
        #expect(unexplainedSendable(in: file) == [])
    }
}
