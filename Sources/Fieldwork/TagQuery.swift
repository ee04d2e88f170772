/// A question about tags: `T30 AND T15 AND NOT (T02 OR T03)`.
///
/// `NOT` binds closest, then `AND`, then `OR`; words in upper or lower case.
public struct TagQuery: Hashable, Sendable {
    private let root: Node

    private indirect enum Node: Hashable, Sendable {
        case tag(String)
        case not(Node)
        case all([Node])
        case any([Node])
    }

    /// Reads a question; `nil` if it can't be read.
    public init?(_ text: String) {
        var spaced = ""
        for character in text {
            spaced += "()（）".contains(character) ? " \(character) " : String(character)
        }
        var words = spaced.split(whereSeparator: \.isWhitespace).map(String.init)[...]
        guard words.count <= 1000, let root = Self.any(&words, depth: 0), words.isEmpty else {
            return nil
        }
        self.root = root
    }

    /// The tags it names, in order, each once.
    public var tags: [String] {
        var found: [String] = []
        func visit(_ node: Node) {
            switch node {
            case .tag(let tag): if !found.contains(tag) { found.append(tag) }
            case .not(let node): visit(node)
            case .all(let nodes), .any(let nodes): nodes.forEach(visit)
            }
        }
        visit(root)
        return found
    }

    /// Whether it holds for somebody who has the tags for which `has` is true.
    public func holds(_ has: (String) -> Bool) -> Bool {
        func holds(_ node: Node) -> Bool {
            switch node {
            case .tag(let tag): has(tag)
            case .not(let node): !holds(node)
            case .all(let nodes): nodes.allSatisfy(holds)
            case .any(let nodes): nodes.contains(where: holds)
            }
        }
        return holds(root)
    }

    private static func any(_ words: inout ArraySlice<String>, depth: Int) -> Node? {
        guard let first = all(&words, depth: depth) else { return nil }
        var nodes = [first]
        while words.first?.uppercased() == "OR" {
            words.removeFirst()
            guard let next = all(&words, depth: depth) else { return nil }
            nodes.append(next)
        }
        return nodes.count == 1 ? first : .any(nodes)
    }

    private static func all(_ words: inout ArraySlice<String>, depth: Int) -> Node? {
        guard let first = one(&words, depth: depth) else { return nil }
        var nodes = [first]
        while let word = words.first?.uppercased(), word == "AND" || word == "NOT" {
            // «A NOT B» is what people write for «A AND NOT B».
            if word == "AND" { words.removeFirst() }
            guard let next = one(&words, depth: depth) else { return nil }
            nodes.append(next)
        }
        return nodes.count == 1 ? first : .all(nodes)
    }

    private static func one(_ words: inout ArraySlice<String>, depth: Int) -> Node? {
        guard depth < 50, let word = words.popFirst() else { return nil }
        switch word.uppercased() {
        case "NOT": return one(&words, depth: depth + 1).map(Node.not)
        case "(", "（":
            guard let inner = any(&words, depth: depth + 1), let close = words.popFirst(),
                close == ")" || close == "）"
            else { return nil }
            return inner
        case "AND", "OR", ")", "）": return nil
        default: return .tag(word)
        }
    }
}
