import Simulation
import Testing

/// Scripts that tell one story each. Written by hand, or what was left of a world that once broke.
@Suite("stories")
struct StoryTests {
    private func ends(_ script: String) async throws -> [String] {
        let script = try #require(Script(script))
        return try await Simulation.run(script).failures.map { "\($0.invariant): \($0.detail)" }
    }

    private let morning = "fleet 0 devices 3\n1000 0 sync a\n1000 1 sync b\n"

    /// A number that lets a fault strike at this call, and tear in one of several ways.
    private func luck(call: UInt64, way: UInt64) -> String {
        var luck = call - 1 + 16 * way
        while luck % 7 == 0 { luck += 16 * 11 }
        return String(luck, radix: 36)
    }

    @Test("a request whose answer is lost ten times has one effect")
    func lostAnswers() async throws {
        let lost = (0..<10).map { "1000 0 sync \($0) drop-answer 1\n" }.joined()
        let found = try await ends(morning + "1000 0 edit 5\n1000 0 create 6\n" + lost)
        #expect(found == [])
    }

    @Test("a request that arrives twice, and again after the hub was started anew, has one effect")
    func repeated() async throws {
        let script = """
            1000 0 edit 5
            1000 0 sync 1 delay-request 1
            1000 0 edit 7
            1000 0 sync 2 repeat-request 1
            1000 0 restart 3
            1000 0 late 4
            """
        let found = try await ends(morning + script)
        #expect(found == [])
    }

    @Test(
        "what is no answer of the hub marks nothing as sent",
        arguments: ["captive-portal", "garbage", "stale-answer", "cut-answer", "busy"])
    func noAnswer(fault: String) async throws {
        let script = """
            1000 0 edit 5
            1000 0 sync 1 \(fault) 1
            1000 0 edit 6
            1000 0 sync 2 \(fault) 2z
            """
        let found = try await ends(morning + script)
        #expect(found == [])
    }

    @Test(
        "whatever write the power or the process ends at, what was recorded is there",
        arguments: ["device-power", "device-kill", "device-full", "device-write-error"])
    func recording(fault: String) async throws {
        for call in 1...8 as ClosedRange<UInt64> {
            let luck = luck(call: call, way: call)
            let script = """
                1000 0 create 5
                1000 0 create 6 \(fault) \(luck)
                1000 0 create 7
                1000 0 sync 8 \(fault) \(luck)
                """
            #expect(try await ends(morning + script) == [], "at call \(call)")
        }
    }

    @Test(
        "whatever write the hub's power or process ends at, what it signed for is there",
        arguments: ["hub-power", "hub-kill", "hub-full", "hub-write-error", "hub-sync-lost"])
    func receiving(fault: String) async throws {
        for call in 1...10 as ClosedRange<UInt64> {
            let luck = luck(call: call, way: call)
            let script = """
                1000 0 create 5
                1000 0 sync 6 \(fault) \(luck)
                1000 1 edit 7
                1000 1 sync 8
                """
            #expect(try await ends(morning + script) == [], "at call \(call)")
        }
    }

    @Test("a folder put back from a copy is found out, and its work is kept")
    func putBack() async throws {
        let script = """
            1000 0 create 5
            1000 0 sync 6
            1000 0 copy 7
            1000 0 create 8
            1000 0 sync 9
            1000 0 restore a
            1000 0 create b
            1000 0 sync c
            1000 0 create d
            """
        let found = try await ends(morning + script)
        #expect(found == [])
    }

    @Test("a folder copied to a second machine is found out, and the work of both is kept")
    func copied() async throws {
        let script = """
            1000 0 copy 7
            1000 0 clone 8
            1000 0 create 9
            1000 3 create a
            1000 3 sync b
            1000 0 sync c
            1000 3 create d
            """
        let found = try await ends(morning + script)
        #expect(found == [])
    }

    @Test("a copy of a folder takes off what left the other machine meanwhile")
    func leftMeanwhile() async throws {
        let script = """
            fleet 2 devices 8
            1000 6 sync 366h9kx8ftdek
            1000 6 clone 34x68mlg111be
            1000 2 move 3n2rd9ih28bvo
            """
        #expect(try await ends(script) == [])
    }

    @Test("clocks set to 1970, to 2100 and back decide nothing")
    func clocks() async throws {
        var script = morning
        for roll in 0..<12 {
            script += "60000 \(roll % 2) clock \(roll)\n60000 \(roll % 2) edit \(roll)\n"
        }
        let found = try await ends(script)
        #expect(found == [])
    }

    @Test("a script is read as it was written")
    func text() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let script = Script(seed: seed, steps: 40)
            #expect(Script("\(script)") == script)
        }
        #expect(Script("fleet 0 devices 3\n1 0 dance 1a") == nil)
    }

    @Test("a script is shortened to what matters")
    func shrinks() async throws {
        let script = Script(seed: 3, steps: 60)
        let short = try await script.shrunk { $0.description.contains(" edit ") }
        #expect("\(short)".split(separator: "\n").count == 2)
    }
}
