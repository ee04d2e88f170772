public import SyncCore
public import SyncProtocol

/// Decides what a device sends next, and what an answer means. Sees no socket, store or clock.
///
/// One value for one run of a sync: `next` gives a request to send, `judge` says what came back,
/// `noted` is told what was applied; then `next` again, until it gives none.
///
/// Invariants: change sets go up in the order of their numbers without a gap; nothing counts as
/// sent before a receipt says so; each exchange brings the run nearer to its end, or the run stops.
public struct DeviceExchange: Sendable {
    /// What the device knows before a request.
    public struct Facts: Hashable, Sendable {
        public var replica: ReplicaID
        /// `nil` before the hub was heard of.
        public var epoch: EpochID?
        /// How far the hub's log had come; `.none` where this epoch has told nothing yet.
        public var mark: LogMark.Sign
        public var grantsVersion: UInt64
        public var cursors: [LogPosition]
        public var noticeCursor: UInt64
        public var writerCursor: UInt32
        /// Whether the hub is to be told that something was taken off.
        public var hasPurges: Bool
        /// To have compared; `nil` where the device knows that it lacks something.
        public var digest: StateDigest?
        /// Change sets without a receipt, and those between them, from the first on, without gaps.
        public var offers: [Offer]
        /// How many have no receipt in all.
        public var pending: UInt64
        public var unsettled: [ChangeSetNumber]
        /// Whether the hub's word for this device is missing, or old.
        public var wantsCredential: Bool

        public init(
            replica: ReplicaID, epoch: EpochID?, mark: LogMark.Sign, grantsVersion: UInt64,
            cursors: [LogPosition], noticeCursor: UInt64, writerCursor: UInt32,
            hasPurges: Bool = false,
            digest: StateDigest?, offers: [Offer], pending: UInt64, unsettled: [ChangeSetNumber],
            wantsCredential: Bool = false
        ) {
            self.replica = replica
            self.epoch = epoch
            self.mark = mark
            self.grantsVersion = grantsVersion
            self.cursors = cursors
            self.noticeCursor = noticeCursor
            self.writerCursor = writerCursor
            self.hasPurges = hasPurges
            self.digest = digest
            self.offers = offers
            self.pending = pending
            self.unsettled = unsettled
            self.wantsCredential = wantsCredential
        }
    }

    /// A change set that may be sent.
    public struct Offer: Hashable, Sendable {
        public let number: ChangeSetNumber
        /// What it takes at most, before compression.
        public let bytes: Int

        public init(_ number: ChangeSetNumber, bytes: Int) {
            (self.number, self.bytes) = (number, bytes)
        }
    }

    /// A request to send, still without its runs.
    public struct Plan: Hashable, Sendable {
        public var request: SyncRequest
        /// What to sign it for; `nil` for a hub that was not heard of yet.
        public var epoch: EpochID?
        /// The change sets that go with it, as one run; `nil` for none.
        public var offer: ClosedRange<ChangeSetNumber>?
        /// Whether the hub asked for the whole mark.
        public var needsProof: Bool
    }

    /// What came back, as far as it decides anything.
    public struct Reply: Hashable, Sendable {
        public let status: Int
        /// Without parameters, in lower case.
        public let contentType: String?
        public let retryAfter_s: Int?
        public let body: [UInt8]
        /// Whether the line broke within the body.
        public let isCut: Bool

        public init(
            status: Int, contentType: String?, retryAfter_s: Int?, body: [UInt8],
            isCut: Bool = false
        ) {
            self.status = status
            self.contentType = contentType
            self.retryAfter_s = retryAfter_s
            self.body = body
            self.isCut = isCut
        }
    }

    /// What a reply means.
    public enum Verdict: Hashable, Sendable {
        /// Ours, for this request and in this epoch: to be applied, once its receipts are verified.
        case answer(SyncResponse)
        /// The hub lives another life. It is to be adopted, and everything not anchored offered
        /// again; of this reply nothing is applied. With it comes how far the hub has this device's
        /// chain, if it said so.
        case adopt(EpochID, stored: ChainHead?)
        /// To be asked again: without naming an epoch, for the one known here may be none of the
        /// hub's; or with the proof that the hub has lost something.
        case again
        /// The run ends. Nothing was marked as sent.
        case stop(Stop)
    }

    /// Why a run ends before it is done. Nothing is lost in any of these.
    public enum Stop: Error, Hashable, Sendable {
        /// Something answered that is not a hub: a captive portal, a proxy. Carries the status.
        case notOurHub(status: Int)
        /// The answer is to another request than this one.
        case otherRequest
        /// The answer begins as ours and can't be read.
        case garbled(CodecError)
        /// The hub speaks a version this program does not.
        case newerHub(version: UInt8)
        /// The hub said no.
        case problem(Problem)
        /// The hub said no with a code this program does not know; the status decides.
        case unknownProblem(code: String, status: Int, text: String, retryAfter_s: Int?)
        /// Exchanges bring nothing any more although the hub says that there is more.
        case noProgress
    }

