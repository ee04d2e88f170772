import Fieldwork
import SyncCore

/// The names of kinds of record, of units and of their words, for whoever only has numbers.
enum Vocabulary {
    static func collection(_ id: CollectionID) -> Wording {
        Words.collection(id)
            ?? Wording("record of kind \(id.value)", "记录类型 \(id.value)", "記録種別 \(id.value)")
    }

    static func unit(_ unit: UnitID, of collection: CollectionID) -> Wording {
        let number = "\(unit.value)"
        return Words.unit(unit, of: collection)
            ?? Wording("unit \(number)", "字段 \(number)", "項目 \(number)")
    }

    /// What speaks for two records being one, or against it.
    static func likeness(_ code: String) -> Wording {
        switch code {
        case "same-name": Wording("same name", "姓名相同", "同じ氏名")
        case "sounds-alike": Wording("name sounds the same", "姓名同音", "氏名が同音")
        case "heard-alike": Wording("name sounds similar", "姓名音近", "氏名の音が近い")
        case "similar-name": Wording("similar name", "姓名相近", "似た氏名")
        case "other-name": Wording("another name", "姓名不同", "氏名が違う")
        case "same-number": Wording("same identity number", "证件号码相同", "同じ番号")
        case "number-one-off":
            Wording("identity number differs in one digit", "证件号码差一位", "番号が一桁違う")
        case "other-number": Wording("another identity number", "证件号码不同", "番号が違う")
        case "same-birth": Wording("same birth date", "出生日期相同", "同じ生年月日")
        case "swapped-birth": Wording("month and day swapped", "出生月日颠倒", "月と日が逆")
        case "birth-one-off": Wording("birth date nearly the same", "出生日期相近", "生年月日が近い")
        case "same-year": Wording("same year of birth", "出生年份相同", "同じ生年")
        case "other-birth": Wording("another birth date", "出生日期不同", "生年月日が違う")
        case "other-sex": Wording("another sex", "性别不同", "性別が違う")
        case "same-phone": Wording("same telephone", "电话相同", "同じ電話")
        case "same-address": Wording("same address", "地址相同", "同じ住所")
        case "near-address": Wording("same building", "同一楼栋", "同じ建物")
        case "same-household": Wording("same household", "同一家庭", "同じ世帯")
        case "same-members": Wording("same members", "成员相同", "同じ世帯員")
        case "other-members": Wording("other members", "成员不同", "世帯員が違う")
        default: Wording(code, code, code)
        }
    }

    /// What stands before a member of a group; `nil` where its value says enough.
    static func member(_ name: String) -> Wording? {
        clear.contains(name) ? nil : Words.member(name)
    }

    private static let clear: Set<String> = [
        "act", "address", "amount_fen", "flag", "kind", "note", "number", "person", "purpose",
        "question", "reason", "relation", "source", "standing", "text", "title", "what", "word",
    ]
}
