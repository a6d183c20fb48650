//! What a coordinator does with contributions, each in one transaction.
use std::sync::Arc;

use super::inputs::{AcceptanceInput, ContributionInput, LinkInput, ReturnInput, TakenAs};
use super::store::{self, New, Row};
use super::{Contribution, ContributionStatus, rules};
use crate::access::Tx;
use crate::access::link::SecretHash;
use crate::audit::{self, ActorView, Event};
use crate::db::types::Id;
use crate::facility;
use crate::framework;
use crate::framework::document::Document;
use crate::framework::rules::carry;
use crate::http::IfMatch;
use crate::problem::{In, Issue, Problem};
use crate::self_assessment::store::{self as assessments, Head};
use crate::self_assessment::taking_over::{self, Given, Taken, take_over};
use crate::self_assessment::{AnswersSaved, places, rules as answers, work as assessment};
use crate::text::Text;

/// The caller's own draft; 409 where it is none.
fn draft(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    assessments::own_head(tx, id)?;
    assessments::hold(tx, id)?;
    // Read only now that it is held: it can have been handed in meanwhile.
    let head = assessments::own_head(tx, id)?;
    assessment::require_draft(&head)?;
    Ok(head)
}

fn record(
    tx: &mut Tx,
    action: &'static str,
    head: &Head,
    id: Id,
    said: &impl serde::Serialize,
) -> Result<(), Problem> {
    let event = Event::new(action, "contribution", id);
    audit::record(tx, assessment::of_facility(event, head).with(said)?)
}

fn view(tx: &mut Tx, self_assessment: Id, id: Id) -> Result<Contribution, Problem> {
    let now = tx.now;
    let (head, row) = store::get(tx, self_assessment, id)?;
    row.view(head.facility_id, now)
}

/// A contribution as its facility sees it. 404 where the caller may not know about it.
pub fn read(tx: &mut Tx, self_assessment: Id, id: Id) -> Result<Contribution, Problem> {
    view(tx, self_assessment, id)
}

/// Asks criteria of somebody, by a link with this secret.
///
/// 404 where the self-assessment is not the caller's own, 409 where it is no draft, 400 with every fault of what is asked, of whom and until
/// when.
pub fn ask(
    tx: &mut Tx,
    self_assessment: Id,
    id: Id,
    hash: SecretHash,
    input: &ContributionInput,
) -> Result<Contribution, Problem> {
    let head = draft(tx, self_assessment)?;
    let document = assessments::document(tx, &head)?;
    let unknown = input
        .criteria
        .iter()
        .enumerate()
        .filter_map(|(index, code)| {
            let why = answers::asked(&document, &head.facility_type, code.as_str()).err()?;
            let name = format!("criteria[{index}]");
            Some(answers::unknown_criterion(
                In::Body,
                name,
                code.as_str(),
                why,
            ))
        });
    let mut faults: Vec<Issue> = unknown.collect();
    if let Some(unit) = input.unit_id {
        faults.extend(faults_of_unit(tx, &head, &document, unit)?);
    }
    let expires = rules::expiry(input.expires, tx.now);
    if let Err(fault) = &expires {
        faults.extend_from_slice(fault.issues());
    }
    Problem::refuse(faults)?;
    let new = New {
        id,
        self_assessment_id: self_assessment,
        hash,
        input,
        expires: expires?,
        version: document.version.code.as_str(),
    };
    store::insert(tx, &new)?;
    record(tx, "contributionAsked", &head, id, input)?;
    view(tx, self_assessment, id)
}

/// What is wrong with a unit that is asked: it is one of the facility's today, and answers to this framework.
fn faults_of_unit(
    tx: &mut Tx,
    head: &Head,
    document: &Document,
    unit: Id,
) -> Result<Vec<Issue>, Problem> {
    let places = match head.unit_id {
        Some(own) if own == unit => return Ok(Vec::new()),
        Some(_) => Vec::new(),
        None => facility::places(tx, head.facility_id, tx.now.day())?,
    };
    let mut faults = places::faults_of_unit(document, &places, unit);
    for fault in &mut faults {
        "unitId".clone_into(&mut fault.name);
    }
    Ok(faults)
}

