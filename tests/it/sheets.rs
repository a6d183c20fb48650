//! Answers as a sheet that goes out and comes back filled.
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kindreflex::demo::ids;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, WILG, answer_whole, answers_to, draft_of, path_of};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The columns of a sheet: the code, the level and the note.
const CODE: usize = 0;
const LEVEL: usize = 6;
const NOTE: usize = 7;

type Rows = Vec<Vec<String>>;

/// The rows of a CSV sheet, as a spreadsheet shows them.
fn rows_of(answer: &Answer) -> Rows {
    let text = std::str::from_utf8(&answer.bytes).expect("UTF-8");
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let record = |record: csv::Result<csv::StringRecord>| {
        record
            .expect("a record")
            .iter()
            .map(str::to_owned)
            .collect()
    };
    reader.records().map(record).collect()
}

fn csv_of(rows: &Rows) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("written");
    }
    writer.into_inner().expect("bytes")
}

/// The rows of a workbook's first sheet.
fn rows_of_book(bytes: &[u8]) -> Rows {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).expect("a sheet");
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        other => other.to_string(),
    };
    range
        .rows()
        .map(|row| row.iter().map(text).collect())
        .collect()
}

fn book_of(rows: &Rows) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).expect("written");
        }
    }
    book.save_to_buffer().expect("bytes")
}

/// The row that asks this criterion.
fn row_of<'r>(rows: &'r mut Rows, code: &str) -> &'r mut Vec<String> {
    let mut rows = rows.iter_mut();
    rows.find(|row| row.first().is_some_and(|one| one == code))
        .expect("the row")
}

fn number_of(rows: &Rows, code: &str) -> usize {
    let row = rows
        .iter()
        .position(|row| row.first().is_some_and(|one| one == code));
    row.expect("the row") + 1
}

