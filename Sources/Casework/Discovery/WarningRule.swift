public import SyncCore

/// The early-warning rules 预警规则: each looks at one danger, before or as soon as it is there.
public enum WarningRule: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Close to the pension age with too few years paid.
    case fewPensionYears = "W01"
    /// Seriously ill, without medical help.
    case illWithoutHelp = "W02"
    /// Medical cost takes a third of the income, and rises.
    case medicalShareRises = "W03"
    /// The only earner lost their work.
    case earnerLostWork = "W04"
    /// An income within a tenth above a line.
    case justAboveLine = "W05"
    /// A benefit ended within half a year, for any cause.
    case benefitEnded = "W06"
    /// An application was refused or withdrawn within a year.
    case applicationFailed = "W07"
    /// A child comes to an age at which what it gets ends.
    case childComesOfAge = "W08"
    /// A child in care or without anybody comes of age.
    case careLeaver = "W09"
    case cardExpires = "W10"
    case contributionsStopped = "W11"
    /// Who cares for others at home turns 75, dies or is admitted.
    case carerFails = "W12"
    /// Newly widowed or divorced, old and alone.
    case newlyAlone = "W13"
    /// Home from hospital, alone or in need of care.
    case discharged = "W14"
    /// Away from school, or at a new one with costs unpaid.
    case schoolInterrupted = "W15"
    /// Fire, accident, disaster.
    case struck = "W16"
    /// Nobody has met them for too long.
    case outOfTouch = "W17"
    case arrears = "W18"
    /// The level rose between two assessments.
    case levelRose = "W19"
    /// A new standard or document makes them eligible, or takes that away.
    case ruleChanges = "W20"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Within how many working days somebody must have acted.
    public var firstActionDays: Int {
        switch self {
        case .carerFails, .struck, .outOfTouch: 1
        case .discharged: 2
        case .illWithoutHelp, .earnerLostWork: 3
        case .fewPensionYears, .newlyAlone, .schoolInterrupted: 5
        case .medicalShareRises, .benefitEnded, .applicationFailed, .careLeaver,
            .contributionsStopped, .arrears, .levelRose:
            10
        case .justAboveLine, .childComesOfAge, .cardExpires, .ruleChanges: 20
        }
    }

    /// How bad it is at least, from 1 to 3.
    public var severity: Int {
        switch self {
        case .justAboveLine, .cardExpires: 1
        case .fewPensionYears, .medicalShareRises, .benefitEnded, .applicationFailed,
            .childComesOfAge, .contributionsStopped, .newlyAlone, .schoolInterrupted, .arrears,
            .levelRose, .ruleChanges:
            2
        case .illWithoutHelp, .earnerLostWork, .careLeaver, .carerFails, .discharged, .struck,
            .outOfTouch:
            3
        }
    }
}

/// What a warning rule found, or can't tell for want of facts.
public struct Finding: Hashable, Sendable {
    public let rule: WarningRule
    /// The member's place; `nil` for the household.
    public let member: Int?
    /// `yes` or `unknown`; what is not so is no finding.
    public let answer: RuleAnswer
    public let severity: Int
    /// The day of what it warns of: a birthday, the end of a card.
    public let event: CalendarDate?
    /// The day by which somebody must have acted.
    public let actBy: CalendarDate

    public var isWarning: Bool { answer.truth == .yes }
}

extension Finding {
    /// By urgency, then by name: the order of facts or records plays no part.
    static func isBefore(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.rule != right.rule { return left.rule < right.rule }
        return (left.member ?? -1) < (right.member ?? -1)
    }
}
