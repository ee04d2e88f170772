import Fieldwork

/// What is said of facts that somebody does not believe.
enum FactPhrase: Catalogue {
    case objected, notKnownNow, knownAgain, notObjected, notObjectedNext

    var wording: Wording {
        switch self {
        case .objected: Wording("objected to", "有异议", "異議あり")
        case .notKnownNow:
            Wording(
                "The fact stays as it was stated; rules take it as not known until somebody has looked.",
                "该事实保持原样；在有人核实之前，规则视其为未知。", "この事実はそのまま残りますが、確認されるまで規則では不明として扱います。")
        case .knownAgain:
            Wording(
                "The fact counts again. Who objected, and why, stays with it.",
                "该事实恢复有效；异议及其原因仍保留。", "この事実は再び有効です。異議とその理由は残ります。")
        case .notObjected:
            Wording("Nobody objects to this fact.", "没有人对该事实提出异议。", "この事実に異議はありません。")
        case .notObjectedNext:
            Wording(
                "See what there is: hazama fact list {id}", "查看：hazama fact list {id}",
                "一覧：hazama fact list {id}")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: FactPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
