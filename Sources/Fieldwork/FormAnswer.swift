public import SyncCore

/// The answer to one field of the forms, given once for all applications of a package.
///
/// A record of its own, so that two who fill in different fields don't meet. What money or status
/// hangs on is for people where two answers differ; of the others the later stands.
public struct FormAnswer: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .formAnswer else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "form_answer", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case package = 17
        /// The person or household it is about.
        case subject = 18
        /// The field, by the catalogue's key.
        case key = 19
        case answer = 20
        /// The answer to a field that money or status hangs on.
        case weighty = 21

        public static let collection = CollectionID.formAnswer

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .package: field("package", .reference, .immutable, .open)
            case .subject: field("subject", .reference, .immutable, .open)
            case .key: field("key", .code, .immutable, .open, column: true)
            case .answer: field("answer", .line, .latest, .special)
            case .weighty:
                // A wrong income is a wrong entitlement.
                field("weighty_answer", .line, .review(shown: .previous), .special, stakes: .high)
            }
        }
    }
}

extension FormAnswer {
    public var household: RecordID? { value(.household)?.record }
    public var package: RecordID? { value(.package)?.record }
    public var subject: RecordID? { value(.subject)?.record }
    public var key: String? { value(.key)?.string }
    public var isWeighty: Bool { outcome(of: .weighty) != nil }
    /// The answer; `nil` while two weighty ones differ and nothing was agreed on before.
    public var text: String? { value(.weighty)?.string ?? value(.answer)?.string }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var package: RecordID
        public var subject: RecordID
        public var key: String
        public var text: String
        /// Whether money or status hangs on it.
        public var isWeighty: Bool

        public init(
            household: RecordID, package: RecordID, subject: RecordID, key: String, _ text: String,
            isWeighty: Bool
        ) {
            (self.household, self.package, self.subject) = (household, package, subject)
            (self.key, self.text, self.isWeighty) = (key, text, isWeighty)
        }

        public var id: RecordID {
            DerivedName(.formAnswer).with(package).with(subject).with(key).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.package, package)
            creation.set(.subject, subject)
            creation.set(.key, key)
            creation.set(isWeighty ? .weighty : .answer, text)
        }
    }
}
