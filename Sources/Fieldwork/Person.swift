public import SyncCore

/// A person 人. The record survives every correction of a name or number.
public struct Person: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .person else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "person", home: .with(Field.household.id), Field.self, duplicates: duplicates,
        rules: [.unique(Field.identityNumber.id), .livingHome])

    public enum Field: UInt16, RecordUnit {
        /// The household the record lies with. Who lives where, and since when, stands in
        /// `Household.members`.
        case household = 16
        /// 姓名, as in their papers.
        case name = 17
        /// 公民身份号码; text as `IdentityNumber` makes it. Sealed from the first version that can.
        case identityNumber = 18
        /// 出生日期, where no identity number says it.
        case birth = 19
        case sex = 20
        case phones = 21
        case language = 22
        /// How they want to be reached, in their words.
        case contactPreference = 23
        /// The day of death 死亡日期.
        case deceased = 24
        /// What they can and like to do 优势, ストレングス: the capability side.
        case strengths = 25
        /// What they agreed to and took back 同意.
        case consent = 26
        /// Whether what is recorded of them may be given to partners 信息共享.
        case sharing = 27

        public static let collection = CollectionID.person

        public var declaration: UnitDeclaration {
            switch self {
            case .household:
                // It says whose devices hold them.
                field("household", .reference, .review(shown: .previous), .open)
            case .name:
                // Papers or hearsay: a person looks.
                field(
                    "name", .text(maximumBytes: 200), .review(shown: .previous), .personal,
                    column: true)
            case .identityNumber:
                // Wrong person, or mistyped.
                field(
                    "identity_number", .text(maximumBytes: 18), .review(shown: .previous),
                    .special, stakes: .twoPersons)
            // Opens and closes entitlements.
            case .birth: field("birth", .day, .review(shown: .previous), .personal)
            case .sex: field("sex", Sex.type, .review(shown: .previous), .personal)
            case .phones:
                // More ways to reach them.
                field("phones", .text(maximumBytes: 40), .addWins, .personal)
            // The latest wish.
            case .language: field("language", .text(maximumBytes: 80), .latest, .personal)
            case .contactPreference: field("contact_preference", .line, .latest, .personal)
            case .deceased:
                // Stops benefits, so never by itself.
                field("deceased", .day, .review(shown: .previous), .special, stakes: .high)
            case .strengths:
                // What someone can do is not lost to a list typed elsewhere.
                field("strengths", .line, .addWins, .personal)
            case .consent:
                // What holds is worked out from all of it; see `consents`.
                group("consent", Consent.members, .append, .personal, stakes: .high)
            case .sharing:
                // No is no.
                field(
                    "sharing", Consent.Act.type,
                    .withdrawalWins(given: Consent.Act.given.rawValue), .personal, stakes: .high)
            }
        }
    }
}

public enum Sex: String, ChoiceWord {
    case male, female
}

/// One statement about a consent, as it stands in the log.
public struct Consent: Hashable, Sendable {
    /// What for, in the words of the form: `visit`, `shareWithPartner`.
    public let purpose: String
    public let act: Act
    /// How it was said: signed, spoken, by a guardian.
    public let how: String?

    public enum Act: String, ChoiceWord {
        case given, withdrawn
    }

    public init(purpose: String, act: Act, how: String? = nil) {
        (self.purpose, self.act, self.how) = (purpose, act, how)
    }

    static let members = [
        Member("purpose", .text(maximumBytes: 120)),
        Member("act", Act.type),
        Member("how", .text(maximumBytes: 400)),
    ]

    public var value: Value {
        .group([.text(purpose), .word(act), Value(how) { .text($0) }])
    }

    /// Reads what `value` writes. An act this program does not know counts as withdrawn: privacy
    /// errs to the person.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let purpose = members[0].string
        else { return nil }
        self.init(
            purpose: purpose, act: members[1].word() ?? .withdrawn, how: members[2].string)
    }
}

extension Person {
    public var household: RecordID? { value(.household)?.record }
    public var name: String? { value(.name)?.string }
    /// The number; `nil` also where the text that was recorded is no valid number.
    public var identityNumber: IdentityNumber? {
        value(.identityNumber)?.string.flatMap(IdentityNumber.init(recorded:))
    }
    /// From the number, which carries it; else as stated.
    public var birth: CalendarDate? { identityNumber?.birth ?? value(.birth)?.day }
    /// From the number, which carries it; else as stated.
    public var sex: Sex? { identityNumber?.sex ?? word(.sex) }
    public var phones: [String] { elements(.phones, \.string) }
    public var language: String? { value(.language)?.string }
    public var contactPreference: String? { value(.contactPreference)?.string }
    public var deceased: CalendarDate? { value(.deceased)?.day }
    public var strengths: [String] { elements(.strengths, \.string) }
    /// Whether partners may be told; nothing said is no.
    public var mayBeShared: Bool { word(.sharing) == Consent.Act.given }
    /// All that was ever given or withdrawn, by time.
    public var consentLog: [Consent] { entries(.consent).compactMap { Consent($0.value) } }

    /// The purposes they agree to now, in order.
    ///
    /// A withdrawal stands against every later statement whose writer did not know of it: of two
    /// workers apart, one told «yes» and one «no», the «no» holds until someone who has seen it is
    /// told «yes» again.
    public var consents: [String] {
        let entries = entries(.consent).compactMap { entry in
            Consent(entry.value).map { (entry, $0) }
        }
        let purposes = Set(entries.map { Text($0.1.purpose) })
        return purposes.filter { purpose in
            let ours = entries.filter { Text($0.1.purpose) == purpose }
            let given = ours.filter { $0.1.act == .given }.map(\.0)
            let withdrawn = ours.filter { $0.1.act == .withdrawn }.map(\.0)
            return !given.isEmpty
                && withdrawn.allSatisfy { no in given.contains { $0.knew(of: no) } }
        }.sorted().map(\.string)
    }

    /// What is known of a person when they are first recorded. `nil` and empty stay unknown.
    public struct Draft: RecordDraft {
        public var household: RecordID
        public var name: String?
        public var identityNumber: IdentityNumber?
        public var birth: CalendarDate?
        public var sex: Sex?
        public var phones: [String] = []
        public var language: String?
        public var contactPreference: String?
        public var strengths: [String] = []
        public var consent: [Consent] = []

        public init(household: RecordID, name: String? = nil) {
            (self.household, self.name) = (household, name)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.name, name)
            creation.set(.identityNumber, identityNumber.map { .text($0.revealed) })
            creation.set(.birth, birth)
            creation.set(.sex, sex)
            creation.add(.phones, phones.map(Value.text))
            creation.set(.language, language)
            creation.set(.contactPreference, contactPreference)
            creation.add(.strengths, strengths.map(Value.text))
            creation.append(.consent, consent.map(\.value))
        }
    }
}

extension Log.Entry {
    /// Whether whoever wrote this had `other` before them: the same device wrote it earlier, or it
    /// was part of the state on the screen.
    func knew(of other: Log.Entry) -> Bool {
        if origin.name == other.origin.name { return index > other.index }
        if origin.name.followsOnSameDevice(other.origin.name) { return true }
        guard let shown = origin.shown, let position = other.origin.position else { return false }
        return position <= shown
    }
}
