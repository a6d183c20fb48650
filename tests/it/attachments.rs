//! Files behind an answer: sent once, cleaned, and seen by those who may see the answer.
use actix_web::http::Method;
use std::time::Duration as Pause;

use chrono::Duration;
use diesel::connection::SimpleConnection;
use futures_util::future::{join, join_all};
use futures_util::{StreamExt, stream};
use kindreflex::access::{connect, operator};
use kindreflex::db::types::Moment;
use kindreflex::demo::ids;
use kindreflex::http::incoming::Patience;
use kindreflex::sweep;
use serde_json::{Value, json};

use crate::support::{
    Actor, Answer, WILG, World, answer_whole, digest_of as repr_digest, draft_of, hex_of as hex,
    path_of,
};

const ID: &str = "0190b000-0000-7000-8000-000000000001";
const BERK: &str = "0190a000-0000-7000-8000-000000000013";
const NUMBER: &str = "85.07.30-033.28";

fn path(id: &str, facility: &str) -> String {
    format!("/attachments/{id}?facilityId={facility}")
}

/// Sends bytes with their hash, and the headers that the actor has already.
async fn send(actor: &Actor, id: &str, facility: &str, bytes: &[u8]) -> Answer {
    let actor = actor.with("repr-digest", &repr_digest(bytes));
    send_as_is(&actor, id, facility, bytes).await
}

async fn send_as_is(actor: &Actor, id: &str, facility: &str, bytes: &[u8]) -> Answer {
    actor
        .with("content-type", "application/octet-stream")
        .send(Method::PUT, &path(id, facility), Some(bytes.to_vec()))
        .await
}

fn segment(code: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).expect("short");
    [&[0xff, code][..], &length.to_be_bytes(), payload].concat()
}

/// A photo with these segments before its picture.
fn photo(extra: &[u8]) -> Vec<u8> {
    [
        &[0xff, 0xd8][..],
        extra,
        &segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        &segment(0xda, &[1, 1, 0, 0, 63, 0]),
        &[1, 2, 3, 0xff, 0xd9],
    ]
    .concat()
}

/// How many rows hold bytes that are not finished.
fn leftovers(world: &World) -> usize {
    use diesel::prelude::*;
    use kindreflex::db::schema::{attachment, attachment_chunk};
    let rows: i64 = attachment_chunk::table
        .inner_join(attachment::table.on(attachment::content_id.eq(attachment_chunk::content_id)))
        .filter(attachment::state.eq("receiving"))
        .count()
        .get_result(&mut connect(&world.url).expect("opens"))
        .expect("a count");
    usize::try_from(rows).expect("a count")
}

/// Hands a draft in whose evidence, on every answer that asks for it, is this attachment.
pub async fn hand_in(actor: &Actor, facility: &str, id: &str, sha256: &str) -> Answer {
    let draft = draft_of(actor, facility).await;
    let mut saved = answer_whole(actor, &draft).await;
    let href = path_of(&draft.body);
    if saved.body["toConfirm"] != json!([]) {
        let confirmations = format!("{href}/confirmations");
        saved = actor
            .seen(&saved)
            .post(&confirmations, json!({}))
            .await
            .expect(200);
    }
    let whole = actor.get(&href).await.expect(200);
    let answer = &whole.body["answers"][0];
    let code = answer["criterionCode"].as_str().expect("a code");
    let version = whole.body["versionCode"].as_str().expect("a version");
    let framework = actor
        .get(&format!("/frameworks/ggz/versions/{version}"))
        .await
        .expect(200);
    let kinds = framework.body["document"]["evidenceKinds"]
        .as_array()
        .expect("kinds")
        .clone();
    let kind = kinds
        .iter()
        .find(|kind| kind["countsFiles"] != true)
        .expect("a kind");
    let mut input = json!({
        "level": answer["level"],
        "evidence": [{"kind": kind["code"], "attachmentId": id, "sha256": sha256}],
    });
    if let Value::String(note) = &answer["note"] {
        input["note"] = json!(note);
    }
    let saved = actor
        .seen(&saved)
        .put(&format!("{href}/answers/{code}"), input)
        .await
        .expect(200);
    actor
        .seen(&saved)
        .post(&format!("{href}/submissions"), json!({}))
        .await
}

