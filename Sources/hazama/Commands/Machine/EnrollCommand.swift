import ArgumentParser
import CurlTransport
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore

struct EnrollCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll", abstract: "Join a hub with a one-time code from the office.",
        discussion: """
            Makes the keys of this machine and shows them to the hub. An administrator compares \
            the fingerprint and approves; then: hazama sync.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The hub's address: https://host:port.")
    var url: String
    @Option(help: "The code; - reads it from stdin, so that others on this machine don't see it.")
    var code: String?
    @Option(help: "Read the code from this file.")
    var codeFile: String?
    @Option(help: "What people call this machine; left out, its own name.")
    var deviceName: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let address = try desk.hubAddress(url)
        let code = try secretCode(desk)
        let name = deviceName ?? ThisProcess.hostName
        guard (1...80).contains(name.utf8.count), !name.unicodeScalars.contains(where: \.isHidden)
        else { throw desk.fail(.usage, .badInput, .badDeviceName) }
        let store = try desk.makeStore()
        let identity = try await SyncClient.enrol(
            store, url: address.description, code: code, deviceName: name,
            clock: { Clocks.read() },
            fetch: { request throws(TransportError) in
                try await CurlTransport.fetchUntrusted(
                    path: request.path, from: address,
                    maximumBytes: request.maximumResponseBytes)
            },
            connect: { authority throws(TransportError) in
                CurlTransport(hub: address, authority: authority)
            })
        let fingerprint = Fingerprint.of(try store.signingKey().verifying)
        desk.console.result(
            .enrolled,
            [
                "person": identity.personName, "hub": identity.district,
                "machine": identity.deviceName,
            ])
        desk.console.result(
            "\(desk.console.text(.fingerprint), .dim)  \(fingerprint, .strong)")
        desk.console.hint(identity.enrolment == .approved ? .approvedNow : .approvalNext)
        desk.console.summarise([
            "device": .string("\(identity.replica)"), "deviceName": .string(identity.deviceName),
            "person": identity.person.map { .string("\($0)") } ?? .null,
            "personName": .string(identity.personName), "district": .string(identity.district),
            "fingerprint": .string(fingerprint), "enrolment": .string(identity.enrolment.rawValue),
        ])
        return .done
    }

    private func secretCode(_ desk: Desk) throws -> String {
        if let path = codeFile ?? (code == "-" ? "-" : nil) {
            return String(decoding: try Files.read(path, limit: 4096), as: UTF8.self).trimmed
        }
        if let code { return code }
        return try desk.prompt.text(.askCode, flag: "--code")
    }
}
