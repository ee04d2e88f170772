import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting

extension Made {
    /// A whole exchange with a real hub, byte for byte: `README.md` tells the same story.
    static var exchange: [VectorFile] {
        get throws {
            var story = try Story()
            try story.tell()
            return [
                VectorFile(
                    "exchange/two-devices.json",
                    [
                        "about":
                            "Two devices, one conflict and its end: the story of README.md, byte for byte.",
                        "hub": .string("\(story.fixture.hub.id)"),
                        "receiptKey": .hex(story.fixture.hub.receiptKey.bytes),
                        "devices": .array(story.devices.map(story.facts)),
                        "steps": .array(story.steps),
                    ])
            ]
        }
    }
}

/// Wei and Jie visit the same household, and an administrator decides.
struct Story {
    let fixture: HubFixture
    private(set) var steps: [JSON] = []
    private(set) var devices: [ScriptedDevice] = []
    private let house = RecordID(high: 0x019a_0000_0000_7001, low: 0x8000_0000_0000_0001)

    init() throws {
        fixture = try HubFixture(schema: .fieldwork)
    }

    mutating func tell() throws {
        var wei = try enrol(1, "Wei Min")
        var jie = try enrol(2, "Chen Jie")

        try sync(
            "first sync",
            "Wei's first sync: grants and areas, and no record yet.",
            &wei, [])
        let count = Household.Field.memberCount.id
        wei.seal(
            [
                RecordChange(
                    record: house, collection: .household, creates: true,
                    writes: [
                        Write(
                            unit: Household.Field.area.id,
                            operation: .set(
                                .reference(
                                    RecordID(
                                        high: HubFixture.north.high, low: HubFixture.north.low)),
                                replacing: [])),
                        Write(
                            unit: Household.Field.headName.id,
                            operation: .set(.text("王芳"), replacing: [])),
                        Write(unit: count, operation: .set(.integer(4), replacing: [])),
                    ], shown: nil)!
            ], intent: "registration")
        let pushed = try sync(
            "push", "Wei registers a household: a run goes up; a receipt and the record come down.",
            &wei, [wei.run()])
        try repeated(
            "retry after a lost answer",
            "The same bytes again: nothing is stored or merged twice, the receipt is the same.",
            pushed, &wei)
        try sync("snapshot", "Jie's first sync: nothing to send, everything to get.", &jie, [])

        func visit(_ device: inout ScriptedDevice, _ members: Int64) throws -> SignedRun {
            let names = try device.heads(house, count)
            device.seal([
                RecordChange(
                    record: house, collection: .household, creates: false,
                    writes: [
                        Write(
                            unit: count, operation: .set(.integer(members), replacing: names))
                    ], shown: device.states[house]?.position)!
            ])
            return device.run(from: UInt64(device.sealed.count))
        }
        let six = try visit(&jie, 6)
        let five = try visit(&wei, 5)
        try sync(
            "a change", "Jie has found six people and names the four he was shown.", &jie, [six])
        try sync(
            "a conflict",
            "Wei has found five, and names the same four: two heads, with four as their base.",
            &wei, [five])

        let conflict = try fixture.hub.conflicts(state: nil, by: fixture.admin)[0]
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        _ = try fixture.hub.resolve(
            conflict.id,
            ResolutionRequest(
                version: detail.version, choice: .keep("b"), reason: "one child counted twice"),
            by: fixture.admin)
        try sync(
            "the decision",
            "An administrator has kept Jie's six. Wei gets the state and a notice.",
            &wei, [])
        try sync("the decision, for Jie", "The same for the author of the other side.", &jie, [])
        try sync(
            "nothing new", "One round trip, digest included; nothing comes.", &wei, [],
            digest: true)
        try sync(
            "another digest", "A device whose states differ is told so.", &jie, [],
            digest: true, spoiled: true)
        devices = [wei, jie]
    }

