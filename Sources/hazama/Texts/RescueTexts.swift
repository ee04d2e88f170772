import Fieldwork

/// What is said of a store that can't be opened any more, in English, Chinese and Japanese.
enum RescuePhrase: Catalogue {
    case rescueFirst, rescued, rescueNext, rescueLost, rescueNothing, rescueUntouched
    case rescueImpossible

    var wording: Wording {
        switch self {
        case .rescueFirst:
            Wording(
                "Stop writing on this machine. Save what only it has: hazama doctor --rescue FILE",
                "请停止在本机写入。保存仅在本机的内容：hazama doctor --rescue 文件",
                "この端末での記入を止めてください。ここにしかないものを救い出します：hazama doctor --rescue ファイル")
        case .rescued:
            Wording(
                "Saved in {files}: {n} {n:change|changes} that the hub may not have, sealed for it.",
                "已存入 {files}：中心可能没有的 {n} 项更改，已为中心封存。",
                "{files} に保存しました：ハブにないかもしれない変更 {n} 件を、ハブ宛てに封入しました。")
        case .rescueNext:
            Wording(
                "Move the folder {path} aside and keep it: photos lie there. Then hazama enroll, "
                    + "hazama bundle import FILE and hazama sync, here or on any other machine.",
                "请将文件夹 {path} 移到别处保留（照片在其中）。然后在本机或其他设备上执行 hazama enroll、"
                    + "hazama bundle import 文件 和 hazama sync。",
                "フォルダー {path} を別の場所に移して残してください（写真があります）。次に、この端末かほかの端末で"
                    + " hazama enroll、hazama bundle import ファイル、hazama sync を実行してください。")
        case .rescueLost:
            Wording(
                "{n} {n:change|changes} can't be read any more. The rest is safe; tell your "
                    + "administrator what you remember writing.",
                "有 {n} 项更改已无法读取。其余内容安全；请将您记得的内容告知管理员。",
                "変更 {n} 件はもう読めません。ほかは安全です。書いた覚えのあることを管理者に知らせてください。")
        case .rescueNothing:
            Wording(
                "Nothing was found that the hub may not have. No file was written.",
                "没有找到中心可能没有的内容。未写出文件。",
                "ハブにないかもしれないものは見つかりません。ファイルは書いていません。")
        case .rescueUntouched:
            Wording("Nothing was changed.", "没有任何变化。", "何も変わっていません。")
        case .rescueImpossible:
            Wording(
                "Keep the folder {path} as it is and tell your operator: not even whose store it is "
                    + "can be read.",
                "请保持文件夹 {path} 不变，并告知运维人员：连其归属也无法读取。",
                "フォルダー {path} をそのまま残し、運用担当者に知らせてください。誰の保存領域かも読めません。")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: RescuePhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
