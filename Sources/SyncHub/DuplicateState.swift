/// How far the question is whether two records are one.
enum DuplicateState: String, Hashable, Sendable {
    case open
    /// One person says that they are one; a second one has to agree.
    case proposed
    /// They are one, until that is taken back.
    case merged
    /// They are not one; nobody is asked again.
    case distinct
}
