import Foundation
import Testing

/// A text file of the repository, by its path from the root.
struct TextFile: Sendable {
    let path: String
    let text: String
    /// Taken apart once, as many rules read it; empty for what is not Swift.
    let swift: SwiftText
    /// The text's UTF-8, which is quicker to search than the text.
    let bytes: Data

    init(path: String, text: String) {
        self.path = path
        self.text = text
        swift = SwiftText(path.hasSuffix(".swift") ? text : "")
        bytes = Data(text.utf8)
    }

    /// The lines, without their ends.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The path's first folder below `Sources`, or `nil` for a file elsewhere.
    var room: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
}

/// What lies in the checkout: every file a commit could hold, read once.
struct Repository: Sendable {
    /// Text files, by path.
    let files: [TextFile]
    /// The paths of all files, text or not, rising.
    let paths: [String]
    let root: URL

    /// The checkout that these tests were built from.
    static let here = Repository(
        root: URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent())

    init(root: URL) {
        self.root = root
        var paths: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let url = root.appending(path: folder)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
            for name in names where !Self.isIgnored(folder + name) {
                var isFolder: ObjCBool = false
                let path = folder + name
                let place = root.appending(path: path).path
                // What a link points to is looked at where it lies.
                guard (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) == nil
                else { continue }
                _ = FileManager.default.fileExists(atPath: place, isDirectory: &isFolder)
                if isFolder.boolValue { folders.append(path + "/") } else { paths.append(path) }
            }
        }
        self.paths = paths.sorted()
        files = self.paths.compactMap { path in
            guard let bytes = FileManager.default.contents(atPath: root.appending(path: path).path),
                !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self)
            else { return nil }
            return TextFile(path: path, text: text)
        }
    }

    subscript(path: String) -> TextFile? { files.first { $0.path == path } }

    /// Swift files below `folder`, which ends in `/`.
    func swift(in folder: String) -> [TextFile] {
        files.filter { $0.path.hasPrefix(folder) && $0.path.hasSuffix(".swift") }
    }

    /// What `.gitignore` names, and git's own folder: never part of a commit.
    private static func isIgnored(_ path: String) -> Bool {
        path == ".git" || path.hasPrefix(".build") || path == "Package.resolved"
            || path == "docs/api" || path.hasSuffix(".swp")
    }
}

/// Fails once for each offence, so that each has a line of its own in the output.
func expectNone(_ offences: [Offence], sourceLocation: SourceLocation = #_sourceLocation) {
    for offence in offences { Issue.record("\(offence)", sourceLocation: sourceLocation) }
}

/// A place where the code breaks a rule.
struct Offence: Hashable, CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let what: String

    init(_ path: String, _ line: Int, _ what: String) {
        (self.path, self.line, self.what) = (path, line, what)
    }

    var description: String { "\(path):\(line): \(what)" }
}
