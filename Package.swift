// swift-tools-version: 6.2
// The rooms and their one-way imports are described in docs/architecture.md; TidyTests checks them.
import PackageDescription

/// Settings for every target of ours: Swift 6 mode, no warning survives.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The pure rooms: no clock, chance, disk or network, and nothing unsafe.
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "hazama",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "SyncCore", targets: ["SyncCore"]),
        .library(name: "SyncProtocol", targets: ["SyncProtocol"]),
        .library(name: "SyncStore", targets: ["SyncStore"]),
        .library(name: "SyncClient", targets: ["SyncClient"]),
        .library(name: "SyncHub", targets: ["SyncHub"]),
        .executable(name: "hazama", targets: ["hazama"]),
        .executable(name: "hazamad", targets: ["hazamad"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // The pure rooms.
        .target(name: "SyncCore", swiftSettings: pure),
        .target(name: "Fieldwork", dependencies: ["SyncCore"], swiftSettings: pure),
        .target(name: "Casework", dependencies: ["SyncCore", "Fieldwork"], swiftSettings: pure),
        .target(
            name: "SyncProtocol", dependencies: ["SyncCore", "CZstd", crypto],
            swiftSettings: strict),
        .target(
            name: "SyncExchange", dependencies: ["SyncCore", "SyncProtocol"],
            swiftSettings: pure),

        // System libraries and their shims.
        .systemLibrary(
            name: "CCurlSystem", pkgConfig: "libcurl",
            providers: [
                .apt(["libcurl4-openssl-dev"])
            ]),
        .target(name: "CCurl", dependencies: ["CCurlSystem"]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // SQLite's log, written in long pieces.
        .target(name: "CGatheredLog", linkerSettings: [.linkedLibrary("sqlite3")]),
        // Disks in memory for SQLite, which only the simulation and tests open.
        .target(name: "CSimulatedDisk", linkerSettings: [.linkedLibrary("sqlite3")]),

        // What remembers, sends and answers.
        .target(
            name: "SyncStore",
            dependencies: [
                "SyncCore", "SyncProtocol", "CGatheredLog", grdb, logging,
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "SyncClient",
            dependencies: ["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", logging],
            swiftSettings: strict),
        .target(
            name: "CurlTransport", dependencies: ["SyncProtocol", "SyncClient", "CCurl"],
            swiftSettings: strict),
        .target(
            name: "SyncHub",
            dependencies: ["SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", logging],
            swiftSettings: strict),
        .target(
            name: "HubServer",
            dependencies: [
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncExchange", "SyncHub",
                logging, crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                "SyncCore", "Fieldwork", "SyncProtocol", "SyncExchange", "SyncStore", "SyncHub",
                "SyncClient", "CGatheredLog", "CSimulatedDisk",
            ],
            swiftSettings: strict),

        // The two programs.
        .executableTarget(
            name: "hazama",
            dependencies: [
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncExchange", "SyncStore",
                "SyncClient", "CurlTransport", crypto, arguments,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "hazamad",
            dependencies: [
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncStore", "SyncHub",
                "HubServer", "Simulation", logging, crypto, arguments,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncStore", "SyncClient",
                "SyncHub", "CurlTransport", "HubServer", logging,
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Tests/Benchmarks",
            exclude: ["workload.py"],
            swiftSettings: strict),

        // The tests.
        .target(
            name: "SyncTesting",
            dependencies: [
                "SyncCore", "SyncProtocol", "SyncExchange", "SyncStore", "SyncHub", "SyncClient",
                "Fieldwork", crypto,
            ],
            path: "Tests/SyncTesting", swiftSettings: strict),
        .testTarget(
            name: "SyncCoreTests", dependencies: ["SyncCore", "SyncTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "FieldworkTests", dependencies: ["Fieldwork", "SyncCore"],
            swiftSettings: strict),
        .testTarget(
            name: "CaseworkTests", dependencies: ["Casework", "Fieldwork", "SyncCore"],
            exclude: ["Vectors"], swiftSettings: strict),
        .testTarget(
            name: "SyncProtocolTests",
            dependencies: ["SyncProtocol", "SyncCore", "SyncTesting", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "SyncExchangeTests",
            dependencies: ["SyncExchange", "SyncProtocol", "SyncCore", "SyncTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "SyncStoreTests",
            dependencies: [
                "SyncStore", "SyncProtocol", "SyncCore", "Fieldwork", "SyncTesting", "CGatheredLog",
                "CSimulatedDisk", crypto, grdb,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SyncHubTests",
            dependencies: [
                "SyncHub", "SyncClient", "SyncExchange", "SyncStore", "SyncProtocol", "SyncCore",
                "Fieldwork", "SyncTesting", crypto, grdb,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "SyncCore", "SyncTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "HubServerTests",
            dependencies: [
                "HubServer", "CurlTransport", "SyncClient", "SyncHub", "SyncStore",
                "SyncProtocol", "SyncExchange", "SyncCore", "Fieldwork", "Casework", "SyncTesting",
                logging, crypto,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HazamaTests",
            dependencies: [
                "hazama", "SyncCore", "Fieldwork", "Casework", "SyncProtocol", "SyncStore",
                "SyncClient", "SyncHub", "SyncTesting", arguments,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "VectorTests",
            dependencies: [
                "SyncProtocol", "SyncCore", "SyncExchange", "SyncHub", "SyncClient", "Fieldwork",
                "SyncTesting", crypto,
            ],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
