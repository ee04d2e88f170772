import SyncClient
import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Synchronization
import Testing

@Suite("enrolling a device")
struct EnrolmentTests {
    /// What a hub's authority looks like from far away: 60 bytes are as good as a certificate here.
    static let der = [UInt8](0..<60)
    static let pem = Array(
        """
        -----BEGIN CERTIFICATE-----
        AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
        MDEyMzQ1Njc4OTo7
        -----END CERTIFICATE-----

        """.utf8)

    static func code(secret: [UInt8], authority: [UInt8] = der) -> String {
        let content = [1] + secret + Digests.sha256(authority).bytes
        return Base32.encode(content + Digests.sha256(content).bytes.prefix(2))
    }

    /// Serves the two addresses an enrolment needs.
    final class Door: Transport {
        let hub: Hub
        let isLost = Mutex(false)

        init(_ hub: Hub) { self.hub = hub }

        func send(
            _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
        ) async throws(TransportError) -> TransportResponse {
            #expect(request.path == "/v1/enrol")
            let answer = answer(to: request.body)
            if isLost.withLock({ $0 }) { throw .timedOut }
            return answer
        }

        private func answer(to body: [UInt8]) -> TransportResponse {
            let json: JSON
            var status = 200
            do {
                let request = try JSON.parse(body)
                func bytes(_ key: String) -> [UInt8] {
                    request[key]?.string.flatMap(Base32.decode) ?? []
                }
                let answer = try hub.enrol(
                    EnrolmentRequest(
                        secret: bytes("secret"),
                        replica: request["replica"]?.string.flatMap { ReplicaID($0) }
                            ?? ReplicaID(high: 0, low: 0),
                        key: VerifyingKey(bytes: bytes("key"))!,
                        deviceName: request["deviceName"]?.string ?? "",
                        signature: Signature(bytes: bytes("signature"))!))
                json = .object([
                    "hub": .string("\(answer.hub)"), "epoch": .string("\(answer.epoch)"),
                    "district": .string(answer.district),
                    "receiptKey": .string("\(answer.receiptKey)"),
                    "sealingKey": .string("\(answer.sealingKey)"),
                    "person": .string("\(answer.person)"),
                    "personName": .string(answer.personName),
                    "state": .string(answer.state.rawValue),
                ])
            } catch let problem as Problem {
                status = problem.code.status
                json = .object([
                    "code": .string(problem.code.rawValue), "text": .string(problem.text),
                ])
            } catch {
                status = 500
                json = .null
            }
            return TransportResponse(
                status: status, contentType: "application/json", body: json.bytes(), bytesUp: 1,
                bytesDown: 1)
        }
    }

    func enrol(
        _ store: DeviceStore, at door: Door, code: String, pem: [UInt8] = Self.pem
    ) async throws(SyncFailure) -> DeviceIdentity {
        try await SyncClient.enrol(
            store, url: "https://hub:1", code: code, deviceName: "laptop",
            clock: { ClockReading(wall_ms: 1, monotonic_ms: 1, boot: 1) },
            fetch: { request in
                #expect(request.path == "/v1/ca")
                return TransportResponse(
                    status: 200, contentType: "application/x-pem-file", body: pem, bytesUp: 1,
                    bytesDown: 1)
            }, connect: { _ in door })
    }

    func store(_ folder: TemporaryFolder) throws -> DeviceStore {
        var generator = TestGenerator(Seed(5))
        return try DeviceStore.create(
            folder.file("store"), schema: .test, using: &generator)
    }

    @Test("a device learns who it writes for, and asking again tells how its approval stands")
    func enrols() async throws {
        let fixture = try HubFixture()
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let door = Door(fixture.hub)
        let made = try fixture.hub.makeCode(
            person: "Li Na", areas: [HubFixture.north], by: fixture.admin)
        let code = Self.code(secret: made.secret)

        door.isLost.withLock { $0 = true }
        await #expect(throws: SyncFailure.transport(.timedOut)) {
            _ = try await enrol(store, at: door, code: code)
        }
        door.isLost.withLock { $0 = false }
        let identity = try await enrol(store, at: door, code: code.uppercased())
        #expect(identity.enrolment == .pending)
        #expect(identity.personName == "Li Na")
        #expect(identity.hub == fixture.hub.id)
        #expect(identity.receiptKey == fixture.hub.receiptKey)
        #expect(identity.deviceName == "laptop")
        #expect(try store.authority() == Self.pem)

        try fixture.hub.approve(identity.replica, by: fixture.admin)
        #expect(try await enrol(store, at: door, code: code).enrolment == .approved)
        await #expect(throws: SyncFailure.store(.alreadyEnrolled)) {
            _ = try await enrol(store, at: door, code: code)
        }
    }

    @Test("another authority than the code's is refused before anything is told to it")
    func otherAuthority() async throws {
        let fixture = try HubFixture()
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let made = try fixture.hub.makeCode(
            person: "Li Na", areas: [HubFixture.north], by: fixture.admin)
        let door = Door(fixture.hub)
        await #expect(throws: SyncFailure.otherAuthority) {
            _ = try await enrol(
                store, at: door, code: Self.code(secret: made.secret, authority: [1, 2]))
        }
        await #expect(throws: SyncFailure.stopped(.notOurHub(status: 200))) {
            _ = try await enrol(
                store, at: door, code: Self.code(secret: made.secret),
                pem: Array("<html>".utf8))
        }
        #expect(try store.identity().url == nil)
        #expect(try store.authority() == nil)
    }

    @Test("a wrong code is told by the hub, a mistyped one before")
    func badCodes() async throws {
        let fixture = try HubFixture()
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let door = Door(fixture.hub)
        let wrong = Self.code(secret: [UInt8](repeating: 3, count: 16))
        do {
            _ = try await enrol(store, at: door, code: wrong)
            Issue.record("it was enrolled")
        } catch SyncFailure.stopped(.problem(let problem)) {
            #expect(problem.code == .badCode)
        }
        await #expect(throws: SyncFailure.badCode) {
            _ = try await enrol(store, at: door, code: String(wrong.dropLast()) + "7")
        }
    }

    @Test("of a code no character may be another, while hyphens and capitals are as they like")
    func codeText() {
        let text = Self.code(secret: [UInt8](0..<16))
        let code = EnrolmentCode(text)
        #expect(code?.secret == [UInt8](0..<16))
        #expect(code?.authority == Digests.sha256(Self.der))
        #expect(code.map { "\($0)" } == "EnrolmentCode")
        var typed = ""
        for (index, character) in text.uppercased().enumerated() {
            if index > 0, index.isMultiple(of: 5) { typed += "-" }
            typed.append(character)
        }
        #expect(EnrolmentCode(typed) == code)
        for place in text.indices {
            var altered = text
            let other: Character = text[place] == "7" ? "9" : "7"
            altered.replaceSubrange(place...place, with: [other])
            #expect(EnrolmentCode(altered) == nil)
        }
        #expect(EnrolmentCode("") == nil)
        #expect(EnrolmentCode(text + text) == nil)
    }
}
