//! Tablets at an inspection: their packs, who may send, what comes late or from a lost one, and many at once.
use futures_util::future::join_all;
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::inspecting::{
    Tablet, first, hash_of, inspector, new_id, next, outcomes, planned, sorted_ids, version,
};
use crate::support::{Answer, World, execute, hex_of, key, path_of, send_file};

/// An inspection of De Linde that was announced, with a tablet of the lead and one of the member.
async fn two_tablets(world: &World) -> (Answer, Tablet, Tablet) {
    let inspection = planned(world, ids::FACILITY, true).await;
    let lead = Tablet::of(world, "lead", &inspection).await;
    let member = Tablet::of(world, "member", &inspection).await;
    (inspection, lead, member)
}

async fn revoke(tablet: &Tablet) {
    let at = format!("/devices/{}", tablet.device);
    let seen = tablet.actor.get(&at).await.expect(200);
    tablet.actor.seen(&seen).delete(&at).await.expect(200);
}

/// Everything that De Linde can ask for, as text.
async fn all_that_linde_sees(
    world: &World,
    inspection: &str,
    tablet: &Tablet,
    batch: &str,
    finding: &Value,
) -> Vec<String> {
    world.number_events().await;
    let linde = world.linde();
    let mut seen = Vec::new();
    for path in [
        inspection.to_owned(),
        format!("{inspection}/findings"),
        tablet.at(finding),
        format!("{}/versions", tablet.at(finding)),
        format!("{inspection}/syncs/{batch}"),
        format!("{inspection}/pack"),
        format!("/inspectionRounds/{}/findings", ids::ROUND),
        format!("/devices/{}", tablet.device),
        "/devices".to_owned(),
        "/inspections".to_owned(),
        "/events?pageSize=200".to_owned(),
        "/auditEvents?pageSize=200".to_owned(),
        "/tasks?pageSize=200".to_owned(),
    ] {
        let answer = linde.whole(&path).await;
        let items = answer.body.get("items").unwrap_or(&answer.body).clone();
        let mut text = items.to_string();
        for task in items.as_array().into_iter().flatten() {
            let left = task["secondsLeft"].to_string();
            text = text.replace(&format!("\"secondsLeft\":{left}"), "");
        }
        let tag = answer.header("etag").unwrap_or_default();
        // A problem has a trace of its own.
        let text = if answer.status < 400 {
            text
        } else {
            answer.body["type"].to_string()
        };
        seen.push(format!("{path}: {} {tag} {text}", answer.status));
    }
    seen
}

