import SyncCore
import Testing

@testable import Casework

@Suite("Rule packs: rules as data that an office keeps")
struct RulePackTests {
    /// The shipped pack after one change of its text.
    static func pack(_ old: String = "", _ new: String = "") throws -> RulePack {
        var text = Catalogue.shippedText
        if !old.isEmpty {
            let range = try #require(text.ranges(of: old).first)
            text.replaceSubrange(range, with: new)
        }
        return try RulePack(Array(text.utf8)) { _ in .none }
    }

    @Test("capability 40: a pack that says something else than its test households is told so")
    func failures() throws {
        // The line that Han's income of 1,730 is held against.
        let pack = try Self.pack(
            #""from": "2020-07-01", "to": "2021-06-30", "value": 1240"#,
            #""from": "2020-07-01", "to": "2021-06-30", "value": 1840"#)
        let failure = try #require(try pack.failures().first)
        #expect(
            failure
                == TestFailure(
                    household: "han-59", person: "Han", programme: "P01", expected: "no",
                    found: "yes", missing: []))
    }

    @Test("a level that comes out otherwise is told, and what is missing for an answer")
    func level() throws {
        let pack = try Self.pack(
            #""asOf": "2021-11-01", "level": "high", "facts": {"h.size": 1, "#,
            #""asOf": "2021-11-01", "level": "low", "facts": {"#)
        let failures = try pack.failures()
        #expect(failures.contains { $0.programme == nil && $0.expected == "low" })
        let missing = try Self.pack(
            #""h.financialPerCapita": 9000, "h.vehicles": 0"#, #""h.vehicles": 0"#)
        let failure = try #require(try missing.failures().first { $0.programme == "P03" })
        #expect(failure.found == "unknown" && failure.missing == ["h.financialPerCapita"])
    }

    @Test(
        "a household that can't be asked is refused with its place",
        arguments: [
            (#""id": "han-59""#, #""id": "han-60""#, "households[1].id repeated"),
            (#""asOf": "2021-03-01""#, #""asOf": "2011-03-01""#, "households.han-59.asOf expected"),
            (#""asOf": "2021-03-01", "#, "", "households.han-59 missing"),
            (
                #""programmes": {"P01": "no""#, #""programmes": {"P99": "no""#,
                "households.han-59.persons[0].programmes.P99 unknownReference"
            ),
            (
                #""programmes": {"P01": "no""#, #""programmes": {"P01": "maybe""#,
                "households.han-59.persons[0].programmes.P01 expected"
            ),
            (
                #""level": "medium", "facts""#, #""level": "middling", "facts""#,
                "households.han-59.level expected"
            ),
            (
                #""facts": {"h.size": 1, "#, #""facts": {"h.siez": 1, "#,
                "households.han-59.facts unknownFact"
            ),
            (
                #""facts": {"h.size": 1, "#, #""facts": {"h.size": "one", "#,
                "households.han-59 expected"
            ),
        ] as [(String, String, String)])
    func refused(old: String, new: String, expected: String) throws {
        let refusal = try #require(throws: CatalogueRefusal.self) { try Self.pack(old, new) }
        #expect(refusal.defects.map { "\($0.place) \($0.code)" }.contains(expected))
    }

    @Test("what differs is said by programme, document, rule and standard with its days")
    func difference() throws {
        let shipped = try Catalogue.shipped.get()
        func changes(_ old: String, _ new: String) throws -> [CatalogueChange] {
            return try Self.pack(old, new).catalogue.changes(since: shipped)
        }
        #expect(shipped.changes(since: shipped) == [])
        #expect(
            try changes(
                #""from": "2020-07-01", "to": "2021-06-30", "value": 1240"#,
                #""from": "2020-08-01", "to": "2021-06-30", "value": 1250"#)
                == [
                    .standard(
                        key: "dibao.month", from: CalendarDate("2020-07-01")!, before: 124_000,
                        after: nil),
                    .standard(
                        key: "dibao.month", from: CalendarDate("2020-08-01")!, before: 124_000,
                        after: 125_000),
                ])
        #expect(
            try changes(
                #"{"fact": "h.hasLocalHukou", "op": "==", "value": true}"#,
                #"{"fact": "h.hasLocalHukou", "op": "!=", "value": false}"#)
                == [.changed(.programme, id: "P01", .rule)])
        #expect(
            try changes(#""key": "age.65""#, #""key": "age.60""#).filter {
                if case .changed = $0 { false } else { true }
            } == [.added(.standard, id: "age.60"), .removed(.standard, id: "age.65")])
    }

    /// Something else in the place of a value: what no author would write.
    private static let odd: [JSON] = [
        .null, .bool(true), .integer(-1), .integer(.max), .decimal("1e400"), .string(""),
        .string("p.age"), .string("9999-99-99"), .array([]), .object([JSONMember]()),
    ]

    /// The value with one part of it, anywhere, replaced by something odd or left out.
    private func spoilt(_ json: JSON, using chance: inout TestChance) -> JSON {
        let stays = UInt64.random(in: 0..<6, using: &chance) > 0
        switch json {
        case .array(var elements) where stays && !elements.isEmpty:
            let place = elements.indices.randomElement(using: &chance) ?? 0
            if UInt64.random(in: 0..<12, using: &chance) == 0 {
                elements.remove(at: place)
            } else {
                elements[place] = spoilt(elements[place], using: &chance)
            }
            return .array(elements)
        case .object(var members) where stays && !members.isEmpty:
            let place = members.indices.randomElement(using: &chance) ?? 0
            if UInt64.random(in: 0..<12, using: &chance) == 0 {
                members.remove(at: place)
            } else {
                members[place].value = spoilt(members[place].value, using: &chance)
            }
            return .object(members)
        default: return Self.odd.randomElement(using: &chance) ?? .null
        }
    }

    @Test(
        "whatever stands in the place of anything, a pack is read or refused, and nothing falls over"
    )
    func spoiltPacks() throws {
        let whole = try JSON.parse(Array(Catalogue.shippedText.utf8))
        var chance = TestChance(state: 20)
        var refused = 0
        for _ in 0..<120 {
            do {
                let pack = try RulePack(spoilt(whole, using: &chance).bytes()) { _ in .none }
                // Whether its households fit it is all one here: it must come to an end.
                _ = try? pack.failures()
            } catch {
                #expect(!error.defects.isEmpty)
                refused += 1
            }
        }
        #expect(refused > 60)
        // A whole part that is no list; the hub reads it from whoever logs in.
        for member in whole.members ?? [] {
            for value in Self.odd {
                let members = (whole.members ?? []).map {
                    $0.key == member.key ? JSONMember($0.key, value) : $0
                }
                do { _ = try RulePack(JSON.object(members).bytes()) { _ in .none } } catch {
                    #expect(!error.defects.isEmpty)
                }
            }
        }
    }
}

/// Chance that is the same in every run.
private struct TestChance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
