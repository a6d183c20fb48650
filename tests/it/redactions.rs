//! A text that should not have been written is removed everywhere, and the past can still be verified.
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use futures_util::future::join_all;
use kindreflex::access::connect;
use kindreflex::audit::report::{FaultKind, Report};
use kindreflex::audit::verify::whole;
use kindreflex::db::types::Conn;
use kindreflex::demo::{enterprise_number, ids};
use kindreflex::redaction::needle::{CODE_LISTS, CODES};
use kindreflex::redaction::places::{Removal, TABLES};
use kindreflex::redaction::upkeep;
use serde_json::{Value, json};

use crate::support::{
    Actor, Answer, Backend, WILG, World, databases, draft_of, hex_of, ids_of, link_of, path_of,
    send_file,
};

/// A name with what JSON escapes.
const NAME: &str = "Zoé \"Zonnetje\" Claes";

fn spellings() -> [String; 3] {
    let escaped = json!(NAME).to_string().trim_matches('"').to_owned();
    [
        NAME.to_owned(),
        escaped.clone(),
        escaped.replace('é', "\\u00e9"),
    ]
}

async fn verified(world: &World) -> Report {
    world.number_events().await;
    whole(&world.state, None, |_, _| ())
        .await
        .expect("a report")
}

fn asked(text: &str) -> Value {
    json!({"facilityId": ids::FACILITY, "text": text, "ground": "Naam van een kind"})
}

/// Sends a text file to De Linde's hospital; gives back its id.
async fn sent(linde: &Actor, text: &str, name: &str) -> String {
    let id = uuid::Uuid::now_v7().to_string();
    let escaped = name
        .bytes()
        .fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let named = linde.with(
        "content-disposition",
        &format!("attachment; filename*=UTF-8''{escaped}"),
    );
    send_file(&named, &id, ids::FACILITY, text.as_bytes())
        .await
        .expect(201);
    id
}

/// Where the name was written.
struct Written {
    /// The revision that was handed in with it.
    revision: String,
    /// This year's draft, which started from that.
    draft: Answer,
    attachment: String,
    site: String,
    /// Other things that name it: a contribution, a step plan and each version of it, a file by its name, a redaction by its ground.
    others: Vec<String>,
    /// The request that handed it in, and what it answered.
    submission: (Actor, String, Answer),
}

/// A contribution to a draft, with the name in what is asked, in what was answered by its link, and in why that was sent back; its path.
async fn contributed(world: &World, draft: &Answer) -> String {
    let (linde, text) = (world.linde(), format!("Gesprek met {NAME}."));
    let input = json!({"criteria": [ids::CRITERION], "recipient": text, "message": text});
    let contributions = format!("{}/contributions", path_of(&draft.body));
    let made = linde.post(&contributions, input).await.expect(201);
    let evidence = json!([{"kind": "document", "description": text}]);
    let given = json!({"givenBy": text, "answers": [{"criterionCode": ids::CRITERION, "level": "deels", "note": text, "evidence": evidence}]});
    let answers = format!("{}/answers", link_of(&made));
    world.anyone().post(&answers, given).await.expect(200);
    let path = path_of(&made.body);
    let answered = linde.get(&path).await.expect(200);
    linde
        .seen(&answered)
        .post(&format!("{path}/returns"), json!({"reason": text}))
        .await
        .expect(200);
    path
}

/// Two versions of De Linde's step plan with the name; its path, and that of the first of the two.
async fn planned(linde: &Actor) -> [String; 2] {
    let text = format!("Gesprek met {NAME}.");
    let path = format!("/facilities/{}/stepPlans/{}", ids::FACILITY, ids::STEP_PLAN);
    let plan = json!({"name": text, "frameworkCode": "ggz", "steps": [{"code": "samen", "title": text, "description": text, "steps": ["stap1"]}]});
    let before = linde.get(&path).await.expect(200);
    let first = linde
        .seen(&before)
        .put(&path, plan.clone())
        .await
        .expect(200);
    linde.seen(&first).put(&path, plan).await.expect(200);
    let version = format!("{path}/versions/{}", first.body["version"]);
    [path, version]
}

/// A redaction of something else, whose ground holds the name; its path.
async fn grounded(linde: &Actor) -> String {
    let input = json!({"facilityId": ids::FACILITY, "text": "campagne zeven", "ground": format!("Over {NAME}")});
    path_of(&linde.post("/redactions", input).await.expect(201).body)
}

