import ArgumentParser
import Casework
import SyncCore
import SyncProtocol

struct AdminExport: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write records to a file for another system. The hub notes who took them.",
        discussion: """
            Any kind of record by its name: household, person, fact, partner, resource … Of
            identity numbers only the last four digits are written.

            With --hsds the directory instead, by the Human Services Data Specification 3.0 of Open
            Referral: a folder with datapackage.json and a CSV for each table, or with --format
            ndjson one file with a service in each line.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The kind of record; none with --hsds.")
    var kind: String?
    @Option(help: "The new file to write; with --hsds as CSV a folder.")
    var out: String
    @Option(help: "csv or ndjson; left out, by the file's name.")
    var format: String?
    @Option(help: "Only this area and what lies beneath it, by name or id.")
    var area: String?
    @Flag(help: "The directory of services, for publishing.")
    var hsds = false

    private var isJSON: Bool {
        format.map { $0 == "ndjson" } ?? (out.hasSuffix(".ndjson") || out.hasSuffix(".jsonl"))
    }

    func validate() throws {
        guard hsds != (kind != nil) else {
            throw ValidationError("Name a kind of record, or give --hsds.")
        }
        guard format.map({ $0 == "csv" || $0 == "ndjson" }) ?? true else {
            throw ValidationError("'\(format ?? "")' is no format. Use csv or ndjson.")
        }
    }

    func run(at desk: Desk) async throws -> ExitStatus {
        guard !Files.exists(out) else {
            throw Failure(
                status: .usage, code: DeviceCode.badFile.rawValue,
                what: desk.console.text(FeedPhrase.fileThere, ["path": out]),
                next: desk.console.text(FeedPhrase.fileThereNext))
        }
        let count = hsds ? try await writePackage(desk) : try await writeRecords(desk)
        desk.console.result(
            Line(
                desk.console.text(
                    FeedPhrase.exported,
                    ["n": Formats.grouped(Int64(count)), "path": out])))
        desk.console.summarise(["count": .integer(Int64(count)), "path": .string(out)])
        return .done
    }

    private func writePackage(_ desk: Desk) async throws -> Int {
        let answer = try await desk.office().get("/v1/admin/package")
        let services = answer["services"]?.array ?? []
        if isJSON {
            try Files.writeSecret(
                Array(services.map { $0.text + "\n" }.joined().utf8), to: out)
            return services.count
        }
        try Files.makeFolder(out)
        for table in answer["tables"]?.array ?? [] {
            let columns = (table["fields"]?.array ?? []).compactMap(\.string)
            // A path of the hub's is a name, and never leads elsewhere.
            guard let name = table["path"]?.string, !name.contains("/"), !columns.isEmpty else {
                throw desk.oddAnswer()
            }
            var text = CSVText.line(columns)
            for row in table["rows"]?.array ?? [] {
                text += CSVText.line(columns.map { row[$0]?.string ?? "" })
            }
            try Files.writeSecret(Array(text.utf8), to: out + "/" + name)
        }
        try Files.writeSecret(
            (answer["descriptor"] ?? .null).bytes(), to: out + "/datapackage.json")
        return services.count
    }

    private func writeRecords(_ desk: Desk) async throws -> Int {
        let office = try desk.office()
        let areas = try await office.get("/v1/admin/areas")["areas"]?.array ?? []
        let wanted = area.map { typed in
            areas.filter { one in
                let path = (one["path"]?.array ?? []).compactMap(\.string)
                return path.contains(typed) || one["scope"]?.string?.hasSuffix(typed) == true
            }
        }
        var records: [JSON] = []
        for area in wanted ?? areas {
            let found = try await office.get(
                "/v1/admin/records/\(kind ?? "")?area=\(area["scope"]?.string ?? "")")
            records += found["records"]?.array ?? []
        }
        let text =
            isJSON
            ? records.map { $0.text + "\n" }.joined()
            : FlatRecords(records).text
        try Files.writeSecret(Array(text.utf8), to: out)
        return records.count
    }
}

/// Records as rows: a column for each unit, and for each member of a group one of its own; the
/// elements of a set are joined.
struct FlatRecords {
    private let columns: [String]
    private let rows: [[String: String]]

    init(_ records: [JSON]) {
        var columns = ["record", "area"]
        var rows: [[String: String]] = []
        for record in records {
            var row = [
                "record": record["record"]?.string ?? "", "area": record["area"]?.string ?? "",
            ]
            for unit in record["units"]?.members ?? [] {
                let parts: [(String, JSON)] =
                    if case .object(let members) = unit.value {
                        members.map { ("\(unit.key).\($0.key)", $0.value) }
                    } else {
                        [(unit.key, unit.value)]
                    }
                for (name, value) in parts {
                    if !columns.contains(name) { columns.append(name) }
                    row[name] = Self.cell(value)
                }
            }
            rows.append(row)
        }
        (self.columns, self.rows) = (columns, rows)
    }

    var text: String {
        CSVText.line(columns)
            + rows.map { row in CSVText.line(columns.map { row[$0] ?? "" }) }.joined()
    }

    private static func cell(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .array(let elements):
            elements.map { element in
                if case .object = element { element.text } else { cell(element) }
            }.joined(separator: "; ")
        case .bool, .integer, .decimal, .object: value.text
        }
    }
}
