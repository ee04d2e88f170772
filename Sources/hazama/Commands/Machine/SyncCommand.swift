import ArgumentParser
import CurlTransport
import Fieldwork
import SyncClient
import SyncCore
import SyncExchange
import SyncProtocol
import SyncStore

struct SyncCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Send what is only on this machine, and fetch what is new.",
        discussion: """
            Safe to repeat and to cut short at any moment. Ends with 5 when the hub can't be \
            reached, with 3 while something of yours is set aside, and with 6 while people have to \
            decide something.
            """)

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Only tell what would be sent and received.")
    var dryRun = false
    @Option(help: "Spend at most so many bytes on the line: 800k, 2M.")
    var maxBytes: String?
    @Option(help: "Only records, or only the files that belong to them.", transform: lane)
    var only: SyncOptions.Lane?
    @Flag(help: "Stay and sync whenever there is something new, here or at the hub.")
    var watch = false
    @Option(help: "With --dry-run: the line to reckon with: 2g, 3g, 4g, or bits per second as 50k.")
    var link: String?

    func validate() throws {
        guard link == nil || dryRun else { throw ValidationError("--link goes with --dry-run.") }
        guard !(watch && dryRun) else {
            throw ValidationError("--watch does not go with --dry-run.")
        }
    }

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store(beforeApproval: true, whileLocked: true)
        let identity = try store.identity()
        guard let url = identity.url else { throw StoreError.notEnrolled }
        let line = try link.map { try Link($0, desk.typed) }
        let budget = try maxBytes.map { Int(clamping: try desk.typed.bytes($0)) }
        func transport(_ store: DeviceStore, _ url: String) throws -> any Transport {
            CurlTransport(hub: try desk.hubAddress(url), authority: try store.authority() ?? [])
        }
        let client = SyncClient(
            store: store, transport: try transport(store, url), clock: desk.clock,
            patience: .shared)
        let progress = SyncProgress(desk.console)
        let others = OthersWork(beside: try desk.homes().current(), desk, line: transport)
        var options = SyncOptions(maximumBytes: budget, isDryRun: dryRun, only: only)
        if watch {
            var watch = SyncWatch(store: store, client: client, options: options, desk: desk)
            var status = ExitStatus.done
            try await watch.run(
                showing: { progress.show($0) },
                telling: { summary, isFirst in
                    progress.clear()
                    desk.console.item("sync", Self.members(summary))
                    if isFirst || summary.hasNews { status = tell(summary, nil, desk) }
                }, others: others.deliver)
            desk.console.result(.partlySent, .watchSpent)
            return status
        }
        do {
            let summary = try await client.sync(options, events: { progress.show($0) })
            progress.clear()
            let status = tell(summary, line, desk)
            if !dryRun {
                options.maximumBytes = budget.map { $0 - summary.bytes }
                _ = await others.deliver(options)
            }
            return status
        } catch {
            progress.clear()
            desk.console.summarise(Self.members(error.summary))
            var failure = desk.failure(for: error.failure)
            if failure.status == .offline || failure.status == .refusedForNow {
                failure.safe = try desk.whatIsSafe()
            }
            throw failure
        }
    }

    func tell(_ summary: SyncSummary, _ line: Link?, _ desk: Desk) -> ExitStatus {
        let console = desk.console
        console.summarise(Self.members(summary))
        if let estimate = summary.estimate {
            let files: KeyValuePairs = [
                "n": "\(estimate.files)", "size": Formats.bytes(Int64(estimate.fileBytes)),
            ]
            if only == .files {
                console.result(.wouldSendOnlyFiles, files)
            } else {
                console.result(
                    .wouldSend,
                    [
                        "n": "\(estimate.changeSets)",
                        "size": Formats.bytes(Int64(estimate.bytesUp)),
                    ])
                console.result(
                    .wouldReceive,
                    [
                        "n": "\(estimate.records)",
                        "size": Formats.bytes(Int64(clamping: estimate.bytesDown)),
                    ])
                if estimate.files > 0 { console.result(.wouldSendFiles, files) }
            }
            if let line {
                let seconds = line.seconds(
                    up: Int64(estimate.bytesUp + estimate.fileBytes),
                    down: Int64(clamping: estimate.bytesDown))
                console.result(.wouldTake, ["time": desk.formats.seconds(seconds)])
                console.summarise(["seconds": .integer(seconds)])
            }
            return .done
        }
        console.result(
            .exchanged,
            [
                "sent": "\(summary.sent)", "received": "\(summary.received)",
                "up": Formats.bytes(Int64(summary.bytesUp)),
                "down": Formats.bytes(Int64(summary.bytesDown)),
                "trips": "\(summary.roundTrips)",
            ])
        if summary.isCutShort { console.result(.partlySent, .cutShort) }
        if summary.filesSent > 0 {
            console.result(.durable, .filesSent, ["n": "\(summary.filesSent)"])
        }
        if summary.filesReceived > 0 {
            console.result(.filesReceived, ["n": "\(summary.filesReceived)"])
        }
        if summary.filesRefused > 0 {
            console.result(.quarantined, .filesRefused, ["n": "\(summary.filesRefused)"])
        }
        if summary.filesUnsent > 0 {
            console.result(
                .unsent, .filesUnsent,
                [
                    "n": "\(summary.filesUnsent)",
                    "size": Formats.bytes(Int64(summary.fileBytesUnsent)),
                ])
        }
        if summary.delivered > 0 {
            console.result(.durable, .bundlesDelivered, ["n": "\(summary.delivered)"])
        }
        if summary.undelivered > 0 {
            console.result(.partlySent, .bundlesWait, ["n": "\(summary.undelivered)"])
        }
        if summary.refused > 0 {
            console.result(.quarantined, .bundlesRefused, ["n": "\(summary.refused)"])
            console.hint(.bundlesRefusedNext)
        }
        if summary.unsent == 0, summary.held == 0, summary.quarantined == 0,
            let through = summary.receiptThrough
        {
            let phrase: Phrase = summary.filesUnsent == 0 ? .allStored : .recordsStored
            console.result(.durable, phrase, ["n": "\(through)"])
        }
        if summary.held > 0 {
            console.result(.partlySent, .statusHeld, ["n": "\(summary.held)"])
        }
        if summary.lost > 0 {
            console.result(
                "\("!", .danger) \(console.text(GapPhrase.lost, ["n": "\(summary.lost)"]))")
        }
        for reason in SyncResponse.Leave.Reason.allCases {
            if let count = summary.left[reason] {
                console.result(.takenOff, ["n": "\(count)", "why": console.text(reason.phrase)])
            }
        }
        if summary.digestMatches == false {
            console.result(.digestStillDiffers)
        } else if summary.isRepaired {
            console.result(.digestRepaired)
        }
        if summary.notices > 0 { console.result(.inboxWaits, ["n": "\(summary.notices)"]) }
        if summary.conflicts > 0 {
            console.result(.conflict, .syncConflicts, ["n": "\(summary.conflicts)"])
        }
        if summary.quarantined > 0 {
            console.result(.quarantined, .syncQuarantined, ["n": "\(summary.quarantined)"])
            return .partly
        }
        return summary.conflicts > 0 ? .decisionNeeded : .done
    }

    static func members(_ summary: SyncSummary) -> [JSONMember] {
        var members = [
            JSONMember("roundTrips", .integer(Int64(summary.roundTrips))),
            JSONMember("bytesUp", .integer(Int64(summary.bytesUp))),
            JSONMember("bytesDown", .integer(Int64(summary.bytesDown))),
            JSONMember("sent", .integer(Int64(summary.sent))),
            JSONMember("received", .integer(Int64(summary.received))),
            JSONMember("conflicts", .integer(Int64(summary.conflicts))),
            JSONMember(
                "receiptThrough",
                summary.receiptThrough.map { .integer(Int64($0.value)) } ?? .null),
            JSONMember(
                "receiptPosition",
                summary.receiptPosition.map { .integer(Int64($0.value)) } ?? .null),
            JSONMember("held", .integer(Int64(summary.held))),
            JSONMember("quarantined", .integer(Int64(summary.quarantined))),
            JSONMember("lost", .integer(Int64(summary.lost))),
            JSONMember("unsent", .integer(Int64(summary.unsent))),
            JSONMember("notices", .integer(Int64(summary.notices))),
            JSONMember("takenOff", .integer(Int64(summary.takenOff))),
            JSONMember("digestMatches", summary.digestMatches.map { .bool($0) } ?? .null),
            JSONMember("repaired", .bool(summary.isRepaired)),
            JSONMember("delivered", .integer(Int64(summary.delivered))),
            JSONMember("undelivered", .integer(Int64(summary.undelivered))),
            JSONMember("refused", .integer(Int64(summary.refused))),
            JSONMember("filesSent", .integer(Int64(summary.filesSent))),
            JSONMember("filesReceived", .integer(Int64(summary.filesReceived))),
            JSONMember("filesUnsent", .integer(Int64(summary.filesUnsent))),
            JSONMember("filesRefused", .integer(Int64(summary.filesRefused))),
            JSONMember("cutShort", .bool(summary.isCutShort)),
        ]
        if let estimate = summary.estimate {
            members.append(
                JSONMember(
                    "estimate",
                    .object([
                        "changeSets": .integer(Int64(estimate.changeSets)),
                        "bytesUp": .integer(Int64(estimate.bytesUp)),
                        "records": .integer(Int64(clamping: estimate.records)),
                        "bytesDown": .integer(Int64(clamping: estimate.bytesDown)),
                        "files": .integer(Int64(estimate.files)),
                        "fileBytes": .integer(Int64(estimate.fileBytes)),
                    ])))
        }
        return members
    }
}

