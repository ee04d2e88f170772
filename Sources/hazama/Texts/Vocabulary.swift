import Fieldwork
import SyncCore

// The words of the schema, as people read them. Exhaustive, so that a new one does not compile
// unsaid.

extension ContactOutcome: SpokenWord {
    var spoken: Wording {
        switch self {
        case .met: Wording("met", "见到", "面会")
        case .notHome: Wording("not at home", "不在家", "不在")
        case .refused: Wording("refused", "拒绝", "拒否")
        case .moved: Wording("moved away", "已搬走", "転居")
        case .admitted: Wording("in hospital or a home", "住院或入住机构", "入院・入所")
        case .deceased: Wording("deceased", "已去世", "死亡")
        case .phoneOnly: Wording("by phone only", "仅电话", "電話のみ")
        }
    }
}

extension VisitPlace: SpokenWord {
    var spoken: Wording {
        switch self {
        case .home: Wording("at home", "家中", "自宅")
        case .neighbourhood: Wording("neighbourhood office", "居委会", "町会")
        case .station: Wording("service station", "服务站", "相談所")
        case .hospital: Wording("hospital", "医院", "病院")
        case .elsewhere: Wording("elsewhere", "其他地点", "その他")
        }
    }
}

extension Answer.Standing: SpokenWord {
    var spoken: Wording {
        switch self {
        case .answered: Wording("answered", "已回答", "回答あり")
        case .unknown: Wording("they don't know", "不知道", "わからない")
        case .refused: Wording("they would rather not say", "不愿回答", "答えたくない")
        }
    }
}

extension Relation: SpokenWord {
    var spoken: Wording {
        switch self {
        case .head: Wording("head of household", "户主", "世帯主")
        case .spouse: Wording("spouse", "配偶", "配偶者")
        case .child: Wording("child", "子女", "子")
        case .parent: Wording("parent", "父母", "親")
        case .sibling: Wording("sibling", "兄弟姐妹", "兄弟姉妹")
        case .grandparent: Wording("grandparent", "祖父母", "祖父母")
        case .grandchild: Wording("grandchild", "孙子女", "孫")
        case .otherLegal: Wording("other legal relation", "其他法定关系", "その他の親族")
        case .other: Wording("other", "其他", "その他")
        }
    }
}

extension Warning.Kind: SpokenWord {
    var spoken: Wording {
        switch self {
        case .doNotPhone: Wording("do not phone", "请勿致电", "電話しないこと")
        case .notAlone: Wording("do not go alone", "不要单独上门", "一人で訪問しないこと")
        case .violence: Wording("violence in the home", "家庭暴力", "家庭内暴力")
        case .selfHarm: Wording("self-harm", "自伤风险", "自傷のおそれ")
        case .infection: Wording("infection", "传染病", "感染症")
        case .dog: Wording("dog", "有犬", "犬あり")
        case .other: Wording("other danger", "其他危险", "その他の危険")
        }
    }
}

extension FollowUp.Progress: SpokenWord {
    var spoken: Wording {
        switch self {
        case .scheduled: Wording("scheduled", "已安排", "予定")
        case .done: Wording("done", "已完成", "完了")
        case .cancelled: Wording("cancelled", "已取消", "取消")
        }
    }
}

extension Sex: SpokenWord {
    var spoken: Wording {
        switch self {
        case .male: Wording("male", "男", "男")
        case .female: Wording("female", "女", "女")
        }
    }
}

extension Consent.Act: SpokenWord {
    var spoken: Wording {
        switch self {
        case .given: Wording("given", "同意", "同意")
        case .withdrawn: Wording("withdrawn", "撤回", "撤回")
        }
    }
}

