import SyncCore
import SyncProtocol

extension Made {
    /// Canonical bytes and hashes: `change-set.md`.
    static var changeSets: [VectorFile] {
        let all: [(String, String, ChangeSet)] = [
            (
                "smallest", "The first of a device; one record is created, nothing written.",
                Specimen.smallest
            ),
            (
                "everything", "Every kind of write and value; chained to the smallest.",
                Specimen.everything
            ),
            ("alike", "Chained to the one before.", Specimen.alike),
            (
                "extremes", "The ends of every range, and text that is easily damaged.",
                Specimen.extremes
            ),
        ]
        return all.map { name, about, set in
            VectorFile(
                "change-set/\(name).json",
                [
                    "about": .string(about), "changeSet": set.rendering,
                    "envelope": .hex(ChangeSetCoding.envelope(set)),
                    "payloads": .array(set.changes.map { .hex(ChangeSetCoding.payload($0)) }),
                    "salts": .array(
                        set.changes.indices.map { .hex(ChangeSetCoding.salt(set, $0)) }),
                    "payloadHashes": .array(
                        ChangeSetCoding.payloadHashes(set).map { .hex($0.bytes) }),
                    "size": .integer(Int64(HashedChangeSet(hashing: set).size)),
                    "hash": .hex(ChangeSetCoding.hash(set).bytes),
                ])
        }
    }

    /// Runs: `run.md`.
    static var runs: [VectorFile] {
        let all: [(String, String, [ChangeSet])] = [
            ("smallest", "One change set, nearly empty.", [Specimen.smallest]),
            (
                "three", "Three in a row; what repeats is sent once.",
                [Specimen.smallest, Specimen.everything, Specimen.alike]
            ),
            ("extremes", "The ends of every range.", [Specimen.extremes]),
        ]
        var files = all.map { name, about, sets in
            let head = ChangeSetCoding.hash(sets[sets.count - 1])
            let key = Specimen.aliceKey
            let run = SignedRun.make(sets, head: head, key: key)
            return VectorFile(
                "run/\(name).json",
                [
                    "about": .string(about), "key": .hex(key.verifying.bytes),
                    "bytes": .hex(run.bytes), "signature": .hex(run.signature.bytes),
                    "changeSets": .array(sets.map { HashedChangeSet(hashing: $0).rendering }),
                ])
        }
        for (name, about, numbers) in gaps {
            let run = gapped(numbers)
            let signed = SignedRun.make(run, key: Specimen.aliceKey)
            files.append(
                VectorFile(
                    "run/\(name).json",
                    members: [
                        JSONMember("about", .string(about)),
                        JSONMember("key", .hex(Specimen.aliceKey.verifying.bytes)),
                        JSONMember("bytes", .hex(signed.bytes)),
                        JSONMember("signature", .hex(signed.signature.bytes)),
                    ] + run.members))
        }
        for (name, about, error, content) in badRuns {
            files.append(
                VectorFile(
                    "run/invalid/\(name).json",
                    [
                        "about": .string(about), "error": .string(error), "bytes": .hex(content),
                    ]))
        }
        return files
    }

    private static let gaps: [(String, String, Set<UInt64>)] = [
        ("gap", "The second of three is a gap, and what follows is chained to its hash.", [2]),
        ("gaps-at-both-ends", "The first and the last of three.", [1, 3]),
        ("nothing-but-gaps", "Three numbers, of which nothing is left.", [1, 2, 3]),
    ]

    /// Three in a row, some of which their device has lost.
    private static func gapped(_ numbers: Set<UInt64>) -> HashedRun {
        let sets = [Specimen.smallest, Specimen.everything, Specimen.alike].map {
            HashedChangeSet(hashing: $0)
        }
        func isLost(_ set: HashedChangeSet) -> Bool {
            numbers.contains(set.changeSet.name.number.value)
        }
        return HashedRun(
            replica: Specimen.alice, first: .first, previous: .none,
            changeSets: sets.filter { !isLost($0) },
            gaps: sets.filter(isLost).map {
                RunGap($0.changeSet.name.number, previous: $0.changeSet.previous, hash: $0.hash)
            })
    }

    private static let threeBytes = RunCoding.encode([
        Specimen.smallest, Specimen.everything, Specimen.alike,
    ])
    private static let smallestBytes = RunCoding.encode([Specimen.smallest])

    private static func smallest(_ change: (inout RunFrame) -> Void) -> [UInt8] {
        var frame = RunFrame(smallestBytes)
        change(&frame)
        return frame.bytes
    }

