// What is said of conflicts and of what was set aside, by the words and codes that travel: one list
// for the device, the office's commands and the console.

extension Words {
    /// A kind of conflict; the word itself for one of a newer hub.
    public static func conflict(_ word: String) -> Wording { kinds[word]?.name ?? same(word) }

    /// What is safe in a conflict of this kind, then what to do; empty for one of a newer hub.
    public static func explanation(_ word: String) -> Wording {
        kinds[word]?.explanation ?? same("")
    }

    /// Why conflicts of this kind are decided one by one; `nil` where many may be at once.
    public static func oneByOne(_ word: String) -> Wording? { alone[word] }

    /// What it is called to let a conflict of this kind be as it is.
    public static func standing(_ word: String) -> Wording {
        kinds[word]?.standing ?? Wording("let it stand", "保持原样", "このままにする")
    }

    /// That two records are one.
    public static let areOne = Wording("They are one", "是同一个", "同じである")

    /// That late work is undone.
    public static let putBack = Wording(
        "It does not fit: put back what it changed", "不合适：恢复到改动之前", "合わない：変更前に戻す")

    /// That one record is two.
    public static let areApart = Wording("Two records", "分为两条记录", "二つの記録に分ける")

    /// One step in the life of a conflict, or what somebody said of it.
    public static func step(_ word: String) -> Wording { steps[word] ?? same(word) }

    /// What somebody was about when they recorded something.
    public static func intent(_ word: String) -> Wording { intents[word] ?? same(word) }

    /// Why something was set aside, by its code.
    public static func aside(_ code: String) -> Wording { reasons[code] ?? same(code) }

    private static func same(_ word: String) -> Wording { Wording(word, word, word) }

    private typealias Kind = (name: Wording, explanation: Wording, standing: Wording?)

