import Casework
import Fieldwork
import SyncCore
import SyncProtocol

/// What the catalogue says of the keys of facts.
enum FactKey {
    /// The catalogue this program carries. That it can't be read is a bug, which tests find.
    static let catalogue: Casework.Catalogue = {
        let bytes = Array(Casework.Catalogue.shippedText.utf8)
        guard let catalogue = try? Casework.Catalogue(bytes, hash: { Digests.sha256($0) }) else {
            preconditionFailure("the catalogue carried does not hold together")
        }
        return catalogue
    }()

    /// Whether its numbers are amounts, in fen.
    private static func isAmount(_ key: String) -> Bool {
        catalogue.facts.slot(of: key).map { catalogue.facts[$0].kind == .money } ?? false
    }

    /// The unit as it is shown where the record's key is known: a statement of an amount has yuan.
    static func shown(
        _ unit: UnitDeclaration, of collection: CollectionID, key: String?
    ) -> UnitDeclaration {
        guard collection == .fact, unit.id == Fact.Field.statement.id, let key, isAmount(key)
        else { return unit }
        return UnitDeclaration(
            unit.id, unit.name,
            unit.members.map { $0.name == "number" ? Member("amount_fen", $0.type) : $0 },
            unit.policy, unit.sensitivity)
    }
}
