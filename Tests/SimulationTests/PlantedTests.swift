import Foundation
import Testing

/// The list of planted faults, read as `Tests/planted/plant` reads it.
struct PlantedFaults {
    struct Fault {
        let name: String
        let file: String
        let line: String
    }
    let faults: [Fault]

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    init() throws {
        let text = try String(
            contentsOf: Self.root.appending(path: "Tests/planted/bugs"), encoding: .utf8)
        var faults: [Fault] = []
        var part: [String] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            part.append(String(line))
            guard part.count == 4 else { continue }
            let name = part[0].dropFirst(3).prefix { $0 != ":" }
            faults.append(Fault(name: String(name), file: part[1], line: part[2]))
            part = []
        }
        self.faults = faults
    }
}

@Suite("planted faults")
struct PlantedTests {
    @Test("there are at least thirty, and each line they change is there once")
    func places() throws {
        let faults = try PlantedFaults().faults
        #expect(faults.count >= 30)
        #expect(Set(faults.map(\.name)).count == faults.count)
        for fault in faults {
            let text = try String(
                contentsOf: PlantedFaults.root.appending(path: "Sources/" + fault.file),
                encoding: .utf8)
            let hits = text.split(separator: "\n").count {
                $0.trimmingCharacters(in: .whitespaces) == fault.line
            }
            #expect(hits == 1, "\(fault.name): move it to where its line went, in \(fault.file)")
        }
    }

    @Test("nothing that is released knows of them")
    func released() throws {
        let sources = PlantedFaults.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var count = 0
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(!text.contains("PLANTED") && !text.contains("planted("), "\(file.path)")
            count += 1
        }
        #expect(count > 100)
    }
}
