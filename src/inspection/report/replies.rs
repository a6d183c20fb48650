//! What is sent to the facility, what it says, and what is decided on that.
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::document::{Decision, ReportDocument, ReportKind};
use super::{
    DecisionInput, Delivery, DeliveryInput, Extension, ExtensionInput, Proof, ProofKind, Reaction,
    ReactionsInput, ReceiptInput, store,
};
use crate::access::Tx;
use crate::attachment;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::inspection::store::{self as inspections, Head};
use crate::inspection::{AssignmentRole, State, events, missing, reach, require_room, team};
use crate::problem::{Issue, Kind, Problem};
use crate::text::Text;

/// Sends the last report that was frozen. With a draft the time to react begins, once it is delivered.
pub fn deliver(tx: &mut Tx, head: &Head, id: Id, input: &DeliveryInput) -> Result<(), Problem> {
    let last = store::reports(tx, head.row.id)?.pop();
    let report = last.ok_or_else(nothing_frozen)?;
    let today = tx.now.day();
    let sent_on = input.sent_on.unwrap_or(today);
    require_between("sentOn", sent_on, (report.frozen_at.day(), today))?;
    let files = require_files(tx, head, report.id)?;
    attachment::show(tx, (head.row.facility_id, head.row.id), files)?;
    let is_draft = report.kind == ReportKind::Draft;
    let term = if is_draft {
        let term = tx.state.settings.reports.reaction;
        Some(term.ok_or_else(no_term)?)
    } else {
        None
    };
    store::insert_delivery(tx, head.row.id, (id, report.id), (term, sent_on), input)?;
    let mut now = head.clone();
    if is_draft {
        now.row.state = State::Reaction;
        inspections::save(tx, &now.row)?;
    }
    let said = serde_json::json!({"deliveryId": id, "reportId": report.id, "delivery": input});
    events::of(tx, "reportDelivered", &now, &said)
}

fn nothing_frozen() -> Problem {
    Problem::conflict(Text::new(
        "Er is nog geen verslag; maak het met POST …/reports.",
        "Il n'y a pas encore de rapport ; faites-le par POST …/reports.",
        "There is no report yet; make it with POST …/reports.",
    ))
}

fn no_term() -> Problem {
    Problem::conflict(Text::new(
        "Er is geen reactietermijn ingesteld (KINDREFLEX_REACTION_TERM).",
        "Aucun délai de réaction n'est réglé (KINDREFLEX_REACTION_TERM).",
        "No time to react is set (KINDREFLEX_REACTION_TERM).",
    ))
}

/// A report that names files which are still to come is not delivered. The files that it names, with their bytes' hashes.
fn require_files(
    tx: &mut Tx,
    head: &Head,
    report_id: Id,
) -> Result<BTreeSet<(Id, String)>, Problem> {
    let document: ReportDocument = store::document(tx, report_id)?;
    let files = document.findings().flat_map(|finding| &finding.attachments);
    let named: BTreeSet<(Id, String)> = files
        .map(|file| (file.attachment_id, file.sha256.clone()))
        .collect();
    let awaited =
        attachment::still_awaited(tx, (head.row.facility_id, head.row.id), named.clone())?;
    if awaited.is_empty() {
        return Ok(named);
    }
    let ids: Vec<String> = awaited
        .iter()
        .map(|one| one.attachment_id.to_string())
        .collect();
    let ids = ids.join(", ");
    Err(Problem::conflict(Text::new(
        format!("Deze bijlagen zijn nog niet aangekomen: {ids}."),
        format!("Ces annexes ne sont pas encore arrivées : {ids}."),
        format!("These attachments have not arrived yet: {ids}."),
    )))
}

/// The day lies within these, both included; otherwise 400.
pub fn require_between(
    field: &str,
    day: NaiveDate,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    if (first..=last).contains(&day) {
        return Ok(());
    }
    let detail = Text::new(
        format!("Gebruik een dag van {first} tot en met {last}."),
        format!("Utilisez un jour du {first} au {last}."),
        format!("Use a day from {first} up to and including {last}."),
    );
    Err(Problem::fault(
        Issue::body("validity", field, detail).with_value(day.to_string()),
    ))
}

fn one(tx: &mut Tx, inspection_id: Id, id: Id) -> Result<Delivery, Problem> {
    let all = store::deliveries(tx, inspection_id)?;
    let found = all.into_iter().find(|delivery| delivery.id == id);
    found.ok_or_else(Problem::not_found)
}

/// Records what proves a delivery: that somebody of the facility opened it, or what the inspectors have.
pub fn receive(tx: &mut Tx, head: &Head, id: Id, input: &ReceiptInput) -> Result<(), Problem> {
    let delivery = one(tx, head.row.id, id)?;
    let by_sender = reach::sees_all(&reach::hands(&tx.scope, head));
    let (kind, on) = prove(tx, &delivery, by_sender, input)?;
    let said = serde_json::json!({"deliveryId": id, "kind": kind, "deliveredOn": on});
    events::of(tx, "deliveryProven", head, &said)
}

