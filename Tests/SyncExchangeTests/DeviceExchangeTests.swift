import SyncCore
import SyncExchange
import SyncProtocol
import Testing

@Suite("what a device sends next")
struct DeviceExchangeTests {
    static let epoch = EpochID(high: 7 << 32, low: 1)
    static let clock = ClockReading(wall_ms: 5, monotonic_ms: 6, boot: 7)

    func facts(
        offers sizes: [Int] = [], from first: UInt64 = 1, epoch: EpochID? = Self.epoch,
        digest: StateDigest? = nil
    ) -> DeviceExchange.Facts {
        DeviceExchange.Facts(
            replica: ReplicaID(high: 1, low: 1), epoch: epoch,
            mark: LogMark.Sign(number: 3, check: 9), grantsVersion: 4,
            cursors: [LogPosition(9)!, LogPosition(9)!, LogPosition(2)!], noticeCursor: 5,
            writerCursor: 6, digest: digest,
            offers: sizes.enumerated().map {
                DeviceExchange.Offer(ChangeSetNumber(first + UInt64($0))!, bytes: $1)
            }, pending: UInt64(sizes.count), unsettled: [ChangeSetNumber(1)!])
    }

    func answer(
        hasMore: Bool = false, differs: Bool = false, pages: [SyncResponse.Page] = [],
        epoch: EpochID = Self.epoch, tag: UInt64 = 1
    ) -> DeviceExchange.Reply {
        reply(
            200, SyncRequest.mediaType,
            SyncResponse(
                requestTag: tag, epoch: epoch, hub_ms: 1, hasMore: hasMore,
                digestDiffers: differs, lease_ms: 1, merged: NumberSet(), pages: pages
            ).encode())
    }

    func reply(
        _ status: Int, _ contentType: String?, _ body: [UInt8], retryAfter_s: Int? = nil
    ) -> DeviceExchange.Reply {
        DeviceExchange.Reply(
            status: status, contentType: contentType, retryAfter_s: retryAfter_s, body: body)
    }

