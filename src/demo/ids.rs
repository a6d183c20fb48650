//! The demo's own ids: fixed, so that the examples of the document work there.
use crate::db::types::Id;

/// vzw De Linde.
pub const ORGANISATION: &str = "0190a000-0000-7000-8000-000000000001";
/// vzw De Berk.
pub const OTHER_ORGANISATION: &str = "0190a000-0000-7000-8000-000000000002";
/// vzw De Wilg, which has no past.
pub const NEW_ORGANISATION: &str = "0190a000-0000-7000-8000-000000000003";
/// CAW De Brug.
pub const CAW_ORGANISATION: &str = "0190a000-0000-7000-8000-000000000004";
/// Algemeen Ziekenhuis De Beuk.
pub const HOSPITAL_ORGANISATION: &str = "0190a000-0000-7000-8000-000000000005";
/// Psychiatrisch Ziekenhuis De Linde.
pub const FACILITY: &str = "0190a000-0000-7000-8000-000000000011";
/// Its site.
pub const SITE: &str = "0190a000-0000-7000-8000-000000000021";
/// Another of its sites.
pub const OTHER_SITE: &str = "0190a000-0000-7000-8000-000000000022";
/// Its unit, at the first site.
pub const UNIT: &str = "0190a000-0000-7000-8000-000000000031";
/// Its unit at the other site.
pub const OTHER_UNIT: &str = "0190a000-0000-7000-8000-000000000032";
/// Last year's cycle.
pub const PAST_CYCLE: &str = "0190a000-0000-7000-8000-000000000041";
/// This year's cycle.
pub const CYCLE: &str = "0190a000-0000-7000-8000-000000000042";
/// A cycle that no inspector sees.
pub const OWN_CYCLE: &str = "0190a000-0000-7000-8000-000000000043";
/// A cycle that is not open yet.
pub const PLANNED_CYCLE: &str = "0190a000-0000-7000-8000-000000000044";
/// Last year's self-assessment of the hospital.
pub const SELF_ASSESSMENT: &str = "0190a000-0000-7000-8000-000000000051";
/// An attachment.
pub const ATTACHMENT: &str = "0190a000-0000-7000-8000-000000000061";
/// A redaction.
pub const REDACTION: &str = "0190a000-0000-7000-8000-0000000000f1";
/// What the attachment holds.
pub const ATTACHMENT_TEXT: &str = "Verslag van het teamoverleg (fictief).\n";
/// Its SHA-256, as evidence names it.
pub const ATTACHMENT_SHA256: &str =
    "580eba6b4722130fa3d7eb47d708aad19a2f02c18ba4fc11cc7999ba98c85ab6";
