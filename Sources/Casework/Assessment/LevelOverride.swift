public import Fieldwork

/// A level that a person set over the computed one. The computed one stays beside it.
public struct LevelOverride: Hashable, Sendable {
    public let level: Level
    public let reason: String
    public let by: Fact.Source

    /// Only who answers for a street, or stands above it, may differ from the facts; and says why.
    public init(
        _ level: Level, reason: String, by source: Fact.Source
    ) throws(OverrideRefusal) {
        guard Self.mayOverride.contains(source) else { throw .notAllowed(source) }
        guard level != .pending else { throw .noLevel }
        guard reason.contains(where: { !$0.isWhitespace }) else { throw .noReason }
        (self.level, self.reason, self.by) = (level, reason, source)
    }

    /// Who may, the highest first; among them the highest wins.
    public static let mayOverride: [Fact.Source] = [.decision, .departmentFeed, .streetManager]
}

/// Why a level is not set over the computed one.
public enum OverrideRefusal: Error, Hashable, Sendable {
    /// An advisor's, volunteer's or resident's word changes facts, not the level.
    case notAllowed(Fact.Source)
    /// `pending` is what facts leave open; nobody decides it.
    case noLevel
    case noReason
}