/// A contribution of a draft, as the caller has seen it.
fn seen(
    tx: &mut Tx,
    self_assessment: Id,
    id: Id,
    if_match: &IfMatch,
) -> Result<(Head, Row), Problem> {
    store::get(tx, self_assessment, id)?;
    assessments::hold(tx, self_assessment)?;
    let (head, row) = store::get(tx, self_assessment, id)?;
    if_match.check(&row.tag(tx.now))?;
    assessment::require_draft(&head)?;
    Ok((head, row))
}

/// Ends the link of a contribution that is not answered yet, and gives it a new one.
///
/// 404 where the caller may not know about it, 412 where it has seen another edit, 409 where the self-assessment is no draft or the
/// contribution is decided or answered, 400 where the link would live too short or too long.
pub fn renew(
    tx: &mut Tx,
    (self_assessment, id): (Id, Id),
    if_match: &IfMatch,
    hash: SecretHash,
    input: &LinkInput,
) -> Result<Contribution, Problem> {
    let (head, row) = seen(tx, self_assessment, id, if_match)?;
    match row.status(tx.now) {
        ContributionStatus::Open | ContributionStatus::Expired => {}
        other => return Err(not_open(other)),
    }
    let expires = rules::expiry(input.expires, tx.now)?;
    store::renew(tx, &row, hash, expires, None)?;
    let said = serde_json::json!({"expires": expires});
    record(tx, "contributionLinkRenewed", &head, id, &said)?;
    view(tx, self_assessment, id)
}

/// Takes a contribution back that is not answered yet, also when the self-assessment is no draft any more.
///
/// 404 where the caller may not know about it, 412 where it has seen another edit, 409 where it is decided or answered.
pub fn withdraw(
    tx: &mut Tx,
    self_assessment: Id,
    id: Id,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let (head, row) = store::get(tx, self_assessment, id)?;
    if_match.check(&row.tag(tx.now))?;
    match row.status(tx.now) {
        ContributionStatus::Open | ContributionStatus::Expired => {}
        other => return Err(not_open(other)),
    }
    store::withdraw(tx, &row)?;
    record(
        tx,
        "contributionWithdrawn",
        &head,
        id,
        &serde_json::json!({}),
    )
}

/// 409: only what is not answered yet can be withdrawn, or get another link.
fn not_open(status: ContributionStatus) -> Problem {
    Problem::conflict(match status {
        ContributionStatus::Answered => Text::new(
            "Deze bijdrage is al beantwoord; neem de antwoorden over met POST …/acceptances of stuur ze terug met POST …/returns.",
            "Cette contribution a déjà une réponse ; reprenez les réponses par POST …/acceptances ou renvoyez-les par POST …/returns.",
            "This contribution is answered; take the answers over with POST …/acceptances or send them back with POST …/returns.",
        ),
        ContributionStatus::Accepted => Text::new(
            "De antwoorden van deze bijdrage zijn overgenomen; vraag met POST …/contributions opnieuw wat nog nodig is.",
            "Les réponses de cette contribution ont été reprises ; redemandez par POST …/contributions ce qui manque encore.",
            "The answers of this contribution were taken over; ask anew what is still needed with POST …/contributions.",
        ),
        _ => Text::new(
            "Deze bijdrage is ingetrokken; vraag opnieuw met POST …/contributions.",
            "Cette contribution est retirée ; redemandez par POST …/contributions.",
            "This contribution was withdrawn; ask anew with POST …/contributions.",
        ),
    })
}

/// 409: only what is answered can be taken over, or sent back.
fn not_answered(status: ContributionStatus) -> Problem {
    match status {
        ContributionStatus::Open | ContributionStatus::Expired => Problem::conflict(Text::new(
            "Deze bijdrage is nog niet beantwoord.",
            "Cette contribution n'a pas encore de réponse.",
            "This contribution is not answered yet.",
        )),
        other => not_open(other),
    }
}

/// Sends answers back with a reason; they can be changed by a new link.
///
/// 404 where the caller may not know about them, 412 where it has seen another edit, 409 where the self-assessment is no draft or nothing
/// waits for a decision, 400 where the link would live too short or too long.
pub fn send_back(
    tx: &mut Tx,
    (self_assessment, id): (Id, Id),
    if_match: &IfMatch,
    hash: SecretHash,
    input: &ReturnInput,
) -> Result<Contribution, Problem> {
    let (head, row) = seen(tx, self_assessment, id, if_match)?;
    match row.status(tx.now) {
        ContributionStatus::Answered => {}
        other => return Err(not_answered(other)),
    }
    let expires = rules::expiry(input.expires, tx.now)?;
    store::renew(tx, &row, hash, expires, Some(&input.reason))?;
    let said = serde_json::json!({"reason": input.reason, "expires": expires});
    record(tx, "contributionReturned", &head, id, &said)?;
    view(tx, self_assessment, id)
}

