import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("routing")
struct RoutingTests {
    private static func story() throws -> Story {
        try Story(DiscoveryTests.well, asOf: "2021-11-01")
    }

    @Test("capability 30: each of the eight rows has a household")
    func rows() throws {
        let story = try Self.story()
        let poor = try story.with([
            "h.incomePerCapita": 900, "h.financialPerCapita": 1000, "h.vehicles": 0,
        ])
        func rows(
            _ story: Story, _ make: (inout Chronicle) -> Void = { _ in }
        ) throws -> [RoutingRow] { Routing(try story.situation(Chronicle(make))).rows }

        #expect(try rows(story) { $0.dangers = [.violence] } == [.danger])
        #expect(try rows(poor) == [.entitled])
        #expect(try rows(poor.with(["h.financialPerCapita": nil])) == [.unclear])
        let low = try poor.with(["h.status": "low"])
        #expect(try rows(low) == [.moreToGet])
        // With all there is: the highest, and each programme for special cases.
        let full = try poor.with(["h.status": "dibao"])
        let from = try #require(CalendarDate("2021-01-01"))
        let all = story.catalogue.programmes.map { Chronicle.Span(programme: $0.id, from: from) }
        let hard = try full.with(["h.employedCount": 0, "h.headSchoolYears": 5])
        #expect(try rows(hard) { $0.spans = all } == [.stillHard])
        let medium = try full.with(["h.employedCount": 0])
        #expect(
            try rows(medium) {
                $0.spans = all
                $0.unmetSince = from
            } == [.unmetNeed])
        let struck = try story.with(["h.emergency": "fire", "h.emergencyDays": 3])
        #expect(try rows(struck).contains(.alert))
        #expect(try rows(story) == [.otherwise])
    }

    @Test("a status nobody knows is no «none»: a visit has to tell")
    func statusUnknown() throws {
        let story = try Self.story().with([
            "h.incomePerCapita": 900, "h.financialPerCapita": 1000, "h.vehicles": 0,
            "h.status": nil,
        ])
        #expect(Routing(try story.situation()).rows == [.unclear])
    }

    @Test("capability 18: the smallest of what level and open alerts ask for")
    func cadence() {
        #expect(Cadence.days(of: .high, severities: []) == 30)
        #expect(Cadence.days(of: .medium, severities: []) == 90)
        #expect(Cadence.days(of: .low, severities: []) == 180)
        #expect(Cadence.days(of: .none, severities: []) == 365)
        #expect(Cadence.days(of: .high, severities: [1]) == 30)
        #expect(Cadence.days(of: .high, severities: [1, 3]) == 7)
        #expect(Cadence.days(of: .none, severities: [2]) == 30)
    }

    @Test("capability 6: who loses Dibao with hardship in the house moves to the fourth circle")
    func circles() throws {
        let (given, lost) = (
            try #require(CalendarDate("2020-03-01")), try #require(CalendarDate("2021-04-01"))
        )
        let history = Circle.history(
            of: [(lost, "none"), (given, "dibao")], hardship: .yes)
        #expect(
            history == [
                CircleSpan(circle: .dibao, from: given, to: lost, cause: .granted("dibao")),
                CircleSpan(circle: .specialDifficulty, from: lost, to: nil, cause: .lost("dibao")),
            ])
        // Without any it is out; what is not known keeps it on the books.
        #expect(
            Circle.history(of: [(given, "dibao"), (lost, "none")], hardship: .no).map(\.to)
                == [lost])
        #expect(Circle(status: "none", hardship: .unknown) == .specialDifficulty)
        #expect(Circle(status: nil, hardship: .unknown) == .specialDifficulty)
    }

    @Test("a file of answers has the classes, the primary first, and the rules that warn")
    func json() throws {
        let story = try Story(StoryTests.han, asOf: "2021-03-01")
        let members = try story.situation().routingJSON
        #expect(members.map(\.key) == ["classes", "alerts"])
        #expect(members[0].value.array?.compactMap(\.string) == ["missing", "earlyWarning"])
        #expect(members[1].value.array?.compactMap(\.string).contains("W01") == true)
    }
}
