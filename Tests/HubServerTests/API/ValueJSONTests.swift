import SyncCore
import SyncProtocol
import Testing

@testable import HubServer

@Suite("Values as JSON")
struct ValueJSONTests {
    static let values: [Value] = [
        .absent, .bool(true), .integer(.min), .integer(.max), .text(""), .text("e\u{301}"),
        .bytes([0, 255]), .day(CalendarDate(year: 2026, month: 1, day: 31)!),
        .reference(RecordID(high: 1, low: 2)), .group([]),
        .group([.absent, .integer(1), .text("null"), .bytes([])]),
    ]
    @Test("a value survives its JSON", arguments: values)
    func roundTrip(value: Value) throws {
        let json = try JSON.parse(value.json.bytes())
        #expect(Value(json) == value)
    }

    @Test(
        "what no value is written as is none",
        arguments: [
            "1.0", "1e3", "[[1]]", "{}", #"{"day":"2026-02-30"}"#, #"{"day":1}"#,
            #"{"bytes":"!"}"#, #"{"reference":"x"}"#, #"{"other":"x"}"#,
            #"{"day":"2026-01-01","bytes":""}"#, "[1.5]",
        ])
    func refused(text: String) throws { #expect(Value(try JSON.parse(Array(text.utf8))) == nil) }
}
