//! The house rules: problems, preconditions, keys, pages.
use kindreflex::db::types::Moment;
use kindreflex::demo::ids;
use kindreflex::http::page::Arrival;
use serde_json::json;

use crate::support::{Actor, WILG, draft_of, ids_of, path_of};

fn organisation(name: &str) -> serde_json::Value {
    json!({"name": name, "validFrom": "2020-01-01"})
}

/// The cursor after what came at this moment.
fn cursor_at(micros: i64) -> String {
    let at = chrono::DateTime::from_timestamp_micros(micros).expect("a moment");
    Arrival::of(Moment(at), "x")
}

async fn raw(actor: &Actor, body: &[u8]) -> crate::support::Answer {
    actor
        .send(
            "POST".parse().expect("a method"),
            "/organisations",
            Some(body.to_vec()),
        )
        .await
}

on_both! {
    async fn what_is_not_json_is_said_so(world: World) {
        let admin = world.admin();
        for body in [&b""[..], b"{", b"[1,2", b"\xff\xfe", b"{\"name\":\"\xc3\x28\",\"validFrom\":\"2020-01-01\"}", b"nul", b"[]", b"\"x\"", b"12"] {
            raw(&admin, body).await.problem(400, "badRequest");
        }
        raw(&admin, br#"{"name": "a\u0000b", "validFrom": "2020-01-01"}"#).await.problem(400, "badRequest");
        let deep = "[".repeat(100_000);
        raw(&admin, deep.as_bytes()).await.problem(400, "badRequest");
        raw(&admin, &vec![b' '; 1_048_577]).await.problem(413, "payloadTooLarge");
        raw(&admin.with("content-type", "text/plain"), b"{}").await.problem(415, "unsupportedMediaType");
    }

    async fn what_is_not_json_is_said_in_one_language(world: World) {
        for (body, language, said) in [
            (&b"{\"name\": x}"[..], "nl", "De inhoud is geen geldige JSON: regel 1, kolom 10."),
            (b"{\"name\": x}", "fr", "Le contenu n'est pas du JSON valide : ligne 1, colonne 10."),
            (b"{\"name\": x}", "en", "The body is no valid JSON: line 1, column 10."),
            (b"a\xff", "nl", "De inhoud is geen geldige JSON: geen UTF-8 vanaf byte 1."),
            (b"a\xff", "fr", "Le contenu n'est pas du JSON valide : pas de l'UTF-8 à partir de l'octet 1."),
            (b"", "nl", "De inhoud is leeg; stuur minstens {}."),
            (b" \n", "fr", "Le contenu est vide ; envoyez au moins {}."),
            (b"", "en", "The body is empty; send at least {}."),
        ] {
            let refused = raw(&world.admin().with("accept-language", language), body).await.problem(400, "badRequest");
            assert_eq!(refused.body["issues"][0]["detail"], said);
            assert_eq!(refused.issues(), [("malformedJson".to_owned(), String::new())]);
        }
    }

    async fn a_token_without_a_role_that_counts_is_told_why(world: World) {
        for (role, said) in [
            ("superuser", "The claim kindreflex_rol_3d holds no role that is known here."),
            ("admin:0999000228", "The claim kindreflex_rol_3d holds only roles that do not count for organisation 0999000228 here (KINDREFLEX_OFFICES)."),
        ] {
            let refused = world.person(role, None).with("accept-language", "en").get("/me").await.problem(403, "missingPermission");
            assert_eq!(refused.body["detail"], said);
        }
    }

    async fn a_token_that_names_no_organisation_is_told_so(world: World) {
        let refused = world.person("facility", None).with("accept-language", "en").get("/me").await.problem(403, "missingPermission");
        assert_eq!(refused.body["detail"], "The claim vo_orgcode is missing from the token; it says for which organisation or facility the role is.");
        let refused = world.person("facility", Some("85073003328".into())).with("accept-language", "en").get("/me").await.problem(403, "missingPermission");
        assert_eq!(refused.body["detail"], "The claim vo_orgcode stands for no organisation or facility that is known here.");
    }

    async fn a_path_that_no_route_takes_hides_nothing(world: World) {
        let linde = world.linde().with("accept-language", "en");
        for address in ["/", "/health", "/v1", "/v1/", "/v1/selfAssessment", "/v1/facilities/", "/v1/doc/nope", "/issuer/.well-known/jwks.json"] {
            let refused = linde.get_at(address).await.problem(404, "resourceNotFound");
            assert_eq!(refused.body["detail"], "There is no such path; see /v1/doc/.", "{address}");
        }
        let hidden = world.wilg().get(&format!("/selfAssessments/{}", ids::SELF_ASSESSMENT)).await.problem(404, "resourceNotFound");
        assert_eq!(hidden.body["detail"], "Dit bestaat niet, of u mag het niet zien.");
        let wrong = linde.delete("/me").await.problem(405, "methodNotAllowed");
        assert_eq!(wrong.body["detail"], "Allowed here: GET, HEAD.");
    }

    async fn an_id_in_capitals_is_what_it_is_in_small_letters(world: World) {
        let path = format!("/facilities/{}", ids::FACILITY.to_uppercase());
        world.linde().get(&path).await.expect(200);
        for language in ["nl", "fr", "en"] {
            let refused = world.linde().with("accept-language", language).get("/facilities/x").await.problem(400, "badRequest");
            let detail = refused.body["issues"][0]["detail"].as_str().expect("a detail").to_owned();
            assert!(!detail.contains("kleine letters") && !detail.contains("minuscules"), "{detail}");
        }
    }

    async fn a_token_is_needed_and_must_be_good(world: World) {
        let missing = world.anyone().get("/me").await.problem(401, "noAccessToken");
        assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
        let bad = world.with_token("a.b.c").get("/me").await.problem(401, "invalidAccessToken");
        assert_eq!(bad.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
        let good = world.linde();
        good.get("/me").await.expect(200);
        world.state.clock.advance(chrono::Duration::hours(2));
        good.get("/me").await.problem(401, "expiredAccessToken");
    }

    async fn an_organisation_that_is_not_known_is_named_with_its_claim(world: World) {
        let stranger = world.person("facility", Some("0809699184".into()));
        let refused = stranger.get("/selfAssessments").await.problem(403, "missingPermission");
        let detail = refused.body["detail"].as_str().expect("a detail");
        assert!(detail.contains("vo_orgcode") && detail.contains("0809699184"), "{detail}");
        let dotted = world.person("facility", Some("BE 0999.000.104".into()));
        let number = kindreflex::demo::enterprise_number(9_990_001);
        let written = format!("BE {}.{}.{}", &number[..4], &number[4..7], &number[7..]);
        world.person("facility", Some(written)).get("/me").await.expect(200);
        dotted.get("/me").await.problem(403, "missingPermission");
    }

    async fn a_facilitys_own_number_narrows_to_that_facility(world: World) {
        let narrow = world.person("facility", Some("990100".into()));
        let listed = narrow.get("/facilities").await.expect(200);
        assert_eq!(ids_of(&listed), [ids::FACILITY]);
        narrow.get(&format!("/organisations/{}", ids::ORGANISATION)).await.expect(200);
        narrow.get("/facilities/0190a000-0000-7000-8000-000000000012").await.problem(404, "resourceNotFound");
    }

    async fn the_same_key_and_body_are_carried_out_once(world: World) {
        let admin = world.admin().with("idempotency-key", "sleutel-1");
        let first = admin.post("/organisations", organisation("vzw Een")).await.expect(201);
        let again = admin.post("/organisations", organisation("vzw Een")).await.expect(201);
        assert_eq!((again.bytes.clone(), again.header("location"), again.etag()), (first.bytes.clone(), first.header("location"), first.etag()));
        admin.post("/organisations", organisation("vzw Twee")).await.problem(422, "idempotencyKeyReused");
        let other = world.person("admin", Some("0809699184".into())).with("idempotency-key", "sleutel-1");
        let theirs = other.post("/organisations", organisation("vzw Drie")).await.expect(201);
        assert_ne!(theirs.body["id"], first.body["id"], "a key belongs to its caller");
        world.admin().with("idempotency-key", "").post("/organisations", organisation("x")).await.problem(400, "badRequest");
    }

    async fn a_key_counts_for_a_path_however_it_is_escaped(world: World) {
        let admin = world.admin().with("idempotency-key", "sleutel-1");
        let first = admin.post("/organisations", organisation("vzw Een")).await.expect(201);
        let again = admin.post("/organisation%73", organisation("vzw Een")).await.expect(201);
        assert_eq!(again.body["id"], first.body["id"]);
    }

    async fn a_submission_that_is_sent_twice_is_one(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let saved = crate::support::answer_whole(&wilg, &draft).await;
        let path = format!("{}/submissions", path_of(&draft.body));
        let keyed = wilg.seen(&saved).with("idempotency-key", "indienen");
        let first = keyed.post(&path, json!({})).await.expect(201);
        let again = keyed.post(&path, json!({})).await.expect(201);
        assert_eq!(first.bytes, again.bytes);
        wilg.seen(&saved).post(&path, json!({})).await.problem(409, "stateConflict");
    }

    async fn two_at_once_with_one_key_make_one(world: World) {
        let admin = world.admin().with("idempotency-key", "tegelijk");
        let sent = (0..8).map(|_| admin.post("/organisations", organisation("vzw Tegelijk")));
        let answers = futures_util::future::join_all(sent).await;
        assert!(answers.iter().any(|answer| answer.status == 201));
        for answer in answers {
            match answer.status {
                201 => {}
                _ => { answer.problem(409, "idempotencyKeyBusy"); }
            }
        }
        let all = world.admin().get("/organisations?pageSize=200").await.expect(200);
        let made = all.body["items"].as_array().expect("items").iter().filter(|one| one["name"] == "vzw Tegelijk").count();
        assert_eq!(made, 1);
    }

    async fn a_change_needs_the_tag_and_a_stale_one_stores_nothing(world: World) {
        let admin = world.admin();
        let made = admin.post("/organisations", organisation("vzw Oud")).await.expect(201);
        let path = path_of(&made.body);
        admin.put(&path, organisation("vzw Nieuw")).await.problem(428, "preconditionRequired");
        let changed = admin.seen(&made).put(&path, organisation("vzw Nieuw")).await.expect(200);
        admin.seen(&made).put(&path, organisation("vzw Te laat")).await.problem(412, "preconditionFailed");
        assert_eq!(admin.get(&path).await.expect(200).body["name"], "vzw Nieuw");
        admin.with("if-none-match", &changed.etag()).get(&path).await.expect(304);
        admin.with("if-match", "geen aanhalingstekens").put(&path, organisation("x")).await.problem(400, "badRequest");
        let sector = json!({"title": {"nl": "Nieuw"}});
        admin.put("/sectors/nieuw", sector.clone()).await.expect(201);
        admin.with("if-none-match", "*").put("/sectors/nieuw", sector.clone()).await.problem(412, "preconditionFailed");
        admin.put("/sectors/nieuw", sector.clone()).await.problem(428, "preconditionRequired");
        admin.with("if-match", "\"1\"").put("/sectors/anders", sector).await.problem(412, "preconditionFailed");
    }

    async fn a_walk_shows_every_item_once_whatever_is_written_meanwhile(world: World) {
        let admin = world.admin();
        for turn in 0..23 {
            admin.post("/organisations", organisation(&format!("vzw {turn}"))).await.expect(201);
        }
        let there = ids_of(&admin.get("/organisations?pageSize=200").await.expect(200));
        let mut seen = Vec::new();
        let mut next = Some("/organisations?pageSize=5".to_owned());
        while let Some(path) = next {
            let page = admin.get(&path).await.expect(200);
            seen.extend(ids_of(&page));
            admin.post("/organisations", organisation("vzw Intussen")).await.expect(201);
            next = page.body["next"].as_str().map(|link| link.strip_prefix("https://kindreflex.test/v1").expect("absolute").to_owned());
            if seen.len() > 100 { break; }
        }
        for id in &there {
            assert_eq!(seen.iter().filter(|one| one == &id).count(), 1, "{id}");
        }
        for size in ["0", "201", "-1", "x", "9999999999999999999999"] {
            admin.get(&format!("/organisations?pageSize={size}")).await.problem(400, "badRequest");
        }
        admin.get("/organisations?after=x").await.problem(400, "badRequest");
        let none = admin.get("/organisations?identifier=0809699184").await.expect(200);
        assert_eq!(none.body, json!({"items": []}));
    }

    async fn an_unknown_parameter_is_refused_and_a_repeated_filter_widens(world: World) {
        let linde = world.linde();
        let refused = linde.get("/facilities?facilityTyp=pz&x=1").await.problem(400, "badRequest");
        assert_eq!(refused.issues().len(), 2);
        let both = linde.get("/facilities?facilityType=pz&facilityType=ibw").await.expect(200);
        assert_eq!(both.body["items"].as_array().expect("items").len(), 2);
        let one = linde.get("/facilities?facilityType=pz").await.expect(200);
        assert_eq!(ids_of(&one), [ids::FACILITY]);
        linde.get("/me?x=1").await.problem(400, "badRequest");
        linde.get("/selfAssessments?status=klaar").await.problem(400, "badRequest");
    }

    async fn a_malformed_path_is_400_an_unknown_one_404_a_wrong_method_405(world: World) {
        let linde = world.linde();
        linde.get("/facilities/x").await.problem(400, "badRequest");
        linde.get("/facilities/0190A000-0000-7000-8000-00000000001").await.problem(400, "badRequest");
        linde.get("/nergens").await.problem(404, "resourceNotFound");
        linde.get("/facilities/").await.problem(404, "resourceNotFound");
        let wrong = linde.delete("/me").await.problem(405, "methodNotAllowed");
        assert_eq!(wrong.header("allow"), Some("GET, HEAD"));
        let wrong = linde.send("OPTIONS".parse().expect("a method"), "/selfAssessments", None).await.problem(405, "methodNotAllowed");
        assert_eq!(wrong.header("allow"), Some("GET, HEAD, POST"));
        linde.send("HEAD".parse().expect("a method"), "/me", None).await.expect(200);
    }

    async fn only_json_can_be_had(world: World) {
        let linde = world.linde();
        linde.with("accept", "text/html").get("/me").await.problem(406, "notAcceptable");
        for refused in ["application/json;q=0", "application/json;q=0.0", "application/json;q=0.000", "application/json; Q=0."] {
            linde.with("accept", refused).get("/me").await.problem(406, "notAcceptable");
        }
        for taken in ["application/json", "*/*", "text/html, application/*;q=0.1", "application/json;q=0.001"] {
            linde.with("accept", taken).get("/me").await.expect(200);
        }
    }

    async fn each_answer_has_a_fresh_trace(world: World) {
        let linde = world.linde();
        let traces: std::collections::HashSet<String> = [linde.get("/me").await, linde.get("/nergens").await, linde.get("/me?x=1").await]
            .iter().map(|answer| answer.header("belgov-trace-id").expect("a trace").to_owned()).collect();
        assert_eq!(traces.len(), 3);
    }

    async fn an_identifier_stands_for_one_thing_at_a_time(world: World) {
        let admin = world.admin();
        let with = |number: &str| json!({"name": "vzw X", "validFrom": "2020-01-01", "identifiers": [{"kind": "enterpriseNumber", "value": number}]});
        let made = admin.post("/organisations", with("BE 0207.509.031")).await.expect(201);
        assert_eq!(made.body["identifiers"][0]["value"], "0207509031");
        let taken = admin.post("/organisations", with("0207509031")).await.problem(400, "badRequest");
        assert_eq!(taken.issues()[0].0, "identifierTaken");
        let wrong = admin.post("/organisations", with("0207509032")).await.problem(400, "badRequest");
        assert_eq!(wrong.issues()[0].0, "invalidIdentifier");
    }

    async fn a_machine_is_let_in_and_shut_out_at_once(world: World) {
        let admin = world.admin();
        let scopes = ["read:selfAssessments", "write:selfAssessments", "read:facilities"];
        let grant = json!({"name": "Koppeling", "scopes": scopes, "organisations": [ids::ORGANISATION]});
        let grant = admin.put("/integrations/koppeling", grant).await.expect(201);
        let machine = world.machine_of("koppeling", &scopes);
        let listed = machine.get("/selfAssessments").await.expect(200);
        assert!(!listed.body["items"].as_array().expect("items").is_empty());
        machine.get("/cycles").await.problem(403, "missingScope");
        let draft = draft_of(&machine, ids::FACILITY).await;
        let path = path_of(&draft.body);
        machine.seen(&draft).post(&format!("{path}/submissions"), json!({})).await.problem(403, "missingScope");
        machine.seen(&draft).post(&format!("{path}/reopenings"), json!({"reason": "Zomaar"})).await.problem(403, "missingPermission");
        admin.seen(&grant).delete("/integrations/koppeling").await.expect(204);
        machine.get("/selfAssessments").await.problem(403, "missingPermission");
        for scope in ["write:selfAssessments", "confirm:selfAssessments", "submit:selfAssessments"] {
            let wide = json!({"name": "Alles", "scopes": [scope], "allOrganisations": true});
            let refused = admin.put("/integrations/alles", wide).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("tooWide".to_owned(), "scopes[0]".to_owned())]);
        }
    }

    async fn a_planned_cycle_can_be_replanned_until_it_opens(world: World) {
        let planner = world.planner();
        let path = format!("/cycles/{}", ids::PLANNED_CYCLE);
        let planned = planner.get(&path).await.expect(200);
        let mut input = planned.body.clone();
        let fields = input.as_object_mut().expect("an object");
        fields.retain(|field, _| !["href", "id", "open"].contains(&field.as_str()));
        input["due"] = json!("2039-12-31T00:00:00.000000Z");
        let replanned = planner.seen(&planned).put(&path, input.clone()).await.expect(200);
        assert_ne!(replanned.etag(), planned.etag());
        let kept = planner.get(&path).await.expect(200);
        assert_eq!(kept.body["due"], input["due"]);
        assert_eq!(kept.body["open"], false);
        planner.seen(&planned).put(&path, input.clone()).await.problem(412, "preconditionFailed");
        let open = planner.get(&format!("/cycles/{}", ids::CYCLE)).await.expect(200);
        planner.seen(&open).put(&format!("/cycles/{}", ids::CYCLE), input).await.problem(409, "stateConflict");
    }

    async fn health_is_open_to_all(world: World) {
        let health = world.anyone().get("/health").await.expect(200);
        assert!(["UP", "DEGRADED"].contains(&health.body["status"].as_str().expect("a status")));
        world.linde().get("/me").await.expect(200);
        let health = world.anyone().get("/health").await.expect(200);
        assert_eq!(health.body["status"], "UP");
    }

    async fn a_machine_is_told_what_its_token_and_its_admission_both_allow(world: World) {
        let admin = world.admin();
        let client = json!({"name": "Koppeling", "scopes": ["read:cycles"], "organisations": [ids::ORGANISATION]});
        admin.put("/integrations/koppeling", client).await.expect(201);
        let scopes = ["read:cycles", "read:facilities", "write:selfAssessments"];
        let machine = world.machine_of("koppeling", &scopes);
        let me = machine.get("/me").await.expect(200);
        assert_eq!(me.body["actions"], json!(["ReadMe", "ReadCycles"]));
        machine.get("/cycles").await.expect(200);
        machine.get("/facilities").await.problem(403, "missingScope");
    }

    async fn what_has_a_code_is_listed_in_the_order_of_arrival(world: World) {
        let admin = world.admin();
        for code in ["zz-eerst", "aa-daarna", "mm-laatst"] {
            let title = json!({"title": {"nl": code}});
            admin.put(&format!("/sectors/{code}"), title.clone()).await.expect(201);
            let kind = json!({"title": {"nl": code}, "sectorCode": code});
            admin.put(&format!("/facilityTypes/{code}"), kind).await.expect(201);
            let client = json!({"name": code, "scopes": ["read:cycles"]});
            admin.put(&format!("/integrations/{code}"), client).await.expect(201);
        }
        for (list, name) in [("/sectors", "code"), ("/facilityTypes", "code"), ("/integrations", "clientId")] {
            let (mut seen, mut next) = (Vec::new(), Some(format!("{list}?pageSize=2")));
            while let Some(path) = next {
                let page = admin.get(&path).await.expect(200);
                let items = page.body["items"].as_array().expect("items").iter();
                seen.extend(items.map(|item| item[name].as_str().expect("a code").to_owned()));
                next = page.body["next"].as_str().and_then(|next| Some(next.split_once("/v1")?.1.to_owned()));
            }
            assert_eq!(seen[seen.len() - 3..], ["zz-eerst", "aa-daarna", "mm-laatst"], "{list}");
            assert!(seen.len() > 3, "and those that were there before");
            admin.get(&format!("{list}?after=zz-eerst")).await.problem(400, "badRequest");
        }
        let frameworks = admin.get("/frameworks").await.expect(200);
        let codes: Vec<&str> = frameworks.body["items"].as_array().expect("items").iter().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(codes, ["ggz", "caw", "spoed"], "as they were loaded");
        let second = admin.get("/frameworks?pageSize=1").await.expect(200).body["next"].as_str().expect("a link").split_once("/v1").expect("ours").1.to_owned();
        assert_eq!(admin.get(&second).await.expect(200).body["items"][0]["code"], "caw");
    }

    async fn what_the_framework_answers_itself_is_a_problem_too(world: World) {
        let anyone = world.anyone();
        anyone.get("/doc/").await.expect(200);
        anyone.get("/doc/nope").await.problem(404, "resourceNotFound");
    }

    async fn the_pages_of_the_document_are_only_read(world: World) {
        let anyone = world.anyone();
        assert_eq!(anyone.get("/doc").await.expect(307).header("location"), Some("/v1/doc/"));
        for path in ["/doc", "/doc/", "/doc/openapi.json"] {
            let wrong = anyone.post(path, json!({})).await.problem(405, "methodNotAllowed");
            assert_eq!(wrong.header("allow"), Some("GET, HEAD"), "{path}");
        }
    }

    async fn a_path_is_what_it_is_when_read_and_nothing_else(world: World) {
        let linde = world.linde();
        linde.get_at("//v1/me").await.problem(404, "resourceNotFound");
        linde.get_at("/v1//me").await.problem(404, "resourceNotFound");
        let plain = linde.get("/me").await.expect(200);
        assert_eq!(linde.get("/%6de").await.expect(200).body, plain.body);
        world.anyone().get("/%6de").await.problem(401, "noAccessToken");
        let wrong = linde.delete("/%6de").await.problem(405, "methodNotAllowed");
        assert_eq!(wrong.header("allow"), Some("GET, HEAD"));
    }

    async fn a_number_in_a_path_is_written_in_one_way(world: World) {
        let path = format!("/selfAssessments/{}/revisions", ids::SELF_ASSESSMENT);
        world.linde().get(&format!("{path}/1")).await.expect(200);
        world.linde().get(&format!("{path}/9")).await.problem(404, "resourceNotFound");
        for number in ["+1", "%2B1", "-1", "01", "0", "x", "99999999999999999999"] {
            let refused = world.linde().get(&format!("{path}/{number}")).await.problem(400, "badRequest");
            assert!(refused.issues().contains(&("malformedPathValue".into(), "revision".into())), "{number}");
        }
    }

    async fn a_cursor_beyond_the_years_that_there_are_is_not_valid(world: World) {
        for micros in [253_402_300_800_000_000, -1, -2_208_988_800_000_001] {
            let cursor = cursor_at(micros);
            let refused = world.linde().get(&format!("/sectors?after={cursor}")).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("invalidValue".into(), "after".into())], "{cursor}");
        }
        for micros in [253_402_300_799_999_999, 0] {
            world.linde().get(&format!("/sectors?after={}", cursor_at(micros))).await.expect(200);
        }
    }

    async fn a_cursor_is_never_taken_for_a_register_number(world: World) {
        let cursor = cursor_at(1_785_073_003_328_000);
        world.linde().get(&format!("/sectors?after={cursor}")).await.expect(200);
    }

    async fn a_role_for_an_organisation_that_is_not_known_takes_nothing_from_the_others(world: World) {
        let known = format!("facility:{}", kindreflex::demo::enterprise_number(9_990_001));
        let caller = |roles: &[&str]| world.with_token(&crate::support::issuer::token_in_roles("veelzijdig", roles));
        let both = caller(&[&known, "facility:0809699184"]).get("/facilities").await.expect(200);
        assert!(ids_of(&both).contains(&ids::FACILITY.to_owned()));
        let expert = caller(&["expert", "facility:0809699184"]).get("/facilities").await.expect(200);
        assert!(ids_of(&expert).len() > ids_of(&both).len());
        caller(&["facility:0809699184"]).get("/facilities").await.problem(403, "missingPermission");
    }
}
