//! Requests on terms and on what follows from them.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use super::{Prepared, delivery, finished, held, step, take, visited, with_visit};
use crate::support::{Actor, Answer, World, path_of};

/// The request of an operation on terms or improvement points; nothing for another.
pub async fn prepare(operation: &str, world: &World) -> Option<Prepared> {
    Some(match operation {
        "createTermReport" => {
            let (made, point) = to_mend(world).await;
            step(&made, "termReports", &terms(&point))
        }
        "listTermReports" => Prepared::new(format!(
            "/inspections/{}/termReports",
            ids::TERM_SENT_INSPECTION
        ))
        .secret(ids::SENT_TERM_DRAFT),
        "readTermReport" => Prepared::new(format!(
            "/inspections/{}/termReports/{}",
            ids::TERM_SENT_INSPECTION,
            ids::SENT_TERM_DRAFT
        )),
        "deliverTermReport" => {
            let (made, draft) = drafted(world).await;
            step(&made, &format!("{draft}/deliveries"), &delivery())
        }
        "recordTermReceipt" => on_draft(world, "receipts", json!({"note": "Ontvangen"})).await,
        "extendTermReaction" => {
            on_draft(world, "extensions", json!({"days": 5, "reason": "Verlof"})).await
        }
        "reactToTerms" => on_draft(world, "reactions", json!({"complete": true})).await,
        "closeInspection" => step(&finished(world).await, "closings", &json!({})),
        "listFollowedPoints" => {
            Prepared::new("/improvementPoints?pageSize=200").secret(ids::OPEN_POINT)
        }
        "readFollowedPoint" => Prepared::new(format!("/improvementPoints/{}", ids::OPEN_POINT)),
        _ => on_point(operation, world).await?,
    })
}

async fn on_point(operation: &str, world: &World) -> Option<Prepared> {
    let (what, body) = match operation {
        "giveMeasure" => ("measures", json!({"text": "Het is gebeurd."})),
        "givePlan" => (
            "plans",
            json!({"how": "Samen", "by": "2099-01-01", "whyNotSooner": "De ondernemingsraad"}),
        ),
        "decideImprovement" => ("decisions", json!({"outcome": "accepted"})),
        "changeTerm" => ("terms", json!({"due": "2099-01-01", "reason": "Later"})),
        "endTerm" => ("termEnds", json!({"reason": "Gesloten"})),
        "verifyImprovement" => (
            "verifications",
            json!({"way": "visit", "met": true, "note": "Gezien"}),
        ),
        _ => return None,
    };
    let (made, point) = followed(world).await;
    let path = format!("/improvementPoints/{point}");
    let mut body = body;
    if operation == "decideImprovement" {
        let told = world.linde().with("if-match", "*");
        let measure = json!({"text": "Het is gebeurd."});
        told.post(&format!("{path}/measures"), measure)
            .await
            .expect(200);
    }
    if operation == "verifyImprovement" {
        body["inspectionId"] = follow_up(world, &made).await.into();
    }
    let prepared = Prepared::new(format!("{path}/{what}")).body(&body);
    Some(prepared.header("if-match", "*".into()))
}

fn authority(world: &World) -> Actor {
    world.person("authority", None)
}

fn terms(point: &str) -> Value {
    json!({"terms": [{"improvementPointId": point, "due": "2098-01-01"}]})
}

/// A final report with something to mend, and the improvement point.
async fn to_mend(world: &World) -> (Answer, String) {
    let (visited, lead) = (visited(world).await, world.inspector());
    let (finding, point) = (
        uuid::Uuid::now_v7().to_string(),
        uuid::Uuid::now_v7().to_string(),
    );
    let path = path_of(&visited.body);
    let content = json!({"title": "De inkomhal"});
    lead.put(&format!("{path}/findings/{finding}"), content)
        .await
        .expect(201);
    let input = json!({"findingId": finding, "text": "Leg het vast."});
    lead.put(&format!("{path}/improvementPoints/{point}"), input)
        .await
        .expect(201);
    take(&lead, &visited, "reports", json!({})).await;
    take(&lead, &visited, "deliveries", delivery()).await;
    let complete = json!({"complete": true});
    take(&world.linde(), &visited, "reactions", complete).await;
    (take(&lead, &visited, "reports", json!({})).await, point)
}

/// An inspection with a draft of terms, and the part of its path that names the draft.
async fn drafted(world: &World) -> (Answer, String) {
    let (made, point) = to_mend(world).await;
    let now = take(&authority(world), &made, "termReports", terms(&point)).await;
    let address = now.header("location").expect("its address").to_owned();
    let draft = address.rsplit('/').next().expect("an id");
    (made, format!("termReports/{draft}"))
}

/// One that was sent.
async fn sent(world: &World) -> (Answer, String) {
    let (made, draft) = drafted(world).await;
    let at = format!("{draft}/deliveries");
    take(&authority(world), &made, &at, delivery()).await;
    (made, draft)
}

async fn on_draft(world: &World, what: &str, body: Value) -> Prepared {
    let (made, draft) = sent(world).await;
    step(&made, &format!("{draft}/{what}"), &body)
}

/// An inspection whose improvement point is followed up, and the point.
async fn followed(world: &World) -> (Answer, String) {
    let (made, draft) = sent(world).await;
    let at = format!("{draft}/reactions");
    take(&world.linde(), &made, &at, json!({"complete": true})).await;
    take(&authority(world), &made, "termReports", json!({})).await;
    let id = made.body["id"].as_str().expect("an id");
    let listed = authority(world)
        .get(&format!("/improvementPoints?inspectionId={id}"))
        .await
        .expect(200);
    let point = listed.body["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    (made, point)
}

/// A follow-up of it by the demo's inspector, with its final report: the recognising body knows of it too.
async fn follow_up(world: &World, made: &Answer) -> String {
    let (path, seen) = with_visit(world).await;
    let inspection = path.split("/visits/").next().expect("a path");
    let id = crate::reports::last_of(inspection).to_owned();
    let sql = format!(
        "UPDATE inspection SET follows_id = {}, checklist_revision = 1 WHERE id = {}",
        crate::support::key(world, made.body["id"].as_str().expect("an id")),
        crate::support::key(world, &id),
    );
    crate::support::execute(world, &sql);
    let lead = world.inspector();
    let started = lead
        .seen(&seen)
        .put(&format!("{path}/record"), held())
        .await
        .expect(200);
    take(&lead, &started, "reports", json!({})).await;
    take(&lead, &started, "deliveries", delivery()).await;
    let complete = json!({"complete": true});
    take(&world.linde(), &started, "reactions", complete).await;
    take(&lead, &started, "reports", json!({})).await;
    id
}

/// Names the attachment that the access tests store in a measure, so that the recognising body may know of it.
pub async fn tell(world: &World, attachment: &str) {
    let sha256 = crate::support::hex_of(b"Verslag van het overleg");
    let measure = json!({"text": "Zie het verslag.", "attachments": [{"attachmentId": attachment, "sha256": sha256}]});
    let at = format!("/improvementPoints/{}/measures", ids::OPEN_POINT);
    let linde = world.linde().with("if-match", "*");
    linde.post(&at, measure).await.expect(200);
}
