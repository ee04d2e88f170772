/// A sign in front of a line or in a column. Never told apart by colour alone.
enum Mark: String, CaseIterable, Sendable {
    case conflict = "!"
    case duplicate = "?"
    case unsent = "↑"
    case carried = "→"
    case partlySent = "…"
    case durable = "✓"
    case quarantined = "Q"

    var style: Style {
        switch self {
        case .conflict: .danger
        case .duplicate, .unsent, .carried, .partlySent: .attention
        case .durable: .good
        case .quarantined: .danger
        }
    }

    /// The word for it, where signs are not read well: by a voice.
    var word: Phrase {
        switch self {
        case .conflict: .markConflict
        case .duplicate: .markDuplicate
        case .unsent: .markUnsent
        case .carried: .markCarried
        case .partlySent: .markPartlySent
        case .durable: .markDurable
        case .quarantined: .markQuarantined
        }
    }
}

/// A manner of printing, from the eight colours every terminal has.
enum Style: Sendable {
    case plain, strong, dim, good, attention, danger

    /// The parameters of Select Graphic Rendition (ECMA-48, 8.3.117).
    fileprivate var parameters: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .dim: "2"
        case .good: "32"
        case .attention: "33"
        case .danger: "1;31"
        }
    }

    func applied(to text: String, colours: Bool) -> String {
        guard colours, !text.isEmpty, let parameters else { return text }
        return "\u{1B}[\(parameters)m\(text)\u{1B}[0m"
    }
}
