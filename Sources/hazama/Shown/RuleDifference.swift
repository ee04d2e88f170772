import Casework
import SyncCore

/// What differs between two catalogues, in the words of a language.
struct RuleDifference {
    let old: Casework.Catalogue
    let new: Casework.Catalogue
    let console: Console

    func tell(_ change: CatalogueChange) {
        switch change {
        case .added(let kind, let id):
            line(kind, id, console.text(RulePhrase.added))
            console.item("change", members(kind, id) + [JSONMember("change", "added")])
        case .removed(let kind, let id):
            line(kind, id, console.text(RulePhrase.removed))
            console.item("change", members(kind, id) + [JSONMember("change", "removed")])
        case .changed(let kind, let id, let aspect):
            line(kind, id, console.text(aspect.phrase))
            let rules = aspect == .rule ? ruleLines(kind, id) : []
            for (sign, text) in rules { console.result("    \(sign) \(text)", hanging: 6) }
            console.item(
                "change",
                members(kind, id) + [
                    JSONMember("change", .string(aspect.rawValue)),
                    JSONMember("lines", .array(rules.map { .string("\($0) \($1)") })),
                ])
        case .standard(let key, let day, let before, let after):
            guard let slot = new.parameter(key) else { return }
            let places = new[slot].isMoney ? 2 : 3
            func shown(_ value: Int64?) -> String {
                value.map { PolicyWords.decimal($0, places: places) } ?? "–"
            }
            let name = words(new).text(new[slot].name)
            let from = console.text(RulePhrase.fromDay, ["day": "\(day)"])
            console.result(
                "\(key, .strong)  \(name)  \(from)  \(shown(before)) → \(shown(after), .strong)",
                hanging: 2)
            console.item(
                "change",
                members(.standard, key) + [
                    JSONMember("change", "value"), JSONMember("from", .string("\(day)")),
                    JSONMember("before", .string(shown(before))),
                    JSONMember("after", .string(shown(after))),
                    JSONMember("unit", .string(new[slot].unit)),
                ])
        }
    }

    private func words(_ catalogue: Casework.Catalogue) -> PolicyWords {
        PolicyWords(catalogue: catalogue, language: console.language)
    }

    private func line(_ kind: CatalogueChange.Kind, _ id: String, _ what: String) {
        let name = name(kind, id, new) ?? name(kind, id, old) ?? ""
        console.result(
            "\(id, .strong)  \(console.text(kind.phrase), .dim)  \(name)  \(what)", hanging: 2)
    }

    private func members(_ kind: CatalogueChange.Kind, _ id: String) -> [JSONMember] {
        [JSONMember("kind", .string(kind.rawValue)), JSONMember("id", .string(id))]
    }

    private func name(
        _ kind: CatalogueChange.Kind, _ id: String, _ catalogue: Casework.Catalogue
    ) -> String? {
        let name: CatalogueName? =
            switch kind {
            case .programme: catalogue.programme(id)?.name
            case .document: catalogue.document(id)?.name
            case .standard: catalogue.parameter(id).map { catalogue[$0].name }
            case .fact: catalogue.facts.slot(of: id).map { catalogue.facts[$0].name }
            case .indicator: catalogue.assessment.indicators.first { $0.id == id }?.name
            case .department: catalogue.departments.first { $0.id == id }?.name
            case .tag: catalogue.tags.first { $0.id == id }?.name
            case .form: catalogue.formFields.first { $0.key == id }?.name
            case .paper: catalogue.papers.first { $0.key == id }?.name
            }
        return name.map(words(catalogue).text)
    }

    /// The lines of a rule that are gone and those that are new, in the order of the rule.
    private func ruleLines(_ kind: CatalogueChange.Kind, _ id: String) -> [(String, String)] {
        guard let before = rule(kind, id, old), let after = rule(kind, id, new) else { return [] }
        let keys = (old: old.lines(of: before), new: new.lines(of: after))
        let texts = (
            old: words(old).lines(before, on: nil).map(\.text),
            new: words(new).lines(after, on: nil).map(\.text)
        )
        return keys.new.difference(from: keys.old).compactMap { change in
            switch change {
            case .remove(let place, _, _):
                texts.old.indices.contains(place) ? ("−", texts.old[place]) : nil
            case .insert(let place, _, _):
                texts.new.indices.contains(place) ? ("+", texts.new[place]) : nil
            }
        }
    }

    private func rule(
        _ kind: CatalogueChange.Kind, _ id: String, _ catalogue: Casework.Catalogue
    ) -> Rule? {
        switch kind {
        case .programme: catalogue.programme(id)?.rule
        case .document: catalogue.document(id)?.rule
        case .indicator: catalogue.assessment.indicators.first { $0.id == id }?.rule
        case .standard, .fact, .department, .tag, .form, .paper: nil
        }
    }
}

extension CatalogueChange.Kind {
    fileprivate var phrase: RulePhrase {
        switch self {
        case .programme: .programme
        case .document: .document
        case .standard: .standard
        case .fact: .fact
        case .indicator: .indicator
        case .department: .department
        case .tag: .tag
        case .form: .formField
        case .paper: .paper
        }
    }
}

extension CatalogueChange.Aspect {
    fileprivate var phrase: RulePhrase {
        switch self {
        case .name: .otherName
        case .department: .otherDepartment
        case .unit: .otherUnit
        case .kind: .otherKind
        case .rule: .otherRule
        case .benefit: .otherBenefit
        case .amount: .otherAmount
        case .group: .otherGroup
        case .grants: .otherStatus
        case .dates: .otherDates
        case .number: .otherNumber
        case .papers: .otherPapers
        case .fields: .otherFields
        case .weight: .otherWeight
        case .standing: .otherStanding
        }
    }
}
