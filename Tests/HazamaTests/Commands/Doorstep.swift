import ArgumentParser
import Casework
import Fieldwork
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@testable import hazama

/// An advisor's laptop in the days of a story, and the hub it belongs to. What is typed goes
/// through the commands and has no line; only `sync` has one.
final class Doorstep {
    let fixture: HubFixture
    let folder: String
    private let files: TemporaryFolder
    private var chance: TestGenerator

    /// A hub as of the morning of a day.
    static func hub(on day: CalendarDate) throws -> HubFixture {
        try HubFixture(
            schema: .fieldwork, clock: TestClock(day.ordinal * 86_400_000 + 8 * 3_600_000))
    }

    /// Enrols and approves a laptop, and lets it fetch what there is.
    ///
    /// - Parameter first: whose laptop it is, where a second person works on it.
    init(
        _ number: UInt64, of person: String, at fixture: HubFixture,
        areas: [ScopeID] = [HubFixture.district], beside first: Doorstep? = nil,
        called name: String = Homes.first
    ) async throws {
        self.fixture = fixture
        files = try first?.files ?? TemporaryFolder()
        folder = Homes(root: files.file("home")).folder(of: name)
        try Files.makeFolder(folder)
        chance = TestGenerator(Seed(number))
        let store = try DeviceStore.create(folder, schema: .fieldwork, using: &chance)
        try store.beginEnrolment(url: "https://127.0.0.1:1", deviceName: "laptop", authority: [])
        let replica = try store.identity().replica
        let answer = try fixture.enrol(replica, store.signingKey(), person: person, areas: areas)
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: answer.hub, epoch: answer.epoch, district: answer.district,
                receiptKey: answer.receiptKey, sealingKey: answer.sealingKey,
                person: answer.person, personName: answer.personName, enrolment: .pending),
            now: Self.reading(fixture.clock))
        try fixture.hub.approve(replica, by: fixture.admin)
        try store.setEnrolment(.approved)
        try store.close()
        try await sync()
    }

    private static func reading(_ clock: TestClock) -> ClockReading {
        ClockReading(
            wall_ms: clock.now_ms, monotonic_ms: UInt64(clock.now_ms - 1_500_000_000_000), boot: 3)
    }

    func travel(to day: CalendarDate) {
        let morning = day.ordinal * 86_400_000 + 8 * 3_600_000
        fixture.clock.advance(by: morning - fixture.clock.now_ms)
    }

    func sync() async throws {
        let clock = fixture.clock
        clock.advance(by: 60_000)
        try await withStore { store in
            let client = SyncClient(
                store: store, transport: InnerLine(hub: fixture.hub),
                clock: { Self.reading(clock) })
            _ = try await client.sync()
        }
    }

    func withStore<Result>(_ body: (DeviceStore) async throws -> Result) async throws -> Result {
        let store = try DeviceStore.open(folder, schema: .fieldwork)
        let result = try await body(store)
        try store.close()
        return result
    }

    // MARK: What is typed

    /// Runs a command as a person would type it.
    func run(_ words: [String]) async throws -> (status: hazama.ExitStatus, screen: Screen) {
        guard let command = try Hazama.parseAsRoot(words) as? any DeskCommand else {
            throw Failure(status: .usage, code: "", what: "no command of ours")
        }
        return await run(command)
    }

    private func run(
        _ command: any DeskCommand
    ) async -> (status: hazama.ExitStatus, screen: Screen) {
        let (desk, screen) = desk(isJSON: command.global.json)
        return (await desk.conduct(command), screen)
    }

    /// Where a command works, and what it prints.
    func desk(isJSON: Bool = false) -> (Desk, Screen) {
        let (screen, clock) = (Screen(), fixture.clock)
        clock.advance(by: 1000)
        let desk = Desk(
            screen.console(isJSON: isJSON), environment: ["HAZAMA_HOME": folder],
            started: Self.reading(clock), clock: { Self.reading(clock) }
        ) { _ in nil }
        return (desk, screen)
    }

    /// What a command that succeeds says to programs.
    @discardableResult
    func type(_ words: String...) async throws -> [JSON] { try await type(words) }

    @discardableResult
    func type(_ words: [String]) async throws -> [JSON] {
        let (status, screen) = try await run(words + ["--json"])
        #expect(status == .done, "\(words): \(screen.result) \(screen.talk)")
        return try screen.result.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }

    /// The record of the one item of a kind that a command speaks of.
    func record(_ kind: String, _ words: String...) async throws -> RecordID {
        let items = try await type(words).filter { $0["type"] == .string(kind) }
        return try #require(items.first?["record"]?.string.flatMap(RecordID.init))
    }

    /// Talks with a household: what it tells are facts from the day on.
    ///
    /// - Parameter told: of the household (`nil`) or a person, as `key=value` with spaces between.
    func talk(
        _ home: RecordID, _ told: [(about: RecordID?, facts: String)]
    ) async throws {
        try await type("visit", "start", "\(home)", "--place", "home")
        for (about, facts) in told {
            for fact in facts.split(separator: " ") {
                let parts = fact.split(separator: "=").map(String.init)
                let whose = about.map { ["--about", "\($0)"] } ?? []
                // There are many: the root need not find the command each time.
                let (status, screen) = await run(
                    try VisitAnswer.parse([parts[0], parts[1]] + whose))
                #expect(status == .done, "\(fact): \(screen.talk)")
            }
        }
        try await type("visit", "end", "--outcome", "met", "--minutes", "45")
    }

    /// Writes down what is given, as one visit.
    func record(_ changes: [RecordChange]) async throws {
        fixture.clock.advance(by: 1000)
        let now = Self.reading(fixture.clock)
        try await withStore { store in
            _ = try store.record(
                ChangeSetDraft(intent: "visit", changes: changes), now: now, using: &chance)
        }
    }

    // MARK: What is made of it

    /// What this laptop makes of a household by what is recorded on it.
    func verdict(on home: RecordID, asOf day: CalendarDate) async throws -> Verdict {
        try await withStore { store in
            var states: [RecordState] = []
            for collection in HouseholdRecords.collections.sorted() {
                let records =
                    collection == .household
                    ? [home] : try store.children(of: home, in: collection).map(\.record)
                states += try records.compactMap { try store.shown($0)?.state }
            }
            return try Verdict(states, asOf: day)
        }
    }

    /// What the hub makes of it.
    func hubVerdict(on home: RecordID, asOf day: CalendarDate) throws -> Verdict {
        try Verdict(
            fixture.hub.records(
                with: home, in: .household, of: HouseholdRecords.collections, by: fixture.admin),
            asOf: day)
    }

    /// Checks that laptop and hub make the same of a household, and returns that: before it is
    /// sent on the one, then on the other, then on the first again.
    @discardableResult
    func agreed(on home: RecordID, asOf day: CalendarDate) async throws -> Verdict {
        let offline = try await verdict(on: home, asOf: day)
        try await sync()
        let hub = try hubVerdict(on: home, asOf: day)
        #expect(hub == offline)
        #expect(hub.bytes == offline.bytes)
        #expect(try await verdict(on: home, asOf: day).bytes == offline.bytes)
        let digest = try fixture.hub.status().digest
        #expect(try await withStore { try $0.totalDigest() } == digest)
        return hub
    }
}

