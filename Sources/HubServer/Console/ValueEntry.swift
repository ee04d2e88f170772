internal import SyncCore

/// Another value than those of the sides, as it is entered: one text per member of the unit.
struct ValueEntry: Sendable {
    let unit: UnitDeclaration

    /// Bytes and references are not typed by people; a unit that needs one takes no other value
    /// here.
    var isPossible: Bool {
        unit.members.allSatisfy { member in
            switch member.type {
            case .bool, .integer, .text, .choice, .day: true
            case .bytes, .reference: false
            }
        }
    }

    /// The member that can't be read or does not fit.
    struct Refusal: Error, Hashable, Sendable {
        let member: String
    }

    /// Reads the texts. An empty one is *stated to be empty*, and so is a group of nothing but
    /// empty ones.
    func value(_ texts: [String]) throws(Refusal) -> Value {
        var values: [Value] = []
        for (place, member) in unit.members.enumerated() {
            values.append(try value(place < texts.count ? texts[place] : "", member))
        }
        let value: Value =
            if !unit.isGroup {
                values[0]
            } else if values.allSatisfy({ $0 == .absent }) {
                .absent
            } else {
                .group(values)
            }
        do { try unit.validate(.set(value, replacing: [])) } catch {
            throw Refusal(member: Self.member(error) ?? unit.name)
        }
        return value
    }

    /// What a form shows for a value that is to be changed.
    func texts(_ value: Value) -> [String] {
        let values: [Value] = if case .group(let members) = value { members } else { [value] }
        return unit.members.enumerated().map { place, member in
            guard values.indices.contains(place) else { return "" }
            switch values[place] {
            case .absent, .bytes, .group: return ""
            case .bool(let value): return value ? "yes" : "no"
            case .integer(let number):
                return member.name.hasSuffix("_fen") ? Yuan.text(number) : "\(number)"
            case .text(let text): return text.string
            case .day(let day): return "\(day)"
            case .reference(let record): return "\(record)"
            }
        }
    }

    private func value(_ raw: String, _ member: Member) throws(Refusal) -> Value {
        let text = Self.trimmed(raw)
        if text.isEmpty { return .absent }
        switch member.type {
        case .bool:
            switch text {
            case "yes": return .bool(true)
            case "no": return .bool(false)
            default: throw Refusal(member: member.name)
            }
        case .integer:
            let digits = Self.plainDigits(text)
            let number = member.name.hasSuffix("_fen") ? Yuan.fen(digits) : Int64(digits)
            guard let number else { throw Refusal(member: member.name) }
            return .integer(number)
        case .day:
            guard let day = CalendarDate(Self.plainDigits(text)) else {
                throw Refusal(member: member.name)
            }
            return .day(day)
        case .text, .choice: return .text(text)
        case .bytes, .reference: throw Refusal(member: member.name)
        }
    }

    private static func member(_ violation: SchemaViolation) -> String? {
        switch violation {
        case .wrongType(_, let member), .outOfRange(_, let member), .tooLong(_, let member, _),
            .forbiddenCharacter(_, let member):
            member
        case .unknownCollection, .unknownUnit, .wrongKind, .derived, .replacesImmutable,
            .homeMissing:
            nil
        }
    }

    /// Digits as an Asian input method may leave them: full width.
    private static func plainDigits(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xff10...0xff19, 0xff0c...0xff0e:
                result.unicodeScalars.append(Unicode.Scalar(scalar.value - 0xfee0) ?? scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Without space at its ends, and with one kind of line break: forms send two characters.
    static func trimmed(_ text: String) -> String {
        let unified = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            .joined(separator: "\n")
        let start = unified.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
