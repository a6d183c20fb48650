//! Frameworks are data.
use kindreflex::access::operator;
use kindreflex::db::types::Moment;
use kindreflex::demo::ids;
use kindreflex::framework::{store, work};
use kindreflex::http::page::Arrival;
use kindreflex::problem::Problem;
use serde_json::{Value, json};

use crate::support::{Actor, World, draft_of, path_of};

const FRENCH: &str = include_str!("../data/framework-fr.yaml");

fn french() -> Value {
    let document = kindreflex::framework::check::from_yaml(FRENCH).expect("a document");
    serde_json::to_value(document).expect("json")
}

/// A sector, a type and a facility that the program has never heard of.
async fn new_sector(world: &World, kinds: &Value) -> String {
    let admin = world.admin();
    let sector = json!({"title": {"fr": "Secteur nouveau"}, "periods": [{"validFrom": "2020-01-01", "controlBasis": "toBeWorkedOut"}]});
    admin.put("/sectors/nouveau", sector).await.expect(201);
    for kind in kinds.as_array().expect("types") {
        let path = format!("/facilityTypes/{}", kind.as_str().expect("a type"));
        let input = json!({"sectorCode": "nouveau", "title": {"fr": "Centre nouveau"}});
        admin.put(&path, input).await.expect(201);
    }
    let facility = json!({"organisationId": ids::NEW_ORGANISATION, "facilityType": kinds[0], "name": "Centre Le Saule", "validFrom": "2020-01-01"});
    let made = admin.post("/facilities", facility).await.expect(201);
    made.body["id"].as_str().expect("an id").to_owned()
}

/// Adds a draft of the French framework by another code.
async fn add_draft(world: &World, code: &str, version: &str) {
    let mut document = french();
    document["code"] = json!(code);
    document["version"]["code"] = json!(version);
    let path = format!("/frameworks/{code}/versions/{version}");
    world.admin().put(&path, document).await.expect(201);
}

async fn publish(world: &World, code: &str, version: &str) {
    let path = format!("/frameworks/{code}/versions/{version}");
    let draft = world.admin().get(&path).await.expect(200);
    let publications = format!("{path}/publications");
    let admin = world.admin().seen(&draft);
    admin.post(&publications, json!({})).await.expect(201);
}

/// The path of a link, below `/v1`.
fn below(link: &Value) -> String {
    let (_, path) = link
        .as_str()
        .and_then(|link| link.split_once("/v1"))
        .expect("a link of ours");
    path.to_owned()
}

/// A field of the items from this page of one item on, and the cursors on the way.
async fn walked(actor: &Actor, first: &str, field: &str) -> (Vec<String>, Vec<String>) {
    let (mut items, mut cursors) = (Vec::new(), Vec::new());
    let mut next = first.to_owned();
    loop {
        let page = actor.get(&next).await.expect(200);
        let item = &page.body["items"][0][field];
        items.push(item.as_str().expect("a code").to_owned());
        if page.body["next"].is_null() {
            return (items, cursors);
        }
        next = below(&page.body["next"]);
        let cursor = next.split(['=', '&']).nth(1).expect("a cursor");
        cursors.push(cursor.to_owned());
    }
}