/// Writes the name wherever De Linde's people can write: last year's self-assessment, taken up again and handed in; this year's, which starts
/// from it; a contribution to that; a step plan; a file, and the name of another; a site and a unit; the ground of an earlier redaction.
async fn written_everywhere(world: &World) -> Written {
    let (linde, admin) = (world.linde(), world.admin());
    let text = format!("Gesprek met {NAME}.");
    let attachment = sent(&linde, &text, "Zoé Claes.txt").await;
    let mandate = json!({"clientId": "een-epd", "name": format!("EPD van {NAME}"), "contact": text, "scopes": ["read:facilities"],
        "validUntil": world.state.clock.now() + chrono::Duration::days(30)});
    let mandates = format!("/organisations/{}/mandates", ids::ORGANISATION);
    let mandate = linde.post(&mandates, mandate).await.expect(201);
    let path = format!("/selfAssessments/{}", ids::SELF_ASSESSMENT);
    let last_year = linde.get(&path).await.expect(200);
    let again = linde
        .seen(&last_year)
        .post(
            &format!("{path}/reopenings"),
            json!({"reason": format!("Over {NAME}, na campagne zeven")}),
        )
        .await
        .expect(200);
    let answers: Vec<Value> = again.body["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .map(|answer| {
            let evidence = json!([{"kind": "document", "description": text, "attachmentId": attachment, "sha256": hex_of(text.as_bytes())}]);
            json!({"criterionCode": answer["criterionCode"], "level": answer["level"], "note": text, "evidence": evidence,
                "exceptions": [{"siteIds": [ids::SITE], "level": answer["level"], "note": text, "evidence": evidence}]})
        })
        .collect();
    let saved = linde
        .seen(&again)
        .patch(&format!("{path}/answers"), json!({"answers": answers}))
        .await
        .expect(200);
    let hander = linde.seen(&saved).with("idempotency-key", "hand-in-once");
    let submissions = format!("{path}/submissions");
    let submitted = hander.post(&submissions, json!({})).await.expect(201);
    let draft = draft_of(&linde, ids::FACILITY).await;
    let named = sent(&linde, "Over iets anders.", &format!("{NAME}.txt")).await;
    let mut others = vec![
        format!("/attachments/{named}"),
        contributed(world, &draft).await,
        grounded(&linde).await,
    ];
    others.extend(planned(&linde).await);
    others.push(path_of(&mandate.body));
    let facility = format!("/facilities/{}", ids::FACILITY);
    let site = admin
        .post(
            &format!("{facility}/sites"),
            json!({"name": text, "address": text, "validFrom": "2020-01-01"}),
        )
        .await
        .expect(201);
    admin
        .post(
            &format!("{facility}/units"),
            json!({"name": text, "facilityType": "pz", "validFrom": "2020-01-01"}),
        )
        .await
        .expect(201);
    Written {
        revision: format!("{path}/revisions/2"),
        draft,
        attachment,
        site: path_of(&site.body),
        others,
        submission: (hander, submissions, submitted),
    }
}

/// The files below this path that hold one of the spellings.
fn holding(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("a directory");
        return entries
            .flat_map(|entry| holding(&entry.expect("an entry").path()))
            .collect();
    }
    // A file of PostgreSQL can go while one looks.
    let bytes = std::fs::read(path).unwrap_or_default();
    let held = spellings().iter().any(|text| {
        let text = text.as_bytes();
        bytes.windows(text.len()).any(|window| window == text)
    });
    if held {
        vec![path.to_owned()]
    } else {
        Vec::new()
    }
}

/// The files of the world's database that hold the name. PostgreSQL's own log (`pg_wal`) is not looked at: it is the operator's.
fn on_disk(world: &World) -> Vec<PathBuf> {
    match world.url.strip_prefix("sqlite:") {
        Some(path) => ["", "-wal", "-shm"]
            .iter()
            .flat_map(|beside| {
                let file = PathBuf::from(format!("{path}{beside}"));
                if file.exists() {
                    holding(&file)
                } else {
                    Vec::new()
                }
            })
            .collect(),
        None => holding(&databases::files_of(&world.url)),
    }
}

/// Does the upkeep until it succeeds: others can be in its way.
async fn settle(world: &World) -> usize {
    for _ in 0..20 {
        match upkeep::once(&world.state).await {
            Ok(done) => return done,
            Err(fault) => println!("again: {fault}: {:?}", fault.causes()),
        }
    }
    panic!("the database was not written anew");
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

fn columns(conn: &mut Conn) -> Vec<String> {
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT m.name || '.' || p.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
            WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name <> 'sqlite_sequence' AND p.type = 'TEXT' \
            AND p.name <> 'at' AND p.name NOT LIKE '%\\_at' ESCAPE '\\' AND p.name NOT IN ('opens', 'due', 'valid_until', 'expires', 'until', 'planned_from', 'planned_to', 'state_since')"
        }
        Conn::Postgres(_) => {
            "SELECT (table_name || '.' || column_name)::text AS name FROM information_schema.columns \
            WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' AND data_type IN ('text', 'json', 'jsonb', 'character varying')"
        }
    };
    let rows: Vec<Column> =
        kindreflex::each!(conn, inner => diesel::sql_query(sql).load(inner)).expect("columns");
    let mut names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    names.sort();
    names
}

