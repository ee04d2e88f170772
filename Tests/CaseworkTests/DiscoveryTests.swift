import Fieldwork
import SyncCore
import Testing

@testable import Casework

extension Story {
    /// The household as warnings, silence and routing look at it.
    func situation(_ chronicle: Chronicle = Chronicle()) throws -> Situation {
        try Discovery(rulebook).situation(facts, chronicle: chronicle)
    }
}

extension Chronicle {
    init(_ make: (inout Chronicle) throws -> Void) rethrows {
        self.init()
        try make(&self)
    }
}

private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

@Suite("discovery")
struct DiscoveryTests {
    /// Two adults at work, one child, nothing amiss.
    static let well = """
        {"id":"well","facts":{"h.size":3,"h.hasLocalHukou":true,"h.incomePerCapita":6000,\
        "h.incomeYearPerCapita":72000,"h.financialPerCapita":90000,"h.vehicles":1,\
        "h.nonResidentialProperty":false,"h.homes":1,"h.areaPerCapita":30,\
        "h.livingAreaPerCapita":20,"h.medicalYear":1000,"h.educationYear":2000,\
        "h.incomeYear":216000,"h.netAfterRigidPerCapita":5900,"h.medicalShare":0.005,\
        "h.status":"none","h.minorShare":0.3,"h.minors":1,"h.under16":1,"h.singleParent":false,\
        "h.employedCount":2,"h.disabledCount":0,"h.emergency":"none","h.headSchoolYears":12,\
        "h.contactsPerWeek":5,"h.allElderly":false},"persons":[\
        {"id":1,"facts":{"p.age":40,"p.sex":"male","p.hukou":"shanghai","p.disabilityGrade":0,\
        "p.disabilityKind":"none","p.employment":"employed","p.pensionType":"employee",\
        "p.pensionYears":12,"p.medicalInsurance":"employee","p.seriousIllness":false,\
        "p.medicalOOPYear":200,"p.eduStage":"none","p.guardian":"notMinor","p.fpSpecial":false,\
        "p.severeMental":false,"p.unionMember":false,"p.livesAlone":false,"p.careLevel":0,\
        "p.noObligor":false,"p.womenCancer":false,"p.monthlyIncome":9000}},\
        {"id":2,"facts":{"p.age":39,"p.sex":"female","p.hukou":"shanghai","p.disabilityGrade":0,\
        "p.disabilityKind":"none","p.employment":"employed","p.pensionType":"employee",\
        "p.pensionYears":11,"p.medicalInsurance":"employee","p.seriousIllness":false,\
        "p.medicalOOPYear":200,"p.eduStage":"none","p.guardian":"notMinor","p.fpSpecial":false,\
        "p.severeMental":false,"p.unionMember":false,"p.livesAlone":false,"p.careLevel":0,\
        "p.noObligor":false,"p.womenCancer":false,"p.monthlyIncome":9000}},\
        {"id":3,"facts":{"p.age":9,"p.sex":"female","p.hukou":"shanghai","p.disabilityGrade":0,\
        "p.disabilityKind":"none","p.employment":"student","p.medicalInsurance":"resident",\
        "p.seriousIllness":false,"p.medicalOOPYear":100,"p.eduStage":"primary",\
        "p.guardian":"parents","p.fpSpecial":false,"p.severeMental":false,"p.livesAlone":false,\
        "p.noObligor":false,"p.womenCancer":false,"p.monthlyIncome":0}}]}
        """

    private static func story() throws -> Story { try Story(well, asOf: "2021-11-01") }

    private static func rules(_ situation: Situation) -> [String] {
        situation.warnings.map(\.rule.rawValue)
    }

    @Test("capability 13: Han at 59 with 11.5 years is warned of, due on his 60th birthday")
    func han() throws {
        let story = try Story(StoryTests.han, asOf: "2021-03-01")
        let chronicle = try Chronicle {
            $0.births = [try day("1961-10-05")]
            $0.spans = [
                Chronicle.Span(
                    programme: "P01", from: try day("2019-01-01"), to: try day("2021-01-31"))
            ]
        }
        let situation = try story.situation(chronicle)
        let pension = try #require(situation.warnings.first { $0.rule == .fewPensionYears })
        #expect(pension.severity == 3)
        #expect(pension.event == (try day("2021-10-05")))
        // A Monday; five working days on.
        #expect(pension.actBy == (try day("2021-03-08")))
        // Capability 16: the withdrawal itself gives warning.
        #expect(situation.warnings.contains { $0.rule == .benefitEnded })
        let routing = Routing(situation)
        #expect(routing.classes == [.missing, .earlyWarning])
        #expect(routing.rows == [.entitled, .alert])
        #expect(routing.primary == .missing)
    }

