import Fieldwork

/// What reports on the district say.
enum ReportPhrase: Catalogue {
    case high, medium, low, none, pending, assessed
    case circleHouseholds, circlePersons
    case yes, unknown, receiving
    case resident, met, due
    case sum, fromAdvisors, reportDigest

    var wording: Wording {
        switch self {
        case .high: Wording("high", "高", "高")
        case .medium: Wording("medium", "中", "中")
        case .low: Wording("low", "低", "低")
        case .none: Wording("none", "无", "なし")
        case .pending: Wording("pending", "待核", "確認待ち")
        case .assessed: Wording("assessed", "已评估", "評価済み")
        case .circleHouseholds: Wording("circle {n}: homes", "第{n}圈：户", "第{n}圏：世帯")
        case .circlePersons: Wording("persons", "人", "人")
        case .yes: Wording("entitled", "符合", "該当")
        case .unknown: Wording("not known", "未知", "不明")
        case .receiving: Wording("receiving", "在享", "受給中")
        case .resident: Wording("households", "户", "世帯")
        case .met: Wording("met within a year", "一年内见到", "一年以内に面会")
        case .due: Wording("not met", "未见到", "未面会")
        case .sum: Wording("all", "合计", "合計")
        case .fromAdvisors:
            Wording(
                "As of {day}, from {n} of {all} advisors: the others recorded no visit in ninety days.",
                "截至 {day}，{all} 名顾问中 {n} 名有记录；其余九十天内没有走访记录。",
                "{day} 時点。相談員 {all} 人中 {n} 人から。ほかは九十日間、訪問の記録がありません。")
        case .reportDigest: Wording("digest {digest}", "校验值 {digest}", "照合値 {digest}")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: ReportPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
