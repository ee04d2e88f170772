import SyncCore
import SyncProtocol

extension Made {
    // MARK: Receipts

    static let receipt = Receipt(
        hub: Specimen.hub, epoch: Specimen.epoch, replica: Specimen.alice, first: .first,
        lastHash: ChangeSetCoding.hash(Specimen.alike),
        received_ms: UInt64(Specimen.morning + 3_600_000), anchored: LogPosition(290)!,
        entries: [
            ReceiptEntry(disposition: .applied, position: LogPosition(301)!, shift_ms: 0),
            ReceiptEntry(disposition: .applied, position: LogPosition(302)!, shift_ms: 0),
            ReceiptEntry(
                disposition: .conflicted, position: LogPosition(303)!, shift_ms: 0),
        ])

    static let unmerged = Receipt(
        hub: Specimen.hub, epoch: Specimen.epoch, replica: Specimen.bob,
        first: ChangeSetNumber(7)!, lastHash: ContentHash(bytes: [UInt8](repeating: 7, count: 32))!,
        received_ms: 0, anchored: .start,
        entries: [
            ReceiptEntry(
                disposition: .held, position: nil, shift_ms: 86_400_000, reason: Text("HZ-5101")),
            ReceiptEntry(
                disposition: .held, position: nil, shift_ms: 86_400_000, reason: Text("HZ-5102")),
            ReceiptEntry(
                disposition: .quarantined, position: nil, shift_ms: -5,
                reason: Text("HZ-5003")),
            ReceiptEntry(disposition: .late, position: LogPosition(9)!, shift_ms: -5),
            ReceiptEntry(disposition: .late, position: LogPosition(4)!, shift_ms: 20),
            ReceiptEntry(
                disposition: .gap, position: nil, shift_ms: 0, reason: Text("HZ-5201")),
        ])

    static var receipts: [VectorFile] {
        var files = [
            ("merged", "Three in a row: two stretches.", receipt),
            ("unmerged", "Held, set aside, late and passed; positions may go back.", unmerged),
        ].map { name, about, receipt in
            let signed = SignedReceipt(receipt, key: Specimen.hubKey)
            return VectorFile(
                "receipt/\(name).json",
                [
                    "about": .string(about), "key": .hex(Specimen.hubKey.verifying.bytes),
                    "bytes": .hex(signed.bytes), "signature": .hex(signed.signature.bytes),
                    "receipt": receipt.rendering,
                ])
        }
        let bytes = receipt.encode()
        // Hub, epoch, replica, first, hash, received, anchored; then the count.
        let head = Array(bytes.prefix(48 + 1 + 32 + 6 + 2))
        let signature = SignedReceipt(receipt, key: Specimen.hubKey).signature
        var flipped = bytes
        flipped[60] ^= 1
        let bad: [(String, String, String, [UInt8], Signature)] = [
            ("empty", "No byte at all.", "truncated", [], signature),
            (
                "cut-short", "The last byte is missing.", "truncated", Array(bytes.dropLast()),
                signature
            ),
            ("trailing", "A byte follows.", "trailing", bytes + [0], signature),
            ("no-entry", "It names at least one.", "outOfRange", head + [0], signature),
            (
                "entries-beyond-limit", "10001, in one stretch.", "tooMany",
                head
                    + bytesOf { writer in
                        writer.varint(10_001)
                        writer.varint(10_001)
                        writer.raw([0, 0, 0, 0])
                    }, signature
            ),
            (
                "stretch-of-none", "It would never end.", "unknownTag",
                head + [1, 0, 0, 0, 0, 0], signature
            ),
            (
                "stretch-too-long", "Two entries where one is left.", "outOfRange",
                head + [1, 2, 0, 0, 0, 0], signature
            ),
            (
                "disposition-unknown", "There is no disposition 6.", "unknownTag",
                head + [1, 1, 6, 0, 0, 0], signature
            ),
            (
                "step-without-position", "Nothing moves without positions.", "outOfRange",
                head + [1, 1, 0, 2, 0, 0], signature
            ),
            (
                "position-below-zero", "Before the start of the log.", "outOfRange",
                head + [1, 1, 0x80, 1, 0, 0], signature
            ),
            (
                "position-overflow", "Twice the largest step.", "outOfRange",
                head
                    + bytesOf { writer in
                        writer.raw([2, 2, 0x80])
                        writer.zigzag(.max)
                        writer.raw([0, 0])
                    }, signature
            ),
            ("altered", "One bit of the last hash.", "signature", flipped, signature),
            (
                "signed-as-run", "The right key, for another purpose.", "signature", bytes,
                Specimen.hubKey.sign(bytes, for: .run)
            ),
            (
                "signed-by-another", "Another key.", "signature", bytes,
                Specimen.aliceKey.sign(bytes, for: .receipt)
            ),
        ]
        for (name, about, error, content, signature) in bad {
            files.append(
                VectorFile(
                    "receipt/invalid/\(name).json",
                    [
                        "about": .string(about), "error": .string(error),
                        "key": .hex(Specimen.hubKey.verifying.bytes), "bytes": .hex(content),
                        "signature": .hex(signature.bytes),
                    ]))
        }
        return files
    }

