// swift-tools-version: 6.2
// The pure rooms, the stores and the hub with their tests, without the server and its many
// dependencies: for builds with a sanitizer, which compile everything anew. See `make sanitize`.
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "sanitized",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .target(name: "CGatheredLog", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CSimulatedDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        room("SyncCore", []),
        room("Fieldwork", ["SyncCore"]),
        room("SyncProtocol", ["SyncCore", "CZstd", crypto]),
        room("SyncExchange", ["SyncCore", "SyncProtocol"]),
        room("SyncStore", ["SyncCore", "SyncProtocol", "CGatheredLog", grdb, logging]),
        room("SyncClient", ["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", logging]),
        room("SyncHub", ["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", logging]),
        .target(
            name: "SyncTesting",
            dependencies: [
                "SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", "SyncHub", "SyncClient",
                "Fieldwork", crypto,
            ],
            path: "Tests/SyncTesting", swiftSettings: strict),
        tests("SyncCoreTests", ["SyncCore", "SyncTesting"]),
        tests("SyncProtocolTests", ["SyncProtocol", "SyncCore", "SyncTesting", crypto]),
        tests("SyncExchangeTests", ["SyncExchange", "SyncProtocol", "SyncCore", "SyncTesting"]),
        tests(
            "SyncStoreTests",
            [
                "SyncStore", "SyncProtocol", "SyncCore", "Fieldwork", "SyncTesting",
                "CGatheredLog", "CSimulatedDisk", crypto, grdb,
            ]),
        tests(
            "SyncHubTests",
            [
                "SyncHub", "SyncClient", "SyncExchange", "SyncStore", "SyncProtocol", "SyncCore",
                "Fieldwork", "SyncTesting", crypto, grdb,
            ]),
    ]
)
