import Foundation
import HubServer
import Logging
import SyncHub

/// The hub in a process of its own, over TLS, as `hazamad serve` runs it.
final class HubProcess {
    private let process = Process()
    let url: String

    /// Starts this program once more, as the hub in `folder`, and waits until it listens.
    init(_ folder: HubFolder) throws {
        let address = folder.path + "/address"
        if FileManager.default.fileExists(atPath: address) {
            try FileManager.default.removeItem(atPath: address)
        }
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["hub", "--data", folder.path]
        try process.run()
        while true {
            if let text = FileManager.default.contents(atPath: address), !text.isEmpty {
                url = String(decoding: text, as: UTF8.self)
                break
            }
            guard process.isRunning else { throw BenchmarkFault("the hub did not start") }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// What the hub does when this program is started as one.
    static func serve(_ folder: HubFolder) async throws {
        let server = HubServer(
            hub: try folder.open(), schema: VisitDay.schema,
            certificates: HubCertificates(folder: folder.path),
            configuration: HubServer.Configuration(hasControl: false),
            wall: WallClock(now_ms: Clocks.wall_ms),
            logger: Logger(label: "hub", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await server.run { host, port in
            let text = Data("https://\(host):\(port)".utf8)
            try text.write(to: URL(fileURLWithPath: folder.path + "/address"), options: .atomic)
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Seconds of CPU, user and system, all its threads.
    func cpu_s() throws -> Double { Double(try Clocks.cpu(of: process.processIdentifier)) / 1e9 }

    /// The most memory it had resident since it started or since `forgetPeak`, in MB.
    func peakMemory_MB() throws -> Double {
        let status = try String(
            contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kB = line?.split(whereSeparator: \.isWhitespace).dropFirst().first,
            let number = Double(kB)
        else { throw BenchmarkFault("the hub's memory can't be read") }
        return number / 1024
    }

    func forgetPeak() throws {
        // Linux takes 5 for: let the peak begin anew.
        try Data("5".utf8).write(
            to: URL(fileURLWithPath: "/proc/\(process.processIdentifier)/clear_refs"))
    }
}
