import Fieldwork
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// How the work wants two advisors' writes to become one, written down by hand: the words of the
/// domain model, not those of the schema, so that a slip in a declaration is found here.
///
/// IMM is said once; of two who say it apart the first stands, and people look. LWW the later. REV
/// people decide, and what was before is shown; REV-NEW shows the newest meanwhile. ROL the higher
/// source for the same day; a later day of a lower one is for people. MAX, MIN, SUM. AWS a set,
/// whose removal takes nothing away that is added apart. APP a log. TXT other sentences are put
/// together, the same one is for people. WDW a withdrawal, and UP a raised flag, hold at once.
/// DER is computed. MON goes on `base: nearer<further`; `one|other` is for people: a branch, or
/// where each could follow from the other.
///
/// HOME says where a record lies for ever and is part of its creation. Where the model ranks by
/// source and the field has none beside it (a name, an address as found), people decide.
private let wanted = """
    household HOME area; LWW head_name head language; ROL registered_address
    household REV address monthly_income member_count assigned_advisor; TXT risk_note
    household AWS phones members warnings; DER lives_elsewhere
    person HOME household; REV name identity_number birth sex deceased
    person AWS phones strengths; LWW language contact_preference; APP consent; WDW sharing
    visit HOME household; IMM day advisor outcome purpose place; LWW minutes; TXT narrative
    visit APP answers corrections; AWS serves
    follow_up HOME household; LWW what done_on; MIN due cadence_days
    follow_up MON state scheduled:done|cancelled; AWS visits; APP notes steps classes
    fact HOME household; IMM subject key statement; UP dispute; APP objections
    need HOME household; IMM kind person indicator; MAX severity; MIN found_on; TXT note; APP steps
    need MON state beingMet:unmet<met confirmed:met|rejected confirmed:matched|beingMet
    plan HOME household; IMM round; REV-NEW beginning; TXT goal; ROL class_override; MIN review_due
    plan LWW template assessment agreement; APP steps
    plan MON state draft:agreed<active review:closed|transferred
    plan_item HOME household; IMM plan; LWW measure owner; AWS needs; MIN due; TXT note; APP steps
    plan_item SUM cost_fen minutes used; MON state agreed:underWay<done underWay:done|cancelled
    alert HOME household; IMM rule subject episode; MAX severity; MIN raised_on due event
    alert LWW cause; APP steps; MON state raised:acknowledged<acted acknowledged:acted|dismissed
    clue HOME area; IMM origin alert; MIN found_on due; TXT text; LWW household subject
    clue ROL appointed; APP steps claims; MON state found:claimed<contacted contacted:assessed|refused
    application HOME household; IMM subject programme round authority signature form; LWW package
    application ROL decision; MIN due; APP steps
    application MON state draft:ready<signed submitted:accepted<granted accepted:granted|withdrawn
    package HOME household; IMM round; MIN made_on; AWS applications papers
    form_answer HOME household; IMM package subject key; LWW answer; REV weighty_answer
    benefit_span HOME household; IMM subject programme from; MIN to; APP steps decisions
    benefit_span LWW application; MON state proposed:active<ended active:suspended<ended
    assessment HOME household; IMM basis result; APP indicators steps; ROL level_override
    assessment AWS objections; LWW run; MON state computed:verified<superseded
    circle_membership HOME household; IMM circle from; MIN to; APP causes
    tagging HOME household; IMM subject tag; MIN from; LWW to; AWS sightings
    tag_definition HOME area; IMM code level owner kind; ROL wording; MON retired inUse:inUse<retired
    referral HOME household; IMM need partner from consent message; APP steps feedback; MIN due
    referral MON state consented:sent<accepted sent:accepted|declined
    case_file HOME household; IMM opened_on; ROL manager; LWW purpose; MIN review_due
    case_file APP steps notes; MON state review:inService<closed open:inService|review
    task HOME about; LWW what; ROL owner; MIN due; APP steps; MON state open:done|cancelled
    outcome HOME household; IMM day by subject result text change reconnection; AWS evidence
    evidence HOME household; IMM kind digest captured_on by description
    evidence MON redaction shown:shown<redacted
    match_result HOME household; IMM basis; APP answers
    intake HOME area; IMM day by station; LWW name household; AWS phones; APP said steps
    intake MON state open:linked<closed
    companionship HOME area; IMM kind day provider minutes; AWS attendance; TXT note
    group_activity HOME area; LWW topic day place capacity minutes; AWS attendance
    booking HOME household; IMM session; APP steps; MON state booked:attended|cancelled
    department HOME area; IMM code; ROL contact
    advisor HOME area; IMM worker; LWW name; ROL posting; AWS neighbourhoods roles training
    advisor MON service serving:serving<left
    partner HOME area; LWW kind name contact; AWS reach; APP steps
    partner MON state offered:verified<active verified:active|resting
    resource HOME area; IMM provider; LWW kind title unit capacity until; AWS need_kinds reach
    resource SUM used
    station HOME area; LWW street name; ROL contact; AWS services
    session HOME station; LWW kind day time capacity
    stat_snapshot HOME area; IMM report as_of inputs outputs
    import_batch HOME area; IMM department digest rows; MIN day
    published_rules HOME area; IMM version published_on digest; APP pieces
    """

