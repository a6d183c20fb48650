//! Surveys: asked through links, answered by nobody in particular, told as figures.
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kindreflex::access::connect;
use kindreflex::db::types::Id;
use kindreflex::survey::{document::SurveyDocument, mixing, upkeep};
use serde_json::{Value, json};

use crate::contribution_page::send_form;
use crate::contributions::{browser, text_of};
use crate::report_page::left_for_axe;
use crate::reports::day;
use crate::support::inspecting::new_id;
use crate::support::{Actor, World, path_of};

const MONITOR: &str = "/surveys/monitorKindreflex";

fn expert(world: &World) -> Actor {
    world.person("expert", None)
}

/// A survey of one question.
pub fn survey() -> Value {
    let ours = json!({"origin": "ours"});
    json!({"defaultLanguage": "nl", "title": {"nl": "Proef"}, "source": ours, "sections": [{"code": "a", "title": {"nl": "A"}, "items": [
        {"code": "welke", "kind": "choice", "text": {"nl": "Welke?"}, "required": true, "source": ours,
         "options": [{"code": "een", "title": {"nl": "Een"}}, {"code": "twee", "title": {"nl": "Twee"}}]}]}]})
}

/// A wave of the Monitor that can be answered now.
pub fn monitor(world: &World) -> Value {
    json!({"title": {"nl": "Monitor"}, "versionCode": "2021-1", "sectors": ["ggz", "caw"], "opens": day(world, 0), "ends": day(world, 30)})
}

/// A new wave of the Monitor; its path.
async fn wave(world: &World) -> String {
    let made = expert(world)
        .post(&format!("{MONITOR}/waves"), monitor(world))
        .await
        .expect(201);
    path_of(&made.body)
}

/// So many links of a wave for a sector, as paths.
async fn links(world: &World, wave: &str, sector: &str, count: usize) -> Vec<String> {
    let asked = json!({"sectorCode": sector, "count": count});
    let made = expert(world)
        .post(&format!("{wave}/links"), asked)
        .await
        .expect(200);
    let links = made.body["links"].as_array().expect("links");
    let path = |link: &Value| {
        let (_, path) = link.as_str()?.split_once("/v1")?;
        Some(path.to_owned())
    };
    links
        .iter()
        .map(|link| path(link).expect("a link of ours"))
        .collect()
}

/// A link to a new wave.
pub async fn link(world: &World) -> String {
    let wave = wave(world).await;
    links(world, &wave, "ggz", 1).await.remove(0)
}

/// How many of a hundred times `scale` say what, by the figures of the minister's answer or others.
struct Shares {
    respondents: usize,
    convinced: usize,
    spoke: usize,
    intends: usize,
    talked: usize,
    supported: usize,
    not_feasible: usize,
}

/// Those of the minister's answer: 99 %, over 3/4, 79 % of the others, 8 in 10, over 1/5, 1 in 10.
const ANSWERED: Shares = Shares {
    respondents: 500,
    convinced: 495,
    spoke: 400,
    intends: 79,
    talked: 400,
    supported: 110,
    not_feasible: 50,
};

impl Shares {
    fn says(&self, number: usize) -> Value {
        let yes = |holds: bool| json!([if holds { "ja" } else { "neen" }]);
        let mut answers = vec![
            json!({"itemCode": "overtuigd", "options": [if number < self.convinced { "helemaal" } else { "helemaalNiet" }]}),
            json!({"itemCode": "collegas", "options": yes(number < self.spoke)}),
            json!({"itemCode": "gesprek", "options": yes(number < self.talked)}),
            json!({"itemCode": "stappenplan", "options": yes(number < self.supported + 20)}),
            json!({"itemCode": "haalbaar", "options": yes(number >= self.not_feasible)}),
        ];
        if number >= self.spoke {
            answers.push(json!({"itemCode": "zalCollegas", "options": yes(number < self.spoke + self.intends)}));
        }
        if number < self.supported + 20 {
            let found = if number < self.supported {
                "zeker"
            } else {
                "niet"
            };
            answers.push(json!({"itemCode": "ondersteunend", "options": [found]}));
        }
        json!({"answers": answers, "effortMinutes": 5})
    }
}

