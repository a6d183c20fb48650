//! What may be done to an inspection in which state, and by whose hand: pure decisions, in one table.
use State::{
    Cancelled, Closed, DraftReport, Final, FollowUp, InProgress, Planned, Reaction, TermDraft,
    TermReaction,
};

use crate::problem::{Kind, Problem};
use crate::text::Text;

crate::text_enum! {
    /// Where an inspection stands.
    pub enum State {
        /// Its first visit is to come.
        Planned = "planned",
        /// A visit took place; findings are recorded.
        InProgress = "inProgress",
        /// The draft report (ontwerpverslag) is being written, or under way to the facility.
        DraftReport = "draftReport",
        /// The facility can react to the draft.
        Reaction = "reaction",
        /// The report is final (definitief inspectieverslag).
        Final = "final",
        /// The recognising body drafts its terms (voorlopig verslag van termijnbepaling).
        TermDraft = "termDraft",
        /// The facility can react to the terms.
        TermReaction = "termReaction",
        /// Improvement points are followed up within their terms.
        FollowUp = "followUp",
        /// Nothing is left to do.
        Closed = "closed",
        /// It does not go on.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// The part that an inspector has in an inspection.
    pub enum AssignmentRole {
        /// Leads it: plans visits, records findings, writes the report.
        Lead = "lead",
        /// Visits, and records findings.
        Member = "member",
        /// Was not on the visit, and decides on reactions.
        Reviewer = "reviewer",
        /// Looks on (observator).
        Observer = "observer",
    }
}

/// As what somebody does something to an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Zorginspectie's planning.
    Planner,
    /// An inspector, in the part that it was given.
    Assigned(AssignmentRole),
    /// The inspected facility.
    Facility,
    /// The recognising body.
    Authority,
}

/// The lead inspector.
pub const LEAD: Hand = Hand::Assigned(AssignmentRole::Lead);
/// An inspector who visits.
pub const MEMBER: Hand = Hand::Assigned(AssignmentRole::Member);

impl Hand {
    /// Every hand, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Planner,
        LEAD,
        MEMBER,
        Self::Assigned(AssignmentRole::Reviewer),
        Self::Assigned(AssignmentRole::Observer),
        Self::Facility,
        Self::Authority,
    ];

    /// Its name in the documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Assigned(role) => role.name(),
            Self::Facility => "facility",
            Self::Authority => "authority",
        }
    }
}

/// Something that is done to an inspection.
#[derive(Debug)]
pub struct Step {
    /// The operation that does it.
    pub operation: &'static str,
    /// By whose hand.
    pub hands: &'static [Hand],
    /// In which states.
    pub states: &'static [State],
}

