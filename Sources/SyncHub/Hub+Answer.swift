internal import SyncCore
internal import SyncProtocol
internal import SyncStore
internal import Synchronization

// What a device is sent: pages in the order of positions, grants, writers, notices.

extension Hub {
    func answer(
        _ request: SyncRequest, tag: UInt64, replica id: ReplicaID, _ taken: Taken,
        digestDiffers: Bool, _ now: Int64, _ memory: inout HubMemory
    ) throws -> [UInt8] {
        let last = memory.contacts[id]?.told
        // Cursors where that answer would have brought them say that all of it was applied.
        let told = last?.cursors == request.cursorList ? last?.urgent ?? .start : .start
        // A request with nothing new is noted at most once a minute.
        if now - (memory.contacts[id]?.written_ms ?? 0) > 60_000 {
            try writeContact(id, now, &memory)
        }
        let snapshot = memory
        var urgent = told
        var reached: [LogPosition] = []
        let answer = try store.read { tx in
            guard let replica = try tx.replica(id) else { throw Problem(.unknownReplica) }
            let person = try tx.person(replica.person)
            let isLent =
                replica.state == DeviceState.approved.rawValue && person?.isActive ?? false
            let lease_ms =
                person?.roleSet.contains(.advisor) ?? false
                ? Self.advisorLease_ms : Self.lease_ms
            let territory =
                isLent
                ? try self.territory(of: replica.person, snapshot, tx) : Territory([], snapshot)
            var response = SyncResponse(
                requestTag: tag, epoch: request.epochTag == 0 ? snapshot.epoch : nil,
                hub_ms: UInt64(max(0, now)), digestDiffers: digestDiffers,
                lease_ms: UInt64(max(0, isLent ? now + lease_ms : 0)),
                merged: replica.merged,
                receipts: taken.receipts)
            response.notices = try notices(
                of: replica.person, after: request.noticeCursor, territory, isLent: isLent, tx)
            // A copy delivers; it gets receipts and news, and no record.
            if replica.state == DeviceState.copied.rawValue {
                if !response.receipts.isEmpty { response.mark = try self.mark(snapshot, tx) }
                return response.encode()
            }
            if !request.isDryRun, snapshot.leaves[replica.rid] != nil {
                response.leaves = try tx.leaves(of: replica.rid, limit: Limits.leavesPerPurge)
                    .map(\.leave)
            }
            var cursors = request.cursorList
            let knowsGrants =
                request.grantsVersion == territory.grants.version
                && cursors.count == territory.areas.count
            if isLent, !request.isDryRun, request.wantsCredential || !knowsGrants {
                response.credential = SignedCredential(
                    Credential(
                        hub: snapshot.hub, replica: replica.id, key: replica.key,
                        person: replica.person, name: Text(person?.name ?? ""),
                        issued_ms: response.hub_ms, until_ms: response.lease_ms,
                        scopes: territory.grants.grants.filter { !$0.isReadOnly }.map(\.scope)),
                    key: snapshot.key)
            }
            if !knowsGrants {
                response.grants = territory.grants
                // The device keeps the cursors of grants it had; which those were only it knows, so
                // this answer brings no page unless it knew none.
                guard request.grantsVersion == 0 else {
                    response.hasMore = true
                    return try finish(response, request, snapshot, tx)
                }
                cursors = Array(repeating: .start, count: territory.areas.count)
            }
            if !isLent { return try finish(response, request, snapshot, tx) }
            let isEchoed = try addPages(
                to: &response, request, territory, cursors,
                request.takesEcho ? taken : Taken(), snapshot, tx)
            if !isEchoed {
                response.pages = []
                response.hasMore = false
                try addPages(to: &response, request, territory, cursors, Taken(), snapshot, tx)
            }
            if !request.isDryRun {
                try addUrgent(
                    to: &response, territory, cursors,
                    response.echo == nil ? [:] : taken.written, &urgent,
                    room: Self.room(request), snapshot, tx)
                reached = cursors
                for page in response.pages {
                    for place in page.grants { reached[place] = page.through }
                }
            }
            try addComparison(to: &response, request, territory, snapshot, tx)
            if !request.isDryRun { try addWanted(to: &response, territory, snapshot, tx) }
            return try finish(response, request, snapshot, tx)
        }
        memory.contacts[id]?.told = (urgent, reached)
        return answer
    }

