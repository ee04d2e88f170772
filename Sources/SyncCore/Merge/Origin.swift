/// Where a write came from, as far as its record needs to remember.
public struct Origin: Hashable, Sendable {
    /// The change set, and so the write.
    public let name: ChangeSetName
    public let author: PersonID
    /// When it was made, on the hub's clock; before admission the device's own estimate.
    public let time: CorrectedTime
    /// Its place in the hub's log; `nil` before it is merged there.
    public let position: LogPosition?
    /// The hub position of the state that was on its author's screen.
    public let shown: LogPosition?

    public init(
        name: ChangeSetName, author: PersonID, time: CorrectedTime, position: LogPosition?,
        shown: LogPosition?
    ) {
        self.name = name
        self.author = author
        self.time = time
        self.position = position
        self.shown = shown
    }

    /// Order of corrected time, ties by name: total, and the same everywhere.
    func isLater(than other: Origin) -> Bool { (time, name) > (other.time, other.name) }

    /// Order of reception: by position, what has none yet comes last; ties by name.
    public func wasReceived(before other: Origin) -> Bool {
        (position?.value ?? .max, name) < (other.position?.value ?? .max, other.name)
    }
}

/// A setting of a unit that no other setting covers.
public struct Head: Hashable, Sendable {
    public let origin: Origin
    public let value: Value

    public init(origin: Origin, value: Value) { (self.origin, self.value) = (origin, value) }
}