/// Another reason, reference or way of coming.
pub const REPLACE: Step = Step {
    operation: "replaceInspection",
    hands: &[Hand::Planner],
    states: &[Planned, InProgress],
};
/// Somebody joins the team: as long as it has something to do, and a report can be corrected to the end.
pub const ASSIGN: Step = Step {
    operation: "assignInspector",
    hands: &[Hand::Planner],
    states: &[
        Planned,
        InProgress,
        DraftReport,
        Reaction,
        Final,
        TermDraft,
        TermReaction,
        FollowUp,
        Closed,
    ],
};
/// Somebody's part ends.
pub const END_ASSIGNMENT: Step = Step {
    operation: "endAssignment",
    ..ASSIGN
};
/// A visit is planned, or planned otherwise.
pub const PLAN_VISIT: Step = Step {
    operation: "planVisit",
    hands: &[Hand::Planner, LEAD],
    states: &[Planned, InProgress],
};
/// What became of a visit.
pub const RECORD_VISIT: Step = Step {
    operation: "recordVisit",
    hands: &[LEAD, MEMBER],
    states: &[Planned, InProgress],
};
/// The facility is told.
pub const ANNOUNCE: Step = Step {
    operation: "announceInspection",
    hands: &[Hand::Planner, LEAD],
    states: &[Planned, InProgress],
};
/// The facility sends what it was asked for.
pub const ANSWER_DOCUMENTS: Step = Step {
    operation: "answerDocumentRequest",
    hands: &[Hand::Facility],
    states: &[Planned, InProgress],
};
/// What was made offline comes in, whenever that is.
pub const SYNC: Step = Step {
    operation: "syncFindings",
    hands: &[LEAD, MEMBER],
    states: State::ALL,
};
/// A finding is recorded; once the report is final, for a correction of it.
pub const RECORD_FINDING: Step = Step {
    operation: "putFinding",
    hands: &[LEAD, MEMBER],
    states: &[
        Planned,
        InProgress,
        DraftReport,
        Reaction,
        Final,
        TermDraft,
        TermReaction,
        FollowUp,
    ],
};
/// What must be mended is established.
pub const PUT_POINT: Step = Step {
    operation: "putImprovementPoint",
    hands: &[LEAD],
    states: &[InProgress, DraftReport, Reaction, Final],
};
/// A report is frozen: the one that the state calls for.
pub const FREEZE: Step = Step {
    operation: "createReport",
    hands: &[LEAD],
    states: &[
        InProgress,
        DraftReport,
        Reaction,
        Final,
        TermDraft,
        TermReaction,
        FollowUp,
        Closed,
    ],
};
/// A report goes to the facility.
pub const DELIVER: Step = Step {
    operation: "deliverReport",
    hands: &[LEAD],
    states: &[
        DraftReport,
        Final,
        TermDraft,
        TermReaction,
        FollowUp,
        Closed,
    ],
};
/// A delivery is proven.
pub const RECEIVE: Step = Step {
    operation: "recordReceipt",
    hands: &[LEAD, Hand::Facility],
    states: &[Reaction, Final, TermDraft, TermReaction, FollowUp, Closed],
};
/// The facility gets more time.
pub const EXTEND: Step = Step {
    operation: "extendReaction",
    hands: &[LEAD],
    states: &[Reaction],
};
/// The facility reacts.
pub const REACT: Step = Step {
    operation: "react",
    hands: &[Hand::Facility],
    states: &[Reaction],
};
/// A reaction is decided on.
pub const DECIDE: Step = Step {
    operation: "decideReaction",
    hands: &[Hand::Assigned(AssignmentRole::Reviewer)],
    states: &[Reaction],
};
/// A report is published.
pub const PUBLISH: Step = Step {
    operation: "publishReport",
    hands: &[LEAD],
    states: &[Final, TermDraft, TermReaction, FollowUp, Closed],
};
/// A publication is withdrawn.
pub const WITHDRAW: Step = Step {
    operation: "withdrawPublication",
    ..PUBLISH
};
/// Danger is told of: it waits for no tag.
pub const RAISE_SIGNAL: Step = Step {
    operation: "raiseUrgentSignal",
    hands: &[LEAD, MEMBER],
    states: &[Planned, InProgress, DraftReport, Reaction],
};
/// A finding is judged, apart from another inspector.
pub const JUDGE: Step = Step {
    operation: "putJudgement",
    hands: &[LEAD, MEMBER],
    states: &[Planned, InProgress, DraftReport],
};
/// One of two judgements becomes the finding's.
pub const ADOPT: Step = Step {
    operation: "adoptJudgement",
    hands: &[LEAD],
    states: &[Planned, InProgress, DraftReport],
};
/// The inspection goes by a newer revision of the checklist.
pub const MOVE_CHECKLIST: Step = Step {
    operation: "moveChecklist",
    hands: &[LEAD],
    states: &[InProgress],
};
/// The inspection does not go on.
pub const CANCEL: Step = Step {
    operation: "cancelInspection",
    hands: &[Hand::Planner, LEAD],
    states: &[Planned, InProgress],
};

