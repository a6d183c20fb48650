//! What awaits facilities, the recognising body and planners of improvement points.
use super::rules::PointStatus;
use super::store::{self, Waiting};
use crate::access::policy::{AnswerInspections, PlanInspections, SetTerms};
use crate::access::{Scope, Tx};
use crate::inspection::sides::elsewhere;
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::Text;

fn task(point: &Waiting, kind: TaskKind, text: Text) -> Task {
    let subject = Subject {
        kind: "improvementPoint",
        id: point.id.to_string(),
        href: store::href(point.id),
    };
    Task::new(kind, subject, text).of(point.facility_id, None)
}

/// The states in which the facility has to do something within the term.
const TO_MEND: [PointStatus; 2] = [PointStatus::Open, PointStatus::Planned];

/// Points that a facility has to mend, each by the end of its term.
pub fn to_mend(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<AnswerInspections>() else {
        return Ok(());
    };
    let own = elsewhere(tx)?;
    for point in store::standing(tx, &scope, &TO_MEND, None)? {
        if own.contains(&point.inspection_id) {
            continue;
        }
        let text = Text::new(
            "Vertel wat u aan dit verbeterpunt deed, of hoe en tegen wanneer u het zult doen.",
            "Dites ce que vous avez fait pour ce point à améliorer, ou comment et pour quand vous le ferez.",
            "Tell what you did about this improvement point, or how and by when you will.",
        );
        let task = task(&point, TaskKind::MendImprovementPoint, text);
        found.push(task.by_end_of(point.due, tx.now));
    }
    Ok(())
}

/// The points that these give, but for those of inspections on another side of which the caller stands: others decide on them.
fn apart(
    tx: &mut Tx,
    read: impl FnOnce(&mut Tx, &Scope) -> Result<Vec<Waiting>, Problem>,
) -> Result<Vec<Waiting>, Problem> {
    let Some(scope) = tx.scope_for::<SetTerms>() else {
        return Ok(Vec::new());
    };
    let mut points = read(tx, &scope)?;
    if !points.is_empty() {
        let own = elsewhere(tx)?;
        points.retain(|point| !own.contains(&point.inspection_id));
    }
    Ok(points)
}

/// What the recognising body has to decide on, and to verify. Whose turn it is says since when, and not the facility's term.
pub fn to_decide(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let answered =
        |tx: &mut Tx, scope: &Scope| store::standing(tx, scope, &[PointStatus::Answered], None);
    for point in apart(tx, answered)? {
        let text = Text::new(
            "Beslis over wat de voorziening aan dit verbeterpunt deed of zal doen.",
            "Décidez de ce que la structure a fait ou fera pour ce point à améliorer.",
            "Decide on what the facility did or will do about this improvement point.",
        );
        let task = task(&point, TaskKind::DecideImprovement, text);
        found.push(task.since(point.state_since));
    }
    let accepted = |tx: &mut Tx, scope: &Scope| {
        store::standing(tx, scope, &[PointStatus::MeasureAccepted], None)
    };
    for point in apart(tx, accepted)? {
        let text = Text::new(
            "Ga op stukken of bij een bezoek na of dit verbeterpunt in orde is.",
            "Vérifiez sur pièces ou lors d'une visite si ce point à améliorer est en ordre.",
            "Verify on documents or on a visit that this improvement point is mended.",
        );
        let task = task(&point, TaskKind::VerifyImprovement, text);
        found.push(task.since(point.state_since));
    }
    for point in apart(tx, store::untermed)? {
        let text = Text::new(
            "Een verbeterd verslag bracht dit verbeterpunt: bepaal zijn termijn, of beëindig hem met een reden.",
            "Un rapport corrigé a apporté ce point à améliorer : fixez son délai, ou mettez-y fin avec un motif.",
            "A corrected report brought this improvement point: set its term, or end it with a reason.",
        );
        let task = task(&point, TaskKind::SetTerms, text);
        found.push(task.since(point.state_since));
    }
    Ok(())
}

/// Points whose term is over, for who sets terms and for who plans visits.
pub fn overdue(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let today = tx.now.day();
    let late = move |tx: &mut Tx, scope: &Scope| store::standing(tx, scope, &TO_MEND, Some(today));
    let (points, text) = match tx.scope_for::<PlanInspections>() {
        Some(scope) => (
            late(tx, &scope)?,
            Text::new(
                "De termijn van dit verbeterpunt is voorbij: plan een opvolgingsinspectie als die nodig is.",
                "Le délai de ce point à améliorer est dépassé : planifiez une inspection de suivi si nécessaire.",
                "The term of this improvement point is over: plan a follow-up inspection where one is needed.",
            ),
        ),
        None => (
            apart(tx, late)?,
            Text::new(
                "De termijn van dit verbeterpunt is voorbij: verleng hem met een reden, beëindig hem, of vraag een opvolgingsinspectie.",
                "Le délai de ce point à améliorer est dépassé : prolongez-le avec un motif, mettez-y fin, ou demandez une inspection de suivi.",
                "The term of this improvement point is over: extend it with a reason, end it, or ask for a follow-up inspection.",
            ),
        ),
    };
    for point in points {
        let task = task(&point, TaskKind::OverdueImprovementPoint, text.clone());
        found.push(task.by_end_of(point.due, tx.now));
    }
    Ok(())
}
