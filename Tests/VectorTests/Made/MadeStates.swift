import SyncCore
import SyncProtocol

extension Made {
    /// The writers that the states of these vectors know: 1, 2, 3, 4.
    static let writers: WriterTable = {
        var table = WriterTable()
        for writer in [
            Writer(replica: Specimen.alice, author: Specimen.wei),
            Writer(replica: Specimen.bob, author: Specimen.jie),
            Writer(replica: Specimen.hubReplica, author: Specimen.sun),
            Writer(replica: Specimen.carol, author: Specimen.wei),
        ] {
            _ = table.number(of: writer)
        }
        return table
    }()

    static func writersJSON(_ table: WriterTable) -> JSON {
        .array(
            table.writers.compactMap(\.self).map {
                .object([
                    "replica": .string("\($0.replica)"), "author": .string("\($0.author)"),
                ])
            })
    }

    /// State blobs: `state.md`.
    static var states: [VectorFile] {
        var files = goodStates.map { name, about, state in
            var writers = writers
            let bytes = StateCoding.encode(state, writers: &writers)
            let digest = StateDigest.of(state.record, state: bytes)
            return VectorFile(
                "state/\(name).json",
                [
                    "about": .string(about), "writers": writersJSON(writers), "bytes": .hex(bytes),
                    "digest": .hex(
                        bytesOf {
                            $0.fixed64(digest.high)
                            $0.fixed64(digest.low)
                        }),
                    "state": state.rendering,
                ])
        }
        for (name, about, error, content) in badStates {
            files.append(
                VectorFile(
                    "state/invalid/\(name).json",
                    [
                        "about": .string(about), "error": .string(error),
                        "writers": writersJSON(writers), "bytes": .hex(content),
                    ]))
        }
        return files
    }

    static func origin(
        _ replica: ReplicaID, _ number: UInt64, _ author: PersonID, after: Int64 = 0,
        position: UInt64? = nil, shown: UInt64? = nil
    ) -> Origin {
        Origin(
            name: Specimen.name(replica, number), author: author,
            time: CorrectedTime(clamping: Specimen.morning + after),
            position: position.map { LogPosition($0)! }, shown: shown.map { LogPosition($0)! })
    }

    private static var goodStates: [(String, String, RecordState)] {
        let created = origin(Specimen.alice, 1, Specimen.wei, position: 7)
        let later = origin(
            Specimen.bob, 3, Specimen.jie, after: 60_000, position: 9, shown: 7)
        let hub = origin(
            Specimen.hubReplica, 5, Specimen.sun, after: 90_000, position: 12, shown: 9)
        func state(_ created: Origin?, _ units: [(UInt16, UnitState)]) -> RecordState {
            RecordState(
                record: Specimen.home, collection: Specimen.house, created: created,
                units: units.map { RecordState.Unit(id: UnitID($0.0), state: $0.1) })!
        }
        func register(
            _ heads: [(Origin, Value)], early: [ChangeSetName] = [], base: (Origin, Value)? = nil
        ) -> UnitState {
            .register(
                Register(
                    heads: heads.map { Head(origin: $0.0, value: $0.1) }, early: early,
                    base: base.map { Head(origin: $0.0, value: $0.1) })!)
        }
        return [
            ("created", "A record that was created and nothing else.", state(created, [])),
            (
                "settled", "One head in each unit, the second of another origin.",
                state(
                    created,
                    [
                        (16, register([(created, .reference(Specimen.id(0x5c)))])),
                        (17, register([(later, .text("王家"))])),
                    ])
            ),
            (
                "disputed", "Two heads, with the base that both cover.",
                state(
                    created,
                    [
                        (
                            23,
                            register(
                                [(later, .integer(6)), (hub, .integer(5))],
                                base: (created, .integer(4)))
                        )
                    ])
            ),
            (
                "early", "Names that were replaced before they came, also where nothing is set.",
                state(
                    created,
                    [
                        (
                            17,
                            register(
                                [(created, .text("x"))], early: [Specimen.name(Specimen.bob, 9)])
                        ),
                        (
                            23,
                            register(
                                [],
                                early: [
                                    Specimen.name(Specimen.alice, 2),
                                    Specimen.name(Specimen.bob, 9),
                                ])
                        ),
                    ])
            ),
            (
                "elements",
                "A set with two elements, one of them added twice, and an early removal.",
                state(
                    created,
                    [
                        (
                            21,
                            .elements(
                                Elements(
                                    entries: [
                                        .init(element: .integer(1), adds: [created, later]),
                                        .init(element: .text("a"), adds: [hub]),
                                    ],
                                    early: [
                                        .init(
                                            element: .text("a"),
                                            add: Specimen.name(Specimen.carol, 4))
                                    ])!)
                        )
                    ])
            ),
            (
                "total", "A sum: what was counted of each replica.",
                state(
                    created,
                    [
                        (
                            30,
                            .total(
                                Total(parts: [
                                    .init(
                                        replica: Specimen.alice, amount: -90,
                                        counted: NumberSet(ranges: [1...2, 5...5])!),
                                    .init(
                                        replica: Specimen.bob, amount: 15,
                                        counted: NumberSet(ranges: [3...3])!),
                                ])!)
                        )
                    ])
            ),
            (
                "log", "Entries by time, two of them of one change set.",
                state(
                    created,
                    [
                        (
                            1,
                            .log(
                                Log(entries: [
                                    .init(origin: created, index: 0, value: .text("first")),
                                    .init(origin: created, index: 1, value: .text("second")),
                                    .init(origin: later, index: 0, value: .text("third")),
                                ])!)
                        )
                    ])
            ),
            (
                "unheard", "Written before its creation came: no creation, no position.",
                state(
                    nil,
                    [(17, register([(origin(Specimen.carol, 2, Specimen.wei), .absent)]))])
            ),
        ]
    }

