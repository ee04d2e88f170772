import SyncCore
import SyncProtocol

extension Made {
    /// What goes in, what comes out, and what is seen of it: `merging.md`.
    static var merges: [VectorFile] { scenes.map(\.file) }

    private static let title = UnitDeclaration(
        UnitID(17), "title", .text(maximumBytes: 200), .latest, .open)
    private static let count = UnitDeclaration(
        UnitID(23), "count", .integer(0...99), .review(shown: .previous), .open)
    private static let phones = UnitDeclaration(
        UnitID(21), "phones", .text(maximumBytes: 40), .addWins, .open)
    private static let minutes = UnitDeclaration(
        UnitID(30), "minutes", .integer(-99...99), .sum, .open)
    private static let notes = UnitDeclaration(
        UnitID(31), "notes", .text(maximumBytes: 40), .append, .open)

    private static func unit(_ policy: MergePolicy) -> UnitDeclaration {
        UnitDeclaration(UnitID(23), "count", .integer(0...99), policy, .open)
    }

    private static let address = UnitDeclaration(
        UnitID(40), "address",
        [
            Member("text", .text(maximumBytes: 40)),
            Member("source", .choice(["register", "resident"])), Member("effective", .day),
        ], .ranked(Ranking(source: "source", effective: "effective")), .open)
    private static let plan = UnitDeclaration(
        UnitID(41), "plan", .choice(["draft", "sent", "granted", "refused"]),
        .states(
            StateMachine([
                "draft": ["sent"], "sent": ["granted", "refused"], "granted": [], "refused": [],
            ])), .open)
    private static let consent = UnitDeclaration(
        UnitID(42), "consent", .choice(["given", "withdrawn"]), .withdrawalWins(given: "given"),
        .open)
    private static let danger = UnitDeclaration(UnitID(43), "danger", .bool, .raiseWins, .open)
    private static let story = UnitDeclaration(
        UnitID(44), "story", .text(maximumBytes: 40), .text, .open)
    private static let level = UnitDeclaration(
        UnitID(45), "level", .choice(["none", "some", "all"]), .maximum, .open)

    /// A base, and what two or more set who knew only it.
    private static func apart(
        _ name: String, _ about: String, _ unit: UnitDeclaration, _ base: Value, _ sides: Value...
    ) -> MergeScene {
        let replicas = [Specimen.bob, Specimen.carol, Specimen.hubReplica]
        let arrivals = zip(replicas, sides).enumerated().map { place, side in
            MergeScene.Arrival(
                Specimen.name(side.0, 1), Int64(place + 1) * 10, position: UInt64(place) + 2,
                [Specimen.set(unit.id.value, side.1, replacing: [a1])])
        }
        return MergeScene(
            name, about,
            [
                .init(
                    a1, 0, position: 1, creates: true,
                    [Specimen.set(unit.id.value, base)])
            ] + arrivals, base: a1, unit)
    }

    private static func address(_ text: String, _ source: String, _ day: String?) -> Value {
        .group([
            .text(text), .text(source), day.flatMap { CalendarDate($0) }.map(Value.day) ?? .absent,
        ])
    }

    private static let a1 = Specimen.name(Specimen.alice, 1)
    private static let a2 = Specimen.name(Specimen.alice, 2)
    private static let b1 = Specimen.name(Specimen.bob, 1)
    private static let b2 = Specimen.name(Specimen.bob, 2)
    private static let h1 = Specimen.name(Specimen.hubReplica, 1)
    private static let h2 = Specimen.name(Specimen.hubReplica, 2)

    private static func set(
        _ value: Int64, replacing: [ChangeSetName] = []
    ) -> [Write] { [Specimen.set(23, .integer(value), replacing: replacing)] }

