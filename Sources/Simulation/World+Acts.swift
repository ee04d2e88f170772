internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncExchange
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

extension World {
    /// Does what a decision says.
    func act(_ decision: Decision, _ device: Device) async throws {
        var chance = SeededGenerator(seed: decision.roll)
        switch decision.act {
        case .edit: try edit(device, &chance)
        case .create: try create(device, withChild: false, &chance)
        case .family: try create(device, withChild: true, &chance)
        case .plant: try plant(device, &chance)
        case .pair: try pair(device, &chance)
        case .begin:
            if let change = try change(on: device, &chance) {
                device.draft = Device.Draft(change: change, syncs: device.syncs)
            }
        case .save: try save(device, &chance)
        case .void: try void(device, &chance)
        case .propose: try propose(device, &chance)
        case .sync, .budget, .dry: try await sync(device, decision)
        case .reopen:
            try device.opened().close()
            device.store = nil
        case .clock: jumpClock(device, &chance)
        case .copy:
            device.image = Device.Image(
                disk: SimulatedDisk(copying: device.disk), recorded: device.recorded,
                hasSynced: device.hasSynced)
        case .restore: try restore(device)
        case .clone: try clone(device)
        case .enrol: try enrol(device, &chance)
        case .lose: try lose(device)
        case .restart:
            try running().store.close()
            hub.replace(with: nil)
        case .late: try deliverLate(&chance)
        case .decide: try decide(decision.actor, &chance)
        case .page: try openPage(decision.actor, &chance)
        case .stale: try decideOnPage(decision.actor, &chance)
        case .claim: try claim(decision.actor, &chance)
        case .revoke: try revoke(&chance)
        }
    }

    // MARK: Recording

    /// Few records are written by many: that is where writes meet.
    private func pick(_ all: [Known], _ chance: inout SeededGenerator) -> Known? {
        guard !all.isEmpty else { return nil }
        let fraction = Double(chance.next() % 1000) / 1000
        return all[Int(Double(all.count) * fraction * fraction * fraction)]
    }

    private func integer(_ chance: inout SeededGenerator) -> Value {
        .integer(Int64(chance.next() % 4))
    }

    /// A small alphabet, so that values meet; spellings that read the same; and what breaks a
    /// careless program.
    private func word(_ chance: inout SeededGenerator) -> String {
        let words = [
            "one", "two", "three", "四", "sei\u{301}", "se\u{ed}", "a b", "a  b", " a b", "",
            "' OR 1=1 --", "%s%n", "\u{202e}evil", "<script>", "null", "\u{1b}[2J",
            String(repeating: "z", count: 80), "👩‍👩‍👧",
        ]
        return words[Int(chance.next() % UInt64(chance.next() % 2 == 0 ? 4 : words.count))]
    }

    /// Records a draft, or takes down that it may have been recorded.
    private func record(
        _ changes: [RecordChange], _ device: Device, isFromDraft: Bool = false,
        _ chance: inout SeededGenerator
    ) throws {
        let store = try device.opened()
        let doubt = Device.InDoubt(
            changes: changes.sorted { $0.record < $1.record }, made_ms: now_ms,
            boot: device.clock.reading.boot, isFromDraft: isFromDraft)
        let sealed: HashedChangeSet
        do {
            sealed = try store.record(
                ChangeSetDraft(intent: "visit", changes: changes), now: device.clock.reading,
                using: &chance)
        } catch {
            device.inDoubt.append(doubt)
            throw error
        }
        guard sealed.changeSet.changes == doubt.changes else {
            throw Violation("what is recorded is what was meant", "\(sealed.changeSet.name)")
        }
        guard sealed.changeSet.name.number.value == UInt64(device.recorded.count + 1) else {
            throw Violation("numbers have no gaps", "\(sealed.changeSet.name)")
        }
        device.inDoubt = []
        adopt(sealed, doubt, device)
        try checkOwn(sealed, device)
    }

    private func edit(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let change = try change(on: device, &chance) else { return }
        try record([change], device, &chance)
    }

