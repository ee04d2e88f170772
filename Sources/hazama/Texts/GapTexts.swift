import Fieldwork

/// What is said of own work that this machine can't read any more.
enum GapPhrase: String, Catalogue {
    case lost, becameLost

    var wording: Wording {
        switch self {
        case .lost:
            Wording(
                "Your other work is safe. {n} {n:change|changes} can't be read any more on this "
                    + "machine and never reached the hub: see hazama outbox, and enter it again.",
                "您的其他工作都安全。本机有 {n} 项更改已无法读取，也未送达中心：请看 hazama outbox，并重新填写。",
                "他の記入は無事です。{n} 件の変更がこの端末で読めなくなり、ハブにも届いていません。"
                    + "hazama outbox を見て、入れ直してください。")
        case .becameLost:
            Wording(
                "lost on this machine: enter it again", "本机已无法读取，请重新填写",
                "この端末で失われました。入れ直してください")
        }
    }
}

extension Console {
    func text(_ phrase: GapPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
