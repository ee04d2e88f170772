internal import Logging
public import SyncCore
internal import SyncExchange
public import SyncProtocol
public import SyncStore

extension SyncClient {
    /// Seals everything that has no receipt for the hub; `nil` if there is nothing.
    ///
    /// Nothing on the device changes: what is in a bundle goes on being offered in its syncs.
    ///
    /// - Returns: the file, and the change sets in it, from the first one without a receipt. More
    ///   than a request may hold stays for another bundle.
    public static func bundle(
        of store: DeviceStore
    ) throws(SyncFailure) -> (bytes: [UInt8], numbers: ClosedRange<ChangeSetNumber>)? {
        guard let (bytes, run) = try sealed(store) else { return nil }
        return (bytes, run.first...run.last.number)
    }

    private static func sealed(
        _ store: DeviceStore
    ) throws(SyncFailure) -> (bytes: [UInt8], run: HashedRun)? {
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hub = identity.hub, let sealingKey = identity.sealingKey else {
            throw .notEnrolled
        }
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        let offers = try inStore { () throws(StoreError) in
            try store.syncState(limit: Limits.changeSetsPerRun).offers
        }
        var bytes = 0
        let fitting = offers.prefix { offer in
            bytes += offer.bytes
            return bytes <= Limits.requestBytes / 2
        }
        guard let first = fitting.first?.number, let last = fitting.last?.number else {
            return nil
        }
        let run = try inStore { () throws(StoreError) in try store.run(first...last) }
        let bundle = SealedBundle(
            replica: identity.replica, runs: [SignedRun.make(run, key: key)])
        return try inBundle { () throws(BundleError) in
            (try bundle.sealed(for: hub, key: sealingKey), run)
        }
    }

    /// Seals what was saved from a damaged store for the hub, in as few bundles as hold it.
    ///
    /// Where one between is lost, the next one names it, and it is a gap. Where several are, no
    /// hash is known that the rest is chained to: a new run begins, and the hub keeps it.
    public static func bundles(of work: RescuedWork) throws(SyncFailure) -> [[UInt8]] {
        let most = Limits.requestBytes / 2
        var bundles: [[SignedRun]] = []
        var run: [HashedChangeSet] = []
        var gaps: [RunGap] = []
        var (runBytes, bundleBytes) = (0, 0)
        func endRun() {
            guard let first = run.first?.changeSet else { return }
            if bundles.isEmpty || bundles[bundles.count - 1].count == Limits.runsPerRequest
                || bundleBytes + runBytes > most
            {
                bundles.append([])
                bundleBytes = 0
            }
            let whole = HashedRun(
                replica: work.replica, first: first.name.number, previous: first.previous,
                changeSets: run, gaps: gaps)
            bundles[bundles.count - 1].append(SignedRun.make(whole, key: work.key))
            bundleBytes += runBytes
            (run, gaps, runBytes) = ([], [], 0)
        }
        for set in work.changeSets {
            let bytes = RunCoding.encode([set.changeSet]).count
            let lost = run.last?.changeSet.name.number.next
            if let lost, let last = run.last, lost.next == set.changeSet.name.number {
                gaps.append(RunGap(lost, previous: last.hash, hash: set.changeSet.previous))
            } else if run.last?.hash != set.changeSet.previous {
                endRun()
            }
            // So that a gap still goes into it after the last one.
            if runBytes + bytes > most || run.count + gaps.count > Limits.changeSetsPerRun - 2 {
                endRun()
            }
            run.append(set)
            runBytes += bytes
        }
        endRun()
        return try inBundle { () throws(BundleError) in
            var sealed: [[UInt8]] = []
            for runs in bundles {
                let bundle = SealedBundle(replica: work.replica, runs: runs)
                sealed.append(try bundle.sealed(for: work.hub, key: work.sealingKey))
            }
            return sealed
        }
    }

    // MARK: Between two devices

    /// What a device has made for another one.
    public struct SharedFile: Hashable, Sendable {
        public let bytes: [UInt8]
        public let numbers: ClosedRange<ChangeSetNumber>
        /// How many of them the other device reads.
        public let open: Int
        public let reader: Credential
    }

