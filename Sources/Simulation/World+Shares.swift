internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Water of which trees of several plots take, none of whose owners knows of the others.

extension World {
    func drink(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let plot = pick(plots, &chance) else { return }
        let isOfPlot = chance.next() % 3 == 0
        let held = try trees.filter { try device.opened().shown($0.id) != nil }
        if isOfPlot {
            guard let shown = try device.opened().shown(plot.id),
                let collection = device.schema.collection(.plot)
            else { return }
            var edit = Edit(of: shown.parts, by: try replica(device), as: collection)
            if chance.next() % 4 == 0 {
                try edit.increment(Plot.water, by: 1 + Int64(chance.next() % 3))
            } else {
                try edit.set(Plot.wells, to: .integer(Int64(chance.next() % 8)))
            }
            return try record(edit.recordChanges, device, &chance)
        }
        guard let tree = pick(held, &chance) else { return try plant(device, &chance) }
        guard let shown = try device.opened().shown(tree.id),
            let collection = device.schema.collection(.tree)
        else { return }
        var edit = Edit(of: shown.parts, by: try replica(device), as: collection)
        if shown.state[Tree.source] == nil || chance.next() % 4 == 0 {
            // It may be a plot that this device does not hold.
            try edit.set(Tree.source, to: .reference(plot.id))
        }
        let more = 1 + Int64(chance.next() % 9)
        try edit.increment(Tree.drink, by: chance.next() % 4 == 0 ? -more : more)
        try record(edit.recordChanges, device, &chance)
    }

    /// Somebody takes more of a plot's water than there is likely to be, and syncs at the office.
    private func overdraw(_ id: RecordID?, _ chance: inout SeededGenerator) async throws {
        let able = devices.filter(\.isInService)
        guard !able.isEmpty else { return }
        let device = able[Int(chance.next() % UInt64(able.count))]
        if id == nil { try plant(device, &chance) }
        let held = try trees.filter { try device.opened().shown($0.id) != nil }
        guard let plot = plots.first(where: { $0.id == id }) ?? pick(plots, &chance),
            let tree = pick(held, &chance), let shown = try device.opened().shown(tree.id),
            let kind = device.schema.collection(.tree),
            let whole = device.schema.collection(.plot)
        else { return }
        let there = try device.opened().shown(plot.id)
        if let there, there.state[Plot.wells] == nil {
            var edit = Edit(of: there.parts, by: try replica(device), as: whole)
            try edit.set(Plot.wells, to: .integer(Int64(chance.next() % 8)))
            try record(edit.recordChanges, device, &chance)
        }
        var edit = Edit(of: shown.parts, by: try replica(device), as: kind)
        try edit.set(Tree.source, to: .reference(plot.id))
        try edit.increment(Tree.drink, by: 20 + Int64(chance.next() % 9))
        try record(edit.recordChanges, device, &chance)
        try await syncAtOffice(device)
    }

    /// Water of which too much is taken.
    private func openShares(_ administrator: Int) throws -> [ConflictView] {
        try queue(nil, administrator).filter { $0.kind == .capacity && $0.unit == Plot.wells }
    }

    func ration(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        var open = try openShares(administrator)
        if open.isEmpty {
            try await overdraw(nil, &chance)
            guard hub.hub != nil else { return }
            open = try openShares(administrator)
        }
        guard !open.isEmpty else { return }
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let page = try hub.conflict(
            open[Int(chance.next() % UInt64(open.count))].id, by: session)
        guard case .integer(let taken)? = page.shown else {
            throw Violation("what is taken of one is counted", "\(page.view.id)")
        }
        let makesRoom = (0...99).contains(taken) && chance.next() % 2 == 0
        let after = try hub.resolve(
            page.view.id,
            ResolutionRequest(
                version: page.version, choice: makesRoom ? .compose(.integer(taken)) : .stand,
                reason: "simulated"), by: session)
        checks += 1
        guard after.view.state == .resolved else {
            throw Violation("a decision settles", "\(page.view.id)")
        }
        note(makesRoom ? .roomMade : .overuseStood)
        // What stands is an amount: one more, and it is asked again.
        guard chance.next() % 2 == 0 else { return }
        try await overdraw(page.view.record, &chance)
        guard self.hub.hub != nil else { return }
        if try openShares(administrator).contains(where: { $0.id == page.view.id }) {
            note(.overuseAgain)
        }
    }

    /// The queue asks of every plot of whose water too much is taken, and of no other; and says how
    /// much.
    func checkOveruse(_ records: [RecordID], _ standing: [Int: Oracle.Standing]) throws {
        checks += 1
        let hub = try running()
        var found: [RecordID: Int64] = [:]
        for view in try hub.conflicts(state: nil, by: fleet.administrators[0])
        where view.kind == .capacity && view.unit == Plot.wells {
            guard let plot = view.record, oracle.writes(plot, .void, standing).isEmpty else {
                continue
            }
            guard
                case .integer(let taken)? = try hub.conflict(
                    view.id, by: fleet.administrators[0]
                ).shown
            else { throw Violation("what is taken of one is counted", "\(plot)") }
            found[plot] = taken
        }
        let (overuse, unsure) = oracle.overuse(records, standing)
        if !overuse.isEmpty { note(.overused) }
        let expected = overuse.filter { $0.value.isAsked && !unsure.contains($0.key) }
            .mapValues(\.taken)
        found = found.filter { !unsure.contains($0.key) }
        guard found == expected else {
            throw Violation(
                "what is taken of one is counted",
                "\(found.sorted { $0.key < $1.key }), and must be "
                    + "\(expected.sorted { $0.key < $1.key })")
        }
    }
}