    private static var scenes: [MergeScene] {
        func differing(_ policy: MergePolicy, _ name: String, _ about: String) -> MergeScene {
            MergeScene(
                "conflict-\(name)",
                "\(about) Two replaced 4: one by 6, one by 5, made earlier and received later.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(b1, 90_000, position: 2, set(6, replacing: [a1])),
                    .init(
                        Specimen.name(Specimen.carol, 1), 30_000, position: 3,
                        set(5, replacing: [a1])),
                ], base: a1, unit(policy))
        }
        return [
            MergeScene(
                "settled", "Each names the one before; only the last is a head.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(b1, 10, position: 2, set(5, replacing: [a1])),
                    .init(a2, 20, position: 3, set(6, replacing: [b1])),
                ], count),
            MergeScene(
                "own-write", "A device's later write covers its earlier one unnamed.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(a2, 10, position: 2, set(5)),
                ], count),
            MergeScene(
                "hub-write", "Between two writes of the hub only names count.",
                [
                    .init(h1, 0, position: 1, creates: true, set(4)),
                    .init(h2, 10, position: 2, set(5)),
                ], count),
            MergeScene(
                "early-name",
                "The replacing write comes first; the replaced one is covered when it comes.",
                [
                    .init(b1, 10, position: 1, creates: true, set(5, replacing: [a1])),
                    .init(a1, 0, position: 2, set(4)),
                ], count),
            MergeScene(
                "early-name-waits", "What was replaced has not come yet: its name is remembered.",
                [.init(b1, 10, position: 1, creates: true, set(5, replacing: [a1, h2]))], count),
            MergeScene(
                "covered-still-removes",
                "A write that is itself covered removes what it names all the same.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(h1, 20, position: 2, set(6, replacing: [b1])),
                    .init(b1, 10, position: 3, set(5, replacing: [a1])),
                ], count),
            MergeScene(
                "later-own-name-ignored", "Nobody can have seen a later write of their own.",
                [.init(a1, 0, position: 1, creates: true, set(4, replacing: [a2]))], count),
            MergeScene(
                "again", "A change set that comes again changes nothing.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(b1, 10, position: 2, set(5, replacing: [a1])),
                    .init(a1, 0, position: 1, creates: true, set(4)),
                ], count),
            MergeScene(
                "created-twice", "The smaller name stands.",
                [
                    .init(b1, 0, position: 1, creates: true, []),
                    .init(a1, 10, position: 2, creates: true, []),
                ], count),
            MergeScene(
                "same-value", "Two heads that read the same, NFC and NFD, are one side.",
                [
                    .init(
                        a1, 0, position: 1, creates: true,
                        [Specimen.set(17, .text("caf\u{e9}  a"))]),
                    .init(b1, 10, position: 2, [Specimen.set(17, .text(" cafe\u{301} a"))]),
                ],
                UnitDeclaration(
                    UnitID(17), "title", .text(maximumBytes: 200), .review(shown: .previous),
                    .open)),
            differing(.immutable, "immutable", "What was received first stands."),
            differing(.latest, "latest", "The later time wins, and nobody is asked."),
            differing(.review(shown: .previous), "review-previous", "The base is shown."),
            differing(.review(shown: .newest), "review-newest", "The later time is shown."),
            differing(
                .review(shown: .mostProtective), "review-most-protective", "The larger is shown."),
            differing(.maximum, "maximum", "The larger wins."),
            differing(.minimum, "minimum", "The smaller wins."),
            apart(
                "maximum-choice", "Choices are ordered as the schema lists them.", level,
                .text("none"), .text("some"), .text("all")),
            apart(
                "ranked", "For one day the higher source wins.", address,
                address("a", "resident", nil), address("b", "resident", "2026-05-01"),
                address("c", "register", "2026-05-01")),
            apart(
                "ranked-later-from-lower", "A later day from a lower source: people decide.",
                address, address("a", "resident", nil), address("b", "resident", "2026-06-01"),
                address("c", "register", "2026-05-01")),
            apart(
                "states", "The further state wins along a legal path.", plan, .text("draft"),
                .text("refused"), .text("sent")),
            apart(
                "states-branches", "Two branches part: people decide.", plan, .text("sent"),
                .text("refused"), .text("granted")),
            MergeScene(
                "states-again", "The hub states the base again: no side outruns it.",
                [
                    .init(
                        h1, 0, position: 1, creates: true,
                        [Specimen.set(plan.id.value, .text("draft"))]),
                    .init(
                        b1, 10, position: 2,
                        [Specimen.set(plan.id.value, .text("granted"), replacing: [h1])]),
                    .init(
                        Specimen.name(Specimen.hubReplica, 2), 20, position: 3,
                        [Specimen.set(plan.id.value, .text("draft"), replacing: [h1])]),
                ], base: h1, plan),
            MergeScene(
                "states-decided",
                "The base's author decides for it at the hub, on a later page: that is outrun.",
                [
                    .init(
                        h1, 0, position: 1, creates: true,
                        [Specimen.set(plan.id.value, .text("draft"))]),
                    .init(
                        b1, 10, position: 2,
                        [Specimen.set(plan.id.value, .text("granted"), replacing: [h1])]),
                    .init(
                        Specimen.name(Specimen.hubReplica, 2), 20, position: 3, shown: 1,
                        [Specimen.set(plan.id.value, .text("draft"), replacing: [h1])]),
                ], base: h1, plan),
            apart(
                "withdrawal-wins", "What is not given holds at once.", consent, .text("given"),
                .text("withdrawn"), .text("given")),
            apart(
                "withdrawal-all", "Nobody gave it: nothing to ask.", consent, .text("given"),
                .text("withdrawn"), .absent),
            apart(
                "raise-wins", "A flag that is raised stays raised, and people are asked.", danger,
                .bool(false), .bool(true), .absent),
            apart(
                "text", "Two sentences of one text, put together when shown.", story,
                .text("A. B! C."), .text("X. B! C."), .text("A. B! Caf\u{e9} 3.5. D.")),
            apart(
                "text-without-spaces", "Sentences of a script without spaces.", story,
                .text("甲。乙。丙。"), .text("子。乙。丙。"), .text("甲。丙。")),
            apart(
                "text-one-place", "Both put something in the same place.", story,
                .text("A. B."), .text("A. X. B."), .text("A. Y. B.")),
            apart(
                "text-spelling", "The same sentence spelled with other bytes is changed.", story,
                .text("caf\u{e9}. A."), .text("cafe\u{301}. A."), .text("caff\u{e8}. A.")),
            apart(
                "text-three", "Three texts are for people.", story, .text("A. B. C."),
                .text("X. B. C."), .text("A. X. C."), .text("A. B. X.")),
            apart(
                "text-too-long", "The whole would be longer than the unit holds.", story,
                .text("A. B."), .text("XXXXXXXXXXXXXXXXXXXXXX. B."),
                .text("A. YYYYYYYYYYYYYYYYYYYYYY.")),
            MergeScene(
                "conflict-without-base", "Two set what nobody had set: nothing is shown meanwhile.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(b1, 10, position: 2, set(6)),
                ], count),
            MergeScene(
                "resolution", "The hub names both sides, and the conflict is over.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(b1, 10, position: 2, set(6)),
                    .init(h1, 20, position: 3, set(5, replacing: [a1, b1])),
                ], count),
            MergeScene(
                "reopened", "A side that the resolution had not seen stays beside it.",
                [
                    .init(a1, 0, position: 1, creates: true, set(4)),
                    .init(b1, 10, position: 2, set(6)),
                    .init(h1, 20, position: 3, set(5, replacing: [a1, b1])),
                    .init(
                        Specimen.name(Specimen.carol, 1), 5, position: 4,
                        set(7, replacing: [a1])),
                ], base: a1, count),
            MergeScene(
                "elements",
                "Added twice, taken away where it was seen, and one taken away before it came.",
                [
                    .init(
                        a1, 0, position: 1, creates: true,
                        [change(adding: [.text("111"), .text("222")])]),
                    .init(b1, 10, position: 2, [change(adding: [.text("111")])]),
                    .init(
                        a2, 20, position: 3,
                        [
                            change(removing: [
                                .init(element: .text("111"), adds: [a1]),
                                .init(element: .text("222"), adds: [a1]),
                                .init(element: .text("333"), adds: [b2]),
                            ])
                        ]),
                    .init(b2, 15, position: 4, [change(adding: [.text("333"), .text("444")])]),
                ], phones),
            MergeScene(
                "sum", "Each increment counts once, whoever made it.",
                [
                    .init(a1, 0, position: 1, creates: true, [increment(30)]),
                    .init(b1, 10, position: 2, [increment(-5)]),
                    .init(a2, 20, position: 3, [increment(15)]),
                ], minutes),
            MergeScene(
                "append", "All entries stay, by time, whatever the order of arrival.",
                [
                    .init(a1, 50, position: 1, creates: true, [append("c", "d")]),
                    .init(b1, 10, position: 2, [append("a")]),
                    .init(b2, 50, position: 3, [append("e")]),
                    .init(h1, 20, position: 4, [append("b")]),
                ], notes),
        ]
    }

    private static func change(
        adding: [Value] = [], removing: [Write.Removal] = []
    ) -> Write {
        Write(unit: phones.id, operation: .change(adding: adding, removing: removing))
    }

    private static func increment(_ delta: Int64) -> Write {
        Write(unit: minutes.id, operation: .increment(delta))
    }

    private static func append(_ texts: String...) -> Write {
        Write(unit: notes.id, operation: .append(texts.map { .text($0) }))
    }
}

