import Fieldwork
import SyncCore
import Testing

@testable import hazama

/// Names what a wording lacks in one of the languages.
func gaps(in wording: Wording) -> [String] {
    var found: [String] = []
    for language in Language.allCases {
        if wording.text(in: language).trimmed.isEmpty { found.append("no text in \(language)") }
        if wording.places(in: language) != wording.places(in: .english) {
            found.append("other places to fill in \(language): \(wording.english)")
        }
    }
    return found
}

@Suite("Catalogue of texts")
struct CatalogueTests {
    @Test("every text is in all languages and fills the same places")
    func complete() {
        #expect(Phrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(PolicyPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(HelpPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(FeedPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(DirectoryPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(ReportPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(FactPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(ConflictPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(BundlePhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(RescuePhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(RulePhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
        #expect(GapPhrase.allCases.flatMap { gaps(in: $0.wording) } == [])
    }

    @Test("a missing text and a missing place are noticed")
    func canary() {
        #expect(gaps(in: Wording("a", "", "c")).count == 1)
        #expect(gaps(in: Wording("a {n}", "b {n}", "c {m}")).count == 1)
        #expect(gaps(in: Wording("{n} {n:a|b}", "{n}", "{n}")) == [])
    }

    @Test("every word and every member of the schema is in all languages")
    func vocabulary() throws {
        for member in Schema.fieldwork.collections.flatMap(\.units).flatMap(\.members) {
            let label = try #require(Words.member(member.name), "\(member.name)")
            #expect(gaps(in: label) == [])
            guard case .choice(let words) = member.type else { continue }
            for word in words {
                let spoken = try #require(Words.word(word, of: member.type), "\(word)")
                #expect(gaps(in: spoken) == [])
            }
        }
    }

    @Test("every unit of the schema has a name people read")
    func units() {
        for collection in Schema.fieldwork.collections {
            for unit in collection.units {
                let label = Vocabulary.unit(unit.id, of: collection.id)
                #expect(gaps(in: label) == [])
                #expect(!label.english.hasPrefix("unit "))
            }
        }
    }

    @Test("places are filled, and words chosen by number")
    func filled() {
        let wording = Wording("{n} {n:change|changes} of {who}", "{who} {n}", "{who} {n}")
        #expect(wording.filled(in: .english, ["n": "1", "who": "Li"]) == "1 change of Li")
        #expect(wording.filled(in: .english, ["n": "0", "who": "{n}"]) == "0 changes of {n}")
        #expect(wording.filled(in: .japanese, ["n": "2"]) == "{who} 2")
    }

    static let languages: [([String: String], Language)] = [
        ([:], .english), (["LANG": "zh_CN.UTF-8"], .chinese), (["LANG": "tr_TR.UTF-8"], .english),
        (["LC_ALL": "ja_JP.UTF-8", "LANG": "zh_CN"], .japanese),
        (["LC_MESSAGES": "C", "LANG": "zh_CN"], .english),
        (["HAZAMA_LANG": "zh-Hans", "LC_ALL": "C"], .chinese),
        (["LC_ALL": "", "LANG": "ja"], .japanese),
    ]

    @Test("the language is the one the system names", arguments: languages)
    func language(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }
}