    /// An edit of one unit of one record as the device shows it; `nil` where there is nothing to
    /// edit.
    private func change(
        on device: Device, _ chance: inout SeededGenerator
    ) throws -> RecordChange? {
        let isTree = chance.next() % 8 == 0
        guard let known = pick(isTree ? trees : plots, &chance),
            let shown = try device.opened().shown(known.id),
            let declaration = Schema.simulated.collection(shown.collection)
        else { return nil }
        let units = shown.collection == .tree ? Tree.edited : Plot.edited
        // The first is written by all: there they disagree.
        let place = chance.next() % 3 == 0 ? 0 : Int(chance.next() % UInt64(units.count))
        let unit = declaration.unit(units[place])!
        guard
            let write = try write(unit, shown.state, known.mark, try replica(device), &chance)
        else { return nil }
        return RecordChange(
            record: known.id, collection: shown.collection, creates: false, writes: [write],
            shown: shown.position)
    }

    private func replica(_ device: Device) throws -> ReplicaID {
        try device.opened().identity().replica
    }

    private func write(
        _ unit: UnitDeclaration, _ state: RecordState, _ mark: Int, _ replica: ReplicaID,
        _ chance: inout SeededGenerator
    ) throws -> Write? {
        switch unit.policy {
        case .addWins:
            if case .elements(let set)? = state[unit.id], !set.entries.isEmpty,
                chance.next() % 3 == 0
            {
                let place = Int(chance.next() % UInt64(set.entries.count))
                return try state.changing(unit, removing: [set.entries[place].element])
            }
            return try state.changing(unit, adding: [.text(word(&chance))])
        case .sum: return try state.incrementing(unit, by: Int64(chance.next() % 60) + 1)
        case .append:
            return try state.appending([.text(Fleet.text(mark, word(&chance)))], to: unit)
        default: break
        }
        let value: Value
        if chance.next() % 12 == 0 {
            value = .absent
        } else if unit.isGroup {
            // Its members must always be seen together.
            let amount = Int64(chance.next() % 4)
            value = .group([.integer(amount), .text("proof of \(amount)")])
        } else if case .integer = unit.members[0].type {
            value = integer(&chance)
        } else {
            value = .text(word(&chance))
        }
        return try correction(of: unit, in: state, to: value, by: replica)
    }

    /// Sets a unit. Where several sides are open, it corrects its own, or else the first.
    private func correction(
        of unit: UnitDeclaration, in state: RecordState, to value: Value, by replica: ReplicaID
    ) throws -> Write {
        do {
            return try state.setting(unit, to: value, by: replica)
        } catch {
            guard case .sideNotChosen = error else { throw error }
            note(.corrected)
            return try state.setting(unit, to: value, correcting: 0, by: replica)
        }
    }

    private func create(
        _ device: Device, withChild: Bool, _ chance: inout SeededGenerator
    ) throws {
        // Before the first sync a device knows no area to put a record in.
        guard device.hasSynced else { return }
        let open = device.streets.sorted()
        let street = open[Int(chance.next() % UInt64(open.count))]
        let plot = Known(
            id: RecordID.make(milliseconds: UInt64(now_ms), using: &chance), street: street,
            mark: plots.count)
        var changes = [
            Fleet.plot(
                plot.id, in: fleet.streets[street], mark: plot.mark,
                count: Int64(chance.next() % 4))
        ]
        // Known even if the machine fails: it may have been recorded.
        plots.append(plot)
        if withChild {
            let child = Known(
                id: RecordID.make(milliseconds: UInt64(now_ms), using: &chance), street: street,
                mark: plot.mark)
            trees.append(child)
            changes.append(tree(child, at: plot, &chance))
        }
        try record(changes, device, &chance)
        note(withChild ? .childCreated : .createdOffline)
    }

    private func tree(
        _ tree: Known, at plot: Known, _ chance: inout SeededGenerator
    ) -> RecordChange {
        RecordChange(
            record: tree.id, collection: .tree, creates: true,
            writes: [
                Write(unit: Tree.plot, operation: .set(.reference(plot.id), replacing: [])),
                Write(unit: Tree.title, operation: .set(.text(word(&chance)), replacing: [])),
                Write(
                    unit: Tree.notes,
                    operation: .append([.text(Fleet.text(plot.mark, "planted"))])),
            ], shown: nil)!
    }