    // MARK: Requests

    static let mark = LogMark(
        hub: Specimen.hub, epoch: Specimen.epoch, number: 700,
        hash: ContentHash(bytes: [UInt8](0x40..<0x60))!, anchored: LogPosition(250)!)

    static let first = SyncRequest(
        replica: Specimen.alice, epochTag: 0, mark: .none, grantsVersion: 0, cursors: [],
        noticeCursor: 0, writerCursor: 0, digest: nil,
        clock: ClockReading(wall_ms: Specimen.morning, monotonic_ms: 3_600_000, boot: 0xb007),
        diskFree_MB: 40_000, pending: 0)

    static let full: SyncRequest = {
        let sets = [Specimen.smallest, Specimen.everything]
        return SyncRequest(
            replica: Specimen.alice, epochTag: Specimen.epoch.tag, mark: mark.sign,
            grantsVersion: 0xa1b2_c3d4_e5f6,
            cursors: [
                CursorRun(count: 2, position: LogPosition(300)!),
                CursorRun(count: 1, position: .start),
            ], noticeCursor: 5, writerCursor: 12, digest: StateDigest(high: 1, low: .max),
            clock: ClockReading(wall_ms: -1, monotonic_ms: .max, boot: .max),
            maximumDownBytes: 65_536, isDryRun: true, takesEcho: true, wantsCredential: true,
            diskFree_MB: 0, pending: 2,
            unsettled: [ChangeSetNumber(1)!, ChangeSetNumber(2)!],
            proof: SignedMark(mark, key: Specimen.hubKey),
            receipts: [SignedReceipt(receipt, key: Specimen.hubKey)],
            purges: [
                SignedPurge(
                    Purge(
                        hub: Specimen.hub, replica: Specimen.alice, at_ms: Specimen.morning,
                        leaves: [7, 8, 300]), key: Specimen.aliceKey)
            ],
            stretches: [
                Stretch(all: 4),
                Stretch(area: 6, from: Specimen.id(3), to: Specimen.id(9)),
                Stretch(area: 6, from: Specimen.id(9), to: nil),
            ], copies: [StateCopy(Specimen.home, Specimen.house, state: [1, 2, 3])],
            runs: [
                SignedRun.make(
                    sets, head: ChangeSetCoding.hash(Specimen.everything), key: Specimen.aliceKey)
            ])
    }()

    static var requests: [VectorFile] {
        var files = [
            ("first", "The very first of a device: no epoch, nothing to send.", first, nil),
            ("full", "Everything a request can hold.", full, Specimen.epoch as EpochID?),
        ].map { name, about, request, epoch in
            let bytes = request.encode(hub: Specimen.hub, epoch: epoch, key: Specimen.aliceKey)
            return VectorFile(
                "request/\(name).json",
                [
                    "about": .string(about), "hub": .string("\(Specimen.hub)"),
                    "epoch": epoch.map { .string("\($0)") } ?? .null,
                    "key": .hex(Specimen.aliceKey.verifying.bytes), "bytes": .hex(bytes),
                    "tag": bytesJSON(tag: SyncResponse.tag(ofRequest: bytes)),
                    "request": request.rendering,
                ])
        }
        for (name, about, error, content) in badRequests {
            files.append(
                VectorFile(
                    "request/invalid/\(name).json",
                    [
                        "about": .string(about), "error": .string(error),
                        "hub": .string("\(Specimen.hub)"), "epoch": .null,
                        "key": .hex(Specimen.aliceKey.verifying.bytes), "bytes": .hex(content),
                    ]))
        }
        return files
    }

    private static func bytesJSON(tag: UInt64) -> JSON { bytes { $0.fixed64(tag) } }

