//! The documents that the facility is asked for, and what it sends. What was sent stays.
use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::rules::ANSWER_DOCUMENTS;
use super::store::{self as inspections, Head};
use super::{
    DocumentAnswer, DocumentAnswerInput, DocumentRequest, DocumentRequestInput, events,
    require_room,
};
use crate::access::Tx;
use crate::access::policy::AnswerInspections;
use crate::attachment::{self, AttachmentReference};
use crate::audit::ActorView;
use crate::db::schema::{
    document_answer as answer, document_answer_attachment as file, document_request as request,
};
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id, JsonText, Moment};
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::Text;

type RequestRow = (Id, String, Option<String>, Option<NaiveDate>);
type AnswerRow = (Id, Id, Option<String>, JsonText, Moment);

/// The requests of an inspection, each with what was sent for it.
pub fn shown(tx: &mut Tx, inspection_id: Id) -> Result<Vec<DocumentRequest>, Problem> {
    let requests = requests(tx, inspection_id)?;
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    let answers = answers(tx, inspection_id)?;
    let shown = requests
        .into_iter()
        .map(|(id, title, description, due)| DocumentRequest {
            id,
            title,
            description,
            due,
            answers: answers
                .iter()
                .filter(|(request_id, _)| *request_id == id)
                .map(|(_, answer)| answer.clone())
                .collect(),
        });
    Ok(shown.collect())
}

