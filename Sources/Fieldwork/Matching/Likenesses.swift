internal import SyncCore

/// Telephone numbers and addresses, as far as two of them can be the same.
enum Contact {
    /// The digits of a telephone number without country code and leading zero; `nil` for what is
    /// too short to tell two homes apart.
    static func digits(_ phone: String) -> String? {
        var digits = phone.unicodeScalars.compactMap { scalar -> Character? in
            let plain = NameScalars.plain(scalar)
            return ("0"..."9").contains(plain) ? Character(plain) : nil
        }
        if digits.count > 11, digits.starts(with: "86") { digits.removeFirst(2) }
        return digits.count >= 7 ? String(digits) : nil
    }

    /// What of an address can be compared: its words in plain form, and its numbers in order.
    /// «仙霞路123弄4号501室» and «仙霞路123弄4-501» are the same.
    struct Place: Hashable {
        let road: String
        let numbers: [String]

        init?(_ address: String) {
            var road = ""
            var numbers: [String] = []
            var isNumber = false
            for scalar in address.unicodeScalars {
                let plain = NameScalars.plain(scalar)
                if ("0"..."9").contains(plain) {
                    if !isNumber { numbers.append("") }
                    numbers[numbers.count - 1].unicodeScalars.append(plain)
                    isNumber = true
                } else {
                    isNumber = false
                    // What stands behind the first number only names the numbers.
                    if numbers.isEmpty, plain.properties.isAlphabetic {
                        road.unicodeScalars.append(plain)
                    }
                }
            }
            guard !road.isEmpty, !numbers.isEmpty else { return nil }
            (self.road, self.numbers) = (road, numbers)
        }

        /// Whether it is the same building, as far as one can tell.
        func isNear(_ other: Place) -> Bool { road == other.road && numbers[0] == other.numbers[0] }

        var text: String { road + numbers.joined(separator: " ") }
    }
}

extension Person {
    /// How two registrations of one person are found.
    static let duplicates = DuplicateRule(
        needsSecondPerson: false, threshold: 60,
        relatives: { Person($0)?.household.map { [$0] } ?? [] },
        recognisedBy: { Person($0)?.household.map { [$0] } ?? [] },
        keys: { PersonTraits($0)?.keys ?? [] },
        likeness: { left, right in
            guard let left = PersonTraits(left), let right = PersonTraits(right) else { return nil }
            return left.likeness(to: right).likeness
        })
}

extension Household {
    /// How two registrations of one household are found: by who lives there, where, and how they
    /// are reached.
    static let duplicates = DuplicateRule(
        needsSecondPerson: true, threshold: 55,
        relatives: { Household($0)?.members.filter { $0.to == nil }.map(\.person) ?? [] },
        recognisedBy: { _ in [] },
        keys: { HouseholdTraits($0)?.keys ?? [] },
        likeness: { left, right in
            guard let left = HouseholdTraits(left), let right = HouseholdTraits(right) else {
                return nil
            }
            return left.likeness(to: right)
        })
}

/// What a person is recognised by.
struct PersonTraits {
    let name: String
    let sound: NameSound?
    let birth: CalendarDate?
    let sex: Sex?
    /// As recorded, whether it is valid or not: a slip makes it invalid.
    let number: String?
    let phones: Set<String>
    let household: RecordID?
    let place: Contact.Place?

    init?(_ subject: LikenessSubject) {
        guard let person = Person(subject.state) else { return nil }
        self.init(person, home: subject.relatives.lazy.compactMap(Household.init).first)
    }

    init(_ person: Person, home: Household?) {
        name = person.name ?? ""
        sound = NameSound(name)
        birth = person.birth
        sex = person.sex
        number = person.value(.identityNumber)?.string
        phones = Set((person.phones + (home?.phones ?? [])).compactMap(Contact.digits))
        household = person.household
        place = home?.address.flatMap(Contact.Place.init)
    }

    var keys: [LikenessKey] {
        var keys: [LikenessKey] = []
        if let number { keys.append(LikenessKey(1, number)) }
        guard let sound else { return keys }
        if let birth {
            // In one order, so that day and month in each other's place meet.
            let parts = [birth.month, birth.day].sorted()
            keys.append(LikenessKey(2, "\(sound.heard.prefix(2)) \(birth.year) \(parts)"))
            keys.append(LikenessKey(3, "\(sound.heard) \(birth.year)"))
        }
        keys += phones.sorted().map { LikenessKey(4, $0) }
        keys.append(LikenessKey(5, sound.heard))
        return keys
    }

    func likeness(to other: PersonTraits) -> Tally {
        var tally = Tally()
        let names = [name, other.name]
        switch (sound, other.sound) {
        case (let left?, let right?):
            switch left.resemblance(to: right) {
            case .same: tally.add(40, "same-name", names)
            case .soundsAlike: tally.add(34, "sounds-alike", names)
            case .heardAlike: tally.add(28, "heard-alike", names)
            case .oneOff: tally.add(14, "similar-name", names)
            case .none: tally.add(-30, "other-name", names)
            }
        default: break
        }
        if let number, let theirs = other.number {
            if number == theirs {
                tally.add(60, "same-number")
            } else if Typing.isOneSlip(Array(number), Array(theirs)) {
                tally.add(35, "number-one-off")
            } else {
                tally.add(-60, "other-number")
            }
        }
        if let birth, let theirs = other.birth { compare(birth, theirs, &tally) }
        if let sex, let theirs = other.sex, sex != theirs { tally.add(-25, "other-sex") }
        if !phones.isDisjoint(with: other.phones) { tally.add(18, "same-phone") }
        if let household, household == other.household {
            tally.add(10, "same-household")
        } else if let place, let theirs = other.place {
            if place == theirs {
                tally.add(15, "same-address")
            } else if place.isNear(theirs) {
                tally.add(8, "near-address")
            }
        }
        return tally
    }

