internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// What the list of conflicts is narrowed to. All of it stands in the address.
    private struct Narrowing {
        let state: String
        let kind: String
        let area: String
        let stakes: String
        let page: Int

        init(_ query: [String: String]) {
            state = query["state"] ?? ""
            kind = query["kind"] ?? ""
            area = query["area"] ?? ""
            stakes = query["stakes"] ?? ""
            page = query["page"].flatMap { Int($0) } ?? 1
        }

        func pairs(page: Int) -> [(String, String)] {
            [
                ("state", state), ("kind", kind), ("area", area), ("stakes", stakes),
                ("page", page > 1 ? "\(page)" : ""),
            ]
        }
    }

    private static let rowsPerPage = 50

    func queuePage(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let page = page(for: call, session)
        let narrowing = Narrowing(call.query)
        let live = try await live(
            nil, shownAt: page.link("/console/conflicts", narrowing.pairs(page: narrowing.page)),
            session)
        let all = try await list(try Self.state(narrowing.state), session)
        let areas = Set(all.map(\.area) + [narrowing.area]).filter { !$0.isEmpty }.sorted()
        let found = all.filter {
            (narrowing.kind.isEmpty || $0.kind.word == narrowing.kind)
                && (narrowing.area.isEmpty || $0.area == narrowing.area)
                && (narrowing.stakes.isEmpty || $0.isHighStakes == (narrowing.stakes == "high"))
        }.sorted(by: Self.isMoreUrgent)
        let pages = max(1, (found.count + Self.rowsPerPage - 1) / Self.rowsPerPage)
        let number = min(max(1, narrowing.page), pages)
        let rows = found.dropFirst((number - 1) * Self.rowsPerPage).prefix(Self.rowsPerPage)
        let content: HTML = """
            \(call.query["done"] == nil
                ? "" : noticeBox(Notice(weight: .good, text: page.say(.decisionSaved)), ""))
            <h1>\(page.say(.conflictQueue))</h1>
            <p class="sub">\(page.say(.conflictCount, "\(found.count)"))</p>
            \(filter(page, narrowing, areas))
            <p><a href="\(page.link("/console/bulk"))">\(page.say(.bulk))</a></p>
            \(rows.isEmpty ? "<p class=\"note\">\(page.say(.noConflicts))</p>" : table(page, Array(rows)))
            \(pager(page, narrowing, number, of: pages))
            """
        return answer(page.html(title: page.say(.conflictQueue), live: live, content), to: call)
    }

    /// What does most harm first, then what is due first.
    static func isMoreUrgent(_ left: ConflictView, _ right: ConflictView) -> Bool {
        (right.severity, left.due_ms, left.id) < (left.severity, right.due_ms, right.id)
    }

    private func filter(_ page: Page, _ narrowing: Narrowing, _ areas: [String]) -> HTML {
        func option(_ value: String, _ text: String, _ chosen: String) -> HTML {
            "<option value=\"\(exactly: value)\"\(value == chosen ? " selected" as HTML : "")>\(text)</option>"
        }
        let states =
            [option("", page.say(.anyUnresolved), narrowing.state)]
            + ConflictState.allCases.map {
                option($0.rawValue, page.say($0.phrase), narrowing.state)
            } + [option("all", page.say(.anyState), narrowing.state)]
        let kinds =
            [option("", page.say(.anyKind), narrowing.kind)]
            + ConflictKind.allCases.map {
                option($0.word, page.say($0.name), narrowing.kind)
            }
        let places =
            [option("", page.say(.anyArea), narrowing.area)]
            + areas.map { option($0, $0, narrowing.area) }
        let stakes = [
            option("", page.say(.anyStakes), narrowing.stakes),
            option("high", page.say(.highStakes), narrowing.stakes),
            option("ordinary", page.say(.ordinaryStakes), narrowing.stakes),
        ]
        let language: HTML =
            page.keepsLanguage
            ? "<input type=\"hidden\" name=\"lang\" value=\"\(page.language.rawValue)\">" : ""
        return """
            <form class="filter" method="get" action="/console/conflicts" role="search" aria-label="\(page.say(.filter))">\(language)
            <label>\(page.say(.state))<select name="state">\(states)</select></label>
            <label>\(page.say(.kind))<select name="kind">\(kinds)</select></label>
            <label>\(page.say(.area))<select name="area">\(places)</select></label>
            <label>\(page.say(.stake))<select name="stakes">\(stakes)</select></label>
            <button class="second">\(page.say(.apply))</button>
            </form>
            """
    }

    private func table(_ page: Page, _ rows: [ConflictView]) -> HTML {
        let headings: [Phrase] = [
            .record, .field, .kind, .area, .authors, .sides, .waiting, .due, .state,
            .assignee,
        ]
        return """
            <table class="queue">
            <thead><tr>\(headings.map { heading -> HTML in "<th scope=\"col\">\(page.say(heading))</th>" })</tr></thead>
            <tbody>
            \(rows.map { row(page, $0) })
            </tbody>
            </table>
            """
    }

    private func row(_ page: Page, _ view: ConflictView) -> HTML {
        let address = page.link("/console/conflicts/\(view.id)")
        let title: HTML = "\(stored: title(page, view))"
        let stakes: HTML =
            view.isHighStakes ? " <span class=\"tag high\">! \(page.say(.highStakes))</span>" : ""
        let reopened: HTML =
            view.timesReopened == 0
            ? ""
            : "<br><span class=\"hint\">\(page.say(.reopenedTimes, "\(view.timesReopened)"))</span>"
        let proposals: HTML =
            view.proposals == 0
            ? "" : "<br><span class=\"hint\">\(page.say(.proposals)): \(view.proposals)</span>"
        let owner: HTML = view.ownerName.map { "\(stored: $0)" } ?? "\(page.say(.nobody))"
        return """
            <tr>
            <th scope="row"><a href="\(address)">\(title)</a> <span class="id">\(view.record?.short() ?? "")</span>\(stakes)</th>
            <td data-label="\(page.say(.field))">\(fieldName(page, view))</td>
            <td data-label="\(page.say(.kind))">\(page.say(view.kind.name))</td>
            <td data-label="\(page.say(.area))" class="name" title="\(view.area)">\(stored: Self.leaf(view.area))</td>
            <td data-label="\(page.say(.authors))">\(HTML.list(view.authors))</td>
            <td data-label="\(page.say(.sides))" class="number">\(view.sides)\(proposals)</td>
            <td data-label="\(page.say(.waiting))" class="number">\(page.age(view.opened_ms))\(reopened)</td>
            <td data-label="\(page.say(.due))" class="number">\(page.time(view.due_ms))</td>
            <td data-label="\(page.say(.state))"><span class="tag">\(page.say(view.state.phrase))</span></td>
            <td data-label="\(page.say(.assignee))">\(owner)</td>
            </tr>

            """
    }

    /// The last name of an area's path: the list is narrow, and the detail has the whole.
    private static func leaf(_ path: String) -> String {
        path.split(separator: " / ").last.map(String.init) ?? path
    }

    func fieldName(_ page: Page, _ view: ConflictView) -> String {
        guard let collection = view.collection else { return "" }
        let record = page.term(schema.name(of: collection))
        let field = page.term(schema.name(of: view))
        // Of two records that may be one, all is in question.
        return field.isEmpty || view.kind == .duplicate ? record : "\(record) · \(field)"
    }

    /// What the record of a conflict is called; the kind of record where it has no name.
    func title(_ page: Page, _ view: ConflictView) -> String {
        if !view.title.isEmpty { return view.title }
        return view.collection.map { page.term(schema.name(of: $0)) } ?? page.say(view.kind.name)
    }

    private func pager(_ page: Page, _ narrowing: Narrowing, _ number: Int, of pages: Int) -> HTML {
        guard pages > 1 else { return "" }
        func link(_ number: Int, _ phrase: Phrase, _ relation: String) -> HTML {
            "<a rel=\"\(relation)\" href=\"\(page.link("/console/conflicts", narrowing.pairs(page: number)))\">\(page.say(phrase))</a>"
        }
        return """
            <nav class="pages">
            \(number > 1 ? link(number - 1, .previousPage, "prev") : "")
            <span>\(page.say(.page, "\(number)", "\(pages)"))</span>
            \(number < pages ? link(number + 1, .nextPage, "next") : "")
            </nav>
            """
    }
}

extension ConflictState {
    var phrase: Phrase {
        switch self {
        case .open: .open
        case .assigned: .assigned
        case .proposed: .proposed
        case .resolved: .resolved
        }
    }
}

extension ConflictKind {
    var name: Wording { Words.conflict(word) }
    var explanation: Wording { Words.explanation(word) }
    /// What it is called to leave everything as it is.
    var standing: Wording { Words.standing(word) }
}
