import Casework
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore

extension Desk {
    /// What to tell a person of an error, whoever threw it.
    func failure(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let error as StoreError: failure(for: error)
        case let error as BundleError: failure(for: error)
        case let error as StoreFault: failure(for: StoreError.fault(error))
        case let refusal as EditRefusal: failure(for: refusal)
        case let refusal as UndoRefusal: failure(for: refusal)
        case let violation as SchemaViolation: failure(for: violation)
        case let fault as FileFault: failure(for: fault)
        case let problem as Problem: failure(for: problem)
        case let defect as FeedDefect: failure(for: defect)
        case let error as TransportError: failure(for: error)
        case let failure as SyncFailure: self.failure(for: failure)
        case let interruption as SyncInterruption: self.failure(for: interruption.failure)
        default: fail(.failed, .storeFailed, .failedOtherwise, ["text": "\(error)"])
        }
    }

    /// A failure in the words of the catalogue.
    func fail(
        _ status: ExitStatus, _ code: DeviceCode, safe: Phrase? = nil, _ what: Phrase,
        _ values: KeyValuePairs<String, String> = [:], next: Phrase? = nil
    ) -> Failure {
        Failure(
            status: status, code: code.rawValue, safe: safe.map { console.text($0, values) },
            what: console.text(what, values), next: next.map { console.text($0, values) })
    }

    // MARK: The store

    private func failure(for error: StoreError) -> Failure {
        switch error {
        case .fault(let fault): failure(for: fault)
        case .inUse: fail(.busy, .storeBusy, safe: .earlierIsSafe, .storeBusy, next: .tryAgain)
        case .noStore, .notEnrolled:
            fail(.locked, .notEnrolled, .notEnrolled, next: .notEnrolledNext)
        case .unsafePath(let path, let reason): failure(for: reason, path)
        case .notOurs(let text):
            fail(.integrity, .storeDamaged, .storeForeign, ["text": text], next: .tellOperator)
        case .fromTheFuture(let version):
            fail(
                .tooOld, .storeNewer, safe: .earlierIsSafe, .storeNewer,
                ["version": "\(version)"], next: .upgrade)
        case .keyMissing:
            fail(.integrity, .storeDamaged, safe: .stillReadable, .keyMissing, next: .tellOperator)
        case .alreadyEnrolled:
            fail(
                .failed, .alreadyEnrolled, safe: .earlierIsSafe, .alreadyEnrolled, next: .otherHome)
        case .outsideGrants(let record):
            fail(
                .failed, .editRefused, safe: .notRecorded, .outsideGrants,
                ["id": record.short()], next: .tellAdministrator)
        case .severalGrants:
            fail(.failed, .editRefused, safe: .notRecorded, .severalGrants)
        case .unknownRecord(let record):
            fail(
                .failed, .noSuchRecord, safe: .notRecorded, .noSuchRecord,
                ["id": record.short()], next: .findFirst)
        case .unknownChangeSet(let number):
            fail(.failed, .noSuchRecord, .noSuchChangeSet, ["n": "\(number)"], next: .seeOutbox)
        case .nothingToRecord: fail(.usage, .badUsage, .nothingToRecord)
        case .invalid(_, let violation): failure(for: violation)
        case .tooLarge(_, let count, let maximum):
            fail(
                .failed, .badInput, safe: .notRecorded, .tooLarge,
                [
                    "count": Formats.grouped(Int64(count)),
                    "maximum": Formats.grouped(Int64(maximum)),
                ])
        case .forbiddenCharacter(let part):
            fail(
                .usage, .badInput, safe: .notRecorded, .forbiddenCharacter,
                ["member": part == .reasonBytes ? "reason" : "intent"])
        case .noStep(let record, _):
            fail(
                .failed, .noStep, safe: .notRecorded, .noStep, ["id": record.short()],
                next: .noStepNext)
        case .heldOtherwise, .recordExists, .recordTwice:
            fail(
                .failed, .editRefused, safe: .notRecorded, .failedOtherwise, ["text": "\(error)"],
                next: .upgrade)
        case .clockExhausted:
            fail(.failed, .storeFailed, safe: .notRecorded, .clockExhausted, next: .setClock)
        case .carriedOtherwise: failure(for: BundleError.gap)
        case .damagedRecord(let record):
            fail(
                .integrity, .storeDamaged, safe: .nothingLost, .recordDamaged,
                ["id": record.short()], next: .syncAgain)
        case .unreadable(let text):
            fail(.integrity, .storeDamaged, .storeDamaged, ["text": text], next: .runDoctor)
        case .badAnswer(let fault):
            fail(
                .integrity, .receiptWrong, safe: .nothingLost, .badAnswer, ["text": "\(fault)"],
                next: .tellAdministrator)
        }
    }

    private func failure(for fault: StoreFault) -> Failure {
        let text = ("text", fault.message)
        return switch fault.kind {
        case .full: fail(.failed, .diskFull, safe: .earlierIsSafe, .diskFull, next: .makeRoom)
        case .readOnly:
            fail(.failed, .storeReadOnly, safe: .earlierIsSafe, .storeReadOnly, next: .runDoctor)
        case .busy: fail(.busy, .storeBusy, safe: .earlierIsSafe, .storeBusy, next: .tryAgain)
        case .damaged:
            fail(
                .integrity, .storeDamaged, .storeDamaged, [text.0: text.1], next: .runDoctor)
        case .io:
            fail(.integrity, .storeFailed, safe: .notRecorded, .diskFailed, next: .runDoctor)
        case .fromTheFuture:
            fail(
                .tooOld, .storeNewer, safe: .earlierIsSafe, .storeNewer, ["version": "?"],
                next: .upgrade)
        case .other:
            fail(
                .failed, .storeFailed, safe: .notRecorded, .failedOtherwise, [text.0: text.1],
                next: .runDoctor)
        }
    }

    private func failure(for reason: StoreError.PathFault, _ path: String) -> Failure {
        let phrase: Phrase =
            switch reason {
            case .notADirectory: .pathNoFolder
            case .notAFile: .pathNoFile
            case .foreignOwner: .pathForeign
            case .openToOthers: .pathOpen
            case .readOnly: .pathReadOnly
            case .unreachable: .pathUnreachable
            }
        return fail(
            .failed, .storeReadOnly, safe: .notRecorded, phrase, ["path": path],
            next: reason == .openToOthers ? .pathOpenNext : nil)
    }

    private func failure(for fault: FileFault) -> Failure {
        fail(
            .failed, fault.isFull ? .diskFull : .badFile, .badFile,
            ["path": fault.path, "text": fault.reason])
    }

    // MARK: Edits

    private func failure(for refusal: EditRefusal) -> Failure {
        switch refusal {
        case .unknownUnit, .heldOtherwise:
            fail(.failed, .editRefused, safe: .notRecorded, .unitOfNewer, next: .upgrade)
        case .alreadySet: fail(.failed, .editRefused, safe: .notRecorded, .editSigned)
        case .sideNotChosen(_, let sides):
            fail(
                .usage, .answerMissing, safe: .notRecorded, .sideNotChosen, ["n": "\(sides)"],
                next: .sideNotChosenNext)
        case .noSuchSide: fail(.usage, .badInput, safe: .notRecorded, .noSuchSide)
        case .wouldWithdrawOwnSide(_, let own):
            fail(
                .failed, .editRefused, safe: .notRecorded, .ownSide,
                ["side": Sides.key(own)], next: .ownSideNext)
        case .notDisputed: fail(.failed, .editRefused, safe: .notRecorded, .notDisputed)
        case .notInSet: fail(.failed, .badInput, safe: .notRecorded, .notInSet)
        case .addedAndRemoved: fail(.usage, .badInput, safe: .notRecorded, .addedAndRemoved)
        case .nothingToWrite: fail(.usage, .badUsage, .nothingToRecord)
        case .invalid(let violation): failure(for: violation)
        }
    }

    private func failure(for violation: SchemaViolation) -> Failure {
        func member(_ name: String) -> String {
            (Vocabulary.member(name)?.text(in: console.language))
                ?? name.replacing("_", with: " ")
        }
        switch violation {
        case .outOfRange(_, let name):
            return fail(
                .usage, .badInput, safe: .notRecorded, .outOfRange, ["member": member(name)])
        case .tooLong(_, let name, let maximum):
            return fail(
                .usage, .badInput, safe: .notRecorded, .tooLong,
                ["member": member(name), "maximum": Formats.grouped(Int64(maximum))])
        case .forbiddenCharacter(_, let name):
            return fail(
                .usage, .badInput, safe: .notRecorded, .forbiddenCharacter,
                ["member": member(name)])
        case .replacesImmutable: return fail(.failed, .editRefused, safe: .notRecorded, .editSigned)
        case .unknownCollection, .unknownUnit, .wrongKind, .derived, .wrongType, .homeMissing:
            return fail(.failed, .editRefused, safe: .notRecorded, .unitOfNewer, next: .upgrade)
        }
    }

    private func failure(for refusal: UndoRefusal) -> Failure {
        switch refusal {
        case .store(let error): failure(for: error)
        case .appended: fail(.failed, .editRefused, safe: .nothingUndone, .undoAppended)
        case .immutable: fail(.failed, .editRefused, safe: .nothingUndone, .undoSigned)
        case .severalValues: fail(.failed, .editRefused, safe: .nothingUndone, .undoSeveral)
        case .unknownValue: fail(.failed, .editRefused, safe: .nothingUndone, .undoUnknown)
        case .movedOn(let record, _):
            fail(
                .failed, .editRefused, safe: .nothingUndone, .undoMovedOn, ["id": record.short()],
                next: .undoMovedOnNext)
        case .nothingLeft: fail(.failed, .editRefused, .undoNothingLeft)
        case .refused(_, let refusal): failure(for: refusal)
        }
    }

    // MARK: The hub

    func failure(for problem: Problem) -> Failure {
        let text = problem.code.wording.text(in: console.language)
        let next = problem.retryAfter_s.map { seconds in
            console.text(.retryAfter, ["time": formats.duration(Int64(seconds) * 1000 + 59_999)])
        }
        // Only the hub knows which field, which step; it says so in English.
        let detail = problem.text == problem.code.text ? nil : problem.text
        return Failure(
            status: problem.code.exitStatus, code: problem.code.rawValue,
            // What an administrator asked was refused before anything was done.
            safe: console.text(
                ["HZ-3", "HZ-4"].contains { problem.code.rawValue.hasPrefix($0) }
                    ? .nothingChanged : .nothingLost), what: text, next: next ?? detail)
    }

    func failure(for error: TransportError) -> Failure {
        switch error {
        case .unreachable(let reason):
            fail(.offline, .offline, .unreachable, ["text": reason], next: .tryWithConnection)
        case .timedOut: fail(.offline, .offline, .tooSlow, next: .tryWithConnection)
        case .untrusted(let text):
            fail(
                .offline, .notTheHub, .untrusted, ["text": text], next: .untrustedNext)
        case .tooLarge: fail(.failed, .notTheHub, .answerTooLarge, next: .tellAdministrator)
        case .cancelled: fail(.interrupted, .offline, .interrupted)
        case .garbled(let text):
            fail(.offline, .notTheHub, .garbled, ["text": text], next: .portalNext)
        }
    }
}

/// The names of a conflict's sides, as at the hub: `a`, `b` … `z`, `s26`, `s27` …
enum Sides {
    static func key(_ index: Int) -> String {
        index < 26 ? String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))) : "s\(index)"
    }

    /// The place of a side, from what was typed.
    static func index(_ key: String) -> Int? {
        let folded = key.trimmed.foldingWidth.lowercased()
        if folded.utf8.count == 1, let letter = folded.utf8.first,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
        {
            return Int(letter - UInt8(ascii: "a"))
        }
        guard folded.hasPrefix("s"), let index = Int(folded.dropFirst()), index > 25 else {
            return nil
        }
        return index
    }
}
