internal import SyncCore

/// What a schema's names and words are called in the languages of the console.
///
/// English takes the schema's own names; one that is not listed is shown by it in every language,
/// so that a newer schema is never unreadable.
struct Terms: Sendable {
    private let words: [String: (zh: String, ja: String)]

    func name(_ key: String, in language: Language) -> String {
        switch language {
        case .english: Self.spaced(key)
        case .chinese: words[key]?.zh ?? Self.spaced(key)
        case .japanese: words[key]?.ja ?? Self.spaced(key)
        }
    }

    /// `monthly_income` and `notHome` as words.
    private static func spaced(_ key: String) -> String {
        // The console shows such amounts in yuan.
        let key = key.hasSuffix("_fen") ? key.dropLast(4) : key[...]
        var result = ""
        for character in key {
            if character == "_" {
                result += " "
            } else if character.isUppercase, !result.isEmpty, result.last?.isUppercase == false {
                result += " " + character.lowercased()
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// The words of `Fieldwork`.
    static let fieldwork = Terms(words: [
        "household": ("家庭", "世帯"), "person": ("人员", "個人"), "visit": ("走访", "訪問"),
        "follow_up": ("跟踪", "見守り"), "fact": ("事实", "事実"), "void": ("作废", "無効"),
        "discussion": ("讨论", "話し合い"), "area": ("区域", "地区"), "head_name": ("户主姓名", "世帯主名"),
        "head": ("户主", "世帯主"), "address": ("居住地址", "住所"), "registered_address": ("户籍地址", "住民票の住所"),
        "lives_elsewhere": ("人户分离", "登録地と別に居住"), "sharing": ("信息共享", "情報共有"),
        "phones": ("电话", "電話"), "monthly_income": ("月收入", "月収"), "amount_fen": ("金额", "金額"),
        "period": ("月份", "対象月"), "evidence": ("凭据", "証拠"), "member_count": ("共同生活人数", "同居人数"),
        "members": ("家庭成员", "世帯員"), "relation": ("与户主关系", "続柄"), "from": ("自", "開始"),
        "to": ("至", "終了"), "language": ("语言", "言語"), "warnings": ("警示", "注意事項"),
        "risk_note": ("风险提示", "リスクのメモ"), "assigned_advisor": ("责任顾问", "担当者"), "name": ("姓名", "氏名"),
        "identity_number": ("身份证号", "身分証番号"), "birth": ("出生日期", "生年月日"), "sex": ("性别", "性別"),
        "male": ("男", "男"), "female": ("女", "女"), "contact_preference": ("联系方式偏好", "連絡の希望"),
        "deceased": ("已故", "死亡"), "strengths": ("特长", "強み"), "consent": ("同意", "同意"),
        "purpose": ("目的", "目的"), "act": ("意思表示", "意思表示"), "how": ("方式", "方法"),
        "day": ("日期", "日付"), "advisor": ("顾问", "担当者"), "outcome": ("结果", "結果"),
        "met": ("见到本人", "面会"), "notHome": ("不在家", "不在"), "refused": ("拒绝", "拒否"),
        "moved": ("已搬走", "転居"), "admitted": ("住院", "入院"), "phoneOnly": ("仅电话", "電話のみ"),
        "place": ("地点", "場所"), "home": ("家中", "自宅"), "neighbourhood": ("居委会", "町会"),
        "station": ("服务站", "支援拠点"), "hospital": ("医院", "病院"), "elsewhere": ("其他地方", "その他の場所"),
        "minutes": ("分钟", "分"), "narrative": ("记录", "記録"), "answers": ("回答", "回答"),
        "corrections": ("更正", "訂正"), "question": ("问题", "質問"), "standing": ("情形", "状況"),
        "text": ("内容", "内容"), "unit": ("字段", "項目"), "what": ("事项", "内容"), "due": ("期限", "期限"),
        "cadence_days": ("间隔天数", "間隔（日）"), "state": ("状态", "状態"), "done_on": ("完成日期", "完了日"),
        "visits": ("走访", "訪問"), "notes": ("备注", "メモ"), "subject": ("对象", "対象"),
        "key": ("名目", "項目名"), "statement": ("陈述", "内容"), "dispute": ("有异议", "異議あり"),
        "objections": ("异议", "異議"), "flag": ("是否", "有無"), "number": ("数值", "数値"),
        "word": ("文字", "文字"), "effective": ("生效日期", "有効日"), "source": ("来源", "情報源"),
        "department": ("部门", "部署"), "evidence_note": ("凭据说明", "証拠の説明"), "confidence": ("可信度", "確度"),
        "recorded_by": ("记录人", "記録者"), "spouse": ("配偶", "配偶者"), "child": ("子女", "子"),
        "parent": ("父母", "親"), "sibling": ("兄弟姐妹", "兄弟姉妹"), "grandparent": ("祖父母", "祖父母"),
        "grandchild": ("孙子女", "孫"), "self": ("本人", "本人"), "other": ("其他", "その他"),
    ])
}
