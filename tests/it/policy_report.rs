//! The policy report of a round: what it shows, what it hides, and that it stays as it was.
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::comparison::handed_in;
use crate::reports::{day, inspector};
use crate::rounds::round;
use crate::support::inspecting::{about, reported};
use crate::support::{Actor, Answer, World, new_hospital, path_of};

/// A round that is open, with a checklist of these criteria: its id.
pub async fn open_round(world: &World, criteria: &[&str]) -> String {
    let planner = world.planner().with("if-match", "*");
    let made = world.planner().post("/inspectionRounds", round()).await;
    let path = path_of(&made.expect(201).body);
    let item = |criterion: &&str| json!({"frameworkCode": "ggz", "versionCode": "2026-1", "criterionCode": criterion});
    let items: Vec<Value> = criteria.iter().map(item).collect();
    let checklist = json!({ "items": items });
    planner
        .post(&format!("{path}/checklistRevisions"), checklist)
        .await
        .expect(201);
    planner
        .post(&format!("{path}/openings"), json!({}))
        .await
        .expect(200);
    path.rsplit('/').next().expect("an id").to_owned()
}

/// Closes a round.
pub async fn closed(world: &World, round: &str) {
    let planner = world.planner().with("if-match", "*");
    let path = format!("/inspectionRounds/{round}/closures");
    planner.post(&path, json!({})).await.expect(200);
}

/// A new hospital that reports a level on the first criterion, and is found to have these judgements.
pub async fn told_and_found(
    world: &World,
    round: &str,
    criteria: &[(&str, &str, &str)],
) -> (String, String) {
    let (first, level, _) = criteria.first().expect("a criterion");
    let (hospital, _) = handed_in(world, first, level).await;
    let findings: Vec<Value> = criteria
        .iter()
        .map(|(criterion, _, judgement)| about(criterion, judgement))
        .collect();
    let path = reported(world, (&hospital, &world.linde()), round, &findings).await;
    (hospital, path)
}

/// New hospitals, each with these judgements on a criterion.
async fn found(world: &World, round: &str, criterion: &str, judgements: &[&str]) -> Vec<String> {
    let (linde, mut paths) = (world.linde(), Vec::new());
    for judgement in judgements {
        let hospital = new_hospital(world, ids::ORGANISATION).await;
        let findings = [about(criterion, judgement)];
        paths.push(reported(world, (&hospital, &linde), round, &findings).await);
    }
    paths
}

async fn report_of(actor: &Actor, round: &str) -> Answer {
    actor
        .get(&format!("/inspectionRounds/{round}/policyReport"))
        .await
}

async fn in_form(actor: &Actor, round: &str, accept: &str) -> Answer {
    let actor = actor.with("accept", accept);
    report_of(&actor, round).await.expect(200)
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.to_vec()).expect("text")
}

fn figure<'a>(report: &'a Value, code: &str) -> &'a Value {
    let figures = report["figures"].as_array().expect("figures");
    let mut these = figures.iter();
    these.find(|one| one["code"] == code).expect("a figure")
}

/// A row's counts, a hidden one as null, and its total.
fn row(report: &Value, code: &str, row: &str) -> (Vec<Value>, Value) {
    let rows = figure(report, code)["rows"].as_array().expect("rows");
    let mut these = rows.iter();
    let row = these.find(|one| one["code"] == row).expect("a row");
    let counts = row["counts"].as_array().expect("counts");
    let counts = counts.iter().map(|one| one["facilities"].clone());
    (counts.collect(), row["facilities"].clone())
}

fn why() -> Value {
    json!({"ground": "planning", "reason": "Te vroeg"})
}

