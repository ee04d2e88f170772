import Casework
import Fieldwork

/// What is said of departments' files.
enum FeedPhrase: Catalogue {
    // What became of it.
    case dryDone, done, unchanged, reviews, leftRows, leftFile, leftFileNext, safe, fileThere
    case fileThereNext, exported, allOrNothing, allOrNothingNext
    // Why a file can't be read.
    case empty, workbook, workbookNext, utf16, utf16Next, gb18030, gb18030Next, notUTF8
    case notUTF8Next, zero, unnamedColumn, columnTwice, unknownColumn, unknownColumnNext
    case missingColumns, missingColumnsNext, fieldCount, quoteInField, openQuote, afterQuote
    case loneReturn, quotesNext, tooManyRows, tooManyRowsNext
    // Why a row was left.
    case notJSON, unknownMember, numberLength, numberCharacter, numberDay, numberFuture
    case numberCheck, birthDiffers, nobodyNamed, value, noDay, noFact, saidTwice
    case nobodyKnown, several, otherNumber, addressDiffers, noSuchPerson
    case linkedByName, contradictsField

    /// The phrase for a word of the hub; `nil` for one of a newer hub's.
    init?(reason: String) {
        guard let phrase = Self.reasons[reason] else { return nil }
        self = phrase
    }

    private static let reasons: [String: FeedPhrase] = [
        "not-json": .notJSON, "unknown-member": .unknownMember,
        "identity-length": .numberLength, "identity-character": .numberCharacter,
        "identity-day": .numberDay, "identity-future": .numberFuture,
        "identity-check": .numberCheck, "birth-differs": .birthDiffers,
        "nobody-named": .nobodyNamed, "value": .value, "no-day": .noDay, "no-fact": .noFact,
        "said-twice": .saidTwice, "nobody-known": .nobodyKnown, "several": .several,
        "other-number": .otherNumber, "address-differs": .addressDiffers,
        "no-such-person": .noSuchPerson, "linked-by-name": .linkedByName,
        "contradicts-field": .contradictsField,
    ]