/// Change sets to one record in the order of their arrival.
struct MergeScene {
    struct Arrival {
        let origin: Origin
        let change: RecordChange

        init(
            _ name: ChangeSetName, _ after: Int64, position: UInt64, creates: Bool = false,
            shown: UInt64? = nil, _ writes: [Write]
        ) {
            let authors = [
                Specimen.alice: Specimen.wei, Specimen.bob: Specimen.jie,
                Specimen.hubReplica: Specimen.sun, Specimen.carol: Specimen.wei,
            ]
            origin = Made.origin(
                name.replica, name.number.value, authors[name.replica]!, after: after,
                position: position, shown: shown)
            change = Specimen.change(Specimen.home, creates: creates, shown: shown, writes)
        }
    }

    let name: String
    let about: String
    let arrivals: [Arrival]
    /// What the hub has found to be the base of the unit.
    let base: ChangeSetName?
    let unit: UnitDeclaration

    init(
        _ name: String, _ about: String, _ arrivals: [Arrival], base: ChangeSetName? = nil,
        _ unit: UnitDeclaration
    ) {
        (self.name, self.about, self.arrivals, self.base, self.unit) = (
            name, about, arrivals, base, unit
        )
    }

    var state: RecordState {
        var state = RecordState(record: Specimen.home, collection: Specimen.house)
        var merged: Set<ChangeSetName> = []
        for arrival in arrivals {
            state.merge(arrival.change, from: arrival.origin) { merged.contains($0) }
            merged.insert(arrival.origin.name)
        }
        if let base, let found = arrivals.first(where: { $0.origin.name == base }),
            case .set(let value, _)? = found.change.writes.first?.operation
        {
            state.setBase(Head(origin: found.origin, value: value), of: unit.id)
        }
        return state
    }

