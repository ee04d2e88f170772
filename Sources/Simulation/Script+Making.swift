internal import Fieldwork

extension Script {
    /// Makes the script of a seed.
    ///
    /// Each seed leaves out some acts and faults altogether and weighs the others anew: what hides
    /// a fault in one world is missing in another. Each actor draws from a generator of its own.
    public init(seed: UInt64, steps: Int) {
        var swarm = SeededGenerator(seed: seed.scrambled(with: 1))
        let fleet = Int(swarm.next() % UInt64(Fleet.count))
        let devices = 3 + Int(swarm.next() % UInt64(Fleet.devices - 2))
        let acts = Self.weights(Self.acts, keeping: [.edit, .sync], &swarm)
        let faults = Self.weights(Self.faults, keeping: [], &swarm)
        let percent = [0, 10, 30, 60][Int(swarm.next() % 4)]
        let pace = [1, 4, 12, 48][Int(swarm.next() % 4)]
        var actors = (0..<devices + 3).map {
            SeededGenerator(seed: seed.scrambled(with: 100 + UInt64($0)))
        }
        var order = SeededGenerator(seed: seed.scrambled(with: 2))
        var time = SeededGenerator(seed: seed.scrambled(with: 3))
        var luck = SeededGenerator(seed: seed.scrambled(with: 4))
        let count = steps / 2 + Int(swarm.next() % UInt64(max(1, steps)))
        // Nearly everybody begins with what the hub has.
        var decisions = (0..<devices).filter { _ in swarm.next() % 8 != 0 }.map {
            Decision(wait_ms: 1000, actor: $0, act: .sync, roll: actors[$0].next())
        }
        for _ in 0..<count {
            let act = Self.draw(acts, &order)
            let actor = Int(order.next() % UInt64(act.isOfHub ? 3 : devices))
            let place = act.isOfHub ? devices + actor : actor
            var decision = Decision(
                wait_ms: Self.wait(pace: pace, &time), actor: actor, act: act,
                roll: actors[place].next())
            if !faults.isEmpty, Int(luck.next() % 100) < percent {
                let fault = Self.draw(faults, &luck)
                if Self.fits(fault, act) { (decision.fault, decision.luck) = (fault, luck.next()) }
            }
            decisions.append(decision)
        }
        self.init(fleet: fleet, devices: devices, decisions: decisions)
    }

    private static let acts: [(Act, Int)] = [
        // On a device.
        (.edit, 50), (.clash, 10), (.create, 4), (.family, 3), (.plant, 3), (.pair, 5), (.begin, 8),
        (.save, 8), (.overtake, 3), (.void, 3), (.deed, 14), (.drink, 20),
        (.seal, 8), (.undo, 8), (.propose, 3), (.alike, 5), (.sync, 20), (.gather, 4), (.budget, 4),
        (.dry, 1),
        (.carry, 3), (.reopen, 3), (.upgrade, 2), (.clock, 3), (.copy, 2), (.restore, 2),
        (.clone, 1), (.enrol, 1), (.lose, 1),
        // At the hub.
        (.restart, 2), (.renew, 1), (.keep, 2), (.verify, 1), (.rollback, 1), (.late, 3),
        (.decide, 10), (.page, 8), (.stale, 8), (.overrun, 4), (.claim, 2), (.approve, 8),
        (.ration, 6), (.bulk, 6), (.takeBack, 6), (.sift, 6), (.judgeLate, 3), (.stand, 6),
        (.revoke, 1),
        (.move, 2), (.give, 1), (.end, 1), (.leave, 1), (.join, 6), (.part, 2),
    ]

    private static let faults: [(Fault, Int)] = Fault.allCases.map { ($0, 4) }

    private static func fits(_ fault: Fault, _ act: Act) -> Bool {
        switch fault.place {
        case .line: act.isSync
        case .device: !act.isOfHub
        case .hub: act.isSync || act.isOfHub
        }
    }

    /// Some of the choices, weighed anew; those to keep are always among them.
    private static func weights<Choice: Equatable>(
        _ all: [(Choice, Int)], keeping kept: [Choice], _ chance: inout SeededGenerator
    ) -> [(Choice, Int)] {
        let share = 30 + chance.next() % 60
        return all.compactMap { choice, weight in
            let isIn = chance.next() % 100 < share
            let factor = 1 + Int(chance.next() % 4)
            return isIn || kept.contains(choice) ? (choice, weight * factor) : nil
        }
    }

    private static func draw<Choice>(
        _ choices: [(Choice, Int)], _ chance: inout SeededGenerator
    ) -> Choice {
        var left = Int(chance.next() % UInt64(choices.reduce(0) { $0 + $1.1 }))
        for (choice, weight) in choices {
            if left < weight { return choice }
            left -= weight
        }
        preconditionFailure("a draw beyond the sum of the weights")
    }

    /// Most things follow each other within minutes; now and then months pass.
    private static func wait(pace: Int, _ chance: inout SeededGenerator) -> Int64 {
        let hour: UInt64 = 3_600_000
        let longest: UInt64 =
            switch chance.next() % 100 {
            case 0..<55: hour / 2
            case 55..<85: hour * UInt64(pace)
            case 85..<97: hour * 6 * UInt64(pace)
            default: hour * 24 * 60
            }
        return Int64(chance.next() % longest)
    }
}

extension UInt64 {
    /// Another number for each label: so that one seed gives many generators that know nothing of
    /// each other.
    func scrambled(with label: UInt64) -> UInt64 {
        var generator = SeededGenerator(seed: self)
        let mixed = generator.next() ^ label &* 0xd6e8_feb8_6659_fd93
        generator = SeededGenerator(seed: mixed)
        return generator.next()
    }
}