    var wording: Wording {
        switch self {
        case .dryDone:
            Wording(
                "Nothing was written. It would be {facts} {facts:fact|facts} of {persons} {persons:person|persons}.",
                "未写入任何内容。将写入 {persons} 人的 {facts} 条事实。",
                "何も書いていません。{persons} 人の事実 {facts} 件を書くことになります。")
        case .done:
            Wording(
                "Recorded: {facts} {facts:fact|facts} of {persons} {persons:person|persons}, each beside what was known.",
                "已记录 {persons} 人的 {facts} 条事实，原有记录均保留。",
                "{persons} 人の事実 {facts} 件を記録しました。前の記録はすべて残っています。")
        case .unchanged:
            Wording(
                "{n} {n:row was|rows were} known already.", "{n} 行此前已有，无变化。", "{n} 行はすでにありました。")
        case .reviews:
            Wording(
                "{n} {n:row is|rows are} recorded and to be looked at; the advisors have tasks.",
                "{n} 行已记录但需核实，已给顾问派发任务。",
                "{n} 行は記録しましたが確認が要ります。相談員に課題を出しました。")
        case .leftRows:
            Wording(
                "{n} {n:row was|rows were} left out; the others are not touched by that.",
                "{n} 行未导入，不影响其他行。", "{n} 行は取り込んでいません。ほかの行には影響しません。")
        case .leftFile:
            Wording(
                "They are in {path}, each with its reason.", "均在 {path} 中，并附原因。",
                "{path} に理由とともにあります。")
        case .leftFileNext:
            Wording(
                "Correct them there, or put a record's id under person, and import that file.",
                "请在该文件中更正，或在 person 列填写记录编号，再导入该文件。",
                "そこで直すか、person の列に記録の番号を書き、その文件を取り込んでください。")
        case .safe:
            Wording("Nothing of it was taken in.", "未导入任何内容。", "何も取り込んでいません。")
        case .fileThere:
            Wording(
                "There is a file of that name already: {path}", "已有同名文件：{path}",
                "同じ名前のファイルがあります：{path}")
        case .exported:
            Wording(
                "{n} {n:record|records} written to {path}, which only you can read.",
                "已将 {n} 条写入 {path}，仅您可读取。",
                "{n} 件を {path} に書きました。読めるのはあなただけです。")
        case .fileThereNext:
            Wording("Name a new one.", "请换一个文件名。", "別の名前にしてください。")
        case .allOrNothing:
            Wording(
                "Either all of it was taken in or nothing.", "要么全部导入，要么什么也没导入。",
                "すべて取り込まれたか、何も取り込まれていないかのどちらかです。")
        case .allOrNothingNext:
            Wording(
                "Import the same file again once the hub is there: what is in already is not written twice.",
                "待中心恢复后重新导入同一文件；已导入的内容不会重复写入。",
                "ハブにつながったら同じファイルをもう一度取り込んでください。すでにあるものは二度書きません。")
        case .empty: Wording("The file is empty.", "文件是空的。", "ファイルが空です。")
        case .workbook:
            Wording(
                "This is a workbook (XLSX or ODS), not a text of rows.",
                "这是工作簿（XLSX 或 ODS），不是文本表格。", "これは表計算のブック（XLSX か ODS）です。")
        case .workbookNext:
            Wording(
                "Write it as CSV first: soffice --headless --convert-to csv:\"Text - txt - csv (StarCalc)\":44,34,76 FILE",
                "请先另存为 CSV：soffice --headless --convert-to csv:\"Text - txt - csv (StarCalc)\":44,34,76 文件",
                "先に CSV にしてください：soffice --headless --convert-to csv:\"Text - txt - csv (StarCalc)\":44,34,76 ファイル"
            )
        case .utf16: Wording("The file is UTF-16.", "文件编码为 UTF-16。", "文字コードが UTF-16 です。")
        case .utf16Next:
            Wording(
                "Write it anew: iconv -f UTF-16 -t UTF-8 FILE > NEW",
                "请转换：iconv -f UTF-16 -t UTF-8 文件 > 新文件",
                "変換：iconv -f UTF-16 -t UTF-8 ファイル > 新ファイル")
        case .gb18030:
            Wording(
                "Line {line} is not UTF-8; the file seems to be GB 18030 (GBK).",
                "第 {line} 行不是 UTF-8；文件似为 GB 18030（GBK）编码。",
                "{line} 行目が UTF-8 ではありません。GB 18030（GBK）のようです。")
        case .gb18030Next:
            Wording(
                "Write it anew: iconv -f GB18030 -t UTF-8 FILE > NEW",
                "请转换：iconv -f GB18030 -t UTF-8 文件 > 新文件",
                "変換：iconv -f GB18030 -t UTF-8 ファイル > 新ファイル")
        case .notUTF8:
            Wording(
                "Line {line} is not UTF-8.", "第 {line} 行不是 UTF-8。", "{line} 行目が UTF-8 ではありません。"
            )
        case .notUTF8Next:
            Wording(
                "Ask whoever made the file for one in UTF-8.", "请向提供方索取 UTF-8 编码的文件。",
                "UTF-8 のファイルを作り手に頼んでください。")
        case .zero:
            Wording(
                "Line {line} holds U+0000, which no text has.", "第 {line} 行含有 U+0000，不是文本。",
                "{line} 行目に U+0000 があり、文字ではありません。")
        case .unnamedColumn:
            Wording(
                "Column {n} has no name in the first line.", "首行第 {n} 列没有列名。",
                "1 行目の {n} 列目に名前がありません。")
        case .columnTwice:
            Wording(
                "Two columns are called {text}.", "有两列同名：{text}。", "{text} という列が二つあります。")
        case .unknownColumn:
            Wording(
                "No fact or field of a feed is called {text}.", "没有名为 {text} 的事实或字段。",
                "{text} という事実も項目もありません。")
        case .unknownColumnNext:
            Wording(
                "Columns are identity_number, name, birth, address, person, effective, and keys of facts: hazama policy list",
                "列名可为 identity_number、name、birth、address、person、effective 及事实键：hazama policy list",
                "列名は identity_number、name、birth、address、person、effective と事実の名：hazama policy list")
        case .missingColumns:
            Wording(
                "The file names no persons, or says nothing of them.", "文件没有指明人员，或没有任何事实列。",
                "だれのことか、または何の事実かを示す列がありません。")
        case .missingColumnsNext:
            Wording(
                "It needs identity_number or name, and a column for each fact: p.disabilityGrade",
                "需要 identity_number 或 name 列，以及事实列，如 p.disabilityGrade",
                "identity_number か name の列と、p.disabilityGrade のような事実の列が要ります。")
        case .fieldCount:
            Wording(
                "Line {line} has {n} fields where the first has {all}.",
                "第 {line} 行有 {n} 个字段，首行有 {all} 个。",
                "{line} 行目は {n} 項目ですが、1 行目は {all} 項目です。")
        case .quoteInField:
            Wording(
                "Line {line} has a quote inside a field that is not quoted.",
                "第 {line} 行未加引号的字段中出现引号。", "{line} 行目の囲んでいない項目に引用符があります。")
        case .openQuote:
            Wording(
                "A quote opened on line {line} is never closed.", "第 {line} 行的引号没有闭合。",
                "{line} 行目の引用符が閉じていません。")
        case .afterQuote:
            Wording(
                "Line {line} goes on after a closing quote.", "第 {line} 行的闭合引号之后还有内容。",
                "{line} 行目の閉じた引用符の後に続きがあります。")
        case .loneReturn:
            Wording(
                "Line {line} has a return without a line feed.", "第 {line} 行有单独的回车符。",
                "{line} 行目に単独の復帰文字があります。")
        case .quotesNext:
            Wording(
                "A field with a comma, a quote or a line break is quoted, and quotes in it doubled (RFC 4180).",
                "含逗号、引号或换行的字段须加引号，其中的引号写两遍（RFC 4180）。",
                "コンマ・引用符・改行のある項目は引用符で囲み、中の引用符は二つ重ねます（RFC 4180）。")
        case .tooManyRows:
            Wording(
                "The file has more than {n} rows.", "文件超过 {n} 行。", "{n} 行を超えています。")
        case .tooManyRowsNext:
            Wording(
                "Split it; each part can be imported by itself.", "请拆分后分别导入。",
                "分けて、それぞれ取り込んでください。")
        case .notJSON:
            Wording("not a JSON object", "不是 JSON 对象", "JSON のオブジェクトではない")
        case .unknownMember: Wording("no fact or field: {about}", "没有该字段：{about}", "ない項目：{about}")
        case .numberLength:
            Wording(
                "the identity number has not 18 characters", "身份号码不是 18 位", "身分証番号が 18 桁ではない")
        case .numberCharacter:
            Wording(
                "the identity number has a wrong character", "身份号码含有错误字符", "身分証番号に誤った文字がある")
        case .numberDay:
            Wording(
                "the identity number holds no real day", "身份号码中的日期不存在", "身分証番号の日付がない日")
        case .numberFuture:
            Wording(
                "the identity number's day is to come", "身份号码中的日期在未来", "身分証番号の日付が未来")
        case .numberCheck:
            Wording(
                "the identity number's check digit is wrong", "身份号码校验位错误", "身分証番号の検査数字が違う")
        case .birthDiffers:
            Wording(
                "the day of birth is not the identity number's", "出生日期与身份号码不符",
                "生年月日が身分証番号と違う")
        case .nobodyNamed:
            Wording(
                "neither an identity number nor name and birth", "没有身份号码，也没有姓名加出生日期",
                "身分証番号も、氏名と生年月日もない")
        case .value: Wording("{about} can't be read", "{about} 无法识别", "{about} を読めない")
        case .noDay:
            Wording("no day from which it holds", "没有生效日期", "いつからのことか書かれていない")
        case .noFact: Wording("says nothing", "没有任何事实", "何も書かれていない")
        case .saidTwice:
            Wording(
                "another row says otherwise: {about}", "另一行说法不同：{about}", "別の行と食い違う：{about}")
        case .nobodyKnown:
            Wording("nobody here is like that", "系统中没有这个人", "該当する人がいない")
        case .several: Wording("several may be meant", "可能是多个人", "複数の人があてはまる")
        case .otherNumber:
            Wording(
                "somebody of that name and birth has another number", "同名同生日者身份号码不同",
                "同姓同名で同じ生年月日の人の番号が違う")
        case .addressDiffers:
            Wording(
                "name and birth fit, the address does not", "姓名和生日相符，地址不符",
                "氏名と生年月日は合うが住所が違う")
        case .noSuchPerson:
            Wording("no person has that id", "没有该编号的人员", "その番号の人がいない")
        case .linkedByName:
            Wording(
                "found by name, birth and address alone", "仅凭姓名、生日和地址关联",
                "氏名・生年月日・住所だけで結び付けた")
        case .contradictsField:
            Wording(
                "the field saw otherwise", "与现场记录不一致", "現場の記録と違う")
        }
    }
}

