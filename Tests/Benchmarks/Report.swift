import Foundation
import SyncCore
import SyncProtocol

/// The figures of a run, beside those of other systems with the same workload and the targets.
struct Report {
    /// One line of the table.
    struct Row {
        let scenario: String
        let figure: String
        let ours: String
        let json: JSON
    }

    private(set) var rows: [Row] = []

    mutating func add(_ scenario: String, _ figure: String, _ ours: String, _ json: JSON) {
        rows.append(Row(scenario: scenario, figure: figure, ours: ours, json: json))
    }

    mutating func add(
        _ scenario: String, _ figure: String, _ value: Double, _ unit: String, digits: Int = 2
    ) {
        let text = String(format: "%.\(digits)f", value)
        add(scenario, figure, unit.isEmpty ? text : text + " " + unit, .decimal(text))
    }

    mutating func add(_ scenario: String, _ figure: String, bytes up: Int, _ down: Int) {
        func kB(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1000) }
        add(
            scenario, figure, "\(kB(up)) / \(kB(down)) kB",
            .object(["up": .integer(Int64(up)), "down": .integer(Int64(down))]))
    }

    mutating func add(_ scenario: String, _ figure: String, count: Int) {
        add(scenario, figure, "\(count)", .integer(Int64(count)))
    }

    // MARK: Others

    private struct Reference {
        let scenario: String
        let figure: String
        let target: String
        /// CouchDB 3.5, Kinto 26, PocketBase 0.40, Morango 0.8, Anki sync 26.9, the least possible.
        let others: [String]
    }

    private static let names = [
        "CouchDB", "Kinto", "PocketBase", "Morango", "Anki sync", "least",
    ]

    /// Measured with `workload.py` on a machine of two cores, over loopback. Bytes, round trips and
    /// CPU hold; wall times to a factor of two.
    private static let references = [
        Reference(
            scenario: "S1", figure: "hub CPU", target: "0.010 s",
            others: ["0.23–0.36", "4.1–4.7", "0.19–0.28", "1.7–2.1", "0.03–0.04", "0.006"]),
        Reference(
            scenario: "S1", figure: "bytes up / down", target: "30 / 0.8 kB",
            others: ["306 / 51", "252 / 509", "199 / 252", "57 / 10", "50 / 1.4", "21–30 / 0.3"]),
        Reference(
            scenario: "S1", figure: "round trips", target: "1",
            others: ["14", "15", "8", "15", "9", "1"]),
        Reference(
            scenario: "S2", figure: "operations per hub CPU second, in turn", target: "80000",
            others: ["1,400–1,700", "118–140", "583–2,000", "330", "19,200", "95,000"]),
        Reference(
            scenario: "S2", figure: "operations per hub CPU second, 8 at once",
            target: "no worse", others: ["", "", "", "", "", ""]),
        Reference(
            scenario: "S3", figure: "round trips", target: "1",
            others: ["3", "3", "3", "15", "1", "1"]),
        Reference(
            scenario: "S3", figure: "bytes in all", target: "400 B",
            others: ["2.2 kB", "2.0 kB", "1.5 kB", "20 kB", "535 B", "270 B"]),
        Reference(
            scenario: "S3", figure: "hub CPU", target: "1 ms", others: ["", "", "", "", "", ""]),
        Reference(
            scenario: "S4", figure: "wall", target: "0.35 s",
            others: ["6.5–21", "2.6", "3–5", "198", "0.4–0.6", ""]),
        Reference(
            scenario: "S4", figure: "bytes up / down", target: "1,600 kB",
            others: ["25–32 MB", "12 MB", "15 MB", "46 MB", "4.4 MB", "1.2 MB"]),
        Reference(
            scenario: "S4", figure: "round trips", target: "1",
            others: ["1–1,321", "6", "46", "190", "1", "1"]),
        Reference(
            scenario: "S5", figure: "same field", target: "both kept",
            others: ["loser hidden", "412", "last arrival", "loser as text", "later wins", ""]),
        Reference(
            scenario: "S5", figure: "different fields", target: "merged",
            others: ["one missing", "412", "merged", "one lost", "one lost", ""]),
        Reference(
            scenario: "S6", figure: "CPU of an insert, against plain", target: "1.5",
            others: ["", "", "", "", "", ""]),
        Reference(
            scenario: "S6", figure: "CPU of an update, against plain", target: "1.7",
            others: ["", "", "", "", "", ""]),
        Reference(
            scenario: "S6", figure: "database, against plain", target: "1.3",
            others: ["", "", "", "", "", ""]),
    ]

    // MARK: Out

    /// The table, with columns as wide as they need to be.
    var table: String {
        var lines = [["", "", "ours", "target"] + Self.names]
        for row in rows {
            // A history's length and a variant stand behind the name, and compare with the same.
            let reference = Self.references.first {
                row.scenario.hasPrefix($0.scenario) && $0.figure == row.figure
            }
            lines.append(
                [row.scenario, row.figure, row.ours, reference?.target ?? ""]
                    + (reference?.others ?? Self.names.map { _ in "" }))
        }
        let widths = lines[0].indices.map { column in
            lines.map { $0[column].count }.max() ?? 0
        }
        return lines.map { cells in
            var line = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// The same for programs: per scenario and figure its number.
    func json(about machine: JSON) -> JSON {
        var scenarios: [JSONMember] = []
        for row in rows {
            let member = JSONMember(row.figure, row.json)
            if let place = scenarios.firstIndex(where: { $0.key == row.scenario }) {
                scenarios[place].value = .object((scenarios[place].value.members ?? []) + [member])
            } else {
                scenarios.append(JSONMember(row.scenario, .object([member])))
            }
        }
        return .object(["machine": machine, "scenarios": .object(scenarios)])
    }
}
