public import SyncCore

/// Why a text is no catalogue: all that was found, so that its author sees it at once.
public struct CatalogueRefusal: Error, Hashable, Sendable {
    /// In the order of the text; at most `maximum`.
    public let defects: [CatalogueDefect]
    public static let maximum = 100
}

/// One thing that is wrong in a catalogue.
public struct CatalogueDefect: Hashable, Sendable, CustomStringConvertible {
    /// Where: `programmes.P01.rule.all[2].value.param`.
    public let place: String
    public let reason: Reason

    public enum Reason: Hashable, Sendable {
        case notJSON(JSONError)
        /// A property is missing that must be there.
        case missing(String)
        /// Something is of another kind than it must be: what is expected.
        case expected(String)
        case unknownFact(String)
        case unknownParameter(String)
        /// A reference to a department, programme, field, paper or dimension that is not there.
        case unknownReference(String)
        /// Two with one name.
        case repeated(String)
        /// A day is in two of a standard's spans, or spans are not in the order of days.
        case overlappingDates
        case endsBeforeItBegins
        /// A fact can't be compared so, or with this: what is wrong.
        case typeMismatch(String)
        /// Money that is no whole number of fen, or a number finer than thousandths.
        case fraction
        case outOfRange
        /// Each of these programmes is opened by the status that the one before gives.
        case cycle([String])
        /// More than the format allows.
        case tooMany(String)
    }

    /// The stable name of the reason.
    public var code: String {
        switch reason {
        case .notJSON: "notJSON"
        case .missing: "missing"
        case .expected: "expected"
        case .unknownFact: "unknownFact"
        case .unknownParameter: "unknownParameter"
        case .unknownReference: "unknownReference"
        case .repeated: "repeated"
        case .overlappingDates: "overlappingDates"
        case .endsBeforeItBegins: "endsBeforeItBegins"
        case .typeMismatch: "typeMismatch"
        case .fraction: "fraction"
        case .outOfRange: "outOfRange"
        case .cycle: "cycle"
        case .tooMany: "tooMany"
        }
    }

    /// For an author of catalogues, in English as the catalogue's own words are.
    public var description: String {
        let detail =
            switch reason {
            case .notJSON(let error): "no JSON: \(error.reason) at byte \(error.offset)"
            case .missing(let name): "\(name) is missing"
            case .expected(let what): "expected \(what)"
            case .unknownFact(let key): "there is no fact \(key)"
            case .unknownParameter(let key): "there is no parameter \(key)"
            case .unknownReference(let name): "there is no \(name)"
            case .repeated(let name): "\(name) is there twice"
            case .overlappingDates: "overlaps the value before, or is not in order"
            case .endsBeforeItBegins: "ends before it begins"
            case .typeMismatch(let what): what
            case .fraction: "finer than the unit allows: fen of money, thousandths of a number"
            case .outOfRange: "out of range"
            case .cycle(let programmes):
                "would open each other: \(programmes.joined(separator: " → "))"
            case .tooMany(let what): "too many \(what)"
            }
        return "\(place): \(detail)"
    }
}
