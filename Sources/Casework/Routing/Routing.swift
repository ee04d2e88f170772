public import Fieldwork
public import SyncCore

/// A row of the routing table: if it applies, its class and what is done.
public enum RoutingRow: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Violence, abandonment, danger to oneself, a child alone.
    case danger = "R1"
    /// A basic programme says yes, and none is held.
    case entitled = "R2"
    /// None is held, and a basic programme can't be told.
    case unclear = "R3"
    /// One is held, and another basic or a special programme says yes.
    case moreToGet = "R4"
    /// All is held, and it is still hard, or they were turned away elsewhere.
    case stillHard = "R5"
    /// All is held, and a need is met by nothing there is.
    case unmetNeed = "R6"
    /// An open alert of some weight.
    case alert = "R7"
    case otherwise = "R8"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public var serviceClass: ServiceClass {
        switch self {
        case .danger: .protection
        case .entitled, .unclear: .missing
        case .moreToGet, .stillHard, .unmetNeed: .insufficient
        case .alert: .earlyWarning
        case .otherwise: .none
        }
    }
}

/// Where a household is routed: all rows that apply, the first of which is its primary.
public struct Routing: Hashable, Sendable {
    /// In the order of the table.
    public let rows: [RoutingRow]
    /// How often somebody looks in, in days.
    public let cadenceDays: Int

    public var primary: ServiceClass { rows[0].serviceClass }

    /// Every class that applies, the primary first.
    public var classes: [ServiceClass] {
        var classes: [ServiceClass] = []
        for row in rows where !classes.contains(row.serviceClass) {
            classes.append(row.serviceClass)
        }
        return classes
    }

    /// - Parameter severities: of the open alerts; those of `situation` where none are recorded.
    public init(_ situation: Situation, severities: [Int]? = nil) {
        let open = severities ?? situation.warnings.map(\.severity)
        var rows = RoutingRow.allCases.filter {
            $0 != .otherwise && situation.applies($0, severities: open)
        }
        if rows.isEmpty { rows = [.otherwise] }
        self.rows = rows
        cadenceDays = Cadence.days(of: situation.level, severities: open)
    }
}

extension Situation {
    /// Classes, the primary first, and the rules that give warning, as a file of answers has them.
    public var routingJSON: [JSONMember] {
        let warnings = warnings
        let routing = Routing(self, severities: warnings.map(\.severity))
        let rules = Set(warnings.map(\.rule)).sorted()
        return [
            JSONMember("classes", .array(routing.classes.map { .string($0.rawValue) })),
            JSONMember("alerts", .array(rules.map { .string($0.rawValue) })),
        ]
    }
}

/// How often somebody looks in 走访频次.
public enum Cadence {
    /// The smallest of what level and open alerts ask for; once a year otherwise.
    public static func days(of level: Level, severities: [Int]) -> Int {
        let bySeverity = severities.map { $0 >= 3 ? 7 : $0 == 2 ? 30 : 90 }
        return ([level.cadenceDays ?? 365] + bySeverity).min() ?? 365
    }
}

extension Situation {
    func applies(_ row: RoutingRow, severities: [Int]) -> Bool {
        let helped = asks(.isHelped).truth
        return switch row {
        case .danger: !chronicle.dangers.isEmpty || isChildAlone
        case .entitled: helped == .no && anyBasic.truth == .yes
        // Where the status is not known either, a visit has to tell.
        case .unclear:
            helped == .no && anyBasic.truth == .unknown
                || helped == .unknown && anyBasic.truth != .no
        case .moreToGet: helped == .yes && hasMoreToGet
        case .stillHard:
            helped == .yes && !hasMoreToGet
                && (level == .high || dimensions >= 3 || chronicle.wasTurnedAway)
        case .unmetNeed:
            helped == .yes && !hasMoreToGet && level == .medium && chronicle.unmetSince != nil
        case .alert: severities.contains { $0 >= 2 }
        case .otherwise: false
        }
    }

    private var isChildAlone: Bool {
        !members.isEmpty && members.allSatisfy { asks(.isMinor, $0).truth == .yes }
    }

    /// Whether a better basic programme, or one for a special case, says yes and is not held.
    private var hasMoreToGet: Bool {
        let programmes = rulebook.catalogue.programmes
        let status = value("h.status")
        let held = programmes.first { $0.grants != nil && $0.grants == status }?.exclusive?.rank
        return programmes.indices.contains { place in
            let programme = programmes[place]
            if let exclusive = programme.exclusive, exclusive.group == Self.basicGroup {
                // What comes after the one that is held is held with it.
                guard let held, exclusive.rank < held else { return false }
                return self.programme(place).truth == .yes
            }
            guard ["basic", "welfare", "special"].contains(programme.pillar) else { return false }
            return members.contains { member in
                answer.members[member][place].truth == .yes
                    && !chronicle.holds(programme.id, member: member, on: asOf)
            }
        }
    }
}
