//! Setting terms: a draft, what the facility says to it, and what is decided then; and the end of an inspection.
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    ReportNumber, SaidToTerms, Term, TermDocument, TermInput, TermReactionsInput, TermReport,
    TermReportInput, TermReportKind, TermReportSummary, store,
};
use crate::access::Tx;
use crate::db::types::{Id, JsonText};
use crate::hash::{hex, sha256};
use crate::inspection::follow_up;
use crate::inspection::report::document::{Finding, ImprovementPoint, ReportDocument};
use crate::inspection::report::work::last_numbered;
use crate::inspection::report::{
    Delivery, DeliveryInput, ExtensionInput, ReceiptInput, replies, store as reports,
};
use crate::inspection::store::{self as inspections, Head};
use crate::inspection::{Hand, State, events, reach};
use crate::problem::{Issue, Problem};
use crate::text::Text;

fn is_authority(tx: &Tx, head: &Head) -> bool {
    reach::hands(&tx.scope, head).contains(&Hand::Authority)
}

/// Which term reports the caller may know about: the recognising body all, others definitive ones and drafts that were sent.
pub fn visible(tx: &mut Tx, head: &Head) -> Result<Vec<TermReportSummary>, Problem> {
    let mut all = store::all(tx, head.row.id)?;
    if is_authority(tx, head) {
        return Ok(all);
    }
    let sent = reports::sent_of(tx, head.row.id)?;
    all.retain(|one| one.kind == TermReportKind::Definitive || sent.contains(&one.id));
    Ok(all)
}

/// A term report that the caller may know about.
pub fn read(tx: &mut Tx, inspection_id: Id, id: Id) -> Result<TermReport, Problem> {
    let head = inspections::find(tx, inspection_id)?;
    let summary = find(tx, &head, id)?;
    let mut delivery = store::delivery(tx, inspection_id, id)?;
    if !is_authority(tx, &head) {
        delivery.iter_mut().for_each(replies::hide_people);
    }
    Ok(TermReport {
        summary,
        document: reports::document(tx, id)?,
        delivery,
        reactions: store::reactions(tx, id)?,
    })
}

fn find(tx: &mut Tx, head: &Head, id: Id) -> Result<TermReportSummary, Problem> {
    let all = visible(tx, head)?;
    let found = all.into_iter().find(|report| report.id == id);
    found.ok_or_else(Problem::not_found)
}

/// Freezes the term report that the state calls for: a draft, or the definitive one, from which on the points are followed up.
pub fn freeze(tx: &mut Tx, head: &Head, id: Id, input: &TermReportInput) -> Result<(), Problem> {
    let (report_id, number) = last_numbered(tx, head.row.id)?;
    let established: ReportDocument = reports::document(tx, report_id)?;
    // Final reports from before there were terms have their points followed from now on.
    follow_up::keep(tx, head, report_id, &established)?;
    let points: Vec<_> = points(&established).collect();
    if points.is_empty() {
        return Err(nothing_to_mend());
    }
    let (kind, state, draft) = match head.row.state {
        State::TermReaction => {
            let draft = heard(tx, head)?;
            (TermReportKind::Definitive, State::FollowUp, Some(draft))
        }
        _ => (TermReportKind::Draft, State::TermDraft, None),
    };
    let document = TermDocument {
        kind,
        language: input.language,
        frozen_at: tx.now,
        report: ReportNumber { report_id, number },
        organisation: established.heading.organisation.clone(),
        facility: established.heading.facility.clone(),
        summary: input.summary.clone(),
        terms: terms(tx, draft, input, &points)?,
        reactions: said(tx, draft)?,
    };
    store::insert(tx, head.row.id, id, &document)?;
    if kind == TermReportKind::Definitive {
        follow_up::begin(tx, head, &document.terms)?;
    }
    let mut now = head.clone();
    now.row.state = state;
    inspections::save(tx, &now.row)?;
    let hash = hex(&sha256(JsonText::of(&document)?.0.as_bytes()));
    let said = serde_json::json!({"termReportId": id, "kind": kind, "hash": hash});
    match kind {
        TermReportKind::Draft => events::to_authority(tx, "termReportFrozen", head.row.id, &said),
        TermReportKind::Definitive => events::of(tx, "termReportFrozen", &now, &said),
    }
}

/// The improvement points of a report, each with its finding.
pub fn points(report: &ReportDocument) -> impl Iterator<Item = (&Finding, &ImprovementPoint)> {
    report.findings().flat_map(|finding| {
        let points = finding.improvement_points.iter();
        points.map(move |point| (finding, point))
    })
}

