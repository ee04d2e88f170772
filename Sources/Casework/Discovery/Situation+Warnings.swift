internal import Fieldwork
import SyncCore

extension Situation {
    /// What the warning rules find, the most severe first; what is unknown is among it.
    public var findings: [Finding] {
        WarningRule.allCases.flatMap(findings).sorted(by: Finding.isBefore)
    }

    /// The rules that give warning now, in order: what an alert is raised for.
    public var warnings: [Finding] { findings.filter(\.isWarning) }

    private func findings(_ rule: WarningRule) -> [Finding] {
        switch rule {
        case .fewPensionYears: members.compactMap(fewPensionYears)
        case .illWithoutHelp:
            members.compactMap { member in
                found(
                    rule, member,
                    .all(
                        asks(.isIll, member),
                        RuleAnswer(!chronicle.holds("P11", member: member, on: asOf))))
            }
        case .medicalShareRises: household(rule, .all(asks(.medicalShareHigh), medicalShareRose))
        case .earnerLostWork: household(rule, .all(asks(.nobodyEmployed), lostWork))
        case .justAboveLine:
            household(rule, .any(asks(.justAboveDibao), asks(.justAboveLow)))
        case .benefitEnded:
            household(rule, RuleAnswer(!endedSpans.isEmpty), event: endedSpans.max())
        case .applicationFailed:
            household(rule, RuleAnswer(lastFailure != nil), event: lastFailure)
        case .childComesOfAge: members.compactMap(childComesOfAge)
        case .careLeaver: members.compactMap(careLeaver)
        case .cardExpires: events(.cardExpires, rule, from: 0, months: 3)
        case .contributionsStopped:
            chronicle.events.filter {
                $0.kind == .contributionsStopped && $0.day.adding(months: 2) <= asOf
            }.map { warning(rule, $0.member, event: $0.day) }
        case .carerFails: household(rule, carerFails)
        case .newlyAlone:
            members.compactMap { member in
                let days = [.widowed, .divorced].flatMap { events($0, of: member, months: 12) }
                return found(
                    rule, member, .all(RuleAnswer(!days.isEmpty), asks(.isOldAlone, member)),
                    event: days.max())
            }
        case .discharged:
            members.compactMap { member in
                let days = events(.discharged, of: member, months: 1)
                return found(
                    rule, member, .all(RuleAnswer(!days.isEmpty), asks(.needsCare, member)),
                    event: days.max())
            }
        case .schoolInterrupted:
            [.absentFromSchool, .changedSchool].flatMap { events($0, rule, from: -2, months: 0) }
        case .struck: household(rule, struck)
        case .outOfTouch: household(rule, RuleAnswer(isOutOfTouch))
        case .arrears:
            chronicle.events.filter {
                $0.kind == .arrears && $0.day.adding(months: 2) <= asOf
            }.prefix(1).map { warning(rule, nil, event: $0.day) }
        case .levelRose: household(rule, RuleAnswer(levelRose))
        // It compares two rulebooks: see `HouseholdAnswer.changes(since:)`.
        case .ruleChanges: []
        }
    }

    // MARK: Work and pension

    private func fewPensionYears(_ member: Int) -> Finding? {
        let near = asks(.nearsPension, member)
        guard near.truth != .no, let age = value("p.age", member),
            let pensionAge = pensionAge(of: member),
            let least = standard("pension.minYears", as: .number)
        else { return found(.fewPensionYears, member, near) }
        let left = max(0, pensionAge - age)
        let few = value("p.pensionYears", member).map { RuleAnswer($0 + left * 1000 < least) }
        return found(
            .fewPensionYears, member, .all(near, few ?? unknown("p.pensionYears")),
            severity: left <= 1 ? 3 : 2,
            event: chronicle.birth(of: member)?.adding(months: Int(pensionAge) * 12))
    }

    private func pensionAge(of member: Int) -> Int64? {
        guard let slot = rulebook.catalogue.facts.slot(of: "p.sex"),
            case .choice(let words) = rulebook.catalogue.facts[slot].kind,
            let sex = facts.member(member, slot)
        else { return nil }
        return standard(
            words[Int(sex)] == "male" ? "pension.ageM" : "pension.ageF", as: .count)
    }

    /// Nobody earns who did some months ago, or one was registered as unemployed just now.
    private var lostWork: RuleAnswer {
        if let before = earlierValue("h.employedCount"), before > 0 { return RuleAnswer(true) }
        return .greatest(members.map { asks(.lostWorkLately, $0) })
    }

    private var medicalShareRose: RuleAnswer {
        guard let before = earlierValue("h.medicalShare") else { return unknown("h.medicalShare") }
        return value("h.medicalShare").map { RuleAnswer($0 > before) } ?? unknown("h.medicalShare")
    }

    // MARK: Children and carers

    private func childComesOfAge(_ member: Int) -> Finding? {
        let isEntitled: RuleAnswer =
            chronicle.holds("P09", member: member, on: asOf)
            ? RuleAnswer(true) : asks(.childStandard)
        let comes = comesOf([16, 18], within: 6, member)
        return found(.childComesOfAge, member, .all(comes.answer, isEntitled), event: comes.day)
    }

    private func careLeaver(_ member: Int) -> Finding? {
        let comes = comesOf([18], within: 18, member)
        return found(
            .careLeaver, member, .all(comes.answer, asks(.cared, member)), event: comes.day)
    }

