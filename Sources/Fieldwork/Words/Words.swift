public import SyncCore

/// What the schema's names and words are called, for whoever only has the schema: one list for the
/// device and the console.
public enum Words {
    /// A kind of record; `nil` for one of a newer schema.
    public static func collection(_ id: CollectionID) -> Wording? {
        Schema.fieldwork.collection(id).flatMap { names[$0.name] }
    }

    /// A unit of a kind of record.
    public static func unit(_ id: UnitID, of collection: CollectionID) -> Wording? {
        guard let collection = Schema.fieldwork.collection(collection),
            let unit = collection.unit(id)
        else { return nil }
        return names["\(collection.name).\(unit.name)"] ?? names[unit.name]
    }

    /// A member of a group.
    public static func member(_ name: String) -> Wording? { names[name] }

    /// A word of a choice; `nil` for one of a newer schema.
    public static func word(_ word: String, of type: ValueType) -> Wording? {
        guard case .choice(let words) = type, let place = words.firstIndex(of: word) else {
            return nil
        }
        return choices[words]?[place]
    }

    /// What speaks for two records being one, or against it; of a newer schema its code.
    public static func likeness(_ code: String) -> Wording {
        likenesses[code] ?? Wording(code, code, code)
    }

    /// A name of the schema, a likeness or a word of any choice, for whoever does not know what it
    /// is.
    public static func any(_ name: String) -> Wording? {
        names[name] ?? likenesses[name]
            ?? choices.keys.sorted { $0.lexicographicallyPrecedes($1) }.lazy
            .compactMap { word(name, of: .choice($0)) }.first
    }

    /// The spoken words of each choice of the schema, by its words.
    private static let choices: [[String]: [Wording]] = {
        var found: [[String]: [Wording]] = [:]
        func add<Word: ChoiceWord>(_: Word.Type) {
            found[Word.allCases.map(\.rawValue)] = Word.allCases.map(\.spoken)
        }
        for type in types { add(type) }
        // Of every record, and so in no list of Fieldwork's.
        found[AttachedFile.Standing.allCases.map(\.rawValue)] = AttachedFile.Standing.allCases.map {
            switch $0 {
            case .here: Wording("arrived", "已到达", "到着")
            case .lost: Wording("lost", "已丢失", "紛失")
            }
        }
        return found
    }()
}
