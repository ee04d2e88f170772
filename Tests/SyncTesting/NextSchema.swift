public import SyncCore

extension Schema {
    /// The small schema in its next version: a house's title was an address all along, and is a
    /// street and a town now; `count` is called `residents`; there are new units and a new
    /// collection.
    public static let next = Schema(
        version: SchemaVersion(4),
        collections: Schema.test.collections.map { old in
            old.id == .house ? .nextHouse(old) : old
        } + [
            CollectionDeclaration(
                id: .visitor, name: "visitor", home: .with(Visitor.house),
                units: [
                    UnitDeclaration(
                        Visitor.house, "house", .reference, .review(shown: .previous), .open),
                    UnitDeclaration(
                        Visitor.name, "name", .text(maximumBytes: 80), .latest, .personal),
                ])
        ],
        upcasts: [
            Upcast(
                to: SchemaVersion(4), .house, House.title,
                parts: [
                    Upcast.Part(NextHouse.street) { half(of: $0, 0) },
                    Upcast.Part(NextHouse.town) { half(of: $0, 1) },
                ])
        ])

    /// What is before and after the comma; a title that is a question can't be told.
    private static func half(of value: Value, _ place: Int) -> Value? {
        guard case .text(let title) = value, title.string != "?" else { return nil }
        let halves = title.string.split(separator: ", ", maxSplits: 1).map(String.init)
        return halves.count > place ? .text(halves[place]) : .absent
    }
}

extension CollectionDeclaration {
    fileprivate static func nextHouse(_ old: CollectionDeclaration) -> CollectionDeclaration {
        let kept = old.units.filter { $0.id.value >= 16 && $0.id != House.count }
        let text = ValueType.text(maximumBytes: 200)
        let shown = MergePolicy.review(shown: .previous)
        return CollectionDeclaration(
            id: .house, name: "house", home: old.home,
            units: kept + [
                UnitDeclaration(
                    House.count, "residents", .integer(0...200), shown, .personal, column: true,
                    aliases: ["count"]),
                UnitDeclaration(NextHouse.street, "street", text, shown, .personal, column: true),
                UnitDeclaration(NextHouse.town, "town", text, shown, .personal),
                UnitDeclaration(NextHouse.pets, "pets", .integer(0...99), shown, .personal),
                UnitDeclaration(NextHouse.friends, "friends", text, .addWins, .special),
            ], urgent: old.urgent)
    }
}

extension CollectionID {
    public static let visitor = CollectionID(3)
}

/// The units that a house has from its next version on.
public enum NextHouse {
    public static let street = UnitID(40)
    public static let town = UnitID(41)
    public static let pets = UnitID(42)
    public static let friends = UnitID(43)
}

/// The units of a visitor of a house.
public enum Visitor {
    public static let house = UnitID(16)
    public static let name = UnitID(17)
}

extension RecordChange {
    /// A new visitor of a house.
    public static func visitor(_ id: RecordID, of house: RecordID, name: String) -> RecordChange {
        RecordChange(
            record: id, collection: .visitor, creates: true,
            writes: [
                Write(unit: Visitor.house, operation: .set(.reference(house), replacing: [])),
                Write(unit: Visitor.name, operation: .set(.text(name), replacing: [])),
            ], shown: nil)!
    }
}
