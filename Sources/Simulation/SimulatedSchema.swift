public import SyncCore

extension Schema {
    /// What the simulated fleet writes: one kind of record with a unit of each policy.
    public static let simulated = Schema(
        version: SchemaVersion(1),
        collections: [
            CollectionDeclaration(
                id: .plot, name: "plot", home: .scope(Plot.area),
                units: [
                    UnitDeclaration(Plot.area, "area", .reference, .immutable, .open),
                    UnitDeclaration(
                        Plot.title, "title", .text(maximumBytes: 100), .latest, .open,
                        column: true),
                    UnitDeclaration(
                        Plot.count, "count", .integer(0...99), .review(shown: .previous),
                        .personal),
                    UnitDeclaration(
                        Plot.tags, "tags", .text(maximumBytes: 20), .addWins, .open),
                    UnitDeclaration(Plot.minutes, "minutes", .integer(0...99), .sum, .open),
                    UnitDeclaration(
                        Plot.notes, "notes", .text(maximumBytes: 200), .append, .personal),
                    UnitDeclaration(Plot.due, "due", .integer(0...99), .minimum, .open),
                ])
        ])
}

extension CollectionID {
    static let plot = CollectionID(1)
}

/// The units of a simulated record.
enum Plot {
    static let area = UnitID(16)
    static let title = UnitID(17)
    static let count = UnitID(18)
    static let tags = UnitID(19)
    static let minutes = UnitID(20)
    static let notes = UnitID(21)
    static let due = UnitID(22)

    static let registers = [title, count, due]
}