fn requests(tx: &mut Tx, inspection_id: Id) -> Result<Vec<RequestRow>, Problem> {
    Ok(request::table
        .filter(request::inspection_id.eq(inspection_id))
        .order(request::arrival)
        .select((
            request::id,
            request::title,
            request::description,
            request::due,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// What was sent, oldest first, each with the request that it is for.
fn answers(tx: &mut Tx, inspection_id: Id) -> Result<Vec<(Id, DocumentAnswer)>, Problem> {
    let rows: Vec<AnswerRow> = answer::table
        .filter(answer::inspection_id.eq(inspection_id))
        .order(answer::id)
        .select((
            answer::id,
            answer::request_id,
            answer::note,
            answer::answered_by,
            answer::answered_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.0).collect();
    let files: Vec<(Id, Id, String)> = file::table
        .filter(file::answer_id.eq_any(ids))
        .order((file::answer_id, file::position))
        .select((file::answer_id, file::attachment_id, file::sha256))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|row| Ok((row.1, answer_of(row, &files)?)))
        .collect()
}

fn answer_of(
    (id, _, note, answered_by, answered_at): AnswerRow,
    files: &[(Id, Id, String)],
) -> Result<DocumentAnswer, Problem> {
    let attachments = files.iter().filter(|(answer_id, ..)| *answer_id == id).map(
        |(_, attachment_id, sha256)| AttachmentReference {
            attachment_id: *attachment_id,
            sha256: sha256.clone(),
        },
    );
    Ok(DocumentAnswer {
        id,
        note,
        attachments: attachments.collect(),
        answered_by: answered_by.to()?,
        answered_at,
    })
}

/// Asks for these documents, under these ids.
pub fn ask(
    tx: &mut Tx,
    inspection_id: Id,
    ids: &[Id],
    inputs: &[DocumentRequestInput],
) -> Result<(), Problem> {
    let there = requests(tx, inspection_id)?.len();
    for (nth, (id, input)) in ids.iter().zip(inputs).enumerate() {
        require_room("documentRequests", there + nth)?;
        diesel::insert_into(request::table)
            .values((
                request::inspection_id.eq(inspection_id),
                request::id.eq(*id),
                request::arrival.eq(*id),
                request::title.eq(&input.title),
                request::description.eq(input.description.as_deref()),
                request::due.eq(input.due),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Keeps what the facility sends for a request.
pub fn answer(
    tx: &mut Tx,
    head: &Head,
    (request_id, id): (Id, Id),
    input: &DocumentAnswerInput,
) -> Result<(), Problem> {
    let inspection = &head.row;
    let asked = requests(tx, inspection.id)?;
    if !asked.iter().any(|row| row.0 == request_id) {
        return Err(Problem::not_found());
    }
    let sent = answers(tx, inspection.id)?;
    let sent = sent.iter().filter(|(request, _)| *request == request_id);
    require_room("answers", sent.count())?;
    check_files(tx, inspection.facility_id, &input.attachments)?;
    diesel::insert_into(answer::table)
        .values((
            answer::id.eq(id),
            answer::inspection_id.eq(inspection.id),
            answer::request_id.eq(request_id),
            answer::note.eq(input.note.as_deref()),
            answer::answered_by.eq(JsonText::of(&ActorView::of(tx))?),
            answer::answered_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    for (position, named) in (0_i64..).zip(&input.attachments) {
        diesel::insert_into(file::table)
            .values((
                file::answer_id.eq(id),
                file::position.eq(position),
                file::facility_id.eq(inspection.facility_id),
                file::attachment_id.eq(named.attachment_id),
                file::sha256.eq(&named.sha256),
            ))
            .execute(tx.conn)?;
    }
    let said = serde_json::json!({"requestId": request_id, "answer": input});
    events::of(tx, "documentsSent", head, &said)
}

/// What was asked for in these inspections and nothing was sent for, each with its inspection.
fn unanswered(
    tx: &mut Tx,
    inspections: &[Id],
) -> Result<HashMap<Id, Vec<DocumentRequest>>, Problem> {
    let mut found: HashMap<Id, Vec<DocumentRequest>> = HashMap::new();
    for some in inspections.chunks(BOUND_AT_ONCE) {
        let answers = answer::table
            .filter(answer::inspection_id.eq(request::inspection_id))
            .filter(answer::request_id.eq(request::id))
            .select(answer::id);
        let rows: Vec<(Id, RequestRow)> = request::table
            .filter(request::inspection_id.eq_any(some.to_vec()))
            .filter(not(exists(answers)))
            .order(request::arrival)
            .select((
                request::inspection_id,
                (
                    request::id,
                    request::title,
                    request::description,
                    request::due,
                ),
            ))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (of, (id, title, description, due)) in rows {
            found.entry(of).or_default().push(DocumentRequest {
                id,
                title,
                description,
                due,
                answers: Vec::new(),
            });
        }
    }
    Ok(found)
}

/// Documents that a facility is asked for and has not sent, while they are of use.
pub fn to_send(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<AnswerInspections>() else {
        return Ok(());
    };
    let all = inspections::standing(tx, &scope, ANSWER_DOCUMENTS.states)?;
    let ids: Vec<Id> = all.iter().map(|one| one.id).collect();
    let mut unanswered = unanswered(tx, &ids)?;
    for inspection in all {
        for request in unanswered.remove(&inspection.id).unwrap_or_default() {
            let text = Text::new(
                format!("Bezorg de inspectie wat zij vraagt: {}.", request.title),
                format!(
                    "Transmettez à l'inspection ce qu'elle demande : {}.",
                    request.title
                ),
                format!("Send the inspectors what they ask for: {}.", request.title),
            );
            let subject = Subject {
                kind: "documentRequest",
                id: request.id.to_string(),
                href: inspection.href.clone(),
            };
            let task = Task::new(TaskKind::SendDocuments, subject, text);
            let task = task.of(inspection.facility_id, inspection.unit_id);
            found.push(task.by_end_of(request.due, tx.now));
        }
    }
    Ok(())
}

/// Every file can be named for the facility; otherwise 400.
pub fn check_files(
    tx: &mut Tx,
    facility_id: Id,
    files: &[AttachmentReference],
) -> Result<(), Problem> {
    let files = files.iter().enumerate();
    let files = files.map(|(index, file)| (file, format!("attachments[{index}].")));
    Problem::refuse(attachment::faults_of(tx, facility_id, files)?)
}
