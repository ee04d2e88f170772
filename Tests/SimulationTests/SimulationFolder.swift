import Foundation

/// Empty folders for worlds.
enum SimulationFolder {
    static func make() throws -> String {
        var template = Array(
            FileManager.default.temporaryDirectory.appendingPathComponent("hazama-world-XXXXXX")
                .path.utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
}
