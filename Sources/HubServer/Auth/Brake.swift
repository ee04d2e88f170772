internal import Synchronization

/// Slows down whoever guesses: so many failures are free, then one at a time.
///
/// Only failures count, so that an office behind one address can log in and enrol all morning; and
/// they count by address, so that nobody can lock out an account from elsewhere.
final class Brake: Sendable {
    private struct Bucket {
        var failures: Double
        var at: ContinuousClock.Instant
    }

    private let allowed: Double
    private let forgivenPerSecond: Double
    /// Past this the fullest buckets are kept: memory stays bounded however many addresses try.
    private let places = 10_000
    /// What nobody is told to wait longer than, also where nothing is ever forgiven.
    private static let longest_s = 3600.0
    private let buckets = Mutex<[String: Bucket]>([:])

    init(failures: Int, forgivenPerMinute: Int) {
        allowed = Double(failures)
        forgivenPerSecond = Double(forgivenPerMinute) / 60
    }

    /// Returns the seconds to wait before another try; `nil` if it may be made now.
    func wait_s(_ key: String, at now: ContinuousClock.Instant = .now) -> Int? {
        buckets.withLock { buckets in
            guard let bucket = buckets[key] else { return nil }
            let failures = current(bucket, now)
            guard failures > allowed - 1 else { return nil }
            let seconds = (failures - (allowed - 1)) / forgivenPerSecond
            // A hair less, so that what rounding added does not cost a second.
            return max(1, Int(min(seconds - 1e-6, Self.longest_s).rounded(.up)))
        }
    }

    func failed(_ key: String, at now: ContinuousClock.Instant = .now) {
        buckets.withLock { buckets in
            let failures = buckets[key].map { current($0, now) } ?? 0
            buckets[key] = Bucket(failures: min(failures + 1, allowed), at: now)
            if buckets.count > places {
                buckets = buckets.filter { current($0.value, now) > 0 }
            }
            if buckets.count > places,
                let emptiest = buckets.min(by: {
                    current($0.value, now) < current($1.value, now)
                })?.key
            {
                buckets[emptiest] = nil
            }
        }
    }

    private func current(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
        let passed = now - bucket.at
        let seconds =
            Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        return max(0, bucket.failures - seconds * forgivenPerSecond)
    }
}
