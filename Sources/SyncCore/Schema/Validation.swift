/// Why a write does not fit its schema. On a device it is told before anything is sealed; at the
/// hub the change set is quarantined with it.
public enum SchemaViolation: Error, Hashable, Sendable {
    case unknownCollection(CollectionID)
    case unknownUnit(CollectionID, UnitID)
    /// The write's kind is not the unit's: a `set` on a log.
    case wrongKind(UnitID, expected: UnitKind, found: UnitKind)
    /// The value is not of the declared type, or of another number of members.
    case wrongType(UnitID, member: String)
    case outOfRange(UnitID, member: String)
    /// Longer than the declared number of bytes.
    case tooLong(UnitID, member: String, maximumBytes: Int)
    /// U+0000 in a text: no other system could keep it.
    case forbiddenCharacter(UnitID, member: String)
    /// A unit that is computed was to be written.
    case derived(UnitID)
    /// An immutable unit was to replace something.
    case replacesImmutable(UnitID)
    /// A record is created without the unit that says where it lies.
    case homeMissing(CollectionID)
}

extension Schema {
    /// Checks a change set's part against this schema.
    ///
    /// - Parameters:
    ///   - mayReplaceImmutable: whether it may settle a contestation of what never changes: a
    ///     resolution may, nothing else.
    ///   - isNewer: whether it was written under a newer schema. Then a unit that is unknown here
    ///     is taken as it is: the write itself says how it merges.
    public func validate(
        _ change: RecordChange, mayReplaceImmutable: Bool = false, isNewer: Bool = false
    ) throws(SchemaViolation) {
        guard let collection = collection(change.collection) else {
            throw .unknownCollection(change.collection)
        }
        for write in change.writes {
            guard let unit = collection.unit(write.unit) else {
                guard isNewer else { throw .unknownUnit(change.collection, write.unit) }
                try write.validateUnknown()
                continue
            }
            try unit.validate(write.operation, mayReplaceImmutable: mayReplaceImmutable)
        }
        if change.creates {
            let home =
                switch collection.home {
                case .scope(let unit), .with(let unit): unit
                }
            guard
                change.writes.contains(where: {
                    if case .set(.reference, _) = $0.operation { $0.unit == home } else { false }
                })
            else { throw .homeMissing(change.collection) }
        }
    }
}

extension UnitDeclaration {
    /// Checks an operation against this unit's kind, types and ranges.
    public func validate(
        _ operation: Write.Operation, mayReplaceImmutable: Bool = false
    ) throws(SchemaViolation) {
        guard let kind else { throw .derived(id) }
        guard operation.kind == kind else {
            throw .wrongKind(id, expected: kind, found: operation.kind)
        }
        guard operation.isBounded else { throw .outOfRange(id, member: name) }
        switch operation {
        case .set(let value, let replacing):
            if policy == .immutable, !replacing.isEmpty, !mayReplaceImmutable {
                throw .replacesImmutable(id)
            }
            try validate(value)
        case .change(let adding, let removing):
            for value in adding { try validate(value) }
            for removal in removing { try validate(removal.element) }
        case .append(let values):
            for value in values { try validate(value) }
        case .increment: break
        }
    }

    private func validate(_ value: Value) throws(SchemaViolation) {
        if case .absent = value { return }
        if !isGroup { return try validate(value, as: members[0]) }
        guard case .group(let values) = value, values.count == members.count else {
            throw .wrongType(id, member: name)
        }
        for (value, member) in zip(values, members) where value != .absent {
            try validate(value, as: member)
        }
    }

    private func validate(_ value: Value, as member: Member) throws(SchemaViolation) {
        switch (member.type, value) {
        case (.bool, .bool), (.day, .day), (.reference, .reference): return
        case (.integer(let range), .integer(let number)):
            guard range.contains(number) else { throw .outOfRange(id, member: member.name) }
        case (.text(let maximum), .text(let text)):
            try validate(text, maximum, member)
        case (.choice, .text(let text)):
            try validate(text, 80, member)
        case (.bytes(let maximum), .bytes(let bytes)):
            guard bytes.count <= maximum else {
                throw .tooLong(id, member: member.name, maximumBytes: maximum)
            }
        default: throw .wrongType(id, member: member.name)
        }
    }

    private func validate(
        _ text: Text, _ maximum: Int, _ member: Member
    ) throws(SchemaViolation) {
        guard text.string.utf8.count <= maximum else {
            throw .tooLong(id, member: member.name, maximumBytes: maximum)
        }
        guard !text.holdsNull else {
            throw .forbiddenCharacter(id, member: member.name)
        }
    }
}

extension Write {
    /// Checks what holds for every write, whatever its unit is.
    fileprivate func validateUnknown() throws(SchemaViolation) {
        guard operation.isBounded else { throw .outOfRange(unit, member: "") }
        guard !operation.values.contains(where: \.hasForbiddenCharacter) else {
            throw .forbiddenCharacter(unit, member: "")
        }
    }
}

extension Value {
    fileprivate var hasForbiddenCharacter: Bool {
        switch self {
        case .text(let text): text.holdsNull
        case .group(let members): members.contains(where: \.hasForbiddenCharacter)
        default: false
        }
    }
}

extension Write.Operation {
    /// Whether it has no more elements or entries, and names, than a write may: each costs whoever
    /// merges the write a search of what is there. An increment is bounded so that no sum of a
    /// replica's 2^20 changes can leave 64 bits.
    fileprivate var isBounded: Bool {
        switch self {
        case .set(_, let names): names.count <= 4096
        case .increment(let delta): (-(1 << 42)...(1 << 42)).contains(delta)
        case .append(let values): values.count <= 1024
        case .change(let adding, let removing):
            adding.count + removing.count <= 1024
                && removing.reduce(0) { $0 + $1.adds.count } <= 4096
        }
    }

    fileprivate var values: [Value] {
        switch self {
        case .set(let value, _): [value]
        case .change(let adding, let removing): adding + removing.map(\.element)
        case .append(let values): values
        case .increment: []
        }
    }
}
