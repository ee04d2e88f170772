public import SyncCore

/// A comprehensive hardship assessment 综合评估: a result, with all that it was worked out from.
///
/// A document: it never changes. Worked out twice from the same facts by the same catalogue it is
/// one record, on whichever device. What people think of it stands beside it.
public struct Assessment: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .assessment else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "assessment", home: .with(Field.household.id), Field.self,
        rules: [
            .livingHome, .office(Field.levelOverride.id, .streetManager(LevelOverride.members)),
        ])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        case basis = 17
        case result = 18
        /// The ten indicators, each with its answer.
        case indicators = 19
        case progress = 20
        case steps = 21
        /// The level a manager gave instead.
        case levelOverride = 22
        /// Indicators somebody sees otherwise than the facts say.
        case objections = 23
        /// The run it was part of.
        case run = 24

        public static let collection = CollectionID.assessment

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .basis: group("basis", Basis.members, .immutable, .open)
            case .result: group("result", Result.members, .immutable, .special)
            case .indicators:
                // Written with the rest; what is appended later is no part of the result.
                group("indicators", IndicatorAnswer.members, .append, .special)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .levelOverride:
                // The street manager may, with a reason.
                group("level_override", LevelOverride.members, .bySource, .special, stakes: .high)
            case .objections:
                // Two who see it differently are both heard, and then people look.
                group("objections", IndicatorObjection.members, .addWins, .special)
            case .run: field("run", .code, .latest, .open)
            }
        }
    }

    public enum Progress: String, WorkState {
        case draft, computed
        /// Facts are missing that the level hangs on.
        case pending
        case verified, superseded

        public var next: [Progress] {
            switch self {
            case .draft: [.computed, .pending]
            case .computed: [.pending, .verified, .superseded]
            case .pending: [.computed, .superseded]
            case .verified: [.superseded]
            case .superseded: []
            }
        }

        public var spoken: Wording {
            switch self {
            case .draft: Wording("draft", "草稿", "下書き")
            case .computed: Wording("computed", "已测算", "算定済み")
            case .pending: Wording("pending", "待核", "確認待ち")
            case .verified: Wording("verified", "已核实", "確認済み")
            case .superseded: Wording("superseded", "已被更新", "更新済み")
            }
        }
    }
}

/// How hard it is for a household 困境等级.
public enum Level: String, ChoiceWord {
    case high, medium, low, none
    /// It hangs on facts that are not known.
    case pending

    /// How many days may pass between two visits; `nil` where no level asks for any.
    public var cadenceDays: Int? {
        switch self {
        case .high: 30
        case .medium: 90
        case .low: 180
        case .none, .pending: nil
        }
    }

    public var spoken: Wording {
        switch self {
        case .high: Wording("high", "高", "高")
        case .medium: Wording("medium", "中", "中")
        case .low: Wording("low", "低", "低")
        case .none: Wording("none", "无", "なし")
        case .pending: Wording("pending", "待核", "確認待ち")
        }
    }
}

/// Yes, no, or not known: no missing fact ever counts as no.
public enum ThreeValued: String, ChoiceWord {
    case yes, no, unknown

    public var spoken: Wording {
        switch self {
        case .yes: Wording("yes", "是", "はい")
        case .no: Wording("no", "否", "いいえ")
        case .unknown: Wording("unknown", "未知", "不明")
        }
    }
}

/// What a result was worked out from.
public struct Basis: Hashable, Sendable {
    public let asOf: CalendarDate
    /// The digest of the catalogue.
    public let catalogue: [UInt8]
    /// The digest of the facts that went in.
    public let inputs: [UInt8]

    public init(asOf: CalendarDate, catalogue: [UInt8], inputs: [UInt8]) {
        (self.asOf, self.catalogue, self.inputs) = (asOf, catalogue, inputs)
    }

    static let members = [
        Member("as_of", .day), Member("catalogue", .bytes(maximumBytes: 32)),
        Member("inputs", .bytes(maximumBytes: 32)),
    ]

    public var value: Value { .group([.day(asOf), .bytes(catalogue), .bytes(inputs)]) }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let asOf = members[0].day,
            case .bytes(let catalogue) = members[1], case .bytes(let inputs) = members[2]
        else { return nil }
        self.init(asOf: asOf, catalogue: catalogue, inputs: inputs)
    }
}

extension Assessment {
    /// A score in thousandths, as an interval while facts are missing, and the level it gives.
    public struct Result: Hashable, Sendable {
        public let score: ClosedRange<Int>
        public let level: Level

        public init(score: ClosedRange<Int>, level: Level) {
            (self.score, self.level) = (score, level)
        }

        static let members = [
            Member("low", .integer(0...1000)), Member("high", .integer(0...1000)),
            Member("level", Level.type),
        ]

        public var value: Value {
            .group([
                .integer(Int64(score.lowerBound)), .integer(Int64(score.upperBound)), .word(level),
            ])
        }