    private func plant(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let plot = pick(plots, &chance), try device.opened().shown(plot.id) != nil else {
            return
        }
        let child = Known(
            id: RecordID.make(milliseconds: UInt64(now_ms), using: &chance), street: plot.street,
            mark: plot.mark)
        trees.append(child)
        try record([tree(child, at: plot, &chance)], device, &chance)
        note(.childPlanted)
    }

    private func pair(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let first = pick(plots, &chance), let second = pick(plots, &chance),
            first.id != second.id, let declaration = Schema.simulated.collection(.plot)
        else { return }
        var changes: [RecordChange] = []
        for known in [first, second] {
            guard let shown = try device.opened().shown(known.id) else { return }
            let unit = declaration.unit(Plot.title)!
            let write = try correction(
                of: unit, in: shown.state, to: .text("pair \(now_ms)"),
                by: try replica(device))
            changes.append(
                RecordChange(
                    record: known.id, collection: .plot, creates: false, writes: [write],
                    shown: shown.position)!)
        }
        try record(changes, device, &chance)
        note(.pairWritten)
    }

    private func save(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let draft = device.draft else { return }
        device.draft = nil
        if draft.syncs != device.syncs { note(.draftSavedAfterSync) }
        if let position = try device.opened().shown(draft.change.record)?.position,
            draft.change.shown.map({ $0 < position }) ?? true
        {
            note(.draftFoundMovedOn)
        }
        try record([draft.change], device, isFromDraft: true, &chance)
    }

    private func void(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let known = pick(plots, &chance),
            let shown = try device.opened().shown(known.id),
            let unit = Schema.simulated.unit(.void, of: .plot)
        else { return }
        let isVoid = shown.state[.void] != nil && chance.next() % 2 == 0
        let write = try correction(
            of: unit, in: shown.state, to: isVoid ? .absent : .text("gone"),
            by: try replica(device))
        try record(
            [
                RecordChange(
                    record: known.id, collection: .plot, creates: false, writes: [write],
                    shown: shown.position)!
            ], device, &chance)
        note(isVoid ? .broughtBack : .voided)
    }

    private func propose(_ device: Device, _ chance: inout SeededGenerator) throws {
        let disputes = try device.opened().disputes()
        guard !disputes.isEmpty else { return }
        let dispute = disputes[Int(chance.next() % UInt64(disputes.count))]
        guard let shown = try device.opened().shown(dispute.record),
            let unit = Schema.simulated.unit(.discussion, of: dispute.collection),
            let side = dispute.dispute.sides.first, let name = side.names.first
        else { return }
        let write = try shown.state.appending(
            [
                .group([
                    .integer(Int64(dispute.unit.value)), .text("proposal"), .text("\(name)"),
                    .text(word(&chance)),
                ])
            ], to: unit)
        try record(
            [
                RecordChange(
                    record: dispute.record, collection: dispute.collection, creates: false,
                    writes: [write], shown: shown.position)!
            ], device, &chance)
        note(.proposed)
    }

    // MARK: Syncing

    private func sync(_ device: Device, _ decision: Decision) async throws {
        var meanwhile: SimulatedTransport.Meanwhile?
        var failure: (any Error)?
        if decision.fault == .meanwhile {
            meanwhile = SimulatedTransport.Meanwhile {
                var chance = SeededGenerator(seed: decision.luck)
                do {
                    try self.edit(device, &chance)
                    self.note(.wroteMeanwhile)
                } catch { failure = error }
            }
        }
        let lineFault = decision.fault.flatMap { $0.place == .line ? $0 : nil }
        device.transport.prepare(lineFault, luck: decision.luck, meanwhile: meanwhile)
        var options = SyncOptions()
        if decision.act == .budget {
            options.maximumBytes = 100 + Int(decision.roll % 3000)
        }
        options.isDryRun = decision.act == .dry
        do {
            let summary = try await run(device, options)
            if let failure { throw failure }
            if decision.act == .dry {
                note(.dryRun)
            } else {
                try noteSync(summary, device, decision)
            }
        } catch let interruption as SyncInterruption {
            note(.interrupted)
            if let failure { throw failure }
            let hasStruck =
                lineFault != nil || device.disk.hasFailed || hubDisk.hasFailed
            try look(device)
            guard hasStruck || device.isCopied else { throw interruption }
        }
    }