    @Test("two years earlier the same is less severe, and enough years are no matter")
    func hanEarlier() throws {
        let story = try Story(StoryTests.han, asOf: "2021-03-01")
        let younger = try story.with(["p.age": 57, "p.pensionYears": .decimal("11.9")], member: 0)
        #expect(
            try younger.situation().warnings.first { $0.rule == .fewPensionYears }?.severity == 2)
        let enough = try story.with(["p.pensionYears": 14], member: 0)
        #expect(try !Self.rules(enough.situation()).contains("W01"))
        let unknown = try story.with(["p.pensionYears": nil], member: 0).situation()
        let open = try #require(unknown.findings.first { $0.rule == .fewPensionYears })
        #expect(open.answer.truth == .unknown && !open.isWarning)
        #expect(story.catalogue.facts.keys(open.answer.missing) == ["p.pensionYears"])
    }

    @Test("a household without trouble gives no warning, and is routed nowhere")
    func well() throws {
        let situation = try Self.story().situation()
        #expect(Self.rules(situation) == [])
        #expect(Routing(situation).rows == [.otherwise])
        #expect(Routing(situation).cadenceDays == 365)
        #expect(situation.silence == nil)
    }

    @Test("each warning rule has a household that it sees, and that it no longer sees")
    func each() throws {
        let story = try Self.story()
        let on = try day("2021-11-01")
        func sees(
            _ rule: WarningRule, _ story: Story, _ make: (inout Chronicle) throws -> Void = { _ in }
        ) throws -> Bool {
            var chronicle = Chronicle()
            try make(&chronicle)
            return try story.situation(chronicle).warnings.contains { $0.rule == rule }
        }
        let ill = try story.with(["p.seriousIllness": true], member: 0)
        #expect(try sees(.illWithoutHelp, ill))
        #expect(
            try !sees(.illWithoutHelp, ill) {
                $0.spans = [
                    Chronicle.Span(programme: "P11", member: 0, from: try day("2021-01-01"))
                ]
            })
        let costly = try story.with(["h.medicalShare": .decimal("0.35")])
        let before = try story.with(["h.medicalShare": .decimal("0.2")]).facts
        let discovery = try Discovery(story.rulebook)
        #expect(
            discovery.situation(costly.facts, earlier: before).warnings
                .contains { $0.rule == .medicalShareRises })
        #expect(
            !discovery.situation(costly.facts, earlier: costly.facts).warnings
                .contains { $0.rule == .medicalShareRises })
        let idle = try story.with(["h.employedCount": 0])
        #expect(
            discovery.situation(idle.facts, earlier: story.facts).warnings
                .contains { $0.rule == .earnerLostWork })
        #expect(
            !discovery.situation(idle.facts, earlier: idle.facts).warnings
                .contains { $0.rule == .earnerLostWork })
        #expect(try sees(.justAboveLine, story.with(["h.incomePerCapita": 1330])))
        #expect(try sees(.justAboveLine, story.with(["h.incomePerCapita": 1463])))
        #expect(try !sees(.justAboveLine, story.with(["h.incomePerCapita": 1464])))
        #expect(try !sees(.justAboveLine, story.with(["h.incomePerCapita": 1329])))
        #expect(
            try sees(.applicationFailed, story) {
                $0.requests = [
                    Chronicle.Request(
                        programme: "P01", filed: try day("2020-12-01"),
                        failed: try day("2020-12-20"))
                ]
            })
        let helped = try story.with(["h.status": "dibao"])
        #expect(
            try sees(.childComesOfAge, helped) {
                $0.births = [nil, nil, try day("2006-01-15")]
            })
        #expect(
            try !sees(.childComesOfAge, helped) {
                $0.births = [nil, nil, try day("2006-08-15")]
            })
        let inCare = try story.with(["p.guardian": "unattended", "p.age": 17], member: 2)
        #expect(try sees(.careLeaver, inCare))
        #expect(
            try sees(.cardExpires, story) {
                $0.events = [Chronicle.Event(.cardExpires, try day("2022-01-20"), member: 0)]
            })
        #expect(
            try sees(.contributionsStopped, story) {
                $0.events = [
                    Chronicle.Event(.contributionsStopped, try day("2021-08-31"), member: 0)
                ]
            })
        let old = try story.with(["p.age": 75], member: 0).with(["p.age": 76], member: 1)
        #expect(try sees(.carerFails, old))
        #expect(try !sees(.carerFails, story.with(["p.age": 75], member: 0)))
        let alone = try story.with(["p.age": 72, "p.livesAlone": true], member: 0)
        #expect(
            try sees(.newlyAlone, alone) {
                $0.events = [Chronicle.Event(.widowed, try day("2021-06-01"), member: 0)]
            })
        #expect(
            try sees(.discharged, alone) {
                $0.events = [Chronicle.Event(.discharged, try day("2021-10-20"), member: 0)]
            })
        #expect(
            try sees(.schoolInterrupted, story) {
                $0.events = [Chronicle.Event(.absentFromSchool, on, member: 2)]
            })
        #expect(try sees(.struck, story.with(["h.emergency": "fire", "h.emergencyDays": 3])))
        #expect(try !sees(.struck, story.with(["h.emergency": "fire", "h.emergencyDays": 300])))
        #expect(
            try sees(.outOfTouch, ill.with(["h.incomePerCapita": 1000])) {
                $0.contacts = [Chronicle.Contact(try day("2021-01-01"))]
            })
        #expect(
            try sees(.outOfTouch, ill) {
                $0.contacts = [
                    Chronicle.Contact(try day("2021-10-29"), .missed),
                    Chronicle.Contact(try day("2021-10-28"), .missed),
                    Chronicle.Contact(try day("2021-10-30"), .missed),
                    Chronicle.Contact(try day("2021-10-01")),
                ]
            })
        #expect(
            try sees(.arrears, story) {
                $0.events = [Chronicle.Event(.arrears, try day("2021-08-01"))]
            })
        #expect(
            try sees(.levelRose, story) {
                $0.scores = [
                    Chronicle.Score(try day("2021-09-01"), .medium),
                    Chronicle.Score(try day("2021-03-01"), .low),
                ]
            })
    }

    @Test("no warning, silence or route depends on the order in which things were recorded")
    func order() throws {
        let story = try Self.story().with(["h.incomePerCapita": 1000])
        let chronicle = try Chronicle {
            $0.contacts = try (1...9).map {
                Chronicle.Contact(try day("2021-0\($0)-03"), $0 % 3 == 0 ? .met : .missed)
            }
            $0.events = [
                Chronicle.Event(.arrears, try day("2021-08-01")),
                Chronicle.Event(.arrears, try day("2021-07-01")),
                Chronicle.Event(.cardExpires, try day("2022-01-20"), member: 0),
                Chronicle.Event(.cardExpires, try day("2022-01-10"), member: 1),
            ]
            $0.scores = [
                Chronicle.Score(try day("2021-09-01"), .medium),
                Chronicle.Score(try day("2021-03-01"), .low),
            ]
        }
        let expected = try story.situation(chronicle)
        var turned = chronicle
        turned.contacts.reverse()
        turned.events.swapAt(0, 3)
        turned.scores.reverse()
        let again = try story.situation(turned)
        #expect(again.warnings.map(\.rule) == expected.warnings.map(\.rule))
        #expect(Routing(again) == Routing(expected))
        #expect(again.silence == expected.silence)
    }

    @Test("a rule without the facts it asks for is open, and never counts as no")
    func unknown() throws {
        let story = try Self.story().with(["p.seriousIllness": nil], member: 0)
        let situation = try story.situation()
        #expect(Self.rules(situation) == [])
        let open = try #require(situation.findings.first { $0.rule == .illWithoutHelp })
        #expect(open.answer.truth == .unknown)
        #expect(story.catalogue.facts.keys(open.answer.missing) == ["p.seriousIllness"])
    }
}

