internal import Fieldwork
internal import Logging
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// Many conflicts of one field and kind: a rule is chosen, every record is shown, and then
    /// it is done.
    func bulkPage(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        try await bulkPage(call, session, notice: nil, status: 200)
    }

    private func bulkPage(
        _ call: Call, _ session: Session, notice: String?, status: Int
    ) async throws(Problem) -> Answer {
        let page = page(for: call, session)
        let waiting = try await list(.unresolved, session)
        let open = waiting.filter {
            !$0.kind.bulkRules.isEmpty && (!$0.isHighStakes || $0.kind.isHarmlessInBulk)
        }
        let fields = Set(open.map { Field(view: $0, schema) }).sorted { $0.word < $1.word }
        let field = call.query["field"] ?? ""
        let rule = call.query["rule"] ?? ""
        var preview: HTML = ""
        let chosen = fields.first { $0.word == field }
        // The rules offered may have been those of another field.
        let fits = chosen?.rules.contains { $0.rawValue == rule } ?? false
        if let chosen, fits {
            let request = try bulk(
                collection: chosen.collection, unit: chosen.unit, kind: chosen.kind, rule: rule)
            let found = try await work.run { () throws(Problem) in
                try hub.preview(request, by: session)
            }
            preview = lines(page, found, request, field, rule)
        }
        let warning: HTML =
            notice.map { "<div class=\"note warn\" role=\"alert\"><p>\($0)</p></div>" } ?? ""
        let choices: HTML =
            fields.isEmpty
            ? "<p class=\"note\">\(page.say(.bulkNothing))</p>"
            : choices(page, fields, chosen ?? fields[0], rule)
        let hint: HTML =
            chosen != nil && !fits ? "<p class=\"note\">\(page.say(.chooseFirst))</p>" : ""
        let content: HTML = """
            <p><a href="\(page.link("/console/conflicts"))">← \(page.say(.backToQueue))</a></p>
            \(warning)
            <h1>\(page.say(.bulk))</h1>
            <p class="sub">\(page.say(.bulkExplained))</p>
            \(choices)
            \(hint)
            \(preview)
            \(oneByOne(page, waiting))
            """
        return answer(page.html(title: page.say(.bulk), content), status: status, to: call)
    }

    /// What one rule is for: a unit of a collection in one kind of conflict.
    private struct Field: Hashable {
        let collection: String
        let unit: String
        let kind: String

        init(view: ConflictView, _ schema: Schema) {
            collection = view.collection.map { schema.name(of: $0) } ?? ""
            unit = schema.name(of: view)
            kind = view.kind.word
        }

        var word: String { "\(collection).\(unit).\(kind)" }

        var rules: [BulkRequest.Rule] { ConflictKind(word: kind)?.bulkRules ?? [] }
    }

    private func choices(
        _ page: Page, _ fields: [Field], _ field: Field, _ rule: String
    ) -> HTML {
        func option(_ value: String, _ text: String, _ chosen: String) -> HTML {
            "<option value=\"\(exactly: value)\"\(value == chosen ? " selected" as HTML : "")>\(text)</option>"
        }
        let language: HTML =
            page.keepsLanguage
            ? "<input type=\"hidden\" name=\"lang\" value=\"\(page.language.rawValue)\">" : ""
        let options = fields.map { one -> HTML in
            let kind = ConflictKind(word: one.kind).map { page.say($0.name) } ?? one.kind
            return option(
                one.word, "\(page.term(one.collection)) · \(page.term(one.unit)) · \(kind)",
                field.word)
        }
        let rules = field.rules.map {
            option($0.rawValue, name(page, $0, field.kind), rule)
        }
        return """
            <form class="filter" method="get" action="/console/bulk">\(language)
            <label>\(page.say(.field))<select name="field">\(options)</select></label>
            <label>\(page.say(.decide))<select name="rule">\(rules)</select></label>
            <button class="second">\(page.say(.preview))</button>
            </form>
            """
    }

    /// What a rule is called for a kind of conflict.
    private func name(_ page: Page, _ rule: BulkRequest.Rule, _ kind: String) -> String {
        switch rule {
        case .newest: page.say(.ruleNewest)
        case .oldest: page.say(.ruleOldest)
        case .previous: page.say(.rulePrevious)
        case .stand: page.say(Words.standing(kind))
        case .putBack: page.say(Words.putBack)
        case .valid: page.say(.ruleValid)
        case .bringBack: page.say(.ruleBringBack)
        }
    }

    /// Which of the conflicts that wait are decided one by one, and why.
    private func oneByOne(_ page: Page, _ waiting: [ConflictView]) -> HTML {
        let kinds = ConflictKind.allCases.filter { kind in waiting.contains { $0.kind == kind } }
        var lines = kinds.compactMap { kind -> HTML? in
            Words.oneByOne(kind.word).map {
                "<li>\(page.say(kind.name)): \(page.say($0))</li>"
            }
        }
        if waiting.contains(where: { $0.isHighStakes && !$0.kind.isHarmlessInBulk }) {
            lines.append("<li>\(page.say(.highStakes)): \(page.say(.bulkNotHigh))</li>")
        }
        return lines.isEmpty ? "" : "<h2>\(page.say(.bulkNever))</h2><ul>\(lines)</ul>"
    }

    private func lines(
        _ page: Page, _ preview: BulkPreview, _ request: BulkRequest, _ field: String,
        _ rule: String
    ) -> HTML {
        let shown = ShownValue(page: page, unit: schema.unit(request.unit, of: request.collection))
        let rows = preview.lines.map { line -> HTML in
            """
            <tr><th scope="row"><a href="\(page.link("/console/conflicts/\(line.view.id)"))">\(stored: title(page, line.view))</a></th>
            <td data-label="\(page.say(.before))">\(line.before.map { shown.line($0) } ?? "")</td>
            <td data-label="\(page.say(.after))">\(after(page, shown, line, request))</td>
            <td data-label="\(page.say(.authors))">\(HTML.list(line.view.authors))</td></tr>

            """
        }
        guard !rows.isEmpty else { return "<p class=\"note\">\(page.say(.bulkNothing))</p>" }
        let headings = [Phrase.record, .before, .after, .authors].map { heading -> HTML in
            "<th scope=\"col\">\(page.say(heading))</th>"
        }
        let left: HTML =
            preview.left > 0
            ? "<p class=\"note\">\(page.say(.bulkLeft, "\(preview.left)"))</p>" : ""
        return """
            <h2>\(page.say(.bulkCount, "\(preview.lines.count)"))</h2>\(left)
            <table class="queue"><thead><tr>\(headings)</tr></thead><tbody>\(rows)</tbody></table>
            <form class="decide" method="post" action="\(page.link("/console/bulk", [("field", field), ("rule", rule)]))">
            \(page.formFields)<input type="hidden" name="token" value="\(exactly: preview.token)">
            <label for="reason"><b>\(page.say(.reason))</b></label>
            <textarea id="reason" name="reason" required maxlength="2000"></textarea>
            <div class="actions"><button>\(page.say(.save))</button></div>
            </form>
            """
    }

    /// What would hold: a value, what is done where no value would, or all that is put back.
    private func after(
        _ page: Page, _ shown: ShownValue, _ line: BulkPreview.Line, _ request: BulkRequest
    ) -> HTML {
        guard line.putsBack.isEmpty else {
            let changes = line.putsBack.map { one -> HTML in
                let shown = ShownValue(
                    page: page, unit: schema.unit(one.unit, of: one.collection))
                let name = page.term(schema.name(of: one.unit, in: one.collection))
                return
                    "<li>\(name): \(shown.line(one.before)) → \(shown.line(one.after))</li>"
            }
            return "<ul>\(changes)</ul>"
        }
        // A side of a broken reference is no value of the unit.
        guard request.kind != .reference, let value = line.after else {
            return "\(name(page, request.rule, request.kind.word))"
        }
        return shown.line(value)
    }

    func bulkSave(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let form = try form(call)
        let parts = (call.query["field"] ?? "").split(separator: ".").map(String.init)
        guard parts.count == 3 else { throw Problem(.malformed) }
        let request = try bulk(
            collection: parts[0], unit: parts[1], kind: parts[2], rule: call.query["rule"] ?? "")
        let token = form["token"] ?? ""
        let reason = form["reason"] ?? ""
        do throws(Problem) {
            try await work.run { () throws(Problem) in
                _ = try hub.resolve(request, token: token, reason: reason, by: session)
            }
        } catch {
            let page = page(for: call)
            switch error.code {
            case .staleView, .alreadyResolved:
                return try await bulkPage(
                    call, session, notice: page.say(.staleView), status: error.code.status)
            case .reasonRequired:
                return try await bulkPage(
                    call, session, notice: page.say(.reasonMissing), status: error.code.status)
            default: throw error
            }
        }
        logger.info("conflicts resolved", metadata: ["person": "\(session.person)"])
        return .seeOther(page(for: call).link("/console/conflicts", [("done", "1")]))
    }
}
