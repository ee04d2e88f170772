internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

// The office keeps the rules: a draft is imported, tried, published. What is published never
// changes.

extension Front {
    private static let draft = "policy"
    /// How many decisions that would differ are listed; the digest and the counts are of all.
    private static let listedDecisions = 2000

    /// The versions there are, and the draft.
    func policy(_ session: Session) async throws(Problem) -> Answer {
        try await work.run { () throws(Problem) in
            let versions = try shelf.versions(hub, by: session).map { version in
                JSON.object([
                    "version": .integer(Int64(version.number)),
                    "digest": .string("\(version.catalogue.digest)"),
                    "published_on": version.publishedOn.map { .string("\($0)") } ?? .null,
                    "by": version.author.map { .string("\($0)") } ?? .null,
                    "programmes": .integer(Int64(version.catalogue.programmes.count)),
                    "documents": .integer(Int64(version.catalogue.documents.count)),
                    "households": .integer(Int64(version.pack.households.count)),
                ])
            }
            let draft = try hub.draft(Self.draft, by: session)
            return .json(
                .object([
                    "versions": .array(versions),
                    "draft": draft.map { .string("\(Digests.sha256($0))") } ?? .null,
                ]))
        }
    }

    /// Takes a catalogue in as the draft, if it holds together.
    func importPolicy(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        try await work.run { () throws(Problem) in
            let pack = try RuleShelf.pack(call.body)
            try hub.keepDraft(
                call.body, as: Self.draft, subject: "\(pack.catalogue.digest)", by: session)
            return .json(
                .object([
                    "digest": .string("\(pack.catalogue.digest)"),
                    "programmes": .integer(Int64(pack.catalogue.programmes.count)),
                    "documents": .integer(Int64(pack.catalogue.documents.count)),
                    "households": .integer(Int64(pack.households.count)),
                ]))
        }
    }

    /// The text of a version or of the draft.
    func policyText(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let text = try await work.run { () throws(Problem) in
            try self.text(call.id, session)
        }
        return Answer(contentType: "application/json", body: text)
    }

    /// Makes the draft what everybody goes by, with the next sync of each device.
    ///
    /// The digest says which draft was looked at: another one in its place is not published.
    func publishPolicy(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let reason = try JSONFields(call.body).string("reason", maximumBytes: Limits.reasonBytes)
        let today = try asOf(nil)
        return try await work.run { () throws(Problem) in
            guard let text = try hub.draft(Self.draft, by: session),
                "\(Digests.sha256(text))" == call.id
            else {
                throw Problem(.noSuchRules)
            }
            let pack = try RuleShelf.pack(text)
            try Self.check(pack)
            let versions = try shelf.versions(hub, by: session)
            let number = (versions.last?.number ?? 0) + 1
            if versions.last?.catalogue.digest == pack.catalogue.digest {
                throw Problem(.rulesRefused, "Everybody goes by this catalogue already.")
            }
            let packed = Zstd.compress(text, level: 19)
            guard packed.count <= PublishedRules.maximumBytes else {
                throw Problem(
                    .rulesRefused, "The catalogue is too long to be sent: \(packed.count) bytes.")
            }
            guard let area = hub.referenceAreas.first else {
                throw Problem(.noSuchArea, "This hub has no directory that everybody reads.")
            }
            let draft = PublishedRules.Draft(
                area: area, version: number, publishedOn: today,
                digest: pack.catalogue.digest, packed: packed)
            let change: RecordChange
            do { change = try draft.creation } catch { throw Problem(.failed) }
            try hub.write(
                [[change]], intent: "policy", act: "policy.publish", reason: reason,
                onlyReference: true, by: session)
            return .json(
                .object([
                    "version": .integer(Int64(number)),
                    "digest": .string("\(pack.catalogue.digest)"),
                    "published_on": .string("\(today)"),
                ]))
        }
    }

    /// Which decisions would differ under a catalogue: those of `from` beside those of `as_of`.
    func reevaluate(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let day = try asOf(call.query["as_of"])
        let from = try call.query["from"].map { text throws(Problem) in try asOf(text) } ?? day
        return try await work.run { () throws(Problem) in
            let old = try shelf.versions(hub, by: session).last?.catalogue
            let new = try RuleShelf.pack(try text(call.id, session)).catalogue
            guard let old else { throw Problem(.failed) }
            let before = try Self.rulebook(old, from)
            let after = try Self.rulebook(new, day)
            // Facts stay as they are: only the rules change.
            let account = try trialBooks.account(hub, new, asOf: from, by: session)
            let found = Reevaluation(from: before, to: after, of: account.entries)
            guard case .object(let members) = found.json else { throw Problem(.failed) }
            let digest = Digests.sha256(found.json.bytes())
            let shown = members.map { member in
                member.key == "decisions"
                    ? JSONMember(
                        "decisions",
                        .array(Array((member.value.array ?? []).prefix(Self.listedDecisions))))
                    : member
            }
            return .json(
                .object(
                    shown + [
                        JSONMember("count", .integer(Int64(found.decisions.count))),
                        JSONMember("digest", .string("\(digest)")),
                    ]))
        }
    }

    // MARK: What they share

    static func rulebook(
        _ catalogue: Catalogue, _ day: CalendarDate
    ) throws(Problem) -> Rulebook {
        do throws(NoStandard) {
            return try Rulebook(catalogue, asOf: day)
        } catch {
            let name = catalogue.parameter(error.parameter).map { catalogue[$0].name.english }
            throw Problem(
                .badValue,
                "No value of '\(name ?? error.parameter)' is known for \(day); "
                    + "the first is of \(error.from).")
        }
    }

    static func discovery(_ rulebook: Rulebook) throws(Problem) -> Discovery {
        do throws(DiscoveryRefusal) {
            return try Discovery(rulebook)
        } catch {
            throw Problem(.rulesRefused, "The catalogue lacks what warnings look at: \(error).")
        }
    }

    /// The text that a digest, the end of one or a version's number names.
    private func text(_ id: String, _ session: Session) throws(Problem) -> [UInt8] {
        let versions = try shelf.versions(hub, by: session)
        if let version = versions.first(where: { "\($0.number)" == id }) { return version.text }
        var found = versions.map { ("\($0.catalogue.digest)", $0.text) }
        if let draft = try hub.draft(Self.draft, by: session) {
            if id == "draft" { return draft }
            found.append(("\(Digests.sha256(draft))", draft))
        }
        guard let match = found.first(where: { $0.0.hasPrefix(id) && id.utf8.count >= 5 }) else {
            throw Problem(.noSuchRules)
        }
        return match.1
    }

    private static func check(_ pack: RulePack) throws(Problem) {
        guard !pack.households.isEmpty else {
            throw Problem(
                .rulesRefused,
                "The catalogue has no test households: add some whose answers you know.")
        }
        let failures: [TestFailure]
        do throws(NoStandard) {
            failures = try pack.failures()
        } catch {
            throw Problem(.rulesRefused, "No \(error.parameter) is known for \(error.day).")
        }
        guard let first = failures.first else { return }
        throw Problem(
            .rulesRefused,
            "\(failures.count) answers are not what the test households expect: "
                + "\(first.household), \(first.programme ?? "level"), expected "
                + "\(first.expected), found \(first.found).")
    }
}
