import SyncCore
import SyncExchange
import SyncProtocol
import Testing

@Suite("what a hub says to a device that waits")
struct NewsTests {
    private func reply(
        _ text: String, status: Int = 200, contentType: String? = "application/json",
        retryAfter_s: Int? = nil
    ) -> DeviceExchange.Reply {
        DeviceExchange.Reply(
            status: status, contentType: contentType, retryAfter_s: retryAfter_s,
            body: Array(text.utf8))
    }

    @Test("news and none are told apart, with the pause the hub asks for")
    func news() {
        func judge(_ text: String) -> Result<News, DeviceExchange.Stop> {
            DeviceExchange.judge(watching: reply(text))
        }
        #expect(judge(#"{"news":true,"pause_ms":40}"#) == .success(.some(pause_ms: 40)))
        #expect(judge(#"{"news":true}"#) == .success(.some(pause_ms: 0)))
        #expect(
            judge(#"{"news":true,"pause_ms":99999999}"#) == .success(.some(pause_ms: 60_000)))
        #expect(judge(#"{"news":false}"#) == .success(.none))
        #expect(judge(#"{"ok":1}"#) == .failure(.notOurHub(status: 200)))
    }

    @Test("a portal is no hub, and a refusal is told with the time to wait")
    func refusals() {
        let portal = reply("<html>", contentType: "text/html")
        #expect(DeviceExchange.judge(watching: portal) == .failure(.notOurHub(status: 200)))
        let busy = reply(
            #"{"code":"HZ-9002","text":"busy"}"#, status: 503, retryAfter_s: 7)
        guard case .failure(.problem(let problem)) = DeviceExchange.judge(watching: busy) else {
            Issue.record("not a problem")
            return
        }
        #expect(problem.code == .busy)
        #expect(problem.retryAfter_s == 7)
        let other = reply(#"{"code":"HZ-2005","text":"","epoch":"x"}"#, status: 409)
        #expect(DeviceExchange.judge(watching: other) == .success(.some(pause_ms: 0)))
    }

    @Test("pauses grow to minutes, are never shorter than the hub asked, and differ by chance")
    func pauses() {
        func pause(_ count: Int, _ retry: Int? = nil, _ chance: UInt64 = 0) -> Duration {
            DeviceExchange.pause(afterFailure: count, retryAfter_s: retry, chance: chance)
        }
        #expect((1...4).map { pause($0) } == [2, 4, 8, 16].map { .seconds($0) })
        #expect(pause(1000) == .seconds(300))
        #expect(pause(1, 30) == .seconds(30))
        #expect(pause(1, 1_000_000) == .seconds(3600))
        #expect(pause(1, 30, 14_999) == .milliseconds(44_999))
        for chance in stride(from: UInt64(0), to: 100_000, by: 997) {
            #expect((.seconds(30) ... .seconds(45)).contains(pause(1, 30, chance)))
        }
    }
}