    /// The news for a person. Of a decision on what they may read no longer they are told only that
    /// it was made, however much they might have read when it was.
    private func notices(
        of person: PersonID, after number: UInt64, _ territory: Territory, isLent: Bool,
        _ tx: borrowing HubTransaction
    ) throws -> [SyncResponse.Notice] {
        let stored = try tx.notices(of: person, after: number)
        // Seldom anything; the rest is for who has news.
        guard !stored.isEmpty else { return [] }
        let granted = territory.areas.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
        var found: [SyncResponse.Notice] = []
        for bytes in stored {
            guard var notice = SyncResponse.Notice(stored: bytes) else { continue }
            if notice.kind == .decision, let record = notice.record {
                let area = try tx.soundArea(of: record)
                if area.map(granted.contains) != true {
                    // Their own side may have been written on another machine than this.
                    notice = SyncResponse.Notice(
                        number: notice.number, kind: notice.kind, at_ms: notice.at_ms, by: nil,
                        record: record, collection: notice.collection, unit: notice.unit,
                        value: nil, yours: isLent ? notice.yours : nil, reason: Text(""))
                }
            }
            found.append(notice)
        }
        return found
    }

    /// Puts what is urgent before the pages of an answer that a bad line may not bring to its end.
    /// It comes once more in its place: this page moves no cursor.
    ///
    /// - Parameters:
    ///   - written: the records that the request has changed: what an echo stands for is on no
    ///     page.
    ///   - told: up to where an earlier answer, which the device has applied, told it.
    ///   - room: what the device wants at most.
    private func addUrgent(
        to response: inout SyncResponse, _ territory: Territory, _ cursors: [LogPosition],
        _ written: [RecordID: Judgement.Written], _ told: inout LogPosition, room: Int,
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        guard let first = response.pages.first, response.hasMore || response.pages.count > 1
        else { return }
        var seen: Set<UInt32> = []
        var records: [SyncResponse.PageRecord] = []
        var bytes = 0
        var isAll = true
        for (place, areas) in territory.areas.enumerated() {
            let reached = first.grants.contains(place) ? first.through : cursors[place]
            for area in areas.sorted() where seen.insert(area).inserted {
                try tx.urgentRecords(of: area, after: max(reached, told)) { stored in
                    if written[stored.record]?.isEcho == true { return }
                    guard bytes < min(Limits.pageBytes / 2, room) else {
                        isAll = false
                        return
                    }
                    bytes += stored.state.count + 24
                    records.append(SyncResponse.PageRecord(stored))
                }
            }
        }
        if !records.isEmpty {
            records.sort { ($0.collection, $0.position) < ($1.collection, $1.position) }
            response.pages.insert(
                SyncResponse.Page(
                    grants: [], through: memory.position,
                    packed: SyncResponse.Page.pack(records)), at: 0)
        }
        if isAll { told = memory.position }
    }

