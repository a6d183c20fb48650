//! A walk through the findings of a round: nothing is missed, nothing comes twice, and the end costs what the beginning did.
use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;
use kindreflex::access::connect;
use kindreflex::db::types::Conn;
use kindreflex::demo::ids;
use serde_json::{Value, json};

use crate::support::{Backend, World, execute, key};

/// Puts so many findings into the demo's inspection that is under way, every third about another criterion, every fifth with another judgement.
fn many(world: &World, count: usize) {
    let (inspection, round, facility) = (
        key(world, ids::RUNNING_INSPECTION),
        key(world, ids::ROUND),
        key(world, ids::SHELTERED),
    );
    let content = json!({"title": "Gemaakt"}).to_string();
    let said = "CASE WHEN n % 3 = 0 THEN 'basisvorming' ELSE 'collegiaalOverleg' END, CASE WHEN n % 5 = 0 THEN 'aandachtspunt' ELSE 'voldaan' END";
    let (series, id, now) = match world.backend {
        Backend::Sqlite => (
            format!(
                "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})"
            ),
            "unhex(printf('0190c000000070008000%012x', n))",
            "'2026-11-20T10:00:00.000000Z'",
        ),
        Backend::Postgres => (
            format!("WITH s(n) AS (SELECT generate_series(1, {count}))"),
            "('0190c000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
            "now()",
        ),
    };
    let json = if world.backend == Backend::Postgres {
        "::jsonb"
    } else {
        ""
    };
    execute(
        world,
        &format!(
            "{series} INSERT INTO finding (inspection_id, id, arrival, round_id, facility_id, framework_code, criterion_code, judgement, conflict, heads, base, pending, content, updated_at) \
         SELECT {inspection}, {id}, {id}, {round}, {facility}, 'ggz', {said}, false, '[]'{json}, '[]'{json}, 0, '{content}'{json}, {now} FROM s"
        ),
    );
}

/// Follows every page; another finding is recorded between two of them.
async fn walked(world: &World, filter: &str) -> Vec<String> {
    let planner = world.planner();
    let mut path = format!(
        "/inspectionRounds/{}/findings?pageSize=200{filter}",
        ids::ROUND
    );
    let mut seen = Vec::new();
    loop {
        let page = planner.get(&path).await.expect(200);
        let items = page.body["items"].as_array().expect("items").clone();
        seen.extend(
            items
                .iter()
                .map(|item| item["href"].as_str().expect("a href").to_owned()),
        );
        let new = format!(
            "/inspections/{}/findings/{}",
            ids::RUNNING_INSPECTION,
            uuid::Uuid::now_v7()
        );
        world
            .inspector()
            .put(&new, json!({"title": "Intussen"}))
            .await
            .expect(201);
        let Some(next) = page.body["next"].as_str() else {
            return seen;
        };
        next.strip_prefix("https://kindreflex.test/v1")
            .expect("ours")
            .clone_into(&mut path);
    }
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// Does a filter take the finding with this number?
type Takes = fn(usize) -> bool;

on_both! {
    async fn a_walk_by_any_filter_shows_what_was_there_once_while_others_are_written(world: World) {
        many(&world, 3000);
        let of = |id: &str| format!("/v1/inspections/{}/findings/{id}", ids::RUNNING_INSPECTION);
        let made = |n: usize| of(&format!("0190c000-0000-7000-8000-{n:012x}"));
        let filters: [(&str, Takes); 5] = [
            ("", |_| true),
            ("&criterionCode=basisvorming", |n| n % 3 == 0),
            ("&judgement=aandachtspunt", |n| n % 5 == 0),
            ("&criterionCode=basisvorming&judgement=aandachtspunt", |n| n % 15 == 0),
            ("&criterionCode=basisvorming&criterionCode=collegiaalOverleg&judgement=aandachtspunt&judgement=voldaan", |_| true),
        ];
        for (filter, takes) in filters {
            let seen = walked(&world, filter).await;
            let all: BTreeSet<&String> = seen.iter().collect();
            assert_eq!(all.len(), seen.len(), "{filter}: one comes twice");
            for n in 1..=3000 {
                assert_eq!(all.contains(&made(n)), takes(n), "{filter}: {n}");
            }
        }
        let disputed = walked(&world, "&conflict=true").await;
        assert_eq!(disputed, [of(ids::DISPUTED_FINDING)]);
        let most = "&criterionCode=een".repeat(11);
        let path = format!("/inspectionRounds/{}/findings?pageSize=1{most}", ids::ROUND);
        world.planner().get(&path).await.problem(400, "badRequest");
    }

    async fn a_page_at_the_end_of_a_hundred_thousand_reads_no_more_than_one_at_the_start(world: World) {
        if world.backend == Backend::Sqlite {
            return; // Its plans are told without counts; the walk above runs there too.
        }
        many(&world, 100_000);
        execute(&world, "ANALYZE finding");
        let mut conn = connect(&world.url).expect("opens");
        let Conn::Postgres(conn) = &mut conn else {
            panic!("it is PostgreSQL")
        };
        let round = key(&world, ids::ROUND);
        // As `walk::stretch` asks, one combination of filters each.
        for filter in ["", "AND criterion_code = 'basisvorming'", "AND judgement = 'aandachtspunt'", "AND criterion_code = 'basisvorming' AND judgement = 'aandachtspunt'", "AND conflict"] {
            for after in ["0190c000-0000-7000-8000-000000000001", "0190c000-0000-7000-8000-000000018000"] {
                let sql = format!("EXPLAIN (ANALYZE, FORMAT TEXT) SELECT * FROM finding WHERE round_id = {round} {filter} AND arrival > '{after}' ORDER BY arrival LIMIT 51");
                let plan: Vec<Plan> = diesel::sql_query(&sql).load(conn).expect("a plan");
                let plan = plan.into_iter().map(|plan| plan.line).collect::<Vec<_>>().join("\n");
                assert!(plan.contains("Index Scan") && !plan.contains("Seq Scan") && !plan.contains("Sort"), "{filter}: {plan}");
                let removed = plan.lines().find_map(|line| line.trim().strip_prefix("Rows Removed by Filter: ")?.parse::<u32>().ok());
                assert!(removed.unwrap_or(0) <= 51 * 19, "{filter}: {plan}");
            }
        }
        let last = format!("/inspectionRounds/{}/findings?pageSize=50&after=0190c000-0000-7000-8000-000000018000", ids::ROUND);
        let page = world.planner().get(&last).await.expect(200);
        assert_eq!(page.body["items"].as_array().map(Vec::len), Some(50));
        assert_ne!(page.body["items"][0]["id"], Value::Null);
    }
}
