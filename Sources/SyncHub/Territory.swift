internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// What one person's devices may hold: the grants in the order by which cursors count, and the
/// areas they cover.
struct Territory: Sendable {
    let grants: SyncResponse.Grants
    /// Per grant, the numbers of its area and of all beneath it.
    let areas: [Set<UInt32>]
    /// Where one of the person's grants last began or ended: a device whose cursors are further has
    /// heard of it.
    let since: LogPosition

    /// Works out what the present grants of a person open.
    init(_ granted: [StoredGrant], _ memory: HubMemory) {
        var needed: Set<UInt32> = []
        var lines: [SyncResponse.Grant] = []
        var covered: [Set<UInt32>] = []
        since = granted.map { $0.ended ?? $0.began }.max() ?? .start
        let held = granted.filter { $0.ended == nil }.map {
            (id: $0.id, area: $0.area, isReadOnly: false)
        }
        // What everybody reads needs no act of anybody: its name is its scope's.
        let reference =
            granted.isEmpty
            ? []
            : memory.areas.filter(\.isReference).map {
                (
                    id: GrantID(high: $0.scope.high, low: $0.scope.low), area: $0.number,
                    isReadOnly: true
                )
            }
        for grant in held + reference {
            guard let area = memory.area(grant.area) else { continue }
            let subtree = memory.subtree(grant.area)
            lines.append(
                SyncResponse.Grant(
                    id: grant.id, scope: area.scope, isReadOnly: grant.isReadOnly))
            covered.append(subtree)
            needed.formUnion(subtree)
            var above = area.parent
            while let number = above, let area = memory.area(number) {
                needed.insert(number)
                above = area.parent
            }
        }
        areas = covered
        let shown = memory.areas.filter { needed.contains($0.number) }.map {
            SyncResponse.Area(
                number: $0.number, scope: $0.scope, parent: $0.parent, name: Text($0.name))
        }
        grants = SyncResponse.Grants(
            version: Self.version(lines, shown), grants: lines, areas: shown)
    }

    /// 48 bits of a hash of all that is sent, never 0: another set of grants or areas has another
    /// version, and a device is told only when its own have changed.
    private static func version(
        _ grants: [SyncResponse.Grant], _ areas: [SyncResponse.Area]
    ) -> UInt64 {
        var writer = ByteWriter()
        for grant in grants {
            writer.identifier(grant.id)
            writer.identifier(grant.scope)
            writer.byte(grant.isReadOnly ? 1 : 0)
        }
        for area in areas {
            writer.varint(UInt64(area.number))
            writer.identifier(area.scope)
            writer.varint(UInt64(area.parent ?? 0))
            writer.text(area.name.string)
        }
        let hash = Digests.sha256(writer.bytes).bytes
        return max(1, hash[..<6].reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension Hub {
    /// What a person's devices may hold, from memory where it is there.
    func territory(
        of person: PersonID, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> Territory {
        try memory.territories[person] ?? Territory(tx.grants(of: person), memory)
    }
}

extension SyncRequest {
    /// One cursor per grant.
    var cursorList: [LogPosition] {
        cursors.flatMap { Array(repeating: $0.position, count: $0.count) }
    }
}
