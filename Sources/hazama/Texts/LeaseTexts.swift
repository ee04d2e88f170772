import Fieldwork

/// What is said of how long a machine may show records without contact.
enum LeasePhrase: Catalogue {
    case over, overNext, takenOutNext, none, left, ending, hidden

    var wording: Wording {
        switch self {
        case .over:
            Wording(
                "This machine has not met the hub for too long, and shows no records until it does.",
                "本机太久未与中心联系，再次联系之前不显示任何记录。",
                "この端末は長くハブに接続していないため、接続するまで記録を表示しません。")
        case .overNext:
            Wording(
                "Sync when there is a line: hazama sync. Visits, notes and new households are recorded "
                    + "as before. If the clock of this machine is wrong, set it.",
                "有网络时请同步：hazama sync。走访、记录和新住户照常登记。若本机时钟有误，请校准。",
                "回線のあるときに同期してください：hazama sync。訪問・メモ・新しい世帯はこれまでどおり記録できます。"
                    + "端末の時計が狂っていれば合わせてください。")
        case .takenOutNext:
            Wording(
                "Send what you have: hazama sync. To read here again, ask the office for a new code.",
                "请发送已有内容：hazama sync。若要再次在此查看，请向办公室索取新的登记码。",
                "手元の内容を送信してください：hazama sync。再びここで読むには、事務所に新しいコードを頼んでください。")
        case .none:
            Wording(
                "This machine has not synced yet: there is nothing to show.",
                "本机尚未同步：暂无可显示的内容。", "この端末はまだ同期していません。表示するものはありません。")
        case .left:
            Wording(
                "Reading without contact: {time} left, until {end}.",
                "离线阅读还可用 {time}，至 {end}。", "接続なしの閲覧は残り {time}、{end} まで。")
        case .ending:
            Wording(
                "Sync within {time}: after that this machine shows no records until it has.",
                "请在 {time} 内同步：此后本机在同步之前不显示记录。",
                "{time} 以内に同期してください。その後は同期するまで記録を表示しません。")
        case .hidden:
            Wording(
                "What is recorded of it is not shown before the next sync.",
                "下次同步之前不显示其已有记录。", "次の同期まで、その記録は表示しません。")
        }
    }
}

extension Console {
    func text(_ phrase: LeasePhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
