import SyncCore
import Testing

@testable import Fieldwork

/// A district with planted duplicates: households registered a second time by somebody else, with
/// what people mistype, mishear and leave out. Measures how many are found, and how much else.
@Suite("finding duplicates")
struct DuplicateTests {
    static let today = CalendarDate(year: 2026, month: 11, day: 20)

    @Test("of planted duplicates nearly all are found, and little else")
    func plantedDuplicates() throws {
        let today = try #require(Self.today)
        let planted = PlantedDistrict(households: 1200, asOf: today)
        let households = planted.measure(Household.declaration, planted.households)
        let persons = planted.measure(Person.declaration, planted.persons)
        // Printed, for they belong in docs/performance.md; the bounds are what may not be lost.
        print("duplicates of households: \(households)")
        print("duplicates of persons: \(persons)")
        #expect(households.recall >= 950 && households.precision >= 950)
        #expect(persons.recall >= 900 && persons.precision >= 950)
    }

    @Test("each way of misspelling is found by itself", arguments: Slip.allCases)
    func everySlip(slip: Slip) throws {
        let today = try #require(Self.today)
        let planted = PlantedDistrict(households: 300, asOf: today, slips: [slip])
        let found = planted.measure(Household.declaration, planted.households)
        #expect(found.recall >= 900, "\(slip): \(found)")
    }

    @Test("relatives in one home are not taken for one person")
    func relatives() throws {
        let home = household(1, "王建国", "仙霞路123弄4号501室", phones: ["13800004444"])
        let father = try person(2, "王建国", birth: (1951, 3, 4), in: home, .male)
        let twins = [
            try person(3, "王思远", birth: (2012, 5, 6), in: home, .male),
            try person(4, "王思涵", birth: (2012, 5, 6), in: home, .female),
        ]
        let son = try person(5, "王建华", birth: (1980, 3, 4), in: home, .male)
        var index = LikenessIndex(Person.duplicates)
        for state in [father, son] + twins {
            index.insert(LikenessSubject(state, relatives: [home]))
        }
        for state in [father, son] + twins {
            #expect(index.candidates(of: LikenessSubject(state, relatives: [home])).isEmpty)
        }
    }

    @Test("reasons are told in words, and never hold an identity number")
    func reasons() throws {
        let home = household(6, "张伟", "仙霞路123弄4号501室", phones: ["13800004444"])
        let other = household(7, "章玮", "仙霞路123弄4-501", phones: [])
        let likeness = try #require(
            Household.duplicates.likeness(
                LikenessSubject(home, relatives: []), LikenessSubject(other, relatives: [])))
        #expect(
            likeness
                == Likeness(
                    score: 56,
                    reasons: [
                        LikenessReason("sounds-alike", ["张伟", "章玮"]),
                        LikenessReason("same-address"),
                    ]))
        let birth = try #require(CalendarDate(year: 1951, month: 3, day: 4))
        let number = try #require(IdentityNumber(synthetic: birth, order: 7))
        let left = try person(8, "张伟", birth: (1951, 3, 4), in: home, .male, number: number)
        let right = try person(9, "张伟", birth: (1951, 3, 4), in: other, .male, number: number)
        let person = try #require(
            Person.duplicates.likeness(
                LikenessSubject(left, relatives: [home]), LikenessSubject(right, relatives: [other])
            ))
        #expect(person.score == 100)
        #expect(
            !person.reasons.flatMap(\.values).contains { $0.contains(number.revealed.suffix(8)) })
    }

    @Test("what people have said is not asked again, whichever record says it")
    func decided() throws {
        for unit in [UnitID.distinct, .aliases] {
            let home = household(10, "张伟", "仙霞路123弄4号501室", phones: ["13800004444"])
            var other = household(11, "張偉", "仙霞路123弄4号501室", phones: ["13800004444"])
            let change = try #require(
                RecordChange(
                    record: other.record, collection: .household, creates: false,
                    writes: [
                        Write(
                            unit: unit,
                            operation: .change(adding: [.reference(home.record)], removing: []))
                    ], shown: nil))
            other.merge(change, from: origin(9)) { _ in false }
            var index = LikenessIndex(Household.duplicates)
            index.insert(LikenessSubject(home, relatives: []))
            #expect(index.candidates(of: LikenessSubject(other, relatives: [])).isEmpty)
        }
    }

    @Test("one who was voided and is registered again is asked about")
    func voided() throws {
        let home = household(12, "张伟", "仙霞路123弄4号501室", phones: ["13800004444"])
        var other = household(13, "张伟", "仙霞路123弄4号501室", phones: ["13800004444"])
        var edit = try #require(Household(other)).edit(at: nil, by: ReplicaID(high: 2, low: 1))
        try edit.void(because: "moved away")
        other.merge(try #require(edit.recordChange), from: origin(9)) { _ in false }
        var index = LikenessIndex(Household.duplicates)
        index.insert(LikenessSubject(other, relatives: []))
        let found = index.candidates(of: LikenessSubject(home, relatives: []))
        #expect(found.map(\.record) == [other.record])
    }
}

