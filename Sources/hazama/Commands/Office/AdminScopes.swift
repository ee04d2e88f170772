import ArgumentParser
import SyncCore
import SyncProtocol

// Who holds what: areas and moves, grants, people.

extension Desk {
    /// Prints rows that the hub gave, and a line of JSON for each.
    func list(
        _ kind: String, _ rows: [JSON], _ columns: [Table.Column], _ cells: (JSON) -> [Line]
    ) {
        var table = Table(columns)
        for row in rows {
            table.add(cells(row))
            console.item(kind, row.members ?? [])
        }
        console.result(table)
        if rows.isEmpty { console.hint(.nothingFound) }
        console.summarise(["count": .integer(Int64(rows.count))])
    }

    /// The last characters of a name, as it is typed.
    func short(_ json: JSON?) -> Line { Line(String((json?.string ?? "").suffix(5)), .strong) }

    /// The one row whose `key` ends so.
    func one(_ rows: [JSON], _ key: String, endingWith typed: String) throws -> JSON {
        let found = rows.filter { ($0[key]?.string ?? "").hasSuffix(typed.lowercased()) }
        guard found.count == 1, !typed.isEmpty else {
            throw fail(
                .usage, found.isEmpty ? .badInput : .ambiguousID,
                found.isEmpty ? .badID : .ambiguousID,
                [
                    "text": typed, "id": typed,
                    "ids": found.compactMap { $0[key]?.string }.joined(separator: ", "),
                ])
        }
        return found[0]
    }
}

// MARK: Areas

struct AdminArea: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "area", abstract: "The district's areas.",
        subcommands: [AdminAreaList.self, AdminAreaAdd.self])
}

struct AdminAreaList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the areas, each after the one it lies in.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let areas = try await desk.office().get("/v1/admin/areas")["areas"]?.array ?? []
        desk.list(
            "area", areas,
            [.init(title: "id"), .init(title: desk.console.text(.area), minimum: 10)]
        ) { area in
            let path = (area["path"]?.array ?? []).compactMap(\.string)
            return [desk.short(area["scope"]), Line(path.joined(separator: " / "))]
        }
        return .done
    }
}

struct AdminAreaAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an area beneath another.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name.")
    var name: String
    @Option(name: .customLong("in"), help: "The area it lies in, by name or id.")
    var parent: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.office().post(
            "/v1/admin/areas", .object(["name": .string(name), "in": .string(parent)]))
        desk.console.result("\(desk.short(answer["scope"]))  \(name)")
        desk.console.summarise(["scope": answer["scope"] ?? .null])
        return .done
    }
}

struct AdminMove: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract:
            "Lay households into another area. With --dry-run, only say which machines that concerns."
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The whole ids of households; or give --from.")
    var households: [String] = []
    @Option(help: "Every household of this area.")
    var from: String?
    @Option(help: "The area they come to, by name or id.")
    var to: String
    @Option(help: "Why. Needed unless --dry-run.")
    var reason: String?
    @Flag(help: "Only say what it would do: machines, unsent work, and what would travel.")
    var dryRun = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        var members = [JSONMember("to", .string(to))]
        if let from {
            members.append(JSONMember("from", .string(from)))
        } else {
            members.append(JSONMember("households", .array(households.map { .string($0) })))
        }
        if dryRun {
            members.append(JSONMember("preview", .bool(true)))
        } else {
            members.append(JSONMember("reason", .string(reason ?? "")))
        }
        let effect = try await office.post("/v1/admin/moves", .object(members))
        let console = desk.console
        func number(_ json: JSON, _ key: String) -> Line {
            Line(Formats.grouped(json[key]?.integer ?? 0))
        }
        console.result(
            dryRun ? .wouldMove : .moved,
            [
                "n": Formats.grouped(effect["households"]?.integer ?? 0),
                "records": Formats.grouped(effect["records"]?.integer ?? 0),
            ])
        desk.list(
            "device", effect["devices"]?.array ?? [],
            [
                .init(title: console.text(.machine), minimum: 6),
                .init(title: console.text(.person), minimum: 6),
                .init(title: console.text(.lastSyncTitle)),
                .init(title: console.text(.unsentTitle), isRight: true),
                .init(title: console.text(.leavesTitle), isRight: true),
                .init(title: console.text(.entersTitle), isRight: true),
                .init(title: console.text(.staysTitle), isRight: true),
                .init(title: console.text(.bytesTitle), isRight: true),
            ]
        ) { device in
            [
                Line(device["name"]?.string ?? ""), Line(device["personName"]?.string ?? ""),
                Line(
                    device["lastSync_ms"]?.integer.map(desk.formats.moment)
                        ?? console.text(.never)),
                number(device, "reportedPending"), number(device, "leaves"),
                number(device, "enters"), number(device, "stays"),
                Line(Formats.bytes(device["bytes"]?.integer ?? 0)),
            ]
        }
        console.summarise((effect.members ?? []).filter { $0.key != "devices" })
        return .done
    }
}

// MARK: Grants

struct AdminGrant: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Who may work where.",
        subcommands: [AdminGrantList.self, AdminGrantGive.self, AdminGrantEnd.self])
}

struct AdminGrantList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List who may work where; with --all who could before.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Ended ones too.")
    var all = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let grants = try await desk.office().get("/v1/admin/grants")["grants"]?.array ?? []
        let console = desk.console
        desk.list(
            "grant", grants.filter { all || $0["ended_ms"]?.integer == nil },
            [
                .init(title: "id"), .init(title: console.text(.person), minimum: 6),
                .init(title: console.text(.area), minimum: 10),
                .init(title: console.text(.endedTitle)),
            ]
        ) { grant in
            [
                desk.short(grant["id"]), Line(grant["personName"]?.string ?? ""),
                Line(grant["area"]?.string ?? ""),
                Line(grant["ended_ms"]?.integer.map(desk.formats.moment) ?? ""),
            ]
        }
        return .done
    }
}

