/// How much a benefit comes to: a tree of standards and facts.
public indirect enum Amount: Hashable, Sendable {
    case fact(FactSlot)
    case parameter(ParameterSlot, times: Int64)
    case add([Amount])
    /// The first less all others.
    case subtract([Amount])
    case multiply([Amount])
    /// Not below zero.
    case atLeastZero(Amount)
}

/// How much something comes to, as far as it is known.
public enum AmountAnswer: Hashable, Sendable {
    case fen(Int64)
    case unknown(missing: FactSet)
}
