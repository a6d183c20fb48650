//! Freezing a report: a draft while the inspection is under way, the final one once the facility has been heard, and then corrections.
use super::build::{self, Freezing};
use super::document::{Corrects, ReportDocument, ReportKind};
use super::{Delivery, Report, ReportInput, ReportSummary, store};
use crate::access::Tx;
use crate::db::types::{Id, JsonText};
use crate::hash::{hex, sha256};
use crate::inspection::store::{self as inspections, Head};
use crate::inspection::{State, events, follow_up, reach, visits};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// Which of an inspection's reports the caller may know about: its team all, the facility drafts that were sent to it and final ones, the recognising
/// body final ones.
pub fn visible(tx: &mut Tx, head: &Head) -> Result<Vec<ReportSummary>, Problem> {
    let hands = reach::hands(&tx.scope, head);
    let mut reports = store::reports(tx, head.row.id)?;
    if reach::sees_all(&hands) {
        return Ok(reports);
    }
    let sent: Vec<Id> = if tx
        .scope
        .improves(head.row.facility_id, head.organisation_id)
    {
        let deliveries = store::deliveries(tx, head.row.id)?;
        deliveries
            .iter()
            .map(|delivery| delivery.report_id)
            .collect()
    } else {
        Vec::new()
    };
    reports.retain(|report| report.kind != ReportKind::Draft || sent.contains(&report.id));
    Ok(reports)
}

/// A report that the caller may know about.
pub fn read(tx: &mut Tx, inspection_id: Id, id: Id) -> Result<Report, Problem> {
    let head = inspections::find(tx, inspection_id)?;
    let all = visible(tx, &head)?;
    let summary = all.into_iter().find(|report| report.id == id);
    let summary = summary.ok_or_else(Problem::not_found)?;
    let mut document: ReportDocument = store::document(tx, id)?;
    if !reach::sees_all(&reach::hands(&tx.scope, &head)) {
        // Who inspected is told by announcements; a report that goes around names nobody.
        document.people.clear();
    }
    Ok(Report { summary, document })
}

/// Freezes the report that the state calls for.
pub fn freeze(tx: &mut Tx, head: &Head, id: Id, input: &ReportInput) -> Result<(), Problem> {
    let (kind, corrects) = kind_for(tx, head, input)?;
    let number = match kind {
        ReportKind::Draft => None,
        ReportKind::Final | ReportKind::Correction => Some(number(tx, input)?),
    };
    let freezing = Freezing {
        kind,
        number,
        corrects,
        input,
    };
    let document = build::document(tx, head, freezing)?;
    store::insert_report(tx, head.row.id, id, &document)?;
    let is_open = kind != ReportKind::Draft && follow_up::keep(tx, head, id, &document)?;
    let mut row = head.row.clone();
    row.state = match (kind, row.state) {
        (ReportKind::Draft, _) => State::DraftReport,
        (ReportKind::Final, _) => State::Final,
        // A point that the correction brings has to be followed, by who closed it too early.
        (ReportKind::Correction, State::Closed) if is_open => State::FollowUp,
        (ReportKind::Correction, state) => state,
    };
    inspections::save(tx, &row)?;
    let hash = hex(&sha256(JsonText::of(&document)?.0.as_bytes()));
    let said =
        serde_json::json!({"reportId": id, "kind": kind, "number": document.number, "hash": hash});
    if kind == ReportKind::Draft {
        return events::inside(tx, "reportFrozen", head.row.id, &said);
    }
    let now = Head {
        row,
        ..head.clone()
    };
    if (head.row.state, now.row.state) == (State::Closed, State::FollowUp) {
        events::of(tx, "inspectionReopened", &now, &serde_json::json!({}))?;
    }
    events::of(tx, "reportFrozen", &now, &said)
}

/// Which report the state calls for, and which one it corrects.
fn kind_for(
    tx: &mut Tx,
    head: &Head,
    input: &ReportInput,
) -> Result<(ReportKind, Option<Corrects>), Problem> {
    match head.row.state {
        State::InProgress | State::DraftReport => {
            refuse_extras(input)?;
            if head.row.state == State::InProgress && visits::is_one_planned(tx, head.row.id)? {
                return Err(visit_to_come());
            }
            Ok((ReportKind::Draft, None))
        }
        State::Reaction => {
            if input.reason.is_some() {
                return Err(Problem::fault(only_for("reason")));
            }
            require_heard(tx, head)?;
            Ok((ReportKind::Final, None))
        }
        _ => Ok((ReportKind::Correction, Some(corrected(tx, head, input)?))),
    }
}

fn visit_to_come() -> Problem {
    Problem::conflict(Text::new(
        "Er is nog een bezoek gepland; leg eerst vast of het plaatsvond, of annuleer het (PUT …/visits/{visitId}/record).",
        "Une visite est encore prévue ; consignez d'abord si elle a eu lieu, ou annulez-la (PUT …/visits/{visitId}/record).",
        "A visit is planned still; record first whether it was held, or cancel it (PUT …/visits/{visitId}/record).",
    ))
}

fn refuse_extras(input: &ReportInput) -> Result<(), Problem> {
    let extras = [
        ("number", input.number.is_some()),
        ("reason", input.reason.is_some()),
    ];
    let faults: Vec<Issue> = extras
        .into_iter()
        .filter(|(_, there)| *there)
        .map(|(field, _)| only_for(field))
        .collect();
    Problem::refuse(faults)
}

