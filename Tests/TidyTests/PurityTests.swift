import Testing

/// Names each reading of a clock, draw of chance and pause where they are handed in instead.
func impurities(in file: TextFile) -> [Offence] {
    let words = clocks + chance + pauses
    let allowed = Set(allowances.filter { file.path.hasPrefix($0.folder) }.flatMap(\.words))
    let text = file.swift
    return words.filter { !allowed.contains($0) }.flatMap { word in
        text.lines(with: word).map { Offence(file.path, $0, "\(word) is not for here") }
    }
}

private let clocks = [
    "Date()", "Date.now", "Date.init()", "ContinuousClock", "SuspendingClock", "clock_gettime",
    "gettimeofday", "DispatchTime.now", "time(nil)", "ProcessInfo.processInfo.systemUptime",
]
private let chance = ["UUID()", "SystemRandomNumberGenerator", "getrandom", "arc4random"]
private let pauses = ["sleep(", "usleep", "nanosleep"]

/// Where the world comes in. Everything else is told the time, and given its generator.
private let allowances: [(folder: String, words: [String])] = [
    ("Sources/hazama/", clocks + chance + pauses),
    ("Sources/hazamad/", clocks + chance + pauses),
    // Only how often progress is reported hangs on it; nothing that is recorded does.
    ("Sources/CurlTransport/", ["ContinuousClock"]),
    // Time-outs of connections, and a look every few hours whether the certificate ends.
    ("Sources/HubServer/", ["ContinuousClock", "sleep("]),
    // Salts of passwords and the seal of the console's forms, both of no use to anybody later.
    ("Sources/HubServer/Auth/PasswordHash.swift", ["SystemRandomNumberGenerator"]),
    ("Sources/HubServer/Console/FormSeal.swift", ["SystemRandomNumberGenerator"]),
    // Certificates are checked against the real day, and limits per minute against a running clock.
    ("Tests/HubServerTests/", ["ContinuousClock", "Date()"]),
    ("Tests/Benchmarks/", clocks + chance + pauses),
]

@Suite("Clock and chance")
struct PurityTests {
    @Test("time and chance are handed in, and nothing waits by sleeping")
    func sources() {
        let files = Repository.here.swift(in: "Sources/") + Repository.here.swift(in: "Tests/")
        expectNone(files.flatMap(impurities(in:)))
    }

    @Test(
        "a clock, a die and a nap are noticed",
        arguments: [
            "let now = Date()", "let id = UUID()", "var g = SystemRandomNumberGenerator()",
            "try await Task.sleep(for: .seconds(1))", "usleep(100)", "let t = Date.now",
            "let c = ContinuousClock()", "print(\"\\(Date())\")",
        ])
    func canary(text: String) {
        for path in ["Sources/SyncClient/A.swift", "Tests/SyncHubTests/A.swift"] {
            #expect(impurities(in: TextFile(path: path, text: text)).count == 1)
        }
        #expect(impurities(in: TextFile(path: "Sources/hazama/A.swift", text: text)) == [])
    }

    @Test("dates that are given are no clocks")
    func innocent() {
        let text = "let d = Date(timeIntervalSince1970: 0)\nlet e = CalendarDate()\n// Date()"
        #expect(impurities(in: TextFile(path: "Sources/SyncHub/A.swift", text: text)) == [])
    }
}
