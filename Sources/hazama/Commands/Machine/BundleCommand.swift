import ArgumentParser
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore

struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Carry work as a file, to the hub or to a colleague, where there is no network.",
        discussion: """
            hazama bundle export /media/stick/monday.hazama     what is only on this machine
            hazama bundle import /media/stick/monday.hazama     on a machine that will have a network

            Only the hub can open the file. Whoever carries it can neither read nor alter it, and it \
            may be handed in any number of times.

            A colleague who works in the same area can read what belongs there, before the hub has it:

            hazama bundle card /media/stick/me.card             on the machine that is to read
            hazama bundle export FILE --for /media/stick/me.card    on the one that has the work
            hazama bundle import FILE                           back on the first

            What came so is marked until the hub has confirmed it. The next sync of either machine \
            brings it there, once.
            """,
        subcommands: [
            BundleExportCommand.self, BundleImportCommand.self, BundleCardCommand.self,
            BundleShowCommand.self,
        ])
}

/// What a file of ours may weigh: a bundle, and once more what of it can be read.
private let largestFile = 2 * Limits.requestBytes

struct BundleExportCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write everything without a receipt into a sealed file.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to write.", completion: .file())
    var file: String
    @Option(
        name: .customLong("for"),
        help:
            "The card of a colleague's machine, which can then read what lies in your common area.",
        completion: .file())
    var card: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        if let card { return try share(with: card, desk) }
        let store = try desk.store()
        guard let made = try SyncClient.bundle(of: store) else {
            desk.console.result(.durable, .bundleEmpty)
            return .done
        }
        try Files.writeSecret(made.bytes, to: file)
        let count = made.numbers.upperBound.value - made.numbers.lowerBound.value + 1
        desk.console.result(
            .bundleWritten,
            [
                "n": "\(count)", "size": Formats.bytes(Int64(made.bytes.count)),
                "district": try store.identity().district,
            ])
        desk.console.hint(.bundleCarry)
        desk.console.summarise(summary(of: made.numbers, made.bytes))
        return .done
    }

    private func share(
        with card: String, _ desk: Desk
    ) throws -> ExitStatus {
        let console = desk.console
        // Before the store is open: who has to wait for a file keeps nobody from it.
        let shown = try Files.read(card, limit: largestFile)
        guard case .card(let card) = try desk.kind(of: shown) else { throw BundleError.notOurs }
        let store = try desk.store()
        guard try card.credential.bytes != store.credential()?.bytes else {
            throw Failure(
                status: .failed, code: DeviceCode.fileForOther.rawValue,
                what: console.text(.ownCard), next: console.text(.ownCardNext))
        }
        guard let made = try SyncClient.bundle(of: store, for: card, now: desk.started) else {
            console.result(.durable, .bundleEmpty)
            return .done
        }
        try Files.writeSecret(made.bytes, to: file)
        let count = made.numbers.upperBound.value - made.numbers.lowerBound.value + 1
        console.result(
            Line(
                console.text(
                    .sharedWritten,
                    [
                        "n": "\(count)", "open": "\(made.open)", "name": made.reader.name.string,
                        "size": Formats.bytes(Int64(made.bytes.count)),
                    ])))
        console.hint(Line(console.text(.sharedNext)))
        console.summarise(
            summary(of: made.numbers, made.bytes) + [
                JSONMember("open", .integer(Int64(made.open))),
                JSONMember("for", .string("\(made.reader.replica)")),
            ])
        return .done
    }

    private func summary(
        of numbers: ClosedRange<ChangeSetNumber>, _ bytes: [UInt8]
    ) -> [JSONMember] {
        let (first, last) = (numbers.lowerBound.value, numbers.upperBound.value)
        return [
            JSONMember("file", .string(file)),
            JSONMember("changeSets", .integer(Int64(clamping: last - first + 1))),
            JSONMember("first", .integer(Int64(clamping: first))),
            JSONMember("last", .integer(Int64(clamping: last))),
            JSONMember("bytes", .integer(Int64(bytes.count))),
        ]
    }
}

struct BundleImportCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in a bundle, to carry or to read, or the receipts that came back for one.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to read.", completion: .file())
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let bytes = try Files.read(file, limit: largestFile)
        let store = try desk.store()
        switch try desk.kind(of: bytes) {
        case .receipts(let file):
            let named = try store.keep(file, now: desk.started)
            desk.console.result(.durable, .bundleReceipts, ["n": "\(named.count)"])
            desk.console.summarise(["receipted": .integer(Int64(named.count))])
        case .bundle(let hub):
            guard hub == (try store.identity().hub) else { throw Problem(.badBundle) }
            try store.carry(bytes, now: desk.started)
            desk.console.result(
                .partlySent, .bundleTaken, ["size": Formats.bytes(Int64(bytes.count))])
            desk.console.summarise(["carried": .integer(Int64(try store.carried().count))])
        case .shared:
            let (taken, author) = try SyncClient.take(
                shared: bytes, into: store, now: desk.started)
            tell(taken, author, desk.console)
            desk.console.summarise([
                "carried": .integer(Int64(try store.carried().count)),
                "new": .bool(taken.isNew), "shown": .integer(Int64(taken.shown)),
                "waiting": .integer(Int64(taken.waiting)),
                "closed": .integer(Int64(taken.closed)),
                "from": .string("\(author.replica)"), "person": .string(author.name.string),
            ])
        case .card: throw BundleError.notOurs
        }
        return .done
    }

    private func tell(_ taken: TakenBundle, _ author: Credential, _ console: Console) {
        guard taken.isNew else {
            console.result(Line(console.text(.sharedKnown)))
            return
        }
        let name = author.name.string
        console.result("\(Mark.partlySent) \(console.text(.sharedTaken, ["name": name]))")
        for (count, phrase) in [
            (taken.shown, .sharedShown), (taken.waiting, .sharedWaiting),
            (taken.closed, .sharedClosed),
        ] as [(Int, BundlePhrase)] where count > 0 {
            console.result(
                Line(console.text(phrase, ["n": "\(count)", "mark": Mark.carried.rawValue])))
        }
    }
}

