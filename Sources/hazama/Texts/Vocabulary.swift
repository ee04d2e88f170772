import Fieldwork
import SyncCore

/// The names of kinds of record, of units and of their words, for whoever only has numbers.
enum Vocabulary {
    static func collection(_ id: CollectionID) -> Wording {
        Words.collection(id)
            ?? Wording("record of kind \(id.value)", "记录类型 \(id.value)", "記録種別 \(id.value)")
    }

    static func unit(_ unit: UnitID, of collection: CollectionID) -> Wording {
        let number = "\(unit.value)"
        return Words.unit(unit, of: collection)
            ?? Wording("unit \(number)", "字段 \(number)", "項目 \(number)")
    }

    /// What stands before a member of a group; `nil` where its value says enough.
    static func member(_ name: String) -> Wording? {
        clear.contains(name) ? nil : Words.member(name)
    }

    private static let clear: Set<String> = [
        "act", "address", "amount_fen", "flag", "kind", "note", "number", "person", "purpose",
        "question", "reason", "relation", "source", "standing", "text", "title", "what", "word",
    ]
}