    /// What one exchange brought, once it was applied.
    public struct Gain: Hashable, Sendable {
        public var hasMore: Bool
        public var receipted: Int
        public var records: Int
        public var cursorsMoved: Bool
        public var hasGrants: Bool
        /// Whether the device did not come to the states that the answer's echo stands for; of its
        /// pages none was applied.
        public var disagrees: Bool
        /// Whether the next request gives the hub what it has asked for.
        public var gives: Bool

        public init(
            hasMore: Bool, receipted: Int, records: Int, cursorsMoved: Bool, hasGrants: Bool,
            disagrees: Bool = false, gives: Bool = false
        ) {
            self.hasMore = hasMore
            self.receipted = receipted
            self.records = records
            self.cursorsMoved = cursorsMoved
            self.hasGrants = hasGrants
            self.disagrees = disagrees
            self.gives = gives
        }
    }

    /// What the first request carries at most, unless the line was found to break before that
    /// much was through. Doubled with each success. Change sets are counted as if each went by
    /// itself; together they take about half, and a fifth of that once they are compressed.
    public static let firstLoad = 384 << 10
    /// What a request carries at least, however often the line breaks.
    public static let smallestLoad = 4 << 10
    /// What any request carries at most, before compression.
    static let largestLoad = 4 << 20
    /// How often a run asks for stretches at most: to find one record among millions takes six.
    static let mostSearches = 64
    /// What a request takes beside its change sets.
    static let envelope = 300
    /// What an answer is to hold after one broke off before its first page was through; half of it
    /// if that breaks off as well, and so on.
    static let firstAnswer = 16 << 10
    /// What an answer is asked to hold at least, however often the line breaks.
    static let smallestAnswer = 1 << 10

    /// The most bytes to spend on the line, both ways; `nil` for no limit.
    public let maximumBytes: Int?
    public let isDryRun: Bool
    public private(set) var roundTrips = 0
    /// What the next request carries at most, before compression. A request that breaks off has to
    /// go again from its start, so this is what a line can carry in one piece.
    public private(set) var load: Int
    /// What an answer is asked to hold at most, as sent; 0 for as much as the hub likes.
    public private(set) var answerLoad: Int
    private var spent = 0
    private var hasAdopted = false
    private var namesNoEpoch = false
    private var showsProof = false
    private var takesEcho = true
    private var wants = Wants.all
    /// Where the device differs from the hub, to be asked for next.
    private var stretches: [Stretch] = []
    private var searches = 0
    /// Whether anything was mended, here or at the hub, since the digest was last found to differ;
    /// `nil` where it was not.
    private var hasMended: Bool?
    private var last: (facts: Facts, offer: ClosedRange<ChangeSetNumber>?, compares: Bool)?

    private enum Wants {
        /// Nothing was asked yet, or something was put aside to be asked again.
        case all
        /// The hub has more.
        case more
        /// The hub has said all; there may be change sets left.
        case nothing
    }

    /// - Parameters:
    ///   - load: what an earlier run left as `load`; 0 for none.
    ///   - answerLoad: what it left as `answerLoad`.
    public init(
        maximumBytes: Int? = nil, isDryRun: Bool = false, load: Int = 0, answerLoad: Int = 0
    ) {
        self.maximumBytes = maximumBytes
        self.isDryRun = isDryRun
        self.load =
            load == 0 ? Self.firstLoad : min(max(load, Self.smallestLoad), Self.largestLoad)
        self.answerLoad = answerLoad == 0 ? 0 : max(answerLoad, Self.smallestAnswer)
    }

    /// Whether the limit on bytes keeps something from being sent or fetched.
    public var isCutShort: Bool { (left ?? 1) <= 0 && wants != .nothing }

    private var left: Int? { maximumBytes.map { $0 - spent } }