on_both! {
    async fn online_a_finding_is_written_on_top_of_what_was_seen(world: World) {
        let (_, lead, member) = two_tablets(&world).await;
        let finding = json!(new_id());
        let at = lead.at(&finding);
        let made = lead.actor.put(&at, json!({"title": "Begin"})).await.expect(201);
        assert_eq!(made.header("location"), Some(format!("/v1{at}").as_str()));
        assert_eq!(made.body["headVersions"][0]["hash"], hash_of(&json!({"title": "Begin"})));
        lead.actor.put(&at, json!({"title": "Blind"})).await.problem(428, "preconditionRequired");
        lead.actor.with("if-none-match", "*").put(&at, json!({"title": "Nieuw"})).await.problem(412, "preconditionFailed");
        // Two tablets go on from it: online, the tag of the conflict resolves it.
        let base = json!({"id": made.body["heads"][0], "findingId": finding});
        let (left, right) = (next(&[&base], "Links"), next(&[&base], "Rechts"));
        lead.sync(std::slice::from_ref(&left)).await;
        member.sync(std::slice::from_ref(&right)).await;
        lead.actor.seen(&made).put(&at, json!({"title": "Oud"})).await.problem(412, "preconditionFailed");
        let seen = member.finding(&finding).await;
        let wrong = member.actor.seen(&seen).put(&at, json!({"title": "Samen", "judgement": "inbreuk"})).await.problem(400, "badRequest");
        assert_eq!(wrong.issues(), [("judgementNotAllowed".to_owned(), "judgement".to_owned())]);
        let solved = member.actor.seen(&seen).put(&at, json!({"title": "Samen"})).await.expect(200);
        assert_eq!((&solved.body["conflict"], &solved.body["content"]["title"]), (&json!(false), &json!("Samen")));
        let head = &solved.body["headVersions"][0];
        assert_eq!((&head["parents"], head.get("deviceId")), (&sorted_ids(&[&left, &right]), None));
        assert_eq!(lead.versions(&finding).await.len(), 4);
    }

    async fn more_heads_than_a_version_can_name_are_resolved_in_steps(world: World) {
        let (_, lead, _) = two_tablets(&world).await;
        let finding = json!(new_id());
        let heads: Vec<Value> = (0..60).map(|turn| version(&finding, &[], json!({"title": format!("Hoofd {turn}")}))).collect();
        assert!(outcomes(&lead.sync(&heads).await).iter().all(|outcome| outcome == "conflict"));
        for left in [11, 1] {
            let seen = lead.finding(&finding).await;
            let now = lead.actor.seen(&seen).put(&lead.at(&finding), json!({"title": "Samen"})).await.expect(200);
            assert_eq!(now.body["heads"].as_array().map(Vec::len), Some(left));
        }
        assert_eq!(lead.versions(&finding).await.len(), 62);
    }

    async fn a_version_for_an_inspection_that_ended_meanwhile_is_kept_and_marked(world: World) {
        let (inspection, lead, _) = two_tablets(&world).await;
        let early = first("Op tijd");
        lead.sync(std::slice::from_ref(&early)).await;
        let id = inspection.body["id"].as_str().expect("an id");
        for state in ["closed", "cancelled"] {
            execute(&world, &format!("UPDATE inspection SET state = '{state}' WHERE id = {}", key(&world, id)));
            let late = next(&[&early], "Te laat");
            let receipt = lead.sync(std::slice::from_ref(&late)).await;
            assert!(["stored", "conflict"].contains(&outcomes(&receipt)[0].as_str()));
            let versions = lead.versions(&early["findingId"]).await;
            let marked = |id: &Value| versions.iter().find(|one| one["id"] == *id).map(|one| one.get("late").cloned());
            assert_eq!((marked(&late["id"]), marked(&early["id"])), (Some(Some(json!(true))), Some(None)));
            let seen = lead.finding(&early["findingId"]).await;
            lead.actor.seen(&seen).put(&lead.at(&early["findingId"]), json!({"title": "Nog"})).await.problem(409, "stateConflict");
        }
    }

    async fn what_a_revoked_tablet_sends_is_set_apart_and_counts_for_nothing(world: World) {
        let (_, lead, member) = two_tablets(&world).await;
        let before = first("Voor het verlies");
        let finding = &before["findingId"];
        let (batch, sent) = (new_id(), std::slice::from_ref(&before));
        let receipt = lead.send(&batch, sent).await.expect(201);
        let seen = lead.finding(finding).await;
        revoke(&lead).await;
        assert_eq!(lead.send(&batch, sent).await.expect(200).body, receipt.body);
        let (after, new) = (next(&[&before], "Na het verlies"), first("Nieuw"));
        let mut forged = before.clone();
        forged["content"]["title"] = json!("Vervalst");
        let wrong = version(&json!(new_id()), &[], json!({"title": "Fout", "judgement": "inbreuk"}));
        let receipt = lead.sync(&[before.clone(), after.clone(), new.clone(), forged.clone(), wrong]).await;
        assert_eq!(outcomes(&receipt), ["unchanged", "setApart", "setApart", "setApart", "rejected"]);
        assert_eq!(receipt.body["versions"][1]["hash"], hash_of(&after["content"]));
        let now = lead.finding(finding).await;
        assert_eq!((now.etag(), &now.body), (seen.etag(), &seen.body));
        lead.actor.get(&lead.at(&new["findingId"])).await.problem(404, "resourceNotFound");
        let kept: Vec<Value> = lead.versions(finding).await.iter().map(|one| json!([one["id"], one["status"], one["content"]["title"]])).collect();
        let expected = [
            json!([before["id"], "stored", "Voor het verlies"]),
            json!([after["id"], "setApart", "Na het verlies"]),
            json!([before["id"], "setApart", "Vervalst"])];
        assert_eq!(kept, expected);
        // Sent again nothing changes, and no third content goes by an id that was set apart.
        forged["content"]["title"] = json!("Nog eens vervalst");
        assert_eq!(outcomes(&lead.sync(&[after.clone(), forged]).await), ["unchanged", "rejected"]);
        // What goes on from it waits, until the same comes from a tablet that counts.
        let child = next(&[&after], "Verder");
        assert_eq!(outcomes(&member.sync(std::slice::from_ref(&child)).await), ["pending"]);
        assert_eq!(outcomes(&member.sync(std::slice::from_ref(&after)).await), ["stored"]);
        let now = member.finding(finding).await;
        assert_eq!((&now.body["heads"], &now.body["pending"]), (&json!([child["id"]]), &json!(0)));
        assert_eq!(now.body["headVersions"].as_array().map(Vec::len), Some(1));
        assert_eq!(member.versions(finding).await.len(), 5);
    }

    async fn what_a_revoked_tablet_names_binds_no_file(world: World) {
        let (_, lead, member) = two_tablets(&world).await;
        let (id, photo, other) = (new_id(), b"De inkomhal".as_slice(), b"Iets anders".as_slice());
        let naming = |bytes: &[u8]| {
            let evidence = json!([{"kind": "document", "attachmentId": id, "sha256": hex_of(bytes)}]);
            version(&json!(new_id()), &[], json!({"title": "De inkomhal", "evidence": evidence}))
        };
        assert_eq!(outcomes(&member.sync(&[naming(photo)]).await), ["stored"]);
        revoke(&lead).await;
        assert_eq!(outcomes(&lead.sync(&[naming(other)]).await), ["setApart"]);
        send_file(&member.actor, &id, ids::FACILITY, other).await.problem(404, "resourceNotFound");
        // Those of the version that counts come after the visit.
        send_file(&member.actor, &id, ids::FACILITY, photo).await.problem(409, "stateConflict");
    }

    async fn a_version_counts_as_it_came_from_a_tablet_that_counts_whatever_a_revoked_one_sent_before(world: World) {
        let (_, lead, member) = two_tablets(&world).await;
        revoke(&lead).await;
        let real = first("Echt");
        let mut forged = real.clone();
        forged["content"]["title"] = json!("Vervalst");
        assert_eq!(outcomes(&lead.sync(&[forged]).await), ["setApart"]);
        assert_eq!(outcomes(&member.sync(std::slice::from_ref(&real)).await), ["stored"]);
        let found = member.finding(&real["findingId"]).await;
        assert_eq!((&found.body["content"], found.body["headVersions"].as_array().map(Vec::len)), (&real["content"], Some(1)));
        assert_eq!(found.body["headVersions"][0]["status"], "stored");
        let pack = member.actor.get(&format!("{}/pack", member.path)).await.expect(200);
        assert_eq!(pack.body["findings"][0]["headVersions"], found.body["headVersions"]);
    }

    async fn only_who_works_on_the_visit_sends_and_with_a_tablet_of_its_own(world: World) {
        let (inspection, lead, member) = two_tablets(&world).await;
        let path = path_of(&inspection.body);
        for (part, status) in [("reviewer", 403), ("observer", 403), ("elsewhere", 404)] {
            let tablet = Tablet::of(&world, part, &inspection).await;
            tablet.send(&new_id(), &[first("Een")]).await.expect(status);
            tablet.actor.put(&tablet.at(&json!(new_id())), json!({"title": "Een"})).await.expect(status);
            let read = if status == 403 { 200 } else { 404 };
            tablet.actor.get(&format!("{path}/findings")).await.expect(read);
            tablet.actor.get(&format!("{path}/pack")).await.expect(read);
        }
        for actor in [world.planner(), world.linde(), world.berk(), world.admin(), world.person("authority", None)] {
            let tablet = Tablet { actor, ..lead.clone() };
            let status = tablet.send(&new_id(), &[first("Een")]).await.status;
            assert!([403, 404].contains(&status), "{status}");
        }
        for device in [member.device, new_id()] {
            let tablet = Tablet { device, ..lead.clone() };
            let answer = tablet.send(&new_id(), &[first("Een")]).await.problem(400, "badRequest");
            assert_eq!(answer.issues(), [("unknownReference".to_owned(), "deviceId".to_owned())]);
        }
        let none = lead.actor.get(&format!("{path}/findings")).await.expect(200);
        assert_eq!(none.body["items"], json!([]));
    }

    async fn a_pack_holds_what_a_tablet_needs_says_its_hash_and_expires(world: World) {
        let (_, lead, member) = two_tablets(&world).await;
        let at = format!("{}/pack", lead.path);
        let pack = lead.actor.get(&at).await.expect(200);
        for part in ["inspection", "round", "checklist", "frameworks", "places", "findings"] {
            assert!(pack.body.get(part).is_some(), "{part}");
        }
        let text = String::from_utf8(pack.bytes.to_vec()).expect("text");
        let hash = pack.body["hash"].as_str().expect("a hash");
        let rest = text.strip_prefix(&format!("{{\"hash\":\"{hash}\",")).expect("the hash comes first");
        assert_eq!(hash, hex_of(format!("{{{rest}").as_bytes()));
        let expires = pack.body["expiresAt"].as_str().expect("a moment");
        let expires = chrono::DateTime::parse_from_rfc3339(expires).expect("a moment").to_utc();
        let days = (expires - world.state.clock.now()).num_hours();
        assert!((13 * 24 - 1..=14 * 24).contains(&days), "{expires}");
        lead.actor.with("if-none-match", &pack.etag()).get(&at).await.expect(304);
        let same = member.actor.get(&at).await.expect(200);
        assert_ne!(same.body["inspection"]["assignedAs"], pack.body["inspection"]["assignedAs"]);
        let made = first("Nieuw");
        lead.sync(std::slice::from_ref(&made)).await;
        let later = lead.actor.with("if-none-match", &pack.etag()).get(&at).await.expect(200);
        assert_ne!(later.body["hash"], hash);
        assert_eq!(later.body["findings"][0], lead.finding(&made["findingId"]).await.body);
    }

    async fn nothing_of_the_findings_is_visible_to_the_facility(world: World) {
        let (inspection, lead, _) = two_tablets(&world).await;
        let path = path_of(&inspection.body);
        let planner = world.planner();
        let visit = json!({"from": "2027-05-03T09:00:00+02:00", "to": "2027-05-03T16:00:00+02:00"});
        let seen = planner.seen(&inspection).put(&format!("{path}/visits/{}", new_id()), visit).await.expect(200);
        planner.seen(&seen).post(&format!("{path}/announcements"), json!({})).await.expect(200);
        let (batch, base) = (new_id(), first("Geheim"));
        let finding = &base["findingId"];
        let before = all_that_linde_sees(&world, &path, &lead, &batch, finding).await;
        lead.send(&batch, &[base.clone(), next(&[&base], "Links"), next(&[&base], "Rechts")]).await.expect(201);
        let seen = lead.finding(finding).await;
        lead.actor.seen(&seen).put(&lead.at(finding), json!({"title": "Geheim gebleven"})).await.expect(200);
        assert_eq!(all_that_linde_sees(&world, &path, &lead, &batch, finding).await, before);
    }

    async fn whatever_tablets_send_at_once_no_version_is_lost(world: World) {
        let (inspection, lead, member) = two_tablets(&world).await;
        let beside = world.beside().await;
        let base = first("Begin");
        let finding = &base["findingId"];
        lead.sync(std::slice::from_ref(&base)).await;
        let mut tablets = vec![lead.clone(), member];
        for (world, part) in [(&world, "lead"), (&beside, "member"), (&beside, "lead"), (&beside, "member")] {
            tablets.push(Tablet::of(world, part, &inspection).await);
        }
        let heads: Vec<Value> = (0..30).map(|turn| next(&[&base], &format!("Hoofd {turn}"))).collect();
        // Each head comes from two tablets, one batch each; each tablet sends all of its own at once.
        let sent = heads.iter().enumerate().flat_map(|(turn, head)| {
            let pair = [&tablets[turn % tablets.len()], &tablets[(turn + 1) % tablets.len()]];
            pair.map(|tablet| tablet.sync(std::slice::from_ref(head)))
        });
        let said: Vec<String> = join_all(sent).await.iter().flat_map(outcomes).collect();
        assert_eq!(said.iter().filter(|outcome| *outcome == "unchanged").count(), 30, "{said:?}");
        assert_eq!(said.iter().filter(|outcome| *outcome == "stored").count(), 1, "the first: {said:?}");
        let found = lead.finding(finding).await;
        assert_eq!(found.body["heads"], sorted_ids(&heads.iter().collect::<Vec<&Value>>()));
        assert_eq!((&found.body["conflict"], &found.body["baseVersions"][0]["id"]), (&json!(true), &base["id"]));
        assert_eq!(lead.versions(finding).await.len(), 31);
        // Of those who resolve it online with one tag, one does.
        let resolved = tablets.iter().map(|tablet| {
            let actor = inspector(&world, "lead").seen(&found);
            async move { actor.put(&tablet.at(finding), json!({"title": "Samen"})).await.status }
        });
        let mut statuses = join_all(resolved).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
        assert_eq!(lead.finding(finding).await.body["conflict"], false);
    }

    async fn one_batch_sent_twice_at_once_comes_in_once(world: World) {
        let (_, lead, _) = two_tablets(&world).await;
        let beside = world.beside().await;
        let there = Tablet { actor: inspector(&beside, "lead"), ..lead.clone() };
        for _ in 0..10 {
            let (batch, made) = (new_id(), [first("Een"), first("Twee")]);
            let answers = join_all([&lead, &there, &lead].map(|tablet| tablet.send(&batch, &made))).await;
            let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 201]);
            assert!(answers.iter().all(|answer| answer.body == answers[0].body));
            assert_eq!(outcomes(&answers[0]), ["stored", "stored"]);
        }
    }

    async fn a_finding_waits_for_more_versions_than_a_statement_can_name(world: World) {
        let (_, lead, _) = two_tablets(&world).await;
        let finding = json!(new_id());
        let waiting = |_| {
            let parents: Vec<Value> = (0..45).map(|_| json!({ "id": new_id() })).collect();
            version(&finding, &parents.iter().collect::<Vec<&Value>>(), json!({"title": "Later"}))
        };
        // Of each batch more than 20,000 versions are to come; SQLite binds 32,766 values.
        for _ in 0..2 {
            let made: Vec<Value> = (0..450).map(waiting).collect();
            assert!(outcomes(&lead.sync(&made).await).iter().all(|outcome| outcome == "pending"));
        }
        let begin = version(&finding, &[], json!({"title": "Begin"}));
        assert_eq!(outcomes(&lead.sync(std::slice::from_ref(&begin)).await), ["stored"]);
        let found = lead.finding(&finding).await;
        assert_eq!((&found.body["pending"], &found.body["heads"]), (&json!(900), &json!([begin["id"]])));
    }

    async fn a_finding_with_more_heads_than_a_statement_can_name_is_read(world: World) {
        let (_, lead, _) = two_tablets(&world).await;
        let (left, finding) = (first("Links"), json!(new_id()));
        let right = version(&left["findingId"], &[], json!({"title": "Rechts"}));
        lead.sync(&[left.clone(), right.clone(), version(&finding, &[], json!({"title": "Anders"}))]).await;
        // A hundred batches would make as many.
        let mut heads: Vec<Value> = (0..33_000).map(|_| json!(new_id())).collect();
        heads.extend([left["id"].clone(), right["id"].clone()]);
        let id = left["findingId"].as_str().expect("an id");
        execute(&world, &format!("UPDATE finding SET heads = '{}' WHERE id = {}", json!(heads), key(&world, id)));
        let found = lead.finding(&left["findingId"]).await;
        let whole: Vec<&Value> = found.body["headVersions"].as_array().expect("heads").iter().collect();
        assert_eq!(sorted_ids(&whole), sorted_ids(&[&left, &right]));
        assert_eq!(whole[0]["id"], sorted_ids(&whole)[0]);
    }
}
