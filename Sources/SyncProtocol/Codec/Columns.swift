internal import SyncCore

/// The columns of a run of change sets on the wire, in the order in which they are written.
/// See `protocol/run.md#columns`.
enum Column: Int, CaseIterable {
    // Per change set.
    case author, grant, trunk, milliseconds, counter, wall, monotonic, boot, offset, offsetAge
    case intent, form, reason, schema, premises, seed, changeCount
    // Per record of a change set.
    case shape, record, shown
    // Per name of a replaced head or add.
    case nameCount, nameReplica, nameNumber
    // What the indices above point to, in the order of first use.
    case shapes, identifiers, numbers, texts
}

/// The two columns of one unit: what its values are and how long, and their characters.
struct UnitColumns {
    var tags = ByteWriter()
    var content = ByteWriter()
}

/// A unit of a collection.
struct UnitKey: Hashable, Comparable {
    let collection: CollectionID
    let unit: UnitID
    static func < (left: Self, right: Self) -> Bool {
        (left.collection, left.unit) < (right.collection, right.unit)
    }
}

/// What a change does apart from its values: most changes of a day have one of a few shapes.
struct Shape: Hashable {
    let collection: CollectionID
    let creates: Bool
    let writes: [ShapeWrite]
}

struct ShapeWrite: Hashable {
    let unit: UnitID
    let kind: UnitKind
}

/// Things numbered by first use: 0 says that a new one follows, n that it is the n-th.
struct WriterIndex<Element: Hashable> {
    private var places: [Element: Int] = [:]

    /// Returns the number of a known thing, or numbers it and returns `nil`.
    mutating func place(of element: Element) -> Int? {
        if let place = places[element] { return place }
        places[element] = places.count + 1
        return nil
    }
}

/// The reading side of `WriterIndex`.
struct ReaderIndex<Element: Hashable> {
    private var elements: [Element] = []
    private var known: Set<Element> = []

    var count: Int { elements.count }

    /// The n-th thing, from 1.
    subscript(place: Int) -> Element { elements[place - 1] }

    /// Numbers a new thing. One that is known had to be sent by its number, so that a run has one
    /// form.
    mutating func add(_ element: Element, at place: Int) throws(CodecError) -> Element {
        guard known.insert(element).inserted else { throw .outOfOrder(at: place) }
        elements.append(element)
        return element
    }
}
