internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Many conflicts decided at once.

extension World {
    /// Conflicts of one kind and one unit.
    private struct Heap {
        let collection: CollectionID
        let unit: UnitID
        let kind: ConflictKind
        var views: [ConflictView]
    }

    func decideMany(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        if chance.next() % 8 == 0 { try tryHighStakes(administrator) }
        var heaps = try heaps(administrator)
        if heaps.allSatisfy({ $0.views.count < 2 }) {
            try await disagree(&chance)
            guard hub.hub != nil else { return }
            heaps = try self.heaps(administrator)
        }
        let most = heaps.map(\.views.count).max() ?? 0
        if chance.next() % 4 != 0 { heaps.removeAll { $0.views.count < most } }
        guard !heaps.isEmpty else { return }
        let heap = heaps[Int(chance.next() % UInt64(heaps.count))]
        let rules = heap.kind.bulkRules.filter { $0 != .putBack }
        let request = BulkRequest(
            collection: heap.collection, unit: heap.unit, kind: heap.kind,
            rule: rules[Int(chance.next() % UInt64(rules.count))])
        try await decide(heap.views, by: request, administrator, &chance)
    }

    /// What is high-stakes is never one of many.
    private func tryHighStakes(_ administrator: Int) throws {
        checks += 1
        let hub = try running()
        do {
            _ = try hub.preview(
                BulkRequest(collection: .plot, unit: Plot.deed, kind: .value, rule: .newest),
                by: fleet.administrators[administrator % 3])
        } catch {
            guard error.code == .badChoice else { throw error }
            return note(.bulkRefused)
        }
        throw Violation("high stakes are never part of many", "unit \(Plot.deed.value)")
    }

    private func heaps(_ administrator: Int) throws -> [Heap] {
        var heaps: [Heap] = []
        for view in try queue(nil, administrator) {
            guard let collection = view.collection, let unit = view.unit,
                !view.kind.bulkRules.isEmpty,
                let stakes = hubSchema.unit(unit, of: collection)?.stakes,
                stakes < .high || view.kind.isHarmlessInBulk
            else { continue }
            let place = heaps.firstIndex {
                $0.collection == collection && $0.unit == unit && $0.kind == view.kind
            }
            if let place {
                heaps[place].views.append(view)
            } else {
                heaps.append(
                    Heap(collection: collection, unit: unit, kind: view.kind, views: [view]))
            }
        }
        return heaps
    }

    /// Two people write the same unit of several plots, neither having seen the other's.
    private func disagree(_ chance: inout SeededGenerator) async throws {
        let able = devices.filter(\.isInService)
        guard able.count > 1 else { return }
        let first = Int(chance.next() % UInt64(able.count))
        let second = (first + 1 + Int(chance.next() % UInt64(able.count - 1))) % able.count
        let pair = [able[first], able[second]]
        let units = [Plot.count, Plot.danger, Plot.pay, Plot.stage]
        let unit = units[Int(chance.next() % UInt64(units.count))]
        var met = 0
        for plot in plots where met < 3 && chance.next() % 2 == 0 {
            let shown = try pair.map { try $0.opened().shown(plot.id) }
            guard let one = shown[0], let other = shown[1] else { continue }
            try record(try changes(of: unit, plot, one, pair[0], &chance), pair[0], &chance)
            try record(try changes(of: unit, plot, other, pair[1], &chance), pair[1], &chance)
            met += 1
        }
        for device in pair {
            guard hub.hub != nil else { return }
            try await syncAtOffice(device)
        }
    }

