import Fieldwork
import SyncCore

/// What the catalogue says of the keys of facts, as far as a number can't be shown without it.
enum FactKey {
    /// Keys whose numbers are amounts, in fen.
    private static let amounts: Set<String> = [
        "p.monthlyIncome", "p.medicalOOPYear", "h.incomePerCapita", "h.incomeYearPerCapita",
        "h.financialPerCapita", "h.medicalYear", "h.educationYear", "h.incomeYear",
        "h.netAfterRigidPerCapita",
    ]

    static func isAmount(_ key: String) -> Bool { amounts.contains(key) }

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
