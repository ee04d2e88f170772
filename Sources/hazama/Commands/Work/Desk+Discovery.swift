import Casework
import Fieldwork
import SyncCore
import SyncStore

extension Desk {
    /// All records that lie with a household, as rules look at them; `nil` where it is none that
    /// rules look at.
    private func entry(of home: RecordID, _ rulebook: Rulebook) throws -> HouseholdEntry? {
        var states: [RecordState] = []
        for collection in HouseholdRecords.collections.sorted() {
            let records =
                collection == .household
                ? [home] : try store().children(of: home, in: collection).map(\.record)
            for record in records {
                if let shown = try store().shown(record) { states.append(shown.state) }
            }
        }
        return HouseholdRecords(states).flatMap {
            HouseholdEntry($0, catalogue: rulebook.catalogue, asOf: rulebook.asOf)
        }
    }

    /// Applies the warning rules to households, and writes down what is new of them. Another device
    /// or the hub that sees the same makes the same records.
    ///
    /// Returns how many alerts are new.
    private func discover(_ homes: [RecordID], _ rulebook: Rulebook) throws -> Int {
        let discovery = try discovery(rulebook)
        var count = 0
        for home in homes {
            guard let entry = try unlessDamaged({ try entry(of: home, rulebook) }) else {
                continue
            }
            let situation = discovery.situation(
                entry.facts, earlier: entry.earlier, chronicle: entry.chronicle)
            let raising = Raising(entry, situation, seeksSilent: false)
            guard !raising.isEmpty else { continue }
            count += raising.alerts.count
            var changes = try raising.creations
            for (alert, severity) in raising.moreSevere {
                var editing = try edit(alert.id)
                try editing.edit.set(Alert.Field.severity, to: .integer(Int64(severity)))
                changes += editing.edit.recordChanges
            }
            try record("discover", changes.sorted { $0.record < $1.record })
        }
        return count
    }

    /// The same, and says so where something is new.
    func tellDiscovered(_ homes: [RecordID], _ rulebook: Rulebook) throws {
        let count = try discover(homes, rulebook)
        guard count > 0 else { return }
        console.hint(Line(console.text(RulePhrase.newAlerts, ["n": "\(count)"]), .attention))
        console.summarise(["newAlerts": .integer(Int64(count))])
    }
}
