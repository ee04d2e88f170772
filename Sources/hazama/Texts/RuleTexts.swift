import Fieldwork

/// What the program says of the office's rules: versions, drafts, what differs; and of alerts.
enum RulePhrase: Catalogue {
    case version, published, ownRules, rulesUsed, noSuchVersion, rulesDamaged, rulesDamagedNext
    case testHouseholds, draftIs, imported, tested, expectedFound, sameRules, publishedNow
    case gained, lost, asked, wouldDiffer, discovered, unclaimed, newAlerts, likelyByTag
    case added, removed, fromDay
    case programme, document, standard, fact, indicator, department, tag, formField, paper
    case otherName, otherDepartment, otherUnit, otherKind, otherRule, otherBenefit, otherAmount
    case otherGroup, otherStatus, otherDates, otherNumber, otherPapers, otherFields, otherWeight
    case otherStanding

    var wording: Wording {
        switch self {
        case .version: Wording("version", "版本", "版")
        case .published: Wording("published", "发布", "公表")
        case .ownRules: Wording("the program's own", "程序自带", "プログラム付属")
        case .rulesUsed:
            Wording(
                "By the office's rules, version {n} of {day}.", "按 {day} 发布的第 {n} 版目录。",
                "{day} 公表の目録第 {n} 版による。")
        case .noSuchVersion:
            Wording(
                "This machine has not heard of version {n}.", "本机还没有第 {n} 版目录。",
                "この端末は第 {n} 版の目録をまだ受け取っていません。")
        case .rulesDamaged:
            Wording(
                "Version {n} of the rules is damaged here, and nothing was answered.",
                "本机的第 {n} 版目录已损坏，未作任何回答。", "この端末の目録第 {n} 版は壊れており、何も答えませんでした。")
        case .rulesDamagedNext:
            Wording(
                "Run hazama doctor, then sync.", "请运行 hazama doctor，然后同步。",
                "hazama doctor を実行し、同期してください。")
        case .testHouseholds: Wording("test households", "测试户", "試験世帯")
        case .draftIs:
            Wording("The draft is {digest}.", "草稿为 {digest}。", "下書きは {digest} です。")
        case .imported:
            Wording(
                "{digest} is the draft now: {programmes} programmes, {documents} documents, {households} test households. Nobody goes by it yet.",
                "{digest} 已成为草稿：{programmes} 个项目、{documents} 份文件、{households} 个测试户。尚未生效。",
                "{digest} を下書きにしました：制度 {programmes}、文書 {documents}、試験世帯 {households}。まだ誰にも使われません。")
        case .tested:
            Wording(
                "{digest}: {n} test households asked, {bad} with another answer.",
                "{digest}：已测试 {n} 户，{bad} 户结果不同。", "{digest}：試験世帯 {n} 件、結果の違うもの {bad} 件。")
        case .expectedFound:
            Wording(
                "expected {expected}, found {found}", "应为 {expected}，实为 {found}",
                "予定 {expected}、結果 {found}")
        case .sameRules:
            Wording("Nothing differs.", "没有差别。", "違いはありません。")
        case .publishedNow:
            Wording(
                "Version {n}, {digest}, holds from today. Devices get it with their next sync.",
                "第 {n} 版 {digest} 自今日生效。各设备下次同步时获得。", "第 {n} 版 {digest} は今日から有効です。端末には次の同期で届きます。")
        case .gained: Wording("gain it", "新符合", "新たに該当")
        case .lost: Wording("lose it", "不再符合", "該当しなくなる")
        case .asked: Wording("to be asked", "待询问", "要確認")
        case .wouldDiffer:
            Wording(
                "{n} decisions of {households} households would differ.",
                "{households} 户的 {n} 项决定将不同。", "{households} 世帯の {n} 件の判断が変わります。")
        case .discovered:
            Wording(
                "{alerts} new alerts, {clues} new clues, {severe} more severe than before; {managers} unclaimed clues given to street managers.",
                "新预警 {alerts} 条，新线索 {clues} 条，{severe} 条更为严重；{managers} 条无人认领的线索已交街道负责人。",
                "新しい警戒 {alerts} 件、手がかり {clues} 件、重くなったもの {severe} 件。担当のない手がかり {managers} 件を街道の責任者へ。"
            )
        case .likelyByTag:
            Wording(
                "Likely by a tag, and stated by nobody; a hint, no answer: {facts}",
                "依据标签推断、尚无人确认，仅供参考：{facts}", "タグから推定、誰も確認していません。手がかりのみ：{facts}")
        case .newAlerts:
            Wording(
                "{n} new {n:warning|warnings}: hazama alert list", "新预警 {n} 条：hazama alert list",
                "新しい警戒 {n} 件：hazama alert list")
        case .unclaimed:
            Wording(
                "nobody has claimed it since {day}", "自 {day} 起无人认领", "{day} から担当がいません")
        case .added: Wording("is new", "新增", "新規")
        case .removed: Wording("is gone", "已删除", "削除")
        case .fromDay: Wording("from {day}", "自 {day} 起", "{day} から")
        case .programme: Wording("programme", "项目", "制度")
        case .document: Wording("document", "文件", "文書")
        case .standard: Wording("standard", "标准", "基準")
        case .fact: Wording("fact", "事实", "事実")
        case .indicator: Wording("indicator", "指标", "指標")
        case .department: Wording("department", "部门", "部署")
        case .tag: Wording("tag", "标签", "タグ")
        case .formField: Wording("form field", "表格项", "記入欄")
        case .paper: Wording("paper", "材料", "書類")
        case .otherName: Wording("has another name", "名称不同", "名称が変わる")
        case .otherDepartment: Wording("is another department's", "部门不同", "部署が変わる")
        case .otherUnit: Wording("has another unit", "单位不同", "単位が変わる")
        case .otherKind: Wording("is of another kind", "类别不同", "種類が変わる")
        case .otherRule: Wording("has other conditions", "条件不同", "条件が変わる")
        case .otherBenefit: Wording("gives something else", "待遇不同", "給付が変わる")
        case .otherAmount: Wording("comes to another amount", "金额不同", "金額が変わる")
        case .otherGroup: Wording("belongs elsewhere", "归属不同", "所属が変わる")
        case .otherStatus: Wording("gives another status", "认定身份不同", "認定が変わる")
        case .otherDates: Wording("holds on other days", "有效期不同", "期間が変わる")
        case .otherNumber: Wording("has another number", "文号不同", "番号が変わる")
        case .otherPapers: Wording("asks for other papers", "所需材料不同", "必要書類が変わる")
        case .otherFields: Wording("asks for other fields", "填写项不同", "記入欄が変わる")
        case .otherWeight: Wording("has another weight", "权重不同", "重みが変わる")
        case .otherStanding: Wording("is founded otherwise", "依据状态不同", "根拠の状態が変わる")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: RulePhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
