import Casework
import Fieldwork

/// What the rules of alerts are about, in a few words each.
enum AlertPhrase: String, Catalogue {
    case fewPensionYears = "W01"
    case illWithoutHelp = "W02"
    case medicalShareRises = "W03"
    case earnerLostWork = "W04"
    case justAboveLine = "W05"
    case benefitEnded = "W06"
    case applicationFailed = "W07"
    case childComesOfAge = "W08"
    case careLeaver = "W09"
    case cardExpires = "W10"
    case contributionsStopped = "W11"
    case carerFails = "W12"
    case newlyAlone = "W13"
    case discharged = "W14"
    case schoolInterrupted = "W15"
    case struck = "W16"
    case outOfTouch = "W17"
    case arrears = "W18"
    case levelRose = "W19"
    case ruleChanges = "W20"
    case entitledNeverApplied = "S01"
    case manyDeprivations = "S02"
    case veryOldAndAlone = "S03"
    case disabledWithoutSubsidy = "S04"
    case silentlyIll = "S05"
    case childWithoutProgramme = "S06"
    case outsiderInLocalHousehold = "S07"
    case livesElsewhere = "S08"
    case besideHelped = "S09"
    case toldByOthers = "S10"
    case refusedThenWorse = "S11"

    var wording: Wording {
        switch self {
        case .fewPensionYears: Wording("too few pension years", "养老缴费年限不足", "年金の納付年数が足りない")
        case .illWithoutHelp:
            Wording("seriously ill, no medical help", "患大病未获医疗救助", "重い病気で医療扶助なし")
        case .medicalShareRises: Wording("medical cost rises", "医疗支出占比上升", "医療費の割合が上昇")
        case .earnerLostWork: Wording("only earner lost work", "唯一劳动力失业", "唯一の稼ぎ手が失業")
        case .justAboveLine: Wording("just above a line", "收入略高于标准", "基準をわずかに超える収入")
        case .benefitEnded: Wording("a benefit ended", "待遇已终止", "給付が終了")
        case .applicationFailed: Wording("application refused", "申请未获批准", "申請が通らなかった")
        case .childComesOfAge: Wording("child comes of age", "子女即将满龄", "子どもが年齢に達する")
        case .careLeaver: Wording("leaves care soon", "即将离开照护", "まもなく保護を離れる")
        case .cardExpires: Wording("disability card expires", "残疾证到期", "障害者手帳の期限")
        case .contributionsStopped: Wording("contributions stopped", "社保断缴", "保険料の納付が停止")
        case .carerFails: Wording("carer can't go on", "照护者无法继续", "介護する人がいなくなる")
        case .newlyAlone: Wording("newly alone at 70 or more", "高龄新独居", "高齢で独り暮らしに")
        case .discharged: Wording("home from hospital", "出院回家", "退院したばかり")
        case .schoolInterrupted: Wording("school interrupted", "学业中断", "就学の中断")
        case .struck: Wording("fire, accident, disaster", "火灾、事故或灾害", "火災・事故・災害")
        case .outOfTouch: Wording("out of touch", "长期未联系上", "連絡が取れない")
        case .arrears: Wording("in arrears", "欠费", "滞納")
        case .levelRose: Wording("hardship level rose", "困境等级上升", "困窮の段階が上昇")
        case .ruleChanges:
            Wording("new rules change what they may get", "政策变化影响其资格", "制度の変更で資格が変わる")
        case .entitledNeverApplied:
            Wording("may be entitled, never asked", "可能符合但未申请", "該当しうるが申請なし")
        case .manyDeprivations: Wording("many hardships, no status", "多重困境无身份", "多くの困難、認定なし")
        case .veryOldAndAlone: Wording("80 or more and alone", "八十岁以上独居", "八十歳以上で独居")
        case .disabledWithoutSubsidy:
            Wording("severely disabled, no subsidy", "重残未享补贴", "重度障害で手当なし")
        case .silentlyIll: Wording("ill, never asked", "患病未申请", "病気だが申請なし")
        case .childWithoutProgramme: Wording("child without help", "困境儿童未获帮助", "支援のない子ども")
        case .outsiderInLocalHousehold:
            Wording("one of them not registered here", "户内有外地户籍成员", "世帯に他地域の戸籍の人")
        case .livesElsewhere: Wording("lives elsewhere than registered", "人户分离", "住所と戸籍が別")
        case .besideHelped: Wording("beside a helped household", "同住址有受助户", "同じ住所に受給世帯")
        case .toldByOthers: Wording("told of by others", "他人反映", "周囲からの知らせ")
        case .refusedThenWorse: Wording("refused, and worse since", "曾拒绝且情况恶化", "断った後に悪化")
        }
    }
}

extension Alert {
    /// What it is about: `W04 only earner lost work`; the code alone for a rule of a newer program.
    func about(in language: Language) -> String {
        guard let rule else { return "" }
        let words = AlertPhrase(rawValue: rule)?.text(in: language)
        return [rule, words].compactMap(\.self).joined(separator: " ")
    }
}
