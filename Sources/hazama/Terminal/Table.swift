/// Rows in columns that line up, whatever script they are written in.
struct Table {
    struct Column {
        let title: String
        var isRight = false
        /// How narrow it may become where the terminal is; `nil` where it is never cut.
        var minimum: Int?
    }
    let columns: [Column]
    private(set) var rows: [[Line]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [Line]) {
        precondition(cells.count == columns.count, "a row of another table")
        rows.append(cells)
    }

    /// The lines of the table, titles first; none if it has no rows.
    func rendered(in look: Look) -> [String] {
        guard !rows.isEmpty else { return [] }
        let titles = columns.map { Line($0.title, .dim) }
        let all = [titles] + rows
        var widths = columns.indices.map { column in
            all.map { $0[column].columns(in: look) }.max() ?? 0
        }
        shrink(&widths, to: look.width)
        return all.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                let text = cell.rendered(in: look, limit: widths[column])
                let gap = widths[column] - min(cell.columns(in: look), widths[column])
                let space = String(repeating: " ", count: gap)
                if column > 0 { line += "  " }
                if columns[column].isRight {
                    line += space + text
                } else {
                    line += column == columns.count - 1 ? text : text + space
                }
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Takes from the widest column that may still shrink, until the table fits or none may.
    private func shrink(_ widths: inout [Int], to limit: Int?) {
        guard let limit else { return }
        let gaps = 2 * (columns.count - 1)
        while widths.reduce(gaps, +) > limit {
            let candidates = columns.indices.filter { column in
                columns[column].minimum.map { widths[column] > $0 } ?? false
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
        }
    }
}
