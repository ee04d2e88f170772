public import Fieldwork
public import SyncCore

/// A report that was kept, to be put beside the same one counted again.
public struct KeptReport: Hashable, Sendable {
    public let record: RecordID
    /// The day it was kept on.
    public let keptOn: CalendarDate?
    /// As it was told then.
    private let figures: JSON

    /// A figure that comes out otherwise now.
    public struct Difference: Hashable, Sendable {
        /// `nil` for that of all rows together.
        public let row: String?
        public let column: String
        /// `nil` where there was none.
        public let kept: Int64?
        public let now: Int64?
    }

    /// `nil` for what is void, or no report that can be read.
    public init?(_ snapshot: StatSnapshot) {
        guard snapshot.voidReason == nil, let text = snapshot.outputs else { return nil }
        do { figures = try JSON.parse(Array(text.utf8)) } catch { return nil }
        guard figures["rows"]?.array != nil else { return nil }
        record = snapshot.id
        keptOn = snapshot.state.created.flatMap {
            CalendarDate(ordinal: Int64($0.time.milliseconds / 86_400_000))
        }
    }

    /// What comes out otherwise: row by row in the order of their names, the sum last.
    public func differences(from report: DistrictReport) -> [Difference] {
        let (kept, now) = (Self.table(figures), Self.table(report.json))
        let names = Set(kept.rows.keys).union(now.rows.keys)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return names.flatMap { name in
            Self.compare(name, kept.rows[name] ?? [], now.rows[name] ?? [])
        } + Self.compare(nil, kept.sum, now.sum)
    }

    private typealias Figure = (column: String, number: Int64)

    private static func table(_ json: JSON) -> (rows: [String: [Figure]], sum: [Figure]) {
        let rows = (json["rows"]?.array ?? []).compactMap { row in
            row["name"]?.string.map { ($0, numbers(row)) }
        }
        return (Dictionary(rows) { first, _ in first }, numbers(json))
    }

    private static func numbers(_ json: JSON) -> [Figure] {
        (json.members ?? []).compactMap { member in
            member.value.integer.map { (member.key, $0) }
        }
    }

    private static func compare(
        _ row: String?, _ kept: [Figure], _ now: [Figure]
    ) -> [Difference] {
        let columns =
            kept.map(\.column)
            + now.map(\.column).filter { column in !kept.contains { $0.column == column } }
        return columns.compactMap { column in
            let was = kept.first { $0.column == column }?.number
            let comes = now.first { $0.column == column }?.number
            return was == comes
                ? nil : Difference(row: row, column: column, kept: was, now: comes)
        }
    }
}