fn nothing_to_mend() -> Problem {
    Problem::conflict(Text::new(
        "Dit verslag heeft geen verbeterpunten: sluit de inspectie af met POST …/closings.",
        "Ce rapport n'a pas de points à améliorer : clôturez l'inspection par POST …/closings.",
        "This report has no improvement points: close the inspection with POST …/closings.",
    ))
}

/// The draft to which the facility has been heard: its clock is over, or it said that nothing more comes.
fn heard(tx: &mut Tx, head: &Head) -> Result<Id, Problem> {
    let (draft, delivery) = sent_draft(tx, head)?;
    if delivery.is_running() {
        return Err(still_running(&delivery));
    }
    Ok(draft)
}

fn sent_draft(tx: &mut Tx, head: &Head) -> Result<(Id, Delivery), Problem> {
    let all = store::all(tx, head.row.id)?;
    let mut drafts = all
        .into_iter()
        .filter(|one| one.kind == TermReportKind::Draft);
    let draft = drafts.next_back().ok_or_else(Problem::not_found)?;
    let delivery = store::delivery(tx, head.row.id, draft.id)?;
    Ok((draft.id, delivery.ok_or_else(not_sent)?))
}

fn not_sent() -> Problem {
    Problem::conflict(Text::new(
        "Dit is nog niet verzonden.",
        "Ceci n'a pas encore été envoyé.",
        "This was not sent yet.",
    ))
}

fn still_running(delivery: &Delivery) -> Problem {
    match delivery.react_by {
        Some(day) => Problem::conflict(Text::new(
            format!("De voorziening kan nog reageren op de termijnen, tot en met {day}."),
            format!("La structure peut encore réagir aux délais, jusqu'au {day} inclus."),
            format!("The facility can still react to the terms, up to and including {day}."),
        )),
        None => Problem::conflict(Text::new(
            "De voorlopige termijnen zijn nog niet bewezen afgeleverd (POST …/termReports/{termReportId}/receipts): de tijd om te reageren loopt nog niet.",
            "La remise des délais provisoires n'est pas encore prouvée (POST …/termReports/{termReportId}/receipts) : le délai de réaction ne court pas encore.",
            "The draft of the terms is not proven to be delivered yet (POST …/termReports/{termReportId}/receipts): the time to react has not begun.",
        )),
    }
}

fn said(tx: &mut Tx, draft: Option<Id>) -> Result<Vec<SaidToTerms>, Problem> {
    let Some(draft) = draft else {
        return Ok(Vec::new());
    };
    let reactions = store::reactions(tx, draft)?;
    let said = reactions.into_iter().map(|one| SaidToTerms {
        improvement_point_id: one.improvement_point_id,
        text: one.text,
    });
    Ok(said.collect())
}

/// What is decided on each point, in the order of the report: what was sent, or what the draft said where nothing was.
fn terms(
    tx: &mut Tx,
    draft: Option<Id>,
    input: &TermReportInput,
    points: &[(&Finding, &ImprovementPoint)],
) -> Result<Vec<Term>, Problem> {
    let today = tx.now.day();
    let (given, mut faults) = match (&input.terms, draft) {
        (Some(terms), _) => {
            let mut faults = strangers(terms, points);
            faults.extend(past(terms, today, |index| format!("terms[{index}].due")));
            (terms.clone(), faults)
        }
        (None, Some(draft)) => {
            let terms = of_draft(reports::document(tx, draft)?, points);
            // Nobody sent these: what is wrong with them is that others have to be sent.
            let faults = past(&terms, today, |_| "terms".to_owned());
            (terms, faults)
        }
        (None, None) => (Vec::new(), Vec::new()),
    };
    let by_point: BTreeMap<Id, &TermInput> = given
        .iter()
        .map(|term| (term.improvement_point_id, term))
        .collect();
    let mut terms = Vec::new();
    for (finding, point) in points {
        match by_point.get(&point.id) {
            None => faults.push(left_out(point.id)),
            Some(term) => terms.push(Term {
                improvement_point_id: point.id,
                subject: finding.subject.clone(),
                text: point.text.clone(),
                priority: point.priority,
                due: term.due,
                reason: term.reason.clone(),
            }),
        }
    }
    Problem::refuse(faults)?;
    Ok(terms)
}

/// What the draft said of the points that the report still has.
fn of_draft(draft: TermDocument, points: &[(&Finding, &ImprovementPoint)]) -> Vec<TermInput> {
    let terms = draft.terms.into_iter().map(|term| TermInput {
        improvement_point_id: term.improvement_point_id,
        due: term.due,
        reason: term.reason,
    });
    terms
        .filter(|term| is_among(points, term.improvement_point_id))
        .collect()
}

fn is_among(points: &[(&Finding, &ImprovementPoint)], id: Id) -> bool {
    points.iter().any(|(_, point)| point.id == id)
}

