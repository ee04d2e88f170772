import Fieldwork

extension Wording {
    func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        case .japanese: japanese
        }
    }

    /// The names of the places to fill.
    func places(in language: Language) -> Set<String> {
        var places: Set<String> = []
        _ = Self.fill(text(in: language)) { place in
            places.insert(place)
            return nil
        }
        return places
    }

    /// The text with its places filled. A place without a value stays as it is written, which
    /// shows.
    func filled(in language: Language, _ values: KeyValuePairs<String, String>) -> String {
        Self.fill(text(in: language)) { place in values.first { $0.key == place }?.value }
    }

    private static func fill(_ text: String, _ value: (String) -> String?) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"),
            let close = rest[open...].firstIndex(of: "}")
        {
            result += rest[..<open]
            let place = rest[rest.index(after: open)..<close]
            let parts = place.split(separator: ":", maxSplits: 1)
            let name = String(parts.first ?? "")
            if let value = value(name) {
                let words = parts.count > 1 ? parts[1].split(separator: "|") : []
                result += words.count == 2 ? String(words[value == "1" ? 0 : 1]) : value
            } else {
                result += rest[open...close]
            }
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

/// A list of texts, each with a key that code uses and a translator never sees.
protocol Catalogue: CaseIterable, Hashable, Sendable {
    var wording: Wording { get }
}

extension Catalogue {
    func text(in language: Language) -> String { wording.text(in: language) }
}
