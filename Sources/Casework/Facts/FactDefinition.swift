/// What may be known of a household or a person, by the catalogue's key: `h.status`, `p.age`.
public struct FactDefinition: Hashable, Sendable {
    public let key: String
    public let scope: Scope
    public let kind: Kind
    public let name: CatalogueName
    /// What its choices are called, in their order; none for a fact of another kind.
    public let choices: [CatalogueName]
    /// 1 ordinary, 2 personal, 3 special: health, disability, money, guardianship.
    public let sensitivity: Int
    /// The code of the department that knows it.
    public let department: String
    /// Whether it can be worked out of other facts; `Derivation` says how.
    public let isDerived: Bool

    /// What a choice is called; `nil` for a fact of another kind.
    public func choice(_ parts: Int64) -> CatalogueName? {
        Int(exactly: parts).flatMap { choices.indices.contains($0) ? choices[$0] : nil }
    }

    /// The value that a person typed or a workbook holds: a choice by its key or by what it is
    /// called, `true`, `TRUE` or 是, `1330.50`.
    public func parts(typed text: String) throws(FactValueError) -> Int64 {
        switch kind {
        case .choice(let values):
            if let place = values.firstIndex(of: text) { return Int64(place) }
            let folded = text.lowercased()
            let place = choices.firstIndex { name in
                [name.chinese, name.english, name.japanese].contains { $0.lowercased() == folded }
            }
            guard let place else { throw .wrongKind }
            return Int64(place)
        case .flag:
            switch text.lowercased() {
            case "true", "是": return 1
            case "false", "否": return 0
            default: throw .wrongKind
            }
        case .count, .number, .money: return try kind.parts(typed: text)
        }
    }

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
