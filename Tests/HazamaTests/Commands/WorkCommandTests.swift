import Fieldwork
import Foundation
import SyncCore
import SyncProtocol
import SyncStore
import Testing

@testable import hazama

@Suite("Commands of the work")
struct WorkCommandTests {
    let district: SmallDistrict
    private let zhang = SmallDistrict.zhang
    private let chen = SmallDistrict.chen
    private let today = SmallDistrict.today

    init() throws { district = try SmallDistrict() }

    private func lines(_ words: String...) async throws -> [JSON] {
        let (status, screen) = try await district.run(words + ["--json"])
        #expect(status == .done, "\(words): \(screen.talk)")
        return try screen.result.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }

    /// The id of what a command made.
    private func made(_ words: String...) async throws -> String {
        let (status, screen) = try await district.run(words + ["--json"])
        #expect(status == .done, "\(words): \(screen.talk)")
        let lines = try screen.result.split(separator: "\n").map {
            try JSON.parse(Array($0.utf8))
        }
        return try #require(lines.first?["id"]?.string)
    }

    private func refused(_ words: String..., saying text: String) async throws {
        let (status, screen) = try await district.run(words)
        #expect(status == .failed || status == .usage, "\(words)")
        #expect(screen.talk.contains(text), "\(words): \(screen.talk)")
    }

    private func add(_ changes: [RecordChange]) throws {
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        var chance = Chance()
        try store.record(
            ChangeSetDraft(intent: "test", changes: changes), now: SmallDistrict.morning,
            using: &chance)
        try store.close()
    }

    @Test("24: a walk-in with a name only is an intake and a follow-up task")
    func intake() async throws {
        let id = try await made("intake", "new", "老王")
        let intakes = try await lines("intake", "list")
        #expect(intakes.first?["what"] == "老王")
        let tasks = try await lines("task", "list")
        #expect(tasks.count == 2)
        #expect(tasks.first?["state"] == "open")
        let due = try await lines("today", "--week").filter { $0["type"] == "due" }
        #expect(due.contains { $0["task"] != nil })
        try await refused("intake", "step", id, "closed", saying: "--because")
        let linked = try await district.run("intake", "link", id, zhang.short())
        #expect(linked.status == .done)
        #expect(try await lines("intake", "list", zhang.short()).count == 2)
    }