@Suite("the silent minority")
struct SilenceTests {
    private static func poor() throws -> Story {
        try Story(DiscoveryTests.well, asOf: "2021-11-01").with([
            "h.incomePerCapita": 900, "h.financialPerCapita": 1000, "h.vehicles": 0,
        ])
    }

    @Test("capability 11: entitled, never applied, met by nobody: found, with what they might get")
    func found() throws {
        let silent = try #require(try Self.poor().situation().silence)
        #expect(silent.rules == [.entitledNeverApplied])
        #expect(silent.daysSilent == 730)
        // 1,330 less 900 for each of three, and what else they may have.
        #expect(silent.expected >= 129_000)
        #expect(silent.rank == silent.expected / 100 * 334 * 730)
    }

    @Test("who applied, gets something or has a status is not silent")
    func asked() throws {
        let story = try Self.poor()
        let from = try day("2020-01-01")
        #expect(
            try story.situation(
                Chronicle { $0.requests = [Chronicle.Request(programme: "P01", filed: from)] }
            ).silence == nil)
        #expect(
            try story.situation(
                Chronicle { $0.spans = [Chronicle.Span(programme: "P08", from: from)] }
            ).silence == nil)
        #expect(try story.with(["h.status": "dibao"]).situation().silence == nil)
    }

    @Test("the longer nobody met them, the higher they rank")
    func ranked() throws {
        let story = try Self.poor()
        let lately = try story.situation(
            Chronicle { $0.contacts = [Chronicle.Contact(try day("2021-10-01"))] }
        ).silence
        let never = try story.situation().silence
        #expect(try #require(lately).rank < (try #require(never)).rank)
        #expect(lately?.daysSilent == 31)
    }

    @Test("each of the eleven rules has a household that it sees")
    func each() throws {
        let story = try Self.poor()
        func sees(
            _ rule: SilentRule, _ story: Story, _ make: (inout Chronicle) -> Void = { _ in }
        ) throws {
            #expect(
                try story.situation(Chronicle(make)).silence?.rules.contains(rule) == true,
                "\(rule)")
        }
        try sees(.entitledNeverApplied, story)
        try sees(
            .manyDeprivations,
            story.with(["h.headSchoolYears": 5, "h.employedCount": 0]))
        try sees(
            .veryOldAndAlone,
            story.with(["h.contactsPerWeek": 1])
                .with(["p.age": 84, "p.livesAlone": true], member: 0))
        try sees(
            .disabledWithoutSubsidy,
            story.with(["p.disabilityGrade": 1, "p.disabilityKind": "visual"], member: 0))
        try sees(.illWithoutHelp, story.with(["p.seriousIllness": true], member: 0))
        try sees(.childWithoutProgramme, story.with(["p.guardian": "singleParent"], member: 2))
        try sees(.outsiderInLocalHousehold, story.with(["p.hukou": "other"], member: 1))
        try sees(.livesElsewhere, story) { $0.livesElsewhere = true }
        try sees(.besideHelped, story) { $0.livesBesideHelped = true }
        try sees(.toldByOthers, story) { $0.wasReported = true }
        let refused = try day("2021-02-01")
        try sees(.refusedThenWorse, story.with(["h.employedCount": 0])) {
            $0.contacts = [Chronicle.Contact(refused, .refused)]
        }
    }
}

