import Fieldwork
import Glibc
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore
import Testing

@testable import hazama

@Suite("files between two machines, as a person meets them")
final class BundleCommandTests {
    private let zhang = "\(SmallDistrict.zhang)"
    private let author: SmallDistrict
    private let reader: SmallDistrict
    private let folder: String

    init() throws {
        author = try SmallDistrict()
        reader = try SmallDistrict(device: 1)
        var template = Array("/tmp/hazama-test-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw FileFault("/tmp", errno) }
        folder = String(cString: path)
    }

    deinit {
        for file in ["card", "file", "bad"] { unlink(folder + "/" + file) }
        rmdir(folder)
    }

    private func path(_ name: String) -> String { folder + "/" + name }

    /// The reader's card, a visitor's count of members, and the file for the reader.
    private func share() async throws {
        #expect(try await reader.run("bundle", "card", path("card")).status == .done)
        _ = try await author.run("household", "edit", zhang, "--member-count", "5")
        let made = try await author.run(
            "bundle", "export", path("file"), "--for", path("card"), "--json")
        #expect(made.status == .done && made.screen.result.contains("\"open\":1"))
    }

    @Test("a card goes, a file comes, and what it brings is marked until the hub has confirmed it")
    func whole() async throws {
        try await share()
        let shown = try await author.run("bundle", "show", path("card"))
        #expect(shown.status == .done && shown.screen.result.contains("王芳"))
        let taken = try await reader.run("bundle", "import", path("file"))
        #expect(taken.status == .done && taken.screen.result.contains("1 change is shown here"))
        let record = try await reader.run("show", zhang)
        #expect(record.screen.result.contains("→") && record.screen.result.contains("5"))
        #expect(record.screen.talk.contains("has not confirmed it yet"))
        let list = try await reader.run("household", "find", "--json")
        #expect(list.screen.result.contains("\"carried\":true"))
        #expect(try await reader.run("status").screen.result.contains("1 bundle of colleagues"))
        let again = try await reader.run("bundle", "import", path("file"))
        #expect(again.status == .done && again.screen.result.contains("here already"))
    }

    @Test("a card of one's own machine is told, and nothing is written for it")
    func own() async throws {
        _ = try await author.run("household", "edit", zhang, "--member-count", "5")
        _ = try await author.run("bundle", "card", path("card"))
        let run = try await author.run("bundle", "export", path("file"), "--for", path("card"))
        #expect(run.status == .failed && run.screen.talk.contains("HZ-7701"))
        #expect(run.screen.talk.contains("this machine itself"))
        #expect(!Files.exists(path("file")))
    }

    @Test("L6: erasing is refused while a colleague's bundle has not reached the hub")
    func wipe() async throws {
        try await share()
        _ = try await reader.run("bundle", "import", path("file"))
        let refused = try await reader.run("wipe", "--confirm", "laptop")
        #expect(refused.status == .failed && refused.screen.talk.contains("HZ-7105"))
        #expect(Files.exists(reader.folder + "/store.sqlite"))
    }

    @Test(
        "what can't be used is refused by its code, in each language", arguments: Language.allCases)
    func refused(language: Language) async throws {
        try await share()
        let bytes = try Files.read(path("file"), limit: 1 << 20)
        func expect(
            _ code: String, _ status: hazama.ExitStatus, _ bytes: [UInt8], at device: SmallDistrict,
            later_ms: Int64 = 0
        ) async throws {
            try Files.writeSecret(bytes, to: path("bad"))
            let run = try await device.run(
                "bundle", "import", path("bad"), language: language, later_ms: later_ms)
            #expect(run.status == status && run.screen.talk.contains(code), "\(code)")
        }
        try await expect("HZ-7701", .failed, bytes, at: author)
        try await expect("HZ-1007", .failed, Array(bytes.dropLast()), at: reader)
        try await expect("HZ-1007", .failed, [], at: reader)
        try await expect(
            "HZ-7703", .locked, bytes, at: reader, later_ms: Int64(SmallDistrict.word_ms))
        try await expect("HZ-7704", .integrity, try forged(.gap), at: reader)
        try await expect("HZ-7702", .integrity, try forged(.stranger), at: reader)
        let store = try DeviceStore.open(reader.folder, schema: .fieldwork)
        #expect(try store.carried() == [])
        try store.close()
    }

    private enum Fault { case gap, stranger }

    private func forged(_ fault: Fault) throws -> [UInt8] {
        let store = try DeviceStore.open(author.folder, schema: .fieldwork)
        let made = try #require(try SyncClient.bundle(of: store))
        let sets = try store.run(made.numbers).changeSets
        let credential = try #require(try store.credential())
        let own = try store.signingKey()
        try store.close()
        let card = try DeviceCard.decode(Files.read(path("card"), limit: 1 << 20))
        var chance = Chance(99)
        return try SharedBundle(
            credential: credential, bundle: made.bytes, first: sets[0].changeSet.name.number.next,
            previous: sets[0].changeSet.previous, parts: [.open(sets)]
        ).sealed(
            for: Credential.decode(card.credential.bytes), card.sealingKey,
            key: fault == .gap ? own : .random(using: &chance))
    }
}
