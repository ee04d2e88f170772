import Fieldwork

/// What the program says of packages, cards, assessments and places.
enum HelpPhrase: Catalogue {
    // Facts at the door.
    case factStated, whoseFact, whoseFactNext

    var wording: Wording {
        switch self {
        case .factStated:
            Wording(
                "Also stated as a fact: {key} = {text}", "同时记为事实：{key} = {text}",
                "事実としても記録しました：{key} = {text}")
        case .whoseFact:
            Wording(
                "{key} is a person's, and several or none live here.",
                "{key} 属于个人，而此户有多人或无人登记。", "{key} は個人の項目で、ここの人は一人ではありません。")
        case .whoseFactNext:
            Wording(
                "Say whose, with --about and an id: {list}", "请用 --about 指明是谁：{list}",
                "--about で誰のものかを指定してください：{list}")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: HelpPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }

    func hint(_ phrase: HelpPhrase, _ values: KeyValuePairs<String, String> = [:]) {
        hint(Line(text(phrase, values)))
    }
}