    /// Signs a body as its device would.
    private static func signed(_ body: [UInt8], key: SigningKey = Specimen.aliceKey) -> [UInt8] {
        let content = bytesOf { writer in
            writer.identifier(Specimen.hub)
            writer.identifier(EpochID(high: 0, low: 0))
            writer.raw(Digests.sha256(body).bytes)
        }
        return body + key.sign(content, for: .request).bytes
    }

    private static var badRequests: [(String, String, String, [UInt8])] {
        let whole = first.encode(hub: Specimen.hub, epoch: nil, key: Specimen.aliceKey)
        let body = Array(whole.dropLast(64))
        // Magic, replica, epoch tag, mark; grants version, no cursor, notices, writers, flags …
        let head = Array(body.prefix(33))
        let clock = Array(body[38..<(body.count - 6)])
        let rest = Array(body.suffix(6))
        func made(
            version: [UInt8] = [0], cursors: [UInt8] = [0], notices: [UInt8] = [0],
            writers: [UInt8] = [0], flags: [UInt8] = [0],
            unsettled: [UInt8] = [0], purges: [UInt8] = [], runs: [UInt8] = [0]
        ) -> [UInt8] {
            signed(
                head + version + cursors + notices + writers + flags + clock
                    + rest.dropLast(2) + unsettled + purges + runs)
        }
        precondition(made() == whole, "the parts are not those of a request")
        var altered = whole
        altered[40] ^= 1
        let zero = [UInt8](repeating: 0, count: 16)
        return [
            ("empty", "No byte at all.", "notOurs", []),
            (
                "captive-portal", "A page with status 200.", "notOurs",
                Array("<html><body>Please log in to this network</body></html>".utf8)
            ),
            (
                "answer", "The first bytes of an answer.", "notOurs",
                [0x48, 0x5a, 1, 2] + whole.dropFirst(4)
            ),
            (
                "version-2", "A version to come.", "unknownVersion",
                [0x48, 0x5a, 2, 1] + whole.dropFirst(4)
            ),
            (
                "cut-short", "Less than a head and a signature.", "truncated",
                Array(whole.prefix(60))
            ),
            (
                "unsigned", "Zeros where the signature should be.", "signature",
                body + [UInt8](repeating: 0, count: 64)
            ),
            ("altered", "One bit of the clock.", "signature", altered),
            (
                "signed-by-another", "Another device's key.", "signature",
                signed(body, key: Specimen.hubKey)
            ),
            ("trailing", "A byte before the signature.", "trailing", signed(body + [0])),
            (
                "cursor-of-no-grant", "A run of none.", "outOfRange",
                made(cursors: [1, 0, 0])
            ),
            (
                "cursors-of-257-grants", "256 and one.", "tooMany",
                made(cursors: [2] + bytesOf { $0.varint(UInt64(256)) } + [0, 1, 1])
            ),
            (
                "notices-beyond-2-to-the-53", "No notice has that number.", "outOfRange",
                made(notices: bytesOf { $0.varint(UInt64(1 << 53) + 1) })
            ),
            (
                "writers-beyond-32-bits", "No writer has that number.", "outOfRange",
                made(writers: bytesOf { $0.varint(UInt64(1 << 32)) })
            ),
            (
                "no-stretch", "The flag is set, and none follows.", "outOfRange",
                made(flags: [64], purges: [0])
            ),
            (
                "stretch-of-area-0", "Areas are counted from 1.", "outOfRange",
                made(flags: [64], purges: [1, 0] + Specimen.home.bytes + zero)
            ),
            (
                "stretches-overlap", "Both go to the end of the area.", "outOfOrder",
                made(
                    flags: [64],
                    purges: [2, 1] + Specimen.home.bytes + zero + [1] + Specimen.home.bytes + zero)
            ),
            (
                "no-copy", "The flag is set, and none follows.", "outOfRange",
                made(flags: [128, 1], purges: [0])
            ),
            (
                "copies-65", "One more than allowed, all empty.", "tooMany",
                made(flags: [128, 1], purges: [65] + [UInt8](repeating: 0, count: 65 * 18))
            ),
            (
                "receipts-none", "Receipts are flagged, and there is none.", "outOfRange",
                made(flags: [8], unsettled: [0, 0])
            ),
            (
                "seventeen-purges", "One more than allowed, all empty.", "tooMany",
                made(flags: [16], purges: [17] + [UInt8](repeating: 0, count: 17 * 65))
            ),
            (
                "purge-without-signature", "A purge receipt, and nothing after it.", "truncated",
                made(flags: [16], purges: [1, 0], runs: [])
            ),
            (
                "no-purge", "The flag is set, and none follows.", "outOfRange",
                made(flags: [16], purges: [0])
            ),
            ("unsettled-falls", "2 before 1.", "outOfOrder", made(unsettled: [2, 2, 1])),
            ("unsettled-twice", "1 and 1.", "outOfOrder", made(unsettled: [2, 1, 1])),
            (
                "seventeen-runs", "One more than allowed, all empty.", "tooMany",
                made(runs: [17] + [UInt8](repeating: 0, count: 17 * 65))
            ),
            (
                "run-longer-than-bytes", "A run of 16383 bytes that are not there.", "outOfRange",
                made(runs: [1, 0xff, 0x7f])
            ),
            (
                "run-without-signature", "A run, and nothing after it.", "truncated",
                made(runs: [1, 0])
            ),
        ]
    }

