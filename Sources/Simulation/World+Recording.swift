internal import Fieldwork
internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// What people record on their devices.

extension World {
    /// Few records are written by many: that is where writes meet.
    func pick(_ all: [Known], _ chance: inout SeededGenerator) -> Known? {
        guard !all.isEmpty else { return nil }
        let fraction = Double(chance.next() % 1000) / 1000
        return all[Int(Double(all.count) * fraction * fraction * fraction)]
    }

    func integer(_ chance: inout SeededGenerator) -> Value {
        .integer(Int64(chance.next() % 4))
    }

    /// A small alphabet, so that values meet; spellings that read the same; and what breaks a
    /// careless program.
    func word(_ chance: inout SeededGenerator) -> String {
        let words = [
            "one", "two", "three", "四", "sei\u{301}", "se\u{ed}", "a b", "a  b", " a b", "",
            "' OR 1=1 --", "%s%n", "\u{202e}evil", "<script>", "null", "\u{1b}[2J",
            String(repeating: "z", count: 80), "👩‍👩‍👧",
        ]
        let word = words[Int(chance.next() % UInt64(chance.next() % 2 == 0 ? 4 : words.count))]
        // What another hand types for the same.
        switch chance.next() % 8 {
        case 0: return " " + word
        case 1: return word + "\t"
        default: return word
        }
    }