/// Keeps what proves a delivery, once: what its sender has, or that somebody of the facility opens it.
pub fn prove(
    tx: &mut Tx,
    delivery: &Delivery,
    by_sender: bool,
    input: &ReceiptInput,
) -> Result<(ProofKind, NaiveDate), Problem> {
    if delivery.proof.is_some() {
        return Err(Problem::conflict(Text::new(
            "De aflevering is al bewezen.",
            "La remise est déjà prouvée.",
            "The delivery is proven already.",
        )));
    }
    let (kind, on) = if by_sender {
        let within = (delivery.sent_on, tx.now.day());
        (ProofKind::Document, proven_on(input, within)?)
    } else {
        (ProofKind::Opened, opened_on(input, delivery, tx.now.day())?)
    };
    let proof = Proof {
        kind,
        note: input.note.clone(),
        by: Some(ActorView::of(tx)),
        at: tx.now,
    };
    store::prove(tx, delivery.id, on, &proof)?;
    Ok((kind, on))
}

/// The day that the sender proves, with what proves it.
fn proven_on(input: &ReceiptInput, within: (NaiveDate, NaiveDate)) -> Result<NaiveDate, Problem> {
    if input.note.is_none() {
        return Err(Problem::fault(missing("note")));
    }
    let day = input.delivered_on.unwrap_or(within.1);
    require_between("deliveredOn", day, within)?;
    Ok(day)
}

/// Who opens it for the facility had it today; unless it is presumed to have had it before.
fn opened_on(
    input: &ReceiptInput,
    delivery: &Delivery,
    today: NaiveDate,
) -> Result<NaiveDate, Problem> {
    if input.delivered_on.is_some() {
        let detail = Text::new(
            "Wie voor de voorziening opent, geeft geen dag: het is vandaag afgeleverd.",
            "Qui ouvre pour la structure ne donne pas de jour : la remise est d'aujourd'hui.",
            "Who opens it for the facility gives no day: it was delivered today.",
        );
        return Err(Problem::fault(Issue::body(
            "unknownField",
            "deliveredOn",
            detail,
        )));
    }
    match delivery.delivered_on {
        Some(day) => Err(Problem::conflict(Text::new(
            format!(
                "Het wordt geacht op {day} afgeleverd te zijn; enkel wie het verzond, bewijst een andere dag."
            ),
            format!("La remise est réputée du {day} ; seul l'expéditeur prouve un autre jour."),
            format!(
                "It is presumed to have been delivered on {day}; only who sent it proves another day."
            ),
        ))),
        None => Ok(today),
    }
}

/// The deliveries of an inspection's reports, oldest first. Who proved one, or gave more time, shows to who sees all of it.
pub fn sent(tx: &mut Tx, head: &Head) -> Result<Vec<Delivery>, Problem> {
    let mut deliveries = store::deliveries(tx, head.row.id)?;
    if !reach::sees_all(&reach::hands(&tx.scope, head)) {
        deliveries.iter_mut().for_each(hide_people);
    }
    Ok(deliveries)
}

/// Takes out who proved a delivery, and who gave more time.
pub fn hide_people(delivery: &mut Delivery) {
    let proven = delivery.proof.iter_mut().map(|proof| &mut proof.by);
    let given = delivery.extensions.iter_mut().map(|more| &mut more.by);
    proven.chain(given).for_each(|by| *by = None);
}

/// Gives the facility more time.
pub fn extend(tx: &mut Tx, head: &Head, id: Id, input: &ExtensionInput) -> Result<(), Problem> {
    let delivery = one(tx, head.row.id, id)?;
    more_time(tx, delivery, input)?;
    events::of(tx, "reactionExtended", head, input)
}

/// Gives more time while the clock of a delivery runs.
pub fn more_time(tx: &mut Tx, delivery: Delivery, input: &ExtensionInput) -> Result<(), Problem> {
    require_running(&delivery)?;
    require_room("extensions", delivery.extensions.len())?;
    let mut extensions = delivery.extensions;
    extensions.push(Extension {
        days: input.days,
        reason: input.reason.clone(),
        by: Some(ActorView::of(tx)),
        at: tx.now,
    });
    store::extend(tx, delivery.id, &extensions)
}

/// The facility can still react to what was delivered; otherwise 409.
pub fn require_running(delivery: &Delivery) -> Result<(), Problem> {
    if delivery.is_running() {
        return Ok(());
    }
    Err(clock_over(delivery))
}

fn clock_over(delivery: &Delivery) -> Problem {
    if let Some(at) = delivery.completed_at.map(Moment::to_the_second) {
        return Problem::conflict(Text::new(
            format!("De voorziening zei op {at} dat er niets meer volgt."),
            format!("La structure a dit le {at} que rien ne suivra plus."),
            format!("The facility said at {at} that nothing more comes."),
        ));
    }
    let day = delivery
        .react_by
        .map_or_else(String::new, |day| day.to_string());
    Problem::conflict(Text::new(
        format!("De tijd om te reageren is voorbij {day}."),
        format!("Le délai de réaction est passé {day}."),
        format!("The time to react is over {day}."),
    ))
}

