import Foundation
import SyncStore
import SyncTesting
import Testing

@Suite("the token of a start")
struct StartTokenTests {
    @Test("a database put back alone is found out at the next start, a fall in between is not")
    func putBack() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("hub.sqlite")
        let token = StartToken(folder: folder.path)
        var generator = TestGenerator(Seed(1))
        func start() throws -> Bool {
            let store = try HubStore(path: path, schema: .test)
            let isStrange = try token.isStrange(to: store)
            try token.renew(in: store, using: &generator)
            try store.close()
            return isStrange
        }
        #expect(try !start())
        #expect(try !start())
        try FileManager.default.copyItem(atPath: path, toPath: folder.file("copy"))
        let beside = try Data(contentsOf: URL(filePath: folder.file("start")))
        #expect(try !start())
        // A fall after the file was written and before the database: it holds both words.
        let after = try Data(contentsOf: URL(filePath: folder.file("start")))
        #expect(after != beside)
        try (beside + after).write(to: URL(filePath: folder.file("start")))
        #expect(chmod(folder.file("start"), 0o600) == 0)
        #expect(try !start())
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: folder.file("copy"), toPath: path)
        #expect(try start())
        #expect(try !start())
        try FileManager.default.removeItem(atPath: folder.file("start"))
        #expect(try start())
    }
}
