import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

struct DigestCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Compare what is held here with the hub or another machine.",
        discussion: """
            Equal digests mean equal confirmed records. What is only on this machine does not count.
            """)

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Work the digests out again from the records, and tell what differs.")
    var verify = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let digests = try store.digests()
        let total = try store.totalDigest()
        var table = Table([
            .init(title: "id"), .init(title: desk.console.text(.area), minimum: 10),
            .init(title: desk.console.text(.records), isRight: true),
            .init(title: desk.console.text(.digest)),
        ])
        for area in digests {
            table.add([
                Line(area.scope.map { String($0.description.suffix(5)) } ?? "", .strong),
                Line(area.name), Line("\(area.records)"), Line(area.digest.description),
            ])
        }
        desk.console.result(table)
        desk.console.result("\(desk.console.text(.total), .dim)  \("\(total)", .strong)")
        desk.console.summarise(try desk.digestMembers())
        if verify {
            let again = try store.recomputeDigests()
            for area in digests where again[area.number] != area.digest {
                throw desk.fail(
                    .integrity, .storeDamaged, .digestDiffers, ["area": area.name], next: .runDoctor
                )
            }
            desk.console.hint(.durable, .digestsFit)
        }
        return .done
    }
}

extension Desk {
    /// `scopes` and `digest`, as `digest --json`, `status --json` and the hub's status give them.
    func digestMembers() throws -> [JSONMember] {
        let store = try store()
        return [
            JSONMember(
                "scopes",
                .array(
                    try store.digests().map { area in
                        .object([
                            "scope": area.scope.map { .string("\($0)") } ?? .null,
                            "name": .string(area.name), "digest": .string("\(area.digest)"),
                            "records": .integer(Int64(area.records)),
                        ])
                    })),
            JSONMember("digest", .string("\(try store.totalDigest())")),
        ]
    }
}
