internal import SyncCore
internal import SyncProtocol

/// The members of a JSON request. What is missing or of another shape is `malformed`, and the name
/// is told; what is not known is ignored.
struct JSONFields: Sendable {
    private let object: JSON

    init(_ body: [UInt8]) throws(Problem) {
        do {
            object = try JSON.parse(body, maximumDepth: Limits.jsonDepth)
        } catch {
            throw Problem(
                .malformed, "The JSON can't be read: \(error.reason) at byte \(error.offset).")
        }
        guard object.members != nil else {
            throw Problem(.malformed, "The body is no JSON object.")
        }
    }

    func has(_ key: String) -> Bool { object[key] != nil }

    func json(_ key: String) throws(Problem) -> JSON {
        guard let value = object[key] else { throw Self.wrong(key) }
        return value
    }

    func string(_ key: String, maximumBytes: Int) throws(Problem) -> String {
        guard let text = object[key]?.string, text.utf8.count <= maximumBytes,
            !text.utf8.contains(0)
        else { throw Self.wrong(key) }
        return text
    }

    func strings(_ key: String, maximumBytes: Int) throws(Problem) -> [String] {
        guard let values = object[key]?.array else { throw Self.wrong(key) }
        var result: [String] = []
        for value in values {
            guard let text = value.string, text.utf8.count <= maximumBytes, !text.utf8.contains(0)
            else { throw Self.wrong(key) }
            result.append(text)
        }
        return result
    }

    func members(_ key: String) throws(Problem) -> [JSONMember] {
        guard let members = object[key]?.members else { throw Self.wrong(key) }
        return members
    }

    func bytes(_ key: String, count: Int) throws(Problem) -> [UInt8] {
        guard let text = object[key]?.string, let bytes = Base32.decode(text),
            bytes.count == count
        else { throw Self.wrong(key) }
        return bytes
    }

    func identifier<Name: Identifier>(_ key: String) throws(Problem) -> Name {
        guard let text = object[key]?.string, let name = Name(text) else { throw Self.wrong(key) }
        return name
    }

    func key(_ key: String) throws(Problem) -> VerifyingKey {
        guard let key = VerifyingKey(bytes: try bytes(key, count: 32)) else {
            throw Self.wrong(key)
        }
        return key
    }

    func signature(_ key: String) throws(Problem) -> Signature {
        guard let signature = Signature(bytes: try bytes(key, count: 64)) else {
            throw Self.wrong(key)
        }
        return signature
    }

    private static func wrong(_ key: String) -> Problem {
        Problem(.malformed, "\"\(key)\" is missing or not as it should be.")
    }
}
