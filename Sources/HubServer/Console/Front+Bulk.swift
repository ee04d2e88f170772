internal import Logging
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// Many conflicts of one field: a rule is chosen, every record is shown, and then it is done.
    func bulkPage(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        try await bulkPage(call, session, notice: nil, status: 200)
    }

    private func bulkPage(
        _ call: Call, _ session: Session, notice: String?, status: Int
    ) async throws(Problem) -> Answer {
        let page = page(for: call, session)
        let open = try await list(.unresolved, session).filter {
            !$0.isHighStakes && [.value, .group, .states].contains($0.kind)
        }
        let fields = Set(open.map { Field(view: $0, schema) }).sorted { $0.word < $1.word }
        let field = call.query["field"] ?? ""
        let rule = call.query["rule"] ?? ""
        var preview: HTML = ""
        if let chosen = fields.first(where: { $0.word == field }), !rule.isEmpty {
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
            : choices(page, fields, field, rule)
        let content: HTML = """
            <p><a href="\(page.link("/console/conflicts"))">← \(page.say(.backToQueue))</a></p>
            \(warning)
            <h1>\(page.say(.bulk))</h1>
            <p class="sub">\(page.say(.bulkExplained))</p>
            \(choices)
            \(preview)
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
    }

    private func choices(
        _ page: Page, _ fields: [Field], _ field: String, _ rule: String
    ) -> HTML {
        func option(_ value: String, _ text: String, _ chosen: String) -> HTML {
            "<option value=\"\(exactly: value)\"\(value == chosen ? " selected" as HTML : "")>\(text)</option>"
        }
        let language: HTML =
            page.keepsLanguage
            ? "<input type=\"hidden\" name=\"lang\" value=\"\(page.language.rawValue)\">" : ""
        let options = fields.map {
            option($0.word, "\(page.term($0.collection)) · \(page.term($0.unit))", field)
        }
        let rules = BulkRequest.Rule.allCases.map {
            option($0.rawValue, page.say($0.phrase), rule)
        }
        return """
            <form class="filter" method="get" action="/console/bulk">\(language)
            <label>\(page.say(.field))<select name="field">\(options)</select></label>
            <label>\(page.say(.decide))<select name="rule">\(rules)</select></label>
            <button class="second">\(page.say(.preview))</button>
            </form>
            """
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
            <td data-label="\(page.say(.after))">\(shown.line(line.after))</td>
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

extension BulkRequest.Rule {
    fileprivate var phrase: Phrase {
        switch self {
        case .newest: .ruleNewest
        case .oldest: .ruleOldest
        case .previous: .rulePrevious
        }
    }
}
