/// The places of the reference district. The streets are public; that nine of them have two
/// neighbourhoods each but one, and what all neighbourhoods are called, is made up.
enum ReferenceNames {
    static let district = "长宁区"

    struct Street {
        let name: String
        let neighbourhoods: [String]
        /// Its part of the households, in thousandths.
        let share: Int
    }

    /// 新泾 has 33 neighbourhoods, the others 17 between them.
    static let streets: [Street] =
        [("华阳路街道", 2, 92), ("江苏路街道", 2, 74), ("新华路街道", 2, 84), ("周家桥街道", 2, 80)]
        .map(street)
        + [("天山路街道", 2, 94), ("仙霞新村街道", 2, 98), ("虹桥街道", 2, 72), ("程家桥街道", 1, 46)]
        .map(street)
        + [("北新泾街道", 2, 70), ("新泾镇", 33, 290)].map(street)

    private static func street(_ name: String, _ count: Int, _ share: Int) -> Street {
        let stem = name.hasSuffix("街道") ? String(name.dropLast(2)) : String(name.dropLast())
        return Street(
            name: name, neighbourhoods: (1...count).map { "\(stem)第\($0)居民区" }, share: share)
    }
}