extension Fact.Source: SpokenWord {
    var spoken: Wording {
        switch self {
        case .decision: Wording("official decision", "正式决定", "行政・司法の決定")
        case .departmentFeed: Wording("department's data", "部门数据", "行政データ")
        case .streetManager: Wording("street manager", "街道负责人", "地区責任者")
        case .advisor: Wording("advisor", "社区救助顾问", "相談員")
        case .stationVolunteer: Wording("volunteer", "志愿者", "ボランティア")
        case .resident: Wording("resident", "居民本人", "本人")
        }
    }
}

extension Fact.Evidence: SpokenWord {
    var spoken: Wording {
        switch self {
        case .feed: Wording("data feed", "数据接口", "データ連携")
        case .document: Wording("document seen", "查看证件材料", "書類を確認")
        case .photo: Wording("photo", "照片", "写真")
        case .statement: Wording("statement", "口述", "申述")
        case .observation: Wording("seen", "现场所见", "目視")
        case .partnerReport: Wording("partner's report", "合作方报告", "協力先の報告")
        }
    }
}

extension Fact.Confidence: SpokenWord {
    var spoken: Wording {
        switch self {
        case .proven: Wording("proven", "已证实", "確認済み")
        case .credible: Wording("credible", "可信", "信頼できる")
        case .stated: Wording("stated", "自述", "申述のみ")
        case .inferred: Wording("inferred", "推断", "推定")
        }
    }
}

/// A unit with a name people read.
protocol LabelledUnit: RecordUnit {
    var label: Wording { get }
}

extension Household.Field: LabelledUnit {
    var label: Wording {
        switch self {
        case .area: Wording("area", "所属居委", "地区")
        case .headName: Wording("name of the head", "户主姓名", "世帯主の氏名")
        case .head: Wording("head of household", "户主", "世帯主")
        case .address: Wording("address", "居住地址", "住所")
        case .registeredAddress: Wording("registered address", "户籍地址", "住民登録地")
        case .phones: Wording("phones", "电话", "電話")
        case .monthlyIncome: Wording("monthly income", "月收入", "月収")
        case .memberCount: Wording("number of members", "家庭人数", "世帯人数")
        case .members: Wording("members", "家庭成员", "世帯員")
        case .language: Wording("language", "语言", "言語")
        case .warnings: Wording("warnings", "安全提示", "注意事項")
        case .riskNote: Wording("risk note", "风险备注", "リスクの記録")
        case .assignedAdvisor: Wording("advisor in charge", "负责顾问", "担当相談員")
        }
    }
}

extension Person.Field: LabelledUnit {
    var label: Wording {
        switch self {
        case .household: Wording("household", "所在家庭", "世帯")
        case .name: Wording("name", "姓名", "氏名")
        case .identityNumber: Wording("identity number", "身份证号", "身分証番号")
        case .birth: Wording("born", "出生日期", "生年月日")
        case .sex: Wording("sex", "性别", "性別")
        case .phones: Wording("phones", "电话", "電話")
        case .language: Wording("language", "语言", "言語")
        case .contactPreference: Wording("how to reach them", "联系方式偏好", "連絡方法の希望")
        case .deceased: Wording("day of death", "死亡日期", "死亡日")
        case .strengths: Wording("strengths", "优势", "ストレングス")
        case .consent: Wording("consent", "知情同意", "同意")
        }
    }
}

extension Visit.Field: LabelledUnit {
    var label: Wording {
        switch self {
        case .household: Wording("household", "走访家庭", "世帯")
        case .day: Wording("day", "日期", "日付")
        case .advisor: Wording("advisor", "走访人", "訪問者")
        case .outcome: Wording("outcome", "走访结果", "結果")
        case .purpose: Wording("purpose", "事由", "目的")
        case .place: Wording("place", "地点", "場所")
        case .minutes: Wording("minutes", "时长（分钟）", "時間（分）")
        case .narrative: Wording("narrative", "走访记录", "訪問記録")
        case .answers: Wording("answers", "问答", "質問と回答")
        case .corrections: Wording("corrections", "更正", "訂正")
        }
    }
}

