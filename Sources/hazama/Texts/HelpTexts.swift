import Fieldwork

/// What the program says of packages, cards, assessments and places.
enum HelpPhrase: Catalogue {
    // Facts at the door.
    case factStated, whoseFact, whoseFactNext
    // Packages.
    case noPackage, noPackageNext, openOffers, notOffered, notOfferedNext, applicationCount
    case forWhom, howMuch, toAsk, sourceGiven, sourceRecord, sourceDerived, formsFilled
    case answerNext, consentNext, paperThere, paperMissing, papersNext, papersComplete, papersLeft
    case noSuchPaper, noSuchPaperNext, noSuchField, noSuchFieldNext, whoseField, consentNotTyped
    case agentNotTyped, agentNotTypedNext, answered, referralDrafted
    case nothingToSign, nothingComplete, nothingCompleteNext, lacks, minorSigns
    case authorityUnproven, authorityUnprovenNext, signedNext, signFirst
    case submittedBefore, signedIsSafe, signedUnsent, signedUnsentNext
    // Assessments.
    case assessedBefore, assessmentKept, needProposed, changedBetween, nothingChanged, overridden
    case oneAssessment, oneAssessmentNext, overrideNotYours, overrideNotYoursNext
    case overridePending, overridePendingNext
    // What was told.
    case matchKept, supposedNotKept, notTodays, whyUnclaimed, whyApplication
    // Places.
    case waits, waitsNothing, waitsReach, waitsUncounted, waitsUsed, waitsGiven
    // The card.
    case cardTitle, cardNothing, cardMore, cardQuestions, cardBring, cardWhere, cardBy, cardCall
    case cardAfter, cardFree, cardWritten
    case perMonth, perYear, perTerm, perWeek, once
    case kindMoney, kindMoneyAndHelp, kindHelp, kindStatus, kindRefund, kindWaiver, kindRent