        /// Reads what `value` writes; `nil` for anything else.
        public init?(_ value: Value) {
            guard let members = value.members(Self.members.count), let low = members[0].integer,
                let high = members[1].integer, low <= high, let level: Level = members[2].word()
            else { return nil }
            self.init(score: Int(low)...Int(high), level: level)
        }
    }
}

/// What one indicator says, with its weight in thousandths.
public struct IndicatorAnswer: Hashable, Sendable {
    /// By the catalogue's key: `I01`.
    public let indicator: String
    public let answer: ThreeValued
    public let weight: Int
    /// What it rests on, in words.
    public let ground: String?

    public init(_ indicator: String, _ answer: ThreeValued, weight: Int, ground: String? = nil) {
        (self.indicator, self.answer) = (indicator, answer)
        (self.weight, self.ground) = (weight, ground)
    }

    static let members = [
        Member("indicator", .code), Member("answer", ThreeValued.type),
        Member("weight", .integer(0...1000)), Member("ground", .note),
    ]

    public var value: Value {
        .group([
            .text(indicator), .word(answer), .integer(Int64(weight)), Value(ground) { .text($0) },
        ])
    }

    /// Reads what `value` writes; `nil` for anything else. An answer this program does not know is
    /// read as unknown.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let indicator = members[0].string,
            let weight = members[2].integer
        else { return nil }
        self.init(
            indicator, members[1].word() ?? .unknown, weight: Int(weight),
            ground: members[3].string)
    }
}

/// The level somebody gave instead of the computed one, and why.
public struct LevelOverride: Hashable, Sendable {
    public let level: Level
    public let reason: String
    public let by: PersonID
    public let source: Fact.Source
    public let effective: CalendarDate

    public init(
        _ level: Level, because reason: String, by: PersonID, as source: Fact.Source,
        effective: CalendarDate
    ) {
        (self.level, self.reason, self.by) = (level, reason, by)
        (self.source, self.effective) = (source, effective)
    }

    static let members = [
        Member("level", Level.type), Member("reason", .line), Member("by", .reference),
        Member("source", Fact.Source.type), Member("effective", .day),
    ]

    public var value: Value {
        .group([.word(level), .text(reason), .worker(by), .word(source), .day(effective)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let level: Level = members[0].word(), let reason = members[1].string,
            let by = members[2].record?.worker, let effective = members[4].day
        else { return nil }
        self.init(
            level, because: reason, by: by, as: members[3].word() ?? .resident,
            effective: effective)
    }
}

/// Somebody sees an indicator otherwise than the facts say.
public struct IndicatorObjection: Hashable, Sendable {
    public let indicator: String
    public let answer: ThreeValued
    public let reason: String
    public let by: PersonID

    public init(_ indicator: String, _ answer: ThreeValued, because reason: String, by: PersonID) {
        (self.indicator, self.answer, self.reason, self.by) = (indicator, answer, reason, by)
    }

    static let members = [
        Member("indicator", .code), Member("answer", ThreeValued.type), Member("reason", .line),
        Member("by", .reference),
    ]

    public var value: Value {
        .group([.text(indicator), .word(answer), .text(reason), .worker(by)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let indicator = members[0].string,
            let answer: ThreeValued = members[1].word(), let reason = members[2].string,
            let by = members[3].record?.worker
        else { return nil }
        self.init(indicator, answer, because: reason, by: by)
    }
}

extension Assessment {
    public var household: RecordID? { value(.household)?.record }
    public var basis: Basis? { value(.basis).flatMap(Basis.init) }
    public var result: Result? { value(.result).flatMap(Result.init) }
    public var levelOverride: LevelOverride? {
        value(.levelOverride).flatMap(LevelOverride.init)
    }
    public var objections: [IndicatorObjection] {
        elements(.objections, IndicatorObjection.init)
    }
    public var run: String? { value(.run)?.string }

    /// The indicators as they were worked out, by key. What somebody appended since is no part of
    /// the result.
    public var indicators: [IndicatorAnswer] {
        guard let created = state.created else { return [] }
        return entries(.indicators).filter { $0.origin.name == created.name }
            .compactMap { IndicatorAnswer($0.value) }
    }

    /// The level that counts: the one given instead, else the computed one.
    public var level: Level? { levelOverride?.level ?? result?.level }

    /// The assessment of a household from these facts: there is one.
    public static func id(household: RecordID, basis: Basis) -> RecordID {
        DerivedName(.assessment).with(household).with(basis.asOf).with(basis.catalogue)
            .with(basis.inputs).record
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var basis: Basis
        public var result: Result
        public var indicators: [IndicatorAnswer]
        public var run: String?

        public init(
            household: RecordID, basis: Basis, result: Result, indicators: [IndicatorAnswer]
        ) {
            (self.household, self.basis) = (household, basis)
            (self.result, self.indicators) = (result, indicators)
        }

        public var id: RecordID { Assessment.id(household: household, basis: basis) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.basis, basis.value)
            creation.set(.result, result.value)
            creation.append(.indicators, indicators.map(\.value))
            creation.set(.run, run)
            creation.begin(result.level == .pending ? Progress.pending : .computed)
        }
    }
}