extension SyncResponse.Leave.Reason {
    /// Why records were taken off this machine, in a person's words.
    fileprivate var phrase: Phrase {
        switch self {
        case .reassigned: .leftReassigned
        case .revoked: .leftRevoked
        }
    }
}

/// A line as a person knows it, to reckon how long a sync would take on it.
struct Link {
    private let bitsPerSecond: Int64
    private let roundTrip_ms: Int64

    init(_ text: String, _ typed: Typed) throws(Failure) {
        switch text.trimmed.foldingWidth.lowercased() {
        case "2g": (bitsPerSecond, roundTrip_ms) = (20_000, 1000)
        case "3g": (bitsPerSecond, roundTrip_ms) = (400_000, 300)
        case "4g": (bitsPerSecond, roundTrip_ms) = (8_000_000, 80)
        default:
            guard let bits = typed.quantity(text) else {
                throw typed.bad(.badLink, ["text": text])
            }
            let rate = Int64(clamping: bits)
            (bitsPerSecond, roundTrip_ms) = (rate, rate < 100_000 ? 1000 : 200)
        }
    }

    /// Three round trips until the line stands, one for the sync, and the bytes both ways with
    /// what TLS takes.
    func seconds(up: Int64, down: Int64) -> Int64 {
        let bytes = min(up, Self.most) + min(down, Self.most) + Self.handshakeBytes
        return (bytes * 8 * 1000 / bitsPerSecond + 4 * roundTrip_ms + 999) / 1000
    }

