import Fieldwork

/// What the kinds of conflict and the acts on them are called, by the words of the hub's API.
enum ConflictWords {
    /// A kind; the word itself for one of a newer hub.
    static func name(_ word: String) -> Wording {
        switch word {
        case "value":
            Wording(
                "Two values",
                "两个值不同",
                "値の食い違い")
        case "group":
            Wording(
                "Two groups of values",
                "一组值不同",
                "値の組の食い違い")
        case "contestation":
            Wording(
                "Something signed is contested",
                "对已签署内容有异议",
                "署名済みの内容への異議")
        case "deletion":
            Wording(
                "Void or not",
                "是否作废",
                "無効かどうか")
        case "capacity":
            Wording(
                "Beyond what there is",
                "超出限额",
                "限度を超過")
        case "states":
            Wording(
                "Steps that don't fit together",
                "步骤不相容",
                "両立しない手続き")
        case "key":
            Wording(
                "One number, two records",
                "同一号码，两条记录",
                "番号の重複")
        case "reference":
            Wording(
                "Lies with a void record",
                "所属记录已作废",
                "無効な記録に属する")
        case "premise":
            Wording(
                "Decided on what has changed",
                "依据已变",
                "前提の変化")
        case "late":
            Wording(
                "Late work",
                "迟到的记录",
                "遅れて届いた記録")
        case "fork":
            Wording(
                "A copied device",
                "设备被复制",
                "複製された端末")
        case "schema":
            Wording(
                "Can't be read as it is meant",
                "不符合现行格式",
                "形式に合わない")
        case "failure":
            Wording(
                "Not taken up",
                "未能采纳",
                "取り込めなかった記録")
        case "duplicate":
            Wording(
                "Perhaps registered twice",
                "疑似重复登记",
                "重複登録の疑い")
        default: Wording(word, word, word)
        }
    }

    /// Why people are asked; empty for a kind of a newer hub.
    static func explanation(_ word: String) -> Wording {
        switch word {
        case "value":
            Wording(
                "People who did not know of each other's entry wrote different values into the same field.",
                "几位填写人在互不知情的情况下，对同一字段填写了不同的值。",
                "互いの記入を知らずに、同じ項目へ異なる値が記入されました。")
        case "group":
            Wording(
                "These values belong together and are never mixed: one whole group is kept, or another entered.",
                "这些值属于一组，不会混合：保留其中一整组，或另填一组。",
                "これらの値はひと組で、混ぜることはありません。ひと組を残すか、別の組を入力します。")
        case "contestation":
            Wording(
                "What was received first stands, and somebody else wrote otherwise.",
                "先收到的内容有效，但另有人填写了不同内容。",
                "先に受け取った内容が有効ですが、別の人が異なる内容を記入しました。")
        case "deletion":
            Wording(
                "One voided the record or brought it back while another did otherwise.",
                "有人将记录作废或恢复，同时另一人作了相反处理。",
                "一方が記録を無効（または復活）にし、同時に他方が別の扱いをしました。")
        case "capacity":
            Wording(
                "Together the entries go beyond what there is. All of them are kept; somebody has to give way, or there has to be more.",
                "各项合计超出了限额。所有记录都保留；需要有一方退让，或增加限额。",
                "合計が限度を超えています。記録はすべて残ります。どれかを譲るか、限度を増やす必要があります。")
        case "states":
            Wording(
                "Two people took it to different states, and neither leads on from the other.",
                "两人把它推进到不同的状态，而且两者不能相互衔接。",
                "二人が別々の状態に進めており、どちらからどちらへも続きません。")
        case "key":
            Wording(
                "Only one record can have this value, and several claim it. All registrations are kept.",
                "只有一条记录可以有这个值，却有多条同时使用。所有登记都保留。",
                "この値を持てるのは一件だけですが、複数の記録が使っています。登録はすべて残ります。")
        case "reference":
            Wording(
                "This was recorded with another record that was made void without anybody knowing of the other.",
                "此记录所属的另一条记录已作废，而双方当时互不知情。",
                "この記録の親となる記録が、互いに知らないまま無効にされています。")
        case "premise":
            Wording(
                "A decision was computed from a value that somebody changed without knowing of the decision. It should be computed again.",
                "某项决定依据的值，被不知情的人改动了。应重新计算。",
                "ある決定のもとになった値が、その決定を知らない人によって変えられています。計算し直す必要があります。")
        case "late":
            Wording(
                "This was written when its author's authority had already ended, and touches what was changed since. It has been taken up and should be looked at.",
                "作者的权限当时已结束，而且涉及之后有改动的内容。记录已采纳，请复核。",
                "担当の権限が終わった後に書かれ、その後に変わった内容に触れています。取り込み済みですので、確認してください。")
        case "fork":
            Wording(
                "Two devices wrote under one name: one is a copy, or was put back from a backup. Both pasts are kept. The copy has to enrol anew.",
                "两台设备以同一名称写入：其中一台是副本，或由备份还原。两份历史都保留；副本须重新登记。",
                "二台の端末が同じ名前で書き込みました。一方は複製か、バックアップから戻されたものです。両方の履歴を残します。複製は登録し直してください。")
        case "schema":
            Wording(
                "This change set does not fit what records can hold. It is kept as it came and is in no record yet.",
                "这份改动不符合记录的格式。原样保留，尚未写入任何记录。",
                "この変更は記録の形式に合いません。届いたまま保存され、まだどの記録にも入っていません。")
        case "failure":
            Wording(
                "This change set is kept and is in no record yet. The reason stands below. It stays here until somebody closes it.",
                "这份改动已保存，但尚未写入任何记录，原因见下。在有人处理之前一直列在这里。",
                "この変更は保存されていますが、まだどの記録にも入っていません。理由は下のとおりです。誰かが処理するまでここに残ります。")
        case "duplicate":
            Wording(
                "These two records may be one household or one person, registered twice. Both are kept. Said to be one, they are shown as one and can be parted again; said to be two, nobody is asked again.",
                "这两条记录可能是同一家庭或同一人的重复登记。两条都保留。认定为同一后合并显示，可以再拆开；认定为不同后，不再询问。",
                "この二件は、同じ世帯または人が二度登録された可能性があります。どちらも残ります。同じとすれば一件として表示し、後で戻せます。別とすれば、もう尋ねません。")
        default: Wording("", "", "")
        }
    }

    /// What may be decided beside a value.
    static func act(_ word: String) -> Wording {
        switch word {
        case "stand": Wording("let it stand", "保持原样", "このままにする")
        case "split": Wording("two records", "分为两条记录", "二つの記録に分ける")
        case "join": Wording("they are one", "是同一个", "同じである")
        default: Wording(word, word, word)
        }
    }
}