/// Takes answers over into the draft, whose edit the caller has seen.
///
/// 404 where the caller may not know about them, 412 where it has seen another edit of the draft, or of the contribution where it names one;
/// 409 where that is no draft, nothing waits for a decision, or a criterion is not asked any more or changed since; 400 with every fault of
/// what is named, and of answers that the draft cannot take.
pub fn accept(
    tx: &mut Tx,
    (self_assessment, id): (Id, Id),
    if_match: &IfMatch,
    input: &AcceptanceInput,
) -> Result<(Head, AnswersSaved), Problem> {
    store::get(tx, self_assessment, id)?;
    let head = assessment::lock(tx, self_assessment, Some(if_match))?;
    // Read only now that the draft is locked: of two who take over at once the second sees what the first did.
    let (_, row) = store::get(tx, self_assessment, id)?;
    match row.status(tx.now) {
        ContributionStatus::Answered => {}
        other => return Err(not_answered(other)),
    }
    if let Some(seen) = &input.contribution_etag
        && *seen != row.tag(tx.now).to_string()
    {
        return Err(Problem::stale());
    }
    let document = assessments::document(tx, &head)?;
    let (asked, gone): (Vec<String>, Vec<String>) = row
        .answered()?
        .into_iter()
        .partition(|code| answers::asked(&document, &head.facility_type, code).is_ok());
    let mut accepted = row.accepted()?;
    let open = asked.iter().any(|code| !accepted.contains(code));
    refuse_gone(gone.iter().filter(|code| match &input.criterion_codes {
        Some(named) => named.iter().any(|one| *one == *code.as_str()),
        // Where the rest was taken over already, they do not keep it from its end.
        None => !accepted.contains(code) && (open || accepted.is_empty()),
    }))?;
    let codes = chosen(&asked, &accepted, input)?;
    refuse_changed(tx, &document, &row, &codes)?;
    let taken = taken(tx, &head, &row, &codes, input)?;
    let given = given(tx, &row);
    let at = |index| format!("criterionCodes[{index}].");
    let saved = take_over(tx, &head, &taken, &given, at)?;
    let new = codes
        .iter()
        .filter(|code| !accepted.contains(code))
        .cloned();
    accepted.extend(new.collect::<Vec<_>>());
    // Over all that can be: what the framework does not ask any more stays in sight, and nobody waits for it.
    let all = asked.iter().all(|code| accepted.contains(code));
    store::accept(tx, &row, &accepted, all)?;
    let said = serde_json::json!({"criterionCodes": codes});
    record(tx, "contributionAccepted", &head, id, &said)?;
    Ok((head, saved))
}

/// 409 where these were to be taken over, which the draft's version does not ask any more: they cannot be, nor pass for it.
fn refuse_gone<'a>(gone: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    let codes = gone.cloned().collect::<Vec<_>>().join(", ");
    if codes.is_empty() {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        format!(
            "Deze criteria vraagt de versie van de zelfevaluatie niet meer: {codes}. Neem de andere over met criterionCodes; deze antwoorden blijven leesbaar in de bijdrage. Stel met POST …/contributions de vragen die ze vervangen."
        ),
        format!(
            "La version de l'auto-évaluation ne demande plus ces critères : {codes}. Reprenez les autres par criterionCodes ; ces réponses restent lisibles dans la contribution. Posez par POST …/contributions les questions qui les remplacent."
        ),
        format!(
            "The self-assessment's version does not ask these criteria any more: {codes}. Take the others over with criterionCodes; these answers stay readable in the contribution. Ask what replaces them with POST …/contributions."
        ),
    )))
}

