import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("Stories")
struct StoryTests {
    /// 59, single, an amputation and diabetes, at work through the federation for 2,600 a month.
    static let han = """
        {"id":"Han","facts":{"h.size":1,"h.hasLocalHukou":true,"h.incomePerCapita":1730,\
        "h.incomeYearPerCapita":20760,"h.financialPerCapita":9000,"h.vehicles":0,\
        "h.nonResidentialProperty":false,"h.homes":1,"h.areaPerCapita":31.5,\
        "h.livingAreaPerCapita":18,"h.medicalYear":4800,"h.educationYear":0,"h.incomeYear":20760,\
        "h.netAfterRigidPerCapita":1330,"h.medicalShare":0.231,"h.status":"none",\
        "h.minorShare":0,"h.minors":0,"h.under16":0,"h.singleParent":false,"h.employedCount":1,\
        "h.disabledCount":1,"h.emergency":"none","h.headSchoolYears":9,"h.contactsPerWeek":1,\
        "h.emergencyDays":0,"h.allElderly":false},"persons":[{"id":"Han","facts":{"p.age":59,\
        "p.sex":"male","p.hukou":"shanghai","p.disabilityKind":"physical","p.disabilityGrade":2,\
        "p.employment":"employed","p.unemployedMonths":0,"p.monthlyIncome":2600,\
        "p.pensionYears":11.5,"p.pensionType":"employee","p.medicalInsurance":"employee",\
        "p.seriousIllness":true,"p.medicalOOPYear":4800,"p.careLevel":0,"p.eduStage":"none",\
        "p.guardian":"notMinor","p.noObligor":true,"p.livesAlone":true,"p.childless":true,\
        "p.fpSpecial":false,"p.severeMental":false,"p.womenCancer":false,"p.unionMember":false}}]}
        """

    /// What changed by November: 60, and the work has ended.
    static func hanAtSixty() throws -> Story {
        try Story(han, asOf: "2021-11-01")
            .with([
                "h.incomePerCapita": 0, "h.incomeYearPerCapita": 0, "h.incomeYear": 0,
                "h.netAfterRigidPerCapita": -400, "h.medicalShare": 4800, "h.employedCount": 0,
            ])
            .with(
                ["p.age": 60, "p.employment": "inactive", "p.monthlyIncome": 0], member: 0)
    }

    @Test("Han in March: what is open to him at 59, and why Dibao is not")
    func hanNow() throws {
        let story = try Story(Self.han, asOf: "2021-03-01")
        #expect(story.proposed() == ["P03", "P07", "P14", "P18", "P22"])
        #expect(story.open() == [])
        #expect(story.assessment.score == 330...330)
        #expect(story.assessment.level == .medium)
        #expect(story.indicators(story.assessment.causes) == ["I03", "I04", "I08"])
        let proof = story.rulebook.proof(ofProgramme: 0, story.facts, member: 0)
        #expect(proof.truth == .no)
        let reason = try #require(proof.reasons.first?.1)
        #expect(proof.reasons.count == 1)
        #expect(story.catalogue.facts[reason.fact].key == "h.incomePerCapita")
        #expect(reason.value == 173_000 && reason.operands == [124_000])
    }

    @Test("capabilities 25 and 42: Han at 60 is 600 and high; of four only Tekun is proposed")
    func hanLater() throws {
        let story = try Self.hanAtSixty()
        #expect(story.proposed() == ["P02", "P07", "P08", "P11", "P14", "P18", "P22"])
        #expect(story.superseded() == ["P01", "P03", "P04"])
        #expect(try story.amount("P02") == .fen(173_000))
        #expect(story.alsoOpens() == ["P10", "P17"])
        #expect(story.assessment.score == 600...600)
        #expect(story.assessment.level == .high)
    }

