import Casework
import SyncCore

/// A member's match as it is printed.
struct MatchSheet {
    let match: Match
    let rulebook: Rulebook
    let facts: HouseholdFacts
    let member: Int
    let words: PolicyWords

    private var catalogue: Casework.Catalogue { rulebook.catalogue }

    // MARK: For people

    func print(to console: Console, explaining: Bool) {
        let candidates = match.programmes.indices.filter { match.programmes[$0].isCandidate }
        if candidates.isEmpty {
            console.result("  \(console.text(.nothingToPropose), .dim)")
        }
        // What can be had first, then what is worth a question.
        for index in candidates where match.programmes[index].answer.truth == .yes {
            print(index, to: console, explaining)
        }
        for index in candidates where match.programmes[index].answer.truth == .unknown {
            print(index, to: console, explaining)
        }
        if explaining {
            for index in match.programmes.indices where !match.programmes[index].isCandidate {
                print(index, to: console, true)
            }
        }
        if let supposed = match.supposed, !match.alsoOpens.isEmpty {
            let list = match.alsoOpens.map {
                "\(catalogue.programmes[$0].id) \(words.text(catalogue.programmes[$0].name))"
            }.joined(separator: " · ")
            let text = console.text(
                .alsoOpens, ["id": catalogue.programmes[supposed].id, "list": list])
            console.result("  \(text)", hanging: 4)
        }
    }

    private func print(_ index: Int, to console: Console, _ explaining: Bool) {
        let found = match.programmes[index]
        let programme = catalogue.programmes[index]
        let standing: String =
            switch found.standing {
            case .no: console.text(Phrase.no)
            case .open: console.text(.open)
            case .proposed: console.text(.proposed)
            case .superseded(let by):
                console.text(.superseded, ["id": catalogue.programmes[by].id])
            }
        let style: Style =
            switch found.standing {
            case .no, .superseded: .dim
            case .open: .attention
            case .proposed: .good
            }
        var line: Line =
            "  \(programme.id, .strong)  \(words.text(programme.name))  \(standing, style)"
        switch found.amount {
        case .fen(let fen)? where found.standing == .proposed:
            let text = console.text(
                .amount, ["amount": words.yuan(fen), "period": programme.benefit.period])
            line = line + "  \(text, .strong)"
        case .unknown(let missing)? where found.standing == .proposed:
            let text = console.text(.amountUnknown, ["facts": words.names(missing)])
            line = line + "  \(text, .attention)"
        default: break
        }
        console.result(line, hanging: 7)
        if found.standing == .open {
            let text = console.text(.asks, ["facts": words.names(found.answer.missing)])
            console.result("       \(text, .attention)", hanging: 9)
        }
        if explaining {
            let proof = rulebook.proof(ofProgramme: index, facts, member: member)
            let text = console.text(.reasons, ["text": words.reasons(proof)])
            console.result("       \(text, .dim)", hanging: 9)
        }
    }

    // MARK: For programs

    func members(explaining: Bool) -> [JSONMember] {
        let programmes = match.programmes.indices.map { index in
            JSONMember(catalogue.programmes[index].id, json(index, explaining))
        }
        let documents = zip(rulebook.documentsInForce, match.documents).map { place, answer in
            JSONMember(catalogue.documents[place].id, answer.json(catalogue.facts))
        }
        return [
            JSONMember("programmes", .object(programmes)),
            JSONMember("documents", .object(documents)),
            JSONMember(
                "supposed", match.supposed.map { .string(catalogue.programmes[$0].id) } ?? .null),
            JSONMember(
                "alsoOpens",
                .array(match.alsoOpens.map { .string(catalogue.programmes[$0].id) })),
        ]
    }

    private func json(_ index: Int, _ explaining: Bool) -> JSON {
        let found = match.programmes[index]
        var members = found.answer.json(catalogue.facts).members ?? []
        switch found.standing {
        case .no: members.append(JSONMember("standing", "no"))
        case .open: members.append(JSONMember("standing", "open"))
        case .proposed: members.append(JSONMember("standing", "proposed"))
        case .superseded(let by):
            members.append(JSONMember("standing", "superseded"))
            members.append(JSONMember("by", .string(catalogue.programmes[by].id)))
        }
        if case .fen(let fen)? = found.amount {
            members.append(JSONMember("amount_fen", .integer(fen)))
        }
        if explaining {
            let proof = rulebook.proof(ofProgramme: index, facts, member: member)
            members.append(JSONMember("because", .array(proof.reasons.map(json))))
        }
        return .object(members)
    }

    private func json(_ truth: Truth, _ compared: Proof.Compared) -> JSON {
        let kind = catalogue.facts[compared.fact].kind
        return .object([
            "fact": .string(catalogue.facts[compared.fact].key),
            "op": .string(compared.comparison.rawValue),
            "value": compared.value.map { .string(words.value($0, kind)) } ?? .null,
            "with": .array(compared.operands.map { .string(words.value($0, kind)) }),
            "answer": .string(truth.word),
        ])
    }
}
