import Foundation

/// Empty folders for worlds.
enum SimulationFolder {
    static func make() throws -> String {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("hazama-world-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url.path
    }

    static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
}
