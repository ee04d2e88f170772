internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Who may hold what, and where things lie: acts of administrators, and what the world knows of
// them.

extension World {
    func move(_ chance: inout SeededGenerator) throws {
        guard let plot = pick(plots, &chance) else { return }
        let street = Int(chance.next() % 3)
        let hub = try running()
        // Only what has arrived can be moved.
        guard street != self.street(of: plot),
            try hub.store.read({ try $0.area(of: plot.id) }) != nil
        else { return }
        firstMove_ms = firstMove_ms ?? now_ms
        hasMovedGrants = true
        scopeChanges += 1
        let preview = try hub.previewMove(
            of: [plot.id], to: fleet.streets[street], by: fleet.administrators[0])
        let effect = try hub.move(
            [plot.id], to: fleet.streets[street], reason: "simulated",
            by: fleet.administrators[0])
        checks += 1
        guard effect == preview else {
            throw Violation("a move does what its preview says", "\(plot.id)")
        }
        note(.plotMoved)
    }

    func give(_ chance: inout SeededGenerator) throws {
        let device = devices[Int(chance.next() % UInt64(devices.count))]
        guard !device.hasLeft else { return }
        hasMovedGrants = true
        scopeChanges += 1
        _ = try running().giveGrant(
            person: "advisor \(device.person)", area: fleet.streets[Int(chance.next() % 3)],
            by: fleet.administrators[0])
        note(.granted)
    }

    func end(_ chance: inout SeededGenerator) throws {
        let device = devices[Int(chance.next() % UInt64(devices.count))]
        let held = try running().grants(by: fleet.administrators[0])
            .filter { $0.personName == "advisor \(device.person)" && $0.ended_ms == nil }
        guard !held.isEmpty else { return }
        firstMove_ms = firstMove_ms ?? now_ms
        hasMovedGrants = true
        scopeChanges += 1
        try running().endGrant(
            held[Int(chance.next() % UInt64(held.count))].id, reason: "simulated",
            by: fleet.administrators[0])
        note(.grantEnded)
    }

    func leave(_ chance: inout SeededGenerator) throws {
        let person = devices[Int(chance.next() % UInt64(devices.count))].person
        guard devices.contains(where: { $0.isInService && $0.person != person }) else { return }
        firstMove_ms = firstMove_ms ?? now_ms
        hasMovedGrants = true
        scopeChanges += 1
        try running().deactivate(
            personNamed: "advisor \(person)", reason: "simulated", by: fleet.administrators[0])
        note(.personLeft)
    }

    /// Takes down who may hold what, as the hub lists it: an act that failed may have been done.
    func learnGrants() throws {
        let hub = try running()
        let session = fleet.administrators[0]
        let people = try hub.people(by: session)
        var held: [String: Set<Int>] = [:]
        for grant in try hub.grants(by: session) where grant.ended_ms == nil {
            let streets = fleet.streets.indices.filter {
                grant.area.count == 1 || fleet.streets[$0] == grant.scope
            }
            held[grant.personName, default: []].formUnion(streets)
        }
        for device in devices {
            let name = "advisor \(device.person)"
            device.streets = held[name, default: []]
            device.hasLeft = people.contains { $0.name == name && !$0.isActive }
        }
    }

    /// Takes down where the hub's own change sets lay plots.
    func noteMoves(_ changes: [RecordChange]) {
        for change in changes where !change.creates {
            guard let plot = plots.first(where: { $0.id == change.record }) else { continue }
            for write in change.writes where write.unit == Plot.area {
                if case .set(.reference(let scope), _) = write.operation {
                    streets[plot.mark] = Int(scope.low) - 1
                }
            }
        }
    }
}
