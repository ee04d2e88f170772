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
                    UnitDeclaration(
                        Plot.story, "story", .text(maximumBytes: 120), .text, .personal),
                    UnitDeclaration(
                        Plot.place, "place",
                        [
                            Member("address", .text(maximumBytes: 100)),
                            Member("source", .choice(Plot.sources)),
                            Member("since", .day),
                        ], .ranked(Ranking(source: "source", effective: "since")), .personal),
                    UnitDeclaration(
                        Plot.stage, "stage", .choice(Plot.stages.keys.sorted()),
                        .states(StateMachine(Plot.stages)), .open),
                    UnitDeclaration(
                        Plot.consent, "consent", .choice(Plot.consents),
                        .withdrawalWins(given: "given"), .special),
                    UnitDeclaration(Plot.alarm, "alarm", .bool, .raiseWins, .special),
                    UnitDeclaration(
                        Plot.busy, "busy", .bool,
                        .derived(
                            Derivation("busy") { state in
                                guard case .total(let total)? = state[Plot.minutes] else {
                                    return .bool(false)
                                }
                                return .bool(total.amount > Plot.busyMinutes)
                            }), .open),
                    UnitDeclaration(
                        Plot.deed, "deed", .text(maximumBytes: 40), .review(shown: .previous),
                        .personal, stakes: .twoPersons),
                    UnitDeclaration(Plot.wells, "wells", .integer(0...99), .latest, .open),
                    UnitDeclaration(Plot.water, "water", .integer(-99...99), .sum, .open),
                    UnitDeclaration(
                        Plot.seal, "seal", .text(maximumBytes: 100), .immutable, .open),
                ], duplicates: Plot.likeness,
                rules: [.total(Plot.water, atLeast: nil, atMost: .unit(Plot.wells))]),
            CollectionDeclaration(
                id: .tree, name: "tree", home: .with(Tree.plot),
                units: [
                    UnitDeclaration(Tree.plot, "plot", .reference, .immutable, .open),
                    UnitDeclaration(
                        Tree.title, "title", .text(maximumBytes: 100), .latest, .open,
                        column: true),
                    UnitDeclaration(
                        Tree.notes, "notes", .text(maximumBytes: 200), .append, .personal),
                    UnitDeclaration(Tree.source, "source", .reference, .latest, .open),
                    UnitDeclaration(Tree.drink, "drink", .integer(-99...99), .sum, .open),
                ],
                rules: [
                    .share(
                        Tree.drink, Share(namedBy: Tree.source, in: .plot, of: Plot.water))
                ]),
        ])
}

extension Schema {
    /// What the next program writes: a plot has two units more, and there are nests.
    public static let simulatedNext = Schema(
        version: SchemaVersion(2),
        collections: Schema.simulated.collections.map { old in
            guard old.id == .plot else { return old }
            return CollectionDeclaration(
                id: old.id, name: old.name, home: old.home,
                units: old.units.filter { $0.id.value >= 16 } + [
                    UnitDeclaration(
                        Plot.colour, "colour", .text(maximumBytes: 100), .latest, .open,
                        column: true),
                    UnitDeclaration(
                        Plot.owner, "owner", .text(maximumBytes: 100), .review(shown: .previous),
                        .personal),
                ], duplicates: old.duplicates, rules: old.rules)
        } + [
            CollectionDeclaration(
                id: .nest, name: "nest", home: .with(Tree.plot),
                units: Schema.simulated.collection(.tree)!.units.filter { $0.id.value >= 16 })
        ])
}

extension CollectionID {
    static let plot = CollectionID(1)
    static let tree = CollectionID(2)
    /// Lies with a plot as a tree does; only the next program knows it.
    static let nest = CollectionID(3)
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

    static let story = UnitID(26)
    static let place = UnitID(27)
    static let stage = UnitID(28)
    static let consent = UnitID(29)
    static let alarm = UnitID(30)
    static let busy = UnitID(31)
    /// What two persons change.
    static let deed = UnitID(32)
    /// How much water there is, and what the plot itself takes of it.
    static let wells = UnitID(33)
    static let water = UnitID(34)
    /// What somebody put their name under, going by the count.
    static let seal = UnitID(35)
    static let colour = UnitID(40)
    static let owner = UnitID(41)

    /// Those that an edit may write. What was declared later has acts of its own: scripts name
    /// units by their places here.
    static let edited = [
        count, title, tags, minutes, notes, due, level, danger, pay, story, place, stage, consent,
        alarm,
    ]

    /// Those that only the next program knows.
    static let next = [colour, owner]

    /// Those that most people of a fleet write: there they meet.
    static func favourites(_ fleet: Int) -> [UnitID] {
        [
            [count, story], [tags, place], [minutes, stage], [title, consent], [pay, alarm],
            [notes, danger],
        ][fleet % 6]
    }

    static let busyMinutes: Int64 = 100
    /// Plots of one title may be one.
    static let likeness = DuplicateRule(
        needsSecondPerson: true, threshold: 50, relatives: { _ in [] }, recognisedBy: { _ in [] },
        keys: { subject in titleText(subject.state).map { [LikenessKey(1, $0)] } ?? [] },
        likeness: { one, other in
            guard let title = titleText(one.state), title == titleText(other.state) else {
                return nil
            }
            return Likeness(score: 60, reasons: [])
        })

    private static func titleText(_ state: RecordState) -> String? {
        guard let unit = Schema.simulated.unit(title, of: .plot),
            case .text(let text)? = state.outcome(of: unit)?.value, !text.string.isEmpty
        else { return nil }
        return text.string
    }
    /// From the highest on.
    static let sources = ["register", "visit", "phone"]
    static let consents = ["given", "refused", "withdrawn"]
    static let stages = [
        "dropped": [], "done": [], "new": ["open", "dropped"],
        "open": ["waiting", "done", "dropped"], "waiting": ["open", "done"],
    ]

    /// Whether a place comes from as high a source as another and holds from as late a day, and one
    /// of both more so.
    static func isAbove(_ one: Value, _ other: Value) -> Bool {
        guard case .group(let one) = one, case .group(let other) = other,
            let height = sources.firstIndex(where: { one[1] == .text($0) }),
            let otherHeight = sources.firstIndex(where: { other[1] == .text($0) })
        else { return false }
        return height <= otherHeight && one[2] >= other[2]
            && (height != otherHeight || one[2] != other[2])
    }
}

/// The units of a record that lies with another.
enum Tree {
    static let plot = UnitID(16)
    static let title = UnitID(17)
    static let notes = UnitID(18)
    /// The plot whose water it takes, which it need not lie with, and how much.
    static let source = UnitID(19)
    static let drink = UnitID(20)

    static let edited = [title, notes]
}
