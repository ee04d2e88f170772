public import SyncCore
public import SyncProtocol
internal import SyncStore
internal import Synchronization

/// Who waits for something to happen in which areas, or to which conflict.
///
/// In memory only: who is forgotten asks again.
struct Watchers: Sendable {
    enum Concern: Sendable {
        case areas(Set<UInt32>, of: PersonID)
        /// One conflict, or any, and the last step of it that is known.
        case conflict(RecordID?, since: Int64)
    }

    struct Watcher: Sendable {
        let concern: Concern
        /// Is told how long to let pass before asking, so that those woken together don't come
        /// together.
        let wake: @Sendable (_ pause: Duration) -> Void
    }

    private var watchers: [UInt64: Watcher] = [:]
    private var last: UInt64 = 0

    /// How far apart those are sent who were woken by one change.
    static let spacing = Duration.milliseconds(20)

    var isEmpty: Bool { watchers.isEmpty }

    mutating func add(_ watcher: Watcher) -> UInt64 {
        last += 1
        watchers[last] = watcher
        return last
    }

    mutating func remove(_ id: UInt64) { watchers[id] = nil }

    /// As much of what a hub remembers as tells whom a change concerns.
    struct Sight {
        /// By area.
        let positions: [LogPosition]
        /// Whose grants are known. They are forgotten when they change, or the areas do.
        let people: Set<PersonID>
        let epoch: EpochID

        init(_ memory: HubMemory) {
            positions = memory.areas.map(\.position)
            people = Set(memory.territories.keys)
            epoch = memory.epoch
        }
    }

    /// The conflicts that somebody waits for; `nil` stands for any.
    var conflicts: Set<RecordID?> {
        var conflicts: Set<RecordID?> = []
        for watcher in watchers.values {
            if case .conflict(let id, _) = watcher.concern { conflicts.insert(id) }
        }
        return conflicts
    }

    /// Takes out everybody whom a change concerns.
    ///
    /// - Parameter steps: the last step of each conflict that somebody waits for; one that is not
    ///   there could not be read, and whoever waits for it is sent to see.
    mutating func taking(
        from old: Sight, to new: Sight, steps: [RecordID?: Int64]
    ) -> [Watcher] {
        var changed: Set<UInt32> = []
        for (place, position) in new.positions.enumerated()
        where place >= old.positions.count || old.positions[place] != position {
            changed.insert(UInt32(place + 1))
        }
        var woken: [(UInt64, Watcher)] = []
        for (id, watcher) in watchers {
            let isConcerned =
                switch watcher.concern {
                case .areas(let areas, let person):
                    old.epoch != new.epoch || !new.people.contains(person)
                        || !changed.isDisjoint(with: areas)
                case .conflict(let conflict, let step): steps[conflict] != step
                }
            if isConcerned { woken.append((id, watcher)) }
        }
        for (id, _) in woken { watchers[id] = nil }
        return woken.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

extension Hub {
    /// Looks whether something lies ready for a device; where nothing does, keeps `wake` until
    /// something happens in its areas.
    ///
    /// - Parameter bytes: a sync request without runs. It is not answered as such, and nothing of
    ///   it is stored.
    /// - Returns: what to hand to `forgetWatcher`; `nil` where something lies ready now.
    public func watch(
        _ bytes: [UInt8], wake: @escaping @Sendable (_ pause: Duration) -> Void
    ) throws(Problem) -> UInt64? {
        let unverified: UnverifiedSyncRequest
        do {
            unverified = try UnverifiedSyncRequest(bytes)
        } catch {
            throw error.problem
        }
        return try serving { memory in
            let (replica, request) = try self.authenticate(unverified, &memory)
            guard replica.state == DeviceState.approved.rawValue else { throw Problem(.revoked) }
            let (territory, hasNotice) = try self.store.read { [memory] tx in
                (
                    try self.territory(of: replica.person, memory, tx),
                    try !tx.notices(of: replica.person, after: request.noticeCursor).isEmpty
                )
            }
            memory.territories[replica.person] = territory
            let cursors = request.cursorList
            guard request.grantsVersion == territory.grants.version,
                cursors.count == territory.areas.count, !hasNotice
            else { return nil }
            for (areas, cursor) in zip(territory.areas, cursors) {
                for number in areas where (memory.area(number)?.position ?? .start) > cursor {
                    return nil
                }
            }
            let areas = territory.areas.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
            // Still under the lock that every change is made under, so none is missed between.
            return self.watchers.withLock {
                $0.add(Watchers.Watcher(concern: .areas(areas, of: replica.person), wake: wake))
            }
        }
    }

    /// The last step in the life of a conflict, or of any: what `watch` is asked to go beyond.
    public func lastStep(of conflict: RecordID?, by session: Session) throws(Problem) -> Int64 {
        try require(.conflictAdministrator, session)
        return try serving { _ in
            try self.store.read { tx in try tx.lastStep(of: conflict) }
        }
    }

    /// Looks whether something happened to a conflict, or to any, after a step; where nothing did,
    /// keeps `wake` until something does.
    ///
    /// - Returns: what to hand to `forgetWatcher`; `nil` where something happened already.
    public func watch(
        _ conflict: RecordID?, since step: Int64, by session: Session,
        wake: @escaping @Sendable (_ pause: Duration) -> Void
    ) throws(Problem) -> UInt64? {
        try require(.conflictAdministrator, session)
        return try serving { _ in
            let last = try self.store.read { tx in try tx.lastStep(of: conflict) }
            guard last == step else { return nil }
            return self.watchers.withLock {
                $0.add(Watchers.Watcher(concern: .conflict(conflict, since: step), wake: wake))
            }
        }
    }

    /// Lets go of who waits no longer; does nothing for one that was woken.
    public func forgetWatcher(_ id: UInt64) { watchers.withLock { $0.remove(id) } }

    /// Wakes those whom a change concerns.
    func wake(from old: Watchers.Sight, to new: Watchers.Sight) {
        let conflicts = watchers.withLock { $0.conflicts }
        var steps: [RecordID?: Int64] = [:]
        if !conflicts.isEmpty {
            do {
                steps = try store.read { tx in
                    try conflicts.reduce(into: [:]) { $0[$1] = try tx.lastStep(of: $1) }
                }
            } catch {
                // Who waits is sent to see, and is told there what is wrong.
            }
        }
        let woken = watchers.withLock { [steps] in $0.taking(from: old, to: new, steps: steps) }
        for (place, watcher) in woken.enumerated() { watcher.wake(Watchers.spacing * place) }
    }
}
