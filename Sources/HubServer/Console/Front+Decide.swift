internal import Fieldwork
internal import Logging
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    func claimFromPage(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        _ = try form(call)
        let id = try Self.conflictID(call)
        try await work.run { () throws(Problem) in _ = try hub.claim(id, by: session) }
        return .seeOther(link("/console/conflicts/\(id)", call))
    }

    /// The form of a decision: `check` shows what it would do, `edit` goes back to it, `save`
    /// carries it out.
    ///
    /// Whatever goes wrong, the reader sees the conflict as it is now, with the draft as it was.
    func decide(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let form = try form(call)
        let draft = Draft(form)
        let detail = try await detail(call, session)
        if let refusal = refusal(draft, detail, call) {
            return try await conflictPage(
                call, session, draft: draft, notice: refusal.notice, status: refusal.status)
        }
        if form["step"] == "edit" { return try await conflictPage(call, session, draft: draft) }
        let request: ResolutionRequest
        switch resolution(draft, detail, page(for: call)) {
        case .failure(let refusal):
            return try await conflictPage(
                call, session, draft: draft, notice: refusal.notice, status: 400)
        case .success(let made): request = made
        }
        guard form["step"] == "save" else {
            return checkPage(call, session, detail, draft, request)
        }
        return try await save(call, session, detail, draft, request)
    }

    private struct DraftRefusal: Error {
        let notice: Notice
        var status = 400
    }

    /// Why a draft can't be taken up: the conflict is not any more what its author looked at.
    private func refusal(_ draft: Draft, _ detail: ConflictDetail, _ call: Call) -> DraftRefusal? {
        let page = page(for: call)
        if detail.view.state == .resolved {
            let name = detail.decision?.byName ?? "-"
            return DraftRefusal(
                notice: Notice(weight: .warn, text: page.say(.alreadyResolved, name)), status: 409)
        }
        guard draft.version == detail.version else {
            return DraftRefusal(
                notice: Notice(weight: .warn, text: page.say(.staleView)), status: 409)
        }
        return nil
    }

    private func resolution(
        _ draft: Draft, _ detail: ConflictDetail, _ page: Page
    ) -> Result<ResolutionRequest, DraftRefusal> {
        func bad(_ text: String) -> Result<ResolutionRequest, DraftRefusal> {
            .failure(DraftRefusal(notice: Notice(weight: .bad, text: text)))
        }
        let reason = ValueEntry.trimmed(draft.reason)
        let choice: ResolutionRequest.Choice
        switch draft.choice {
        case .keep(let key)? where detail.sides.contains { $0.key == key }: choice = .keep(key)
        case .split(let key)? where detail.sides.contains { $0.key == key }: choice = .split(key)
        case .stand?: choice = .stand
        case .join?: choice = .join
        case .putBack?: choice = .putBack
        case .keep?, .split?, nil: return bad(page.say(.chooseFirst))
        case .other?:
            guard let unit = unit(of: detail.view), ValueEntry(unit: unit).isPossible
            else { return bad(page.say(.cannotCompose)) }
            do throws(ValueEntry.Refusal) {
                choice = .compose(try ValueEntry(unit: unit).value(draft.texts))
            } catch {
                return bad(page.say(.fieldDoesNotFit, page.term(error.member)))
            }
        }
        if reason.isEmpty { return bad(page.say(.reasonMissing)) }
        if reason.utf8.count > Limits.reasonBytes { return bad(page.say(.reasonTooLong)) }
        return .success(
            ResolutionRequest(version: draft.version, choice: choice, reason: reason))
    }

    /// What the decision would do, before anything is done.
    private func checkPage(
        _ call: Call, _ session: Session, _ detail: ConflictDetail, _ draft: Draft,
        _ request: ResolutionRequest
    ) -> Answer {
        let page = page(for: call, session)
        let view = detail.view
        let shown = ShownValue(page: page, unit: unit(of: view), names: detail.names)
        let value: Value?
        switch request.choice {
        case .keep(let key): value = detail.sides.first { $0.key == key }?.value
        case .split(let key): value = detail.sides.first { $0.key != key }?.value
        case .compose(let composed): value = composed
        case .stand, .join, .putBack: value = detail.shown
        }
        let comparison: HTML = """
            <div class="compare">
            <section class="side base"><h2>\(page.say(.before))</h2>\(shown.block(detail.shown))</section>
            <section class="side"><h2>\(page.say(.after))</h2>\(shown.block(value, comparedWith: detail.shown.map { [$0] } ?? []))</section>
            </div>
            """
        let field = fieldName(page, view)
        let title = title(page, view)
        let second: HTML =
            view.needsTwoPersons
            ? "<div class=\"note\"><p>\(page.say(.needsSecond))</p></div>" : ""
        // What late work met is not decided on.
        let decided = request.act == .putBack ? Array(detail.sides.prefix(1)) : detail.sides
        let ended = decided.map { side -> HTML in
            let name = page.say(.side, side.key.uppercased())
            let authors = HTML.list(Set(side.writes.map(\.authorName)).sorted())
            let shown = ShownValue(
                page: page, unit: schema.unit(side.unit, of: side.collection), names: detail.names)
            return """
                <li>\(name): \(stored: side.title) \(shown.line(side.value)) <span class="hint">(\(authors))</span></li>

                """
        }
        let content: HTML = """
            <h1>\(page.say(.checkTitle))</h1>
            <p class="sub">\(stored: title): \(field)</p>
            <div class="note warn"><p>\(page.say(.checkExplained))</p></div>
            \(second)
            \(Self.changesValue.contains(view.kind) ? comparison : "")
            <h2>\(page.say(.endedSides))</h2>
            <ul>\(ended)</ul>
            \(effect(page, request, detail))
            \(request.act == .putBack ? puttingBack(page, detail) : "")
            <h2>\(page.say(.reason))</h2>
            <p class="value">\(stored: request.reason)</p>
            <form method="post" action="\(page.link("/console/conflicts/\(view.id)/decide"))">
            \(page.formFields)\(draft.hidden(shown.unit?.members.count ?? 0))
            <div class="actions"><button name="step" value="save" autofocus>\(page.say(.save))</button>
            <button class="second" name="step" value="edit">\(page.say(.changeAgain))</button></div>
            </form>
            """
        return answer(page.html(title: page.say(.checkTitle), content), to: call)
    }

    /// Where deciding means that one value holds.
    private static let changesValue: Set<ConflictKind> = [
        .value, .group, .contestation, .deletion, .states, .capacity,
    ]

    private func effect(
        _ page: Page, _ request: ResolutionRequest, _ detail: ConflictDetail
    ) -> HTML {
        switch request.choice {
        case .stand where detail.view.kind == .duplicate:
            "<p><b>\(page.say(detail.view.kind.standing))</b></p>"
        case .stand:
            "<p><b>\(page.say(detail.view.kind.standing))</b></p><p>\(page.say(.letStandExplained))</p>"
        case .join: "<p><b>\(page.say(Words.areOne))</b></p><p>\(page.say(.areOneExplained))</p>"
        case .putBack:
            "<p><b>\(page.say(Words.putBack))</b></p><p>\(page.say(.putBackExplained))</p>"
        case .split(let key): "<p>\(page.say(.splitSide, key.uppercased()))</p>"
        case .keep(let key):
            detail.sides.first { $0.key == key }.map {
                "<p><b>\(nameOfKeeping(page, $0, detail))</b></p>"
            } ?? ""
        case .compose: ""
        }
    }

    /// All that putting late work back changes, unit by unit.
    private func puttingBack(_ page: Page, _ detail: ConflictDetail) -> HTML {
        let rows = detail.putsBack.map { line -> HTML in
            let shown = ShownValue(
                page: page, unit: schema.unit(line.unit, of: line.collection), names: detail.names)
            let name = page.term(schema.name(of: line.unit, in: line.collection))
            return """
                <tr><th scope="row">\(stored: line.title): \(name)</th>
                <td data-label="\(page.say(.before))">\(shown.line(line.before))</td>
                <td data-label="\(page.say(.after))">\(shown.line(line.after))</td></tr>

                """
        }
        let headings = [Phrase.field, .before, .after].map { heading -> HTML in
            "<th scope=\"col\">\(page.say(heading))</th>"
        }
        return
            "<table class=\"queue\"><thead><tr>\(headings)</tr></thead><tbody>\(rows)</tbody></table>"
    }

    func unit(of view: ConflictView) -> UnitDeclaration? {
        guard let unit = view.unit, let collection = view.collection else { return nil }
        return schema.unit(unit, of: collection)
    }

    /// What is done to a conflict beside deciding it: a word, a question, an approval, taking a
    /// decision back.
    func actFromPage(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let form = try form(call)
        let id = try Self.conflictID(call)
        let text = form["text"] ?? ""
        let version = form["version"] ?? ""
        let act = form["act"] ?? ""
        let side = form["side"] ?? ""
        let day = form["due"] ?? ""
        let due_ms = page(for: call).endOfDay(day)
        guard due_ms != nil || day.isEmpty else { throw Problem(.malformed) }
        if let decision = Self.settlements[act] {
            return try await settle(decision, text, call, session)
        }
        do throws(Problem) {
            try await work.run { () throws(Problem) in
                switch act {
                case "approve": _ = try hub.approve(id, version: version, by: session)
                case "undo": _ = try hub.undo(id, reason: text, by: session)
                case "assign": _ = try hub.assign(id, to: text, due_ms: due_ms, by: session)
                case "comment" where side.isEmpty: _ = try hub.comment(id, text, by: session)
                case "comment":
                    let key = side == Self.whoseDevice ? nil : side
                    _ = try hub.ask(id, side: key, text, by: session)
                default: throw Problem(.malformed)
                }
            }
        } catch {
            let page = page(for: call)
            let words: String
            switch error.code {
            case .staleView: words = page.say(.staleView)
            case .reasonRequired: words = page.say(.reasonMissing)
            case .secondPersonRequired: words = page.say(.needsSecond)
            case .noSuchPerson: words = page.say(.noSuchColleague)
            case .alreadyResolved: words = page.say(.alreadyResolved, "-")
            default: throw error
            }
            return try await conflictPage(
                call, session, notice: Notice(weight: .warn, text: words),
                status: error.code.status)
        }
        return .seeOther(link("/console/conflicts/\(id)", call))
    }

    private static let settlements: [String: Decision] = [
        "admit": .admit, "return": .returned, "discard": .discard,
    ]

    /// Settles what was set aside.
    private func settle(
        _ decision: Decision, _ reason: String, _ call: Call, _ session: Session
    ) async throws(Problem) -> Answer {
        let detail = try await detail(call, session)
        let page = page(for: call)
        func told(_ phrase: Phrase, _ status: Int) async throws(Problem) -> Answer {
            try await conflictPage(
                call, session, notice: Notice(weight: .warn, text: page.say(phrase)),
                status: status)
        }
        guard let name = detail.sides.first?.writes.first?.name else {
            return try await told(.noLongerAside, 409)
        }
        do throws(Problem) {
            let isDone = try await decide(name, decision, reason, session)
            guard isDone else { return try await told(.firstToDiscard, 200) }
        } catch {
            switch error.code {
            case .noSuchChangeSet: return try await told(.noLongerAside, error.code.status)
            case .notAdmissible: return try await told(.notAdmissible, error.code.status)
            case .secondPersonRequired:
                return try await told(.firstToDiscard, error.code.status)
            case .reasonRequired: return try await told(.reasonMissing, error.code.status)
            default: throw error
            }
        }
        return .seeOther(page.link("/console/conflicts", [("done", "1")]))
    }

    private func save(
        _ call: Call, _ session: Session, _ detail: ConflictDetail, _ draft: Draft,
        _ request: ResolutionRequest
    ) async throws(Problem) -> Answer {
        let id = detail.view.id
        do throws(Problem) {
            try await work.run { () throws(Problem) in
                _ = try hub.resolve(id, request, by: session)
            }
        } catch {
            let page = page(for: call)
            let notice: Notice
            switch error.code {
            case .staleView: notice = Notice(weight: .warn, text: page.say(.staleView))
            case .alreadyResolved:
                let name = try await self.detail(call, session).decision?.byName ?? "-"
                notice = Notice(weight: .warn, text: page.say(.alreadyResolved, name))
            case .badValue: notice = Notice(weight: .bad, text: page.say(.valueDoesNotFit))
            case .badChoice: notice = Notice(weight: .bad, text: page.say(.chooseFirst))
            case .reasonRequired: notice = Notice(weight: .bad, text: page.say(.reasonMissing))
            default: throw error
            }
            return try await conflictPage(
                call, session, draft: draft, notice: notice, status: error.code.status)
        }
        logger.info(
            "conflict resolved", metadata: ["conflict": "\(id)", "person": "\(session.person)"])
        let page = page(for: call)
        return .seeOther(page.link("/console/conflicts/\(id)", [("done", "1")]))
    }
}
