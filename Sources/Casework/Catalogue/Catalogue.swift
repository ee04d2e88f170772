public import SyncCore

/// What there is to get in a district, from whom, and under which conditions: rules as data.
///
/// Immutable, and valid once it exists: every fact and standard that a rule names is there, and of
/// the kind the rule compares it with.
public struct Catalogue: Sendable {
    /// Its version: the hash of its text. Every result names it.
    public let digest: ContentHash
    /// The day rules are applied to where none is given.
    public let asOfDefault: CalendarDate
    public let facts: FactDictionary
    public let parameters: [Parameter]
    public let departments: [CatalogueDepartment]
    public let programmes: [Programme]
    public let documents: [PolicyDocument]
    public let tags: [CatalogueTag]
    public let formFields: [FormField]
    public let papers: [Paper]
    public let assessment: AssessmentDefinition

    public subscript(slot: ParameterSlot) -> Parameter { parameters[slot.index] }
    public func parameter(_ key: String) -> ParameterSlot? {
        parameters.firstIndex { $0.key == key }.map(ParameterSlot.init)
    }
    public func programme(_ id: String) -> Programme? { programmes.first { $0.id == id } }
    public func tag(_ id: String) -> CatalogueTag? { tags.first { $0.id == id } }
    public func document(_ id: String) -> PolicyDocument? { documents.first { $0.id == id } }
}

/// Something to be had 项目: a benefit, a service, a recognition.
public struct Programme: Hashable, Sendable {
    public let id: String
    public let name: CatalogueName
    public let department: String
    /// Whom it is for. A household's programme is shown on each of its members.
    public let unit: FactDefinition.Scope
    public let pillar: String
    public let rule: Rule
    public let benefit: Benefit
    /// Of a group with one name only one is proposed: the yes of the least rank.
    public let exclusive: ExclusivePlace?
    /// The household's status once it is granted, as a value of `h.status`.
    public let grants: Int64?
    public let formFields: [String]
    public let papers: [String]
    public let standing: Standing
}

public struct ExclusivePlace: Hashable, Sendable {
    public let group: String
    public let rank: Int
}

public struct Benefit: Hashable, Sendable {
    public let kind: String
    public let basis: String
    public let period: String
    public let amount: Amount?
}

/// A paper of a department that says what a programme gives, to whom, from when to when.
public struct PolicyDocument: Hashable, Sendable {
    public let id: String
    public let programme: String
    public let department: String
    public let name: CatalogueName
    /// Its official number, where it is known.
    public let number: String?
    public let validFrom: CalendarDate
    public let validTo: CalendarDate?
    public let rule: Rule
    public let benefit: String
    public let formFields: [String]
    public let papers: [String]
    public let standing: Standing
    public let supersedes: String?

    public func isInForce(on day: CalendarDate) -> Bool {
        validFrom <= day && validTo.map { day <= $0 } ?? true
    }
}

public struct CatalogueDepartment: Hashable, Sendable {
    public let id: String
    public let name: CatalogueName
}

public struct CatalogueTag: Hashable, Sendable {
    public let id: String
    public let name: CatalogueName
    public let level: String
    public let kind: String
    /// What is likely of whoever has the tag: a hint for matching, which any statement outweighs.
    public let means: [Meaning]

    public struct Meaning: Hashable, Sendable {
        public let fact: FactSlot
        public let parts: Int64
    }
}

/// A field that forms ask for, however many of them do.
public struct FormField: Hashable, Sendable {
    public let key: String
    public let name: CatalogueName
    public let holder: Holder
    /// The facts that answer it; empty where none can.
    public let facts: [FactSlot]
    /// Whether money or status hangs on it: two answers that differ are for people.
    public let isWeighty: Bool

    /// Whom an answer is about: it is given once for each.
    public enum Holder: String, Hashable, Sendable, CaseIterable {
        case person, household
        /// All that is applied for at once.
        case application
    }
}

public struct Paper: Hashable, Sendable {
    public let key: String
    public let name: CatalogueName
}
