import Foundation

/// A file in which soaks are written down: one row of a table each.
struct Ledger {
    let path: String

    /// Appends a row about this commit and this machine.
    func append(tool: String, figures: String, failures: Int) throws {
        let row =
            "| \(Self.commit) | \(tool) | \(figures) | \(failures) | \(Self.machine) |\n"
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw Failure(.usage, "there is no ledger at \(path)")
        }
        try file.seekToEnd()
        try file.write(contentsOf: Data(row.utf8))
        try file.close()
    }

    /// The commit that is checked out here, with `+` where sources differ from it.
    private static var commit: String {
        let head = git(["rev-parse", "--short", "HEAD"])
        let changes = git(["status", "--porcelain", "--", "Sources", "protocol"])
        return head.isEmpty ? "unknown" : head + (changes.isEmpty ? "" : "+")
    }

    private static func git(_ arguments: [String]) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            return ""
        }
    }

    private static var machine: String {
        let lines =
            FileManager.default.contents(atPath: "/proc/cpuinfo")
            .map { String(decoding: $0, as: UTF8.self).split(separator: "\n") } ?? []
        let model = lines.first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        return "\(ProcessInfo.processInfo.processorCount) × \(model ?? "processor")"
    }
}