fn strangers(given: &[TermInput], points: &[(&Finding, &ImprovementPoint)]) -> Vec<Issue> {
    let strange = given.iter().enumerate();
    let strange = strange.filter(|(_, term)| !is_among(points, term.improvement_point_id));
    let fault = |(index, term): (usize, &TermInput)| {
        let at = format!("terms[{index}].improvementPointId");
        not_in_it(at, term.improvement_point_id)
    };
    strange.map(fault).collect()
}

fn not_in_it(at: String, id: Id) -> Issue {
    let detail = Text::new(
        "Dit verbeterpunt staat niet in het laatste genummerde verslag.",
        "Ce point à améliorer ne figure pas dans le dernier rapport numéroté.",
        "This improvement point is not in the last numbered report.",
    );
    Issue::body("unknownReference", at, detail).with_value(id.to_string())
}

fn left_out(id: Id) -> Issue {
    let detail = Text::new(
        "Elk verbeterpunt van het verslag krijgt een termijn, of een reden waarom er geen is; dit ontbreekt.",
        "Chaque point à améliorer du rapport reçoit un délai, ou la raison pour laquelle il n'y en a pas ; celui-ci manque.",
        "Every improvement point of the report gets a term, or a reason why there is none; this one is missing.",
    );
    Issue::body("missing", "terms", detail).with_value(id.to_string())
}

/// Terms that end today or before, each told of at its place.
fn past(given: &[TermInput], today: NaiveDate, place: impl Fn(usize) -> String) -> Vec<Issue> {
    let days = given.iter().enumerate();
    let days = days.filter_map(|(index, term)| Some((index, term.due?)));
    days.filter_map(|(index, due)| not_after(&place(index), due, today))
        .collect()
}

/// A term ends after today.
pub fn not_after(at: &str, due: NaiveDate, today: NaiveDate) -> Option<Issue> {
    if due > today {
        return None;
    }
    let detail = Text::new(
        format!("Gebruik een dag na vandaag, {today}."),
        format!("Utilisez un jour après aujourd'hui, {today}."),
        format!("Use a day after today, {today}."),
    );
    Some(Issue::body("validity", at, detail).with_value(due.to_string()))
}

/// Sends a term report to the facility, once. With a draft the time to react begins, once it is delivered.
pub fn deliver(
    tx: &mut Tx,
    head: &Head,
    (report_id, id): (Id, Id),
    input: &DeliveryInput,
) -> Result<(), Problem> {
    let report = find(tx, head, report_id)?;
    let is_draft = report.kind == TermReportKind::Draft;
    let last = store::all(tx, head.row.id)?.pop();
    if last.is_none_or(|last| last.id != report_id) {
        return Err(replaced());
    }
    if store::delivery(tx, head.row.id, report_id)?.is_some() {
        return Err(sent_already());
    }
    if is_draft && head.row.state != State::TermDraft {
        return Err(overtaken());
    }
    if is_draft {
        let draft: TermDocument = reports::document(tx, report_id)?;
        if draft.report.report_id != last_numbered(tx, head.row.id)?.0 {
            return Err(corrected());
        }
    }
    let today = tx.now.day();
    let sent_on = input.sent_on.unwrap_or(today);
    replies::require_between("sentOn", sent_on, (report.frozen_at.day(), today))?;
    let term = if is_draft {
        let term = tx.state.settings.reports.terms;
        Some(term.ok_or_else(no_term)?)
    } else {
        None
    };
    reports::insert_delivery(tx, head.row.id, (id, report_id), (term, sent_on), input)?;
    if is_draft {
        let mut row = head.row.clone();
        row.state = State::TermReaction;
        inspections::save(tx, &row)?;
    }
    let said = serde_json::json!({"termReportId": report_id, "delivery": input});
    events::of(tx, "termReportDelivered", head, &said)
}

/// A correction left nothing to set terms for before it was sent.
fn overtaken() -> Problem {
    Problem::conflict(Text::new(
        "Dit voorlopige verslag werd niet verzonden toen het kon, en de inspectie is intussen verder.",
        "Ce rapport provisoire n'a pas été envoyé à temps, et l'inspection a avancé depuis.",
        "This draft was not sent while it could be, and the inspection has gone on since.",
    ))
}

/// A correction came after this draft, so what it sets terms for may be there no more, or not all there is.
fn corrected() -> Problem {
    Problem::conflict(Text::new(
        "Het verslag werd verbeterd na dit voorlopige verslag; maak een nieuw met POST …/termReports.",
        "Le rapport a été corrigé après ce rapport provisoire ; faites-en un nouveau par POST …/termReports.",
        "The report was corrected after this draft; make a new one with POST …/termReports.",
    ))
}