    /// One origin: writer 1, number 1, position 7, a time, nothing shown.
    private static let oneOrigin: [UInt8] = [1, 1, 1, 7, 5, 0]

    private static var badStates: [(String, String, String, [UInt8])] {
        let name = bytesOf { $0.name(Specimen.name(Specimen.bob, 9)) }
        return [
            ("empty", "No byte at all.", "truncated", []),
            ("trailing", "A byte follows.", "trailing", oneOrigin + [1, 0, 0]),
            ("writer-zero", "Writers begin at 1.", "unknownTag", [1, 0, 1, 7, 5, 0, 1, 0]),
            ("writer-unknown", "Nobody told of writer 9.", "unknownTag", [1, 9, 1, 7, 5, 0, 1, 0]),
            ("origin-unused", "An origin that nothing is of.", "outOfOrder", oneOrigin + [0, 0]),
            (
                "origins-fall", "Number 2 stands before 1.", "outOfOrder",
                [2, 1, 2, 7, 5, 0, 1, 1, 7, 5, 0, 1, 0]
            ),
            (
                "origin-twice", "The same change set two times.", "outOfOrder",
                [2, 1, 1, 7, 5, 0, 1, 1, 7, 5, 0, 1, 0]
            ),
            (
                "origins-of-2-to-the-40", "Nobody makes room for that.", "outOfRange",
                [0x80, 0x80, 0x80, 0x80, 0x80, 0x20]
            ),
            (
                "position-beyond-2-to-the-53", "One more than there can be.", "outOfRange",
                [1, 1, 1] + bytesOf { $0.varint(UInt64(1 << 53) + 1) } + [5, 0, 1, 0]
            ),
            (
                "time-beyond-2-to-the-48", "The year 10889.", "outOfRange",
                [1, 1, 1, 7] + bytesOf { $0.varint(UInt64(1 << 48)) } + [0, 1, 0]
            ),
            ("created-by-nobody", "The second of one origin.", "unknownTag", oneOrigin + [2, 0]),
            ("flags-unknown", "Bit 3 means nothing.", "unknownTag", oneOrigin + [1, 1, 16, 8, 0]),
            (
                "flags-plain-log", "Only a register is plain.", "unknownTag",
                oneOrigin + [1, 1, 16, 7, 0]
            ),
            (
                "plain-without-origin", "A head of an origin that is not there.", "unknownTag",
                [0, 0, 1, 16, 4, 0]
            ),
            (
                "not-plain", "One head of the first origin in the long form.", "outOfOrder",
                oneOrigin + [0, 1, 16, 0, 1, 0, 0, 0, 0]
            ),
            (
                "base-of-one-head", "Only differing heads have a base.", "outOfOrder",
                [2, 1, 1, 7, 5, 0, 2, 1, 8, 5, 0, 0, 1, 16, 0, 1, 1, 0, 0, 1, 0, 0]
            ),
            (
                "units-fall", "Unit 17 stands before 16.", "outOfOrder",
                oneOrigin + [0, 2, 17, 4, 0, 16, 4, 0]
            ),
            (
                "heads-fall", "Bob's head stands before Alice's.", "outOfOrder",
                [2, 1, 1, 7, 5, 0, 2, 1, 8, 5, 0, 0, 1, 16, 0, 2, 1, 0, 0, 1, 0, 0]
            ),
            (
                "heads-of-one-device", "The later of them covers the other.", "outOfOrder",
                [2, 1, 1, 7, 5, 0, 1, 2, 8, 5, 0, 0, 1, 16, 0, 2, 0, 0, 1, 1, 0, 0]
            ),
            (
                "head-is-early", "What is there can't still be to come.", "outOfOrder",
                [1, 2, 9, 7, 5, 0, 0, 1, 16, 0, 1, 0, 0, 1] + name + [0]
            ),
            (
                "early-falls", "The same name two times.", "outOfOrder",
                oneOrigin + [1, 1, 16, 0, 0, 2] + name + name + [0]
            ),
            (
                "element-without-add", "It would not be there.", "outOfOrder",
                oneOrigin + [1, 1, 16, 1, 1, 1, 0, 0]
            ),
            (
                "elements-fall", "Yes stands before no.", "outOfOrder",
                oneOrigin + [0, 1, 16, 1, 2, 2, 1, 0, 1, 1, 0, 0]
            ),
            (
                "parts-fall", "A replica two times.", "outOfOrder",
                [0, 0, 1, 16, 2, 2] + name.prefix(16) + [0, 0] + name.prefix(16) + [0, 0]
            ),
            (
                "entries-fall", "The second entry stands first.", "outOfOrder",
                oneOrigin + [0, 1, 16, 3, 2, 0, 1, 0, 0, 0, 0]
            ),
            (
                "entry-place-beyond-32-bits", "Nobody appends that much.", "outOfRange",
                oneOrigin + [0, 1, 16, 3, 1, 0] + bytesOf { $0.varint(UInt64(1 << 32)) } + [0]
            ),
        ]
    }
}
