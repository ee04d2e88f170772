import Fieldwork
import Glibc
import SyncCore
import SyncProtocol
import SyncStore

/// Where a command works: the person's screen, the clocks, and the store, which is opened when it
/// is first asked for and closed when the command ends.
final class Desk {
    let console: Console
    let environment: [String: String]
    /// The clocks as they were when the command began.
    let started: ClockReading
    let clock: @Sendable () -> ClockReading
    let formats: Formats
    let typed: Typed
    let prompt: Prompt
    private var opened: DeviceStore?
    /// Whether the last line may tell what is unsent. `status` has said it already.
    var tellsUnsent = true
    /// What a list or a sum had to do without.
    private var leftOut: Set<RecordID> = []
    /// Whether the command shows nothing of what others wrote.
    private var isRecording = false
    /// Whether the store may show what this command asks for: found once.
    private var isAdmitted = false

    var today: CalendarDate { formats.today }

    convenience init(_ options: GlobalOptions) {
        self.init(
            Self.console(for: options), environment: ThisProcess.environment,
            started: Clocks.read(), clock: { Clocks.read() }
        ) { isSecret in
            isSecret ? TerminalEcho.hidden { readLine() } : readLine()
        }
    }

    init(
        _ console: Console, environment: [String: String], started: ClockReading,
        clock: @escaping @Sendable () -> ClockReading,
        readLine: @escaping (_ isSecret: Bool) -> String?
    ) {
        self.console = console
        self.environment = environment
        (self.started, self.clock) = (started, clock)
        // Beyond the calendar there is no day here; the first of all is as wrong as any.
        let epoch = CalendarDate(ordinal: 0)!
        let today = LocalTime(milliseconds: started.wall_ms)?.date ?? epoch
        formats = Formats(language: console.language, now_ms: started.wall_ms, today: today)
        typed = Typed(console: console, today: today)
        prompt = Prompt(console: console, readLine: readLine)
    }

    static func console(for options: GlobalOptions) -> Console {
        let environment = ThisProcess.environment
        let language = options.lang ?? Language(environment: environment)
        func look(_ stream: Int32) -> Look {
            let isTerminal = ThisProcess.isTerminal(stream)
            return Look(
                language: language, isPlain: options.plain,
                hasColours: !options.plain
                    && options.color.hasColours(isTerminal: isTerminal, environment: environment),
                width: options.plain ? nil : ThisProcess.columns(of: stream))
        }
        return Console(
            language: language, isJSON: options.json, isQuiet: options.quiet,
            isVerbose: options.verbose,
            canAsk: !options.noInput && !options.json && ThisProcess.isTerminal(STDIN_FILENO)
                && ThisProcess.isTerminal(STDERR_FILENO),
            resultLook: look(STDOUT_FILENO), talkLook: look(STDERR_FILENO)
        ) { channel, text in
            let stream =
                switch channel {
                case .result: STDOUT_FILENO
                case .talk: STDERR_FILENO
                }
            ThisProcess.write(Array(text.utf8), to: stream)
        }
    }

    /// Runs a command to its end, whatever that is, and tells how it ended.
    func conduct(_ command: any DeskCommand) async -> ExitStatus {
        var status: ExitStatus
        isRecording = command is any RecordingCommand
        do {
            status = try await command.run(at: self)
        } catch {
            let failure = failure(for: error)
            console.report(failure)
            status = failure.status
        }
        do {
            tellLeftOut()
            try tellUnsent()
            if let opened { try tellLeaseEnding(opened) }
            try opened?.close()
        } catch {
            // What the command did is done and told; only the closing words are missing.
            console.detail(Line(failure(for: error).what))
        }
        console.finish(status)
        return status
    }

    // MARK: The store

    /// The folder of the store of whoever works now.
    func folder() throws -> String {
        let homes = try homes()
        return homes.folder(of: try homes.current())
    }

    /// The folder of everybody's stores on this machine.
    func root() throws(Failure) -> String {
        guard let folder = Home.folder(environment: environment) else {
            throw Failure(
                status: .usage, code: DeviceCode.badUsage.rawValue, what: console.text(.noHome),
                next: console.text(.noHomeNext))
        }
        return folder
    }

    /// The store, opened when first asked for. Waits up to five seconds for another process to let
    /// go of it.
    ///
    /// - Parameters:
    ///   - beforeApproval: whether the command has a use before an administrator has let this
    ///     machine in. Any other ends as locked until then, and says so.
    ///   - whileLocked: whether it shows nothing of what is in the store.
    func store(
        beforeApproval: Bool = false, whileLocked: Bool = false
    ) throws -> DeviceStore {
        // What shows records is asked again where the rules, which everybody may read, came first.
        if let opened, isAdmitted || isRecording || whileLocked { return opened }
        let homes = try homes()
        if !whileLocked, try homes.isLocked(homes.current()) {
            throw fail(.locked, .locked, .storeLocked, next: .unlockFirst)
        }
        let store: DeviceStore
        if let opened {
            store = opened
        } else {
            store = try DeviceStore.open(folder(), schema: .fieldwork, waits: Self.waitForStore)
            opened = store
        }
        if !isRecording, !whileLocked, try isLapsed(store) { throw try leaseOver(store) }
        guard !beforeApproval else { return store }
        switch try store.identity().enrolment {
        case .none: throw StoreError.notEnrolled
        case .pending: throw Problem(.awaitingApproval)
        case .approved, .revoked, .copied: isAdmitted = !whileLocked
        }
        return store
    }

    /// The store, made where there is none.
    func makeStore() throws -> DeviceStore {
        if let opened { return opened }
        let folder = try folder()
        try Files.makeFolder(folder)
        var chance = SystemRandomNumberGenerator()
        let store = try DeviceStore.create(
            folder, schema: .fieldwork, using: &chance, waits: Self.waitForStore)
        opened = store
        return store
    }

    /// Closes the store before the command ends.
    func closeStore() throws {
        try opened?.close()
        opened = nil
    }

    /// Pauses a tenth of a second and says whether to try again: for five seconds.
    static func waitForStore(attempt: Int) -> Bool {
        guard attempt <= 50 else { return false }
        usleep(100_000)
        return true
    }

    /// Reads one of many; `nil` where it is damaged. The others are there nevertheless, and the
    /// command says at its end what was left out.
    func unlessDamaged<Result>(_ body: () throws -> Result?) throws -> Result? {
        do { return try body() } catch {
            guard case StoreError.damagedRecord(let record) = error else { throw error }
            leftOut.insert(record)
            return nil
        }
    }

    /// A record as it is seen here, as one of many.
    func seen(_ record: RecordID) throws -> ShownRecord? {
        try unlessDamaged { try store().shown(record) }
    }

    private func tellLeftOut() {
        guard !leftOut.isEmpty else { return }
        let records = leftOut.sorted()
        let ids = records.map { $0.short() }.joined(separator: ", ")
        console.hint("\(.conflict) \(console.text(.nothingLost))")
        console.hint(.leftOut, ["ids": ids])
        console.hint(.syncAgain)
        console.summarise(["leftOut": .array(records.map { .string("\($0)") })])
    }

    /// The last line of every command: what is only on this machine.
    private func tellUnsent() throws {
        guard let opened, tellsUnsent else { return }
        let status = try opened.status()
        guard status.unsent > 0 else { return }
        let age = formats.age(since: status.oldestUnsent_ms ?? started.wall_ms)
        console.hint(.unsent, .unsentLine, ["n": "\(status.unsent)", "age": age])
        console.summarise(["unsent": .integer(Int64(status.unsent))])
    }
}