/// Its SHA-256, as `Repr-Digest` says it.
pub const ATTACHMENT_DIGEST: &str = "sha-256=:WA66a0ciEw+j1+tH1wiq0ZovAsGLpPwRzHmZupjIWrY=:";
/// The step plan of the hospital.
pub const STEP_PLAN: &str = "0190a000-0000-7000-8000-0000000000b1";
/// The step plan that its unit does not have yet.
pub const NEW_STEP_PLAN: &str = "0190a000-0000-7000-8000-0000000000b2";
/// The migration to this year's framework.
pub const MIGRATION: &str = "0190a000-0000-7000-8000-0000000000d1";
/// The machine that works for De Linde.
pub const CLIENT: &str = "epd-de-linde";
/// A vendor's machine, which works for De Linde and De Berk.
pub const PORTAL_CLIENT: &str = "kwaliteitsportaal";
/// A machine that an admin let in, to read about all.
pub const ADMITTED_CLIENT: &str = "zorgatlas";
/// The mandate of [`CLIENT`].
pub const MANDATE: &str = "0190a000-0000-7000-8000-0000000000c1";
/// De Linde's mandate for [`PORTAL_CLIENT`].
pub const PORTAL_MANDATE: &str = "0190a000-0000-7000-8000-0000000000c2";
/// De Berk's mandate for [`PORTAL_CLIENT`].
pub const OTHER_PORTAL_MANDATE: &str = "0190a000-0000-7000-8000-0000000000c3";
/// A mandate that De Linde no longer needs.
pub const OLD_MANDATE: &str = "0190a000-0000-7000-8000-0000000000c4";
/// This year's draft of Beschut Wonen De Linde.
pub const DRAFT: &str = "0190a000-0000-7000-8000-0000000000a0";
/// What was asked in it and can be answered.
pub const OPEN_CONTRIBUTION: &str = "0190a000-0000-7000-8000-0000000000a1";
/// What was answered.
pub const CONTRIBUTION: &str = "0190a000-0000-7000-8000-0000000000a2";
/// What was answered by somebody else.
pub const OTHER_CONTRIBUTION: &str = "0190a000-0000-7000-8000-0000000000a3";
/// An inspection round that has no checklist yet.
pub const PLANNED_ROUND: &str = "0190a000-0000-7000-8000-0000000000e1";
/// One that is announced: its checklist is published.
pub const ANNOUNCED_ROUND: &str = "0190a000-0000-7000-8000-0000000000e2";
/// One that is open.
pub const ROUND: &str = "0190a000-0000-7000-8000-0000000000e3";
/// One that is closed.
pub const CLOSED_ROUND: &str = "0190a000-0000-7000-8000-0000000000e4";
/// The secret of the link that can be answered. Only a demo has one that is known.
pub const LINK_SECRET: &str = "abcdefghijklmnopabcdefghijklmnopabcdefghijklmnopabcdefghijklmnop";
/// An inspection of the hospital that is announced.
pub const INSPECTION: &str = "0190a000-0000-7000-8000-000000000101";
/// An inspection that its facility may not notice.
pub const HIDDEN_INSPECTION: &str = "0190a000-0000-7000-8000-000000000102";
/// An inspection of Beschut Wonen De Linde that is under way.
pub const RUNNING_INSPECTION: &str = "0190a000-0000-7000-8000-000000000103";
/// An inspection of the hospital that is planned and not announced yet.
pub const PLANNED_INSPECTION: &str = "0190a000-0000-7000-8000-000000000104";
/// An inspection of the hospital whose draft is being written.
pub const DRAFTED_INSPECTION: &str = "0190a000-0000-7000-8000-000000000105";
/// An inspection of the hospital whose draft was sent to it.
pub const SENT_INSPECTION: &str = "0190a000-0000-7000-8000-000000000106";
/// An inspection of Beschut Wonen De Linde that reacted.
pub const ANSWERED_INSPECTION: &str = "0190a000-0000-7000-8000-000000000107";
/// An inspection of the hospital of De Berk whose report is final.
pub const FINAL_INSPECTION: &str = "0190a000-0000-7000-8000-000000000108";
/// An inspection of the mental-health centre of De Berk whose report is published.
pub const PUBLISHED_INSPECTION: &str = "0190a000-0000-7000-8000-000000000109";
/// The finding of each of those.
pub const REPORTED_FINDING: &str = "0190a000-0000-7000-8000-000000000164";
/// Its improvement point.
pub const IMPROVEMENT_POINT: &str = "0190a000-0000-7000-8000-000000000181";
/// An improvement point that is not there yet.
pub const NEW_IMPROVEMENT_POINT: &str = "0190a000-0000-7000-8000-000000000182";
/// The draft of [`SENT_INSPECTION`].
pub const REPORT: &str = "0190a000-0000-7000-8000-000000000191";
/// Its delivery.
pub const DELIVERY: &str = "0190a000-0000-7000-8000-0000000001a1";
/// A reaction that waits for a decision.
pub const REACTION: &str = "0190a000-0000-7000-8000-0000000001b1";
/// The report of [`PUBLISHED_INSPECTION`], for everyone.
pub const PUBLICATION: &str = "0190a000-0000-7000-8000-0000000001c1";
/// The mental-health centre of vzw De Berk.
pub const OTHER_CENTRE: &str = "0190a000-0000-7000-8000-000000000014";
/// The visit of each of them.
pub const VISIT: &str = "0190a000-0000-7000-8000-000000000111";
/// A visit that is not planned yet.
pub const NEW_VISIT: &str = "0190a000-0000-7000-8000-000000000112";
/// Who leads [`INSPECTION`].
pub const LEAD_ASSIGNMENT: &str = "0190a000-0000-7000-8000-000000000121";
/// Who looks on there.
pub const OBSERVER_ASSIGNMENT: &str = "0190a000-0000-7000-8000-000000000122";
/// What the hospital is asked for.
pub const DOCUMENT_REQUEST: &str = "0190a000-0000-7000-8000-000000000131";
/// The inspector's tablet.
pub const DEVICE: &str = "0190a000-0000-7000-8000-000000000141";
/// The tablet that was there before it.
pub const OLD_DEVICE: &str = "0190a000-0000-7000-8000-000000000142";
/// A tablet that is not registered yet.
pub const NEW_DEVICE: &str = "0190a000-0000-7000-8000-000000000143";
/// A batch that the tablet sent.
pub const BATCH: &str = "0190a000-0000-7000-8000-000000000151";
/// A batch that it did not send yet.
pub const NEW_BATCH: &str = "0190a000-0000-7000-8000-000000000152";
/// A finding of [`RUNNING_INSPECTION`].
pub const FINDING: &str = "0190a000-0000-7000-8000-000000000161";
/// Its version.
pub const FINDING_VERSION: &str = "0190a000-0000-7000-8000-000000000171";
/// A version of it that is not made yet.
pub const NEW_VERSION: &str = "0190a000-0000-7000-8000-000000000172";
/// A finding that is not recorded yet.
pub const NEW_FINDING: &str = "0190a000-0000-7000-8000-000000000163";
/// A finding in a conflict.
pub const DISPUTED_FINDING: &str = "0190a000-0000-7000-8000-000000000162";
/// What its heads go back to.
pub const DISPUTED_VERSION: &str = "0190a000-0000-7000-8000-000000000173";
/// One of its heads.
pub const LEFT_VERSION: &str = "0190a000-0000-7000-8000-000000000174";
/// The other.
pub const RIGHT_VERSION: &str = "0190a000-0000-7000-8000-000000000175";
/// A danger that was seen there.
pub const URGENT_SIGNAL: &str = "0190a000-0000-7000-8000-0000000001d1";
/// A danger that was not told of yet.
pub const NEW_SIGNAL: &str = "0190a000-0000-7000-8000-0000000001d2";
/// A round in which two inspectors judge apart from each other.
pub const JUDGED_ROUND: &str = "0190a000-0000-7000-8000-0000000000e5";
/// An inspection of it.
pub const JUDGED_INSPECTION: &str = "0190a000-0000-7000-8000-00000000010a";
/// A finding there that both have judged.
pub const JUDGED_FINDING: &str = "0190a000-0000-7000-8000-00000000016a";
/// One that nobody has judged.
pub const UNJUDGED_FINDING: &str = "0190a000-0000-7000-8000-00000000016b";
/// What the lead made of the first.
pub const JUDGEMENT: &str = "0190a000-0000-7000-8000-0000000001e1";
/// A sample that was drawn for [`ROUND`].
pub const SAMPLE: &str = "0190a000-0000-7000-8000-0000000001f1";
/// Beschut Wonen De Linde.
pub const SHELTERED: &str = "0190a000-0000-7000-8000-000000000012";
/// The facility of vzw De Berk.
pub const OTHER_FACILITY: &str = "0190a000-0000-7000-8000-000000000013";
/// A criterion of the GGZ framework.
pub const CRITERION: &str = "actiefWerken";

