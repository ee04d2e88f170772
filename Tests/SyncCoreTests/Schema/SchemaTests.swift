import SyncCore
import SyncTesting
import Testing

@Suite("schema validation")
struct SchemaTests {
    /// A schema with a unit of every type and kind. The home of its one collection is unit 30.
    static func make() throws -> Schema {
        Schema(
            version: SchemaVersion(1),
            collections: [
                CollectionDeclaration(
                    id: History.collection, name: "household", home: .scope(UnitID(30)),
                    units: [
                        UnitDeclaration(
                            UnitID(16), "phone", .text(maximumBytes: 6), .latest, .personal),
                        UnitDeclaration(UnitID(17), "signed", .bool, .immutable, .open),
                        UnitDeclaration(UnitID(18), "tags", .choice(["a", "b"]), .addWins, .open),
                        UnitDeclaration(UnitID(19), "minutes", .integer(0...9), .sum, .open),
                        UnitDeclaration(
                            UnitID(20), "size", .integer(0...9), .review(shown: .previous), .open,
                            column: true),
                        UnitDeclaration(
                            UnitID(21), "photo", .bytes(maximumBytes: 3), .latest, .special),
                        UnitDeclaration(UnitID(22), "born", .day, .latest, .personal),
                        UnitDeclaration(
                            UnitID(23), "income",
                            [
                                Member("amount", .integer(0...100)),
                                Member("month", .text(maximumBytes: 7)),
                            ],
                            .review(shown: .newest), .special),
                        UnitDeclaration(
                            UnitID(24), "notes", .text(maximumBytes: 4), .append, .personal),
                        UnitDeclaration(
                            UnitID(30), "area", .reference, .immutable, .open, column: true),
                    ])
            ])
    }

    /// The violation of a change with this one write, if any.
    static func violation(
        _ unit: UInt16, _ operation: Write.Operation
    ) throws -> SchemaViolation? {
        let change = RecordChange.sample(
            [Write(unit: UnitID(unit), operation: operation)], creates: false)
        return violation(of: change, under: try make())
    }

    static func violation(of change: RecordChange, under schema: Schema) -> SchemaViolation? {
        do throws(SchemaViolation) {
            try schema.validate(change)
            return nil
        } catch {
            return error
        }
    }

    static let fitting: [(UInt16, Write.Operation)] = [
        (16, .set(.text("123456"), replacing: [])), (16, .set(.absent, replacing: [])),
        (16, .set(.text("李明"), replacing: [])), (17, .set(.bool(true), replacing: [])),
        (18, .change(adding: [.text("a"), .text("a word of a newer schema")], removing: [])),
        (18, .change(adding: [], removing: [.init(element: .text("a"), adds: [])])),
        (19, .increment(1 << 42)), (19, .increment(-(1 << 42))),
        (20, .set(.integer(9), replacing: [])), (20, .set(.integer(0), replacing: [])),
        (21, .set(.bytes([0, 1, 2]), replacing: [])),
        (22, .set(.day(CalendarDate(ordinal: 0)!), replacing: [])),
        (23, .set(.group([.integer(5), .absent]), replacing: [])),
        (23, .set(.absent, replacing: [])), (24, .append([.text("1234"), .absent])),
        (0, .set(.text("moved away"), replacing: [])),
        (1, .append([.group([.integer(16), .text("comment"), .absent, .text("why?")])])),
    ]

    @Test("what fits is accepted", arguments: fitting)
    func fits(unit: UInt16, operation: Write.Operation) throws {
        #expect(try Self.violation(unit, operation) == nil)
    }

    static let violations: [(UInt16, Write.Operation, SchemaViolation)] = [
        (99, .increment(1), .unknownUnit(History.collection, UnitID(99))),
        (15, .increment(1), .unknownUnit(History.collection, UnitID(15))),
        (16, .increment(1), .wrongKind(UnitID(16), expected: .register, found: .total)),
        (
            18, .set(.text("a"), replacing: []),
            .wrongKind(UnitID(18), expected: .elements, found: .register)
        ),
        (19, .append([]), .wrongKind(UnitID(19), expected: .total, found: .log)),
        (
            24, .change(adding: [], removing: []),
            .wrongKind(UnitID(24), expected: .log, found: .elements)
        ),
        (16, .set(.integer(1), replacing: []), .wrongType(UnitID(16), member: "phone")),
        (16, .set(.group([.text("a")]), replacing: []), .wrongType(UnitID(16), member: "phone")),
        (17, .set(.integer(1), replacing: []), .wrongType(UnitID(17), member: "signed")),
        (18, .change(adding: [.integer(1)], removing: []), .wrongType(UnitID(18), member: "tags")),
        (
            18, .change(adding: [], removing: [.init(element: .bool(true), adds: [])]),
            .wrongType(UnitID(18), member: "tags")
        ),
        (22, .set(.text("2024-01-01"), replacing: []), .wrongType(UnitID(22), member: "born")),
        (23, .set(.integer(1), replacing: []), .wrongType(UnitID(23), member: "income")),
        (23, .set(.group([.integer(1)]), replacing: []), .wrongType(UnitID(23), member: "income")),
        (
            23, .set(.group([.integer(1), .absent, .absent]), replacing: []),
            .wrongType(UnitID(23), member: "income")
        ),
        (
            23, .set(.group([.integer(1), .integer(1)]), replacing: []),
            .wrongType(UnitID(23), member: "month")
        ),
        (
            23, .set(.group([.group([]), .absent]), replacing: []),
            .wrongType(UnitID(23), member: "amount")
        ),
        (
            23, .set(.group([.integer(101), .absent]), replacing: []),
            .outOfRange(UnitID(23), member: "amount")
        ),
        (20, .set(.integer(10), replacing: []), .outOfRange(UnitID(20), member: "size")),
        (20, .set(.integer(-1), replacing: []), .outOfRange(UnitID(20), member: "size")),
        (19, .increment((1 << 42) + 1), .outOfRange(UnitID(19), member: "minutes")),
        (19, .increment(.min), .outOfRange(UnitID(19), member: "minutes")),
        (
            16, .set(.text("1234567"), replacing: []),
            .tooLong(UnitID(16), member: "phone", maximumBytes: 6)
        ),
        (
            16, .set(.text("李明明"), replacing: []),
            .tooLong(UnitID(16), member: "phone", maximumBytes: 6)
        ),
        (
            18, .change(adding: [.text(String(repeating: "a", count: 81))], removing: []),
            .tooLong(UnitID(18), member: "tags", maximumBytes: 80)
        ),
        (
            21, .set(.bytes([0, 1, 2, 3]), replacing: []),
            .tooLong(UnitID(21), member: "photo", maximumBytes: 3)
        ),
        (24, .append([.text("12345")]), .tooLong(UnitID(24), member: "notes", maximumBytes: 4)),
        (
            16, .set(.text("1\u{0}2"), replacing: []),
            .forbiddenCharacter(UnitID(16), member: "phone")
        ),
        (
            17, .set(.bool(true), replacing: [MergeTests.name(MergeTests.deviceA, 1)]),
            .replacesImmutable(UnitID(17))
        ),
    ]

