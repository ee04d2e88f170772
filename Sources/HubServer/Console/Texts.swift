/// Everything the console says, in all its languages. A phrase without one of them does not
/// compile.
///
/// `%1`, `%2` … stand for what the page puts in.
enum Phrase: CaseIterable, Sendable {
    case console
    case skipToContent
    case asOf
    case news
    case showNews
    case language
    case logIn
    case logOut
    case name
    case password
    case wrongPassword
    case tooManyTries
    case sessionEnded
    case conflictQueue
    case noConflicts
    case conflictCount
    case filter
    case apply
    case state
    case anyUnresolved
    case anyState
    case area
    case anyArea
    case stake
    case highStakes
    case ordinaryStakes
    case anyStakes
    case record
    case field
    case kind
    case authors
    case sides
    case theSides
    case waiting
    case assignee
    case nobody
    case proposals
    case open
    case assigned
    case proposed
    case resolved
    case reopenedTimes
    case areOneExplained
    case putBackExplained
    case stillValid
    case isVoid
    case isTheirs
    case bringBack
    case voidAsWell
    case takeUp
    case returnIt
    case discard
    case setAside
    case setAsideExplained
    case noLongerAside
    case notAdmissible
    case firstToDiscard
    case send
    case giveTo
    case alike
    case anyKind
    case due
    case bulk
    case needsSecond
    case letStandExplained
    case splitSide
    case noSuchColleague
    case approvedBy
    case takeBack
    case proposedDecision
    case approve
    case proposedBy
    case askAuthor
    case askOwner
    case toEverybody
    case say
    case assign
    case dependsOnIt
    case theHub
    case itsLife
    case asks
    case bulkExplained
    case ruleNewest
    case ruleOldest
    case rulePrevious
    case preview
    case bulkCount, bulkLeft
    case bulkNothing
    case bulkNever, bulkNotHigh
    case ruleValid, ruleBringBack
    case page
    case previousPage
    case nextPage
    case backToQueue
    case claim
    case claimedByYou
    case shownMeanwhile
    case nothingShown
    case statedEmpty
    case yes
    case no
    case base
    case baseExplained
    case noBase
    case side
    case by
    case device
    case madeAt
    case correctedTo
    case receivedAt
    case position
    case clockDiffers
    case sawValue
    case sawNothing
    case sawThis
    case intent
    case reasonGiven
    case differs
    case discussion
    case noDiscussion
    case proposes
    case comments
    case decide
    case keepSide
    case otherValue
    case otherValueExplained
    case cannotCompose
    case yuan
    case leaveEmpty
    case reason
    case reasonExplained
    case check
    case checkTitle
    case checkExplained
    case before
    case after
    case endedSides
    case save
    case changeAgain
    case chooseFirst
    case reasonMissing
    case reasonTooLong
    case valueDoesNotFit
    case fieldDoesNotFit
    case staleView
    case alreadyResolved
    case yourDraft
    case decision
    case earlierDecision
    case proposalSaved
    case decidedBy
    case decisionSaved
    case nextConflict
    case somethingWrong
    case notFoundText
    case notAllowedText
    case foreignOriginText
    case busyText
    case failedText
    case seconds
    case minutes
    case hours
    case days

