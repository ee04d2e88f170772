import Fieldwork
import SyncCore
import SyncProtocol

/// A unit's value in words and in JSON. Identity numbers are masked in both.
struct ShownValue: Sendable {
    let formats: Formats
    /// What something referred to is called: a record, a worker or an area.
    let title: @Sendable (RecordID) -> String?

    private var language: Language { formats.language }

    /// The value in words; `nil` stands for nothing to show.
    func text(_ value: Value?, _ unit: UnitDeclaration, of collection: CollectionID) -> String {
        guard let value else { return Phrase.nothingShown.text(in: language) }
        if unit.id == .files, let file = AttachedFile(value) {
            return "\(file.name.string) (\(Formats.bytes(Int64(file.size))))"
        }
        if case .group(let values) = value, values.count == unit.members.count {
            let parts = zip(values, unit.members).compactMap { value, member in
                value == .absent ? nil : labelled(value, member)
            }
            return parts.isEmpty
                ? Phrase.statedEmpty.text(in: language) : parts.joined(separator: " · ")
        }
        return single(mask(value, unit, collection), unit.members[0])
    }

    /// The value for JSON: a group is an object, what was stated to be empty is null.
    func json(_ value: Value?, _ unit: UnitDeclaration, of collection: CollectionID) -> JSON {
        guard let value else { return .null }
        if case .group(let values) = value, values.count == unit.members.count {
            return .object(
                zip(values, unit.members).map { JSONMember($1.name, Self.json($0)) })
        }
        return Self.json(mask(value, unit, collection))
    }

    private func mask(
        _ value: Value, _ unit: UnitDeclaration, _ collection: CollectionID
    ) -> Value {
        guard collection == .person, unit.id == Person.Field.identityNumber.id,
            case .text(let text) = value
        else { return value }
        let masked = IdentityNumber(recorded: text.string)?.masked
        return .text(masked ?? String(repeating: "*", count: max(text.string.count, 1)))
    }

    private func labelled(_ value: Value, _ member: Member) -> String {
        let text = single(value, member)
        if case .text(let word) = value, Words.word(word.string, of: member.type) != nil {
            return text
        }
        guard let label = Vocabulary.member(member.name) else { return text }
        return label.text(in: language) + " " + text
    }

    private func single(_ value: Value, _ member: Member) -> String {
        switch value {
        case .absent: Phrase.statedEmpty.text(in: language)
        case .bool(let flag): (flag ? Phrase.yes : .no).text(in: language)
        case .integer(let number):
            if member.name.hasSuffix("_fen"), let money = Money(fen: number) {
                formats.money(money)
            } else {
                Formats.grouped(number)
            }
        case .text(let text):
            Words.word(text.string, of: member.type)?.text(in: language) ?? text.string
        case .bytes(let bytes): Formats.bytes(Int64(bytes.count))
        case .day(let day): member.name == "period" ? String(day.description.prefix(7)) : "\(day)"
        case .reference(let record): title(record) ?? record.short()
        case .group(let values):
            // A group of a newer schema: what can be said without its names.
            values.filter { $0 != .absent }.map { single($0, member) }.joined(separator: " · ")
        }
    }

    private static func json(_ value: Value) -> JSON {
        switch value {
        case .absent: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .text(let text): .string(text.string)
        case .bytes(let bytes): .string(Base32.encode(bytes))
        case .day(let day): .string(day.description)
        case .reference(let record): .string(record.description)
        case .group(let values): .array(values.map(json))
        }
    }
}