/// A line to a hub in the same process.
struct InnerLine: Transport {
    let hub: Hub

    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        do throws(Problem) {
            let plain: [UInt8]
            do {
                plain =
                    try request.isCompressed
                    ? Zstd.decompress(request.body, maximumBytes: 1 << 26) : request.body
            } catch { throw Problem(.malformed) }
            let body = try request.path == "/v1/file" ? hub.file(plain) : hub.sync(plain)
            return TransportResponse(
                status: 200, contentType: SyncRequest.mediaType, body: body,
                bytesUp: request.body.count, bytesDown: body.count)
        } catch {
            return TransportResponse(
                status: error.code.status, contentType: "application/json",
                body: error.json.bytes(), bytesUp: request.body.count, bytesDown: 0)
        }
    }
}

/// All that the rules of a day say of a household, with the proof of each answer.
struct Verdict: Equatable {
    let entry: HouseholdEntry
    let rulebook: Rulebook
    let provenance: Provenance
    let answer: HouseholdAnswer
    let matches: [Match]
    /// Of every programme and document for each member, then of every indicator.
    let proofs: [Proof]
    let questions: [Question]
    let warnings: [Casework.Finding]
    let silence: SilentHousehold?
    let routing: Routing
    let circle: Circle?

    private static let discoveries = Result {
        try Casework.Catalogue(Array(Casework.Catalogue.shippedText.utf8)) { Digests.sha256($0) }
    }

