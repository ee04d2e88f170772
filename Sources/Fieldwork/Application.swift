public import SyncCore

/// An application to one programme 申请: drafted, signed, submitted, decided. Drafted on two devices,
/// or sent by both, it is one.
public struct Application: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .application else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "application", home: .with(Field.household.id), Field.self,
        rules: [.livingHome, .office(Field.decision.id, .ownWord(Decision.members))])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        /// Who applies: a person, or the household.
        case subject = 17
        /// By the catalogue's key: `P01`.
        case programme = 18
        case round = 19
        case package = 20
        case progress = 21
        case steps = 22
        /// 代办授权: what gives somebody else the right to apply for them.
        case authority = 23
        case signature = 24
        /// The answers as they were signed.
        case form = 25
        case decision = 26
        /// The last day to apply in time.
        case due = 27

        public static let collection = CollectionID.application

        public var declaration: UnitDeclaration {
            switch self {
            // Its name is made of these.
            case .household: home()
            case .subject: field("subject", .reference, .immutable, .open)
            case .programme: field("programme", .code, .immutable, .personal, column: true)
            case .round: field("round", .integer(1...10_000), .immutable, .open)
            case .package: field("package", .reference, .latest, .open)
            // Both may send it; once is enough.
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            // A signed form is a legal act.
            case .authority:
                group("authority", Authority.members, .immutable, .personal, stakes: .high)
            case .signature:
                group("signature", Signature.members, .immutable, .personal, stakes: .high)
            case .form:
                field("form", .text(maximumBytes: 20_000), .immutable, .special, stakes: .high)
            case .decision:
                // A department's word; nobody here can grant.
                group("decision", Decision.members, .bySource, .special, stakes: .high)
            case .due: field("due", .day, .minimum, .open, column: true)
            }
        }
    }

    /// Offline up to *signed*.
    public enum Progress: String, WorkState {
        case draft
        /// All required answers and papers are there.
        case ready
        case signed, submitted, accepted, morePapers, granted, rejected, appealed, inPayment
        case ended
        case withdrawn

        public var next: [Progress] {
            switch self {
            case .draft: [.ready, .withdrawn]
            case .ready: [.signed, .draft, .withdrawn]
            case .signed: [.submitted, .withdrawn]
            case .submitted: [.accepted, .withdrawn]
            case .accepted: [.granted, .rejected, .morePapers, .withdrawn]
            case .morePapers: [.submitted, .withdrawn]
            case .granted: [.inPayment, .ended]
            case .rejected: [.appealed]
            case .appealed: [.granted, .rejected]
            case .inPayment: [.ended]
            case .ended, .withdrawn: []
            }
        }

        /// Whoever signs a draft whose papers are all there found it ready.
        public var atOnce: [Progress] { self == .draft ? [.signed] : [] }

        public var needsReason: Bool {
            self == .rejected || self == .morePapers || self == .withdrawn || self == .ended
        }

        public var spoken: Wording {
            switch self {
            case .draft: Wording("draft", "草稿", "下書き")
            case .ready: Wording("ready", "材料齐备", "書類完備")
            case .signed: Wording("signed", "已签字", "署名済み")
            case .submitted: Wording("submitted", "已提交", "提出済み")
            case .accepted: Wording("accepted", "已受理", "受理")
            case .morePapers: Wording("more papers wanted", "需补材料", "追加書類")
            case .granted: Wording("granted", "已批准", "決定")
            case .rejected: Wording("rejected", "未通过", "却下")
            case .appealed: Wording("appealed", "申诉中", "不服申立て")
            case .inPayment: Wording("in payment", "发放中", "支給中")
            case .ended: Wording("ended", "已终止", "終了")
            case .withdrawn: Wording("withdrawn", "已撤回", "取り下げ")
            }
        }
    }

    public func missing(for step: Step<Progress>) -> StepRefusal.Requirement? {
        switch step.to {
        case .signed:
            signature == nil || form == nil
                ? .signature : signature?.agent != nil && authority == nil ? .authority : nil
        case .granted, .rejected: decision?.isOfficial == true ? nil : .decision
        default: nil
        }
    }
}

extension Edit {
    /// Signs an application whose answers and papers are all there: what was signed, by whom, and
    /// for an agent by what right, with the steps that lead there, in one write. Throws why it
    /// can't be signed.
    public mutating func sign(
        _ application: Application, form: String, _ signature: Signature,
        authority: Authority?, by worker: PersonID
    ) throws(StepRefusal) {
        var steps = [
            Step<Application.Progress>(to: .ready, on: signature.day, by: worker),
            Step<Application.Progress>(to: .signed, on: signature.day, by: worker),
        ]
        if application.progress == .ready { steps.removeFirst() }
        if application.isDisputed(.progress) { throw .undecided }
        if let progress = application.progress, !progress.next.contains(steps[0].to) {
            throw .noWay(
                from: progress.rawValue, to: steps[0].to.rawValue,
                instead: progress.next.map(\.rawValue))
        }
        if signature.agent != nil, authority == nil { throw .missing(.authority) }
        do {
            if let authority { try set(Application.Field.authority, to: authority.value) }
            try set(Application.Field.form, to: .text(form))
            try set(Application.Field.signature, to: signature.value)
            try set(Application.Field.progress, to: .word(Application.Progress.signed))
            try append(steps.map(\.value), to: Application.Field.steps)
        } catch {
            throw .edit(error)
        }
    }
}