    /// Makes this device's card, for whoever is to make a bundle for it.
    public static func card(
        of store: DeviceStore, now: ClockReading
    ) throws(SyncFailure) -> DeviceCard {
        let (credential, _) = try standing(of: store, now)
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        return DeviceCard(credential, key: key)
    }

    /// Seals everything that has no receipt for the hub, and for the device of this card what it
    /// may read of it; `nil` if there is nothing.
    public static func bundle(
        of store: DeviceStore, for card: DeviceCard, now: ClockReading
    ) throws(SyncFailure) -> SharedFile? {
        let (credential, own) = try standing(of: store, now)
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hubKey = identity.receiptKey, let reader = card.verified(by: hubKey),
            reader.hub == own.hub
        else { throw .bundle(.stranger) }
        guard reader.replica != own.replica else { throw .bundle(.otherDevice) }
        try check(reader, at: hubTime(of: store, now))
        guard let (bundle, run) = try sealed(store) else { return nil }
        // Who reads it goes on from what is there: nothing beyond a gap is read before the hub has
        // passed it.
        let end = run.gaps.first?.number
        let sets = run.changeSets.filter { set in end.map { set.changeSet.name.number < $0 } ?? true
        }
        guard !sets.isEmpty else { return nil }
        let areOpen = try inStore { () throws(StoreError) in
            try store.areOpen(sets, by: own, to: reader)
        }
        let shared = SharedBundle(
            credential: credential, bundle: bundle, first: sets[0].changeSet.name.number,
            previous: sets[0].changeSet.previous, parts: SharedBundle.parts(sets, areOpen))
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        let bytes = try inBundle { () throws(BundleError) in
            try shared.sealed(for: reader, card.sealingKey, key: key)
        }
        return SharedFile(
            bytes: bytes,
            numbers: sets[0].changeSet.name.number...sets[sets.count - 1].changeSet.name.number,
            open: areOpen.count { $0 }, reader: reader)
    }

    /// Takes in what another device has made for this one: it is carried to the hub, and what may
    /// be read of it is shown.
    public static func take(
        shared bytes: [UInt8], into store: DeviceStore, now: ClockReading
    ) throws(SyncFailure) -> (taken: TakenBundle, author: Credential) {
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hub = identity.hub, let hubKey = identity.receiptKey else { throw .notEnrolled }
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        let (shared, author) = try inBundle { () throws(BundleError) in
            try SharedBundle.open(
                bytes, hub: hub, device: identity.replica, key: key, hubKey: hubKey)
        }
        try check(author, at: hubTime(of: store, now))
        _ = try standing(of: store, now)
        let taken = try inStore { () throws(StoreError) in
            try store.take(shared, by: author, now: now)
        }
        return (taken, author)
    }

    /// The hub's word for this device, which still has to hold.
    private static func standing(
        of store: DeviceStore, _ now: ClockReading
    ) throws(SyncFailure) -> (SignedCredential, Credential) {
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hubKey = identity.receiptKey else { throw .notEnrolled }
        let signed = try inStore { () throws(StoreError) in try store.credential() }
        guard identity.enrolment == .approved, let signed,
            let credential = signed.verified(by: hubKey)
        else { throw .bundle(.expired) }
        try check(credential, at: hubTime(of: store, now))
        return (signed, credential)
    }

    private static func check(
        _ credential: Credential, at hub_ms: Int64
    ) throws(SyncFailure) {
        guard hub_ms < Int64(clamping: credential.until_ms) else { throw .bundle(.expired) }
    }

    /// The hub's clock now, as far as this device can tell; never before it last heard of it.
    private static func hubTime(
        of store: DeviceStore, _ now: ClockReading
    ) throws(SyncFailure) -> Int64 {
        let status = try inStore { () throws(StoreError) in try store.status() }
        let estimate = now.wall_ms.addingClamped(status.offset_ms ?? 0)
        return max(estimate, Int64(clamping: status.lastSyncHub_ms ?? 0))
    }

    // MARK: Handing in

    /// A bundle that the hub has taken, and what it said.
    struct HandedIn {
        let bundle: ContentHash
        let word: ReceiptFile
    }