fn only_for(field: &str) -> Issue {
    let detail = Text::new(
        "Dit hoort hier niet: number bij een definitief verslag, reason bij een correctie.",
        "Ceci n'a pas sa place ici : number va avec un rapport définitif, reason avec une correction.",
        "This does not belong here: number goes with a final report, reason with a correction.",
    );
    Issue::body("unknownField", field, detail)
}

/// The facility has been heard: its clock is over or it said that nothing more comes, and everything that it said was decided on.
fn require_heard(tx: &mut Tx, head: &Head) -> Result<(), Problem> {
    let deliveries = store::deliveries(tx, head.row.id)?;
    if let Some(running) = deliveries.iter().find(|one| one.is_running()) {
        return Err(still_running(running));
    }
    let reactions = store::reactions(tx, head.row.id)?;
    let open: Vec<String> = reactions
        .iter()
        .filter(|reaction| reaction.decision.is_none())
        .map(|reaction| reaction.href.clone())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let open = open.join(", ");
    Err(Problem::conflict(Text::new(
        format!("Een reviewer beslist eerst over: {open}."),
        format!("Un relecteur décide d'abord de : {open}."),
        format!("A reviewer decides first on: {open}."),
    )))
}

fn still_running(delivery: &Delivery) -> Problem {
    match delivery.react_by {
        Some(day) => Problem::conflict(Text::new(
            format!("De voorziening kan nog reageren, tot en met {day}."),
            format!("La structure peut encore réagir, jusqu'au {day} inclus."),
            format!("The facility can still react, up to and including {day}."),
        )),
        None => Problem::conflict(Text::new(
            "Het ontwerp is nog niet bewezen afgeleverd (POST …/deliveries/{deliveryId}/receipts): de termijn om te reageren loopt nog niet.",
            "La remise du projet n'est pas encore prouvée (POST …/deliveries/{deliveryId}/receipts) : le délai de réaction ne court pas encore.",
            "The draft is not proven to be delivered yet (POST …/deliveries/{deliveryId}/receipts): the time to react has not begun.",
        )),
    }
}

/// The last numbered report, which a correction names.
fn corrected(tx: &mut Tx, head: &Head, input: &ReportInput) -> Result<Corrects, Problem> {
    let Some(reason) = input.reason.clone() else {
        let detail = Text::new(
            "Een correctie zegt waarom.",
            "Une correction dit pourquoi.",
            "A correction says why.",
        );
        return Err(Problem::fault(Issue::body("missing", "reason", detail)));
    };
    let (report_id, number) = last_numbered(tx, head.row.id)?;
    Ok(Corrects {
        report_id,
        number,
        reason,
    })
}

/// The last report with a number; 409 when there is none.
pub fn last_numbered(tx: &mut Tx, inspection_id: Id) -> Result<(Id, String), Problem> {
    let reports = store::reports(tx, inspection_id)?;
    let mut numbered = reports
        .into_iter()
        .filter_map(|report| Some((report.id, report.number?)));
    let last = numbered.next_back();
    last.ok_or_else(|| {
        Problem::conflict(Text::new(
            "Er is nog geen definitief verslag.",
            "Il n'y a pas encore de rapport définitif.",
            "There is no final report yet.",
        ))
    })
}

/// The number that was given elsewhere, or the next of this year that nobody has.
fn number(tx: &mut Tx, input: &ReportInput) -> Result<String, Problem> {
    let prefix = tx.state.settings.reports.prefix.clone();
    let Some(given) = &input.number else {
        let year = chrono::Datelike::year(&tx.now.day());
        loop {
            let next = store::next_number(tx, year)?;
            let number = format!("{prefix}{year}-{next:05}");
            // One that came from elsewhere before the prefix was what it is.
            if !store::is_taken(tx, &number)? {
                return Ok(number);
            }
        }
    };
    if is_given_here(&prefix, given) || store::is_taken(tx, given)? {
        return Err(Problem::fault(not_free(&prefix, given)));
    }
    Ok(given.clone())
}

/// Does it look like one that is, was or will be given here: the prefix, whichever its letters' size, a year, and a number?
fn is_given_here(prefix: &str, given: &str) -> bool {
    let Some((start, rest)) = given.split_at_checked(prefix.len()) else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|one| one.is_ascii_digit());
    let (year, number) = rest.split_once('-').unwrap_or((rest, ""));
    start.eq_ignore_ascii_case(prefix) && year.len() == 4 && is_number(year) && is_number(number)
}

fn not_free(prefix: &str, given: &str) -> Issue {
    let detail = Text::new(
        format!(
            "Dit nummer is al gegeven, of wordt hier gegeven ({prefix}JJJJ-…); gebruik een ander, of laat het weg."
        ),
        format!(
            "Ce numéro est déjà donné, ou se donne ici ({prefix}AAAA-…) ; utilisez-en un autre, ou omettez-le."
        ),
        format!(
            "This number was given already, or is given here ({prefix}YYYY-…); use another, or leave it out."
        ),
    );
    Issue::body("repeated", "number", detail).with_value(given)
}

#[cfg(test)]
mod tests {
    use super::is_given_here;

    #[test]
    fn a_number_of_any_year_under_the_prefix_is_given_here_alone() {
        for (given, here) in [
            ("ZI-2026-00012", true),
            ("zi-2031-1", true),
            ("ZI-2026-", false),
            ("ZI-26-00012", false),
            ("ZI-2026-00012-B", false),
            ("X-2026-00012", false),
            ("Z", false),
        ] {
            assert_eq!(is_given_here("ZI-", given), here, "{given}");
        }
    }
}