    func problem(_ code: Problem.Code, epoch: EpochID? = nil) -> DeviceExchange.Reply {
        let more = epoch.map { #","epoch":"\#($0)""# } ?? ""
        return reply(
            code.status, "application/json",
            Array(#"{"code":"\#(code.rawValue)","text":"no"\#(more)}"#.utf8), retryAfter_s: 8)
    }

    func plan(
        _ exchange: inout DeviceExchange, _ facts: DeviceExchange.Facts
    ) -> DeviceExchange.Plan? {
        exchange.next(facts, clock: Self.clock, diskFree_MB: 10)
    }

    func gain(
        hasMore: Bool = false, receipted: Int = 0, records: Int = 0, moved: Bool = false,
        grants: Bool = false
    ) -> DeviceExchange.Gain {
        DeviceExchange.Gain(
            hasMore: hasMore, receipted: receipted, records: records, cursorsMoved: moved,
            hasGrants: grants)
    }

    @Test("a request says what the device knows")
    func request() throws {
        var exchange = DeviceExchange()
        let digest = StateDigest(high: 1, low: 2)
        let plan = try #require(plan(&exchange, facts(offers: [10, 10], from: 4, digest: digest)))
        #expect(plan.offer == ChangeSetNumber(4)!...ChangeSetNumber(5)!)
        #expect(plan.epoch == Self.epoch)
        #expect(
            plan.request
                == SyncRequest(
                    replica: ReplicaID(high: 1, low: 1), epochTag: 7,
                    mark: LogMark.Sign(number: 3, check: 9), grantsVersion: 4,
                    cursors: [
                        CursorRun(count: 2, position: LogPosition(9)!),
                        CursorRun(count: 1, position: LogPosition(2)!),
                    ], noticeCursor: 5, writerCursor: 6, digest: digest, clock: Self.clock,
                    takesEcho: true, diskFree_MB: 10, pending: 2,
                    unsettled: [ChangeSetNumber(1)!]))
    }

    @Test("after states it did not come to itself, a run asks for them once, and without an echo")
    func disagreement() throws {
        var exchange = DeviceExchange()
        let state = facts(offers: [10], from: 4, digest: nil)
        #expect(try #require(plan(&exchange, state)).request.takesEcho)
        var gain = gain()
        gain.disagrees = true
        try exchange.noted(gain)
        let second = plan(&exchange, facts(offers: [], from: 5, digest: nil))
        #expect(try #require(second).request.takesEcho == false)
        #expect(throws: DeviceExchange.Stop.noProgress) { try exchange.noted(gain) }
    }

    @Test("one exchange is all, where the hub has no more and the device neither")
    func oneRound() throws {
        var exchange = DeviceExchange()
        #expect(plan(&exchange, facts(offers: [10])) != nil)
        guard case .answer = exchange.judge(answer(), tag: 1) else {
            Issue.record("an answer was not taken for one")
            return
        }
        try exchange.noted(gain(receipted: 1))
        #expect(plan(&exchange, facts()) == nil)
        #expect(exchange.roundTrips == 1)
    }

    @Test("it goes on while the hub has more, and while there is something left to send")
    func goesOn() throws {
        var exchange = DeviceExchange()
        #expect(plan(&exchange, facts()) != nil)
        try exchange.noted(gain(hasMore: true, records: 5))
        #expect(plan(&exchange, facts()) != nil)
        try exchange.noted(gain())
        let offer = try #require(plan(&exchange, facts(offers: [10], from: 3))?.offer)
        #expect(offer == ChangeSetNumber(3)!...ChangeSetNumber(3)!)
    }

    @Test("the first request is small, and each that gets through is followed by a larger one")
    func loads() throws {
        var exchange = DeviceExchange()
        let sizes = [Int](repeating: 100_000, count: 40)
        #expect(plan(&exchange, facts(offers: sizes))?.offer?.upperBound.value == 3)
        try exchange.noted(gain(receipted: 3))
        #expect(plan(&exchange, facts(offers: sizes))?.offer?.upperBound.value == 7)
        try exchange.noted(gain(receipted: 7))
        #expect(plan(&exchange, facts(offers: sizes))?.offer?.upperBound.value == 15)
    }

    @Test(
        "what is larger than the first load goes alone, and not at all over the limit of a person")
    func largest() {
        var exchange = DeviceExchange()
        #expect(plan(&exchange, facts(offers: [400_000, 10]))?.offer?.upperBound.value == 1)
        var limited = DeviceExchange(maximumBytes: 1000)
        #expect(plan(&limited, facts(offers: [900, 10]))?.offer == nil)
        var fits = DeviceExchange(maximumBytes: 1000)
        let plan = plan(&fits, facts(offers: [300, 300, 300]))
        #expect(plan?.offer?.upperBound.value == 2)
        #expect(plan?.request.maximumDownBytes == 100)
    }

    @Test("the limit on bytes ends the run, and says so")
    func limit() throws {
        var exchange = DeviceExchange(maximumBytes: 1000)
        #expect(plan(&exchange, facts()) != nil)
        exchange.spend(1200)
        try exchange.noted(gain(hasMore: true, records: 1))
        #expect(plan(&exchange, facts()) == nil)
        #expect(exchange.isCutShort)
    }

    @Test("after an answer that brought no page the next one is small, and grows as they come")
    func smallAnswers() throws {
        var exchange = DeviceExchange()
        #expect(plan(&exchange, facts())?.request.maximumDownBytes == 0)
        exchange.cut()
        #expect(plan(&exchange, facts())?.request.maximumDownBytes == 16 << 10)
        for _ in 0..<9 { exchange.cut() }
        #expect(plan(&exchange, facts())?.request.maximumDownBytes == 1 << 10)
        // Remembered, it goes on from there; one that was not full says nothing of the line.
        var next = DeviceExchange(answerLoad: exchange.answerLoad)
        #expect(plan(&next, facts())?.request.maximumDownBytes == 1 << 10)
        try next.noted(gain(hasMore: true, records: 1, moved: true))
        #expect(plan(&next, facts())?.request.maximumDownBytes == 2 << 10)
        try next.noted(gain(records: 1))
        #expect(next.answerLoad == 2 << 10)
        for _ in 0..<6 { try next.noted(gain(hasMore: true, records: 1, moved: true)) }
        #expect(next.answerLoad == 0)
    }

    @Test("what the line carries does not widen a person's limit, nor narrow an estimate")
    func smallAnswersAndLimits() {
        var limited = DeviceExchange(maximumBytes: 5000, answerLoad: 16 << 10)
        #expect(plan(&limited, facts())?.request.maximumDownBytes == 4700)
        var dry = DeviceExchange(isDryRun: true, answerLoad: 16 << 10)
        #expect(plan(&dry, facts())?.request.maximumDownBytes == 0)
    }

    @Test("a run never takes more change sets than a hub reads in one")
    func longRun() {
        var exchange = DeviceExchange()
        let offer = plan(
            &exchange, facts(offers: [Int](repeating: 1, count: Limits.changeSetsPerRun + 5)))?
            .offer
        #expect(offer?.upperBound.value == UInt64(Limits.changeSetsPerRun))
    }

    @Test("a dry run asks once, and sends nothing")
    func dryRun() throws {
        var exchange = DeviceExchange(isDryRun: true)
        let plan = try #require(plan(&exchange, facts(offers: [10])))
        #expect(plan.offer == nil)
        #expect(plan.request.isDryRun)
        try exchange.noted(gain())
        #expect(self.plan(&exchange, facts(offers: [10])) == nil)
    }

    @Test("going on without any gain stops the run")
    func noProgress() throws {
        var more = DeviceExchange()
        _ = plan(&more, facts())
        #expect(throws: DeviceExchange.Stop.noProgress) { try more.noted(gain(hasMore: true)) }
        var silent = DeviceExchange()
        _ = plan(&silent, facts(offers: [10]))
        #expect(throws: DeviceExchange.Stop.noProgress) { try silent.noted(gain()) }
        var grants = DeviceExchange()
        _ = plan(&grants, facts())
        try grants.noted(gain(hasMore: true, grants: true))
    }

    @Test("another epoch is adopted and everything asked again, once in a run")
    func epochs() throws {
        let new = EpochID(high: 9 << 32, low: 2)
        var exchange = DeviceExchange()
        _ = plan(&exchange, facts())
        #expect(exchange.judge(answer(epoch: new), tag: 1) == .adopt(new, stored: nil))
        #expect(plan(&exchange, facts(epoch: new)) != nil)
        #expect(exchange.judge(answer(epoch: Self.epoch), tag: 1) == .stop(.noProgress))

        var told = DeviceExchange()
        _ = plan(&told, facts())
        #expect(told.judge(problem(.wrongEpoch, epoch: new), tag: 1) == .adopt(new, stored: nil))
        var same = DeviceExchange()
        _ = plan(&same, facts())
        #expect(
            same.judge(problem(.wrongEpoch, epoch: Self.epoch), tag: 1)
                == .stop(.problem(Problem(.wrongEpoch, "no", retryAfter_s: 8))))
    }

    @Test("a hub that does not know the mark is shown the proof, once")
    func proof() {
        var exchange = DeviceExchange()
        #expect(plan(&exchange, facts())?.needsProof == false)
        #expect(exchange.judge(problem(.unknownMark), tag: 1) == .again)
        #expect(plan(&exchange, facts())?.needsProof == true)
        #expect(
            exchange.judge(problem(.unknownMark), tag: 1)
                == .stop(.problem(Problem(.unknownMark, "no", retryAfter_s: 8))))
    }

