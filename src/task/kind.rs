//! The kinds of tasks.

crate::text_enum! {
    /// What is to be done.
    pub enum TaskKind {
        /// A cycle is open and the facility (or its unit) has no self-assessment in it.
        StartSelfAssessment = "startSelfAssessment",
        /// A draft in which `count` criteria need a person, `toConfirm` of them only a confirmation.
        FinishSelfAssessment = "finishSelfAssessment",
        /// A draft that is complete and was not handed in.
        SubmitSelfAssessment = "submitSelfAssessment",
        /// A cycle that opens within 30 days (the term is ours) and is fixed from then on.
        CheckCycle = "checkCycle",
        /// A draft of a framework version.
        PublishFramework = "publishFramework",
        /// What came by a link waits to be taken over, or sent back.
        DecideContribution = "decideContribution",
        /// A link was not answered in time.
        RenewContributionLink = "renewContributionLink",
        /// A mandate that ends within 30 days (the term is ours).
        RenewMandate = "renewMandate",
        /// An inspection round with a checklist that begins within 30 days (the term is ours), or should have begun.
        OpenRound = "openRound",
        /// An inspection round whose last day is past is still open.
        CloseRound = "closeRound",
        /// A draft report was sent to the facility, which can react until it is due.
        ReactToReport = "reactToReport",
        /// The facility reacted to a draft, and you review it.
        DecideReaction = "decideReaction",
        /// An inspection asks the facility for a document.
        SendDocuments = "sendDocuments",
        /// A final report has improvement points and the recognising body has not sent a draft of terms; or a corrected one has a point
        /// without a term.
        SetTerms = "setTerms",
        /// A draft of terms was sent to the facility, which can react until it is due.
        ReactToTerms = "reactToTerms",
        /// The facility was heard about its terms; they are to be set for good.
        ConcludeTerms = "concludeTerms",
        /// Nothing is left to follow up.
        CloseInspection = "closeInspection",
        /// An improvement point is to be mended, or a plan to be given, by the end of its term.
        MendImprovementPoint = "mendImprovementPoint",
        /// A facility told of a measure or a plan.
        DecideImprovement = "decideImprovement",
        /// A measure was accepted, and is to be verified.
        VerifyImprovement = "verifyImprovement",
        /// The term of an improvement point is over; for the recognising body and planners.
        OverdueImprovementPoint = "overdueImprovementPoint",
        /// An inspector tells of danger, and the recognising body has not acknowledged it; due the moment that it came.
        AcknowledgeSignal = "acknowledgeSignal",
    }
}
