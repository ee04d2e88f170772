import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore
import Testing

@testable import hazama

@Suite("Commands")
struct CommandTests {
    let district: SmallDistrict

    init() throws { district = try SmallDistrict() }

    /// The lines of a JSON result, each read.
    private func lines(_ screen: Screen) throws -> [JSON] {
        try screen.result.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }

    @Test("a household is found by a part of its head's name, and its id shows it")
    func find() async throws {
        let (status, screen) = try await district.run("hh", "find", "桂兰")
        #expect(status == .done)
        let zhang = SmallDistrict.zhang.short()
        #expect(
            screen.result == """
                  id     name of the head  address    area
                  \(zhang)  张桂兰            东街 1 号  东街居委

                """)
        let shown = try await district.run("hh", "show", zhang.uppercased())
        #expect(shown.status == .done)
        #expect(shown.screen.result.hasPrefix("\(zhang)  张桂兰  household\n"))
    }

    @Test("every line of JSON has the version and a type, and the last is a summary with the end")
    func json() async throws {
        for words in [
            ["status"], ["today"], ["household", "find"], ["conflict"], ["inbox"], ["digest"],
            ["outbox"], ["receipts"], ["receipts", "verify"], ["log"], ["whoami"], ["doctor"],
            ["version"], ["visit", "list"], ["follow", "list"], ["diff"],
        ] {
            let screen = Screen()
            guard let command = try Hazama.parseAsRoot(words + ["--json"]) as? any DeskCommand
            else {
                Issue.record("\(words) is no command of ours")
                continue
            }
            let desk = Desk(
                screen.console(isJSON: true), environment: ["HAZAMA_HOME": district.folder],
                started: SmallDistrict.morning,
                clock: { SmallDistrict.morning }
            ) { _ in nil }
            let status = await desk.conduct(command)
            let lines = try lines(screen)
            for line in lines {
                #expect(line["v"]?.integer == 1)
                #expect(line["type"]?.string != nil)
            }
            #expect(lines.last?["type"] == "summary")
            #expect(lines.last?["exit"]?.integer == Int64(status.rawValue))
        }
    }

    @Test("digest and status give the same digest for each scope")
    func digest() async throws {
        let digest = try lines(try await district.run("digest", "--json").screen).last
        let status = try lines(try await district.run("status", "--json").screen).last
        #expect(digest?["scopes"] == status?["scopes"])
        #expect(digest?["digest"] == status?["digest"])
        let scope = digest?["scopes"]?.array?.first
        #expect(scope?["scope"]?.string == SmallDistrict.area.description)
        #expect(scope?["name"] == "东街居委")
        #expect(scope?["records"] == 2)
        #expect(scope?["digest"] == digest?["digest"])
    }

    @Test("an edit is recorded at once, shown before and after, and told as unsent")
    func edit() async throws {
        let zhang = SmallDistrict.zhang.short()
        let (status, screen) = try await district.run("hh", "edit", zhang, "--member-count", "3")
        #expect(status == .done)
        #expect(screen.result == "  number of members: 4 → 3\n")
        #expect(screen.talk.contains("↑ 1 change only on this machine"))
        let outbox = try lines(try await district.run("outbox", "--json").screen)
        #expect(outbox.first?["state"] == "unsent")
        #expect(outbox.last?["unsent"] == 1)
    }

    @Test("a disputed number asks which side is corrected, and keeps the other")
    func disputed() async throws {
        let chen = SmallDistrict.chen.short()
        let refused = try await district.run("hh", "edit", chen, "--member-count", "6")
        #expect(refused.status == .usage)
        #expect(refused.screen.talk.contains("--side"))
        let shown = try await district.run("conflict", "show", chen)
        #expect(shown.screen.result.contains("Two values"))
        #expect(shown.screen.result.contains("Nothing is lost: every value is kept."))
        let list = try await district.run("conflict", "list")
        #expect(list.screen.result.contains("5 ⇄ 3"))
        let edited = try await district.run(
            "hh", "edit", chen, "--member-count", "6", "--side", "b")
        #expect(edited.status == .done)
        #expect(
            edited.screen.result.contains("5 ⇄ 3 → 6 ⇄ 5")
                || edited.screen.result.contains("5 ⇄ 3 → 5 ⇄ 6"))
    }

    @Test("what the office asks about a change set it set aside is answered, and only that")
    func answerToReturned() async throws {
        let zhang = SmallDistrict.zhang.short()
        _ = try await district.run("hh", "edit", zhang, "--member-count", "6")
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        let returned = SyncResponse(
            requestTag: 2, epoch: EpochID(high: 8, low: 8),
            hub_ms: UInt64(SmallDistrict.morning.wall_ms),
            lease_ms: UInt64(SmallDistrict.morning.wall_ms + 86_400_000), merged: NumberSet(),
            notices: [
                .init(
                    number: 2, kind: .returned, at_ms: UInt64(SmallDistrict.morning.wall_ms),
                    by: SmallDistrict.liNa, record: SmallDistrict.zhang, collection: .household,
                    unit: nil, value: .integer(1), yours: nil, reason: Text("who moved in?"))
            ])
        try store.apply(
            returned, receipts: [], sent: SmallDistrict.morning,
            received: SmallDistrict.morning, digestMatches: nil)
        let notices = try store.notices()
        let number = "\(try #require(notices.first { $0.notice.kind == .returned }).id)"
        try store.close()
        #expect(try await district.run("inbox", "accept", number).status == .usage)
        #expect(
            try await district.run("inbox", "reply", number, "her sister").status == .done)
        let after = try DeviceStore.open(district.folder, schema: .fieldwork)
        let home = try after.shown(SmallDistrict.zhang)
        let remarks = try #require(home).state.remarks(
            of: Household.Field.memberCount.id)
        #expect(remarks.map(\.remark.text.string) == ["her sister"])
        try after.close()
    }

    @Test("a visit is kept after each command and sealed as one change set with its facts")
    func visit() async throws {
        let zhang = SmallDistrict.zhang.short()
        #expect(try await district.run("visit", "start", zhang).status == .done)
        #expect(try await district.run("visit", "note", "门锁坏了").status == .done)
        let answer = try await district.run(
            "visit", "answer", "医疗支出", "18000", "--fact", "h.medicalYear")
        #expect(answer.status == .done)
        #expect(try await district.run("outbox").screen.result == "")
        let missing = try await district.run("visit", "end")
        #expect(missing.status == .usage)
        #expect(missing.screen.talk.contains("--outcome"))
        let end = try await district.run(
            "visit", "end", "--outcome", "met", "--minutes", "25", "--json")
        #expect(end.status == .done)
        let outbox = try lines(try await district.run("outbox", "--json").screen)
        #expect(outbox.count == 2)
        #expect(outbox.first?["records"]?.array?.count == 2)
        #expect(try await district.run("outbox", "1").screen.result.contains("18,000 yuan"))
        #expect(try await district.run("visit", "note", "x").status == .failed)
    }

    @Test("what somebody stored can't act on the terminal")
    func escaped() async throws {
        let inbox = try await district.run("inbox")
        #expect(inbox.screen.result.contains(#"“户口本\u{1B}[2J”"#))
        #expect(!inbox.screen.result.unicodeScalars.contains("\u{1B}"))
        let json = try await district.run("inbox", "--json")
        #expect(!json.screen.result.unicodeScalars.contains("\u{1B}"))
    }

    @Test("undo takes back by another change set, and says that nothing was sent")
    func undo() async throws {
        let zhang = SmallDistrict.zhang.short()
        _ = try await district.run("hh", "edit", zhang, "--member-count", "3")
        let undone = try await district.run("undo")
        #expect(undone.status == .done)
        #expect(undone.screen.result.contains("number of members: 4"))
        #expect(undone.screen.result.contains("was not sent yet"))
    }

    @Test("sync without a hub says first what is safe, and ends as offline")
    func offline() async throws {
        let zhang = SmallDistrict.zhang.short()
        _ = try await district.run("hh", "edit", zhang, "--member-count", "3")
        let (status, screen) = try await district.run("sync")
        #expect(status == .offline)
        #expect(screen.talk.hasPrefix("Nothing is lost: 1 change is stored on this machine"))
        let json = try lines(try await district.run("sync", "--json").screen).last
        for key in [
            "roundTrips", "bytesUp", "bytesDown", "sent", "received", "conflicts",
            "receiptThrough",
        ] { #expect(json?[key] != nil) }
        #expect(json?["exit"] == 5)
    }

    @Test("before approval and without enrolment commands end as locked and say so")
    func locked() async throws {
        let pending = try SmallDistrict(isApproved: false)
        let (status, screen) = try await pending.run("today")
        #expect(status == .locked)
        #expect(screen.talk.contains("HZ-2003"))
        #expect(try await pending.run("status").status == .done)
        let screenOfNone = Screen()
        let desk = Desk(
            screenOfNone.console(), environment: ["HAZAMA_HOME": district.folder + "/none"],
            started: SmallDistrict.morning,
            clock: { SmallDistrict.morning }
        ) { _ in nil }
        let ended = await desk.conduct(try TodayCommand.parse([]))
        #expect(ended == .locked)
        #expect(screenOfNone.talk.contains("HZ-7101"))
    }

    @Test("ids that nobody has, and that several have, are told apart")
    func ids() async throws {
        #expect(try await district.run("show", "00000").status == .failed)
        #expect(try await district.run("show", "a!").status == .usage)
        #expect(
            try await district.run("hh", "show", SmallDistrict.area.description).status == .failed)
    }
}

@Suite("Words of a command")
struct ParsingTests {
    /// Every command with nothing below it.
    static func leaves(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        let below = command.configuration.subcommands
        return below.isEmpty ? [command] : below.flatMap(leaves)
    }

    @Test("every command says what it is for, and works at a desk")
    func commands() {
        for command in Self.leaves(Hazama.self) {
            #expect(!command.configuration.abstract.isEmpty)
            #expect(command is any DeskCommand.Type)
        }
    }

    @Test("options for all commands stand before or behind the command's name")
    func global() throws {
        for words in [["--json", "status"], ["status", "--json"]] {
            let command = try #require(try Hazama.parseAsRoot(words) as? StatusCommand)
            #expect(command.global.json)
        }
    }

    @Test("no option takes an identity number or a password as a word others can see")
    func secrets() {
        #expect(throws: (any Error).self) {
            try Hazama.parseAsRoot(["person", "edit", "abcde", "--identity-number", "1"])
        }
        #expect(throws: (any Error).self) {
            try Hazama.parseAsRoot(["admin", "login", "https://h", "--ca", "f", "--password", "p"])
        }
    }
}