    private static let kinds: [String: Kind] = [
        "value": (
            Wording("Two values", "两个值不同", "値の食い違い"),
            Wording(
                "Nothing is lost: every value is kept. People who did not know of each other's entry wrote different values into the same field; say which one holds.",
                "没有丢失任何内容：每个值都保留。几位填写人在互不知情的情况下，对同一字段填写了不同的值；请决定以哪个为准。",
                "何も失われていません。どの値も残っています。互いの記入を知らずに、同じ項目へ異なる値が記入されました。どれを有効とするか決めてください。"),
            nil
        ),
        "group": (
            Wording("Two groups of values", "一组值不同", "値の組の食い違い"),
            Wording(
                "Nothing is lost: every group is kept. These values belong together and are never mixed; keep one whole group, or enter another.",
                "没有丢失任何内容：每一组都保留。这些值属于一组，不会混合；请保留其中一整组，或另填一组。",
                "何も失われていません。どの組も残っています。これらの値はひと組で、混ぜることはありません。ひと組を残すか、別の組を入力してください。"),
            nil
        ),
        "contestation": (
            Wording("Something signed is contested", "对已签署内容有异议", "署名済みの内容への異議"),
            Wording(
                "What was received first stands, and the other entry is kept beside it. Say which one holds, or let it stand.",
                "先收到的内容有效，另一份内容也保留在旁。请决定以哪一份为准，或保持原样。",
                "先に受け取った内容が有効で、もう一方も並べて残っています。どちらを有効とするか決めるか、このままにしてください。"),
            nil
        ),
        "deletion": (
            Wording("Void or not", "是否作废", "無効かどうか"),
            Wording(
                "Nothing is erased: the record and all work on it are kept. One person made it void or brought it back while another did otherwise; say whether it holds.",
                "没有删除任何内容：记录和所有相关工作都保留。有人将记录作废或恢复，同时另一人作了相反处理；请决定记录是否有效。",
                "何も消されていません。記録とその内容はすべて残っています。一方が無効（または復活）にし、同時に他方が別の扱いをしました。この記録を有効とするか決めてください。"),
            nil
        ),
        "capacity": (
            Wording("Beyond what there is", "超出限额", "限度を超過"),
            Wording(
                "All entries are kept. Together they go beyond what there is: somebody has to give way, or there has to be more.",
                "所有记录都保留。各项合计超出了限额：需要有一方退让，或增加限额。",
                "記録はすべて残っています。合計が限度を超えています。どれかを譲るか、限度を増やしてください。"),
            Wording("All entries stand", "各项都保留", "すべて有効とする")
        ),
        "states": (
            Wording("Steps that don't fit together", "步骤不相容", "両立しない手続き"),
            Wording(
                "Both steps are kept. Two people took it to different states, and neither leads on from the other; say where it stands.",
                "两个步骤都保留。两人把它推进到不同的状态，而且不能相互衔接；请决定现在处于哪个状态。",
                "どちらの手続きも残っています。二人が別々の状態に進めており、どちらからどちらへも続きません。今の状態を決めてください。"),
            nil
        ),
        "key": (
            Wording("One number, two records", "同一号码，两条记录", "番号の重複"),
            Wording(
                "All registrations are kept. Only one record can have this value, and several claim it; say whose it is.",
                "所有登记都保留。只有一条记录可以有这个值，却有多条同时使用；请决定属于哪一条。",
                "登録はすべて残っています。この値を持てるのは一件だけですが、複数の記録が使っています。どの記録のものか決めてください。"),
            Wording("They share it: all keep it", "确实共用：全部保留", "共有している：すべて残す")
        ),
        "reference": (
            Wording("Lies with a void record", "所属记录已作废", "無効な記録に属する"),
            Wording(
                "Both records are kept. This one was recorded with another that was made void, and nobody knew of both; bring the other back, make this one void as well, or leave it.",
                "两条记录都保留。这一条属于另一条，而另一条已作废，双方当时互不知情；请恢复另一条，或将这一条也作废，或保持原样。",
                "どちらの記録も残っています。この記録が属する記録は、互いに知らないまま無効にされました。元に戻すか、こちらも無効にするか、このままにしてください。"),
            Wording("Leave it with the void record", "仍归已作废的记录", "無効な記録に属したままにする")
        ),
        "premise": (
            Wording("Decided on what has changed", "依据已变", "前提の変化"),
            Wording(
                "The decision is kept, and so is what it was computed from. Somebody who did not know of it changed a value it rests on; compute it again, or let it stand.",
                "决定及其依据都保留。它依据的一个值被不知情的人改动了；请重新计算，或保持原样。",
                "決定も、そのもとの値も残っています。もとになった値が、その決定を知らない人によって変えられました。計算し直すか、このままにしてください。"),
            Wording("The decision stands", "决定仍然有效", "決定は有効のまま")
        ),
        "late": (
            Wording("Late work", "迟到的记录", "遅れて届いた記録"),
            Wording(
                "It has been taken up, and nothing is lost. It was written when its author's authority had already ended, and touches what was changed since; keep it if it fits, or put back what it changed.",
                "记录已采纳，没有丢失。它是在作者权限结束之后写的，并涉及之后有改动的内容；请核对：合适则保留，不合适则恢复到改动之前。",
                "取り込み済みで、何も失われていません。担当の権限が終わった後に書かれ、その後に変わった内容に触れています。合っていれば残し、合わなければ変更前に戻してください。"),
            Wording("It fits: it stays", "合适，予以保留", "問題なし：そのまま残す")
        ),
        "fork": (
            Wording("A copied device", "设备被复制", "複製された端末"),
            Wording(
                "Both pasts are kept. Two devices wrote under one name: one is a copy, or was put back from a backup. Have the copy enrolled anew, and look at what was set aside.",
                "两份历史都保留。两台设备以同一名称写入：其中一台是副本，或由备份还原。请让副本重新登记，并查看已搁置的内容。",
                "両方の履歴が残っています。二台の端末が同じ名前で書き込みました。一方は複製か、バックアップから戻されたものです。複製を登録し直し、保留中の内容を確認してください。"),
            Wording("I have seen to it", "已处理", "対応しました")
        ),
        "schema": (
            Wording("Can't be read as it is meant", "不符合现行格式", "形式に合わない"),
            Wording(
                "It is kept as it came, and is in no record yet: it does not fit what records can hold. Return it to its author, to be entered again.",
                "内容原样保留，尚未写入任何记录：它不符合记录的格式。请退回作者重新填写。",
                "届いたまま保存され、まだどの記録にも入っていません。記録の形式に合わないためです。記入者に返し、入れ直してもらってください。"),
            Wording("I have seen it: it stays set aside", "已查看，继续搁置", "確認した（保留のまま）")
        ),
        "failure": (
            Wording("Not taken up", "未能采纳", "取り込めなかった記録"),
            Wording(
                "It is kept, and is in no record yet. The reason stands below: take it up, return it to its author, or discard it together with a second person.",
                "内容已保存，尚未写入任何记录。原因见下：可采纳、退回作者，或由两人决定丢弃。",
                "保存されており、まだどの記録にも入っていません。理由は下のとおりです。取り込むか、記入者に返すか、二人で破棄するか決めてください。"),
            Wording("I have seen it: it stays set aside", "已查看，继续搁置", "確認した（保留のまま）")
        ),
        "duplicate": (
            Wording("Perhaps registered twice", "疑似重复登记", "重複登録の疑い"),
            Wording(
                "Both records are kept, whatever is decided. They may be one household or one person registered twice: said to be one, they are shown as one and can be parted again; said to be two, nobody is asked again.",
                "无论如何决定，两条记录都保留。它们可能是同一家庭或同一人的重复登记：认定为同一后合并显示，可以再拆开；认定为不同后，不再询问。",
                "どう決めても、二件とも残ります。同じ世帯または人が二度登録された可能性があります。同じとすれば一件として表示し、後で戻せます。別とすれば、もう尋ねません。"),
            Wording("They are two: nobody is asked again", "不是同一个，不再询问", "別である（もう尋ねない）")
        ),
        "loss": (
            Wording("Lost on a device", "设备上的记录已损坏", "端末で失われた記録"),
            Wording(
                "Everything else of this device is safe. One entry, by its number, could no longer be read there and never came here: what it said is lost unless a copy turns up, which is then taken by itself. Ask its author to enter it again.",
                "该设备的其他记录都安全。其中一条（见编号）在设备上已无法读取，也从未送达：除非找到副本（会自动采纳），内容已丢失。请作者重新填写。",
                "この端末の他の記録は無事です。一件（番号のもの）が端末で読めなくなり、ここには届いていません。写しが見つかれば自動で取り込みますが、なければ失われています。記入者に入れ直してもらってください。"
            ),
            Wording("It has been entered again", "已重新填写", "入れ直してもらった")
        ),
    ]

