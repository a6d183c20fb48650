//! What inspectors send with their findings: in one go, or in pieces from a tablet whose network comes and goes.
use kindreflex::demo::ids;
use kindreflex::sweep;
use serde_json::json;

use crate::inspections::{BERK, days_from_now};
use crate::reports::{act, inspector, under_way};
use crate::support::inspecting::planned;
use crate::support::{Actor, Answer, World, digest_of, hex_of, path_of, send_file};

/// A finding of this inspection names these bytes, which are to come.
async fn named(world: &World, path: &str, id: &str, bytes: &[u8]) {
    let evidence = json!([{"kind": "document", "attachmentId": id, "sha256": hex_of(bytes)}]);
    let content =
        json!({"title": "De inkomhal", "observation": "Zie de foto.", "evidence": evidence});
    inspector(world, "lead")
        .put(
            &format!("{path}/findings/{}", uuid::Uuid::now_v7()),
            content,
        )
        .await
        .expect(201);
}

/// Sends the bytes of a file from here to there.
async fn piece(actor: &Actor, id: &str, whole: &[u8], (from, to): (usize, usize)) -> Answer {
    let size = whole.len();
    let at = format!(
        "/attachments/{id}/pieces?facilityId={}&size={size}&offset={from}",
        ids::FACILITY
    );
    actor
        .with("content-type", "text/plain")
        .with("repr-digest", &digest_of(whole))
        .send(
            "PUT".parse().expect("a method"),
            &at,
            Some(whole[from..to].to_vec()),
        )
        .await
}

fn of(id: &str) -> String {
    format!("/attachments/{id}?facilityId={}", ids::FACILITY)
}

/// A text of so many lines.
fn long(lines: usize) -> Vec<u8> {
    "De procedure van het gesprek.\n".repeat(lines).into_bytes()
}