    private static let handshakeBytes: Int64 = 5000
    /// More than any store holds: what a hub says it would send may be any number.
    private static let most: Int64 = 1 << 48
}

extension Desk {
    /// What is safe, said first when a sync did not come to its end.
    func whatIsSafe() throws -> String {
        let status = try store().status()
        // Said here already.
        tellsUnsent = false
        let files = try store().fileErrands()
        console.summarise([
            "unsent": .integer(Int64(status.unsent)),
            "unsentFiles": .integer(Int64(files.toSend.count)),
        ])
        guard status.unsent > 0 else {
            if files.toSend.isEmpty { return console.text(.safeAllSent) }
            return console.text(
                .safeFilesHere,
                [
                    "n": "\(files.toSend.count)",
                    "size": Formats.bytes(Int64(files.bytesToSend)),
                ])
        }
        let since = formats.moment(status.oldestUnsent_ms ?? started.wall_ms)
        return console.text(.safeHere, ["n": "\(status.unsent)", "time": since])
    }

    func failure(for failure: SyncFailure) -> Failure {
        switch failure {
        case .transport(let error): self.failure(for: error as any Error)
        case .store(let error): self.failure(for: error as any Error)
        case .notEnrolled: self.failure(for: StoreError.notEnrolled as any Error)
        case .bundle(let error): self.failure(for: error)
        case .alreadyRunning: self.failure(for: StoreError.inUse as any Error)
        case .badCode: fail(.usage, .badInput, .badCode, next: .badCodeNext)
        case .otherAuthority:
            fail(
                .integrity, .notTheHub, safe: .nothingLost, .otherAuthority,
                next: .tellAdministrator)
        case .cancelled: fail(.interrupted, .offline, .interrupted)
        case .stopped(.problem(let problem)): self.failure(for: problem)
        case .stopped(.unknownProblem(let code, let status, let text, let seconds)):
            unknownProblem(code, status, text, seconds)
        case .stopped(.notOurHub(let status)):
            fail(.offline, .notTheHub, .garbled, ["text": "\(status)"], next: .portalNext)
        case .stopped(.otherRequest), .stopped(.garbled):
            fail(.offline, .notTheHub, .oddAnswer, next: .tryWithConnection)
        case .stopped(.newerHub(let version)):
            fail(
                .tooOld, .storeNewer, safe: .nothingLost, .newerHub, ["version": "\(version)"],
                next: .upgrade)
        case .stopped(.noProgress):
            fail(
                .refusedForNow, .notTheHub, safe: .nothingLost, .noProgress,
                next: .tellAdministrator)
        }
    }

    /// A refusal whose code this program does not know: its status decides, and its text is all
    /// there is.
    private func unknownProblem(
        _ code: String, _ status: Int, _ text: String, _ seconds: Int?
    ) -> Failure {
        let ending: ExitStatus =
            switch status {
            case 401, 403: .locked
            case 429, 500...: .refusedForNow
            default: .failed
            }
        let next = seconds.map {
            console.text(.retryAfter, ["time": formats.duration(Int64($0) * 1000 + 59_999)])
        }
        return Failure(
            status: ending, code: code.isEmpty ? DeviceCode.notTheHub.rawValue : code.visible,
            safe: console.text(.nothingLost), what: text.isEmpty ? "HTTP \(status)" : text,
            next: next ?? console.text(.upgrade))
    }
}

private func lane(_ text: String) throws -> SyncOptions.Lane {
    guard let lane = SyncOptions.Lane(rawValue: text) else {
        throw ValidationError("--only takes records or files")
    }
    return lane
}
