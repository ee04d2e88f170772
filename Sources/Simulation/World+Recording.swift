internal import Fieldwork
internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// What people record on their devices.

extension World {
    /// Few records are written by many: that is where writes meet.
    private func pick(_ all: [Known], _ chance: inout SeededGenerator) -> Known? {
        guard !all.isEmpty else { return nil }
        let fraction = Double(chance.next() % 1000) / 1000
        return all[Int(Double(all.count) * fraction * fraction * fraction)]
    }

    func integer(_ chance: inout SeededGenerator) -> Value {
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
        let word = words[Int(chance.next() % UInt64(chance.next() % 2 == 0 ? 4 : words.count))]
        // What another hand types for the same.
        switch chance.next() % 8 {
        case 0: return " " + word
        case 1: return word + "\t"
        default: return word
        }
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

    func edit(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let change = try change(on: device, &chance) else { return }
        try record([change], device, &chance)
    }

    /// An edit of one unit of one record as the device shows it; `nil` where there is nothing to
    /// edit.
    func change(
        on device: Device, _ chance: inout SeededGenerator
    ) throws -> RecordChange? {
        let isTree = chance.next() % 8 == 0
        guard let known = pick(isTree ? trees : plots, &chance),
            let shown = try device.opened().shown(known.id)
        else { return nil }
        var units = shown.collection == .tree ? Tree.edited : Plot.edited
        if shown.collection == .plot, chance.next() % 2 == 0 {
            units = Plot.favourites(fleet.number)
        }
        return try change(
            of: units[Int(chance.next() % UInt64(units.count))], known, shown, device, &chance)
    }

    private func change(
        of unit: UnitID, _ known: Known, _ shown: ShownRecord, _ device: Device,
        _ chance: inout SeededGenerator
    ) throws -> RecordChange? {
        guard let unit = Schema.simulated.unit(unit, of: shown.collection),
            let write = try write(unit, shown.state, known.mark, try replica(device), &chance)
        else { return nil }
        return RecordChange(
            record: known.id, collection: shown.collection, creates: false, writes: [write],
            shown: shown.position)
    }

    /// Two forms are open over one unit: one is saved, then the other, which has not seen it.
    func overtake(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let first = try change(on: device, &chance), let unit = first.writes.first?.unit,
            let known = (plots + trees).first(where: { $0.id == first.record }),
            let shown = try device.opened().shown(known.id),
            let second = try change(of: unit, known, shown, device, &chance)
        else { return }
        try record([first], device, &chance)
        try record([second], device, isFromDraft: true, &chance)
        note(.twoForms)
    }

    func replica(_ device: Device) throws -> ReplicaID {
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
        let value =
            chance.next() % 12 == 0 ? .absent : value(of: unit, state, &chance)
        return try correction(of: unit, in: state, to: value, by: replica)
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
        default: break
        }
        switch unit.members[0].type {
        case .integer: return integer(&chance)
        case .bool: return .bool(chance.next() % 2 == 0)
        case .choice(let words): return .text(words[Int(chance.next() % UInt64(words.count))])
        default: return .text(word(&chance))
        }
    }

    /// A text with one line changed, added or taken out.
    private func story(_ shown: Value?, _ chance: inout SeededGenerator) -> String {
        let words = ["ash", "birch", "cedar", "elder", "fir"]
        var lines = ["ash", "birch", "cedar", "elder"]
        if case .text(let text)? = shown, !text.string.isEmpty {
            lines = text.string.split(separator: "\n").map(String.init)
        }
        let place = Int(chance.next() % UInt64(lines.count))
        let line = words[Int(chance.next() % 5)] + " \(chance.next() % 3)"
        switch chance.next() % 4 {
        case 0 where lines.count < 8: lines.insert(line, at: place)
        case 1 where lines.count > 1: lines.remove(at: place)
        default: lines[place] = line
        }
        return lines.joined(separator: "\n")
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

    func create(
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

    func plant(_ device: Device, _ chance: inout SeededGenerator) throws {
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

    func pair(_ device: Device, _ chance: inout SeededGenerator) throws {
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

    func save(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let draft = device.draft else { return }
        device.draft = nil
        if draft.syncs != device.syncs { note(.draftSavedAfterSync) }
        let shown = try device.opened().shown(draft.change.record)
        // What a revoked device held is taken off; the drafts that would hold it back lie in its
        // store, and this one only here.
        if shown == nil, !draft.change.creates, device.isRevoked { return }
        if let position = shown?.position,
            draft.change.shown.map({ $0 < position }) ?? true
        {
            note(.draftFoundMovedOn)
        }
        try record([draft.change], device, isFromDraft: true, &chance)
    }

    func void(_ device: Device, _ chance: inout SeededGenerator) throws {
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

    func propose(_ device: Device, _ chance: inout SeededGenerator) throws {
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
}