/// No shown count is small, and no row hides one alone or so few that they are told by subtraction.
fn gives_nothing_away(report: &Value, minimum: u64) {
    for figure in report["figures"].as_array().expect("figures") {
        for row in figure["rows"].as_array().expect("rows") {
            let counts = row["counts"].as_array().expect("counts");
            let shown: Vec<u64> = counts
                .iter()
                .filter_map(|one| one["facilities"].as_u64())
                .collect();
            assert!(
                shown.iter().all(|count| *count == 0 || *count >= minimum),
                "{row}"
            );
            let hidden = counts.len() - shown.len();
            let Some(total) = row["facilities"].as_u64() else {
                assert!(
                    shown.is_empty(),
                    "a total that is hidden follows from no counts: {row}"
                );
                continue;
            };
            let left = total - shown.iter().sum::<u64>();
            assert!(hidden == 0 || (hidden > 1 && left >= minimum), "{row}");
        }
    }
}

on_both! {
    async fn a_round_closes_with_its_figures(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        let judgements = ["voldaan", "voldaan", "voldaan", "voldaan", "voldaan", "voldaan", "aandachtspunt", "aandachtspunt", "aandachtspunt", "aandachtspunt", "aandachtspunt"];
        found(&world, &round, "intakeGesprek", &judgements).await;
        let policy = world.person("policy", None);
        let none = report_of(&policy, &round).await.problem(404, "resourceNotFound").body;
        assert!(none["detail"].as_str().is_some_and(|why| why.contains("wanneer zij wordt afgesloten")), "{none}");
        closed(&world, &round).await;
        let report = report_of(&policy, &round).await.expect(200).body;
        assert_eq!((&report["facilities"], &report["smallestGroup"]), (&json!(11), &json!(5)));
        let (visits, total) = row(&report, "visits", "ggz");
        assert_eq!((visits, total), (vec![json!(11), json!(0), json!(0)], json!(11)));
        assert_eq!(row(&report, "states", "ggz").0[0], 11);
        let (counts, total) = row(&report, "judgements", "intakeGesprek");
        assert_eq!((&counts[..2], total), (&[json!(6), json!(5)][..], json!(11)));
        assert_eq!(row(&report, "improvementPoints", "intakeGesprek").0, [json!(5), json!(0), json!(6)]);
        assert_eq!(row(&report, "improvementPoints", "any").0, [json!(5), json!(0), json!(6)]);
        assert_eq!(row(&report, "agreement", "intakeGesprek").0, [json!(0), json!(0), json!(11)], "none of them had handed anything in");
        gives_nothing_away(&report, 5);
    }

    async fn few_are_hidden_and_so_is_what_would_give_them_away(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        found(&world, &round, "intakeGesprek", &["voldaan", "voldaan", "voldaan", "voldaan", "voldaan", "voldaan", "aandachtspunt"]).await;
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        let (counts, total) = row(&report, "judgements", "intakeGesprek");
        assert_eq!((&counts[..2], total), (&[Value::Null, Value::Null][..], json!(7)), "six would tell that the seventh was not met");
        gives_nothing_away(&report, 5);
        for form in ["text/csv", "text/html"] {
            let said = text(&in_form(&world.planner(), &round, form).await);
            assert!(!said.contains(">6<") && !said.contains(";6;"), "{said}");
        }
    }

    async fn of_a_round_that_saw_few_nothing_is_told(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        found(&world, &round, "intakeGesprek", &["voldaan", "voldaan", "voldaan", "voldaan"]).await;
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        assert!(report.get("facilities").is_none(), "{report}");
        for code in ["visits", "states", "judgements", "improvementPoints", "agreement"] {
            for row in figure(&report, code)["rows"].as_array().expect("rows") {
                let counts = row["counts"].as_array().expect("counts");
                assert!(counts.iter().all(|one| one.get("facilities").is_none()) && row.get("facilities").is_none(), "{row}");
            }
        }
        let page = text(&in_form(&world.planner().with("accept-language", "en"), &round, "text/html").await);
        assert!(page.contains("Too few facilities were inspected"), "{page}");
    }

    async fn a_round_without_inspections_has_a_report_too(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        assert_eq!((&report["facilities"], &report["calibration"]), (&json!(0), &json!({})));
        assert_eq!(row(&report, "cancellations", "ggz"), (vec![json!(0); 4], json!(0)));
        for form in ["text/csv", "text/html"] {
            in_form(&world.planner(), &round, form).await;
        }
    }

    async fn a_correction_after_the_closing_changes_nothing(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        let paths = found(&world, &round, "intakeGesprek", &["voldaan", "voldaan", "voldaan", "voldaan", "voldaan"]).await;
        closed(&world, &round).await;
        let planner = world.planner();
        let mut before = Vec::new();
        for form in ["application/json", "text/csv", "text/html"] {
            before.push(in_form(&planner, &round, form).await);
        }
        let (lead, path) = (inspector(&world, "lead").with("if-match", "*"), &paths[0]);
        let listed = lead.get(&format!("{path}/findings")).await.expect(200);
        let at = path_of(&listed.body["items"][0]);
        lead.put(&at, about("intakeGesprek", "aandachtspunt")).await.expect(200);
        lead.post(&format!("{path}/reports"), json!({"reason": "Verkeerd geteld."})).await.expect(201);
        for (form, before) in ["application/json", "text/csv", "text/html"].into_iter().zip(before) {
            let after = in_form(&planner, &round, form).await;
            assert_eq!((&after.bytes, after.etag()), (&before.bytes, before.etag()), "{form}");
            let known = planner.with("accept", form).with("if-none-match", &before.etag());
            report_of(&known, &round).await.expect(304);
        }
        let page = text(&in_form(&planner.with("accept-language", "en"), &round, "text/html").await);
        assert!(page.contains("A report that is corrected afterwards changes nothing"), "{page}");
    }

    async fn a_facility_counts_once_and_different_judgements_are_told_as_that(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        let linde = world.linde();
        for _ in 0..5 {
            let hospital = new_hospital(&world, ids::ORGANISATION).await;
            reported(&world, (&hospital, &linde), &round, &[about("intakeGesprek", "voldaan")]).await;
            reported(&world, (&hospital, &linde), &round, &[about("intakeGesprek", "aandachtspunt")]).await;
        }
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        assert_eq!(report["facilities"], 5);
        let columns = figure(&report, "judgements")["columns"].as_array().expect("columns").clone();
        let several = columns.iter().position(|one| one["code"] == "severalJudgements").expect("a column");
        assert_eq!(row(&report, "judgements", "intakeGesprek").0[several], 5);
    }

    async fn self_reports_are_counted_beside_the_findings(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        for judgement in ["voldaan", "voldaan", "voldaan", "voldaan", "voldaan", "aandachtspunt", "aandachtspunt", "aandachtspunt", "aandachtspunt", "aandachtspunt"] {
            told_and_found(&world, &round, &[("intakeGesprek", "volledig", judgement)]).await;
        }
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        assert_eq!(row(&report, "agreement", "intakeGesprek"), (vec![json!(5), json!(5), json!(0)], json!(10)));
    }

    async fn of_few_who_reported_not_even_that_none_agrees_is_told(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        for _ in 0..4 {
            told_and_found(&world, &round, &[("intakeGesprek", "volledig", "aandachtspunt")]).await;
        }
        found(&world, &round, "intakeGesprek", &["voldaan"; 6]).await;
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        assert_eq!(row(&report, "agreement", "intakeGesprek"), (vec![Value::Null; 3], json!(10)));
    }

    async fn a_criterion_that_no_checklist_names_is_in_no_row(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        let linde = world.linde();
        for _ in 0..5 {
            let hospital = new_hospital(&world, ids::ORGANISATION).await;
            let findings = [about("intakeGesprek", "voldaan"), about("actiefWerken", "voldaan")];
            reported(&world, (&hospital, &linde), &round, &findings).await;
        }
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200);
        assert!(!text(&report).contains("actiefWerken"));
    }

    async fn the_page_reads_without_its_charts_and_what_people_wrote_stays_text(world: World) {
        let title = json!({"title": {"nl": "=HYPERLINK(\"http://elders\") <script>alert(1)</script>"}, "periods": [{"validFrom": "2019-01-01", "controlBasis": "regulated"}]});
        world.admin().with("if-match", "*").put("/sectors/ggz", title).await.expect(200);
        let round = open_round(&world, &["intakeGesprek"]).await;
        found(&world, &round, "intakeGesprek", &["voldaan", "voldaan", "voldaan", "voldaan", "voldaan"]).await;
        closed(&world, &round).await;
        let policy = world.person("policy", None);
        for (language, says) in [("nl", "Beleidsrapport"), ("fr", "Rapport stratégique"), ("en", "Policy report")] {
            let reader = policy.with("accept-language", language);
            let answer = in_form(&reader, &round, "text/html").await;
            let page = text(&answer);
            crate::report_page::left_for_axe(&format!("policy-{language}"), &page);
            assert!(page.contains(&format!("<html lang=\"{language}\">")) && page.contains(says), "{page}");
            assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
            assert_eq!(page.contains("lang=\"nl\">=HYPERLINK"), language != "nl", "what is in Dutch is marked as such");
            for part in ["<svg ", "<desc ", "<caption>", "<th scope=\"col\"", "<th scope=\"row\""] {
                assert!(page.contains(part), "{part}");
            }
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(policy.contains("default-src 'none'") && !page.contains("style=\""), "{policy}");
            let sheet = text(&in_form(&reader, &round, "text/csv").await);
            assert!(sheet.contains("\"'=HYPERLINK") && !sheet.contains(";=HYPERLINK") && !sheet.contains("\"=HYPERLINK"), "{sheet}");
        }
        report_of(&policy.with("accept", "image/png"), &round).await.problem(406, "notAcceptable");
    }

    async fn it_names_no_facility_and_nobody(world: World) {
        for form in ["application/json", "text/csv", "text/html"] {
            let said = text(&in_form(&world.person("policy", None), ids::CLOSED_ROUND, form).await);
            for name in ["De Linde", "De Berk", "De Wilg", "De Beuk", "Voorbeeld", ids::FACILITY, "demo-inspector"] {
                assert!(!said.contains(name), "{form} names {name}");
            }
        }
    }

    async fn the_demo_has_a_closed_round_with_figures(world: World) {
        let report = report_of(&world.linde(), ids::CLOSED_ROUND).await.expect(200).body;
        assert_eq!(report["facilities"], 6);
        assert_eq!(row(&report, "judgements", "intakeGesprek").0[0], 6);
        assert_eq!(row(&report, "judgements", "peilenMetCollega").0[..2], [Value::Null, Value::Null]);
        gives_nothing_away(&report, 5);
    }

    async fn what_was_cancelled_is_counted_apart(world: World) {
        let round = open_round(&world, &["intakeGesprek"]).await;
        let planner = world.planner().with("if-match", "*");
        for _ in 0..5 {
            let hospital = new_hospital(&world, ids::ORGANISATION).await;
            let input = json!({"roundId": round, "facilityId": hospital, "reason": "thematicRound", "announced": true});
            let made = world.planner().post("/inspections", input).await.expect(201);
            let path = path_of(&made.body);
            let visit = json!({"from": format!("{}T08:00:00Z", day(&world, 9)), "to": format!("{}T15:00:00Z", day(&world, 9))});
            planner.put(&format!("{path}/visits/{}", uuid::Uuid::now_v7()), visit).await.expect(200);
            planner.post(&format!("{path}/announcements"), json!({})).await.expect(200);
            planner.post(&format!("{path}/cancellations"), why()).await.expect(200);
        }
        // Of one that was cancelled before anybody knew of it, no figure and no row tells.
        let input = json!({"roundId": round, "facilityId": "0190a000-0000-7000-8000-000000000018", "reason": "complaint", "announced": false});
        let made = world.planner().post("/inspections", input).await.expect(201);
        planner.post(&format!("{}/cancellations", path_of(&made.body)), why()).await.expect(200);
        closed(&world, &round).await;
        let report = report_of(&world.planner(), &round).await.expect(200).body;
        assert_eq!(report["facilities"], 0);
        assert_eq!(row(&report, "cancellations", "ggz"), (vec![json!(0), json!(0), json!(5), json!(0)], json!(5)));
        let report = report.to_string();
        assert!(!report.contains("spoed"), "{report}");
    }
}
