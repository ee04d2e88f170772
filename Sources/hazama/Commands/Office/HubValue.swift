import Fieldwork
import SyncCore
import SyncProtocol

/// Values in the hub's JSON, which tells kinds apart without a schema: `null` is *stated to be
/// empty*, and days, references and bytes are objects with one member. See `protocol/messages.md`.
enum HubValue {
    static func json(_ value: Value) -> JSON {
        switch value {
        case .absent: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .text(let text): .string(text.string)
        case .bytes(let bytes): .object(["bytes": .string(Base32.encode(bytes))])
        case .day(let day): .object(["day": .string("\(day)")])
        case .reference(let record): .object(["reference": .string("\(record)")])
        case .group(let members): .array(members.map(json))
        }
    }

    /// Reads what the hub wrote; `nil` for anything else.
    static func value(_ json: JSON) -> Value? {
        guard case .array(let members) = json else { return scalar(json) }
        let values = members.compactMap(scalar)
        return values.count == members.count ? .group(values) : nil
    }

    private static func scalar(_ json: JSON) -> Value? {
        switch json {
        case .null: return .absent
        case .bool(let flag): return .bool(flag)
        case .integer(let number): return .integer(number)
        case .string(let text): return .text(text)
        case .object:
            if let text = json["bytes"]?.string { return Base32.decode(text).map(Value.bytes) }
            if let text = json["day"]?.string { return CalendarDate(text).map(Value.day) }
            return json["reference"]?.string.flatMap(RecordID.init).map(Value.reference)
        case .array, .decimal: return nil
        }
    }
}

extension Typed {
    /// Reads the value of a unit as an administrator types it: a number, a day, a word, a text; for
    /// a group its members as a JSON object, and for an income simply the yuan.
    func value(_ text: String, of unit: UnitDeclaration) throws -> Value {
        guard unit.isGroup else { return try single(text, unit.members[0]) }
        if unit.members[0].name == "amount_fen", !text.hasPrefix("{") {
            var values = [Value](repeating: .absent, count: unit.members.count)
            values[0] = .integer(try money(text).fen)
            return .group(values)
        }
        let json: JSON
        do { json = try JSON.parse(Array(text.utf8)) } catch { throw badGroup(unit) }
        guard let given = json.members,
            given.allSatisfy({ member in unit.members.contains { $0.name == member.key } })
        else { throw badGroup(unit) }
        return .group(
            try unit.members.map { member in
                guard let value = json[member.name], !value.isNull else { return .absent }
                switch value {
                case .string(let text): return try single(text, member)
                case .integer(let number): return .integer(number)
                case .bool(let flag): return .bool(flag)
                case .null, .decimal, .array, .object: throw badGroup(unit)
                }
            })
    }

    private func single(_ text: String, _ member: Member) throws -> Value {
        switch member.type {
        case .integer(let range): return .integer(try number(text, in: range))
        case .day: return .day(try day(text))
        case .text: return .text(text)
        case .choice(let words):
            guard words.contains(text) else {
                throw Failure(
                    status: .usage, code: DeviceCode.badInput.rawValue,
                    what: console.text(
                        .badWord, ["text": text, "words": words.joined(separator: ", ")]))
            }
            return .text(text)
        case .bool:
            if let flag = Typed.flag(text) { return .bool(flag) }
            throw Failure(
                status: .usage, code: DeviceCode.badInput.rawValue,
                what: console.text(.badWord, ["text": text, "words": "yes, no"]))
        case .reference:
            guard let record = RecordID(Base32.forgiving(text)) else {
                throw Failure(
                    status: .usage, code: DeviceCode.badInput.rawValue,
                    what: console.text(.badID, ["text": text]))
            }
            return .reference(record)
        case .bytes: throw badGroup(nil)
        }
    }

    private func badGroup(_ unit: UnitDeclaration?) -> Failure {
        let names = unit?.members.map(\.name).joined(separator: ", ") ?? ""
        return Failure(
            status: .usage, code: DeviceCode.badInput.rawValue,
            what: console.text(.badGroup, ["members": names]))
    }
}
