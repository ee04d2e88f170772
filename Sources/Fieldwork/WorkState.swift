public import SyncCore

/// Where a piece of work stands, and which steps lead on: a state machine as a type.
public protocol WorkState: ChoiceWord {
    /// The states that may follow at once.
    var next: [Self] { get }
    /// The states that one act may come to over others between, all of them steps of its log.
    var atOnce: [Self] { get }
    /// Whether nobody may come here without saying why.
    var needsReason: Bool { get }
}

extension WorkState {
    public var atOnce: [Self] { [] }
    public var needsReason: Bool { false }
    /// Whether nothing is left to be done.
    public var isEnd: Bool { next.isEmpty }

    static var machine: StateMachine {
        StateMachine(
            Dictionary(
                uniqueKeysWithValues: allCases.map {
                    ($0.rawValue, ($0.next + $0.atOnce).map(\.rawValue))
                }))
    }
}

/// The units of a record that is worked on: where it stands, and by which steps it came there.
public protocol WorkUnit: RecordUnit {
    static var progress: Self { get }
    static var steps: Self { get }
}

extension WorkUnit {
    /// The unit that says where it stands. Two steps made apart: the further wins, a branch is for
    /// people.
    func progress<State: WorkState>(_: State.Type) -> UnitDeclaration {
        field("state", State.type, .states(State.machine), .open, column: true)
    }

    /// The log of its steps, each with who, when and why. No step of anybody is lost, whichever
    /// state wins.
    func steps<State: WorkState>(_: State.Type) -> UnitDeclaration {
        group("steps", Step<State>.members, .append, .special)
    }
}

/// A step to a state, as it stands in the record's log.
public struct Step<State: WorkState>: Hashable, Sendable {
    public let to: State
    public let day: CalendarDate
    /// Who made it; `nil` for the hub.
    public let by: PersonID?
    public let reason: String?
    /// What proves it: a piece of evidence, an outcome.
    public let evidence: RecordID?

    public init(
        to: State, on day: CalendarDate, by: PersonID?, because reason: String? = nil,
        evidence: RecordID? = nil
    ) {
        (self.to, self.day, self.by) = (to, day, by)
        (self.reason, self.evidence) = (reason, evidence)
    }

    static var members: [Member] {
        [
            Member("to", State.type), Member("day", .day), Member("by", .reference),
            Member("reason", .note), Member("evidence", .reference),
        ]
    }

    public var value: Value {
        .group([
            .word(to), .day(day), Value(by, Value.worker), Value(reason) { .text($0) },
            Value(evidence, Value.reference),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else, and for a state of a newer schema.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let to: State = members[0].word(),
            let day = members[1].day
        else { return nil }
        self.init(
            to: to, on: day, by: members[2].record?.worker, because: members[3].string,
            evidence: members[4].record)
    }
}

/// Why a step can't be made. Told before anything is written, with what to do instead.
public enum StepRefusal: Error, Hashable, Sendable {
    /// No step leads there from where it stands; these do.
    case noWay(from: String, to: String, instead: [String])
    /// People have not decided where it stands.
    case undecided
    /// It must be said why.
    case reasonMissing(to: String)
    /// Something has to be there first.
    case missing(Requirement)
    case edit(EditRefusal)

    public enum Requirement: String, Hashable, Sendable, CaseIterable {
        /// An outcome with evidence.
        case outcome
        /// The consent of whom it is about, or the reason why there is none.
        case consent
        /// What gives an agent the right to act.
        case authority
        case signature
        /// What was agreed with the household.
        case agreement
        /// A department's decision.
        case decision
    }
}

/// A record that is worked on, step by step.
public protocol Work: FieldworkRecord where Field: WorkUnit {
    associatedtype Progress: WorkState
    /// What is not there yet for this step; `nil` if nothing is missing.
    func missing(for step: Step<Progress>) -> StepRefusal.Requirement?
}

extension Work {
    public func missing(for _: Step<Progress>) -> StepRefusal.Requirement? { nil }

    /// Where it stands; `nil` where that is not known, or to be decided with nothing to show.
    public var progress: Progress? { word(.progress) }

    /// Whether something is left to be done; what is to be decided is.
    public var isOpen: Bool { isDisputed(.progress) || progress.map { !$0.isEnd } ?? true }

    /// All steps by time.
    public var steps: [Step<Progress>] { entries(.steps).compactMap { Step($0.value) } }

    /// The last step to a state.
    public func lastStep(to state: Progress) -> Step<Progress>? { steps.last { $0.to == state } }

    /// Whether a step may be made from what is seen here; throws why not.
    public func check(_ step: Step<Progress>) throws(StepRefusal) {
        if isDisputed(.progress) { throw .undecided }
        if let progress, !progress.next.contains(step.to) {
            throw .noWay(
                from: progress.rawValue, to: step.to.rawValue,
                instead: progress.next.map(\.rawValue))
        }
        if step.to.needsReason, step.reason?.isEmpty ?? true {
            throw .reasonMissing(to: step.to.rawValue)
        }
        if let missing = missing(for: step) { throw .missing(missing) }
    }
}

extension Edit {
    /// Makes a step of the work whose edit this is: its state and the line in its log. Throws why
    /// the step can't be made.
    public mutating func step<Record: Work>(
        _ record: Record, _ step: Step<Record.Progress>
    ) throws(StepRefusal) {
        try record.check(step)
        do {
            try set(Record.Field.progress, to: .word(step.to))
            try append([step.value], to: Record.Field.steps)
        } catch {
            throw .edit(error)
        }
    }
}

extension Creation where Field: WorkUnit {
    /// Where it stands from the first, written and not implied: it is the base that is shown while
    /// two later states are disputed.
    mutating func begin(_ state: some WorkState) { set(.progress, .word(state)) }
}
