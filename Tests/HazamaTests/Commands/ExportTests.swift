import Casework
import Fieldwork
import SyncCore
import Testing

@testable import hazama

@Suite("Files for other systems")
struct ExportTests {
    @Test("records become rows: a column for each unit and each member, sets joined, no formula")
    func rows() throws {
        let records = try [
            #"{"record":"a","area":"n","units":{"name":"=1","contact":{"phone":"+86","name":null}}}"#,
            #"{"record":"b","area":"n","units":{"reach":["x","y"],"capacity":-3,"used":0}}"#,
        ].map { try JSON.parse(Array($0.utf8)) }
        #expect(
            FlatRecords(records).text == """
                record,area,name,contact.phone,contact.name,reach,capacity,used\r
                a,n,'=1,'+86,,,,\r
                b,n,,,,x; y,'-3,0\r

                """)
    }

    @Test("rows that were left come back as a file that goes in again, with why and who it may be")
    func left() throws {
        let console = Screen().console(language: .english)
        let left = LeftRows.Left(
            .object([
                "line": 3, "fate": "open", "reason": "several",
                "candidates": ["one", "two"],
            ]), console)
        let csv = "name,p.disabilityGrade,reason\n张,2,old\n\"王, 伟\",3,old\n"
        #expect(
            try LeftRows(Array(csv.utf8), .csv).text([left]) == """
                name,p.disabilityGrade,person,line,reason,candidates\r
                "王, 伟",3,,3,several may be meant,one two\r

                """)
        let lines = "{\"name\":\"张\"}\n\n{\"name\":\"王\",\"reason\":\"old\"}\n"
        #expect(
            try LeftRows(Array(lines.utf8), .ndjson).text([left])
                == #"{"name":"王","line":3,"reason":"several may be meant","candidates":["one","two"]}"#
                + "\n")
    }

    @Test("every word of the hub has words for people")
    func reasons() {
        let refusals: [FeedRefusal] = [
            .notJSON, .unknownMember("x"), .identity(.wrongLength(1)),
            .identity(.wrongCharacter(at: 1)), .identity(.noSuchDay), .identity(.inFuture),
            .identity(.checkDigit), .birthDiffers, .nobody, .value("x"), .noDay, .noFact,
            .twice(line: 1, "x"),
        ]
        let words =
            refusals.map(\.word) + FeedQuestion.allCases.map(\.rawValue)
            + FeedReview.allCases.map(\.rawValue)
        #expect(words.filter { FeedPhrase(reason: $0) == nil } == [])
        #expect(FeedPhrase(reason: "something new") == nil)
    }

    @Test("a file that can't be read says what to do, whatever is wrong with it")
    func defects() throws {
        let files: [([UInt8], String)] = [
            ([0x50, 0x4b, 0x03, 0x04], "soffice"), ([0xff, 0xfe, 0x61, 0x00], "iconv -f UTF-16"),
            ([0x61, 0x0a, 0xd5, 0xc5, 0x0a], "iconv -f GB18030"),
            (Array("a,b\n\"1,2\n".utf8), "RFC 4180"),
        ]
        for (bytes, hint) in files {
            let screen = Screen()
            let desk = Desk(
                screen.console(), environment: [:], started: SmallDistrict.morning,
                clock: { SmallDistrict.morning }
            ) { _ in nil }
            do {
                _ = try CSVText(bytes)
                Issue.record("it was read")
            } catch {
                let failure = desk.failure(for: error as any Error)
                #expect(failure.code == "HZ-7601")
                #expect(failure.next?.contains(hint) == true)
            }
        }
    }
}
