internal import CCurl

/// Where a hub is: `https://host:port`, and nothing behind it.
public struct HubAddress: Hashable, Sendable, CustomStringConvertible {
    /// The host, and the port where it was given: what stands behind `https://`.
    let authority: String
    /// Whether it is spoken to without TLS.
    let isPlain: Bool

    /// Reads an address.
    ///
    /// - Parameter allowPlain: whether `http` will do where both ends are this machine: for a hub
    ///   behind a proxy on the same host, and for tests.
    public init(_ text: String, allowPlain: Bool = false) throws(HubAddressError) {
        // C would read up to a NUL, and names beyond ASCII have more than one spelling.
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let parts = URLParts(text)
        else {
            throw .malformed
        }
        guard let scheme = parts[CURLUPART_SCHEME], let host = parts[CURLUPART_HOST] else {
            throw .malformed
        }
        let beyond = [
            CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_ZONEID, CURLUPART_QUERY,
            CURLUPART_FRAGMENT,
        ]
        guard beyond.allSatisfy({ parts[$0] == nil }), parts[CURLUPART_PATH] ?? "/" == "/" else {
            throw .moreThanHostAndPort
        }
        switch scheme {
        case "https": isPlain = false
        case "http":
            guard allowPlain, ["127.0.0.1", "[::1]", "localhost"].contains(host.lowercased()) else {
                throw .plain
            }
            isPlain = true
        default: throw .malformed
        }
        authority = host + (parts[CURLUPART_PORT].map { ":\($0)" } ?? "")
    }

    /// Without a slash at the end.
    public var description: String { "\(isPlain ? "http" : "https")://\(authority)" }
}

/// Why a text is no address of a hub. All of them are for whoever typed it to put right.
public enum HubAddressError: Error, Hashable, Sendable {
    /// No URL, or one that is neither `https` nor `http`.
    case malformed
    /// A user, path, query or fragment, for which there is no use.
    case moreThanHostAndPort
    /// `http`: names and addresses of households would be readable on the way.
    case plain
}

/// A URL taken apart by the library that will use it, so that both see the same host.
private struct URLParts: ~Copyable {
    private let handle: OpaquePointer

    init?(_ text: String) {
        guard let handle = curl_url() else { return nil }
        guard
            curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK
        else {
            curl_url_cleanup(handle)
            return nil
        }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    subscript(part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