extension Console {
    /// A text of this catalogue with its places filled.
    func text(_ phrase: FeedPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
        phrase.wording.filled(in: language, values)
    }
}

extension Desk {
    /// A file of a department that can't be read.
    func failure(for defect: FeedDefect) -> Failure {
        typealias Said = (FeedPhrase, KeyValuePairs<String, String>, FeedPhrase?)
        let line = "\(defect.line)"
        let (what, values, next): Said =
            switch defect.reason {
            case .empty: (.empty, [:], nil)
            case .workbook: (.workbook, [:], .workbookNext)
            case .utf16: (.utf16, [:], .utf16Next)
            case .gb18030: (.gb18030, ["line": line], .gb18030Next)
            case .notUTF8: (.notUTF8, ["line": line], .notUTF8Next)
            case .zero: (.zero, ["line": line], .notUTF8Next)
            case .unnamedColumn(let column): (.unnamedColumn, ["n": "\(column)"], .quotesNext)
            case .columnTwice(let name): (.columnTwice, ["text": name], .unknownColumnNext)
            case .unknownColumn(let name): (.unknownColumn, ["text": name], .unknownColumnNext)
            case .missingColumns: (.missingColumns, [:], .missingColumnsNext)
            case .fieldCount(let count, let expected):
                (
                    .fieldCount, ["line": line, "n": "\(count)", "all": "\(expected)"],
                    .quotesNext
                )
            case .quoteInField: (.quoteInField, ["line": line], .quotesNext)
            case .openQuote: (.openQuote, ["line": line], .quotesNext)
            case .afterQuote: (.afterQuote, ["line": line], .quotesNext)
            case .loneReturn: (.loneReturn, ["line": line], .quotesNext)
            case .tooManyRows(let count):
                (.tooManyRows, ["n": Formats.grouped(Int64(count))], .tooManyRowsNext)
            }
        return Failure(
            status: .usage, code: DeviceCode.badFeed.rawValue, safe: console.text(FeedPhrase.safe),
            what: console.text(what, values), next: next.map { console.text($0) })
    }
}
