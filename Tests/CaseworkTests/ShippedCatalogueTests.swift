import SyncCore
import Testing

@testable import Casework

@Suite("The shipped catalogue")
struct ShippedCatalogueTests {
    @Test("every choice of a fact is called something in Chinese and Japanese")
    func choices() throws {
        let catalogue = try Catalogue.shipped.get()
        for slot in catalogue.facts.all {
            let fact = catalogue.facts[slot]
            guard case .choice(let values) = fact.kind else { continue }
            #expect(fact.choices.count == values.count)
            for name in fact.choices {
                for text in [name.chinese, name.japanese] {
                    #expect(text.unicodeScalars.allSatisfy { !$0.isASCII }, "\(fact.key) \(text)")
                }
            }
            #expect(Set(fact.choices.map(\.chinese)).count == values.count)
        }
    }

    @Test("capability 40: holds together, with 11 departments, 22 programmes and 72 documents")
    func counts() throws {
        let catalogue = try Catalogue.shipped.get()
        #expect(catalogue.departments.count == 11)
        #expect(catalogue.programmes.count == 22)
        #expect(catalogue.documents.count == 72)
        #expect(catalogue.tags.count == 51)
        #expect(catalogue.tags.count { $0.level == "district" && $0.kind == "assistance" } == 29)
        #expect(catalogue.parameters.count == 44)
        #expect(catalogue.parameters.flatMap(\.values).count == 87)
        #expect(catalogue.facts.count == 50)
        #expect(catalogue.formFields.count == 30)
        #expect(catalogue.papers.count == 17)
        #expect(catalogue.assessment.indicators.map(\.weight).reduce(0, +) == 1000)
        #expect(catalogue.programmes.flatMap(\.rule.conditions).count == 152)
        #expect(catalogue.documents.flatMap(\.rule.conditions).count == 390)
    }

    @Test("its own test households get the answers that were worked out for them")
    func households() throws {
        let pack = try RulePack(Array(Catalogue.shippedText.utf8)) { _ in .none }
        #expect(pack.households.map(\.id) == ["han-59", "han-60", "guo", "xu", "xu-unchecked"])
        #expect(try pack.failures() == [])
    }
}