/// An inspection of the hospital of De Berk whose final report found nothing to mend.
pub const CLEAN_INSPECTION: &str = "0190a000-0000-7000-8000-000000000121";
/// An inspection of the hospital of De Linde of which the terms were drafted.
pub const TERM_DRAFT_INSPECTION: &str = "0190a000-0000-7000-8000-000000000122";
/// An inspection of the sheltered housing of De Linde whose draft of terms was sent.
pub const TERM_SENT_INSPECTION: &str = "0190a000-0000-7000-8000-000000000123";
/// An inspection of the hospital of De Linde whose improvement points are followed up.
pub const FOLLOWED_INSPECTION: &str = "0190a000-0000-7000-8000-000000000124";
/// An inspection of the hospital of De Linde that is closed.
pub const CLOSED_INSPECTION: &str = "0190a000-0000-7000-8000-000000000125";
/// The improvement point of [`FINAL_INSPECTION`].
pub const UNTERMED_POINT: &str = "0190a000-0000-7000-8000-000000000183";
/// The draft of terms of [`TERM_DRAFT_INSPECTION`].
pub const TERM_DRAFT: &str = "0190a000-0000-7000-8000-000000000192";
/// The draft of terms of [`TERM_SENT_INSPECTION`].
pub const SENT_TERM_DRAFT: &str = "0190a000-0000-7000-8000-000000000193";
/// The draft of terms of [`FOLLOWED_INSPECTION`].
pub const DEMO_TERM_DRAFT: &str = "0190a000-0000-7000-8000-000000000194";
/// An improvement point within its term.
pub const OPEN_POINT: &str = "0190a000-0000-7000-8000-000000000184";
/// An improvement point whose term is over.
pub const OVERDUE_POINT: &str = "0190a000-0000-7000-8000-000000000185";
/// An improvement point of which a facility told a measure.
pub const ANSWERED_POINT: &str = "0190a000-0000-7000-8000-000000000186";
/// An improvement point whose measure was accepted.
pub const ACCEPTED_POINT: &str = "0190a000-0000-7000-8000-000000000187";
/// An improvement point that got no term.
pub const NO_TERM_POINT: &str = "0190a000-0000-7000-8000-000000000188";

