public import SyncCore

extension Schema {
    /// A small schema with every policy, that has never heard of the work.
    public static let test = Schema(
        version: SchemaVersion(3),
        collections: [
            CollectionDeclaration(
                id: .house, name: "house", home: .scope(House.area),
                units: [
                    UnitDeclaration(
                        House.area, "area", .reference, .review(shown: .previous), .open),
                    UnitDeclaration(
                        House.title, "title", .text(maximumBytes: 200), .latest, .open,
                        column: true),
                    UnitDeclaration(
                        House.income, "income",
                        [
                            Member("amount", .integer(0...1_000_000)),
                            Member("evidence", .text(maximumBytes: 80)),
                        ], .review(shown: .previous), .special),
                    UnitDeclaration(
                        House.count, "count", .integer(0...100), .review(shown: .previous),
                        .personal, column: true),
                    UnitDeclaration(
                        House.phones, "phones", .text(maximumBytes: 40), .addWins, .personal),
                    UnitDeclaration(
                        House.minutes, "minutes", .integer(-1000...1000), .sum, .open),
                    UnitDeclaration(
                        House.notes, "notes", .text(maximumBytes: 4000), .append, .personal),
                    UnitDeclaration(House.due, "due", .day, .minimum, .open, column: true),
                    UnitDeclaration(
                        House.level, "level", .integer(0...9), .maximum, .open, column: true),
                    UnitDeclaration(
                        House.places, "places", .integer(-1000...1000), .sum, .open),
                    UnitDeclaration(
                        House.room, "room", .integer(0...1000), .latest, .open),
                    UnitDeclaration(
                        House.number, "number", .text(maximumBytes: 40),
                        .review(shown: .previous), .special, stakes: .twoPersons),
                    UnitDeclaration(
                        House.seal, "seal", .text(maximumBytes: 40), .immutable, .open),
                ], urgent: [House.level],
                rules: [
                    .unique(House.number),
                    .total(House.places, atLeast: .number(0), atMost: .unit(House.room)),
                ]),
            CollectionDeclaration(
                id: .call, name: "call", home: .with(Call.house),
                units: [
                    UnitDeclaration(
                        Call.house, "house", .reference, .review(shown: .previous), .open),
                    UnitDeclaration(Call.day, "day", .day, .immutable, .open, column: true),
                    UnitDeclaration(
                        Call.story, "story", .text(maximumBytes: 8000),
                        .review(shown: .newest), .personal),
                ], rules: [.livingHome]),
        ])
}

extension CollectionID {
    public static let house = CollectionID(1)
    public static let call = CollectionID(2)
}

/// The units of a house.
public enum House {
    public static let area = UnitID(16)
    public static let title = UnitID(17)
    public static let income = UnitID(18)
    public static let count = UnitID(19)
    public static let phones = UnitID(20)
    public static let minutes = UnitID(21)
    public static let notes = UnitID(22)
    public static let due = UnitID(23)
    public static let level = UnitID(24)
    /// Places in it that are taken; never below 0, never above `room`.
    public static let places = UnitID(25)
    public static let room = UnitID(26)
    /// No two houses have the same; changing it takes two persons.
    public static let number = UnitID(27)
    public static let seal = UnitID(28)
}

/// The units of a call on a house.
public enum Call {
    public static let house = UnitID(16)
    public static let day = UnitID(17)
    public static let story = UnitID(18)
}

extension RecordChange {
    /// A new house in an area.
    public static func house(
        _ id: RecordID, in scope: ScopeID, title: String = "a house", count: Int64? = nil
    ) -> RecordChange {
        var writes = [
            Write(
                unit: House.area,
                operation: .set(
                    .reference(RecordID(high: scope.high, low: scope.low)), replacing: [])),
            Write(unit: House.title, operation: .set(.text(title), replacing: [])),
        ]
        if let count {
            writes.append(Write(unit: House.count, operation: .set(.integer(count), replacing: [])))
        }
        return RecordChange(
            record: id, collection: .house, creates: true, writes: writes, shown: nil)!
    }

    /// A new call on a house.
    public static func call(_ id: RecordID, on house: RecordID, story: String) -> RecordChange {
        RecordChange(
            record: id, collection: .call, creates: true,
            writes: [
                Write(unit: Call.house, operation: .set(.reference(house), replacing: [])),
                Write(unit: Call.story, operation: .set(.text(story), replacing: [])),
            ], shown: nil)!
    }

    /// One setting of one unit of a house.
    public static func set(
        _ id: RecordID, _ unit: UnitID, _ value: Value, replacing names: [ChangeSetName] = []
    ) -> RecordChange {
        write(id, unit, .set(value, replacing: names))
    }

    /// One write to one unit of a house.
    public static func write(
        _ id: RecordID, _ unit: UnitID, _ operation: Write.Operation
    ) -> RecordChange {
        RecordChange(
            record: id, collection: .house, creates: false,
            writes: [Write(unit: unit, operation: operation)], shown: nil)!
    }
}