/// One unit under one wish: a record of its own, written twice, apart.
private struct Meeting {
    let id: RecordID
    let collection: CollectionDeclaration
    let unit: UnitDeclaration
    let wish: Wish

    enum Wish: Hashable {
        case first, later, people, peopleNewest, higher, higherButOlder, larger, smaller, sum
        case set, log, sentences, sameSentence, withdrawn, raised
        case further(from: String, String, String)
        case branch(from: String, String, String)
    }

    /// Whether both write it with the record, which neither has seen at the other's.
    var isMadeApart: Bool { wish == .first }
}

private struct UnknownWord: Error { let word: String }

extension Meeting.Wish {
    /// The wishes a word of the table stands for.
    fileprivate static func all(_ word: String, _ rest: [String]) throws -> [Meeting.Wish] {
        switch word {
        case "IMM": [.first]
        case "LWW": [.later]
        case "REV": [.people]
        case "REV-NEW": [.peopleNewest]
        case "ROL": [.higher, .higherButOlder]
        case "MAX": [.larger]
        case "MIN": [.smaller]
        case "SUM": [.sum]
        case "AWS": [.set]
        case "APP": [.log]
        case "TXT": [.sentences, .sameSentence]
        case "WDW": [.withdrawn]
        case "UP": [.raised]
        case "MON":
            try rest.map { way in
                let parts = way.split(separator: ":").map(String.init)
                try #require(parts.count == 2)
                let further = parts[1].split(separator: "<").map(String.init)
                if further.count == 2 {
                    return .further(from: parts[0], further[0], further[1])
                }
                let branch = parts[1].split(separator: "|").map(String.init)
                try #require(branch.count == 2)
                return .branch(from: parts[0], branch[0], branch[1])
            }
        default: throw UnknownWord(word: word)
        }
    }
}

extension Schema {
    /// Who may claim which source is judged elsewhere; here it is only how sources are ranked.
    fileprivate static let withoutOffices = Schema(
        version: Schema.fieldwork.version,
        collections: Schema.fieldwork.collections.map { collection in
            CollectionDeclaration(
                id: collection.id, name: collection.name, home: collection.home,
                units: collection.units.filter { $0.id.value >= 16 },
                duplicates: collection.duplicates, urgent: collection.urgent,
                rules: collection.rules.filter { rule in
                    if case .office = rule { false } else { true }
                })
        })
}

@Suite("two advisors at every unit of every record")
struct EveryUnitTests {
    /// What is wanted of each unit, by the names of collection and unit.
    private static func table() throws -> [String: (word: String, rest: [String])] {
        var table: [String: (word: String, rest: [String])] = [:]
        for line in wanted.split(separator: "\n") {
            let space = try #require(line.firstIndex(of: " "))
            let collection = line[..<space]
            for clause in line[space...].split(separator: ";") {
                let words = clause.split(separator: " ").map(String.init)
                if words[0] == "MON" {
                    let key = "\(collection).\(words[1])"
                    #expect(table[key] == nil, "\(key) is there twice")
                    table[key] = (words[0], Array(words[2...]))
                    continue
                }
                for unit in words.dropFirst() {
                    let key = "\(collection).\(unit)"
                    #expect(table[key] == nil, "\(key) is there twice")
                    table[key] = (words[0], [])
                }
            }
        }
        return table
    }