struct AdminGrantGive: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "give", abstract: "Let a person work in an area and all beneath it.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "Who, by name.")
    var person: String
    @Option(help: "Where, by name or id.")
    var area: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.office().post(
            "/v1/admin/grants", .object(["person": .string(person), "area": .string(area)]))
        desk.console.result("\(desk.short(answer["id"]))  \(person)  \(area)")
        desk.console.summarise(["id": answer["id"] ?? .null])
        return .done
    }
}

struct AdminGrantEnd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End that. What was written before still counts, for 30 days as late work.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The grant's id, or the end of it.")
    var id: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let grants = try await office.get("/v1/admin/grants")["grants"]?.array ?? []
        let grant = try desk.one(grants, "id", endingWith: id)
        _ = try await office.post(
            "/v1/admin/grants/\(grant["id"]?.string ?? "")/end",
            .object(["reason": .string(reason)]))
        desk.console.result(
            .grantEnded,
            ["name": grant["personName"]?.string ?? "", "area": grant["area"]?.string ?? ""])
        desk.console.hint(.copiesNext)
        desk.console.summarise(["grant": grant["id"] ?? .null])
        return .done
    }
}

// MARK: People

struct AdminPerson: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "People, what they may do, and when that ends.",
        subcommands: [
            AdminPersonList.self, AdminPersonAdd.self, AdminPersonPassword.self,
            AdminPersonRoles.self, AdminPersonDeactivate.self, AdminPersonReactivate.self,
        ])
}

struct AdminPersonList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List people with their roles, areas and machines.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let people = try await desk.office().get("/v1/admin/people")["people"]?.array ?? []
        let console = desk.console
        desk.list(
            "person", people,
            [
                .init(title: console.text(.person), minimum: 6),
                .init(title: console.text(.rolesTitle), minimum: 8),
                .init(title: console.text(.areas), minimum: 8),
                .init(title: console.text(.machine), isRight: true),
                .init(title: console.text(.state)),
            ]
        ) { person in
            func words(_ key: String) -> Line {
                Line((person[key]?.array ?? []).compactMap(\.string).joined(separator: ", "))
            }
            return [
                Line(person["name"]?.string ?? "", .strong), words("roles"), words("areas"),
                Line(Formats.grouped(person["devices"]?.integer ?? 0)),
                Line(person["isActive"]?.bool == false ? console.text(.stateRevoked) : ""),
            ]
        }
        return .done
    }
}

struct AdminPersonAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a person who works at the office.",
        discussion: "Advisors come with the code of their machine: hazama admin device code.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What they are called, as everybody will read it.")
    var name: String
    @Argument(help: "advisor, conflict-administrator, administrator.")
    var roles: [String]

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try await desk.office().post(
            "/v1/admin/people",
            .object(["name": .string(name), "roles": .array(roles.map { .string($0) })]))
        desk.console.result(.officeAdded, ["name": name, "roles": roles.joined(separator: ", ")])
        desk.console.hint(.officeAddedNext, ["name": name])
        desk.console.summarise([
            "name": .string(name), "roles": .array(roles.map { .string($0) }),
        ])
        return .done
    }
}

struct AdminPersonPassword: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Make a new password for a person, or for yourself.",
        discussion: """
            The hub makes it and shows it this once. An administrator makes anybody's, everybody \
            their own.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Who, by name.")
    var name: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.office().post(
            "/v1/admin/people/password", .object(["name": .string(name)]))
        guard let password = answer["password"]?.string else { throw desk.oddAnswer() }
        desk.console.result(.passwordMade, ["name": name, "password": password])
        desk.console.hint(.passwordNext, ["name": name])
        desk.console.summarise(["name": .string(name), "password": .string(password)])
        return .done
    }
}

struct AdminPersonRoles: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles", abstract: "Set a person's roles to exactly these.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Who, by name.")
    var name: String
    @Argument(help: "advisor, conflict-administrator, area-administrator, administrator.")
    var roles: [String] = []

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try await desk.office().post(
            "/v1/admin/people/roles",
            .object(["name": .string(name), "roles": .array(roles.map { .string($0) })]))
        desk.console.result(.rolesSet, ["name": name, "roles": roles.joined(separator: ", ")])
        desk.console.summarise([
            "name": .string(name), "roles": .array(roles.map { .string($0) }),
        ])
        return .done
    }
}

struct AdminPersonDeactivate: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "deactivate",
        abstract: "End all authority of a person. Their machines may still deliver.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Who, by name.")
    var name: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try await desk.office().post(
            "/v1/admin/people/deactivate",
            .object(["name": .string(name), "reason": .string(reason)]))
        desk.console.result(.personDeactivated, ["name": name])
        desk.console.hint(.copiesNext)
        desk.console.summarise(["name": .string(name), "isActive": .bool(false)])
        return .done
    }
}

struct AdminPersonReactivate: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "reactivate", abstract: "Let a person in again. Grants are given anew.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Who, by name.")
    var name: String

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try await desk.office().post(
            "/v1/admin/people/reactivate", .object(["name": .string(name)]))
        desk.console.result(.personReactivated, ["name": name])
        desk.console.summarise(["name": .string(name), "isActive": .bool(true)])
        return .done
    }
}
