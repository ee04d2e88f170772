internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// The bytes of files, after everything else. Each request carries a part and says where it belongs,
// so that a line that breaks costs one part; the parts grow while the line carries them.

extension SyncClient {
    /// What the first part holds: a quarter of a minute at 20 kbit/s.
    private static let firstPart = 32 << 10
    /// What a request takes beside the part.
    static let envelope = 1000

    /// Sends own files that the hub lacks, then fetches those that somebody here asked for.
    ///
    /// - Parameter budget: the most bytes of the whole sync, those already spent included.
    func exchangeFiles(
        _ budget: Int?, _ summary: inout SyncSummary,
        _ events: @escaping @Sendable (SyncEvent) -> Void
    ) async throws(SyncFailure) {
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        guard let hub = identity.hub else { throw .notEnrolled }
        try inStore { () throws(StoreError) in try store.settleFiles() }
        let errands = try inStore { () throws(StoreError) in try store.fileErrands() }
        guard !errands.toSend.isEmpty || !errands.toFetch.isEmpty else { return }
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        var lane = FileLane(
            hub: hub, replica: identity.replica, key: key, part: Self.firstPart, budget: budget)
        for file in errands.toSend {
            guard try await send(file, &lane, &summary, events) else { return }
        }
        for file in errands.toFetch {
            guard try await fetch(file, &lane, &summary, events) else { return }
        }
    }

    private struct FileLane {
        let hub: HubID
        let replica: ReplicaID
        let key: SigningKey
        /// What the next part holds at most.
        var part: Int
        let budget: Int?

        /// How many bytes the next part may hold; `nil` where the budget is spent.
        func room(_ summary: SyncSummary) -> Int? {
            guard let budget else { return part }
            let left = budget - summary.bytes - SyncClient.envelope
            return left >= 1024 ? min(left, part) : nil
        }

        mutating func grow() { part = min(part * 2, Limits.filePartBytes) }
    }

    /// Returns `false` where the budget is spent.
    private func send(
        _ file: HeldFile, _ lane: inout FileLane, _ summary: inout SyncSummary,
        _ events: @escaping @Sendable (SyncEvent) -> Void
    ) async throws(SyncFailure) -> Bool {
        // An earlier sync may have brought a part of it: asking costs less than a part.
        var offset = file.size > lane.part ? nil : 0 as Int?
        var isAgain = false
        while true {
            guard let room = lane.room(summary) else {
                summary.isCutShort = true
                return false
            }
            let start = offset ?? 0
            let count = offset == nil ? 0 : room
            let bytes = try inStore { () throws(StoreError) in
                count == 0
                    ? [] : try store.bytes(ofFile: file.hash, from: start, count: count)
            }
            let answer: FileResponse
            switch try await ask(file.hash, start, .put(bytes), lane, &summary) {
            case .success(let said): answer = said
            case .failure(.wrongBytes) where !isAgain:
                // What lay there of an earlier attempt was another's; it is gone now.
                isAgain = true
                offset = 0
                continue
            case .failure(.noSuchFile): return true
            case .failure:
                summary.filesRefused += 1
                return true
            }
            events(.file(isUp: true, done: min(answer.offset, file.size), of: file.size))
            if answer.isWhole {
                try inStore { () throws(StoreError) in try store.noteSent(file.hash) }
                summary.filesSent += 1
                return true
            }
            guard offset == nil || answer.offset > start || bytes.isEmpty else {
                throw .stopped(.noProgress)
            }
            if !bytes.isEmpty { lane.grow() }
            offset = answer.offset
        }
    }

    private func fetch(
        _ file: HeldFile, _ lane: inout FileLane, _ summary: inout SyncSummary,
        _ events: @escaping @Sendable (SyncEvent) -> Void
    ) async throws(SyncFailure) -> Bool {
        var offset = file.received
        while offset < file.size {
            guard let room = lane.room(summary) else {
                summary.isCutShort = true
                return false
            }
            let answer: FileResponse
            switch try await ask(
                file.hash, offset, .get(maximumBytes: min(room, file.size - offset)), lane,
                &summary)
            {
            case .success(let said): answer = said
            case .failure: return true
            }
            guard answer.offset == offset, !answer.bytes.isEmpty else {
                throw .stopped(.noProgress)
            }
            let isRight = try inStore { () throws(StoreError) in
                try store.keep(answer.bytes, ofFile: file.hash, at: offset)
            }
            // What came wrong is dropped, and asked for again with the next sync.
            guard isRight else { return true }
            offset += answer.bytes.count
            events(.file(isUp: false, done: offset, of: file.size))
            lane.grow()
        }
        summary.filesReceived += 1
        return true
    }

    private func ask(
        _ hash: ContentHash, _ offset: Int, _ act: FileRequest.Act, _ lane: FileLane,
        _ summary: inout SyncSummary
    ) async throws(SyncFailure) -> Result<FileResponse, FileRefusal> {
        let request = FileRequest(replica: lane.replica, hash: hash, offset: offset, act: act)
        let body = request.encode(hub: lane.hub, key: lane.key)
        let response = try await deliver(
            TransportRequest(
                method: .post, path: "/v1/file", contentType: SyncRequest.mediaType, body: body,
                maximumResponseBytes: Limits.filePartBytes + 1024)
        ) { _ in }
        summary.roundTrips += 1
        summary.bytesUp += response.bytesUp
        summary.bytesDown += response.bytesDown
        let reply = DeviceExchange.Reply(
            status: response.status, contentType: response.contentType,
            retryAfter_s: response.retryAfter, body: response.body)
        guard response.status == 200 else {
            let stop = DeviceExchange.stop(reply)
            guard case .problem(let problem) = stop,
                let refusal = FileRefusal(rawValue: problem.code.rawValue)
            else { throw .stopped(stop) }
            return .failure(refusal)
        }
        guard response.contentType == SyncRequest.mediaType else {
            throw .stopped(.notOurHub(status: response.status))
        }
        let answer: FileResponse
        do throws(CodecError) {
            answer = try FileResponse.decode(response.body)
        } catch {
            throw .stopped(error == .notOurs ? .notOurHub(status: 200) : .garbled(error))
        }
        guard answer.tag == SyncResponse.tag(ofRequest: body) else {
            throw .stopped(.otherRequest)
        }
        return .success(answer)
    }

    /// Why the hub takes or gives no bytes of one file; the others go on.
    private enum FileRefusal: String, Error {
        case noSuchFile = "HZ-6001"
        case wrongBytes = "HZ-6002"
        case quota = "HZ-6003"
    }
}
