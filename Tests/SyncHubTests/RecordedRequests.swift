import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting

/// A first sync request of a program of another version, as it was sent.
struct RecordedRequest: CustomStringConvertible, Sendable {
    let description: String
    let hex: String
    let dispositions: [Disposition]
    /// What a program of the newest version shows then.
    let shown: [(UnitID, Value)]

    static let house = RecordID(high: 0x0190, low: 7)

    var bytes: [UInt8] {
        let digits = hex.utf8.map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Makes the hub know the device that sent it.
    func enrol(at fixture: HubFixture) throws {
        let key = SigningKey(seed: [UInt8](repeating: 0x51, count: 32))!
        try fixture.hub.store.write { tx in
            try tx.put(
                StoredPerson(
                    id: PersonID(high: 5, low: 1), name: "Recorded", roles: "advisor",
                    password: nil))
            try tx.insertReplica(
                ReplicaID(high: 5, low: 2), key: key.verifying, person: PersonID(high: 5, low: 1),
                name: "old laptop", state: "approved", now_ms: fixture.clock.now_ms)
            try tx.insertGrant(
                GrantID(high: 5, low: 3), person: PersonID(high: 5, low: 1), area: 1,
                began: .start)
        }
    }

    static let all: [RecordedRequest] = [
        RecordedRequest(
            description: "schema 1: a house registered, and its address corrected",
            hex: """
                485a01010000000000000005000000000000000200000000000000000000000000000000\
                0000a0dfe285e36890abb4c2b1340700e807020001c30200000000000000050000000000\
                000002010000000000000000000000000000000000000000000000000000000000000000\
                0202020408020204020202020202020202020202020401010e7002130301100200011104\
                16011302000001000200000300d0cfe285e368d00f00000000ff887a0000010000000000\
                000000000000010000000601010000000500000000000100010101031000110013000100\
                011100000000000000000500000000000000010000000000000005000000000000000300\
                000000000000000000000000000000000000000000000100000000000000000000000000\
                000190000000000000000700000000000000010000000000000001000000000000000500\
                0000000000000207010c726567697374726174696f6e0576697369740700040b040b456c\
                6d20352c2048756c6c4f616b20392c20596f726b0306ce78769eb5b9dc8b841b40adb971\
                29fcbff88cadaba382aaa1dbff809a62d466e6ee7b350de513a5841a782217478db98687\
                e05ad6b173329af232f06a9ed606c4978856b1709556ee077418b82dbd71d7b07d1b1fc1\
                e3bc25146abbebeee70f6d5c71a9d2d00d05c9a2b037d09465d9d672250516b0dcada7db\
                c1d51884ce0a
                """,
            dispositions: [.applied, .applied],
            shown: [
                (House.title, .text("Oak 9, York")), (NextHouse.street, .text("Oak 9")),
                (NextHouse.town, .text("York")), (House.count, .integer(3)),
            ]),
        RecordedRequest(
            description: "schema 9: units of every kind that nobody knows, and a value too many",
            hex: """
                485a01010000000000000005000000000000000200000000000000000000000000000000\
                0000f0eee285e368f8b2b4c2b1340700e807030001900300000000000000050000000000\
                000002010000000000000000000000000000000000000000000000000000000000000000\
                030303060a030305030303030303030303030303030600001f7002130801100200011102\
                0b01130500012a020001ac02070401ad02040001ae02010001af02060000010100020200\
                0003000300d0cfe285e368d00fd00f000000000000ff887a000000010100000000000000\
                000200000000000000010100000000060001010100000000050500000000000000000001\
                01031000110013000100052a00ac0200ad0201ae0202af02030100011300000000000000\
                000500000000000000010000000000000005000000000000000300000000000000000000\
                000000000000000000000000000100000000000000000000000000000190000000000000\
                000700000000000000010000000000000001000000000000000100000000000000020709\
                0c726567697374726174696f6e0576697369740700040b456c6d20352c2048756c6c0306\
                03880e03040803050300040101020378010705000d020206d2dc022ec02c81f562034bfd\
                dc517091242b2c881df0eb89212d36c3ff4ad186bd81d2dab33b6fa91572b6ea4d5674cb\
                8f86cf0165bb6cc26d559ffa6cd66617b42005e845be6c3a4d946de63a5cbc9bbe57311e\
                eb16918df49a3fd344259766622dfc112ff6cb2da7f7797aaca3fcde27afdf0d2d3d68c8\
                effe7d9ea6dffe3dbbc10a
                """,
            dispositions: [.applied, .applied, .quarantined],
            shown: [(NextHouse.pets, .integer(2)), (House.count, .integer(3))]),
    ]
}