    fileprivate static func meetings() throws -> [Meeting] {
        let table = try table()
        return try Schema.fieldwork.collections.flatMap { collection in
            try collection.units.filter { $0.id.value >= 16 }.flatMap { unit -> [Meeting] in
                let (word, rest) = try #require(table["\(collection.name).\(unit.name)"])
                if word == "HOME" || word == "DER" { return [] }
                return try Meeting.Wish.all(word, rest).enumerated().map { place, wish in
                    let number =
                        UInt64(collection.id.value) << 32 | UInt64(unit.id.value) << 8
                        | UInt64(place)
                    return Meeting(
                        id: RecordID(high: 700, low: number), collection: collection, unit: unit,
                        wish: wish)
                }
            }
        }
    }

    @Test("every unit of every record has its wish, and no wish is for nothing")
    func complete() throws {
        var wishes = Set(try Self.table().keys)
        for collection in Schema.fieldwork.collections {
            for unit in collection.units where unit.id.value >= 16 {
                let key = "\(collection.name).\(unit.name)"
                #expect(wishes.remove(key) != nil, "nobody has said what is wanted of \(key)")
            }
        }
        #expect(wishes == [])
    }

    @Test(
        "what two write apart becomes what the work wants, in both orders of sync",
        arguments: [false, true])
    func meet(bertFirst: Bool) async throws {
        let fixture = try HubFixture(schema: .withoutOffices)
        let anna = try FieldDevice(1, person: "Anna", at: fixture, schema: .withoutOffices)
        let bert = try FieldDevice(2, person: "Bert", at: fixture, schema: .withoutOffices)
        let meetings = try Self.meetings()
        #expect(meetings.count > 250)

        try await anna.sync()
        try anna.record([
            try Household.Draft(area: HubFixture.north, headName: "张桂兰").creation(id: Self.home),
            try Station.Draft(area: HubFixture.north, street: HubFixture.north, name: "虹桥站")
                .creation(id: Self.station),
        ])
        for part in Self.parts(meetings.filter { !$0.isMadeApart }) {
            try anna.record(try part.map { try $0.creation(Wrote.base) })
        }
        for device in [anna, bert] { try await device.sync() }

        for (device, hand) in [(anna, Wrote.anna), (bert, .bert)] {
            for part in Self.parts(meetings.filter(\.isMadeApart)) {
                try device.record(try part.map { try $0.creation(hand) })
            }
            let onTheWay = try meetings.flatMap { try $0.onTheWay(hand, on: device) }
            if !onTheWay.isEmpty { try device.record(onTheWay) }
            for part in Self.parts(meetings.filter { !$0.isMadeApart }) {
                try device.record(
                    try part.flatMap { try $0.edit(hand, on: device).recordChanges })
            }
        }
        let first = bertFirst ? bert : anna
        let second = bertFirst ? anna : bert
        for device in [first, second, first, second] { try await device.sync() }

        let digest = try fixture.hub.status().digest
        for device in [anna, bert] {
            #expect(try device.store.totalDigest() == digest)
            for meeting in meetings {
                let state = try #require(try device.store.shown(meeting.id)?.state)
                let outcome = state.outcome(of: meeting.unit)
                meeting.check(outcome, received: bertFirst ? .bert : .anna)
            }
        }
        // What was said once can't be said otherwise by who sees it.
        for meeting in meetings where meeting.wish == .first {
            #expect(throws: EditRefusal.self) {
                var edit = try meeting.begin(on: anna)
                try edit.set(meeting.unit.id, to: meeting.value(.bert))
            }
        }
    }

    @Test("what is computed is written by nobody")
    func computed() async throws {
        let fixture = try HubFixture(schema: .fieldwork)
        let anna = try FieldDevice(1, person: "Anna", at: fixture, schema: .fieldwork)
        try await anna.sync()
        try anna.record([
            try Household.Draft(area: HubFixture.north, headName: "张桂兰").creation(id: Self.home)
        ])
        for (key, wish) in try Self.table() where wish.word == "DER" {
            let names = key.split(separator: ".").map(String.init)
            let unit = try #require(
                Schema.fieldwork.collection(named: names[0])?.unit(named: names[1]))
            #expect(throws: (any Error).self) {
                try anna.edit(Self.home) { try $0.set(unit.id, to: .bool(true)) }
            }
        }
    }

    fileprivate static let home = RecordID(high: 701, low: 1)
    fileprivate static let station = RecordID(high: 701, low: 2)

    /// Well below what a change set may hold.
    fileprivate static func parts(_ meetings: [Meeting]) -> [[Meeting]] {
        stride(from: 0, to: meetings.count, by: 100).map {
            Array(meetings[$0..<min($0 + 100, meetings.count)])
        }
    }
}

