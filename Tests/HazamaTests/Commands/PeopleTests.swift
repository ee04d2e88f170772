import Fieldwork
import Glibc
import SyncCore
import SyncStore
import Testing

@testable import hazama

/// Rows L5, L6 and 45 of the edge cases.
@Suite("several people on one machine")
struct PeopleTests {
    private func passphrase(_ district: SmallDistrict, _ text: String) throws -> String {
        let path = district.folder + "/typed"
        try Files.writeSecret(Array(text.utf8), to: path)
        return path
    }

    private func clean(_ district: SmallDistrict) {
        for file in [
            "typed", "passphrase", "locked", "current", "people/li-na/store.sqlite",
            "people/li-na/store.sqlite-wal", "people/li-na/store.sqlite-shm", "people/li-na/key",
            "people/li-na/lock", "people/li-na/locked", "people/li-na/passphrase",
        ] {
            unlink(district.folder + "/" + file)
        }
        rmdir(district.folder + "/people/li-na")
        rmdir(district.folder + "/people")
    }

    @Test(
        "who locks is not logged out: what is unsent stays, and nothing is shown to the next person"
    )
    func lock() async throws {
        let district = try SmallDistrict()
        defer { clean(district) }
        let zhang = "\(SmallDistrict.zhang)"
        #expect(
            try await district.run("household", "edit", zhang, "--member-count", "5").status
                == .done)
        let early = try await district.run("switch", "li-na")
        #expect(early.status == .usage)
        let typed = try passphrase(district, "rain on stone")
        #expect(try await district.run("lock", "--passphrase-file", typed).status == .done)
        for words in [
            ["today"], ["show", zhang], ["outbox"], ["household", "find", "张"],
            // Those that read the rules first, which everybody may.
            ["match", zhang], ["card", zhang], ["assess", zhang],
            ["package", "new", zhang],
        ] {
            let shown = try await district.run(words)
            #expect(shown.status == .locked, "\(words)")
            #expect(!shown.screen.result.contains("张桂兰"))
        }
        #expect(try await district.run("switch", "li-na").status == .done)
        let other = try await district.run("show", zhang)
        #expect(other.status != .done && !other.screen.result.contains("张桂兰"))
        #expect(try await district.run("switch", "first").status == .done)
        let wrong = try passphrase(district, "snow on stone")
        #expect(try await district.run("unlock", "--passphrase-file", wrong).status == .locked)
        _ = try passphrase(district, "rain on stone")
        #expect(try await district.run("unlock", "--passphrase-file", typed).status == .done)
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        #expect(try store.status().unsent == 1)
        try store.close()
    }

    @Test(
        "erasing is refused while anything has not reached the hub, and asks for the machine's name"
    )
    func wipe() async throws {
        let district = try SmallDistrict()
        defer { clean(district) }
        let zhang = "\(SmallDistrict.zhang)"
        #expect(try await district.run("wipe").status == .usage)
        _ = try await district.run("household", "edit", zhang, "--member-count", "5")
        let refused = try await district.run("wipe", "--confirm", "laptop")
        #expect(refused.status == .failed)
        #expect(Files.exists(district.folder + "/store.sqlite"))

        let empty = try SmallDistrict()
        #expect(try await empty.run("wipe", "--confirm", "laptop").status == .done)
        #expect(!Files.exists(empty.folder + "/store.sqlite"))
        #expect(!Files.exists(empty.folder + "/key"))
    }

    @Test("a passphrase is kept only as its hash, and another does not fit")
    func hash() throws {
        var chance = Chance()
        let hash = PassphraseHash("rain", cost: 5, using: &chance)
        #expect(try #require(PassphraseHash(hash.text)).fits("rain"))
        #expect(!hash.fits("Rain") && !hash.fits(""))
        #expect(PassphraseHash("scrypt.5.x.y") == nil && PassphraseHash("") == nil)
    }

    @Test("names of people are plain words", arguments: ["", "../x", "A", "a b", "a/b", "a."])
    func names(name: String) { #expect(!Homes.isName(name)) }
}
