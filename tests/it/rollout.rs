//! Rollout plans of sectors: what was planned when, and what was known of it when.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::reports::day;
use crate::support::inspecting::new_id;
use crate::support::{Actor, World};

fn expert(world: &World) -> Actor {
    world.person("expert", None)
}

fn of(sector: &str, id: &str) -> String {
    format!("/sectors/{sector}/rolloutPlan/items/{id}")
}

/// The Dutch titles of these items.
fn titles(items: &Value) -> Vec<&str> {
    let items = items.as_array().expect("items").iter();
    items
        .map(|item| {
            item["statement"]["says"]["title"]["nl"]
                .as_str()
                .expect("a title")
        })
        .collect()
}

/// What an overview says of a sector.
fn sector<'a>(overview: &'a Value, code: &str) -> &'a Value {
    let all = overview["sectors"].as_array().expect("sectors");
    let found = all.iter().find(|one| one["sectorCode"] == code);
    found.expect("the sector")
}

fn phase(title: &str, since: &str) -> Value {
    json!({"kind": "phase", "title": {"nl": title}, "validFrom": since})
}

on_both! {
    async fn the_answer_to_parliament_is_given_back_as_of_its_day(world: World) {
        let asked = "/statistics/rollout?asOf=2021-04-01";
        let answer = world.person("policy", None).get(asked).await.expect(200).body;
        assert_eq!((&answer["validOn"], &answer["knownOn"]), (&json!("2021-04-01"), &json!("2021-04-01")));
        for (code, phases, planning) in [
            ("ggz", vec!["Uitgerold"], vec!["Online basisvorming", "Infomoment voor leidinggevenden", "Workshops", "Verdiepende vorming", "Materialen met het Familieplatform"]),
            ("caw", vec![], vec!["Online bevraging: organisatiecultuur, huidige praktijk, drempels en ondersteuningsbehoeften", "Infomoment", "Basisopleiding", "Vormingen"]),
            ("spoed", vec!["Voorbereidende acties"], vec![]),
            ("justitiehuizen", vec!["Een gelijkaardig traject, onder een andere minister"], vec![]),
            ("jeugdwerk", vec!["Project Jeugdwerk en Verontrusting (VECK)"], vec![]),
        ] {
            let found = sector(&answer, code);
            assert_eq!((titles(&found["phases"]), titles(&found["planning"])), (phases, planning), "{code}");
        }
        let plan = sector(&answer, "ggz")["plan"].as_str().expect("an address").trim_start_matches("/v1").to_owned();
        let plan = world.linde().get(&plan).await.expect(200).body;
        assert_eq!(titles(&plan["workPackages"]), ["Behouden en verdiepen in de GGZ", "Verbreden naar CAW en spoeddiensten", "Monitoring, evaluatie en kennis"]);
        assert_eq!(plan["phases"][0]["statement"]["says"]["reported"]["day"], "2021-04-01");
        // Nobody had told then; and what is told of that day since.
        let before = world.linde().get("/statistics/rollout?asOf=2021-03-31").await.expect(200).body;
        assert_eq!(titles(&sector(&before, "ggz")["phases"]), Vec::<&str>::new());
        let since = world.linde().get("/statistics/rollout?validOn=2019-06-01").await.expect(200).body;
        assert_eq!((titles(&sector(&since, "ggz")["phases"]), titles(&sector(&since, "justitiehuizen")["phases"])), (vec!["Uitgerold"], vec![]));
        let now = world.linde().get("/statistics/rollout").await.expect(200).body;
        assert!(titles(&sector(&now, "ggz")["planning"]).contains(&"Opfrissingsdag (fictief)"));
        assert_eq!(sector(&now, "ggz")["activities"], json!({"planned": 6, "postponed": 0, "held": 0, "dropped": 0}));
    }

    async fn what_is_entered_later_changes_nothing_of_what_an_earlier_day_shows(world: World) {
        let (expert, then) = (expert(&world), "/sectors/spoed/rolloutPlan?asOf=2021-04-01");
        let before = expert.get(then).await.expect(200);
        let (late, told) = (new_id(), new_id());
        expert.put(&of("spoed", &late), phase("Verkenning", "2020-01-01")).await.expect(201);
        let after = expert.get(then).await.expect(200);
        assert_eq!((&after.bytes, after.etag()), (&before.bytes, before.etag()));
        assert_eq!(expert.with("if-none-match", &before.etag()).get(then).await.status, 304);
        let of_then = expert.get("/sectors/spoed/rolloutPlan?validOn=2021-04-01").await.expect(200).body;
        assert_eq!(titles(&of_then["phases"]), ["Voorbereidende acties", "Verkenning"]);
        // Somebody said so at the time: then it was known, and it says by whom.
        let mut says = phase("Werkgroep", "2021-02-01");
        says["reported"] = json!({"day": "2021-03-15", "source": "Verslag van de werkgroep"});
        expert.put(&of("spoed", &told), says).await.expect(201);
        let marked = expert.get(then).await.expect(200).body;
        assert_eq!(titles(&marked["phases"]), ["Voorbereidende acties", "Werkgroep"]);
        assert_eq!(marked["phases"][1]["statement"]["says"]["reported"]["source"], "Verslag van de werkgroep");
        assert_eq!(marked["phases"][1]["statement"]["knownOn"], "2021-03-15");
        let mut says = phase("Morgen", "2021-02-01");
        says["reported"] = json!({"day": day(&world, 1), "source": "Een glazen bol"});
        let refused = expert.put(&of("spoed", &new_id()), says).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("validity".to_owned(), "reported.day".to_owned())]);
    }

    async fn everything_that_was_said_of_an_item_stays(world: World) {
        let (expert, id) = (expert(&world), new_id());
        let mut says = json!({"kind": "activity", "title": {"nl": "Infodag"}, "status": "planned", "begins": "2098-03-01", "validFrom": day(&world, -10)});
        let made = expert.put(&of("ggz", &id), says.clone()).await.expect(201);
        says["status"] = "postponed".into();
        says["validFrom"] = day(&world, -2).into();
        let refused = expert.seen(&made).put(&of("ggz", &id), says.clone()).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("missing".to_owned(), "reason".to_owned())]);
        says["reason"] = "De zaal is niet vrij.".into();
        expert.put(&of("ggz", &id), says.clone()).await.problem(428, "preconditionRequired");
        let later = expert.seen(&made).put(&of("ggz", &id), says.clone()).await.expect(200);
        expert.seen(&made).put(&of("ggz", &id), says.clone()).await.problem(412, "preconditionFailed");
        let statements = later.body["statements"].as_array().expect("statements");
        let standing: Vec<&str> = statements.iter().map(|one| one["says"]["status"].as_str().expect("a status")).collect();
        assert_eq!(standing, ["planned", "postponed"]);
        for (days, status) in [(-5, Some("planned")), (0, Some("postponed")), (-11, None)] {
            let plan = world.linde().get(&format!("/sectors/ggz/rolloutPlan?validOn={}", day(&world, days))).await.expect(200).body;
            let mine = plan["activities"].as_array().expect("activities").iter().find(|item| item["id"] == id.as_str());
            assert_eq!(mine.and_then(|item| item["statement"]["says"]["status"].as_str()), status, "{days}");
        }
        let other = phase("Infodag", &day(&world, 0));
        let refused = expert.seen(&later).put(&of("ggz", &id), other).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("fixed".to_owned(), "kind".to_owned())]);
        says["withdrawn"] = true.into();
        says["validFrom"] = day(&world, -10).into();
        let gone = expert.seen(&later).put(&of("ggz", &id), says).await.expect(200);
        let plan = format!("/sectors/ggz/rolloutPlan?validOn={}", day(&world, -5));
        assert!(!expert.get(&plan).await.expect(200).body.to_string().contains(&id), "it was entered by mistake");
        assert_eq!(gone.body["statements"].as_array().map(Vec::len), Some(3));
        expert.get(&of("caw", &id)).await.problem(404, "resourceNotFound");
    }

    async fn an_item_says_what_goes_with_it(world: World) {
        let expert = expert(&world);
        let activity = |more: Value| {
            let mut says = json!({"kind": "activity", "title": {"nl": "Infodag"}, "status": "held", "validFrom": "2026-01-01"});
            says.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            says
        };
        let mut without = activity(json!({}));
        without.as_object_mut().expect("an object").remove("status");
        for (says, kind, at) in [
            (without, "missing", "status"),
            (activity(json!({"reason": "Zomaar"})), "unknownField", "reason"),
            (activity(json!({"begins": "2026-02-02", "ends": "2026-02-01"})), "validity", "ends"),
            (activity(json!({"begins": "1899-12-31"})), "outOfRange", "begins"),
            (activity(json!({"workPackageId": new_id()})), "unknownReference", "workPackageId"),
            (activity(json!({"workPackageId": ids::ROLLOUT_PHASE})), "unknownReference", "workPackageId"),
            (activity(json!({"materials": [{"title": {"nl": "Folder"}, "address": "javascript:alert(1)"}]})), "invalidValue", "materials[0].address"),
            (json!({"kind": "phase", "title": {"nl": "Fase"}, "status": "held", "validFrom": "2026-01-01"}), "unknownField", "status"),
            (json!({"kind": "phase", "title": {"nl": "Fase"}, "workPackageId": ids::WORK_PACKAGE, "validFrom": "2026-01-01"}), "unknownField", "workPackageId"),
            (json!({"kind": "phase", "title": {}, "validFrom": "2026-01-01"}), "missing", "title"),
        ] {
            let refused = expert.put(&of("ggz", &new_id()), says).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [(kind.to_owned(), at.to_owned())]);
        }
        let whole = activity(json!({"workPackageId": ids::WORK_PACKAGE, "ledBy": "Familieplatform", "begins": "2026-02-01", "ends": "2026-02-01",
            "period": {"nl": "Na de krokusvakantie"}, "materials": [{"title": {"nl": "Folder"}, "address": "https://kindreflex.example/folder.pdf"}]}));
        let made = expert.put(&of("ggz", &new_id()), whole.clone()).await.expect(201);
        assert_eq!(made.body["statements"][0]["says"], whole);
        for wrong in ["asOf=2021-4-1", "validOn=gisteren", "knownOn=2021-04-01&knownOn=2021-04-02", "day=2021-04-01"] {
            expert.get(&format!("/statistics/rollout?{wrong}")).await.problem(400, "badRequest");
        }
    }

    async fn a_new_sector_with_its_plan_is_in_the_overview_by_the_api_alone(world: World) {
        let titled = json!({"title": {"nl": "Gehandicaptenzorg"}});
        world.admin().put("/sectors/gehandicaptenzorg", titled).await.expect(201);
        let overview = world.planner().get("/statistics/rollout").await.expect(200).body;
        assert_eq!(sector(&overview, "gehandicaptenzorg")["phases"], json!([]));
        let id = new_id();
        expert(&world).put(&of("gehandicaptenzorg", &id), phase("Verkenning", &day(&world, 0))).await.expect(201);
        let overview = world.planner().get("/statistics/rollout").await.expect(200).body;
        assert_eq!(titles(&sector(&overview, "gehandicaptenzorg")["phases"]), ["Verkenning"]);
        world.number_events().await;
        let heard = world.linde().get("/events?type=rolloutItemSaid&pageSize=200").await.expect(200).body;
        let subject = json!({"kind": "rolloutPlan", "id": "gehandicaptenzorg", "href": "/v1/sectors/gehandicaptenzorg/rolloutPlan"});
        assert_eq!(heard["items"].as_array().expect("items").last().expect("one")["subject"], subject);
        world.linde().get("/sectors/nergens/rolloutPlan").await.problem(404, "resourceNotFound");
    }

    async fn an_expert_alone_says_how_the_rollout_goes(world: World) {
        let says = phase("Verkenning", "2026-01-01");
        for actor in [world.linde(), world.admin(), world.planner(), world.inspector(), world.person("policy", None), world.person("authority", None)] {
            actor.put(&of("caw", &new_id()), says.clone()).await.problem(403, "missingPermission");
        }
        world.person("policy", None).get("/sectors/caw/rolloutPlan").await.problem(403, "missingPermission");
    }
}