    /// Whether a member comes of one of these ages within so many months. By their day of birth;
    /// where only their age is known, it may leave that open.
    private func comesOf(
        _ ages: [Int], within months: Int, _ member: Int
    ) -> (answer: RuleAnswer, day: CalendarDate?) {
        let last = asOf.adding(months: months)
        if let birth = chronicle.birth(of: member) {
            let day = ages.map { birth.adding(months: $0 * 12) }.first { asOf < $0 && $0 <= last }
            return (RuleAnswer(day != nil), day)
        }
        guard let age = value("p.age", member) else { return (unknown("p.age"), nil) }
        // Who is 17 is 18 within twelve months.
        let truths = ages.map { limit -> Truth in
            let years = Int64(limit) - age
            if years <= 0 { return .no }
            if Int(years) * 12 <= months { return .yes }
            return Int(years - 1) * 12 < months ? .unknown : .no
        }
        let truth = truths.max() ?? .no
        return (truth == .unknown ? unknown("p.age") : RuleAnswer(truth), nil)
    }

    /// Somebody needs care at home, and whoever gave it is too old, gone, or was none.
    private var carerFails: RuleAnswer {
        let gone = Set(
            [.died, .admitted].flatMap {
                chronicle.events($0, from: asOf.adding(months: -6), to: asOf)
            }.compactMap(\.member))
        let present = members.filter { !gone.contains($0) }
        let hasCarer = RuleAnswer.greatest(present.map { asks(.isCarer, $0) })
        let needed = RuleAnswer.greatest(present.map { asks(.isDependent, $0) })
        // Those who care are the adults who don't need care themselves.
        let fellAway =
            gone.isEmpty
            ? RuleAnswer.greatest(
                members.map {
                    .all(asks(.isAdult, $0), !asks(.isCarer, $0), !asks(.isDependent, $0))
                })
            : .greatest(gone.sorted().map { asks(.isAdult, $0) })
        return .all(needed, !hasCarer, fellAway)
    }

    // MARK: What happened

    private var struck: RuleAnswer {
        let answer = asks(.wasStruck)
        // An old report is history.
        if let days = value("h.emergencyDays"), days > 180 { return RuleAnswer(false) }
        return answer
    }

    /// The ends, within half a year, of benefits that did not go on.
    private var endedSpans: [CalendarDate] {
        chronicle.spans.compactMap { span in
            guard let to = span.to, to < asOf, to >= asOf.adding(months: -6),
                !chronicle.holds(span.programme, member: span.member, on: asOf)
            else { return nil }
            return to
        }
    }

    private var lastFailure: CalendarDate? {
        chronicle.requests.compactMap(\.failed)
            .filter { $0 <= asOf && $0 > asOf.adding(months: -12) }.max()
    }

    private var isOutOfTouch: Bool {
        guard let cadence = level.cadenceDays else { return false }
        let latest = chronicle.contacts.filter { $0.day <= asOf }
            .sorted { $0.day != $1.day ? $0.day < $1.day : $0.kind == .met && $1.kind != .met }
            .suffix(3)
        if latest.count == 3, latest.allSatisfy({ $0.kind == .missed }) { return true }
        guard let last = chronicle.lastMet(by: asOf) ?? chronicle.knownSince else { return false }
        return asOf.days(since: last) > 2 * cadence
    }

    private var levelRose: Bool {
        let scores = chronicle.scores.filter { $0.day <= asOf && $0.level != .pending }
            .sorted { $0.day != $1.day ? $0.day < $1.day : $0.level.rank < $1.level.rank }
            .suffix(2)
        guard scores.count == 2, let before = scores.first, let now = scores.last else {
            return false
        }
        return now.level.rank > before.level.rank
    }

    // MARK: Findings

    private func events(
        _ kind: Chronicle.Event.Kind, _ rule: WarningRule, from first: Int, months last: Int
    ) -> [Finding] {
        let days = chronicle.events(
            kind, from: asOf.adding(months: first), to: asOf.adding(months: last))
        return Dictionary(grouping: days, by: \.member).map { member, events in
            warning(rule, member, event: events.map(\.day).min())
        }
    }

    private func events(
        _ kind: Chronicle.Event.Kind, of member: Int, months: Int
    ) -> [CalendarDate] {
        chronicle.events(kind, from: asOf.adding(months: -months), to: asOf)
            .filter { $0.member == member }.map(\.day)
    }

    private func household(
        _ rule: WarningRule, _ answer: RuleAnswer, event: CalendarDate? = nil
    ) -> [Finding] {
        found(rule, nil, answer, event: event).map { [$0] } ?? []
    }

    private func warning(
        _ rule: WarningRule, _ member: Int?, event: CalendarDate?
    ) -> Finding {
        Finding(
            rule: rule, member: member, answer: RuleAnswer(true), severity: rule.severity,
            event: event, actBy: asOf.adding(workingDays: rule.firstActionDays))
    }

    private func found(
        _ rule: WarningRule, _ member: Int?, _ answer: RuleAnswer, severity: Int? = nil,
        event: CalendarDate? = nil
    ) -> Finding? {
        guard answer.truth != .no else { return nil }
        return Finding(
            rule: rule, member: member, answer: answer, severity: severity ?? rule.severity,
            event: event, actBy: asOf.adding(workingDays: rule.firstActionDays))
    }
}

extension Level {
    /// The harder, the greater; what is not decided is below all.
    var rank: Int {
        switch self {
        case .pending: -1
        case .none: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        }
    }
}
