internal import CGatheredLog
internal import Glibc

/// How a store's file is named to SQLite, so that its log is written by `CGatheredLog`.
enum DatabaseAddress {
    private static let isGathered = gathered_log_register(strdup("gathered"), nil) == 0

    /// The address of the file at `path`; where SQLite takes no addresses, and where `path` is one,
    /// `path` itself.
    static func of(_ path: String) -> String {
        guard isGathered, !path.hasPrefix("file:") else { return path }
        var address = path.hasPrefix("/") ? "file://" : "file:"
        for character in path.unicodeScalars {
            switch character {
            case "%": address += "%25"
            case "?": address += "%3f"
            case "#": address += "%23"
            default: address.unicodeScalars.append(character)
            }
        }
        return address + "?vfs=gathered"
    }
}
