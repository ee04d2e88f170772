public import SyncCore

extension Schema {
    /// What the simulated fleet writes: records with a unit of each policy, and children that lie
    /// with them.
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
                        Plot.tags, "tags", .text(maximumBytes: 100), .addWins, .open),
                    UnitDeclaration(Plot.minutes, "minutes", .integer(-99...99), .sum, .open),
                    UnitDeclaration(
                        Plot.notes, "notes", .text(maximumBytes: 200), .append, .personal),
                    UnitDeclaration(Plot.due, "due", .integer(0...99), .minimum, .open),
                    UnitDeclaration(Plot.level, "level", .integer(0...99), .maximum, .open),
                    UnitDeclaration(
                        Plot.danger, "danger", .integer(0...99),
                        .review(shown: .mostProtective), .special),
                    UnitDeclaration(
                        Plot.pay, "pay",
                        [
                            Member("amount", .integer(0...99)),
                            Member("proof", .text(maximumBytes: 40)),
                        ], .review(shown: .newest), .special),
                ]),
            CollectionDeclaration(
                id: .tree, name: "tree", home: .with(Tree.plot),
                units: [
                    UnitDeclaration(Tree.plot, "plot", .reference, .immutable, .open),
                    UnitDeclaration(
                        Tree.title, "title", .text(maximumBytes: 100), .latest, .open,
                        column: true),
                    UnitDeclaration(
                        Tree.notes, "notes", .text(maximumBytes: 200), .append, .personal),
                ]),
        ])
}

extension CollectionID {
    static let plot = CollectionID(1)
    static let tree = CollectionID(2)
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
    static let level = UnitID(23)
    static let danger = UnitID(24)
    static let pay = UnitID(25)

    /// Those that an edit may write.
    static let edited = [count, title, tags, minutes, notes, due, level, danger, pay]

    /// The one that most people of a fleet write: there they meet.
    static func favourite(_ fleet: Int) -> UnitID {
        [count, tags, minutes, title, pay, notes][fleet % 6]
    }
}

/// The units of a record that lies with another.
enum Tree {
    static let plot = UnitID(16)
    static let title = UnitID(17)
    static let notes = UnitID(18)

    static let edited = [title, notes]
}
