import ArgumentParser
import SyncCore
import SyncProtocol

struct AdminCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "For administrators, over the hub's network address.",
        subcommands: [
            AdminLogin.self, AdminLogout.self, AdminStatus.self, AdminDevice.self,
            AdminConflict.self, AdminArea.self, AdminMove.self, AdminGrant.self,
            AdminPerson.self, AdminQuarantine.self, AdminReport.self, AdminTag.self,
            AdminPartner.self, AdminResource.self, AdminStation.self, AdminDepartment.self,
            AdminAdvisor.self, AdminImport.self, AdminBatch.self, AdminExport.self,
            AdminPolicy.self, AdminDiscover.self,
        ])
}

struct AdminLogin: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Log in at a hub as an administrator.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The hub's address: https://host:port.")
    var url: String
    @Option(help: "The hub's authority, as PEM: ca.pem in the hub's folder.")
    var ca: String
    @Option(help: "Read the password from this file; - is stdin. Left out, it is asked for.")
    var passwordFile: String?
    @Option(help: "Your name at the hub.")
    var name = "admin"

    func run(at desk: Desk) async throws -> ExitStatus {
        let authority = String(decoding: try Files.read(ca, limit: 1 << 16), as: UTF8.self)
        let password: String
        if let passwordFile {
            password =
                String(decoding: try Files.read(passwordFile, limit: 4096), as: UTF8.self)
                .trimmed
        } else {
            password = try desk.prompt.secret(.askPassword, flag: "--password-file")
        }
        let office = try Office(url: url, authority: authority, token: nil, desk: desk)
        let answer = try await office.post(
            "/v1/admin/login", .object(["name": .string(name), "password": .string(password)]))
        guard let token = answer["token"]?.string, let known = answer["name"]?.string,
            let expires = answer["expires_ms"]?.integer
        else { throw desk.oddAnswer() }
        try desk.keep(
            OfficeLogin(
                url: url, authority: authority, token: token, name: known, expires_ms: expires))
        desk.console.hint(
            .loggedIn, ["name": known, "time": desk.formats.moment(expires)])
        desk.console.summarise(["name": .string(known), "roles": answer["roles"] ?? .array([])])
        return .done
    }
}

struct AdminLogout: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "End the login, here and at the hub.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        // Forgotten here first: whatever the hub says, nobody finds the token on this machine.
        try desk.forgetLogin()
        _ = try await office.post("/v1/admin/logout")
        desk.console.hint(.loggedOut)
        return .done
    }
}

struct AdminStatus: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the hub holds, and the digest of each area.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.office().get("/v1/admin/status")
        let console = desk.console
        func number(_ key: String) -> String { Formats.grouped(answer[key]?.integer ?? 0) }
        let holds = console.text(
            .hubHolds,
            [
                "records": number("records"), "changeSets": number("changeSets"),
                "devices": number("devices"),
            ])
        console.result("\(answer["district"]?.string ?? "", .strong)  \(holds)")
        console.result(.conflict, .statusConflicts, ["n": number("openConflicts")])
        console.result(.quarantined, .statusQuarantined, ["n": number("quarantined")])
        if answer["held"]?.integer ?? 0 > 0 {
            console.result(.partlySent, .statusHeld, ["n": number("held")])
        }
        var table = Table([
            .init(title: "id"), .init(title: console.text(.area), minimum: 10),
            .init(title: console.text(.records), isRight: true),
            .init(title: console.text(.digest)),
        ])
        for area in answer["areas"]?.array ?? [] {
            table.add([
                Line(String((area["scope"]?.string ?? "").suffix(5)), .strong),
                Line(area["name"]?.string ?? ""),
                Line(Formats.grouped(area["records"]?.integer ?? 0)),
                Line(area["digest"]?.string ?? ""),
            ])
        }
        console.result(table)
        console.result(
            "\(console.text(.total), .dim)  \(answer["digest"]?.string ?? "", .strong)")
        console.summarise((answer.members ?? []).filter { $0.key != "areas" })
        console.summarise([
            "scopes": answer["areas"] ?? .array([])
        ])
        return .done
    }
}

extension Desk {
    /// The hub answered with something this program can't read.
    func oddAnswer() -> Failure {
        fail(.failed, .notTheHub, .oddAnswer, next: .upgrade)
    }
}