    init(_ states: [RecordState], asOf day: CalendarDate) throws {
        let catalogue = try Self.discoveries.get()
        rulebook = try Rulebook(catalogue, asOf: day)
        let discovery = try Discovery(rulebook)
        entry = try #require(
            HouseholdRecords(states).flatMap {
                HouseholdEntry($0, catalogue: catalogue, asOf: day)
            })
        let (rulebook, facts) = (rulebook, entry.facts)
        let situation = discovery.situation(
            facts, earlier: entry.earlier, chronicle: entry.chronicle)
        provenance = rulebook.provenance(of: facts) { Digests.sha256($0) }
        answer = situation.answer
        let members = 0..<facts.memberCount
        matches = members.map { rulebook.match(facts, member: $0) }
        proofs =
            members.flatMap { member in
                catalogue.programmes.indices.map {
                    rulebook.proof(ofProgramme: $0, facts, member: member)
                }
                    + rulebook.documentsInForce.indices.map {
                        rulebook.proof(ofDocument: $0, facts, member: member)
                    }
            }
            + catalogue.assessment.indicators.indices.flatMap { index in
                catalogue.assessment.indicators[index].isOfAnyMember
                    ? members.map { rulebook.proof(ofIndicator: index, facts, member: $0) }
                    : [rulebook.proof(ofIndicator: index, facts)]
            }
        questions = rulebook.questions(facts, answer)
        warnings = situation.warnings
        silence = situation.silence
        routing = Routing(situation)
        circle = entry.circle(rulebook)
    }

    static func == (left: Self, right: Self) -> Bool {
        left.provenance == right.provenance && left.answer == right.answer
            && left.matches == right.matches && left.proofs == right.proofs
            && left.questions == right.questions && left.warnings == right.warnings
            && left.silence == right.silence && left.routing == right.routing
            && left.circle == right.circle
    }

    /// As commands say it to programs, member by member, with every proof.
    var bytes: [UInt8] {
        JSON.object([
            "facts": .string("\(provenance.facts)"),
            "catalogue": .string("\(provenance.catalogue)"), "asOf": .string("\(rulebook.asOf)"),
            "members": .array(
                entry.members.indices.map { .object(sheet($0).members(explaining: true)) }),
            "low": .integer(answer.assessment.score.lowerBound),
            "high": .integer(answer.assessment.score.upperBound),
            "level": .string(answer.assessment.level.rawValue),
            "rows": .array(routing.rows.map { .string($0.rawValue) }),
            "warnings": .array(warnings.map { .string($0.rule.rawValue) }),
        ]).bytes()
    }

    private func sheet(_ member: Int) -> MatchSheet {
        MatchSheet(
            match: matches[member], rulebook: rulebook, facts: entry.facts, member: member,
            words: PolicyWords(catalogue: rulebook.catalogue, language: .english))
    }

    // MARK: As a story tells it

    private var catalogue: Casework.Catalogue { rulebook.catalogue }

    private func place(of member: RecordID) throws -> Int {
        try #require(entry.members.firstIndex(of: member))
    }

    /// The programmes that stand so for a member, in the catalogue's order.
    private func programmes(
        _ member: RecordID, _ isWanted: (ProgrammeMatch.Standing) -> Bool
    ) throws -> [String] {
        try matches[place(of: member)].programmes.enumerated()
            .filter { isWanted($0.element.standing) }.map { catalogue.programmes[$0.offset].id }
    }

    func proposed(_ member: RecordID) throws -> [String] {
        try programmes(member) { $0 == .proposed }
    }
    func open(_ member: RecordID) throws -> [String] { try programmes(member) { $0 == .open } }
    func superseded(_ member: RecordID) throws -> [String] {
        try programmes(member) { if case .superseded = $0 { true } else { false } }
    }
    func alsoOpens(_ member: RecordID) throws -> [String] {
        try matches[place(of: member)].alsoOpens.map { catalogue.programmes[$0].id }
    }

    private func programme(_ id: String, _ member: RecordID) throws -> ProgrammeMatch {
        let index = try #require(catalogue.programmes.firstIndex { $0.id == id })
        return try matches[place(of: member)].programmes[index]
    }

    func amount(_ id: String, _ member: RecordID) throws -> AmountAnswer? {
        try programme(id, member).amount
    }
    func missing(_ id: String, _ member: RecordID) throws -> [String] {
        catalogue.facts.keys(try programme(id, member).answer.missing)
    }

    /// The conditions that made a programme's answer what it is: `h.size = 2 yes`.
    func reasons(_ id: String, _ member: RecordID) throws -> [String] {
        let index = try #require(catalogue.programmes.firstIndex { $0.id == id })
        return try rulebook.proof(
            ofProgramme: index, entry.facts, member: place(of: member)
        ).reasons.map { truth, compared in
            let with = compared.operands.map { "\($0)" }.joined(separator: "|")
            return "\(catalogue.facts[compared.fact].key) "
                + "\(compared.value.map { "\($0)" } ?? "?") \(compared.comparison.rawValue) "
                + "\(with) \(truth.word)"
        }
    }

    var score: ClosedRange<Int64> { answer.assessment.score }
    var level: Level { answer.assessment.level }
    var causes: [String] {
        answer.assessment.causes.map { catalogue.assessment.indicators[$0].id }
    }
    func warning(_ rule: WarningRule) -> Casework.Finding? { warnings.first { $0.rule == rule } }
}
