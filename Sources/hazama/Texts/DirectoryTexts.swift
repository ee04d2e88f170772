import Fieldwork

/// What the office's commands say of the directory, of feeds and of packages.
enum DirectoryPhrase: Catalogue {
    case nextSync
    // Advisors of a street.
    case advisorsTitle, enoughTitle, enough, tooFew, tooFewNext

    var wording: Wording {
        switch self {
        case .nextSync:
            Wording(
                "Every machine has it after its next sync.", "各设备下次同步后即可看到。",
                "各端末には次の同期で届きます。")
        case .advisorsTitle: Wording("advisors", "顾问数", "相談員")
        case .enoughTitle: Wording("enough", "是否达标", "充足")
        case .enough: Wording("yes", "达标", "充足")
        case .tooFew: Wording("too few", "不足", "不足")
        case .tooFewNext:
            Wording(
                "{n} {n:street has|streets have} fewer than {least} advisors. Add one with: hazama admin advisor add",
                "有 {n} 个街道的顾问不足 {least} 名。添加：hazama admin advisor add",
                "{n} の街道で相談員が {least} 人に足りません。追加：hazama admin advisor add")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: DirectoryPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
