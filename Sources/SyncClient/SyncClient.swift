public import Logging
public import SyncCore
public import SyncExchange
internal import SyncProtocol
public import SyncStore

/// A device that syncs with its hub. One run at a time.
public actor SyncClient {
    let store: DeviceStore
    private nonisolated let transport: any Transport
    private let clock: @Sendable () -> ClockReading
    let log: Logger
    private let patience: Patience
    private var isRunning = false
    private var waitsForLine = false

    /// - Parameters:
    ///   - transport: trusts the hub's authority only, and knows its address.
    ///   - clock: reads this machine's clocks.
    ///   - patience: what to do with the store while the line is slow.
    public init(
        store: DeviceStore, transport: any Transport,
        clock: @escaping @Sendable () -> ClockReading, patience: Patience = .endless,
        log: Logger = Logger(label: "sync", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.store = store
        self.transport = transport
        self.clock = clock
        self.patience = patience
        self.log = log
    }

    /// Sends what the hub has not receipted and fetches what lies ready.
    ///
    /// Nearly always one round trip. Ended anywhere, by the line, the caller or a kill, device and
    /// hub are whole, and the next run goes on from there.
    public func sync(
        _ options: SyncOptions = SyncOptions(),
        events: @escaping @Sendable (SyncEvent) -> Void = { _ in }
    ) async throws(SyncInterruption) -> SyncSummary {
        guard !isRunning else { throw SyncInterruption(.alreadyRunning, SyncSummary()) }
        isRunning = true
        defer { isRunning = false }
        var run = Run(options: options)
        do throws(SyncFailure) {
            if options.only != .files {
                if !options.isDryRun, options.maximumBytes == nil {
                    run.handedIn = await handInFirst(&run.summary)
                }
                do throws(SyncFailure) {
                    try await exchange(&run, events)
                } catch {
                    // Found while an answer was applied, of which nothing stayed.
                    guard case .store(.damagedRecord) = error else { throw error }
                    try await exchange(&run, events)
                }
            }
            if options.isDryRun {
                try estimateFiles(options, &run.summary)
            } else if !run.exchange.isCutShort {
                if options.only != .files {
                    try await deliverCarried(options.maximumBytes, &run.summary)
                }
                if options.only != .records {
                    try await exchangeFiles(options.maximumBytes, &run.summary, events)
                }
            }
        } catch {
            // The figures of what was reached are worth as much as those of a whole run.
            do throws(SyncFailure) { try finish(&run) } catch {
                log.warning("no summary", metadata: ["reason": "\(error)"])
            }
            throw SyncInterruption(error, run.summary)
        }
        do throws(SyncFailure) {
            try finish(&run)
        } catch {
            throw SyncInterruption(error, run.summary)
        }
        return run.summary
    }

    private struct Run {
        let options: SyncOptions
        var exchange: DeviceExchange
        var summary = SyncSummary()
        /// What the hub has asked for; given once.
        var copies: [StateCopy] = []
        var hasGiven = false
        /// The grants that a dry run was told of: how much comes by them it asks as well, and keeps
        /// nothing of them.
        var supposed: SyncResponse.Grants?
        /// What the hub said of bundles before it was asked whether it still has its log.
        var handedIn: [SyncClient.HandedIn] = []

        init(options: SyncOptions) {
            self.options = options
            exchange = DeviceExchange(
                maximumBytes: options.maximumBytes, isDryRun: options.isDryRun)
        }

        /// Begins with what an earlier run found that the line can carry, and with what is left to
        /// spend.
        mutating func begin(_ line: Loads) {
            summary.roundTrips += exchange.roundTrips
            exchange = DeviceExchange(
                maximumBytes: options.maximumBytes.map { max(0, $0 - summary.bytes) },
                isDryRun: options.isDryRun, load: line.request, answerLoad: line.answer)
        }
    }

    private func exchange(
        _ run: inout Run, _ events: @escaping @Sendable (SyncEvent) -> Void
    ) async throws(SyncFailure) {
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hub = identity.hub else { throw .notEnrolled }
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        let (known, _) = try facts()
        run.begin(known)
        let suspects = try inStore { () throws(StoreError) in
            try store.scrubIfSuspect(now: clock())
        }
        run.exchange.suspects(suspects)
        run.summary.isRepaired = run.summary.isRepaired || !suspects.isEmpty
        defer { keepLoads(of: run.exchange, known: known) }
        while true {
            if Task.isCancelled { throw .cancelled }
            let (_, facts) = try self.facts(supposing: run.supposed)
            guard
                let plan = run.exchange.next(
                    facts, clock: clock(), diskFree_MB: (store.freeBytes() ?? 0) >> 20)
            else { return }
            let purges =
                run.options.isDryRun
                ? [] : try inStore { () throws(StoreError) in try store.purgeReceipts() }
            let (reply, tag, sent, brokenOff) = try await send(
                plan, purges, hub, key, &run, events)
            let received = clock()
            switch run.exchange.judge(reply, tag: tag) {
            case .stop(let stop):
                // Too little came to say what it was.
                if let brokenOff {
                    run.exchange.cut()
                    throw .transport(brokenOff)
                }
                try noteState(stop)
                throw .stopped(stop)
            case .again: continue
            case .adopt(let epoch, let stored):
                events(.newEpoch(epoch))
                log.notice("new epoch", metadata: ["epoch": "\(epoch)"])
                try inStore { () throws(StoreError) in
                    try store.adopt(epoch, stored: stored, now: received)
                }
                // What was said is of the life that has ended.
                run.handedIn =
                    run.options.maximumBytes == nil ? await handInFirst(&run.summary) : []
            case .answer(let answer):
                let receipts = try verified(answer)
                let standing = try noteStanding(answer, receipts, after: identity.enrolment)
                if run.options.isDryRun {
                    if answer.estimate == nil, run.supposed == nil, let grants = answer.grants {
                        run.supposed = grants
                        continue
                    }
                    run.summary.estimate = SyncSummary.Estimate(
                        changeSets: Int(clamping: facts.pending), bytesUp: try bytesUp(facts, key),
                        records: answer.estimate?.records ?? 0,
                        bytesDown: answer.estimate?.bytes ?? 0)
                    return
                }
                keep(run.handedIn, &run.summary)
                run.handedIn = []
                let hasMoved = try apply(
                    answer, receipts, standing, facts, sent, received, &run,
                    endsHere: brokenOff != nil, events)
                // What came before the line broke is kept; the rest is for the next run.
                if let brokenOff {
                    if !hasMoved { run.exchange.cut() }
                    throw .transport(brokenOff)
                }
                let gone = try inStore { () throws(StoreError) in
                    try store.forget(purges)
                    return try store.purge(now: received)
                }
                run.summary.left.merge(gone, uniquingKeysWith: +)
            }
        }
    }

    /// Adds the files that a sync would send to what it would exchange.
    private func estimateFiles(
        _ options: SyncOptions, _ summary: inout SyncSummary
    ) throws(SyncFailure) {
        guard options.only != .records else { return }
        let errands = try inStore { () throws(StoreError) in try store.fileErrands() }
        var estimate =
            summary.estimate
            ?? SyncSummary.Estimate(changeSets: 0, bytesUp: 0, records: 0, bytesDown: 0)
        estimate.files = errands.toSend.count
        estimate.fileBytes = errands.bytesToSend
        summary.estimate = estimate
    }

    // MARK: Waiting for news

    /// Returns what to send to hear of news; made while the store is open, for it is closed while
    /// the answer is waited for.
    public func watchRequest() throws(SyncFailure) -> TransportRequest {
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hub = identity.hub else { throw .notEnrolled }
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        let (_, facts) = try facts()
        let request = SyncRequest(
            replica: facts.replica, epochTag: facts.epoch?.tag ?? 0, mark: facts.mark,
            grantsVersion: facts.grantsVersion, cursors: CursorRun.joining(facts.cursors),
            noticeCursor: facts.noticeCursor, writerCursor: facts.writerCursor, digest: nil,
            clock: clock(), diskFree_MB: 0, pending: facts.pending)
        return TransportRequest(
            method: .post, path: "/v1/watch", contentType: SyncRequest.mediaType,
            body: request.encode(hub: hub, epoch: facts.epoch, key: key),
            maximumResponseBytes: Limits.jsonBytes)
    }

    /// Waits until the hub has news or has waited long enough. Touches no store.
    public nonisolated func listen(_ message: TransportRequest) async throws(SyncFailure) -> News {
        let response = try await onLine { () async throws(TransportError) in
            try await transport.send(message) { _ in }
        }
        let reply = DeviceExchange.Reply(
            status: response.status, contentType: response.contentType,
            retryAfter_s: response.retryAfter, body: response.body)
        switch DeviceExchange.judge(watching: reply) {
        case .success(let news): return news
        case .failure(let stop): throw .stopped(stop)
        }
    }

    // MARK: One exchange

    /// What one request and its answer may hold on this line; 0 for any.
    private struct Loads: Equatable {
        let request: Int
        let answer: Int
    }

    private func facts(
        supposing grants: SyncResponse.Grants? = nil
    ) throws(SyncFailure) -> (Loads, DeviceExchange.Facts) {
        let state = try inStore { () throws(StoreError) in
            try store.syncState(limit: Limits.changeSetsPerRun)
        }
        var facts = DeviceExchange.Facts(
            replica: state.replica, epoch: state.epoch, mark: state.mark,
            grantsVersion: state.grantsVersion, cursors: state.cursors,
            noticeCursor: state.noticeCursor, writerCursor: state.writerCursor,
            hasPurges: try !inStore { () throws(StoreError) in try store.purgeReceipts() }.isEmpty,
            digest: state.digest,
            offers: state.offers.map { DeviceExchange.Offer($0.number, bytes: $0.bytes) },
            pending: state.pending, unsettled: state.unsettled,
            wantsCredential: state.wantsCredential)
        if let grants {
            let known = try inStore { () throws(StoreError) in try store.grants() }
            facts.grantsVersion = grants.version
            facts.cursors = grants.grants.map { grant in
                known.first { $0.id == grant.id && !$0.hasEnded }?.cursor ?? .start
            }
            facts.digest = nil
        }
        return (Loads(request: state.load, answer: state.answerLoad), facts)
    }

    /// Remembers a line that carries less than a first request likes to hold.
    private func keepLoads(of exchange: DeviceExchange, known: Loads) {
        let kept = Loads(
            request: exchange.load < DeviceExchange.firstLoad ? exchange.load : 0,
            answer: exchange.answerLoad)
        guard kept != known else { return }
        do { try store.keepLoad(kept.request, answer: kept.answer) } catch {
            log.warning("line not remembered", metadata: ["reason": "\(error)"])
        }
    }

    /// How hard requests are compressed. A week of work takes a sixth less than at level 3, for
    /// hundredths of a second of the device's time; levels beyond this save nothing more.
    private static let level: Int32 = 15

    /// What everything unsent takes on the line, compressed as it would be.
    private func bytesUp(
        _ facts: DeviceExchange.Facts, _ key: SigningKey
    ) throws(SyncFailure) -> Int {
        guard let first = facts.offers.first, let last = facts.offers.last else { return 0 }
        let run = SignedRun.make(
            try inStore { () throws(StoreError) in try store.run(first.number...last.number) },
            key: key)
        let bytes = Zstd.compress(run.bytes, level: Self.level).count + run.signature.bytes.count
        // Of very many only the first were looked at.
        let share = Double(facts.pending) / Double(facts.offers.count)
        return Int(Double(bytes) * max(share, 1))
    }

    private func send(
        _ plan: DeviceExchange.Plan, _ purges: [SignedPurge], _ hub: HubID, _ key: SigningKey,
        _ run: inout Run, _ events: @escaping @Sendable (SyncEvent) -> Void
    ) async throws(SyncFailure) -> (
        DeviceExchange.Reply, tag: UInt64, sent: ClockReading, brokenOff: TransportError?
    ) {
        var request = plan.request
        request.purges = purges
        request.copies = run.copies
        run.copies = []
        var count = 0
        if let offer = plan.offer {
            let own = try inStore { () throws(StoreError) in try store.run(offer) }
            count = own.changeSets.count
            if !own.gaps.isEmpty {
                log.error(
                    "change sets were lost",
                    metadata: ["numbers": "\(own.gaps.map(\.number.value))"])
            }
            request.receipts = try inStore { () throws(StoreError) in
                try store.earlierReceipts(offer)
            }
            request.runs = [SignedRun.make(own, key: key)]
        }
        if plan.needsProof {
            request.proof = try inStore { () throws(StoreError) in try store.mark() }
        }
        request.clock = clock()
        let sent = request.clock
        let plain = request.encode(hub: hub, epoch: plan.epoch, key: key)
        // A signature and a few names don't compress; below this the frame costs more than it
        // saves.
        let packed = plain.count > 400 ? Zstd.compress(plain, level: Self.level) : plain
        let isSmaller = packed.count + 24 < plain.count
        let body = isSmaller ? packed : plain
        events(.sending(changeSets: count, bytes: body.count))
        let message = TransportRequest(
            method: .post, path: "/v1/sync", contentType: SyncRequest.mediaType, body: body,
            isCompressed: isSmaller, maximumResponseBytes: Limits.responseBytesUnpacked,
            takesBeginning: true)
        let response: TransportResponse
        do throws(SyncFailure) {
            response = try await deliver(message) { events(.transfer($0)) }
        } catch {
            if case .transport = error { run.exchange.broke() }
            throw error
        }
        run.summary.bytesUp += response.bytesUp
        run.summary.bytesDown += response.bytesDown
        run.exchange.spend(response.bytesUp + response.bytesDown)
        let reply = DeviceExchange.Reply(
            status: response.status, contentType: response.contentType,
            retryAfter_s: response.retryAfter, body: response.body,
            isCut: response.brokenOff != nil)
        return (reply, SyncResponse.tag(ofRequest: plain), sent, response.brokenOff)
    }

    /// Sends a request, and lets go of the store if the answer takes long: whoever wants to record
    /// something meanwhile can.
    func deliver(
        _ message: TransportRequest,
        progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(SyncFailure) -> TransportResponse {
        guard case .limited(let pause, let waits) = patience else {
            return try await onLine { () async throws(TransportError) in
                try await transport.send(message, progress: progress)
            }
        }
        waitsForLine = true
        let release = Task {
            do { try await pause() } catch { return }
            self.letGo()
        }
        let outcome: Result<TransportResponse, SyncFailure>
        do throws(SyncFailure) {
            outcome = .success(
                try await onLine { () async throws(TransportError) in
                    try await transport.send(message, progress: progress)
                })
        } catch {
            outcome = .failure(error)
        }
        waitsForLine = false
        release.cancel()
        await release.value
        try inStore { () throws(StoreError) in try store.reopen(waits: waits) }
        return try outcome.get()
    }

    private func letGo() {
        guard waitsForLine else { return }
        do { try store.close() } catch {
            log.warning("store not let go", metadata: ["reason": "\(error)"])
        }
    }

    /// Returns whether a page of it moved a cursor.
    private func apply(
        _ answer: SyncResponse, _ receipts: [Receipt],
        _ standing: DeviceIdentity.Enrolment, _ facts: DeviceExchange.Facts, _ sent: ClockReading,
        _ received: ClockReading, _ run: inout Run, endsHere: Bool,
        _ events: @escaping @Sendable (SyncEvent) -> Void
    ) throws(SyncFailure) -> Bool {
        let matches = run.exchange.digestMatches(answer)
        events(.applying(records: answer.pages.reduce(0) { $0 + $1.records.count }))
        let unsent = Set(facts.offers.map(\.number))
        let applied = try inStore { () throws(StoreError) in
            try store.apply(
                answer, receipts: receipts, sent: sent, received: received,
                digestMatches: matches)
        }
        let receipted = applied.receipted.intersection(unsent)
        run.summary.sent += receipted.count
        run.summary.received += applied.records
        run.summary.notices += applied.notices
        if let last = receipted.max() { events(.receipted(through: last)) }
        run.summary.digestMatches = matches ?? run.summary.digestMatches
        if endsHere { return applied.cursorsMoved }
        if !answer.wanted.isEmpty, !run.hasGiven {
            run.copies = try inStore { () throws(StoreError) in
                try store.copies(of: answer.wanted)
            }
            run.hasGiven = true
        }
        do throws(DeviceExchange.Stop) {
            try run.exchange.noted(
                DeviceExchange.Gain(
                    hasMore: answer.hasMore && standing != .copied, receipted: receipted.count,
                    records: applied.records,
                    cursorsMoved: applied.cursorsMoved || applied.left > 0,
                    hasGrants: answer.grants != nil, disagrees: applied.disagrees,
                    gives: !run.copies.isEmpty))
        } catch {
            throw .stopped(error)
        }
        if applied.disagrees { log.error("states worked out are not the hub's") }
        if matches == false {
            log.error("digest differs")
            run.summary.isRepaired = true
            events(.repairing)
        }
        guard !answer.comparison.isEmpty else { return applied.cursorsMoved }
        let difference = try inStore { () throws(StoreError) in
            try store.compare(answer, now: received)
        }
        if difference.damaged > 0 {
            log.error("records were damaged", metadata: ["count": "\(difference.damaged)"])
        }
        run.exchange.compared(
            found: difference.stretches,
            mended: applied.mended > 0 || applied.records > 0 || difference.damaged > 0
                || difference.hadWrongSums,
            differs: answer.digestDiffers)
        return applied.cursorsMoved
    }

    private func verified(_ answer: SyncResponse) throws(SyncFailure) -> [Receipt] {
        do {
            return try store.verified(answer)
        } catch .badAnswer(.receiptOfOther(let number)) {
            // The hub has work under this device's name that the device never made: it was put back
            // from an old copy, or another copy is in use.
            try inStore { () throws(StoreError) in try store.setEnrolment(.copied) }
            throw .store(.badAnswer(.receiptOfOther(number)))
        } catch {
            throw .store(error)
        }
    }

    /// Keeps what an answer says of this device's enrolment, and returns it: whom the hub lends
    /// nothing may only deliver.
    private func noteStanding(
        _ answer: SyncResponse, _ receipts: [Receipt],
        after known: DeviceIdentity.Enrolment
    ) throws(SyncFailure) -> DeviceIdentity.Enrolment {
        // Only the copy's own receipts say so, for a notice goes to the person, who has both; or
        // what the hub has merged under this name and was never written here.
        let last = try inStore { () throws(StoreError) in try store.lastNumber() }
        let isCopy =
            known == .copied || answer.merged.last > last
            || receipts.contains { $0.entries.contains { $0.reason.string == "HZ-5010" } }
        let standing: DeviceIdentity.Enrolment =
            isCopy ? .copied : answer.lease_ms > 0 ? .approved : .revoked
        guard standing != known else { return known }
        try inStore { () throws(StoreError) in try store.setEnrolment(standing) }
        return standing
    }

    /// Keeps what a refusal says of this device's enrolment, so that `status` can tell it without a
    /// network.
    private func noteState(_ stop: DeviceExchange.Stop) throws(SyncFailure) {
        guard case .problem(let problem) = stop else { return }
        let state: DeviceIdentity.Enrolment? =
            switch problem.code {
            case .awaitingApproval: .pending
            case .revoked: .revoked
            default: nil
            }
        guard let state else { return }
        try inStore { () throws(StoreError) in try store.setEnrolment(state) }
    }

    private func finish(_ run: inout Run) throws(SyncFailure) {
        let status = try inStore { () throws(StoreError) in try store.status() }
        run.summary.roundTrips += run.exchange.roundTrips
        run.summary.conflicts = status.conflicts
        run.summary.receiptThrough = status.receiptThrough
        run.summary.receiptPosition = status.receiptPosition
        run.summary.quarantined = status.quarantined
        run.summary.held = status.held
        run.summary.lost = status.lost
        run.summary.unsent = status.unsent
        // A change set that is larger than what may be spent stays, whatever else there was room
        // for.
        let isTooMuch =
            run.options.maximumBytes != nil && run.options.only != .files && status.unsent > 0
        run.summary.isCutShort =
            run.summary.isCutShort || run.exchange.isCutShort || isTooMuch
        let errands = try inStore { () throws(StoreError) in try store.fileErrands() }
        run.summary.filesUnsent = errands.toSend.count
        run.summary.fileBytesUnsent = errands.bytesToSend
    }
}

/// What a client does with the device's store while it waits for an answer.
public enum Patience: Sendable {
    /// Keeps it open.
    case endless
    /// Keeps it for as long as `pause` takes, then closes it until the answer is there. `waits` is
    /// asked, as in `DeviceStore.open`, while another process has it then.
    case limited(
        pause: @Sendable () async throws -> Void, waits: @Sendable (Int) -> Bool)
}

/// Calls the store and says its errors in the client's words.
func inStore<Result>(
    _ body: () throws(StoreError) -> Result
) throws(SyncFailure) -> Result {
    do {
        return try body()
    } catch {
        throw .store(error)
    }
}

/// Calls the transport and says its errors in the client's words.
func onLine<Result>(
    _ body: () async throws(TransportError) -> Result
) async throws(SyncFailure) -> Result {
    do {
        return try await body()
    } catch {
        throw error == .cancelled ? .cancelled : .transport(error)
    }
}
