import Fieldwork
import Foundation
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@Suite("every kind of conflict")
struct EveryKindTests {
    private func colleague(_ fixture: HubFixture) throws -> Session {
        let person = try fixture.hub.makePerson(
            name: "Zhou Min", roles: [.conflictAdministrator], password: nil, by: fixture.admin)
        return try fixture.hub.session(
            token: fixture.hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
    }

    @Test("it comes with words in three languages, a severity, a day, and ways to be settled")
    func complete() throws {
        let scene = try EveryConflict()
        let hub = scene.fixture.hub
        _ = try colleague(scene.fixture)
        for kind in ConflictKind.allCases {
            for words in [Words.conflict(kind.word), Words.explanation(kind.word)] {
                let texts = [words.english, words.chinese, words.japanese]
                #expect(Set(texts).count == 3, "\(kind)")
                #expect(texts.allSatisfy { !$0.isEmpty }, "\(kind)")
            }
            let open = try scene.open(kind)
            #expect(open.count == 1, "\(kind)")
            guard let view = open.first else { continue }
            let days: Int64 = view.severity == .high ? 3 : 14
            #expect(view.due_ms - view.opened_ms == days * 86_400_000, "\(kind)")
            let given = try hub.assign(
                view.id, to: "Zhou Min", due_ms: view.opened_ms + 86_400_000,
                by: scene.fixture.admin)
            #expect(given.view.ownerName == "Zhou Min", "\(kind)")
            #expect(given.view.due_ms == view.opened_ms + 86_400_000, "\(kind)")
            #expect(!given.acts.isEmpty, "\(kind)")
        }
    }

    @Test("each of its ways settles it, and what was decided can be taken back")
    func settled() throws {
        for kind in ConflictKind.allCases {
            let acts = try detail(EveryConflict(), kind).acts
            for act in acts.sorted() {
                let scene = try EveryConflict()
                let before = try detail(scene, kind)
                let choice: ResolutionRequest.Choice =
                    switch act {
                    case .keep: .keep("a")
                    case .split: .split("a")
                    case .compose: .compose(value(before))
                    case .stand: .stand
                    case .join: .join
                    case .putBack: .putBack
                    }
                var after = try scene.fixture.hub.resolve(
                    before.view.id,
                    ResolutionRequest(version: before.version, choice: choice, reason: "why"),
                    by: scene.fixture.admin)
                if after.view.state == .proposed {
                    after = try scene.fixture.hub.approve(
                        before.view.id, version: before.version, by: colleague(scene.fixture))
                }
                #expect(after.view.state == .resolved, "\(kind) \(act)")
                let undone = try scene.fixture.hub.undo(
                    before.view.id, reason: "no", by: scene.fixture.admin)
                #expect(undone.view.state == .open, "\(kind) \(act)")
            }
        }
    }

    private func detail(_ scene: EveryConflict, _ kind: ConflictKind) throws -> ConflictDetail {
        let view = try #require(try scene.open(kind).first)
        return try scene.fixture.hub.conflict(view.id, by: scene.fixture.admin)
    }

    /// Another value than any side has.
    private func value(_ detail: ConflictDetail) -> Value {
        switch detail.view.kind {
        case .group: .group([.integer(300), .text("card")])
        case .contestation: .text("three")
        case .states: .text("new")
        default: .integer(8)
        }
    }

    @Test("many are decided at once by each of its rules, or it says why not")
    func bulk() throws {
        for kind in ConflictKind.allCases {
            let words = Words.oneByOne(kind.word)
            #expect(kind.bulkRules.isEmpty == (words != nil), "\(kind)")
            if let words {
                #expect(
                    Set([words.english, words.chinese, words.japanese]).count == 3, "\(kind)")
            }
            for rule in kind.bulkRules {
                let scene = try EveryConflict(copies: 2)
                let hub = scene.fixture.hub
                let admin = scene.fixture.admin
                let open = try scene.open(kind)
                let (collection, unit) = (
                    try #require(open.first?.collection), try #require(open.first?.unit)
                )
                let request = BulkRequest(
                    collection: collection, unit: unit, kind: kind, rule: rule)
                let preview = try hub.preview(request, by: admin)
                // Two groups had nothing in common before.
                let count = kind == .group && rule == .previous ? 0 : 2
                #expect(preview.lines.count == count && preview.left == 0, "\(kind) \(rule)")
                guard count > 0 else { continue }
                let before = try hub.status().changeSets
                _ = try hub.resolve(request, token: preview.token, reason: "all alike", by: admin)
                #expect(try hub.status().changeSets == before + 1, "\(kind) \(rule)")
                #expect(try scene.open(kind) == [], "\(kind) \(rule)")
                let one = try hub.conflict(open[1].id, by: admin)
                #expect(one.decision?.reason == "all alike", "\(kind) \(rule)")
                _ = try hub.undo(open[1].id, reason: "no", by: admin)
                #expect(try scene.open(kind).count == 2, "\(kind) \(rule)")
                #expect(try hub.doctor() == [], "\(kind) \(rule)")
            }
        }
    }

    @Test("a rule of another kind is none, nor is one of what is high-stakes")
    func otherRules() throws {
        let scene = try EveryConflict()
        for kind in ConflictKind.allCases {
            for rule in BulkRequest.Rule.allCases where !kind.bulkRules.contains(rule) {
                #expect(throws: Problem(.badChoice)) {
                    try scene.fixture.hub.preview(
                        BulkRequest(
                            collection: .house, unit: House.count, kind: kind, rule: rule),
                        by: scene.fixture.admin)
                }
            }
        }
    }

    @Test("the document says of each kind what may be decided, and how many at once")
    func documented() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/conflicts.md")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        let scene = try EveryConflict()
        for kind in ConflictKind.allCases {
            let row = try #require(
                lines.first { $0.hasPrefix("| `\(kind.word)` |") }, "\(kind)")
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let acts = try detail(scene, kind).acts.sorted().map(\.rawValue)
            #expect(cells[2] == acts.joined(separator: ", "), "\(kind)")
            let rules =
                kind.bulkRules.isEmpty
                ? "no: " + (Words.oneByOne(kind.word)?.english ?? "")
                : kind.bulkRules.map(\.rawValue).joined(separator: ", ")
            #expect(cells[3] == rules, "\(kind)")
        }
    }
}
