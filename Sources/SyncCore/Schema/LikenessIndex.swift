/// Records in memory, looked up by what they have in common with another: how a device finds
/// duplicates among what it holds.
public struct LikenessIndex {
    /// A record that may be the same as the one asked about.
    public struct Candidate: Hashable, Sendable {
        public let record: RecordID
        public let likeness: Likeness

        public init(record: RecordID, likeness: Likeness) {
            (self.record, self.likeness) = (record, likeness)
        }
    }

    private let rule: DuplicateRule
    private var subjects: [LikenessSubject] = []
    private var places: [LikenessKey: [Int]] = [:]

    public init(_ rule: DuplicateRule) { self.rule = rule }

    public mutating func insert(_ subject: LikenessSubject) {
        for key in Set(rule.keys(subject)) { places[key, default: []].append(subjects.count) }
        subjects.append(subject)
    }

    /// The records that a person should be asked about, the most alike first, ties by name.
    ///
    /// - Complexity: at most `DuplicateRule.maximumComparisons` comparisons, by the most telling
    ///   keys first; of the records under one key those inserted last.
    public func candidates(of subject: LikenessSubject) -> [Candidate] {
        var compared: Set<Int> = []
        var found: [Candidate] = []
        for key in rule.keys(subject) {
            for place in (places[key] ?? []).suffix(DuplicateRule.maximumPerKey)
            where compared.count < DuplicateRule.maximumComparisons {
                let other = subjects[place]
                guard other.state.record != subject.state.record, compared.insert(place).inserted,
                    let likeness = rule.likeness(subject, other), likeness.score >= rule.threshold,
                    !subject.state.isDecided(against: other.state)
                else { continue }
                found.append(Candidate(record: other.state.record, likeness: likeness))
            }
        }
        return found.sorted {
            ($1.likeness.score, $0.record) < ($0.likeness.score, $1.record)
        }
    }
}

extension DuplicateRule {
    /// The most records one record is compared with, and of those under one key.
    public static let maximumComparisons = 128
    public static let maximumPerKey = 32
}

extension RecordState {
    /// Whether people have said that the two are one, or that they are not: either way nobody is
    /// asked again. What only one of the records says counts.
    public func isDecided(against other: RecordState) -> Bool {
        aliases.contains(other.record) || other.aliases.contains(record)
            || distinct.contains(other.record) || other.distinct.contains(record)
    }
}