    private func decide(
        _ views: [ConflictView], by request: BulkRequest, _ administrator: Int,
        _ chance: inout SeededGenerator
    ) async throws {
        let session = fleet.administrators[administrator % 3]
        let pages = try views.map { try running().conflict($0.id, by: session) }
        let preview = try running().preview(request, by: session)
        try check(preview, of: pages, by: request)
        guard !preview.lines.isEmpty else { return }
        if chance.next() % 3 == 0 {
            let line = preview.lines[Int(chance.next() % UInt64(preview.lines.count))]
            try await work(on: line.view, &chance)
            guard hub.hub != nil else { return }
        }
        let shown = pages.filter { page in preview.lines.contains { $0.view.id == page.view.id } }
        let hub = try running()
        let now = try shown.map { try hub.conflict($0.view.id, by: session) }
        let isStale = zip(shown, now).contains {
            $0.version != $1.version || $1.view.state == .resolved
        }
        let before = try standingAtHub()
        let count = oracle.entries.count
        checks += 1
        do {
            _ = try hub.resolve(
                request, token: preview.token, reason: "simulated", by: session)
        } catch {
            guard error.code == .staleView else { throw error }
            try learnFromHub()
            // Another of the kind may have come in beside those that were shown.
            let again = try hub.preview(request, by: session)
            guard isStale || again.lines.map(\.view.id) != preview.lines.map(\.view.id),
                oracle.entries.count == count
            else {
                throw Violation("many are decided as they were shown", "refused: \(request)")
            }
            return note(.bulkStale)
        }
        guard !isStale else {
            throw Violation("many are decided as they were shown", "decided: \(request)")
        }
        try learnFromHub()
        guard oracle.entries.count == count + 1 else {
            throw Violation("many are decided by one change set", "\(request)")
        }
        let groups = oracle.groups(oracle.records(before), before)
        for (page, line) in zip(shown, preview.lines) {
            try check(page, line, in: groups, session)
        }
        note(.bulkDecided)
        if shown.count > 1 { note(.bulkOfSeveral) }
        // Of one pair it is parting, which is another act.
        guard chance.next() % 2 == 0, request.kind != .duplicate || shown.count > 1 else { return }
        if chance.next() % 3 == 0 {
            let line = preview.lines[Int(chance.next() % UInt64(preview.lines.count))]
            try await work(on: line.view, &chance)
            guard self.hub.hub != nil else { return }
        }
        let page = shown[Int(chance.next() % UInt64(shown.count))]
        guard try undo(page.view.id, administrator) else { return }
        note(.bulkUndone)
    }

    /// A preview lists every conflict of its kind that the rule says something of, and that.
    private func check(
        _ preview: BulkPreview, of pages: [ConflictDetail], by request: BulkRequest
    ) throws {
        checks += 1
        var expected: [RecordID: [Value]] = [:]
        for page in pages where page.proposal == nil {
            if request.kind == .duplicate, page.view.state == .proposed { continue }
            guard request.kind == .capacity || page.sides.count > 1 else { continue }
            let values = Self.values(of: page, by: request.rule)
            if values?.isEmpty ?? false { continue }
            expected[page.view.id] = values ?? []
        }
        let ids = Set(preview.lines.map(\.view.id))
        guard ids.isSubset(of: expected.keys), preview.left == expected.count - ids.count else {
            throw Violation(
                "a preview lists what will be decided",
                "\(request): \(ids.count) and \(preview.left) of \(expected.count)")
        }
        for line in preview.lines {
            let values = expected[line.view.id] ?? []
            guard values.isEmpty ? line.after == nil : values.contains(where: { $0 == line.after })
            else {
                throw Violation(
                    "a preview lists what will be decided",
                    "\(line.view.id) would be \(String(describing: line.after))")
            }
        }
    }

    /// What may hold by a rule; `nil` where no value would.
    private static func values(
        of page: ConflictDetail, by rule: BulkRequest.Rule
    ) -> [Value]? {
        func values(at time: Int64?) -> [Value] {
            page.sides.filter { side in side.writes.contains { $0.corrected_ms == time } }
                .map(\.value)
        }
        let times = page.sides.flatMap(\.writes).map(\.corrected_ms)
        return switch rule {
        case .newest: values(at: times.max())
        case .oldest: values(at: times.min())
        case .previous: page.base.map { [$0.value] } ?? []
        case .valid: page.sides.contains { $0.value == .absent } ? [.absent] : []
        case .bringBack: page.sides.first.map { [$0.value] } ?? []
        case .stand, .putBack: nil
        }
    }

    /// One of many is decided as it would be by itself.
    private func check(
        _ page: ConflictDetail, _ line: BulkPreview.Line, in groups: [[RecordID]],
        _ session: Session
    ) throws {
        let after = try running().conflict(page.view.id, by: session)
        guard after.view.state == .resolved, line.view.id == page.view.id else {
            throw Violation("a decision settles", "\(page.view.id)")
        }
        guard let value = line.after, let record = page.view.record else { return }
        try noteDecision(
            page, value, after, in: groups.first { $0.contains(record) } ?? [record])
    }
}
