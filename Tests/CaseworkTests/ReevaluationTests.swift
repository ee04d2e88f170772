import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("Decisions that would be others under other rules")
struct ReevaluationTests {
    private static let before = CalendarDate("2021-11-01")!
    private static let after = CalendarDate("2022-07-01")!
    private static let district = ReferenceDistrict(asOf: before)
    private static let made = Result {
        let catalogue = try Catalogue.shipped.get()
        return stride(from: 3, to: 12_300, by: 60).compactMap {
            HouseholdEntry(district.home($0), catalogue, before)
        }
    }
    private let entries: [HouseholdEntry]

    init() throws { entries = try Self.made.get() }

    private func rulebook(_ catalogue: Catalogue, _ day: CalendarDate) throws -> Rulebook {
        try Rulebook(catalogue, asOf: day)
    }

    @Test("capability 42, W20: higher standards make households eligible, and nobody loses")
    func standards() throws {
        let catalogue = try Catalogue.shipped.get()
        let found = Reevaluation(
            from: try rulebook(catalogue, Self.before), to: try rulebook(catalogue, Self.after),
            of: entries)
        #expect(found.households > 0)
        #expect(found.counts.allSatisfy { $0.lostPersons == 0 && $0.lostHouseholds == 0 })
        let low = try #require(found.counts.first { $0.programme == "P03" })
        #expect(low.gainedHouseholds > 0 && low.gainedPersons >= low.gainedHouseholds)
        #expect(
            low.gainedHouseholds
                == found.decisions.count { $0.programme == "P03" && $0.after == "yes" })
        // Another order of the records gives the same bytes, and so the same digest.
        let again = Reevaluation(
            from: try rulebook(catalogue, Self.before), to: try rulebook(catalogue, Self.after),
            of: entries.reversed())
        #expect(again.json.bytes() == found.json.bytes())
    }

    @Test("the same rules on the same day change no decision")
    func same() throws {
        let rules = try rulebook(try Catalogue.shipped.get(), Self.before)
        let found = Reevaluation(from: rules, to: rules, of: entries)
        #expect(found.decisions == [] && found.counts == [] && found.households == 0)
    }

    @Test("a programme that is new or gone is compared with none, and facts by their keys")
    func programmes() throws {
        // Another fact before all others moves the place of each.
        let text = Catalogue.shippedText
            .replacing(
                #"{"key": "h.size", "#,
                with: """
                    {"key": "h.aaa", "scope": "household", "type": "bool", "zh": "甲", \
                    "sourceDepartment": "CA", "sensitivity": 1},
                    {"key": "h.size",\u{20}
                    """
            ).replacing(#""id": "P08", "#, with: #""id": "P80", "#)
            .replacing(#""programme": "P08""#, with: #""programme": "P80""#)
            .replacing(#""P08": "yes""#, with: #""P80": "yes""#)
        let changed = try RulePack(Array(text.utf8)) { _ in .none }.catalogue
        let shipped = try Catalogue.shipped.get()
        let moved = Self.district
        let read = stride(from: 3, to: 12_300, by: 60).compactMap {
            HouseholdEntry(moved.home($0), changed, Self.before)
        }
        let found = Reevaluation(
            from: try rulebook(shipped, Self.before), to: try rulebook(changed, Self.before),
            of: read)
        #expect(Set(found.decisions.map(\.programme)) == ["P08", "P80"])
        let gone = try #require(found.counts.first { $0.programme == "P08" })
        let new = try #require(found.counts.first { $0.programme == "P80" })
        #expect(gone.lostPersons > 0 && gone.lostPersons == new.gainedPersons)
    }

    @Test("a change of standards is looked for on the day it holds from, and concerns the same")
    func ruleChange() throws {
        let catalogue = try Catalogue.shipped.get()
        #expect(
            catalogue.changeDays(after: Self.before, through: Self.after).map(\.description)
                == ["2022-01-01", "2022-07-01"])
        let eve = try #require(CalendarDate("2022-06-30"))
        let old = try rulebook(catalogue, eve)
        let new = try rulebook(catalogue, Self.after)
        let change = RuleChange(from: old, to: new, readingFactsOf: catalogue)
        #expect(change.day == Self.after)
        let found = Reevaluation(from: old, to: new, of: entries)
        let decided = Set(
            found.decisions.filter {
                $0.programme != nil && ($0.after == "yes" || $0.before == "yes")
            }
            .map(\.household))
        #expect(Set(entries.filter { change.concerns($0.facts) }.map(\.household)) == decided)
        #expect(decided != [])
    }
}
