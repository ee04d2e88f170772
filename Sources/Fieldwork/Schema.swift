public import SyncCore

extension Schema {
    /// The records of the work, version 1.
    ///
    /// Collections: household 1, person 2, visit 3, follow-up 4, fact 5. Units are listed in each
    /// record's file. Additive from version to version.
    public static let fieldwork = Schema(
        version: SchemaVersion(1),
        collections: [
            Household.declaration, Person.declaration, Visit.declaration, FollowUp.declaration,
            Fact.declaration,
        ])
}

extension CollectionID {
    /// 户.
    public static let household = CollectionID(1)
    /// 人.
    public static let person = CollectionID(2)
    /// 走访, 訪問.
    public static let visit = CollectionID(3)
    /// 跟踪, 見守り.
    public static let followUp = CollectionID(4)
    /// 事实, 事実.
    public static let fact = CollectionID(5)
}