    private static let alone: [String: Wording] = [
        "key": Wording(
            "Whose number it is differs from case to case.", "号码属于谁，须逐一核实。",
            "番号が誰のものかは、一件ごとに確かめるものです。"),
        "fork": Wording(
            "Each copied device has to be found and enrolled anew.", "每台被复制的设备都须找到并重新登记。",
            "複製された端末は、一台ごとに見つけて登録し直すものです。"),
        "schema": Wording(
            "Each goes back to its author; what a mended program can take up is taken up by itself.",
            "须逐一退回作者；程序修复后能采纳的会自动采纳。",
            "一件ごとに記入者へ返します。直ったプログラムで取り込めるものは自動で取り込まれます。"),
        "failure": Wording(
            "Each has a reason of its own; what lacked authority is taken up once that is given.",
            "各有各的原因；因缺少权限而搁置的，授权后会自动采纳。",
            "理由は一件ごとに違います。権限がなかったものは、権限が与えられれば自動で取り込まれます。"),
        "loss": Wording(
            "Only its author can say what was lost, and enter it again.", "只有作者知道丢失了什么，并能重新填写。",
            "何が失われたかを知り、入れ直せるのは記入者だけです。"),
    ]

    private static let steps: [String: Wording] = [
        "acceptance": Wording("agrees", "同意", "同意"),
        "approval": Wording("approves", "批准", "承認"),
        "approved": Wording("approved", "已批准", "承認"),
        "assigned": Wording("given to", "指派给", "割り当て"),
        "claimed": Wording("taken on by", "接手", "担当"),
        "closed": Wording("ended by itself", "自行消除", "自然に解消"),
        "comment": Wording("comments", "评论", "コメント"),
        "decided": Wording("decided", "作出决定", "決定"),
        "objection": Wording("objects", "提出异议", "異議"),
        "opened": Wording("opened", "出现冲突", "発生"),
        "proposal": Wording("proposes", "提议", "提案"),
        "proposed": Wording("proposed", "提议", "提案"),
        "question": Wording("asks", "询问", "質問"),
        "reopened": Wording("opened again", "重新打开", "再開"),
        "reopening": Wording("opens it again", "重新打开", "再開"),
        "standing": Wording("lets it stand", "保持原样", "このままとする"),
        "undone": Wording("decision taken back", "撤回决定", "決定の取り消し"),
    ]