/// What people do to a name, a date or a number when they register a household a second time.
enum Slip: CaseIterable {
    case nothing, homophone, traditional, pinyin, swappedBirth, phoneDigit, addressForm, missing
    case numberDigit
}

/// A demo district with every eighth household registered again.
private struct PlantedDistrict {
    var households: [LikenessSubject] = []
    var persons: [LikenessSubject] = []
    /// By record, the other registration of the same.
    var twins: [RecordID: RecordID] = [:]

    struct Measure: CustomStringConvertible {
        var (planted, found, other) = (0, 0, 0)
        /// In thousandths.
        var recall: Int { planted == 0 ? 1000 : found * 1000 / planted }
        var precision: Int { found + other == 0 ? 1000 : found * 1000 / (found + other) }
        var description: String {
            "\(planted) planted, \(found) found, \(other) others; "
                + "recall \(recall) ‰, precision \(precision) ‰"
        }
    }

    init(households count: Int, asOf today: CalendarDate, slips: [Slip] = Slip.allCases) {
        let district = DemoDistrict(seed: 20_220_216, households: count, asOf: today)
        var generator = SeededGenerator(seed: 7)
        for (place, home) in district.homes.enumerated() {
            let states = home.changes.map(alone)
            add(states)
            guard place % 8 == 3 else { continue }
            let slip = slips[place / 8 % slips.count]
            // Half of them are misspelt in two ways.
            let second = place % 16 == 3 ? nil : Slip.allCases[place / 16 % Slip.allCases.count]
            add(again(states, [slip, slips.count > 1 ? second ?? slip : slip], &generator))
        }
    }

    private mutating func add(_ states: [RecordState]) {
        guard let home = states.first(where: { $0.collection == .household }) else { return }
        let people = states.filter { $0.collection == .person }
        let members = Set(Household(home)?.members.map(\.person) ?? [])
        households.append(
            LikenessSubject(home, relatives: people.filter { members.contains($0.record) }))
        persons += people.map { LikenessSubject($0, relatives: [home]) }
    }

    /// The same household as another advisor registers it.
    private mutating func again(
        _ states: [RecordState], _ slips: Set<Slip>, _ generator: inout SeededGenerator
    ) -> [RecordState] {
        guard let old = states.lazy.compactMap(Household.init).first, let area = old.area else {
            return []
        }
        let id = RecordID.random(using: &generator)
        var made: [RecordState] = []
        var draft = Household.Draft(
            area: area, headName: old.headName.map { Self.name($0, slips) })
        draft.address = slips.contains(.missing) ? nil : old.address.map { Self.address($0, slips) }
        draft.phones = old.phones.map { Self.digits($0, slips.contains(.phoneDigit), &generator) }
        for person in states.compactMap(Person.init) {
            let other = RecordID.random(using: &generator)
            (twins[person.id], twins[other]) = (other, person.id)
            var copy = Person.Draft(household: id, name: person.name.map { Self.name($0, slips) })
            let known = person.birth
            copy.birth = slips.contains(.swappedBirth) ? known.map(Self.swapped) : known
            copy.sex = person.sex
            copy.phones = person.phones
            if slips == [.nothing] { copy.identityNumber = person.identityNumber }
            draft.members.append(Membership(person: other, relation: nil))
            var state = RecordState(record: other, collection: .person)
            do {
                var writes = try copy.creation(id: other).writes
                // A slip makes the number invalid, so it can't be drafted; a feed can bring it.
                if slips.contains(.numberDigit), let number = person.identityNumber?.revealed {
                    let mistyped = Self.digits(number, true, &generator)
                    writes.append(
                        Write(
                            unit: Person.Field.identityNumber.id,
                            operation: .set(.text(mistyped), replacing: [])))
                    writes.sort { $0.unit < $1.unit }
                }
                let change = RecordChange(
                    record: other, collection: .person, creates: true, writes: writes, shown: nil)
                if let change { state = alone(change) }
            } catch {
                Issue.record("a person that doesn't fit the schema: \(error)")
            }
            made.append(state)
        }
        (twins[old.id], twins[id]) = (id, old.id)
        do { made.insert(alone(try draft.creation(id: id)), at: 0) } catch {
            Issue.record("a household that doesn't fit the schema: \(error)")
        }
        return made
    }

