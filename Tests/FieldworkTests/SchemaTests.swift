import Fieldwork
import SyncCore
import Testing

@Suite("fieldwork schema")
struct SchemaTests {
    /// What was decided. Numbers, names, kinds and members never change once released: a line that
    /// fails here is a new unit, not an edit of this table. A policy may change with the schema's
    /// version.
    static let decided = """
        household 16 area reference review.previous open
        household 17 head_name text(200) latest personal column
        household 18 head reference latest personal
        household 19 address text(400) review.previous personal column
        household 20 registered_address [address text(400), source choice(6), effective day] \
        ranked(source, effective) personal
        household 21 phones text(40) addWins personal
        household 22 monthly_income [amount_fen integer, period day, evidence text(400)] \
        review.previous special
        household 23 member_count integer review.previous personal
        household 24 members [person reference, relation choice(9), from day, to day] \
        addWins personal
        household 25 language text(80) latest personal
        household 26 warnings [kind choice(7), note text(400)] addWins special
        household 27 risk_note text(4000) text special
        household 28 assigned_advisor reference review.previous open
        household 29 lives_elsewhere bool derived personal
        person 16 household reference review.previous open
        person 17 name text(200) review.previous personal column
        person 18 identity_number text(18) review.previous special
        person 19 birth day review.previous personal
        person 20 sex choice(2) review.previous personal
        person 21 phones text(40) addWins personal
        person 22 language text(80) latest personal
        person 23 contact_preference text(400) latest personal
        person 24 deceased day review.previous special
        person 25 strengths text(400) addWins personal
        person 26 consent [purpose text(120), act choice(2), how text(400)] append personal
        person 27 sharing choice(2) withdrawalWins(given) personal
        visit 16 household reference immutable open
        visit 17 day day immutable open column
        visit 18 advisor reference immutable open
        visit 19 outcome choice(7) immutable personal
        visit 20 purpose text(400) immutable personal
        visit 21 place choice(5) immutable personal
        visit 22 minutes integer latest open
        visit 23 narrative text(20000) text special
        visit 24 answers [question text(120), standing choice(3), text text(4000)] append special
        visit 25 corrections [unit integer, text text(4000)] append special
        follow_up 16 household reference immutable open
        follow_up 17 what text(400) latest personal
        follow_up 18 due day minimum open column
        follow_up 19 cadence_days integer minimum open
        follow_up 20 state choice(3) states open column
        follow_up 21 done_on day latest open
        follow_up 22 visits reference addWins open
        follow_up 23 notes text(4000) append special
        fact 16 household reference immutable open
        fact 17 subject reference immutable open
        fact 18 key text(120) immutable open column
        fact 19 statement [flag bool, number integer, word text(400), day day, effective day, \
        source choice(6), department text(40), evidence choice(6), evidence_note text(400), \
        confidence choice(4), recorded_by reference] immutable special
        fact 20 dispute bool raiseWins open
        fact 21 objections text(4000) append special
        """

    @Test("every unit has the number, name, kind, policy and sensitivity decided for it")
    func table() {
        let lines = Schema.fieldwork.collections.flatMap { collection in
            collection.units.filter { $0.id.value >= 16 }.map { $0.line(of: collection) }
        }
        #expect(lines == Self.decided.split(separator: "\n").map(String.init))
    }

    @Test("collections keep their numbers, and know where their records lie")
    func collections() {
        let found = Schema.fieldwork.collections.map {
            "\($0.id.value) \($0.name) \($0.home)"
        }
        let lies = CollectionDeclaration.Home.with(UnitID(16))
        #expect(
            found == [
                "1 household \(CollectionDeclaration.Home.scope(UnitID(16)))",
                "2 person \(lies)", "3 visit \(lies)", "4 follow_up \(lies)", "5 fact \(lies)",
            ])
        #expect(Schema.fieldwork.version == SchemaVersion(1))
    }

    @Test(
        "a household and a person may come to lie elsewhere, what happened may not; where a record lies is open"
    )
    func homes() {
        let moving = ["household", "person"]
        for collection in Schema.fieldwork.collections {
            switch collection.home {
            case .scope(let unit), .with(let unit):
                #expect(
                    collection.unit(unit)?.policy
                        == (moving.contains(collection.name)
                            ? .review(shown: .previous) : .immutable))
                #expect(collection.unit(unit)?.sensitivity == .open)
            }
        }
    }

    @Test("nothing special is a column: an index would hold it in clear")
    func columns() {
        for collection in Schema.fieldwork.collections {
            for unit in collection.units where unit.isColumn {
                #expect(unit.sensitivity < .special, "\(collection.name).\(unit.name)")
            }
        }
    }
}

extension UnitDeclaration {
    fileprivate func line(of collection: CollectionDeclaration) -> String {
        let content =
            isGroup
            ? "[" + members.map { "\($0.name) \($0.type.word)" }.joined(separator: ", ") + "]"
            : members[0].type.word
        return
            "\(collection.name) \(id.value) \(name) \(content) \(policy.word) \(sensitivity)"
            + (isColumn ? " column" : "")
    }
}

extension ValueType {
    fileprivate var word: String {
        switch self {
        case .bool: "bool"
        case .integer: "integer"
        case .text(let maximum): "text(\(maximum))"
        case .choice(let words): "choice(\(words.count))"
        case .bytes(let maximum): "bytes(\(maximum))"
        case .day: "day"
        case .reference: "reference"
        }
    }
}

extension MergePolicy {
    fileprivate var word: String {
        switch self {
        case .review(let shown): "review.\(shown)"
        case .ranked(let ranking): "ranked(\(ranking.source), \(ranking.effective))"
        case .withdrawalWins(let given): "withdrawalWins(\(given))"
        case .states: "states"
        case .derived: "derived"
        default: "\(self)"
        }
    }
}
