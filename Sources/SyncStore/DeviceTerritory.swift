internal import GRDB
public import SyncCore
internal import Synchronization

/// The areas and grants this device knows of.
struct Territory: Sendable {
    struct Area: Sendable {
        let scope: ScopeID
        let parent: UInt32?
        let name: String
    }
    struct Grant: Sendable {
        let id: GrantID
        let scope: ScopeID
        /// In the hub's order; `nil` once it has ended.
        let place: Int?
        /// Whether nobody writes there.
        let isReadOnly: Bool
        let cursor: LogPosition
        /// How far everything has arrived: the cursor as it was when nothing more lay ready.
        let complete: LogPosition
    }

    private(set) var areas: [UInt32: Area] = [:]
    private(set) var numbers: [ScopeID: UInt32] = [:]
    /// Those in force by place, then those that have ended.
    private(set) var grants: [Grant] = []

    init(_ db: Database) throws {
        try db.each("SELECT number, scope, parent, name FROM sync_areas") { row in
            let number = UInt32(clamping: try row.int(0))
            let area = Area(
                scope: try row.name(1), parent: try row.intOrNil(2).map { UInt32(clamping: $0) },
                name: try row.text(3))
            areas[number] = area
            numbers[area.scope] = number
        }
        try db.each(
            """
            SELECT id, scope, place, cursor, complete, is_read_only FROM sync_grants
            ORDER BY place IS NULL, place, id
            """
        ) { row in
            grants.append(
                Grant(
                    id: try row.name(0), scope: try row.name(1),
                    place: try row.intOrNil(2).map { Int($0) },
                    isReadOnly: try row.int(5) != 0, cursor: try row.logPosition(3),
                    complete: try row.logPosition(4)))
        }
    }

    /// The grants in force, in the hub's order.
    var current: [Grant] { grants.filter { $0.place != nil } }

    /// The newest hub position applied.
    var newest: LogPosition { current.map(\.cursor).max() ?? .start }

    /// The area and all above it.
    func path(from number: UInt32) -> [ScopeID] {
        var path: [ScopeID] = []
        var next: UInt32? = number
        // A hub's tree has no circles; a damaged one may not keep us here.
        while let number = next, let area = areas[number], path.count < areas.count {
            path.append(area.scope)
            next = area.parent
        }
        return path
    }

    /// The grants that cover an area: in force first, the narrowest first.
    func covering(_ number: UInt32) -> [Grant] {
        let path = path(from: number)
        func depth(_ grant: Grant) -> Int? { path.firstIndex(of: grant.scope) }
        return grants.filter { depth($0) != nil }.enumerated().sorted {
            ($0.element.place == nil ? 1 : 0, depth($0.element) ?? 0, $0.offset)
                < ($1.element.place == nil ? 1 : 0, depth($1.element) ?? 0, $1.offset)
        }.map(\.element)
    }

    func isGranted(_ number: UInt32) -> Bool {
        covering(number).contains { $0.place != nil }
    }

    func isWritable(_ number: UInt32) -> Bool {
        covering(number).contains { $0.place != nil && !$0.isReadOnly }
    }

    /// How far everything in an area has arrived.
    func complete(_ number: UInt32?) -> LogPosition {
        guard let number else { return .start }
        return covering(number).filter { $0.place != nil }.map(\.complete).max() ?? .start
    }
}

extension DeviceStore {
    func territory(_ db: Database) throws -> Territory {
        if let known = memory.withLock({ $0.territory }) { return known }
        let territory = try Territory(db)
        memory.withLock { $0.territory = territory }
        return territory
    }

    /// The grants that cover an area and allow to write there.
    func writable(_ area: UInt32, _ db: Database) throws -> [Territory.Grant] {
        if let known = memory.withLock({ $0.writable[area] }) { return known }
        let grants = try territory(db).covering(area).filter { !$0.isReadOnly }
        memory.withLock { $0.writable[area] = grants }
        return grants
    }

    func forgetTerritory() { memory.withLock { $0.territory = nil } }

    /// Returns the areas this device knows of, parents before children, then by name.
    public func areas() throws(StoreError) -> [KnownArea] {
        try read { db in
            let territory = try self.territory(db)
            let parents = Set(territory.areas.values.compactMap(\.parent))
            return territory.areas.map { number, area in
                KnownArea(
                    number: number, scope: area.scope,
                    parent: area.parent.flatMap { territory.areas[$0]?.scope }, name: area.name,
                    isLeaf: !parents.contains(number), isGranted: territory.isGranted(number),
                    isWritable: territory.isWritable(number))
            }.sorted {
                (territory.path(from: $0.number).count, $0.name, $0.number)
                    < (territory.path(from: $1.number).count, $1.name, $1.number)
            }
        }
    }

    /// Returns the grants this device holds, in the hub's order, and then those that have ended.
    public func grants() throws(StoreError) -> [KnownGrant] {
        try read { db in
            try self.territory(db).grants.map {
                KnownGrant(
                    id: $0.id, scope: $0.scope, cursor: $0.cursor, hasEnded: $0.place == nil)
            }
        }
    }

    /// Returns the names of people that may be shown.
    public func people() throws(StoreError) -> [PersonID: String] {
        try read { db in
            var people: [PersonID: String] = [:]
            try db.each("SELECT id, name FROM sync_people") { row in
                people[try row.name(0)] = try row.text(1)
            }
            return people
        }
    }
}