fn replaced() -> Problem {
    Problem::conflict(Text::new(
        "Er is een later verslag van termijnbepaling; verzend dat.",
        "Il existe un rapport de délais plus récent ; envoyez celui-là.",
        "There is a later term report; send that one.",
    ))
}

fn sent_already() -> Problem {
    Problem::conflict(Text::new(
        "Dit is al verzonden.",
        "Ceci a déjà été envoyé.",
        "This was sent already.",
    ))
}

fn no_term() -> Problem {
    Problem::conflict(Text::new(
        "Er is geen tijd ingesteld om op termijnen te reageren (KINDREFLEX_TERM_REACTION_TERM).",
        "Aucun délai n'est réglé pour réagir aux délais (KINDREFLEX_TERM_REACTION_TERM).",
        "No time to react to terms is set (KINDREFLEX_TERM_REACTION_TERM).",
    ))
}

fn delivery_of(tx: &mut Tx, head: &Head, report_id: Id) -> Result<Delivery, Problem> {
    find(tx, head, report_id)?;
    let delivery = store::delivery(tx, head.row.id, report_id)?;
    delivery.ok_or_else(not_sent)
}

/// Records what proves that a term report was delivered: that somebody of the facility opened it, or what the recognising body has.
pub fn receive(
    tx: &mut Tx,
    head: &Head,
    report_id: Id,
    input: &ReceiptInput,
) -> Result<(), Problem> {
    let delivery = delivery_of(tx, head, report_id)?;
    let by_sender = is_authority(tx, head);
    let (kind, on) = replies::prove(tx, &delivery, by_sender, input)?;
    let said = serde_json::json!({"termReportId": report_id, "kind": kind, "deliveredOn": on});
    events::of(tx, "termReportProven", head, &said)
}

/// Gives the facility more time to react to a draft of terms.
pub fn extend(
    tx: &mut Tx,
    head: &Head,
    report_id: Id,
    input: &ExtensionInput,
) -> Result<(), Problem> {
    let delivery = delivery_of(tx, head, report_id)?;
    replies::more_time(tx, delivery, input)?;
    events::of(tx, "termReactionExtended", head, input)
}

/// Keeps what the facility says to the draft of terms.
pub fn react(
    tx: &mut Tx,
    head: &Head,
    (report_id, ids): (Id, &[Id]),
    input: &TermReactionsInput,
) -> Result<(), Problem> {
    let delivery = delivery_of(tx, head, report_id)?;
    replies::require_running(&delivery)?;
    let there = store::reactions(tx, report_id)?.len();
    replies::require_room_to_react(there + input.reactions.len())?;
    let document: TermDocument = reports::document(tx, report_id)?;
    let is_there = |id: Id| {
        document
            .terms
            .iter()
            .any(|term| term.improvement_point_id == id)
    };
    let named = input.reactions.iter().enumerate();
    let named = named.filter_map(|(index, one)| Some((index, one.improvement_point_id?)));
    let faults = named.filter(|(_, id)| !is_there(*id)).map(|(index, id)| {
        let at = format!("reactions[{index}].improvementPointId");
        not_in_it(at, id)
    });
    Problem::refuse(faults.collect())?;
    for (id, reaction) in ids.iter().zip(&input.reactions) {
        store::insert_reaction(tx, (head.row.id, report_id), *id, reaction)?;
    }
    if input.complete {
        reports::complete(tx, delivery.id)?;
    }
    events::of(tx, "facilityReactedToTerms", head, input)
}

/// Ends an inspection of which nothing is left to follow up.
pub fn close(tx: &mut Tx, head: &Head) -> Result<(), Problem> {
    if head.row.state != State::FollowUp {
        // A correction may have dropped the last point while its term was being set.
        let (report_id, _) = last_numbered(tx, head.row.id)?;
        let report: ReportDocument = reports::document(tx, report_id)?;
        if points(&report).next().is_some() {
            return Err(terms_first());
        }
    }
    follow_up::require_settled(tx, head.row.id)?;
    let mut row = head.row.clone();
    row.state = State::Closed;
    inspections::save(tx, &row)?;
    events::of(tx, "inspectionClosed", head, &serde_json::json!({}))
}

fn terms_first() -> Problem {
    Problem::conflict(Text::new(
        "Er zijn verbeterpunten: de erkennende overheid bepaalt eerst hun termijnen met POST …/termReports.",
        "Il y a des points à améliorer : l'autorité d'agrément fixe d'abord leurs délais par POST …/termReports.",
        "There are improvement points: the recognising body sets their terms first, with POST …/termReports.",
    ))
}
