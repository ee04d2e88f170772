extension Words {
    /// Every choice the schema has; a test looks for those that are missing here.
    static let types: [any ChoiceWord.Type] = [
        Advisor.Role.self, Advisor.Tenure.self, Alert.Progress.self, Answer.Standing.self,
        Application.Progress.self, Assessment.Progress.self, BenefitSpan.Progress.self,
        Booking.Progress.self, CaseFile.Progress.self, Circle.self, Clue.Origin.self,
        Clue.Progress.self, CompanionKind.self, Consent.Act.self, ContactOutcome.self,
        Evidence.Redaction.self, Fact.Confidence.self, Fact.Evidence.self, Fact.Source.self,
        FollowUp.Progress.self, Intake.Progress.self, Level.self, Measure.Kind.self,
        Need.Progress.self, NeedKind.self, Partner.Progress.self, PartnerKind.self,
        Plan.Progress.self, PlanItem.Progress.self, PlanTemplate.self, Referral.Progress.self,
        ReferralConsent.Basis.self, Relation.self, ResourceKind.self, ServiceClass.self,
        SessionKind.self, Sex.self, Strategy.self, TagDefinition.Retired.self, TagKind.self,
        TagLevel.self, ThreeValued.self, VisitPlace.self, Warning.Kind.self,
        WorkOutcome.Reconnection.self, WorkOutcome.Result.self, WorkTask.Progress.self,
    ]
}
