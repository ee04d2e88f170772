import Foundation
import SyncCore
import SyncProtocol

/// One line of the workload: an insert with all its fields, or an update of one field.
struct Operation: Sendable {
    let collection: CollectionDeclaration
    let record: RecordID
    let isInsert: Bool
    /// The device's wall clock, in milliseconds since 1970.
    let wall_ms: Int64
    /// The number in `dev-0007`; `nil` for the base.
    let device: Int?
    /// Rising by unit.
    let values: [(unit: UnitID, value: Value)]
}

/// The operations that `workload.py` makes, the same for everything that is measured with them.
struct Workload: Sendable {
    let script: String
    let households: Int

    /// What everybody starts from: households, each followed by its persons.
    func base() throws -> [Operation] { try all(["base"]) }

    /// One device's rural week, in the order in which it was made.
    func week(of device: Int) throws -> [Operation] {
        try all(["device", "--device", "\(device)"])
    }

    /// Calls `body` with each operation of a long history.
    func history(_ count: Int, _ body: (Operation) throws -> Void) throws {
        try lines(["history", "--ops", "\(count)"]) { try body(try operation($0)) }
    }

    private func all(_ arguments: [String]) throws -> [Operation] {
        var found: [Operation] = []
        try lines(arguments) { found.append(try operation($0)) }
        return found
    }

    private func lines(_ arguments: [String], _ body: ([UInt8]) throws -> Void) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["python3", script] + arguments + ["--households", "\(households)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var rest: [UInt8] = []
        while true {
            let block = pipe.fileHandleForReading.readData(ofLength: 1 << 20)
            if block.isEmpty { break }
            rest += block
            var start = 0
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                try body(Array(rest[start..<end]))
                start = end + 1
            }
            rest.removeFirst(start)
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0, rest.isEmpty else {
            throw BenchmarkFault("workload.py \(arguments.joined(separator: " ")) did not end well")
        }
    }

    private func operation(_ line: [UInt8]) throws -> Operation {
        let json = try JSON.parse(line)
        guard let table = json["table"]?.string,
            let collection = VisitDay.schema.collection(named: table),
            let id = json["id"]?.string.flatMap(Self.record), let wall = json["ts"]?.integer,
            let device = json["dev"]?.string
        else { throw BenchmarkFault("a line of the workload can't be read") }
        let fields: [JSONMember]
        if let row = json["row"]?.members {
            fields = row
        } else if let field = json["field"]?.string, let value = json["value"] {
            fields = [JSONMember(field, value)]
        } else {
            throw BenchmarkFault("a line of the workload has no fields")
        }
        return Operation(
            collection: collection, record: id, isInsert: json["row"] != nil, wall_ms: wall,
            device: Int(device.drop { !$0.isNumber }),
            values: try fields.map { field in
                guard let unit = collection.unit(named: field.key),
                    let value = Self.value(field.value, as: unit.members[0].type)
                else { throw BenchmarkFault("\(table).\(field.key) is not as declared") }
                return (unit.id, value)
            }.sorted { $0.unit < $1.unit })
    }

    /// A UUID as it is written, to the last bit.
    private static func record(_ text: String) -> RecordID? {
        let digits = text.filter { $0 != "-" }
        guard digits.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        return RecordID(high: high, low: low)
    }

    private static func value(_ json: JSON, as type: ValueType) -> Value? {
        switch (type, json) {
        case (.integer, .integer(let number)): .integer(number)
        case (.text, .string(let text)), (.choice, .string(let text)):
            text.isEmpty ? .absent : .text(text)
        case (.day, .string(let text)): CalendarDate(text).map { .day($0) }
        case (.reference, .string(let text)):
            if let area = VisitDay.area(named: text) {
                .reference(RecordID(high: area.high, low: area.low))
            } else {
                record(text).map { .reference($0) }
            }
        default: nil
        }
    }
}

/// Why a measurement could not be made.
struct BenchmarkFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