on_both! {
    async fn every_column_with_text_is_one_that_a_redaction_knows(world: World) {
        let mut known: Vec<String> = TABLES.iter().flat_map(|table| {
            let texts = table.texts.iter().map(|(column, _)| *column);
            texts.chain(table.others.iter().copied()).map(|column| format!("{}.{column}", table.name))
        }).collect();
        known.sort();
        let found = columns(&mut connect(&world.url).expect("opens"));
        let (missing, gone): (Vec<_>, Vec<_>) = (
            found.iter().filter(|name| !known.contains(name)).collect(),
            known.iter().filter(|name| !found.contains(name)).collect(),
        );
        assert!(missing.is_empty() && gone.is_empty(),
            "put these into src/redaction/places.rs: {missing:?}; take these out: {gone:?}");
    }

    async fn postgres_keeps_no_samples_of_a_column_with_text(world: World) {
        let mut conn = connect(&world.url).expect("opens");
        let Conn::Postgres(conn) = &mut conn else {
            return; // SQLite keeps none of any column.
        };
        let sampled = "SELECT (c.relname || '.' || a.attname)::text AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND a.attstattarget <> 0";
        let sampled: Vec<Column> = diesel::sql_query(sampled).load(conn).expect("columns");
        let texts = TABLES.iter().filter(|table| table.removal != Removal::None);
        let texts = texts.flat_map(|table| table.texts.iter().map(move |(column, _)| format!("{}.{column}", table.name)));
        let missing: Vec<String> = texts.filter(|text| sampled.iter().any(|one| one.name == *text)).collect();
        assert!(missing.is_empty(), "SET STATISTICS 0 on: {missing:?}");
    }

    async fn a_text_is_removed_wherever_it_was_written(world: World) {
        let written = written_everywhere(&world).await;
        let (linde, inspector) = (world.linde(), world.inspector());
        let (before, seen) = (linde.get(&written.revision).await.expect(200), inspector.get(&format!("/selfAssessments/{}", ids::SELF_ASSESSMENT)).await.expect(200));
        assert!(before.body.to_string().contains("Zonnetje"));
        let made = linde.post("/redactions", asked(NAME)).await.expect(201);
        let counts = made.body["counts"].as_object().expect("counts");
        let mut places: Vec<&str> = TABLES.iter().filter(|table| table.removal != Removal::None).map(|table| table.counted).collect();
        places.sort_unstable();
        let counted: Vec<&str> = counts.iter().filter(|(_, count)| count.as_i64() > Some(0)).map(|(place, _)| place.as_str()).collect();
        assert_eq!(counted, places, "write the name there too, in written_everywhere: {counts:?}");
        assert_eq!(made.body["status"], "removing");
        assert!(!made.body.to_string().contains("Zo"), "{}", made.body);
        let own = [written.revision.clone(), format!("/selfAssessments/{}", ids::SELF_ASSESSMENT), path_of(&written.draft.body), written.site.clone()];
        for path in own.iter().chain(&written.others) {
            let after = linde.get(path).await.expect(200);
            assert!(!after.body.to_string().contains("Zonnetje"), "{path}: {}", after.body);
            assert!(after.body.to_string().contains("[verwijderd]"), "{path}: {}", after.body);
        }
        world.number_events().await;
        assert!(!linde.whole("/auditEvents?pageSize=200").await.body.to_string().contains("Zonnetje"));
        let content = format!("/attachments/{}/content", written.attachment);
        linde.get(&content).await.problem(404, "resourceNotFound");
        // What is frozen reads otherwise, and says so to whoever reads it.
        let after = linde.get(&written.revision).await.expect(200);
        assert_ne!(after.etag(), before.etag());
        let marks = after.body["selfAssessment"]["redactions"].as_array().expect("marks");
        let grounds: Vec<&Value> = marks.iter().map(|mark| &mark["ground"]).collect();
        assert_eq!(grounds, ["Over [verwijderd]", "Naam van een kind"]);
        assert_eq!(marks[1]["by"]["role"], "facility");
        let shown = inspector.get(&format!("/selfAssessments/{}", ids::SELF_ASSESSMENT)).await.expect(200);
        assert_ne!(shown.etag(), seen.etag());
        assert_eq!(shown.body["redactions"][1]["redactionId"], made.body["id"]);
        // What is repeated is answered without it.
        let (hander, submissions, submitted) = &written.submission;
        let replayed = hander.post(submissions, json!({})).await.expect(201);
        assert_eq!(replayed.etag(), submitted.etag());
        assert!(replayed.body.to_string().contains("[verwijderd]") && !replayed.body.to_string().contains("Zonnetje"));
        // A second time there is nothing left.
        let again = linde.post("/redactions", asked(NAME)).await.problem(400, "badRequest");
        assert_eq!(again.issues(), [("nothingFound".to_owned(), "text".to_owned())]);
        let report = verified(&world).await;
        assert_eq!(report.faults, []);
        assert!(report.erased > 0);
    }

    async fn nothing_of_a_removed_text_is_left_on_disk(world: World) {
        written_everywhere(&world).await;
        // Also where somebody overwrote it before.
        let linde = world.linde();
        let draft = draft_of(&world.wilg(), WILG).await;
        let answer = |note: &str| json!({"level": "deels", "note": note});
        let path = format!("{}/answers/{}", path_of(&draft.body), ids::CRITERION);
        let saved = world.wilg().seen(&draft).put(&path, answer(NAME)).await.expect(200);
        world.wilg().seen(&saved).put(&path, answer("Anders.")).await.expect(200);
        if world.backend == Backend::Postgres {
            connect(&world.url).expect("opens").batch_execute("ANALYZE").expect("statistics");
        }
        assert!(!on_disk(&world).is_empty(), "it was there");
        let made = linde.post("/redactions", asked(NAME)).await.expect(201);
        let theirs = json!({"facilityId": WILG, "text": NAME, "ground": "Naam van een kind"});
        world.wilg().post("/redactions", theirs).await.expect(201);
        assert!(!on_disk(&world).is_empty(), "nobody reads it, and it is still in the files");
        settle(&world).await;
        assert_eq!(on_disk(&world), Vec::<PathBuf>::new());
        let done = linde.get(&path_of(&made.body)).await.expect(200);
        assert_eq!(done.body["status"], "done");
        assert!(done.body["doneAt"].is_string());
        assert_ne!(done.etag(), made.etag());
        let copy = tempfile::tempdir().expect("a directory");
        let copied = copy.path().join("copy");
        std::fs::write(&copied, databases::stored(&world.url)).expect("a copy");
        assert!(std::fs::metadata(&copied).expect("a file").len() > 100_000);
        assert_eq!(holding(copy.path()), Vec::<PathBuf>::new());
        assert_eq!(settle(&world).await, 0);
        assert_eq!(verified(&world).await.faults, []);
    }

    async fn a_reader_with_an_old_snapshot_is_waited_for(world: World) {
        written_everywhere(&world).await;
        let mut reader = connect(&world.url).expect("opens");
        let begin = match world.backend { Backend::Sqlite => "BEGIN", Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ" };
        reader.batch_execute(&format!("{begin}; SELECT count(*) FROM answer")).expect("a snapshot");
        let made = world.linde().post("/redactions", asked(NAME)).await.expect(201);
        // SQLite gives up and is asked again; PostgreSQL waits a while by itself.
        if world.backend == Backend::Sqlite {
            assert!(upkeep::once(&world.state).await.is_err());
            let still = world.linde().get(&path_of(&made.body)).await.expect(200);
            assert_eq!(still.body["status"], "removing");
            reader.batch_execute("COMMIT").expect("an end");
            settle(&world).await;
        } else {
            let (state, waiting) = (world.state.clone(), std::time::Instant::now());
            let end = std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(700));
                reader.batch_execute("COMMIT").expect("an end");
            });
            upkeep::once(&state).await.expect("done");
            assert!(waiting.elapsed() >= std::time::Duration::from_millis(600));
            end.join().expect("ended");
        }
        assert_eq!(on_disk(&world), Vec::<PathBuf>::new());
    }

    async fn a_redacted_revision_that_is_edited_is_found(world: World) {
        written_everywhere(&world).await;
        assert_eq!(verified(&world).await.faults, []);
        let document = |conn: &mut Conn| {
            let sql = format!("SELECT CAST(document AS TEXT) AS name FROM self_assessment_revision WHERE {}", of_linde(conn));
            let row: Column = kindreflex::each!(conn, inner => diesel::sql_query(sql).get_result(inner)).expect("a document");
            row.name
        };
        let mut conn = connect(&world.url).expect("opens");
        let original = document(&mut conn);
        world.linde().post("/redactions", asked(NAME)).await.expect(201);
        // Before its event has a number, and after.
        assert_eq!(whole(&world.state, None, |_, _| ()).await.expect("a report").faults, []);
        assert_eq!(verified(&world).await.faults, []);
        let redacted = document(&mut conn);
        assert_ne!(original, redacted);
        // Back to how it was handed in, or to anything else: only the newest word counts.
        for edited in [&original, &redacted.replace("[verwijderd]", "[anders]")] {
            put_document(&mut conn, edited);
            let found = verified(&world).await;
            let kinds: Vec<FaultKind> = found.faults.iter().map(|fault| fault.kind).collect();
            assert_eq!(kinds, [FaultKind::RevisionChanged], "{:?}", found.faults);
        }
        put_document(&mut conn, &redacted);
        assert_eq!(verified(&world).await.faults, []);
    }

    async fn a_revision_that_is_edited_without_an_event_is_found(world: World) {
        written_everywhere(&world).await;
        let mut conn = connect(&world.url).expect("opens");
        let cast = match world.backend { Backend::Sqlite => "", Backend::Postgres => "::text" };
        let back = match world.backend { Backend::Sqlite => "", Backend::Postgres => "::jsonb" };
        let edit = format!("UPDATE self_assessment_revision SET document = (replace(document{cast}, 'Zonnetje', '[verwijderd]')){back} WHERE {}", of_linde(&conn));
        conn.batch_execute(&edit).expect("edited");
        let found = verified(&world).await;
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert_eq!(found.faults[0].kind, FaultKind::RevisionChanged);
    }

    async fn a_dry_run_counts_and_changes_nothing(world: World) {
        let written = written_everywhere(&world).await;
        let linde = world.linde();
        let mut input = asked(NAME);
        input["dryRun"] = json!(true);
        let before = linde.get("/redactions").await.expect(200);
        let counted = linde.post("/redactions", input).await.expect(200);
        let after = linde.get(&written.revision).await.expect(200);
        assert!(after.body.to_string().contains("Zonnetje"));
        assert_eq!(linde.get("/redactions").await.expect(200).body, before.body);
        let done = linde.post("/redactions", asked(NAME)).await.expect(201);
        assert_eq!(done.body["counts"], counted.body["counts"]);
    }

    async fn a_register_number_is_taken_as_the_text_and_nowhere_else(world: World) {
        let (linde, number) = (world.linde().with("accept-language", "en"), "85.07.30-033.28");
        let refused = linde.post("/redactions", asked(number)).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("nothingFound".to_owned(), "text".to_owned())], "it was looked for");
        let mut input = asked("Een naam");
        input["ground"] = json!(format!("Nummer {number}"));
        let refused = linde.post("/redactions", input).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("personalData".to_owned(), "ground".to_owned())]);
        for (text, ground, kind, name) in [
            ("Zo", "Fout", "length", "text"), ("   ", "Fout", "length", "text"), ("verwijderd", "Fout", "partOfMark", "text"),
            ("Zoé Claes", "Naam van Zoé Claes", "repeatsText", "ground"), ("Zoé Claes", " ", "length", "ground"),
        ] {
            let input = json!({"facilityId": ids::FACILITY, "text": text, "ground": ground});
            let refused = linde.post("/redactions", input).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [(kind.to_owned(), name.to_owned())], "{text}");
            assert!(refused.body["issues"][0]["value"].is_null(), "{}", refused.body);
        }
        // A fault beside it does not repeat it either.
        let input = json!({"facilityId": 1, "text": "Zo", "ground": "Fout"});
        let refused = linde.post("/redactions", input).await.problem(400, "badRequest");
        assert!(!refused.body.to_string().contains("\"Zo\""), "{}", refused.body);
        let nothing = json!({"facilityId": ids::FACILITY, "ground": "Fout"});
        linde.post("/redactions", nothing).await.problem(400, "badRequest");
    }

    async fn only_those_whose_it_is_remove_and_an_admin_sees_no_counts(world: World) {
        let written = written_everywhere(&world).await;
        let (linde, berk, admin) = (world.linde(), world.berk(), world.admin());
        berk.post("/redactions", asked(NAME)).await.problem(404, "resourceNotFound");
        for role in ["inspector", "planner", "policy", "expert", "authority"] {
            world.person(role, None).post("/redactions", asked(NAME)).await.problem(403, "missingPermission");
        }
        let contributor = world.person("facilityContributor", Some(enterprise_number(9_990_001)));
        contributor.post("/redactions", asked(NAME)).await.problem(403, "missingPermission");
        // A text of another facility is not theirs to remove: De Berk's own hold none.
        let own = json!({"facilityId": "0190a000-0000-7000-8000-000000000013", "text": NAME, "ground": "Fout"});
        berk.post("/redactions", own).await.problem(400, "badRequest");
        assert!(linde.get(&written.revision).await.expect(200).body.to_string().contains("Zonnetje"));
        let mut counting = asked(NAME);
        counting["dryRun"] = json!(true);
        admin.post("/redactions", counting).await.problem(403, "missingPermission");
        let made = admin.post("/redactions", asked(NAME)).await.expect(201);
        assert_eq!((&made.body["by"]["role"], made.body.get("counts")), (&json!("admin"), None), "{}", made.body);
        let path = path_of(&made.body);
        assert_eq!(admin.get(&path).await.expect(200).body["ground"], made.body["ground"]);
        let whole = linde.get(&path).await.expect(200).body;
        assert!(whole["counts"]["answers"].as_i64() > Some(0), "{whole}");
        assert_eq!(whole["ground"], made.body["ground"]);
        let theirs = linde.post("/redactions", json!({"facilityId": ids::FACILITY, "text": "fictief", "ground": "Van de voorziening"})).await.expect(201);
        let seen = admin.get(&path_of(&theirs.body)).await.expect(200).body;
        assert_eq!((seen.get("counts"), seen.get("ground"), &seen["by"]), (None, None, &theirs.body["by"]), "{seen}");
        for listed in admin.get("/redactions?pageSize=200").await.expect(200).body["items"].as_array().expect("items") {
            assert_eq!(listed.get("counts"), None, "{listed}");
        }
        // What is redacted may stand in a draft: the events are the facility's alone.
        world.number_events().await;
        for (reader, tells) in [(&admin, false), (&linde, true)] {
            let events = reader.get("/auditEvents?action=textRedacted").await.expect(200);
            assert_eq!(events.body["items"] != json!([]), tells, "{}", events.body);
        }
        berk.get(&path).await.problem(404, "resourceNotFound");
        assert!(!ids_of(&berk.get("/redactions").await.expect(200)).contains(&made.body["id"].as_str().expect("an id").to_owned()));
        assert!(ids_of(&admin.get(&format!("/redactions?facilityId={}", ids::FACILITY)).await.expect(200)).contains(&made.body["id"].as_str().expect("an id").to_owned()));
        world.inspector().get("/redactions").await.problem(403, "missingPermission");
    }

    async fn what_is_removed_from_a_draft_is_its_facilitys_alone(world: World) {
        let (linde, inspector) = (world.linde(), world.inspector());
        let path = format!("/selfAssessments/{}", ids::SELF_ASSESSMENT);
        let before = inspector.get(&path).await.expect(200);
        let again = linde.seen(&linde.get(&path).await.expect(200)).post(&format!("{path}/reopenings"), json!({"reason": "Fout"})).await.expect(200);
        let answer = json!({"level": "deels", "note": NAME});
        let saved = linde.seen(&again).put(&format!("{path}/answers/{}", ids::CRITERION), answer).await.expect(200);
        linde.post("/redactions", asked(NAME)).await.expect(201);
        let draft = linde.get(&path).await.expect(200);
        assert_ne!(draft.etag(), saved.etag());
        assert_eq!(draft.body["redactions"].as_array().map(Vec::len), Some(2), "the demo's, and this");
        let after = inspector.get(&path).await.expect(200);
        assert_eq!((after.etag(), after.body), (before.etag(), before.body));
    }

    async fn a_step_plan_that_shares_its_id_with_anothers_leaves_no_mark_on_theirs(world: World) {
        let (linde, berk) = (world.linde(), world.berk());
        // Clients make the ids of plans: two facilities can have the same.
        let facility = "0190a000-0000-7000-8000-000000000013";
        let plan = json!({"name": format!("Plan van {NAME}"), "frameworkCode": "ggz", "steps": [{"code": "eerst", "title": "Eerst praten", "steps": ["stap1"]}]});
        berk.put(&format!("/facilities/{facility}/stepPlans/{}", ids::STEP_PLAN), plan).await.expect(201);
        let draft = draft_of(&linde, ids::FACILITY).await;
        assert!(draft.body["stepPlan"]["href"].as_str().expect("a plan").contains(ids::STEP_PLAN), "the same version, of the same id");
        let own = json!({"facilityId": facility, "text": NAME, "ground": "Fout"});
        berk.post("/redactions", own).await.expect(201);
        let after = linde.get(&path_of(&draft.body)).await.expect(200);
        assert_eq!((after.etag(), after.body), (draft.etag(), draft.body));
    }

    async fn who_mistypes_a_text_is_told_that_nothing_went_and_an_admin_is_not(world: World) {
        written_everywhere(&world).await;
        let (linde, admin) = (world.linde(), world.admin());
        let before = linde.get("/redactions?pageSize=200").await.expect(200).body;
        let small = asked(&NAME.to_lowercase());
        let refused = linde.post("/redactions", small.clone()).await.problem(400, "badRequest");
        assert_eq!(refused.issues(), [("nothingFound".to_owned(), "text".to_owned())]);
        assert!(refused.body.to_string().contains("ignoreCase"), "{:?}", refused.body);
        assert!(!refused.body.to_string().contains(&NAME.to_lowercase()));
        assert_eq!(linde.get("/redactions?pageSize=200").await.expect(200).body, before);
        // Whether it stood in a draft is not an admin's to know.
        admin.post("/redactions", small.clone()).await.expect(201);
        let mut any_size = small;
        any_size["ignoreCase"] = json!(true);
        linde.post("/redactions", any_size).await.expect(201);
    }

    async fn an_attachment_that_is_named_goes_whole_and_does_not_come_back(world: World) {
        let linde = world.linde();
        let id = sent(&linde, "Over iets anders.", "anders.txt").await;
        let before = linde.get(&format!("/attachments/{id}")).await.expect(200);
        let input = |id: &str| json!({"facilityId": ids::FACILITY, "attachments": [id], "ground": "Foto van een kind"});
        let made = linde.post("/redactions", input(&id)).await.expect(201);
        assert_eq!(made.body["counts"], json!({"attachments": 1}));
        let after = linde.get(&format!("/attachments/{id}")).await.expect(200);
        assert_eq!((&after.body["status"], &after.body["sentSha256"]), (&json!("redacted"), &before.body["sentSha256"]));
        assert!(after.body["fileName"].is_null());
        assert_ne!(after.etag(), before.etag());
        linde.get(&format!("/attachments/{id}/content")).await.problem(404, "resourceNotFound");
        send_file(&linde, &id, ids::FACILITY, b"Over iets anders.").await.problem(409, "stateConflict");
        let again = linde.post("/redactions", input(&id)).await.problem(400, "badRequest");
        assert_eq!(again.issues(), [("nothingFound".to_owned(), "attachments".to_owned())]);
        let unknown = linde.post("/redactions", input(&uuid::Uuid::now_v7().to_string())).await.problem(400, "badRequest");
        assert_eq!(unknown.issues(), [("unknownReference".to_owned(), "attachments[0]".to_owned())]);
    }

    async fn a_file_holds_a_text_also_where_two_of_its_pieces_meet(world: World) {
        let linde = world.linde();
        let filler = "x".repeat(262_144 - 5);
        let holding = sent(&linde, &format!("{filler} {NAME}"), "een.txt").await;
        let other = sent(&linde, &format!("{filler} Zoé en anderen"), "ander.txt").await;
        let mut input = asked(&NAME.to_uppercase());
        input["ignoreCase"] = json!(true);
        let made = linde.post("/redactions", input).await.expect(201);
        assert_eq!(made.body["counts"], json!({"attachments": 1}));
        linde.get(&format!("/attachments/{holding}/content")).await.problem(404, "resourceNotFound");
        linde.get(&format!("/attachments/{other}/content")).await.expect(200);
    }

    async fn a_repeated_redaction_is_replayed_and_its_body_cannot_be_guessed_from_what_is_kept(world: World) {
        written_everywhere(&world).await;
        let linde = world.linde().with("idempotency-key", "redact-once");
        let made = linde.post("/redactions", asked(NAME)).await.expect(201);
        assert_eq!(linde.post("/redactions", asked(NAME)).await.expect(201).body, made.body);
        linde.post("/redactions", asked("Een ander")).await.problem(422, "idempotencyKeyReused");
        let unsalted = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("POST /v1/redactions\0{}", asked(NAME)).as_bytes());
        let mut conn = connect(&world.url).expect("opens");
        let sql = match &conn {
            Conn::Sqlite(_) => "SELECT lower(hex(request_hash)) AS name FROM idempotency WHERE key = 'redact-once'",
            Conn::Postgres(_) => "SELECT encode(request_hash, 'hex') AS name FROM idempotency WHERE key = 'redact-once'",
        };
        let row: Column = kindreflex::each!(&mut conn, inner => diesel::sql_query(sql).get_result(inner)).expect("a key");
        let unsalted = unsalted.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert!(!row.name.contains(&unsalted));
    }

    async fn answers_that_are_saved_meanwhile_come_before_it_or_after_it(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let writers = (0..6).map(|writer| {
            let (wilg, path) = (wilg.with("if-match", "*"), path.clone());
            async move {
                for turn in 0..5 {
                    let answer = json!({"level": "deels", "note": format!("{NAME} {writer} {turn}")});
                    wilg.put(&format!("{path}/answers/{}", ids::CRITERION), answer).await.expect(200);
                }
            }
        });
        let redaction = json!({"facilityId": WILG, "text": NAME, "ground": "Fout"});
        // One that comes before any of it finds nothing.
        let redactions = (0..4).map(|_| async { assert!([201, 400].contains(&wilg.post("/redactions", redaction.clone()).await.status)); });
        futures_util::future::join(join_all(writers), join_all(redactions)).await;
        let last = wilg.post("/redactions", redaction.clone()).await;
        assert!([201, 400].contains(&last.status), "{:?}", last.body);
        let left = wilg.get(&path).await.expect(200);
        let note = left.body["answers"][0]["note"].as_str().expect("a note").to_owned();
        assert!(note.starts_with("[verwijderd] ") && note.ends_with(" 4"), "the last answer is there: {note}");
        assert_eq!(verified(&world).await.faults, []);
    }
}

