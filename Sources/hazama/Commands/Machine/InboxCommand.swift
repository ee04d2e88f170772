import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct InboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox", abstract: "What the office decided and asks.",
        subcommands: [
            InboxList.self, InboxRead.self, InboxReply.self, InboxAccept.self, InboxObject.self,
        ], defaultSubcommand: InboxList.self)
}

struct InboxList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List messages, newest first; those not read yet are marked."
    )

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Only those not read yet.")
    var unread = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let notices = try desk.store().notices(onlyUnread: unread)
        let titles = try desk.titles()
        for kept in notices {
            let notice = kept.notice
            let mark = kept.isRead ? Line(" ") : Line("•", .attention)
            let at = desk.formats.moment(Int64(clamping: notice.at_ms))
            let words = desk.words(for: notice, titles)
            desk.console.result("\(mark) \("\(kept.id)", .strong)  \(at)  \(words)", hanging: 5)
            if !notice.reason.string.isEmpty, notice.kind == .decision {
                desk.console.result("      “\(notice.reason.string)”")
            }
            desk.console.item("notice", desk.json(of: kept, titles))
        }
        let count = notices.filter { !$0.isRead }.count
        if notices.isEmpty { desk.console.hint(.inboxEmpty) }
        if count > 0 { desk.console.hint(.inboxNext) }
        desk.console.summarise([
            "count": .integer(Int64(notices.count)), "unread": .integer(Int64(count)),
        ])
        return .done
    }
}

struct InboxRead: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Mark messages as read.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Their numbers; left out, all.")
    var numbers: [Int64] = []

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let unread = try store.notices(onlyUnread: true).map(\.id)
        let chosen = numbers.isEmpty ? unread : numbers.filter(unread.contains)
        try store.markRead(chosen)
        desk.console.hint(.markedRead, ["n": "\(chosen.count)"])
        desk.console.summarise(["read": .integer(Int64(chosen.count))])
        return .done
    }
}

struct InboxReply: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Answer a question, or say something to a decision.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The message's number.")
    var number: Int64
    @Argument(help: "Your words.")
    var text: String

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.answer(number, .comment, text)
    }
}

struct InboxAccept: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Agree with what was decided.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The message's number.")
    var number: Int64

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.answer(number, .acceptance, "")
    }
}

struct InboxObject: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Object to what was decided; the office looks again.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The message's number.")
    var number: Int64
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.answer(number, .objection, reason)
    }
}

extension Desk {
    /// Puts an answer into the discussion of the record that a message is about.
    fileprivate func answer(
        _ number: Int64, _ act: Remark.Act, _ text: String
    ) throws -> ExitStatus {
        let author = try author()
        guard let kept = try store().notices().first(where: { $0.id == number }),
            let record = kept.notice.record, let unit = try answered(kept.notice, act)
        else {
            throw fail(.usage, .badInput, .noAnswerHere, ["n": "\(number)"])
        }
        let shown = try shown(record)
        var edit = Edit(
            of: shown.state, at: shown.position, by: author.replica,
            as: try declaration(shown.collection))
        try edit.append([Remark(of: unit, act, text: text).value], to: .discussion)
        guard let change = edit.recordChange else { throw StoreError.nothingToRecord }
        _ = try self.record("answer", [change])
        try store().markRead([number])
        console.result(.answered)
        return .done
    }

    /// The unit that an answer is about; `nil` where the message asks for none. What was set aside
    /// was not decided, so there is nothing to agree with; but the office may have asked about it.
    private func answered(
        _ notice: SyncResponse.Notice, _ act: Remark.Act
    ) throws -> UnitID? {
        switch notice.kind {
        case .decision, .question: return notice.unit
        case .fork, .discarded, .assigned: return nil
        case .returned:
            guard act == .comment, let record = notice.record,
                case .integer(let value)? = notice.value,
                let number = ChangeSetNumber(UInt64(clamping: value)),
                value <= Int64(clamping: try store().lastNumber())
            else { return nil }
            let changes = try store().changeSet(number).changeSet.changes
            return changes.first { $0.record == record }?.writes.first?.unit
        }
    }
}