/// What one respondent answers.
pub fn answers(number: usize) -> Value {
    ANSWERED.says(number)
}

async fn answer(world: &World, link: &str, says: Value) {
    let kept = world.anyone().post(&format!("{link}/answers"), says).await;
    assert_eq!(kept.expect(200).body, json!({"kept": true}));
}

/// A wave that so many answered in a sector, closed; its path.
async fn answered(world: &World, sector: &str, shares: &Shares) -> String {
    let wave = wave(world).await;
    for (number, link) in links(world, &wave, sector, shares.respondents)
        .await
        .iter()
        .enumerate()
    {
        answer(world, link, shares.says(number)).await;
    }
    close(world, &wave).await;
    wave
}

async fn close(world: &World, wave: &str) {
    let seen = expert(world).get(wave).await.expect(200);
    let closed = expert(world)
        .seen(&seen)
        .post(&format!("{wave}/closures"), json!({}))
        .await
        .expect(200);
    assert_eq!(closed.body["status"], "closed");
}

/// Indicators of a wave, as whole: count, base and share.
async fn indicators(world: &World, wave: &str) -> Vec<(u64, u64, f64)> {
    let found = expert(world)
        .get(&format!("{wave}/results"))
        .await
        .expect(200)
        .body;
    let indicators = found["indicators"].as_array().expect("indicators");
    let told = |one: &Value| {
        let whole = &one["whole"];
        (
            whole["count"].as_u64().unwrap_or(0),
            whole["base"].as_u64().unwrap_or(0),
            whole["share"].as_f64().unwrap_or(-1.0),
        )
    };
    indicators.iter().map(told).collect()
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Text)]
    document: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What a statement that calls its one column `document` finds.
fn documents(world: &World, sql: &str) -> Vec<String> {
    let conn = &mut connect(&world.url).expect("opens");
    let rows: Vec<Document> =
        kindreflex::each!(conn, inner => diesel::sql_query(sql).load(inner)).expect("documents");
    rows.into_iter().map(|row| row.document).collect()
}

fn count(world: &World, what: &str) -> i64 {
    let sql = format!("SELECT count(*) AS count FROM {what}");
    let conn = &mut connect(&world.url).expect("opens");
    let rows: Vec<Count> =
        kindreflex::each!(conn, inner => diesel::sql_query(&sql).load(inner)).expect("a count");
    rows[0].count
}

