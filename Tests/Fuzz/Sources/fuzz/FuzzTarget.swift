import SyncCore
import SyncProtocol

/// A door through which bytes come in, and what must hold of whatever comes: no crash, and what is
/// read has one form.
///
/// Read by the fuzzer and by the tests, which try the corpus that the fuzzer found.
enum FuzzTarget: String, CaseIterable {
    /// Runs, states, receipts, answers and compressed bodies; the first byte says which.
    case codec
    /// What `POST /v1/sync` takes, with the runs in it.
    case request
    /// Files that people carry, and the messages about files: bundles as they come and with their
    /// seal open, receipts, requests and answers, purges, marks. The first byte says which.
    case bundle
    /// Whatever comes as JSON: enrolment, administration, drafts.
    case json

    /// Tries one input. Traps where a promise is broken.
    func run(_ bytes: [UInt8]) {
        switch self {
        case .codec: Self.decode(bytes)
        case .request: Self.receive(bytes)
        case .bundle: Self.carry(bytes)
        case .json: Self.parse(bytes)
        }
    }

    private static func decode(_ bytes: [UInt8]) {
        guard let door = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        do throws(CodecError) {
            switch door % 5 {
            case 0: try readRun(body)
            case 1: try readState(body)
            case 2: _ = try Receipt.decode(body)
            case 3: _ = try SyncResponse.decode(body)
            default: inflate(body)
            }
        } catch {
            // A refusal is an answer.
        }
    }

    private static func inflate(_ bytes: [UInt8]) {
        do {
            let inflated = try Zstd.decompress(bytes, maximumBytes: 1 << 16)
            precondition(inflated.count <= 1 << 16, "more came out than was allowed")
        } catch {
            // A refusal is an answer.
        }
    }

    private static func readRun(_ bytes: [UInt8]) throws(CodecError) {
        let run = try RunCoding.decodeRun(bytes)
        precondition(RunCoding.encode(run) == bytes, "a run that is read has another form")
    }

    private static func readState(_ bytes: [UInt8]) throws(CodecError) {
        var writers = WriterTable.few
        let state = try StateCoding.decode(
            bytes, record: RecordID(high: 1, low: 1), collection: CollectionID(1),
            writers: writers)
        precondition(
            StateCoding.encode(state, writers: &writers) == bytes,
            "a state that is read has another form")
    }

    private static func receive(_ bytes: [UInt8]) {
        do throws(CodecError) {
            // The fuzzer can't sign; what a device with a key could send is read all the same.
            let request = try UnverifiedSyncRequest(bytes).request
            for run in request.runs { try readRun(run.bytes) }
        } catch {
            // A refusal is an answer.
        }
    }

    private static func carry(_ bytes: [UInt8]) {
        guard let door = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        do {
            switch door % 10 {
            // The fuzzer can't seal; what somebody who can could have sealed is read all the same.
            case 0:
                let bundle = try SealedBundle(content: body)
                precondition(bundle.content == body, "a bundle that is read has another form")
                for run in bundle.runs { try readRun(run.bytes) }
            case 1: _ = try SealedBundle.hub(of: body)
            case 2:
                let file = try ReceiptFile.decode(body)
                precondition(file.encode() == body, "receipts that are read have another form")
                _ = try LogMark.decode(file.mark.bytes)
                for receipt in file.receipts { _ = try Receipt.decode(receipt.bytes) }
            case 3: _ = try FileRequest.Unverified(body).request()
            case 4:
                let response = try FileResponse.decode(body)
                precondition(response.encode() == body, "an answer that is read has another form")
            case 5: _ = try Purge.decode(body)
            case 6:
                let card = try DeviceCard.decode(body)
                precondition(card.encode() == body, "a card that is read has another form")
                _ = try Credential.decode(card.credential.bytes)
            case 7:
                let shared = try SharedBundle(content: body)
                precondition(
                    shared.content == body, "a shared bundle that is read has another form")
            case 8: _ = try SharedBundle.addressee(of: body)
            default: _ = try LogMark.decode(body)
            }
        } catch {
            // A refusal is an answer.
        }
    }

    private static func parse(_ bytes: [UInt8]) {
        let value: JSON
        do { value = try JSON.parse(bytes) } catch { return }
        let written = value.bytes()
        do {
            let again = try JSON.parse(written)
            precondition(again.bytes() == written, "JSON that was read has another form")
        } catch {
            preconditionFailure("JSON that was written can't be read: \(error)")
        }
    }
}

extension WriterTable {
    /// The writers that states in the corpus speak of.
    static var few: WriterTable {
        var table = WriterTable()
        for number in 1...8 {
            _ = table.number(
                of: Writer(
                    replica: ReplicaID(high: UInt64(number), low: 0),
                    author: PersonID(high: UInt64(number), low: 1)))
        }
        return table
    }
}
