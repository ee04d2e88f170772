import Fieldwork

/// What the office is told of a conflict beside its sides.
enum ConflictPhrase: Catalogue {
    case due, highStakes, needsTwoPersons, reopenedTimes, restsOnIt, approvedBy, theHub
    case putsBack, canBeAsked, noticeOfDevice
    case noticeAssigned, noticeGivenOn, yoursToDecide

    var wording: Wording {
        switch self {
        case .due: Wording("due", "期限", "期限")
        case .highStakes:
            Wording(
                "high stakes: never decided in bulk", "影响重大：不可批量决定", "影響が大きい：まとめて決められません")
        case .needsTwoPersons:
            Wording("decided by two people", "须由两人决定", "二人で決めます")
        case .reopenedTimes:
            Wording("opened again: {n}", "重新打开 {n} 次", "再開 {n} 回")
        case .restsOnIt:
            Wording("rests on it", "以此为依据", "これに基づくもの")
        case .approvedBy: Wording("approved by {name}", "由 {name} 批准", "{name} が承認")
        case .theHub: Wording("the hub", "中心", "ハブ")
        case .putsBack: Wording("put back, it would change", "恢复后将改变", "戻すと変わるもの")
        case .canBeAsked:
            Wording(
                "{name} works on this device, and can be asked: comment … --ask device",
                "该设备由{name}使用，可以询问：comment … --ask device",
                "この端末を使う {name} に質問できます：comment … --ask device")
        case .noticeAssigned:
            Wording(
                "{by} gave you a conflict to decide by {due}: {kind}. {record} [{id}] {unit}",
                "{by} 把一项冲突交给您，请在 {due} 前决定：{kind}。{record} [{id}] {unit}",
                "{by} が競合をあなたに割り当てました。{due} までに決めてください：{kind}。{record} [{id}] {unit}")
        case .noticeGivenOn:
            Wording(
                "{by} gave a conflict that was yours to somebody else: {kind}. {record} [{id}] {unit}",
                "{by} 已把原由您处理的冲突转交他人：{kind}。{record} [{id}] {unit}",
                "{by} があなたの担当だった競合を別の人に渡しました：{kind}。{record} [{id}] {unit}")
        case .yoursToDecide:
            Wording(
                "yours to decide by {due}: {record} {unit}", "请您在 {due} 前决定：{record} {unit}",
                "{due} までにあなたが決めます：{record} {unit}")
        case .noticeOfDevice:
            Wording(
                "{by} asks about your work on this machine: “{text}” Call the office, or enter "
                    + "what was lost again.",
                "{by} 就您在本机上的工作提问：“{text}”请致电办公室，或重新填写丢失的内容。",
                "{by} からこの端末での作業についての質問：「{text}」事務所に電話するか、失われた内容を入れ直してください。")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: ConflictPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
