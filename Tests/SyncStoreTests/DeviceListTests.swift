import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("lists and names on a device")
struct DeviceListTests {
    @Test("a name is found however it was typed, what begins so first")
    func find() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let composed = "Jos\u{e9} Nu\u{f1}ez"
        let decomposed = "Rene\u{301} Jose\u{301}"
        try device.record([.house(.test(1), in: HubFixture.north, title: decomposed)])
        try device.record([.house(.test(2), in: HubFixture.north, title: composed)])
        try device.record([.house(.test(3), in: HubFixture.north, title: "张桂兰")])
        try device.record([.house(.test(4), in: HubFixture.north, title: "Joseph")])
        func found(_ text: String) throws -> [RecordID] {
            try device.store.find(text).map(\.record)
        }
        for typed in ["jos\u{e9}", "jose\u{301}", "JOS\u{c9}", "  Jose\u{301} "] {
            #expect(try found(typed) == [.test(2), .test(1)], "\(typed)")
        }
        #expect(try found("桂") == [.test(3)])
        #expect(try found("jose") == [.test(4)])
        #expect(try found("nuñez") == [.test(2)])
        #expect(try found("") == [])
        #expect(try found("nobody") == [])
        #expect(try device.store.find("jos", limit: 2).count == 2)
    }

    @Test("the end of a name finds its record, an ambiguous one all of them")
    func resolve() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let first = RecordID(high: 1, low: 0xabc0_0000_1234_5678)
        let second = RecordID(high: 2, low: 0xdef0_0001_1234_5678)
        let third = RecordID(high: 3, low: 0x0000_0000_0000_0001)
        for id in [first, second, third] {
            try device.record([.house(id, in: HubFixture.north)])
        }
        #expect(try device.store.resolve(first.description) == .one(first, .house))
        #expect(try device.store.resolve(third.short()) == .one(third, .house))
        #expect(try device.store.resolve(third.short().uppercased()) == .one(third, .house))
        guard case .several(let rows) = try device.store.resolve(first.short()) else {
            Issue.record("it is ambiguous")
            return
        }
        #expect(rows.map(\.record) == [first, second])
        #expect(try device.store.resolve(first.short(10)) == .one(first, .house))
        #expect(try device.store.resolve(first.short(25)) == .one(first, .house))
        #expect(try device.store.resolve(first.short(), in: .call) == .none)
        #expect(try device.store.resolve("zzzzz") == .none)
        #expect(try device.store.resolve("!") == .none)
        #expect(try device.store.resolve("") == .none)
    }

    @Test("every length of every end finds its record", arguments: Seed.all.prefix(4))
    func everyEnd(seed: Seed) throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub, seed)
        var generator = TestGenerator(seed)
        let ids = (0..<40).map { _ in RecordID.make(milliseconds: 1, using: &generator) }
        try device.record(ids.map { .house($0, in: HubFixture.north) })
        for id in ids {
            for length in 1...26 {
                let expected = ids.filter { $0.short(length) == id.short(length) }
                switch try device.store.resolve(id.short(length)) {
                case .none: Issue.record("\(id.short(length)) was not found")
                case .one(let found, _): #expect([found] == expected)
                case .several(let rows): #expect(rows.map(\.record) == expected.sorted())
                }
            }
        }
    }

    @Test("filters and order go by what the columns show, own writes included")
    func filters() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        for (number, count) in [(1, 3), (2, 5), (3, 4)] as [(UInt64, Int64)] {
            try device.record([
                .house(
                    .test(number), in: number == 3 ? HubFixture.south : HubFixture.north,
                    title: "house \(number)", count: count)
            ])
        }
        try device.record([.house(.test(4), in: HubFixture.south)])
        try device.sync(&hub)
        try device.edit(.test(1)) { try $0.set(House.count, to: .integer(9)) }
        func list(_ filters: ColumnFilter..., by unit: UnitID? = nil) throws -> [RecordID] {
            try device.store.list(.house, where: filters, by: unit).map(\.record)
        }
        #expect(
            try list(by: House.count) == [.test(3), .test(2), .test(1), .test(4)])
        #expect(try list(.atLeast(House.count, .integer(5))) == [.test(1), .test(2)])
        #expect(try list(.atMost(House.count, .integer(4))) == [.test(3)])
        #expect(try list(.equals(House.title, .text("house 2"))) == [.test(2)])
        #expect(try list(.isEmpty(House.count)) == [.test(4)])
        #expect(try list(.area(HubFixture.south)) == [.test(3), .test(4)])
        #expect(try list(.area(HubFixture.district)).count == 4)
        #expect(try list(.hasOwn) == [.test(1)])
        #expect(try device.store.list(.house, limit: 2).count == 2)
    }

    @Test("what is said to lie elsewhere is found there at once, and stays while the rest changes")
    func moving() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([
            .house(.test(1), in: HubFixture.north), .house(.test(2), in: HubFixture.north),
            .call(.test(3), on: .test(1), story: "called"),
        ])
        func found(at house: RecordID) throws -> [RecordID] {
            try device.store.list(.call, where: [.home(house)]).map(\.record)
        }
        for isSent in [false, true] {
            if isSent { try device.sync(&hub) }
            try device.edit(.test(3)) { try $0.set(Call.house, to: .reference(.test(2))) }
            #expect(try (found(at: .test(1)), found(at: .test(2))) == ([], [.test(3)]))
            try device.edit(.test(3)) { try $0.set(Call.story, to: .text("called twice")) }
            #expect(try (found(at: .test(1)), found(at: .test(2))) == ([], [.test(3)]))
            try device.edit(.test(3)) { try $0.set(Call.house, to: .absent) }
            #expect(try (found(at: .test(1)), found(at: .test(2))) == ([], []))
            try device.edit(.test(3)) { try $0.set(Call.house, to: .reference(.test(1))) }
            #expect(try (found(at: .test(1)), found(at: .test(2))) == ([.test(3)], []))
        }
    }

    @Test("voided records are left out unless asked for")
    func void() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(.test(1), in: HubFixture.north)])
        try device.edit(.test(1)) { try $0.void(because: "entered twice") }
        #expect(try device.store.list(.house).isEmpty)
        #expect(try device.store.list(.house, includesVoid: true).map(\.isVoid) == [true])
        try device.sync(&hub)
        #expect(try device.store.list(.house).isEmpty)
        #expect(try device.store.find("a house").isEmpty)
        try device.edit(.test(1)) { try $0.set(.void, to: .absent) }
        #expect(try device.store.list(.house).count == 1)
    }
}

