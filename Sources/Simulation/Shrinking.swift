extension Script {
    /// Returns a shorter script that fails as well: what is left can't be taken away piece by
    /// piece.
    ///
    /// First whole actors go, then faults, then decisions in ever smaller pieces, then the waiting.
    /// Source: Zeller and Hildebrandt 2002, delta debugging.
    ///
    /// - Parameter attempts: how many scripts to try at most.
    public func shrunk(
        attempts: Int = 2000, _ fails: (Script) async throws -> Bool
    ) async throws -> Script {
        var best = self
        var left = attempts
        func isWorse(_ script: Script) async throws -> Bool {
            guard left > 0, script != best else { return false }
            left -= 1
            return try await fails(script)
        }
        for actor in Set(decisions.filter { !$0.act.isOfHub }.map(\.actor)).sorted() {
            var shorter = best
            shorter.decisions.removeAll { !$0.act.isOfHub && $0.actor == actor }
            if try await isWorse(shorter) { best = shorter }
        }
        var piece = best.decisions.count
        while piece > 0 {
            var place = 0
            while place < best.decisions.count {
                let range = place..<min(place + piece, best.decisions.count)
                var shorter = best
                for index in range { shorter.decisions[index].fault = nil }
                if try await isWorse(shorter) { best = shorter }
                shorter = best
                // The time that passes stays, or what comes after would be too early.
                let wait = shorter.decisions[range].reduce(0) { $0 + $1.wait_ms }
                shorter.decisions.removeSubrange(range)
                if range.lowerBound < shorter.decisions.count {
                    shorter.decisions[range.lowerBound].wait_ms += wait
                }
                if try await isWorse(shorter) { best = shorter } else { place = range.upperBound }
            }
            piece /= 2
        }
        for place in best.decisions.indices {
            var shorter = best
            shorter.decisions[place].wait_ms = min(1000, shorter.decisions[place].wait_ms)
            if try await isWorse(shorter) { best = shorter }
        }
        return best
    }
}