    @Test("with a new epoch the hub says how far it has this device's chain")
    func storedThrough() {
        var exchange = DeviceExchange()
        let new = EpochID(high: 9 << 32, low: 2)
        let head = ChainHead(
            number: ChangeSetNumber(4)!, hash: ContentHash(bytes: [UInt8](repeating: 5, count: 32))!
        )
        _ = plan(&exchange, facts())
        let told = Problem(.wrongEpoch, epoch: new, stored: head)
        #expect(
            exchange.judge(reply(409, "application/json", told.json.bytes()), tag: 1)
                == .adopt(new, stored: head))
    }

    @Test("before the first answer any epoch is right")
    func firstEpoch() {
        var exchange = DeviceExchange()
        #expect(plan(&exchange, facts(epoch: nil))?.request.epochTag == 0)
        guard case .answer = exchange.judge(answer(), tag: 1) else {
            Issue.record("the first answer was not taken")
            return
        }
    }

    @Test("a signature that does not fit is tried again without an epoch, and then told")
    func badSignature() {
        var exchange = DeviceExchange()
        _ = plan(&exchange, facts())
        #expect(exchange.judge(problem(.badSignature), tag: 1) == .again)
        let again = plan(&exchange, facts())
        #expect(again?.epoch == nil)
        #expect(again?.request.epochTag == 0)
        #expect(
            exchange.judge(problem(.badSignature), tag: 1)
                == .stop(.problem(Problem(.badSignature, "no", retryAfter_s: 8))))
    }

    @Test("every problem a hub may answer ends the run with it", arguments: Problem.Code.allCases)
    func problems(code: Problem.Code) {
        var exchange = DeviceExchange()
        _ = plan(&exchange, facts(epoch: nil))
        #expect(
            exchange.judge(problem(code), tag: 1)
                == .stop(.problem(Problem(code, "no", retryAfter_s: 8))))
    }

    @Test("what is no answer of ours is told from what is a broken one")
    func strangers() {
        func stop(_ reply: DeviceExchange.Reply) -> DeviceExchange.Verdict {
            var exchange = DeviceExchange()
            _ = plan(&exchange, facts())
            return exchange.judge(reply, tag: 1)
        }
        let html = Array("<html>".utf8)
        let good = answer().body
        #expect(stop(reply(200, "text/html", html)) == .stop(.notOurHub(status: 200)))
        #expect(stop(reply(200, nil, html)) == .stop(.notOurHub(status: 200)))
        // A hub does not name the media type of its answers.
        #expect(stop(reply(200, nil, good)) == stop(answer()))
        #expect(stop(reply(200, SyncRequest.mediaType, html)) == .stop(.notOurHub(status: 200)))
        #expect(stop(reply(200, SyncRequest.mediaType, [])) == .stop(.notOurHub(status: 200)))
        #expect(stop(reply(502, "text/html", html)) == .stop(.notOurHub(status: 502)))
        #expect(
            stop(reply(403, "application/json", Array(#"{"code":1}"#.utf8)))
                == .stop(.notOurHub(status: 403)))
        #expect(
            stop(reply(418, "application/json", Array(#"{"code":"HZ-9999","text":"t"}"#.utf8)))
                == .stop(
                    .unknownProblem(code: "HZ-9999", status: 418, text: "t", retryAfter_s: nil)))
        #expect(stop(answer(tag: 2)) == .stop(.otherRequest))
        for end in 4..<good.count {
            let cut = stop(reply(200, SyncRequest.mediaType, Array(good[..<end])))
            guard case .stop(.garbled) = cut else {
                Issue.record("an answer cut at \(end) was \(cut)")
                continue
            }
        }
    }

    @Test("what differs is asked for, then the digest is compared again; in vain, the run ends")
    func search() throws {
        let digest = StateDigest(high: 1, low: 2)
        var exchange = DeviceExchange()
        func ask(
            differs: Bool, finds: [Stretch], mends: Bool, gives: Bool = false
        ) throws -> SyncRequest? {
            _ = exchange.judge(answer(differs: differs), tag: 1)
            try exchange.noted(
                DeviceExchange.Gain(
                    hasMore: false, receipted: 0, records: 0, cursorsMoved: false,
                    hasGrants: false, gives: gives))
            exchange.compared(found: finds, mended: mends, differs: differs)
            return plan(&exchange, facts(offers: [], digest: digest))?.request
        }
        let first = plan(&exchange, facts(digest: digest))?.request
        #expect(first?.digest == digest)
        #expect(first?.stretches == [])
        let asked = try ask(differs: true, finds: [Stretch(all: 7)], mends: false)
        #expect(asked?.digest == nil)
        #expect(asked?.stretches == [Stretch(all: 7)])
        let again = try ask(differs: false, finds: [], mends: true)
        #expect(again?.digest == digest)
        #expect(again?.stretches == [])
        let other = try ask(differs: true, finds: [Stretch(all: 8)], mends: false)
        #expect(other?.stretches == [Stretch(all: 8)])
        // The hub could not bring what it was asked for.
        #expect(try ask(differs: false, finds: [], mends: false) == nil)

        // Nor could it now; but what it lacked it is given, and then it can.
        exchange = DeviceExchange()
        #expect(plan(&exchange, facts(digest: digest)) != nil)
        #expect(try ask(differs: true, finds: [Stretch(all: 7)], mends: false) != nil)
        #expect(try ask(differs: false, finds: [], mends: false, gives: true) != nil)
        let anew = try ask(differs: true, finds: [Stretch(all: 7)], mends: false)
        #expect(anew?.stretches == [Stretch(all: 7)])
    }

    @Test("what is found to differ is asked for before more is sent")
    func searchFirst() throws {
        var exchange = DeviceExchange()
        _ = plan(&exchange, facts(offers: [10], digest: .zero))
        _ = exchange.judge(answer(differs: true), tag: 1)
        try exchange.noted(
            DeviceExchange.Gain(
                hasMore: false, receipted: 1, records: 0, cursorsMoved: false, hasGrants: false))
        exchange.compared(found: [Stretch(all: 7)], mended: false, differs: true)
        let asked = plan(&exchange, facts(offers: [10], from: 2, digest: .zero))
        #expect(asked?.offer == nil)
        #expect(asked?.request.stretches == [Stretch(all: 7)])
    }

    @Test("the digest counts as compared only where the hub had nothing to send")
    func digest() throws {
        let digest = StateDigest(high: 1, low: 2)
        func matches(
            _ digest: StateDigest?, differs: Bool = false, pages: [SyncResponse.Page] = []
        ) throws -> Bool? {
            var exchange = DeviceExchange()
            _ = plan(&exchange, facts(digest: digest))
            let verdict = exchange.judge(answer(differs: differs, pages: pages), tag: 1)
            guard case .answer(let answer) = verdict else { return nil }
            return exchange.digestMatches(answer)
        }
        let record = SyncResponse.PageRecord(
            collection: CollectionID(1), record: RecordID(high: 1, low: 1), area: 1,
            position: .start, state: [])
        let page = SyncResponse.Page(grants: [0], through: .start, records: [record])
        #expect(try matches(digest) == true)
        #expect(try matches(digest, differs: true) == false)
        #expect(try matches(nil) == nil)
        #expect(try matches(digest, pages: [page]) == nil)
    }
}
