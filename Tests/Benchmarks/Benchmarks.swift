import Foundation
import SyncCore
import SyncProtocol

/// Measures the real client and hub: `make bench`. How, is told in `docs/performance.md`.
@main
enum Benchmarks {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch arguments.first {
            case "hub": try await serve(arguments)
            case "floor": try Floor.run(Options(Array(arguments.dropFirst())))
            case "alone": try await alone(Options(Array(arguments.dropFirst())))
            case "rules": try RuleBench.run()
            case "district": try DistrictBench.run()
            case "silent": try DistrictBench.silent()
            case "--help", "-h": print(Options.usage)
            default: try await measure(Options(arguments))
            }
        } catch {
            Bench.say("\(error)")
            exit(1)
        }
    }

    /// The other process of a run.
    private static func serve(_ arguments: [String]) async throws {
        guard arguments.count == 3, arguments[1] == "--data" else {
            throw BenchmarkFault("usage: Benchmarks hub --data FOLDER")
        }
        try await HubProcess.serve(HubFolder(path: arguments[2]))
    }

    /// Uploads at a hub in this process.
    private static func alone(_ options: Options) async throws {
        let bench = try Bench(options)
        let outcome: Result<[Double], any Error>
        do {
            outcome = .success(try await bench.alone(uploads: options.devices))
        } catch { outcome = .failure(error) }
        try bench.cleanUp()
        let spent = try outcome.get().sorted()
        func milliseconds(_ seconds: Double) -> Double { (seconds * 100_000).rounded() / 100 }
        print(
            "hub alone: \(milliseconds(spent[spent.count / 2])) ms of CPU for an upload of 600",
            "operations, at least \(milliseconds(spent[0])), over \(spent.count)")
    }

    private static func measure(_ options: Options) async throws {
        let bench = try Bench(options)
        let outcome: Result<Report, any Error>
        do { outcome = .success(try await report(bench)) } catch { outcome = .failure(error) }
        try bench.cleanUp()
        let report = try outcome.get()
        print(report.table)
        guard let path = options.json else { return }
        try Data(report.json(about: machine).bytes()).write(to: URL(fileURLWithPath: path))
    }

    private static func report(_ bench: Bench) async throws -> Report {
        var report = Report()
        let options = bench.options
        if options.includes("S1") {
            for single in [false, true] {
                Bench.say("S1: one device uploads its week\(single ? ", op by op" : "")")
                let name = single ? "S1, 600 change sets" : "S1, 200 change sets"
                let sample = try await bench.upload(single: single)
                report.add(name, "hub CPU", sample.hub_s, "s", digits: 4)
                report.add(name, "bytes up / down", bytes: sample.bytesUp, sample.bytesDown)
                report.add(name, "round trips", count: sample.roundTrips)
                report.add(name, "wall", sample.wall_s, "s", digits: 3)
                report.add(name, "device CPU", sample.device_s, "s", digits: 3)
            }
        }
        if options.includes("S2") {
            for atOnce in [1, 8] {
                Bench.say("S2: \(options.devices) devices, \(atOnce) at once")
                let name = "S2, \(options.devices) devices"
                let how = atOnce == 1 ? "in turn" : "\(atOnce) at once"
                let fleet = try await bench.fleet(atOnce: atOnce)
                report.add(
                    name, "operations per hub CPU second, \(how)",
                    fleet.operationsPerCPUSecond, "", digits: 0)
                report.add(
                    name, "hub CPU of an upload, \(how)",
                    fleet.sample.hub_s / Double(fleet.devices), "s", digits: 4)
                report.add(
                    name, "the same with all that is fetched, \(how)",
                    fleet.operationsPerCPUSecondInAll, "", digits: 0)
                report.add(name, "wall of all, \(how)", fleet.sample.wall_s, "s", digits: 1)
                report.add(
                    name, "bytes of an upload, \(how)", bytes: fleet.sample.bytesUp / fleet.devices,
                    fleet.sample.bytesDown / fleet.devices)
                report.add(name, "conflicts found, \(how)", count: fleet.conflicts)
                report.add(name, "hub's peak memory, \(how)", fleet.peak_MB, "MB", digits: 0)
            }
        }
        if options.includes("S3") {
            for history in [0, options.history] {
                Bench.say("S3: nothing new, behind \(history) changes")
                let name = "S3, after \(history) changes"
                let (sample, peak) = try await bench.idle(history: history)
                report.add(name, "round trips", count: sample.roundTrips)
                report.add(
                    name, "bytes in all", "\(sample.bytesUp + sample.bytesDown) B",
                    .integer(Int64(sample.bytesUp + sample.bytesDown)))
                report.add(name, "hub CPU", sample.hub_s * 1000, "ms", digits: 3)
                report.add(name, "wall", sample.wall_s * 1000, "ms", digits: 2)
                report.add(name, "hub's peak memory", peak, "MB", digits: 0)
            }
        }
        if options.includes("S4") {
            Bench.say("S4: a new device takes everything")
            let (sample, peak) = try await bench.snapshot()
            report.add("S4", "wall", sample.wall_s, "s")
            report.add("S4", "bytes up / down", bytes: sample.bytesUp, sample.bytesDown)
            report.add("S4", "round trips", count: sample.roundTrips)
            report.add("S4", "hub CPU", sample.hub_s, "s")
            report.add("S4", "device CPU", sample.device_s, "s")
            report.add("S4", "hub's peak memory", peak, "MB", digits: 0)
        }
        if options.only.contains("R17") {
            Bench.say("R17: a device comes back after months")
            let (sample, sent, growth_MB) = try await bench.months()
            report.add("R17", "change sets sent", count: sent)
            report.add("R17", "hub CPU", sample.hub_s, "s")
            report.add("R17", "bytes up / down", bytes: sample.bytesUp, sample.bytesDown)
            report.add("R17", "round trips", count: sample.roundTrips)
            report.add("R17", "wall", sample.wall_s, "s")
            report.add("R17", "hub's memory grew by", growth_MB, "MB", digits: 0)
        }
        if options.includes("S5") {
            Bench.say("S5: two devices edit one record")
            let found = try await bench.concurrency()
            let kept = found.sameField.count
            report.add(
                "S5", "same field", kept == 2 ? "both kept" : "\(kept) kept",
                .integer(Int64(kept)))
            report.add(
                "S5", "different fields", found.differentFields ? "merged" : "not merged",
                .bool(found.differentFields))
        }
        if options.includes("S6") { try await addCapture(bench, to: &report) }
        return report
    }

    private static func addCapture(_ bench: Bench, to report: inout Report) async throws {
        Bench.say("S6: recording, against plain SQLite")
        let (ours, plain, operations) = try await bench.capture()
        let inserts = operations.count(where: \.isInsert)
        let updates = operations.count - inserts
        report.add(
            "S6", "CPU of an insert, against plain", ours.inserts_s / plain.inserts_s, "")
        report.add(
            "S6", "CPU of an update, against plain", ours.updates_s / plain.updates_s, "")
        report.add(
            "S6", "database, against plain", Double(ours.bytes) / Double(plain.bytes), "")
        func microseconds(_ seconds: Double, _ count: Int) -> Double {
            seconds / Double(count) * 1e6
        }
        report.add("S6", "insert", microseconds(ours.inserts_s, inserts), "µs", digits: 0)
        report.add("S6", "update", microseconds(ours.updates_s, updates), "µs", digits: 0)
        report.add("S6", "plain insert", microseconds(plain.inserts_s, inserts), "µs", digits: 0)
        report.add("S6", "plain update", microseconds(plain.updates_s, updates), "µs", digits: 0)
        report.add(
            "S6", "database", Double(ours.bytes) / 1e6, "MB", digits: 1)
        report.add("S6", "plain database", Double(plain.bytes) / 1e6, "MB", digits: 1)
    }

    /// What it ran on, as far as the figures depend on it.
    private static var machine: JSON {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return .object(["cpu": .string(cpu ?? "unknown"), "cores": .integer(Int64(cores))])
    }
}