    /// Returns the next request; `nil` once there is none to make.
    public mutating func next(
        _ facts: Facts, clock: ClockReading, diskFree_MB: UInt64
    ) -> Plan? {
        if let left, left <= 0 { return nil }
        // One thing at a time: what is sent would change what is compared.
        let offer = isDryRun || !stretches.isEmpty ? nil : offer(facts.offers)
        let tells = facts.hasPurges && !isDryRun
        guard wants != .nothing || offer != nil || tells else { return nil }
        // While the hub waits to hear that something is gone, it does not compare.
        last = (facts, offer, facts.digest != nil && stretches.isEmpty && !facts.hasPurges)
        let epoch = namesNoEpoch ? nil : facts.epoch
        let request = SyncRequest(
            replica: facts.replica, epochTag: epoch?.tag ?? 0,
            mark: epoch == nil ? .none : facts.mark,
            grantsVersion: facts.grantsVersion, cursors: CursorRun.joining(facts.cursors),
            noticeCursor: facts.noticeCursor, writerCursor: facts.writerCursor,
            digest: stretches.isEmpty ? facts.digest : nil, clock: clock,
            maximumDownBytes: maximumDownBytes(beside: bytes(of: offer, facts)),
            isDryRun: isDryRun, takesEcho: takesEcho,
            wantsCredential: facts.wantsCredential, diskFree_MB: diskFree_MB,
            pending: facts.pending, unsettled: facts.unsettled, stretches: stretches)
        return Plan(
            request: request, epoch: epoch, offer: offer, needsProof: showsProof && epoch != nil)
    }

    /// The most bytes of pages to ask for: what is left, and what the line carries; 0 for any.
    private func maximumDownBytes(beside up: Int) -> UInt64 {
        // An estimate is of everything.
        let carried = answerLoad == 0 || isDryRun ? nil : answerLoad
        let most = [left.map { max(1, $0 - up) }, carried].compactMap(\.self).min()
        return most.map { UInt64($0) } ?? 0
    }

    /// As many as fit, from the first on: a gap would make the hub wait for what it lacks.
    private func offer(_ offers: [Offer]) -> ClosedRange<ChangeSetNumber>? {
        var room = min(load, left.map { $0 - Self.envelope } ?? .max)
        var end: ChangeSetNumber?
        for (count, offer) in offers.enumerated() {
            // One alone always goes where nobody set a limit: it may be larger than the first load.
            guard offer.bytes <= room || (count == 0 && maximumBytes == nil),
                count < Limits.changeSetsPerRun
            else { break }
            room -= offer.bytes
            end = offer.number
        }
        guard let first = offers.first?.number, let end else { return nil }
        return first...end
    }

    private func bytes(of range: ClosedRange<ChangeSetNumber>?, _ facts: Facts) -> Int {
        guard let range else { return Self.envelope }
        return facts.offers.filter { range.contains($0.number) }
            .reduce(Self.envelope) { $0 + $1.bytes }
    }

    /// Says what a reply to the last plan means.
    ///
    /// - Parameter tag: the tag of the request as it was sent.
    public mutating func judge(_ reply: Reply, tag: UInt64) -> Verdict {
        roundTrips += 1
        guard reply.status == 200 else { return judgeProblem(reply) }
        // A hub does not name the media type. Who does, or not, proves nothing; the first bytes and
        // the tag do.
        var answer: SyncResponse
        do {
            answer = try SyncResponse.decode(reply.body, isCut: reply.isCut)
        } catch {
            switch error {
            case .notOurs: return .stop(.notOurHub(status: reply.status))
            case .unknownVersion(let version): return .stop(.newerHub(version: version))
            default: return .stop(.garbled(error))
            }
        }
        guard answer.requestTag == tag else { return .stop(.otherRequest) }
        if let known = last?.facts.epoch, let epoch = answer.epoch, known != epoch {
            return adopt(epoch, nil)
        }
        // What says which states are not on the pages comes after them, and may have been cut off.
        if reply.isCut, takesEcho, last?.offer != nil { answer.pages = [] }
        return .answer(answer)
    }

    private mutating func judgeProblem(_ reply: Reply) -> Verdict {
        let stop = Self.stop(reply)
        guard case .problem(let problem) = stop else { return .stop(stop) }
        if problem.code == .wrongEpoch, let epoch = problem.epoch, epoch != last?.facts.epoch {
            return adopt(epoch, Self.stored(reply))
        }
        // The hub has less than it once said. What it said is kept, signed by itself.
        if problem.code == .unknownMark, !namesNoEpoch, !showsProof,
            last.map({ $0.facts.epoch != nil && $0.facts.mark != .none }) ?? false
        {
            showsProof = true
            return .again
        }
        // A hub can't tell a wrong key from a wrong epoch with the right first bytes. It takes
        // requests that name none, and its answer says which it is.
        if problem.code == .badSignature, last?.facts.epoch != nil, !namesNoEpoch {
            namesNoEpoch = true
            return .again
        }
        return .stop(
            .problem(
                Problem(problem.code, problem.text, retryAfter_s: problem.retryAfter_s)))
    }

    /// The head of this device's chain as the hub has it, where it says so.
    private static func stored(_ reply: Reply) -> ChainHead? {
        guard let json = json(reply.body),
            let number = json["stored"]?.integer
                .flatMap({ ChangeSetNumber(UInt64(clamping: $0)) }),
            let hash = json["head"]?.string.flatMap(Base32.decode)
                .flatMap({ ContentHash(bytes: $0) })
        else { return nil }
        return ChainHead(number: number, hash: hash)
    }

