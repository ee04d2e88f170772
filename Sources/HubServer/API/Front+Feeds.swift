internal import Casework
internal import Fieldwork
internal import HTTPTypes
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// Takes in a department's file: each row a person and what is known of them.
    ///
    /// All of it is worked out first, and written in one transaction, or with `?dry_run=1` not at
    /// all. The same file again writes nothing.
    func importFeed(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        guard let department = call.query["department"] else {
            throw Problem(.malformed, "\"department\" is missing: whose file it is.")
        }
        guard session.roles.contains(.administrator) else { throw Problem(.notAllowed) }
        let type = call.fields[.contentType]?.split(separator: ";").first.map {
            Call.trimmed($0).lowercased()
        }
        let format = Feed.Format.allCases.first { $0.mediaType == type } ?? .csv
        let isDry = call.query["dry_run"] != nil
        let effective = try call.query["effective"].map { text throws(Problem) in
            guard let day = CalendarDate(text) else {
                throw Problem(.malformed, "A day is written as 2026-03-04.")
            }
            return day
        }
        let language = Language(call)
        let now_ms = wall.now_ms()
        let body = call.body
        return try await work.run { () throws(Problem) in
            guard let today = CalendarDate(ordinal: now_ms / 86_400_000) else {
                throw Problem(.failed)
            }
            guard
                let catalogue = try shelf.versions(hub, by: session).inForce(on: today)?.catalogue
            else { throw Problem(.failed) }
            guard catalogue.departments.contains(where: { $0.id == department }) else {
                throw Problem(
                    .badValue,
                    "The departments are: "
                        + catalogue.departments.map(\.id).joined(separator: ", ") + ".")
            }
            let feed: Feed
            do throws(FeedDefect) {
                feed = try Feed(
                    body, format, of: catalogue.facts, effective: effective, asOf: today)
            } catch {
                throw Problem(.badValue, "Line \(error.line) can't be read: \(error.reason).")
            }
            let plan = try self.plan(
                feed, department, catalogue, today, language, by: session)
            let batch = ImportBatch.Draft(
                area: try self.referenceArea(), department: department, day: today,
                digest: Digests.sha256(body).bytes, rows: plan.rows)
            var written = 0
            if !isDry {
                do {
                    let changeSets = Self.changeSets(plan.changes, last: try batch.creation)
                    written = try hub.write(
                        changeSets, intent: "import", act: "import.\(department)",
                        skipsKnown: true, by: session)
                } catch let problem as Problem { throw problem } catch { throw Problem(.failed) }
            }
            return .json(plan.json(batch: batch.id, written: written))
        }
    }

    private func plan(
        _ feed: Feed, _ department: String, _ catalogue: Catalogue, _ today: CalendarDate,
        _ language: Language, by session: Session
    ) throws(Problem) -> FeedPlan {
        var index = PersonIndex()
        _ = try hub.readBooks(
            after: .start, of: [.household, .person], by: session
        ) { records in
            // All that lies with a household lies in its area.
            for (_, lying) in Dictionary(grouping: records, by: { $0.home ?? $0.state.record }) {
                guard let household = lying.lazy.compactMap({ Household($0.state) }).first else {
                    continue
                }
                index.insert(household, lying.compactMap { Person($0.state) })
            }
        }
        let links = feed.rows.map(index.link)
        var known: [RecordID: [Fact]] = [:]
        for link in links {
            guard let home = link.household, known[home] == nil else { continue }
            known[home] = try hub.records(with: home, in: .household, of: [.fact], by: session)
                .compactMap(Fact.init)
        }
        do {
            return try FeedPlan(
                feed, links: links, known: known, department: department, catalogue: catalogue,
                asOf: today
            ) { wording in
                switch language {
                case .english: wording.english
                case .chinese: wording.chinese
                case .japanese: wording.japanese
                }
            }
        } catch { throw Problem(.failed) }
    }

    /// Change sets that stay well below their limits; the batch's record comes with the last.
    private static func changeSets(
        _ changes: [RecordChange], last: RecordChange
    ) -> [[RecordChange]] {
        stride(from: 0, to: changes.count, by: recordsPerChangeSet).map {
            Array(changes[$0..<min($0 + recordsPerChangeSet, changes.count)])
        } + [[last]]
    }

    private static let recordsPerChangeSet = 200
}

extension PersonIndex.Link {
    fileprivate var household: RecordID? {
        switch self {
        case .known(let entry), .likely(let entry): entry.household
        case .open: nil
        }
    }
}

extension FeedPlan {
    fileprivate func json(batch: RecordID, written: Int) -> JSON {
        let rows = rows
        let left = fates.compactMap { line, fate -> JSON? in
            var members = [JSONMember("line", .integer(Int64(line)))]
            switch fate {
            case .accepted, .unchanged: return nil
            case .rejected(let refusal):
                members.append(JSONMember("fate", "rejected"))
                members.append(JSONMember("reason", .string(refusal.word)))
                if let about = refusal.about { members.append(JSONMember("about", .string(about))) }
            case .review(let review):
                members.append(JSONMember("fate", "review"))
                members.append(JSONMember("reason", .string(review.rawValue)))
            case .open(let question, let candidates):
                members.append(JSONMember("fate", "open"))
                members.append(JSONMember("reason", .string(question.rawValue)))
                members.append(
                    JSONMember("candidates", .array(candidates.map { .string("\($0)") })))
            }
            return .object(members)
        }
        return .object([
            "batch": .string("\(batch)"),
            "rows": .object([
                "accepted": .integer(Int64(rows.accepted)),
                "unchanged": .integer(Int64(rows.unchanged)),
                "rejected": .integer(Int64(rows.rejected)),
                "queued": .integer(Int64(rows.queued)),
            ]),
            "facts": .integer(Int64(facts)), "persons": .integer(Int64(persons)),
            "written": .integer(Int64(written)), "left": .array(left),
        ])
    }
}
