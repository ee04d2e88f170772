/// What may be known of a household or a person, by the catalogue's key: `h.status`, `p.age`.
public struct FactDefinition: Hashable, Sendable {
    public let key: String
    public let scope: Scope
    public let kind: Kind
    public let name: CatalogueName
    /// 1 ordinary, 2 personal, 3 special: health, disability, money, guardianship.
    public let sensitivity: Int
    /// The code of the department that knows it.
    public let department: String
    /// Whether it can be worked out of other facts; `Derivation` says how.
    public let isDerived: Bool

    public enum Scope: Hashable, Sendable { case household, person }

    /// What its values are. Within rules all of them are whole numbers.
    public enum Kind: Hashable, Sendable {
        /// A whole number: of people, months, days.
        case count
        /// A decimal, in thousandths.
        case number
        /// An amount, in fen.
        case money
        /// 1 or 0.
        case flag
        /// One of these words, by its place from 0.
        case choice([String])

        /// The names of the kinds in the catalogue.
        public var word: String {
            switch self {
            case .count: "int"
            case .number: "number"
            case .money: "money"
            case .flag: "bool"
            case .choice: "enum"
            }
        }

        /// How many of the parts that values are counted in make one: fen of a yuan.
        var parts: Int64 {
            switch self {
            case .money: 100
            case .number: 1000
            case .count, .flag, .choice: 1
            }
        }

        /// Whether one value can be more than another.
        var isOrdered: Bool {
            switch self {
            case .count, .number, .money: true
            case .flag, .choice: false
            }
        }
    }
}

/// What something of the catalogue is called.
public struct CatalogueName: Hashable, Sendable {
    public let chinese: String
    /// The Chinese name where the catalogue has no other.
    public let english: String
    public let japanese: String

    public init(chinese: String, english: String? = nil, japanese: String? = nil) {
        self.chinese = chinese
        self.english = english ?? chinese
        self.japanese = japanese ?? chinese
    }
}
