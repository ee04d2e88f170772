import Fieldwork

/// What the program says of rules, answers and assessments.
enum PolicyPhrase: Catalogue {
    case badLine, badLineNext, linesAnswered, keysLeftOut, lineTooLong
    case noStandard, noStandardNext, noSuchPolicy, noSuchPolicyNext, noSuchFact, badFactValue
    case kindFlag, kindCount, kindNumber
    case catalogueRefused, personNotNamed, assumptionShape
    case unknown, asOf, programme, document, from, to, benefit, papers, fields, rule, department
    case standing, supersedes, inForce, notInForce, sourced, partly, illustrative
    case forHousehold, forPerson, all, any, not, oneOf, standard, before, after, begins, ends
    case nothingChanges, wouldGain, wouldLose, wouldBeAsked
    case proposed, open, superseded, alsoOpens, amount, amountUnknown, asks, reasons
    case nextQuestions, ofHousehold, nothingToPropose, household, persons, disputedFacts
    case factsForReview, score, level, causes, openIndicators, indicator, weight, pending

    var wording: Wording {
        switch self {
        case .badLine:
            Wording("Line {n} is left out. {text}.", "第 {n} 行未处理：{text}。", "{n} 行目は除きました：{text}。")
        case .badLineNext:
            Wording(
                "All other lines are answered. Correct this one and run again.",
                "其他各行均已回答。请更正此行后重新运行。", "ほかの行にはすべて答えました。この行を直してもう一度。")
        case .linesAnswered:
            Wording(
                "{n} {n:household|households} answered as of {day}, {bad} left out.",
                "已按 {day} 回答 {n} 户，{bad} 户未处理。", "{day} 時点で {n} 世帯に回答、{bad} 世帯は除外。")
        case .keysLeftOut:
            Wording(
                "No fact of the catalogue, and left out: {keys}", "目录中没有这些事实，已忽略：{keys}",
                "目録にない項目を除きました：{keys}")
        case .lineTooLong:
            Wording("longer than {size}", "超过 {size}", "{size} を超えています")
        case .noStandard:
            Wording(
                "The catalogue has no value of '{name}' for {day}.",
                "目录中没有 {day} 的“{name}”。", "目録に {day} の「{name}」がありません。")
        case .noStandardNext:
            Wording(
                "Ask for a day from {day} on: --as-of {day}", "请查询 {day} 起的日期：--as-of {day}",
                "{day} 以降の日を指定してください：--as-of {day}")
        case .noSuchPolicy:
            Wording(
                "The catalogue has no programme or document {id}.", "目录中没有项目或文件 {id}。",
                "目録に制度や文書 {id} はありません。")
        case .noSuchPolicyNext:
            Wording("See: hazama policy list", "请看：hazama policy list", "参照：hazama policy list")
        case .noSuchFact:
            Wording(
                "The catalogue has no fact {key}.", "目录中没有事实 {key}。", "目録に項目 {key} はありません。")
        case .badFactValue:
            Wording(
                "'{text}' is no value of {key}; it takes: {kind}.",
                "“{text}”不是 {key} 的值；可填：{kind}。",
                "「{text}」は {key} の値ではありません。入力できるもの：{kind}。")
        case .kindFlag: Wording("yes or no", "是 或 否", "はい または いいえ")
        case .kindCount: Wording("a whole number", "整数", "整数")
        case .kindNumber:
            Wording("a number, such as 12 or 12.5", "数字，如 12 或 12.5", "数、たとえば 12 や 12.5")
        case .catalogueRefused:
            Wording(
                "The catalogue does not hold together, and nothing was answered: {text}",
                "目录有误，未作任何回答：{text}", "目録に誤りがあり、何も答えませんでした：{text}")
        case .personNotNamed:
            Wording(
                "{key} is a person's, and {n} live here. Say whose: {key}@ID=value",
                "{key} 属于个人，此户有 {n} 人。请指明：{key}@ID=值",
                "{key} は個人の項目で、ここには {n} 人います。誰のか指定してください：{key}@ID=値")
        case .assumptionShape:
            Wording(
                "'{text}' is no key=value, as h.status=dibao.", "“{text}”不是 键=值，例如 h.status=dibao。",
                "「{text}」は 項目=値 の形ではありません。例：h.status=dibao")
        case .unknown: Wording("unknown", "未知", "不明")
        case .asOf: Wording("as of {day}", "截至 {day}", "{day} 時点")
        case .programme: Wording("programme", "项目", "制度")
        case .document: Wording("document", "文件", "文書")
        case .from: Wording("from", "起", "開始")
        case .to: Wording("to", "止", "終了")
        case .benefit: Wording("gives", "待遇", "内容")
        case .papers: Wording("papers", "材料", "必要書類")
        case .fields: Wording("asks for", "填写", "記入項目")
        case .rule: Wording("for whom", "条件", "対象")
        case .department: Wording("department", "部门", "部門")
        case .standing: Wording("founded", "依据", "根拠")
        case .supersedes: Wording("replaces", "取代", "置き換え")
        case .inForce: Wording("in force", "有效", "有効")
        case .notInForce: Wording("not in force", "无效", "無効")
        case .sourced: Wording("sourced", "有来源", "出典あり")
        case .partly: Wording("partly sourced", "部分有来源", "一部出典あり")
        case .illustrative:
            Wording("illustrative: not for decisions", "示例：不可用于决定", "例示：決定には使えません")
        case .forHousehold: Wording("for households", "按户", "世帯対象")
        case .forPerson: Wording("for persons", "按人", "個人対象")
        case .all: Wording("all of:", "全部满足：", "すべて：")
        case .any: Wording("one of:", "满足其一：", "いずれか：")
        case .not: Wording("not:", "不满足：", "次でない：")
        case .oneOf: Wording("is one of", "属于", "のいずれか")
        case .standard: Wording("standard", "标准", "基準")
        case .before: Wording("before", "之前", "前")
        case .after: Wording("after", "之后", "後")
        case .begins: Wording("begins", "开始", "開始")
        case .ends: Wording("ends", "结束", "終了")
        case .nothingChanges:
            Wording(
                "Nothing changes between {from} and {to}.", "{from} 至 {to} 之间没有变化。",
                "{from} から {to} の間に変更はありません。")
        case .wouldGain: Wording("newly yes", "新符合", "新たに該当")
        case .wouldLose: Wording("no longer yes", "不再符合", "該当しなくなる")
        case .wouldBeAsked: Wording("now a question", "需再询问", "確認が必要")
        case .proposed: Wording("proposed", "建议", "提案")
        case .open: Wording("open", "待核实", "未確定")
        case .superseded: Wording("taken up by {id}", "由 {id} 取代", "{id} に含まれる")
        case .alsoOpens:
            Wording("With {id} also: {list}", "取得 {id} 后还可：{list}", "{id} を得るとさらに：{list}")
        case .amount: Wording("{amount} a {period}", "{amount}／{period}", "{amount}／{period}")
        case .amountUnknown: Wording("amount unknown: {facts}", "金额未知：{facts}", "金額不明：{facts}")
        case .asks: Wording("ask: {facts}", "待问：{facts}", "確認：{facts}")
        case .reasons: Wording("because: {text}", "依据：{text}", "理由：{text}")
        case .nextQuestions: Wording("Ask next:", "接下来请问：", "次に聞くこと：")
        case .ofHousehold: Wording("of the household", "全户", "世帯")
        case .nothingToPropose:
            Wording("Nothing can be proposed.", "没有可建议的项目。", "提案できるものはありません。")
        case .household: Wording("household", "户", "世帯")
        case .persons: Wording("persons", "人", "人")
        case .disputedFacts:
            Wording(
                "Somebody objects to these; they count as unknown: {facts}", "以下有异议，按未知处理：{facts}",
                "異議があり、不明として扱います：{facts}")
        case .factsForReview:
            Wording(
                "Newer, from a lower source than before; look at it: {facts}",
                "较新但来源级别较低，请核对：{facts}", "新しいが出所が低いもの。確認してください：{facts}")
        case .score: Wording("score", "得分", "点数")
        case .level: Wording("level", "等级", "段階")
        case .causes: Wording("causes", "致困因子", "要因")
        case .openIndicators: Wording("open", "待核实", "未確定")
        case .indicator: Wording("indicator", "指标", "指標")
        case .weight: Wording("weight", "权重", "重み")
        case .pending: Wording("pending", "待核", "保留")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: PolicyPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
