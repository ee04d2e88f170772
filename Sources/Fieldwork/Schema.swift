public import SyncCore

extension Schema {
    /// The records of the work, version 1.
    ///
    /// Units are listed in each record's file. Additive from version to version.
    public static let fieldwork = Schema(
        version: SchemaVersion(1),
        collections: [
            // Who they are, and what is known of them.
            Household.declaration, Person.declaration, Fact.declaration, Tagging.declaration,
            CircleMembership.declaration,
            // What is seen, and judged.
            Visit.declaration, FollowUp.declaration, Alert.declaration, Clue.declaration,
            Assessment.declaration,
            // What is done.
            Need.declaration, Plan.declaration, PlanItem.declaration, HelpPackage.declaration,
            Application.declaration, FormAnswer.declaration, BenefitSpan.declaration,
            Referral.declaration, CaseFile.declaration, WorkTask.declaration,
            WorkOutcome.declaration, Evidence.declaration, MatchResult.declaration,
            Intake.declaration, Companionship.declaration, GroupActivity.declaration,
            Booking.declaration,
            // What everybody reads.
            TagDefinition.declaration, Department.declaration, Advisor.declaration,
            Partner.declaration, Resource.declaration, Station.declaration,
            StationSession.declaration, StatSnapshot.declaration, ImportBatch.declaration,
            PublishedRules.declaration,
        ])
}

extension CollectionID {
    /// 户, 世帯.
    public static let household = CollectionID(1)
    /// 人.
    public static let person = CollectionID(2)
    /// 走访, 訪問.
    public static let visit = CollectionID(3)
    /// 跟踪, 見守り.
    public static let followUp = CollectionID(4)
    /// 事实, 事実.
    public static let fact = CollectionID(5)
    /// 需求, ニーズ.
    public static let need = CollectionID(6)
    /// 一户一策, 支援計画.
    public static let plan = CollectionID(7)
    /// 措施, 支援内容.
    public static let planItem = CollectionID(8)
    /// 预警, 早期警戒.
    public static let alert = CollectionID(9)
    /// 线索, 手がかり.
    public static let clue = CollectionID(10)
    /// 申请, 申請.
    public static let application = CollectionID(11)
    /// 一件事, 一括申請.
    public static let package = CollectionID(12)
    /// 填表项, 申請書の記入.
    public static let formAnswer = CollectionID(13)
    /// 待遇期间, 受給期間.
    public static let benefitSpan = CollectionID(14)
    /// 综合评估, 総合評価.
    public static let assessment = CollectionID(15)
    /// 四圈, 四つの圏.
    public static let circleMembership = CollectionID(16)
    /// 标签, タグ.
    public static let tagging = CollectionID(17)
    /// 标签字典, タグ辞書.
    public static let tagDefinition = CollectionID(18)
    /// 转介, 引き継ぎ.
    public static let referral = CollectionID(19)
    /// 个案, 個別支援.
    public static let caseFile = CollectionID(20)
    /// 任务, 課題.
    public static let task = CollectionID(21)
    /// 成效, 成果.
    public static let outcome = CollectionID(22)
    /// 佐证, 証拠.
    public static let evidence = CollectionID(23)
    /// 匹配结果, 制度の照合.
    public static let matchResult = CollectionID(24)
    /// 来访登记, 受付.
    public static let intake = CollectionID(25)
    /// 陪伴服务, 寄り添い支援.
    public static let companionship = CollectionID(26)
    /// 小组活动, グループ活動.
    public static let groupActivity = CollectionID(27)
    /// 预约, 予約.
    public static let booking = CollectionID(28)
    /// 部门, 部署.
    public static let department = CollectionID(29)
    /// 救助顾问, 相談員.
    public static let advisor = CollectionID(30)
    /// 社会力量, 協力先.
    public static let partner = CollectionID(31)
    /// 资源, 社会資源.
    public static let resource = CollectionID(32)
    /// 服务站, 支援拠点.
    public static let station = CollectionID(33)
    /// 服务场次, 開催枠.
    public static let session = CollectionID(34)
    /// 统计快照, 統計.
    public static let statSnapshot = CollectionID(35)
    /// 导入批次, 取り込み.
    public static let importBatch = CollectionID(36)
    /// 已发布的目录, 公表された目録.
    public static let publishedRules = CollectionID(37)
}
