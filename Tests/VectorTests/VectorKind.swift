import SyncClient
import SyncCore
import SyncProtocol
import Testing

/// The folders of `protocol/vectors`, and how a file of each is read. Files are all that is known
/// here.
enum VectorKind: String, CaseIterable, Sendable {
    case encoding
    case clock
    case changeSet = "change-set"
    case run
    case state
    case merge
    case receipt
    case request
    case response
    case enrolment
    case exchange
    case file
    case bundle

    /// The folder that a path lies in; `nil` if it is none of these.
    init?(path: String) {
        let parts = path.split(separator: "/")
        guard parts.count >= 3 else { return nil }
        self.init(rawValue: String(parts[1]))
    }

    /// Checks that a file's bytes say what the rest of it says, or that they are refused for its
    /// error.
    func check(_ file: JSON, isInvalid: Bool) throws {
        let vector = Vector(file)
        if isInvalid {
            let about = try vector.text("about")
            #expect(try vector.refusal(of: self) == vector.text("error"), "\(about)")
            return
        }
        switch self {
        case .encoding: try vector.checkEncoding()
        case .clock: try vector.checkClock()
        case .changeSet: try vector.checkChangeSet()
        case .run: try vector.checkRun()
        case .state: try vector.checkState()
        case .merge: try vector.checkMerge()
        case .receipt: try vector.checkReceipt()
        case .request: try vector.checkRequest()
        case .response: try vector.checkResponse()
        case .enrolment: try vector.checkEnrolment()
        case .exchange: try vector.checkExchange()
        case .file: try vector.checkFile()
        case .bundle: try vector.checkBundle()
        }
    }
}

extension CodecError {
    /// As the vectors and `encoding.md` name it.
    var word: String {
        switch self {
        case .truncated: "truncated"
        case .trailing: "trailing"
        case .malformedNumber: "malformedNumber"
        case .outOfRange: "outOfRange"
        case .tooMany: "tooMany"
        case .malformedText: "malformedText"
        case .unknownTag: "unknownTag"
        case .outOfOrder: "outOfOrder"
        case .malformedFrame: "malformedFrame"
        case .notOurs: "notOurs"
        case .unknownVersion: "unknownVersion"
        }
    }
}

/// One file, read by the keys it has.
struct Vector {
    let file: JSON
    init(_ file: JSON) { self.file = file }

