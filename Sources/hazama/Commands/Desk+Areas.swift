import SyncCore
import SyncStore

extension Desk {
    /// The leaf area somebody named, by id or name; the only one where nobody did.
    func leafArea(_ typed: String?) throws -> KnownArea {
        let leaves = try store().areas().filter { $0.isLeaf && $0.isWritable }
        if let typed {
            let found = Self.matching(typed, leaves)
            guard found.count == 1 else {
                throw fail(
                    .usage, .badInput, .noSuchArea,
                    ["text": typed, "areas": leaves.map(\.name).joined(separator: ", ")])
            }
            return found[0]
        }
        if leaves.count == 1 { return leaves[0] }
        guard !leaves.isEmpty else { throw fail(.locked, .notEnrolled, .noArea, next: .syncFirst) }
        for leaf in leaves { console.hint("    \(leaf.scope.description.suffix(5))  \(leaf.name)") }
        let answer = try prompt.ask(.askArea, flag: "--area") { typed throws(Failure) in
            let found = Self.matching(typed, leaves)
            guard found.count == 1 else {
                throw self.fail(
                    .usage, .badInput, .noSuchArea,
                    ["text": typed, "areas": leaves.map(\.name).joined(separator: ", ")])
            }
            return found[0]
        }
        return answer ?? leaves[0]
    }

    /// The areas named so, with all below them.
    func scopes(within typed: String) throws -> Set<ScopeID> {
        let areas = try store().areas()
        let named = Self.matching(typed, areas)
        guard !named.isEmpty else {
            throw fail(
                .usage, .badInput, .noSuchArea,
                ["text": typed, "areas": areas.map(\.name).joined(separator: ", ")])
        }
        var scopes = Set(named.map(\.scope))
        // Parents come before their children.
        for area in areas where area.parent.map(scopes.contains) ?? false {
            scopes.insert(area.scope)
        }
        return scopes
    }

    private static func matching(_ typed: String, _ areas: [KnownArea]) -> [KnownArea] {
        let named = areas.filter { Matching.folded($0.name) == Matching.folded(typed) }
        if !named.isEmpty { return named }
        guard let id = ShortID(typed) else { return [] }
        return areas.filter { id.matches($0.scope) }
    }
}
