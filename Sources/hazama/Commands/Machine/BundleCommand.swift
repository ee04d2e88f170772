import ArgumentParser
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore

struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Carry work to the hub as a file, where there is no network.",
        discussion: """
            hazama bundle export /media/stick/monday.hazama     what is only on this machine
            hazama bundle import /media/stick/monday.hazama     on a machine that will have a network

            Only the hub can open the file. Whoever carries it can neither read nor alter it, and it \
            may be handed in any number of times.
            """,
        subcommands: [
            BundleExportCommand.self, BundleImportCommand.self, BundleShowCommand.self,
        ])
}

/// What a file of ours may weigh.
private let largestFile = Limits.requestBytes

struct BundleExportCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write everything without a receipt into a sealed file.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to write.", completion: .file())
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
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
        desk.console.summarise([
            "file": .string(file), "changeSets": .integer(Int64(clamping: count)),
            "first": .integer(Int64(clamping: made.numbers.lowerBound.value)),
            "last": .integer(Int64(clamping: made.numbers.upperBound.value)),
            "bytes": .integer(Int64(made.bytes.count)),
        ])
        return .done
    }
}

struct BundleImportCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take a bundle along to the hub, or take in the receipts that came back for one.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to read.", completion: .file())
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let bytes = try Files.read(file, limit: largestFile)
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
        }
        return .done
    }
}

struct BundleShowCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell what a file is, as far as anybody can tell.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file to read.", completion: .file())
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let bytes = try Files.read(file, limit: largestFile)
        let hash = Digests.sha256(bytes)
        switch try desk.kind(of: bytes) {
        case .receipts(let file):
            desk.console.result(.bundleIsReceipts, ["n": "\(file.receipts.count)"])
            desk.console.summarise([
                "kind": "receipts", "receipts": .integer(Int64(file.receipts.count)),
            ])
        case .bundle(let hub):
            desk.console.result(
                .bundleIsSealed,
                ["hub": "\(hub)", "size": Formats.bytes(Int64(bytes.count))])
            desk.console.summarise([
                "kind": "bundle", "hub": .string("\(hub)"), "hash": .string("\(hash)"),
                "bytes": .integer(Int64(bytes.count)),
            ])
        }
        return .done
    }
}

extension Desk {
    fileprivate enum CarriedFile {
        case bundle(HubID)
        case receipts(ReceiptFile)
    }

    /// What a file of ours is; anything else is refused as damaged.
    fileprivate func kind(of bytes: [UInt8]) throws -> CarriedFile {
        do throws(BundleError) {
            return .bundle(try SealedBundle.hub(of: bytes))
        } catch .notOurs {
            do throws(CodecError) { return .receipts(try ReceiptFile.decode(bytes)) } catch {
                throw Problem(.badBundle)
            }
        } catch .unknownVersion {
            throw Problem(.unknownVersion)
        } catch {
            throw Problem(.badBundle)
        }
    }
}
