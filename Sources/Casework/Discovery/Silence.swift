internal import Fieldwork
import SyncCore

/// The rules by which people are found who never asked 沉默的少数.
public enum SilentRule: String, Hashable, Comparable, Sendable, CaseIterable {
    /// A basic programme says yes or unknown, and nobody applied.
    case entitledNeverApplied = "S01"
    case manyDeprivations = "S02"
    case veryOldAndAlone = "S03"
    case disabledWithoutSubsidy = "S04"
    case illWithoutHelp = "S05"
    case childWithoutProgramme = "S06"
    case outsiderInLocalHousehold = "S07"
    case livesElsewhere = "S08"
    case besideHelped = "S09"
    case toldByOthers = "S10"
    case refusedThenWorse = "S11"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A household that never asked, and how much there is to be gained by going there.
public struct SilentHousehold: Hashable, Sendable {
    public let rules: [SilentRule]
    /// What it might get a month, in yuan, times how likely it is in thousandths that they are
    /// overlooked, times the days nobody met them.
    public let rank: Int64
    /// In fen a month.
    public let expected: Int64
    public let daysSilent: Int
    /// The facts that are missing for a basic programme: what to ask at the door.
    public let missing: FactSet
}

extension Situation {
    /// How long somebody counts as out of touch at most: two years.
    private static let mostDays = 730

    /// What the silent-minority rules see in a household; `nil` where it once asked or gets
    /// something, and where none of them applies.
    public var silence: SilentHousehold? {
        guard chronicle.requests.isEmpty, !chronicle.holdsAnything(on: asOf),
            asks(.isHelped).truth != .yes
        else { return nil }
        let rules = SilentRule.allCases.filter { sees($0) == .yes }
        guard !rules.isEmpty else { return nil }
        let since = chronicle.lastMet(by: asOf) ?? chronicle.knownSince
        let days = since.map { max(0, asOf.days(since: $0)) } ?? Self.mostDays
        let capped = min(Self.mostDays, days)
        let (expected, missing) = expectedBenefit
        return SilentHousehold(
            rules: rules, rank: expected / 100 * Self.likelihood(rules.count) * Int64(capped),
            expected: expected,
            daysSilent: capped, missing: missing)
    }

    /// How likely it is, in thousandths, that so many signs are not all chance: each leaves two
    /// thirds of the doubt.
    private static func likelihood(_ signs: Int) -> Int64 {
        1000 - (0..<signs).reduce(Int64(1000)) { doubt, _ in doubt * 2 / 3 }
    }

    private func sees(_ rule: SilentRule) -> Truth {
        switch rule {
        case .entitledNeverApplied: anyBasic.truth == .no ? .no : .yes
        case .manyDeprivations: Truth(dimensions >= 3 || level == .high)
        case .veryOldAndAlone:
            RuleAnswer.all(.greatest(members.map { asks(.isVeryOldAlone, $0) }), asks(.fewContacts))
                .truth
        case .disabledWithoutSubsidy: lacks("P07", .severelyDisabled)
        case .illWithoutHelp: lacks("P11", .isIll)
        case .childWithoutProgramme:
            ["P09", "P15", "P21"].contains { chronicle.holds($0, on: asOf) }
                ? .no : RuleAnswer.greatest(members.map { asks(.oneParentOrNone, $0) }).truth
        case .outsiderInLocalHousehold:
            RuleAnswer.all(
                .greatest(members.map { asks(.isOutsider, $0) }),
                .greatest(members.map { !asks(.isOutsider, $0) })
            ).truth
        case .livesElsewhere:
            Truth(
                chronicle.livesElsewhere
                    && chronicle.lastMet(by: asOf).map { $0 < asOf.adding(months: -12) } ?? true)
        case .besideHelped: Truth(chronicle.livesBesideHelped)
        case .toldByOthers: Truth(chronicle.wasReported)
        case .refusedThenWorse:
            Truth(
                chronicle.contacts.contains { $0.kind == .refused && $0.day <= asOf }
                    && (level.rank >= Level.medium.rank || dimensions >= 2))
        }
    }

    private func lacks(_ programme: String, _ test: Conditions.Test) -> Truth {
        RuleAnswer.greatest(
            members.map {
                .all(
                    asks(test, $0),
                    RuleAnswer(!chronicle.holds(programme, member: $0, on: asOf)))
            }
        ).truth
    }

    /// What the household might get in a month, each programme by how likely it is; of the basic
    /// ones only the best counts. With the facts that are missing for these.
    private var expectedBenefit: (fen: Int64, missing: FactSet) {
        var (best, others): (Int64, Int64) = (0, 0)
        var missing = FactSet()
        for (place, programme) in rulebook.catalogue.programmes.enumerated() {
            let isBasic = programme.exclusive?.group == Self.basicGroup
            var sum: Int64 = 0
            for member in members {
                let answer = answer.members[member][place]
                if answer.truth == .no { continue }
                if isBasic { missing.formUnion(answer.missing) }
                sum += worth(programme, member) * likelihood(answer) / 1000
                if programme.unit == .household { break }
            }
            if isBasic { best = max(best, sum) } else { others += sum }
        }
        return (best + others, missing)
    }

    /// In thousandths: certain, or halved by each fact that is missing.
    private func likelihood(_ answer: RuleAnswer) -> Int64 {
        switch answer.truth {
        case .no: 0
        case .yes: 1000
        case .unknown: 1000 >> Int64(min(10, answer.missing.count))
        }
    }

    /// What a programme is worth a month, in fen: the gap to a line where it fills one, the
    /// standard where it pays one, else what it comes to by experience.
    private func worth(_ programme: Programme, _ member: Int) -> Int64 {
        let size = Int64(max(1, facts.memberCount))
        let dibao = standard("dibao.month", as: .money) ?? 0
        let income = value("h.incomePerCapita") ?? dibao
        switch programme.id {
        case "P01": return max(0, dibao - income) * size
        case "P02": return standard("tekun.month", as: .money) ?? dibao
        case "P04": return max(0, dibao - (value("h.netAfterRigidPerCapita") ?? income)) * size / 2
        case "P06": return standard("fixed.month", as: .money) ?? dibao
        case "P07": return standard("dis.care.2", as: .money) ?? 0
        case "P09": return standard("child.month", as: .money) ?? 0
        case "P11": return (value("p.medicalOOPYear", member) ?? 0) / 24
        default: return 10_000
        }
    }
}
