// The words of what is recorded of people, as they are read.

extension ContactOutcome {
    public var spoken: Wording {
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

extension VisitPlace {
    public var spoken: Wording {
        switch self {
        case .home: Wording("at home", "家中", "自宅")
        case .neighbourhood: Wording("neighbourhood office", "居委会", "町会")
        case .station: Wording("service station", "服务站", "相談所")
        case .hospital: Wording("hospital", "医院", "病院")
        case .elsewhere: Wording("elsewhere", "其他地点", "その他")
        }
    }
}

extension Answer.Standing {
    public var spoken: Wording {
        switch self {
        case .answered: Wording("answered", "已回答", "回答あり")
        case .unknown: Wording("they don't know", "不知道", "わからない")
        case .refused: Wording("they would rather not say", "不愿回答", "答えたくない")
        }
    }
}

extension Relation {
    public var spoken: Wording {
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

extension Warning.Kind {
    public var spoken: Wording {
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

extension FollowUp.Progress {
    public var spoken: Wording {
        switch self {
        case .scheduled: Wording("scheduled", "已安排", "予定")
        case .done: Wording("done", "已完成", "完了")
        case .cancelled: Wording("cancelled", "已取消", "取消")
        }
    }
}

extension Sex {
    public var spoken: Wording {
        switch self {
        case .male: Wording("male", "男", "男")
        case .female: Wording("female", "女", "女")
        }
    }
}

extension Consent.Act {
    public var spoken: Wording {
        switch self {
        case .given: Wording("given", "同意", "同意")
        case .withdrawn: Wording("withdrawn", "撤回", "撤回")
        }
    }
}

extension Fact.Source {
    public var spoken: Wording {
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

extension Fact.Evidence {
    public var spoken: Wording {
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

extension Fact.Confidence {
    public var spoken: Wording {
        switch self {
        case .proven: Wording("proven", "已证实", "確認済み")
        case .credible: Wording("credible", "可信", "信頼できる")
        case .stated: Wording("stated", "自述", "申述のみ")
        case .inferred: Wording("inferred", "推断", "推定")
        }
    }
}
