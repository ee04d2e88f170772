import Fieldwork

/// What reports on the district say.
enum ReportPhrase: Catalogue {
    case high, medium, low, none, pending, assessed
    case circleHouseholds, circlePersons
    case yes, unknown, receiving, missed
    case resident, met, due
    case visits, followUps, applications, alerts, referrals, clues
    case services, groups, events, attendances
    case stillOpen, places, shortfall, gap
    case raised, right, wrong, precision, review
    case surveys, granted, refused, begun, ended, needs, needsMet
    case told, tasks, unclaimed, left, pastDue
    case sum, fromAdvisors, reportDigest, keptSame, keptOther

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
        case .missed: Wording("missing out", "应享未享", "未受給")
        case .visits: Wording("visits", "走访", "訪問")
        case .followUps: Wording("follow-ups", "跟踪", "見守り")
        case .applications: Wording("applications", "申请", "申請")
        case .alerts: Wording("warnings", "预警", "警戒")
        case .referrals: Wording("referrals", "转介", "引き継ぎ")
        case .clues: Wording("clues", "线索", "手がかり")
        case .services: Wording("services", "陪伴服务", "寄り添い")
        case .groups: Wording("groups", "小组活动", "グループ")
        case .events: Wording("events", "场次", "回数")
        case .attendances: Wording("attendances", "户次", "延べ世帯")
        case .stillOpen: Wording("open", "未满足", "未充足")
        case .places: Wording("places", "名额", "受け入れ枠")
        case .shortfall: Wording("shortfall", "缺口", "不足")
        case .gap: Wording("60 days open", "超六十天", "六十日超")
        case .raised: Wording("raised", "已预警", "発生")
        case .right: Wording("acted on", "已处置", "対応済み")
        case .wrong: Wording("set aside", "已排除", "却下")
        case .precision: Wording("right in 1,000", "千分准确率", "千件中の的中")
        case .review: Wording("to review", "待复核", "要見直し")
        case .surveys: Wording("surveys", "评估走访", "評価訪問")
        case .granted: Wording("granted", "已批准", "決定")
        case .refused: Wording("not granted", "未通过或撤回", "却下・取り下げ")
        case .begun: Wording("benefits begun", "开始享受", "受給開始")
        case .ended: Wording("benefits ended", "停止享受", "受給終了")
        case .needs: Wording("needs found", "发现需求", "ニーズ")
        case .needsMet: Wording("needs met", "满足需求", "充足")
        case .told: Wording("told, not applied", "已告知未申请", "告知後未申請")
        case .tasks: Wording("tasks", "任务", "課題")
        case .unclaimed: Wording("nobody's", "无人认领", "担当なし")
        case .left: Wording("for over two days", "超两个工作日", "二営業日超")
        case .pastDue: Wording("overdue", "已逾期", "期限切れ")
        case .keptSame:
            Wording(
                "Kept on {day} with the same figures.", "已于 {day} 存档，数字一致。",
                "{day} に保存したものと同じ数字です。")
        case .keptOther:
            Wording(
                "What was kept on {day} stays; counted again it comes out otherwise:",
                "{day} 的存档保持不变；重新统计结果不同：", "{day} に保存したものはそのままです。数え直すと次が違います：")
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
