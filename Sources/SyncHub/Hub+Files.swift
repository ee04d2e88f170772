internal import SyncCore
public import SyncProtocol
internal import SyncStore
internal import Synchronization

// The bytes of files, after the records that name them. A device may bring what it has named
// itself, and fetch what a record names that it may read: nothing else is said to exist.

extension Hub {
    /// Answers a device's request about the bytes of a file. Repeating it changes nothing.
    public func file(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        let unverified: FileRequest.Unverified
        do { unverified = try FileRequest.Unverified(bytes) } catch { throw error.problem }
        let (request, replica, uses) = try serving { memory in
            try self.store.read { [memory] tx in try self.authorise(unverified, memory, tx) }
        }
        let tag = unverified.tag
        switch request.act {
        case .get(let maximumBytes):
            let part = try onDisk { () throws(StoreFault) in
                try store.files.bytes(
                    of: request.hash, from: request.offset, count: maximumBytes)
            }
            guard let part else { throw Problem(.noSuchFile) }
            return FileResponse(
                tag: tag, isWhole: true, offset: request.offset, bytes: part
            ).encode()
        case .put(let part):
            let size = uses[0].size
            let isHere = try onDisk { () throws(StoreFault) in
                try store.files.size(of: request.hash) == size
            }
            if isHere, uses.contains(where: { $0.state == .here }) {
                try arrived(request.hash, replica)
                return FileResponse(tag: tag, isWhole: true, offset: size).encode()
            }
            guard request.offset + part.count <= size else { throw Problem(.wrongBytes) }
            // Two requests of one device at once would write over each other.
            let isWhole = try filing.withLock { _ throws(Problem) in
                try onDisk { () throws(StoreFault) -> (Int, Bool?) in
                    let count = try store.files.append(
                        part, at: request.offset, to: request.hash, by: replica.rid)
                    guard count >= size else { return (count, nil) }
                    return (count, try store.files.finish(request.hash, by: replica.rid))
                }
            }
            switch isWhole {
            case (let count, nil):
                return FileResponse(tag: tag, isWhole: false, offset: count).encode()
            case (_, false?): throw Problem(.wrongBytes)
            case (_, true?):
                try arrived(request.hash, replica)
                return FileResponse(tag: tag, isWhole: true, offset: size).encode()
            }
        }
    }