/// What gives somebody the right to apply for another, with what was seen of it.
public struct Authority: Hashable, Sendable {
    /// Who may act.
    public let agent: PersonID
    /// Who gave it.
    public let given: RecordID
    public let day: CalendarDate
    /// How: signed, a court's order, a guardian's word.
    public let how: String
    /// The visit or the evidence it stands with.
    public let evidence: RecordID?

    public init(
        to agent: PersonID, by given: RecordID, on day: CalendarDate, how: String,
        evidence: RecordID?
    ) {
        (self.agent, self.given, self.day) = (agent, given, day)
        (self.how, self.evidence) = (how, evidence)
    }

    static let members = [
        Member("agent", .reference), Member("given_by", .reference), Member("day", .day),
        Member("how", .line), Member("evidence", .reference),
    ]

    public var value: Value {
        .group([
            .worker(agent), .reference(given), .day(day), .text(how),
            Value(evidence, Value.reference),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let agent = members[0].record?.worker, let given = members[1].record,
            let day = members[2].day, let how = members[3].string
        else { return nil }
        self.init(to: agent, by: given, on: day, how: how, evidence: members[4].record)
    }
}

/// Who signed, when and how; an agent for somebody else.
public struct Signature: Hashable, Sendable {
    public let person: RecordID
    /// The worker who signed for them; `nil` where they signed themselves.
    public let agent: PersonID?
    public let day: CalendarDate
    public let how: String

    public init(of person: RecordID, agent: PersonID? = nil, on day: CalendarDate, how: String) {
        (self.person, self.agent, self.day, self.how) = (person, agent, day, how)
    }

    static let members = [
        Member("person", .reference), Member("agent", .reference), Member("day", .day),
        Member("how", .line),
    ]

    public var value: Value {
        .group([.reference(person), Value(agent, Value.worker), .day(day), .text(how)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let person = members[0].record,
            let day = members[2].day, let how = members[3].string
        else { return nil }
        self.init(of: person, agent: members[1].record?.worker, on: day, how: how)
    }
}

/// What a department decided: granted with an amount, or not.
public struct Decision: Hashable, Sendable {
    public let isGranted: Bool
    /// A month, or once, as the programme has it.
    public let amount: Money?
    public let reason: String?
    /// The number of the decision's paper.
    public let number: String?
    public let source: Fact.Source
    public let effective: CalendarDate

    public init(
        isGranted: Bool, amount: Money? = nil, reason: String? = nil, number: String? = nil,
        by source: Fact.Source, effective: CalendarDate
    ) {
        (self.isGranted, self.amount, self.reason) = (isGranted, amount, reason)
        (self.number, self.source, self.effective) = (number, source, effective)
    }

    /// Whether it is a department's or a court's: an advisor cannot grant.
    public var isOfficial: Bool { source == .decision || source == .departmentFeed }

    static let members = [
        Member("granted", .bool), Member("amount_fen", .money), Member("reason", .line),
        Member("number", .code), Member("source", Fact.Source.type), Member("effective", .day),
    ]

    public var value: Value {
        .group([
            .bool(isGranted), Value(amount) { .integer($0.fen) }, Value(reason) { .text($0) },
            Value(number) { .text($0) }, .word(source), .day(effective),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let isGranted = members[0].flag,
            let effective = members[5].day
        else { return nil }
        self.init(
            isGranted: isGranted, amount: members[1].integer.flatMap(Money.init(fen:)),
            reason: members[2].string, number: members[3].string,
            by: members[4].word() ?? .resident, effective: effective)
    }
}

extension Application {
    public var household: RecordID? { value(.household)?.record }
    public var subject: RecordID? { value(.subject)?.record }
    public var programme: String? { value(.programme)?.string }
    public var round: Int? { count(.round) }
    public var package: RecordID? { value(.package)?.record }
    public var authority: Authority? { value(.authority).flatMap(Authority.init) }
    public var signature: Signature? { value(.signature).flatMap(Signature.init) }
    /// The answers as they were signed, a line each: key, tab, answer.
    public var form: String? { value(.form)?.string }
    public var decision: Decision? { value(.decision).flatMap(Decision.init) }
    public var due: CalendarDate? { value(.due)?.day }

    /// The application of a subject to a programme in a round: there is one.
    public static func id(subject: RecordID, programme: String, round: Int) -> RecordID {
        DerivedName(.application).with(subject).with(programme).with(round).record
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var subject: RecordID
        public var programme: String
        public var round: Int
        public var package: RecordID?
        public var due: CalendarDate?
        /// How it went on, where it is a draft no longer.
        public var steps: [Step<Progress>] = []
        public var decision: Decision?

        public init(
            household: RecordID, subject: RecordID, programme: String, round: Int = 1
        ) {
            (self.household, self.subject) = (household, subject)
            (self.programme, self.round) = (programme, round)
        }

        public var id: RecordID {
            Application.id(subject: subject, programme: programme, round: round)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.subject, subject)
            creation.set(.programme, programme)
            creation.set(.round, round)
            creation.set(.package, package)
            creation.set(.due, due)
            creation.set(.decision, decision?.value)
            creation.begin(steps.last?.to ?? Progress.draft)
            creation.append(.steps, steps.map(\.value))
        }
    }
}
