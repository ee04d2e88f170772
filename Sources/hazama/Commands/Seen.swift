import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// What a person was last shown of a record: what their next edit of it may say they have seen.
///
/// `show` and `edit` keep it in the store's drafts, and no sync touches it. An edit names the heads
/// in it, never newer ones: otherwise a value that came in with the last sync would be covered by
/// somebody who never read it. After an edit the person's own writes are laid over it, and nothing
/// else.
///
/// It counts for twelve hours, a day's work. An edit of a record not shown within that time begins
/// with what the store shows now, and the values it replaces are printed beside the new ones.
struct Seen: Hashable, Sendable {
    static let life_ms: Int64 = 12 * 3_600_000

    var state: RecordState
    let position: LogPosition?

    init(_ state: RecordState, at position: LogPosition?) {
        (self.state, self.position) = (state, position)
    }

    static func key(_ record: RecordID) -> String { "seen/\(record)" }

    /// The bytes of the draft: writers are numbered for this draft alone.
    func encode() -> [UInt8] {
        var writers = WriterTable()
        let bytes = StateCoding.encode(state, writers: &writers)
        let pairs: [JSON] = writers.writers.compactMap(\.self).map {
            [.string("\($0.replica)"), .string("\($0.author)")]
        }
        return JSON.object([
            "v": 1, "record": .string("\(state.record)"),
            "collection": .integer(Int64(state.collection.value)),
            "position": position.map { .integer(Int64($0.value)) } ?? .null,
            "writers": .array(pairs), "state": .string(Base32.encode(bytes)),
        ]).bytes()
    }

    /// Reads a draft; `nil` if it is of another version or broken: then nothing was seen.
    init?(_ bytes: [UInt8]) {
        let json: JSON
        do { json = try JSON.parse(bytes) } catch { return nil }
        guard json["v"]?.integer == 1, let record = json["record"]?.string.flatMap(RecordID.init),
            let collection = json["collection"]?.integer.flatMap({ UInt16(exactly: $0) }),
            let pairs = json["writers"]?.array,
            let blob = json["state"]?.string.flatMap(Base32.decode)
        else { return nil }
        var writers = WriterTable()
        for (place, pair) in pairs.enumerated() {
            guard let names = pair.array, names.count == 2,
                let replica = names[0].string.flatMap(ReplicaID.init),
                let author = names[1].string.flatMap(PersonID.init)
            else { return nil }
            writers.insert(Writer(replica: replica, author: author), number: UInt32(place + 1))
        }
        do {
            state = try StateCoding.decode(
                blob, record: record, collection: CollectionID(collection), writers: writers)
        } catch { return nil }
        position = json["position"]?.integer.flatMap { LogPosition(UInt64(clamping: $0)) }
    }

    /// The units in which `now` holds a setting by somebody else that was not seen.
    func unitsMovedOn(in now: RecordState, replica: ReplicaID) -> [UnitID] {
        now.units.compactMap { unit in
            guard case .register(let register) = unit.state else { return nil }
            var seen: Set<ChangeSetName> = []
            if case .register(let old)? = state[unit.id] {
                seen.formUnion(old.heads.map(\.origin.name))
            }
            let isNew = register.heads.contains {
                $0.origin.name.replica != replica && !seen.contains($0.origin.name)
            }
            return isNew ? unit.id : nil
        }
    }

    /// Lays the person's own change over it: that they have seen, for they wrote it.
    mutating func lay(_ change: RecordChange, of set: ChangeSet) {
        let origin = Origin(
            name: set.name, author: set.author, time: .estimate(set.time), position: nil,
            shown: change.shown)
        state.merge(change, from: origin) { $0 != set.name }
    }
}

extension Desk {
    /// Keeps what was just printed of a record as seen.
    ///
    /// On a full disk the person can still look. What they were shown before stays kept, so that a
    /// later edit claims to have seen less than it did: the safe side.
    func remember(_ shown: ShownRecord) throws {
        try ifThereIsRoom {
            for part in shown.parts { try keep(Seen(part.state, at: part.position)) }
        }
    }

    private func ifThereIsRoom(_ body: () throws -> Void) throws {
        do { try body() } catch let error as StoreError {
            console.detail(Line(failure(for: error).what))
        }
    }

    private func keep(_ seen: Seen) throws {
        try store().putDraft(
            Seen.key(seen.state.record), seen.encode(), about: seen.state.record, now: started)
    }

    /// What was last shown of a record; `nil` where that is too long ago.
    private func seenLately(_ record: RecordID) throws -> Seen? {
        guard let draft = try store().draft(Seen.key(record)),
            (0...Seen.life_ms).contains(started.wall_ms.subtractingClamped(draft.saved_ms))
        else { return nil }
        return Seen(draft.bytes)
    }