/// What the facility said. What was decided on it shows to the facility once the report is final: until then reviewers are not hurried.
pub fn shown(tx: &mut Tx, head: &Head) -> Result<Vec<Reaction>, Problem> {
    let mut reactions = store::reactions(tx, head.row.id)?;
    let is_team = reach::sees_all(&reach::hands(&tx.scope, head));
    if !is_team && head.row.state == State::Reaction {
        for reaction in &mut reactions {
            (reaction.decision, reaction.decided_at) = (None, None);
        }
    }
    Ok(reactions)
}

/// Keeps what the facility says to the draft that it was sent last.
pub fn react(tx: &mut Tx, head: &Head, ids: &[Id], input: &ReactionsInput) -> Result<(), Problem> {
    let deliveries = store::deliveries(tx, head.row.id)?;
    let mut asked = deliveries
        .into_iter()
        .filter(|delivery| delivery.asks_reaction);
    let delivery = asked.next_back().ok_or_else(nothing_frozen)?;
    require_running(&delivery)?;
    let there = store::reactions(tx, head.row.id)?.len();
    require_room_to_react(there + input.reactions.len())?;
    let document: ReportDocument = store::document(tx, delivery.report_id)?;
    let named: Vec<Id> = document.findings().map(|finding| finding.id).collect();
    let unknown: Vec<Issue> = input
        .reactions
        .iter()
        .enumerate()
        .filter(|(_, reaction)| reaction.finding_id.is_some_and(|id| !named.contains(&id)))
        .map(|(index, _)| not_in_it(index))
        .collect();
    Problem::refuse(unknown)?;
    for (id, reaction) in ids.iter().zip(&input.reactions) {
        store::insert_reaction(tx, head.row.id, (*id, delivery.report_id), reaction)?;
    }
    if input.complete {
        store::complete(tx, delivery.id)?;
    }
    events::of(tx, "facilityReacted", head, input)
}

/// Reactions of a facility in one inspection, or to one draft of terms, at most. Ours.
const MOST_REACTIONS_EVER: usize = 1000;

/// So many reactions fit; otherwise 409.
pub fn require_room_to_react(many: usize) -> Result<(), Problem> {
    if many <= MOST_REACTIONS_EVER {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        format!("Er zijn ten hoogste {MOST_REACTIONS_EVER} reacties op een ontwerp; bundel ze."),
        format!("Il y a au plus {MOST_REACTIONS_EVER} réactions à un projet ; regroupez-les."),
        format!("There are {MOST_REACTIONS_EVER} reactions to a draft at most; bundle them."),
    )))
}

fn not_in_it(index: usize) -> Issue {
    let detail = Text::new(
        "Deze vaststelling staat niet in het ontwerp.",
        "Cette constatation ne figure pas dans le projet.",
        "This finding is not in the draft.",
    );
    Issue::body(
        "unknownReference",
        format!("reactions[{index}].findingId"),
        detail,
    )
}

/// Decides on a reaction: by a reviewer who was not on the visit.
pub fn decide(tx: &mut Tx, head: &Head, id: Id, input: &DecisionInput) -> Result<(), Problem> {
    let reactions = store::reactions(tx, head.row.id)?;
    let reaction = reactions.into_iter().find(|reaction| reaction.id == id);
    let reaction = reaction.ok_or_else(Problem::not_found)?;
    if reaction.decision.is_some() {
        return Err(decided(&reaction));
    }
    let parts = team::parts_ever(tx, head.row.id)?;
    if parts.iter().any(|part| *part != AssignmentRole::Reviewer) {
        return Err(was_there());
    }
    let decision = Decision {
        outcome: input.outcome,
        reason: input.reason.clone(),
        text_change: input.text_change.clone(),
    };
    store::decide(tx, id, &decision)?;
    let said = serde_json::json!({"reactionId": id, "outcome": input.outcome});
    events::inside(tx, "reactionDecided", head.row.id, &said)
}

fn decided(reaction: &Reaction) -> Problem {
    let at = reaction
        .decided_at
        .map_or_else(String::new, Moment::to_the_second);
    Problem::conflict(Text::new(
        format!("Hierover is al beslist op {at}."),
        format!("Cela a déjà été décidé le {at}."),
        format!("This was decided on already at {at}."),
    ))
}

fn was_there() -> Problem {
    Problem::new(
        Kind::MissingPermission,
        Text::new(
            "Wie bij het bezoek was, beslist niet over reacties; een andere reviewer doet dat.",
            "Qui était à la visite ne décide pas des réactions ; un autre relecteur le fait.",
            "Who was on the visit decides on no reactions; another reviewer does.",
        ),
    )
}
