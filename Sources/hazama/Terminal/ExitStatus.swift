/// How a command ended, for scripts. A number not listed here means failure.
enum ExitStatus: Int32, CaseIterable, Sendable {
    case done = 0
    /// Failed; what was recorded before is unharmed.
    case failed = 1
    /// Wrong words, or an answer is missing that could not be asked for.
    case usage = 2
    /// Done in part: some changes were set aside; all are listed.
    case partly = 3
    /// No enrolment, or an administrator has yet to approve it.
    case locked = 4
    /// The hub could not be reached. Nothing is lost.
    case offline = 5
    /// Done, but something waits for a person's decision.
    case decisionNeeded = 6
    /// This program is too old to read what the hub sends. The outbox is still emptied.
    case tooOld = 7
    /// Another process has the store.
    case busy = 8
    /// The hub said not now.
    case refusedForNow = 9
    /// What is stored, or what came, is not what it should be.
    case integrity = 10
    /// Interrupted. Safe to repeat.
    case interrupted = 130
}