/// Whose hand wrote: both saw what was there before. Bert's clock is the later one.
private enum Wrote: Int {
    case base = 0
    case anna, bert
}

extension Meeting {
    // MARK: What is written

    /// A value of the unit that tells who wrote it. Of three, the base is the least.
    fileprivate func value(_ hand: Wrote) -> Value {
        switch wish {
        case .further(let base, let nearer, let further):
            return .text(Text([base, nearer, further][hand.rawValue]))
        case .branch(let base, let one, let other):
            return .text(Text([base, one, other][hand.rawValue]))
        case .sentences: return .text(Text(["一。二。三。", "壹。二。三。", "一。二。叁。"][hand.rawValue]))
        case .sameSentence: return .text(Text(["一。二。三。", "一。甲。三。", "一。乙。三。"][hand.rawValue]))
        case .withdrawn: return .text(Text(["given", "withdrawn", "given"][hand.rawValue]))
        case .raised: return .bool(hand == .anna)
        // Anna writes the larger, Bert later the smaller.
        case .larger: return .integer(Int64([1, 3, 2][hand.rawValue]))
        // Anna writes the smaller, Bert later the larger.
        case .smaller, .first, .later, .people, .peopleNewest, .sum, .set, .log, .higher,
            .higherButOlder:
            break
        }
        guard unit.isGroup else { return plain(unit.members[0].type, hand.rawValue) }
        guard case .ranked(let ranking) = unit.policy else {
            return .group(unit.members.map { plain($0.type, hand.rawValue) })
        }
        return .group(
            unit.members.map { member in
                if member.name == ranking.source, case .choice(let words) = member.type {
                    // Anna has it from a higher source than Bert, who writes later.
                    return .text(Text(words[[words.count - 1, 0, 1][hand.rawValue]]))
                }
                if member.name == ranking.effective {
                    let isNewer = wish == .higherButOlder && hand == .bert
                    return .day(Self.day.adding(days: isNewer ? 1 : 0)!)
                }
                return plain(member.type, hand.rawValue)
            })
    }

    private static let day = CalendarDate(year: 2026, month: 11, day: 20)!

    private func plain(_ type: ValueType, _ number: Int) -> Value {
        switch type {
        case .bool: .bool(number == 1)
        case .integer(let range): .integer(max(range.lowerBound, 0) + Int64(number))
        case .text: .text(Text("甲\(number)"))
        case .choice(let words): .text(Text(words[number % words.count]))
        case .bytes(let most):
            .bytes([UInt8](repeating: UInt8(number), count: min(most, 32)))
        case .day: .day(Self.day.adding(days: Int64(number))!)
        case .reference: .reference(RecordID(high: 800, low: UInt64(number)))
        }
    }

    private var homeWrite: Write? {
        let (id, place): (UnitID, RecordID)
        switch collection.home {
        case .scope(let unit):
            (id, place) = (unit, RecordID(high: HubFixture.north.high, low: HubFixture.north.low))
        case .with(let unit):
            (id, place) = (
                unit,
                collection.name == "session" ? EveryUnitTests.station : EveryUnitTests.home
            )
        }
        return Write(unit: id, operation: .set(.reference(place), replacing: []))
    }