/// Terms are set, as a draft or for good.
pub const SET_TERMS: Step = Step {
    operation: "createTermReport",
    hands: &[Hand::Authority],
    states: &[Final, TermDraft, TermReaction],
};
/// A term report goes to the facility.
pub const DELIVER_TERMS: Step = Step {
    operation: "deliverTermReport",
    hands: &[Hand::Authority],
    states: &[TermDraft, FollowUp, Closed],
};
/// The delivery of a term report is proven.
pub const RECEIVE_TERMS: Step = Step {
    operation: "recordTermReceipt",
    hands: &[Hand::Authority, Hand::Facility],
    states: &[TermReaction, FollowUp, Closed],
};
/// The facility gets more time to react to a draft of terms.
pub const EXTEND_TERMS: Step = Step {
    operation: "extendTermReaction",
    hands: &[Hand::Authority],
    states: &[TermReaction],
};
/// The facility reacts to a draft of terms.
pub const REACT_TO_TERMS: Step = Step {
    operation: "reactToTerms",
    hands: &[Hand::Facility],
    states: &[TermReaction],
};
/// The facility tells of a measure that it took for an improvement point.
pub const GIVE_MEASURE: Step = Step {
    operation: "giveMeasure",
    hands: &[Hand::Facility],
    states: &[FollowUp],
};
/// The facility tells how and by when it will mend an improvement point.
pub const GIVE_PLAN: Step = Step {
    operation: "givePlan",
    ..GIVE_MEASURE
};
/// What the facility told is accepted, or refused.
pub const DECIDE_IMPROVEMENT: Step = Step {
    operation: "decideImprovement",
    hands: &[Hand::Authority],
    states: &[FollowUp],
};
/// An improvement point gets another term.
pub const CHANGE_TERM: Step = Step {
    operation: "changeTerm",
    ..DECIDE_IMPROVEMENT
};
/// The term of an improvement point ends.
pub const END_TERM: Step = Step {
    operation: "endTerm",
    ..DECIDE_IMPROVEMENT
};
/// An improvement point is found to be mended, or not. Beside the recognising body, who leads the inspection that follows this one up does it.
pub const VERIFY_IMPROVEMENT: Step = Step {
    operation: "verifyImprovement",
    ..DECIDE_IMPROVEMENT
};
/// Nothing is left to do.
pub const CLOSE: Step = Step {
    operation: "closeInspection",
    hands: &[Hand::Planner, Hand::Authority],
    states: &[Final, TermDraft, TermReaction, FollowUp],
};

/// Everything that can be done to an inspection.
pub const STEPS: &[Step] = &[
    REPLACE,
    ASSIGN,
    END_ASSIGNMENT,
    PLAN_VISIT,
    RECORD_VISIT,
    ANNOUNCE,
    ANSWER_DOCUMENTS,
    SYNC,
    RECORD_FINDING,
    PUT_POINT,
    FREEZE,
    DELIVER,
    RECEIVE,
    EXTEND,
    REACT,
    DECIDE,
    PUBLISH,
    WITHDRAW,
    MOVE_CHECKLIST,
    CANCEL,
    RAISE_SIGNAL,
    JUDGE,
    ADOPT,
    SET_TERMS,
    DELIVER_TERMS,
    RECEIVE_TERMS,
    EXTEND_TERMS,
    REACT_TO_TERMS,
    GIVE_MEASURE,
    GIVE_PLAN,
    DECIDE_IMPROVEMENT,
    CHANGE_TERM,
    END_TERM,
    VERIFY_IMPROVEMENT,
    CLOSE,
];

impl Step {
    /// One of these hands may do it; otherwise 403, saying whose may.
    pub fn require_hand(&self, hands: &[Hand]) -> Result<(), Problem> {
        if hands.iter().any(|hand| self.hands.contains(hand)) {
            return Ok(());
        }
        let may: Vec<&str> = self.hands.iter().map(|hand| hand.name()).collect();
        let may = may.join(", ");
        Err(Problem::new(
            Kind::MissingPermission,
            Text::new(
                format!("In deze inspectie doet alleen dit: {may}."),
                format!("Dans cette inspection, seuls le font : {may}."),
                format!("In this inspection only these do that: {may}."),
            ),
        ))
    }

    /// It can be done in this state; otherwise 409, saying when.
    pub fn require_state(&self, state: State) -> Result<(), Problem> {
        if self.states.contains(&state) {
            return Ok(());
        }
        let when: Vec<&str> = self.states.iter().map(|state| state.name()).collect();
        let when = when.join(", ");
        Err(Problem::conflict(Text::new(
            format!("Deze inspectie staat op {state}; dit kan alleen in: {when}."),
            format!(
                "Cette inspection est dans l'état {state} ; cela n'est possible qu'en : {when}."
            ),
            format!("This inspection is {state}; this can be done only in: {when}."),
        )))
    }
}

/// Is the inspection at its end?
pub fn is_over(state: State) -> bool {
    matches!(state, Closed | Cancelled)
}

/// The states in which the recognising body has to do with an inspection.
pub const AUTHORITYS: [State; 5] = [Final, TermDraft, TermReaction, FollowUp, Closed];
