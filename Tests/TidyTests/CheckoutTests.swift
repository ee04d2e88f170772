import Foundation
import Testing

/// Names each mention of a place that only exists on one machine, and of a registry's host.
func strayMentions(in file: TextFile) -> [Offence] {
    // Written in two halves, so that this file passes its own rule.
    let words =
        [
            "../" + "shared", "/wo" + "rk/", "/tmp" + "/hz",
            "pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com",
            "crates" + ".io", "deb.debian" + ".org", "security.debian" + ".org",
            "archive.ubuntu" + ".com", "proxy.golang" + ".org", "rubygems" + ".org",
            "repo.maven.apache" + ".org", "docker" + ".io", "ghcr" + ".io",
        ]
    let found = words.filter { file.bytes.range(of: Data($0.utf8)) != nil }
    return file.lines.enumerated().flatMap { index, line in
        found.filter(line.contains).map { Offence(file.path, index + 1, "mentions \($0)") }
    }
}

/// Names what is wrong with the pins: they are exact in `Package.swift`, and nowhere else.
func strayPins(ignored: TextFile?, manifest: TextFile?, index: [UInt8]) -> [String] {
    var found: [String] = []
    if ignored?.lines.contains("Package.resolved") != true {
        found.append(".gitignore does not name Package.resolved")
    }
    if !index.isEmpty, Data(index).range(of: Data("Package.resolved".utf8)) != nil {
        found.append("Package.resolved is committed")
    }
    for line in manifest?.lines ?? []
    where line.contains("from: \"") || line.contains(".upToNext") || line.contains("branch: \"") {
        found.append("not pinned: \(line.trimmingCharacters(in: .whitespaces))")
    }
    return found
}

/// Names each target of a package beside ours of which nothing lies where it is looked for.
func missingTargets(in manifest: TextFile, has isThere: (String) -> Bool) -> [String] {
    let named = ["target(name: \"", "systemLibrary(name: \"", "room(\"", "tests(\""]
    return manifest.lines.filter { line in named.contains { line.contains($0) } }
        .map { line in line.components(separatedBy: "\"")[1] }
        .filter { name in !isThere("Sources/\(name)") && !isThere("Tests/\(name)") }
}

/// Names each Swift file and each relative link in a document that leads nowhere.
func deadReferences(in file: TextFile, paths: [String]) -> [Offence] {
    let folder = file.path.split(separator: "/").dropLast()
    var found: [Offence] = []
    for (index, line) in file.lines.enumerated() {
        let quoted = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 && $0.element.hasSuffix(".swift") }.map(\.element)
        for name in quoted where !paths.contains(where: { "/\($0)".hasSuffix("/\(name)") }) {
            found.append(Offence(file.path, index + 1, "no file \(name)"))
        }
        for part in line.components(separatedBy: "](").dropFirst() {
            let target = part.prefix { $0 != ")" && $0 != "#" }
            if target.isEmpty || target.contains("://") { continue }
            var steps = Array(folder)
            for step in target.split(separator: "/") {
                if step == ".." { steps = Array(steps.dropLast()) } else { steps.append(step) }
            }
            let path = steps.joined(separator: "/")
            if !paths.contains(where: { $0 == path || $0.hasPrefix(path + "/") }) {
                found.append(Offence(file.path, index + 1, "no file \(target)"))
            }
        }
    }
    return found
}

@Suite("Checkout")
struct CheckoutTests {
    // Decision records are not rewritten when files move, so they may name old ones.
    @Test("documents name files that exist")
    func references() {
        let here = Repository.here
        let documents = here.files.filter {
            $0.path.hasSuffix(".md") && !$0.path.hasPrefix("docs/decisions/")
        }
        expectNone(documents.flatMap { deadReferences(in: $0, paths: here.paths) })
        let architecture = here["docs/architecture.md"]?.text ?? ""
        for room in Room.all { #expect(architecture.contains("`\(room.name)`")) }
    }

    @Test("a reference to nowhere is noticed")
    func referencesCanary() {
        func dead(_ text: String) -> Int {
            deadReferences(
                in: TextFile(path: "docs/a.md", text: text),
                paths: ["Sources/SyncCore/Merge/UnitState.swift", "docs/b.md", "protocol/x.md"]
            ).count
        }
        #expect(dead("see `Merge/UnitState.swift` and `UnitState.swift`") == 0)
        #expect(dead("see `Merge/Outcome.swift`") == 1)
        #expect(dead("see `State.swift`") == 1)
        #expect(dead("[b](b.md), [c](../protocol), [d](https://swift.org), [e](#e)") == 0)
        #expect(dead("[c](c.md) and [d](../b.md)") == 2)
    }

    @Test("nothing depends on a place outside the checkout")
    func mentions() {
        expectNone(Repository.here.files.flatMap(strayMentions(in:)))
    }

    @Test(
        "a mention of another place is noticed",
        arguments: [
            "cp ../" + "shared/data .", "let a = \"/wo" + "rk/main\"", "pip -i pypi" + ".org",
        ])
    func mentionsCanary(text: String) {
        #expect(strayMentions(in: TextFile(path: "docs/a.md", text: text)).count == 1)
        let ours = TextFile(path: "docs/a.md", text: "Sources/Fieldwork/Visit.swift\n")
        #expect(strayMentions(in: ours) == [])
    }

    @Test("versions are pinned in the manifest and resolved anew")
    func pins() {
        let here = Repository.here
        let index = FileManager.default.contents(
            atPath: here.root.appending(path: ".git/index").path)
        let found = strayPins(
            ignored: here[".gitignore"], manifest: here["Package.swift"],
            index: index.map(Array.init) ?? [])
        #expect(found == [])
    }

    @Test("a committed or loose pin is noticed")
    func pinsCanary() {
        let ignored = TextFile(path: ".gitignore", text: "Package.resolved\n")
        let loose = TextFile(path: "Package.swift", text: ".package(url: \"u\", from: \"1.0.0\")")
        let index = Array("DIRC…Package.resolved…".utf8)
        #expect(strayPins(ignored: ignored, manifest: nil, index: []) == [])
        #expect(strayPins(ignored: nil, manifest: nil, index: []).count == 1)
        #expect(strayPins(ignored: ignored, manifest: nil, index: index).count == 1)
        #expect(strayPins(ignored: ignored, manifest: loose, index: []).count == 1)
    }

    @Test("packages beside ours find their targets", arguments: ["Tests/Sanitized", "Tests/Fuzz"])
    func targets(folder: String) throws {
        let here = Repository.here
        let manifest = try #require(here["\(folder)/Package.swift"])
        let missing = missingTargets(in: manifest) { path in
            FileManager.default.fileExists(
                atPath: here.root.appending(path: "\(folder)/\(path)").path)
        }
        #expect(missing == [])
    }

    @Test("a target without its folder is noticed")
    func targetsCanary() {
        let text = """
            .target(name: "A", linkerSettings: [])
            room("B", ["A"]),
            tests("BTests", ["B"]),
            .product(name: "C", package: "c")
            """
        let manifest = TextFile(path: "Tests/D/Package.swift", text: text)
        #expect(missingTargets(in: manifest) { _ in false } == ["A", "B", "BTests"])
        #expect(missingTargets(in: manifest) { $0 != "Sources/B" } == [])
        #expect(missingTargets(in: manifest) { $0 == "Tests/BTests" } == ["A", "B"])
    }
}