    private static let intents: [String: Wording] = [
        "arrival": Wording("a file arrived", "文件到达", "ファイルの到着"),
        "correction": Wording("correction", "更正", "訂正"),
        "first load": Wording("first load", "初始导入", "初期登録"),
        "follow-up": Wording("follow-up", "跟踪", "見守り"),
        "move": Wording("move to another area", "移交其他区域", "地区の移動"),
        "proposal": Wording("proposal", "提议", "提案"),
        "registration": Wording("registration", "登记", "登録"),
        "resolution": Wording("decision", "裁定", "決定"),
        "restatement": Wording(
            "stated again by the office, to be decided", "由中心重新列出，待裁定", "決定のためハブが再掲"),
        "undo": Wording("undo", "撤销", "取り消し"),
        "visit": Wording("visit", "走访", "訪問"),
    ]

    private static let reasons: [String: Wording] = [
        "HZ-5001": Wording("larger than one change may be", "超过单份改动的大小", "一件の変更として大きすぎる"),
        "HZ-5002": Wording(
            "written in the name of somebody else", "以他人名义填写", "別の人の名前で書かれた"),
        "HZ-5003": Wording(
            "its author had no authority there", "作者当时没有该处权限", "記入者にその権限がなかった"),
        "HZ-5004": Wording(
            "its author's authority had ended more than 30 days before", "作者权限已结束超过30天",
            "記入者の権限が終わって30日を過ぎていた"),
        "HZ-5005": Wording("it does not fit the record's form", "不符合记录的格式", "記録の形式に合わない"),
        "HZ-5006": Wording(
            "written by a newer program: it waits for the hub's update", "由更新的程序填写，等待中心升级",
            "新しいプログラムで書かれた（ハブの更新を待つ）"),
        "HZ-5007": Wording("written by another kind of program", "由不同的程序填写", "別の方式で書かれた"),
        "HZ-5008": Wording("it changes what was signed", "改动了已签署的内容", "署名済みの内容を変えている"),
        "HZ-5009": Wording(
            "it settles a conflict, which is for the office", "它裁定了冲突，而这应由办公室决定",
            "競合を決めているが、それは事務所の役目"),
        "HZ-5010": Wording("it comes from a copied device", "来自被复制的设备", "複製された端末から届いた"),
        "HZ-5011": Wording("the device had been revoked", "设备已被撤销", "端末は取り消されていた"),
        "HZ-5012": Wording("the hub failed over it twice", "中心处理时两次出错", "ハブが二度処理に失敗した"),
        "HZ-5013": Wording("the record would become too large", "记录会过大", "記録が大きくなりすぎる"),
        "HZ-5014": Wording(
            "its author does not hold the office it needs", "作者没有相应的职务", "記入者がその職にない"),
        "HZ-5201": Wording(
            "its copy here can't be read: enter it again", "本机副本无法读取，请重新填写",
            "この端末の控えが読めない（入れ直してください）"),
    ]
}
