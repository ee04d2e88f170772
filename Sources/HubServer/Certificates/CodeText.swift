internal import SyncCore
internal import SyncProtocol

/// The one-time code as it is read out, typed or scanned.
///
/// Crockford base 32 of version byte 1, 16 secret bytes, the SHA-256 of the authority's DER and the
/// first two bytes of the SHA-256 of all that, in groups of five.
enum CodeText {
    static func make(secret: [UInt8], authority: ContentHash) -> String {
        let content = [1] + secret + authority.bytes
        let text = Base32.encode(content + Digests.sha256(content).bytes.prefix(2)).uppercased()
        var groups: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            groups.append(rest.prefix(5))
            rest = rest.dropFirst(5)
        }
        return groups.joined(separator: "-")
    }
}