/// An attachment of which a part is here.
pub const HALF_ATTACHMENT: &str = "0190a000-0000-7000-8000-000000000063";

/// A phase of the rollout plan of mental-health care.
pub const ROLLOUT_PHASE: &str = "0190a000-0000-7000-8000-000000000201";
/// A work package of it.
pub const WORK_PACKAGE: &str = "0190a000-0000-7000-8000-000000000202";
/// An activity of it that is to come.
pub const REFRESHER: &str = "0190a000-0000-7000-8000-00000000020a";
/// An item that nobody made yet.
pub const NEW_ROLLOUT_ITEM: &str = "0190a000-0000-7000-8000-00000000020f";

/// A training that is given.
pub const TRAINING: &str = "0190a000-0000-7000-8000-000000000231";
/// Its session of last year.
pub const FIRST_SESSION: &str = "0190a000-0000-7000-8000-000000000232";
/// Its session of this year, in which people took part.
pub const SESSION: &str = "0190a000-0000-7000-8000-000000000233";
/// Its session that is to come.
pub const NEXT_SESSION: &str = "0190a000-0000-7000-8000-000000000234";
/// A session that nobody made yet.
pub const NEW_SESSION: &str = "0190a000-0000-7000-8000-000000000235";
/// A wave of a survey that is closed.
pub const PAST_WAVE: &str = "0190a000-0000-7000-8000-000000000241";
/// A wave of a survey that can be answered.
pub const WAVE: &str = "0190a000-0000-7000-8000-000000000242";
/// The secret of the link by which it can be answered. Only a demo has one that is known.
pub const SURVEY_LINK_SECRET: &str =
    "ponmlkjihgfedcbaponmlkjihgfedcbaponmlkjihgfedcbaponmlkjihgfedcba";

/// The id in a text of this file.
pub fn id(text: &str) -> Id {
    text.parse().unwrap_or(Id(uuid::Uuid::nil()))
}
