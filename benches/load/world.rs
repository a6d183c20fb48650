//! What the load works on: the demo, and besides eight organisations with 64 facilities each, every one with a draft of 30 answers and
//! an inspection.
use chrono::{Duration, NaiveDate};
use kindreflex::access::{Tx, connect, operator};
use kindreflex::db::migrate;
use kindreflex::db::types::{Id, Moment};
use kindreflex::demo::{self, enterprise_number};
use kindreflex::facility::{self, FacilityInput, Identifier, IdentifierKind, OrganisationInput};
use kindreflex::framework::document::{Code, Document};
use kindreflex::framework::{self, check};
use kindreflex::problem::Problem;
use kindreflex::self_assessment::{
    AnswerInput, CycleInput, Purpose, SelfAssessmentInput, insert_cycle, work,
};
use serde_json::{Value, json};

use super::{issuer, sync};

pub const ORGANISATIONS: usize = 8;
const FACILITIES: usize = 512;
pub const CRITERIA: usize = 30;
pub const LEVEL: &str = "deels";
pub const NOTE: &str = "Besproken op het teamoverleg: het gesprek gebeurt bij elke opname, en sinds kort ook bij een \
     heropname. Nog niet in elke ploeg.";

pub fn id(kind: char, number: usize) -> Id {
    format!("0190b000-0000-7000-8000-{kind}{number:011}")
        .parse()
        .expect("an id")
}

/// The draft that a connection works on; drafts are dealt out to the organisations in turns.
pub fn draft(number: usize) -> Id {
    id('d', number)
}

/// What an organisation's number is made of.
pub fn number_of(organisation: usize) -> u32 {
    9_980_000 + organisation as u32
}

/// The token of whoever works on that draft.
pub fn token(number: usize) -> String {
    let organisation = number % ORGANISATIONS;
    let enterprise = enterprise_number(number_of(organisation));
    issuer::token(
        &format!("load-{organisation}"),
        "facility",
        Some(enterprise),
    )
}

pub fn criterion(number: usize) -> String {
    format!("criterion{number:02}")
}

/// The body that stores a self-assessment whole.
pub fn answers() -> Value {
    let answers: Vec<Value> = (0..CRITERIA)
        .map(|number| json!({"criterionCode": criterion(number), "level": LEVEL, "note": NOTE}))
        .collect();
    json!({ "answers": answers })
}

/// Migrates and fills a database, in a thread with a runtime of its own.
pub fn fill(url: &str) {
    let url = url.to_owned();
    std::thread::spawn(move || {
        migrate::run(&mut connect(&url).expect("opens")).expect("migrates");
        actix_web::rt::System::new().block_on(async {
            let state = issuer::state(&url);
            let now = state.clock.now();
            demo::seed(&state, now).await.expect("seeds");
            let organisations = (0..ORGANISATIONS).map(|one| id('a', one)).collect();
            let framework = framework();
            operator::write(&state, organisations, Moment(now), move |tx| {
                kindreflex::framework::work::import(tx, &framework)?;
                cycle(tx)?;
                (0..ORGANISATIONS).try_for_each(|one| organisation(tx, one))?;
                (0..FACILITIES).try_for_each(|one| facility(tx, one))?;
                sync::plan(tx)
            })
            .await
            .expect("fills");
        });
    })
    .join()
    .expect("a filled database");
}

/// What autovacuum would do a minute later.
pub fn analyse(url: &str) {
    let mut conn = connect(url).expect("opens");
    diesel::connection::SimpleConnection::batch_execute(&mut conn, "VACUUM ANALYZE")
        .expect("analyses");
}

/// The demo's framework, but with 30 criteria alike.
fn framework() -> Document {
    let (_, text) = framework::library().first().copied().expect("a framework");
    let mut document = check::from_yaml(text).expect("a good framework");
    let theme = document.themes.first().cloned().expect("a theme");
    let alike = theme.criteria.first().cloned().expect("a criterion");
    document.code = code("load");
    document.themes = vec![theme];
    document.themes[0].criteria = (0..CRITERIA)
        .map(|number| {
            let mut criterion = alike.clone();
            criterion.code = code(&self::criterion(number));
            criterion
        })
        .collect();
    document
}

fn code(text: &str) -> Code {
    text.parse().expect("a code")
}

fn cycle(tx: &mut Tx) -> Result<(), Problem> {
    let input = CycleInput {
        title: framework().title,
        framework_code: "load".into(),
        version_code: framework().version.code.to_string(),
        facility_types: vec!["pz".into()],
        opens: Moment(tx.now.0 - Duration::days(1)),
        due: Moment(tx.now.0 + Duration::days(90)),
        purpose: Purpose::InspectionPreparation,
    };
    insert_cycle(tx, id('c', 0), &input).map(drop)
}

fn organisation(tx: &mut Tx, number: usize) -> Result<(), Problem> {
    let input = OrganisationInput {
        name: format!("vzw Last {number} (fictief)"),
        identifiers: vec![Identifier {
            kind: IdentifierKind::EnterpriseNumber,
            value: enterprise_number(number_of(number)),
            valid_from: None,
            valid_to: None,
        }],
        valid_from: since(),
        valid_to: None,
    };
    facility::insert_organisation(tx, id('a', number), &input).map(drop)
}

fn facility(tx: &mut Tx, number: usize) -> Result<(), Problem> {
    let input = FacilityInput {
        organisation_id: id('a', number % ORGANISATIONS),
        facility_type: "pz".into(),
        name: format!("Voorziening {number}"),
        identifiers: Vec::new(),
        valid_from: since(),
        valid_to: None,
    };
    facility::insert_facility(tx, id('b', number), &input)?;
    let input = SelfAssessmentInput {
        facility_id: id('b', number),
        unit_id: None,
        cycle_id: id('c', 0),
    };
    let head = work::create(tx, draft(number), &input)?;
    let inputs: Vec<(String, AnswerInput)> = (0..CRITERIA)
        .map(|number| {
            let answer = AnswerInput {
                level: LEVEL.to_owned(),
                note: Some(NOTE.to_owned()),
                evidence: Vec::new(),
                exceptions: Vec::new(),
            };
            (criterion(number), answer)
        })
        .collect();
    work::answer(tx, &head, &inputs, |_| String::new()).map(drop)
}

fn since() -> NaiveDate {
    NaiveDate::from_ymd_opt(2015, 1, 1).expect("a day")
}
