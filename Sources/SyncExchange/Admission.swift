public import SyncCore
internal import SyncProtocol

/// The rules by which a hub judges a change set that it has already stored.
///
/// Pure: everything it needs to know is handed in. It never refuses; what may not be merged now
/// waits for something (`held`) or for a person (`quarantined`), and nothing behind it that does
/// not depend on it waits.
public enum Admission {
    /// What the hub knows about a change set when it judges it.
    public struct Facts: Sendable {
        public let changeSet: ChangeSet
        public let size: Int
        /// Whether the hub's own replica wrote it; it has every authority.
        public let isHub: Bool
        /// Whether a person at the hub answers for it: then no authority of the author's is asked
        /// for.
        public let isAdmitted: Bool
        /// The person the replica was enrolled for.
        public let owner: PersonID
        /// Whether the device may still write: revoked ones are drained for people to look at.
        public let isRevoked: Bool
        /// Whether it sets what only the holder of an office sets, and its author is none.
        public let lacksOffice: Bool
        /// Every grant the author ever had.
        public let grants: [Grant]
        /// How much of this hub's log the writer had applied when it sealed; `nil` where that can't
        /// be told, for its epoch is lost.
        public let trunk: LogPosition?
        /// When the hub received it, on the hub's clock.
        public let arrived_ms: Int64
        /// Per change, in order.
        public let records: [RecordFacts]

        public init(
            changeSet: ChangeSet, size: Int, isHub: Bool, isAdmitted: Bool = false, owner: PersonID,
            isRevoked: Bool, lacksOffice: Bool = false, grants: [Grant], trunk: LogPosition?,
            arrived_ms: Int64, records: [RecordFacts]
        ) {
            self.changeSet = changeSet
            self.size = size
            self.isHub = isHub
            self.isAdmitted = isAdmitted
            self.owner = owner
            self.isRevoked = isRevoked
            self.lacksOffice = lacksOffice
            self.grants = grants
            self.trunk = trunk
            self.arrived_ms = arrived_ms
            self.records = records
        }
    }

    /// Authority over an area and all beneath it.
    public struct Grant: Hashable, Sendable {
        public let id: GrantID
        /// Numbers of the leaf areas it covers.
        public let areas: Set<UInt32>
        /// Where it ended, and when; `nil` while it holds.
        public let ended: LogPosition?
        public let ended_ms: Int64?

        public init(id: GrantID, areas: Set<UInt32>, ended: LogPosition?, ended_ms: Int64?) {
            (self.id, self.areas, self.ended, self.ended_ms) = (id, areas, ended, ended_ms)
        }
    }

    /// An area that a record has left.
    public struct Former: Hashable, Sendable {
        public let area: UInt32
        public let left_ms: Int64

        public init(area: UInt32, left_ms: Int64) { (self.area, self.left_ms) = (area, left_ms) }
    }

    /// What the hub knows about a record that a change touches.
    public struct RecordFacts: Sendable {
        /// The leaf area it lies in, or will lie in once created; `nil` if that can't be told.
        public let area: UInt32?
        /// Where it has lain since the writer's trunk: the writer could not know that it had moved.
        public let former: [Former]
        /// Whether no grant of the author ever opened an area it lay in. The author must not learn
        /// that it exists.
        public let isHidden: Bool
        /// The state before this change set; `nil` if it was never created.
        public let state: RecordState?
        /// What the state would take once this change is in it, at most.
        public let bytesAfter: Int
        /// The record it waits for: itself, or the one that says where it lies; `nil` if nothing is
        /// missing.
        public let missing: RecordID?
        /// The number of a change set of this replica, set aside earlier, behind which this one
        /// waits.
        public let behind: UInt64?

        public init(
            area: UInt32?, former: [Former] = [], isHidden: Bool = false, state: RecordState?,
            bytesAfter: Int = 0, missing: RecordID?, behind: UInt64?
        ) {
            (self.area, self.former, self.isHidden) = (area, former, isHidden)
            (self.state, self.bytesAfter) = (state, bytesAfter)
            (self.missing, self.behind) = (missing, behind)
        }
    }

