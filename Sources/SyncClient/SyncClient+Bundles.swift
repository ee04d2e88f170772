public import SyncCore
internal import SyncExchange
internal import SyncProtocol
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
        let sets = try inStore { () throws(StoreError) in try store.changeSets(first...last) }
        let run = SignedRun.make(
            sets.map(\.changeSet), head: sets[sets.count - 1].hash, key: key)
        let bundle = SealedBundle(replica: identity.replica, runs: [run])
        do throws(BundleError) {
            return (try bundle.sealed(for: hub, key: sealingKey), first...last)
        } catch {
            // The key was checked when it was kept.
            throw .store(.fault(StoreFault(.damaged, "the hub's key is none")))
        }
    }

    /// Hands in what is carried for others and the hub does not have yet.
    func deliverCarried() async throws(SyncFailure) -> (delivered: Int, refused: Int) {
        var delivered = 0
        var refused = 0
        for hash in try inStore({ () throws(StoreError) in try store.carried() }) {
            let found = try inStore { () throws(StoreError) in try store.carriedBundle(hash) }
            guard let bytes = found else { continue }
            let response = try await deliver(
                TransportRequest(
                    method: .post, path: "/v1/bundle", contentType: SyncRequest.mediaType,
                    body: bytes, maximumResponseBytes: Limits.requestBytes)
            ) { _ in }
            switch try judge(bundle: response) {
            case .success(let file):
                do throws(StoreError) {
                    if try store.deliver(hash, file) { delivered += 1 }
                } catch .badAnswer {
                    throw .stopped(.notOurHub(status: response.status))
                } catch {
                    throw .store(error)
                }
            case .failure(let problem):
                try inStore { () throws(StoreError) in
                    try store.refuse(hash, problem.code.rawValue)
                }
                refused += 1
            }
        }
        return (delivered, refused)
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
