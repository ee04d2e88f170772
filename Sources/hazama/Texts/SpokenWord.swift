import Fieldwork

/// A word of the schema that people read in their own language.
protocol SpokenWord: ChoiceWord {
    var spoken: Wording { get }
}