    /// Lays what was just taken back over what was last shown: the next edit begins there.
    func remember(undone set: ChangeSet) throws {
        try ifThereIsRoom {
            for change in set.changes {
                guard var seen = try seenLately(change.record) else { continue }
                seen.lay(change, of: set)
                try keep(seen)
            }
        }
    }

    /// Begins an edit of a record with what its author was last shown of it.
    func edit(_ record: RecordID) throws -> Editing {
        let author = try author()
        let now = try shown(record)
        let parts = try now.parts.map { part in
            if let kept = try seenLately(part.state.record),
                kept.state.collection == now.collection
            {
                return kept
            }
            return Seen(part.state, at: part.position)
        }
        let declaration = try declaration(now.collection)
        return Editing(
            parts: parts, now: now, declaration: declaration, replica: author.replica,
            edit: Edit(
                of: parts.map { Edit.Seen($0.state, at: $0.position) }, by: author.replica,
                as: declaration))
    }

    /// Records edits as one change set, keeps them as seen, and tells what became of each unit.
    func seal(
        _ intent: String, _ edits: [Editing], creating: [RecordChange] = [],
        reason: String? = nil
    ) throws {
        let changes = edits.flatMap(\.edit.recordChanges)
        guard !changes.isEmpty || !creating.isEmpty else { throw StoreError.nothingToRecord }
        let sealed = try record(intent, changes + creating, reason: reason)
        for editing in edits {
            for change in editing.edit.recordChanges {
                guard
                    var seen = editing.parts.first(where: { $0.state.record == change.record })
                else { continue }
                seen.lay(change, of: sealed.changeSet)
                try keep(seen)
            }
        }
        try tell(sealed, edits)
    }

    private func tell(_ sealed: HashedChangeSet, _ edits: [Editing]) throws {
        let titles = try titles()
        let values = values(titles)
        let lines = WriteLines(values: values, titles: titles)
        for editing in edits {
            // One value written to several records that are one is told once.
            let writes = Dictionary(
                editing.edit.recordChanges.flatMap(\.writes).map { ($0.unit, $0) },
                uniquingKeysWith: { first, _ in first }
            ).values.sorted { $0.unit < $1.unit }
            guard let change = editing.edit.recordChanges.first else { continue }
            let movedOn = editing.unitsMovedOn
            let after = try shown(change.record)
            for write in writes {
                guard let unit = editing.declaration.unit(write.unit) else { continue }
                let label = Vocabulary.unit(unit.id, of: change.collection).text(
                    in: console.language)
                if case .set = write.operation {
                    let sheet = UnitSheet(values: values, titles: titles, unit: unit, of: after)
                    let before = UnitSheet(
                        values: values, titles: titles, unit: unit, in: editing.seen)
                    let first = titles.isLapsed ? "" : "\(before.short) → "
                    console.result("  \(label, .dim): \(first)\(sheet.short, .strong)", hanging: 4)
                } else {
                    let text = lines.text(of: write, in: change.collection)
                    console.result("  \(label, .dim): \(text, .strong)", hanging: 4)
                }
                if movedOn.contains(unit.id) {
                    console.hint(.conflict, .movedOn, ["unit": label, "id": change.record.short()])
                }
            }
            console.item(
                "edit",
                [
                    "record": .string("\(change.record)"),
                    "changeSet": .string("\(sealed.changeSet.name)"),
                    "units": .array(
                        writes.compactMap { write in
                            editing.declaration.unit(write.unit).map { .string($0.name) }
                        }),
                    "movedOn": .array(
                        movedOn.compactMap { unit in
                            editing.declaration.unit(unit).map { .string($0.name) }
                        }),
                ])
        }
    }
}

/// An edit in the making, with what its author saw and what there is.
struct Editing {
    /// The record that was addressed, and those that are one with it, as they were seen.
    let parts: [Seen]
    let now: ShownRecord
    let declaration: CollectionDeclaration
    let replica: ReplicaID
    var edit: Edit

    /// What was seen, as one.
    var seen: RecordState { .joining(parts.map(\.state), in: declaration) }

    /// The units in which a record holds a setting by somebody else that was not seen.
    var unitsMovedOn: [UnitID] {
        let moved = parts.flatMap { part -> [UnitID] in
            guard let now = now.parts.first(where: { $0.state.record == part.state.record }) else {
                return []
            }
            return part.unitsMovedOn(in: now.state, replica: replica)
        }
        return Set(moved).sorted()
    }
}
