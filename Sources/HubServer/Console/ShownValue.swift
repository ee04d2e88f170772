internal import SyncCore

/// Values as an administrator reads them.
struct ShownValue: Sendable {
    let page: Page
    /// `nil` for a unit that this version does not know.
    let unit: UnitDeclaration?
    /// What is called how of all that is referred to.
    var names: [RecordID: String] = [:]

    /// A value on its own lines; a group as a table of its members, those that differ from one of
    /// `others` marked by a sign, by weight and by colour.
    func block(_ value: Value?, comparedWith others: [Value] = []) -> HTML {
        guard let value else { return "<p class=\"value empty\">\(page.say(.nothingShown))</p>" }
        guard case .group(let members) = value else {
            return value == .absent && !isVoiding
                ? "<p class=\"value empty\">\(page.say(.statedEmpty))</p>"
                : "<p class=\"value\">\(line(value))</p>"
        }
        let rows = members.enumerated().map { place, member -> HTML in
            let differs = others.contains { other in
                guard case .group(let theirs) = other, theirs.indices.contains(place) else {
                    return true
                }
                return !theirs[place].agrees(with: member)
            }
            let title: HTML = differs ? " class=\"differs\" title=\"\(page.say(.differs))\"" : ""
            return """
                <tr><th scope="row">\(memberName(place))</th><td\(title)>\(line(member, member: place))</td></tr>

                """
        }
        return "<table class=\"members\"><tbody>\(rows)</tbody></table>"
    }

    /// A value within a line.
    func line(_ value: Value?, member place: Int = 0) -> HTML {
        guard let value else { return "<i>\(page.say(.nothingShown))</i>" }
        switch value {
        case .absent where isVoiding: return "\(page.say(.stillValid))"
        case .text(let reason) where isVoiding:
            return "\(page.say(.isVoid, with: "\(stored: reason.string)"))"
        case .absent: return "<i>\(page.say(.statedEmpty))</i>"
        case .bool(let value): return "\(page.say(value ? .yes : .no))"
        case .integer(let number):
            return isMoney(place) ? "\(Yuan.text(number)) \(page.say(.yuan))" : "\(number)"
        case .text(let text):
            if case .choice? = member(place)?.type { return "\(stored: page.term(text.string))" }
            return "\(stored: text.string)"
        case .bytes(let bytes): return "\(bytes.count) B"
        case .day(let day): return "\("\(day)")"
        case .reference(let record):
            return "\(stored: names[record] ?? "") <span class=\"id\">\(record.short())</span>"
        case .group(let members):
            return .joined(
                members.enumerated().filter { $0.element != .absent }.map { place, member in
                    "\(memberName(place)): \(line(member, member: place))"
                }, by: "; ")
        }
    }

    private var isVoiding: Bool { unit?.id == .void }

    func memberName(_ place: Int) -> String {
        guard let member = member(place) else { return "#\(place + 1)" }
        return page.term(member.name)
    }

    func isMoney(_ place: Int) -> Bool { member(place)?.name.hasSuffix("_fen") ?? false }

    private func member(_ place: Int) -> Member? {
        guard let unit, unit.members.indices.contains(place) else { return nil }
        return unit.members[place]
    }
}

/// Amounts kept in fen, read and written in yuan.
enum Yuan {
    /// `-1,234.50`.
    static func text(_ fen: Int64) -> String {
        let size = fen.magnitude
        var digits = String(size / 100)
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = String(digits.dropLast(3))
        }
        let cents = size % 100
        return (fen < 0 ? "-" : "") + ([digits[...]] + groups).joined(separator: ",")
            + (cents < 10 ? ".0\(cents)" : ".\(cents)")
    }

    /// Reads `1234`, `1234.5`, `1,234.50`; `nil` for anything else and for more than two decimals.
    static func fen(_ text: String) -> Int64? {
        let parts = text.filter { $0 != "," }.split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Int64(parts[0]), parts[0].first != "+" else { return nil }
        var cents: Int64 = 0
        if parts.count == 2 {
            guard (1...2).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int64(parts[1])
            else { return nil }
            cents = parts[1].utf8.count == 1 ? number * 10 : number
        }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 100)
        guard !overflow else { return nil }
        let isNegative = parts[0].first == "-"
        let (sum, tooLarge) =
            isNegative
            ? scaled.subtractingReportingOverflow(cents) : scaled.addingReportingOverflow(cents)
        return tooLarge ? nil : sum
    }
}
