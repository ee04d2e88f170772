import Fieldwork

/// Everything the program says, in English, Chinese and Japanese.
///
/// A text says first what is safe, then what happened, then what to do next. Names of commands and
/// flags are never translated. A colon before a value is the language's own.
enum Phrase: Catalogue {
    // Marks, as words.
    case markConflict, markDuplicate, markUnsent, markCarried, markPartlySent, markDurable
    case markQuarantined
    // Small words.
    case yes, no, nothingShown, statedEmpty, yuan, seconds, minutes, hours, days, todayAt, never,
        you
    // What was typed.
    case answerMissing, answerMissingNext, badDay, badMonth, badMoment, badMoney, badNumber
    case badBytes, badLink, badWord
    case identityLength, identityCharacter, identityDay, identityFuture, identityCheck, identityNext
    case interrupted
    // Entries.
    case entries, undecided, noHome, noHomeNext, unsentLine
    // What is safe.
    case earlierIsSafe, notRecorded, nothingUndone, nothingChanged, nothingLost, stillReadable
    // The store.
    case storeBusy, tryAgain, notEnrolled, notEnrolledNext, awaitingApproval, revokedHere
    case copiedHere, storeForeign, tellOperator, storeNewer, upgrade, keyMissing
    case alreadyEnrolled, otherHome, outsideGrants, tellAdministrator, severalGrants
    case noSuchRecord, findFirst, noSuchChangeSet, seeOutbox, nothingToRecord, tooLarge
    case failedOtherwise, clockExhausted, setClock, storeDamaged, recordDamaged, syncAgain
    case leftOut
    case runDoctor, badAnswer
    case diskFull, makeRoom, storeReadOnly, diskFailed, pathNoFolder, pathNoFile
    case pathForeign, pathOpen, pathOpenNext, pathReadOnly, pathUnreachable, badFile
    // Edits.
    case unitOfNewer, editSigned, sideNotChosen, sideNotChosenNext, noSuchSide, ownSide
    case ownSideNext, notDisputed, notInSet, addedAndRemoved, outOfRange, tooLong
    case forbiddenCharacter, undoAppended, undoSigned, undoSeveral, undoUnknown
    case noStep, noStepNext, undoMovedOn, undoMovedOnNext, undoNothingLeft, movedOn
    // The hub.
    case retryAfter, unreachable, tryWithConnection, tooSlow, untrusted, untrustedNext
    case answerTooLarge, garbled, portalNext, addressPlain, badAddress, oddAnswer
    // Ids.
    case badID, ambiguousID, noSuchArea, noArea, syncFirst, notHereThen, seeLog
    // Questions.
    case askHeadName, askAddress, askArea, askPersonName, askIdentityNumber, askNote
    case askAnswer, askOutcome, askHow, askWhat, askDue, askConfirm, askReason, askPassword
    case askCode, notConfirmed, incomeAlone, noteAlone, oneAnswer, factNeedsAnswer
    case keepOrValue, badGroup
    // Records.
    case registered, personAdded, maybeKnown, maybeKnownNext, askKnown, askedOffice, keptApart,
        noDuplicates
    case duplicateScore, nothingFound, listCut, recordHeld
    case recordSetAside, recordStale, recordDisputed, visit, visitStarted, visitNext
    case visitEnded, visitCancelled, alreadyStarted, noOpenVisit, startVisit, noSuchVisit
    case severalVisits, seeVisits, underWay, noteKept, answerKept, followAdded, followNext
    case overdue, why, flag, dueToday, dueSince, dueOn, nothingDue, inboxWaits
    // Status.
    case statusUnsent, statusAllSent, statusRecordsSent, statusHeld, statusConflicts
    case statusQuarantined
    case noReceipt, lastReceipt, clockWrong, lastSync, statusNext
    // Lists.
    case when, intent, records, record, unit, sides, became, changeSets, received
    case positions, area, areas, digest, total, person, machine, fingerprint, hub, store
    case state, authors, age, lastSyncTitle, unsentTitle
    case becameUnsent, becameApplied, becameAnchored, becameConflicted, becameLate
    case becameHeld, becameQuarantined, becameDiscarded
    case outboxEmpty, nothingWritten, receiptBadSignature
    case receiptForeign, receiptOtherHash, receiptBrokenChain, receiptOtherNote
    case receiptOtherReach, receiptsWrong, notesWrong, receiptsFit
    case receiptsMissing, asSeen, logIsLocal, writtenHere, fromHub, noDifference
    case digestDiffers, digestsFit
    // Conflicts.
    case base, noConflicts, noSuchConflict, severalConflicts, seeConflicts, conflictNext
    case proposalKept, commentKept
    // Inbox.
    case office, noticeDecision, noticeReturned, noticeDiscarded
    case noticeFork, noticeQuestion, inboxEmpty, inboxNext
    case markedRead
    // Undo.
    case undoneUnsent, undoneSent, doctorBroken, doctorMends, statusAlarm
    // Office.
    case noAdministrator, loginFirst, loggedIn, loggedOut, hubHolds, codeMade
    case statePending, stateApproved, stateRevoked, stateCopied, approveNext
    case deviceApproved, deviceRevoked, stateOpen, stateAssigned, stateProposed
    case stateResolved, shownMeanwhile, decidedBy, writtenBy, clockAhead, clockBehind
    case sawBefore, resolveNext, claimed, resolved, kindOfConflict, proposedDecision
    case waitsForSecond, bulkNext, answered, noAnswerHere
    case wouldMove, moved, leavesTitle, entersTitle, staysTitle, bytesTitle, endedTitle
    case lockedNow, unlockedNow, wrongPassphrase, lockFirst, storeLocked, unlockFirst, wipeRefused
    case wipeConfirm, wiped, deliveredFor, takenOff
    case leftReassigned, leftRevoked
    case rolesTitle, copiesNext, copiesOut, stageReturned, stageDiscarding, secondPersonNext
    case quarantineAdmitted, quarantineReturned, quarantineDiscarded
    case grantEnded, personDeactivated, personReactivated, rolesSet
    case officeAdded, officeAddedNext, passwordMade, passwordNext
    // Sync and enrolment.
    case enrolled, approvalNext, approvedNow, badDeviceName, badCode, badCodeNext
    case otherAuthority, newerHub, noProgress, safeHere, safeAllSent, safeFilesHere, sending,
        hubWorks
    case transferring, receiving, newEpoch, repairing, digestRepaired, exchanged
    case digestStillDiffers
    case allStored, recordsStored, cutShort, wouldSend, wouldReceive, wouldTake, bundlesDelivered,
        bundlesRefused, bundlesWait, watchSpent
    case bundlesRefusedNext
    case bundleEmpty, bundleWritten, bundleCarry, bundleReceipts, bundleTaken, bundleIsReceipts
    case bundleIsSealed, syncConflicts, syncQuarantined
    // Files.
    case fileTitle, fileAdded, fileAsItIs, fileTellsPlace, fileTooLarge, filePicture, noSuchFile,
        fileWritten
    case fileWanted, fileUnsent, fileHere, fileAtOffice, fileAwaited, fileLost
    case fileGoes, fileComes, filesSent, filesReceived, filesUnsent, filesRefused, wouldSendFiles,
        wouldSendOnlyFiles
    case wipeRefusedFiles