/// 409 where the draft moved since the answers were given, to a version in which these criteria do not mean what they did.
fn refuse_changed(
    tx: &mut Tx,
    document: &Arc<Document>,
    row: &Row,
    codes: &[String],
) -> Result<(), Problem> {
    let since = row.version_code.as_str();
    if since == document.version.code.as_str() {
        return Ok(());
    }
    let chain = framework::store::chain(tx, document.clone(), since)?.unwrap_or_default();
    let documents: Vec<&Document> = chain.iter().map(AsRef::as_ref).collect();
    let fates = carry(&documents);
    let kept = rules::kept(&fates);
    let changed: Vec<&str> = codes
        .iter()
        .map(String::as_str)
        .filter(|code| !kept.contains(*code))
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let codes = changed.join(", ");
    Err(Problem::conflict(Text::new(
        format!(
            "Deze criteria veranderden sinds ze beantwoord zijn: {codes}. Stuur de bijdrage terug met POST …/returns zodat ze opnieuw beantwoord worden, of neem de andere over met criterionCodes."
        ),
        format!(
            "Ces critères ont changé depuis la réponse : {codes}. Renvoyez la contribution par POST …/returns pour une nouvelle réponse, ou reprenez les autres par criterionCodes."
        ),
        format!(
            "These criteria changed since they were answered: {codes}. Send the contribution back with POST …/returns to have them answered anew, or take the others over with criterionCodes."
        ),
    )))
}

/// Whose the answers are: of who came by the link, when they came.
fn given(tx: &Tx, row: &Row) -> Given {
    Given {
        by: ActorView {
            id: row.id.to_string(),
            // The function that was filled in is a text of anybody's: it stands with the contribution alone, where it can be redacted.
            name: None,
            role: crate::access::link::ROLE.to_owned(),
            client: None,
            on_behalf_of: None,
        },
        at: row.answered_at.unwrap_or(tx.now),
    }
}

/// The criteria to take over: those named, or all that were not yet.
fn chosen(
    asked: &[String],
    accepted: &[String],
    input: &AcceptanceInput,
) -> Result<Vec<String>, Problem> {
    let Some(named) = &input.criterion_codes else {
        let open = asked.iter().filter(|code| !accepted.contains(code));
        return Ok(open.cloned().collect());
    };
    let all = named.iter().map(ToString::to_string).enumerate();
    let faults: Vec<Issue> = all
        .filter(|(_, code)| !asked.contains(code))
        .map(|(index, code)| not_asked(index, &code, asked))
        .collect();
    if faults.is_empty() {
        Ok(named.iter().map(ToString::to_string).collect())
    } else {
        Err(Problem::faults(faults))
    }
}

fn not_asked(index: usize, code: &str, asked: &[String]) -> Issue {
    let asked = asked.join(", ");
    let text = Text::new(
        format!("Deze bijdrage gaat niet over dit criterium; wel over: {asked}."),
        format!("Cette contribution ne porte pas sur ce critère ; elle porte sur : {asked}."),
        format!("This contribution is not about this criterion; it is about: {asked}."),
    );
    Issue::body("unknownCriterion", format!("criterionCodes[{index}]"), text).with_value(code)
}

/// The answers to these criteria, in their order, each as what the draft takes it for.
fn taken(
    tx: &mut Tx,
    head: &Head,
    row: &Row,
    codes: &[String],
    input: &AcceptanceInput,
) -> Result<Vec<Taken>, Problem> {
    let unit = match (input.taken_as, row.unit_id) {
        (Some(TakenAs::Answer), _) => None,
        (_, unit) => unit.filter(|_| head.unit_id.is_none()),
    };
    let asked_for = input.taken_as == Some(TakenAs::Exception);
    if asked_for && unit.is_none() {
        return Err(no_unit());
    }
    let answered = taking_over::answered(tx, head)?;
    let given = row.answers()?;
    let answers = codes.iter().filter_map(|code| {
        let mut given = given.iter();
        let answer = given.find(|answer| answer.criterion_code == *code)?;
        Some(Taken {
            criterion_code: code.clone(),
            answer: rules::as_input(answer.clone()),
            unit: unit.filter(|_| asked_for || answered.contains(code)),
        })
    });
    Ok(answers.collect())
}

/// Nothing can be said otherwise by no unit.
fn no_unit() -> Problem {
    let text = Text::new(
        "Deze bijdrage is aan geen afdeling van de voorziening gevraagd (unitId); neem de antwoorden over als antwoord (as: answer).",
        "Cette contribution n'a été demandée à aucune unité de la structure (unitId) ; reprenez les réponses comme réponses (as : answer).",
        "This contribution was asked of no unit of the facility (unitId); take the answers over as answers (as: answer).",
    );
    Problem::fault(Issue::body("noUnit", "as", text).with_value("exception"))
}
