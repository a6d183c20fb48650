//! Every action with its roles and the scope that a machine needs, a line each: the whole policy on one page.
use super::role::Role::{
    self, Admin, Authority, Expert, Facility, FacilityContributor, Inspector, Integration, Planner,
    Policy,
};

/// Something that a caller may do.
pub trait Action: 'static {
    /// Its name, in the documentation and in refusals.
    const NAME: &'static str;
    /// Who may.
    const ROLES: &'static [Role];
    /// The scope that an `integration` needs; empty where none may.
    const SCOPE: &'static str;
}

/// An action that changes something.
pub trait Writes: Action {}

macro_rules! policy {
    ($($action:ident $mode:ident $scope:literal [$($role:ident),* $(,)?];)*) => {
        $(
            #[doc = concat!("The action `", stringify!($action), "`, of the kind *", stringify!($mode), "*.")]
            pub struct $action;
            impl Action for $action {
                const NAME: &'static str = stringify!($action);
                const ROLES: &'static [Role] = &[$($role),*];
                const SCOPE: &'static str = $scope;
            }
            policy!(@$mode $action);
        )*
        /// Every action: name, roles, scope.
        pub const ACTIONS: &[(&str, &[Role], &str)] = &[$((stringify!($action), &[$($role),*], $scope)),*];
    };
    (@read $action:ident) => {};
    (@write $action:ident) => { impl Writes for $action {} };
}

policy! {
    ReadMe                 read  ""                       [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];

    ReadDirectory          read  "read:facilities"        [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Admin, Integration];
    ReadSectors            read  "read:facilities"        [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];
    ManageDirectory        write ""                       [Admin];
    ManageSectors          write ""                       [Admin];
    ReadIntegrations       read  ""                       [Admin];
    ManageIntegrations     write ""                       [Admin];
    ReadMandates           read  ""                       [Facility, Admin];
    GiveMandate            write ""                       [Facility];
    RevokeMandate          write ""                       [Facility, Admin];

    ReadFrameworks         read  "read:frameworks"        [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];
    ManageFrameworks       write ""                       [Admin];
    ReadMigrations         read  ""                       [Admin];
    MigrateFramework       write ""                       [Admin];

    ReadCycles             read  "read:cycles"            [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Admin, Integration];
    ManageCycles           write ""                       [Planner, Admin];

    ReadSelfAssessments    read  "read:selfAssessments"   [Facility, FacilityContributor, Inspector, Integration];
    CreateSelfAssessment   write "write:selfAssessments"  [Facility, Integration];
    AnswerSelfAssessment   write "write:selfAssessments"  [Facility, FacilityContributor, Integration];
    ConfirmSelfAssessment  write "confirm:selfAssessments" [Facility, Integration];
    SubmitSelfAssessment   write "submit:selfAssessments" [Facility, Integration];
    ReopenSelfAssessment   write ""                       [Facility];

    ReadStepPlans          read  "read:stepPlans"         [Facility, FacilityContributor, Integration];
    WriteStepPlan          write "write:stepPlans"        [Facility, Integration];

    ReadContributions      read  ""                       [Facility];
    AskContribution        write ""                       [Facility];
    DecideContribution     write ""                       [Facility];

    ReadInspections        read  "read:inspections"       [Facility, Inspector, Planner, Authority, Integration];
    PlanInspections        write ""                       [Planner];
    WorkInspections        write ""                       [Planner, Inspector];
    RecordInspections      write ""                       [Inspector];
    AnswerInspections      write ""                       [Facility];
    ReceiveReports         write ""                       [Facility, Inspector];
    SetTerms               write ""                       [Authority];
    ReceiveTerms           write ""                       [Facility, Authority];
    VerifyImprovements     write ""                       [Authority, Inspector];
    CloseInspections       write ""                       [Planner, Authority];
    ReadFindings           read  ""                       [Inspector, Planner];
    ReadRoundFindings      read  ""                       [Planner];
    ReadDevices            read  ""                       [Inspector, Planner, Admin];
    RegisterDevice         write ""                       [Inspector];
    RevokeDevice           write ""                       [Inspector, Planner, Admin];
    ReadUrgentSignals      read  "read:inspections"       [Facility, Inspector, Planner, Authority, Integration];
    HandleUrgentSignals    write ""                       [Authority];
    ReadSamples            read  ""                       [Planner];
    DrawSample             write ""                       [Planner];

    ReadComparisons        read  "read:inspections"       [Facility, Inspector, Planner, Authority, Integration];
    ReadPolicyReports      read  "read:inspectionRounds"  [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];
    ReadSectorAgreement    read  ""                       [Inspector, Planner, Authority, Expert, Policy];

    ReadAttachments        read  "read:attachments"       [Facility, FacilityContributor, Inspector, Authority, Integration];
    StoreAttachment        write "write:attachments"      [Facility, FacilityContributor, Inspector, Integration];

    ReadRollout            read  "read:rollout"           [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Admin, Integration];
    ReadRolloutOverview    read  "read:rollout"           [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];
    ManageRollout          write ""                       [Expert];

    ReadTrainings          read  "read:rollout"           [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Admin, Integration];
    ManageTrainings        write ""                       [Expert];
    ReadAttendance         read  ""                       [Facility, Expert];
    RecordAttendance       write ""                       [Facility, Expert];
    ReadTrainingReach      read  ""                       [Expert];

    ReadSurveys            read  "read:rollout"           [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Admin, Integration];
    ManageSurveys          write ""                       [Expert];
    AskSurvey              write ""                       [Expert];
    ReadSurveyResults      read  ""                       [Expert];

    ReadRounds             read  "read:inspectionRounds"  [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Admin, Integration];
    ManageRounds           write ""                       [Planner];

    Redact                 write ""                       [Facility, Admin];
    ReadRedactions         read  ""                       [Facility, Admin];
    ReadTasks              read  "read:tasks"             [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];
    ReadEvents             read  "read:events"            [Facility, FacilityContributor, Inspector, Planner, Authority, Expert, Policy, Admin, Integration];

    ReadAuditEvents        read  ""                       [Facility, Inspector, Admin];
    VerifyAuditEvents      read  ""                       [Admin];
}
