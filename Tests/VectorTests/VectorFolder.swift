import Foundation
import SyncCore
import SyncProtocol

/// One file below `protocol/`: a vector, or a document that is made like one.
struct VectorFile: Sendable {
    /// From `protocol/` on.
    let path: String
    let text: String

    init(_ path: String, _ members: KeyValuePairs<String, JSON>) {
        self.path = "vectors/" + path
        text = JSON.object(members).lines + "\n"
    }

    init(_ path: String, members: [JSONMember]) {
        self.path = "vectors/" + path
        text = JSON.object(members).lines + "\n"
    }

    init(document path: String, _ text: String) { (self.path, self.text) = (path, text) }
}

/// The folder `protocol` of this checkout.
enum VectorFolder {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "protocol")

    /// Whether the files are to be written instead of compared: `make vectors WRITE=1`.
    static let isWriting = ProcessInfo.processInfo.environment["HAZAMA_WRITE_VECTORS"] == "1"

    /// Every vector there is, from `vectors/` on, in order: found by walking the folder.
    static let paths: [String] = {
        let walk = FileManager.default.enumerator(atPath: root.appending(path: "vectors").path)
        let found = walk?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".json") }.map { "vectors/" + $0 }.sorted()
    }()

    /// Files below `vectors/` that nothing here reads, but the checker in Python and what explains
    /// it.
    static let strays: [String] = {
        let walk = FileManager.default.enumerator(atPath: root.appending(path: "vectors").path)
        let found = walk?.compactMap { $0 as? String } ?? []
        return found.filter { path in
            var isFolder: ObjCBool = false
            let whole = root.appending(path: "vectors/" + path).path
            let isThere = FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder)
            return isThere && !isFolder.boolValue && !path.hasSuffix(".json")
                && !["check.py", "README.md"].contains(path) && !path.contains("__pycache__")
        }
    }()

    static func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }

    static func json(_ path: String) throws -> JSON { try JSON.parse(read(path)) }

    static func write(_ file: VectorFile) throws {
        let place = root.appending(path: file.path)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.text.utf8).write(to: place)
    }
}

extension JSON {
    /// Bytes in hexadecimal: one string, or several of 32 bytes each where there are many.
    static func hex(_ bytes: [UInt8]) -> JSON {
        guard bytes.count > 40 else { return .string(hexText(bytes[...])) }
        var lines: [JSON] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            lines.append(.string(hexText(rest.prefix(32))))
            rest = rest.dropFirst(32)
        }
        return .array(lines)
    }

    private static func hexText(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What `hex` wrote; `nil` for anything else.
    var hexBytes: [UInt8]? {
        guard let digits = array.map({ $0.compactMap(\.string).joined() }) ?? string else {
            return nil
        }
        var bytes: [UInt8] = []
        var rest = digits[...]
        while !rest.isEmpty {
            guard rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// The value over several lines, each of at most 100 columns where that can be.
    var lines: String { lines(indented: "", after: 0) }

    private func lines(indented space: String, after used: Int) -> String {
        let short = inline
        if space.count + used + short.count <= 99 { return short }
        let inner = space + "  "
        switch self {
        case .array(let elements):
            let parts = elements.map { inner + $0.lines(indented: inner, after: 0) }
            return "[\n" + parts.joined(separator: ",\n") + "\n" + space + "]"
        case .object(let members):
            let parts = members.map { member -> String in
                let key = JSON.string(member.key).text + ": "
                return inner + key + member.value.lines(indented: inner, after: key.count)
            }
            return "{\n" + parts.joined(separator: ",\n") + "\n" + space + "}"
        default: return short
        }
    }

    private var inline: String {
        switch self {
        case .array(let elements): "[" + elements.map(\.inline).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { JSON.string($0.key).text + ": " + $0.value.inline }
                .joined(separator: ", ") + "}"
        default: text
        }
    }
}
