import Casework
import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol

/// A district that does not exist, to be put into a new hub.
enum InventedDistrict {
    /// A few streets and 200 households.
    case small(DemoDistrict)
    /// All of the reference district.
    case full(ReferenceDistrict)

    /// How many homes of the large district are in memory at once.
    private static let homesAtOnce = 400

    var areas: [DemoDistrict.Area] {
        switch self {
        case .small(let district): district.areas
        case .full(let district): district.areas
        }
    }

    var name: String { areas[0].name }

    func load(into hub: Hub) throws {
        switch self {
        case .small(let district):
            try hub.load(district.homes.map(\.changes), intent: "first load")
        case .full(let district):
            try hub.addAdvisors(district.workers.map { ($0.id, $0.name) })
            let homes = stride(from: 0, to: district.count, by: Self.homesAtOnce).lazy.map {
                first in
                (first..<min(first + Self.homesAtOnce, district.count)).map {
                    district.home($0).changes
                }
            }
            try hub.firstLoad(homes, intent: "first load")
            try hub.load(
                district.gatherings.filter { !$0.isEmpty }, intent: "first load")
        }
    }
}

extension ReferenceDistrict.Standards {
    /// Those of a day; `nil` where the catalogue has none for it.
    init?(on day: CalendarDate) throws {
        let catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { Digests.sha256($0) }
        func fen(_ key: String) -> Int64? {
            catalogue.parameter(key).flatMap { catalogue[$0].value(on: day)?.value }
        }
        guard let dibao = fen("dibao.month"), let low = fen("low.month"),
            let wage = fen("wage.min"), let disregard = fen("work.disregard")
        else { return nil }
        self.init(dibao: dibao, low: low, wage: wage, disregard: disregard)
    }
}
