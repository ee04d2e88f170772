public import SyncCore

/// A bundle for the hub, with what another device may read of it before the hub has it.
///
/// Whoever gets it carries the whole and reads the part: change sets that touch nothing outside the
/// areas both work in. Of the others it learns how many there are, and the hash that the next one
/// names. Form: `protocol/bundle.md#shared-bundle`.
public struct SharedBundle: Hashable, Sendable {
    /// Consecutive change sets.
    public enum Part: Hashable, Sendable {
        /// So many that only the hub reads; the hash is that of the last.
        case closed(Int, head: ContentHash)
        case open([HashedChangeSet])
    }

    /// Of the device that wrote them.
    public let credential: SignedCredential
    /// All of them, as `SealedBundle.sealed` gave it.
    public let bundle: [UInt8]
    public let first: ChangeSetNumber
    /// What the first one names as the one before.
    public let previous: ContentHash
    /// In order of their numbers.
    public let parts: [Part]

    public init(
        credential: SignedCredential, bundle: [UInt8], first: ChangeSetNumber,
        previous: ContentHash, parts: [Part]
    ) {
        self.credential = credential
        self.bundle = bundle
        self.first = first
        self.previous = previous
        self.parts = parts
    }

    private static let file = SealedFile(
        magic: [0x48, 0x5a, 1, 8], addressBytes: 32, purpose: "hazama shared bundle 1\0")

    /// Reads what was sealed, without its signature.
    package init(content: [UInt8]) throws(CodecError) {
        var reader = ByteReader(content)
        let credential = try reader.credential()
        let bundle = try reader.counted()
        let first = try reader.number()
        let previous = try reader.hash()
        var parts: [Part] = []
        for _ in 0..<(try reader.count(limit: Limits.changeSetsPerRun)) {
            let place = reader.index
            switch try reader.byte() {
            case 0:
                let place = reader.index
                let count = try reader.count(upTo: Limits.changeSetsPerRun)
                guard count >= 1 else { throw .outOfRange(at: place) }
                parts.append(.closed(count, head: try reader.hash()))
            case 1: parts.append(.open(try RunCoding.decode(reader.counted())))
            default: throw .unknownTag(at: place)
            }
        }
        try reader.finish()
        self.init(
            credential: credential, bundle: bundle, first: first, previous: previous,
            parts: parts)
    }

    /// What is signed, packed and sealed.
    package var content: [UInt8] {
        var writer = ByteWriter()
        writer.credential(credential)
        writer.counted(bundle)
        writer.varint(first.value)
        writer.raw(previous.bytes)
        writer.varint(parts.count)
        for part in parts {
            switch part {
            case .closed(let count, let head):
                writer.byte(0)
                writer.varint(count)
                writer.raw(head.bytes)
            case .open(let sets):
                writer.byte(1)
                writer.counted(RunCoding.encode(sets.map(\.changeSet)))
            }
        }
        return writer.bytes
    }

    /// Cuts change sets into parts, by whether each of them is open to the reader.
    public static func parts(_ sets: [HashedChangeSet], _ areOpen: [Bool]) -> [Part] {
        var parts: [Part] = []
        var start = 0
        while start < sets.count {
            let end = areOpen[start...].firstIndex { $0 != areOpen[start] } ?? sets.count
            parts.append(
                areOpen[start]
                    ? .open(Array(sets[start..<end]))
                    : .closed(end - start, head: sets[end - 1].hash))
            start = end
        }
        return parts
    }

    private static func signed(_ content: [UInt8], for addressee: ReplicaID) -> [UInt8] {
        addressee.bytes + Digests.sha256(content).bytes
    }

    /// Returns the file as only the addressee opens it, signed with the key of the credential.
    public func sealed(
        for addressee: Credential, _ sealingKey: SealingKey, key: SigningKey
    ) throws(BundleError) -> [UInt8] {
        let content = content
        let signature = key.sign(
            Self.signed(content, for: addressee.replica), for: .sharedBundle)
        return try Self.file.seal(
            content + signature.bytes, for: addressee.hub.bytes + addressee.replica.bytes,
            sealingKey)
    }

    /// Tells whom a file is for, without opening it.
    public static func addressee(
        of bytes: [UInt8]
    ) throws(BundleError) -> (hub: HubID, replica: ReplicaID) {
        let address = try file.address(of: bytes)
        return (HubID(bytes: address.prefix(16))!, ReplicaID(bytes: address.suffix(16))!)
    }

    /// Opens a file for the device with this key, and checks all that can be checked: who made it,
    /// that nothing was altered, and that no change set is missing from the first to the last.
    ///
    /// - Parameter hubKey: what the hub signs with.
    /// - Returns: the bundle, and who wrote it. That the credential still holds is not asked here.
    public static func open(
        _ bytes: [UInt8], hub: HubID, device: ReplicaID, key: SigningKey, hubKey: VerifyingKey
    ) throws(BundleError) -> (bundle: SharedBundle, author: Credential) {
        let address = try addressee(of: bytes)
        guard address.hub == hub else { throw .otherHub }
        guard address.replica == device else { throw .otherDevice }
        let content = try file.open(bytes, with: key)
        guard content.count > 64, let signature = Signature(bytes: content.suffix(64)) else {
            throw .damaged
        }
        let body = Array(content.dropLast(64))
        let shared: SharedBundle
        let shown: SignedCredential
        var reader = ByteReader(body)
        do throws(CodecError) { shown = try reader.credential() } catch { throw .damaged }
        guard let author = shown.verified(by: hubKey), author.hub == hub,
            author.key.isValid(signature, for: signed(body, for: device), purpose: .sharedBundle)
        else { throw .stranger }
        // Not before: what a stranger made could unfold to more than there is room for.
        do throws(CodecError) { shared = try SharedBundle(content: body) } catch {
            throw .damaged
        }
        guard try SealedBundle.hub(of: shared.bundle) == hub else { throw .otherHub }
        guard shared.isChain(of: author) else { throw .gap }
        return (shared, author)
    }

    /// Whether the parts are this author's and follow each other without a gap.
    private func isChain(of author: Credential) -> Bool {
        var number = first.value
        var head = previous
        for part in parts {
            switch part {
            case .closed(let count, let last):
                number += UInt64(count)
                head = last
            case .open(let sets):
                for set in sets {
                    let name = set.changeSet.name
                    guard name.replica == author.replica, name.number.value == number,
                        set.changeSet.previous == head, set.changeSet.author == author.person
                    else { return false }
                    number += 1
                    head = set.hash
                }
            }
            guard number <= ChangeSetNumber.maximum else { return false }
        }
        return !parts.isEmpty
    }
}
