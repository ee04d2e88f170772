public import SyncCore

/// A standard that changes with the years 标准: a line, a ratio, an age.
public struct Parameter: Hashable, Sendable {
    public let key: String
    public let name: CatalogueName
    public let unit: String
    /// By day, without overlap.
    public let values: [DatedValue]

    /// Whether its values are amounts, in fen; otherwise they are thousandths.
    public var isMoney: Bool { Self.isMoney(unit) }
    static func isMoney(_ unit: String) -> Bool { unit.hasPrefix("yuan") }

    /// The value of a day; `nil` where none is known for it.
    public func value(on day: CalendarDate) -> DatedValue? {
        values.last { $0.from <= day }.flatMap { $0.to.map { day <= $0 } ?? true ? $0 : nil }
    }
}

/// One value of a standard and the days it holds.
public struct DatedValue: Hashable, Sendable {
    public let from: CalendarDate
    /// The last day; `nil` until the next is decided.
    public let to: CalendarDate?
    /// In fen or in thousandths.
    public let value: Int64
    public let standing: Standing
    /// The id of a source.
    public let source: String?
}

/// How well something of the catalogue is founded.
public enum Standing: String, Hashable, Sendable, CaseIterable {
    case sourced
    /// The core was read, a detail or date is a stand-in.
    case partly
    /// A realistic stand-in: to be replaced before it decides about anybody.
    case illustrative
}
