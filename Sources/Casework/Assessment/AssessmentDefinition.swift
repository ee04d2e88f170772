public import Fieldwork

/// How hardship is measured: indicators in dimensions, weights in thousandths, and levels.
public struct AssessmentDefinition: Hashable, Sendable {
    public let dimensions: [Dimension]
    public let indicators: [Indicator]
    /// The highest first; the last begins at 0.
    public let levels: [LevelBand]

    public struct Dimension: Hashable, Sendable {
        public let id: String
        public let name: CatalogueName
    }

    public struct Indicator: Hashable, Sendable {
        public let id: String
        public let dimension: String
        public let name: CatalogueName
        /// In thousandths.
        public let weight: Int64
        /// Whether one member is enough; otherwise the rule is about the household.
        public let isOfAnyMember: Bool
        /// What a household may lack where it is true.
        public let need: NeedKind?
        public let rule: Rule
    }

    public struct LevelBand: Hashable, Sendable {
        public let level: Level
        /// The least score of the level, in thousandths.
        public let least: Int64
        public let name: CatalogueName
    }
}