    var wording: Wording {
        switch self {
        case .markConflict: Wording("conflict", "冲突", "競合")
        case .markDuplicate: Wording("possible duplicate", "疑似重复", "重複の疑い")
        case .markUnsent: Wording("not sent", "未发送", "未送信")
        case .markCarried: Wording("carried here, not confirmed yet", "带来的，尚未确认", "届けられた未確認の内容")
        case .markPartlySent: Wording("partly sent", "部分已发送", "一部送信済み")
        case .markDurable: Wording("stored at the hub", "中心已存", "ハブに保存済み")
        case .markQuarantined: Wording("set aside", "已隔离", "隔離中")

        case .yes: Wording("yes", "是", "はい")
        case .no: Wording("no", "否", "いいえ")
        case .nothingShown: Wording("(not known)", "（未知）", "（不明）")
        case .statedEmpty: Wording("(none)", "（无）", "（なし）")
        case .yuan: Wording("{amount} yuan", "{amount} 元", "{amount} 元")
        case .seconds: Wording("{n} s", "{n} 秒", "{n} 秒")
        case .minutes: Wording("{n} min", "{n} 分钟", "{n} 分")
        case .hours: Wording("{n} h", "{n} 小时", "{n} 時間")
        case .days: Wording("{n} d", "{n} 天", "{n} 日")
        case .todayAt: Wording("today {time}", "今天 {time}", "今日 {time}")
        case .never: Wording("never", "从未", "なし")
        case .you: Wording("you", "您", "あなた")

        case .answerMissing:
            Wording(
                "An answer is missing, and nobody can be asked here: {question}",
                "缺少一项回答，此处无法提问：{question}",
                "回答が足りませんが、ここでは質問できません：{question}")
        case .answerMissingNext:
            Wording("Give it with {flag}.", "请用 {flag} 提供。", "{flag} で指定してください。")
        case .badDay:
            Wording(
                "'{text}' is no day. Write 2026-11-12, today, tomorrow or +7.",
                "“{text}”不是日期。请写 2026-11-12、今天、明天或 +7。",
                "「{text}」は日付ではありません。2026-11-12、今日、明日、+7 のように書いてください。")
        case .badMonth:
            Wording(
                "'{text}' is no month. Write 2026-11.", "“{text}”不是月份。请写 2026-11。",
                "「{text}」は月ではありません。2026-11 のように書いてください。")
        case .badMoment:
            Wording(
                "'{text}' is no moment. Write 2026-11-12, 2026-11-12T09:30 or 09:30.",
                "“{text}”不是时间。请写 2026-11-12、2026-11-12T09:30 或 09:30。",
                "「{text}」は時刻ではありません。2026-11-12、2026-11-12T09:30、09:30 のように書いてください。")
        case .badMoney:
            Wording(
                "'{text}' is no amount. Write yuan as 1840 or 1840.50, without commas.",
                "“{text}”不是金额。请写 1840 或 1840.50（元），不要千位逗号。",
                "「{text}」は金額ではありません。1840 や 1840.50 のように、桁区切りなしで書いてください。")
        case .badNumber:
            Wording(
                "'{text}' is no whole number from {from} to {to}.",
                "“{text}”不是 {from} 到 {to} 之间的整数。",
                "「{text}」は {from} から {to} までの整数ではありません。")
        case .badBytes:
            Wording(
                "'{text}' is no size. Write 800, 20k or 2M.",
                "“{text}”不是大小。请写 800、20k 或 2M。",
                "「{text}」は大きさではありません。800、20k、2M のように書いてください。")
        case .badLink:
            Wording(
                "'{text}' is no line. Write 2g, 3g, 4g, or bits per second as 50k.",
                "“{text}”不是线路。请写 2g、3g、4g，或每秒比特数，如 50k。",
                "「{text}」は回線ではありません。2g、3g、4g、または毎秒のビット数を 50k のように書いてください。")
        case .badWord:
            Wording(
                "'{text}' is none of these: {words}.", "“{text}”不在可选项中：{words}。",
                "「{text}」は選べません。次から選んでください：{words}。")
        case .identityLength:
            Wording(
                "An identity number has 18 characters; this has {count}.",
                "身份证号应为 18 位，输入了 {count} 位。",
                "身分証番号は 18 文字です。入力は {count} 文字でした。")
        case .identityCharacter:
            Wording(
                "Character {place} does not belong in an identity number.",
                "身份证号第 {place} 位字符不正确。", "身分証番号の {place} 文字目が正しくありません。")
        case .identityDay:
            Wording(
                "Digits 7 to 14 are no day of birth.", "第 7 至 14 位不是有效的出生日期。",
                "7 から 14 桁目が生年月日になっていません。")
        case .identityFuture:
            Wording(
                "Digits 7 to 14 are a day to come.", "第 7 至 14 位的出生日期在未来。",
                "7 から 14 桁目の生年月日が未来です。")
        case .identityCheck:
            Wording(
                "The check digit does not fit: one digit is mistyped.",
                "校验位不符：有一位数字输错了。", "検査数字が合いません。どこか 1 桁が間違っています。")
        case .identityNext:
            Wording(
                "Look at the card again; the number was not kept.",
                "请再核对证件；该号码未被保存。", "もう一度証明書を確認してください。番号は保存されていません。")
        case .interrupted:
            Wording(
                "Interrupted. What was recorded is safe; it is safe to repeat the command.",
                "已中断。已记录的内容是安全的，可以重新执行该命令。",
                "中断しました。記録済みの内容は安全です。もう一度実行してもかまいません。")

        case .entries: Wording("{n} {n:entry|entries}", "{n} 条", "{n} 件")
        case .undecided: Wording("(to be decided)", "（待定）", "（未決定）")
        case .noHome:
            Wording(
                "There is no folder for the store: neither HAZAMA_HOME nor HOME is set.",
                "无法确定数据目录：HAZAMA_HOME 和 HOME 均未设置。",
                "保存先がありません。HAZAMA_HOME も HOME も設定されていません。")
        case .noHomeNext:
            Wording(
                "Set HAZAMA_HOME to a folder of your own.",
                "请将 HAZAMA_HOME 设为您自己的目录。",
                "HAZAMA_HOME に自分のフォルダーを設定してください。")
        case .unsentLine:
            Wording(
                "{n} {n:change|changes} only on this machine, oldest {age}. Sync when you "
                    + "have a connection.",
                "{n} 项更改只在本机，最早的已有 {age}。有网络时请同步。",
                "{n} 件の変更がこの端末にしかありません（最古は {age}前）。接続できたら同期してください。")

        case .earlierIsSafe:
            Wording("What was recorded before is safe.", "之前记录的内容是安全的。", "これまでの記録は安全です。")
        case .notRecorded:
            Wording(
                "Nothing was changed; what was recorded before is safe.",
                "没有任何更改；之前记录的内容是安全的。",
                "何も変更していません。これまでの記録は安全です。")
        case .nothingUndone:
            Wording(
                "Nothing was undone; what was recorded is safe.",
                "没有撤销任何内容；记录是安全的。",
                "何も取り消していません。記録は安全です。")
        case .nothingChanged: Wording("Nothing was changed.", "没有任何更改。", "何も変更していません。")
        case .nothingLost: Wording("Nothing is lost.", "没有丢失任何内容。", "何も失われていません。")
        case .stillReadable:
            Wording("What is stored can still be read.", "已存内容仍可读取。", "保存済みの内容はまだ読めます。")

        case .storeBusy:
            Wording("Another process has the store open.", "另一个进程正在使用数据。", "別の処理が保存領域を使っています。")
        case .tryAgain:
            Wording("Try again when it has finished.", "请在其结束后重试。", "終わってからもう一度試してください。")
        case .notEnrolled: Wording("This machine is not enrolled.", "本机尚未登记。", "この端末は登録されていません。")
        case .notEnrolledNext:
            Wording(
                "Ask the office for a code, then: hazama enroll URL --code -",
                "请向办公室索取登记码，然后执行：hazama enroll URL --code -",
                "事務所からコードを受け取り、hazama enroll URL --code - を実行してください。")
        case .awaitingApproval:
            Wording(
                "Enrolled; waits for an administrator's approval.",
                "已登记，等待管理员批准。",
                "登録済み。管理者の承認待ちです。")
        case .revokedHere:
            Wording(
                "This machine was revoked. It can still send what it has, and receives nothing.",
                "本机已被停用。仍可发送已有内容，但不再接收。",
                "この端末は失効しました。送信はできますが、受信はできません。")
        case .copiedHere:
            Wording(
                "This machine is a copy of another. Enrol it anew in a folder of its own; "
                    + "its work is kept.",
                "本机是另一台的副本。请在新的目录中重新登记；其中的工作会保留。",
                "この端末は複製です。別のフォルダーで登録し直してください。作業は保管されます。")
        case .storeForeign:
            Wording(
                "The file in the store's folder is not ours: {text}.",
                "数据目录中的文件不属于本程序：{text}。",
                "保存領域のファイルはこのプログラムのものではありません：{text}。")
        case .tellOperator:
            Wording(
                "Tell your operator before you do anything else.",
                "请先告知运维人员，再做其他操作。",
                "他の操作をする前に運用担当者に知らせてください。")
        case .storeNewer:
            Wording(
                "The store was written by a newer program (version {version}).",
                "数据由更新版本的程序写入（版本 {version}）。",
                "保存領域は新しい版のプログラムで書かれています（版 {version}）。")
        case .upgrade: Wording("Upgrade this program.", "请升级本程序。", "このプログラムを更新してください。")
        case .keyMissing:
            Wording(
                "The key of this machine is gone, so nothing can be sent.",
                "本机的密钥已丢失，无法发送。",
                "この端末の鍵がないため、送信できません。")
        case .alreadyEnrolled:
            Wording(
                "This store belongs to a hub already.",
                "该数据目录已登记到一个中心。",
                "この保存領域はすでにハブに登録されています。")
        case .otherHome:
            Wording(
                "For another hub choose another folder with HAZAMA_HOME.",
                "如需登记另一中心，请用 HAZAMA_HOME 指定另一目录。",
                "別のハブには HAZAMA_HOME で別のフォルダーを使ってください。")
        case .outsideGrants:
            Wording(
                "{id} lies outside the areas you may write in.",
                "{id} 不在您可填写的区域内。",
                "{id} は書き込みを許可された地区の外にあります。")
        case .tellAdministrator: Wording("Tell your administrator.", "请告知管理员。", "管理者に知らせてください。")
        case .severalGrants:
            Wording(
                "These records lie under different authorities; record them one by one.",
                "这些记录属于不同的授权范围，请分别记录。",
                "これらの記録は権限の範囲が異なります。別々に記録してください。")
        case .noSuchRecord:
            Wording(
                "There is no record ending in {id} on this machine.",
                "本机没有以 {id} 结尾的记录。",
                "この端末に {id} で終わる記録はありません。")
        case .findFirst:
            Wording(
                "Look for it with: hazama household find NAME, or in the list of what it is, as hazama visit list",
                "请先查找：hazama household find 姓名；其他记录请看其列表，如 hazama visit list",
                "次のコマンドで探してください：hazama household find 氏名。他の記録はその一覧で、例：hazama visit list")
        case .noSuchChangeSet:
            Wording(
                "There is no change set number {n} here.",
                "这里没有编号为 {n} 的更改。",
                "番号 {n} の変更はありません。")
        case .seeOutbox:
            Wording(
                "See: hazama outbox --all",
                "请查看：hazama outbox --all",
                "確認してください：hazama outbox --all")
        case .nothingToRecord:
            Wording(
                "There is nothing to record: say what changed.",
                "没有可记录的内容：请说明要更改什么。",
                "記録する内容がありません。何を変えるか指定してください。")
        case .tooLarge:
            Wording(
                "That is too much for one change: {count} where {maximum} are allowed.",
                "单次更改过大：{count}，上限为 {maximum}。",
                "一度の変更としては大きすぎます：{count}（上限 {maximum}）。")
        case .failedOtherwise: Wording("It failed: {text}", "失败：{text}", "失敗しました：{text}")
        case .clockExhausted:
            Wording(
                "This machine's clock stands beyond what can be recorded.",
                "本机时钟超出可记录的范围。",
                "この端末の時計が記録できる範囲を超えています。")
        case .setClock:
            Wording("Set the clock, then repeat.", "请校准时钟后重试。", "時計を合わせてからもう一度実行してください。")
        case .storeDamaged:
            Wording("The store is damaged: {text}", "数据已损坏：{text}", "保存領域が壊れています：{text}")
        case .recordDamaged:
            Wording(
                "The record {id} was damaged on this machine's disk.",
                "记录 {id} 在本机磁盘上已损坏。",
                "記録 {id} がこの端末のディスク上で壊れています。")
        case .leftOut:
            Wording(
                "Left out, for their records were damaged on this machine's disk: {ids}.",
                "以下记录在本机磁盘上已损坏，未列入：{ids}。",
                "次の記録は端末のディスク上で壊れているため、含まれていません：{ids}。")
        case .syncAgain:
            Wording(
                "Run: hazama sync. It fetches the record again.",
                "请执行：hazama sync，将重新获取该记录。",
                "実行してください：hazama sync。記録を取り直します。")
        case .runDoctor:
            Wording("Run: hazama doctor", "请执行：hazama doctor", "実行してください：hazama doctor")
        case .badAnswer:
            Wording(
                "The hub's answer contradicts what this machine knows, so none of it was "
                    + "used: {text}",
                "中心的回应与本机已知内容矛盾，未采用其中任何内容：{text}",
                "ハブの応答がこの端末の内容と矛盾するため、使いませんでした：{text}")
        case .diskFull:
            Wording(
                "The disk is full, so this was not recorded.",
                "磁盘已满，本次内容未被记录。",
                "ディスクがいっぱいのため、今回の内容は記録されていません。")
        case .makeRoom:
            Wording("Make room, then repeat the command.", "请腾出空间后重试。", "空きを作ってからもう一度実行してください。")
        case .storeReadOnly: Wording("The store can't be written.", "数据目录不可写。", "保存領域に書き込めません。")
        case .diskFailed: Wording("The disk failed.", "磁盘出错。", "ディスクで障害が起きました。")
        case .pathNoFolder: Wording("{path} is no folder.", "{path} 不是目录。", "{path} はフォルダーではありません。")
        case .pathNoFile:
            Wording("{path} is no plain file.", "{path} 不是普通文件。", "{path} は通常のファイルではありません。")
        case .pathForeign:
            Wording("{path} belongs to somebody else.", "{path} 属于其他用户。", "{path} は別の利用者のものです。")
        case .pathOpen:
            Wording("Others may write in {path}.", "其他用户可以写入 {path}。", "{path} に他の利用者が書き込めます。")
        case .pathOpenNext:
            Wording(
                "Close it: chmod 700 {path}",
                "请收紧权限：chmod 700 {path}",
                "権限を狭めてください：chmod 700 {path}")
        case .pathReadOnly: Wording("{path} can't be written.", "{path} 不可写。", "{path} に書き込めません。")
        case .pathUnreachable: Wording("{path} can't be opened.", "无法打开 {path}。", "{path} を開けません。")
        case .badFile: Wording("{path}: {text}", "{path}：{text}", "{path}：{text}")

        case .unitOfNewer:
            Wording(
                "A newer program wrote this; this one can't change it.",
                "该内容由新版本程序写入，本程序无法更改。",
                "新しい版のプログラムで書かれた内容のため、変更できません。")
        case .editSigned:
            Wording(
                "What was signed stands. Say what is wrong in a note.",
                "已签署的内容不可更改。请用备注说明有误之处。",
                "署名済みの内容は変更できません。誤りはメモに書いてください。")
        case .sideNotChosen:
            Wording(
                "People still have to decide between {n} values here.",
                "此处有 {n} 个值有待裁定。",
                "ここは {n} つの値のどれにするか未決定です。")
        case .sideNotChosenNext:
            Wording(
                "Say which one you correct with --side a, b …",
                "请用 --side a、b … 指明您要更正哪一方。",
                "どの値を訂正するか --side a、b … で指定してください。")
        case .noSuchSide: Wording("There is no such side.", "没有这一方。", "その候補はありません。")
        case .ownSide:
            Wording(
                "Side {side} is your own. Correcting another would withdraw yours.",
                "{side} 方是您自己的值。更正另一方会撤回您的值。",
                "候補 {side} はあなた自身の値です。他方を訂正すると自分の値を取り下げることになります。")
        case .ownSideNext:
            Wording(
                "Correct your own, or tell the office: hazama conflict propose",
                "请更正自己的值，或告诉办公室：hazama conflict propose",
                "自分の値を訂正するか、事務所に伝えてください：hazama conflict propose")
        case .noStep:
            Wording(
                "No step leads there from where it stands.", "从当前状态不能直接到该状态。",
                "いまの状態からそこへは直接進めません。")
        case .noStepNext:
            Wording(
                """
                See where it stands, and take one step after the other: hazama show {id}. \
                If you recorded that by mistake yourself, take it back: hazama undo
                """,
                "请查看当前状态并逐步办理：hazama show {id}。如系自己误记，请撤回：hazama undo",
                "いまの状態を確かめ、一段階ずつ進めてください：hazama show {id}。自分の誤記なら取り消せます：hazama undo")
        case .notDisputed: Wording("Nothing is in conflict there.", "此处没有冲突。", "ここに競合はありません。")
        case .notInSet:
            Wording(
                "It is not in the list, so it can't be taken off.",
                "列表中没有该项，无法移除。",
                "一覧にないため、外せません。")
        case .addedAndRemoved:
            Wording(
                "The same thing can't be added and taken off at once.",
                "同一项不能同时添加和移除。",
                "同じものを同時に追加して外すことはできません。")
        case .outOfRange:
            Wording(
                "The value of '{member}' is out of range.",
                "“{member}”的值超出范围。",
                "「{member}」の値が範囲外です。")
        case .tooLong:
            Wording(
                "'{member}' is too long; at most {maximum} bytes.",
                "“{member}”过长，最多 {maximum} 字节。",
                "「{member}」が長すぎます。最大 {maximum} バイトです。")
        case .forbiddenCharacter:
            Wording(
                "'{member}' holds a character that can't be kept.",
                "“{member}”含有无法保存的字符。",
                "「{member}」に保存できない文字があります。")
        case .undoAppended:
            Wording(
                "Notes and answers stay. Say what is wrong in another note.",
                "备注和回答不能撤销。请另加备注说明有误之处。",
                "メモや回答は残ります。誤りは別のメモに書いてください。")
        case .undoSigned:
            Wording(
                "What was signed stands; it can't be undone.",
                "已签署的内容不能撤销。",
                "署名済みの内容は取り消せません。")
        case .undoSeveral:
            Wording(
                "It decided between several values, so there is no single one to go back to.",
                "它在多个值之间作出裁定，没有单一的旧值可恢复。",
                "複数の値の間の決定なので、戻すべき一つの値がありません。")
        case .undoUnknown:
            Wording(
                "What it replaced is not known on this machine any more.",
                "本机已不知道被替换的旧值。",
                "置き換えた前の値がこの端末に残っていません。")
        case .undoMovedOn:
            Wording(
                "{id} was written again since; going back would undo another's work.",
                "{id} 之后又被修改，撤销会影响他人的工作。",
                "{id} はその後また書かれました。戻すと他の人の作業を消してしまいます。")
        case .undoMovedOnNext:
            Wording(
                "Look first: hazama log {id}",
                "请先查看：hazama log {id}",
                "先に確認してください：hazama log {id}")
        case .undoNothingLeft:
            Wording("Nothing of it is left to take back.", "已没有可撤销的内容。", "取り消す内容が残っていません。")
        case .movedOn:
            Wording(
                "{unit} has changed since you looked. Both values are kept, and the office "
                    + "decides. See: hazama show {id}",
                "您查看之后“{unit}”已被他人更改。两个值都会保留，由办公室裁定。请看：hazama show {id}",
                "確認の後に「{unit}」が変わりました。両方の値を残し、事務所が決めます。参照：hazama show {id}")

        case .retryAfter: Wording("Try again in {time}.", "请在 {time} 后重试。", "{time} 後にもう一度試してください。")
        case .unreachable:
            Wording("The hub is not reachable ({text}).", "无法连接中心（{text}）。", "ハブに接続できません（{text}）。")
        case .tryWithConnection:
            Wording(
                "Go on working; sync when you have a connection.",
                "请继续工作，有网络时再同步。",
                "作業を続け、接続できたら同期してください。")
        case .tooSlow: Wording("The line was too slow for too long.", "网络过慢，已超时。", "回線が遅すぎました。")
        case .untrusted:
            Wording(
                "Whoever answered is not your hub ({text}). Nothing was sent to them.",
                "应答方不是您的中心（{text}）。没有向其发送任何内容。",
                "応答したのはあなたのハブではありません（{text}）。何も送っていません。")
        case .untrustedNext:
            Wording(
                "Check this machine's date and try another network; if it stays so, tell your "
                    + "administrator.",
                "请检查本机日期，并换一个网络；如果一直如此，请告知管理员。",
                "この端末の日付を確かめ、別の回線で試してください。変わらなければ管理者に知らせてください。")
        case .answerTooLarge:
            Wording(
                "The answer was larger than any the hub may send.",
                "回应超过中心允许的大小。",
                "応答がハブの上限より大きいものでした。")
        case .garbled:
            Wording(
                "Something answered that is not the hub ({text}).",
                "应答的不是中心（{text}）。",
                "応答したのはハブではありません（{text}）。")
        case .portalNext:
            Wording(
                "Perhaps the network wants you to log in first, in a browser.",
                "可能需要先在浏览器中登录该网络。",
                "先にブラウザーで回線にログインする必要があるかもしれません。")
        case .addressPlain:
            Wording(
                "'{text}' is not encrypted. Use https.",
                "“{text}”未加密，请使用 https。",
                "「{text}」は暗号化されていません。https を使ってください。")
        case .badAddress:
            Wording(
                "'{text}' is no hub's address. Write https://host:port and nothing behind it.",
                "“{text}”不是中心地址。请写 https://主机:端口。",
                "「{text}」はハブのアドレスではありません。https://host:port と書いてください。")
        case .oddAnswer:
            Wording(
                "The hub's answer can't be read by this program.",
                "本程序无法读取中心的回应。",
                "このプログラムではハブの応答を読めません。")

        case .badID:
            Wording(
                "'{text}' is no id. Type at least the last five characters.",
                "“{text}”不是编号。请至少输入最后五个字符。",
                "「{text}」は ID ではありません。末尾の 5 文字以上を入力してください。")
        case .ambiguousID:
            Wording(
                "Several end in {id}: {ids}. Type more of it.",
                "有多个以 {id} 结尾：{ids}。请多输入几位。",
                "{id} で終わるものが複数あります：{ids}。もう少し入力してください。")
        case .noSuchArea:
            Wording(
                "'{text}' is none of your areas: {areas}",
                "“{text}”不是您的区域：{areas}",
                "「{text}」は担当地区ではありません：{areas}")
        case .noArea:
            Wording("No area was given to this machine yet.", "本机尚未分配区域。", "この端末にはまだ地区がありません。")
        case .syncFirst:
            Wording("Sync first: hazama sync", "请先同步：hazama sync", "先に同期してください：hazama sync")
        case .notHereThen:
            Wording(
                "{id} was not on this machine at {time}.",
                "{id} 在 {time} 时不在本机。",
                "{id} は {time} の時点でこの端末にありませんでした。")
        case .seeLog: Wording("See: hazama log ID", "请查看：hazama log 编号", "確認してください：hazama log ID")

        case .askHeadName: Wording("Head of household:", "户主姓名：", "世帯主の氏名：")
        case .askAddress: Wording("Address (empty if unknown):", "居住地址（不知道可留空）：", "住所（不明なら空欄）：")
        case .askArea: Wording("Area:", "所属居委：", "地区：")
        case .askPersonName: Wording("Name:", "姓名：", "氏名：")
        case .askIdentityNumber:
            Wording("Identity number (not shown):", "身份证号（不显示）：", "身分証番号（表示されません）：")
        case .askNote: Wording("Note:", "记录：", "メモ：")
        case .askAnswer: Wording("Answer:", "回答：", "回答：")
        case .askOutcome: Wording("Outcome:", "走访结果：", "結果：")
        case .askHow:
            Wording("How was it said (signed, spoken)?", "如何表示同意（书面、口头）？", "どのように示されましたか（書面・口頭）？")
        case .askWhat: Wording("What to look after:", "跟踪事项：", "見守る内容：")
        case .askDue:
            Wording(
                "Due (2026-11-20, tomorrow, +7):",
                "到期日（2026-11-20、明天、+7）：",
                "期日（2026-11-20、明日、+7）：")
        case .askConfirm:
            Wording(
                "This can't be undone. Type the id again to go on:",
                "此操作无法撤销。请再次输入编号以继续：",
                "元に戻せません。続けるには ID をもう一度入力してください：")
        case .askReason: Wording("Why:", "理由：", "理由：")
        case .askPassword: Wording("Password:", "密码：", "パスワード：")
        case .askCode: Wording("Code from the office:", "办公室提供的登记码：", "事務所のコード：")
        case .notConfirmed:
            Wording(
                "That is not the same id; nothing was thrown away.",
                "编号不一致，未删除任何内容。",
                "ID が一致しません。何も捨てていません。")
        case .incomeAlone:
            Wording(
                "Month and evidence need the income itself: --income",
                "月份和依据需要与收入一同填写：--income",
                "月と根拠は収入と一緒に指定してください：--income")
        case .noteAlone:
            Wording(
                "A note on a danger needs its kind: --warning",
                "安全备注需要与类型一同填写：--warning",
                "注意事項のメモには種類が必要です：--warning")
        case .oneAnswer:
            Wording(
                "Give one of: an answer, --unknown, --refused.",
                "请只提供一项：回答、--unknown 或 --refused。",
                "回答、--unknown、--refused のどれか一つを指定してください。")
        case .factNeedsAnswer: Wording("A fact needs an answer.", "事实需要有回答。", "事実には回答が必要です。")
        case .keepOrValue:
            Wording(
                "Give one of --keep, --value, --split, --stand, --join, --put-back.",
                "请提供 --keep、--value、--split、--stand、--join、--put-back 之一。",
                "--keep、--value、--split、--stand、--join、--put-back のどれか一つを指定してください。")
        case .badGroup:
            Wording(
                "Write the members as a JSON object: {members}",
                "请用 JSON 对象填写各成员：{members}",
                "JSON オブジェクトで書いてください：{members}")

        case .registered:
            Wording("registered: {name}, {area}", "已登记：{name}，{area}", "登録しました：{name}、{area}")
        case .personAdded: Wording("added: {name}", "已添加：{name}", "追加しました：{name}")
        case .maybeKnown:
            Wording("Possibly already known on this machine:", "本机可能已有登记：", "この端末に登録済みかもしれません：")
        case .askKnown:
            Wording(
                "The same? y: yes, open it. n: no, different. u: not sure, ask the office:",
                "是否同一对象？y：是，打开。n：否，不同。u：不确定，问办公室：",
                "同じですか？ y：はい、開く。n：いいえ、別。u：不明、事務所に聞く：")
        case .askedOffice:
            Wording(
                "Kept. The office is asked whether they are the same; you can go on.",
                "已保存。已请办公室判断是否同一对象；可以继续。", "保存しました。同じかどうか事務所に尋ねます。続けられます。")
        case .maybeKnownNext:
            Wording(
                "Kept. If they are the same: {same}  If not: {different}",
                "已保存。若是同一对象：{same}  若不是：{different}",
                "保存しました。同じなら：{same}  違うなら：{different}")
        case .keptApart:
            Wording(
                "Kept as different. Nobody is asked again.", "已记为不同对象，不再询问。", "別の記録としました。再び尋ねません。")
        case .noDuplicates:
            Wording("Nothing here looks registered twice.", "没有疑似重复登记。", "重複らしい登録はありません。")
        case .duplicateScore: Wording("alike", "相似", "類似")
        case .nothingFound: Wording("Nothing found.", "没有找到。", "見つかりません。")
        case .listCut:
            Wording(
                "Only the first {n} are shown; narrow the search or raise --limit.",
                "只显示前 {n} 条；请缩小范围或提高 --limit。",
                "先頭の {n} 件だけを表示しています。条件を絞るか --limit を増やしてください。")
        case .recordHeld:
            Wording(
                "Part of this waits at the hub for something else to arrive.",
                "部分内容在中心等待其他内容到达。",
                "一部はハブで他の内容の到着を待っています。")
        case .recordSetAside:
            Wording(
                "Part of this was set aside at the hub for a person to look at. See: hazama outbox",
                "部分内容在中心被隔离，待人工查看。请看：hazama outbox",
                "一部はハブで隔離され、人の確認待ちです。参照：hazama outbox")
        case .recordStale:
            Wording(
                "The hub was restored; this record has not come again yet.",
                "中心曾恢复备份，该记录尚未重新下发。",
                "ハブが復元されました。この記録はまだ再受信していません。")
        case .recordDisputed:
            Wording(
                "People have to decide here. Give your view: hazama conflict propose {id}",
                "此处有待裁定。请提供意见：hazama conflict propose {id}",
                "ここは決定待ちです。意見を伝えてください：hazama conflict propose {id}")
        case .visit: Wording("visit", "走访", "訪問")
        case .visitStarted:
            Wording("Visit to {name} started.", "开始走访：{name}。", "{name} への訪問を開始しました。")
        case .visitNext:
            Wording(
                "Then: hazama visit note TEXT, answer QUESTION ANSWER, end",
                "接着：hazama visit note、answer、end",
                "続けて：hazama visit note、answer、end")
        case .visitEnded:
            Wording("Visit to {name}: {outcome}", "走访 {name}：{outcome}", "{name} への訪問：{outcome}")
        case .visitCancelled:
            Wording("Thrown away; nothing of it was sent.", "已删除；没有发送任何内容。", "捨てました。何も送っていません。")
        case .alreadyStarted:
            Wording(
                "A visit to this household is under way: {id}, since {time}.",
                "对该家庭的走访正在进行：{id}，开始于 {time}。",
                "この世帯への訪問が進行中です：{id}（{time} から）。")
        case .noOpenVisit: Wording("No visit is under way.", "没有正在进行的走访。", "進行中の訪問はありません。")
        case .startVisit:
            Wording(
                "Start one: hazama visit start HOUSEHOLD",
                "请先开始：hazama visit start 家庭编号",
                "開始してください：hazama visit start 世帯ID")
        case .noSuchVisit:
            Wording(
                "No visit under way ends in {id}.",
                "没有以 {id} 结尾的进行中的走访。",
                "{id} で終わる進行中の訪問はありません。")
        case .severalVisits:
            Wording(
                "Several visits are under way: {ids}. Say which.",
                "有多个走访正在进行：{ids}。请指明。",
                "複数の訪問が進行中です：{ids}。どれか指定してください。")
        case .seeVisits:
            Wording("See: hazama visit list", "请查看：hazama visit list", "確認してください：hazama visit list")
        case .underWay: Wording("under way since {time}", "进行中，开始于 {time}", "進行中（{time} から）")
        case .noteKept: Wording("Saved ({n} {n:note|notes}).", "已保存（{n} 条记录）。", "保存しました（メモ {n} 件）。")
        case .answerKept:
            Wording("Saved ({n} {n:answer|answers}).", "已保存（{n} 条回答）。", "保存しました（回答 {n} 件）。")
        case .followAdded: Wording("{day}: {what}", "{day}：{what}", "{day}：{what}")
        case .followNext:
            Wording("Scheduled again: {id}, {day}", "已安排下一次：{id}，{day}", "次回を予定しました：{id}、{day}")
        case .overdue: Wording("overdue", "已逾期", "期限超過")
        case .why: Wording("why", "事由", "理由")
        case .flag: Wording("flag", "提示", "注意")
        case .dueToday: Wording("due today", "今天到期", "今日が期日")
        case .dueSince: Wording("due since {day}", "自 {day} 起到期", "期日 {day}")
        case .dueOn: Wording("due {day}", "{day} 到期", "期日 {day}")
        case .nothingDue: Wording("Nothing is due.", "没有到期事项。", "期日の来たものはありません。")
        case .inboxWaits:
            Wording(
                "{n} {n:message|messages} in your inbox: hazama inbox",
                "收件箱有 {n} 条消息：hazama inbox",
                "受信箱に {n} 件あります：hazama inbox")

        case .statusUnsent:
            Wording(
                "{n} {n:change|changes} ({size}) only on this machine, oldest {age}",
                "{n} 项更改（{size}）只在本机，最早的已有 {age}",
                "{n} 件の変更（{size}）がこの端末にしかありません（最古は {age}前）")
        case .statusAllSent:
            Wording(
                "Everything you made is stored at the hub.",
                "您的全部工作已存到中心。",
                "作業はすべてハブに保存されています。")
        case .statusRecordsSent:
            Wording(
                "All your records are stored at the hub; files are not yet.",
                "您的全部记录已存到中心；尚有文件未送达。",
                "記録はすべてハブに保存されています。ファイルはまだです。")
        case .statusHeld:
            Wording(
                "{n} {n:change|changes} at the hub, waiting for something else to arrive",
                "{n} 项更改已在中心，等待其他内容到达",
                "{n} 件の変更がハブで他の内容の到着を待っています")
        case .statusConflicts: Wording("{n} {n:conflict|conflicts}", "{n} 个冲突", "競合 {n} 件")
        case .statusQuarantined: Wording("{n} set aside", "{n} 项被隔离", "隔離 {n} 件")
        case .noReceipt: Wording("No receipt yet.", "尚无回执。", "受領証はまだありません。")
        case .lastReceipt:
            Wording("Receipts through {n}, {time}.", "回执至第 {n} 项，{time}。", "受領証は {n} まで、{time}。")
        case .lastSync: Wording("Last sync: {time}.", "上次同步：{time}。", "前回の同期：{time}。")
        case .clockWrong:
            Wording(
                "This machine's clock stands before the last sync. Nothing is lost by it; set it.",
                "本机时钟早于上次同步的时间。不会因此丢失内容，请校准时钟。",
                "この端末の時計が前回の同期より前です。何も失われませんが、合わせてください。")
        case .statusNext:
            Wording(
                "Next: when you have a connection, 'hazama sync --dry-run'.",
                "下一步：有网络时执行“hazama sync --dry-run”。",
                "次：接続できたら「hazama sync --dry-run」。")

        case .when: Wording("when", "时间", "日時")
        case .intent: Wording("what", "内容", "内容")
        case .records: Wording("records", "记录", "記録")
        case .record: Wording("record", "记录", "記録")
        case .unit: Wording("field", "字段", "項目")
        case .sides: Wording("sides", "各方", "候補")
        case .became: Wording("what became of it", "处理结果", "結果")
        case .changeSets: Wording("change sets", "更改", "変更")
        case .received: Wording("received", "接收时间", "受信")
        case .positions: Wording("positions", "位置", "位置")
        case .area: Wording("area", "区域", "地区")
        case .areas: Wording("areas", "区域", "地区")
        case .digest: Wording("digest", "摘要", "ダイジェスト")
        case .total: Wording("total", "合计", "合計")
        case .person: Wording("person", "人员", "人")
        case .machine: Wording("machine", "设备", "端末")
        case .fingerprint: Wording("fingerprint", "指纹", "指紋")
        case .hub: Wording("hub", "中心", "ハブ")
        case .store: Wording("store", "数据目录", "保存先")
        case .state: Wording("state", "状态", "状態")
        case .authors: Wording("authors", "作者", "記録者")
        case .age: Wording("age", "时长", "経過")
        case .lastSyncTitle: Wording("last sync", "上次同步", "前回の同期")
        case .unsentTitle: Wording("unsent", "未发送", "未送信")
        case .becameUnsent: Wording("only on this machine", "只在本机", "この端末のみ")
        case .becameApplied:
            Wording(
                "stored at the hub, position {position}",
                "已存到中心，位置 {position}",
                "ハブに保存済み、位置 {position}")
        case .becameAnchored:
            Wording(
                "stored and backed up, position {position}",
                "已存并已备份，位置 {position}",
                "保存・バックアップ済み、位置 {position}")
        case .becameConflicted:
            Wording(
                "stored; people have to decide, position {position}",
                "已存，有待裁定，位置 {position}",
                "保存済み・決定待ち、位置 {position}")
        case .becameLate:
            Wording(
                "stored, arrived late, position {position}",
                "已存，迟到，位置 {position}",
                "保存済み・遅延、位置 {position}")
        case .becameHeld:
            Wording("at the hub, waiting for something else", "在中心等待其他内容", "ハブで他の内容を待っています")
        case .becameQuarantined:
            Wording("set aside for a person to look at", "被隔离，待人工查看", "隔離中、人の確認待ち")
        case .becameDiscarded:
            Wording(
                "discarded by the office: it does not count, and is kept in its log",
                "被办公室弃用：不计入，记录仍在日志中保留", "事務所が破棄しました：数えません。記録は台帳に残ります")
        case .outboxEmpty: Wording("Nothing waits to be sent.", "没有待发送的内容。", "送信待ちはありません。")
        case .nothingWritten:
            Wording(
                "Nothing was written on this machine yet.",
                "本机尚未写入任何内容。",
                "この端末ではまだ何も書かれていません。")
        case .receiptBadSignature:
            Wording(
                "Receipt {n} is not signed by the hub.",
                "回执 {n} 不是中心签署的。",
                "受領証 {n} はハブの署名ではありません。")
        case .receiptForeign:
            Wording(
                "The receipt from number {n} on is of another hub or machine.",
                "从第 {n} 项起的回执属于另一中心或设备。",
                "{n} からの受領証は別のハブか端末のものです。")
        case .receiptOtherHash:
            Wording(
                "The receipt from number {n} on names other contents than were written here.",
                "从第 {n} 项起的回执与本机所写内容不符。",
                "{n} からの受領証はここで書いた内容と一致しません。")
        case .receiptBrokenChain:
            Wording(
                "Change set {n} does not follow from the one before.",
                "第 {n} 项更改与前一项不衔接。",
                "変更 {n} が前の変更とつながっていません。")
        case .receiptOtherNote:
            Wording(
                "Your work is safe. What is noted of change set {n} is not what the hub has signed; the "
                    + "next sync puts it right.",
                "您的记录是安全的。本机对第 {n} 项更改所记的情况与中心签名的不符，下次同步会自动改正。",
                "記録は安全です。変更 {n} について控えた内容がハブの署名した内容と異なります。次の同期で正されます。")
        case .receiptOtherReach:
            Wording(
                "Your work is safe. How far the hub is noted to have come is not what it has signed; the "
                    + "next sync puts it right.",
                "您的记录是安全的。本机所记的中心进度与中心签名的不符，下次同步会自动改正。",
                "記録は安全です。控えてあるハブの進み具合がハブの署名した内容と異なります。次の同期で正されます。")
        case .receiptsWrong:
            Wording(
                "{n} {n:receipt|receipts} can't be relied on.",
                "{n} 份回执不可信。",
                "{n} 件の受領証が信用できません。")
        case .notesWrong:
            Wording(
                "The receipts are genuine. {n} {n:thing|things} noted beside your work {n:is|are} not "
                    + "what they say.",
                "回执都是真的。有 {n} 处本机所记与回执不符。",
                "受領証は本物です。控えのうち {n} 件が受領証と異なります。")
        case .receiptsFit:
            Wording(
                "{n} {n:receipt is|receipts are} genuine. Everything through {through} is "
                    + "stored at the hub.",
                "{n} 份回执真实有效。第 {through} 项及之前的内容均已存到中心。",
                "{n} 件の受領証は本物です。{through} までの内容はすべてハブに保存されています。")
        case .receiptsMissing:
            Wording(
                "{n} {n:change has|changes have} no receipt yet.",
                "{n} 项更改尚无回执。",
                "{n} 件の変更にはまだ受領証がありません。")
        case .asSeen: Wording("as seen here from {time}", "{time} 起在本机所见", "{time} からこの端末で見えた内容")
        case .logIsLocal:
            Wording(
                "This is what was seen on this machine; the hub knows more.",
                "以上为本机所见；中心有更完整的历史。",
                "この端末で見えた内容です。ハブにはより詳しい履歴があります。")
        case .writtenHere: Wording("written here, number {n}", "本机所写，第 {n} 项", "この端末で記入、番号 {n}")
        case .fromHub:
            Wording("from the hub, position {position}", "来自中心，位置 {position}", "ハブから、位置 {position}")
        case .noDifference: Wording("No difference.", "没有差异。", "差はありません。")
        case .digestDiffers:
            Wording(
                "The digest of {area} does not fit its records.",
                "{area} 的摘要与记录不符。",
                "{area} のダイジェストが記録と一致しません。")
        case .digestsFit:
            Wording("All digests fit their records.", "全部摘要与记录相符。", "すべてのダイジェストが記録と一致します。")

        case .base: Wording("before", "之前", "以前の値")
        case .noConflicts: Wording("No conflicts.", "没有冲突。", "競合はありません。")
        case .noSuchConflict:
            Wording("There is no conflict {id} here.", "这里没有冲突 {id}。", "競合 {id} はありません。")
        case .severalConflicts:
            Wording(
                "{id} has several conflicts: {ids}. Use one of these, or --unit.",
                "{id} 有多个冲突：{ids}。请用其中之一，或使用 --unit。",
                "{id} には複数の競合があります：{ids}。どれかを指定するか --unit を使ってください。")
        case .seeConflicts:
            Wording(
                "See: hazama conflict list",
                "请查看：hazama conflict list",
                "確認してください：hazama conflict list")
        case .conflictNext:
            Wording(
                "Both values are kept. Give your view: hazama conflict propose {id} --keep "
                    + "mine --reason ...",
                "各值均已保留。请提供意见：hazama conflict propose {id} --keep mine --reason …",
                "値はどちらも残っています。意見を伝えてください：hazama conflict propose {id} --keep mine --reason …")
        case .proposalKept:
            Wording(
                "Proposal recorded; it will be sent with the next sync.",
                "提议已记录，将随下次同步发送。",
                "提案を記録しました。次の同期で送信します。")
        case .commentKept:
            Wording(
                "Comment recorded; it will be sent with the next sync.",
                "意见已记录，将随下次同步发送。",
                "意見を記録しました。次の同期で送信します。")

        case .office: Wording("the office", "办公室", "事務所")
        case .noticeDecision:
            Wording(
                "{record} [{id}], {unit}: {by} decided {value} (yours: {yours}).",
                "{record} [{id}]，{unit}：{by} 裁定为 {value}（您的值：{yours}）。",
                "{record} [{id}]、{unit}：{by} が {value} に決定（あなたの値：{yours}）。")
        case .noticeReturned:
            Wording(
                "{record} [{id}]: your change was set aside. {reason}",
                "{record} [{id}]：您的更改被隔离。{reason}",
                "{record} [{id}]：あなたの変更は隔離されました。{reason}")
        case .noticeDiscarded:
            Wording(
                "{record} [{id}]: two people at the office decided that your change does not count. "
                    + "“{reason}” It stays in the log.",
                "{record} [{id}]：办公室两人决定不采用您的更改。“{reason}”记录仍在日志中。",
                "{record} [{id}]：事務所の二人が、あなたの変更を数えないと決めました。「{reason}」台帳には残ります。")
        case .noticeQuestion:
            Wording(
                "{by} asks about {unit} of {record} [{id}], where you wrote {yours}: “{text}”",
                "{by} 就 {record} [{id}] 的{unit}（您填写的是 {yours}）提问：“{text}”",
                "{by} から {record} [{id}] の{unit}（あなたの記入：{yours}）についての質問：「{text}」")
        case .noticeFork:
            Wording(
                "This machine was found to be a copy of another. Its work is kept; enrol it anew.",
                "发现本机是另一台的副本。其中的工作会保留，请重新登记。",
                "この端末は別の端末の複製と判明しました。作業は保管されます。登録し直してください。")
        case .inboxEmpty: Wording("No messages.", "没有消息。", "メッセージはありません。")
        case .inboxNext:
            Wording(
                "Mark as read: hazama inbox read",
                "标为已读：hazama inbox read",
                "既読にする：hazama inbox read")
        case .markedRead:
            Wording("{n} {n:message|messages} marked as read.", "已将 {n} 条消息标为已读。", "{n} 件を既読にしました。")

        case .undoneUnsent:
            Wording(
                "Number {n} was not sent yet. It is taken back by number {new}; both stay in "
                    + "the history.",
                "第 {n} 项尚未发送，已由第 {new} 项撤回；两项都保留在历史中。",
                "{n} はまだ送信していません。{new} で取り消しました。どちらも履歴に残ります。")
        case .undoneSent:
            Wording(
                "Number {n} was sent already, so others may have seen it. Number {new} takes "
                    + "it back with the next sync.",
                "第 {n} 项已发送，他人可能已看到。第 {new} 项将在下次同步时撤回它。",
                "{n} は送信済みで、他の人が見た可能性があります。次の同期で {new} が取り消します。")
        case .doctorMends:
            Wording(
                "Your own work is safe. Run: hazama sync. It fetches again what is damaged.",
                "您的工作已安全保存。请执行：hazama sync，将重新获取损坏的内容。",
                "ご自身の記入は安全です。実行してください：hazama sync。壊れたものを取り直します。")
        case .statusAlarm:
            Wording(
                "Your own work is safe. Since {time} this machine holds other records than the "
                    + "hub: run hazama sync.",
                "您的工作已安全保存。自 {time} 起本机记录与中心不一致：请执行 hazama sync。",
                "ご自身の記入は安全です。{time} からこの端末の記録がハブと違います。hazama sync を実行してください。")
        case .doctorBroken:
            Wording(
                "Something is broken. Stop writing on this machine and tell your operator.",
                "有内容已损坏。请停止在本机写入，并告知运维人员。",
                "壊れた箇所があります。この端末での記入を止め、運用担当者に知らせてください。")

        case .noAdministrator:
            Wording(
                "Nobody is logged in as an administrator here.",
                "此处没有管理员登录。",
                "ここでは管理者がログインしていません。")
        case .loginFirst:
            Wording(
                "Log in: hazama admin login URL --ca FILE",
                "请登录：hazama admin login URL --ca 文件",
                "ログインしてください：hazama admin login URL --ca ファイル")
        case .loggedIn:
            Wording(
                "Logged in as {name} until {time}.",
                "已登录为 {name}，有效至 {time}。",
                "{name} としてログインしました（{time} まで）。")
        case .loggedOut: Wording("Logged out.", "已退出登录。", "ログアウトしました。")
        case .hubHolds:
            Wording(
                "{records} records, {changeSets} change sets, {devices} devices",
                "{records} 条记录，{changeSets} 项更改，{devices} 台设备",
                "記録 {records} 件、変更 {changeSets} 件、端末 {devices} 台")
        case .codeMade:
            Wording(
                "For {person}, good once and until {time}. Give it by a safe way; it can't "
                    + "be shown again.",
                "供 {person} 使用，仅一次有效，截至 {time}。请安全地交付；无法再次显示。",
                "{person} 用、一度だけ、{time} まで有効です。安全な方法で渡してください。再表示はできません。")
        case .statePending: Wording("waits for approval", "待批准", "承認待ち")
        case .stateApproved: Wording("approved", "已批准", "承認済み")
        case .stateRevoked: Wording("revoked", "已停用", "失効")
        case .stateCopied: Wording("a copy", "副本", "複製")
        case .approveNext:
            Wording(
                "{n} {n:machine waits|machines wait}. Compare the fingerprint, then: hazama "
                    + "admin device approve ID",
                "{n} 台设备待批准。核对指纹后执行：hazama admin device approve 编号",
                "{n} 台が承認待ちです。指紋を確かめてから：hazama admin device approve ID")
        case .deviceApproved: Wording("{id} may sync now.", "{id} 现在可以同步。", "{id} は同期できるようになりました。")
        case .deviceRevoked:
            Wording(
                "{id} is sent nothing any more. What it still delivers is kept.",
                "不再向 {id} 发送内容。它仍提交的内容会保留。",
                "{id} にはもう送信しません。届いたものは保管します。")
        case .lockedNow:
            Wording(
                "Locked. What is unsent stays and is sent by whoever syncs next.",
                "已锁定。未发送的内容仍保留，由下一位同步者发送。",
                "ロックしました。未送信のものは残り、次に同期する人が送ります。")
        case .unlockedNow: Wording("Unlocked.", "已解锁。", "ロックを解除しました。")
        case .wrongPassphrase: Wording("That is not the passphrase.", "口令不对。", "合言葉が違います。")
        case .lockFirst:
            Wording(
                "Lock your own store first: hazama lock", "请先锁定自己的存储：hazama lock",
                "先に自分の保管庫をロックしてください：hazama lock")
        case .storeLocked: Wording("This store is locked.", "存储已锁定。", "保管庫はロックされています。")
        case .unlockFirst:
            Wording("Unlock it: hazama unlock", "解锁：hazama unlock", "解除：hazama unlock")
        case .wipeRefused:
            Wording(
                "Refused: {n} {n:change has|changes have} no receipt. Send them first: hazama sync",
                "已拒绝：{n} 项更改尚无回执。请先发送：hazama sync",
                "拒否しました：受領のない変更が {n} 件あります。先に送信：hazama sync")
        case .wipeRefusedFiles:
            Wording(
                "Refused: {n} {n:file is|files are} only on this machine. Send them first: hazama sync",
                "已拒绝：{n} 个文件仅在本机。请先发送：hazama sync",
                "拒否しました：この端末にしかないファイルが {n} 件あります。先に送信：hazama sync")
        case .fileTitle: Wording("file", "文件", "ファイル")
        case .fileAdded:
            Wording(
                "{name} ({size}) is put with it: {id}", "已附上 {name}（{size}）：{id}",
                "{name}（{size}）を添付しました：{id}")
        case .fileAsItIs:
            Wording(
                "Of a file of this kind ({type}) nothing was taken out: it may say who made it, and where.",
                "此类文件（{type}）未作清除：其中可能含有作者与地点信息。",
                "この種類（{type}）からは何も取り除いていません。作成者や場所が含まれることがあります。")
        case .fileTellsPlace:
            Wording(
                "A photo or film of this kind may say where it was taken, and that can't be taken out here. "
                    + "Save it as JPEG, or attach it with --as-it-is.",
                "此类照片或视频可能含有拍摄地点，在此无法清除。请另存为 JPEG，或用 --as-it-is 原样附上。",
                "この種類の写真や動画には撮影場所が含まれることがあり、ここでは取り除けません。JPEG で保存し直すか、--as-it-is を付けてください。")
        case .fileTooLarge:
            Wording(
                "A file may have {size} at most.", "文件最大为 {size}。", "ファイルは {size} までです。")
        case .filePicture:
            Wording(
                "The file is empty, or a damaged picture.", "文件为空，或图片已损坏。",
                "ファイルが空か、画像が壊れています。")
        case .noSuchFile:
            Wording(
                "The record has no file {id}.", "该记录没有文件 {id}。",
                "この記録にファイル {id} はありません。")
        case .fileWritten: Wording("Written to {name}.", "已写入 {name}。", "{name} に書き出しました。")
        case .fileWanted:
            Wording(
                "It comes with the next sync: hazama sync", "将在下次同步时取回：hazama sync",
                "次の同期で届きます：hazama sync")
        case .fileUnsent: Wording("only on this machine", "仅在本机", "この端末にのみあります")
        case .fileHere:
            Wording("at the office and here", "中心与本机均有", "中心とこの端末にあります")
        case .fileAtOffice: Wording("at the office", "在中心", "中心にあります")
        case .fileAwaited:
            Wording(
                "awaited: the machine that has it has not sent it", "待到达：持有它的设备尚未发送",
                "到着待ち：持っている端末からまだ届いていません")
        case .fileLost:
            Wording(
                "lost: the machine that had it was given up", "已丢失：保存它的设备已停用",
                "失われました：持っていた端末は使われなくなりました")
        case .fileGoes:
            Wording(
                "sending a file: {done} of {size}", "正在发送文件：{done} / {size}",
                "ファイル送信中：{done} / {size}")
        case .fileComes:
            Wording(
                "fetching a file: {done} of {size}", "正在取回文件：{done} / {size}",
                "ファイル受信中：{done} / {size}")
        case .filesSent:
            Wording(
                "{n} {n:file has|files have} arrived at the office.", "{n} 个文件已到达中心。",
                "ファイル {n} 件が中心に届きました。")
        case .filesReceived:
            Wording("{n} {n:file|files} fetched.", "已取回 {n} 个文件。", "ファイル {n} 件を受信しました。")
        case .filesUnsent:
            Wording(
                "{n} {n:file|files} still only on this machine ({size}).",
                "{n} 个文件仍仅在本机（{size}）。", "ファイル {n} 件（{size}）がまだこの端末にしかありません。")
        case .filesRefused:
            Wording(
                "The office does not take {n} {n:file|files}. They stay here; tell your administrator.",
                "中心未接收 {n} 个文件。文件仍保留在本机；请告知管理员。",
                "中心が {n} 件のファイルを受け取りません。端末に残っています。管理者に伝えてください。")
        case .wouldSendFiles:
            Wording(
                "Then {n} {n:file|files} ({size}).", "随后 {n} 个文件（{size}）。",
                "続いてファイル {n} 件（{size}）。")
        case .wouldSendOnlyFiles:
            Wording(
                "Would send {n} {n:file|files} ({size}).", "将发送 {n} 个文件（{size}）。",
                "送信予定：ファイル {n} 件（{size}）。")
        case .wipeConfirm:
            Wording(
                "To erase everything here give --confirm with this machine's name: {name}",
                "若要清除此处全部内容，请用 --confirm 给出本机名称：{name}",
                "ここをすべて消すには --confirm に端末名を：{name}")
        case .wiped: Wording("Erased.", "已清除。", "消去しました。")
        case .deliveredFor:
            Wording(
                "Sent {n} {n:change|changes} of {name}, under their name.",
                "已以 {name} 的名义发送 {n} 项更改。", "{name} の変更 {n} 件を本人の名で送りました。")
        case .takenOff:
            Wording(
                "Took {n} {n:record|records} off this machine: {why}. The office has them.",
                "已从本机移除 {n} 条记录：{why}。办公室保存着它们。",
                "記録 {n} 件をこの端末から消しました：{why}。事務所に残っています。")
        case .leftReassigned: Wording("given to others", "已转交他人", "ほかの担当へ移りました")
        case .leftRevoked:
            Wording("you no longer work in their area", "您不再负责其所在区域", "その地域の担当を離れました")
        case .wouldMove:
            Wording(
                "Would move {n} {n:household|households}, {records} records in all. Machines:",
                "将移动 {n} 户，共 {records} 条记录。涉及的设备：",
                "移動予定：{n} 世帯、記録は計 {records} 件。関わる端末：")
        case .moved:
            Wording(
                "Moved {n} {n:household|households}, {records} records in all. Machines:",
                "已移动 {n} 户，共 {records} 条记录。涉及的设备：",
                "{n} 世帯、記録計 {records} 件を移しました。関わる端末：")
        case .leavesTitle: Wording("leave", "移出", "離れる")
        case .entersTitle: Wording("enter", "移入", "入る")
        case .staysTitle: Wording("stay", "保留", "残る")
        case .bytesTitle: Wording("bytes", "字节", "バイト")
        case .endedTitle: Wording("ended", "终止于", "終了")
        case .rolesTitle: Wording("roles", "角色", "役割")
        case .copiesNext:
            Wording(
                "Unsent work still arrives. What machines have yet to give back: hazama admin "
                    + "device copies",
                "未发送的工作仍会送达。设备尚未清除的内容：hazama admin device copies",
                "未送信の仕事はまだ届きます。端末が消していないもの：hazama admin device copies")
        case .copiesOut:
            Wording(
                "{n} {n:copy is|copies are} still out: {what}",
                "尚有 {n} 份副本未清除：{what}", "まだ消されていない写しが {n} 件：{what}")
        case .stageReturned: Wording("author asked", "已询问作者", "記入者に確認中")
        case .stageDiscarding: Wording("to be discarded", "待丢弃", "破棄待ち")
        case .secondPersonNext:
            Wording(
                "Kept until a second person says the same.", "在另一人同样确认之前保留。",
                "もう一人が同じ判断をするまで残ります。")
        case .quarantineAdmitted:
            Wording(
                "Merged. {name} is told at the next sync.", "已并入。{name} 下次同步时会得知。",
                "取り込みました。{name} には次の同期で知らせます。")
        case .quarantineReturned:
            Wording(
                "Asked. {name} sees it with the next sync; until then it stays here.",
                "已询问。{name} 下次同步时会看到；在此之前内容仍保留在这里。",
                "尋ねました。{name} は次の同期で見ます。それまでここに残ります。")
        case .quarantineDiscarded:
            Wording(
                "Out of the queue. Its bytes stay in the log; {name} is told at the next sync.",
                "已移出队列。原始内容仍在日志中；{name} 下次同步时会得知。",
                "一覧から外しました。内容は記録に残り、{name} には次の同期で知らせます。")
        case .grantEnded:
            Wording(
                "{name} no longer works in {area}. What was written before still counts.",
                "{name} 不再负责{area}。此前写下的内容仍然有效。",
                "{name} は{area}の担当を離れました。それまでに書かれたものは有効です。")
        case .personDeactivated:
            Wording(
                "{name} may do nothing any more; what they wrote stays.",
                "{name} 已停用；其所写内容保留。", "{name} の権限をすべて止めました。書いたものは残ります。")
        case .personReactivated:
            Wording(
                "{name} may come in again. Give areas with 'hazama admin grant give'.",
                "{name} 已恢复。请用“hazama admin grant give”授予区域。",
                "{name} を再開しました。地域は「hazama admin grant give」で渡してください。")
        case .officeAdded:
            Wording(
                "{name} may work here as {roles}.", "{name}可以作为{roles}工作。",
                "{name} さんは {roles} として仕事ができます。")
        case .officeAddedNext:
            Wording(
                "To log in they need a password: hazama admin person password \"{name}\"",
                "登录需要密码：hazama admin person password \"{name}\"",
                "ログインにはパスワードが必要です：hazama admin person password \"{name}\"")
        case .passwordMade:
            Wording(
                "The password of {name}: {password}", "{name}的密码：{password}",
                "{name} さんのパスワード：{password}")
        case .passwordNext:
            Wording(
                "It is shown only now; the old one and every login with it have ended. Once logged in, {name} should do the same, so that nobody else knows it.",
                "只在此时显示；旧密码和用它的登录都已失效。{name}登录后应自己再做一次，这样别人就不知道密码。",
                "表示されるのは今だけです。前のパスワードとそれによるログインは終わりました。{name} さんがログイン後に同じことをすれば、ほかの誰も知らないパスワードになります。"
            )
        case .rolesSet:
            Wording("{name}: {roles}", "{name}：{roles}", "{name}：{roles}")
        case .stateOpen: Wording("open", "待处理", "未着手")
        case .stateAssigned: Wording("assigned", "已认领", "担当あり")
        case .stateProposed: Wording("proposed", "已提议", "提案あり")
        case .stateResolved: Wording("resolved", "已解决", "解決済み")
        case .shownMeanwhile: Wording("shown meanwhile", "暂时显示", "暫定の表示")
        case .decidedBy:
            Wording(
                "{by}, {time}: {value}. \"{reason}\"",
                "{by}，{time}：{value}。“{reason}”",
                "{by}、{time}：{value}。「{reason}」")
        case .writtenBy:
            Wording(
                "{by} on {device}, made {made}, received {received}",
                "{by}，设备 {device}，记录于 {made}，接收于 {received}",
                "{by}（{device}）、記入 {made}、受信 {received}")
        case .clockAhead:
            Wording("its clock was ahead by {time}", "其时钟快了 {time}", "時計が {time} 進んでいました")
        case .clockBehind:
            Wording("its clock was behind by {time}", "其时钟慢了 {time}", "時計が {time} 遅れていました")
        case .sawBefore: Wording("saw before: {value}", "填写前看到：{value}", "記入前の表示：{value}")
        case .resolveNext:
            Wording(
                "Decide: hazama admin conflict resolve {id} --keep a --reason ...",
                "裁定：hazama admin conflict resolve {id} --keep a --reason …",
                "決定：hazama admin conflict resolve {id} --keep a --reason …")
        case .kindOfConflict: Wording("kind", "类型", "種類")
        case .proposedDecision:
            Wording(
                "{by} proposes {what}: “{reason}”", "{by} 提议 {what}：“{reason}”",
                "{by} の提案：{what}「{reason}」")
        case .waitsForSecond:
            Wording(
                "Proposed. Somebody else has to approve it.", "已提议，须由另一人批准。",
                "提案しました。別の人の承認が必要です。")
        case .bulkNext:
            Wording(
                "{n} {n:record|records} would change. Do it: the same with --token {token} "
                    + "--reason ...",
                "将改动 {n} 条记录。执行：加上 --token {token} --reason …",
                "{n} 件の記録が変わります。実行：--token {token} --reason … を付けてください")
        case .answered:
            Wording(
                "Recorded; the office gets it with the next sync.", "已记录，下次同步时送达办公室。",
                "記録しました。次の同期で事務所に届きます。")
        case .noAnswerHere:
            Wording(
                "Message {n} is not about a value that could be answered.",
                "消息 {n} 没有可答复的内容。", "メッセージ {n} には答える内容がありません。")
        case .claimed: Wording("The conflict is yours.", "该冲突由您负责。", "この競合はあなたの担当です。")
        case .resolved:
            Wording(
                "Decided. Its authors find the reason in their inbox with their next sync.",
                "已裁定。相关作者下次同步时会在收件箱看到理由。",
                "決定しました。記録者は次の同期で受信箱に理由を見ます。")

        case .enrolled:
            Wording(
                "Enrolled for {person} at {hub}, as '{machine}'.",
                "已为 {person} 登记到{hub}，设备名“{machine}”。",
                "{person} として{hub}に登録しました（端末名「{machine}」）。")
        case .approvalNext:
            Wording(
                "Tell the office this fingerprint. When they have approved: hazama sync",
                "请把指纹告诉办公室。批准后执行：hazama sync",
                "この指紋を事務所に伝えてください。承認されたら：hazama sync")
        case .approvedNow:
            Wording("Approved. Next: hazama sync", "已批准。下一步：hazama sync", "承認済みです。次：hazama sync")
        case .badDeviceName:
            Wording(
                "A machine's name has 1 to 80 bytes and no invisible characters: --device-name",
                "设备名须为 1 至 80 字节，且不含不可见字符：--device-name",
                "端末名は 1 から 80 バイトで、見えない文字は使えません：--device-name")
        case .badCode: Wording("The code has a typing error.", "登记码输入有误。", "コードに入力間違いがあります。")
        case .badCodeNext:
            Wording(
                "Compare it with what the office gave you; nothing was sent.",
                "请与办公室提供的登记码核对；没有发送任何内容。",
                "事務所から受け取ったものと比べてください。何も送っていません。")
        case .otherAuthority:
            Wording(
                "The hub at that address is not the one the code is for: another hub, or "
                    + "somebody in between.",
                "该地址的中心与登记码不符：可能是另一中心，或有人居间冒充。",
                "そのアドレスのハブはコードのものと違います。別のハブか、なりすましです。")
        case .newerHub:
            Wording(
                "The hub speaks version {version}, which this program does not.",
                "中心使用版本 {version}，本程序不支持。",
                "ハブは版 {version} ですが、このプログラムは対応していません。")
        case .noProgress:
            Wording(
                "The hub says that there is more, but nothing comes.",
                "中心表示还有内容，但没有收到。",
                "ハブはまだあると言いますが、何も届きません。")
        case .safeHere:
            Wording(
                "Nothing is lost: {n} {n:change is|changes are} stored on this machine since "
                    + "{time}.",
                "没有丢失任何内容：{n} 项更改自 {time} 起保存在本机。",
                "何も失われていません。{n} 件の変更が {time} からこの端末に保存されています。")
        case .safeAllSent:
            Wording(
                "Nothing is lost: everything you made is stored at the hub.",
                "没有丢失任何内容：您的全部工作已存到中心。",
                "何も失われていません。作業はすべてハブに保存されています。")
        case .safeFilesHere:
            Wording(
                "Nothing is lost: all your records are stored at the hub; {n} {n:file is|files are} safe on this machine ({size}) and not at the hub yet.",
                "没有丢失任何内容：您的全部记录已存到中心；{n} 个文件安全保存在本机（{size}），尚未送达中心。",
                "何も失われていません。記録はすべてハブに保存されています。ファイル {n} 件（{size}）はこの端末に安全にあり、ハブにはまだありません。")
        case .hubWorks:
            Wording(
                "{up} sent; the hub has been at it for {n} {n:second|seconds}",
                "已发送 {up}，中心处理中，已 {n} 秒",
                "{up} を送信済み。ハブが処理中、{n} 秒経過")
        case .sending:
            Wording(
                "Sending   {n} {n:change|changes} ({size})",
                "发送 {n} 项更改（{size}）",
                "送信 {n} 件の変更（{size}）")
        case .transferring:
            Wording("Sent {up}, received {down}", "已发送 {up}，已接收 {down}", "送信 {up}、受信 {down}")
        case .receiving: Wording("Receiving {n} {n:record|records}", "接收 {n} 条记录", "受信 {n} 件の記録")
        case .newEpoch:
            Wording(
                "The hub was restored; offering again what it may lack.",
                "中心曾恢复备份，正在重新提交其可能缺少的内容。",
                "ハブが復元されました。不足の可能性があるものを再提出します。")
        case .repairing:
            Wording(
                "Your own work is safe. What is here differed from the hub; fetching what differs.",
                "您的工作已安全保存。本机内容与中心不一致，正在重新获取不一致的部分。",
                "ご自身の記入は安全です。この端末とハブの内容が違うため、違う部分を取り直しています。")
        case .digestRepaired:
            Wording(
                "Your own work is safe. What was here differed from the hub. Tell your administrator if "
                    + "it happens again.",
                "您的工作已安全保存。本机内容曾与中心不一致。若再次发生，请告知管理员。",
                "ご自身の記入は安全です。ハブと内容が違っていました。また起きたら管理者に知らせてください。")
        case .digestStillDiffers:
            Wording(
                "What is here still differs from the hub. What you recorded is safe. "
                    + "Run hazama doctor and tell your administrator.",
                "本机内容仍与中心不一致。你记录的内容是安全的。请运行 hazama doctor 并告知管理员。",
                "ハブと内容がまだ違います。記録したものは無事です。hazama doctor を実行し、"
                    + "管理者に知らせてください。")
        case .exchanged:
            Wording(
                "Sent {sent} {sent:change|changes}, received {received} "
                    + "{received:record|records}: {up} up, {down} down, {trips} round "
                    + "{trips:trip|trips}.",
                "发送 {sent} 项更改，接收 {received} 条记录：上行 {up}，下行 {down}，往返 {trips} 次。",
                "変更 {sent} 件を送信、記録 {received} 件を受信：上り {up}、下り {down}、往復 {trips} 回。")
        case .allStored:
            Wording(
                "Everything you made is stored at the hub (receipts through {n}).",
                "您的全部工作已存到中心（回执至第 {n} 项）。",
                "作業はすべてハブに保存されています（受領証は {n} まで）。")
        case .recordsStored:
            Wording(
                "All your records are stored at the hub (receipts through {n}); files are not yet.",
                "您的全部记录已存到中心（回执至第 {n} 项）；尚有文件未送达。",
                "記録はすべてハブに保存されています（受領証は {n} まで）。ファイルはまだです。")
        case .cutShort:
            Wording(
                "The limit on bytes ended it early; the rest follows with the next sync.",
                "因流量上限提前结束，其余内容下次同步时继续。",
                "通信量の上限で途中までです。残りは次の同期で続けます。")
        case .wouldSend:
            Wording(
                "Would send {n} {n:change|changes} ({size}).",
                "将发送 {n} 项更改（{size}）。",
                "送信予定：変更 {n} 件（{size}）。")
        case .wouldReceive:
            Wording(
                "Would receive about {n} {n:record|records} ({size}).",
                "将接收约 {n} 条记录（{size}）。",
                "受信予定：記録 約 {n} 件（{size}）。")
        case .bundlesDelivered:
            Wording(
                "Handed in {n} {n:bundle|bundles} of other machines.",
                "已递交其他设备的 {n} 个数据包。", "他の端末の包み {n} 個を届けました。")
        case .bundlesWait:
            Wording(
                "The limit on bytes leaves no room for {n} carried {n:bundle|bundles}; they stay here for a sync without it.",
                "因流量上限，所带的 {n} 个数据包未递交；它们仍保存在本机，待不设上限的同步时递交。",
                "通信量の上限のため、預かった包み {n} 個は届けていません。この端末に残し、上限のない同期で届けます。")
        case .watchSpent:
            Wording(
                "The limit on bytes is used up: the watch ends here. What is left follows with the next sync.",
                "流量上限已用完：持续同步到此结束。其余内容下次同步时继续。",
                "通信量の上限に達したため、見守りを終えます。残りは次の同期で続けます。")
        case .bundlesRefused:
            Wording(
                "The hub does not take {n} carried {n:bundle|bundles}; they are kept here.",
                "中心不接收所带的 {n} 个数据包；它们仍保存在本机。",
                "預かった包み {n} 個をハブが受け取りません。この端末に残してあります。")
        case .bundlesRefusedNext:
            Wording(
                "Ask whoever gave it to you for a new 'hazama bundle export'; their work is still on their machine.",
                "请交给您数据包的人重新执行“hazama bundle export”；其工作仍保存在其设备上。",
                "渡した人にもう一度「hazama bundle export」を頼んでください。仕事はその人の端末に残っています。")
        case .bundleEmpty:
            Wording(
                "Nothing to carry: the hub has everything.", "无需携带：中心已有全部内容。",
                "運ぶものはありません。すべてハブにあります。")
        case .bundleWritten:
            Wording(
                "Sealed {n} {n:change|changes} for {district} ({size}). Only that hub can open the "
                    + "file.",
                "已为 {district} 封存 {n} 项更改（{size}）。只有该中心能打开此文件。",
                "{district} 宛てに変更 {n} 件を封入しました（{size}）。開けるのはそのハブだけです。")
        case .bundleCarry:
            Wording(
                "Everything stays on this machine as well, and counts once, however it arrives.",
                "所有内容仍保留在本机；无论以何种方式到达，只计一次。",
                "内容はこの端末にも残り、どの経路で届いても一度だけ数えられます。")
        case .bundleReceipts:
            Wording(
                "The hub has {n} {n:change|changes}: its receipts are kept.",
                "中心已收到 {n} 项更改：回执已保存。", "ハブに変更 {n} 件があります。受領証を保存しました。")
        case .bundleTaken:
            Wording(
                "Taken along ({size}). The next sync hands it in.",
                "已代为保管（{size}）。下次同步时递交。", "預かりました（{size}）。次の同期で届けます。")
        case .bundleIsReceipts:
            Wording(
                "A file with {n} {n:receipt|receipts} of a hub.", "含有中心 {n} 份回执的文件。",
                "ハブの受領証 {n} 通のファイルです。")
        case .bundleIsSealed:
            Wording(
                "A bundle for the hub {hub} ({size}), sealed: only that hub can tell what is in it.",
                "给中心 {hub} 的数据包（{size}），已封存：只有该中心知道其内容。",
                "ハブ {hub} 宛ての包みです（{size}）。中身はそのハブにしか分かりません。")
        case .wouldTake:
            Wording("That would take about {time}.", "约需 {time}。", "所要時間は約 {time} です。")
        case .syncConflicts:
            Wording(
                "People have to decide in {n} {n:place|places}; all values are kept. See: "
                    + "hazama conflict list",
                "有 {n} 处有待裁定，各值均已保留。请看：hazama conflict list",
                "決定待ちが {n} か所あります。値はすべて残っています。参照：hazama conflict list")
        case .syncQuarantined:
            Wording(
                "{n} {n:change was|changes were} set aside for a person to look at. See: "
                    + "hazama outbox",
                "{n} 项更改被隔离，待人工查看。请看：hazama outbox",
                "{n} 件の変更が隔離され、人の確認待ちです。参照：hazama outbox")
        }
    }
}