    /// The record as somebody makes it, with the unit's value by this hand.
    fileprivate func creation(_ hand: Wrote) throws -> RecordChange {
        let value = value(hand)
        let operation: Write.Operation? =
            switch wish {
            case .raised: nil
            case .sum: .increment(5)
            case .set: .change(adding: [value], removing: [])
            case .log: .append([value])
            default: .set(value, replacing: [])
            }
        let writes = [homeWrite, operation.map { Write(unit: unit.id, operation: $0) }]
            .compactMap(\.self)
        return try #require(
            RecordChange(
                record: id, collection: collection.id, creates: true, writes: writes, shown: nil))
    }

    func begin(on device: FieldDevice) throws -> Edit {
        let shown = try #require(try device.store.shown(id))
        return Edit(of: shown.parts, by: try device.store.identity().replica, as: collection)
    }

    /// Where no step leads to what Bert writes, he comes by the state that Anna writes.
    fileprivate func onTheWay(_ hand: Wrote, on device: FieldDevice) throws -> [RecordChange] {
        guard hand == .bert, case .states(let machine) = unit.policy,
            !machine.allows(value(.bert), after: value(.base))
        else { return [] }
        var edit = try begin(on: device)
        try edit.set(unit.id, to: value(.anna))
        return edit.recordChanges
    }

    fileprivate func edit(_ hand: Wrote, on device: FieldDevice) throws -> Edit {
        var edit = try begin(on: device)
        switch wish {
        case .sum: try edit.increment(unit.id, by: hand == .anna ? 3 : 4)
        // Anna takes away what Bert says once more.
        case .set where hand == .anna:
            try edit.change(unit.id, adding: [value(.anna)], removing: [value(.base)])
        case .set: try edit.change(unit.id, adding: [value(.base), value(.bert)])
        case .log: try edit.append([value(hand)], to: unit.id)
        default: try edit.set(unit.id, to: value(hand))
        }
        return edit
    }

    // MARK: What is wanted of it

    fileprivate func check(_ outcome: Outcome?, received first: Wrote) {
        let name = "\(collection.name).\(unit.name), \(wish)"
        let (base, anna, bert) = (value(.base), value(.anna), value(.bert))
        switch wish {
        case .first:
            expect(outcome, disputes: [anna, bert], shows: value(first), name)
        case .later: expect(outcome, chooses: bert, over: anna, name)
        case .people where unit.stakes == .twoPersons && first == .bert:
            // What somebody else had stated is stated again, for two persons to decide.
            expect(outcome, disputes: [base, anna, bert], shows: base, name)
        case .people: expect(outcome, disputes: [anna, bert], shows: base, name)
        case .peopleNewest: expect(outcome, disputes: [anna, bert], shows: bert, name)
        case .higher, .larger, .smaller: expect(outcome, chooses: anna, over: bert, name)
        case .higherButOlder: expect(outcome, disputes: [anna, bert], shows: base, name)
        case .sum: #expect(outcome == .total(12), "\(name)")
        case .set:
            #expect(outcome == .elements([base, anna, bert].sorted()), "\(name)")
        case .log:
            guard case .entries(let entries)? = outcome else {
                Issue.record("\(name): no entries")
                return
            }
            #expect(entries.map(\.value) == [base, anna, bert], "\(name)")
        case .sentences:
            #expect(outcome?.value == .text(Text("壹。二。叁。")), "\(name)")
        case .sameSentence: expect(outcome, disputes: [anna, bert], shows: base, name)
        case .withdrawn, .raised: expect(outcome, disputes: [anna, bert], shows: anna, name)
        case .further: expect(outcome, chooses: bert, over: anna, name)
        case .branch: expect(outcome, disputes: [anna, bert], shows: base, name)
        }
    }

    private func expect(
        _ outcome: Outcome?, chooses value: Value, over other: Value, _ name: String
    ) {
        guard case .chosen(let chosen, _, let over)? = outcome else {
            Issue.record("\(name): nothing is chosen, \(String(describing: outcome))")
            return
        }
        #expect(chosen == value, "\(name)")
        #expect(over.map(\.value) == [other], "\(name): what lost is not kept")
    }

    private func expect(
        _ outcome: Outcome?, disputes sides: [Value], shows shown: Value, _ name: String
    ) {
        guard case .disputed(let dispute)? = outcome else {
            Issue.record("\(name): nobody is asked, \(String(describing: outcome))")
            return
        }
        #expect(Set(dispute.sides.map(\.value)) == Set(sides), "\(name)")
        #expect(dispute.shown == shown, "\(name)")
    }
}