    @Test("a record damaged on the disk ends no list: it is left out, and the person is told")
    func damaged() async throws {
        let need = try await made("need", "add", zhang.short(), "meals")
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        let copy = try #require(
            store.copies(of: [SyncResponse.Wanted(zhang, .household)]).first)
        try store.close()
        let path = district.folder + "/store.sqlite"
        var file = try Data(contentsOf: URL(filePath: path))
        let place = try #require(file.firstRange(of: copy.state)).lowerBound
        file[place + copy.state.count / 2] ^= 1
        try file.write(to: URL(filePath: path))
        let (status, screen) = try await district.run("today")
        #expect(status == .done)
        #expect(screen.talk.contains("Left out"), "\(screen.talk)")
        #expect(screen.talk.contains(zhang.short()) && screen.talk.contains("hazama sync"))
        #expect(try await lines("household", "find", "陈").count > 1)
        #expect(try await lines("need", "list").contains { $0["id"]?.string == need })
        // Alone it is refused, with the same advice.
        let alone = try await district.run("show", zhang.short())
        #expect(alone.status == .integrity)
    }

    @Test("the store is the last to refuse a step that is none, with a code and what to do")
    func noStep() async throws {
        let id = RecordID(high: 77, low: 1)
        let draft = FollowUp.Draft(
            household: zhang, what: "coal", due: today, cadenceDays: nil)
        try add([draft.creation(id: id)])
        let done = ["follow", "done", id.short()]
        #expect(try await district.run(done).status == .done)
        let (status, screen) = try await district.run(done + ["--cancelled"])
        #expect(status == .failed)
        #expect(screen.talk.contains("HZ-7008"), "\(screen.talk)")
        #expect(screen.talk.contains("hazama show \(id.short())"), "\(screen.talk)")
        #expect(screen.talk.contains("hazama undo"), "\(screen.talk)")
        // To say the same again is no step.
        #expect(try await district.run(done).status == .done)
    }

    @Test("what was taken back is what the next edit begins with")
    func afterUndo() async throws {
        let id = RecordID(high: 77, low: 2)
        let draft = FollowUp.Draft(
            household: zhang, what: "coal", due: today, cadenceDays: nil)
        try add([draft.creation(id: id)])
        let done = ["follow", "done", id.short()]
        #expect(try await district.run(done).status == .done)
        #expect(try await district.run(["undo"]).status == .done)
        let (status, screen) = try await district.run(done + ["--cancelled"])
        #expect(status == .done, "\(screen.talk)")
        #expect(screen.result.contains("scheduled → cancelled"), "\(screen.result)")
    }

    @Test("45: a household has one active plan; a second one begun is the same")
    func plan() async throws {
        let plan = try await made("plan", "new", zhang.short(), "--goal", "安稳过冬")
        #expect(try await made("plan", "new", zhang.short()) == plan)
        try await refused("plan", "step", plan, "agreed", saying: "hazama plan agree")
        try await refused("plan", "step", plan, "active", saying: "agreed")
        #expect(
            try await district.run("plan", "agree", plan, "--how", "spoken").status == .done)
        #expect(try await district.run("plan", "step", plan, "active").status == .done)
        try await refused(
            "plan", "item", "add", chen.short(), "辅导", "--kind", "service",
            saying: "hazama plan new")
        let item = try await made(
            "plan", "item", "add", zhang.short(), "陪同就医", "--kind", "service", "--due", "+3")
        #expect(
            try await district.run(
                "plan", "item", "effort", item, "--minutes", "40", "--cost", "12.50"
            ).status == .done)
        let due = try await lines("today", "--week").filter { $0["planItem"] != nil }
        #expect(due.count == 1)
        try await refused("plan", "item", "step", item, "cancelled", saying: "--because")
    }

    @Test("15: a plan is closed with an outcome, and an outcome needs evidence")
    func outcome() async throws {
        let plan = try await made("plan", "new", zhang.short(), "--goal", "x")
        _ = try await district.run("plan", "agree", plan, "--how", "spoken")
        for state in ["active", "review"] {
            #expect(try await district.run("plan", "step", plan, state).status == .done)
        }
        try await refused("plan", "step", plan, "closed", saying: "hazama outcome")
        try await refused("outcome", plan, "solved", saying: "--saw")
        let outcome = try await made("outcome", plan, "solved", "--saw", "暖气修好了")
        let closed = try await district.run(
            "plan", "step", plan, "closed", "--evidence", outcome)
        #expect(closed.status == .done)
        #expect(try await lines("plan", "list").count == 1)
        #expect(try await lines("plan", "list", "--all").count == 2)
        try await refused("plan", "step", plan, "active", saying: "that is its end")
    }

    @Test("32: no referral without recorded consent, and what to do about it is said")
    func referral() async throws {
        let partner = RecordID(high: 90, low: 0x4444_4444_4444_4444)
        let person = RecordID(high: 91, low: 0x5555_5555_5555_5555)
        try add([
            Partner.Draft(area: SmallDistrict.area, kind: .socialOrganisation, name: "阳光社")
                .creation(id: partner),
            Person.Draft(household: zhang, name: "张桂兰").creation(id: person),
        ])
        let need = try await made("need", "add", zhang.short(), "mentalCare")
        let referral = try await made("refer", "new", need, partner.short())
        try await refused("refer", "step", referral, "sent", saying: "consented")
        try await refused("refer", "step", referral, "consented", saying: "refer consent")
        let consent = try await district.run(
            "refer", "consent", referral, "--with-consent", person.short(), "--how", "spoken")
        #expect(consent.status == .done)
        #expect(try await district.run("refer", "step", referral, "sent").status == .done)
        try await refused(
            "refer", "new", need, partner.short(), "--with-consent", person.short(), "--how", "x",
            "--without-consent", "y", saying: "both")
        let without = try await made(
            "refer", "new", need, partner.short(), "--without-consent", "danger to a child")
        #expect(try await district.run("refer", "step", without, "sent").status == .done)
        #expect(try await lines("refer", "list").count == 3)
    }

    @Test("44: what a household lacks is listed with its state")
    func needs() async throws {
        let need = try await made("need", "add", zhang.short(), "陪伴", "--severity", "2")
        let listed = try await lines("need", "list", zhang.short())
        #expect(listed.first?["what"] == "company !!")
        #expect(listed.first?["state"] == "confirmed")
        try await refused("need", "step", need, "suggested", saying: "matched")
        try await refused("need", "step", need, "unmet", saying: "--because")
        #expect(try await lines("need", "list", chen.short()).count == 1)
    }

    @Test("14: a clue has an owner, and an unclaimed one is on the list when it is due")
    func clue() async throws {
        let clue = try await made(
            "clue", "new", "灯几天没亮", "--origin", "neighbour", "--household", zhang.short())
        #expect(try await lines("today").filter { $0["clue"] != nil }.isEmpty)
        let due = try await lines("today", "--week").filter { $0["clue"] != nil }
        #expect(due.first?["household"]?.string == zhang.description)
        #expect(try await district.run("clue", "claim", clue).status == .done)
        try await refused("clue", "step", clue, "assessed", saying: "contacted")
    }

    @Test("16: a benefit keeps from when to when it was had, and why it ended")
    func benefit() async throws {
        let benefit = try await made(
            "benefit", "add", zhang.short(), "P01", "--from", "2026-01-01", "--amount", "1330")
        #expect(
            try await made("benefit", "add", zhang.short(), "P01", "--from", "2026-01-01")
                == benefit)
        try await refused("benefit", "end", benefit, saying: "--because")
        let ended = try await district.run(
            "benefit", "end", benefit, "--because", "found work", "--on", "2026-10-31")
        #expect(ended.status == .done)
        #expect(try await lines("benefit", "list").count == 1)
        let all = try await district.run("benefit", "list", zhang.short(), "--all")
        #expect(all.screen.result.contains("found work"))
        #expect(all.screen.result.contains("2026-10-31"))
    }

    @Test("9: tags are given from the dictionary and asked for together")
    func tags() async throws {
        for (code, title) in [("T15", "大病重病"), ("T30", "独居人员"), ("T02", "低保家庭")] {
            let wording = TagWording(title, by: .district, effective: today)
            try add([
                TagDefinition.Draft(
                    area: SmallDistrict.area, code: code, level: .district,
                    owner: SmallDistrict.area, kind: .assistance, wording: wording
                ).creation
            ])
        }
        try await refused("tag", "add", zhang.short(), "T99", saying: "hazama tag list")
        for (home, tags) in [(zhang, ["T15", "独居人员"]), (chen, ["T15", "T30", "T02"])] {
            for tag in tags {
                #expect(try await district.run("tag", "add", home.short(), tag).status == .done)
            }
        }
        let found = try await lines("tag", "find", "T30 AND 大病重病 NOT T02")
        #expect(found.first?["record"]?.string == zhang.description)
        #expect(found.count == 2)
        #expect(try await district.run("tag", "end", zhang.short(), "T15").status == .done)
        #expect(try await lines("tag", "list").count == 4)
        try await refused("tag", "find", "T30 AND", saying: "NOT T02")
    }

    @Test("34: a companion service and a group have the households that came")
    func events() async throws {
        let service = try await made("service", "add", "escort", zhang.short())
        let more = try await district.run("service", "attend", service, chen.short())
        #expect(more.status == .done)
        _ = try await made("group", "add", "剪纸", zhang.short(), "--capacity", "12")
        let services = try await lines("service", "list", chen.short())
        #expect(services.first?["what"] == "escort to hospital · 2")
        #expect(try await lines("group", "list").first?["what"] == "剪纸 · 1/12")
    }

    @Test("23: booking a full session is a place on the waiting list")
    func booking() async throws {
        let station = RecordID(high: 92, low: 0x6666_6666_6666_6666)
        let session = RecordID(high: 93, low: 0x7777_7777_7777_7777)
        try add([
            Station.Draft(
                area: SmallDistrict.area, street: SmallDistrict.area, name: "虹桥站"
            ).creation(id: station),
            StationSession.Draft(
                station: station, kind: .counselling, day: today, capacity: 1
            ).creation(id: session),
        ])
        let first = try await lines("station", "book", session.short(), zhang.short())
        #expect(first.last?["waiting"] == false)
        let second = try await lines("station", "book", session.short(), chen.short())
        #expect(second.last?["waiting"] == true)
        #expect(try await lines("station", "booking", "list").count == 3)
    }

    @Test("41: resources for a need are listed with what is left of them")
    func resources() async throws {
        let partner = RecordID(high: 90, low: 0x4444_4444_4444_4444)
        let hours = RecordID(high: 94, low: 0x8888_8888_8888_8888)
        var draft = Resource.Draft(
            area: SmallDistrict.area, provider: partner, kind: .hours, title: "课业辅导")
        (draft.unit, draft.capacity, draft.needKinds) = ("h", 20, [.tutoring])
        try add([
            Partner.Draft(area: SmallDistrict.area, kind: .school, name: "一小").creation(
                id: partner), draft.creation(id: hours),
        ])
        _ = try await made("plan", "new", zhang.short())
        let item = try await made(
            "plan", "item", "add", zhang.short(), "辅导", "--kind", "service", "--resource",
            hours.short())
        #expect(
            try await district.run("plan", "item", "effort", item, "--used", "8").status == .done)
        #expect(try await lines("resource", "find", "tutoring").first?["free"] == 12)
        #expect(try await lines("resource", "find", "work").count == 1)
        #expect(try await lines("partner", "list").count == 2)
    }

    @Test("18: a high-level household last visited 31 days ago is on today's list")
    func cadence() async throws {
        let visited = try #require(today.adding(days: -31))
        let basis = Basis(asOf: visited, catalogue: [1], inputs: [2])
        let draft = Assessment.Draft(
            household: zhang, basis: basis, result: .init(score: 600...600, level: .high),
            indicators: [])
        try add([
            draft.creation,
            Visit.Draft(household: zhang, day: visited, advisor: SmallDistrict.me)
                .creation(id: RecordID(high: 95, low: 1)),
        ])
        let due = try await lines("today")
        #expect(due.first?["household"]?.string == zhang.description)
        #expect(due.first?["what"] == "not visited for 31 days")
        #expect(due.count == 2)
    }

    @Test("13: an open alert is on the list with its rule and its cause")
    func alert() async throws {
        var draft = Alert.Draft(
            household: zhang, rule: "W01", subject: zhang, severity: 3, raisedOn: today)
        draft.due = today
        draft.cause = "养老金缴费不足"
        try add([draft.creation])
        let due = try await lines("today")
        #expect(due.first?["what"] == "W01 too few pension years: 养老金缴费不足")
        let id = draft.id.short()
        try await refused("alert", "step", id, "dismissed", saying: "--because")
        let dismissed = try await district.run(
            "alert", "step", id, "dismissed", "--because", "already retired")
        #expect(dismissed.status == .done)
        #expect(try await lines("today").count == 1)
    }

    @Test("32: a case has one lead, and is closed with a reason")
    func cases() async throws {
        let file = try await made("case", "open", zhang.short(), "--purpose", "就业")
        #expect(try await district.run("case", "note", file, "谈过一次").status == .done)
        #expect(try await district.run("case", "step", file, "inService").status == .done)
        try await refused("case", "step", file, "closed", saying: "review")
    }

    @Test("what the commands of the work say is in all languages")
    func texts() {
        #expect(WorkPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
    }
}