    /// The words in English, Chinese and Japanese.
    var words: (en: String, zh: String, ja: String) {
        switch self {
        case .console: ("Hazama console", "Hazama 管理台", "Hazama 管理画面")
        case .skipToContent: ("Skip to the content", "跳到正文", "本文へ移動")
        case .asOf: ("As of %1", "数据截至 %1", "%1 現在")
        case .news:
            (
                "Something has happened here since this page was made. Nothing on it is lost.",
                "此页打开后情况有变化。页面上的内容不会丢失。",
                "このページを開いた後に変化がありました。ここにあるものは失われません。"
            )
        case .showNews: ("Show it", "查看", "表示する")
        case .language: ("Language", "语言", "言語")
        case .logIn: ("Log in", "登录", "ログイン")
        case .logOut: ("Log out", "退出登录", "ログアウト")
        case .name: ("Name", "姓名", "名前")
        case .password: ("Password", "密码", "パスワード")
        case .wrongPassword:
            ("Name or password is wrong.", "姓名或密码不正确。", "名前またはパスワードが違います。")
        case .tooManyTries:
            (
                "Too many tries. Wait %1 seconds.", "尝试次数过多，请等待 %1 秒。",
                "試行回数が多すぎます。%1 秒お待ちください。"
            )
        case .sessionEnded:
            (
                "Your login has ended, and nothing was saved. Log in: what you wrote comes back.",
                "登录已失效，内容未保存。请重新登录，您填写的内容会恢复。",
                "ログインの有効期限が切れ、保存されていません。再度ログインすると、入力内容が戻ります。"
            )
        case .conflictQueue: ("Conflicts", "冲突列表", "競合の一覧")
        case .noConflicts:
            ("There is no conflict here.", "这里没有冲突。", "該当する競合はありません。")
        case .conflictCount: ("%1 in this list", "共 %1 项", "%1 件")
        case .filter: ("Filter", "筛选", "絞り込み")
        case .apply: ("Show", "显示", "表示")
        case .state: ("State", "状态", "状態")
        case .anyUnresolved: ("Not resolved", "未解决", "未解決")
        case .anyState: ("All", "全部", "すべて")
        case .area: ("Area", "区域", "地区")
        case .anyArea: ("All areas", "全部区域", "すべての地区")
        case .stake: ("Stakes", "影响程度", "重要度")
        case .highStakes: ("High stakes", "影响重大", "影響が大きい")
        case .ordinaryStakes: ("Ordinary", "一般", "通常")
        case .anyStakes: ("All stakes", "全部程度", "すべての重要度")
        case .record: ("Record", "记录", "記録")
        case .field: ("Field", "字段", "項目")
        case .kind: ("Kind", "类型", "種類")
        case .authors: ("Authors", "填写人", "記入者")
        case .sides: ("Sides", "版本数", "版の数")
        case .theSides: ("The sides", "各个版本", "それぞれの版")
        case .waiting: ("Waiting", "已等待", "経過")
        case .assignee: ("Taken by", "处理人", "担当")
        case .nobody: ("nobody", "无人", "なし")
        case .proposals: ("Proposals", "建议", "提案")
        case .open: ("Open", "待处理", "未着手")
        case .assigned: ("Taken", "处理中", "担当あり")
        case .proposed: ("Proposed", "已有建议", "提案あり")
        case .resolved: ("Resolved", "已解决", "解決済み")
        case .reopenedTimes: ("opened again: %1", "重新打开 %1 次", "再開 %1 回")
        case .stillValid: ("not void: the record holds", "未作废：记录有效", "無効ではない：記録は有効")
        case .isVoid: ("void: %1", "作废：%1", "無効：%1")
        case .isTheirs:
            (
                "It belongs to %1; the others give it up", "属于%1，其余记录不再使用",
                "%1 のものとし、ほかは使わない"
            )
        case .bringBack: ("Bring %1 back", "恢复%1", "%1 を元に戻す")
        case .voidAsWell:
            ("Make what was recorded with it void as well", "把属于它的这条也作废", "これに属する記録も無効にする")
        case .takeUp: ("Take it up", "采纳", "取り込む")
        case .returnIt: ("Return it to its author", "退回作者", "記入者に返す")
        case .discard: ("Discard it (two people)", "丢弃（需两人）", "破棄する（二人で）")
        case .setAside: ("What becomes of it", "如何处理", "どう扱うか")
        case .setAsideExplained:
            (
                "Whatever is chosen, the hub keeps it in its log. A reason is required; its author will read it.",
                "无论选择哪一种，中心的日志都会保留它。理由必填，作者会看到。",
                "どれを選んでも、ハブの記録には残ります。理由は必須で、記入者が読みます。"
            )
        case .noLongerAside:
            (
                "Nothing was done: it is not set aside any more, or still waits for something that has not arrived. Look at the list again.",
                "未作任何操作：它已不在搁置中，或仍在等待尚未到达的内容。请再看列表。",
                "何も行っていません。すでに保留ではないか、まだ届いていないものを待っています。一覧をもう一度見てください。"
            )
        case .notAdmissible:
            (
                "Nothing was done: it can't be taken up as it is. Return it to its author, who can enter it again.",
                "未作任何操作：无法照原样采纳。请退回作者重新填写。",
                "何も行っていません。このままでは取り込めません。記入者に返し、入れ直してもらってください。"
            )
        case .firstToDiscard:
            (
                "Nothing is discarded yet. You are the first who wants it; ask a colleague to do the same here.",
                "尚未丢弃。您是第一个提出的人；请同事在此作同样的处理。",
                "まだ破棄していません。破棄を求めたのはあなたが最初です。同僚にここで同じ操作を頼んでください。"
            )
        case .send: ("Send", "发送", "送る")
        case .giveTo: ("Give it to", "交给", "担当を頼む人")
        case .areOneExplained:
            (
                "Nothing is moved and nothing is lost: each record keeps what was written in it, and both are shown as one until this is taken back.",
                "不移动、不丢失任何内容：两条记录各自保留原有内容，合并显示，撤回后恢复为两条。",
                "何も移動せず、失われません。どちらの記録も元の内容を保ち、取り消すまで一件として表示されます。"
            )
        case .putBackExplained:
            (
                "All that it set, added or counted and that still holds is as it was before; a record that it made becomes void. Notes stay. Nothing is erased, and this can be taken back.",
                "它设置、添加或计入且仍然有效的内容都恢复原状；它新建的记录作废；备注保留。不删除任何内容，可以撤回。",
                "設定・追加・加算され今も有効な内容は元に戻り、これで作られた記録は無効になります。メモは残ります。何も消されず、取り消すこともできます。"
            )
        case .askOwner:
            (
                "Ask %1, who works on this device", "询问使用该设备的%1", "この端末を使う %1 に質問する"
            )
        case .bulkNever: ("Decided one by one", "须逐一决定", "一件ずつ決めるもの")
        case .bulkNotHigh:
            (
                "What much depends on is looked at each time.", "影响重大的，每一项都须查看。",
                "影響の大きいものは、その都度確かめます。"
            )
        case .ruleValid: ("The records hold", "记录有效", "記録は有効とする")
        case .ruleBringBack:
            ("Bring back what they lie with", "恢复它们所属的记录", "属する先を元に戻す")
        case .alike: ("Alike: %1 of 100", "相似度：%1（满分 100）", "類似度：%1（100 点満点）")
        case .anyKind:
            (
                "Any kind",
                "任何类型",
                "すべての種類"
            )
        case .due:
            (
                "Due",
                "期限",
                "期限"
            )
        case .bulk:
            (
                "Decide many at once",
                "批量决定",
                "まとめて決める"
            )
        case .needsSecond:
            (
                "This is decided by two people: what one proposes, another approves.",
                "此事须由两人决定：一人提议，另一人批准。",
                "これは二人で決めます。一人が提案し、別の人が承認します。"
            )
        case .letStandExplained:
            (
                "All sides stay as they are, and are no conflict any more until something new comes.",
                "各方保持原样，在出现新情况之前不再视为冲突。",
                "どの内容もそのまま残し、新しいことが起きるまで競合として扱いません。"
            )
        case .splitSide:
            (
                "These are two: side %1 becomes a record of its own",
                "其实是两条：把版本 %1 另立一条记录",
                "実は二件：版 %1 を別の記録にする"
            )
        case .noSuchColleague:
            (
                "Nobody of that name may decide conflicts.",
                "没有可决定冲突的同名人员。",
                "その名前で競合を決められる人はいません。"
            )
        case .approvedBy:
            (
                "approved by %1",
                "由 %1 批准",
                "%1 が承認"
            )
        case .takeBack:
            (
                "Take the decision back",
                "撤回决定",
                "決定を取り消す"
            )
        case .proposedDecision:
            (
                "Proposed decision",
                "待批准的决定",
                "提案された決定"
            )
        case .approve:
            (
                "Approve",
                "批准",
                "承認する"
            )
        case .proposedBy:
            (
                "Proposed by %1, %2",
                "%1 于 %2 提议",
                "提案者 %1、%2"
            )
        case .askAuthor:
            (
                "Ask the author of side %1 (%2)",
                "询问版本 %1 的填写人（%2）",
                "版 %1 の記入者（%2）に質問"
            )
        case .toEverybody:
            (
                "To everybody",
                "告知所有人",
                "全員へ"
            )
        case .say:
            (
                "Say something",
                "发言",
                "発言する"
            )
        case .assign:
            (
                "Assign",
                "指派",
                "割り当てる"
            )
        case .dependsOnIt:
            (
                "What was computed from it",
                "以此为依据的决定",
                "これをもとにした決定"
            )
        case .theHub:
            (
                "the hub",
                "中心",
                "ハブ"
            )
        case .itsLife:
            (
                "Its life so far",
                "处理经过",
                "これまでの経過"
            )
        case .asks:
            (
                "asks the author of side %1",
                "询问版本 %1 的填写人",
                "版 %1 の記入者に質問"
            )
        case .bulkExplained:
            (
                "Choose one field and one rule. You will see every record before anything is done, and one undo takes all of it back. What is high-stakes is never decided this way.",
                "选择一个字段和一条规则。执行之前会列出每条记录，并可一次撤回。影响重大的内容不会这样决定。",
                "項目と規則を一つずつ選びます。実行前にすべての記録を確認でき、一度に取り消せます。影響の大きいものは対象外です。"
            )
        case .ruleNewest:
            (
                "Keep the latest",
                "保留最新的",
                "最も新しいものを残す"
            )
        case .ruleOldest:
            (
                "Keep the earliest",
                "保留最早的",
                "最も古いものを残す"
            )
        case .rulePrevious:
            (
                "Back to what it was before",
                "恢复到原来的值",
                "元の値に戻す"
            )
        case .preview:
            (
                "Preview",
                "预览",
                "確認する"
            )
        case .bulkLeft:
            (
                "%1 more do not fit into one decision. They stay open and can follow.",
                "另有 %1 项放不进一次决定：仍未解决，可随后再处理。",
                "あと %1 件は一度の決定に収まりません。未解決のまま残るので、続けて決定できます。"
            )
        case .bulkCount:
            (
                "%1 records would change.",
                "将改动 %1 条记录。",
                "%1 件の記録が変わります。"
            )
        case .bulkNothing:
            (
                "Nothing to decide there.",
                "没有可决定的内容。",
                "決めるものはありません。"
            )
        case .page: ("Page %1 of %2", "第 %1 页，共 %2 页", "%2 ページ中 %1")
        case .previousPage: ("Previous page", "上一页", "前のページ")
        case .nextPage: ("Next page", "下一页", "次のページ")
        case .backToQueue: ("Back to the list", "返回列表", "一覧に戻る")
        case .claim: ("Take it", "由我处理", "担当する")
        case .claimedByYou: ("You have taken this.", "由您处理。", "あなたが担当しています。")
        case .shownMeanwhile: ("Shown meanwhile", "目前显示", "現在の表示")
        case .nothingShown: ("nothing", "不显示", "表示なし")
        case .statedEmpty: ("stated to be empty", "明确为空", "空と記入")
        case .yes: ("yes", "是", "はい")
        case .no: ("no", "否", "いいえ")
        case .base: ("Common base", "共同的原值", "共通の元の値")
        case .baseExplained:
            (
                "What all sides last had in common.", "各版本分歧之前的共同值。", "各版が分かれる前の共通の値です。"
            )
        case .noBase:
            (
                "The sides have nothing in common: nothing was written here before.",
                "各版本没有共同的原值：此前没有填写过。", "共通の元の値はありません。以前の記入がありません。"
            )
        case .side: ("Side %1", "版本 %1", "版 %1")
        case .by: ("Author", "填写人", "記入者")
        case .device: ("Device", "设备", "端末")
        case .madeAt: ("Made (device's clock)", "填写时间（设备时钟）", "記入（端末の時計）")
        case .correctedTo: ("Made (hub's clock)", "填写时间（服务器时钟）", "記入（ハブの時計）")
        case .receivedAt: ("Received", "收到时间", "受信")
        case .position: ("Position %1", "位置 %1", "位置 %1")
        case .clockDiffers: ("the device's clock is off by %1", "设备时钟相差 %1", "端末の時計が %1 ずれています")
        case .sawValue: ("Author saw", "填写时看到", "記入時の表示")
        case .sawNothing: ("no value", "没有值", "値なし")
        case .sawThis: ("at position %1", "位置 %1 的内容", "位置 %1 時点")
        case .intent: ("Occasion", "事由", "用件")
        case .reasonGiven: ("Reason given", "说明", "理由")
        case .differs: ("differs", "不同", "相違")
        case .discussion: ("Discussion", "讨论", "話し合い")
        case .noDiscussion: ("Nobody has said anything yet.", "还没有人发言。", "まだ発言はありません。")
        case .proposes: ("proposes side %1", "建议保留版本 %1", "版 %1 を提案")
        case .comments: ("comments", "评论", "コメント")
        case .decide: ("Decide", "作出决定", "決定する")
        case .keepSide: ("Keep side %1", "保留版本 %1", "版 %1 を残す")
        case .otherValue: ("Enter another value", "填写另一个值", "別の値を入力する")
        case .otherValueExplained:
            (
                "A field left empty is stored as stated to be empty.", "留空的字段将记为“明确为空”。",
                "空欄は「空と記入」として保存されます。"
            )
        case .cannotCompose:
            (
                "Another value can't be entered here for this field.", "此字段不能在这里另填值。",
                "この項目には、ここで別の値を入力できません。"
            )
        case .yuan: ("yuan", "元", "元")
        case .leaveEmpty: ("(empty)", "（空）", "（空）")
        case .reason: ("Reason", "理由", "理由")
        case .reasonExplained:
            (
                "Required. The authors of all sides will read it.", "必填。各版本的填写人都会看到。",
                "必須です。各版の記入者が読みます。"
            )
        case .check: ("Check the decision", "核对决定", "決定を確認")
        case .checkTitle: ("Is this right?", "请核对", "よろしいですか")
        case .checkExplained:
            (
                "Nothing is saved yet. The decision is told to the authors and stays in the history.",
                "尚未保存。决定将通知填写人，并保留在历史中。", "まだ保存されていません。決定は記入者に知らされ、履歴に残ります。"
            )
        case .before: ("Shown until now", "此前显示", "これまでの表示")
        case .after: ("Will be shown", "今后显示", "これからの表示")
        case .endedSides: ("Sides that this decides", "本决定所涉版本", "この決定の対象となる版")
        case .save: ("Save the decision", "保存决定", "決定を保存")
        case .changeAgain: ("Change it", "返回修改", "修正する")
        case .chooseFirst:
            (
                "Choose a side, or enter another value.", "请选择一个版本，或填写另一个值。",
                "版を選ぶか、別の値を入力してください。"
            )
        case .reasonMissing: ("Give a reason.", "请填写理由。", "理由を入力してください。")
        case .reasonTooLong: ("The reason is too long.", "理由过长。", "理由が長すぎます。")
        case .valueDoesNotFit: ("The value does not fit the field.", "该值不符合字段要求。", "値が項目に合いません。")
        case .fieldDoesNotFit:
            (
                "\u{201c}%1\u{201d} can't be read or is out of range.", "“%1”无法识别或超出范围。",
                "「%1」が読み取れないか、範囲外です。"
            )
        case .staleView:
            (
                "The conflict has changed since you looked, and nothing was saved. This is the state now; what you entered is below.",
                "您查看之后冲突已有变化，决定未保存。下面是最新状态，您填写的内容仍保留。",
                "表示した後に競合が変わったため、保存していません。以下が現在の状態です。入力内容は残っています。"
            )
        case .alreadyResolved:
            (
                "%1 has resolved this already. Nothing of yours was saved.", "%1 已解决此冲突。您的决定未保存。",
                "%1 がすでに解決しました。あなたの決定は保存していません。"
            )
        case .yourDraft: ("What you had entered", "您填写的内容", "あなたの入力内容")
        case .earlierDecision: ("An earlier decision", "此前的决定", "以前の決定")
        case .proposalSaved:
            (
                "Your proposal is kept. Nothing changes until a second person approves it here.",
                "您的提议已保存。在另一人于此批准之前，什么都不会改变。",
                "提案を保存しました。別の人がここで承認するまで、何も変わりません。"
            )
        case .decision: ("Decision", "决定", "決定")
        case .decidedBy: ("decided by %1, %2", "%1 于 %2 决定", "%1、%2 決定")
        case .decisionSaved: ("The decision is saved.", "决定已保存。", "決定を保存しました。")
        case .nextConflict: ("Next conflict", "下一项冲突", "次の競合")
        case .somethingWrong: ("That did not work", "操作未成功", "うまくいきませんでした")
        case .notFoundText: ("There is nothing at this address.", "此地址没有内容。", "このアドレスには何もありません。")
        case .notAllowedText:
            (
                "You have no authority for this.", "您没有此项权限。", "この操作の権限がありません。"
            )
        case .foreignOriginText:
            (
                "The form did not come from this page, or the page was too old. Nothing was done; open the page again.",
                "表单不是来自本页面，或页面已过期。未作任何操作，请重新打开页面。",
                "このページからの送信ではないか、ページが古くなっています。何も行っていません。開き直してください。"
            )
        case .busyText:
            (
                "The hub is busy. Nothing is lost; try again in a moment.", "服务器繁忙。内容没有丢失，请稍后再试。",
                "ハブが混み合っています。失われたものはありません。少し後でお試しください。"
            )
        case .failedText:
            (
                "The hub failed. Nothing is lost; try again, and tell its operator.",
                "服务器出错。内容没有丢失，请重试并告知运维人员。", "ハブでエラーが起きました。失われたものはありません。再度試し、運用担当へ連絡してください。"
            )
        case .seconds: ("%1 s", "%1 秒", "%1 秒")
        case .minutes: ("%1 min", "%1 分钟", "%1 分")
        case .hours: ("%1 h", "%1 小时", "%1 時間")
        case .days: ("%1 d", "%1 天", "%1 日")
        }
    }
}

extension Language {
    /// Returns a phrase in this language, with `%1`, `%2` … replaced.
    func say(_ phrase: Phrase, _ values: String...) -> String {
        let words = phrase.words
        let pattern =
            switch self {
            case .english: words.en
            case .chinese: words.zh
            case .japanese: words.ja
            }
        guard !values.isEmpty else { return pattern }
        var result = ""
        var rest = pattern[...]
        // From left to right, so that a value that looks like a place is not filled again.
        while let mark = rest.firstIndex(of: "%") {
            result += rest[..<mark]
            let after = rest.index(after: mark)
            if after < rest.endIndex, let place = rest[after].wholeNumberValue,
                values.indices.contains(place - 1)
            {
                result += values[place - 1]
                rest = rest[rest.index(after: after)...]
            } else {
                result += "%"
                rest = rest[after...]
            }
        }
        return result + rest
    }
}