    /// Hands in what is carried before anything else is exchanged, so that what was written after
    /// it finds it at the hub, and no state that comes contains it unnoticed. What fails is tried
    /// once more at the end: it holds up nothing of this device's own.
    ///
    /// - Returns: what to keep once the hub has answered a request that showed how far its log had
    ///   come. It may have been put back unaware: kept before, its word would take the place of
    ///   that mark, and hide for ever what is lost.
    func handInFirst(_ summary: inout SyncSummary) async -> [HandedIn] {
        var handed: [HandedIn] = []
        do throws(SyncFailure) {
            for hash in try inStore({ () throws(StoreError) in try store.carried() }) {
                if let one = try await handIn(hash, &summary) { handed.append(one) }
            }
        } catch {
            log.notice("bundles are not handed in yet", metadata: ["reason": "\(error)"])
        }
        return handed
    }

    /// Keeps what the hub said of bundles that were handed in first.
    func keep(_ handed: [HandedIn], _ summary: inout SyncSummary) {
        do throws(SyncFailure) {
            for one in handed { try keep(one, &summary) }
        } catch {
            log.notice("bundles count as not handed in", metadata: ["reason": "\(error)"])
        }
    }

    /// Hands in what is carried for others and the hub does not have yet. What does not fit stays.
    ///
    /// - Parameter budget: the most bytes of the whole sync, those already spent included.
    func deliverCarried(
        _ budget: Int?, _ summary: inout SyncSummary
    ) async throws(SyncFailure) {
        for hash in try inStore({ () throws(StoreError) in try store.carried() }) {
            if let budget {
                let size = try inStore { () throws(StoreError) in
                    try store.carriedBundle(hash)?.count ?? 0
                }
                guard size + Self.envelope <= budget - summary.bytes else {
                    summary.undelivered += 1
                    summary.isCutShort = true
                    continue
                }
            }
            if let one = try await handIn(hash, &summary) { try keep(one, &summary) }
        }
    }

    /// Hands in one bundle; `nil` where it is here no longer, or the hub will never take it.
    private func handIn(
        _ hash: ContentHash, _ summary: inout SyncSummary
    ) async throws(SyncFailure) -> HandedIn? {
        let found = try inStore { () throws(StoreError) in try store.carriedBundle(hash) }
        guard let bytes = found else { return nil }
        let response = try await deliver(
            TransportRequest(
                method: .post, path: "/v1/bundle", contentType: SyncRequest.mediaType,
                body: bytes, maximumResponseBytes: Limits.requestBytes)
        ) { _ in }
        summary.roundTrips += 1
        summary.bytesUp += response.bytesUp
        summary.bytesDown += response.bytesDown
        switch try judge(bundle: response) {
        case .success(let word): return HandedIn(bundle: hash, word: word)
        case .failure(let problem):
            try inStore { () throws(StoreError) in
                try store.refuse(hash, problem.code.rawValue)
            }
            summary.refused += 1
            return nil
        }
    }

    private func keep(_ handed: HandedIn, _ summary: inout SyncSummary) throws(SyncFailure) {
        do throws(StoreError) {
            if try store.deliver(handed.bundle, handed.word) { summary.delivered += 1 }
        } catch .badAnswer {
            // Only a 200 is read as the hub's word.
            throw .stopped(.notOurHub(status: 200))
        } catch {
            throw .store(error)
        }
    }

    /// Returns what the hub says to have, or why it will never take the bundle; throws where it may
    /// later.
    private func judge(
        bundle response: TransportResponse
    ) throws(SyncFailure) -> Result<ReceiptFile, Problem> {
        guard response.status == 200 else {
            let stop = DeviceExchange.stop(
                DeviceExchange.Reply(
                    status: response.status, contentType: response.contentType,
                    retryAfter_s: response.retryAfter, body: response.body))
            if case .problem(let problem) = stop,
                [.badBundle, .unknownReplica, .badSignature, .malformed].contains(problem.code)
            {
                return .failure(problem)
            }
            throw .stopped(stop)
        }
        guard response.contentType == SyncRequest.mediaType else {
            throw .stopped(.notOurHub(status: response.status))
        }
        do throws(CodecError) {
            return .success(try ReceiptFile.decode(response.body))
        } catch {
            throw .stopped(.garbled(error))
        }
    }
}

/// Calls what makes or opens files, and says its errors in the client's words.
private func inBundle<Result>(
    _ body: () throws(BundleError) -> Result
) throws(SyncFailure) -> Result {
    do {
        return try body()
    } catch {
        throw .bundle(error)
    }
}
