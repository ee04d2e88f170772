import Foundation
import SyncCore
import SyncTesting
import Testing

@Suite("merge laws")
struct MergeLawTests {
    @Test(
        "every history of four settings of one unit",
        arguments: SmallScope.all(count: 4, units: [.register]))
    func fourSettings(scope: SmallScope) { expectLaws(in: scope) }

    @Test(
        "every history of five settings of one unit, one device before the other",
        arguments: [[2, 2, 1], [3, 1, 1], [3, 2, 0], [2, 0, 3]].map {
            SmallScope(writes: $0, units: [.register])
        })
    func fiveSettings(scope: SmallScope) { expectLaws(in: scope) }

    @Test(
        "every history of three change sets to two units",
        arguments: SmallScope.all(count: 3, units: [.register, .register])
            + SmallScope.all(count: 3, units: [.register, .elements]))
    func twoUnits(scope: SmallScope) { expectLaws(in: scope) }

    @Test(
        "every history of four changes of one set",
        arguments: SmallScope.all(count: 4, units: [.elements]))
    func oneSet(scope: SmallScope) { expectLaws(in: scope) }

    @Test("every history of two devices and a hub, two writes each to one unit, in every order")
    func fleetOfOneUnit() { expectLaws(in: SmallFleet(writes: 2, units: 1)) }

    @Test("every history of two devices and a hub, two writes each to two units, both ways")
    func fleetOfTwoUnits() { expectBothWays(SmallFleet(writes: 2, units: 2)) }

    /// Half an hour in a release build: `make scope`. A unit's state follows from the writes to it
    /// alone, as two units show above: so these are the histories of each of two.
    @Test(
        "every history of two devices and a hub, three writes each, in every order",
        .enabled(if: ProcessInfo.processInfo.environment["HAZAMA_SCOPE"] == "large"))
    func fleetOfThreeWrites() {
        // Read by Tests/scope.
        print("scope: \(expectLaws(in: SmallFleet(writes: 3, units: 1))) histories")
    }

    private func expectBothWays(_ fleet: SmallFleet) {
        let tried = fleet.visitHistories { history in
            let model = MergeModel(history).state(after: history.everything)
            let forwards = Array(history.entries.indices)
            let isRight =
                history.state(mergedIn: forwards) == model
                && history.state(mergedIn: forwards.reversed()) == model
            if !isRight { Issue.record("an order makes a difference in\n\(history)") }
            return isRight
        }
        #expect(tried > 1000, "an empty space proves nothing")
    }

    @Test("generated histories of four replicas and units of all kinds", arguments: Seed.all)
    func generated(seed: Seed) { expectLaws(over: History.samples(seed)) }

    @Test("names that nobody could have known still make no difference between orders")
    func forgedNames() {
        expectLaws(over: Self.forged)
    }

    @Test("increments, entries and elements merge alike in any order at all", arguments: Seed.all)
    func contributions(seed: Seed) {
        var generator = TestGenerator(seed)
        for history in History.samples(seed, count: 10) {
            let parts = history.withoutRegisters
            let model = MergeModel(parts).state(after: parts.everything)
            for _ in 0..<10 {
                let order = parts.entries.indices.shuffled(using: &generator)
                #expect(parts.state(mergedIn: order) == model)
            }
        }
    }

    @Test("a change set released late is covered by what its device wrote since")
    func releasedLate() throws {
        let device = ReplicaID(high: 0, low: 1)
        let first = ChangeSetName(device, .first)
        let second = ChangeSetName(device, .first.next)
        let other = ChangeSetName(ReplicaID(high: 0, low: 2), .first)
        let history = History([
            .setting(first, .integer(1), replacing: []),
            .setting(second, .integer(2), replacing: []),
            .setting(other, .integer(3), replacing: [second]),
        ])
        #expect(history.state(mergedIn: [1, 2, 0]).heads(of: UnitID(16)) == [other])
    }

