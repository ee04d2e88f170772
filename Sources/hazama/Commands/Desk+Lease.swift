import SyncStore

/// A command that shows nothing of what others wrote: it records, or looks after this machine. It
/// works when the time for reading without contact is over, and when the hub took the device out.
protocol RecordingCommand: DeskCommand {}

extension Desk {
    /// Whether the hub's time for showing records without contact is over: what is recorded now is
    /// called by its id, and nothing is told of what was there before.
    func isLapsed(_ store: DeviceStore) throws -> Bool {
        try store.readingLease(at: started) == .over
    }

    /// Why nothing is shown, and what to do.
    func leaseOver(_ store: DeviceStore) throws -> Failure {
        let (what, next): (String, LeasePhrase) =
            switch try store.identity().enrolment {
            case .revoked: (console.text(.revokedHere), .takenOutNext)
            case .copied: (console.text(.copiedHere), .takenOutNext)
            case .none, .pending, .approved: (console.text(LeasePhrase.over), .overNext)
            }
        return Failure(
            status: .locked, code: DeviceCode.leaseOver.rawValue, safe: console.text(.nothingLost),
            what: what, next: console.text(next))
    }

    /// Says before its end that the time for reading without contact ends: in its last seventh,
    /// which is two days of an advisor's fourteen.
    func tellLeaseEnding(_ store: DeviceStore) throws {
        guard tellsUnsent,
            case .left(let left_ms, let lent_ms, _) = try store.readingLease(at: started),
            left_ms < lent_ms / 7
        else { return }
        let time = formats.duration(left_ms)
        console.hint("\("!", .attention) \(console.text(LeasePhrase.ending, ["time": time]))")
    }
}
