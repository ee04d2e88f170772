import SyncCore
import Testing

@testable import Fieldwork

@Suite("the sound of names")
struct NameSoundTests {
    @Test(
        "two spellings of one name are told apart by how near they are",
        arguments: [
            ("张伟", "张伟", NameSound.Resemblance.same),
            ("張偉", "张伟", .same),
            ("国泽", "國澤", .same),
            ("高峯亜希", "高峰亞希", .same),
            ("王 秀英", "王秀英", .same),
            ("ＷＡＮＧ Lei", "wang lei", .same),
            ("张伟", "章玮", .soundsAlike),
            ("王秀英", "Wang Xiuying", .soundsAlike),
            ("王秀英", "Wáng Xiù Yīng", .soundsAlike),
            ("吕兰", "Lü Lan", .heardAlike),
            ("单磊", "Shan Lei", .soundsAlike),
            ("さとう", "サトウ", .same),
            ("さとう", "Satō", .heardAlike),
            ("しょうじ", "Shoji", .heardAlike),
            ("张伟", "臧伟", .heardAlike),
            ("陈静", "岑金", .heardAlike),
            ("兰花", "南花", .heardAlike),
            ("王秀英", "王秀芳", .oneOff),
            ("Nguyễn Văn An", "Nguyen Van Anh", .oneOff),
            ("张伟", "李伟", .none),
            ("王秀英", "李玉兰", .none),
        ])
    func resemblances(left: String, right: String, expected: NameSound.Resemblance) throws {
        let (first, second) = (try #require(NameSound(left)), try #require(NameSound(right)))
        #expect(first.resemblance(to: second) == expected)
        #expect(second.resemblance(to: first) == expected)
    }

    @Test("composed and decomposed letters are the same name, and what was typed is not touched")
    func normalForms() throws {
        let (composed, decomposed) = ("L\u{e9}a", "Le\u{301}a")
        let sound = try #require(NameSound(composed))
        #expect(NameSound(decomposed) == sound)
        #expect(decomposed.unicodeScalars.count == 4)
    }

    @Test("a text without a letter is no name", arguments: ["", "  ", "·", "？"])
    func noName(text: String) { #expect(NameSound(text) == nil) }

    @Test("every packed table has a value for each of its characters")
    func tables() {
        let characters = 0x9FFF - 0x3400 + 1
        #expect(NameTables.readings.utf8.count == 2 * characters)
        #expect(
            NameTables.otherForms.unicodeScalars.count
                == NameTables.plainForms.unicodeScalars.count)
        let others = Array(NameTables.otherForms.unicodeScalars)
        #expect(zip(others, others.dropFirst()).allSatisfy { $0 < $1 })
        #expect(NameTables.latin.utf8.count == 0x250 - 0xC0)
        #expect(NameTables.latinAdditional.utf8.count == 0x100)
    }

    @Test("an address is the same however its numbers are joined")
    func addresses() {
        let place = Contact.Place("仙霞路123弄4号501室")
        #expect(place == Contact.Place("仙霞路１２３弄4-501"))
        #expect(place != Contact.Place("仙霞路123弄4号502室"))
        #expect(Contact.Place("仙霞路") == nil)
    }

    @Test("a telephone number is the same with and without its country")
    func phones() {
        #expect(Contact.digits("+86 138-0000-4444") == Contact.digits("13800004444"))
        #expect(Contact.digits("110") == nil)
    }
}
