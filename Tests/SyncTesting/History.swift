public import SyncCore

/// Which change sets of a history have been merged, by their places in it.
public struct EntrySet: Hashable, Sendable, CustomStringConvertible {
    public private(set) var bits: UInt64

    public init(bits: UInt64 = 0) { self.bits = bits }

    public func contains(_ entry: Int) -> Bool { bits >> UInt64(entry) & 1 == 1 }
    public func intersects(_ other: EntrySet) -> Bool { bits & other.bits != 0 }
    public mutating func insert(_ entry: Int) { bits |= 1 << UInt64(entry) }

    /// This set with one more entry.
    public func with(_ entry: Int) -> EntrySet { EntrySet(bits: bits | 1 << UInt64(entry)) }

    public var description: String {
        "{" + (0..<64).filter(contains).map(String.init).joined(separator: " ") + "}"
    }
}

/// Everything that was ever written to one record, by several replicas: what an order of arrival is
/// an order of.
///
/// Invariants: at most 64 entries, each name once; every name that a `set` replaces or a removal
/// takes away, as far as it is the name of an entry, is of an entry that writes that unit. (A name
/// that will never come is allowed.)
public struct History: Sendable, CustomStringConvertible {
    /// What one change set did to the record.
    public struct Entry: Sendable {
        public let origin: Origin
        public let change: RecordChange

        public init(origin: Origin, change: RecordChange) {
            (self.origin, self.change) = (origin, change)
        }
    }

    public static let record = RecordID(high: 7, low: 7)
    public static let collection = CollectionID(1)

    public let entries: [Entry]
    /// Per entry, the later ones of the same device that set anything, with the units they set.
    private let successors: [[(entry: Int, units: Set<UnitID>)]]

    public init(_ entries: [Entry]) {
        precondition(entries.count <= 64, "a history has at most 64 entries")
        self.entries = entries
        successors = entries.map { entry in
            guard entry.origin.name.replica.high >> 63 == 0 else { return [] }
            return entries.enumerated().compactMap { place, other in
                guard other.origin.name.replica == entry.origin.name.replica,
                    other.origin.name.number.value > entry.origin.name.number.value
                else { return nil }
                let units = other.change.writes.filter {
                    if case .set = $0.operation { true } else { false }
                }.map(\.unit)
                return units.isEmpty ? nil : (place, Set(units))
            }
        }
    }

    /// The entry with this name, by its place.
    public func place(of name: ChangeSetName) -> Int? {
        entries.firstIndex { $0.origin.name == name }
    }

    /// The units that later change sets of the same device have set, as far as those are `merged`.
    public func overtaken(_ entry: Int, by merged: EntrySet) -> Set<UnitID> {
        successors[entry].reduce(into: []) { units, later in
            if merged.contains(later.entry) { units.formUnion(later.units) }
        }
    }

    /// The record before anything was merged.
    public static var nothing: RecordState {
        RecordState(record: record, collection: collection)
    }

    public var description: String {
        entries.enumerated().map { place, entry in
            let name = entry.origin.name
            let who = name.replica.isHub ? "hub" : "device"
            let writes = entry.change.writes.map { "\($0.unit.value): \($0.operation)" }
            return "\(place) \(who) \(name.replica.low)/\(name.number) at "
                + "\(entry.origin.time.milliseconds)\(entry.change.creates ? " creates" : ""): "
                + writes.joined(separator: "; ")
        }.joined(separator: "\n")
    }
}