extension FollowUp.Field: LabelledUnit {
    var label: Wording {
        switch self {
        case .household: Wording("household", "家庭", "世帯")
        case .what: Wording("what", "事项", "内容")
        case .due: Wording("due", "到期日", "期日")
        case .cadenceDays: Wording("every (days)", "间隔（天）", "間隔（日）")
        case .progress: Wording("state", "状态", "状態")
        case .doneOn: Wording("done on", "完成日期", "完了日")
        case .visits: Wording("visits", "相关走访", "訪問")
        case .notes: Wording("notes", "备注", "メモ")
        }
    }
}

extension Fact.Field: LabelledUnit {
    var label: Wording {
        switch self {
        case .household: Wording("household", "家庭", "世帯")
        case .subject: Wording("about", "对象", "対象")
        case .key: Wording("key", "事实项", "項目")
        case .statement: Wording("statement", "陈述", "内容")
        case .isDisputed: Wording("objected to", "有异议", "異議")
        case .objections: Wording("objections", "异议说明", "異議の内容")
        }
    }
}

/// The names of kinds of record, of units and of their words, for whoever only has numbers.
enum Vocabulary {
    static func collection(_ id: CollectionID) -> Wording {
        switch id {
        case .household: Wording("household", "家庭", "世帯")
        case .person: Wording("person", "人员", "人")
        case .visit: Wording("visit", "走访", "訪問")
        case .followUp: Wording("follow-up", "跟踪", "見守り")
        case .fact: Wording("fact", "事实", "事実")
        default:
            Wording("record of kind \(id.value)", "记录类型 \(id.value)", "記録種別 \(id.value)")
        }
    }

    static func unit(_ unit: UnitID, of collection: CollectionID) -> Wording {
        switch unit {
        case .void: return Wording("void", "作废", "無効")
        case .discussion: return Wording("discussion", "讨论", "話し合い")
        case .aliases: return Wording("same as", "同一对象", "同一の記録")
        case .distinct: return Wording("not the same as", "并非同一对象", "別の記録")
        default: break
        }
        let label: Wording? =
            switch collection {
            case .household: Household.Field(unit)?.label
            case .person: Person.Field(unit)?.label
            case .visit: Visit.Field(unit)?.label
            case .followUp: FollowUp.Field(unit)?.label
            case .fact: Fact.Field(unit)?.label
            default: nil
            }
        let number = "\(unit.value)"
        return label ?? Wording("unit \(number)", "字段 \(number)", "項目 \(number)")
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

    /// A member of a group; `nil` where its own words say enough.
    static func member(_ name: String) -> Wording? {
        switch name {
        case "period": Wording("month", "月份", "月")
        case "evidence", "evidence_note": Wording("evidence", "依据", "根拠")
        case "from": Wording("from", "自", "から")
        case "to": Wording("to", "至", "まで")
        case "effective": Wording("holds from", "生效日", "有効日")
        case "department": Wording("department", "部门", "部署")
        case "recorded_by": Wording("recorded by", "记录人", "記録者")
        case "how": Wording("how", "方式", "方法")
        default: nil
        }
    }

    /// A word of a choice, by the name it has in the schema; `nil` for a word of a newer one.
    static func word(_ name: String, in member: String) -> Wording? {
        func spoken<Word: SpokenWord>(_: Word.Type) -> Wording? { Word(rawValue: name)?.spoken }
        return switch member {
        case "outcome": spoken(ContactOutcome.self)
        case "place": spoken(VisitPlace.self)
        case "standing": spoken(Answer.Standing.self)
        case "relation": spoken(Relation.self)
        case "kind": spoken(Warning.Kind.self)
        case "state": spoken(FollowUp.Progress.self)
        case "sex": spoken(Sex.self)
        case "act": spoken(Consent.Act.self)
        case "source": spoken(Fact.Source.self)
        case "evidence": spoken(Fact.Evidence.self)
        case "confidence": spoken(Fact.Confidence.self)
        default: nil
        }
    }
}