    // MARK: Answers

    static let quiet = SyncResponse(
        requestTag: 0x1122_3344_5566_7788, epoch: nil,
        hub_ms: UInt64(Specimen.morning), lease_ms: UInt64(Specimen.morning + 1_209_600_000),
        merged: NumberSet())

    static let busy: SyncResponse = {
        var writers = Self.writers
        let state = RecordState(
            record: Specimen.home, collection: Specimen.house,
            created: origin(Specimen.alice, 1, Specimen.wei, position: 301),
            units: [])!
        let bytes = StateCoding.encode(state, writers: &writers)
        return SyncResponse(
            requestTag: .max, epoch: Specimen.epoch, hub_ms: UInt64(Specimen.morning),
            hasMore: true, digestDiffers: true, lease_ms: 0,
            merged: NumberSet(ranges: [1...2, 5...5])!,
            grants: SyncResponse.Grants(
                version: 0xa1b2_c3d4_e5f6,
                grants: [SyncResponse.Grant(id: Specimen.grant, scope: Specimen.scope)],
                areas: [
                    SyncResponse.Area(
                        number: 1, scope: Specimen.id(0x51), parent: nil, name: Text("区")),
                    SyncResponse.Area(
                        number: 4, scope: Specimen.scope, parent: 1, name: Text("北街道")),
                ]),
            writers: [
                SyncResponse.WriterEntry(number: 1, writer: writers[1]!),
                SyncResponse.WriterEntry(number: 2, writer: writers[2]!),
            ], people: [SyncResponse.Person(id: Specimen.wei, name: Text("魏"))],
            receipts: [SignedReceipt(receipt, key: Specimen.hubKey)],
            pages: [
                SyncResponse.Page(
                    grants: [0], through: LogPosition(400)!,
                    records: [
                        SyncResponse.PageRecord(
                            collection: Specimen.house, record: Specimen.home, area: 4,
                            position: LogPosition(303)!, state: bytes),
                        SyncResponse.PageRecord(
                            collection: Specimen.house, record: Specimen.other, area: 4,
                            position: LogPosition(302)!, state: bytes),
                        SyncResponse.PageRecord(
                            collection: CollectionID(3), record: Specimen.id(3), area: 4,
                            position: LogPosition(303)!, state: bytes),
                    ]),
                SyncResponse.Page(grants: [], through: LogPosition(401)!, records: []),
            ],
            notices: [
                SyncResponse.Notice(
                    number: 6, kind: .decision, at_ms: UInt64(Specimen.morning), by: Specimen.sun,
                    record: Specimen.home, collection: Specimen.house, unit: UnitID(23),
                    value: .integer(5), yours: .integer(6),
                    reason: Text("one child counted twice")),
                SyncResponse.Notice(
                    number: 7, kind: .fork, at_ms: 0, by: nil, record: nil, collection: nil,
                    unit: nil, value: .integer(3), yours: nil, reason: Text("HZ-5010")),
                SyncResponse.Notice(
                    number: 8, kind: .assigned, at_ms: 1_790_000_000_000, by: Specimen.sun,
                    record: Specimen.home, collection: Specimen.house, unit: UnitID(23),
                    value: .integer(1_790_300_000_000), yours: nil, reason: Text("value")),
            ], mark: SignedMark(mark, key: Specimen.hubKey),
            estimate: SyncResponse.Estimate(records: 3, bytes: 1000),
            leaves: [
                SyncResponse.Leave(
                    number: 7, reason: .reassigned,
                    subject: .record(Specimen.home, Specimen.house)),
                SyncResponse.Leave(number: 300, reason: .revoked, subject: .grant(Specimen.grant)),
            ],
            echo: SyncResponse.Echo(of: [
                SyncResponse.Echo.State(
                    record: Specimen.id(9), area: 4, position: LogPosition(305)!,
                    digest: .of(Specimen.id(9), state: bytes)),
                SyncResponse.Echo.State(
                    record: Specimen.id(8), area: 4, position: LogPosition(306)!,
                    digest: .of(Specimen.id(8), state: bytes)),
            ]),
            comparison: [
                SyncResponse.Compared(
                    Stretch(all: 4), records: 300, digest: StateDigest(high: .max, low: 1),
                    isWhole: false),
                SyncResponse.Compared(
                    Stretch(area: 6, from: Specimen.id(3), to: Specimen.id(9)), records: 0,
                    digest: .zero, isWhole: true),
            ], wanted: [SyncResponse.Wanted(Specimen.home, Specimen.house)],
            credential: SignedCredential(credential, key: Specimen.hubKey))
    }()