extension Desk {
    fileprivate func words(for notice: SyncResponse.Notice, _ titles: Titles) -> String {
        switch notice.kind {
        case .decision:
            let by = notice.by.map(titles.person) ?? console.text(.office)
            let (label, value, yours) = values(of: notice, titles)
            return console.text(
                .noticeDecision,
                [
                    "record": notice.record.map(titles.title(of:)) ?? "",
                    "id": notice.record?.short() ?? "", "unit": label, "by": by, "value": value,
                    "yours": yours,
                ])
        case .returned, .discarded:
            let why =
                Problem.Code(rawValue: notice.reason.string)
                .map { $0.wording.text(in: console.language) } ?? notice.reason.string
            return console.text(
                notice.kind == .returned ? .noticeReturned : .noticeDiscarded,
                [
                    "record": notice.record.map(titles.title(of:)) ?? "",
                    "id": notice.record?.short() ?? "", "reason": why,
                ])
        case .fork: return console.text(.noticeFork)
        case .assigned:
            let due = notice.due_ms.map { formats.moment($0) }
            let (label, _, _) = values(of: notice, titles)
            return console.text(
                due == nil ? ConflictPhrase.noticeGivenOn : .noticeAssigned,
                [
                    "by": notice.by.map(titles.person) ?? console.text(.office),
                    "kind": Words.conflict(notice.reason.string).text(in: console.language),
                    "record": notice.record.map(titles.title(of:)) ?? "",
                    "id": notice.record?.short() ?? "", "unit": label, "due": due ?? "",
                ])
        case .question where notice.record == nil:
            return console.text(
                ConflictPhrase.noticeOfDevice,
                [
                    "by": notice.by.map(titles.person) ?? console.text(.office),
                    "text": notice.reason.string,
                ])
        case .question:
            let (label, _, yours) = values(of: notice, titles)
            return console.text(
                .noticeQuestion,
                [
                    "record": notice.record.map(titles.title(of:)) ?? "",
                    "id": notice.record?.short() ?? "", "unit": label, "yours": yours,
                    "by": notice.by.map(titles.person) ?? console.text(.office),
                    "text": notice.reason.string,
                ])
        }
    }

    private func values(
        of notice: SyncResponse.Notice, _ titles: Titles
    ) -> (label: String, value: String, yours: String) {
        guard let collection = notice.collection, let unit = notice.unit,
            let declaration = Schema.fieldwork.unit(unit, of: collection)
        else { return ("", "", "") }
        let shown = self.values(titles)
        return (
            Vocabulary.unit(unit, of: collection).text(in: console.language),
            shown.text(notice.value, declaration, of: collection),
            shown.text(notice.yours, declaration, of: collection)
        )
    }

    fileprivate func json(of kept: KeptNotice, _ titles: Titles) -> [JSONMember] {
        let notice = kept.notice
        var members = [
            JSONMember("id", .integer(kept.id)), JSONMember("kind", .string("\(notice.kind)")),
            JSONMember("at", .string(Formats.iso(Int64(clamping: notice.at_ms)))),
            JSONMember("read", .bool(kept.isRead)),
            JSONMember("by", notice.by.map { .string(titles.person($0)) } ?? .null),
            JSONMember("record", notice.record.map { .string("\($0)") } ?? .null),
            JSONMember("reason", .string(notice.reason.string)),
        ]
        if let due_ms = notice.due_ms {
            members.append(JSONMember("due", .string(Formats.iso(due_ms))))
        }
        if let collection = notice.collection, let unit = notice.unit,
            let declaration = Schema.fieldwork.unit(unit, of: collection)
        {
            let shown = values(titles)
            members += [
                JSONMember("unit", .string(declaration.name)),
                JSONMember("value", shown.json(notice.value, declaration, of: collection)),
                JSONMember("yours", shown.json(notice.yours, declaration, of: collection)),
            ]
        }
        return members
    }
}
