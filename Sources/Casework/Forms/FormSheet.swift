public import Fieldwork
public import SyncCore

/// The forms of all that a household applies for at once, and each of their fields once 一件事.
///
/// What the records and facts answer is filled in and not asked; what somebody answered for this
/// package stands above it.
public struct FormSheet: Sendable {
    /// In the order of the catalogue.
    public let forms: [Form]
    /// Each field once for each whom it is about, in the order of the catalogue.
    public let entries: [Entry]
    /// All papers that the forms ask for, by key, in the order of the catalogue.
    public let papers: [String]
    /// Those that are not there yet.
    public let missingPapers: [String]
    private let catalogue: Catalogue
    private let atHand: Set<String>

    public struct Form: Hashable, Sendable {
        public let offer: Offer
        /// Who applies: the person, or the household.
        public let subject: RecordID
        public let applicant: Person
        /// What it asks for, by place in `entries`.
        public let entries: [Int]
    }

    /// One field about one person or household.
    public struct Entry: Hashable, Sendable {
        /// By its place in the catalogue.
        public let field: Int
        public let subject: RecordID
        /// `nil` where it has to be asked.
        public let answer: Answer?
        /// How many places of forms it fills.
        public let places: Int
    }

    /// What answers a field, and where that comes from.
    public enum Answer: Hashable, Sendable {
        /// Given for this package; two weighty ones that differ are none.
        case given(String)
        /// Stands in the record of the household or a person.
        case recorded(String)
        /// Follows from facts, each with its value in parts.
        case stated(String, [Stated])

        public struct Stated: Hashable, Sendable {
            public let fact: MissingFact
            public let parts: Int64
        }

        public var text: String {
            switch self {
            case .given(let text), .recorded(let text), .stated(let text, _): text
            }
        }
    }

    /// What somebody agrees to who lets their means be checked 经济状况核对授权; a purpose in a
    /// person's log of consents. No form has this answered in any other way.
    public static let meansCheck = "meansCheck"
    /// The keys of fields that nobody types: a consent stands in its giver's record, and who signs
    /// is known at the signing.
    public static let consentKey = "consent"
    public static let agentKey = "agent"

    /// - Parameters:
    ///   - offers: what is applied for.
    ///   - given: the answers given for this package.
    ///   - papers: those that are there, by key.
    ///   - agent: the name of the worker who applies for them; `nil` where they do it themselves.
    public init(
        _ rulebook: Rulebook, _ household: Household, _ gathered: GatheredFacts,
        offers: [Offer], given: [FormAnswer], papers: Set<String>, agent: String? = nil
    ) {
        let catalogue = rulebook.catalogue
        let filling = Filling(
            catalogue: catalogue, household: household, gathered: gathered,
            given: Dictionary(
                given.compactMap { answer in
                    guard let subject = answer.subject, let key = answer.key else { return nil }
                    return (Place(subject: subject, key: key), answer)
                }, uniquingKeysWith: { first, _ in first }), agent: agent)
        let head = household.applicant(among: gathered.members)
        let fields = Dictionary(
            uniqueKeysWithValues: catalogue.formFields.enumerated().map { ($1.key, $0) })

        var places: [Slot: Int] = [:]
        let wanted = offers.map { offer -> (Offer, Person, [Slot]) in
            let member = offer.isForHousehold ? head ?? offer.applicant : offer.applicant
            let applicant = gathered.members[member]
            let slots = catalogue.programmes[offer.programme].formFields.compactMap {
                key -> Slot? in
                guard let field = fields[key] else { return nil }
                let isPersonal = catalogue.formFields[field].holder == .person
                return Slot(field: field, subject: isPersonal ? applicant.id : household.id)
            }
            for slot in slots { places[slot, default: 0] += 1 }
            return (offer, applicant, slots)
        }
        let order = places.keys.sorted()
        let index = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        entries = order.map { slot in
            Entry(
                field: slot.field, subject: slot.subject,
                answer: filling.answer(catalogue.formFields[slot.field], of: slot.subject),
                places: places[slot, default: 0])
        }
        forms = wanted.map { offer, applicant, slots in
            Form(
                offer: offer, subject: offer.isForHousehold ? household.id : applicant.id,
                applicant: applicant, entries: slots.compactMap { index[$0] })
        }
        let asked = Set(offers.flatMap { catalogue.programmes[$0.programme].papers })
        self.papers = catalogue.papers.map(\.key).filter(asked.contains)
        missingPapers = self.papers.filter { !papers.contains($0) }
        self.catalogue = catalogue
        atHand = papers
    }

    private struct Slot: Hashable, Comparable {
        let field: Int
        let subject: RecordID

        static func < (left: Self, right: Self) -> Bool {
            (left.field, left.subject) < (right.field, right.subject)
        }
    }

    struct Place: Hashable {
        let subject: RecordID
        let key: String
    }
}

extension FormSheet {
    /// How many places of forms there are to fill.
    public var placeCount: Int { forms.reduce(0) { $0 + $1.entries.count } }

    /// The entries that have to be asked, in order.
    public var open: [Entry] { entries.filter { $0.answer == nil } }

    public func field(_ entry: Entry) -> FormField { catalogue.formFields[entry.field] }

    /// What of a form is not answered yet.
    public func open(_ form: Form) -> [Entry] {
        form.entries.map { entries[$0] }.filter { $0.answer == nil }
    }

    /// The papers of a form that are not there, by key.
    public func missingPapers(_ form: Form) -> [String] {
        catalogue.programmes[form.offer.programme].papers.filter { !atHand.contains($0) }
    }

    public func isComplete(_ form: Form) -> Bool {
        open(form).isEmpty && missingPapers(form).isEmpty
    }

    /// The form as it is signed: a line for each field, its key, a tab, its answer. What is not
    /// answered is not in it.
    public func text(_ form: Form) -> String {
        form.entries.compactMap { place in
            entries[place].answer.map { "\(field(entries[place]).key)\t\($0.text)\n" }
        }.joined()
    }
}

extension Household {
    /// Who applies for the household, by place: its head where they are a member, else the first.
    public func applicant(among members: [Person]) -> Int? {
        let listed = self.members.first { $0.relation == .head }?.person
        for id in [head, listed].compactMap(\.self) {
            if let place = members.firstIndex(where: { $0.id == id }) { return place }
        }
        return members.isEmpty ? nil : 0
    }
}
