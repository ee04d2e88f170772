internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// What a conflict's page says above everything else.
    struct Notice: Sendable {
        enum Weight: String, Sendable {
            case good
            case warn
            case bad
        }
        let weight: Weight
        let text: String
    }

    func conflictPage(
        _ call: Call, _ session: Session, draft: Draft? = nil, notice: Notice? = nil,
        status: Int = 200, cookie: String? = nil
    ) async throws(Problem) -> Answer {
        let id = try Self.conflictID(call)
        let live = try await live(
            id, shownAt: link("/console/conflicts/\(id)", call), session)
        let detail = try await detail(call, session)
        let colleagues = try await work.run { () throws(Problem) in
            try hub.colleagues(by: session)
        }
        let page = page(for: call, session, cookie: cookie)
        var notice = notice
        var next: HTML = ""
        if notice == nil, call.query["done"] != nil {
            switch detail.view.state {
            case .resolved: notice = Notice(weight: .good, text: page.say(.decisionSaved))
            case .proposed: notice = Notice(weight: .good, text: page.say(.proposalSaved))
            case .open, .assigned: break
            }
            if detail.view.state == .resolved { next = try await nextLink(page, session) }
        }
        let view = detail.view
        let shown = ShownValue(page: page, unit: unit(of: view), names: detail.names)
        let title = title(page, view)
        let field = fieldName(page, view)
        let content: HTML = """
            <p><a href="\(page.link("/console/conflicts"))">← \(page.say(.backToQueue))</a></p>
            \(notice.map { noticeBox($0, next) })
            <h1>\(stored: title)\(field.isEmpty ? "" : ": \(field)")</h1>
            <p class="sub">\(page.say(view.kind.explanation))</p>
            \(facts(page, view))
            \(decision(page, shown, detail))
            \(proposal(page, shown, detail))
            \(sides(page, shown, detail))
            <h2>\(page.say(.discussion))</h2>
            \(discussion(page, detail))
            \(speak(page, detail, colleagues))
            \(view.state == .resolved ? "" : settling(page, detail))
            \(view.state == .resolved
                ? draftLeft(page, shown, draft, detail)
                : form(page, shown, draft, detail))
            \(dependents(page, detail))
            \(history(page, detail))
            """
        return answer(
            page.html(
                title: field.isEmpty ? title : "\(title): \(field)", live: live,
                content), status: status, to: call)
    }

    func noticeBox(_ notice: Notice, _ next: HTML) -> HTML {
        "<div class=\"note \(notice.weight.rawValue)\" role=\"\(notice.weight == .good ? "status" : "alert")\"><p>\(notice.text)</p>\(next)</div>"
    }

    private func nextLink(_ page: Page, _ session: Session) async throws(Problem) -> HTML {
        let waiting = try await list(.unresolved, session).min(by: Self.isMoreUrgent)
        guard let waiting else { return "" }
        return
            "<p><a href=\"\(page.link("/console/conflicts/\(waiting.id)"))\">\(page.say(.nextConflict)) →</a></p>"
    }

    // MARK: Parts

    private func facts(_ page: Page, _ view: ConflictView) -> HTML {
        let stakes: HTML =
            view.isHighStakes ? " <span class=\"tag high\">! \(page.say(.highStakes))</span>" : ""
        let reopened: HTML =
            view.timesReopened == 0 ? "" : " · \(page.say(.reopenedTimes, "\(view.timesReopened)"))"
        let owner: HTML
        if let owned = view.owner, owned == page.session?.person {
            owner = "\(page.say(.claimedByYou))"
        } else {
            let name: HTML = view.ownerName.map { "\(stored: $0)" } ?? "\(page.say(.nobody))"
            let claim: HTML =
                view.state == .resolved
                ? ""
                : """
                 <form method="post" action="\(page.link("/console/conflicts/\(view.id)/claim"))" class="inline"><button class="second">\(page.say(.claim))</button>\(page.formFields)</form>
                """
            owner = "\(name)\(claim)"
        }
        let collection = view.collection.map { page.term(schema.name(of: $0)) } ?? ""
        let record = view.record?.description ?? ""
        let place: HTML =
            record.isEmpty
            ? ""
            : """
            <dt>\(page.say(.record))</dt><dd>\(collection) <span class="id">\(record)</span></dd>
            <dt>\(page.say(.area))</dt><dd>\(stored: view.area)</dd>
            """
        return """
            <dl class="facts">
            <dt>\(page.say(.state))</dt><dd><span class="tag">\(page.say(view.state.phrase))</span>\(stakes)\(reopened)</dd>
            <dt>\(page.say(.kind))</dt><dd>\(page.say(view.kind.name))</dd>
            \(place)
            <dt>\(page.say(.waiting))</dt><dd>\(page.age(view.opened_ms)) (\(page.time(view.opened_ms)))</dd>
            <dt>\(page.say(.due))</dt><dd>\(page.time(view.due_ms))</dd>
            <dt>\(page.say(.assignee))</dt><dd>\(owner)</dd>
            </dl>
            """
    }

    private func decision(_ page: Page, _ shown: ShownValue, _ detail: ConflictDetail) -> HTML {
        guard let decision = detail.decision else { return "" }
        let when = page.moment(decision.at_ms).short
        let words: String =
            switch decision.act {
            case .join: page.say(Words.areOne)
            case .putBack: page.say(Words.putBack)
            case .keep, .compose, .stand, .split: page.say(detail.view.kind.standing)
            }
        let value = decision.value.map { shown.block($0) }
        let second = decision.approvedByName.map { " · " + page.say(.approvedBy, $0) } ?? ""
        // Opened again, it is what was once decided.
        let isLast = detail.view.state == .resolved
        return """
            <h2>\(page.say(isLast ? .decision : .earlierDecision))</h2>
            <div class="note\(isLast ? " good" : "")">
            \(decision.act == .putBack || value == nil ? "<p>\(words)</p>" : "")
            \(value)
            <p>\(stored: decision.reason)</p>
            <p class="hint">\(page.say(.decidedBy, decision.byName, when))\(second)</p>
            \(isLast ? act(page, detail, "undo", .takeBack, reason: .reason) : "")
            </div>
            """
    }

    /// What waits for somebody else than its proposer.
    private func proposal(_ page: Page, _ shown: ShownValue, _ detail: ConflictDetail) -> HTML {
        guard let proposal = detail.proposal else { return "" }
        let what: HTML
        switch proposal.request.choice {
        case .keep(let key): what = "\(page.say(.keepSide, key.uppercased()))"
        case .split(let key): what = "\(page.say(.splitSide, key.uppercased()))"
        case .compose(let value): what = "\(page.say(.otherValue)): \(shown.line(value))"
        case .stand: what = "\(page.say(detail.view.kind.standing))"
        case .join: what = "\(page.say(Words.areOne))"
        case .putBack: what = "\(page.say(Words.putBack))"
        }
        let fields: HTML =
            "<input type=\"hidden\" name=\"version\" value=\"\(exactly: proposal.request.version)\">"
        let approve: HTML =
            proposal.by == page.session?.person
            ? "<p class=\"hint\">\(page.say(.needsSecond))</p>"
            : proposal.isFresh
                ? act(page, detail, "approve", .approve, hidden: fields)
                : "<p class=\"hint\">\(page.say(.staleView))</p>"
        return """
            <h2>\(page.say(.proposedDecision))</h2>
            <div class="note warn"><p>\(what)</p><p>\(stored: proposal.request.reason)</p>
            <p class="hint">\(page.say(.proposedBy, proposal.byName, page.moment(proposal.at_ms).short))</p>
            \(approve)</div>
            """
    }

    /// A form of one button, and a text where one is needed.
    private func act(
        _ page: Page, _ detail: ConflictDetail, _ act: String, _ button: Phrase,
        reason: Phrase? = nil, hidden: HTML = ""
    ) -> HTML {
        let text: HTML =
            reason.map {
                "<label>\(page.say($0)) <input name=\"text\" required maxlength=\"2000\"></label>"
            } ?? ""
        let address = page.link("/console/conflicts/\(detail.view.id)/act")
        return """
            <form method="post" action="\(address)" class="act">\(page.formFields)\(hidden)\(text)<button class="second" name="act" value="\(act)">\(page.say(button))</button></form>
            """
    }

    /// Stands for the side of whose device it is, where there is no side.
    static let whoseDevice = "device"

    /// A word to everybody, or a question to the author of one side; and whose it is to decide.
    private func speak(_ page: Page, _ detail: ConflictDetail, _ colleagues: [String]) -> HTML {
        let sides = detail.sides.map { side -> HTML in
            let authors = Set(side.writes.map(\.authorName)).sorted().joined(separator: ", ")
            return
                "<option value=\"\(side.key)\">\(page.say(.askAuthor, side.key.uppercased(), authors))</option>"
        }
        let person: HTML =
            detail.asks.map {
                "<option value=\"\(exactly: Self.whoseDevice)\">\(page.say(.askOwner, $0))</option>"
            } ?? ""
        let to: HTML =
            "<label>\(page.say(.discussion))<select name=\"side\"><option value=\"\">\(page.say(.toEverybody))</option>\(sides)\(person)</select></label>"
        let names = colleagues.map { name -> HTML in
            "<option value=\"\(exactly: name)\">\(name)</option>"
        }
        let day = page.moment(detail.view.due_ms).day
        let whom: HTML = """
            <label>\(page.say(.giveTo)) <select name="text" required>\
            <option value=""></option>\(names)</select></label>
            <label>\(page.say(.due)) <input type="date" name="due" value="\(day)"></label>
            """
        let assign: HTML =
            detail.view.state == .resolved ? "" : act(page, detail, "assign", .assign, hidden: whom)
        return "\(act(page, detail, "comment", .send, reason: .say, hidden: to))\(assign)"
    }

    /// The decisions that were computed from what is in conflict.
    private func dependents(_ page: Page, _ detail: ConflictDetail) -> HTML {
        guard !detail.dependents.isEmpty else { return "" }
        let lines = detail.dependents.map { write -> HTML in
            let (intent, time) = (
                page.say(Words.intent(write.intent)), page.time(write.corrected_ms)
            )
            return "<li>\(stored: intent) · \(stored: write.authorName) · \(time)</li>"
        }
        return "<h2>\(page.say(.dependsOnIt))</h2><ul>\(lines)</ul>"
    }

    private func history(_ page: Page, _ detail: ConflictDetail) -> HTML {
        let steps = detail.history.map { step -> HTML in
            let text: HTML = step.text.isEmpty ? "" : ": \(stored: step.text)"
            let (time, name) = (page.time(step.at_ms), step.personName ?? page.say(.theHub))
            return "<li>\(time) · \(page.say(Words.step(step.act))) · \(stored: name)\(text)</li>"
        }
        return "<h2>\(page.say(.itsLife))</h2><ul class=\"steps\">\(steps)</ul>"
    }

    /// What is in conflict; nothing once it is decided, for then one side is left and that is the
    /// decision.
    private func sides(_ page: Page, _ shown: ShownValue, _ detail: ConflictDetail) -> HTML {
        let kind = detail.view.kind
        guard detail.view.state != .resolved, !detail.sides.isEmpty || kind == .capacity else {
            return ""
        }
        let meanwhile: HTML =
            "<h2>\(page.say(.shownMeanwhile))</h2>\(shown.block(detail.shown))"
        return """
            \(detail.likeness.map { likeness(page, $0) } ?? meanwhile)
            <h2>\(page.say(.theSides))</h2>
            <div class="sides">
            \(base(page, shown, detail))
            \(detail.sides.map { side(page, $0, detail) })
            </div>
            """
    }

    /// What speaks for two records being one, and against it.
    private func likeness(_ page: Page, _ likeness: Likeness) -> HTML {
        let reasons = likeness.reasons.map { reason -> HTML in
            let values = reason.values.joined(separator: " / ")
            return
                "<li>\(page.term(reason.code))\(values.isEmpty ? "" : ": ")\(stored: values)</li>"
        }
        return "<h2>\(page.say(.alike, "\(likeness.score)"))</h2><ul>\(reasons)</ul>"
    }

    /// All that a record shows; what the other one shows otherwise is marked.
    private func units(
        _ page: Page, _ side: ConflictDetail.SideView, _ detail: ConflictDetail
    ) -> HTML {
        let others = detail.sides.filter { $0.key != side.key }.flatMap(\.units)
        let rows = side.units.map { shown -> HTML in
            let name = page.term(schema.name(of: shown.unit, in: side.collection))
            let value = ShownValue(
                page: page, unit: schema.unit(shown.unit, of: side.collection), names: detail.names)
            let isSame = others.contains { other in
                other.unit == shown.unit && other.values.count == shown.values.count
                    && zip(other.values, shown.values).allSatisfy { $0.agrees(with: $1) }
            }
            let mark: HTML =
                isSame ? "" : " class=\"differs\" title=\"\(page.say(.differs))\""
            let values = HTML.joined(shown.values.map { value.line($0) }, by: "; ")
            return "<tr><th scope=\"row\">\(name)</th><td\(mark)>\(values)</td></tr>"
        }
        return "<table class=\"members\"><tbody>\(rows)</tbody></table>"
    }

    private func side(
        _ page: Page, _ side: ConflictDetail.SideView, _ detail: ConflictDetail
    ) -> HTML {
        let others = detail.sides.filter { $0.key != side.key && $0.unit == side.unit }
            .map(\.value)
        let shown = ShownValue(
            page: page, unit: schema.unit(side.unit, of: side.collection), names: detail.names)
        return """
            <section class="side" aria-labelledby="side-\(side.key)">
            <h3 id="side-\(side.key)">\(page.say(.side, side.key.uppercased()))</h3>
            \(elsewhere(page, side, detail))
            \(aside(page, side, detail.view.kind)
                ?? (side.units.isEmpty
                    ? shown.block(side.value, comparedWith: others) : units(page, side, detail)))
            \(side.writes.map { write(page, shown, $0) })
            </section>

            """
    }

    /// Why something was set aside, in words and by its code.
    private func aside(
        _ page: Page, _ side: ConflictDetail.SideView, _ kind: ConflictKind
    ) -> HTML? {
        guard [.failure, .schema].contains(kind), case .text(let code) = side.value else {
            return nil
        }
        return """
            <p class="value">\(page.say(Words.aside(code.string))) <span class="id">\(stored: code.string)</span></p>
            """
    }

    /// What becomes of what was set aside.
    private func settling(_ page: Page, _ detail: ConflictDetail) -> HTML {
        guard [.failure, .schema].contains(detail.view.kind), !detail.sides.isEmpty else {
            return ""
        }
        let address = page.link("/console/conflicts/\(detail.view.id)/act")
        return """
            <h2 id="aside">\(page.say(.setAside))</h2>
            <form class="decide" method="post" action="\(address)">
            \(page.formFields)
            <label for="words"><b>\(page.say(.reason))</b></label>
            <p class="hint" id="words-hint">\(page.say(.setAsideExplained))</p>
            <textarea id="words" name="text" required maxlength="2000" aria-describedby="words-hint"></textarea>
            <div class="actions">
            <button name="act" value="admit">\(page.say(.takeUp))</button>
            <button class="second" name="act" value="return">\(page.say(.returnIt))</button>
            <button class="second" name="act" value="discard">\(page.say(.discard))</button>
            </div>
            </form>
            """
    }

    /// Which record a side is of, where the conflict is one across records.
    private func elsewhere(
        _ page: Page, _ side: ConflictDetail.SideView, _ detail: ConflictDetail
    ) -> HTML {
        let isAlone = detail.sides.allSatisfy {
            $0.record == detail.view.record && $0.unit == detail.view.unit
        }
        guard !isAlone else { return "" }
        let collection = page.term(schema.name(of: side.collection))
        let unit: HTML =
            detail.view.kind == .duplicate
            ? "" : " · \(page.term(schema.name(of: side.unit, in: side.collection)))"
        return """
            <p class="hint">\(collection) \(stored: side.title) <span class="id">\(side.record.short())</span>\(unit)</p>
            """
    }

    private func base(_ page: Page, _ shown: ShownValue, _ detail: ConflictDetail) -> HTML {
        guard let base = detail.base else {
            guard [.value, .group, .states].contains(detail.view.kind) else { return "" }
            return """
                <section class="side base"><h3>\(page.say(.base))</h3><p class="hint">\(page.say(.noBase))</p></section>
                """
        }
        let value = ShownValue(
            page: page, unit: schema.unit(base.unit, of: base.collection), names: detail.names
        )
        .block(base.value)
        return """
            <section class="side base" aria-labelledby="side-base">
            <h3 id="side-base">\(page.say(.base))</h3>
            <p class="hint">\(page.say(.baseExplained))</p>
            \(value)
            \(base.writes.map { write(page, shown, $0) })
            </section>
            """
    }

    private func write(
        _ page: Page, _ shown: ShownValue, _ write: ConflictDetail.Authorship
    ) -> HTML {
        // A device's clock may have stood anywhere.
        let skew = Int64(clamping: write.corrected_ms.subtractingClamped(write.madeAt_ms).magnitude)
        let clock: HTML =
            skew < 120_000
            ? ""
            : "<br><span class=\"hint\">! \(page.say(.clockDiffers, page.length(skew)))</span>"
        let saw: HTML
        if let position = write.shown {
            let value = write.shownValue.map { shown.line($0) } ?? "\(page.say(.sawNothing))"
            let place = page.say(.sawThis, "\(position)")
            saw =
                "<dt>\(page.say(.sawValue))</dt><dd>\(value) <span class=\"hint\">(\(place))</span></dd>"
        } else {
            saw = ""
        }
        let name = "\(write.name.replica.description.suffix(5))/\(write.name.number)"
        let place: HTML =
            write.position == .start
            ? "" : " <span class=\"hint\">(\(page.say(.position, "\(write.position)")))</span>"
        let reason: HTML =
            write.reason.map { "<dt>\(page.say(.reasonGiven))</dt><dd>\(stored: $0)</dd>" } ?? ""
        return """
            <dl class="facts write">
            <dt>\(page.say(.by))</dt><dd>\(stored: write.authorName)</dd>
            <dt>\(page.say(.device))</dt><dd>\(stored: write.deviceName) <span class="id">\(name)</span></dd>
            <dt>\(page.say(.madeAt))</dt><dd>\(page.time(write.madeAt_ms))\(clock)</dd>
            <dt>\(page.say(.correctedTo))</dt><dd>\(page.time(write.corrected_ms))</dd>
            <dt>\(page.say(.receivedAt))</dt><dd>\(page.time(write.received_ms))\(place)</dd>
            \(saw)
            <dt>\(page.say(.intent))</dt><dd>\(stored: page.say(Words.intent(write.intent)))</dd>
            \(reason)
            </dl>
            """
    }

    private func discussion(_ page: Page, _ detail: ConflictDetail) -> HTML {
        guard !detail.discussion.isEmpty else {
            return "<p class=\"hint\">\(page.say(.noDiscussion))</p>"
        }
        let remarks = detail.discussion.map { remark -> HTML in
            let act: String =
                switch remark.act {
                case .proposal where !remark.keep.isEmpty:
                    page.say(.proposes, remark.keep.uppercased())
                case .question: page.say(.asks, remark.keep.uppercased())
                case .comment: page.say(.comments)
                case .proposal, .acceptance, .objection, .approval, .standing, .reopening:
                    page.say(Words.step(remark.act.rawValue))
                }
            let time = page.time(remark.corrected_ms)
            return """
                <li><p class="meta"><b>\(stored: remark.authorName)</b> \(act) · \(time)</p><p>\(stored: remark.text)</p></li>

                """
        }
        return "<ul class=\"remarks\">\(remarks)</ul>"
    }

    /// The decision as a form. Without a script: every control works by itself and by the keyboard.
    private func form(
        _ page: Page, _ shown: ShownValue, _ kept: Draft?, _ detail: ConflictDetail
    ) -> HTML {
        let entry = shown.unit.map(ValueEntry.init)
        let start = detail.shown ?? detail.base?.value ?? detail.sides.first?.value ?? .absent
        var draft = kept ?? Draft(startingAt: detail, texts: entry?.texts(start) ?? [])
        // Whoever sends this page has seen this page.
        draft.version = detail.version
        let keeping = detail.acts.contains(.keep) ? detail.sides : []
        let choices = keeping.map { side -> HTML in
            let shown = ShownValue(
                page: page, unit: schema.unit(side.unit, of: side.collection), names: detail.names)
            let mark = checked(draft, .keep(side.key))
            let words = nameOfKeeping(page, side, detail)
            let preview: HTML =
                [.key, .reference].contains(detail.view.kind)
                ? "" : ": <span class=\"preview\">\(shown.line(side.value))</span>"
            return """
                <label class="choice"><input type="radio" name="choice" value="keep:\(side.key)" required\(mark)><span>\(words)\(preview)</span></label>

                """
        }
        guard !detail.acts.isEmpty else { return "" }
        let stand = detail.view.kind.standing
        let canSplit = detail.acts.contains(.split) && detail.sides.count == 2
        return """
            <h2 id="decide">\(page.say(.decide))</h2>
            <form class="decide" method="post" action="\(page.link("/console/conflicts/\(detail.view.id)/decide"))">
            \(page.formFields)<input type="hidden" name="version" value="\(exactly: draft.version)">
            <fieldset aria-labelledby="decide">
            \(choices)
            \(detail.acts.contains(.compose) ? otherChoice(page, shown, entry, draft) : "")
            \(canSplit ? splits(page, detail, draft) : "")
            \(detail.acts.contains(.join) ? choice(draft, .join, page.say(Words.areOne)) : "")
            \(detail.acts.contains(.putBack) ? choice(draft, .putBack, page.say(Words.putBack)) : "")
            \(detail.acts.contains(.stand) ? choice(draft, .stand, page.say(stand)) : "")
            </fieldset>
            <label for="reason"><b>\(page.say(.reason))</b></label>
            <p class="hint" id="reason-hint">\(page.say(.reasonExplained))</p>
            <textarea id="reason" name="reason" required maxlength="2000" aria-describedby="reason-hint">
            \(exactly: draft.reason)</textarea>
            <div class="actions"><button name="step" value="check">\(page.say(.check))</button></div>
            </form>
            """
    }

    /// What it is called to keep a side.
    func nameOfKeeping(
        _ page: Page, _ side: ConflictDetail.SideView, _ detail: ConflictDetail
    ) -> HTML {
        let title: HTML = "\(stored: side.title)"
        return switch detail.view.kind {
        case .key:
            "\(page.say(.side, side.key.uppercased())): \(page.say(.isTheirs, with: title))"
        // Where it lies, or that what it lies with is void.
        case .reference where side.key == detail.sides.first?.key:
            "\(page.say(.bringBack, with: "\(stored: detail.sides.last?.title ?? "")"))"
        case .reference: "\(page.say(.voidAsWell))"
        default: "\(page.say(.keepSide, side.key.uppercased()))"
        }
    }

    private func checked(_ draft: Draft, _ choice: Draft.Choice) -> HTML {
        draft.isChosen(choice) ? " checked" : ""
    }

    private func choice(_ draft: Draft, _ choice: Draft.Choice, _ words: String) -> HTML {
        """
        <label class="choice"><input type="radio" name="choice" value="\(choice.word)" required\(checked(draft, choice))><span>\(words)</span></label>

        """
    }

    private func splits(_ page: Page, _ detail: ConflictDetail, _ draft: Draft) -> HTML {
        let choices = detail.sides.map { side -> HTML in
            choice(draft, .split(side.key), page.say(.splitSide, side.key.uppercased()))
        }
        return "\(choices)"
    }

    private func otherChoice(
        _ page: Page, _ shown: ShownValue, _ entry: ValueEntry?, _ draft: Draft
    ) -> HTML {
        guard let entry, entry.isPossible else {
            return "<p class=\"hint\">\(page.say(.cannotCompose))</p>"
        }
        let fields = entry.unit.members.enumerated().map { place, member -> HTML in
            let name = shown.memberName(place)
            let suffix = shown.isMoney(place) ? " (\(page.say(.yuan)))" : ""
            let text = place < draft.texts.count ? draft.texts[place] : ""
            return """
                <label><span>\(name)\(suffix)</span>\(control(page, member, name: "v\(place)", text))</label>

                """
        }
        return """
            <label class="choice"><input type="radio" name="choice" value="other" required\(checked(draft, .other))><span>\(page.say(.otherValue))</span></label>
            <div class="entry">
            \(fields)
            <p class="hint">\(page.say(.otherValueExplained))</p>
            </div>
            """
    }

    private func control(_ page: Page, _ member: Member, name: String, _ text: String) -> HTML {
        func options(_ choices: [(String, String)]) -> HTML {
            var known = [("", page.say(.leaveEmpty))] + choices
            // A word of a newer schema stays what it is until somebody changes it.
            if !known.contains(where: { $0.0 == text }) { known.append((text, text)) }
            let options = known.map { value, shown -> HTML in
                "<option value=\"\(exactly: value)\"\(value == text ? " selected" as HTML : "")>\(shown)</option>"
            }
            return "<select name=\"\(name)\">\(options)</select>"
        }
        switch member.type {
        case .bool: return options([("yes", page.say(.yes)), ("no", page.say(.no))])
        case .choice(let words): return options(words.map { ($0, page.term($0)) })
        case .integer:
            return
                "<input name=\"\(name)\" value=\"\(exactly: text)\" inputmode=\"decimal\" autocomplete=\"off\">"
        case .day:
            return
                "<input name=\"\(name)\" type=\"date\" value=\"\(exactly: text)\" min=\"0001-01-01\" max=\"9999-12-31\">"
        case .text(let maximum):
            // A line break right after the tag is not part of the text, so one of ours goes there.
            return maximum > 400 || text.contains("\n")
                ? "<textarea name=\"\(name)\" maxlength=\"\(maximum)\">\n\(exactly: text)</textarea>"
                : "<input name=\"\(name)\" value=\"\(exactly: text)\" maxlength=\"\(maximum)\" autocomplete=\"off\">"
        case .bytes, .reference: return ""
        }
    }

    /// What the reader had entered when somebody else was faster: to read and to copy.
    private func draftLeft(
        _ page: Page, _ shown: ShownValue, _ draft: Draft?, _ detail: ConflictDetail
    ) -> HTML {
        guard let draft, draft.choice != nil || !draft.reason.isEmpty else { return "" }
        let choice: HTML
        switch draft.choice {
        case .keep(let key)?: choice = "\(page.say(.keepSide, key.uppercased()))"
        case .stand?: choice = "\(page.say(detail.view.kind.standing))"
        case .join?: choice = "\(page.say(Words.areOne))"
        case .putBack?: choice = "\(page.say(Words.putBack))"
        case .split(let key)?: choice = "\(page.say(.splitSide, key.uppercased()))"
        case .other?:
            let texts = draft.texts.prefix(shown.unit?.members.count ?? 1).filter { !$0.isEmpty }
            choice =
                "\(page.say(.otherValue)): \(HTML.joined(texts.map { "\(stored: $0)" }, by: "; "))"
        case nil: choice = ""
        }
        return """
            <h2>\(page.say(.yourDraft))</h2>
            <div class="note"><p>\(choice)</p><p>\(stored: draft.reason)</p></div>
            """
    }
}