    static let credential = Credential(
        hub: Specimen.hub, replica: Specimen.alice, key: Specimen.aliceKey.verifying,
        person: Specimen.wei, name: Text("Wei Min"), issued_ms: UInt64(Specimen.morning),
        until_ms: UInt64(Specimen.morning) + 1_209_600_000,
        scopes: [Specimen.scope, Specimen.id(9)])

    static var responses: [VectorFile] {
        var files = [
            ("quiet", "Nothing new.", quiet.encode(), quiet),
            ("busy", "Everything an answer can hold.", busy.encode(), busy),
        ].map { name, about, content, response in
            VectorFile(
                "response/\(name).json",
                [
                    "about": .string(about), "bytes": .hex(content),
                    "response": response.rendering,
                ])
        }
        files.append(
            VectorFile(
                "response/unknown-section.json",
                [
                    "about": "A section of a later version is skipped.",
                    "bytes": .hex(quiet.encode().dropLast() + [1, 99, 2, 0xff, 0xff]),
                    "written": .hex(quiet.encode()), "response": quiet.rendering,
                ]))
        for (name, about, error, content) in badResponses {
            files.append(
                VectorFile(
                    "response/invalid/\(name).json",
                    ["about": .string(about), "error": .string(error), "bytes": .hex(content)]))
        }
        return files
    }