/// The revision of De Linde's that holds the name.
fn of_linde(conn: &Conn) -> String {
    let id: uuid::Uuid = ids::SELF_ASSESSMENT.parse().expect("an id");
    match conn {
        Conn::Postgres(_) => format!("self_assessment_id = '{id}' AND revision = 2"),
        Conn::Sqlite(_) => format!("self_assessment_id = X'{}' AND revision = 2", id.simple()),
    }
}

fn put_document(conn: &mut Conn, document: &str) {
    let cast = match conn {
        Conn::Sqlite(_) => "$1",
        Conn::Postgres(_) => "CAST($1 AS jsonb)",
    };
    let sql = format!(
        "UPDATE self_assessment_revision SET document = {cast} WHERE {}",
        of_linde(conn)
    );
    let put = kindreflex::each!(conn, inner => diesel::sql_query(sql).bind::<Text, _>(document).execute(inner));
    assert_eq!(put.expect("put"), 1);
}

/// Every member of the stored documents whose schema is more than a text would be spoiled by a mark, so a redaction leaves it alone.
#[test]
fn what_a_redaction_leaves_alone_is_what_is_not_a_text() {
    let schemas = &kindreflex::openapi::DOCUMENT["components"]["schemas"];
    let free = [
        "note",
        "description",
        "reason",
        "ground",
        "nl",
        "fr",
        "en",
        "titles",
        "title",
        "name",
        "recipient",
        "message",
        "givenBy",
        "returnReason",
    ];
    let stored = ["SelfAssessment", "Contribution", "StepPlan"];
    let mut todo: Vec<String> = stored.iter().map(|name| (*name).to_owned()).collect();
    let (mut seen, mut wrong) = (Vec::new(), Vec::new());
    while let Some(name) = todo.pop() {
        if seen.contains(&name) {
            continue;
        }
        walk(&schemas[&name], "", &free, schemas, &mut todo, &mut wrong);
        seen.push(name);
    }
    assert!(seen.len() > 5, "{seen:?}");
    assert!(
        wrong.is_empty(),
        "say of these in src/redaction/needle.rs whether they are codes, or here that they are texts: {wrong:?}"
    );
}