    @Test("Han without word of an obligor: Tekun becomes a question, Dibao is proposed meanwhile")
    func hanUnknown() throws {
        let story = try Self.hanAtSixty().with(["p.noObligor": nil], member: 0)
        #expect(story.open() == ["P02"])
        #expect(try story.missing("P02") == ["p.noObligor"])
        #expect(story.proposed().first == "P01")
        #expect(story.superseded() == ["P03", "P04"])
        let answer = story.rulebook.answer(for: story.facts)
        let obligor = try #require(story.catalogue.facts.slot(of: "p.noObligor"))
        #expect(
            story.rulebook.questions(story.facts, answer).map(\.fact)
                == [MissingFact(obligor, member: 0)])
    }

    /// 15, the father dead, the mother not local and working part-time.
    static let guo = """
        {"id":"Guo","facts":{"h.size":2,"h.hasLocalHukou":true,"h.incomePerCapita":950,\
        "h.incomeYearPerCapita":11400,"h.financialPerCapita":4000,"h.vehicles":0,\
        "h.nonResidentialProperty":false,"h.homes":1,"h.areaPerCapita":22,\
        "h.livingAreaPerCapita":12,"h.medicalYear":800,"h.educationYear":3000,\
        "h.incomeYear":22800,"h.netAfterRigidPerCapita":791.66,"h.medicalShare":0.035,\
        "h.status":"none","h.minorShare":0.5,"h.minors":1,"h.under16":1,"h.singleParent":true,\
        "h.employedCount":1,"h.disabledCount":0,"h.emergency":"none","h.headSchoolYears":9,\
        "h.contactsPerWeek":4,"h.emergencyDays":0,"h.allElderly":false},"persons":[\
        {"id":"Guo","facts":{"p.age":15,"p.sex":"male","p.hukou":"shanghai",\
        "p.disabilityKind":"none","p.disabilityGrade":0,"p.employment":"student",\
        "p.unemployedMonths":0,"p.monthlyIncome":0,"p.pensionYears":0,"p.pensionType":"none",\
        "p.medicalInsurance":"resident","p.seriousIllness":false,"p.medicalOOPYear":0,\
        "p.careLevel":0,"p.eduStage":"junior","p.guardian":"singleParent","p.noObligor":false,\
        "p.livesAlone":false,"p.childless":true,"p.fpSpecial":false,"p.severeMental":false,\
        "p.womenCancer":false,"p.unionMember":false}},\
        {"id":"mother","facts":{"p.age":41,"p.sex":"female","p.hukou":"other",\
        "p.disabilityKind":"none","p.disabilityGrade":0,"p.employment":"flexible",\
        "p.unemployedMonths":0,"p.monthlyIncome":1900,"p.pensionYears":3,\
        "p.pensionType":"employee","p.medicalInsurance":"none","p.seriousIllness":false,\
        "p.medicalOOPYear":0,"p.careLevel":0,"p.eduStage":"none","p.guardian":"notMinor",\
        "p.noObligor":false,"p.livesAlone":false,"p.childless":false,"p.fpSpecial":false,\
        "p.severeMental":false,"p.womenCancer":false,"p.unionMember":false}}]}
        """

    @Test("Guo: Dibao for mother and child, school and company for him, and then the child's own")
    func guo() throws {
        let story = try Story(Self.guo, asOf: "2021-11-01")
        #expect(story.proposed() == ["P01", "P10", "P15", "P21"])
        #expect(story.superseded() == ["P03", "P04"])
        #expect(story.alsoOpens() == ["P09"])
        #expect(try story.amount("P01") == .fen(116_000))
        #expect(story.assessment.score == 390...390)
        #expect(story.assessment.level == .medium)
    }

    @Test("capability 26: Guo's income, child burden and child environment are named first")
    func guoCauses() throws {
        let story = try Story(Self.guo, asOf: "2021-11-01")
        #expect(story.indicators(story.assessment.causes) == ["I01", "I09", "I10", "I07"])
        let covered = try story.with(["p.medicalInsurance": "resident"], member: 1)
        #expect(covered.indicators(covered.assessment.causes) == ["I01", "I09", "I10"])
        #expect(covered.assessment.score == 300...300)
    }

    @Test("Guo without a count of the under-sixteens: Dibao stands, its amount is unknown")
    func guoUnknown() throws {
        let story = try Story(Self.guo, asOf: "2021-11-01").with(["h.under16": nil])
        let slot = try #require(story.catalogue.facts.slot(of: "h.under16"))
        #expect(story.proposed().first == "P01")
        #expect(try story.amount("P01") == .unknown(missing: FactSet([slot])))
    }

    /// 58, uraemia; his wife of 57 is disabled in body and sight; illness takes what they have.
    static let xu = """
        {"id":"Xu","facts":{"h.size":2,"h.hasLocalHukou":true,"h.incomePerCapita":1900,\
        "h.incomeYearPerCapita":22800,"h.financialPerCapita":12000,"h.vehicles":0,\
        "h.nonResidentialProperty":false,"h.homes":1,"h.areaPerCapita":25,\
        "h.livingAreaPerCapita":14,"h.medicalYear":42000,"h.educationYear":0,\
        "h.incomeYear":45600,"h.netAfterRigidPerCapita":150,"h.medicalShare":0.921,\
        "h.status":"none","h.minorShare":0,"h.minors":0,"h.under16":0,"h.singleParent":false,\
        "h.employedCount":0,"h.disabledCount":1,"h.emergency":"none","h.headSchoolYears":9,\
        "h.contactsPerWeek":1,"h.emergencyDays":0,"h.allElderly":false},"persons":[\
        {"id":"Xu","facts":{"p.age":58,"p.sex":"male","p.hukou":"shanghai",\
        "p.disabilityKind":"none","p.disabilityGrade":0,"p.employment":"inactive",\
        "p.unemployedMonths":0,"p.monthlyIncome":3000,"p.pensionYears":24,\
        "p.pensionType":"employee","p.medicalInsurance":"employee","p.seriousIllness":true,\
        "p.medicalOOPYear":39000,"p.careLevel":0,"p.eduStage":"none","p.guardian":"notMinor",\
        "p.noObligor":false,"p.livesAlone":false,"p.childless":true,"p.fpSpecial":false,\
        "p.severeMental":false,"p.womenCancer":false,"p.unionMember":false}},\
        {"id":"wife","facts":{"p.age":57,"p.sex":"female","p.hukou":"shanghai",\
        "p.disabilityKind":"multiple","p.disabilityGrade":2,"p.employment":"inactive",\
        "p.unemployedMonths":0,"p.monthlyIncome":800,"p.pensionYears":16,\
        "p.pensionType":"resident","p.medicalInsurance":"resident","p.seriousIllness":false,\
        "p.medicalOOPYear":3000,"p.careLevel":0,"p.eduStage":"none","p.guardian":"notMinor",\
        "p.noObligor":false,"p.livesAlone":false,"p.childless":true,"p.fpSpecial":false,\
        "p.severeMental":false,"p.womenCancer":false,"p.unionMember":false}}]}
        """

    @Test("Xu and his wife: spending makes them poor, and what that status opens")
    func xu() throws {
        let story = try Story(Self.xu, asOf: "2021-11-01")
        #expect(story.proposed(0) == ["P04", "P11", "P22"])
        #expect(story.superseded(0) == ["P03"])
        #expect(story.proposed(1) == ["P04", "P06", "P07", "P18"])
        #expect(story.superseded(1) == ["P03"])
        #expect(story.alsoOpens(0) == ["P10"])
        #expect(story.alsoOpens(1) == ["P10", "P11"])
        #expect(story.assessment.score == 450...450)
        #expect(story.assessment.level == .medium)
        let unschooled = try story.with(["h.headSchoolYears": 5])
        #expect(unschooled.assessment.score == 530...530)
        #expect(unschooled.assessment.level == .high)
    }

    @Test("Xu before the asset check is back: unknown, and it names the fact")
    func xuUnknown() throws {
        let story = try Story(Self.xu, asOf: "2021-11-01").with(["h.financialPerCapita": nil])
        #expect(story.open(0).contains("P04"))
        #expect(try story.missing("P04", 0) == ["h.financialPerCapita"])
        #expect(try story.missing("P04", 1) == ["h.financialPerCapita"])
        // Dibao is no whatever the assets are, so it asks for nothing.
        #expect(try story.missing("P01", 0) == [])
    }

    @Test("a score with a gap has the level both ends have, and is pending where they differ")
    func intervals() throws {
        let han = try Self.hanAtSixty()
        let certain = try han.with(["h.contactsPerWeek": nil])
        #expect(certain.assessment.score == 530...600)
        #expect(certain.assessment.level == .high)
        let pending = try certain.with(["h.employedCount": nil])
        #expect(pending.assessment.score == 410...600)
        #expect(pending.assessment.level == .pending)
        #expect(pending.indicators(pending.assessment.open) == ["I06", "I08"])
    }

    @Test("capability 35: two assessments are compared by indicator")
    func change() throws {
        let before = try Story(Self.han, asOf: "2021-03-01").assessment
        let after = try Self.hanAtSixty().assessment
        let change = after.change(since: before)
        #expect(change.indicators.map(\.index) == [0, 5])
        #expect(change.indicators.allSatisfy { $0.before == .no && $0.after == .yes })
        #expect(change.certain == 270 && change.possible == 270)
        #expect(change.levels == (.medium, .high))
    }

    @Test("capability 38: Xu is asked only for the forms of what is yes or open to him")
    func forms() throws {
        let story = try Story(Self.xu, asOf: "2021-11-01").with(["h.financialPerCapita": nil])
        let candidates = story.programmes { $0 == .proposed || $0 == .open }
        #expect(candidates == ["P03", "P04", "P11", "P22"])
        let forms = story.catalogue.programmes.filter { candidates.contains($0.id) }
        let fields = Set(forms.flatMap(\.formFields))
        #expect(fields.isSubset(of: Set(story.catalogue.formFields.map(\.key))))
        // Many places on paper, each asked once.
        #expect(forms.flatMap(\.formFields).count > 2 * fields.count)
        let all = story.catalogue.programmes.flatMap(\.formFields)
        #expect(all.count == 330 && Set(all).count == 30)
    }
}