    var wording: Wording {
        switch self {
        case .factStated:
            Wording(
                "Also stated as a fact: {key} = {text}", "同时记为事实：{key} = {text}",
                "事実としても記録しました：{key} = {text}")
        case .whoseFact:
            Wording(
                "{key} is a person's, and several or none live here.",
                "{key} 属于个人，而此户有多人或无人登记。", "{key} は個人の項目で、ここの人は一人ではありません。")
        case .whoseFactNext:
            Wording(
                "Say whose, with --about and an id: {list}", "请用 --about 指明是谁：{list}",
                "--about で誰のものかを指定してください：{list}")
        case .noPackage:
            Wording(
                "This household has no package yet.", "此户还没有“一件事”申请包。", "この世帯にはまだ一括申請がありません。")
        case .noPackageNext:
            Wording(
                "Draft one with: hazama package new {id}", "请建立：hazama package new {id}",
                "作成：hazama package new {id}")
        case .openOffers:
            Wording(
                "{n} hang on a question. Draft them too with --open, or ask first: hazama match",
                "另有 {n} 项待核实。可加 --open 一并起草，或先询问：hazama match",
                "{n} 件は確認待ちです。--open で下書きに加えるか、先に確認：hazama match")
        case .notOffered:
            Wording(
                "{id} is not for this household: the rules answer no.", "{id} 不适用于此户：规则回答为否。",
                "{id} はこの世帯の対象ではありません（規則は「否」）。")
        case .notOfferedNext:
            Wording(
                "See why: hazama match {id} --explain", "查看原因：hazama match {id} --explain",
                "理由：hazama match {id} --explain")
        case .applicationCount:
            Wording("{n} {n:application|applications}", "{n} 项申请", "申請 {n} 件")
        case .forWhom: Wording("for", "对象", "対象")
        case .howMuch: Wording("amount", "金额", "金額")
        case .toAsk: Wording("to be asked", "待问", "要確認")
        case .sourceGiven: Wording("answered here", "本次回答", "今回の回答")
        case .sourceRecord: Wording("from the record", "来自档案", "記録から")
        case .sourceDerived: Wording("worked out", "推算", "算出")
        case .formsFilled:
            Wording(
                "{forms} {forms:form|forms}, {places} places, {fields} fields, {open} to be asked.",
                "{forms} 张表，{places} 处，{fields} 个字段，待问 {open} 个。",
                "様式 {forms}、記入欄 {places}、項目 {fields}、要確認 {open}。")
        case .answerNext:
            Wording(
                "hazama package answer {id} {key} \"…\"{about}",
                "hazama package answer {id} {key} \"…\"{about}",
                "hazama package answer {id} {key} \"…\"{about}")
        case .consentNext:
            Wording(
                "If they agree to a check of their means: hazama person edit {id} --consent meansCheck --consent-how signed",
                "如同意核对经济状况：hazama person edit {id} --consent meansCheck --consent-how 签字",
                "資力調査に同意したら：hazama person edit {id} --consent meansCheck --consent-how 署名")
        case .paperThere: Wording("there", "已有", "あり")
        case .paperMissing: Wording("missing", "尚缺", "不足")
        case .papersNext:
            Wording(
                "When they show them: hazama package papers {id} {keys}",
                "出示后记录：hazama package papers {id} {keys}", "確認したら：hazama package papers {id} {keys}"
            )
        case .papersComplete: Wording("All papers are there.", "材料已齐。", "書類はそろいました。")
        case .papersLeft: Wording("Still missing: {keys}", "尚缺：{keys}", "不足：{keys}")
        case .noSuchPaper:
            Wording(
                "The catalogue has no paper '{key}'.", "目录中没有材料“{key}”。", "目録に書類「{key}」はありません。")
        case .noSuchPaperNext: Wording("It has: {list}", "可选：{list}", "あるもの：{list}")
        case .noSuchField:
            Wording(
                "No form of this package asks for '{key}' of them.", "此申请包没有表格向其询问“{key}”。",
                "この一括申請の様式に「{key}」の欄はありません。")
        case .noSuchFieldNext:
            Wording(
                "See what is asked for: hazama package show {id}",
                "查看所需字段：hazama package show {id}",
                "記入項目：hazama package show {id}")
        case .whoseField:
            Wording(
                "{key} is asked of several.", "{key} 要向多人询问。", "{key} は複数の人に尋ねます。")
        case .consentNotTyped:
            Wording(
                "A consent stands in its giver's record; it is not filled in for them.",
                "授权须记在本人档案中，不能代填。", "同意は本人の記録に残すもので、代わりに記入できません。")
        case .agentNotTyped:
            Wording(
                "Who applies for them is recorded when it is signed.", "代办人在签字时记录。",
                "代理人は署名のときに記録されます。")
        case .agentNotTypedNext:
            Wording(
                "Sign as their agent with: hazama package sign {id} --agent",
                "以代办人签字：hazama package sign {id} --agent", "代理で署名：hazama package sign {id} --agent")
        case .answered:
            Wording(
                "Answered once, for {n} {n:place|places}.", "回答一次，填入 {n} 处。",
                "一度の回答で {n} か所に記入しました。")
        case .referralDrafted:
            Wording(
                "Referral drafted: {need} → {partner}", "已起草转介：{need} → {partner}",
                "引き継ぎの下書き：{need} → {partner}")
        case .nothingToSign:
            Wording("Everything is signed already.", "均已签字。", "すべて署名済みです。")
        case .nothingComplete:
            Wording(
                "Nothing of it is complete, so nothing can be signed.", "没有一项材料齐备，不能签字。",
                "完備した申請がないため、署名できません。")
        case .nothingCompleteNext:
            Wording(
                "See what is open: hazama package show {id}", "查看所缺：hazama package show {id}",
                "不足を見る：hazama package show {id}")
        case .lacks: Wording("still lacks {list}", "尚缺 {list}", "不足：{list}")
        case .minorSigns:
            Wording(
                "a child's is signed by a grown-up: add --by and their id",
                "未成年人的申请由成年人签字：请加 --by 和其编号", "未成年者の分は大人が署名します：--by と番号を加えてください")
        case .authorityUnproven:
            Wording(
                "The right to act for them stands with a visit or a piece of evidence, and there is none.",
                "代办授权须与走访或佐证一并保存，目前没有。", "代理権は訪問か証拠とともに残しますが、ありません。")
        case .authorityUnprovenNext:
            Wording(
                "Start the visit (hazama visit start), or name what proves it: --evidence ID",
                "请先开始走访（hazama visit start），或指明佐证：--evidence 编号",
                "訪問を始める（hazama visit start）か、証拠を指定してください：--evidence 番号")
        case .signedNext:
            Wording(
                "Signed, and safe on this machine. Then: hazama sync, and hazama package submit {id}",
                "已签字并保存在本机。接着：hazama sync，再 hazama package submit {id}",
                "署名済みで、この端末に保存しました。次に：hazama sync、続けて hazama package submit {id}")
        case .signFirst:
            Wording(
                "Have it signed: hazama package sign {id} --how \"on paper\"",
                "请先签字：hazama package sign {id} --how “纸面”",
                "先に署名：hazama package sign {id} --how 「書面」")
        case .submittedBefore:
            Wording(
                "{n} {n:was|were} submitted before; once is enough.", "{n} 项此前已提交，无需重复。",
                "{n} 件は提出済みです。一度で足ります。")
        case .signedIsSafe:
            Wording(
                "{n} signed {n:application is|applications are} safe on this machine.",
                "{n} 项已签字的申请保存在本机。", "署名済みの申請 {n} 件はこの端末に保存されています。")
        case .signedUnsent:
            Wording(
                "They have not reached the hub, so they can't be submitted yet.", "尚未送达中心，还不能提交。",
                "まだハブに届いていないため、提出できません。")
        case .signedUnsentNext:
            Wording(
                "When there is a network: hazama sync, then hazama package submit {id}",
                "有网络时：hazama sync，再 hazama package submit {id}",
                "通信できるときに：hazama sync、続けて hazama package submit {id}")
        case .assessedBefore:
            Wording(
                "These facts were assessed before, as {id}; nothing had to be written.",
                "相同事实已有测算 {id}，无需再写。", "同じ事実の算定 {id} がすでにあります。書くことはありません。")
        case .assessmentKept:
            Wording("Kept as {id}.", "已保存为 {id}。", "{id} として保存しました。")
        case .needProposed:
            Wording(
                "proposed: {need}; if they say so: hazama need step {id} confirmed",
                "建议需求：{need}；经其确认后：hazama need step {id} confirmed",
                "ニーズ候補：{need}。本人が認めたら：hazama need step {id} confirmed")
        case .changedBetween:
            Wording(
                "From {from} to {to}: {before} → {after}", "{from} 至 {to}：{before} → {after}",
                "{from} から {to}：{before} → {after}")
        case .nothingChanged:
            Wording("No indicator changed.", "各指标均无变化。", "変わった指標はありません。")
        case .overridden: Wording("set by hand: {why}", "人工调整：{why}", "手で変更：{why}")
        case .oneAssessment:
            Wording(
                "There are not enough assessments of it here.", "此处测算记录不足。", "算定の記録が足りません。")
        case .oneAssessmentNext:
            Wording(
                "Assess it with: hazama assess {id}", "请测算：hazama assess {id}",
                "算定：hazama assess {id}")
        case .overrideNotYours:
            Wording(
                "Only a street manager may set a level over the computed one; you are entered as {roles}.",
                "只有街道负责人可以调整测算等级；您登记的角色是：{roles}。",
                "算定した段階を変えられるのは街道の責任者だけです。あなたの登録：{roles}。")
        case .overrideNotYoursNext:
            Wording(
                "Ask them; or say what you see otherwise: hazama assess object {id} I05 no --because \"…\"",
                "请联系负责人；或提出异议：hazama assess object {id} I05 no --because “…”",
                "責任者に相談するか、異議を記録してください：hazama assess object {id} I05 no --because 「…」")
        case .overridePending:
            Wording(
                "Pending is what missing facts leave open; nobody decides it.",
                "“待核”由缺失事实造成，不能人工设定。",
                "「確認待ち」は事実の不足によるもので、人は決められません。")
        case .overridePendingNext:
            Wording(
                "Name a level: high, medium, low or none.", "请给出等级：high、medium、low 或 none。",
                "段階を指定してください：high、medium、low、none。")
        case .matchKept:
            Wording(
                "Kept as told today: they have until {day} to apply.", "已记为今日告知：申请期限至 {day}。",
                "本日説明したものとして保存しました。申請は {day} まで。")
        case .supposedNotKept:
            Wording(
                "What is only supposed is not kept.", "假设的结果不予保存。", "仮定の結果は保存しません。")
        case .notTodays:
            Wording(
                "Only what is told today is kept; leave out --as-of.", "只保存今日的告知；请去掉 --as-of。",
                "保存できるのは本日の説明だけです。--as-of を外してください。")
        case .whyUnclaimed:
            Wording(
                "told {day}, not applied for: {list}", "{day} 已告知，尚未申请：{list}",
                "{day} に説明、未申請：{list}")
        case .whyApplication:
            Wording("application {id}: {state}", "申请 {id}：{state}", "申請 {id}：{state}")
        case .waits: Wording("waits: {why}", "轮候：{why}", "待機：{why}")
        case .waitsNothing: Wording("nothing there is for it", "没有对应的资源", "対応する資源がない")
        case .waitsReach:
            Wording(
                "there is something, but not where they live", "有资源，但不覆盖其所在地", "資源はあるが、この地域は対象外")
        case .waitsUncounted:
            Wording("nobody said how much there is", "资源数量未登记", "資源の量が登録されていない")
        case .waitsUsed: Wording("all of it is given", "资源已用完", "すべて使われている")
        case .waitsGiven:
            Wording(
                "{n} {n:need comes|needs come} first ({list})", "{n} 项需求在先（{list}）",
                "先の要望 {n} 件（{list}）")
        case .cardTitle:
            Wording("What you may get: {name}", "您家可以申请的帮助：{name}", "受けられる支援：{name}")
        case .cardNothing:
            Wording(
                "By what we know today there is nothing to apply for. Tell us when something changes.",
                "按目前了解的情况，暂无可申请的项目。情况有变请告诉我们。",
                "いま分かっている範囲では、申請できるものはありません。変わったことがあれば教えてください。")
        case .cardMore:
            Wording(
                "There are {n} more. Ask us.", "另有 {n} 项，请向我们询问。", "ほかに {n} 件あります。お尋ねください。")
        case .cardQuestions:
            Wording(
                "There may be more: we still have a few questions.", "可能还有其他帮助，我们还有几个问题要问您。",
                "ほかにもあるかもしれません。あといくつか伺います。")
        case .cardBring: Wording("Please bring", "请带上", "持ってくるもの")
        case .cardWhere: Wording("Where to go", "去哪里", "行くところ")
        case .cardBy:
            Wording("Please come by {day}", "请在 {day} 前来", "{day} までに来てください")
        case .cardCall: Wording("Whom to call", "有问题找", "分からないときは")
        case .cardAfter:
            Wording("after {name} is granted", "取得“{name}”之后", "「{name}」が決まった後")
        case .cardFree:
            Wording(
                "All of this is free. If you can't come, call us: we come to you. The offices decide each application.",
                "办理不收费。不方便来，请打电话，我们上门。能否批准由各部门决定。",
                "手続きは無料です。来られないときは電話をください。こちらから伺います。決定は各部門が行います。")
        case .cardWritten:
            Wording(
                "Written to {file}. Open it in a browser and print it on one sheet of A4.",
                "已写入 {file}。用浏览器打开，打印在一张 A4 纸上。",
                "{file} に書きました。ブラウザーで開き、A4 一枚に印刷してください。")
        case .perMonth: Wording("{amount} a month", "每月 {amount}", "毎月 {amount}")
        case .perYear: Wording("{amount} a year", "每年 {amount}", "毎年 {amount}")
        case .perTerm: Wording("{amount} a term", "每学期 {amount}", "学期ごとに {amount}")
        case .perWeek: Wording("{amount} a week", "每周 {amount}", "毎週 {amount}")
        case .once: Wording("{amount}, once", "一次性 {amount}", "一回 {amount}")
        case .kindMoney:
            Wording("Money; the office works out how much", "发放补助，金额由部门核定", "給付金。額は窓口で決まります")
        case .kindMoneyAndHelp:
            Wording("Money, and people who help", "补助和上门服务", "給付金と、人による手助け")
        case .kindHelp: Wording("People who help you", "有人来帮助您", "人による手助け")
        case .kindStatus:
            Wording("A recognition that opens other help", "认定后可享受其他帮助", "認定されると、ほかの支援が受けられます")
        case .kindRefund:
            Wording(
                "Part of the hospital bills is paid back", "报销一部分医药费", "医療費の一部が戻ります")
        case .kindWaiver:
            Wording("School fees are waived, and a grant", "减免学费并发放助学金", "学費の免除と奨学金")
        case .kindRent: Wording("Help with the rent", "补贴房租", "家賃の補助")
        }
    }

    /// How often an amount is paid, by the catalogue's word.
    static func per(_ period: String) -> Wording {
        switch period {
        case "month": perMonth.wording
        case "year": perYear.wording
        case "term": perTerm.wording
        case "week": perWeek.wording
        default: once.wording
        }
    }

    /// In what a benefit consists, by the catalogue's word; `nil` for one that has no words here.
    static func kind(_ kind: String) -> HelpPhrase? {
        switch kind {
        case "cash": .kindMoney
        case "cash+care", "cash+service", "service+cash", "service+subsidy":
            .kindMoneyAndHelp
        case "service": .kindHelp
        case "status": .kindStatus
        case "reimbursement": .kindRefund
        case "waiver+grant": .kindWaiver
        case "rent subsidy": .kindRent
        default: nil
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: HelpPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }

    func hint(_ phrase: HelpPhrase, _ values: KeyValuePairs<String, String> = [:]) {
        hint(Line(text(phrase, values)))
    }
}