on_both! {
    async fn no_other_bytes_slip_in_while_evidence_is_handed_in(world: World) {
        let linde = world.linde();
        let (named, other) = (b"Het verslag zelf.".as_slice(), b"Iets anders.".as_slice());
        let mut outcomes = Vec::new();
        for turn in 0..12 {
            let facility = crate::support::new_hospital(&world, ids::ORGANISATION).await;
            let id = format!("0190c000-0000-7000-8000-0000000000{turn:02}");
            let draft = draft_of(&linde, &facility).await;
            let path = path_of(&draft.body);
            let whole = crate::support::answer_whole(&linde, &draft).await;
            let evidence = json!({"kind": "document", "description": "Verslag", "attachmentId": id, "sha256": hex(named)});
            let answer = json!({"level": "volledig", "evidence": [evidence]});
            let saved = linde.seen(&whole).put(&format!("{path}/answers/actiefWerken"), answer).await.expect(200);
            let handing_in = async { linde.seen(&saved).post(&format!("{path}/submissions"), json!({})).await.status };
            let sending = async { send(&linde, &id, &facility, other).await.status };
            outcomes.push(futures_util::future::join(handing_in, sending).await);
        }
        assert!(outcomes.iter().all(|outcome| [(201, 409), (400, 201)].contains(outcome)), "{outcomes:?}");
    }

    async fn a_facility_sends_an_attachment_once_and_reads_it_back(world: World) {
        let linde = world.linde();
        let bytes = "Een regel van het verslag.\n".repeat(25_000).into_bytes();
        let named = linde.with("content-disposition", "attachment; filename=\"verslag.txt\"");
        let made = send(&named, ID, ids::FACILITY, &bytes).await.expect(201);
        assert_eq!(made.header("location"), made.body["href"].as_str());
        for (field, value) in [
            ("status", json!("finished")), ("fileName", json!("verslag.txt")), ("mediaType", json!("text/plain")),
            ("sentSize", json!(bytes.len())), ("storedSize", json!(bytes.len())),
            ("sentSha256", json!(hex(&bytes))), ("storedSha256", json!(hex(&bytes))),
        ] {
            assert_eq!(made.body[field], value, "{field}");
        }
        let read = linde.get(&format!("/attachments/{ID}")).await.expect(200);
        assert_eq!((&read.body, read.etag()), (&made.body, made.etag()));
        linde.with("if-none-match", &made.etag()).get(&format!("/attachments/{ID}")).await.expect(304);

        let content = linde.get(&format!("/attachments/{ID}/content")).await.expect(200);
        assert_eq!(content.bytes, bytes);
        for (header, value) in [
            ("content-type", "text/plain; charset=utf-8"), ("content-disposition", "attachment; filename=\"verslag.txt\""),
            ("repr-digest", &repr_digest(&bytes)), ("content-security-policy", "sandbox"), ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(content.header(header), Some(value), "{header}");
        }
        linde.with("if-none-match", &content.etag()).get(&format!("/attachments/{ID}/content")).await.expect(304);

        let again = send(&linde, ID, ids::FACILITY, &bytes).await.expect(200);
        assert_eq!(again.body, made.body);
        send(&linde.with("if-none-match", "*"), ID, ids::FACILITY, &bytes).await.problem(412, "preconditionFailed");
        send(&linde, ID, ids::FACILITY, b"iets anders").await.problem(409, "stateConflict");
        assert_eq!(linde.get(&format!("/attachments/{ID}/content")).await.expect(200).bytes, bytes);
    }

    async fn a_photos_metadata_is_removed_and_both_hashes_are_returned(world: World) {
        let linde = world.linde();
        let sent = photo(&segment(0xe1, b"Exif\0\0II*\0\x08\0\0\0\0\0GPS 50.85, 4.35"));
        let made = send(&linde, ID, ids::FACILITY, &sent).await.expect(201);
        assert_eq!(made.body["mediaType"], "image/jpeg");
        assert_eq!(made.body["sentSha256"], hex(&sent));
        assert_eq!(made.body["storedSha256"], hex(&photo(&[])));
        let content = linde.get(&format!("/attachments/{ID}/content")).await.expect(200);
        assert_eq!(content.bytes, photo(&[]));
        assert_eq!(content.header("content-disposition"), Some(format!("attachment; filename=\"{ID}.jpg\"").as_str()));
        send(&linde, ID, ids::FACILITY, &sent).await.expect(200);
    }

    async fn nothing_stays_of_what_is_refused_halfway(world: World) {
        let linde = world.linde();
        let mut text = "Een regel van het verslag.\n".repeat(25_000);
        text.push_str(NUMBER);
        let refused = send(&linde, ID, ids::FACILITY, text.as_bytes()).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("personalData".into(), "line 25001".into())]);
        assert!(!String::from_utf8_lossy(&refused.bytes).contains(NUMBER));
        linde.get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
        assert_eq!(leftovers(&world), 0);
        let long = "Een regel van het verslag.\n".repeat(25_000);
        let other = linde.with("repr-digest", &repr_digest(b"iets anders"));
        let refused = send_as_is(&other, ID, ids::FACILITY, long.as_bytes()).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("digestMismatch".into(), String::new())]);
        linde.get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
        assert_eq!(leftovers(&world), 0);
        send(&linde, ID, ids::FACILITY, long.as_bytes()).await.expect(201);
    }

    async fn an_upload_that_comes_too_slowly_is_broken_off_and_leaves_nothing(world: World) {
        let mut world = world;
        let (short, long) = (Pause::from_millis(300), Pause::from_hours(1));
        for (pause, whole) in [(short, long), (long, short)] {
            let patience = Patience { pause, whole };
            world = world.set(|settings| settings.attachment_patience = patience).await;
            let linde = world.linde().with("repr-digest", &repr_digest(b"tekst"));
            let pieces = stream::iter([vec![b'a'; 600_000]]).chain(stream::unfold((), move |()| async move {
                tokio::time::sleep(if whole == short { short / 10 } else { long }).await;
                Some((b"a".to_vec(), ()))
            }));
            let path = path(ID, ids::FACILITY);
            let sent = linde.stream(Method::PUT, &path, pieces);
            let refused = tokio::time::timeout(Pause::from_secs(20), sent).await.expect("an answer");
            let refused = refused.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("brokenOff".into(), String::new())], "{patience:?}");
            linde.get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
            assert_eq!(leftovers(&world), 0, "{patience:?}");
        }
        send(&world.linde(), ID, ids::FACILITY, b"tekst").await.expect(201);
    }

    async fn what_a_client_says_of_the_bytes_is_checked(world: World) {
        let linde = world.linde();
        let faulty = linde.with("content-disposition", "attachment; filename=\"../x.txt\"");
        let refused = send_as_is(&faulty, ID, ids::FACILITY, b"tekst").await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("missing".into(), "Repr-Digest".into()), ("fileName".into(), "Content-Disposition".into())]);
        let personal = linde.with("content-disposition", "attachment; filename=\"85073003328.txt\"");
        let refused = send(&personal, ID, ids::FACILITY, b"tekst").await.problem(400, "badRequest");
        assert!(!String::from_utf8_lossy(&refused.bytes).contains("85073003328"));
        for (bytes, kind) in [(&b""[..], "missing"), (b"\x89PNG\r\n\x1a\nen verder", "malformedContent")] {
            let refused = send(&linde, ID, ids::FACILITY, bytes).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [(kind.into(), String::new())]);
        }
        send(&linde, ID, ids::FACILITY, b"PK\x03\x04 een archief").await.problem(415, "unsupportedMediaType");
        let as_pdf = linde.with("repr-digest", &repr_digest(b"tekst")).with("content-type", "application/pdf");
        as_pdf.send(Method::PUT, &path(ID, ids::FACILITY), Some(b"tekst".to_vec())).await.problem(415, "unsupportedMediaType");
        let packed = linde.with("content-encoding", "gzip");
        send(&packed, ID, ids::FACILITY, b"tekst").await.problem(415, "unsupportedMediaType");
        send(&linde, ID, ids::FACILITY, &vec![b'a'; 1_048_577]).await.problem(413, "payloadTooLarge");
        linde.with("repr-digest", &repr_digest(b"tekst")).send(Method::PUT, &format!("/attachments/{ID}"), Some(b"tekst".to_vec()))
            .await.problem(400, "badRequest");
        linde.get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
        send(&linde, ID, ids::FACILITY, b"tekst").await.expect(201);
    }

    async fn an_id_that_another_facility_took_is_as_free_as_any(world: World) {
        let (linde, berk) = (world.linde(), world.berk());
        send(&linde, ID, ids::FACILITY, b"van De Linde").await.expect(201);
        for below in ["", "/content"] {
            berk.get(&format!("/attachments/{ID}{below}")).await.problem(404, "resourceNotFound");
            berk.get(&format!("/attachments/{ID}{below}?facilityId={}", ids::FACILITY)).await.problem(404, "resourceNotFound");
        }
        send(&berk, ID, ids::FACILITY, b"van De Berk").await.problem(404, "resourceNotFound");
        send(&berk, ID, BERK, b"van De Berk").await.expect(201);
        let mine = linde.get(&format!("/attachments/{ID}/content")).await.expect(200);
        let theirs = berk.get(&format!("/attachments/{ID}/content")).await.expect(200);
        assert_eq!((&mine.bytes[..], &theirs.bytes[..]), (&b"van De Linde"[..], &b"van De Berk"[..]));
    }

    async fn an_inspector_sees_only_what_was_handed_in(world: World) {
        let inspector = world.inspector();
        send(&world.linde(), ID, ids::FACILITY, b"nog niet ingediend").await.expect(201);
        inspector.get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
        let seen = inspector.get(&format!("/attachments/{}", ids::ATTACHMENT)).await.expect(200);
        assert_eq!(seen.body["sentSha256"], ids::ATTACHMENT_SHA256);
        let content = inspector.get(&format!("/attachments/{}/content", ids::ATTACHMENT)).await.expect(200);
        assert_eq!(content.bytes, ids::ATTACHMENT_TEXT);
        assert_eq!(content.header("repr-digest"), Some(ids::ATTACHMENT_DIGEST));
        send(&inspector, ID, ids::FACILITY, b"van de inspectie").await.problem(404, "resourceNotFound");
    }

    async fn naming_anothers_attachment_gives_nothing_away(world: World) {
        send(&world.linde(), ID, ids::FACILITY, b"van De Linde").await.expect(201);
        hand_in(&world.wilg(), WILG, ID, &hex(b"van De Linde")).await.expect(201);
        world.wilg().get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
        world.inspector().get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
    }

    async fn the_bytes_may_come_after_the_submission_and_no_others(world: World) {
        let (wilg, inspector) = (world.wilg(), world.inspector());
        hand_in(&wilg, WILG, ID, &hex(b"het verslag")).await.expect(201);
        inspector.get(&format!("/attachments/{ID}")).await.problem(404, "resourceNotFound");
        send(&wilg, ID, WILG, b"een ander verslag").await.problem(409, "stateConflict");
        send(&wilg, ID, WILG, b"het verslag").await.expect(201);
        let content = inspector.get(&format!("/attachments/{ID}/content")).await.expect(200);
        assert_eq!(content.bytes, "het verslag");
    }

    async fn evidence_with_another_hash_than_the_attachments_is_not_handed_in(world: World) {
        let wilg = world.wilg();
        send(&wilg, ID, WILG, b"het verslag").await.expect(201);
        let refused = hand_in(&wilg, WILG, ID, &hex(b"een ander verslag")).await.problem(400, "badRequest");
        let issues = refused.issues();
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0].0, "attachmentReference");
    }

    async fn an_inspector_who_sees_two_by_one_id_names_the_facility(world: World) {
        let inspector = world.inspector();
        for (actor, facility, text) in [(world.wilg(), WILG, "van De Wilg"), (world.linde(), ids::FACILITY, "van De Linde")] {
            send(&actor, ID, facility, text.as_bytes()).await.expect(201);
            hand_in(&actor, facility, ID, &hex(text.as_bytes())).await.expect(201);
        }
        let refused = inspector.get(&format!("/attachments/{ID}")).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("missing".into(), "facilityId".into())]);
        let found = inspector.get(&path(ID, WILG)).await.expect(200);
        assert_eq!(found.body["facilityId"], WILG);
    }

    async fn an_abandoned_attachment_is_swept_after_a_day(world: World) {
        let linde = world.linde();
        send(&linde, ID, ids::FACILITY, b"tekst").await.expect(201);
        let abandon = "UPDATE attachment SET state = 'receiving', stored_size = NULL, stored_sha256 = NULL, sent_size = NULL, finished_at = NULL \
            WHERE stored_size = 5";
        connect(&world.url).expect("opens").batch_execute(abandon).expect("abandoned");
        let seen = linde.get(&format!("/attachments/{ID}")).await.expect(200);
        assert_eq!(seen.body["status"], "receiving");
        linde.get(&format!("/attachments/{ID}/content")).await.problem(404, "resourceNotFound");
        sweep::once(&world.state, 1).await.expect("swept");
        linde.get(&format!("/attachments/{ID}")).await.expect(200);
        world.state.clock.advance(Duration::hours(25));
        sweep::once(&world.state, 1).await.expect("swept");
        assert_eq!(leftovers(&world), 0);
        let later = world.person("facility", Some(kindreflex::demo::enterprise_number(9_990_001)));
        let gone = later.get(&format!("/attachments/{ID}")).await;
        assert!(gone.status == 404 || gone.status == 401, "{}", gone.status);
    }

    async fn an_attempt_that_was_left_makes_way_for_the_next(world: World) {
        let linde = world.linde();
        send(&linde, ID, ids::FACILITY, b"tekst").await.expect(201);
        let left = "UPDATE attachment SET state = 'receiving' WHERE stored_size = 5";
        connect(&world.url).expect("opens").batch_execute(left).expect("left");
        send(&linde.with("if-none-match", "*"), ID, ids::FACILITY, b"andere tekst").await.expect(201);
        let content = linde.get(&format!("/attachments/{ID}/content")).await.expect(200);
        assert_eq!(content.bytes, "andere tekst");
        assert_eq!(leftovers(&world), 0);
    }

    async fn a_download_waits_while_every_connection_is_taken(world: World) {
        let linde = world.linde();
        let bytes = "Een regel van het verslag.\n".repeat(25_000).into_bytes();
        send(&linde, ID, ids::FACILITY, &bytes).await.expect(201);
        let now = Moment(world.state.clock.now());
        // Each takes its turn behind the first piece and before the next.
        let taken = (0..8).map(|_| operator::read(&world.state, now, |_| {
            std::thread::sleep(Pause::from_millis(2500));
            Ok(())
        }));
        let path = format!("/attachments/{ID}/content");
        let (content, taken) = join(linde.get(&path), join_all(taken)).await;
        assert!(taken.iter().all(Result::is_ok), "{taken:?}");
        assert_eq!(content.expect(200).bytes, bytes);
    }
}