struct BundleCardCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Write a card of this machine, for a colleague who is to make a file for it.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to write.", completion: .file())
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let card = try SyncClient.card(of: store, now: desk.started)
        try Files.writeSecret(card.encode(), to: file)
        let credential = try Credential.decode(card.credential.bytes)
        let until = desk.formats.moment(Int64(clamping: credential.until_ms))
        desk.console.result(Line(desk.console.text(BundlePhrase.cardWritten, ["time": until])))
        desk.console.hint(Line(desk.console.text(BundlePhrase.cardNext)))
        desk.console.summarise([
            "file": .string(file), "device": .string("\(credential.replica)"),
            "until": .string(Formats.iso(Int64(clamping: credential.until_ms))),
        ])
        return .done
    }
}

struct BundleShowCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell what a file is, as far as anybody can tell.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to read.", completion: .file())
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let console = desk.console
        let bytes = try Files.read(file, limit: largestFile)
        let hash = Digests.sha256(bytes)
        switch try desk.kind(of: bytes) {
        case .receipts(let file):
            console.result(.bundleIsReceipts, ["n": "\(file.receipts.count)"])
            console.summarise([
                "kind": "receipts", "receipts": .integer(Int64(file.receipts.count)),
            ])
        case .bundle(let hub):
            console.result(
                .bundleIsSealed,
                ["hub": "\(hub)", "size": Formats.bytes(Int64(bytes.count))])
            console.summarise([
                "kind": "bundle", "hub": .string("\(hub)"), "hash": .string("\(hash)"),
                "bytes": .integer(Int64(bytes.count)),
            ])
        case .shared(let hub, let device):
            console.result(
                Line(
                    console.text(
                        .isShared,
                        ["device": "\(device)", "size": Formats.bytes(Int64(bytes.count))])))
            console.summarise([
                "kind": "shared", "hub": .string("\(hub)"), "for": .string("\(device)"),
                "hash": .string("\(hash)"), "bytes": .integer(Int64(bytes.count)),
            ])
        case .card(let card):
            guard let key = try desk.store().identity().receiptKey,
                let credential = card.verified(by: key)
            else { throw BundleError.stranger }
            let until = Int64(clamping: credential.until_ms)
            console.result(
                Line(
                    console.text(
                        .isCard,
                        ["name": credential.name.string, "time": desk.formats.moment(until)])))
            console.summarise([
                "kind": "card", "device": .string("\(credential.replica)"),
                "person": .string(credential.name.string), "until": .string(Formats.iso(until)),
            ])
        }
        return .done
    }
}

extension Desk {
    fileprivate enum CarriedFile {
        case bundle(HubID)
        case receipts(ReceiptFile)
        case shared(HubID, ReplicaID)
        case card(DeviceCard)
    }

    /// What a file of ours is; anything else is refused as damaged.
    fileprivate func kind(of bytes: [UInt8]) throws -> CarriedFile {
        guard bytes.count > 3 else { throw Problem(.badBundle) }
        do {
            switch bytes[3] {
            case 4: return .receipts(try ReceiptFile.decode(bytes))
            case 7: return .card(try DeviceCard.decode(bytes))
            case 8:
                let (hub, device) = try SharedBundle.addressee(of: bytes)
                return .shared(hub, device)
            default: return .bundle(try SealedBundle.hub(of: bytes))
            }
        } catch BundleError.unknownVersion, CodecError.unknownVersion {
            throw Problem(.unknownVersion)
        } catch {
            throw Problem(.badBundle)
        }
    }

    /// What to tell of a file that can't be used.
    func failure(for error: BundleError) -> Failure {
        let (status, code, what, next): (ExitStatus, String, BundlePhrase, BundlePhrase) =
            switch error {
            case .notOurs, .unknownVersion, .damaged:
                (.failed, Problem.Code.badBundle.rawValue, .damaged, .damagedNext)
            case .otherHub: (.failed, Problem.Code.badBundle.rawValue, .otherHub, .damagedNext)
            case .otherDevice:
                (.failed, DeviceCode.fileForOther.rawValue, .forOther, .forOtherNext)
            case .stranger:
                (.integrity, DeviceCode.fileOfStranger.rawValue, .stranger, .strangerNext)
            case .expired: (.locked, DeviceCode.wordRunOut.rawValue, .expired, .expiredNext)
            case .gap: (.integrity, DeviceCode.fileWithGap.rawValue, .gap, .gapNext)
            }
        return Failure(
            status: status, code: code, what: console.text(what), next: console.text(next))
    }
}
