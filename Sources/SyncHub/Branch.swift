internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// Two contents under one number: a copied or restored device. From the first differing number on,
// the later one to arrive is a replica of its own here, named by the first differing hash. So is
// the copy of a copy: it parts from the branch with which it has most in common.

extension ReplicaID {
    /// The name of the branch that begins with the change set of this hash.
    static func branch(_ hash: ContentHash) -> ReplicaID {
        let lanes = ReplicaID(bytes: hash.bytes.prefix(16))!
        // The first bit says that no hub wrote it.
        return ReplicaID(high: lanes.high & (.max >> 1), low: lanes.low)
    }
}

/// How the change sets of a branch are called here. On its device they bear the name of the device
/// it was copied from.
struct BranchNames {
    let trunk: ReplicaID
    /// The branch and those that it parted from, each with its first number; those before are
    /// shared. Falling.
    let branches: [(first: UInt64, id: ReplicaID)]

    /// `nil` for what is no branch.
    init?(of replica: StoredReplica, _ tx: borrowing HubTransaction) throws {
        var branches: [(first: UInt64, id: ReplicaID)] = []
        var last = replica
        while let branch = last.branch, let trunk = try tx.replica(rid: branch.trunk),
            // Whatever a row has become: what something parted from was here before it.
            trunk.rid < last.rid
        {
            branches.append((branch.first, last.id))
            last = trunk
        }
        if branches.isEmpty { return nil }
        (trunk, self.branches) = (last.id, branches)
    }

    func name(_ name: ChangeSetName) -> ChangeSetName {
        guard name.replica == trunk,
            let branch = branches.first(where: { name.number.value >= $0.first })
        else { return name }
        return ChangeSetName(branch.id, name.number)
    }

    /// The same change set under the names that hold here. Its hash stays that of what was signed.
    func renamed(_ set: HashedChangeSet) -> HashedChangeSet {
        set.read(as: renamed(set.changeSet))
    }

    /// The same for one whose hash nobody asks for.
    func renamed(_ old: ChangeSet) -> ChangeSet {
        let changes = old.changes.map { change in
            RecordChange(
                record: change.record, collection: change.collection, creates: change.creates,
                writes: change.writes.map(renamed), shown: change.shown)!
        }
        return ChangeSet(
            name: name(old.name), previous: old.previous, author: old.author, grant: old.grant,
            trunk: old.trunk, time: old.time, intent: old.intent, form: old.form,
            reason: old.reason, schema: old.schema,
            premises: old.premises.map {
                Premise(record: $0.record, unit: $0.unit, heads: $0.heads.map(name).sorted())
            }, saltSeed: old.saltSeed, changes: changes)!
    }

    private func renamed(_ write: Write) -> Write {
        switch write.operation {
        case .set(let value, let names):
            Write(
                unit: write.unit, operation: .set(value, replacing: names.map(name).sorted()))
        case .change(let adding, let removing):
            Write(
                unit: write.unit,
                operation: .change(
                    adding: adding,
                    removing: removing.map {
                        Write.Removal(element: $0.element, adds: $0.adds.map(name).sorted())
                    }))
        case .increment, .append: write
        }
    }
}
