import ArgumentParser
import SyncCore
import SyncProtocol

struct AdminDevice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Let machines in, and end that.",
        subcommands: [
            AdminDeviceCode.self, AdminDeviceList.self, AdminDeviceApprove.self,
            AdminDeviceRevoke.self, AdminDeviceCopies.self,
        ])
}

struct AdminDeviceCode: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "code", abstract: "Make a one-time code with which a machine enrols.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "Whose machine it is.")
    var person: String
    @Option(help: "An area it may hold, by name or id; repeat for more.")
    var area: [String]

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let known = try await office.get("/v1/admin/areas")["areas"]?.array ?? []
        let scopes = try area.map { try scope($0, known, desk) }
        let answer = try await office.post(
            "/v1/admin/device/code",
            .object([
                "person": .string(person), "areas": .array(scopes.map { .string($0) }),
            ]))
        guard let code = answer["code"]?.string, let expires = answer["expires_ms"]?.integer else {
            throw desk.oddAnswer()
        }
        desk.console.result(Line(code, .strong))
        desk.console.hint(
            .codeMade, ["person": person, "time": desk.formats.moment(expires)])
        desk.console.summarise([
            "code": .string(code), "person": .string(person),
            "expires": .string(Formats.iso(expires)),
            "areas": .array(scopes.map { .string($0) }),
        ])
        return .done
    }

    private func scope(_ typed: String, _ areas: [JSON], _ desk: Desk) throws -> String {
        let named = areas.filter {
            Matching.folded($0["name"]?.string ?? "") == Matching.folded(typed)
        }
        let short = ShortID(typed)
        let found =
            named.isEmpty
            ? areas.filter { area in
                short.map { (area["scope"]?.string ?? "").hasSuffix($0.text) } ?? false
            } : named
        guard found.count == 1, let scope = found[0]["scope"]?.string else {
            throw desk.fail(
                .usage, .badInput, .noSuchArea,
                [
                    "text": typed,
                    "areas": areas.compactMap { $0["name"]?.string }.joined(separator: ", "),
                ])
        }
        return scope
    }
}

struct AdminDeviceList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List machines: whose, how they stand, when they last synced.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let devices = try await desk.office().get("/v1/admin/devices")["devices"]?.array ?? []
        let console = desk.console
        var table = Table([
            .init(title: "id"), .init(title: console.text(.person), minimum: 6),
            .init(title: console.text(.machine), minimum: 6),
            .init(title: console.text(.fingerprint)), .init(title: console.text(.state)),
            .init(title: console.text(.lastSyncTitle)),
            .init(title: console.text(.unsentTitle), isRight: true),
            .init(title: console.text(.areas), minimum: 8),
        ])
        let ids = devices.compactMap { $0["replica"]?.string.flatMap(ReplicaID.init) }
        let length = ShortID.length(telling: ids)
        var pending = 0
        for device in devices {
            let state = device["state"]?.string ?? ""
            if state == "pending" { pending += 1 }
            let areas = (device["areas"]?.array ?? []).compactMap(\.string)
            table.add([
                Line(String((device["replica"]?.string ?? "").suffix(length)), .strong),
                Line(device["personName"]?.string ?? ""), Line(device["name"]?.string ?? ""),
                Line(device["fingerprint"]?.string ?? ""),
                Line(word(state, desk), state == "pending" ? .attention : .plain),
                Line(
                    device["lastSync_ms"]?.integer.map(desk.formats.moment)
                        ?? console.text(.never)),
                Line(Formats.grouped(device["reportedPending"]?.integer ?? 0)),
                Line(areas.joined(separator: ", ")),
            ])
            console.item("device", device.members ?? [])
        }
        console.result(table)
        if devices.isEmpty { console.hint(.nothingFound) }
        if pending > 0 { console.hint(.approveNext, ["n": "\(pending)"]) }
        console.summarise([
            "count": .integer(Int64(devices.count)), "pending": .integer(Int64(pending)),
        ])
        return .done
    }

    private func word(_ state: String, _ desk: Desk) -> String {
        let phrase: Phrase? =
            switch state {
            case "pending": .statePending
            case "approved": .stateApproved
            case "revoked": .stateRevoked
            case "copied": .stateCopied
            default: nil
            }
        return phrase.map { desk.console.text($0) } ?? state
    }
}

extension Desk {
    /// The whole name of a machine somebody typed the end of.
    fileprivate func device(_ typed: String, _ office: Office) async throws -> String {
        guard let id = ShortID(typed) else {
            throw fail(.usage, .badInput, .badID, ["text": typed])
        }
        let devices = try await office.get("/v1/admin/devices")["devices"]?.array ?? []
        let found = devices.compactMap { $0["replica"]?.string }.filter { $0.hasSuffix(id.text) }
        guard let first = found.first else { throw Problem(.noSuchDevice) }
        guard found.count == 1 else {
            throw fail(
                .usage, .ambiguousID, .ambiguousID,
                ["id": typed, "ids": found.joined(separator: ", ")])
        }
        return first
    }
}

struct AdminDeviceApprove: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Let a machine in. Compare its fingerprint first.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The machine's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let replica = try await desk.device(id, office)
        _ = try await office.post("/v1/admin/devices/\(replica)/approve")
        desk.console.hint(.deviceApproved, ["id": String(replica.suffix(5))])
        desk.console.summarise(["device": .string(replica), "state": "approved"])
        return .done
    }
}

struct AdminDeviceRevoke: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Send nothing to a machine any more. What it still delivers is kept.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The machine's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let replica = try await desk.device(id, office)
        _ = try await office.post("/v1/admin/devices/\(replica)/revoke")
        desk.console.hint(.deviceRevoked, ["id": String(replica.suffix(5))])
        desk.console.summarise(["device": .string(replica), "state": "revoked"])
        return .done
    }
}

struct AdminDeviceCopies: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "copies",
        abstract: "What machines were told to take off and have not said to be gone.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let copies = try await office.get("/v1/admin/copies")["devices"]?.array ?? []
        let known = try await office.get("/v1/admin/devices")["devices"]?.array ?? []
        for device in copies {
            let replica = device["replica"]?.string ?? ""
            let its = known.first { $0["replica"]?.string == replica }
            let listed = device["copies"]?.array ?? []
            let reasons = Dictionary(grouping: listed) { $0["reason"]?.string ?? "" }
                .map { "\($0.key) \($0.value.count)" }.sorted()
            let words = desk.console.text(
                .copiesOut,
                ["n": "\(listed.count)", "what": reasons.joined(separator: ", ")])
            desk.console.result(
                "\(desk.short(device["replica"]))  \(its?["personName"]?.string ?? "")  \(words)")
            desk.console.item("device", device.members ?? [])
        }
        if copies.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(copies.count))])
        return .done
    }
}