@Suite("undo on a device")
struct DeviceUndoTests {
    let house = RecordID.test(1)

    @Test(
        "a setting goes back to what it replaced, whether the hub had it or not",
        arguments: [
            false, true,
        ])
    func register(isSent: Bool) throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        let set = try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        if isSent { try device.sync(&hub) }
        try device.record(device.store.undoDraft(of: set.changeSet.name.number).changes)
        #expect(try device.value(House.count, of: house) == .integer(3))
        #expect(try device.store.outbox().count == 2)
        try device.sync(&hub)
        #expect(try device.value(House.count, of: house) == .integer(3))
    }

    @Test("elements, totals and creations are taken back, entries and signed units are not")
    func others() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let created = try device.record([.house(house, in: HubFixture.north)])
        let phones = try device.edit(house) {
            try $0.change(House.phones, adding: [.text("1"), .text("2")])
        }
        let removed = try device.edit(house) {
            try $0.change(House.phones, removing: [.text("1")])
        }
        let minutes = try device.edit(house) { try $0.increment(House.minutes, by: 5) }
        let notes = try device.edit(house) { try $0.append([.text("n")], to: House.notes) }
        func undo(_ set: HashedChangeSet) throws {
            try device.record(device.store.undoDraft(of: set.changeSet.name.number).changes)
        }
        func elements() throws -> [Value] {
            guard
                case .elements(let elements)? =
                    try device.store.shown(house)?.state[House.phones]
            else { return [] }
            return elements.entries.map(\.element)
        }
        try undo(removed)
        #expect(try elements() == [.text("1"), .text("2")])
        try undo(minutes)
        #expect(try device.value(House.minutes, of: house) == .integer(0))
        #expect(throws: UndoRefusal.appended(house, House.notes)) { try undo(notes) }
        try undo(phones)
        #expect(try elements() == [.text("1")])
        #expect(throws: UndoRefusal.nothingLeft) { try undo(phones) }
        try undo(created)
        #expect(try device.store.row(house)?.isVoid == true)
    }

    @Test("what somebody has written over since stays theirs")
    func movedOn() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        let set = try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try device.sync(&hub)
        hub.write([.set(house, House.count, .integer(5), replacing: [set.changeSet.name])])
        try device.sync(&hub)
        #expect(throws: UndoRefusal.movedOn(house, House.count)) {
            try device.store.undoDraft(of: set.changeSet.name.number)
        }
        #expect(throws: UndoRefusal.store(.unknownChangeSet(ChangeSetNumber(9)!))) {
            try device.store.undoDraft(of: ChangeSetNumber(9)!)
        }
    }
}
