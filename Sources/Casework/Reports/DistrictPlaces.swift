public import SyncCore

/// The area tree, as reports name it: by the path from the district down.
public struct DistrictPlaces: Sendable {
    private let paths: [ScopeID: [String]]

    public init(_ areas: some Sequence<(scope: ScopeID, path: [String])>) {
        paths = Dictionary(areas.map { ($0.scope, $0.path) }) { first, _ in first }
    }

    private func path(_ area: ScopeID) -> [String] { paths[area] ?? [] }

    /// The street a neighbourhood lies in.
    public func street(of area: ScopeID) -> String {
        path(area).dropLast().last ?? path(area).last ?? ""
    }

    public func neighbourhood(of area: ScopeID) -> String {
        "\(street(of: area)) / \(path(area).last ?? "")"
    }

    /// Whether what reaches an area of any level reaches a neighbourhood's street.
    func reaches(_ reach: ScopeID, streetOf neighbourhood: ScopeID) -> Bool {
        let (reach, street) = (path(reach), path(neighbourhood).dropLast())
        if reach.isEmpty { return false }
        return street.starts(with: reach) || reach.starts(with: street)
    }
}