on_both! {
    async fn an_inspector_sends_what_a_finding_names_and_nothing_else(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, id, photo) = (inspector(&world, "lead"), uuid::Uuid::now_v7().to_string(), b"Een foto van de inkomhal".as_slice());
        send_file(&lead, &id, ids::FACILITY, photo).await.problem(404, "resourceNotFound");
        named(&world, &path, &id, photo).await;
        send_file(&lead, &id, ids::FACILITY, b"Iets anders").await.problem(404, "resourceNotFound");
        send_file(&lead, &id, BERK, photo).await.problem(404, "resourceNotFound");
        for part in ["observer", "reviewer", "elsewhere"] {
            send_file(&inspector(&world, part), &id, ids::FACILITY, photo).await.problem(404, "resourceNotFound");
        }
        act(&lead, &path, "reports", json!({})).await.expect(201);
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.problem(409, "stateConflict");
        send_file(&inspector(&world, "member"), &id, ids::FACILITY, photo).await.expect(201);
        send_file(&lead, &id, ids::FACILITY, photo).await.expect(200);
        lead.get(&of(&id)).await.expect(200);
        // Until it has the draft, the facility does not even hear of it.
        let linde = world.linde();
        world.number_events().await;
        for at in [of(&id), "/events?pageSize=200".into(), "/auditEvents?pageSize=200".into()] {
            assert!(!String::from_utf8_lossy(&linde.whole(&at).await.bytes).contains(&id), "{at}");
        }
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.expect(200);
        let shown = linde.get(&of(&id)).await.expect(200);
        assert_eq!((&shown.body["storedBy"]["id"], shown.body["storedBy"].get("name")), (&json!("inspector"), None));
        // It goes with a report, and is there for who may read that.
        let number = Some(kindreflex::demo::enterprise_number(9_990_001));
        for other in [world.person("facilityContributor", number), world.machine(&["read:attachments"])] {
            other.get(&of(&id)).await.problem(404, "resourceNotFound");
        }
        // It is evidence: the facility cannot take it away.
        let asked = json!({"facilityId": ids::FACILITY, "attachments": [id], "ground": "Herkenbaar"});
        linde.post("/redactions", asked).await.problem(400, "badRequest");
        let asked = json!({"facilityId": ids::FACILITY, "text": "foto van de inkomhal", "ground": "Herkenbaar", "dryRun": true});
        assert_eq!(linde.post("/redactions", asked).await.expect(200).body["counts"].get("attachments"), None);
    }

    async fn a_photo_that_is_named_after_the_draft_shows_once_a_report_names_it(world: World) {
        let (path, [intake, _]) = under_way(&world).await;
        let (lead, linde, id) = (inspector(&world, "lead"), world.linde(), uuid::Uuid::now_v7().to_string());
        crate::reports::finished(&world, &path, &intake).await;
        let photo = b"Een foto van de gang".as_slice();
        named(&world, &path, &id, photo).await;
        send_file(&lead, &id, ids::FACILITY, photo).await.expect(201);
        linde.get(&of(&id)).await.problem(404, "resourceNotFound");
        act(&lead, &path, "reports", json!({"reason": "De gang ontbrak."})).await.expect(201);
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.expect(200);
        linde.get(&of(&id)).await.expect(200);
    }

    async fn each_side_goes_on_with_its_own_upload_and_hears_of_no_other(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, id, photo) = (inspector(&world, "lead"), uuid::Uuid::now_v7().to_string(), long(100));
        named(&world, &path, &id, &photo).await;
        let (half, size) = (photo.len() / 2, photo.len());
        piece(&lead, &id, &photo, (0, half)).await.expect(200);
        let at = format!("/attachments/{id}/pieces?facilityId={}", ids::FACILITY);
        let contributor = world.person("facilityContributor", Some(kindreflex::demo::enterprise_number(9_990_001)));
        for other in [world.linde(), world.machine(&["write:attachments", "read:attachments"])] {
            other.get(&at).await.problem(404, "resourceNotFound");
            let gap = piece(&other, &id, &photo, (half, size)).await.problem(409, "stateConflict");
            assert!(gap.body["detail"].as_str().is_some_and(|why| why.contains("offset=0")), "{}", gap.body);
            // What it begins is its own, and takes nothing away.
            piece(&other, &id, &photo, (0, 10)).await.expect(200);
            assert_eq!(other.get(&at).await.expect(200).body["received"], 10);
        }
        // The people of a facility go on with each other's.
        assert_eq!(contributor.get(&at).await.expect(200).body["received"], 10);
        assert_eq!(lead.get(&at).await.expect(200).body["received"].as_u64(), u64::try_from(half).ok());
        let done = piece(&lead, &id, &photo, (half, size)).await.expect(201);
        assert_eq!(done.body["storedBy"]["id"], "inspecteur-lead");
        let larger = format!("/attachments/{id}/pieces?facilityId={}&size={}&offset=0", ids::FACILITY, size + 1);
        let again = lead.with("content-type", "text/plain").with("repr-digest", &digest_of(&photo));
        let again = again.send("PUT".parse().expect("a method"), &larger, Some(photo.clone())).await.problem(400, "badRequest");
        assert_eq!(again.issues(), [("outOfRange".to_owned(), "size".to_owned())]);
        lead.get(&at).await.problem(404, "resourceNotFound");
        assert_eq!(world.linde().get(&at).await.expect(200).body["received"], 10);
        // What the facility sends by that id, the very bytes too, is another file, of its own.
        let own = send_file(&world.linde(), &id, ids::FACILITY, &photo).await.expect(201);
        assert!(own.body.get("inspectionId").is_none(), "{}", own.body);
    }

    async fn a_facilitys_file_by_the_same_id_takes_no_place_from_an_inspectors_photo(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, linde, id, photo) = (inspector(&world, "lead"), world.linde(), uuid::Uuid::now_v7().to_string(), b"Een foto van de gang".as_slice());
        let other = b"Iets heel anders".as_slice();
        send_file(&linde, &id, ids::FACILITY, other).await.expect(201);
        named(&world, &path, &id, photo).await;
        lead.get(&of(&id)).await.problem(404, "resourceNotFound");
        let sent = send_file(&lead, &id, ids::FACILITY, photo).await.expect(201);
        assert!(sent.body["href"].as_str().is_some_and(|href| href.ends_with(&hex_of(photo))), "{}", sent.body);
        let content = format!("/attachments/{id}/content?facilityId={}", ids::FACILITY);
        assert_eq!(lead.get(&content).await.expect(200).bytes, photo);
        // Until a report names it, the facility cannot tell that there is another; afterwards it reads both.
        let within = format!("{content}&sha256={}", hex_of(photo));
        linde.get(&within).await.problem(404, "resourceNotFound");
        send_file(&linde, &id, ids::FACILITY, other).await.expect(200);
        act(&lead, &path, "reports", json!({})).await.expect(201);
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.expect(200);
        assert_eq!(linde.get(&within).await.expect(200).bytes, photo);
        assert_eq!(linde.get(&content).await.expect(200).bytes, other);
        // What it hands in by that id takes the photo's place for nobody who inspects.
        crate::attachments::hand_in(&linde, ids::FACILITY, &id, &hex_of(other)).await.expect(201);
        assert_eq!(lead.get(&content).await.expect(200).bytes, photo);
        assert_eq!(lead.get(&format!("{content}&sha256={}", hex_of(other))).await.expect(200).bytes, other);
        let wrong = lead.get(&format!("{content}&sha256=XYZ")).await.problem(400, "badRequest");
        assert_eq!(wrong.issues(), [("invalidValue".to_owned(), "sha256".to_owned())]);
        let asked = json!({"facilityId": ids::FACILITY, "attachments": [id], "ground": "Herkenbaar"});
        linde.post("/redactions", asked).await.expect(201);
        linde.get(&content).await.problem(404, "resourceNotFound");
        assert_eq!(linde.get(&within).await.expect(200).bytes, photo);
    }

    async fn naming_a_file_that_the_facility_did_not_give_to_inspectors_does_not_show_it(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, linde, id, file) = (inspector(&world, "lead"), world.linde(), uuid::Uuid::now_v7().to_string(), b"Een eigen nota".as_slice());
        send_file(&linde, &id, ids::FACILITY, file).await.expect(201);
        named(&world, &path, &id, file).await;
        lead.get(&of(&id)).await.problem(404, "resourceNotFound");
        act(&lead, &path, "reports", json!({})).await.expect(201);
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.problem(409, "stateConflict");
        // Handed in, it is there for the finding too.
        crate::attachments::hand_in(&linde, ids::FACILITY, &id, &hex_of(file)).await.expect(201);
        lead.get(&of(&id)).await.expect(200);
        act(&lead, &path, "deliveries", json!({"way": "post"})).await.expect(200);
    }

    async fn a_redaction_finds_no_file_that_inspectors_sent(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, linde, id, photo) = (inspector(&world, "lead"), world.linde(), uuid::Uuid::now_v7().to_string(), b"Een foto van de gang".as_slice());
        named(&world, &path, &id, photo).await;
        let sent = lead.with("content-disposition", "attachment; filename=\"isoleercel-zeven.txt\"");
        let sent = send_file(&sent, &id, ids::FACILITY, photo).await.expect(201);
        let asked = |dry: bool| json!({"facilityId": ids::FACILITY, "text": "isoleercel", "ground": "Proef", "dryRun": dry});
        assert_eq!(linde.post("/redactions", asked(true)).await.expect(200).body["counts"], json!({}));
        linde.post("/redactions", asked(false)).await.problem(400, "badRequest");
        let now = lead.get(&of(&id)).await.expect(200);
        assert_eq!((&now.body["fileName"], now.etag()), (&json!("isoleercel-zeven.txt"), sent.etag()));
    }

    async fn what_a_finding_names_before_a_visit_is_an_id_like_any_other(world: World) {
        let made = planned(&world, ids::FACILITY, false).await;
        let id = uuid::Uuid::now_v7().to_string();
        named(&world, &path_of(&made.body), &id, b"Het jaarverslag").await;
        send_file(&world.linde(), &id, ids::FACILITY, b"Iets heel anders").await.expect(201);
    }

    async fn two_who_begin_at_once_do_not_break_each_other(world: World) {
        let (linde, photo) = (world.linde(), long(30_000));
        for _ in 0..3 {
            let id = uuid::Uuid::now_v7().to_string();
            let all = (0..4).map(|_| piece(&linde, &id, &photo, (0, photo.len())));
            let answers = futures_util::future::join_all(all).await;
            let said: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            assert!(said.iter().all(|status| [200, 201, 409].contains(status)), "{said:?}");
            let last = piece(&linde, &id, &photo, (0, photo.len())).await;
            assert!([200, 201].contains(&last.status), "{}", last.body);
            let at = format!("/attachments/{id}/content?facilityId={}", ids::FACILITY);
            assert_eq!(linde.get(&at).await.expect(200).bytes, photo);
        }
    }

    async fn what_an_inspector_sends_before_a_visit_tells_nobody_of_it(world: World) {
        let made = planned(&world, ids::FACILITY, false).await;
        let path = path_of(&made.body);
        let (lead, id, photo) = (inspector(&world, "lead"), uuid::Uuid::now_v7().to_string(), b"Het jaarverslag".as_slice());
        named(&world, &path, &id, photo).await;
        let early = send_file(&lead, &id, ids::FACILITY, photo).await.problem(409, "stateConflict");
        assert!(early.body["detail"].as_str().is_some_and(|why| why.contains("bezoek")));
        let visit = format!("{path}/visits/{}", uuid::Uuid::now_v7());
        let times = json!({"from": days_from_now(&world, -1), "to": days_from_now(&world, 1)});
        let seen = lead.seen(&lead.get(&path).await).put(&visit, times).await.expect(200);
        let held = json!({"outcome": "held", "from": days_from_now(&world, -1)});
        lead.seen(&seen).put(&format!("{visit}/record"), held).await.expect(200);
        send_file(&lead, &id, ids::FACILITY, photo).await.expect(201);
    }

    async fn a_file_in_pieces_goes_on_where_the_network_left_it(world: World) {
        let (path, _) = under_way(&world).await;
        let (lead, id, photo) = (inspector(&world, "lead"), uuid::Uuid::now_v7().to_string(), long(30_000));
        named(&world, &path, &id, &photo).await;
        let at = format!("/attachments/{id}/pieces?facilityId={}", ids::FACILITY);
        lead.get(&at).await.problem(404, "resourceNotFound");
        let size = photo.len();
        let begun = piece(&lead, &id, &photo, (0, 300_000)).await.expect(200);
        assert_eq!((begun.body["received"].as_u64(), begun.body["size"].as_u64()), (Some(300_000), u64::try_from(size).ok()));
        // The answer was lost: the same again changes nothing.
        assert_eq!(piece(&lead, &id, &photo, (0, 300_000)).await.expect(200).body, begun.body);
        let gap = piece(&lead, &id, &photo, (300_001, 400_000)).await.problem(409, "stateConflict");
        assert!(gap.body["detail"].as_str().is_some_and(|why| why.contains("offset=300000")), "{}", gap.body);
        assert_eq!(lead.get(&at).await.expect(200).body, begun.body);
        inspector(&world, "elsewhere").get(&at).await.problem(404, "resourceNotFound");
        world.linde().get(&of(&id)).await.problem(404, "resourceNotFound");
        // Somebody else of the team goes on.
        piece(&inspector(&world, "member"), &id, &photo, (300_000, 600_000)).await.expect(200);
        let done = piece(&lead, &id, &photo, (600_000, size)).await.expect(201);
        assert_eq!((&done.body["status"], done.body["sentSize"].as_u64()), (&json!("finished"), u64::try_from(size).ok()));
        piece(&lead, &id, &photo, (600_000, size)).await.expect(200);
        lead.get(&at).await.problem(404, "resourceNotFound");
        let read = lead.get(&format!("/attachments/{id}/content?facilityId={}", ids::FACILITY)).await.expect(200);
        assert_eq!(read.bytes, photo);
    }

    async fn a_piece_that_breaks_off_leaves_what_arrived(world: World) {
        use futures_util::StreamExt;
        let (pause, whole) = (std::time::Duration::from_millis(300), std::time::Duration::from_hours(1));
        let patience = kindreflex::http::incoming::Patience { pause, whole };
        let world = world.set(|settings| settings.attachment_patience = patience).await;
        let (linde, id, photo) = (world.linde(), uuid::Uuid::now_v7().to_string(), long(30_000));
        let at = format!("/attachments/{id}/pieces?facilityId={}&size={}&offset=0", ids::FACILITY, photo.len());
        let sender = linde.with("content-type", "text/plain").with("repr-digest", &digest_of(&photo));
        // Nothing comes after this for longer than a connection may be silent.
        let first = futures_util::stream::iter([photo[..400_000].to_vec()]);
        let broken = sender.stream("PUT".parse().expect("a method"), &at, first.chain(futures_util::stream::pending())).await;
        broken.problem(400, "badRequest");
        let here = linde.get(&format!("/attachments/{id}/pieces?facilityId={}", ids::FACILITY)).await.expect(200);
        assert_eq!(here.body["received"], 400_000);
        piece(&linde, &id, &photo, (400_000, photo.len())).await.expect(201);
    }

    async fn a_whole_that_is_not_what_was_announced_is_sent_again(world: World) {
        let (linde, id, photo) = (world.linde(), uuid::Uuid::now_v7().to_string(), long(100));
        let mut wrong = photo.clone();
        wrong[7] = b'X';
        let size = photo.len();
        let at = format!("/attachments/{id}/pieces?facilityId={}&size={size}&offset=0", ids::FACILITY);
        let sender = linde.with("content-type", "text/plain").with("repr-digest", &digest_of(&photo));
        sender.send("PUT".parse().expect("a method"), &at, Some(wrong)).await.problem(400, "badRequest");
        linde.get(&format!("/attachments/{id}/pieces?facilityId={}", ids::FACILITY)).await.problem(404, "resourceNotFound");
        let more = sender.send("PUT".parse().expect("a method"), &at, Some(long(101))).await.problem(400, "badRequest");
        assert_eq!(more.issues(), [("outOfRange".to_owned(), "size".to_owned())]);
        piece(&linde, &id, &photo, (0, 50)).await.expect(200);
        // Another file by that id begins anew.
        let other = long(90);
        piece(&linde, &id, &other, (50, 90)).await.problem(409, "stateConflict");
        piece(&linde, &id, &other, (0, 40)).await.expect(200);
        piece(&linde, &id, &other, (40, other.len())).await.expect(201);
        piece(&linde, &id, &photo, (0, 50)).await.problem(409, "stateConflict");
    }

    async fn pieces_to_which_nothing_comes_are_swept_after_a_day(world: World) {
        let (linde, id, photo) = (world.linde(), uuid::Uuid::now_v7().to_string(), long(100));
        piece(&linde, &id, &photo, (0, 50)).await.expect(200);
        sweep::once(&world.state, 1).await.expect("swept");
        let at = format!("/attachments/{id}/pieces?facilityId={}", ids::FACILITY);
        linde.get(&at).await.expect(200);
        world.state.clock.advance(chrono::Duration::hours(25));
        sweep::once(&world.state, 1).await.expect("swept");
        let token = crate::support::issuer::token_at(&world.state.clock, "facility", Some(kindreflex::demo::enterprise_number(9_990_001)));
        world.with_token(&token).get(&at).await.problem(404, "resourceNotFound");
    }

    async fn a_piece_says_where_it_belongs(world: World) {
        let (linde, id) = (world.linde(), uuid::Uuid::now_v7().to_string());
        for (size, offset) in [("0", "0"), ("10", "10"), ("10", "-1"), ("x", "0"), ("99999999999", "0")] {
            let at = format!("/attachments/{id}/pieces?facilityId={}&size={size}&offset={offset}", ids::FACILITY);
            let sender = linde.with("content-type", "text/plain").with("repr-digest", &digest_of(b"x"));
            let refused = sender.send("PUT".parse().expect("a method"), &at, Some(b"x".to_vec())).await;
            assert_eq!(refused.status, 400, "{size} {offset}: {}", refused.body);
        }
    }
}
