import ArgumentParser
import Casework
import Fieldwork
import SyncClient
import SyncCore
import SyncProtocol

struct AdminImport: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in a department's file: a person in each row, and what is known of them.",
        discussion: """
            CSV by RFC 4180, or lines of JSON; in UTF-8. Columns: identity_number, name, birth,
            address, person, effective, and one for each fact by its key: p.disabilityGrade.

            Persons are found by identity number, else by name, birth and address, which people
            then look at. What was recorded stays; the same file again changes nothing. A workbook
            is first written as CSV, by `xlsx2csv FILE NEW.csv` or by LibreOffice:
            soffice --headless --convert-to csv:"Text - txt - csv (StarCalc)":44,34,76 FILE
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file; - is stdin, with --format.")
    var file: String
    @Option(help: "Whose file it is, by the department's code: DP.")
    var department: String
    @Option(
        help: "csv or ndjson; left out, by the file's name.",
        transform: { name in
            guard let format = Feed.Format(rawValue: name) else {
                throw ValidationError("'\(name)' is no format. Use csv or ndjson.")
            }
            return format
        })
    var format: Feed.Format?
    @Option(help: "The day from which rows hold that name none.")
    var effective: String?
    @Flag(help: "Only say what it would do.")
    var dryRun = false
    @Option(help: "Write the rows that were left to this new file, each with its reason.")
    var errors: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let bytes = try Files.read(file, limit: Limits.requestBytes)
        let format = format ?? (Self.isJSON(file) ? .ndjson : .csv)
        if let errors, Files.exists(errors) {
            throw Failure(
                status: .usage, code: DeviceCode.badFile.rawValue,
                safe: desk.console.text(FeedPhrase.safe),
                what: desk.console.text(FeedPhrase.fileThere, ["path": errors]),
                next: desk.console.text(FeedPhrase.fileThereNext))
        }
        // Read here first: what can't be read is told in the person's language, and sent nowhere.
        let rows = try LeftRows(bytes, format)
        var path = "/v1/admin/import?department=\(Self.escaped(department))"
        path += "&lang=\(desk.console.language.rawValue)"
        if let effective { path += "&effective=\(try desk.typed.day(effective))" }
        if dryRun { path += "&dry_run=1" }
        let progress = SyncProgress(desk.console)
        let answer: JSON
        do {
            answer = try await desk.office().post(path, bytes, as: format.mediaType) {
                progress.show(.transfer($0))
            }
        } catch let error as TransportError {
            progress.clear()
            // The hub may have got it and had no way to say so.
            var failure = desk.failure(for: error)
            failure.safe = desk.console.text(FeedPhrase.allOrNothing)
            failure.next = desk.console.text(FeedPhrase.allOrNothingNext)
            throw failure
        }
        progress.clear()
        return try tell(answer, rows, at: desk)
    }

    private func tell(_ answer: JSON, _ rows: LeftRows, at desk: Desk) throws -> ExitStatus {
        let console = desk.console
        func number(_ json: JSON?) -> String { Formats.grouped(json?.integer ?? 0) }
        console.result(
            Line(
                console.text(
                    dryRun ? FeedPhrase.dryDone : .done,
                    ["facts": number(answer["facts"]), "persons": number(answer["persons"])])))
        if answer["rows"]?["unchanged"]?.integer ?? 0 > 0 {
            console.result(
                Line(
                    console.text(
                        FeedPhrase.unchanged, ["n": number(answer["rows"]?["unchanged"])])))
        }
        let all = (answer["left"]?.array ?? []).map { LeftRows.Left($0, console) }
        let left = all.filter { $0.fate != "review" }
        let reviews = all.count - left.count
        if reviews > 0 {
            console.result(
                Line(
                    console.text(
                        FeedPhrase.reviews, ["n": Formats.grouped(Int64(reviews))])))
        }
        if !left.isEmpty {
            console.result(
                Line(
                    console.text(
                        FeedPhrase.leftRows, ["n": Formats.grouped(Int64(left.count))])))
            for row in left.prefix(errors == nil ? 50 : 5) {
                console.result("  \("\(row.line)", .strong)  \(row.reason)")
            }
        }
        for row in all { console.item("row", row.json) }
        if let errors, !left.isEmpty {
            try Files.writeSecret(Array(rows.text(left).utf8), to: errors)
            console.hint(Line(console.text(FeedPhrase.leftFile, ["path": errors])))
            console.hint(Line(console.text(FeedPhrase.leftFileNext)))
        }
        console.summarise((answer.members ?? []).filter { $0.key != "left" })
        return left.isEmpty ? (reviews > 0 ? .decisionNeeded : .done) : .partly
    }

    private static func isJSON(_ name: String) -> Bool {
        name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl")
    }

    /// A department's code has no sign that a query would take for its own.
    private static func escaped(_ code: String) -> String {
        String(code.unicodeScalars.filter { $0.isASCII && $0.properties.isAlphabetic })
    }
}

// MARK: Files that were taken in

struct DirectoryBatch: DirectoryKind {
    static let kind = "batch"
    static let collection = CollectionID.importBatch
    static let columns = ["day", "department", "rows", "digest"]
}

struct AdminBatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Departments' files that were taken in, and what became of their rows.",
        subcommands: [DirectoryList<DirectoryBatch>.self, DirectoryShow<DirectoryBatch>.self])
}

/// The rows of a file as they came, to give back those that were left.
struct LeftRows {
    /// A row of which the hub said something.
    struct Left {
        let line: Int
        let fate: String
        let reason: String
        let candidates: [String]
        let json: [JSONMember]

        init(_ json: JSON, _ console: Console) {
            line = Int(json["line"]?.integer ?? 0)
            fate = json["fate"]?.string ?? ""
            let word = json["reason"]?.string ?? ""
            // A newer hub's word is better than none.
            reason =
                FeedPhrase(reason: word).map {
                    console.text($0, ["about": json["about"]?.string ?? ""])
                } ?? word
            candidates = (json["candidates"]?.array ?? []).compactMap(\.string)
            self.json = json.members ?? []
        }
    }

    private enum Kind {
        case csv(CSVText)
        case lines([ArraySlice<UInt8>])
    }
    private let kind: Kind

    init(_ bytes: [UInt8], _ format: Feed.Format) throws {
        kind =
            switch format {
            case .csv: .csv(try CSVText(bytes))
            case .ndjson:
                .lines(
                    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false))
            }
    }

    /// Those rows as a file that can be corrected and imported again.
    func text(_ left: [Left]) -> String {
        switch kind {
        case .csv(let table):
            let own = table.columns.indices.filter {
                !["line", "reason", "candidates"].contains(table.columns[$0])
            }
            let needsPerson = !table.columns.contains("person")
            let rows = Dictionary(
                table.records.map { ($0.line, $0.fields) }, uniquingKeysWith: { first, _ in first })
            var text = CSVText.line(
                own.map { table.columns[$0] } + (needsPerson ? ["person"] : [])
                    + ["line", "reason", "candidates"])
            for row in left {
                guard let fields = rows[row.line] else { continue }
                text += CSVText.line(
                    own.map { fields[$0] } + (needsPerson ? [""] : [])
                        + ["\(row.line)", row.reason, row.candidates.joined(separator: " ")])
            }
            return text
        case .lines(let lines):
            var text = ""
            for row in left where lines.indices.contains(row.line - 1) {
                var members: [JSONMember] = []
                do {
                    members = try JSON.parse(Array(lines[row.line - 1])).members ?? []
                } catch {
                    // No JSON at all: its line finds it in the file it came in.
                }
                members.removeAll { ["line", "reason", "candidates"].contains($0.key) }
                members += [
                    JSONMember("line", .integer(Int64(row.line))),
                    JSONMember("reason", .string(row.reason)),
                    JSONMember("candidates", .array(row.candidates.map { .string($0) })),
                ]
                text += JSON.object(members).text + "\n"
            }
            return text
        }
    }
}