/// Members of contributions and step plans that are no JSON where they are stored: each is a column of its own, or is not stored.
const IN_COLUMNS: &[&str] = &[
    "acceptedAt",
    "acceptedBy",
    "acceptedCriteria",
    "askedBy",
    "criteria",
    "expires",
    "link",
    "savedAt",
    "savedBy",
];

fn walk(
    schema: &Value,
    member: &str,
    free: &[&str],
    all: &Value,
    todo: &mut Vec<String>,
    wrong: &mut Vec<String>,
) {
    if CODES.contains(&member) || IN_COLUMNS.contains(&member) {
        return;
    }
    if let Some(name) = name_in(schema) {
        if all[name]["type"] == "string" {
            walk(&all[name], member, free, all, todo, wrong);
        } else {
            todo.push(name.to_owned());
        }
        return;
    }
    if schema["type"] == "string" && !free.contains(&member) {
        wrong.push(member.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        walk(property, name, free, all, todo, wrong);
    }
    for part in ["allOf", "oneOf", "anyOf"] {
        for one in schema[part].as_array().into_iter().flatten() {
            walk(one, member, free, all, todo, wrong);
        }
    }
    let item = name_in(&schema["items"]).map_or(&schema["items"], |name| &all[name]);
    if CODE_LISTS.contains(&member) && item["type"] == "string" {
        return;
    }
    for part in ["items", "additionalProperties"] {
        if schema[part].is_object() {
            walk(&schema[part], member, free, all, todo, wrong);
        }
    }
}

/// The name of the schema that is referred to.
fn name_in(schema: &Value) -> Option<&str> {
    let reference = schema["$ref"].as_str()?;
    reference.rsplit('/').next()
}
