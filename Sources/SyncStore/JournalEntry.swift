public import SyncCore
public import SyncProtocol

/// What a hub's journal says: an act that no device could offer again, as what is true after it.
///
/// Form of its bytes: `docs/backup.md`.
public enum JournalEntry: Hashable, Sendable {
    case area(ScopeID, parent: ScopeID?, name: String, isReference: Bool)
    case person(StoredPerson)
    case device(Device)
    case grant(GrantID, PersonID, ScopeID, ended_ms: Int64?)
    /// A run of change sets by a replica of the hub's own: resolutions, moves, aliases.
    case run(SignedRun, by: ReplicaID, received_ms: Int64)
    /// What a person did, as the audit has it.
    case act(String, String, reason: String, by: PersonID, at_ms: Int64)

    public struct Device: Hashable, Sendable {
        public let id: ReplicaID
        public let key: VerifyingKey
        public let person: PersonID
        public let name: String
        public let state: String
        public let enrolled_ms: Int64

        public init(_ replica: StoredReplica) {
            (id, key, person) = (replica.id, replica.key, replica.person)
            (name, state, enrolled_ms) = (replica.name, replica.state, replica.enrolled_ms)
        }

        init(_ reader: inout ByteReader) throws(CodecError) {
            id = try reader.identifier()
            let place = reader.index
            guard let key = VerifyingKey(bytes: try reader.raw(32)) else {
                throw .outOfRange(at: place)
            }
            self.key = key
            person = try reader.identifier()
            name = try reader.text()
            state = try reader.text()
            enrolled_ms = try reader.zigzag()
        }
    }
}

extension JournalEntry {
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .area(let scope, let parent, let name, let isReference):
            writer.byte(1)
            writer.identifier(scope)
            writer.optional(parent) { $0.identifier($1) }
            writer.text(name)
            writer.byte(isReference ? 1 : 0)
        case .person(let person):
            writer.byte(2)
            writer.identifier(person.id)
            writer.text(person.name)
            writer.text(person.roles)
            writer.optional(person.password) { $0.text($1) }
            writer.byte(person.isActive ? 1 : 0)
        case .device(let device):
            writer.byte(3)
            writer.identifier(device.id)
            writer.raw(device.key.bytes)
            writer.identifier(device.person)
            writer.text(device.name)
            writer.text(device.state)
            writer.zigzag(device.enrolled_ms)
        case .grant(let id, let person, let scope, let ended_ms):
            writer.byte(4)
            writer.identifier(id)
            writer.identifier(person)
            writer.identifier(scope)
            writer.optional(ended_ms) { $0.zigzag($1) }
        case .run(let run, let replica, let received_ms):
            writer.byte(5)
            writer.identifier(replica)
            writer.zigzag(received_ms)
            writer.raw(run.signature.bytes)
            writer.counted(run.bytes)
        case .act(let act, let subject, let reason, let person, let at_ms):
            writer.byte(6)
            writer.zigzag(at_ms)
            writer.identifier(person)
            writer.text(act)
            writer.text(subject)
            writer.text(reason)
        }
        return writer.bytes
    }

    public init(bytes: [UInt8]) throws(CodecError) {
        var reader = ByteReader(bytes)
        switch try reader.byte() {
        case 1:
            let scope: ScopeID = try reader.identifier()
            let parent: ScopeID? = try reader.byte() == 0 ? nil : try reader.identifier()
            let name = try reader.text()
            self = .area(scope, parent: parent, name: name, isReference: try reader.byte() != 0)
        case 2:
            let id: PersonID = try reader.identifier()
            let name = try reader.text()
            let roles = try reader.text()
            let password: String? = try reader.byte() == 0 ? nil : try reader.text()
            self = .person(
                StoredPerson(
                    id: id, name: name, roles: roles, password: password,
                    isActive: try reader.byte() != 0))
        case 3: self = .device(try Device(&reader))
        case 4:
            let id: GrantID = try reader.identifier()
            let person: PersonID = try reader.identifier()
            let scope: ScopeID = try reader.identifier()
            let ended_ms: Int64? = try reader.byte() == 0 ? nil : try reader.zigzag()
            self = .grant(id, person, scope, ended_ms: ended_ms)
        case 5:
            let replica: ReplicaID = try reader.identifier()
            let received_ms = try reader.zigzag()
            let place = reader.index
            guard let signature = Signature(bytes: try reader.raw(64)) else {
                throw .outOfRange(at: place)
            }
            let run = SignedRun(bytes: try reader.counted(), signature: signature)
            self = .run(run, by: replica, received_ms: received_ms)
        case 6:
            let at_ms = try reader.zigzag()
            let person: PersonID = try reader.identifier()
            let act = try reader.text()
            let subject = try reader.text()
            self = .act(act, subject, reason: try reader.text(), by: person, at_ms: at_ms)
        default: throw .unknownTag(at: 0)
        }
        try reader.finish()
    }
}
