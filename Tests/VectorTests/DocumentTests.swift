import Foundation
import SyncCore
import SyncProtocol
import Testing

@Suite("documents of the protocol")
struct DocumentTests {
    private static let limits: [Int] = [
        Limits.changeSetBytes, Limits.stateBytes, Limits.changesPerChangeSet,
        Limits.changeSetsPerRun,
        Limits.thingsPerRun, Limits.runsPerRequest, Limits.unsettledPerRequest,
        Limits.receiptsPerRequest, Limits.leavesPerPurge,
        Limits.intentBytes, Limits.formBytes, Limits.reasonBytes, Limits.requestBytes,
        Limits.requestBytesUnpacked, Limits.responseBytesUnpacked, Limits.pageBytes,
        Limits.pageBytesSent,
        Limits.defaultDownBytes, Limits.scopesPerDevice, Limits.writers, Limits.jsonBytes,
        Limits.jsonDepth, Int(Limits.codeLife_ms), Limits.fileBytes, Limits.filePartBytes,
        Limits.fileBytesPerDevice, Limits.stretchesPerRequest, Limits.stretchParts,
        Limits.stretchRecords, Limits.stretchesPerAnswer, Limits.copiesPerRequest,
    ]

    @Test("every limit of the code stands in limits.md with its number")
    func limits() throws {
        let document = String(decoding: try VectorFolder.read("limits.md"), as: UTF8.self)
        for limit in Self.limits {
            #expect(document.contains("| \(limit) |"), "\(limit) is not in limits.md")
        }
        #expect(!document.contains("| 9999 |"))
        let source = try String(
            contentsOf: VectorFolder.root.deletingLastPathComponent()
                .appending(path: "Sources/SyncProtocol/Limits.swift"), encoding: .utf8)
        let declared = source.components(separatedBy: "public static let").count - 1
        #expect(declared == Self.limits.count, "a limit that this test does not know")
    }

    @Test("every problem stands in errors.md with its status")
    func statuses() throws {
        let document = String(decoding: try VectorFolder.read("errors.md"), as: UTF8.self)
        for code in Problem.Code.allCases {
            #expect(
                document.contains("| \(code.rawValue) | \(code.status) |"),
                "\(code.rawValue) is not in errors.md with status \(code.status)")
        }
    }

    @Test("the requests and answers that README.md shows begin as those of the vector")
    func story() throws {
        let document = String(decoding: try VectorFolder.read("README.md"), as: UTF8.self)
        let steps = try #require(
            VectorFolder.json("vectors/exchange/two-devices.json")["steps"]?.array)
        let first = try #require(steps.first { $0["name"]?.string == "first sync" })
        for bytes in [first["request"]?.hexBytes, first["answer"]?.hexBytes] {
            // Magic, then what changes with each request and answer: the clock, the tag.
            let shown = try #require(bytes)
            let hex = shown.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            #expect(document.contains(hex[..<4].joined(separator: " ")))
        }
        let answer = try #require(first["answer"]?.hexBytes)
        for range in [4..<12] {
            let hex = answer[range].map {
                String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
            }
            #expect(document.contains(hex.joined(separator: " ")))
        }
        let names = steps.compactMap { $0["name"]?.string }
        for name in names where name != "enrolment" {
            #expect(document.contains("*\(name)"), "README.md does not tell of \(name)")
        }
    }
}
