import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

struct WhoamiCommand: DeskCommand {
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

struct DoctorCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look the store over. The next sync mends what it can.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Leave out what reads every page of the file.")
    var quick = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let findings = try desk.store(beforeApproval: true).doctor(isQuick: quick)
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
}

struct VersionCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "The version of this program.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        desk.console.result(Line("hazama \(programVersion)"))
        desk.console.summarise(["version": .string(programVersion), "protocol": 1])
        return .done
    }
}
