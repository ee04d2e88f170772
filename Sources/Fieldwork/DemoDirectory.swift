public import SyncCore

/// Who helps in a district that does not exist: a station in each street with a session a week, and
/// partners with what they can give.
///
/// Equal areas and days give equal records. The numbers are no exchange's.
public struct DemoDirectory: Hashable, Sendable {
    private let streets: [DemoDistrict.Area]
    private let today: CalendarDate

    public init(of areas: [DemoDistrict.Area], asOf today: CalendarDate) {
        streets = areas.filter { $0.kind == .street }
        self.today = today
    }

    /// The records, to lie in `area`.
    public func changes(in area: ScopeID) throws(SchemaViolation) -> [RecordChange] {
        var changes: [RecordChange] = []
        for (place, street) in streets.enumerated() {
            let id = DerivedName(.station).with(Self.mark).with(place).record
            var station = Station.Draft(area: area, street: street.id, name: street.name + "救助服务站")
            station.services = [.help, SessionKind.allCases[place % SessionKind.allCases.count]]
            station.contact = ContactPoint(
                station.name, phone: "0000\(place + 1)000", address: street.name + "便民路1号",
                by: .decision, effective: today)
            changes.append(try station.creation(id: id))
            for week in 1...2 as ClosedRange<Int64> {
                guard let day = today.adding(days: 7 * week + Int64(place % 5)) else { continue }
                var session = StationSession.Draft(
                    station: id, kind: station.services[station.services.count - 1], day: day,
                    capacity: 12)
                session.time = "14:00"
                changes.append(
                    try session.creation(
                        id: DerivedName(.session).with(id).with(Int(week)).record))
            }
        }
        for (place, giver) in Self.givers.enumerated() {
            let id = DerivedName(.partner).with(Self.mark).with(place).record
            var partner = Partner.Draft(area: area, kind: giver.kind, name: giver.name)
            partner.progress = giver.progress
            partner.reach = place < streets.count ? [streets[place].id] : []
            changes.append(try partner.creation(id: id))
            var resource = Resource.Draft(
                area: area, provider: id, kind: giver.gives, title: giver.title)
            resource.unit = giver.unit
            resource.capacity = giver.capacity
            resource.needKinds = giver.needs
            resource.reach = partner.reach
            changes.append(
                try resource.creation(
                    id: DerivedName(.resource).with(Self.mark).with(place).record))
        }
        return changes.sorted { $0.record < $1.record }
    }

    /// Tells these names from those of records somebody makes.
    private static let mark = "demo"

    private struct Giver {
        let kind: PartnerKind
        let name: String
        let progress: Partner.Progress
        let gives: ResourceKind
        let title: String
        let unit: String
        let capacity: Int
        let needs: [NeedKind]
    }

    private static let givers = [
        Giver(
            kind: .socialOrganisation, name: "春雨社工服务中心", progress: .active, gives: .hours,
            title: "上门陪伴", unit: "小时", capacity: 60, needs: [.company, .mentalCare]),
        Giver(
            kind: .school, name: "师范学院志愿队", progress: .active, gives: .hours, title: "课业辅导",
            unit: "小时", capacity: 20, needs: [.tutoring]),
        Giver(
            kind: .firm, name: "柳河餐饮", progress: .active, gives: .goods, title: "助老午餐",
            unit: "份", capacity: 300, needs: [.meals]),
        Giver(
            kind: .firm, name: "恒安家电维修", progress: .offered, gives: .skill, title: "适老化改造",
            unit: "户", capacity: 10, needs: [.homeSafety]),
        Giver(
            kind: .residentGroup, name: "邻里互助小组", progress: .verified, gives: .hours,
            title: "代购与跑腿", unit: "次", capacity: 40, needs: [.meals, .company]),
    ]
}
