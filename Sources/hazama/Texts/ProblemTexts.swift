import Fieldwork
import SyncProtocol

extension Problem.Code {
    /// What the hub's refusal means and what to do next, in the person's language.
    var wording: Wording {
        switch self {
        case .malformed, .wrongMediaType, .wrongMethod, .notFound:
            Wording(
                text + " This program and the hub may be of different versions.",
                "中心无法理解该请求，未保存任何内容。本程序与中心的版本可能不一致。",
                "ハブが要求を理解できませんでした。何も保存されていません。版が合っていない可能性があります。")
        case .unknownVersion:
            Wording(
                text, "中心不支持此版本。请升级较旧的一方。",
                "ハブはこの版に対応していません。古い方を更新してください。")
        case .tooLarge:
            Wording(
                text, "请求过大。请用 --max-bytes 分次发送。",
                "要求が大きすぎます。--max-bytes で分けて送ってください。")
        case .badBundle:
            Wording(
                text, "该文件不是给本中心的数据包，或已损坏。未导入任何内容。",
                "このハブ宛ての包みではないか、壊れています。何も取り込まれていません。")
        case .badSignature:
            Wording(
                text, "签名不符，未保存任何内容。如果一直如此，请告知管理员。",
                "署名が合いません。何も保存されていません。続く場合は管理者に知らせてください。")
        case .unknownReplica:
            Wording(
                text, "中心没有登记这台设备。请用新的登记码重新登记。",
                "この端末はハブに登録されていません。新しいコードで登録してください。")
        case .awaitingApproval:
            Wording(
                text, "本设备正在等待管理员批准，请稍后再试。",
                "この端末は管理者の承認待ちです。後でもう一度試してください。")
        case .revoked:
            Wording(
                text, "本设备已被停用。发送的内容会保留，但不再接收内容。",
                "この端末は失効しました。送った内容は保管されますが、受信はできません。")
        case .wrongEpoch:
            Wording(
                text, "中心曾从备份恢复。本设备会自动重新提交您的工作。",
                "ハブが復元されました。端末は自動的に作業を再提出します。")
        case .unknownMark:
            Wording(
                text, "中心曾恢复为较旧的副本。本设备会自动出示证明并重新提交您的工作。",
                "ハブが古い複製に戻されました。端末が自動的に証明を示し、作業を再提出します。")
        case .badCode:
            Wording(
                text, "登记码错误、已使用或已过期。请索取新的登记码。",
                "コードが違うか、使用済みか、期限切れです。新しいコードを受け取ってください。")
        case .replicaTaken:
            Wording(
                text, "该设备名已被另一密钥使用。请重新登记。",
                "その端末名は別の鍵が使っています。登録し直してください。")
        case .notLoggedIn:
            Wording(
                "Log in first: hazama admin login.", "请先登录：hazama admin login。",
                "先にログインしてください：hazama admin login。")
        case .badPassword:
            Wording(text, "用户名或密码错误。", "名前またはパスワードが違います。")
        case .notAllowed:
            Wording(text, "您没有此项权限。", "その権限がありません。")
        case .foreignOrigin:
            Wording(
                text, "该请求来自其他网站，未执行。", "要求は別のサイトから来たため、実行しませんでした。")
        case .noSuchConflict: Wording(text, "没有这个冲突。", "その競合はありません。")
        case .staleView:
            Wording(
                text, "您查看之后该冲突已有变化。请重新查看后再决定。",
                "表示の後に競合が変わりました。もう一度見てから決めてください。")
        case .reasonRequired:
            Wording(text, "必须说明理由。", "理由が必要です。")
        case .alreadyResolved:
            Wording(text, "该冲突已经解决。", "その競合はすでに解決しています。")
        case .badChoice:
            Wording(text, "该冲突没有这一方。", "その競合にその候補はありません。")
        case .badValue: Wording(text, "该值不符合字段要求。", "その値は項目に合いません。")
        case .noProposal: Wording(text, "这里没有待批准的提议。", "承認を待つ提案はありません。")
        case .notDecided: Wording(text, "这里没有可以撤回的决定。", "取り消せる決定はありません。")
        case .noSuchDevice: Wording(text, "没有这台设备。", "その端末はありません。")
        case .noSuchPerson: Wording(text, "没有这个人员。", "その人はいません。")
        case .noSuchArea: Wording(text, "没有这个区域。", "その地区はありません。")
        case .noSuchGrant: Wording(text, "没有这项授权。", "その権限はありません。")
        case .noSuchRecord: Wording(text, "没有这条记录。", "その記録はありません。")
        case .noSuchChangeSet:
            Wording(text, "隔离区中没有这一项。", "隔離中にその名前のものはありません。")
        case .notAdmissible:
            Wording(
                text, "无法按原样接纳。请退回给作者，由其重新录入。",
                "このままでは受け入れられません。記入者に差し戻し、入力し直してもらってください。")
        case .secondPersonRequired:
            Wording(
                text, "需要另一人同意。您已经表示过同意。",
                "もう一人の同意が必要です。あなたはすでに同意しています。")
        case .noSuchRules:
            Wording(text, "没有这个目录。请先查看已有的目录。", "その目録はありません。一覧を見てください。")
        case .rulesRefused:
            Wording(
                text, "未采用该目录。所有人仍按原目录办理。",
                "この目録は採用されませんでした。これまでの目録が引き続き使われます。")
        case .noSuchFile:
            Wording(
                text, "您可查看的记录中没有这个文件，或者它尚未到达。",
                "閲覧できる記録にそのファイルはないか、まだ届いていません。")
        case .wrongBytes:
            Wording(
                text, "收到的内容与记录所载不符，已丢弃；请重新发送该文件。",
                "届いた内容が記録と一致しないため破棄しました。もう一度送ってください。")
        case .fileQuota:
            Wording(
                text, "本设备的文件已达上限。该文件未被保存。",
                "この端末のファイルは上限に達しました。保存されていません。")
        case .tooManyRequests:
            Wording(
                text, "请求过于频繁，请稍候。", "要求が多すぎます。少し待ってください。")
        case .busy:
            Wording(
                text, "中心繁忙。没有丢失任何内容，请再试。",
                "ハブが混んでいます。何も失われていません。もう一度試してください。")
        case .storageFull:
            Wording(
                text, "中心的磁盘已满。没有丢失任何内容；须由运维人员腾出空间。",
                "ハブのディスクがいっぱいです。何も失われていません。運用担当者が空きを作る必要があります。")
        case .failed:
            Wording(
                text, "中心出错。没有丢失任何内容；请再试，并告知运维人员。",
                "ハブで障害が起きました。何も失われていません。再試行し、運用担当者に知らせてください。")
        }
    }

    /// How a command ends that met it.
    var exitStatus: ExitStatus {
        switch self {
        case .awaitingApproval, .unknownReplica, .revoked, .notLoggedIn,
            .badPassword, .badCode, .replicaTaken:
            .locked
        case .tooManyRequests, .busy, .storageFull, .failed: .refusedForNow
        case .unknownVersion: .tooOld
        case .badSignature: .integrity
        case .staleView, .secondPersonRequired: .decisionNeeded
        case .reasonRequired, .badChoice, .badValue: .usage
        case .malformed, .wrongMediaType, .tooLarge, .badBundle, .notFound, .wrongMethod,
            .wrongEpoch, .unknownMark, .notAllowed, .foreignOrigin, .noSuchConflict,
            .noSuchDevice, .noSuchPerson, .noSuchArea, .noSuchGrant, .noSuchRecord,
            .noSuchChangeSet, .noSuchFile, .wrongBytes, .fileQuota,
            .notAdmissible, .alreadyResolved, .noProposal, .notDecided, .noSuchRules,
            .rulesRefused:
            .failed
        }
    }
}
