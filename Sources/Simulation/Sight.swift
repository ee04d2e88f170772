internal import Glibc
internal import SyncCore
internal import SyncProtocol

/// What the hub's answers told of records, however they were packed.
///
/// Looked for in the unpacked states and in everything around them: in compressed bytes a mark may
/// be hidden, or be there by chance.
struct Sight {
    /// What every text of a plot begins with, in every unit that only its holders may read; a
    /// number of four digits follows.
    static let mark = "mark-"

    /// The plots whose marks were there.
    private(set) var plots: Set<Int> = []
    /// The records whose states were there.
    private(set) var records: Set<RecordID> = []
    /// Whether every answer could be read.
    private(set) var isWhole = true

    /// Takes in the answer to a sync.
    mutating func look(atAnswer bytes: [UInt8]) {
        do throws(CodecError) {
            var answer = try SyncResponse.decode(bytes)
            for record in answer.pages.flatMap(\.records) {
                records.insert(record.record)
                look(at: record.state)
            }
            answer.pages = []
            look(at: answer.encode())
        } catch {
            isWhole = false
        }
    }

    /// Takes in bytes that nothing is packed in.
    mutating func look(at bytes: [UInt8]) {
        let mark = Array(Self.mark.utf8)
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            var place = 0
            while place + mark.count + 4 <= bytes.count,
                let hit = memchr(start + place, Int32(mark[0]), bytes.count - place)
            {
                place = UnsafeRawPointer(hit) - start + 1
                guard place + mark.count + 3 <= bytes.count,
                    memcmp(hit, mark, mark.count) == 0
                else { continue }
                place += mark.count - 1
                let digits = bytes[place..<place + 4]
                guard digits.allSatisfy({ (48..<58).contains($0) }) else { continue }
                plots.insert(digits.reduce(0) { $0 * 10 + Int($1) - 48 })
            }
        }
    }
}