    /// Why a reply is not what was asked for, whatever that was.
    public static func stop(_ reply: Reply) -> Stop {
        guard reply.contentType == "application/json",
            let json = json(reply.body), let code = json["code"]?.string,
            code.utf8.starts(with: "HZ-".utf8)
        else { return .notOurHub(status: reply.status) }
        let text = json["text"]?.string ?? ""
        guard let known = Problem.Code(rawValue: code) else {
            return .unknownProblem(
                code: String(code.prefix(20)), status: reply.status, text: text,
                retryAfter_s: reply.retryAfter_s)
        }
        return .problem(
            Problem(
                known, text, retryAfter_s: reply.retryAfter_s,
                epoch: json["epoch"]?.string.flatMap { EpochID($0) }))
    }

    static func json(_ body: [UInt8]) -> JSON? {
        guard body.count <= Limits.jsonBytes else { return nil }
        do { return try JSON.parse(body, maximumDepth: Limits.jsonDepth) } catch { return nil }
    }

    /// Once in a run: a hub that changes its life with every answer is none.
    private mutating func adopt(_ epoch: EpochID, _ stored: ChainHead?) -> Verdict {
        guard !hasAdopted else { return .stop(.noProgress) }
        hasAdopted = true
        namesNoEpoch = false
        showsProof = false
        wants = .all
        return .adopt(epoch, stored: stored)
    }

    /// Is told that the last answer was applied, and what that brought.
    ///
    /// Throws `.noProgress` where going on would be the same again.
    public mutating func noted(_ gain: Gain) throws(Stop) {
        stretches = []
        let sent = last?.offer != nil
        let isGain =
            gain.receipted > 0 || gain.records > 0 || gain.cursorsMoved || gain.hasGrants
        // Once: the next answer brings the states themselves.
        let repeats = gain.disagrees && takesEcho || gain.gives
        if gain.disagrees { takesEcho = false }
        // What the hub lacked it could not compare either.
        if gain.gives { hasMended = true }
        if (gain.hasMore || gain.disagrees || sent) && !isGain && !repeats { throw .noProgress }
        if gain.receipted > 0 { load = min(load * 2, Self.largestLoad) }
        // One that was not full says nothing of what the line carries. Once a whole page comes
        // through, what follows it can only break off between two.
        if gain.hasMore, answerLoad > 0 {
            answerLoad = answerLoad < Limits.pageBytesSent ? answerLoad * 2 : 0
        }
        wants = gain.hasMore || gain.disagrees || gain.gives ? .more : .nothing
    }

    /// Is told that the last request got no answer: the next one carries a quarter.
    public mutating func broke() {
        guard last?.offer != nil else { return }
        load = max(load / 4, Self.smallestLoad)
    }

    /// Is told that the last answer broke off before a page of it was whole: the next one is to be
    /// smaller. Doubled with each that comes through full.
    public mutating func cut() {
        let isFirst = answerLoad == 0 || answerLoad > Self.firstAnswer
        answerLoad = isFirst ? Self.firstAnswer : max(answerLoad / 2, Self.smallestAnswer)
    }

    /// Is told where the device may differ, before anything was asked.
    public mutating func suspects(_ stretches: [Stretch]) { self.stretches = stretches }

    /// Is told what applying an answer that compared has come to, after `noted`.
    ///
    /// Ends the search where nothing more is found: then the digest is compared once more, and
    /// where it still differs although nothing was there to mend, that is for people to look at.
    ///
    /// - Parameters:
    ///   - found: where the device differs.
    ///   - mended: whether anything here is other than before.
    ///   - differs: whether the answer said that the digest differs.
    public mutating func compared(found: [Stretch], mended: Bool, differs: Bool) {
        let isInVain = differs && hasMended == false
        hasMended = mended || !differs && hasMended == true
        searches += 1
        guard !isInVain, searches <= Self.mostSearches else { return }
        stretches = found
        if !found.isEmpty {
            wants = .more
        } else if hasMended == true {
            wants = .all
        }
    }

    /// Is told what the last exchange cost on the line.
    public mutating func spend(_ bytes: Int) { spent += bytes }

    /// Whether an answer tells that the digest was compared and found equal, or different; `nil` if
    /// it was not.
    ///
    /// A hub compares only where nothing lies after the cursors: then it has no record to send.
    public func digestMatches(_ answer: SyncResponse) -> Bool? {
        if answer.digestDiffers { return false }
        guard last?.compares == true, answer.grants == nil, !answer.hasMore,
            answer.leaves.isEmpty, answer.pages.allSatisfy(\.records.isEmpty)
        else { return nil }
        return true
    }
}
