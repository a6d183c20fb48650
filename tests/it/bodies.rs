//! What is read of a request, and what is refused before it is looked at.
use futures_util::StreamExt;
use kindreflex::demo::ids;
use serde_json::json;

use crate::support::{draft_of, path_of};

fn organisation(name: &str) -> serde_json::Value {
    json!({"name": name, "validFrom": "2020-01-01"})
}

on_both! {
    async fn an_array_is_never_read_for_an_object(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = path_of(&draft.body);
        let seen = linde.seen(&draft);
        for (method, below, body) in [
            ("POST", "/confirmations", json!([])),
            ("POST", "/submissions", json!([])),
            ("PUT", "/answers/actiefWerken", json!(["niet", "n", []])),
            ("PATCH", "/answers", json!([[]])),
            ("PATCH", "/answers", json!({"answers": [["actiefWerken", "niet"]]})),
            ("PATCH", "/answers", json!({"answers": [{"criterionCode": "actiefWerken", "level": "volledig", "evidence": [["document", "x"]]}]})),
        ] {
            let method = method.parse().expect("a method");
            seen.send(method, &format!("{path}{below}"), Some(body.to_string().into_bytes())).await.problem(400, "badRequest");
        }
        let admin = world.admin();
        for (list, body) in [("/organisations", json!(["Naam", [], "2020-01-01"])), ("/cycles", json!([{"nl": "x"}]))] {
            admin.post(list, body).await.problem(400, "badRequest");
        }
        admin.put("/integrations/reeks", json!(["Reeks", [], [], true])).await.problem(400, "badRequest");
        admin.put("/sectors/reeks", json!({"title": ["Naam"]})).await.problem(400, "badRequest");
        assert_eq!(linde.get(&path).await.etag(), draft.etag(), "nothing was stored");
    }

    async fn a_body_that_is_encoded_is_415(world: World) {
        for encoding in ["gzip", "nonsense"] {
            let sender = world.admin().with("content-encoding", encoding);
            sender.post("/organisations", organisation("De Es")).await.problem(415, "unsupportedMediaType");
        }
    }

    async fn a_hash_or_a_key_is_no_register_number(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = format!("{}/answers/actiefWerken", path_of(&draft.body));
        let hash = "87b7b7b08e6c9412116fe8e45121590294a26b951ca5345d4e7d07efd8dfe87f";
        let evidence = json!({"kind": "document", "description": "Verslag", "attachmentId": "01890a5d-ac96-774b-bcce-b302099a8057", "sha256": hash});
        let answer = json!({"level": "volledig", "evidence": [evidence]});
        linde.seen(&draft).put(&path, answer).await.expect(200);
        let noted = linde.get(&path).await;
        linde.seen(&noted).put(&path, json!({"level": "volledig", "note": hash})).await.problem(400, "badRequest");
        let keyed = world.admin().with("idempotency-key", "55005599-88b2-4e49-aa3b-64300964062e");
        keyed.post("/organisations", organisation("De Es")).await.expect(201);
        let number = world.admin().with("idempotency-key", "85.07.30-033.28");
        number.post("/organisations", organisation("De Es")).await.problem(400, "badRequest");
    }

    async fn a_list_of_faults_that_is_cut_says_so(world: World) {
        let codes = vec!["85.07.30-033.28"; 3000];
        let refused = world.admin().post("/organisations", json!({"name": "De Es", "validFrom": "2020-01-01", "codes": codes})).await.problem(400, "badRequest");
        let issues = refused.issues();
        assert_eq!(issues.len(), 1001);
        assert_eq!(issues[1000].0, "moreFaults");
    }

    async fn a_body_that_comes_slowly_is_judged_when_it_is_there(world: World) {
        let planner = world.planner();
        let opens = world.state.clock.now() + chrono::Duration::minutes(10);
        let mut input = json!({"title": {"nl": "Binnenkort"}, "frameworkCode": "ggz", "versionCode": "2026-1", "facilityTypes": ["pz"],
            "opens": opens.to_rfc3339(), "due": "2031-12-31T00:00:00Z", "purpose": "ownImprovement"});
        let made = planner.post("/cycles", input.clone()).await.expect(201);
        input["purpose"] = json!("inspectionPreparation");
        let (whole, clock) = (input.to_string(), world.state.clock.clone());
        let (head, tail) = whole.split_at(20);
        let pieces = vec![head.as_bytes().to_vec(), tail.as_bytes().to_vec()].into_iter().enumerate();
        let slow = futures_util::stream::iter(pieces).map(move |(turn, piece)| {
            if turn == 1 {
                clock.advance(chrono::Duration::minutes(20));
            }
            piece
        });
        let path = path_of(&made.body);
        let sender = planner.with("if-match", "*").with("content-type", "application/json");
        sender.stream("PUT".parse().expect("a method"), &path, slow).await.problem(409, "stateConflict");
        assert_eq!(planner.get(&path).await.body["purpose"], "ownImprovement", "it is open, and fixed");
    }

    async fn an_escape_in_a_path_hides_no_register_number(world: World) {
        let refused = world.admin().get("/organisations/85%2F07%2F30-033%2F28").await.problem(400, "badRequest");
        assert!(!String::from_utf8_lossy(&refused.bytes).contains("30-033"));
    }

    async fn a_day_is_written_in_one_way(world: World) {
        for day in ["+2020-01-01", "2020-1-1", " 2020-01-01", "2020-01-01 ", "2020-02-30", "20200101"] {
            let refused = world.admin().post("/organisations", json!({"name": "De Es", "validFrom": day})).await.problem(400, "badRequest");
            assert_eq!(refused.issues()[0].1, "validFrom", "{day}");
        }
        world.admin().post("/organisations", organisation("De Es")).await.expect(201);
    }
}