    private static func name(_ name: String, _ slips: Set<Slip>) -> String {
        let homophones: [Character: Character] = [
            "王": "汪", "张": "章", "李": "黎", "陈": "辰", "徐": "许", "吴": "武", "英": "瑛",
            "华": "花", "芳": "方", "伟": "玮", "明": "铭", "国": "帼", "建": "健", "林": "霖",
        ]
        let traditional: [Character: Character] = [
            "张": "張", "刘": "劉", "陈": "陳", "杨": "楊", "赵": "趙", "黄": "黃", "国": "國",
            "华": "華", "兰": "蘭", "宝": "寶", "义": "義", "凤": "鳳", "云": "雲", "爱": "愛",
        ]
        var name = name
        if slips.contains(.homophone) { name = String(name.map { homophones[$0] ?? $0 }) }
        if slips.contains(.traditional) { name = String(name.map { traditional[$0] ?? $0 }) }
        return slips.contains(.pinyin) ? NameSound(name)?.spoken ?? name : name
    }

    private static func address(_ address: String, _ slips: Set<Slip>) -> String {
        slips.contains(.addressForm)
            ? address.replacing("弄", with: " 弄 ").replacing("号", with: "-")
                .replacing("室", with: "") : address
    }

    private static func swapped(_ day: CalendarDate) -> CalendarDate {
        CalendarDate(year: day.year, month: day.day, day: day.month) ?? day
    }

    /// The digits with one of them mistyped.
    private static func digits(
        _ digits: String, _ isMistyped: Bool, _ generator: inout SeededGenerator
    ) -> String {
        guard isMistyped else { return digits }
        var signs = Array(digits)
        let place = generator.number(in: 6...signs.count - 2)
        signs[place] = signs[place] == "7" ? "1" : "7"
        return String(signs)
    }

    /// Asks of each record in turn, as it would be at registration, with all that came before it.
    func measure(_ declaration: CollectionDeclaration, _ subjects: [LikenessSubject]) -> Measure {
        guard let rule = declaration.duplicates else { return Measure() }
        var index = LikenessIndex(rule)
        var measure = Measure()
        for subject in subjects {
            let record = subject.state.record
            for candidate in index.candidates(of: subject) {
                if twins[record] == candidate.record {
                    measure.found += 1
                } else {
                    measure.other += 1
                }
            }
            index.insert(subject)
        }
        let all = Set(subjects.map(\.state.record))
        measure.planted = all.count { twins[$0] != nil } / 2
        return measure
    }
}

// MARK: - Single records

private func origin(_ number: UInt64) -> Origin {
    Origin(
        name: ChangeSetName(ReplicaID(high: 1, low: number), .first),
        author: PersonID(high: 0, low: 0), time: CorrectedTime(clamping: 0), position: .start,
        shown: nil)
}

private func alone(_ change: RecordChange) -> RecordState {
    var state = RecordState(record: change.record, collection: change.collection)
    state.merge(change, from: origin(1)) { _ in false }
    return state
}

private func household(
    _ id: UInt64, _ name: String, _ address: String, phones: [String]
) -> RecordState {
    var draft = Household.Draft(area: ScopeID(high: 1, low: 1), headName: name)
    draft.address = address
    draft.phones = phones
    do { return alone(try draft.creation(id: RecordID(high: 1, low: id))) } catch {
        preconditionFailure("\(error)")
    }
}

private func person(
    _ id: UInt64, _ name: String, birth: (Int, Int, Int), in home: RecordState, _ sex: Sex,
    number: IdentityNumber? = nil
) throws -> RecordState {
    var draft = Person.Draft(household: home.record, name: name)
    draft.birth = CalendarDate(year: birth.0, month: birth.1, day: birth.2)
    draft.sex = sex
    draft.identityNumber = number
    return alone(try draft.creation(id: RecordID(high: 1, low: id)))
}
