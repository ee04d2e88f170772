/// A file of a record, as the record names it: its bytes travel by themselves, after the records.
///
/// An element of unit 4, which every record has: a group of hash, size, media type and name.
public struct AttachedFile: Hashable, Sendable {
    /// The largest file: 16 MB. A page on paper, photographed well, takes two.
    public static let maximumBytes: Int64 = 16 << 20

    /// The SHA-256 of its bytes.
    public let hash: ContentHash
    /// In bytes, at least 1.
    public let size: Int
    /// A media type: `image/jpeg`.
    public let type: Text
    /// What its author called it.
    public let name: Text

    public init(hash: ContentHash, size: Int, type: Text, name: Text) {
        (self.hash, self.size, self.type, self.name) = (hash, size, type, name)
    }

    /// Reads an element of unit 4; `nil` for anything else.
    public init?(_ value: Value) {
        guard case .group(let members) = value, members.count == 4,
            case .bytes(let bytes) = members[0], let hash = ContentHash(bytes: bytes),
            case .integer(let size) = members[1], size > 0,
            case .text(let type) = members[2], case .text(let name) = members[3]
        else { return nil }
        self.init(hash: hash, size: Int(size), type: type, name: name)
    }

    public var value: Value {
        .group([.bytes(hash.bytes), .integer(Int64(size)), .text(type), .text(name)])
    }

    /// What the hub says of the bytes: an element of unit 5, a group of hash and word.
    public enum Standing: String, Hashable, Sendable, CaseIterable {
        /// The hub has them all, and has checked them.
        case here
        /// The device that had them was given up before they came.
        case lost

        /// The element that says so of a file.
        public func value(of hash: ContentHash) -> Value {
            .group([.bytes(hash.bytes), .text(Text(rawValue))])
        }
    }
}

extension RecordState {
    /// The record's files, each with who added it and what the hub has said of its bytes. They are
    /// awaited while it has said nothing; what arrived after all is no longer lost.
    public var files: [(file: AttachedFile, adds: [Origin], standing: AttachedFile.Standing?)] {
        guard case .elements(let named)? = self[.files] else { return [] }
        var said: Set<Value> = []
        if case .elements(let arrivals)? = self[.arrivals] {
            said = Set(arrivals.entries.map(\.element))
        }
        return named.entries.compactMap { entry in
            guard let file = AttachedFile(entry.element) else { return nil }
            let standing = AttachedFile.Standing.allCases.first {
                said.contains($0.value(of: file.hash))
            }
            return (file, entry.adds, standing)
        }
    }
}
