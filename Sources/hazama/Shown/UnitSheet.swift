import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// One unit of a record, as it is printed and as JSON: its value, its sides while people have to
/// decide, its elements or its entries.
struct UnitSheet {
    let values: ShownValue
    let titles: Titles
    let unit: UnitDeclaration
    let collection: CollectionID
    /// `nil` for a unit nobody has written, and for one of a kind the schema does not give it.
    let outcome: Outcome?
    /// What the record is a fact of; `nil` for other records.
    private let factKey: String?
    /// Own change sets only this machine has.
    let unsent: Set<ChangeSetName>
    /// Those of others that came in a bundle, and that the hub has not confirmed yet.
    let carried: Set<ChangeSetName>

    init(values: ShownValue, titles: Titles, unit: UnitDeclaration, of shown: ShownRecord) {
        self.init(values: values, titles: titles, unit: unit, in: shown.state)
    }

    init(
        values: ShownValue, titles: Titles, unit: UnitDeclaration, in state: RecordState,
        unsent: Set<ChangeSetName> = [], carried: Set<ChangeSetName> = []
    ) {
        self.values = values
        self.titles = titles
        self.unit = unit
        collection = state.collection
        outcome = state.outcome(of: unit)
        self.unsent = unsent
        self.carried = carried
        factKey = Fact(state)?.key
    }

    private var language: Language { values.formats.language }

    /// On one line.
    var short: String {
        switch outcome {
        case nil: Phrase.nothingShown.text(in: language)
        case .settled(let value, _, _), .chosen(let value, _, _), .computed(let value):
            text(value)
        case .combined(let combined, _, _): text(.text(combined))
        case .total(let amount): Formats.grouped(amount)
        case .elements(let elements):
            elements.isEmpty
                ? Phrase.statedEmpty.text(in: language)
                : elements.map { text($0) }.joined(separator: language == .english ? ", " : "、")
        case .entries(let entries):
            entries.isEmpty
                ? Phrase.statedEmpty.text(in: language)
                : Phrase.entries.wording.filled(in: language, ["n": "\(entries.count)"])
        case .disputed(let dispute):
            dispute.sides.map { text($0.value) }.joined(separator: " ⇄ ")
        }
    }

    /// The sign in front, if the unit has one.
    var mark: Line {
        if isDisputed { return Line(.conflict) }
        if origins.contains(where: { unsent.contains($0.name) }) { return Line(.unsent) }
        return origins.contains { carried.contains($0.name) } ? Line(.carried) : Line()
    }

    var isDisputed: Bool { if case .disputed? = outcome { true } else { false } }

    /// What is printed: the value beside the label, and below it what does not fit one line.
    func lines() -> [Line] {
        switch outcome {
        case .disputed(let dispute):
            let shown = dispute.shown.map { text($0) } ?? Phrase.nothingShown.text(in: language)
            var lines: [Line] = ["\(shown) \(Phrase.undecided.text(in: language), .danger)"]
            for (index, side) in dispute.sides.enumerated() {
                lines.append(
                    "  \(Sides.key(index), .strong)  \(text(side.value)) \(by(side.origins), .dim)")
            }
            return lines
        case .entries(let entries) where !entries.isEmpty:
            return entries.map {
                "\(moment($0.origin), .dim) \(text($0.value)) \(by([$0.origin]), .dim)"
            }
        case .settled(let value, _, _), .chosen(let value, _, _), .computed(let value):
            return text(value).split(whereSeparator: \.isNewline).map { Line(String($0)) }
        case .combined(let combined, let sides, _):
            return text(.text(combined)).split(whereSeparator: \.isNewline).map {
                Line(String($0))
            } + ["\(by(sides.flatMap(\.origins)), .dim)"]
        default: return [Line(short)]
        }
    }

    /// Who wrote what is shown, and when: for whoever asks for it.
    var testimony: String {
        switch outcome {
        case .settled(_, let origin, let support): by([origin] + support)
        case .chosen(_, let origin, _): by([origin])
        case .combined(_, let sides, _): by(sides.flatMap(\.origins))
        default: ""
        }
    }

    var json: JSON {
        var members: [JSONMember] = []
        switch outcome {
        case nil: return .null
        case .settled(let value, let origin, _):
            members = [JSONMember("value", json(value))] + written([origin])
        case .chosen(let value, let origin, let over):
            members = [JSONMember("value", json(value))] + written([origin])
            members.append(JSONMember("over", .array(over.map { json($0.value) })))
        case .combined(let combined, let sides, _):
            members = [JSONMember("value", json(.text(combined)))]
            members += written(sides.flatMap(\.origins))
            members.append(JSONMember("of", .array(sides.map { json($0.value) })))
        case .computed(let value): members = [JSONMember("value", json(value))]
        case .total(let amount): members = [JSONMember("value", .integer(amount))]
        case .elements(let elements):
            members = [JSONMember("elements", .array(elements.map { json($0) }))]
        case .entries(let entries):
            members = [
                JSONMember(
                    "entries",
                    .array(
                        entries.map {
                            .object([JSONMember("value", json($0.value))] + written([$0.origin]))
                        }))
            ]
        case .disputed(let dispute):
            members = [
                JSONMember("value", dispute.shown.map { json($0) } ?? .null),
                JSONMember("disputed", true),
                JSONMember("base", dispute.base.map { json($0.value) } ?? .null),
                JSONMember(
                    "sides",
                    .array(
                        dispute.sides.enumerated().map { index, side in
                            .object(
                                [
                                    JSONMember("key", .string(Sides.key(index))),
                                    JSONMember("value", json(side.value)),
                                ] + written(side.origins))
                        })),
            ]
        }
        return .object(members)
    }

    func text(_ value: Value?) -> String {
        values.text(
            value, FactKey.shown(unit, of: collection, key: factKey), of: collection)
    }

    private func json(_ value: Value) -> JSON { values.json(value, unit, of: collection) }

    private var origins: [Origin] {
        switch outcome {
        case .settled(_, let origin, let support): [origin] + support
        case .chosen(_, let origin, _): [origin]
        case .disputed(let dispute): dispute.sides.flatMap(\.origins)
        case .combined(_, let sides, _): sides.flatMap(\.origins)
        case .entries(let entries): entries.map(\.origin)
        case .elements, .total, .computed, nil: []
        }
    }

    /// `Li Na, 2026-11-12 10:03` for each who said it.
    func by(_ origins: [Origin]) -> String {
        "(" + origins.map { "\(titles.person($0.author)), \(moment($0))" }.joined(separator: "; ")
            + ")"
    }

    private func moment(_ origin: Origin) -> String {
        values.formats.moment(Int64(origin.time.milliseconds))
    }

    private func written(_ origins: [Origin]) -> [JSONMember] {
        [
            JSONMember(
                "by",
                .array(
                    origins.map {
                        .object([
                            "name": .string(titles.person($0.author)),
                            "person": .string("\($0.author)"),
                            "changeSet": .string("\($0.name)"),
                            "at": .string(Formats.iso(Int64($0.time.milliseconds))),
                            "position": $0.position.map { .integer(Int64($0.value)) } ?? .null,
                        ])
                    }))
        ]
    }
}