    private static func three(_ change: (inout RunFrame) -> Void) -> [UInt8] {
        var frame = RunFrame(threeBytes)
        change(&frame)
        return frame.bytes
    }

    private static var badRuns: [(String, String, String, [UInt8])] {
        [
            ("empty", "No byte at all.", "truncated", []),
            ("cut-short", "The last byte is missing.", "truncated", Array(threeBytes.dropLast())),
            ("trailing", "A byte follows the last column.", "trailing", threeBytes + [0]),
            ("number-zero", "Numbers begin at 1.", "outOfRange", smallest { $0.number = [0] }),
            (
                "number-beyond-2-to-the-53", "The number after it would be none.", "outOfRange",
                smallest { $0.number = bytesOf { $0.varint(UInt64(1 << 53)) } }
            ),
            (
                "no-change-set", "A run names at least one number.", "outOfRange",
                smallest { $0.count = [0, 0] }
            ),
            (
                "gap-beyond-the-end", "The gap is the third of two numbers.", "outOfRange",
                smallest { $0.count = [0, 1, 2] + [UInt8](repeating: 7, count: 32) + [1] }
            ),
            (
                "gap-of-a-change-set", "A number more than change sets and gaps are.", "outOfRange",
                smallest {
                    let hash = [UInt8](repeating: 7, count: 32)
                    $0.count = [0, 2, 0] + hash + [2] + hash + [1]
                }
            ),
            (
                "gap-cut-short", "The hash has 31 bytes.", "truncated",
                Array(
                    smallest { $0.count = [0, 1, 0] + [UInt8](repeating: 7, count: 32) }.prefix(
                        16 + 1 + 32 + 3 + 31))
            ),
            (
                "count-of-2-to-the-40", "Nobody makes room for that.", "outOfRange",
                smallest { $0.count = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20] }
            ),
            (
                "column-longer-than-bytes", "The first column says 16383 bytes.", "outOfRange",
                smallest { $0.lengths = [0: [0xff, 0x7f]] }
            ),
            (
                "column-unused-byte", "A byte of a column is left over.", "trailing",
                smallest { $0.columns[4] += [0] }
            ),
            (
                "column-too-short", "The intent's column is empty.", "truncated",
                smallest { $0.columns[10] = [] }
            ),
            (
                "index-unknown", "The author is the ninth name, and none is known.", "outOfRange",
                smallest { $0.columns[0] = [9] }
            ),
            (
                "name-sent-twice", "The grant is the author's name, sent as a new one.",
                "outOfOrder",
                smallest { frame in
                    for place in 0..<16 { frame.columns[24][16 + place] = frame.columns[24][place] }
                }
            ),
            (
                "text-sent-twice", "A second text equal to the first.", "outOfOrder",
                smallest {
                    $0.columns[12] = [1, 0]
                    $0.columns[26] += $0.columns[26]
                }
            ),
            ("flag-of-two", "A flag is 0 or 1.", "unknownTag", smallest { $0.columns[12] = [2] }),
            (
                "position-below-zero", "The trunk goes back before the start.", "outOfRange",
                smallest { $0.columns[2] = [0, 1] }
            ),
            (
                "milliseconds-below-zero", "The clock stands before 1970.", "outOfRange",
                smallest { $0.columns[3] = [1] }
            ),
            (
                "milliseconds-overflow", "The second moment is beyond 64 bits.", "outOfRange",
                three {
                    $0.columns[3] =
                        $0.columns[3].dropLast(6) + bytesOf { $0.zigzag(.max) }
                        + bytesOf { $0.zigzag(0) }
                }
            ),
            (
                "counter-of-65536", "It has sixteen bits.", "outOfRange",
                smallest { $0.columns[4] = bytesOf { $0.varint(UInt64(65536)) } }
            ),
            (
                "intent-of-41-bytes", "One more than allowed.", "outOfRange",
                smallest { $0.columns[26] = [41] + [UInt8](repeating: 0x61, count: 41) }
            ),
            (
                "intent-no-utf8", "The intent is the byte ff.", "malformedText",
                smallest { $0.columns[26] = [1, 0xff] }
            ),
            (
                "no-change", "A change set changes at least one record.", "outOfOrder",
                smallest { frame in
                    frame.columns[16] = [0]
                    frame.columns[17] = []
                    frame.columns[18] = []
                    frame.columns[19] = []
                    frame.columns[23] = []
                    frame.columns[24].removeLast(16)
                }
            ),
            (
                "shape-unknown-kind", "There is no kind 4.", "unknownTag",
                smallest { $0.columns[23] = [1, 1, 1, 16, 4] }
            ),
            (
                "shape-without-anything", "A change that neither creates nor writes.",
                "outOfOrder", smallest { $0.columns[23] = [1, 0, 0] }
            ),
            (
                "unit-without-column", "A write to a unit that is not listed.", "truncated",
                smallest { $0.columns[23] = [1, 1, 1, 16, 0] }
            ),
            (
                "unit-unused", "A listed unit that nothing is written to.", "trailing",
                smallest { $0.units = [RunFrame.Unit(collection: 1, unit: 16, tags: [0])] }
            ),
            (
                "unit-empty", "A listed unit without a tag.", "outOfOrder",
                smallest { $0.units = [RunFrame.Unit(collection: 1, unit: 16, tags: [])] }
            ),
            (
                "units-fall", "Unit 18 stands before 17.", "outOfOrder",
                three { $0.units.swapAt(1, 2) }
            ),
            (
                "unit-twice-in-a-change", "The shape writes unit 16 two times.", "outOfOrder",
                smallest {
                    $0.columns[20] = [0, 0]
                    $0.columns[23] = [1, 1, 2, 16, 0, 16, 0]
                    $0.units = [RunFrame.Unit(collection: 1, unit: 16, tags: [0, 0])]
                }
            ),
            (
                "record-twice", "A change set that changes one record two times.", "outOfOrder",
                smallest {
                    $0.columns[16] = [2]
                    $0.columns[17] = [0, 1]
                    $0.columns[18] = $0.columns[18] + [5]
                    $0.columns[19] = [0, 0]
                }
            ),
            (
                "text-beyond-content", "A text of three bytes, of which content has none.",
                "outOfRange",
                smallest {
                    $0.columns[20] = [0]
                    $0.columns[23] = [1, 1, 1, 16, 0]
                    $0.units = [RunFrame.Unit(collection: 1, unit: 16, tags: [4, 3])]
                }
            ),
            (
                "group-in-group", "Groups don't nest.", "unknownTag",
                smallest {
                    $0.columns[20] = [0]
                    $0.columns[23] = [1, 1, 1, 16, 0]
                    $0.units = [RunFrame.Unit(collection: 1, unit: 16, tags: [8, 1, 8, 0])]
                }
            ),
        ]
    }
}

