internal import HTTPTypes

/// A language of the console.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case chinese = "zh-Hans"
    case japanese = "ja"

    var ownName: String {
        switch self {
        case .english: "English"
        case .chinese: "简体中文"
        case .japanese: "日本語"
        }
    }

    /// The language asked for by `?lang=`, or else the best of `Accept-Language`, or else English.
    init(_ call: Call) {
        self =
            call.query["lang"].flatMap(Language.init(tag:))
            ?? call.fields[.acceptLanguage].flatMap(Language.init(accepted:)) ?? .english
    }

    /// Reads a language tag: `zh`, `zh-CN`, `ja-JP`. Traditional characters are better served by
    /// these than by English.
    init?(tag: String) {
        switch tag.lowercased().split(separator: "-").first {
        case "en": self = .english
        case "zh": self = .chinese
        case "ja": self = .japanese
        default: return nil
        }
    }

    private init?(accepted header: String) {
        var best: (Language, Double)?
        for part in header.split(separator: ",").prefix(20) {
            let pieces = part.split(separator: ";").map(Call.trimmed)
            guard let tag = pieces.first, let language = Language(tag: tag) else { continue }
            let weight =
                pieces.dropFirst().first { $0.hasPrefix("q=") }
                .map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            guard weight > 0, weight > best?.1 ?? 0 else { continue }
            best = (language, weight)
        }
        guard let best else { return nil }
        self = best.0
    }
}