    /// Runs one sync, with what lets it happen gone when it returns.
    func run(_ device: Device, _ options: SyncOptions) async throws -> SyncSummary {
        let clock = device.clock
        let client = SyncClient(
            store: try device.opened(), transport: device.transport, clock: { clock.reading })
        device.syncs += 1
        defer { checks += 1 }
        do {
            let summary = try await client.sync(options)
            try checkSent(device)
            return summary
        } catch {
            try checkSent(device)
            throw error
        }
    }

    private func noteSync(
        _ summary: SyncSummary, _ device: Device, _ decision: Decision
    ) throws {
        if device.isInService, !summary.isCutShort { device.hasSynced = true }
        note(.synced)
        if summary.conflicts > 0 { note(.conflictSeen) }
        if summary.isCutShort { note(.cutShort) }
        if summary.sent == 0, summary.received == 0 { note(.nothingNew) }
        if summary.held > 0 { note(.held) }
        try look(device)
        if device.isRevoked, summary.sent > 0 { note(.drained) }
        if summary.digestMatches == false, device.isInService {
            throw Violation("digests agree", "device \(device.person)")
        }
        try takeReceipts(device, summary.sent + summary.held)
        if device.isInService, !summary.isCutShort, !hasForked, decision.fault != .meanwhile {
            try checkSome(device, decision.luck ^ decision.roll)
        }
    }

    /// Learns what the device was told of itself.
    func look(_ device: Device) throws {
        guard let store = device.store, !device.disk.isDead, !device.disk.hasFailed else { return }
        switch try store.identity().enrolment {
        case .copied:
            guard hasForked else {
                throw Violation("only a copy is taken for one", "device \(device.person)")
            }
            if !device.isCopied { note(.forkFound) }
            device.isCopied = true
        case .revoked:
            guard device.isRevoked || hasForked else {
                throw Violation("only a revoked device is told so", "device \(device.person)")
            }
        default: break
        }
    }

    // MARK: Machines

    private func jumpClock(_ device: Device, _ chance: inout SeededGenerator) {
        let year: Int64 = 31_536_000_000
        let wall = device.clock.reading.wall_ms
        let jumps: [Int64] = [
            -3 * year, -3_600_000, 3_600_000, 3 * year, -wall, 4_102_444_800_000 - wall,
            now_ms - wall, now_ms - wall,
        ]
        device.clock.jump(by: jumps[Int(chance.next() % UInt64(jumps.count))])
        note(.clockJumped)
    }

    /// Ends the store as if its program had been killed.
    func abandon(_ device: Device) throws {
        device.disk.pullPlug()
        device.store = nil
        guard !device.disk.isInUse else {
            throw Violation("the world is sound", "a store was ended and is open")
        }
    }

    private func restore(_ device: Device) throws {
        guard let image = device.image else { return }
        try abandon(device)
        device.disk.restart(seed: 0, lostPower: false)
        device.disk.become(image.disk)
        mayBeLost.formUnion(device.recorded.dropFirst(image.recorded.count))
        (device.recorded, device.hasSynced) = (image.recorded, image.hasSynced)
        (device.draft, device.inDoubt) = (nil, [])
        device.clock.boot()
        hasForked = true
        note(.restored)
    }

    private func clone(_ device: Device) throws {
        guard let image = device.image, devices.count < 12 else { return }
        let copy = makeDevice(
            SimulatedDisk(copying: image.disk), person: device.person, streets: device.streets)
        (copy.recorded, copy.hasSynced) = (image.recorded, image.hasSynced)
        (copy.isRevoked, copy.isCopied) = (device.isRevoked, device.isCopied)
        copy.store = try DeviceStore.open(Fleet.folder, schema: .simulated, on: copy.disk)
        devices.append(copy)
        hasForked = true
        note(.cloned)
    }

