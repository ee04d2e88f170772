import Casework
import Fieldwork
import SyncCore
import SyncStore

/// What a household may get, in the words of who reads it at home 政策明白卡: no code of a rule, no
/// level, no number of a person, no note of ours.
struct HelpCard {
    let language: Language
    /// Whose it is.
    let name: String
    let day: CalendarDate
    let items: [Item]
    /// How many more there are than fit on a page.
    let more: Int
    /// Whether some answers are still open.
    let hasQuestions: Bool
    /// By name, each once.
    let papers: [String]
    let places: [String]
    let by: CalendarDate
    let people: [String]

    struct Item {
        let programme: String
        let name: String
        /// For whom, where it is not for all.
        let who: String?
        /// How much, or in what it consists.
        let amount: String?
        let kind: String?
        /// What has to be granted first.
        let after: String?
    }

    /// What fits on a page in letters that an old person reads.
    static let most = 10

    init(_ home: Household, _ seen: HouseholdSeen, _ rulebook: Rulebook, _ desk: Desk) throws {
        let console = desk.console
        let words = desk.words(rulebook.catalogue)
        let catalogue = rulebook.catalogue
        let members = seen.facts.members
        language = console.language
        name = seen.titles.title(of: home.id)
        day = rulebook.asOf
        let comma = language == .english ? ", " : "、"
        func whom(_ member: Int) -> String? {
            members.count > 1 ? members[member].name : nil
        }

        let offers = rulebook.offers(
            seen.facts.facts, head: home.applicant(among: members))
        hasQuestions = offers.contains { $0.standing == .open }
        let proposed = offers.filter { $0.standing == .proposed }
        var found: [Item] = []
        for index in catalogue.programmes.indices {
            let programme = catalogue.programmes[index]
            let own = proposed.filter { $0.programme == index }
            guard let first = own.first else { continue }
            let names = own.compactMap { first.isForHousehold ? nil : whom($0.applicant) }
            found.append(
                Item(
                    programme: programme.id, name: words.text(programme.name),
                    who: names.isEmpty ? nil : names.joined(separator: comma),
                    amount: own.count == 1 ? words.amount(first.amount, programme) : nil,
                    kind: HelpPhrase.kind(programme.benefit.kind)?.text(in: console.language),
                    after: nil))
        }
        // What opens only when something else is granted comes last, and says so.
        let matches = members.indices.map { rulebook.match(seen.facts.facts, member: $0) }
        for index in catalogue.programmes.indices
        where !proposed.contains(where: { $0.programme == index }) {
            let programme = catalogue.programmes[index]
            let opened = matches.indices.filter { matches[$0].alsoOpens.contains(index) }
            guard let member = opened.first, let key = matches[member].supposed else { continue }
            let names =
                programme.unit == .household ? [] : opened.compactMap { whom($0) }
            found.append(
                Item(
                    programme: programme.id, name: words.text(programme.name),
                    who: names.isEmpty ? nil : names.joined(separator: comma), amount: nil,
                    kind: HelpPhrase.kind(programme.benefit.kind)?.text(in: console.language),
                    after: words.text(catalogue.programmes[key].name)))
        }
        items = Array(found.prefix(Self.most))
        more = found.count - items.count

        let shown = Set(proposed.prefix(Self.most).map(\.programme))
        let asked = Set(shown.flatMap { catalogue.programmes[$0].papers })
        papers = catalogue.papers.filter { asked.contains($0.key) }.map { words.text($0.name) }
        by = desk.today.adding(workingDays: Casework.Catalogue.daysToApply)
        (places, people) = try Self.contacts(home, seen.titles, desk)
    }

    /// Where to go, and whom to call: the stations of their street, else the office of their
    /// neighbourhood.
    private static func contacts(
        _ home: Household, _ titles: Titles, _ desk: Desk
    ) throws -> (places: [String], people: [String]) {
        let store = try desk.store()
        var areas: Set<ScopeID> = []
        var next = home.area
        let known = try store.areas()
        while let area = next, areas.insert(area).inserted {
            next = known.first { $0.scope == area }?.parent
        }
        func isNear(_ station: Station) -> Bool {
            guard let area = station.street ?? station.area else { return false }
            return station.voidReason == nil && areas.contains(area)
        }
        let stations = try desk.records(Station.self).map(\.record).filter(isNear)
            .sorted { $0.id < $1.id }.prefix(2)
        var places = stations.map { station in
            [station.name, station.contact?.address].compactMap(\.self)
                .joined(separator: desk.console.language == .english ? ", " : "，")
        }
        if places.isEmpty,
            let area = home.area.flatMap({ leaf in
                known.first { $0.scope == leaf }?.name
            })
        {
            places = [area]
        }
        // Whoever is in charge of them; else who stands at the door, by name and not as «you».
        let identity = try store.identity()
        let advisor = home.assignedAdvisor ?? identity.person
        var people =
            advisor.map { $0 == identity.person ? [identity.personName] : [titles.person($0)] }
            ?? []
        people += stations.compactMap { station in
            station.contact?.phone.map { "\(station.name ?? "") \($0)" }
        }
        return (places, people)
    }

    // MARK: As text

    var lines: [Line] {
        func say(_ phrase: HelpPhrase, _ values: KeyValuePairs<String, String> = [:]) -> String {
            phrase.wording.filled(in: language, values)
        }
        var lines: [Line] = ["\(say(.cardTitle, ["name": name]), .strong)", Line("\(day)", .dim)]
        if items.isEmpty { lines.append(Line(say(.cardNothing))) }
        for (place, item) in items.enumerated() {
            let who = item.who.map { " (\($0))" } ?? ""
            lines.append("\(place + 1). \(item.name + who, .strong)")
            if let detail = detail(item) { lines.append("   \(detail)") }
        }
        if more > 0 { lines.append(Line(say(.cardMore, ["n": "\(more)"]))) }
        if hasQuestions { lines.append(Line(say(.cardQuestions))) }
        if !papers.isEmpty {
            lines.append("\(say(.cardBring), .strong)")
            lines += papers.map { "   □ \($0)" }
        }
        lines.append("\(say(.cardWhere), .strong)")
        lines += places.map { "   \($0)" }
        lines.append("   \(say(.cardBy, ["day": Self.long(by, language)]))")
        lines.append("\(say(.cardCall), .strong)")
        lines += people.map { "   \($0)" }
        return lines
    }

    /// How much, in what, and what has to come first.
    func detail(_ item: Item) -> String? {
        let after = item.after.map {
            HelpPhrase.cardAfter.wording.filled(in: language, ["name": $0])
        }
        let parts = [item.amount ?? item.kind, after].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    /// `2 December 2026`, `2026年12月2日`: no one at a kitchen table reads 2026-12-02.
    static func long(_ day: CalendarDate, _ language: Language) -> String {
        guard language == .english else { return "\(day.year)年\(day.month)月\(day.day)日" }
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November", "December",
        ]
        return "\(day.day) \(months[day.month - 1]) \(day.year)"
    }
}
