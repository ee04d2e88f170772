import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

struct ReceiptsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts", abstract: "The hub's signed word for what it has stored.",
        subcommands: [ReceiptsList.self, ReceiptsVerify.self], defaultSubcommand: ReceiptsList.self)
}

struct ReceiptsList: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List receipts, newest first.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "At most so many.", transform: lineLimit)
    var limit = 50

    func run(at desk: Desk) async throws -> ExitStatus {
        let receipts = try desk.store().receipts(limit: limit)
        var table = Table([
            .init(title: ""), .init(title: desk.console.text(.changeSets)),
            .init(title: desk.console.text(.received)),
            .init(title: desk.console.text(.positions)),
            .init(title: desk.console.text(.became), minimum: 10),
        ])
        for kept in receipts {
            let receipt = kept.receipt
            let positions = receipt.entries.compactMap(\.position)
            let range = [positions.first, positions.last].compactMap {
                $0.map { Formats.grouped(Int64($0.value)) }
            }
            let counts = Disposition.allCases.compactMap { disposition -> String? in
                let count = receipt.entries.filter { $0.disposition == disposition }.count
                return count == 0 ? nil : "\(count) \(disposition)"
            }
            let isSafe = receipt.entries.allSatisfy(\.disposition.isMerged)
            table.add([
                Line(isSafe ? .durable : .partlySent),
                Line(
                    receipt.first == receipt.last
                        ? "\(receipt.first)" : "\(receipt.first)–\(receipt.last)", .strong),
                Line(desk.formats.moment(Int64(clamping: receipt.received_ms))),
                Line(Set(range).count == 1 ? range[0] : range.joined(separator: "–")),
                Line(counts.joined(separator: ", ")),
            ])
            desk.console.item(
                "receipt",
                [
                    "first": .integer(Int64(receipt.first.value)),
                    "last": .integer(Int64(receipt.last.value)),
                    "epoch": .string("\(receipt.epoch)"),
                    "received": .string(Formats.iso(Int64(clamping: receipt.received_ms))),
                    "lastHash": .string("\(receipt.lastHash)"),
                    "dispositions": .array(receipt.entries.map { .string("\($0.disposition)") }),
                    "positions": .array(
                        receipt.entries.map {
                            $0.position.map { .integer(Int64($0.value)) } ?? .null
                        }),
                ])
        }
        desk.console.result(table)
        if receipts.isEmpty { desk.console.hint(.noReceipt) }
        desk.console.summarise(["count": .integer(Int64(receipts.count))])
        return .done
    }
}

struct ReceiptsVerify: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every receipt's signature, and that it fits what was written here.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let check = try desk.store().verifyReceipts()
        let faults = check.faults.map { fault in
            switch fault {
            case .badSignature(let row): desk.console.text(.receiptBadSignature, ["n": "\(row)"])
            case .foreign(let number): desk.console.text(.receiptForeign, ["n": "\(number)"])
            case .otherHash(let number): desk.console.text(.receiptOtherHash, ["n": "\(number)"])
            case .brokenChain(let number):
                desk.console.text(.receiptBrokenChain, ["n": "\(number)"])
            case .otherNote(let number?): desk.console.text(.receiptOtherNote, ["n": "\(number)"])
            case .otherNote(nil): desk.console.text(.receiptOtherReach)
            }
        }
        desk.console.summarise([
            "valid": .integer(Int64(check.valid)),
            "faults": .array(check.faults.map { .string("\($0)") }),
            "receiptThrough": check.through.map { .integer(Int64($0.value)) } ?? .null,
            "missing": .array(check.missing.map { .integer(Int64($0.value)) }),
        ])
        for fault in faults { desk.console.result("\("!", .danger) \(fault)") }
        guard faults.isEmpty else {
            // What was noted from receipts that are genuine is put right without anybody's help.
            let areNotes = check.faults.allSatisfy {
                if case .otherNote = $0 { true } else { false }
            }
            throw desk.fail(
                .integrity, .receiptWrong, areNotes ? .notesWrong : .receiptsWrong,
                ["n": "\(faults.count)"], next: areNotes ? .syncFirst : .tellAdministrator)
        }
        let through = check.through.map { "\($0)" } ?? "0"
        desk.console.result(.durable, .receiptsFit, ["n": "\(check.valid)", "through": through])
        if !check.missing.isEmpty {
            desk.console.result(.unsent, .receiptsMissing, ["n": "\(check.missing.count)"])
        }
        return .done
    }
}
