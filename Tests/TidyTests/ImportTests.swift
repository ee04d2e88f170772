import Testing

/// What a room may import: the table of `docs/architecture.md`, which only ever points upwards.
struct Room: Sendable {
    let name: String
    let imports: Set<String>
    /// Allowed only in files below this folder of the room.
    var confined: [String: Set<String>] = [:]

    /// In the order of the table: a room imports only rooms above its own.
    static let all: [Room] = [
        Room(name: "SyncCore", imports: []),
        Room(name: "Fieldwork", imports: ["SyncCore"]),
        Room(name: "Casework", imports: ["SyncCore", "Fieldwork"]),
        Room(
            name: "SyncProtocol", imports: ["SyncCore"],
            confined: ["Codec": ["Foundation", "FoundationEssentials", "Crypto", "CZstd"]]),
        Room(name: "SyncExchange", imports: ["SyncCore", "SyncProtocol"]),
        Room(
            name: "SyncStore",
            imports: platform.union([
                "SyncCore", "SyncProtocol", "CGatheredLog", "GRDB", "GRDBSQLite",
            ])),
        Room(
            name: "SyncClient",
            imports: platform.union(["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore"])),
        Room(
            name: "CurlTransport",
            imports: platform.union(["SyncProtocol", "SyncClient", "CCurl"])),
        Room(
            name: "SyncHub",
            imports: platform.union(["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore"])),
        Room(
            name: "HubServer",
            imports: platform.union([
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncExchange", "SyncHub",
                "Crypto",
                "CryptoExtras", "Hummingbird", "HummingbirdTLS", "HummingbirdCore", "HTTPTypes",
                "NIOCore", "NIOHTTP1", "NIOSSL", "NIOPosix", "ServiceLifecycle", "SwiftASN1",
                "UnixSignals", "X509",
            ])),
        Room(
            name: "Simulation",
            imports: platform.union([
                "SyncCore", "Fieldwork", "SyncProtocol", "SyncExchange", "SyncStore", "SyncClient",
                "SyncHub", "CGatheredLog", "CSimulatedDisk",
            ])),
        Room(
            name: "hazama",
            imports: platform.union([
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncExchange", "SyncStore",
                "SyncClient", "CurlTransport", "Crypto", "CryptoExtras", "ArgumentParser",
            ])),
        Room(
            name: "hazamad",
            imports: platform.union([
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncStore", "SyncHub",
                "HubServer", "Simulation", "Crypto", "ArgumentParser",
            ])),
    ]

    /// Below the pure rooms: what comes with the toolchain, and logging.
    private static let platform: Set<String> = [
        "CoreFoundation", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
        "Dispatch", "Logging",
    ]
}

/// Names each import that the table does not allow where it stands.
func strayImports(in file: TextFile) -> [Offence] {
    guard let name = file.room, file.path.hasSuffix(".swift") else { return [] }
    guard let room = Room.all.first(where: { $0.name == name }) else {
        return [Offence(file.path, 1, "room \(name) has no row in the table of imports")]
    }
    var allowed = room.imports
    for (folder, modules) in room.confined where file.path.hasPrefix("Sources/\(name)/\(folder)/") {
        allowed.formUnion(modules)
    }
    return imports(in: file.swift).filter { !allowed.contains($0.module) }.map {
        Offence(file.path, $0.line, "\(name) may not import \($0.module) here")
    }
}

/// Names each `@testable import` of a room outside that room's own tests.
func strayTestableImports(in file: TextFile) -> [Offence] {
    imports(in: file.swift).filter { found in
        found.isTestable
            && !file.path.hasPrefix("Tests/\(found.module.capitalizedFirst)Tests/")
    }.map { Offence(file.path, $0.line, "@testable import of \($0.module) by others' tests") }
}

private struct Import {
    let module: String
    let line: Int
    let isTestable: Bool
}

private func imports(in text: SwiftText) -> [Import] {
    let before: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor",
    ]
    var found: [Import] = []
    for (index, line) in text.code.enumerated() where line.containsWord("import") {
        for statement in line.split(separator: ";") {
            var words = statement.split(whereSeparator: \.isWhitespace)[...]
            let attributes = words.prefix { $0.hasPrefix("@") || before.contains($0) }
            words = words.dropFirst(attributes.count)
            guard words.popFirst() == "import" else { continue }
            if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
            guard let path = words.first, let module = path.split(separator: ".").first else {
                continue
            }
            found.append(
                Import(
                    module: String(module), line: index + 1,
                    isTestable: attributes.contains("@testable")))
        }
    }
    return found
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

@Suite("Imports")
struct ImportTests {
    @Test("every room imports only what its row allows")
    func sources() {
        let files = Repository.here.swift(in: "Sources/")
        #expect(files.count > 15)
        expectNone(files.flatMap(strayImports(in:)))
    }

    @Test("the table itself points one way")
    func direction() {
        for (index, room) in Room.all.enumerated() {
            let below = Room.all[index...].map(\.name)
            #expect(room.imports.intersection(below) == [])
        }
    }

    @Test(
        "an import against the table is noticed",
        arguments: [
            ("Sources/SyncCore/Merge/Outcome.swift", "import Foundation"),
            ("Sources/SyncCore/Merge/Outcome.swift", "public import SyncProtocol"),
            ("Sources/Fieldwork/Visit.swift", "import FoundationEssentials"),
            ("Sources/SyncExchange/Admission.swift", "import struct Foundation.Date"),
            ("Sources/SyncProtocol/Limits.swift", "import Foundation"),
            ("Sources/SyncStore/DeviceStore.swift", "@preconcurrency import SyncHub"),
            ("Sources/SyncHub/Admit.swift", "import SyncClient"),
            ("Sources/SyncClient/SyncClient.swift", "import CurlTransport"),
            ("Sources/SyncClient/SyncClient.swift", "import SyncCore; import GRDB"),
            ("Sources/HubServer/API/Sync.swift", "package import GRDB.Database"),
            ("Sources/NewRoom/Thing.swift", ""),
        ] as [(String, String)])
    func canary(path: String, text: String) {
        #expect(strayImports(in: TextFile(path: path, text: text)).count == 1)
    }

    @Test("imports that the table allows are left alone")
    func innocent() {
        let text = "// import Foundation\nimport SyncCore\nlet a = \"import GRDB\""
        #expect(
            strayImports(in: TextFile(path: "Sources/SyncExchange/A.swift", text: text)) == [])
        let codec = TextFile(
            path: "Sources/SyncProtocol/Codec/Zstd.swift", text: "internal import CZstd")
        #expect(strayImports(in: codec) == [])
    }

    @Test("only a room's own tests look inside it")
    func testable() {
        expectNone(Repository.here.swift(in: "Tests/").flatMap(strayTestableImports(in:)))
        let own = TextFile(path: "Tests/HazamaTests/A.swift", text: "@testable import hazama")
        #expect(strayTestableImports(in: own) == [])
    }

    @Test("a look inside another room is noticed")
    func testableCanary() {
        let other = TextFile(
            path: "Tests/SyncHubTests/A.swift", text: "@testable import SyncStore")
        #expect(strayTestableImports(in: other).map(\.line) == [1])
    }
}
