import Fieldwork

/// What is said of files between two machines, in English, Chinese and Japanese.
enum BundlePhrase: Catalogue {
    case cardWritten, cardNext, isCard, isShared
    case sharedWritten, sharedNext, sharedTaken, sharedKnown, sharedShown, sharedWaiting,
        sharedClosed
    case recordCarried, statusCarried, wipeRefusedCarried
    case damaged, damagedNext, otherHub, forOther, forOtherNext, ownCard, ownCardNext, stranger,
        strangerNext
    case expired, expiredNext, gap, gapNext

    var wording: Wording {
        switch self {
        case .cardWritten:
            Wording(
                "Card of this machine written, good until {time}.", "已写出本机名片，有效至 {time}。",
                "この端末の名刺を書きました。{time} まで有効です。")
        case .cardNext:
            Wording(
                "Hand it to your colleague. There: hazama bundle export FILE --for CARD",
                "请交给同事。对方执行：hazama bundle export 文件 --for 名片",
                "同僚に渡してください。相手の端末で：hazama bundle export ファイル --for 名刺")
        case .isCard:
            Wording(
                "The card of a machine of {name}, good until {time}.", "{name} 的设备名片，有效至 {time}。",
                "{name} の端末の名刺です。{time} まで有効です。")
        case .isShared:
            Wording(
                "Made for the machine {device} ({size}): nobody else can open it.",
                "给设备 {device} 的文件（{size}）：其他人无法打开。",
                "端末 {device} 宛てです（{size}）。ほかの人には開けません。")
        case .sharedWritten:
            Wording(
                "Written for {name}: {n} {n:change|changes} ({size}), of which {open} can be read there.",
                "已为 {name} 写出 {n} 项更改（{size}），其中 {open} 项对方可读。",
                "{name} 宛てに変更 {n} 件を書きました（{size}）。相手が読めるのは {open} 件です。")
        case .sharedNext:
            Wording(
                "Everything stays on this machine as well. What lies outside your common area only the hub can open.",
                "所有内容仍保留在本机。共同地区以外的内容只有中心能打开。",
                "内容はこの端末にも残ります。共通の地区の外のものはハブだけが開けます。")
        case .sharedTaken:
            Wording(
                "Taken along from {name}. The next sync hands all of it in.",
                "已收下 {name} 的内容。下次同步时全部递交。", "{name} から預かりました。次の同期ですべて届けます。")
        case .sharedKnown:
            Wording(
                "It was here already; nothing has changed.", "此文件已收过，没有任何变化。",
                "すでに預かっています。何も変わりません。")
        case .sharedShown:
            Wording(
                "{n} {n:change is|changes are} shown here now, marked {mark} until the hub has confirmed them.",
                "现在可看到 {n} 项更改，在中心确认前标有 {mark}。", "変更 {n} 件が見えます。ハブが確認するまで {mark} が付きます。")
        case .sharedWaiting:
            Wording(
                "{n} {n:is|are} shown after the next sync: what is here is newer than what was seen there.",
                "{n} 项在下次同步后显示：本机的内容比对方所见更新。", "{n} 件は次の同期のあとに見えます。この端末の内容の方が新しいためです。")
        case .sharedClosed:
            Wording(
                "{n} {n:is|are} sealed for the hub and can't be read here.", "{n} 项已封存，只有中心可读。",
                "{n} 件は封入されており、ここでは読めません。")
        case .recordCarried:
            Wording(
                "What is marked so came from a colleague's machine. The hub has not confirmed it yet.",
                "带此标记的内容来自同事的设备，中心尚未确认。", "この印の内容は同僚の端末から届いたもので、ハブはまだ確認していません。")
        case .statusCarried:
            Wording(
                "{n} {n:bundle|bundles} of colleagues to be handed in with the next sync.",
                "有同事的 {n} 个数据包，下次同步时递交。", "同僚の包みが {n} 個あります。次の同期で届けます。")
        case .wipeRefusedCarried:
            Wording(
                "Refused: {n} {n:bundle|bundles} of colleagues have not reached the hub. Sync first.",
                "已拒绝：同事的 {n} 个数据包尚未到达中心。请先同步。", "消去しません：同僚の包み {n} 個がまだハブに届いていません。先に同期してください。")
        case .damaged:
            Wording(
                "The file is cut short, altered, or none of ours. Nothing was taken in.",
                "文件不完整、被改动，或不是本程序的文件。没有导入任何内容。", "ファイルが途切れているか、変えられているか、別のものです。何も取り込んでいません。")
        case .damagedNext:
            Wording("Ask for it once more.", "请让对方重新提供。", "もう一度もらってください。")
        case .otherHub:
            Wording(
                "The file is for another hub. Nothing was taken in.", "此文件属于另一个中心。没有导入任何内容。",
                "別のハブのファイルです。何も取り込んでいません。")
        case .forOther:
            Wording(
                "The file was made for another machine. Nothing was taken in.",
                "此文件是给另一台设备的。没有导入任何内容。",
                "別の端末宛てのファイルです。何も取り込んでいません。")
        case .forOtherNext:
            Wording(
                "Give them a card of this machine: hazama bundle card FILE",
                "请交给对方本机名片：hazama bundle card 文件", "この端末の名刺を渡してください：hazama bundle card ファイル")
        case .ownCard:
            Wording(
                "This is the card of this machine itself. Nothing was written.",
                "这是本机自己的名片。没有写出任何内容。", "これはこの端末自身の名刺です。何も書いていません。")
        case .ownCardNext:
            Wording(
                "Take the card of your colleague's machine, who makes it with: hazama bundle card FILE",
                "请使用同事设备的名片，由同事执行：hazama bundle card 文件",
                "同僚の端末の名刺を使ってください。相手の端末で：hazama bundle card ファイル")
        case .stranger:
            Wording(
                "Whoever made it is no machine that this hub vouches for. Nothing was taken in.",
                "制作者不是本中心担保的设备。没有导入任何内容。", "作った端末をこのハブは保証していません。何も取り込んでいません。")
        case .strangerNext:
            Wording(
                "Do not pass it on. Ask the person, then tell your administrator.",
                "请勿转交。先询问对方，再告知管理员。", "人に渡さず、本人に確かめてから管理者に知らせてください。")
        case .expired:
            Wording(
                "The hub's word for one of the two machines is missing or has run out. Nothing was changed.",
                "两台设备之一没有中心的证明，或证明已过期。没有任何变化。", "どちらかの端末について、ハブの証明がないか期限が切れています。何も変わっていません。")
        case .expiredNext:
            Wording(
                "Sync both machines as soon as there is a signal, then make card and file anew.",
                "有信号时请先同步两台设备，再重新制作名片和文件。", "電波のあるところで両方を同期し、名刺とファイルを作り直してください。")
        case .gap:
            Wording(
                "A change is missing in it, or does not follow what came before. Nothing was taken in.",
                "其中缺少更改，或与先前的内容不相接。没有导入任何内容。", "変更が欠けているか、前のものとつながりません。何も取り込んでいません。")
        case .gapNext:
            Wording(
                "Ask for a new file; if it stays so, one of their machines may be a copy: tell your administrator.",
                "请让对方重新制作；如仍如此，对方可能有复制的设备，请告知管理员。",
                "作り直してもらってください。続くなら相手の端末が複製かもしれません。管理者に知らせてください。")
        }
    }
}

extension Console {
    func text(_ phrase: BundlePhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}
