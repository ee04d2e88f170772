internal import SyncCore

/// Reads the parts of a catalogue, and notes what is wrong with its place instead of stopping.
struct CatalogueReader {
    private(set) var defects: [CatalogueDefect] = []
    var facts = FactDictionary([])
    var parameters: [Parameter] = []
    private var parameterSlots: [String: ParameterSlot] = [:]

    mutating func know(_ parameters: [Parameter]) {
        self.parameters = parameters
        for (index, parameter) in parameters.enumerated() {
            parameterSlots[parameter.key] = ParameterSlot(index)
        }
    }

    func slot(ofParameter key: String) -> ParameterSlot? { parameterSlots[key] }

    mutating func note(_ place: String, _ reason: CatalogueDefect.Reason) {
        guard defects.count < CatalogueRefusal.maximum else { return }
        defects.append(CatalogueDefect(place: place, reason: reason))
    }

    // MARK: Properties

    mutating func string(_ json: JSON, _ key: String, _ place: String) -> String {
        guard let found = json[key] else {
            note(place, .missing(key))
            return ""
        }
        guard let text = found.string, !text.isEmpty else {
            note("\(place).\(key)", .expected("words"))
            return ""
        }
        return text
    }

    /// `nil` where it is absent or null.
    mutating func optionalString(_ json: JSON, _ key: String, _ place: String) -> String? {
        guard let found = json[key], !found.isNull else { return nil }
        guard let text = found.string else {
            note("\(place).\(key)", .expected("words or null"))
            return nil
        }
        return text
    }

    mutating func integer(_ json: JSON, _ key: String, _ place: String) -> Int64 {
        guard let found = json[key] else {
            note(place, .missing(key))
            return 0
        }
        guard let number = found.integer else {
            note("\(place).\(key)", .expected("a whole number"))
            return 0
        }
        guard FactValue.range.contains(number) else {
            note("\(place).\(key)", .outOfRange)
            return 0
        }
        return number
    }

    mutating func array(_ json: JSON, _ key: String, _ place: String) -> [JSON] {
        guard let found = json[key] else {
            note(place, .missing(key))
            return []
        }
        guard let elements = found.array else {
            note("\(place).\(key)", .expected("a list"))
            return []
        }
        return elements
    }

    mutating func strings(_ json: JSON, _ key: String, _ place: String) -> [String] {
        var texts: [String] = []
        for (index, element) in array(json, key, place).enumerated() {
            guard let text = element.string else {
                note("\(place).\(key)[\(index)]", .expected("words"))
                continue
            }
            texts.append(text)
        }
        return texts
    }

    /// Names that have to be among `known`.
    mutating func references(
        _ json: JSON, _ key: String, to known: Set<String>, _ place: String
    ) -> [String] {
        let names = strings(json, key, place)
        for (index, name) in names.enumerated() where !known.contains(name) {
            note("\(place).\(key)[\(index)]", .unknownReference(name))
        }
        return names
    }

    mutating func reference(
        _ json: JSON, _ key: String, to known: Set<String>, _ place: String
    ) -> String {
        let name = string(json, key, place)
        if !name.isEmpty, !known.contains(name) {
            note("\(place).\(key)", .unknownReference(name))
        }
        return name
    }

    /// One of the words of a closed choice.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ json: JSON, _ key: String, _ place: String, or fallback: Word
    ) -> Word where Word.RawValue == String {
        let text = string(json, key, place)
        guard let word = Word(rawValue: text) else {
            if !text.isEmpty {
                let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
                note("\(place).\(key)", .expected("one of \(known)"))
            }
            return fallback
        }
        return word
    }

    mutating func day(_ json: JSON, _ key: String, _ place: String) -> CalendarDate? {
        guard let text = optionalString(json, key, place) else { return nil }
        guard let day = CalendarDate(text) else {
            note("\(place).\(key)", .expected("a day as 2021-07-01"))
            return nil
        }
        return day
    }

    /// The first and the last day of something that must have a first.
    mutating func days(
        _ json: JSON, from: String, to: String, _ place: String
    ) -> (from: CalendarDate, to: CalendarDate?) {
        let last = day(json, to, place)
        guard let first = day(json, from, place) else {
            if json[from]?.isNull ?? true { note(place, .missing(from)) }
            return (CalendarDate(ordinal: 0)!, last)
        }
        if let last, last < first { note("\(place).\(to)", .endsBeforeItBegins) }
        return (first, last)
    }

    mutating func name(_ json: JSON, _ place: String) -> CatalogueName {
        CatalogueName(
            chinese: string(json, "zh", place), english: optionalString(json, "en", place),
            japanese: optionalString(json, "ja", place))
    }

    /// Reads each element of a list by its identifier, which no two may share.
    mutating func list<Item>(
        _ json: JSON, _ key: String, by identifier: String,
        _ read: (inout CatalogueReader, JSON, _ id: String, _ place: String) -> Item?
    ) -> [Item] {
        var seen: Set<String> = []
        var items: [Item] = []
        for (index, element) in array(json, key, "").enumerated() {
            let id = string(element, identifier, "\(key)[\(index)]")
            if id.isEmpty { continue }
            if !seen.insert(id).inserted {
                note("\(key)[\(index)].\(identifier)", .repeated(id))
                continue
            }
            if let item = read(&self, element, id, "\(key).\(id)") { items.append(item) }
        }
        return items
    }

    /// Turns what a number is written as into parts, or notes why it is none.
    mutating func parts(_ place: String, _ read: () throws(FactValueError) -> Int64) -> Int64 {
        do {
            return try read()
        } catch {
            switch error {
            case .wrongKind: note(place, .typeMismatch("a value of another kind"))
            case .fraction: note(place, .fraction)
            case .outOfRange: note(place, .outOfRange)
            }
            return 0
        }
    }
}