    public enum Verdict: Hashable, Sendable {
        /// To be merged now; `late` if the authority had ended but the grace had not.
        case merge(late: Bool)
        /// Waits for a record to be created.
        case held(missing: RecordID)
        /// Waits behind an earlier change set of the same replica.
        case behind(UInt64)
        /// Writes to a record that the author never held: for people to look at, while the author
        /// is answered as for one that does not exist.
        case hidden
        case quarantined(Reason)
    }

    /// Why a person must look at a change set. Codes are those of `protocol/errors.md`.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Larger than a change set may be.
        case tooLarge = "HZ-5001"
        /// Written in the name of somebody the device was not enrolled for.
        case foreignAuthor = "HZ-5002"
        /// Touches what the author had no authority over when it was written, or names no such
        /// grant.
        case outOfScope = "HZ-5003"
        /// The authority had ended longer ago than the grace.
        case tooLate = "HZ-5004"
        /// Does not fit the schema it was written under, or can't be read in the present one.
        case schema = "HZ-5005"
        /// Written under a schema that this hub does not know yet, and more than new units in it:
        /// records of a new collection, or values that were not allowed before.
        case newerSchema = "HZ-5006"
        /// A unit holds its writes in another way than this write wants.
        case kind = "HZ-5007"
        /// Writes again what never changes.
        case immutable = "HZ-5008"
        /// Settles a conflict without the authority to.
        case resolution = "HZ-5009"
        /// Another branch of a copied device.
        case copied = "HZ-5010"
        /// The device had been revoked.
        case revoked = "HZ-5011"
        /// Judging it failed twice; a fault of the hub's.
        case poison = "HZ-5012"
        /// The record would hold more than a record may.
        case recordFull = "HZ-5013"
        /// Sets what only the holder of an office sets, and the register does not name its author.
        case office = "HZ-5014"
    }

    /// What a change set is held for.
    public enum Wait: String, Hashable, Sendable {
        /// A record that is not here.
        case record = "HZ-5101"
        /// A change set of the same device.
        case predecessor = "HZ-5102"
    }

    /// Why a number is passed without its change set.
    public enum Gap: String, Hashable, Sendable {
        /// Its device can't produce it any more.
        case lost = "HZ-5201"
    }

    /// How long after the end of a grant work is still taken as late: 30 days, in milliseconds.
    public static let grace_ms: Int64 = 30 * 24 * 3600 * 1000

    /// Judges one change set.
    public static func decide(_ facts: Facts, schema: Schema) -> Verdict {
        let written = facts.changeSet
        if facts.size > Limits.changeSetBytes
            || written.changes.count > Limits.changesPerChangeSet
        {
            return .quarantined(.tooLarge)
        }
        let asksAuthority = !facts.isHub && !facts.isAdmitted
        if asksAuthority {
            if written.author != facts.owner { return .quarantined(.foreignAuthor) }
            if facts.isRevoked { return .quarantined(.revoked) }
        }
        if written.texts.contains(where: \.holdsNull) {
            return .quarantined(.schema)
        }
        let isNewer = written.schema > schema.version
        let set: ChangeSet
        do { set = try schema.upcast(written) } catch { return .quarantined(.schema) }
        for (change, record) in zip(set.changes, facts.records) {
            do {
                try schema.validate(change, mayReplaceImmutable: facts.isHub, isNewer: isNewer)
            } catch .replacesImmutable {
                return .quarantined(.immutable)
            } catch {
                return .quarantined(isNewer ? .newerSchema : .schema)
            }
            // That two records are one is decided at the office, and undone there; what has arrived
            // the hub knows.
            if !facts.isHub,
                change.writes.contains(where: { $0.unit == .aliases || $0.unit == .arrivals })
            {
                return .quarantined(.resolution)
            }
            if let number = record.behind { return .behind(number) }
            if let missing = record.missing { return .held(missing: missing) }
            if record.isHidden, asksAuthority { return .hidden }
            if let state = record.state {
                if !state.accepts(change) { return .quarantined(.kind) }
                if let reason = offence(change, state, facts, schema) {
                    return .quarantined(reason)
                }
                // A hub's own writes end conflicts, and so make a record smaller.
                if !facts.isHub, record.bytesAfter > Limits.stateBytes {
                    return .quarantined(.recordFull)
                }
            }
        }
        // Whoever answers for it: what lies nowhere can't be merged.
        if !asksAuthority, facts.records.contains(where: { $0.area == nil }) {
            return .quarantined(.outOfScope)
        }
        guard asksAuthority else { return .merge(late: false) }
        return facts.lacksOffice ? .quarantined(.office) : authority(facts)
    }

    /// What in a change no ordinary write may do to this state.
    private static func offence(
        _ change: RecordChange, _ state: RecordState, _ facts: Facts, _ schema: Schema
    ) -> Reason? {
        for write in change.writes {
            guard case .set(let value, let names) = write.operation,
                case .register(let register)? = state[write.unit],
                let unit = schema.unit(write.unit, of: change.collection)
            else { continue }
            switch unit.policy {
            case .immutable:
                // The same device would cover its own earlier write without naming it. The hub may:
                // a contestation is settled by a resolution.
                let replica = facts.changeSet.name.replica
                if !facts.isHub, !register.stands(ifWrittenAgain: value, by: replica) {
                    return .immutable
                }
            case .review, .text, .ranked, .states, .withdrawalWins, .raiseWins:
                // A device's later write covers its own earlier one without naming it; that counts
                // too.
                let replica = facts.changeSet.name.replica
                let touched = register.sides.filter { side in
                    side.names.contains { names.contains($0) || $0.replica == replica }
                }
                if touched.count > 1, !facts.isHub,
                    register.isDisputed(touched.flatMap(\.names), under: unit)
                {
                    return .resolution
                }
            case .latest, .addWins, .maximum, .minimum, .sum, .append, .derived: break
            }
        }
        return nil
    }

    /// Whether the author had authority over every record when the change set was written, as far
    /// as the writer could know, and how long ago it ended where it has.
    private static func authority(_ facts: Facts) -> Verdict {
        let heard = facts.trunk ?? .start
        // An end that the writer had heard of is an end; another one only makes it late.
        let held = facts.grants.filter { $0.ended.map { $0 > heard } ?? true }
        var ended_ms: Int64?
        for record in facts.records {
            guard let area = record.area else { return .quarantined(.outOfScope) }
            if held.contains(where: { $0.ended == nil && $0.areas.contains(area) }) { continue }
            let present = held.filter { $0.areas.contains(area) }.compactMap(\.ended_ms)
            let past = record.former.flatMap { former in
                held.filter { $0.areas.contains(former.area) }
                    .map { min($0.ended_ms ?? .max, former.left_ms) }
            }
            guard let end = (present + past).max() else { return .quarantined(.outOfScope) }
            ended_ms = min(ended_ms ?? .max, end)
        }
        guard let ended_ms else { return .merge(late: false) }
        return facts.arrived_ms.subtractingClamped(ended_ms) <= grace_ms
            ? .merge(late: true) : .quarantined(.tooLate)
    }
}

extension Register {
    /// Whether what a device wrote before, and what is shown, stay what they are when it writes
    /// this value: it is the same, and where others contest it, what was received first is not what
    /// this covers, for it counts as received only now.
    fileprivate func stands(ifWrittenAgain value: Value, by replica: ReplicaID) -> Bool {
        let own = heads.filter { $0.origin.name.replica == replica }
        guard !own.isEmpty else { return true }
        guard own.allSatisfy({ $0.value == value }) else { return false }
        func first(_ heads: [Head]) -> Head? {
            heads.min { $0.origin.wasReceived(before: $1.origin) }
        }
        let others = heads.filter { $0.origin.name.replica != replica }
        guard let next = first(others), let now = first(heads) else { return true }
        return next.value.agrees(with: now.value)
    }
}
