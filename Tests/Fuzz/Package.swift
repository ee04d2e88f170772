// swift-tools-version: 6.2
// Fuzzing of everything that reads bytes from outside. A package of its own, because libFuzzer's
// flags mean a build of every dependency, and the rooms that read bytes need only one.
import PackageDescription

/// As in the package above, but watched: every branch and comparison tells libFuzzer.
let watched: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-sanitize=fuzzer"]),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2")
    ],
    targets: [
        .target(name: "SyncCore", swiftSettings: watched),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
        .target(
            name: "SyncProtocol", dependencies: ["SyncCore", "CZstd", crypto],
            swiftSettings: watched),
        .target(
            name: "SyncExchange", dependencies: ["SyncCore", "SyncProtocol"],
            swiftSettings: watched),
        .executableTarget(
            name: "fuzz", dependencies: ["SyncCore", "SyncProtocol", "SyncExchange"],
            swiftSettings: watched + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
    ]
)
