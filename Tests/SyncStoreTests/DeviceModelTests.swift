import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// After random work a store must agree with a plain dictionary that did the same.
@Suite("a device against a model")
struct DeviceModelTests {
    /// What a house holds, as a dictionary would.
    struct Model: Equatable {
        var title = ""
        var minutes: Int64 = 0
        var notes = 0
        var phones: Set<String> = []
        var isVoid = false
    }

    @Test(
        "random work, syncs cut anywhere, restarts and restored hubs agree with a dictionary",
        arguments: Seed.all.prefix(12))
    func agrees(seed: Seed) throws {
        var generator = TestGenerator(seed)
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub, seed)
        var model: [RecordID: Model] = [:]
        var backups = [hub]
        for step in 0..<60 {
            switch Int.random(in: 0..<12, using: &generator) {
            case 0, 1:
                let id = RecordID.test(UInt64(model.count) + 1)
                model[id] = Model(title: "house \(step)")
                try device.record([
                    .house(
                        id, in: generator.pick([HubFixture.north, HubFixture.south]),
                        title: "house \(step)")
                ])
            case 2...6:
                guard let id = model.keys.sorted().randomElement(using: &generator) else {
                    continue
                }
                try write(step, to: id, &model[id]!, device, &generator)
            case 7, 8: try device.sync(&hub)
            case 9: try lostAnswer(device, &hub)
            case 10: try device.reopen()
            default:
                backups.append(hub)
                guard generator.oneIn(3) else { continue }
                hub = generator.pick(backups)
                hub.epoch = EpochID(high: UInt64(step + 1) << 32, low: 1)
                try device.store.adopt(hub.epoch, now: device.clock)
            }
            try check(model, device)
        }
        try device.sync(&hub)
        try check(model, device)
        #expect(try device.store.totalDigest() == hub.digest)
        #expect(Set(hub.records.keys) == Set(model.keys))
        #expect(try device.store.status().unsent == 0)
        for id in model.keys {
            #expect(try device.store.shown(id)?.laidOver == [])
            #expect(try device.store.shown(id)?.state == hub.records[id]?.state)
        }
        let faults = try device.store.doctor().filter { $0.severity > .note }
        #expect(faults == [])
    }

    private func write(
        _ step: Int, to id: RecordID, _ model: inout Model, _ device: TestDevice,
        _ generator: inout TestGenerator
    ) throws {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0:
            model.title = "title \(step)"
            try device.edit(id) { try $0.set(House.title, to: .text("title \(step)")) }
        case 1:
            model.minutes += 7
            try device.edit(id) { try $0.increment(House.minutes, by: 7) }
        case 2:
            model.notes += 2
            try device.edit(id) { try $0.append([.text("a"), .text("b")], to: House.notes) }
        case 3:
            let phone = generator.pick(["1", "2", "3"])
            if model.phones.remove(phone) != nil {
                try device.edit(id) { try $0.change(House.phones, removing: [.text(phone)]) }
            } else {
                model.phones.insert(phone)
                try device.edit(id) { try $0.change(House.phones, adding: [.text(phone)]) }
            }
        default:
            model.isVoid.toggle()
            let value: Value = model.isVoid ? .text("gone") : .absent
            try device.edit(id) { try $0.set(.void, to: value) }
        }
    }

    /// The hub has taken everything, and the device hears nothing of it.
    private func lostAnswer(_ device: TestDevice, _ hub: inout PaperHub) throws {
        let offers = try device.store.syncState(limit: 10_000).offers
        if let first = offers.first?.number, let last = offers.last?.number {
            _ = hub.take(try device.store.run(first...last).changeSets)
        }
    }

    private func check(_ model: [RecordID: Model], _ device: TestDevice) throws {
        let rows = try device.store.list(.house, includesVoid: true)
        #expect(Set(rows.map(\.record)) == Set(model.keys))
        for row in rows {
            let expected = try #require(model[row.record])
            #expect(row[House.title] == .text(expected.title))
            #expect(row.isVoid == expected.isVoid)
            let state = try #require(try device.store.shown(row.record)).state
            var found = Model(title: expected.title, isVoid: expected.isVoid)
            if case .total(let total)? = state[House.minutes] { found.minutes = total.amount }
            if case .log(let log)? = state[House.notes] { found.notes = log.entries.count }
            if case .elements(let elements)? = state[House.phones] {
                for entry in elements.entries {
                    if case .text(let text) = entry.element { found.phones.insert(text.string) }
                }
            }
            #expect(found == expected)
        }
    }
}