async fn sheet(actor: &Actor, path: &str) -> Answer {
    let sheet = actor.get(&format!("{path}/answerSheet")).await.expect(200);
    assert_eq!(
        sheet.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    sheet
}

async fn send(actor: &Actor, path: &str, how: &str, bytes: Vec<u8>) -> Answer {
    let kind = if bytes.starts_with(b"PK") {
        XLSX
    } else {
        "text/csv"
    };
    let path = format!("{path}/answerSheets{how}");
    actor
        .with("content-type", kind)
        .send("POST".parse().expect("a method"), &path, Some(bytes))
        .await
}

/// The cells that a check refused, with the kinds of their faults.
fn refused(answer: &Answer) -> Vec<(String, String)> {
    let faults = answer.body["faults"].as_array().expect("faults").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let last = |kind: String| kind.rsplit(':').next().unwrap_or_default().to_owned();
    faults
        .iter()
        .map(|fault| (last(text(&fault["type"])), text(&fault["name"])))
        .collect()
}

fn named(faults: &[(&str, String)]) -> Vec<(String, String)> {
    faults
        .iter()
        .map(|(kind, name)| ((*kind).to_owned(), name.clone()))
        .collect()
}

on_both! {
    async fn a_sheet_goes_out_with_what_is_asked_and_what_is_there(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let sheet = sheet(&linde, &path_of(&draft.body)).await;
        let disposition = sheet.header("content-disposition").expect("a name");
        assert!(disposition.starts_with("attachment; filename=\"zelfevaluatie-") && disposition.ends_with(".csv\""), "{disposition}");
        let mut rows = rows_of(&sheet);
        let id = draft.body["id"].as_str().expect("an id");
        assert_eq!(rows[0], ["kindreflex", id, draft.etag().as_str(), "ggz 2026-1"]);
        assert_eq!(rows[1], ["Code", "Thema", "Eigen woorden", "Criterium", "Leidraad", "Mogelijke niveaus", "Niveau", "Toelichting", "Waarom open", "Vorige keer"]);
        let framework = linde.get("/frameworks/ggz/versions/2026-1").await.expect(200);
        let asked = framework.body["document"]["themes"].as_array().expect("themes").iter().flat_map(|theme| theme["criteria"].as_array().expect("criteria"));
        let types = |criterion: &&Value| criterion.pointer("/appliesTo/facilityTypes").is_none_or(|types| types.as_array().is_some_and(|types| types.contains(&json!("pz"))));
        let asked: Vec<&str> = asked.filter(types).map(|criterion| criterion["code"].as_str().expect("a code")).collect();
        let written: Vec<&str> = rows[2..].iter().map(|row| row[CODE].as_str()).collect();
        assert_eq!(written, asked, "a row per criterion that is asked of this type");
        for answer in draft.body["answers"].as_array().expect("answers") {
            let row = row_of(&mut rows, answer["criterionCode"].as_str().expect("a code"));
            assert!(!row[LEVEL].is_empty(), "{row:?}");
            assert_eq!(row[NOTE], answer["note"].as_str().unwrap_or_default());
        }
        for open in draft.body["openCriteria"].as_array().expect("open") {
            let row = row_of(&mut rows, open["criterionCode"].as_str().expect("a code"));
            assert!(row[LEVEL].is_empty() && !row[8].is_empty(), "{row:?}");
            assert_eq!(row[9].is_empty(), open.get("previous").is_none(), "{row:?}");
        }
        assert_eq!(row_of(&mut rows, "intakeGesprek")[2], "Het gesprek aan de keukentafel", "the facility's own words");
        linde.with("if-none-match", &sheet.etag()).get(&format!("{}/answerSheet", path_of(&draft.body))).await.expect(304);
    }

    async fn a_sheet_is_written_as_it_is_asked_for(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = format!("{}/answerSheet", path_of(&draft.body));
        for (accept, format) in [("text/csv", "text/csv; charset=utf-8"), (XLSX, XLSX), ("*/*", "text/csv; charset=utf-8"), ("text/csv;q=0.5, application/*", XLSX)] {
            let sheet = wilg.with("accept", accept).get(&path).await.expect(200);
            assert_eq!(sheet.header("content-type"), Some(format), "{accept}");
        }
        let book = wilg.with("accept", "text/csv").get(&format!("{path}?format=xlsx&language=fr")).await.expect(200);
        let rows = rows_of_book(&book.bytes);
        assert_eq!(rows[1][..2], ["Code", "Thème"]);
        let text = rows_of(&wilg.get(&format!("{path}?language=fr")).await.expect(200));
        assert_eq!(rows[1..], text[1..], "the same rows in both");
        wilg.with("accept", "application/json").get(&path).await.problem(406, "notAcceptable");
        let refused = wilg.get(&format!("{path}?format=ods&language=de")).await.problem(400, "badRequest");
        assert_eq!(refused.issues().len(), 2);
        world.berk().get(&path).await.problem(404, "resourceNotFound");
        world.inspector().get(&path).await.problem(404, "resourceNotFound");
    }

    async fn each_format_and_language_of_a_sheet_has_a_tag_of_its_own(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let (csv, xlsx, french) = (format!("{path}/answerSheet"), format!("{path}/answerSheet?format=xlsx"), format!("{path}/answerSheet?language=fr"));
        let text = wilg.get(&csv).await.expect(200);
        let known = wilg.with("if-none-match", &text.etag());
        assert!(known.get(&csv).await.expect(304).bytes.is_empty());
        assert_eq!(known.with("accept", XLSX).get(&csv).await.expect(200).header("content-type"), Some(XLSX));
        let book = known.get(&xlsx).await.expect(200);
        assert!(book.bytes.starts_with(b"PK"));
        wilg.with("if-none-match", &book.etag()).get(&xlsx).await.expect(304);
        assert_eq!(rows_of(&known.get(&french).await.expect(200))[1][1], "Thème");
        wilg.with("if-none-match", &draft.etag()).get(&csv).await.expect(200);
        let online = wilg.seen(&text).put(&format!("{path}/answers/actiefWerken"), json!({"level": "volledig"})).await.expect(200);
        known.get(&csv).await.expect(200);
        for stale in [&draft, &text, &book] {
            wilg.seen(stale).put(&format!("{path}/answers/actiefWerken"), json!({"level": "volledig"})).await.problem(412, "preconditionFailed");
        }
        let now = sheet(&wilg, &path).await;
        assert_eq!(rows_of(&now)[0][2], online.etag(), "the sheet itself says the draft's");
        send(&wilg.seen(&now), &path, "?store=true", now.bytes.to_vec()).await.expect(200);
    }

    async fn a_sheet_that_comes_back_as_it_went_changes_nothing(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = path_of(&draft.body);
        let answered = draft.body["answers"].as_array().expect("answers").len();
        let (text, book) = (sheet(&linde, &path).await, linde.with("accept", XLSX).get(&format!("{path}/answerSheet")).await.expect(200));
        for bytes in [text.bytes.to_vec(), book.bytes.to_vec()] {
            let checked = send(&linde, &path, "", bytes.clone()).await.expect(200);
            assert_eq!((&checked.body["wouldSave"], &checked.body["unchanged"], &checked.body["faults"]), (&json!(0), &json!(answered), &json!([])));
            assert_eq!((&checked.body["stale"], checked.body.get("saved")), (&json!(false), None));
        }
        let after = linde.get(&path).await.expect(200);
        assert_eq!((after.etag(), &after.body), (draft.etag(), &draft.body));
        let stored = send(&linde.seen(&draft), &path, "?store=true", text.bytes.to_vec()).await.expect(200);
        assert_eq!((&stored.body["saved"], stored.body.get("wouldSave")), (&json!(0), None));
        let after = linde.get(&path).await.expect(200);
        assert_eq!(after.body["answers"], draft.body["answers"], "taken over, still to be confirmed");
    }

    async fn a_whole_year_comes_back_in_one_sheet(world: World) {
        let wilg = world.wilg();
        for workbook in [false, true] {
            let hospital = crate::support::new_hospital(&world, "0190a000-0000-7000-8000-000000000003").await;
            let draft = draft_of(&wilg, &hospital).await;
            let path = path_of(&draft.body);
            let answers = answers_to(&wilg, &draft.body["openCriteria"], "2026-1").await;
            let mut rows = rows_of(&sheet(&wilg, &path).await);
            for answer in answers["answers"].as_array().expect("answers") {
                let row = row_of(&mut rows, answer["criterionCode"].as_str().expect("a code"));
                answer["level"].as_str().expect("a level").clone_into(&mut row[LEVEL]);
                answer["note"].as_str().unwrap_or_default().clone_into(&mut row[NOTE]);
            }
            let count = answers["answers"].as_array().expect("answers").len();
            let bytes = if workbook { book_of(&rows) } else { csv_of(&rows) };
            let checked = send(&wilg, &path, "?store=false", bytes.clone()).await.expect(200);
            assert_eq!((&checked.body["wouldSave"], &checked.body["faults"]), (&json!(count), &json!([])));
            assert_eq!(wilg.get(&path).await.expect(200).etag(), draft.etag(), "it was only checked");
            let once = wilg.seen(&draft).with("idempotency-key", &format!("blad van {hospital}"));
            let stored = send(&once, &path, "?store=true", bytes.clone()).await.expect(200);
            assert_eq!((&stored.body["saved"], &stored.body["progress"]["answered"]), (&json!(count), &json!(count)));
            assert_eq!(send(&once, &path, "?store=true", bytes).await.expect(200).bytes, stored.bytes, "sent twice, stored once");
            let read = wilg.get(&path).await.expect(200);
            assert_eq!(read.etag(), stored.etag());
            for answer in answers["answers"].as_array().expect("answers") {
                let kept = read.body["answers"].as_array().expect("answers").iter().find(|one| one["criterionCode"] == answer["criterionCode"]).expect("the answer");
                assert_eq!((&kept["level"], kept.get("note")), (&answer["level"], answer.get("note")));
            }
        }
    }

    async fn what_a_sheet_does_not_show_stays_with_the_answer(world: World) {
        let linde = world.linde();
        let draft = draft_of(&linde, ids::FACILITY).await;
        let path = path_of(&draft.body);
        let input = json!({"level": "volledig", "evidence": [{"kind": "document", "description": "Nota"}], "exceptions": [{"unitIds": [ids::UNIT], "level": "deels", "note": "Nog niet"}]});
        let saved = linde.seen(&draft).put(&format!("{path}/answers/{}", ids::CRITERION), input).await.expect(200);
        let before = linde.get(&format!("{path}/answers/{}", ids::CRITERION)).await.expect(200);
        // A unit that was closed since is not the sheet's to mend.
        let closed = json!({"siteId": ids::SITE, "facilityType": "pz", "name": "Opname 2", "validFrom": "2015-01-01", "validTo": "2020-01-01"});
        let unit = format!("/facilities/{}/units/{}", ids::FACILITY, ids::UNIT);
        world.admin().with("if-match", "*").put(&unit, closed).await.expect(200);
        let mut rows = rows_of(&sheet(&linde, &path).await);
        let row = row_of(&mut rows, ids::CRITERION);
        (row[LEVEL], row[NOTE]) = ("Grotendeels".into(), "Minder dan vorig jaar".into());
        let stored = send(&linde.seen(&saved), &path, "?store=true", csv_of(&rows)).await.expect(200);
        assert_eq!(stored.body["saved"], 1, "only what changed");
        let kept = linde.get(&format!("{path}/answers/{}", ids::CRITERION)).await.expect(200);
        assert_eq!((&kept.body["level"], &kept.body["note"]), (&json!("grotendeels"), &json!("Minder dan vorig jaar")));
        assert_eq!(kept.body["evidence"], before.body["evidence"]);
        assert_eq!(kept.body["exceptions"][0]["level"], before.body["exceptions"][0]["level"]);
        let mut rows = rows_of(&sheet(&linde, &path).await);
        let row = row_of(&mut rows, ids::CRITERION);
        (row[LEVEL], row[NOTE]) = (String::new(), String::new());
        let blank = send(&linde.seen(&stored), &path, "?store=true", csv_of(&rows)).await.expect(200);
        assert_eq!(blank.body["saved"], 0);
        assert_eq!(linde.get(&format!("{path}/answers/{}", ids::CRITERION)).await.expect(200).body["level"], "grotendeels", "a blank level takes nothing away");
    }

    async fn every_cell_that_cannot_be_taken_is_named_and_nothing_is_stored(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        for workbook in [false, true] {
            let mut rows = rows_of(&sheet(&wilg, &path).await);
            let number = |code: &str| number_of(&rows, code);
            let (first, second, third, fourth, fifth) = (number("intakeGesprek"), number("nietPluisGevoel"), number("actiefWerken"), number("basisvorming"), number("korteContacten"));
            row_of(&mut rows, "intakeGesprek")[LEVEL] = "Perfect".into();
            row_of(&mut rows, "nietPluisGevoel")[LEVEL] = "(Nog) niet".into();
            row_of(&mut rows, "actiefWerken")[NOTE] = "zonder niveau".into();
            row_of(&mut rows, "basisvorming")[NOTE] = "Mama is 85.07.30-033.28".into();
            row_of(&mut rows, "korteContacten")[3] = "85073003328 in een andere kolom".into();
            let end = rows.len() + 1;
            let line = |code: &str, level: &str| { let mut line = vec![String::new(); 10]; (line[CODE], line[LEVEL]) = (code.into(), level.into()); line };
            rows.extend([line("bestaatNiet", "Volledig"), line("actiefWerken", "Volledig"), line("", "Volledig")]);
            let mut expected = named(&[
                ("unknownLevel", format!("G{first}")), ("missing", format!("H{second}")), ("missing", format!("G{third}")), ("missing", format!("G{fourth}")), ("personalData", format!("H{fourth}")),
                ("personalData", format!("D{fifth}")), ("unknownCriterion", format!("A{end}")), ("repeated", format!("A{}", end + 1)), ("missing", format!("A{}", end + 2)),
            ]);
            expected.sort();
            let bytes = if workbook { book_of(&rows) } else { csv_of(&rows) };
            let checked = send(&wilg, &path, "", bytes.clone()).await.expect(200);
            let mut found = refused(&checked);
            found.sort();
            assert_eq!(found, expected);
            assert_eq!((checked.body.get("wouldSave"), checked.body.get("saved")), (None, None));
            let level = checked.body["faults"].as_array().expect("faults").iter().find(|fault| fault["name"] == format!("G{first}")).expect("the level").clone();
            assert_eq!((&level["row"], &level["column"], &level["value"]), (&json!(first), &json!("G"), &json!("Perfect")));
            assert!(level["detail"]["en"].as_str().is_some_and(|detail| detail.contains("volledig")), "{level}");
            let stored = send(&wilg.seen(&draft), &path, "?store=true", bytes).await.problem(400, "badRequest");
            let mut found = stored.issues();
            found.sort();
            assert_eq!(found, expected);
            for said in [&checked, &stored] {
                assert!(!String::from_utf8_lossy(&said.bytes).replace(['.', '-'], "").contains("85073003328"));
            }
            let after = wilg.get(&path).await.expect(200);
            assert_eq!((after.etag(), &after.body["answers"]), (draft.etag(), &json!([])), "nothing is stored");
        }
    }

    async fn what_somebody_keeps_in_a_column_of_their_own_is_no_fault(world: World) {
        let wilg = world.wilg();
        let path = path_of(&draft_of(&wilg, WILG).await.body);
        let rows = rows_of(&sheet(&wilg, &path).await);
        let row = u32::try_from(number_of(&rows, "intakeGesprek") - 1).expect("a row");
        let day = rust_xlsxwriter::ExcelDateTime::parse_from_str("2026-09-01").expect("a day");
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        for (column, expected) in [(12, vec![]), (7, named(&[("wrongType", format!("H{}", row + 1))]))] {
            let mut book = Workbook::new();
            let own = book.add_worksheet();
            for (row, cells) in (0..).zip(&rows) {
                for (column, cell) in (0..).zip(cells) {
                    own.write_string(row, column, cell).expect("written");
                }
            }
            own.write_number(row, 11, 14).expect("written");
            own.write_datetime_with_format(row, column, &day, &format).expect("written");
            let bytes = book.save_to_buffer().expect("bytes");
            assert_eq!(refused(&send(&wilg, &path, "", bytes).await.expect(200)), expected);
        }
    }

    async fn a_sheet_of_another_time_or_another_house_is_not_stored(world: World) {
        let (linde, wilg) = (world.linde(), world.wilg());
        let (theirs, draft) = (draft_of(&linde, ids::FACILITY).await, draft_of(&wilg, WILG).await);
        let path = path_of(&draft.body);
        let foreign = sheet(&linde, &path_of(&theirs.body)).await;
        let checked = send(&wilg, &path, "", foreign.bytes.to_vec()).await.expect(200);
        assert_eq!(refused(&checked), named(&[("otherSelfAssessment", "B1".to_owned())]));

        let mut rows = rows_of(&sheet(&wilg, &path).await);
        let online = wilg.seen(&draft).put(&format!("{path}/answers/actiefWerken"), json!({"level": "volledig"})).await.expect(200);
        row_of(&mut rows, "actiefWerken")[LEVEL] = "Grotendeels".into();
        let bytes = csv_of(&rows);
        assert_eq!(send(&wilg, &path, "", bytes.clone()).await.expect(200).body["stale"], true);
        send(&wilg, &path, "?store=true", bytes.clone()).await.problem(428, "preconditionRequired");
        for seen in [&draft, &online] {
            send(&wilg.seen(seen), &path, "?store=true", bytes.clone()).await.problem(412, "preconditionFailed");
        }
        assert_eq!(wilg.get(&format!("{path}/answers/actiefWerken")).await.expect(200).body["level"], "volledig", "what came since is not undone");
        let any = send(&wilg.with("if-match", "*"), &path, "?store=true", bytes).await.expect(200);
        assert_eq!((&any.body["saved"], &any.body["stale"]), (&json!(1), &json!(true)));
    }

    async fn what_a_spreadsheet_would_run_goes_out_harmless_and_comes_back_the_same(world: World) {
        let wilg = world.wilg();
        let mut draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        for note in ["=HYPERLINK(\"http://x\")", "+1", "- punt één\r\n- punt twee", "@team", "'=1", "'s morgens", "_x0041_ <b>&amp;</b>", "a;b,\"c\"\nd"] {
            let saved = wilg.seen(&draft).put(&format!("{path}/answers/actiefWerken"), json!({"level": "volledig", "note": note})).await.expect(200);
            let text = sheet(&wilg, &path).await;
            let cell = row_of(&mut rows_of(&text), "actiefWerken")[NOTE].clone();
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
            let book = wilg.with("accept", XLSX).get(&format!("{path}/answerSheet")).await.expect(200);
            for bytes in [text.bytes, book.bytes] {
                let checked = send(&wilg, &path, "", bytes.to_vec()).await.expect(200);
                assert_eq!((&checked.body["unchanged"], &checked.body["wouldSave"]), (&json!(1), &json!(0)), "{note}");
            }
            draft = saved;
        }
    }

    async fn who_may_answer_may_send_a_sheet(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let bytes = b"criterionCode,level,note\nactiefWerken,volledig,\n".to_vec();
        for store in ["", "?store=true"] {
            send(&world.berk().seen(&draft), &path, store, bytes.clone()).await.problem(404, "resourceNotFound");
            send(&world.inspector().seen(&draft), &path, store, bytes.clone()).await.problem(403, "missingPermission");
        }
        send(&wilg, &path, "?store=maybe", bytes.clone()).await.problem(400, "badRequest");
        let saved = send(&wilg.seen(&draft), &path, "?store=true", bytes.clone()).await.expect(200);
        assert_eq!(saved.body["saved"], 1, "a sheet of one's own needs three columns, whatever stands between them");
        let whole = answer_whole(&wilg, &wilg.get(&path).await.expect(200)).await;
        let submitted = wilg.seen(&whole).post(&format!("{path}/submissions"), json!({})).await.expect(201);
        for store in ["", "?store=true"] {
            send(&wilg.seen(&submitted), &path, store, bytes.clone()).await.problem(409, "stateConflict");
        }
        let theirs = sheet(&world.inspector(), &path).await;
        assert_eq!(row_of(&mut rows_of(&theirs), "actiefWerken")[LEVEL], "Volledig", "an inspector reads what was handed in");
    }

    async fn a_file_that_is_no_sheet_is_refused(world: World) {
        let wilg = world.wilg();
        let draft = draft_of(&wilg, WILG).await;
        let path = path_of(&draft.body);
        let swollen = {
            // Sixteen million blanks are a few thousand bytes in a workbook.
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            let blanks = " ".repeat(32_000);
            for row in 0..1500 {
                sheet.write_string(row, 0, format!("{row}{blanks}")).expect("written");
            }
            book.save_to_buffer().expect("bytes")
        };
        assert!(swollen.len() < 1_048_576, "{}", swollen.len());
        let far = {
            let mut book = Workbook::new();
            book.add_worksheet().write_string(1_048_575, 16_383, "ver weg").expect("written");
            book.save_to_buffer().expect("bytes")
        };
        for bytes in [Vec::new(), b"PK\x03\x04 niets".to_vec(), b"caf\xe9;niveau".to_vec(), swollen, far, "a;b\n".repeat(3000).into_bytes()] {
            let refused = send(&wilg, &path, "", bytes).await.problem(400, "badRequest");
            assert_eq!(refused.issues(), [("malformedSheet".to_owned(), String::new())]);
        }
        let headless = send(&wilg, &path, "", b"Code;Iets\nactiefWerken;x".to_vec()).await.expect(200);
        assert_eq!(refused(&headless), named(&[("missingColumn", "G1".to_owned()), ("missingColumn", "H1".to_owned())]));
        send(&wilg, &path, "", vec![b'a'; 1_048_577]).await.problem(413, "payloadTooLarge");
        let odd = wilg.with("content-type", "application/json");
        odd.send("POST".parse().expect("a method"), &format!("{path}/answerSheets"), Some(b"{}".to_vec())).await.problem(415, "unsupportedMediaType");
    }
}