    private func finish(
        _ response: SyncResponse, _ request: SyncRequest, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> [UInt8] {
        var response = response
        var authors: [PersonID] = []
        let known = Int(request.writerCursor)
        // Who is lent nothing reads nothing that anybody wrote.
        if response.lease_ms > 0, known < memory.writers.writers.count {
            for number in (known + 1)...memory.writers.writers.count {
                guard let writer = memory.writers[UInt32(number)] else { continue }
                response.writers.append(
                    SyncResponse.WriterEntry(number: UInt32(number), writer: writer))
                authors.append(writer.author)
            }
        }
        authors += response.notices.compactMap(\.by)
        for author in Set(authors).sorted() {
            if let person = try tx.person(author) {
                response.people.append(SyncResponse.Person(id: author, name: Text(person.name)))
            }
        }
        // Whatever the device is told, it can show again; and who is told nothing needs no mark.
        let hasNews =
            response.grants != nil || !response.writers.isEmpty || !response.receipts.isEmpty
            || !response.pages.isEmpty || !response.notices.isEmpty
        let isBehind = request.mark == .none || request.mark.number < memory.anchorLink
        if hasNews || isBehind, !request.isDryRun {
            response.mark = try mark(memory, tx)
        }
        return response.encode()
    }

    /// How many bytes of pages the answer to a request may hold.
    private static func room(_ request: SyncRequest) -> Int {
        request.maximumDownBytes == 0
            ? Limits.defaultDownBytes
            : min(Int(clamping: request.maximumDownBytes), Limits.defaultDownBytes)
    }

    /// Fills pages in the order of positions until nothing is left or the budget is used.
    ///
    /// - Parameter taken: what this very request has changed. Records whose new state the device
    ///   can work out are left out, and stand in the answer's echo.
    /// - Returns: whether all that it wrote was met on the way. If not, the device would take
    ///   something for its own that it is not lent: then the pages are to be made without an echo.
    @discardableResult
    private func addPages(
        to response: inout SyncResponse, _ request: SyncRequest, _ territory: Territory,
        _ cursors: [LogPosition], _ taken: Taken, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        // With cursors that differ, what is before depends on the area.
        let written = Set(cursors).count == 1 ? taken.written : [:]
        var echoes: [SyncResponse.Echo.State] = []
        var met = 0
        // An estimate is of everything; a chunk is never longer than an answer.
        let budget = request.isDryRun ? Int.max : Self.room(request)
        var spent = 0
        var reached = cursors
        var estimate = (records: UInt64(0), bytes: UInt64(0))
        if let began = taken.began, cursors.first == began, !request.isDryRun,
            let own = try ownChunk(
                written, since: began, territory, room: budget, memory, tx)
        {
            (echoes, met) = (own.echoes, own.own)
            response.pages.append(own.page(Array(cursors.indices)))
            reached = cursors.map { _ in own.through }
        }
        for cursor in Set(reached).sorted() where cursor < memory.position {
            let places = cursors.indices.filter { cursors[$0] == cursor }
            let areas = places.reduce(into: Set<UInt32>()) { $0.formUnion(territory.areas[$1]) }
            let changed = areas.sorted().filter { number in
                memory.area(number).map { $0.position > cursor } ?? false
            }
            guard !changed.isEmpty else { continue }
            var from = cursor
            var window: UInt64 = 4096
            while from < memory.position {
                guard spent < budget else {
                    response.hasMore = true
                    break
                }
                let chunk = try chunk(
                    of: changed, after: from, window: &window,
                    room: min(budget - spent, Limits.defaultDownBytes), memory, tx
                ) { record, position in
                    guard let now = written[record] else { return nil }
                    // Whatever has changed it since has given it another position.
                    return now.isEcho && now.before <= cursor && now.state.position == position
                        ? .echoed(now.state) : .sent
                }
                echoes += chunk.echoes
                met += chunk.own
                spent += chunk.bytes
                estimate.records += UInt64(chunk.records)
                estimate.bytes += UInt64(chunk.bytes)
                if chunk.records > 0 || chunk.through == memory.position, !request.isDryRun {
                    response.pages.append(chunk.page(places))
                }
                from = chunk.through
                for place in places { reached[place] = chunk.through }
            }
        }
        // Where nothing changed nothing is sent; but cursors that differ are brought together
        // again.
        let hasNotHeard = reached.contains { $0 < territory.since }
        if !request.isDryRun, !response.hasMore, Set(reached).count > 1 || hasNotHeard {
            response.pages.append(
                SyncResponse.Page(
                    grants: reached.indices.filter { reached[$0] < memory.position },
                    through: memory.position, records: []))
        }
        if request.isDryRun {
            response.hasMore = false
            response.estimate = SyncResponse.Estimate(
                records: estimate.records, bytes: estimate.bytes)
        }
        response.echo = SyncResponse.Echo(of: echoes)
        let through = reached.min() ?? .start
        return echoes.isEmpty
            || met == written.values.count { $0.state.position <= through }
    }

    /// A record that a request has changed, on the way of its answer.
    private enum OwnRecord {
        case sent
        case echoed(SyncResponse.Echo.State)
    }

    /// All that follows for a device that had whatever came before its own work: what that has
    /// changed, known without looking for it. `nil` where nothing of it concerns the device, or
    /// more than one chunk holds is to be sent.
    private func ownChunk(
        _ written: [RecordID: Judgement.Written], since began: LogPosition,
        _ territory: Territory, room: Int, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> SnapshotChunk? {
        let areas = territory.areas.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
        let met = written.values.filter { areas.contains($0.state.area) }
        let sent = met.filter { !$0.isEcho || $0.before > began }
        guard !met.isEmpty, sent.count < SnapshotChunks.smallest else { return nil }
        var records: [SyncResponse.PageRecord] = []
        for now in sent {
            // One that is not what was written is left out: whoever holds it keeps what is right.
            let stored = try StoreFault.unlessDamaged {
                try tx.record(now.state.record, in: now.collection)
            }
            if let stored = stored ?? nil { records.append(SyncResponse.PageRecord(stored)) }
        }
        let (content, size) = SnapshotChunk.content(&records, isShared: false)
        guard size <= min(room, Limits.pageBytesSent) else { return nil }
        return SnapshotChunk(
            through: memory.position, records: records.count, bytes: size, content: content,
            echoes: met.filter { $0.isEcho && $0.before <= began }.map(\.state), own: met.count)
    }

    /// Reads the next chunk of states after a position, or finds it among those kept.
    ///
    /// - Parameters:
    ///   - window: how many positions to look at; fitted to how much lies in them.
    ///   - room: the bytes it should not be longer than. One position is never split, so it may
    ///     have to be.
    ///   - own: what to do with a record that the request has changed; `nil` for all others. None
    ///     of those is in a chunk that is kept: its position would be another now.
    private func chunk(
        of areas: [UInt32], after from: LogPosition, window: inout UInt64, room: Int,
        _ memory: HubMemory, _ tx: borrowing HubTransaction,
        own: (RecordID, LogPosition) -> OwnRecord?
    ) throws -> SnapshotChunk {
        let key = SnapshotChunks.Key(areas: areas, after: from)
        if let kept = chunks.withLock({ $0[key] }), kept.bytes <= room,
            try tx.recordCount(of: areas, after: from, through: kept.through) == kept.records
        {
            return kept
        }
        while true {
            let to = LogPosition(min(from.value + window, memory.position.value))!
            var records: [SyncResponse.PageRecord] = []
            var bytes = 0
            var echoes: [SyncResponse.Echo.State] = []
            var ownCount = 0
            try tx.records(
                of: areas, after: from, through: to,
                where: { record, position in
                    guard let own = own(record, position) else { return true }
                    ownCount += 1
                    if case .echoed(let state) = own {
                        echoes.append(state)
                        return false
                    }
                    return true
                }
            ) { stored in
                bytes += stored.state.count + 24
                records.append(SyncResponse.PageRecord(stored))
            }
            // States shrink to a sixth to a third; what is longer than half of what it was made
            // from is never met, so a small room costs few attempts.
            let isLong = bytes > min(Limits.pageBytes, room * 4)
            if isLong, window > 1, to.value > from.value + 1 {
                window = max(1, window / 4)
                continue
            }
            let isShared = records.count >= SnapshotChunks.smallest && ownCount == 0
            let (content, size) = SnapshotChunk.content(&records, isShared: isShared)
            if size > min(room, Limits.pageBytesSent), window > 1, to.value > from.value + 1 {
                window = max(1, window / 2)
                continue
            }
            if bytes < Limits.pageBytes / 8 { window = min(window * 4, 1 << 40) }
            let chunk = SnapshotChunk(
                through: to, records: records.count, bytes: size, content: content,
                echoes: echoes, own: ownCount)
            if isShared { chunks.withLock { $0[key] = chunk } }
            return chunk
        }
    }

    private func writeContact(_ id: ReplicaID, _ now: Int64, _ memory: inout HubMemory) throws {
        guard let contact = memory.contacts[id] else { return }
        try store.write { tx in
            guard var replica = try tx.replica(id) else { return }
            contact.fill(&replica)
            try tx.update(replica)
        }
        memory.contacts[id]?.written_ms = now
    }
}
