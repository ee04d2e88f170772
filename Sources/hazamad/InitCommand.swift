import ArgumentParser
import Casework
import Fieldwork
import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract:
            "Make a hub in a new or empty folder, with its certificates and first administrator.")

    @OptionGroup var data: FolderOption
    @Flag(help: "Put a small invented district in it: a few streets and 200 households.")
    var demo = false
    @Option(
        help: ArgumentHelp(
            """
            What people call the district. With --demo, "full" puts the large invented district in \
            it: 12,300 households with 32,000 persons.
            """))
    var district: String?
    @Option(
        help: ArgumentHelp(
            "A name or address by which devices will reach the hub; repeat for more.",
            valueName: "name"))
    var host: [String] = []

    func run() async throws {
        let folder = try data.folder()
        if let district,
            !(1...80).contains(district.utf8.count) || district.utf8.contains(where: { $0 < 0x20 })
        {
            throw Failure(.usage, "a district's name has 1 to 80 bytes and no control characters")
        }
        try prepare(folder)
        guard let lock = try folder.take() else {
            throw Failure(.busy, "another process uses \(folder.path)")
        }
        defer { lock.release() }
        do {
            try make(in: folder)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("the hub was not made: \(error)")
        }
        Terminal.print(folder.file("first-admin"))
        Terminal.complain(
            """
            The hub is made in \(folder.path). Its first administrator is "admin"; the password is in the file
            named above. Start it with: hazamad serve --data \(folder.path)
            """)
    }

    /// Leaves an empty folder of our own, with the mark that the hub in it is not finished.
    private func prepare(_ folder: HubFolder) throws {
        if folder.has("unfinished") {
            try removeUnfinished(folder)
        } else if access(folder.path, F_OK) == 0 {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
            else {
                throw Failure("\(folder.path) is no folder that can be read")
            }
            guard names.isEmpty else {
                throw Failure(
                    folder.has("hub.sqlite")
                        ? "there is a hub in \(folder.path) already"
                        : "\(folder.path) is not empty; a hub needs a folder of its own")
            }
            guard chmod(folder.path, 0o700) == 0 else {
                throw Failure(
                    "can't make \(folder.path) private: \(String(cString: strerror(errno)))")
            }
        } else {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder.path, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } catch {
                throw Failure("can't make \(folder.path): \(String(cString: strerror(errno)))")
            }
        }
        do { try PrivateFile.replace(folder.file("unfinished"), with: []) } catch {
            throw Failure("\(error)")
        }
    }

    /// Removes what an `init` left that was stopped halfway. Nobody has used it: `serve` refuses
    /// it.
    private func removeUnfinished(_ folder: HubFolder) throws {
        for name in [
            "hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "receipt.key", "ca.pem", "ca.key",
            "server.pem", "server.key", "first-admin", "start",
        ] {
            guard unlink(folder.file(name)) == 0 || errno == ENOENT else {
                throw Failure(
                    "can't remove \(folder.file(name)): \(String(cString: strerror(errno)))")
            }
        }
    }

    private func make(in folder: HubFolder) throws {
        var generator = SystemRandomNumberGenerator()
        let now_ms = HubFolder.clock.now_ms()
        let today = try Self.day(now_ms)
        let invented = demo ? try inventedDistrict(today) : nil
        let name = (isFull ? nil : district) ?? invented?.name ?? "Hazama"

        try folder.certificates.create(hosts: hosts(), district: name, now_ms: now_ms)
        let key = SigningKey.random(using: &generator)
        try PrivateFile.replace(folder.file("receipt.key"), with: key.seed)

        let store = try HubStore(path: folder.file("hub.sqlite"), schema: HubFolder.schema)
        try Hub.create(in: store, district: name, key: key, now_ms: now_ms, using: &generator)
        let hub = try Hub(
            store: store, key: key, clock: HubFolder.clock.now_ms, random: generator)
        let password = PasswordHash.password()
        _ = try hub.makePerson(
            name: "admin", roles: [.administrator, .conflictAdministrator],
            password: PasswordHash.make(password).text, by: nil)
        let root = invented?.areas[0].id ?? .random(using: &generator)
        if let invented {
            try hub.addAreas(invented.areas.map { ($0.id, $0.parent, $0.name) })
            try invented.load(into: hub)
        } else {
            try hub.addAreas([(root, nil, name)])
        }
        try addDirectory(
            to: hub, of: root, with: invented.map { DemoDirectory(of: $0.areas, asOf: today) },
            from: today, using: &generator)
        try PrivateFile.replace(folder.file("first-admin"), with: Array("\(password)\n".utf8))
        guard unlink(folder.file("unfinished")) == 0 else {
            throw Failure("can't remove \(folder.file("unfinished"))")
        }
    }

    private var isFull: Bool { demo && district == "full" }

    /// What everybody reads and no device writes: the departments and the tag dictionary of the
    /// catalogue the programs carry.
    private func addDirectory(
        to hub: Hub, of district: ScopeID, with invented: DemoDirectory?,
        from today: CalendarDate, using generator: inout some RandomNumberGenerator
    ) throws {
        let catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { Digests.sha256($0) }
        let directory = ScopeID.random(using: &generator)
        try hub.addAreas(
            [(scope: directory, parent: nil, name: "Directory")], areReference: true)
        try hub.load(
            [
                catalogue.directory(in: directory, of: district, from: today),
                invented?.changes(in: directory) ?? [],
            ].filter { !$0.isEmpty }, intent: "first load")
    }

    private func inventedDistrict(_ today: CalendarDate) throws -> InventedDistrict {
        guard isFull else { return .small(DemoDistrict(seed: 1, asOf: today)) }
        guard let standards = try ReferenceDistrict.Standards(on: today) else {
            throw Failure("the catalogue has no standards for \(today); is the clock right?")
        }
        return .full(ReferenceDistrict(asOf: today, standards: standards))
    }

    private static func day(_ now_ms: Int64) throws -> CalendarDate {
        guard let today = CalendarDate(ordinal: now_ms / 86_400_000), today.year >= 1950 else {
            throw Failure("this machine's clock is wrong; set it first")
        }
        return today
    }

    private func hosts() -> [String] {
        let own = ProcessInfo.processInfo.hostName
        var hosts = host.isEmpty ? ["localhost", "127.0.0.1", "::1", own] : host
        if host.isEmpty, own.isEmpty || own == "localhost" { hosts.removeLast() }
        return hosts
    }
}
