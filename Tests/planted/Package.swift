// swift-tools-version: 6.2
// The rooms that the simulation needs, with planted faults; copied into .build-planted by `plant`.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .define("PLANTED"),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "planted",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        .target(name: "SyncCore", swiftSettings: settings),
        .target(name: "Fieldwork", dependencies: ["SyncCore"], swiftSettings: settings),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .target(
            name: "SyncProtocol", dependencies: ["SyncCore", "CZstd", crypto],
            swiftSettings: settings),
        .target(
            name: "SyncExchange", dependencies: ["SyncCore", "SyncProtocol"],
            swiftSettings: settings),
        .target(
            name: "SyncStore",
            dependencies: ["SyncCore", "SyncProtocol", "CGatheredLog", grdb, logging],
            swiftSettings: settings),
        .target(
            name: "SyncClient",
            dependencies: ["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", logging],
            swiftSettings: settings),
        .target(
            name: "SyncHub",
            dependencies: ["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", logging],
            swiftSettings: settings),
        .target(name: "CGatheredLog", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CSimulatedDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "Simulation",
            dependencies: [
                "SyncCore", "Fieldwork", "SyncProtocol", "SyncExchange", "SyncStore", "SyncHub",
                "SyncClient", "CGatheredLog", "CSimulatedDisk",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "planted", dependencies: ["SyncCore", "Simulation"], swiftSettings: settings),
    ]
)
