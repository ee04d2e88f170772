/// Where a fact stands in a row of facts: the place of its key among all, in the order of bytes.
public struct FactSlot: Hashable, Comparable, Sendable {
    public let index: Int

    init(_ index: Int) { self.index = index }

    public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// All facts that a catalogue knows, in the order of their keys; those of the household come first.
public struct FactDictionary: Hashable, Sendable {
    public let definitions: [FactDefinition]
    private let slots: [String: FactSlot]

    /// How many a catalogue may have: the facts that are missing are told in a word of 128 bits.
    public static let maximum = 128

    /// Takes definitions with keys that differ, at most `maximum`.
    init(_ definitions: [FactDefinition]) {
        precondition(definitions.count <= Self.maximum, "more facts than a FactSet holds")
        self.definitions = definitions.sorted { $0.key < $1.key }
        slots = Dictionary(
            uniqueKeysWithValues: self.definitions.enumerated().map {
                ($0.element.key, FactSlot($0.offset))
            })
    }

    public var count: Int { definitions.count }
    public var all: [FactSlot] { definitions.indices.map(FactSlot.init) }

    public subscript(slot: FactSlot) -> FactDefinition { definitions[slot.index] }

    /// `nil` for a key that the catalogue does not have.
    public func slot(of key: String) -> FactSlot? { slots[key] }

    /// The keys of `set`, sorted.
    public func keys(_ set: FactSet) -> [String] { set.slots.map { self[$0].key } }
}

/// Some of a dictionary's facts.
public struct FactSet: Hashable, Sendable {
    private var bits: UInt128 = 0

    public init() {}
    public init(_ slots: some Sequence<FactSlot>) { for slot in slots { insert(slot) } }

    public var isEmpty: Bool { bits == 0 }
    public var count: Int { bits.nonzeroBitCount }
    public func contains(_ slot: FactSlot) -> Bool { bits >> slot.index & 1 == 1 }
    public mutating func insert(_ slot: FactSlot) { bits |= 1 << slot.index }
    public mutating func formUnion(_ other: FactSet) { bits |= other.bits }

    /// In order.
    public var slots: [FactSlot] {
        var (rest, found) = (bits, [FactSlot]())
        while rest != 0 {
            found.append(FactSlot(rest.trailingZeroBitCount))
            rest &= rest - 1
        }
        return found
    }
}
