import Fieldwork

/// What the commands of the work say, in English, Chinese and Japanese.
enum WorkPhrase: Catalogue {
    case alreadyThere
    // Steps.
    case stepUndecided, stepUndecidedNext, stepNoWay, stepNoWayNext, stepAtEnd, stepAtEndNext
    case reasonMissing, reasonMissingNext, outcomeMissing, outcomeMissingNext
    case consentMissing, consentMissingNext, authorityMissing, authorityMissingNext
    case signatureMissing, signatureMissingNext, agreementMissing, agreementMissingNext
    case decisionMissing, decisionMissingNext
    // One household.
    case noPlan, noPlanNext, planBegun, onlyBenefits, claimedBefore, waitlisted, seated, noCapacity
    case noEvidence, noEvidenceNext, householdOrArea, householdOrAreaNext, consentOrReason
    case noSuchTag, noSuchTagNext, badTagQuery, badTagQueryNext
    // Why somebody is on today's list.
    case whyTask, whyClue, whyReview, whyMeasure, whyCadence

    var wording: Wording {
        switch self {
        case .alreadyThere:
            Wording(
                "It was there already; nothing had to be written.", "该记录已存在，无需再写。",
                "すでにあります。書くことはありません。")
        case .stepUndecided:
            Wording(
                "Two say differently where it stands, and people have not decided yet.",
                "两处记录的状态不同，尚待人工决定。", "状態の記録が食い違い、まだ決まっていません。")
        case .stepUndecidedNext:
            Wording(
                "See both with: hazama conflict show {id}", "查看双方：hazama conflict show {id}",
                "両方を見る：hazama conflict show {id}")
        case .stepNoWay:
            Wording(
                "It stands at {from}; from there it goes to: {instead}.",
                "当前状态为 {from}，只能转为：{instead}。", "いまは {from} です。次に進めるのは：{instead}。")
        case .stepNoWayNext:
            Wording(
                "Take one of these steps, or look at it: hazama show {id}",
                "请选择以上一步，或查看：hazama show {id}",
                "上のどれかに進めるか、内容を見てください：hazama show {id}")
        case .stepAtEnd:
            Wording(
                "It stands at {from}, and that is its end.", "当前状态为 {from}，已经办结。",
                "{from} で終わっています。")
        case .stepAtEndNext:
            Wording(
                "Begin a new one if it is needed again.", "如再次需要，请新建。", "必要なら新しく始めてください。")
        case .reasonMissing:
            Wording("This step needs a reason.", "此步骤必须说明理由。", "この段階には理由が要ります。")
        case .reasonMissingNext:
            Wording("Add: --because \"…\"", "请加：--because “…”", "次を加えてください：--because 「…」")
        case .outcomeMissing:
            Wording(
                "It is closed with an outcome that has evidence, and there is none.",
                "结案须有附佐证的成效记录，目前没有。", "終結には証拠のある成果が要りますが、まだありません。")
        case .outcomeMissingNext:
            Wording(
                "Record it with: hazama outcome {id} solved --saw \"…\"; then add --evidence and its id.",
                "请先记录：hazama outcome {id} solved --saw “…”，再加 --evidence 及其编号。",
                "先に記録：hazama outcome {id} solved --saw 「…」。そのあと --evidence と番号を加えてください。")
        case .consentMissing:
            Wording(
                "There is no recorded consent, so nothing was sent.", "没有记录同意，因此未转出。",
                "同意の記録がないので、送っていません。")
        case .consentMissingNext:
            Wording(
                "Ask, then: hazama refer consent {id} PERSON --how spoken. If nobody can be asked: --without-consent \"why\"",
                "请征得同意后：hazama refer consent {id} 人员 --how 口头。无法征求时：--without-consent “理由”",
                "同意を得てから：hazama refer consent {id} 本人 --how 口頭。尋ねられないときは：--without-consent 「理由」")
        case .authorityMissing:
            Wording(
                "Somebody else signed, and nothing says that they may.", "由他人代签，但没有授权记录。",
                "代理の署名ですが、代理権の記録がありません。")
        case .authorityMissingNext:
            Wording(
                "Say what gives you the right, and who gave it: --authority \"…\" --from ID",
                "请说明授权依据和授权人：--authority “…” --from 编号",
                "代理権の根拠と、与えた人を示してください：--authority 「…」 --from 番号")
        case .signatureMissing:
            Wording("Nobody has signed it.", "尚未签字。", "まだ署名がありません。")
        case .signatureMissingNext:
            Wording(
                "Have it signed first, on this machine or on paper.", "请先在本机或纸面上签字。",
                "先にこの端末か紙で署名をもらってください。")
        case .agreementMissing:
            Wording(
                "It was not agreed with the household yet.", "尚未与家庭商定。", "まだ世帯と合意していません。")
        case .agreementMissingNext:
            Wording(
                "Talk it over, then: hazama plan agree {id} --with PERSON --how spoken",
                "请商定后：hazama plan agree {id} --with 人员 --how 口头",
                "話し合ってから：hazama plan agree {id} --with 本人 --how 口頭")
        case .decisionMissing:
            Wording(
                "Only a department decides, and no decision of one is here.", "只有部门可以审批，目前没有其决定。",
                "決めるのは部署だけですが、その決定がまだありません。")
        case .decisionMissingNext:
            Wording(
                "Wait for the decision: it comes with the next sync.", "请等待审批决定，下次同步时送达。",
                "決定をお待ちください。次の同期で届きます。")
        case .noPlan:
            Wording("This household has no plan yet.", "该家庭还没有帮扶方案。", "この世帯にはまだ計画がありません。")
        case .noPlanNext:
            Wording(
                "Begin one with: hazama plan new {id} --goal \"…\"",
                "请先建立：hazama plan new {id} --goal “…”", "先に始めてください：hazama plan new {id} --goal 「…」")
        case .planBegun:
            Wording(
                "Another began this plan apart from this; both halves are kept, and somebody looks at it.",
                "另有人同时建立了此方案；双方内容都保留，待人工查看。",
                "別の人も同時に始めていました。両方を残し、人が確認します。")
        case .onlyBenefits:
            Wording(
                "The level is high, and the plan has no service and no contact.",
                "困境等级为高，但方案中没有服务也没有关爱联系。",
                "困難度が高いのに、計画に支援サービスも関わりもありません。")
        case .claimedBefore:
            Wording(
                "{who} claimed it first; yours stands behind.", "{who} 已先认领，你的认领排在其后。",
                "{who} が先に担当しました。あなたの申し出は次の順です。")
        case .waitlisted:
            Wording(
                "All {n} places are taken: on the waiting list.", "{n} 个名额已满：列入候补。",
                "{n} 席は満席です。待機に入れました。")
        case .seated: Wording("A place is booked.", "已预约成功。", "予約しました。")
        case .noCapacity:
            Wording("How much there is was not said.", "尚未说明数量。", "数量はまだ分かりません。")
        case .noEvidence:
            Wording(
                "Nothing proves it.", "没有佐证。", "証拠がありません。")
        case .noEvidenceNext:
            Wording(
                "Say what you saw with --saw \"…\", or name a piece of evidence with --evidence ID.",
                "请用 --saw “…” 说明所见，或用 --evidence 编号 指明佐证。",
                "--saw 「…」で見たことを述べるか、--evidence 番号 で証拠を示してください。")
        case .householdOrArea:
            Wording(
                "It is not clear where it lies.", "无法确定所属地区。", "どの地区のことか分かりません。")
        case .householdOrAreaNext:
            Wording(
                "Name a household with --household, or an area with --area.",
                "请用 --household 指明家庭，或用 --area 指明地区。",
                "--household で世帯を、または --area で地区を示してください。")
        case .consentOrReason:
            Wording(
                "A consent and a reason for none can't both be there.", "同意与无法征求同意的理由不能并存。",
                "同意と、同意がない理由は、両方は書けません。")
        case .noSuchTag:
            Wording(
                "There is no tag {tag} in the dictionary.", "标签字典中没有 {tag}。", "タグ辞書に {tag} はありません。")
        case .noSuchTagNext:
            Wording(
                "See them all with: hazama tag list", "查看全部：hazama tag list", "一覧：hazama tag list")
        case .badTagQuery:
            Wording(
                "The question can't be read: {text}", "无法理解查询：{text}", "問い合わせを読めません：{text}")
        case .badTagQueryNext:
            Wording(
                "Write tags with AND, OR, NOT and brackets: T30 AND T15 AND NOT T02",
                "用 AND、OR、NOT 和括号连接标签：T30 AND T15 AND NOT T02",
                "タグを AND、OR、NOT と括弧でつないでください：T30 AND T15 AND NOT T02")
        case .whyTask: Wording("task", "任务", "課題")
        case .whyClue: Wording("clue", "线索", "手がかり")
        case .whyReview: Wording("plan to be reviewed", "方案待评估", "計画の見直し")
        case .whyMeasure: Wording("measure", "措施", "支援内容")
        case .whyCadence:
            Wording("not visited for {n} days", "已 {n} 天未走访", "{n} 日訪問なし")
        }
    }
}

extension Console {
    func text(_ phrase: WorkPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }

    func hint(_ phrase: WorkPhrase, _ values: KeyValuePairs<String, String> = [:]) {
        hint(Line(text(phrase, values)))
    }
}