    private static var badResponses: [(String, String, String, [UInt8])] {
        let whole = quiet.encode()
        func section(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            bytesOf { writer in
                writer.byte(tag)
                writer.counted(content)
            }
        }
        /// An answer that announces so many sections.
        func head(_ count: UInt8) -> [UInt8] { Array(whole.dropLast()) + [count] }
        let id = Specimen.home.bytes
        let zero = [UInt8](repeating: 0, count: 16)
        return [
            ("empty", "No byte at all.", "notOurs", []),
            (
                "captive-portal", "A page with status 200.", "notOurs",
                Array("<html><body>Please log in to this network</body></html>".utf8)
            ),
            (
                "request", "The first bytes of a request.", "notOurs",
                [0x48, 0x5a, 1, 1] + whole.dropFirst(4)
            ),
            (
                "version-2", "A version to come.", "unknownVersion",
                [0x48, 0x5a, 2, 2] + whole.dropFirst(4)
            ),
            ("cut-short", "The last byte is missing.", "truncated", Array(whole.dropLast())),
            (
                "cut-between-sections", "Two are announced, and one is there.", "truncated",
                head(2) + section(7, [1, 1])
            ),
            (
                "cut-before-sections", "One is announced, and none is there.", "truncated",
                head(1)
            ),
            (
                "section-not-announced", "None is announced, and one is there.", "trailing",
                head(0) + section(7, [1, 1])
            ),
            (
                "section-longer-than-bytes", "Five bytes are announced.", "outOfRange",
                head(1) + [4, 5, 0]
            ),
            (
                "section-unread", "A byte is left in it.", "trailing",
                head(1) + section(7, [1, 1, 0])
            ),
            (
                "sections-fall", "People before writers.", "outOfOrder",
                head(2) + section(3, [0]) + section(2, [0])
            ),
            (
                "section-twice", "Two estimates.", "outOfOrder",
                head(2) + section(7, [1, 1]) + section(7, [1, 1])
            ),
            (
                "writer-far-ahead", "Number 1048577 would cost its reader memory for a million.",
                "outOfRange",
                head(1) + section(2, [1] + bytesOf { $0.varint(UInt64(1 << 20) + 1) } + id + id)
            ),
            (
                "writers-with-gap", "1, then 3.", "outOfOrder",
                head(1) + section(2, [2, 1] + id + id + [3] + id + id)
            ),
            (
                "area-before-parent", "Its parent is not listed.", "outOfOrder",
                head(1) + section(1, [1, 0, 1, 2] + id + [1, 0])
            ),
            (
                "area-twice", "Number 1 two times.", "outOfOrder",
                head(1) + section(1, [1, 0, 2, 1] + id + [0, 0, 1] + id + [0, 0])
            ),
            (
                "page-of-no-record", "A collection lists at least one.", "outOfRange",
                head(1) + section(5, [0, 0, 0, 1, 0])
            ),
            (
                "page-of-form-2", "There are two forms.", "unknownTag",
                head(1) + section(5, [0, 0, 2])
            ),
            (
                "page-without-frame", "Form 1, and no zstd.", "malformedFrame",
                head(1) + section(5, [0, 0, 1, 1, 0])
            ),
            (
                "page-shape-falls", "Units 5 and 5.", "outOfOrder",
                head(1) + section(5, [0, 0, 0, 1, 1] + id + [1, 2, 1, 2, 5, 5])
            ),
            (
                "page-place-nowhere", "A reference to the second of one record.", "outOfRange",
                head(1)
                    + section(
                        5,
                        [0, 0, 0, 1, 1] + id + [1, 2, 1, 1, 5, 1, 1, 2, 0, 0, 0, 1, 9, 2])
            ),
            (
                "page-position-below-zero", "Before the start of the log.", "outOfRange",
                head(1) + section(5, [0, 0, 0, 1, 1] + id + [1, 1, 0])
            ),
            (
                "page-state-longer-than-bytes", "A state of nine bytes that are not there.",
                "outOfRange", head(1) + section(5, [0, 0, 0, 1, 1] + id + [1, 2, 0, 0, 9])
            ),
            (
                "page-grant-256", "Places go to 255.", "outOfRange",
                head(1) + section(5, [1] + bytesOf { $0.varint(UInt64(256)) } + [0])
            ),
            (
                "receipt-without-signature", "The bytes end after it.", "truncated",
                head(1) + section(4, [1, 1, 0])
            ),
            (
                "notice-of-unknown-kind", "There is no kind 6.", "unknownTag",
                head(1) + section(6, [1, 1, 6, 0, 0, 0, 0, 0, 0, 0, 0])
            ),
            (
                "leave-for-no-reason", "Reason 1 is not used.", "unknownTag",
                head(1) + section(9, [1, 1, 1, 1] + id)
            ),
            (
                "leave-of-nothing", "It names a record or a grant.", "unknownTag",
                head(1) + section(9, [1, 1, 0, 2] + id)
            ),
            (
                "leaves-fall", "2 before 1.", "outOfOrder",
                head(1) + section(9, [2, 2, 0, 1] + id + [1, 0, 1] + id)
            ),
            (
                "echo-without-page", "It belongs to pages.", "outOfRange",
                head(1) + section(10, [1] + id)
            ),
            (
                "echo-of-no-record", "There is at least one.", "outOfRange",
                head(2) + section(5, [0, 0, 0]) + section(10, [0] + id)
            ),
            (
                "comparison-of-area-0", "Areas are counted from 1.", "outOfRange",
                head(1) + section(11, [1, 0] + id + id + [0] + id + [0])
            ),
            (
                "comparison-backwards", "It ends where it begins.", "outOfRange",
                head(1) + section(11, [1, 1] + id + id + [0] + id + [0])
            ),
            (
                "comparisons-overlap", "Both have what comes after the first.", "outOfOrder",
                head(1)
                    + section(
                        11,
                        [2, 1] + id + zero + [0] + id + [0, 1] + id + zero + [0] + id + [0])
            ),
            (
                "comparison-half-whole", "Whole or not.", "unknownTag",
                head(1) + section(11, [1, 1] + id + zero + [0] + id + [2])
            ),
            (
                "merged-touch", "1 … 2 and 3 are one range.", "outOfOrder",
                Array(whole.dropLast(2)) + [2, 1, 1, 3, 0, 0]
            ),
        ]
    }
}