    /// Ways in which four settings can name each other and themselves, cycles included: one in 31
    /// of all.
    private static var forged: [History] {
        let replicas = [
            ReplicaID(high: 0, low: 1), ReplicaID(high: 0, low: 2),
            ReplicaID(high: 1 << 63, low: 3),
        ]
        let names = [
            ChangeSetName(replicas[0], .first), ChangeSetName(replicas[0], .first.next),
            ChangeSetName(replicas[1], .first), ChangeSetName(replicas[2], .first),
        ]
        return (0..<(1 << 16)).filter { $0 % 31 == 0 }.map { choice in
            History(
                names.indices.map { slot in
                    let replaced = names.indices.filter { choice >> (slot * 4 + $0) & 1 == 1 }
                    return .setting(names[slot], .integer(1), replacing: replaced.map { names[$0] })
                })
        }
    }
}

@Suite("merge laws notice a merge that")
struct MergeLawCanaries {
    @Test("keeps the local side")
    func keepsLocal() {
        expectCaught { state, change, origin, arrived in
            let fresh = change.with(writes: change.writes.filter { state[$0.unit] == nil })
            state.merge(fresh, from: origin, arrived)
        }
    }

    @Test("lets the last one win")
    func keepsArriving() {
        expectCaught { state, change, origin, arrived in
            let all = change.replacing { [state] unit in state.heads(of: unit) }
            state.merge(all, from: origin, arrived)
        }
    }

    @Test("forgets names that come early")
    func forgetsEarly() {
        expectCaught { state, change, origin, arrived in
            state.merge(change, from: origin, overtaken: arrived.overtaken) {
                $0 != origin.name || arrived.hasMerged($0)
            }
        }
    }

    @Test("lets a covered write add itself")
    func coveredAdds() {
        expectCaught { state, change, origin, arrived in
            state = state.mappingRegisters { register in
                Register(
                    heads: register.heads, early: register.early.filter { $0 != origin.name },
                    base: nil)!
            }
            state.merge(change, from: origin, arrived)
        }
    }

    @Test("lets a covered write cover nothing")
    func coveredCoversNothing() {
        expectCaught { state, change, origin, arrived in
            let isCovered = state.units.contains {
                if case .register(let register) = $0.state {
                    register.early.contains(origin.name)
                } else {
                    false
                }
            }
            let before = state
            state.merge(change, from: origin, arrived)
            guard isCovered, !arrived.hasMerged(origin.name) else { return }
            state = state.mappingRegisters { register in
                guard case .register(let old)? = before[UnitID(16)] else { return register }
                return Register(heads: old.heads, early: register.early, base: nil)!
            }
        }
    }

    @Test("does not ask what a late one has missed")
    func forgetsOvertaken() {
        expectCaught { state, change, origin, arrived in
            state.merge(change, from: origin, hasMerged: arrived.hasMerged)
        }
    }

    @Test("covers by time")
    func coversByTime() {
        expectCaught { state, change, origin, arrived in
            let timed = change.replacing { [state] unit in
                state.origins(of: unit).filter { $0.time < origin.time }.map(\.name)
            }
            state.merge(timed, from: origin, arrived)
        }
    }

    @Test("merges again what comes again")
    func mergesAgain() {
        expectCaught { state, change, origin, arrived in
            state.merge(change, from: origin, overtaken: arrived.overtaken) {
                $0 != origin.name && arrived.hasMerged($0)
            }
        }
    }

    @Test("takes an element away, whoever added it")
    func removesAll() {
        expectCaught(in: SmallScope(writes: [1, 1, 1], units: [.elements])) {
            state, change, origin, arrived in
            state.merge(change.removingAll(in: state), from: origin, arrived)
        }
    }

    @Test("orders a log by arrival")
    func logByArrival() {
        var moment: Int64 = 0
        expectCaught(over: History.samples(.first)) { state, change, origin, arrived in
            moment += 1
            let late = Origin(
                name: origin.name, author: origin.author,
                time: CorrectedTime(clamping: moment), position: origin.position,
                shown: origin.shown)
            state.merge(change, from: late, arrived)
        }
    }

    @Test("lets the first to arrive have created the record")
    func firstCreates() {
        expectCaught { state, change, origin, arrived in
            let once = state.created == nil ? change : change.creating(false)
            state.merge(once, from: origin, arrived)
        }
    }
}
