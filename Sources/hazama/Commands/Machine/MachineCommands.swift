import ArgumentParser
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore

struct WhoamiCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Who writes on this machine, for which hub, and where.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store(beforeApproval: true)
        let identity = try store.identity()
        let areas = try store.areas().filter { $0.isLeaf && $0.isWritable }.map(\.name)
        let fingerprint = Fingerprint.of(try store.signingKey().verifying)
        let console = desk.console
        func row(_ label: Phrase, _ text: String) {
            if !text.isEmpty { console.result("\(console.text(label), .dim)  \(text)") }
        }
        row(.person, identity.personName)
        row(.machine, "\(identity.deviceName)  \(identity.replica.description.suffix(5))")
        row(.fingerprint, fingerprint)
        row(
            .hub,
            [identity.district, identity.url ?? ""].filter { !$0.isEmpty }.joined(separator: "  "))
        row(.areas, areas.joined(separator: ", "))
        row(.store, store.path)
        console.summarise([
            "person": identity.person.map { .string("\($0)") } ?? .null,
            "personName": .string(identity.personName),
            "device": .string("\(identity.replica)"), "deviceName": .string(identity.deviceName),
            "fingerprint": .string(fingerprint), "district": .string(identity.district),
            "url": identity.url.map { .string($0) } ?? .null,
            "hub": identity.hub.map { .string("\($0)") } ?? .null,
            "enrolment": .string(identity.enrolment.rawValue),
            "areas": .array(areas.map { .string($0) }), "store": .string(store.path),
        ])
        guard identity.enrolment != .none else { throw StoreError.notEnrolled }
        if identity.enrolment == .pending {
            console.hint(.partlySent, .awaitingApproval)
            return .locked
        }
        return .done
    }
}

/// A few characters of a key's hash, to be compared by voice with what the office sees.
enum Fingerprint {
    static func of(_ key: VerifyingKey) -> String {
        String(Digests.sha256(key.bytes).description.prefix(8))
    }
}

struct DoctorCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look the store over. The next sync mends what it can.",
        discussion: """
            A store that can't be opened any more still holds work that nobody else has:

            hazama doctor --rescue /media/stick/rescued.hazama

            saves what can be read of it, sealed for the hub.
            """)

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Leave out what reads every page of the file.")
    var quick = false
    @Option(
        help: "Save what only this machine has into this file, without opening the store.",
        completion: .file())
    var rescue: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        if let rescue { return try save(to: rescue, desk) }
        let findings: [Finding]
        do {
            findings = try desk.store(beforeApproval: true).doctor(isQuick: quick)
        } catch {
            let failure = desk.failure(for: error)
            guard failure.code == DeviceCode.storeDamaged.rawValue else { throw failure }
            // Who is here already is not sent here again.
            throw Failure(
                status: failure.status, code: failure.code, safe: failure.safe, what: failure.what,
                next: desk.console.text(RescuePhrase.rescueFirst))
        }
        for finding in findings {
            let (sign, style): (String, Style) =
                switch finding.severity {
                case .fine: ("✓", .good)
                case .note: ("·", .dim)
                case .warning: ("?", .attention)
                case .broken: ("!", .danger)
                }
            desk.console.result("\(sign, style) \(finding.check, .dim)  \(finding.text)")
            desk.console.item(
                "finding",
                [
                    "severity": .string("\(finding.severity)"), "check": .string(finding.check),
                    "text": .string(finding.text),
                ])
        }
        let worst = findings.map(\.severity).max() ?? .fine
        desk.console.summarise(["worst": .string("\(worst)")])
        if worst == .broken {
            let isMended = findings.allSatisfy { $0.severity != .broken || $0.isMendedBySync }
            desk.console.hint(isMended ? .doctorMends : .doctorBroken)
            return .integrity
        }
        return .done
    }

    private func save(to file: String, _ desk: Desk) throws -> ExitStatus {
        let console = desk.console
        let folder = try desk.folder()
        let work: RescuedWork
        do { work = try DeviceStore.rescue(folder) } catch {
            let failure = desk.failure(for: error)
            guard failure.status == .integrity else { throw failure }
            throw Failure(
                status: failure.status, code: failure.code,
                safe: console.text(RescuePhrase.rescueUntouched), what: failure.what,
                next: console.text(RescuePhrase.rescueImpossible, ["path": folder]))
        }
        let bundles = try SyncClient.bundles(of: work)
        var files: [String] = []
        for (number, bundle) in bundles.enumerated() {
            files.append(number == 0 ? file : "\(file).\(number + 1)")
            try Files.writeSecret(bundle, to: files[number])
        }
        let count = work.changeSets.count
        if bundles.isEmpty {
            console.result(Line(console.text(RescuePhrase.rescueNothing)))
        } else {
            let names = files.joined(separator: ", ")
            console.result(
                Line(console.text(RescuePhrase.rescued, ["n": "\(count)", "files": names])))
            console.hint(Line(console.text(RescuePhrase.rescueNext, ["path": folder])))
        }
        if work.lost > 0 {
            console.result(Line(console.text(RescuePhrase.rescueLost, ["n": "\(work.lost)"])))
        }
        console.summarise([
            "changeSets": .integer(Int64(count)), "lost": .integer(Int64(work.lost)),
            "files": .array(files.map { .string($0) }),
        ])
        return work.lost > 0 ? .partly : .done
    }
}

struct VersionCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "The version of this program.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        desk.console.result(Line("hazama \(programVersion)"))
        desk.console.summarise(["version": .string(programVersion), "protocol": 1])
        return .done
    }
}
