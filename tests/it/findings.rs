//! Findings: what a tablet sends, what its receipt says, and what the versions add up to.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::inspecting::{
    Tablet, faults, first, hash_of, new_id, next, outcomes, planned, sorted_ids, version,
};
use crate::support::{World, ids_of};

/// What no text may hold.
const REGISTER_NUMBER: &str = "85.07.30-033.28";

/// The lead's tablet at an inspection of De Linde that was announced.
async fn tablet(world: &World) -> Tablet {
    let inspection = planned(world, ids::FACILITY, true).await;
    Tablet::of(world, "lead", &inspection).await
}

fn about(criterion: &str) -> Value {
    json!({"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion})
}

/// A content that uses every field, and every kind of character that JSON escapes.
fn full_content() -> Value {
    json!({
        "criterion": about("nietPluisGevoel"), "title": "\"Aanhaling\" en \\ en / en \u{7f}", "positive": false,
        "observation": "Regel één\nen twee\tmet tab, \u{8}\u{c}\r\u{1}\u{1f}, é \u{e9} e\u{301} € 😀 \u{2028}",
        "evidence": [
            {"kind": "dossiercontrole", "filesChecked": 10, "filesMet": 0, "observedOn": "2026-11-20", "description": "Steekproef"},
            {"kind": "bevraging", "attachmentId": ids::ATTACHMENT, "sha256": ids::ATTACHMENT_SHA256}],
        "judgement": "aandachtspunt", "withdrawn": true
    })
}

/// Contents that are refused, each with the kind and the field of its fault.
fn refused() -> Vec<(Value, &'static str, &'static str)> {
    let note = |text: &str| json!({"title": "De inkomhal", "observation": text});
    vec![
        (
            json!({"criterion": about("onbekend")}),
            "unknownReference",
            "content.criterion.criterionCode",
        ),
        (
            json!({"criterion": about("actiefWerken"), "judgement": "inbreuk"}),
            "judgementNotAllowed",
            "content.judgement",
        ),
        (
            json!({"title": "De inkomhal", "judgement": "inbreuk"}),
            "judgementNotAllowed",
            "content.judgement",
        ),
        (
            json!({"title": "De inkomhal", "judgement": "geweldig"}),
            "judgementNotAllowed",
            "content.judgement",
        ),
        (
            note(&format!("Mama is {REGISTER_NUMBER}.")),
            "personalData",
            "content.observation",
        ),
        (
            json!({"title": "De inkomhal", "85073003328": true}),
            "personalData",
            "content",
        ),
        (
            json!({"title": "De inkomhal", "client": "X"}),
            "unknownField",
            "content.client",
        ),
        (note("Nul \0"), "invalidCharacter", "content.observation"),
        (note(&"a".repeat(8001)), "length", "content.observation"),
        (note(""), "length", "content.observation"),
        (
            json!({"observation": "Waarover?"}),
            "missing",
            "content.title",
        ),
        (
            json!({"title": "Leeg", "observation": null}),
            "wrongType",
            "content.observation",
        ),
        (
            json!({"criterion": about("nietPluisGevoel"), "evidence": [{"kind": "dossiercontrole", "filesChecked": 3, "filesMet": 4}]}),
            "fileCounts",
            "content.evidence[0].filesMet",
        ),
    ]
}

on_both! {
    async fn a_first_version_is_stored_and_sent_again_it_changes_nothing(world: World) {
        let tablet = tablet(&world).await;
        let made = version(&json!(new_id()), &[], json!({"criterion": about("actiefWerken"), "observation": "Elke maandag.", "judgement": "voldaan"}));
        let receipt = tablet.sync(std::slice::from_ref(&made)).await;
        let line = &receipt.body["versions"][0];
        assert_eq!(line, &json!({"id": made["id"], "findingId": made["findingId"], "hash": hash_of(&made["content"]), "outcome": "stored"}));
        assert_eq!(receipt.body["awaitedAttachments"], json!([]));
        let found = tablet.finding(&made["findingId"]).await;
        assert_eq!((&found.body["heads"], &found.body["content"]), (&json!([made["id"]]), &made["content"]));
        assert_eq!((&found.body["conflict"], &found.body["pending"]), (&json!(false), &json!(0)));
        // Both clocks are kept.
        let head = &found.body["headVersions"][0];
        assert_eq!((&head["madeAt"], &head["receivedAt"]), (&json!("2026-11-20T09:00:00.000000Z"), &receipt.body["receivedAt"]));
        assert_eq!((&head["deviceId"], &head["madeBy"]["name"]), (&json!(tablet.device), &json!("Someone (inspecteur-lead)")));
        let again = tablet.sync(&[made.clone(), made.clone()]).await;
        assert_eq!(outcomes(&again), ["unchanged", "unchanged"]);
        assert_eq!(again.body["versions"][0]["hash"], line["hash"]);
        let still = tablet.finding(&made["findingId"]).await;
        assert_eq!((still.etag(), &still.body), (found.etag(), &found.body));
        assert_eq!(tablet.versions(&made["findingId"]).await.len(), 1);
        let listed = tablet.actor.get(&format!("{}/findings", tablet.path)).await.expect(200);
        assert_eq!(json!(ids_of(&listed)), json!([made["findingId"]]));
    }

    async fn a_version_waits_for_its_parents_and_counts_once_they_are_there(world: World) {
        let tablet = tablet(&world).await;
        let one = first("Een");
        let two = next(&[&one], "Twee");
        let three = next(&[&two], "Drie");
        let finding = &one["findingId"];
        let receipt = tablet.sync(&[three.clone(), two.clone()]).await;
        assert_eq!(outcomes(&receipt), ["pending", "pending"]);
        assert_eq!(receipt.body["versions"][0].get("issues"), None, "they can come still");
        let waiting = tablet.finding(finding).await;
        assert_eq!((&waiting.body["heads"], &waiting.body["pending"]), (&json!([]), &json!(2)));
        assert_eq!((&waiting.body["conflict"], waiting.body.get("content")), (&json!(false), None));
        let statuses = |versions: Vec<Value>| versions.iter().map(|one| one["status"].clone()).collect::<Vec<Value>>();
        assert_eq!(statuses(tablet.versions(finding).await), ["pending", "pending"]);
        let receipt = tablet.sync(std::slice::from_ref(&one)).await;
        assert_eq!(outcomes(&receipt), ["stored"]);
        let found = tablet.finding(finding).await;
        assert_eq!((&found.body["heads"], &found.body["pending"]), (&json!([three["id"]]), &json!(0)));
        assert_eq!(found.body["content"], three["content"]);
        assert_ne!(found.etag(), waiting.etag());
        assert_eq!(statuses(tablet.versions(finding).await), ["stored", "stored", "stored"]);
        // In one batch a child may come before its parent.
        let parent = first("Ouder");
        let child = next(&[&parent], "Kind");
        assert_eq!(outcomes(&tablet.sync(&[child, parent]).await), ["stored", "stored"]);
    }

    async fn two_tablets_that_go_on_from_one_version_conflict_until_one_has_both_as_parents(world: World) {
        let inspection = planned(&world, ids::FACILITY, true).await;
        let (lead, member) = (Tablet::of(&world, "lead", &inspection).await, Tablet::of(&world, "member", &inspection).await);
        let base = first("Begin");
        let finding = &base["findingId"];
        let (left, right) = (next(&[&base], "Links"), next(&[&base], "Rechts"));
        assert_eq!(outcomes(&lead.sync(&[base.clone(), left.clone()]).await), ["stored", "stored"]);
        assert_eq!(outcomes(&member.sync(&[base.clone(), right.clone()]).await), ["unchanged", "conflict"]);
        let found = lead.finding(finding).await;
        assert_eq!((&found.body["conflict"], &found.body["heads"]), (&json!(true), &sorted_ids(&[&left, &right])));
        assert_eq!(found.body["baseVersions"][0]["id"], base["id"]);
        assert_eq!((found.body["headVersions"].as_array().map(Vec::len), found.body.get("content")), (Some(2), None));
        let listed = lead.actor.get(&format!("{}/findings?conflict=true", lead.path)).await.expect(200);
        assert_eq!(json!(ids_of(&listed)), json!([finding]));
        // Half of a resolution is none.
        let half = next(&[&left], "Links verder");
        assert_eq!(outcomes(&lead.sync(std::slice::from_ref(&half)).await), ["conflict"]);
        let whole = next(&[&right, &half], "Samen");
        assert_eq!(outcomes(&member.sync(std::slice::from_ref(&whole)).await), ["stored"]);
        let found = lead.finding(finding).await;
        assert_eq!((&found.body["conflict"], &found.body["heads"], &found.body["baseVersions"]), (&json!(false), &json!([whole["id"]]), &json!([])));
        assert_eq!(found.body["content"], whole["content"]);
        assert_eq!(lead.versions(finding).await.len(), 5, "all are kept");
        let listed = lead.actor.get(&format!("{}/findings?conflict=true", lead.path)).await.expect(200);
        assert_eq!(listed.body["items"], json!([]));
    }

    async fn what_is_wrong_with_a_version_is_said_and_the_others_are_taken_in(world: World) {
        let tablet = tablet(&world).await;
        let refused = refused();
        let mut batch: Vec<Value> = refused.iter().map(|(content, ..)| version(&json!(new_id()), &[], content.clone())).collect();
        batch.insert(3, first("Goed"));
        batch.push(first("Ook goed"));
        let receipt = tablet.sync(&batch).await;
        let mut said = outcomes(&receipt);
        assert_eq!((said.remove(3), said.pop().expect("the last")), ("stored".to_owned(), "stored".to_owned()));
        let mut lines = receipt.body["versions"].as_array().expect("lines").clone();
        lines.remove(3);
        for ((content, kind, name), line) in refused.iter().zip(&lines) {
            assert_eq!(line["outcome"], "rejected", "{content}");
            assert_eq!(faults(line), [((*kind).to_owned(), (*name).to_owned())], "{content}");
            assert!(line.get("hash").is_none() && line["issues"][0]["detail"]["nl"].is_string(), "{line}");
        }
        for made in batch.iter().zip([false, false, false, true]) {
            tablet.actor.get(&tablet.at(&made.0["findingId"])).await.expect(if made.1 { 200 } else { 404 });
        }
    }

    async fn a_version_is_taken_in_as_its_schema_has_it_and_in_no_other_shape(world: World) {
        let tablet = tablet(&world).await;
        let made = |content: Value| version(&json!(new_id()), &[], content);
        let mut at = first("Een dag en een uur");
        at["madeAt"] = json!("2026-11-20 10:00:00Z");
        let by_place = json!([null, "Titel", "Gezien", null, [], null, false]);
        let piece = json!([["cijfers", null, null, 10, 7, null, null]]);
        let refused = [
            (made(by_place), "wrongType", "content"),
            (made(json!({"title": "Titel", "observation": null})), "wrongType", "content.observation"),
            (made(json!({"title": "Titel", "criterion": ["ggz", "2026-1", "intakeGesprek"]})), "wrongType", "content.criterion"),
            (made(json!({"title": "Titel", "evidence": piece})), "wrongType", "content.evidence[0]"),
            (made(json!({"title": "Titel", "evidence": [{"kind": ""}]})), "length", "content.evidence[0].kind"),
            (at, "wrongFormat", "madeAt"),
        ];
        let batch: Vec<Value> = refused.iter().map(|(item, ..)| item.clone()).collect();
        let receipt = tablet.sync(&batch).await;
        for ((item, kind, name), line) in refused.iter().zip(receipt.body["versions"].as_array().expect("lines")) {
            assert_eq!(faults(line), [((*kind).to_owned(), (*name).to_owned())], "{item}");
        }
    }

    async fn personal_data_in_a_batch_is_not_echoed_stored_or_in_the_way(world: World) {
        let tablet = tablet(&world).await;
        let batch = new_id();
        let hidden = version(&json!(new_id()), &[], json!({"title": format!("Mama is {REGISTER_NUMBER}")}));
        let mut key = first("Een veld");
        key[REGISTER_NUMBER] = json!(true);
        let mut strange = first("Een vreemd id");
        strange["id"] = json!(REGISTER_NUMBER);
        let mut number = first("Een getal");
        number["content"]["evidence"] = json!([{"kind": "cijfers", "filesChecked": 85_073_003_328_i64, "filesMet": 1}]);
        let good = first("Goed");
        let receipt = tablet.send(&batch, &[hidden, key, strange, number, json!(REGISTER_NUMBER), good]).await.expect(201);
        assert_eq!(outcomes(&receipt), ["rejected", "rejected", "rejected", "rejected", "rejected", "stored"]);
        for line in receipt.body["versions"].as_array().expect("lines").iter().take(5) {
            assert!(faults(line).iter().any(|(kind, _)| kind == "personalData"), "{line}");
        }
        world.number_events().await;
        let read = tablet.actor.get(&format!("{}/syncs/{batch}", tablet.path)).await.expect(200);
        let audited = tablet.actor.get("/auditEvents?pageSize=200").await.expect(200);
        for said in [&receipt, &read, &audited] {
            let said = String::from_utf8_lossy(&said.bytes);
            assert!(!said.contains(REGISTER_NUMBER) && !said.contains("85073003328"), "{said}");
        }
        // Beside the versions it is refused as everywhere.
        let input = json!({"batchId": new_id(), "deviceId": tablet.device, "versions": [], REGISTER_NUMBER: 1});
        let answer = tablet.actor.post(&format!("{}/syncs", tablet.path), input).await.problem(400, "badRequest");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(REGISTER_NUMBER));
    }

    async fn a_version_is_rejected_that_goes_back_to_itself_or_has_an_id_that_is_taken(world: World) {
        let tablet = tablet(&world).await;
        let known = first("Eerst");
        tablet.sync(std::slice::from_ref(&known)).await;
        let mut own = first("Zichzelf");
        own["parents"] = json!([own["id"]]);
        let mut other = known.clone();
        other["content"]["title"] = json!("Later");
        let mut elsewhere = known.clone();
        elsewhere["findingId"] = json!(new_id());
        let mut twice = next(&[&known], "Twee keer");
        twice["parents"] = json!([known["id"], known["id"]]);
        let mut many = next(&[&known], "Te veel");
        many["parents"] = (0..51).map(|_| new_id()).collect();
        let mut moved = known.clone();
        moved["madeAt"] = json!("2026-11-21T10:00:00Z");
        let receipt = tablet.sync(&[own, other, elsewhere, twice, many, moved]).await;
        assert_eq!(outcomes(&receipt), ["rejected", "rejected", "rejected", "rejected", "rejected", "unchanged"]);
        let said: Vec<String> = receipt.body["versions"].as_array().expect("lines").iter().flat_map(faults).map(|(kind, name)| format!("{kind} {name}")).collect();
        assert_eq!(said, ["repeated parents", "otherContent id", "otherContent id", "repeated parents", "length parents"]);
        let found = tablet.finding(&known["findingId"]).await;
        assert_eq!((&found.body["heads"], &found.body["content"]), (&json!([known["id"]]), &known["content"]));
        assert_eq!(tablet.versions(&known["findingId"]).await.len(), 1);
    }

    async fn a_version_that_goes_back_to_another_finding_or_in_a_circle_waits_for_good_and_says_so(world: World) {
        let tablet = tablet(&world).await;
        let foreign = first("Van elders");
        let stray = version(&json!(new_id()), &[&foreign], json!({"title": "Verdwaald"}));
        let mut one = first("Rond");
        let two = next(&[&one], "Terug");
        one["parents"] = json!([two["id"]]);
        let receipt = tablet.sync(&[foreign, stray.clone(), one, two]).await;
        assert_eq!(outcomes(&receipt), ["stored", "pending", "pending", "pending"]);
        for line in receipt.body["versions"].as_array().expect("lines").iter().skip(1) {
            assert_eq!(faults(line), [("unknownReference".to_owned(), "parents".to_owned())]);
            assert!(line["hash"].is_string(), "it is kept");
        }
        let child = tablet.sync(&[next(&[&stray], "Verder")]).await;
        assert_eq!(outcomes(&child), ["pending"]);
        assert_eq!(faults(&child.body["versions"][0]), [("unknownReference".to_owned(), "parents".to_owned())]);
    }

    async fn a_batch_that_is_sent_again_gets_its_receipt_and_no_other_content_goes_by_its_id(world: World) {
        let inspection = planned(&world, ids::FACILITY, true).await;
        let (lead, member) = (Tablet::of(&world, "lead", &inspection).await, Tablet::of(&world, "member", &inspection).await);
        let (batch, made) = (new_id(), first("Een"));
        let receipt = lead.send(&batch, std::slice::from_ref(&made)).await.expect(201);
        let at = format!("{}/syncs/{batch}", lead.path);
        assert_eq!(receipt.header("location"), Some(format!("/v1{at}").as_str()));
        member.sync(&[next(&[&made], "Links"), next(&[&made], "Rechts")]).await;
        let again = lead.send(&batch, std::slice::from_ref(&made)).await.expect(200);
        assert_eq!((&again.body, again.etag()), (&receipt.body, receipt.etag()));
        let read = member.actor.get(&at).await.expect(200);
        assert_eq!(read.body, receipt.body);
        member.actor.with("if-none-match", &read.etag()).get(&at).await.expect(304);
        lead.send(&batch, &[first("Iets anders")]).await.problem(422, "idempotencyKeyReused");
        member.send(&batch, std::slice::from_ref(&made)).await.problem(422, "idempotencyKeyReused");
        // At another inspection it is another batch.
        let elsewhere = tablet(&world).await;
        assert_eq!(outcomes(&elsewhere.send(&batch, &[made]).await.expect(201)), ["stored"]);
    }

    async fn a_batch_of_500_comes_in_at_once_and_no_larger_one(world: World) {
        let tablet = tablet(&world).await;
        let mut batch = vec![first("Eerst")];
        while batch.len() < 500 {
            let last = &batch[batch.len() - 1];
            let made = if batch.len() % 5 == 0 { first("Nieuw") } else { next(&[last], "Verder") };
            batch.push(made);
        }
        batch.reverse();
        let receipt = tablet.sync(&batch).await;
        assert!(outcomes(&receipt).iter().all(|outcome| outcome == "stored"));
        let pack = tablet.actor.get(&format!("{}/pack", tablet.path)).await.expect(200);
        assert_eq!(pack.body["findings"].as_array().map(Vec::len), Some(100));
        let again = tablet.sync(&batch).await;
        assert!(outcomes(&again).iter().all(|outcome| outcome == "unchanged"));
        batch.push(first("Eén te veel"));
        let refused = tablet.send(&new_id(), &batch).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("length".to_owned(), "versions".to_owned())]);
    }

    async fn the_hash_is_the_sha_256_of_the_content_as_canonical_json(world: World) {
        let tablet = tablet(&world).await;
        let full = version(&json!(new_id()), &[], full_content());
        let receipt = tablet.sync(std::slice::from_ref(&full)).await;
        assert_eq!(receipt.body["versions"][0]["hash"], hash_of(&full["content"]), "{}", receipt.body);
        let kept = &tablet.versions(&full["findingId"]).await[0];
        assert_eq!((&kept["content"], &kept["hash"]), (&full["content"], &json!(hash_of(&full["content"]))));
        // What says nothing is left out of what is kept, and of its hash.
        let bare = first("De inkomhal");
        let mut wordy = bare.clone();
        wordy["content"]["withdrawn"] = json!(false);
        wordy["content"]["evidence"] = json!([]);
        wordy["id"] = json!(bare["id"].as_str().expect("an id").to_uppercase());
        let receipt = tablet.sync(&[wordy, bare.clone()]).await;
        assert_eq!(outcomes(&receipt), ["stored", "unchanged"]);
        assert_eq!(receipt.body["versions"][0]["hash"], hash_of(&bare["content"]));
        assert_eq!(tablet.finding(&bare["findingId"]).await.body["content"], bare["content"]);
    }

    async fn a_receipt_lists_the_attachments_that_are_still_to_come(world: World) {
        let tablet = tablet(&world).await;
        let seen = |id: &str, sha256: &str| json!({"title": "De foto", "evidence": [{"kind": "rondgang", "attachmentId": id, "sha256": sha256}]});
        let (photo, hash, other) = (new_id(), "a".repeat(64), "b".repeat(64));
        let there = version(&json!(new_id()), &[], seen(ids::ATTACHMENT, ids::ATTACHMENT_SHA256));
        let otherwise = version(&json!(new_id()), &[], seen(ids::ATTACHMENT, &other));
        let to_come = version(&json!(new_id()), &[], seen(&photo, &hash));
        let twice = version(&json!(new_id()), &[], seen(&photo, &hash));
        let receipt = tablet.sync(&[there, otherwise, to_come.clone(), twice]).await;
        let mut awaited = vec![json!({"attachmentId": photo, "sha256": hash}), json!({"attachmentId": ids::ATTACHMENT, "sha256": other})];
        awaited.sort_by_key(|one| one["attachmentId"].as_str().map(str::to_owned));
        assert_eq!(receipt.body["awaitedAttachments"], json!(awaited));
        // What is sent again still awaits it; what was rejected awaits nothing.
        let again = tablet.sync(std::slice::from_ref(&to_come)).await;
        assert_eq!(again.body["awaitedAttachments"], json!([{"attachmentId": photo, "sha256": hash}]));
        let mut taken = to_come;
        taken["content"] = seen(&new_id(), &hash);
        let rejected = tablet.sync(&[taken]).await;
        assert_eq!((outcomes(&rejected), &rejected.body["awaitedAttachments"]), (vec!["rejected".to_owned()], &json!([])));
    }
}
