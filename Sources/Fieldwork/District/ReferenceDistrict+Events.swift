import SyncCore

// What happened with a home in two years. All of it is records: what is counted, warned of and
// routed on is worked out from them like from anybody's.

extension HomeDraw {
    /// Visits: the survey of who was assessed, and from then on as often as the level asks.
    mutating func addVisits() {
        for (number, day) in visitDays().enumerated() {
            let isSurvey = isAssessed && number == 0
            var visit = Visit.Draft(household: household, day: day, advisor: worker)
            visit.outcome =
                isSurvey
                ? .met
                : isSilent
                    ? .refused
                    : generator.pick([.met: 82, .notHome: 11, .phoneOnly: 5, .refused: 2])
            visit.place = .home
            visit.minutes = generator.number(in: 2...14) * 5
            if isSurvey { visit.answers = surveyAnswers }
            changes.append(visit.creation(record()).unchecked)
        }
    }

    /// Rising. Nobody has been to see the silent, but for those who refused once.
    private mutating func visitDays() -> [CalendarDate] {
        if isSilent {
            return plan.oddity == .silent(SilentKind.refusedOnce.rawValue)
                ? [ago(generator.number(in: 400...700))] : []
        }
        guard let level = plan.level else {
            let count = generator.pick([0: 10, 1: 64, 2: 26])
            return (0..<count).map { _ in ago(generator.number(in: 3...420)) }.sorted()
        }
        // One in sixteen was left alone half-way: somebody is overdue everywhere.
        let isLeftAlone = generator.chance(6)
        let survey = generator.number(in: 20...330)
        var days = [survey]
        while let last = days.last {
            let next = last - level.cadenceDays * generator.number(in: 80...115) / 100
            guard next > (isLeftAlone ? survey / 2 : 1) else { break }
            days.append(next)
        }
        return days.map(ago)
    }
}

// MARK: - Benefits

extension HomeDraw {
    /// What the household has by its status, what it had before, and what members have by
    /// themselves. The silent have never had anything.
    mutating func addBenefits() {
        if plan.oddity != nil { return }
        addStatus()
        for (number, condition) in conditions.enumerated() {
            for (programme, percent) in entitlements(number, condition)
            where generator.chance(percent) {
                let from = firstOfMonth(before: monthsOfFeed + generator.below(30))
                grant(programme, to: people[number], from: from, knownPercent: 30)
            }
        }
    }

    private mutating func addStatus() {
        guard let programme = plan.circle.programme else {
            // Who was on the books once is in the fourth circle for what is left of it.
            if generator.chance(6) {
                let day = firstOfMonth(before: generator.number(in: 1...22))
                end("P01", after: generator.number(in: 6...40), on: day, .incomeRose)
            }
            return
        }
        let from = firstOfMonth(before: monthsOfFeed + generator.number(in: 2...48))
        if generator.chance(plan.circle == .tekun ? 0 : 14), let day = from.adding(days: -1) {
            let isPoorer = plan.circle == .dibao
            end(
                isPoorer ? "P03" : "P01", after: generator.number(in: 6...30), on: day,
                isPoorer ? .incomeFell : .incomeRose)
        }
        if programme == "P02" {
            for person in people { grant(programme, to: person, from: from, knownPercent: 65) }
        } else {
            grant(programme, to: household, from: from, knownPercent: 65)
        }
    }

    private enum EndReason: String {
        case incomeRose = "收入高于标准"
        case incomeFell = "转为低保"
    }

    /// A time on a programme that is over.
    private mutating func end(
        _ programme: String, after months: Int, on day: CalendarDate, _ reason: EndReason
    ) {
        let count = day.year * 12 + day.month - 1 - months
        guard let from = CalendarDate(year: count / 12, month: count % 12 + 1, day: 1) else {
            return
        }
        var span = BenefitSpan.Draft(
            household: household, subject: household, programme: programme, from: from)
        span.decisions = [
            Decision(isGranted: true, by: .decision, effective: from),
            Decision(
                isGranted: false, reason: reason.rawValue, by: .decision, effective: day),
        ]
        span.end = Step(to: .ended, on: day, by: nil, because: reason.rawValue)
        changes.append(span.creation(span.id).unchecked)
    }

    /// A time on a programme that goes on, and in some of the cases how it was applied for.
    private mutating func grant(
        _ programme: String, to subject: RecordID, from: CalendarDate, knownPercent: Int
    ) {
        var span = BenefitSpan.Draft(
            household: household, subject: subject, programme: programme, from: from)
        let decision = Decision(isGranted: true, by: .decision, effective: from)
        span.decisions = [decision]
        if generator.chance(knownPercent), let filed = from.adding(days: -31) {
            var application = draft(programme, for: subject, filed: filed, .accepted)
            application.decision = decision
            application.steps += [
                Step(to: .granted, on: from, by: nil), Step(to: .inPayment, on: from, by: nil),
            ]
            changes.append(application.creation(application.id).unchecked)
            span.application = application.id
        }
        changes.append(span.creation(span.id).unchecked)
    }

    /// What a member may have by the catalogue, and how many in a hundred of those do.
    private func entitlements(
        _ number: Int, _ condition: MemberCondition
    ) -> KeyValuePairs<String, Int> {
        let isHelped = plan.circle != .special
        let hasSubsidy =
            condition.isLocal
            && (condition.isSevere
                || condition.grade > 0 && isHelped && plan.circle != .expenditure)
        return [
            "P07": hasSubsidy ? isHelped ? 82 : 55 : 0,
            "P11": condition.isIll && condition.insurance != "none" && isHelped ? 64 : 0,
            "P15": condition.isStudent && isHelped ? 48 : 0,
        ]
    }
}