    @Test("what does not is refused, saying why", arguments: violations.indices)
    func violates(place: Int) throws {
        let (unit, operation, violation) = Self.violations[place]
        #expect(try Self.violation(unit, operation) == violation)
    }

    @Test("an unknown collection is refused")
    func unknownCollection() throws {
        let change = RecordChange(
            record: History.record, collection: CollectionID(9), creates: true, writes: [],
            shown: nil)
        #expect(
            Self.violation(of: try #require(change), under: try Self.make())
                == .unknownCollection(CollectionID(9)))
    }

    @Test("a record is created with the unit that says where it lies, or not at all")
    func home() throws {
        let schema = try Self.make()
        let phone = Write(unit: UnitID(16), operation: .set(.absent, replacing: []))
        let area = Write(
            unit: UnitID(30),
            operation: .set(.reference(RecordID(high: 0, low: 5)), replacing: []))
        let empty = Write(unit: UnitID(30), operation: .set(.absent, replacing: []))
        #expect(Self.violation(of: .sample([phone, area]), under: schema) == nil)
        #expect(Self.violation(of: .sample([phone], creates: false), under: schema) == nil)
        for writes in [[], [phone], [phone, empty]] {
            #expect(
                Self.violation(of: .sample(writes), under: schema)
                    == .homeMissing(History.collection))
        }
    }

    @Test("every policy holds its writes in one kind")
    func kinds() {
        let registers: [MergePolicy] = [
            .immutable, .latest, .review(shown: .newest), .maximum, .minimum,
        ]
        #expect(registers.allSatisfy { $0.kind == .register })
        #expect([MergePolicy.addWins, .sum, .append].map(\.kind) == [.elements, .total, .log])
    }

    @Test("collections and units are found by number and name, the common ones in each")
    func lookup() throws {
        let schema = try Self.make()
        #expect(schema.collection(named: "household")?.id == History.collection)
        #expect(schema.collection(named: "Household") == nil)
        #expect(schema.unit(UnitID(20), of: History.collection)?.name == "size")
        #expect(schema.unit(UnitID(20), of: CollectionID(9)) == nil)
        let household = try #require(schema.collection(History.collection))
        #expect(household.unit(named: "void")?.id == .void)
        #expect(household.unit(named: "discussion")?.id == .discussion)
        #expect(household.units.map(\.id) == household.units.map(\.id).sorted())
    }

    @Test("two units of one name are a fault of whoever wrote the schema")
    func doubleUnit() async {
        await #expect(processExitsWith: .failure) {
            _ = CollectionDeclaration(
                id: CollectionID(1), name: "household", home: .scope(UnitID(16)),
                units: [16, 17].map {
                    UnitDeclaration(UnitID($0), "area", .reference, .immutable, .open)
                })
        }
    }

    @Test("a unit may not take a number that every record has")
    func reservedUnit() async {
        await #expect(processExitsWith: .failure) {
            _ = CollectionDeclaration(
                id: CollectionID(1), name: "household", home: .scope(UnitID(16)),
                units: [UnitDeclaration(UnitID(15), "area", .reference, .immutable, .open)])
        }
    }

    @Test("two collections of one number are a fault of whoever wrote the schema")
    func doubleCollection() async {
        await #expect(processExitsWith: .failure) {
            _ = Schema(
                version: SchemaVersion(1),
                collections: ["one", "two"].map {
                    CollectionDeclaration(
                        id: CollectionID(1), name: $0, home: .scope(UnitID(16)), units: [])
                })
        }
    }

    @Test("a group of one is a field")
    func groupOfOne() async {
        await #expect(processExitsWith: .failure) {
            _ = UnitDeclaration(UnitID(16), "group", [Member("one", .bool)], .latest, .open)
        }
    }
}
