internal import HTTPTypes
internal import SyncProtocol

/// One request as the handlers see it: its head taken apart, its body read and decompressed.
struct Call: Sendable {
    let method: String
    /// Without the query.
    let path: String
    /// Decoded; the first of a name counts.
    let query: [String: String]
    let fields: HTTPFields
    /// `host:port` as the client wrote it; empty if it wrote none.
    let authority: String
    /// The client's address without its port.
    let address: String
    /// What stood for `{id}` in the path.
    var id = ""
    var body: [UInt8] = []

    init(_ head: HTTPRequest, address: String) {
        method = head.method.rawValue
        let target = head.path ?? ""
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = Form.firstValues(Array(target[target.index(after: mark)...].utf8))
        } else {
            path = target
            query = [:]
        }
        fields = head.headerFields
        authority = head.authority ?? ""
        self.address = address
    }

    /// The token of `Authorization: Bearer`, if exactly one is given.
    var bearer: String? {
        let values = fields[values: .authorization]
        guard values.count == 1 else { return nil }
        let parts = values[0].split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    /// A cookie's value; `nil` if it is not there, or there twice.
    func cookie(_ name: String) -> String? {
        var found: [Substring] = []
        for field in fields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0].drop(while: { $0 == " " }) == name {
                    found.append(parts[1])
                }
            }
        }
        return found.count == 1 ? String(found[0]) : nil
    }

    /// Whether the client can read zstd.
    var acceptsZstd: Bool {
        for value in fields[values: .acceptEncoding] {
            for part in value.split(separator: ",") {
                let pieces = part.lowercased().split(separator: ";").map(Call.trimmed)
                guard pieces.first == "zstd" else { continue }
                return !pieces.dropFirst().contains {
                    $0 == "q=0" || $0 == "q=0.0" || $0 == "q=0.00" || $0 == "q=0.000"
                }
            }
        }
        return false
    }

    static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

/// The pairs of a form or a query. Source: WHATWG URL, application/x-www-form-urlencoded.
struct Form: Sendable {
    private let pairs: [(String, String)]

    /// Most pairs a page of ours could send, many times over.
    private static let limit = 200

    /// Reads the pairs; `nil` if there are too many, or one is no UTF-8.
    init?(_ bytes: [UInt8]) {
        var pairs: [(String, String)] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < Self.limit else { return nil }
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]),
                let value = parts.count > 1 ? Self.decoded(parts[1]) : ""
            else { return nil }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The first value of a name.
    subscript(name: String) -> String? { pairs.first { $0.0 == name }?.1 }

    static func firstValues(_ bytes: [UInt8]) -> [String: String] {
        guard let form = Form(bytes) else { return [:] }
        return Dictionary(form.pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func decoded(_ bytes: some Sequence<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit)
                else { return nil }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Returns `text` as it stands in a query.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
