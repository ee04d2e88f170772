internal import SyncCore
internal import SyncHub

// What putting a late change set back must do, written a second time.

extension Oracle {
    /// What is wrong with what was written to put a change set back; `nil` if nothing is.
    ///
    /// - Parameters:
    ///   - count: how many entries there were before.
    ///   - lines: what the page had said of it.
    func complaint(
        aboutPuttingBack name: ChangeSetName, _ before: [Int: Standing],
        _ after: [Int: Standing], since count: Int, _ lines: [ConflictDetail.PutBack]
    ) -> String? {
        guard let place = before.first(where: { $0.value.name == name })?.key else {
            return "\(name) is not there"
        }
        guard entries.count == count + 1 else { return "\(entries.count - count) were written" }
        let changes = entries[place].changes
        for change in entries[count].changes {
            let units = changes.filter { $0.record == change.record }
                .flatMap { $0.creates ? [.void] : $0.writes.map(\.unit) }
            for write in change.writes where write.unit != .discussion {
                guard units.contains(write.unit) else {
                    return "unit \(write.unit.value) of \(change.record) was written as well"
                }
            }
        }
        for change in changes where change.creates {
            let heads = Self.heads(settings(change.record, .void, after))
            guard heads.contains(where: { $0.value != .absent }) else {
                return "\(change.record) is there"
            }
        }
        for change in changes where !change.creates {
            for write in change.writes {
                let line = lines.first { $0.record == change.record && $0.unit == write.unit }
                if let complaint = complaint(
                    aboutPuttingBack: write, of: name, in: change.record, before, after, line,
                    count)
                {
                    return "unit \(write.unit.value) of \(change.record) \(complaint)"
                }
            }
        }
        return nil
    }

    private func complaint(
        aboutPuttingBack write: Write, of name: ChangeSetName, in record: RecordID,
        _ before: [Int: Standing], _ after: [Int: Standing], _ line: ConflictDetail.PutBack?,
        _ count: Int
    ) -> String? {
        switch write.operation {
        case .set(let value, _):
            let all = settings(record, write.unit, before)
            let heads = Self.heads(all)
            let own = heads.filter { says($0, value, of: name, all) }
            let left = heads.filter { head in !own.contains { $0.name == head.name } }
            let now = Self.heads(settings(record, write.unit, after))
            let new = now.filter { $0.entry >= count }
            guard now.filter({ $0.entry < count }).map(\.name) == left.map(\.name),
                new.count == (own.isEmpty ? 0 : 1)
            else { return "had \(heads.map(\.name)), and has \(now.map(\.name))" }
            guard let decision = new.first else { return line == nil ? nil : "was to go back" }
            let earlier = all.filter { one in
                all.contains { $0.name == name && $0.replaced.contains(one.name) }
            }.max { ($0.time, $0.name) < ($1.time, $1.name) }
            let must = left.isEmpty ? [earlier?.value ?? .absent] : left.map(\.value)
            guard must.contains(decision.value) else {
                return "says \(decision.value), and must say one of \(must)"
            }
            return line?.after == decision.value ? nil : "was to say \(String(describing: line))"
        case .increment(let delta):
            let totals = [before, after].map { Self.total(writes(record, write.unit, $0)) }
            return totals[1] == totals[0] - delta
                ? nil : "was \(totals[0]), and is \(totals[1]) without \(delta)"
        case .change(let adding, let removing):
            let present = Self.present(writes(record, write.unit, after), after)
            for value in adding where present.contains(where: { $0 == (name, value) }) {
                return "has \(value)"
            }
            for removal in removing
            where !present.contains(where: { $0.value == removal.element }) {
                return "lacks \(removal.element)"
            }
            return nil
        case .append: return nil
        }
    }

    /// Whether a head is what somebody wrote: with a change set of theirs, or stated again since in
    /// their name.
    private func says(
        _ head: Setting, _ value: Value, of name: ChangeSetName, _ all: [Setting]
    ) -> Bool {
        if head.name == name { return true }
        guard head.name.replica.isHub,
            [Self.undo, Self.restatement].contains(entries[head.entry].intent.string),
            Self.reads(head.value, as: value),
            all.contains(where: { $0.name == name && $0.author == head.author })
        else { return false }
        var found: Set<ChangeSetName> = []
        var next = head.replaced
        while let one = next.popLast() {
            guard found.insert(one).inserted else { continue }
            next += all.first { $0.name == one }?.replaced ?? []
        }
        return found.contains(name)
    }
}