/// A run taken apart without understanding it, so that a vector can spoil one part.
struct RunFrame {
    struct Unit {
        var collection: UInt64
        var unit: UInt64
        var tags: [UInt8]
        var content: [UInt8] = []
    }

    var replica: [UInt8]
    var number: [UInt8]
    var previous: [UInt8]
    var count: [UInt8]
    var columns: [[UInt8]]
    var units: [Unit]
    /// Lengths that are told instead of the true ones.
    var lengths: [Int: [UInt8]] = [:]

    /// Takes apart a run that `RunCoding.encode` has made.
    init(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        func take<Result>(_ body: () throws(CodecError) -> Result) -> Result {
            do { return try body() } catch { preconditionFailure("no run of ours: \(error)") }
        }
        func varint() -> UInt64 { take { () throws(CodecError) in try reader.varint() } }
        func raw(_ count: UInt64) -> [UInt8] {
            take { () throws(CodecError) in try reader.raw(Int(count)) }
        }
        replica = raw(16)
        number = Made.bytesOf { $0.varint(varint()) }
        previous = raw(32)
        count = Made.bytesOf { $0.varint(varint()) }
        let lengths = (0..<27).map { _ in varint() }
        let heads = (0..<varint()).map { _ in
            (collection: varint(), unit: varint(), tags: varint(), content: varint())
        }
        columns = lengths.map(raw)
        units = heads.map { head in
            Unit(
                collection: head.collection, unit: head.unit, tags: raw(head.tags),
                content: raw(head.content))
        }
    }

    var bytes: [UInt8] {
        Made.bytesOf { writer in
            writer.raw(replica + number + previous + count)
            for (place, column) in columns.enumerated() {
                writer.raw(lengths[place] ?? Made.bytesOf { $0.varint(column.count) })
            }
            writer.varint(units.count)
            for unit in units {
                writer.varint(unit.collection)
                writer.varint(unit.unit)
                writer.varint(unit.tags.count)
                writer.varint(unit.content.count)
            }
            for column in columns { writer.raw(column) }
            for unit in units { writer.raw(unit.tags + unit.content) }
        }
    }
}
