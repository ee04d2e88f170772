extension Words {
    /// What speaks for two records being one, or against it.
    static let likenesses: [String: Wording] = [
        "birth-one-off": Wording("birth date nearly the same", "出生日期相近", "生年月日が近い"),
        "heard-alike": Wording("name sounds similar", "姓名音近", "氏名の音が近い"),
        "near-address": Wording("same building", "同一楼栋", "同じ建物"),
        "number-one-off": Wording("identity number differs in one digit", "证件号码差一位", "番号が一桁違う"),
        "other-birth": Wording("another birth date", "出生日期不同", "生年月日が違う"),
        "other-members": Wording("other members", "成员不同", "世帯員が違う"),
        "other-name": Wording("another name", "姓名不同", "氏名が違う"),
        "other-number": Wording("another identity number", "证件号码不同", "番号が違う"),
        "other-sex": Wording("another sex", "性别不同", "性別が違う"),
        "same-address": Wording("same address", "地址相同", "同じ住所"),
        "same-birth": Wording("same birth date", "出生日期相同", "同じ生年月日"),
        "same-household": Wording("same household", "同一家庭", "同じ世帯"),
        "same-members": Wording("same members", "成员相同", "同じ世帯員"),
        "same-name": Wording("same name", "姓名相同", "同じ氏名"),
        "same-number": Wording("same identity number", "证件号码相同", "同じ番号"),
        "same-phone": Wording("same telephone", "电话相同", "同じ電話"),
        "same-year": Wording("same year of birth", "出生年份相同", "同じ生年"),
        "similar-name": Wording("similar name", "姓名相近", "似た氏名"),
        "sounds-alike": Wording("name sounds the same", "姓名同音", "氏名が同音"),
        "swapped-birth": Wording("month and day swapped", "出生月日颠倒", "月と日が逆"),
    ]
}