    /// Who asks, what, and where the file is named for them; at least one place.
    private func authorise(
        _ unverified: FileRequest.Unverified, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> (FileRequest, StoredReplica, [FileUse]) {
        guard let replica = try tx.replica(unverified.replica), !replica.id.isHub else {
            throw Problem(.unknownReplica)
        }
        let verified: FileRequest?
        do throws(CodecError) {
            verified = try unverified.verified(by: replica.key, hub: memory.hub)
        } catch {
            throw error.problem
        }
        guard let request = verified else { throw Problem(.badSignature) }
        if replica.state == DeviceState.pending.rawValue { throw Problem(.awaitingApproval) }
        var uses: [FileUse] = []
        var bringer = replica
        switch request.act {
        case .put:
            // A revoked device still delivers. So does a copy, which is a branch here and does not
            // know it by name.
            for own in try [replica] + tx.branches(of: replica.rid) {
                let named = try tx.files(request.hash, by: own.rid)
                guard !named.isEmpty else { continue }
                (bringer, uses) = (own, named)
                if named.contains(where: { $0.state != .here }) { break }
            }
            if let use = uses.first, use.state != .here,
                try tx.bytesBrought(by: bringer.rid) + use.size > Limits.fileBytesPerDevice
            {
                throw Problem(.fileQuota)
            }
        case .get:
            guard replica.state == DeviceState.approved.rawValue,
                try tx.person(replica.person)?.isActive ?? false
            else { throw Problem(.revoked) }
            let areas = try territory(of: replica.person, memory, tx).areas
            uses = try tx.files(request.hash).filter { use in
                guard use.state == .here, let area = try tx.area(of: use.record) else {
                    return false
                }
                return areas.contains { $0.contains(area) }
            }
        }
        guard !uses.isEmpty else { throw Problem(.noSuchFile) }
        return (request, bringer, uses)
    }

    /// Says in every record for which this device had to bring the bytes that they have come: a
    /// change set of the hub's, so that everybody hears of it who holds the record.
    private func arrived(_ hash: ContentHash, _ replica: StoredReplica) throws(Problem) {
        let now = clock()
        try serving { memory in
            memory = try self.store.write { [memory] tx in
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                try judgement.say(.here, of: try tx.files(hash, by: replica.rid), tx)
                try tx.setState(.here, of: hash, by: replica.rid)
                try judgement.flush(tx)
                return judgement.memory
            }
        }
    }

    /// Waits no longer for what a device has not brought.
    func giveUpFiles(of id: ReplicaID) throws(Problem) {
        let now = clock()
        try serving { memory in
            memory = try self.store.write { [memory] tx in
                guard let replica = try tx.replica(id) else { throw Problem(.noSuchDevice) }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                try judgement.giveUpFiles(of: replica.rid, tx)
                try judgement.flush(tx)
                return judgement.memory
            }
        }
    }

    /// What goes wrong on the disk becomes a problem that says what is safe.
    private func onDisk<Result>(
        _ body: () throws(StoreFault) -> Result
    ) throws(Problem) -> Result {
        do {
            return try body()
        } catch {
            throw Problem(error.kind == .full ? .storageFull : .failed, retryAfter_s: 60)
        }
    }

    /// Compares the files with what their records say.
    func checkFiles(_ tx: borrowing HubTransaction) throws -> [Finding] {
        var findings: [Finding] = []
        for hash in Set(try tx.arrivedFiles().map(\.hash)).sorted()
        where try !store.files.isIntact(hash) {
            findings.append(Finding(.damage, "file", "file \(hash) is gone or damaged"))
        }
        return findings
    }
}

extension Judgement {
    /// Says in records what has become of their files, where they do not say it yet.
    func say(
        _ standing: AttachedFile.Standing, of uses: [FileUse], _ tx: borrowing HubTransaction
    ) throws {
        var changes: [RecordID: RecordChange] = [:]
        for (record, uses) in Dictionary(grouping: uses, by: \.record) {
            let collection = uses[0].collection
            guard let state = try state(record, collection, tx) else { continue }
            let known = state.files
            let words = Set(uses.map(\.hash)).filter { hash in
                known.contains {
                    $0.file.hash == hash && $0.standing != standing && $0.standing != .here
                }
            }.map { standing.value(of: $0) }.sorted()
            guard !words.isEmpty else { continue }
            changes[record] = RecordChange(
                record: record, collection: collection, creates: false,
                writes: [
                    Write(unit: .arrivals, operation: .change(adding: words, removing: []))
                ], shown: nil)
        }
        guard !changes.isEmpty else { return }
        _ = try write(
            changes.values.sorted { $0.record < $1.record }, intent: "arrival", author: .hub,
            reason: nil, tx)
    }

    /// Gives up what a device has not brought: nobody waits for it any more. Should it come all the
    /// same, it is taken.
    func giveUpFiles(of replica: Int64, _ tx: borrowing HubTransaction) throws {
        let awaited = try tx.awaitedFiles(of: replica)
        try say(.lost, of: awaited, tx)
        for hash in Set(awaited.map(\.hash)).sorted() {
            try tx.setState(.lost, of: hash, by: replica)
        }
    }

    /// Keeps which files a written record names.
    func noteFiles(of state: RecordState, _ tx: borrowing HubTransaction) throws {
        var uses: [(hash: ContentHash, size: Int, replicas: [Int64])] = []
        for (file, adds, _) in state.files {
            var replicas: [Int64] = []
            for add in adds {
                if let replica = try tx.replica(add.name.replica), !replica.id.isHub {
                    replicas.append(replica.rid)
                }
            }
            uses.append((file.hash, file.size, replicas))
        }
        try tx.setFiles(uses, of: state.record, in: state.collection)
    }
}