    private func enrol(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard devices.count < 12 else { return }
        let fresh = makeDevice(SimulatedDisk(), person: device.person, streets: device.streets)
        let store = try DeviceStore.create(
            Fleet.folder, schema: .simulated, on: fresh.disk, using: &chance)
        let district = ScopeID(high: 1, low: 0)
        let areas =
            device.streets.count == 3
            ? [district] : device.streets.sorted().map { fleet.streets[$0] }
        try Fleet.enrol(
            store, person: "advisor \(device.person)", areas, at: try running(),
            by: fleet.administrators[0], now: fresh.clock.reading)
        fresh.store = store
        devices.append(fresh)
        note(.enrolledAnew)
    }

    private func lose(_ device: Device) throws {
        guard devices.count(where: \.isInService) > 2 else { return }
        try abandon(device)
        device.disk.restart(seed: 0, lostPower: false)
        device.isLost = true
        mayBeLost.formUnion(device.recorded)
        note(.deviceLost)
    }

    private func deliverLate(_ chance: inout SeededGenerator) throws {
        let roll = chance.next()
        for offset in devices.indices {
            let device = devices[(Int(roll % 97) + offset) % devices.count]
            guard let body = device.transport.takeDelayed(roll) else { continue }
            try device.transport.deliver(late: body)
            // What it carried may count as new only now.
            note(.lateDelivered)
            if hubRestarts > 1 { note(.lateAfterRestart) }
            _ = device.transport.takeSeen()
            return
        }
    }

    // MARK: Administrators

    private func conflict(
        _ administrator: Int, _ chance: inout SeededGenerator
    ) throws -> ConflictDetail? {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let open = try hub.conflicts(state: nil, by: session)
        guard !open.isEmpty else { return nil }
        let detail = try hub.conflict(
            open[Int(chance.next() % UInt64(open.count))].id, by: session)
        if detail.sides.count > 2 { note(.threeSides) }
        if detail.view.timesReopened > 0 { note(.reopened) }
        if detail.view.kind == .deletion { note(.deletionConflict) }
        if detail.view.kind == .group { note(.groupConflict) }
        try checkPage(detail)
        return detail
    }

    private func decide(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let detail = try conflict(administrator, &chance) else { return }
        try resolve(detail, administrator, &chance)
        note(.decided)
    }

    private func openPage(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let detail = try conflict(administrator, &chance) else { return }
        pages[administrator] = (detail.view.id, detail)
    }

    private func decideOnPage(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let page = pages.removeValue(forKey: administrator) else { return }
        do {
            try resolve(page.detail, administrator, &chance)
            note(.staleAccepted)
        } catch let problem as Problem
            where problem.code == .staleView || problem.code == .alreadyResolved
        {
            note(.staleRefused)
        }
    }

    private func resolve(
        _ page: ConflictDetail, _ administrator: Int, _ chance: inout SeededGenerator
    ) throws {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let side = page.sides[Int(chance.next() % UInt64(page.sides.count))]
        var choice = ResolutionRequest.Choice.keep(side.key)
        var value = side.value
        if page.view.unit == Plot.count, chance.next() % 3 == 0 {
            value = integer(&chance)
            choice = .compose(value)
        }
        let after = try hub.resolve(
            page.view.id,
            ResolutionRequest(version: page.version, choice: choice, reason: "simulated"),
            by: session)
        if case .compose = choice { note(.composed) }
        try checkDecision(page, value, after)
        for side in page.sides {
            for write in side.writes {
                guard let author = try hub.store.read({ tx in try tx.replica(write.name.replica) })
                else { continue }
                if author.person != .hub {
                    decisions.append((author.person, page.view.record, page.view.unit))
                }
            }
        }
    }

    private func claim(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let detail = try conflict(administrator, &chance) else { return }
        _ = try running().claim(detail.view.id, by: fleet.administrators[administrator % 3])
        note(.claimed)
    }

    private func revoke(_ chance: inout SeededGenerator) throws {
        let device = devices[Int(chance.next() % UInt64(devices.count))]
        guard device.isInService, devices.count(where: \.isInService) > 2 else { return }
        let replica = try self.replica(device)
        try running().revoke(replica, by: fleet.administrators[0])
        // Its copies bear the same name.
        for other in devices where !other.isLost {
            if try self.replica(other) == replica { other.isRevoked = true }
        }
        note(.revoked)
    }
}
