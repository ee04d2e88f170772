import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

struct StatusCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What is safe, what is only on this machine, what waits for people.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: "End with 3 if something was set aside, with 6 if people have to decide something.")
    var exitCode = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store(beforeApproval: true)
        let identity = try store.identity()
        let status = try store.status()
        let files = try store.fileErrands()
        let console = desk.console
        desk.tellsUnsent = false
        print(status, files, identity, try store.readingLease(at: desk.started), desk)
        let carried = try store.carried().count
        if carried > 0 {
            console.result("\(Mark.carried) \(console.text(.statusCarried, ["n": "\(carried)"]))")
        }
        var members: [JSONMember] = [
            JSONMember("device", .string("\(identity.replica)")),
            JSONMember("enrolment", .string(identity.enrolment.rawValue)),
            JSONMember("unsent", .integer(Int64(status.unsent))),
            JSONMember("unsentBytes", .integer(Int64(status.unsentBytes))),
            JSONMember("unsentFiles", .integer(Int64(files.toSend.count))),
            JSONMember("unsentFileBytes", .integer(Int64(files.bytesToSend))),
            JSONMember("carried", .integer(Int64(carried))),
            JSONMember("held", .integer(Int64(status.held))),
            JSONMember("quarantined", .integer(Int64(status.quarantined))),
            JSONMember("lost", .integer(Int64(status.lost))),
            JSONMember("conflicts", .integer(Int64(status.conflicts))),
            JSONMember("notices", .integer(Int64(status.unreadNotices))),
            JSONMember("records", .integer(Int64(status.records))),
            JSONMember(
                "receiptThrough",
                status.receiptThrough.map { .integer(Int64($0.value)) } ?? .null),
            JSONMember(
                "lastNumber", status.lastNumber.map { .integer(Int64($0.value)) } ?? .null),
            JSONMember(
                "lastSync", status.lastSync_ms.map { .string(Formats.iso($0)) } ?? .null),
            JSONMember("complete", .bool(status.isComplete)),
            JSONMember(
                "differsSince", status.alarm_ms.map { .string(Formats.iso($0)) } ?? .null),
            JSONMember(
                "lease",
                status.lease_ms.map { .string(Formats.iso(Int64(clamping: $0))) } ?? .null),
            JSONMember(
                "diskFree_MB", .integer(Int64(clamping: Files.freeMegabytes(at: store.path)))),
        ]
        members += try desk.digestMembers()
        console.summarise(members)
        if exitCode {
            if status.quarantined > 0 { return .partly }
            if status.conflicts > 0 { return .decisionNeeded }
        }
        return .done
    }

    private func print(
        _ status: StoreStatus, _ files: FileErrands, _ identity: DeviceIdentity,
        _ lease: ReadingLease, _ desk: Desk
    ) {
        let (console, formats) = (desk.console, desk.formats)
        switch identity.enrolment {
        case .approved: break
        case .none: console.result("\("!", .danger) \(console.text(.notEnrolled))")
        case .pending: console.result(.partlySent, .awaitingApproval)
        case .revoked: console.result("\("!", .danger) \(console.text(.revokedHere))")
        case .copied: console.result("\("!", .danger) \(console.text(.copiedHere))")
        }
        if status.unsent > 0 {
            let age = formats.age(since: status.oldestUnsent_ms ?? formats.now_ms)
            console.result(
                .unsent, .statusUnsent,
                [
                    "n": "\(status.unsent)", "size": Formats.bytes(Int64(status.unsentBytes)),
                    "age": age,
                ])
        } else if status.lastNumber != nil {
            console.result(.durable, files.toSend.isEmpty ? .statusAllSent : .statusRecordsSent)
        }
        if !files.toSend.isEmpty {
            console.result(
                .unsent, .filesUnsent,
                [
                    "n": "\(files.toSend.count)",
                    "size": Formats.bytes(Int64(files.bytesToSend)),
                ])
        }
        if status.held > 0 {
            console.result(.partlySent, .statusHeld, ["n": "\(status.held)"])
        }
        let conflicts = console.text(.statusConflicts, ["n": "\(status.conflicts)"])
        let aside = console.text(.statusQuarantined, ["n": "\(status.quarantined)"])
        console.result("\(Mark.conflict) \(conflicts)     \(Mark.quarantined) \(aside)")
        if status.lost > 0 {
            console.result(
                "\("!", .danger) \(console.text(GapPhrase.lost, ["n": "\(status.lost)"]))")
        }
        if let alarm_ms = status.alarm_ms {
            console.result(.statusAlarm, ["time": formats.moment(alarm_ms)])
        }
        if status.unreadNotices > 0 {
            console.result(.inboxWaits, ["n": "\(status.unreadNotices)"])
        }
        var last = console.text(.noReceipt)
        if let number = status.receiptThrough {
            let time = status.receiptTime_ms.map { formats.moment(Int64(clamping: $0)) } ?? ""
            last = console.text(
                .lastReceipt, ["n": Formats.grouped(Int64(number.value)), "time": time])
        }
        var parts = [last]
        let isClockBehind = (status.lastSync_ms ?? 0) - formats.now_ms > 86_400_000
        if isClockBehind { console.hint(.clockWrong) }
        switch lease {
        case .notLent: break
        case .left(let left_ms, _, let end_ms):
            parts.append(
                console.text(
                    LeasePhrase.left,
                    ["time": formats.duration(left_ms), "end": formats.moment(end_ms)]))
        case .over where identity.enrolment == .approved:
            console.result("\("!", .danger) \(console.text(LeasePhrase.over))")
            console.hint(Line(console.text(LeasePhrase.overNext)))
        case .over: console.hint(Line(console.text(LeasePhrase.takenOutNext)))
        }
        parts.append(
            console.text(
                .lastSync, ["time": status.lastSync_ms.map(formats.moment) ?? console.text(.never)])
        )
        console.result(Line(parts.joined(separator: "   ")))
        if status.unsent > 0 { console.hint(.statusNext) }
    }
}
