internal import SyncCore
internal import SyncProtocol

/// Values as JSON that tells its kinds apart without a schema: `null` is *stated to be empty*, and
/// days, references and bytes are objects with one member.
extension Value {
    var json: JSON {
        switch self {
        case .absent: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .text(let text): .string(text.string)
        case .bytes(let bytes): .object(["bytes": .string(Base32.encode(bytes))])
        case .day(let day): .object(["day": .string("\(day)")])
        case .reference(let record): .object(["reference": .string("\(record)")])
        case .group(let members): .array(members.map(\.json))
        }
    }

    /// Reads what `json` writes; `nil` for anything else. Groups don't nest.
    init?(_ json: JSON) {
        guard case .array(let members) = json else {
            guard let value = Value(scalar: json) else { return nil }
            self = value
            return
        }
        var values: [Value] = []
        for member in members {
            guard let value = Value(scalar: member) else { return nil }
            values.append(value)
        }
        self = .group(values)
    }

    private init?(scalar json: JSON) {
        switch json {
        case .null: self = .absent
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .string(let text): self = .text(text)
        case .object(let members):
            guard members.count == 1, let text = members[0].value.string else { return nil }
            switch members[0].key {
            case "bytes":
                guard let bytes = Base32.decode(text) else { return nil }
                self = .bytes(bytes)
            case "day":
                guard let day = CalendarDate(text) else { return nil }
                self = .day(day)
            case "reference":
                guard let record = RecordID(text) else { return nil }
                self = .reference(record)
            default: return nil
            }
        case .array, .decimal: return nil
        }
    }
}