    func text(_ key: String) throws -> String { try #require(file[key]?.string) }
    func bytes(_ key: String) throws -> [UInt8] { try #require(file[key]?.hexBytes) }
    func key(_ key: String) throws -> VerifyingKey {
        try #require(VerifyingKey(bytes: try bytes(key)))
    }
    func signature(_ key: String) throws -> Signature {
        try #require(Signature(bytes: try bytes(key)))
    }
    func array(_ key: String) throws -> [JSON] { try #require(file[key]?.array) }
    func id<ID: Identifier>(_ key: String) throws -> ID { try #require(ID(try text(key))) }

    func writers() throws -> WriterTable {
        var table = WriterTable()
        for entry in try array("writers").map(Vector.init) {
            _ = table.number(
                of: Writer(replica: try entry.id("replica"), author: try entry.id("author")))
        }
        return table
    }

    // MARK: What is refused

    /// The word for why this end refuses the bytes; `accepted` if it does not.
    func refusal(of kind: VectorKind) throws -> String {
        do {
            switch kind {
            case .encoding: return try encodingRefusal()
            case .run: _ = try RunCoding.decodeRun(bytes("bytes"))
            case .state:
                _ = try StateCoding.decode(
                    bytes("bytes"), record: Specimen.home, collection: Specimen.house,
                    writers: writers())
            case .receipt:
                _ = try Receipt.decode(bytes("bytes"))
                let signed = SignedReceipt(
                    bytes: try bytes("bytes"), signature: try signature("signature"))
                if try signed.verified(by: key("key")) == nil { return "signature" }
            case .request:
                let request = try UnverifiedSyncRequest(bytes("bytes"))
                let epoch = file["epoch"]?.string.flatMap { EpochID($0) }
                guard try request.isSigned(by: key("key"), hub: id("hub"), epoch: epoch) else {
                    return "signature"
                }
                _ = try request.request
            case .response: _ = try SyncResponse.decode(bytes("bytes"))
            case .enrolment:
                if let typed = file["typed"]?.string {
                    if EnrolmentCode(typed) == nil { return "code" }
                } else if VerifyingKey(bytes: try bytes("key")) == nil {
                    return "key"
                }
            case .file:
                let request = try FileRequest.Unverified(bytes("bytes"))
                if try request.verified(by: key("key"), hub: id("hub")) == nil {
                    return "signature"
                }
            case .bundle:
                switch try text("form") {
                case "receipts": _ = try ReceiptFile.decode(bytes("bytes"))
                case "card": _ = try DeviceCard.decode(bytes("bytes"))
                default: _ = try SharedBundle(content: bytes("bytes"))
                }
            case .clock, .changeSet, .merge, .exchange: break
            }
        } catch let error as CodecError {
            return error.word
        }
        return "accepted"
    }

    private func encodingRefusal() throws -> String {
        if let text = file["text"]?.string {
            return Base32.decode(text) == nil ? "base32" : "accepted"
        }
        _ = try read(text("form"), bytes("bytes"))
        return "accepted"
    }

    // MARK: What is said

    /// Reads one thing of a form, and gives it as JSON.
    private func read(_ form: String, _ bytes: [UInt8]) throws -> JSON {
        var reader = ByteReader(bytes)
        let result: JSON
        switch form {
        case "varint":
            let value = try reader.varint()
            result = Int64(exactly: value).map { .integer($0) } ?? .decimal("\(value)")
        case "zigzag": result = .integer(try reader.zigzag())
        case "value": result = try reader.value().rendering
        case "numbers": result = try reader.numbers().rendering
        case "base32": return .string(Base32.encode(bytes))
        default:
            Issue.record("no form \(form)")
            return .null
        }
        try reader.finish()
        return result
    }

    func checkEncoding() throws {
        let form = try text("form")
        var last: Value?
        for entry in try array("cases").map(Vector.init) {
            #expect(try read(form, entry.bytes("bytes")) == entry.file["value"])
            if form == "base32" {
                #expect(Base32.decode(try entry.text("value")) == (try entry.bytes("bytes")))
            }
            if form == "value" {
                var reader = ByteReader(try entry.bytes("bytes"))
                let value = try reader.value()
                if let last { #expect(last < value) }
                last = value
            }
        }
    }

    func checkClock() throws {
        if file["ticks"] != nil {
            var clock = HybridClock()
            for entry in try array("ticks") {
                let moment = clock.tick(wall: try #require(entry["wall_ms"]?.integer))
                #expect(entry["milliseconds"]?.integer == Int64(moment.milliseconds))
                #expect(entry["counter"]?.integer == Int64(moment.counter))
            }
            return
        }
        for entry in try array("cases") {
            let time = try writeTime(try #require(entry["time"]))
            let sent = try #require(entry["sent"])
            let reading = ClockReading(
                wall_ms: try #require(sent["wall_ms"]?.integer),
                monotonic_ms: try number(sent["monotonic_ms"]), boot: try number(sent["boot"]))
            let hub = try #require(entry["hub_ms"]?.integer)
            let corrected = CorrectedTime.at(time, sent: reading, hub_ms: hub)
            #expect(entry["corrected_ms"]?.integer == Int64(corrected.milliseconds))
            let estimate = CorrectedTime.estimate(time)
            #expect(entry["estimate_ms"]?.integer == Int64(estimate.milliseconds))
        }
    }

    private func number(_ json: JSON?) throws -> UInt64 {
        if case .decimal(let digits)? = json { return try #require(UInt64(digits)) }
        return UInt64(try #require(json?.integer))
    }

    private func writeTime(_ json: JSON) throws -> WriteTime {
        WriteTime(
            timestamp: try #require(
                HybridTimestamp(
                    milliseconds: number(json["milliseconds"]),
                    counter: UInt16(try number(json["counter"])))),
            wall_ms: try #require(json["wall_ms"]?.integer),
            monotonic_ms: try number(json["monotonic_ms"]), boot: try number(json["boot"]),
            offset_ms: json["offset_ms"]?.integer,
            offsetAge_ms: json["offsetAge_ms"]?.isNull == true
                ? nil : try number(json["offsetAge_ms"]))
    }

    /// The change set that a run carries; hashing an envelope with its payloads' hashes gives the
    /// same hash.
    func checkChangeSet() throws {
        let hashes = try array("payloadHashes").map { try #require($0.hexBytes) }
        let envelope = try bytes("envelope")
        let hash = ChangeSetCoding.hash(
            envelope, try hashes.map { try #require(ContentHash(bytes: $0)) })
        #expect(hash.bytes == (try bytes("hash")))
        let payloads = try array("payloads").map { try #require($0.hexBytes) }
        let salts = try array("salts").map { try #require($0.hexBytes) }
        for (place, payload) in payloads.enumerated() {
            #expect(Digests.sha256(salts[place] + payload).bytes == hashes[place])
        }
        let size = envelope.count + payloads.reduce(0) { $0 + $1.count }
        #expect(file["size"]?.integer == Int64(size))
    }

    func checkRun() throws {
        let run = try RunCoding.decodeRun(bytes("bytes"))
        for member in run.members { #expect(member.value == file[member.key]) }
        #expect(RunCoding.encode(run) == (try bytes("bytes")))
        let signed = SignedRun(bytes: try bytes("bytes"), signature: try signature("signature"))
        #expect(try signed.isSigned(as: run, by: key("key")))
    }

    func checkState() throws {
        var writers = try writers()
        let state = try StateCoding.decode(
            bytes("bytes"), record: Specimen.home, collection: Specimen.house, writers: writers)
        #expect(state.rendering == file["state"])
        #expect(StateCoding.encode(state, writers: &writers) == (try bytes("bytes")))
        let digest = StateDigest.of(state.record, state: try bytes("bytes"))
        #expect(
            Made.bytesOf {
                $0.fixed64(digest.high)
                $0.fixed64(digest.low)
            } == (try bytes("digest")))
    }

    /// The result is read; that it follows from what arrived, `made` has worked out.
    func checkMerge() throws {
        let writers = try writers()
        let state = try StateCoding.decode(
            bytes("bytes"), record: try id("record"), collection: Specimen.house, writers: writers)
        #expect(state.rendering == file["state"])
        let names = try array("arrivals").compactMap { $0["origin"]?["name"]?.string }
        #expect(!names.isEmpty)
    }

    func checkReceipt() throws {
        let signed = SignedReceipt(
            bytes: try bytes("bytes"), signature: try signature("signature"))
        let receipt = try #require(signed.verified(by: try key("key")))
        #expect(receipt.rendering == file["receipt"])
        #expect(receipt.encode() == (try bytes("bytes")))
    }

    func checkFile() throws {
        let unverified = try FileRequest.Unverified(bytes("bytes"))
        #expect(try unverified.verified(by: key("key"), hub: Specimen.id(9)) == nil)
        let request = try #require(try unverified.verified(by: key("key"), hub: id("hub")))
        #expect(request.rendering == file["request"])
        let answer = try FileResponse.decode(bytes("answer"))
        #expect(answer.tag == unverified.tag)
        #expect(answer.rendering == file["said"])
        #expect(answer.encode() == (try bytes("answer")))
    }

    func checkBundle() throws {
        let (bytes, key) = (try bytes("bytes"), try key("key"))
        switch try text("form") {
        case "receipts":
            let receipts = try ReceiptFile.decode(bytes)
            #expect(receipts.mark.verified(by: key) != nil)
            #expect(receipts.rendering == file["says"])
            #expect(receipts.encode() == bytes)
        case "card":
            let card = try DeviceCard.decode(bytes)
            #expect(card.verified(by: key) != nil)
            #expect(card.rendering == file["says"])
            #expect(card.encode() == bytes)
        default:
            let shared = try SharedBundle(content: bytes)
            #expect(shared.credential.verified(by: key) != nil)
            #expect(shared.rendering == file["says"])
            #expect(shared.content == bytes)
        }
    }

    func checkRequest() throws {
        let unverified = try UnverifiedSyncRequest(bytes("bytes"))
        let epoch = file["epoch"]?.string.flatMap { EpochID($0) }
        #expect(unverified.isSigned(by: try key("key"), hub: try id("hub"), epoch: epoch))
        #expect(!unverified.isSigned(by: try key("key"), hub: Specimen.id(9), epoch: epoch))
        #expect(try unverified.request.rendering == file["request"])
        #expect(Made.bytesOf { $0.fixed64(unverified.tag) } == (try bytes("tag")))
    }

    func checkResponse() throws {
        let response = try SyncResponse.decode(bytes("bytes"))
        #expect(response.rendering == file["response"])
        // What a later version added is skipped, and so neither counted nor written again.
        #expect(try bytes(file["written"] == nil ? "bytes" : "written") == response.encode())
    }

    func checkEnrolment() throws {
        if file["code"] != nil {
            for typed in try array("typed").compactMap(\.string) + [text("code")] {
                let code = try #require(EnrolmentCode(typed))
                #expect(code.secret == (try bytes("secret")))
                #expect(code.authority.bytes == (try bytes("authority")))
            }
            return
        }
        try Self.checkEnrolmentRequest(Vector(try #require(file["body"])))
        let seed = try #require(SigningKey(seed: try bytes("seed")))
        #expect(seed.verifying == (try key("key")))
    }

    private static func checkEnrolmentRequest(_ body: Vector) throws {
        func bytes(_ key: String) throws -> [UInt8] {
            try #require(Base32.decode(try body.text(key)))
        }
        let key = try #require(VerifyingKey(bytes: try bytes("key")))
        let replica: ReplicaID = try body.id("replica")
        let signed =
            try bytes("secret") + replica.bytes + key.bytes + Array(body.text("deviceName").utf8)
        let signature = try #require(Signature(bytes: try bytes("signature")))
        #expect(key.isValid(signature, for: signed, purpose: .enrolment))
    }

    /// Reads a whole exchange as both ends would, knowing only what the file says.
    func checkExchange() throws {
        let hub: HubID = try id("hub")
        let receiptKey = try key("receiptKey")
        var keys: [ReplicaID: VerifyingKey] = [:]
        var hashes: [ChangeSetName: ContentHash] = [:]
        for device in try array("devices").map(Vector.init) {
            keys[try device.id("replica")] = try device.key("key")
        }
        var writers: [ReplicaID: WriterTable] = [:]
        for step in try array("steps").map(Vector.init) {
            if try step.text("path") == "/v1/enrol" {
                try Self.checkEnrolmentRequest(Vector(try #require(step.file["request"])))
                continue
            }
            let bytes = try step.bytes("request")
            let unverified = try UnverifiedSyncRequest(bytes)
            let key = try #require(keys[unverified.replica])
            let epoch = step.file["epoch"]?.string.flatMap { EpochID($0) }
            #expect(unverified.isSigned(by: key, hub: hub, epoch: epoch))
            let request = try unverified.request
            #expect(request.rendering == step.file["requestSays"])
            for run in request.runs {
                for set in try RunCoding.decode(run.bytes) {
                    hashes[set.changeSet.name] = set.hash
                }
            }
            let response = try SyncResponse.decode(step.bytes("answer"))
            #expect(response.encode() == (try step.bytes("answer")))
            #expect(response.rendering == step.file["answerSays"])
            #expect(response.requestTag == SyncResponse.tag(ofRequest: bytes))
            for entry in response.writers {
                writers[unverified.replica, default: WriterTable()]
                    .insert(entry.writer, number: entry.number)
            }
            for signed in response.receipts {
                let receipt = try #require(signed.verified(by: receiptKey))
                let last = ChangeSetName(receipt.replica, receipt.last)
                #expect(hashes[last] == receipt.lastHash)
            }
            let states = try response.pages.flatMap(\.records).map {
                try StateCoding.decode(
                    $0.state, record: $0.record, collection: $0.collection,
                    writers: writers[unverified.replica] ?? WriterTable()
                ).rendering
            }
            #expect(states == (try step.array("states")))
        }
    }
}
