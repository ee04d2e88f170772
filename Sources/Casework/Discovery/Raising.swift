public import Fieldwork
public import SyncCore

/// What is to be written down of what the rules see in a household on a day: alerts with the clues
/// that bring them to somebody, and what has become more severe. Nothing, where nothing is new.
public struct Raising: Sendable {
    public let alerts: [Alert.Draft]
    /// Each with its name, which follows from its alert's.
    public let clues: [(id: RecordID, draft: Clue.Draft)]
    /// Open alerts that are more severe now than they say.
    public let moreSevere: [(alert: Alert, severity: Int)]

    public var isEmpty: Bool { alerts.isEmpty && moreSevere.isEmpty }

    /// Who asked for nothing is told of by one clue, whatever number of rules sees them; and that
    /// is no emergency.
    private static let severityOfSilence = 1
    private static let daysForSilence = 20

    /// - Parameters:
    ///   - ruleChange: the day on which other rules made the household eligible, or took that away;
    ///     `nil` where they did not.
    ///   - seeksSilent: whether the rules for those who never asked are applied too: only a hub
    ///     knows what others have written.
    public init(
        _ entry: HouseholdEntry, _ situation: Situation, ruleChange: CalendarDate? = nil,
        seeksSilent: Bool
    ) {
        let day = situation.asOf
        var seen = situation.warnings.map { finding in
            Sign(
                rule: finding.rule.rawValue,
                subject: finding.member.map { entry.members[$0] } ?? entry.household,
                severity: finding.severity, due: finding.actBy, event: finding.event)
        }
        if let ruleChange {
            let rule = WarningRule.ruleChanges
            seen.append(
                Sign(
                    rule: rule.rawValue, subject: entry.household, severity: rule.severity,
                    due: ruleChange.adding(workingDays: rule.firstActionDays), event: ruleChange))
        }
        let silence = seeksSilent ? situation.silence : nil
        for rule in silence?.rules ?? [] {
            seen.append(
                Sign(
                    rule: rule.rawValue, subject: entry.household,
                    severity: Self.severityOfSilence,
                    due: day.adding(workingDays: Self.daysForSilence), event: nil))
        }

        var alerts: [Alert.Draft] = []
        var clues: [(RecordID, Clue.Draft)] = []
        var moreSevere: [(Alert, Int)] = []
        let silent = Set(SilentRule.allCases.map(\.rawValue))
        var isSought = entry.everRaised.contains { $0.isOpen && silent.contains($0.rule ?? "") }
        for sign in Sign.joined(seen) {
            let earlier = entry.everRaised.filter {
                $0.rule == sign.rule && $0.subject == sign.subject
            }
            if let open = earlier.first(where: \.isOpen) {
                if let severity = open.severity, severity < sign.severity {
                    moreSevere.append((open, sign.severity))
                }
                continue
            }
            // A change of the rules happens once, however long ago somebody settled it.
            if sign.rule == WarningRule.ruleChanges.rawValue,
                earlier.contains(where: { $0.event == sign.event })
            {
                continue
            }
            let episode = Episodes.next(
                after: earlier.compactMap(Episodes.Earlier.init), asOf: day,
                newestFact: entry.newestFact)
            guard let episode else { continue }
            var alert = Alert.Draft(
                household: entry.household, rule: sign.rule, subject: sign.subject,
                episode: episode, severity: sign.severity, raisedOn: day)
            (alert.due, alert.event) = (sign.due, sign.event)
            alerts.append(alert)
            let isSilent = silent.contains(sign.rule)
            if isSilent, isSought { continue }
            isSought = isSought || isSilent
            var clue = Clue.Draft(
                area: entry.area, origin: isSilent ? .silentRule : .alert, foundOn: day)
            (clue.household, clue.subject) = (entry.household, sign.subject)
            (clue.alert, clue.due) = (alert.id, sign.due)
            clues.append((Clue.id(of: alert.id), clue))
        }
        (self.alerts, self.moreSevere) = (alerts, moreSevere)
        self.clues = clues.map { (id: $0.0, draft: $0.1) }
    }

    /// The records that are to be made.
    public var creations: [RecordChange] {
        get throws(SchemaViolation) {
            var changes: [RecordChange] = []
            for alert in alerts { changes.append(try alert.creation) }
            for (id, clue) in clues { changes.append(try clue.creation(id: id)) }
            return changes
        }
    }
}

/// What a rule sees in a subject.
private struct Sign {
    let rule: String
    let subject: RecordID
    var severity: Int
    var due: CalendarDate
    var event: CalendarDate?

    /// One of each rule and subject: the most severe, by the earliest days.
    static func joined(_ signs: [Sign]) -> [Sign] {
        var found: [Sign] = []
        for sign in signs {
            guard
                let place = found.firstIndex(where: {
                    $0.rule == sign.rule && $0.subject == sign.subject
                })
            else {
                found.append(sign)
                continue
            }
            found[place].severity = max(found[place].severity, sign.severity)
            found[place].due = min(found[place].due, sign.due)
            found[place].event = [found[place].event, sign.event].compactMap(\.self).min()
        }
        return found
    }
}

extension Episodes.Earlier {
    /// `nil` for an alert that was not written whole.
    init?(_ alert: Alert) {
        guard let episode = alert.episode else { return nil }
        guard !alert.isOpen else {
            self.init(episode: episode, .open)
            return
        }
        let ends = [alert.lastStep(to: .resolved)?.day, alert.lastStep(to: .dismissed)?.day]
        guard let end = ends.compactMap(\.self).max() ?? alert.raisedOn else { return nil }
        self.init(episode: episode, .closed(end))
    }
}

extension Clue {
    /// For how many working days a clue may be nobody's.
    public static let unclaimedDays = 2

    /// The day on which it goes to the street manager unless somebody claims it; `nil` once
    /// somebody sees to it.
    public var escalatesOn: CalendarDate? {
        guard isOpen, owner == nil else { return nil }
        return foundOn?.adding(workingDays: Self.unclaimedDays)
    }

    /// Whether nobody claimed it in time.
    public func isLeft(on day: CalendarDate) -> Bool { escalatesOn.map { $0 < day } ?? false }
}