    /// Records a draft, or takes down that it may have been recorded.
    func record(
        _ changes: [RecordChange], _ device: Device, intent: String = "visit",
        premises: [Premise] = [], isFromDraft: Bool = false, _ chance: inout SeededGenerator
    ) throws {
        guard !changes.isEmpty else { return }
        let store = try device.opened()
        let doubt = Device.InDoubt(
            changes: changes.sorted { $0.record < $1.record }, made_ms: now_ms,
            boot: device.clock.reading.boot,
            monotonic_ms: device.clock.reading.monotonic_ms, isFromDraft: isFromDraft)
        let sealed: HashedChangeSet
        do {
            sealed = try store.record(
                ChangeSetDraft(intent: intent, premises: premises, changes: changes),
                now: device.clock.reading, using: &chance)
        } catch {
            switch error {
            // It has heard that the grant ended, or has not heard yet that there is one.
            case .outsideGrants, .severalGrants:
                if hasMovedGrants || !device.flippedWork.isEmpty { return }
            // From a page of before it would go back from what this device has written since.
            case .noStep where isFromDraft: return note(.staleStep)
            // It was created in what the disk has lost.
            case .unknownRecord, .damagedRecord: if !device.flippedWork.isEmpty { return }
            default: break
            }
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

    func edit(_ device: Device, _ chance: inout SeededGenerator) throws {
        try record(try changes(on: device, &chance), device, &chance)
    }

    /// Two people write the same unit, neither having seen the other's.
    func clash(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let (known, shown, unit) = try pickUnit(on: device, &chance) else { return }
        try record(try changes(of: unit, known, shown, device, &chance), device, &chance)
        let others = devices.filter { $0 !== device && !$0.isLost }
        guard !others.isEmpty else { return }
        let other = others[Int(chance.next() % UInt64(others.count))]
        guard let seen = try other.opened().shown(known.id) else { return }
        try record(try changes(of: unit, known, seen, other, &chance), other, &chance)
    }

    /// An edit of one unit of one record as the device shows it; nothing where there is nothing to
    /// edit.
    func changes(
        on device: Device, _ chance: inout SeededGenerator
    ) throws -> [RecordChange] {
        guard let (known, shown, unit) = try pickUnit(on: device, &chance) else { return [] }
        return try changes(of: unit, known, shown, device, &chance)
    }

    private func pickUnit(
        on device: Device, _ chance: inout SeededGenerator
    ) throws -> (Known, ShownRecord, UnitID)? {
        let isTree = chance.next() % 8 == 0
        guard let known = pick(isTree ? trees : plots, &chance),
            let shown = try device.opened().shown(known.id)
        else { return nil }
        var units = shown.collection == .tree ? Tree.edited : Plot.edited
        if shown.collection == .plot, chance.next() % 2 == 0 {
            units = Plot.favourites(fleet.number)
        }
        if shown.collection == .plot, device.schema.version != Schema.simulated.version,
            chance.next() % 3 == 0
        {
            units = Plot.next
        }
        return (known, shown, units[Int(chance.next() % UInt64(units.count))])
    }

    func changes(
        of unit: UnitID, _ known: Known, _ shown: ShownRecord, _ device: Device,
        _ chance: inout SeededGenerator
    ) throws -> [RecordChange] {
        guard let collection = device.schema.collection(shown.collection),
            let unit = collection.unit(unit)
        else { return [] }
        var edit = Edit(of: shown.parts, by: try replica(device), as: collection)
        switch unit.policy {
        case .addWins:
            if case .elements(let set)? = shown.state[unit.id], !set.entries.isEmpty,
                chance.next() % 3 == 0
            {
                let place = Int(chance.next() % UInt64(set.entries.count))
                try edit.change(unit.id, removing: [set.entries[place].element])
            } else {
                try edit.change(unit.id, adding: [.text(word(&chance))])
            }
        case .sum: try edit.increment(unit.id, by: Int64(chance.next() % 60) + 1)
        case .append:
            try edit.append([.text(Fleet.text(known.mark, word(&chance)))], to: unit.id)
        // Said once, by whoever does not know of another.
        case .immutable:
            guard shown.parts.allSatisfy({ $0.state[unit.id] == nil }) else { return [] }
            try edit.set(unit.id, to: value(of: unit, shown.state, &chance))
        default:
            var value =
                chance.next() % 12 == 0 ? .absent : value(of: unit, shown.state, &chance)
            if case .states(let machine) = unit.policy {
                value = step(from: shown.state.value(under: unit), machine, &chance)
            }
            try set(unit.id, to: value, &edit)
        }
        return edit.recordChanges
    }

    /// Sets a unit. Where several sides are open, it corrects its own, or else the first that it
    /// may.
    private func set(_ unit: UnitID, to value: Value, _ edit: inout Edit) throws {
        do {
            try edit.set(unit, to: value)
        } catch {
            switch error {
            case .sideNotChosen:
                note(.corrected)
                try edit.set(unit, to: value, correcting: 0)
            // In records that are one it may have several sides, and none may take another back:
            // it is told so, and leaves that to the office.
            case .wouldWithdrawOwnSide where edit.seen.count > 1: break
            default: throw error
            }
        }
    }

    /// Two forms are open over one unit: one is saved, then the other, which has not seen it.
    func overtake(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let (known, shown, unit) = try pickUnit(on: device, &chance) else { return }
        let first = try changes(of: unit, known, shown, device, &chance)
        let second = try changes(of: unit, known, shown, device, &chance)
        try record(first, device, &chance)
        try record(second, device, isFromDraft: true, &chance)
        note(.twoForms)
    }

    func replica(_ device: Device) throws -> ReplicaID {
        try device.opened().identity().replica
    }

    private func value(
        of unit: UnitDeclaration, _ state: RecordState, _ chance: inout SeededGenerator
    ) -> Value {
        switch unit.id {
        case Plot.pay where state.collection == .plot:
            // Its members must always be seen together.
            let amount = Int64(chance.next() % 4)
            return .group([.integer(amount), .text("proof of \(amount)")])
        case Plot.place:
            let source = Plot.sources[Int(chance.next() % 3)]
            let day = CalendarDate(year: 2027, month: 1, day: 1 + Int(chance.next() % 3))
            return .group([.text(word(&chance)), .text(source), day.map { .day($0) } ?? .absent])
        case Plot.story: return .text(story(state.outcome(of: unit)?.value, &chance))
        case Plot.deed: return .text(["1", "2", "3", " 2"][Int(chance.next() % 4)])
        default: break
        }
        switch unit.members[0].type {
        case .integer: return integer(&chance)
        case .bool: return .bool(chance.next() % 2 == 0)
        case .choice(let words): return .text(words[Int(chance.next() % UInt64(words.count))])
        default: return .text(word(&chance))
        }
    }

    /// One of the states that may follow what is shown, or the same again: more than that no device
    /// records.
    private func step(
        from shown: Value?, _ machine: StateMachine, _ chance: inout SeededGenerator
    ) -> Value {
        var states = machine.next.keys.sorted()
        if case .text(let state)? = shown {
            states = [state.string] + (machine.next[state.string] ?? [])
        }
        return .text(states[Int(chance.next() % UInt64(states.count))])
    }

    /// A text with one line changed, added or taken out.
    private func story(_ shown: Value?, _ chance: inout SeededGenerator) -> String {
        let trees = ["ash", "birch", "cedar", "elder", "fir"]
        var lines = ["ash", "birch", "cedar", "elder"]
        if case .text(let text)? = shown, !text.string.isEmpty {
            lines = text.string.split(separator: "\n").map(String.init)
        }
        let place = Int(chance.next() % UInt64(lines.count))
        let line = trees[Int(chance.next() % 5)] + " \(chance.next() % 3)"
        switch chance.next() % 4 {
        case 0 where lines.count < 8: lines.insert(line, at: place)
        case 1 where lines.count > 1: lines.remove(at: place)
        default: lines[place] = line
        }
        return lines.joined(separator: "\n")
    }

    func create(
        _ device: Device, withChild: Bool, _ chance: inout SeededGenerator
    ) throws {
        // Before the first sync a device knows no area to put a record in.
        guard device.hasSynced else { return }
        let open = device.streets.sorted()
        guard !open.isEmpty else { return }
        let street = open[Int(chance.next() % UInt64(open.count))]
        let plot = Known(
            id: RecordID.make(milliseconds: UInt64(now_ms), using: &chance), mark: plots.count)
        var changes = [
            Fleet.plot(
                plot.id, in: fleet.streets[street], mark: plot.mark,
                count: Int64(chance.next() % 4))
        ]
        // Known even if the machine fails: it may have been recorded.
        add(plot, in: street)
        if withChild {
            let child = Known(
                id: RecordID.make(milliseconds: UInt64(now_ms), using: &chance), mark: plot.mark)
            trees.append(child)
            changes.append(tree(child, at: plot, &chance))
        }
        try record(changes, device, &chance)
        note(withChild ? .childCreated : .createdOffline)
    }

    private func tree(
        _ tree: Known, in collection: CollectionID = .tree, at plot: Known,
        _ chance: inout SeededGenerator
    ) -> RecordChange {
        RecordChange(
            record: tree.id, collection: collection, creates: true,
            writes: [
                Write(unit: Tree.plot, operation: .set(.reference(plot.id), replacing: [])),
                Write(unit: Tree.title, operation: .set(.text(word(&chance)), replacing: [])),
                Write(
                    unit: Tree.notes,
                    operation: .append([.text(Fleet.text(plot.mark, "planted"))])),
            ], shown: nil)!
    }

    func plant(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let plot = pick(plots, &chance), try device.opened().shown(plot.id) != nil else {
            return
        }
        let child = Known(
            id: RecordID.make(milliseconds: UInt64(now_ms), using: &chance), mark: plot.mark)
        let isNest =
            device.schema.version != Schema.simulated.version && chance.next() % 2 == 0
        if isNest { nests.append(child) } else { trees.append(child) }
        try record(
            [tree(child, in: isNest ? .nest : .tree, at: plot, &chance)], device, &chance)
        note(.childPlanted)
    }

    func pair(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let first = pick(plots, &chance), let second = pick(plots, &chance),
            let one = try device.opened().shown(first.id),
            let other = try device.opened().shown(second.id),
            !one.parts.contains(where: { $0.state.record == second.id })
        else { return }
        let written = try [one, other].flatMap { shown in
            try changes(of: Plot.title, to: .text("pair \(now_ms)"), shown, device)
        }
        try record(written, device, &chance)
        note(.pairWritten)
    }

    private func changes(
        of unit: UnitID, to value: Value, _ shown: ShownRecord, _ device: Device
    ) throws -> [RecordChange] {
        guard let collection = device.schema.collection(shown.collection) else { return [] }
        var edit = Edit(of: shown.parts, by: try replica(device), as: collection)
        try set(unit, to: value, &edit)
        return edit.recordChanges
    }

    func save(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let draft = device.draft else { return }
        device.draft = nil
        if draft.syncs != device.syncs { note(.draftSavedAfterSync) }
        for change in draft.changes {
            let shown = try device.opened().shown(change.record)?.parts.first
            // What may be held no longer is taken off; the drafts that would hold it back lie in
            // its store, and this one only here.
            if shown == nil, device.isRevoked || firstMove_ms != nil { return }
            if let position = shown?.position, change.shown.map({ $0 < position }) ?? true {
                note(.draftFoundMovedOn)
            }
        }
        try record(draft.changes, device, isFromDraft: true, &chance)
    }

    func void(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let known = pick(plots, &chance),
            let shown = try device.opened().shown(known.id)
        else { return }
        let isVoid = shown.state[.void] != nil && chance.next() % 2 == 0
        try record(
            try changes(of: .void, to: isVoid ? .absent : .text("gone"), shown, device), device,
            &chance)
        note(isVoid ? .broughtBack : .voided)
    }

    func propose(_ device: Device, _ chance: inout SeededGenerator) throws {
        let disputes = try device.opened().disputes()
        guard !disputes.isEmpty else { return }
        let dispute = disputes[Int(chance.next() % UInt64(disputes.count))]
        guard
            let shown = try device.opened().shown(dispute.record)?.parts.first(where: {
                $0.state.record == dispute.record
            }),
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
}
