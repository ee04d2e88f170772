import Fieldwork
import SyncCore
import Testing

@testable import hazama

@Suite("A visit under way")
struct VisitDraftTests {
    static let full: VisitDraft = {
        var draft = VisitDraft(
            visit: RecordID(high: 1, low: 2), household: RecordID(high: 3, low: 4),
            day: CalendarDate(year: 2026, month: 11, day: 16)!, started_ms: 1_794_814_860_000,
            purpose: "低保\u{1B}", place: .home)
        draft.notes = ["门锁坏了", "two\nlines"]
        draft.answers = [Answer(question: "q1", "是"), .unknown("q2"), .refused("q3")]
        for content: Fact.Content in [
            .flag(true), .number(184_000), .word("低保"),
            .day(CalendarDate(year: 2020, month: 2, day: 29)!),
        ] {
            var statement = Fact.Statement(
                content, effective: draft.day, source: .resident, confidence: .stated)
            statement.evidence = .document
            statement.evidenceNote = "存折"
            draft.facts.append(
                .init(subject: RecordID(high: 5, low: 6), key: "h.status", statement: statement))
        }
        return draft
    }()

    @Test("it comes back from the store as it was")
    func roundTrip() throws {
        #expect(try #require(VisitDraft(Self.full.encode())) == Self.full)
        let bare = VisitDraft(
            visit: RecordID(high: 1, low: 2), household: RecordID(high: 3, low: 4),
            day: Self.full.day, started_ms: 0, purpose: nil, place: nil)
        #expect(try #require(VisitDraft(bare.encode())) == bare)
        #expect(bare.narrative == nil)
        #expect(Self.full.narrative == "门锁坏了\ntwo\nlines")
    }

    @Test("half of one is none, so that nothing is sealed in part")
    func broken() {
        let bytes = Self.full.encode()
        for count in 0..<bytes.count { #expect(VisitDraft(Array(bytes.prefix(count))) == nil) }
        let odd = String(decoding: bytes, as: UTF8.self)
            .replacing(#""standing":"unknown""#, with: #""standing":"perhaps""#)
        #expect(VisitDraft(Array(odd.utf8)) == nil)
    }
}
