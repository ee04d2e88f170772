/// Everything the program says, in English, Chinese and Japanese.
///
/// A text says first what is safe, then what happened, then what to do next. Names of commands and flags are
/// never translated. A colon before a value is the language's own.
enum Phrase: Catalogue {
    // Marks, as words.
    case markConflict, markDuplicate, markUnsent, markPartlySent, markDurable, markQuarantined
    // Small words.
    case yes, no, nothingShown, statedEmpty, yuan, minutes, hours, days, todayAt, never, you
    // What was typed.
    case answerMissing, answerMissingNext, badDay, badMonth, badMoment, badMoney, badNumber
    case badBytes, badWord
    case identityLength, identityCharacter, identityDay, identityFuture, identityCheck, identityNext
    case interrupted

    var wording: Wording {
        switch self {
        case .markConflict: Wording("conflict", "冲突", "競合")
        case .markDuplicate: Wording("possible duplicate", "疑似重复", "重複の疑い")
        case .markUnsent: Wording("not sent", "未发送", "未送信")
        case .markPartlySent: Wording("partly sent", "部分已发送", "一部送信済み")
        case .markDurable: Wording("stored at the hub", "中心已存", "ハブに保存済み")
        case .markQuarantined: Wording("set aside", "已隔离", "隔離中")

        case .yes: Wording("yes", "是", "はい")
        case .no: Wording("no", "否", "いいえ")
        case .nothingShown: Wording("(not known)", "（未知）", "（不明）")
        case .statedEmpty: Wording("(none)", "（无）", "（なし）")
        case .yuan: Wording("{amount} yuan", "{amount} 元", "{amount} 元")
        case .minutes: Wording("{n} min", "{n} 分钟", "{n} 分")
        case .hours: Wording("{n} h", "{n} 小时", "{n} 時間")
        case .days: Wording("{n} d", "{n} 天", "{n} 日")
        case .todayAt: Wording("today {time}", "今天 {time}", "今日 {time}")
        case .never: Wording("never", "从未", "なし")
        case .you: Wording("you", "您", "あなた")

        case .answerMissing:
            Wording(
                "An answer is missing, and nobody can be asked here: {question}",
                "缺少一项回答，此处无法提问：{question}",
                "回答が足りませんが、ここでは質問できません：{question}")
        case .answerMissingNext:
            Wording("Give it with {flag}.", "请用 {flag} 提供。", "{flag} で指定してください。")
        case .badDay:
            Wording(
                "'{text}' is no day. Write 2026-11-12, today, tomorrow or +7.",
                "“{text}”不是日期。请写 2026-11-12、今天、明天或 +7。",
                "「{text}」は日付ではありません。2026-11-12、今日、明日、+7 のように書いてください。")
        case .badMonth:
            Wording(
                "'{text}' is no month. Write 2026-11.", "“{text}”不是月份。请写 2026-11。",
                "「{text}」は月ではありません。2026-11 のように書いてください。")
        case .badMoment:
            Wording(
                "'{text}' is no moment. Write 2026-11-12, 2026-11-12T09:30 or 09:30.",
                "“{text}”不是时间。请写 2026-11-12、2026-11-12T09:30 或 09:30。",
                "「{text}」は時刻ではありません。2026-11-12、2026-11-12T09:30、09:30 のように書いてください。")
        case .badMoney:
            Wording(
                "'{text}' is no amount. Write yuan as 1840 or 1840.50, without commas.",
                "“{text}”不是金额。请写 1840 或 1840.50（元），不要千位逗号。",
                "「{text}」は金額ではありません。1840 や 1840.50 のように、桁区切りなしで書いてください。")
        case .badNumber:
            Wording(
                "'{text}' is no whole number from {from} to {to}.",
                "“{text}”不是 {from} 到 {to} 之间的整数。",
                "「{text}」は {from} から {to} までの整数ではありません。")
        case .badBytes:
            Wording(
                "'{text}' is no size. Write 800, 20k or 2M.",
                "“{text}”不是大小。请写 800、20k 或 2M。",
                "「{text}」は大きさではありません。800、20k、2M のように書いてください。")
        case .badWord:
            Wording(
                "'{text}' is none of these: {words}.", "“{text}”不在可选项中：{words}。",
                "「{text}」は選べません。次から選んでください：{words}。")
        case .identityLength:
            Wording(
                "An identity number has 18 characters; this has {count}.",
                "身份证号应为 18 位，输入了 {count} 位。",
                "身分証番号は 18 文字です。入力は {count} 文字でした。")
        case .identityCharacter:
            Wording(
                "Character {place} does not belong in an identity number.",
                "身份证号第 {place} 位字符不正确。", "身分証番号の {place} 文字目が正しくありません。")
        case .identityDay:
            Wording(
                "Digits 7 to 14 are no day of birth.", "第 7 至 14 位不是有效的出生日期。",
                "7 から 14 桁目が生年月日になっていません。")
        case .identityFuture:
            Wording(
                "Digits 7 to 14 are a day to come.", "第 7 至 14 位的出生日期在未来。",
                "7 から 14 桁目の生年月日が未来です。")
        case .identityCheck:
            Wording(
                "The check digit does not fit: one digit is mistyped.",
                "校验位不符：有一位数字输错了。", "検査数字が合いません。どこか 1 桁が間違っています。")
        case .identityNext:
            Wording(
                "Look at the card again; the number was not kept.",
                "请再核对证件；该号码未被保存。", "もう一度証明書を確認してください。番号は保存されていません。")
        case .interrupted:
            Wording(
                "Interrupted. What was recorded is safe; it is safe to repeat the command.",
                "已中断。已记录的内容是安全的，可以重新执行该命令。",
                "中断しました。記録済みの内容は安全です。もう一度実行してもかまいません。")
        }
    }
}
