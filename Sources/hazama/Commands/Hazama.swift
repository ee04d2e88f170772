import ArgumentParser

/// The command for people. Every command works on the store of this machine; only `sync`, `enroll`
/// and `admin` ever use the network.
struct Hazama: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hazama",
        abstract: "Record visits without a network; send them when there is one.",
        discussion: """
            A day:
              hazama today                          what is due
              hazama household show K3F2A           before the door
              hazama visit start K3F2A              then note, answer, end
              hazama household edit K3F2A --member-count 3
              hazama status                         what is only on this machine
              hazama sync                           when there is a network

            Ids may be typed from their end: the five characters lists show are enough.
            """,
        version: programVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "The day",
                subcommands: [
                    TodayCommand.self, StatusCommand.self, SyncCommand.self, InboxCommand.self,
                ]),
            CommandGroup(
                name: "Records",
                subcommands: [
                    HouseholdCommand.self, PersonCommand.self, VisitCommand.self,
                    FactCommand.self, FollowCommand.self, DuplicateCommand.self,
                    AttachCommand.self,
                ]),
            CommandGroup(
                name: "Finding people",
                subcommands: [
                    AlertCommand.self, ClueCommand.self, IntakeCommand.self, TaskCommand.self,
                    TagCommand.self,
                ]),
            CommandGroup(
                name: "Help",
                subcommands: [
                    MatchCommand.self, PackageCommand.self, CardCommand.self,
                    AssessCommand.self, PolicyCommand.self,
                    NeedCommand.self, PlanCommand.self, ReferCommand.self, CaseCommand.self,
                    BenefitCommand.self, CompanionCommand.self, GroupCommand.self,
                    OutcomeCommand.self,
                ]),
            CommandGroup(
                name: "The directory",
                subcommands: [
                    StationCommand.self, PartnerCommand.self, ResourceCommand.self,
                ]),
            CommandGroup(
                name: "History and conflicts",
                subcommands: [
                    ShowCommand.self, LogCommand.self, DiffCommand.self, ConflictCommand.self,
                    UndoCommand.self, OutboxCommand.self, ReceiptsCommand.self, DigestCommand.self,
                ]),
            CommandGroup(
                name: "This machine",
                subcommands: [
                    BundleCommand.self, EnrollCommand.self, WhoamiCommand.self, LeaseCommand.self,
                    LockCommand.self, UnlockCommand.self, SwitchCommand.self, WipeCommand.self,
                    DoctorCommand.self, VersionCommand.self,
                ]),
            CommandGroup(name: "The office", subcommands: [AdminCommand.self]),
        ])

    @OptionGroup var global: GlobalOptions
}

/// The version of this program.
let programVersion = "0.1.0"
