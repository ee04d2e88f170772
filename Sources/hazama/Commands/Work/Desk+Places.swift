import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

extension Desk {
    /// Who gets what there is, of all confirmed needs that are known on this machine.
    func allocation() throws -> Allocation {
        let store = try store()
        let parents = Dictionary(
            try store.areas().compactMap { area in area.parent.map { (area.scope, $0) } },
            uniquingKeysWith: { first, _ in first })
        func areas(_ leaf: ScopeID?) -> [ScopeID] {
            var path: [ScopeID] = []
            var next = leaf
            while let area = next, !path.contains(area) {
                path.append(area)
                next = parents[area]
            }
            return path
        }
        let levels = Dictionary(
            try assessmentsByHousehold().map { ($0.0, $0.1.level) },
            uniquingKeysWith: { first, _ in first })
        let needs = try records(Need.self).compactMap { row, need -> Allocation.Need? in
            guard need.progress == .confirmed, let home = need.household, let kind = need.kind,
                let shown = try seen(home).flatMap({ Household($0.state) })
            else { return nil }
            return Allocation.Need(
                need.id, kind, level: levels[home].flatMap(\.self) ?? .pending,
                since: need.foundOn ?? today, areas: areas(shown.area))
        }
        let items = try records(PlanItem.self).map(\.record)
        let supplies = try records(Resource.self).map(\.record)
            .filter { $0.voidReason == nil && $0.until.map { $0 >= today } ?? true }
            .map { resource in
                Allocation.Supply(
                    resource.id, Set(resource.needKinds), free: resource.free(after: items),
                    reach: Set(
                        resource.reach.isEmpty
                            ? [resource.area].compactMap(\.self) : resource.reach))
            }
        return Allocation(needs, supplies)
    }

    /// Referrals of a household's needs to the partners who have a place for them, but of those
    /// that were referred already.
    func referrals(for home: RecordID, from worker: PersonID) throws -> [Referral.Draft] {
        let running = try records(Referral.self, of: home).map(\.record).filter {
            $0.isOpen || $0.progress == .closed
        }
        let referred = Set(running.compactMap(\.need))
        return try allocation().answers.compactMap { answer -> Referral.Draft? in
            guard case .matched(let supply) = answer.outcome,
                !referred.contains(answer.need.id),
                try store().row(answer.need.id)?.home == home,
                let resource = try store().shown(supply).flatMap({ Resource($0.state) }),
                let provider = resource.provider,
                try store().row(provider)?.collection == .partner
            else { return nil }
            return Referral.Draft(
                household: home, need: answer.need.id, partner: provider, from: worker)
        }
    }
}

struct NeedMatch: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Which needs there is a place for, and which have to wait and why.",
        discussion: "The hardest level comes first, then whoever waits longest.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A household's id; left out, all.")
    var household: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try household.map { try desk.resolve($0, as: .household).0 }
        let titles = try desk.titles()
        let store = try desk.store()
        var (matched, waiting) = (0, 0)
        for answer in try desk.allocation().answers {
            let owner = try store.row(answer.need.id)?.home
            guard home == nil || owner == home else { continue }
            let place: Line
            var members = [
                JSONMember("need", .string("\(answer.need.id)")),
                JSONMember("id", .string(answer.need.id.short())),
                JSONMember("household", owner.map { .string("\($0)") } ?? .null),
                JSONMember("kind", .string(answer.need.kind.rawValue)),
                JSONMember("level", .string(answer.need.level.rawValue)),
            ]
            switch answer.outcome {
            case .matched(let supply):
                matched += 1
                place = Line(titles.title(of: supply), .good)
                members.append(JSONMember("resource", .string("\(supply)")))
            case .waiting(let reason):
                waiting += 1
                let text = desk.text(reason)
                place = Line(desk.console.text(.waits, ["why": text]), .attention)
                members.append(JSONMember("resource", .null))
                members.append(JSONMember("reason", .string(reason.code)))
                members.append(JSONMember("why", .string(text)))
            }
            let level = answer.need.level.spoken.text(in: desk.console.language)
            let kind = answer.need.kind.spoken.text(in: desk.console.language)
            let name = owner.map(titles.title(of:)) ?? ""
            desk.console.result(
                "\(answer.need.id.short(), .strong)  \(name)  \(kind)  \(level, .dim)  "
                    + place, hanging: 4)
            desk.console.item("place", members)
        }
        if matched + waiting == 0 { desk.console.hint(.nothingFound) }
        desk.console.summarise([
            "matched": .integer(Int64(matched)), "waiting": .integer(Int64(waiting)),
        ])
        return .done
    }
}

extension Desk {
    /// Why a need has to wait. Who comes first is told by level and day, never by name: another
    /// family's need is not this one's to know.
    fileprivate func text(_ reason: Allocation.Reason) -> String {
        switch reason {
        case .nothing: return console.text(HelpPhrase.waitsNothing)
        case .outOfReach: return console.text(HelpPhrase.waitsReach)
        case .notCounted: return console.text(HelpPhrase.waitsUncounted)
        case .usedUp: return console.text(HelpPhrase.waitsUsed)
        case .given(let needs):
            let list = needs.prefix(3).map {
                "\($0.level.spoken.text(in: console.language)), \($0.since)"
            }.joined(separator: "; ")
            return console.text(.waitsGiven, ["n": "\(needs.count)", "list": list])
        }
    }
}

extension Allocation.Reason {
    fileprivate var code: String {
        switch self {
        case .nothing: "nothing"
        case .outOfReach: "outOfReach"
        case .notCounted: "notCounted"
        case .usedUp: "usedUp"
        case .given: "given"
        }
    }
}
