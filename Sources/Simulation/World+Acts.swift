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
        case .clash: try clash(device, &chance)
        case .create: try create(device, withChild: false, &chance)
        case .family: try create(device, withChild: true, &chance)
        case .plant: try plant(device, &chance)
        case .pair: try pair(device, &chance)
        case .begin:
            let changes = try changes(on: device, &chance)
            if !changes.isEmpty {
                device.draft = Device.Draft(changes: changes, syncs: device.syncs)
            }
        case .save: try save(device, &chance)
        case .overtake: try overtake(device, &chance)
        case .void: try void(device, &chance)
        case .deed: try writeDeed(device, &chance)
        case .drink: try drink(device, &chance)
        case .seal: try await seal(device, &chance)
        case .undo: try undoOwn(device, &chance)
        case .propose: try propose(device, &chance)
        case .alike: try proposePair(device, &chance)
        case .carry: try carry(device, &chance)
        case .sync, .budget, .dry: try await sync(device, decision)
        case .gather: try await gather()
        case .reopen:
            try device.opened().close()
            device.store = nil
        case .upgrade: try upgrade(device)
        case .renew: try renewHub()
        case .clock: jumpClock(device, &chance)
        case .copy, .restore, .clone:
            if device.hasLostPages { break }
            switch decision.act {
            case .copy: device.image = Device.Image(of: device)
            case .restore: try restore(device)
            default: try clone(device)
            }
        case .enrol: try enrol(device, &chance)
        case .lose: try lose(device)
        case .restart:
            try running().store.close()
            hub.replace(with: nil)
        case .keep: try keepHub()
        case .verify: try verifyCopy()
        case .rollback: try putHubBack(noticed: chance.next() % 2 == 0)
        case .late: try deliverLate(&chance)
        case .decide: try decide(decision.actor, &chance)
        case .page: try openPage(decision.actor, &chance)
        case .stale: try decideOnPage(decision.actor, &chance)
        case .overrun: try await decideOverrun(decision.actor, &chance)
        case .claim: try claim(decision.actor, &chance)
        case .approve: try await approve(decision.actor, &chance)
        case .ration: try await ration(decision.actor, &chance)
        case .bulk: try await decideMany(decision.actor, &chance)
        case .sift: try await sift(decision.actor, &chance)
        case .judgeLate: try await judgeLate(decision.actor, &chance)
        case .stand: try await letStand(decision.actor, &chance)
        case .takeBack: try await takeBack(decision.actor, &chance)
        case .revoke: try revoke(&chance)
        case .move: try move(&chance)
        case .give: try give(&chance)
        case .end: try end(&chance)
        case .leave: try leave(&chance)
        case .join: try join(decision.actor, &chance)
        case .part: try part(decision.actor, &chance)
        }
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
            if interruption.summary.received > 0 { note(.beginningKept) }
            if let failure { throw failure }
            let hasStruck =
                lineFault != nil || device.disk.hasFailed || hubDisk.hasFailed
            try look(device)
            guard hasStruck || device.isCopied || device.isStranded else { throw interruption }
        }
    }

    /// Everybody syncs, one after the other.
    private func gather() async throws {
        for device in devices where !device.isLost { try await syncAtOffice(device) }
        note(.gathered)
    }

    /// Syncs over a line that does not fail.
    func syncAtOffice(_ device: Device) async throws {
        do {
            let summary = try await run(device, SyncOptions())
            try noteSync(
                summary, device,
                Decision(wait_ms: 0, actor: 0, act: .sync, roll: UInt64(device.syncs)))
        } catch let interruption as SyncInterruption {
            note(.interrupted)
            try look(device)
            guard
                device.isCopied || device.isStranded || hubDisk.hasFailed || device.disk.hasFailed
            else { throw interruption }
        }
    }

    /// Runs one sync, with what lets it happen gone when it returns.
    func run(_ device: Device, _ options: SyncOptions) async throws -> SyncSummary {
        let clock = device.clock
        let client = SyncClient(
            store: try device.opened(), transport: device.transport, clock: { clock.reading })
        device.syncs += 1
        defer { checks += 1 }
        device.transport.begin()
        do {
            let summary = try await client.sync(options)
            try checkSent(device)
            return summary
        } catch {
            try checkSent(device)
            guard !device.transport.hasRunAway else {
                throw Violation("a sync comes to an end", "device \(device.person)")
            }
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
        if summary.takenOff > 0 { note(.takenOff) }
        if summary.delivered > 0 { note(.bundleDelivered) }
        try look(device)
        if device.isRevoked, summary.sent > 0 { note(.drained) }
        try learnHealed()
        try checkDigest(summary, device)
        try learnHealed(summary, device)
        try takeReceipts(device, summary.sent + summary.held)
        // What it delivered for others came to the hub after its own pages. What the hub left out
        // while it was damaged there, only the next comparison brings.
        if device.isInService, !summary.isCutShort, !hasForked, !hasRolledBack,
            summary.delivered == 0, decision.fault != .meanwhile, hubFlips.isEmpty,
            !hasFlippedAtHub || summary.digestMatches == true
        {
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
            guard device.isRevoked || device.hasLeft || hasForked || hasRolledBack else {
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

    func upgrade(_ device: Device) throws {
        let store = try device.opened()
        // Whatever becomes of the closing, the old program is gone.
        (device.store, device.schema) = (nil, .simulatedNext)
        try store.close()
        device.store = try DeviceStore.open(
            Fleet.folder, schema: device.schema, on: device.disk)
        note(.upgraded)
    }

    func renewHub() throws {
        if hubSchema.version != Schema.simulatedNext.version,
            try readLog().aside.values.contains("HZ-5006")
        {
            note(.newerWaited)
        }
        let store = try running().store
        hub.replace(with: nil)
        hubSchema = .simulatedNext
        try store.close()
        try startHub()
        note(.renewed)
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
        // Nothing to put back yet: this is what will be.
        guard let image = device.image else {
            device.image = Device.Image(of: device)
            return
        }
        try abandon(device)
        device.disk.restart(seed: 0, lostPower: false)
        device.disk.become(image.disk)
        mayBeLost.formUnion(device.recorded.dropFirst(image.recorded.count))
        (device.recorded, device.hasSynced) = (image.recorded, image.hasSynced)
        (device.flipped, device.flippedWork) = (image.flipped, image.flippedWork)
        (device.draft, device.inDoubt) = (nil, image.inDoubt)
        device.clock.boot()
        (hasForked, device.hasTwin) = (true, true)
        note(.restored)
    }

    private func clone(_ device: Device) throws {
        guard devices.count < 12 else { return }
        let image = device.image ?? Device.Image(of: device)
        let copy = makeDevice(
            SimulatedDisk(copying: image.disk), person: device.person, streets: device.streets)
        (copy.recorded, copy.hasSynced) = (image.recorded, image.hasSynced)
        (copy.flipped, copy.flippedWork) = (image.flipped, image.flippedWork)
        copy.inDoubt = image.inDoubt
        (copy.isRevoked, copy.isCopied) = (device.isRevoked, device.isCopied)
        copy.hasLeft = device.hasLeft
        copy.origin = device.origin ?? devices.firstIndex { $0 === device }
        copy.schema = device.schema
        copy.store = try DeviceStore.open(Fleet.folder, schema: copy.schema, on: copy.disk)
        try adoptDoubtful(copy)
        devices.append(copy)
        (hasForked, device.hasTwin, copy.hasTwin) = (true, true, true)
        note(.cloned)
    }

    private func enrol(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard devices.count < 12, !device.hasLeft, !device.streets.isEmpty else { return }
        let fresh = makeDevice(SimulatedDisk(), person: device.person, streets: device.streets)
        let store = try DeviceStore.create(
            Fleet.folder, schema: device.schema, on: fresh.disk, using: &chance)
        fresh.schema = device.schema
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

    private func carry(_ device: Device, _ chance: inout SeededGenerator) throws {
        let other = devices[Int(chance.next() % UInt64(devices.count))]
        guard other !== device, !other.isLost,
            let bundle = try SyncClient.bundle(of: try device.opened())
        else { return }
        try other.opened().carry(bundle.bytes, now: other.clock.reading)
        note(.bundleCarried)
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
            try checkSent(device)
            return
        }
    }

    /// Makes a backup, as `hazamad backup` does.
    private func keepHub() throws {
        let disk = SimulatedDisk()
        try running().copy(to: disk.address("hub.sqlite"))
        hubImage = HubImage(
            disk: disk, numbers: hubNumbers, decisions: decisions.count,
            revokedWork: revokedWork, revoked: devices.map(\.isRevoked), streets: streets,
            flips: hubFlips, sifted: sifted.count, discarded: discarded)
    }

    /// What `hazamad backup verify` does: starts a hub from the copy, and looks at everything.
    private func verifyCopy() throws {
        guard let image = hubImage else { return }
        let scratch = SimulatedDisk(copying: image.disk)
        let store = try HubStore(path: scratch.address("hub.sqlite"), schema: hubSchema)
        let contents = try StoreContents(of: store)
        let clock = hubClock
        let copy = try Hub(
            store: store, key: fleet.hubKey, clock: { clock.reading.wall_ms },
            random: SeededGenerator(seed: 0))
        let findings = try copy.doctor().filter { $0.severity == .damage }
        try store.close()
        guard findings.isEmpty == image.flips.isEmpty else {
            throw Violation("a copy of the hub is what it was", findings.first?.text ?? "sound")
        }
        // A damaged copy is kept for nothing.
        if !findings.isEmpty { return }
        switch try running().anchor(contents.place) {
        case .moved: note(.anchored)
        case .known: break
        case .foreign: throw Violation("a hub knows its own copy", "\(contents.place)")
        }
    }

    /// Puts the hub's database back.
    ///
    /// - Parameter noticed: whether what lies beside it tells the hub at its start; else a device
    ///   must.
    private func putHubBack(noticed: Bool) throws {
        guard let image = hubImage else {
            try keepHub()
            return
        }
        hubDisk.pullPlug()
        hub.replace(with: nil)
        guard !hubDisk.isInUse else {
            throw Violation("the world is sound", "a hub was ended and is open")
        }
        hubDisk.restart(seed: 0, lostPower: false)
        hubDisk.become(image.disk)
        hasRolledBack = true
        hubNumbers = image.numbers
        hubFlips = image.flips
        revokedWork = image.revokedWork
        takeBack(streets: image.streets)
        decisions.removeSubrange(min(image.decisions, decisions.count)...)
        sifted.removeSubrange(min(image.sifted, sifted.count)...)
        discarded = image.discarded
        pages = [:]
        for (place, device) in devices.enumerated() {
            if place < image.revoked.count {
                device.isRevoked = image.revoked[place]
            } else {
                device.isStranded = true
                // To the hub it is the machine it was copied from, whose end it may have lost.
                if let origin = device.origin, origin < image.revoked.count {
                    device.isRevoked = image.revoked[origin]
                }
            }
        }
        try startHub(isPutBack: noticed)
        note(.hubPutBack)
    }
}