    var file: VectorFile {
        let state = state
        var writers = Made.writers
        let bytes = StateCoding.encode(state, writers: &writers)
        return VectorFile(
            "merge/\(name).json",
            [
                "about": .string(about), "writers": Made.writersJSON(writers),
                "record": .string("\(state.record)"),
                "collection": .integer(Int64(state.collection.value)),
                "arrivals": .array(
                    arrivals.map {
                        .object(["origin": $0.origin.rendering, "change": $0.change.rendering])
                    }),
                "base": base.map { .string("\($0)") } ?? .null,
                "bytes": .hex(bytes), "state": state.rendering,
                "unit": .integer(Int64(unit.id.value)), "policy": .string(unit.policy.word),
                "rule": unit.rule,
                "shown": Self.shown(state[unit.id]?.outcome(under: unit)),
            ])
    }

    /// What is seen: an object with one member that says how it came about.
    static func shown(_ outcome: Outcome?) -> JSON {
        switch outcome {
        case nil: .null
        case .settled(let value, _, _): .object(["settled": value.rendering])
        case .chosen(let value, _, _): .object(["chosen": value.rendering])
        case .combined(let text, _, _): .object(["combined": .string(text.string)])
        case .computed(let value): .object(["computed": value.rendering])
        case .disputed(let dispute):
            .object([
                "disputed": .object(
                    [
                        JSONMember(
                            "sides",
                            .array(
                                dispute.sides.map { side in
                                    .object([
                                        "value": side.value.rendering,
                                        "names": .array(side.names.map(\.rendering)),
                                    ])
                                }))
                    ] + (dispute.shown.map { [JSONMember("shown", $0.rendering)] } ?? []))
            ])
        case .elements(let values): .object(["elements": .array(values.map(\.rendering))])
        case .total(let amount): .object(["total": .integer(amount)])
        case .entries(let entries): .object(["entries": .array(entries.map(\.value.rendering))])
        }
    }
}

extension MergePolicy {
    /// As in `merging.md` and `schema.md`.
    var word: String {
        switch self {
        case .immutable: "immutable"
        case .latest: "latest"
        case .review(.previous): "review, previous"
        case .review(.newest): "review, newest"
        case .review(.mostProtective): "review, most protective"
        case .text: "text"
        case .ranked(let ranking): "ranked by \(ranking.source), then \(ranking.effective)"
        case .states(let machine):
            "states: "
                + machine.next.keys.sorted().filter { !machine.next[$0]!.isEmpty }
                .map { "\($0) to \(machine.next[$0]!.joined(separator: " or "))" }
                .joined(separator: ", ")
                + (machine.since > SchemaVersion(0) ? "; since \(machine.since.value)" : "")
        case .withdrawalWins(let given): "withdrawal wins, unless \(given)"
        case .raiseWins: "raise wins"
        case .derived: "derived"
        case .addWins: "add wins"
        case .maximum: "maximum"
        case .minimum: "minimum"
        case .sum: "sum"
        case .append: "append"
        }
    }
}

extension UnitDeclaration {
    /// What of the declaration the policy asks for, beside its word.
    var rule: JSON {
        switch (policy, members[0].type) {
        case (.ranked(let ranking), _):
            .object([
                "source": .integer(Int64(members.firstIndex { $0.name == ranking.source }!)),
                "effective": .integer(Int64(members.firstIndex { $0.name == ranking.effective }!)),
                "order": .array(words(of: ranking.source).map(JSON.string)),
            ])
        case (.states(let machine), .choice(let words)):
            .object(
                words.map { word in
                    JSONMember(word, .array(machine.next[word]!.map(JSON.string)))
                })
        case (.withdrawalWins(let given), _): .object(["given": .string(given)])
        case (.text, .text(let maximum)): .object(["maximumBytes": .integer(Int64(maximum))])
        case (_, .choice(let words)): .object(["order": .array(words.map(JSON.string))])
        default: .null
        }
    }

    private func words(of member: String) -> [String] {
        guard case .choice(let words)? = members.first(where: { $0.name == member })?.type else {
            return []
        }
        return words
    }
}
