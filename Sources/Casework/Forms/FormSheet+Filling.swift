internal import Fieldwork
internal import SyncCore

extension FormSheet {
    /// What is known already of each field.
    struct Filling {
        let catalogue: Catalogue
        let household: Household
        let gathered: GatheredFacts
        let given: [Place: FormAnswer]
        let agent: String?

        func answer(_ field: FormField, of subject: RecordID) -> Answer? {
            switch field.key {
            case FormSheet.consentKey:
                let consents = household.applicant(among: gathered.members).map {
                    gathered.members[$0].consents
                }
                return consents?.contains(FormSheet.meansCheck) ?? false
                    ? .recorded("本人已授权") : nil
            case FormSheet.agentKey: return .recorded(agent ?? "本人办理")
            default: break
            }
            if let given = given[Place(subject: subject, key: field.key)] {
                // Two that differ are for people, even where the facts would have an answer.
                return given.text.map { .given(FormSheet.line($0)) }
            }
            if let text = recorded(field.key, of: subject), !text.isEmpty {
                return .recorded(FormSheet.line(text))
            }
            return field.facts.isEmpty ? nil : stated(field, of: subject)
        }

        /// Only where every fact is known: half an answer would be signed for a whole one.
        private func stated(_ field: FormField, of subject: RecordID) -> Answer? {
            let member = gathered.members.firstIndex { $0.id == subject }
            var found: [Answer.Stated] = []
            for slot in field.facts {
                let isPersonal = catalogue.facts[slot].scope == .person
                if isPersonal, member == nil { return nil }
                let parts =
                    isPersonal
                    ? member.flatMap { gathered.facts.member($0, slot) }
                    : gathered.facts.household(slot)
                guard let parts else { return nil }
                found.append(
                    Answer.Stated(
                        fact: MissingFact(slot, member: isPersonal ? member : nil), parts: parts))
            }
            let texts = found.map { stated in
                let definition = catalogue.facts[stated.fact.slot]
                return "\(definition.name.chinese) \(definition.formText(stated.parts))"
            }
            return .stated(texts.joined(separator: "；"), found)
        }

        /// What a household's or a person's own record says.
        private func recorded(_ key: String, of subject: RecordID) -> String? {
            switch key {
            case "address": return household.isDisputed(.address) ? nil : household.address
            case "hukouAddress": return household.registration?.address
            case "members":
                return gathered.members.map { person in
                    [
                        person.name, relation(of: person)?.spoken.chinese,
                        person.sex?.spoken.chinese, person.birth?.description,
                    ].compactMap(\.self).joined(separator: " ")
                }.joined(separator: "；")
            default: break
            }
            guard let person = gathered.members.first(where: { $0.id == subject }) else {
                return nil
            }
            switch key {
            case "name": return person.isDisputed(.name) ? nil : person.name
            // The person's record has it; a second copy would have to be erased and sealed too.
            case "idNumber": return person.identityNumber?.masked
            case "sex": return person.sex?.spoken.chinese
            case "birth": return person.birth?.description
            case "phone": return person.phones.first ?? household.phones.first
            case "relation": return relation(of: person)?.spoken.chinese
            default: return nil
            }
        }

        private func relation(of person: Person) -> Relation? {
            let stated = household.members.last { $0.person == person.id }?.relation
            return stated ?? (household.head == person.id ? .head : nil)
        }
    }

    /// A form has one line a field.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
}

extension FactDefinition {
    /// A value as a form has it. Forms are in the language of the offices.
    fileprivate func formText(_ parts: Int64) -> String {
        switch kind.value(parts) {
        case .flag(let flag): flag ? "是" : "否"
        case .choice(let word): choice(parts)?.chinese ?? word
        case .count(let number): "\(number)"
        case .money(let fen): "\(Self.decimal(fen, places: 2)) 元"
        case .number(let thousandths): Self.decimal(thousandths, places: 3)
        }
    }

    private static func decimal(_ parts: Int64, places: Int) -> String {
        let scale: UInt64 = places == 2 ? 100 : 1000
        let (whole, rest) = parts.magnitude.quotientAndRemainder(dividingBy: scale)
        let sign = parts < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        let digits = String(rest)
        return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.count) + digits
    }
}