    private func compare(_ birth: CalendarDate, _ other: CalendarDate, _ tally: inout Tally) {
        let days = ["\(birth)", "\(other)"]
        if birth == other {
            tally.add(30, "same-birth")
        } else if birth.year == other.year, birth.month == other.day, birth.day == other.month {
            tally.add(24, "swapped-birth", days)
        } else if Typing.isOneSlip(Array(days[0].utf8), Array(days[1].utf8)) {
            tally.add(18, "birth-one-off", days)
        } else if birth.year == other.year, birth.isFirstOfYear || other.isFirstOfYear {
            // Where only the year is known, its first day stands for it.
            tally.add(16, "same-year", days)
        } else {
            tally.add(abs(birth.year - other.year) > 2 ? -40 : -15, "other-birth", days)
        }
    }
}

/// What a household is recognised by.
struct HouseholdTraits {
    let headName: String
    let head: NameSound?
    let phones: Set<String>
    let place: Contact.Place?
    let members: [PersonTraits]

    init?(_ subject: LikenessSubject) {
        guard let household = Household(subject.state) else { return nil }
        headName = household.headName ?? ""
        head = NameSound(headName)
        let persons = subject.relatives.compactMap(Person.init).filter { $0.voidReason == nil }
        phones = Set(
            (household.phones + persons.flatMap(\.phones)).compactMap(Contact.digits))
        place = household.address.flatMap(Contact.Place.init)
        // Compared without their home: its own traits are counted here.
        members = persons.map { PersonTraits($0, home: nil) }
    }

    var keys: [LikenessKey] {
        var keys = members.compactMap(\.number).map { LikenessKey(11, $0) }
        keys += phones.sorted().map { LikenessKey(12, $0) }
        if let place { keys.append(LikenessKey(13, place.text)) }
        for member in members {
            guard let sound = member.sound, let birth = member.birth else { continue }
            keys.append(LikenessKey(14, "\(sound.heard) \(birth.year)"))
        }
        if let head { keys.append(LikenessKey(15, head.heard)) }
        return keys
    }

    func likeness(to other: HouseholdTraits) -> Likeness? {
        var tally = Tally()
        let names = [headName, other.headName]
        if let head, let theirs = other.head {
            switch head.resemblance(to: theirs) {
            case .same: tally.add(32, "same-name", names)
            case .soundsAlike: tally.add(28, "sounds-alike", names)
            case .heardAlike: tally.add(24, "heard-alike", names)
            case .oneOff: tally.add(10, "similar-name", names)
            case .none: tally.add(-12, "other-name", names)
            }
        }
        if let place, let theirs = other.place {
            if place == theirs {
                tally.add(28, "same-address")
            } else if place.isNear(theirs) {
                tally.add(14, "near-address")
            }
        }
        if !phones.isDisjoint(with: other.phones) { tally.add(28, "same-phone") }
        compareMembers(other, &tally)
        return tally.likeness
    }

    /// Pairs the members, the most alike first, each with one of the other home.
    private func compareMembers(_ other: HouseholdTraits, _ tally: inout Tally) {
        guard !members.isEmpty, !other.members.isEmpty else { return }
        var pairs: [(score: Int, left: Int, right: Int)] = []
        for (left, ours) in members.enumerated() {
            for (right, theirs) in other.members.enumerated() {
                let score = ours.likeness(to: theirs).score
                // Relatives share a surname and a telephone; that alone makes nobody the same.
                if score >= 48 { pairs.append((score, left, right)) }
            }
        }
        pairs.sort { ($1.score, $0.left, $0.right) < ($0.score, $1.left, $1.right) }
        var (ours, theirs): (Set<Int>, Set<Int>) = ([], [])
        var same: [String] = []
        for pair in pairs where !ours.contains(pair.left) && !theirs.contains(pair.right) {
            ours.insert(pair.left)
            theirs.insert(pair.right)
            same.append(members[pair.left].name)
        }
        if same.isEmpty {
            tally.add(-20, "other-members")
        } else {
            tally.add(min(28 * same.count, 64), "same-members", same)
        }
    }
}

/// Points and their reasons, while two records are compared.
struct Tally {
    private(set) var score = 0
    private(set) var reasons: [LikenessReason] = []

    mutating func add(_ points: Int, _ code: String, _ values: [String] = []) {
        score += points
        reasons.append(LikenessReason(code, values))
    }

    var likeness: Likeness? { score > 0 ? Likeness(score: score, reasons: reasons) : nil }
}

extension CalendarDate {
    fileprivate var isFirstOfYear: Bool { month == 1 && day == 1 }
}
