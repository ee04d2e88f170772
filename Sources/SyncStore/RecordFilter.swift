internal import SyncCore
internal import Synchronization

/// Says for certain of most names that no record has them, without asking the file.
///
/// Whoever creates a record asks whether there is one of its name, in any collection; there hardly
/// ever is, and SQLite would look into the index of each table. A Bloom filter in layers: two to
/// four bytes for each record, and about one name in a hundred that nobody has is looked for all
/// the same. It forgets nothing, so that what is taken away or rolled back is looked for as well.
final class RecordFilter: Sendable {
    private struct Layer {
        /// A record's bits all lie in one word.
        var words: [UInt64]
        var count = 0

        init(capacity: Int) { words = Array(repeating: 0, count: capacity / 4) }

        var isFull: Bool { count >= words.count * 4 }
    }

    private struct Names {
        var layers: [Layer] = []
        var isWhole = false
    }

    private let names = Mutex(Names())

    /// Begins anew. Until all names are in it, every one may be there.
    func reset() { names.withLock { $0 = Names() } }

    /// From now on it holds every name.
    func complete() { names.withLock { $0.isWhole = true } }

    func insert(_ id: RecordID) {
        let (word, bits) = Self.place(id)
        names.withLock { names in
            if names.layers.last?.isFull ?? true {
                // Each as large as all before it together: few are ever asked.
                let held = names.layers.reduce(0) { $0 + $1.words.count * 4 }
                names.layers.append(Layer(capacity: max(held, Self.smallest)))
            }
            let last = names.layers.count - 1
            let index = Int(truncatingIfNeeded: word) & (names.layers[last].words.count - 1)
            if names.layers[last].words[index] & bits != bits {
                names.layers[last].words[index] |= bits
                names.layers[last].count += 1
            }
        }
    }

    /// Whether there may be a record of this name. `false` is certain.
    func mayHold(_ id: RecordID) -> Bool {
        let (word, bits) = Self.place(id)
        return names.withLock { names in
            guard names.isWhole else { return true }
            return names.layers.contains { layer in
                let index = Int(truncatingIfNeeded: word) & (layer.words.count - 1)
                return layer.words[index] & bits == bits
            }
        }
    }

    /// A power of two, as every layer's capacity is.
    private static let smallest = 1 << 16

    /// Which word, and which four of its bits.
    private static func place(_ id: RecordID) -> (word: UInt64, bits: UInt64) {
        // Names begin with their time and end by chance; every bit comes to count in each.
        var mixed = id.high &* 0x9e37_79b9_7f4a_7c15 ^ id.low
        mixed = (mixed ^ mixed >> 32) &* 0xd6e8_feb8_6659_fd93
        mixed = (mixed ^ mixed >> 32) &* 0xd6e8_feb8_6659_fd93
        mixed ^= mixed >> 32
        let bits: UInt64 =
            1 << (mixed >> 40 & 63) | 1 << (mixed >> 46 & 63) | 1 << (mixed >> 52 & 63)
            | 1 << (mixed >> 58)
        return (mixed, bits)
    }
}
