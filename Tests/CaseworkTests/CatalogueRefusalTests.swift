import SyncCore
import Testing

@testable import Casework

@Suite("A catalogue that does not hold together is refused, with the place named")
struct CatalogueRefusalTests {
    /// What is said of the shipped catalogue after one change of its text.
    static func defects(_ old: String, _ new: String) throws -> [String] {
        #expect(Catalogue.shippedText.contains(old))
        let text = Catalogue.shippedText.replacingFirst(old, with: new)
        do {
            _ = try Catalogue(Array(text.utf8)) { _ in .none }
            return []
        } catch {
            return error.defects.map { "\($0.place) \($0.code)" }
        }
    }

    @Test(
        "each kind of defect",
        arguments: [
            (
                #"{"fact": "h.incomePerCapita", "op": "<", "value": {"param": "dibao.month"}}"#,
                #"{"fact": "h.incom", "op": "<", "value": {"param": "dibao.month"}}"#,
                "assessment.indicators.I01.rule.fact unknownFact"
            ),
            (
                #""value": {"param": "dibao.month"}}"#, #""value": {"param": "dibao.moth"}}"#,
                "assessment.indicators.I01.rule.value.param unknownParameter"
            ),
            (
                #""from": "2020-07-01", "to": "2021-06-30", "value": 1240"#,
                #""from": "2020-06-30", "to": "2021-06-30", "value": 1240"#,
                "parameters.dibao.month.values[1] overlappingDates"
            ),
            (
                #""from": "2020-07-01", "to": "2021-06-30", "value": 1240"#,
                #""from": "2020-07-01", "to": "2020-06-30", "value": 1240"#,
                "parameters.dibao.month.values[1].to endsBeforeItBegins"
            ),
            (
                #""to": "2021-06-30", "value": 1240"#, #""to": "2021-06-30", "value": 1240.505"#,
                "parameters.dibao.month.values[1].value fraction"
            ),
            (
                #"{"fact": "h.hasLocalHukou", "op": "==", "value": true}"#,
                #"{"fact": "h.hasLocalHukou", "op": "==", "value": "yes"}"#,
                "programmes.P01.rule.all[0].value typeMismatch"
            ),
            (
                #"{"fact": "h.hasLocalHukou", "op": "==", "value": true}"#,
                #"{"fact": "h.hasLocalHukou", "op": ">=", "value": true}"#,
                "programmes.P01.rule.all[0].op typeMismatch"
            ),
            (
                #"["none", "low", "expenditure", "dibao"]"#, #"["none", "lo"]"#,
                "programmes.P01.rule.all[1].value[1] typeMismatch"
            ),
            (
                #""value": {"param": "dibao.month"}}"#, #""value": {"param": "house.area"}}"#,
                "assessment.indicators.I01.rule.value typeMismatch"
            ),
            (
                #""value": {"param": "low.month", "times": 1.5}"#,
                #""value": {"param": "low.month", "times": 0.0005}"#,
                "programmes.P20.rule.all[2].value.times fraction"
            ),
            (
                #"{"param": "dibao.month", "times": 6}"#, #"{"param": "exp.medicalShare"}"#,
                "programmes.P05.benefit.amount typeMismatch"
            ),
            (
                #""words": {"zh": ["男", "女"]"#, #""words": {"zh": ["男"]"#,
                "facts.p.sex.words.zh expected"
            ),
            (
                #""id": "P02", "department": "CA""#, #""id": "P01", "department": "CA""#,
                "programmes[1].id repeated"
            ),
            (
                #""id": "P02", "department": "CA""#, #""id": "P02", "department": "XX""#,
                "programmes.P02.department unknownReference"
            ),
            (#""schema": 1"#, #""schema": 2"#, "meta.schema expected"),
            (
                #""op": "in""#, #""op": "within""#,
                "assessment.indicators.I04.rule.any[0].op expected"
            ),
            (
                #""means": {"p.seriousIllness": true}"#, #""means": {"p.ill": true}"#,
                "tags.T15.means.p.ill unknownFact"
            ),
            (
                #""means": {"p.seriousIllness": true}"#, #""means": {"p.seriousIllness": 1}"#,
                "tags.T15.means.p.seriousIllness typeMismatch"
            ),
            (#""weight": 150"#, #""weight": 1500"#, "assessment.indicators.I01.weight outOfRange"),
            (#"{"title""#, #"{title""#, " notJSON"),
        ] as [(String, String, String)])
    func defect(old: String, new: String, expected: String) throws {
        #expect(try Self.defects(old, new).contains(expected))
    }

    @Test("programmes that would open each other are refused")
    func cycle() throws {
        // Dibao only for expenditure-type households, and the other way round.
        let first = #"["none", "low", "expenditure", "dibao"]"#
        let text = Catalogue.shippedText.replacingFirst(first, with: #"["expenditure"]"#)
            .replacingFirst(
                #"{"not": {"fact": "h.status", "op": "in", "value": ["tekun", "dibao"]}}"#,
                with: #"{"fact": "h.status", "op": "in", "value": ["tekun", "dibao"]}"#)
        let refusal = try #require(throws: CatalogueRefusal.self) {
            try Catalogue(Array(text.utf8)) { _ in .none }
        }
        #expect(
            refusal.defects.map(\.reason) == [.cycle(["P01", "P04", "P01"])]
                && refusal.defects[0].place == "programmes.P01.grants")
    }

    @Test("all defects are named at once, and none beyond a hundred")
    func many() throws {
        let text = Catalogue.shippedText.replacing("\"op\": \"==\"", with: "\"op\": \"=\"")
        let refusal = try #require(throws: CatalogueRefusal.self) {
            try Catalogue(Array(text.utf8)) { _ in .none }
        }
        #expect(refusal.defects.count == CatalogueRefusal.maximum)
    }

    @Test("money is read exactly or not at all")
    func money() throws {
        let kind = FactDefinition.Kind.money
        func parts(_ text: String) throws -> Int64 { try kind.parts(typed: text) }
        #expect(try parts("1330") == 133_000)
        #expect(try parts("1330.5") == 133_050)
        #expect(try parts("-0.01") == -1)
        #expect(try parts("0.10000") == 10)
        #expect(throws: FactValueError.fraction) { try parts("0.001") }
        #expect(throws: FactValueError.fraction) { try parts("1e3") }
        #expect(throws: FactValueError.outOfRange) { try parts("10000000000.01") }
        #expect(throws: FactValueError.outOfRange) { try parts("99999999999999999999999") }
        #expect(throws: FactValueError.wrongKind) { try parts("\"12\"") }
        #expect(try FactDefinition.Kind.number.parts(typed: "37.3") == 37_300)
        #expect(throws: FactValueError.fraction) {
            try FactDefinition.Kind.count.parts(typed: "1.5")
        }
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = ranges(of: old).first else { return self }
        return replacingCharacters(range, new)
    }
    private func replacingCharacters(_ range: Range<String.Index>, _ new: String) -> String {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