@Suite("episodes of alerts")
struct EpisodeTests {
    @Test(
        "one alert for a rule, subject and episode; quiet for ninety days, unless a fact comes in")
    func episodes() throws {
        let closed = Episodes.Earlier(episode: 1, .closed(try day("2021-08-15")))
        let soon = try day("2021-11-01")
        let later = try day("2021-11-13")
        #expect(Episodes.next(after: [], asOf: soon, newestFact: nil) == 1)
        #expect(
            Episodes.next(
                after: [Episodes.Earlier(episode: 1, .open)], asOf: later, newestFact: later) == nil
        )
        #expect(Episodes.next(after: [closed], asOf: soon, newestFact: nil) == nil)
        #expect(Episodes.next(after: [closed], asOf: later, newestFact: nil) == 2)
        #expect(Episodes.next(after: [closed], asOf: soon, newestFact: soon) == 2)
    }

    @Test("a rule that is wrong four times of five goes to people, after fifty outcomes")
    func precision() {
        #expect(RulePrecision(right: 9, outcomes: 50).needsReview)
        #expect(!RulePrecision(right: 10, outcomes: 50).needsReview)
        #expect(!RulePrecision(right: 0, outcomes: 49).needsReview)
        #expect(RulePrecision(right: 9, outcomes: 50).thousandths == 180)
        #expect(RulePrecision(right: 0, outcomes: 0).thousandths == nil)
    }
}