    /// What an implementer has to know to make a device's bytes again.
    func facts(_ device: ScriptedDevice) -> JSON {
        .object([
            "replica": .string("\(device.replica)"), "seed": .hex(device.key.seed),
            "key": .hex(device.key.verifying.bytes), "person": .string("\(device.person)"),
            "changeSets": .array(device.sealed.map(\.rendering)),
        ])
    }

    private mutating func enrol(_ number: UInt8, _ person: String) throws -> ScriptedDevice {
        let replica = ReplicaID(high: UInt64(number), low: UInt64(number))
        let key = SigningKey(seed: [UInt8](repeating: number, count: 32))!
        let secret = try fixture.hub.makeCode(
            person: person, areas: [HubFixture.district], by: fixture.admin
        ).secret
        let signed = Hub.enrolmentBytes(
            secret: secret, replica: replica, key: key.verifying, deviceName: "laptop")
        let signature = key.sign(signed, for: .enrolment)
        let answer = try fixture.hub.enrol(
            EnrolmentRequest(
                secret: secret, replica: replica, key: key.verifying, deviceName: "laptop",
                signature: signature))
        steps.append(
            .object([
                "name": .string("enrolment"),
                "about": .string("\(person) shows a code; an administrator approves afterwards."),
                "path": "/v1/enrol",
                "request": .object([
                    "secret": .string(Base32.encode(secret)), "replica": .string("\(replica)"),
                    "key": .string("\(key.verifying)"), "deviceName": "laptop",
                    "signature": .string(Base32.encode(signature.bytes)),
                ]),
                "answer": .object([
                    "hub": .string("\(answer.hub)"), "epoch": .string("\(answer.epoch)"),
                    "district": .string(answer.district),
                    "receiptKey": .string("\(answer.receiptKey)"),
                    "sealingKey": .string("\(answer.sealingKey)"),
                    "person": .string("\(answer.person)"),
                    "personName": .string(answer.personName),
                    "state": .string(answer.state.rawValue),
                ]),
            ]))
        try fixture.hub.approve(replica, by: fixture.admin)
        var device = ScriptedDevice(
            replica: replica, key: key, person: answer.person, hub: answer.hub,
            wall_ms: fixture.clock.now_ms)
        device.epoch = answer.epoch
        device.schema = Schema.fieldwork.version
        return device
    }

    @discardableResult
    private mutating func sync(
        _ name: String, _ about: String, _ device: inout ScriptedDevice, _ runs: [SignedRun],
        digest: Bool = false, spoiled: Bool = false
    ) throws -> [UInt8] {
        var request = device.request(runs)
        request.pending = UInt64(runs.count)
        if digest { request.digest = device.digest }
        if spoiled { request.digest? += StateDigest(high: 0, low: 1) }
        fixture.clock.advance(by: 1000)
        device.wall_ms += 1000
        let bytes = device.bytes(request)
        try send(bytes, name, about, &device)
        return bytes
    }

    private mutating func repeated(
        _ name: String, _ about: String, _ bytes: [UInt8], _ device: inout ScriptedDevice
    ) throws {
        fixture.clock.advance(by: 60_000)
        try send(bytes, name, about, &device)
    }

    private mutating func send(
        _ bytes: [UInt8], _ name: String, _ about: String, _ device: inout ScriptedDevice
    ) throws {
        let epoch = device.epoch
        let answer = try fixture.hub.sync(bytes)
        let response = try SyncResponse.decode(answer)
        device.apply(response)
        let unverified = try UnverifiedSyncRequest(bytes)
        // States are read here too, with the writers that the device knows by now.
        let states = try response.pages.flatMap(\.records).map { record -> JSON in
            try StateCoding.decode(
                record.state, record: record.record, collection: record.collection,
                writers: device.writers
            ).rendering
        }
        steps.append(
            .object([
                "name": .string(name), "about": .string(about), "path": "/v1/sync",
                "epoch": epoch.map { .string("\($0)") } ?? .null,
                "request": .hex(bytes), "requestSays": try unverified.request.rendering,
                "answer": .hex(answer), "answerSays": response.rendering,
                "states": .array(states),
            ]))
    }
}