on_both! {
    async fn the_figures_of_the_ministers_answer_come_back_from_the_answers_behind_them(world: World) {
        let wave = answered(&world, "ggz", &ANSWERED).await;
        let expected = [(495, 500, 0.99), (400, 500, 0.8), (79, 100, 0.79), (400, 500, 0.8), (110, 500, 0.22), (50, 500, 0.1)];
        assert_eq!(indicators(&world, &wave).await, expected);
        let overview = expert(&world).get("/statistics/surveys").await.expect(200).body;
        let monitor = &overview["surveys"][0];
        assert_eq!((&monitor["surveyCode"], &monitor["respondents"]), (&json!("monitorKindreflex"), &json!(500)));
        assert_eq!(monitor["indicators"][2]["whole"]["share"], 0.79);
        assert!(monitor["indicators"][2]["whole"]["interval"]["low"].as_f64().expect("low") > 0.7);
    }

    async fn other_answers_give_other_figures(world: World) {
        let shares = Shares { respondents: 60, convinced: 45, spoke: 30, intends: 6, talked: 20, supported: 10, not_feasible: 30 };
        let wave = answered(&world, "caw", &shares).await;
        let expected = [(45, 60, 0.75), (30, 60, 0.5), (6, 30, 0.2), (20, 60, 20.0 / 60.0), (10, 60, 10.0 / 60.0), (30, 60, 0.5)];
        assert_eq!(indicators(&world, &wave).await, expected);
    }

    async fn a_link_is_good_for_one_answer_and_leaves_no_trace(world: World) {
        let wave = wave(&world).await;
        let links = links(&world, &wave, "ggz", 12).await;
        let (before, keys) = (count(&world, "audit_event"), count(&world, "idempotency"));
        let someone = world.anyone().with("idempotency-key", "dezelfde");
        for (number, link) in links.iter().enumerate() {
            let path = format!("{link}/answers");
            someone.post(&path, ANSWERED.says(number)).await.expect(200);
            someone.post(&path, ANSWERED.says(number)).await.problem(404, "resourceNotFound");
            someone.get(link).await.problem(404, "resourceNotFound");
        }
        assert_eq!((count(&world, "audit_event"), count(&world, "idempotency")), (before, keys));
        // Of the demo's own link, nothing but that it was not used.
        assert_eq!(count(&world, "survey_link"), 1);
        assert_eq!(count(&world, "survey_waiting"), 7, "at ten, all but a smallest group are mixed, and two came after");
    }

    async fn whoever_reads_the_tables_cannot_tell_who_answered_what(world: World) {
        let wave = wave(&world).await;
        let links = links(&world, &wave, "ggz", 40).await;
        for (number, link) in links.iter().enumerate() {
            let says = json!({"answers": [
                {"itemCode": "overtuigd", "options": ["helemaal"]}, {"itemCode": "collegas", "options": ["ja"]}, {"itemCode": "gesprek", "options": ["ja"]},
                {"itemCode": "stappenplan", "options": ["neen"]}, {"itemCode": "haalbaar", "options": ["ja"]},
                {"itemCode": "toelichting", "text": format!("Opmerking {number:02}.")}]});
            answer(&world, link, says).await;
        }
        close(&world, &wave).await;
        let id = wave.rsplit('/').next().expect("an id").to_owned();
        let key = crate::support::key(&world, &id);
        assert_eq!(count(&world, &format!("survey_answer WHERE wave_id = {key}")), 40);
        assert_eq!(count(&world, &format!("survey_waiting WHERE wave_id = {key}")), 0);
        // In the order in which they lie on disk, and in that of their ids, the texts are not in the order in which they came.
        let physical = if world.url.starts_with("postgres") { "ctid" } else { "id" };
        for order in [physical, "id"] {
            let sql = format!("SELECT says AS document FROM survey_text WHERE wave_id = {key} ORDER BY {order}");
            let found = documents(&world, &sql);
            let mut sorted = found.clone();
            sorted.sort();
            assert_eq!(found.len(), 40);
            assert_ne!(found, sorted, "{order}");
        }
        // No answer holds a text, a moment or the minutes.
        for document in documents(&world, &format!("SELECT CAST(document AS text) AS document FROM survey_answer WHERE wave_id = {key}")) {
            assert!(!document.contains("Opmerking") && !document.contains("inutes") && document.contains("toelichting"), "{document}");
        }
        assert!(upkeep::once(&world.state).await.expect("wiped") >= 1);
        assert_eq!(upkeep::once(&world.state).await.expect("nothing more"), 0);
    }

    async fn what_is_kept_is_what_counting_gives(world: World) {
        let shares = Shares { respondents: 40, convinced: 30, spoke: 20, intends: 10, talked: 30, supported: 8, not_feasible: 10 };
        let wave = answered(&world, "ggz", &shares).await;
        let id: Id = wave.rsplit('/').next().expect("an id").parse().expect("an id");
        let version = expert(&world).get(&format!("{MONITOR}/versions/2021-1")).await.expect(200).body;
        let document: SurveyDocument = serde_json::from_value(version["document"].clone()).expect("a survey");
        let (kept, counted) = kindreflex::access::operator::read(&world.state, kindreflex::db::types::Moment(chrono::Utc::now()), move |tx| {
            let wave = kindreflex::survey::store::wave(tx, "monitorKindreflex", id)?;
            let kept = kindreflex::survey::store::tallies(tx, &wave)?;
            let place = mixing::Place { wave_id: id, sector_code: "ggz".into() };
            Ok((kept, mixing::recount(tx, &place, &document)?))
        }).await.expect("read");
        assert_eq!((kept[0].0.as_str(), &kept[0].1.items, kept[0].1.respondents), ("ggz", &counted.items, counted.respondents));
        assert_eq!(kept[0].1.minutes.get(&5), Some(&40));
    }

    async fn what_is_missing_or_not_asked_is_named_and_the_link_stays_good(world: World) {
        let link = link(&world).await;
        let path = format!("{link}/answers");
        let wrong = json!({"answers": [{"itemCode": "collegas", "options": ["ja"]}, {"itemCode": "zalCollegas", "options": ["ja"]},
            {"itemCode": "gesprek", "options": ["misschien"]}, {"itemCode": "toelichting", "text": "Bel 85.07.30-033.28."}]});
        world.anyone().post(&path, wrong).await.problem(400, "badRequest");
        let wrong = json!({"answers": [{"itemCode": "collegas", "options": ["ja"]}, {"itemCode": "zalCollegas", "options": ["ja"]},
            {"itemCode": "gesprek", "options": ["misschien"]}]});
        let faults = world.anyone().post(&path, wrong).await.problem(400, "badRequest").issues();
        let named: Vec<&str> = faults.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(named, ["answers[1].itemCode", "answers[2].options[0]", "answers", "answers", "answers"]);
        let mut leads = ANSWERED.says(0);
        leads["answers"].as_array_mut().expect("answers").push(json!({"itemCode": "toelichting", "text": "Mail an.peeters@voorbeeld.be, of bel 0470 12 34 56."}));
        let refused = world.anyone().post(&path, leads).await.problem(400, "badRequest");
        assert_eq!(refused.issues()[0].1, "answers[6].text");
        assert!(!text_of(&refused).contains("voorbeeld.be"), "it is not repeated");
        world.anyone().post(&path, ANSWERED.says(0)).await.expect(200);
    }

    async fn a_survey_is_answered_on_a_page_without_scripts(world: World) {
        let link = link(&world).await;
        let browser = browser(&world.anyone());
        let page = text_of(&browser.get(&link).await.expect(200));
        assert!(page.contains("<html lang=\"nl\">") && page.contains("Antwoorden verzenden") && !page.contains("<script"), "{page}");
        assert!(page.contains("form:has(#i2o2:checked) #i3{display:block}"), "{page}");
        left_for_axe("survey", &page);
        let french = text_of(&browser.with("accept-language", "fr").get(&link).await.expect(200));
        assert!(french.contains("Êtes-vous convaincu"), "{french}");
        let faulty = send_form(&browser, &link, &[("option:overtuigd", "helemaal"), ("option:collegas", "neen"), ("text:toelichting", "Blijf zo."), ("minutes", "veel")]).await;
        assert_eq!(faulty.status, 400);
        let again = text_of(&faulty);
        left_for_axe("survey-faulty", &again);
        assert!(again.contains("Blijf zo.") && again.contains("value=\"neen\" checked"), "{again}");
        assert!(again.contains("href=\"#i3\"") && again.contains("Gebruik een geheel getal"), "{again}");
        // What was not asked after all is left out.
        let right = [("option:overtuigd", "helemaal"), ("option:collegas", "ja"), ("option:zalCollegas", "ja"), ("option:gesprek", "ja"), ("option:stappenplan", "neen"),
            ("option:haalbaar", "ja"), ("option:noden", "vorming"), ("option:noden", "tijd"), ("minutes", "7")];
        let thanks = send_form(&browser, &link, &right).await.expect(200);
        assert!(text_of(&thanks).contains("Bedankt"), "{}", text_of(&thanks));
        left_for_axe("survey-thanks", &text_of(&thanks));
        let used = browser.get(&link).await;
        assert_eq!(used.status, 404);
        assert!(text_of(&used).contains("er is al mee geantwoord"), "{}", text_of(&used));
    }

    async fn what_one_answer_adds_shows_to_nobody(world: World) {
        let wave = wave(&world).await;
        let expert = expert(&world);
        for path in [format!("{wave}/results"), format!("{wave}/texts")] {
            expert.get(&path).await.problem(409, "stateConflict");
            world.person("policy", None).get(&path).await.problem(403, "missingPermission");
            world.linde().get(&path).await.problem(403, "missingPermission");
        }
        for (number, link) in links(&world, &wave, "ggz", 4).await.iter().enumerate() {
            let mut says = ANSWERED.says(number);
            says["answers"].as_array_mut().expect("answers").push(json!({"itemCode": "toelichting", "text": "Zo."}));
            answer(&world, link, says).await;
        }
        let unused = links(&world, &wave, "caw", 1).await;
        close(&world, &wave).await;
        world.anyone().get(&unused[0]).await.problem(404, "resourceNotFound");
        let found = expert.get(&format!("{wave}/results")).await.expect(200).body;
        assert_eq!(found["respondents"], json!({"sectors": [{"sectorCode": "ggz"}, {"sectorCode": "caw"}]}), "four are too few");
        assert_eq!(expert.get(&format!("{wave}/texts")).await.expect(200).body["items"], json!([]));
    }

    async fn a_version_that_was_asked_stays_and_a_code_keeps_its_meaning(world: World) {
        let expert = expert(&world);
        let path = format!("/surveys/proef-{}/versions", new_id());
        let made = expert.put(&format!("{path}/1"), survey()).await.expect(201);
        let mut other = survey();
        other["title"]["nl"] = json!("Anders");
        let changed = expert.seen(&made).put(&format!("{path}/1"), other.clone()).await.expect(200);
        let survey = path.rsplit_once('/').expect("a path").0.to_owned();
        let input = json!({"title": {"nl": "Nu"}, "versionCode": "1", "sectors": ["ggz"], "opens": day(&world, 0), "ends": day(&world, 1)});
        expert.post(&format!("{survey}/waves"), input).await.expect(201);
        expert.seen(&changed).put(&format!("{path}/1"), other.clone()).await.problem(412, "preconditionFailed");
        let fixed = expert.get(&format!("{path}/1")).await.expect(200);
        assert_eq!(fixed.body["fixed"], true);
        expert.seen(&fixed).put(&format!("{path}/1"), other.clone()).await.problem(409, "stateConflict");
        let item = &mut other["sections"][0]["items"][0];
        item["kind"] = json!("text");
        item["options"] = json!([]);
        let faults = expert.put(&format!("{path}/2"), other).await.problem(400, "badRequest").issues();
        assert_eq!(faults, [("differsFromVersion".to_owned(), "sections[0].items[0].kind".to_owned())]);
    }

    async fn a_survey_that_makes_no_sense_is_refused_with_each_fault(world: World) {
        let mut wrong = survey();
        wrong["title"] = json!({"fr": "Essai"});
        let items = wrong["sections"][0]["items"].as_array_mut().expect("items");
        let first = items[0].clone();
        items.push(first);
        items.push(json!({"code": "getal", "kind": "number", "text": {"nl": "?"}, "source": {"origin": "ours"}, "askedWhen": [{"itemCode": "later", "options": ["x"]}]}));
        wrong["indicators"] = json!([{"code": "x", "title": {"nl": "X"}, "itemCode": "welke", "options": ["drie"]}]);
        let path = format!("/surveys/proef-{}/versions/1", new_id());
        let faults = expert(&world).put(&path, wrong).await.problem(400, "badRequest").issues();
        let named: Vec<&str> = faults.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(named, ["title", "sections[0].items[1].code", "sections[0].items[2].smallest", "sections[0].items[2].askedWhen[0].itemCode", "indicators[0].options[0]"]);
    }
}
