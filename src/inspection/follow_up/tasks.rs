//! What awaits facilities, the recognising body and planners of improvement points.
use super::rules::PointStatus;
use super::store::{self, Row};
use crate::access::Tx;
use crate::access::policy::{AnswerInspections, PlanInspections, SetTerms};
use crate::db::types::Moment;
use crate::inspection::clock::is_over;
use crate::problem::Problem;
use crate::task::{Subject, Task};
use crate::text::Text;

fn task(tx: &Tx, row: &Row, kind: &'static str, text: Text) -> Task {
    let subject = Subject {
        kind: "improvementPoint",
        id: row.id.to_string(),
        href: store::href(row.id),
    };
    let task = Task::new(kind, subject, text).of(row.facility_id, None);
    match row.due.and_then(|due| due.succ_opt()) {
        Some(end) => task.by(Moment::start_of(end), tx.now),
        None => task,
    }
}

/// Points that a facility has to mend, each by the end of its term.
pub fn to_mend(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<AnswerInspections>().is_none() {
        return Ok(());
    }
    for row in store::standing(tx, &[PointStatus::Open, PointStatus::Planned])? {
        let text = Text::new(
            "Vertel wat u aan dit verbeterpunt deed, of hoe en tegen wanneer u het zult doen.",
            "Dites ce que vous avez fait pour ce point à améliorer, ou comment et pour quand vous le ferez.",
            "Tell what you did about this improvement point, or how and by when you will.",
        );
        found.push(task(tx, &row, "mendImprovementPoint", text));
    }
    Ok(())
}

/// What the recognising body has to decide on, and to verify.
pub fn to_decide(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<SetTerms>().is_none() {
        return Ok(());
    }
    for row in store::standing(tx, &[PointStatus::Answered])? {
        let text = Text::new(
            "Beslis over wat de voorziening aan dit verbeterpunt deed of zal doen.",
            "Décidez de ce que la structure a fait ou fera pour ce point à améliorer.",
            "Decide on what the facility did or will do about this improvement point.",
        );
        found.push(task(tx, &row, "decideImprovement", text));
    }
    for row in store::standing(tx, &[PointStatus::MeasureAccepted])? {
        let text = Text::new(
            "Ga op stukken of bij een bezoek na of dit verbeterpunt in orde is.",
            "Vérifiez sur pièces ou lors d'une visite si ce point à améliorer est en ordre.",
            "Verify on documents or on a visit that this improvement point is mended.",
        );
        found.push(task(tx, &row, "verifyImprovement", text));
    }
    Ok(())
}

/// Points whose term is over, for who sets terms and for who plans visits.
pub fn overdue(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let sets = tx.scope_for::<SetTerms>().is_some();
    if !sets && tx.scope_for::<PlanInspections>().is_none() {
        return Ok(());
    }
    let text = if sets {
        Text::new(
            "De termijn van dit verbeterpunt is voorbij: verleng hem met een reden, beëindig hem, of vraag een opvolgingsinspectie.",
            "Le délai de ce point à améliorer est dépassé : prolongez-le avec un motif, mettez-y fin, ou demandez une inspection de suivi.",
            "The term of this improvement point is over: extend it with a reason, end it, or ask for a follow-up inspection.",
        )
    } else {
        Text::new(
            "De termijn van dit verbeterpunt is voorbij: plan een opvolgingsinspectie als die nodig is.",
            "Le délai de ce point à améliorer est dépassé : planifiez une inspection de suivi si nécessaire.",
            "The term of this improvement point is over: plan a follow-up inspection where one is needed.",
        )
    };
    let today = tx.now.day();
    for row in store::standing(tx, &[PointStatus::Open, PointStatus::Planned])? {
        if row.due.is_some_and(|due| is_over(due, today)) {
            found.push(task(tx, &row, "overdueImprovementPoint", text.clone()));
        }
    }
    Ok(())
}
