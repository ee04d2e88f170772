import Foundation
import SyncCore
import SyncProtocol
import Testing

@Suite("golden vectors")
struct VectorTests {
    @Test("every file is byte for byte what this end makes")
    func made() throws {
        let files = try Made.all
        #expect(Set(files.map(\.path)).count == files.count, "two files of one name")
        if VectorFolder.isWriting {
            let old = VectorFolder.paths.filter { path in !files.contains { $0.path == path } }
            for path in old {
                try FileManager.default.removeItem(at: VectorFolder.root.appending(path: path))
            }
            for file in files { try VectorFolder.write(file) }
            return
        }
        for file in files {
            let found = try? String(decoding: VectorFolder.read(file.path), as: UTF8.self)
            #expect(found == file.text, "\(file.path) differs: make vectors WRITE=1, and look why")
        }
        let known = Set(files.map(\.path))
        #expect(VectorFolder.paths.filter { !known.contains($0) } == [], "files nobody makes")
    }

    @Test("there is a file of every kind, and nothing else lies between them")
    func folder() {
        let kinds = Set(VectorFolder.paths.compactMap { VectorKind(path: $0) })
        #expect(kinds == Set(VectorKind.allCases))
        #expect(VectorFolder.strays == [])
    }

    @Test("every file is read, and says what its bytes say", arguments: VectorFolder.paths)
    func read(path: String) throws {
        let kind = try #require(VectorKind(path: path), "a folder that nothing here reads")
        try kind.check(VectorFolder.json(path), isInvalid: path.contains("/invalid/"))
    }

    @Test("a vector whose bytes say something else is noticed", arguments: VectorKind.allCases)
    func canary(kind: VectorKind) throws {
        let files = VectorFolder.paths.filter {
            VectorKind(path: $0) == kind && $0.contains("/invalid/")
        }
        // An invalid one must not pass for valid, whatever else it holds.
        for path in files.prefix(3) {
            let json = try VectorFolder.json(path)
            withKnownIssue { try kind.check(json, isInvalid: false) }
        }
        let valid = VectorFolder.paths.filter {
            VectorKind(path: $0) == kind && !$0.contains("/invalid/")
        }
        for path in valid.prefix(3) {
            let json = try VectorFolder.json(path)
            withKnownIssue { try kind.check(json, isInvalid: true) }
        }
    }
}
