public import Fieldwork
public import SyncCore

/// The records that lie with one household, read with the types of the work.
public struct HouseholdRecords: Sendable {
    public let household: Household
    public let persons: [Person]
    public let facts: [Fact]
    public let visits: [Visit]
    public let spans: [BenefitSpan]
    public let applications: [Application]
    public let assessments: [Assessment]
    public let needs: [Need]
    public let planItems: [PlanItem]
    public let referrals: [Referral]
    public let alerts: [Alert]
    public let followUps: [FollowUp]
    public let matchResults: [MatchResult]

    /// What is read here; anything else may be left out.
    public static let collections: Set<CollectionID> = [
        .household, .person, .fact, .visit, .benefitSpan, .application, .assessment, .need,
        .planItem, .referral, .alert, .followUp, .matchResult,
    ]

    /// - Parameter states: in any order; `nil` where the household itself is not among them.
    public init?(_ states: [RecordState]) {
        guard let household = states.lazy.compactMap(Household.init).first else { return nil }
        self.household = household
        persons = states.compactMap(Person.init)
        facts = states.compactMap(Fact.init)
        visits = states.compactMap(Visit.init)
        spans = states.compactMap(BenefitSpan.init)
        applications = states.compactMap(Application.init)
        assessments = states.compactMap(Assessment.init)
        needs = states.compactMap(Need.init)
        planItems = states.compactMap(PlanItem.init)
        referrals = states.compactMap(Referral.init)
        alerts = states.compactMap(Alert.init)
        followUps = states.compactMap(FollowUp.init)
        matchResults = states.compactMap(MatchResult.init)
    }
}
