import SyncCore

/// The records of a service that visits households, as `workload.py` makes them.
///
/// A schema of its own, beside the one of the work: what is measured here is the library as any
/// other package would use it.
enum VisitDay {
    static let household = CollectionID(1)
    static let person = CollectionID(2)
    static let visit = CollectionID(3)

    static let schema = Schema(
        version: SchemaVersion(1),
        collections: [households, persons, visits])

    /// Where a household lies never changes; what a household is owed hangs on what is in review.
    private static let households = CollectionDeclaration(
        id: household, name: "household", home: .scope(UnitID(16)),
        units: [
            UnitDeclaration(UnitID(16), "district", .reference, .immutable, .open),
            UnitDeclaration(
                UnitID(17), "name", text(80), .review(shown: .previous), .personal, column: true),
            UnitDeclaration(
                UnitID(18), "address", text(400), .review(shown: .previous), .personal),
            UnitDeclaration(UnitID(19), "phone", text(40), .latest, .personal),
            UnitDeclaration(
                UnitID(20), "status", .choice(["active", "watch", "closed", "moved"]),
                .review(shown: .previous), .open, column: true),
            UnitDeclaration(
                UnitID(21), "members", .integer(0...99), .review(shown: .previous), .personal),
            UnitDeclaration(
                UnitID(22), "income_band", .integer(0...5), .review(shown: .previous), .special),
            UnitDeclaration(
                UnitID(23), "housing", .choice(["own", "rent", "public", "temporary"]), .latest,
                .personal),
            UnitDeclaration(UnitID(24), "priority", .integer(0...3), .latest, .open),
            UnitDeclaration(
                UnitID(25), "language", .choice(["zh", "en", "ug", "mn"]), .latest, .personal),
            UnitDeclaration(UnitID(26), "advisor", text(40), .latest, .open, column: true),
        ])

    private static let persons = CollectionDeclaration(
        id: person, name: "person", home: .with(UnitID(16)),
        units: [
            UnitDeclaration(UnitID(16), "household_id", .reference, .immutable, .open),
            UnitDeclaration(
                UnitID(17), "name", text(80), .review(shown: .previous), .personal, column: true),
            UnitDeclaration(UnitID(18), "gender", .choice(["M", "F"]), .latest, .personal),
            UnitDeclaration(UnitID(19), "birth", .day, .review(shown: .previous), .personal),
            UnitDeclaration(
                UnitID(20), "relation",
                .choice(["head", "spouse", "child", "parent", "grandchild", "other"]), .latest,
                .personal),
            UnitDeclaration(
                UnitID(21), "id_last4", text(4), .review(shown: .previous), .personal),
            UnitDeclaration(UnitID(22), "occupation", text(80), .latest, .personal),
            UnitDeclaration(
                UnitID(23), "health",
                .choice(["good", "chronic", "disabled", "pregnant", "unknown"]),
                .review(shown: .previous), .special),
        ])

    private static let visits = CollectionDeclaration(
        id: visit, name: "visit", home: .with(UnitID(16)),
        units: [
            UnitDeclaration(UnitID(16), "household_id", .reference, .immutable, .open),
            UnitDeclaration(UnitID(17), "visit_date", .day, .immutable, .open, column: true),
            UnitDeclaration(UnitID(18), "advisor", text(40), .immutable, .open),
            UnitDeclaration(
                UnitID(19), "purpose",
                .choice([
                    "routine", "follow-up", "intake", "crisis", "benefit-review", "health-check",
                    "home-safety", "closing",
                ]), .latest, .open),
            UnitDeclaration(
                UnitID(20), "notes", text(8000), .review(shown: .previous), .personal),
        ]
            + (1...10).map { number in
                UnitDeclaration(
                    UnitID(UInt16(20 + number)), "ind\(number)", .integer(0...3), .latest,
                    .personal)
            }
            + [
                UnitDeclaration(UnitID(31), "follow_up", .day, .latest, .open, column: true),
                UnitDeclaration(
                    UnitID(32), "status", .choice(["draft", "done", "needs-review", "approved"]),
                    .review(shown: .previous), .open, column: true),
            ])

    private static func text(_ maximumBytes: Int) -> ValueType { .text(maximumBytes: maximumBytes) }

    // MARK: Areas

    /// The one node above all districts, which every device of the benchmark is granted.
    static let wholeArea = ScopeID(high: 0x6d1f_93c2_04e7_b85a, low: 0)

    /// The area named `D01` to `D18` in the `district` field; `nil` for any other text.
    static func area(named name: String) -> ScopeID? {
        guard name.hasPrefix("D"), let number = UInt64(name.dropFirst()), (1...18).contains(number)
        else { return nil }
        return ScopeID(high: wholeArea.high, low: number)
    }

    /// Parents before children, as a hub takes them.
    static let areas: [(scope: ScopeID, parent: ScopeID?, name: String)] =
        [(scope: wholeArea, parent: nil, name: "All districts")]
        + (1...18).map { number in
            (
                scope: ScopeID(high: wholeArea.high, low: UInt64(number)), parent: wholeArea,
                name: number < 10 ? "D0\(number)" : "D\(number)"
            )
        }
}