on_both! {
    async fn a_new_sector_with_a_french_framework_is_used_without_a_line_of_code(world: World) {
        let mut document = french();
        let kind = document["facilityTypes"][0].as_str().expect("a type").to_owned();
        let facility = new_sector(&world, &document["facilityTypes"]).await;
        document["version"].as_object_mut().expect("a version").retain(|field, _| field != "bindingFrom");
        let (code, version) = (document["code"].as_str().expect("a code").to_owned(), document["version"]["code"].as_str().expect("a code").to_owned());
        let path = format!("/frameworks/{code}/versions/{version}");
        let draft = world.admin().put(&path, document.clone()).await.expect(201);
        world.wilg().get(&path).await.problem(404, "resourceNotFound");
        let published = world.admin().seen(&draft).post(&format!("{path}/publications"), json!({})).await.expect(201);
        world.admin().seen(&published).put(&path, document.clone()).await.problem(409, "stateConflict");
        let cycle = json!({"title": {"fr": "Cycle"}, "frameworkCode": code, "versionCode": version, "facilityTypes": [kind],
            "opens": "2026-01-01T00:00:00Z", "due": "2099-01-01T00:00:00Z", "purpose": "inspectionPreparation"});
        let cycle = world.planner().post("/cycles", cycle).await.expect(201);
        let wilg = world.wilg();
        let input = json!({"facilityId": facility, "cycleId": cycle.body["id"]});
        let assessment = wilg.post("/selfAssessments", input).await.expect(201);
        let mut tag = assessment.etag();
        let mut open = assessment.body["openCriteria"].clone();
        let below = path_of(&assessment.body);
        let parsed = serde_json::from_value(document).expect("a document");
        while open != json!([]) {
            let answers: Vec<Value> = open.as_array().expect("open").iter().map(|one| {
                let code = one["criterionCode"].as_str().or(one.as_str()).expect("a code");
                let mut answer = serde_json::to_value(kindreflex::demo::invented(&parsed, code, 0)).expect("json");
                answer["criterionCode"] = json!(code);
                answer
            }).collect();
            let saved = wilg.with("if-match", &tag).patch(&format!("{below}/answers"), json!({"answers": answers})).await.expect(200);
            tag = saved.etag();
            open = saved.body["openCriteria"].clone();
        }
        wilg.with("if-match", &tag).post(&format!("{below}/submissions"), json!({})).await.expect(201);
        let schema = wilg.get(&format!("{path}/answerSchema")).await.expect(200);
        assert_eq!(schema.body["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }

    async fn what_changed_between_versions_is_typed_per_criterion(world: World) {
        let changes = world.linde().get("/frameworks/ggz/versions/2026-1/changes?since=2025-1").await.expect(200);
        let kinds: std::collections::BTreeSet<&str> = changes.body["changes"].as_array().expect("changes").iter()
            .map(|change| change["kind"].as_str().expect("a kind")).collect();
        assert_eq!(kinds, ["editorial", "merged", "new", "split", "tightened", "withdrawn"].into());
        let missing = world.linde().get("/frameworks/ggz/versions/2026-1/changes").await.problem(400, "badRequest");
        assert_eq!(missing.issues(), [("missing".to_owned(), "since".to_owned())]);
        world.linde().get("/frameworks/ggz/versions/2026-1/changes?since=2099-1").await.problem(400, "badRequest");
    }

    async fn answers_are_valid_by_the_schema_that_the_framework_gives(world: World) {
        let linde = world.linde();
        let schema = linde.get("/frameworks/ggz/versions/2026-1/answerSchema?facilityType=pz").await.expect(200);
        let validator = jsonschema::validator_for(&schema.body).expect("a schema");
        let draft = draft_of(&linde, ids::FACILITY).await;
        let answers = crate::support::answers_to(&linde, &draft.body["openCriteria"], "2026-1").await;
        assert!(validator.is_valid(&answers));
        assert!(!validator.is_valid(&json!({"answers": [{"criterionCode": "actiefWerken", "level": "perfect"}]})));
    }

    async fn a_faulty_framework_is_refused_with_every_fault(world: World) {
        let mut document = french();
        document["themes"][0]["criteria"][0]["scale"] = json!("inconnue");
        document["judgements"] = json!([]);
        let path = format!("/frameworks/{}/versions/{}", document["code"].as_str().expect("a code"), document["version"]["code"].as_str().expect("a code"));
        let refused = world.admin().put(&path, document).await.problem(400, "badRequest");
        let issues = refused.issues();
        for name in ["judgements", "themes[0].criteria[0].scale"] {
            assert!(issues.iter().any(|(_, at)| at == name), "{name} in {issues:?}");
        }
    }

    async fn a_publication_that_was_not_committed_is_forgotten(world: World) {
        let mut document = kindreflex::framework::check::from_yaml(FRENCH).expect("a document");
        new_sector(&world, &french()["facilityTypes"]).await;
        document.version.published_on = Some("2026-01-01".parse().expect("a day"));
        let (code, version) = (document.code.to_string(), document.version.code.to_string());
        let (given, now) = (document.clone(), Moment(world.state.clock.now()));
        let failed = operator::write(&world.state, Vec::new(), now, move |tx| {
            work::import(tx, &given)?;
            let seen = store::published(tx, given.code.as_str(), given.version.code.as_str())?;
            assert!(seen.is_some(), "its own transaction sees it");
            Err::<(), _>(Problem::busy())
        }).await;
        assert!(failed.is_err());
        let seen = operator::read(&world.state, now, move |tx| store::published(tx, &code, &version)).await;
        assert!(seen.expect("a read").is_none());
    }

    async fn of_two_who_add_the_same_code_at_once_one_is_told(world: World) {
        let (admin, other) = (world.admin(), world.admin());
        for turn in 0..10 {
            let sector = json!({"title": {"nl": "Nieuw"}});
            let path = format!("/sectors/nieuw{turn}");
            let both = futures_util::future::join(admin.put(&path, sector.clone()), other.put(&path, sector)).await;
            let mut statuses = [both.0.status, both.1.status];
            statuses.sort_unstable();
            assert!(statuses == [201, 412] || statuses == [201, 428], "{statuses:?}: {}{}", both.0.body, both.1.body);
            let client = json!({"name": "Koppeling", "scopes": ["read:cycles"]});
            let path = format!("/integrations/nieuw{turn}");
            let both = futures_util::future::join(admin.put(&path, client.clone()), other.put(&path, client)).await;
            let mut statuses = [both.0.status, both.1.status];
            statuses.sort_unstable();
            assert!(statuses == [201, 412] || statuses == [201, 428], "{statuses:?}");
        }
    }

    async fn a_draft_leaves_no_trace_in_the_order_and_the_cursors_of_a_list(world: World) {
        new_sector(&world, &french()["facilityTypes"]).await;
        let (admin, wilg) = (world.admin(), world.wilg());
        for (code, version) in [("mm", "1"), ("mm", "2"), ("aa", "1")] {
            add_draft(&world, code, version).await;
        }
        let before = walked(&wilg, "/frameworks?pageSize=1", "code").await;
        for (code, version) in [("aa", "1"), ("mm", "2"), ("mm", "1")] {
            publish(&world, code, version).await;
        }
        let read_first = [before.0.as_slice(), &["aa".to_owned(), "mm".to_owned()]].concat();
        let (codes, cursors) = walked(&wilg, "/frameworks?pageSize=1", "code").await;
        assert_eq!(codes, read_first, "as they were published");
        assert_eq!(cursors[..before.1.len()], before.1, "what is published later comes later");
        let (versions, cursors) = walked(&wilg, "/frameworks/mm/versions?pageSize=1", "versionCode").await;
        assert_eq!(versions, ["2", "1"]);
        let first = wilg.get("/frameworks/mm/versions/2").await.expect(200);
        let published = first.body["publishedAt"].as_str().expect("a moment").to_owned();
        assert_eq!(cursors, [Arrival::of(published.try_into().expect("a moment"), "2")]);
        let (codes, _) = walked(&admin, "/frameworks?pageSize=1", "code").await;
        assert_eq!(codes[codes.len() - 2..], ["mm", "aa"], "as they came");
        assert_eq!(walked(&admin, "/frameworks/mm/versions?pageSize=1", "versionCode").await.0, ["1", "2"]);
    }

    async fn a_walk_along_frameworks_shows_each_once_while_drafts_are_published(world: World) {
        new_sector(&world, &french()["facilityTypes"]).await;
        let wilg = world.wilg();
        for (code, version) in [("mm", "1"), ("aa", "1"), ("aa", "2")] {
            add_draft(&world, code, version).await;
        }
        publish(&world, "aa", "2").await;
        let there = walked(&wilg, "/frameworks?pageSize=1", "code").await.0;
        let page = wilg.get("/frameworks?pageSize=1").await.expect(200);
        publish(&world, "mm", "1").await;
        publish(&world, "aa", "1").await;
        let (rest, _) = walked(&wilg, &below(&page.body["next"]), "code").await;
        assert_eq!(rest, [&there[1..], &["mm".to_owned()]].concat());
    }

    async fn a_published_version_does_not_tell_how_often_its_draft_was_edited(world: World) {
        let admin = world.admin();
        new_sector(&world, &french()["facilityTypes"]).await;
        let mut tags = Vec::new();
        for (version, edits) in [("eens", 1), ("vaak", 4)] {
            let mut document = french();
            document["version"] = json!({"code": version, "label": {"fr": "Essai"}});
            let path = format!("/frameworks/{}/versions/{version}", document["code"].as_str().expect("a code"));
            let mut draft = admin.put(&path, document.clone()).await.expect(201);
            for _ in 0..edits {
                draft = admin.seen(&draft).put(&path, document.clone()).await.expect(200);
            }
            let published = admin.seen(&draft).post(&format!("{path}/publications"), json!({})).await.expect(201);
            let read = world.wilg().get(&path).await.expect(200);
            assert_eq!(read.etag(), published.etag());
            tags.push(read.etag());
        }
        assert_eq!(tags[0], tags[1]);
    }
}