// MARK: - Applications

extension HomeDraw {
    /// What was applied for and not granted: refused, withdrawn, waiting, or never sent in.
    mutating func addApplications() {
        guard plan.oddity == nil else { return }
        let programme: String
        switch plan.circle {
        case .tekun, .dibao: return
        // They asked for more than they have.
        case .low, .expenditure: programme = "P01"
        case .special: programme = generator.chance(60) ? "P03" : "P04"
        }
        let outcome = generator.below(1000)
        let isHelped = plan.circle != .special
        let filed = ago(generator.number(in: 40...690))
        var application: Application.Draft
        switch outcome {
        case ..<(isHelped ? 80 : 45):
            application = draft(programme, for: household, filed: filed, .accepted)
            let day = filed.adding(days: 28) ?? filed
            let reason = "收入高于标准"
            application.decision = Decision(
                isGranted: false, reason: reason, by: .decision, effective: day)
            application.steps.append(Step(to: .rejected, on: day, by: nil, because: reason))
        case ..<(isHelped ? 90 : 58):
            application = draft(programme, for: household, filed: filed, .submitted)
            application.steps.append(
                Step(
                    to: .withdrawn, on: filed.adding(days: 9) ?? filed, by: worker,
                    because: "家庭不愿核对资产"))
        case ..<(isHelped ? 96 : 70):
            let lately = ago(generator.number(in: 3...35))
            application = draft(programme, for: household, filed: lately, .accepted)
        case ..<(isHelped ? 100 : 78):
            application = Application.Draft(
                household: household, subject: household, programme: programme)
            application.due = ago(generator.number(in: -10...30))
        default: return
        }
        changes.append(application.creation(application.id).unchecked)
    }

    /// An application as it was sent in, and taken in if it came that far.
    private func draft(
        _ programme: String, for subject: RecordID, filed: CalendarDate,
        _ progress: Application.Progress
    ) -> Application.Draft {
        var draft = Application.Draft(
            household: household, subject: subject, programme: programme)
        draft.due = filed.adding(days: 14)
        draft.steps = [Step(to: .submitted, on: filed, by: worker)]
        if progress == .accepted, let day = filed.adding(days: 3) {
            draft.steps.append(Step(to: .accepted, on: day, by: nil))
        }
        return draft
    }
}

// MARK: - Needs and clues

extension HomeDraw {
    /// What the survey found lacking; and, in each cluster, what nobody has anything for.
    mutating func addNeeds() {
        if case .gap(let cluster)? = plan.oddity {
            let kinds: [NeedKind] = [.guardianship, .placeToBelong, .languageCulture]
            let found = ago(generator.number(in: 75...300))
            var need = Need.Draft(
                household: household, kind: kinds[cluster % kinds.count], foundOn: found)
            need.severity = 2
            need.step = Step(
                to: .unmet, on: found.adding(days: 20) ?? found, by: worker,
                because: "没有对应的政策和资源")
            changes.append(need.creation(record()).unchecked)
            return
        }
        guard isAssessed else { return }
        for (indicator, kind) in Self.needs
        where plan.deprivations.contains(indicator) && generator.chance(22) {
            let found = ago(generator.number(in: 5...240))
            var need = Need.Draft(household: household, kind: kind, foundOn: found)
            need.severity = generator.number(in: 1...3)
            need.isConfirmed = true
            let step: Need.Progress = generator.pick([
                .confirmed: 30, .met: 40, .beingMet: 30,
            ])
            if step != .confirmed {
                need.step = Step(to: step, on: ago(generator.below(5)), by: worker)
            }
            changes.append(need.creation(record()).unchecked)
        }
    }

    private static let needs: KeyValuePairs<Deprivations, NeedKind> = [
        .illness: .medicalCost, .disability: .rehabilitation, .employment: .work,
        .participation: .company, .housing: .housing, .childBurden: .schoolingCost,
        .childEnvironment: .tutoring, .education: .training,
    ]

    /// Who was told of: one kind of the silent, and a few others.
    mutating func addClues() {
        let isTold = plan.oddity == .silent(SilentKind.foundByNeighbours.rawValue)
        guard plan.circle == .special, isTold || plan.oddity == nil && generator.below(250) == 0
        else { return }
        let found = ago(generator.number(in: 1...50))
        var clue = Clue.Draft(
            area: area.id, origin: generator.pick([.neighbour: 6, .gridWorker: 3, .partner: 1]),
            foundOn: found)
        clue.household = household
        clue.due = found.adding(days: 4)
        changes.append(clue.creation(record()).unchecked)
    }
}

extension ReferenceDistrict.Circle {
    /// What gives a household its status.
    fileprivate var programme: String? {
        switch self {
        case .tekun: "P02"
        case .dibao: "P01"
        case .low: "P03"
        case .expenditure: "P04"
        case .special: nil
        }
    }
}

extension ReferenceDistrict.Level {
    /// How often somebody looks in.
    fileprivate var cadenceDays: Int {
        switch self {
        case .high: 30
        case .medium: 90
        case .low: 180
        case .none: 365
        }
    }
}
