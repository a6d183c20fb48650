//! The demo's surveys: the Monitor, asked last year in mental-health care and answered by people who do not exist, and asked again now.
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use super::ids;
use crate::access::link::{Secret, SecretHash};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::types::Moment;
use crate::http::IfMatch;
use crate::http::etag::Precondition;
use crate::problem::{AnyError, Problem};
use crate::survey::library::shipped;
use crate::survey::{SurveyAnswersInput, answering, work};

const CODE: &str = "monitorKindreflex";
const VERSION: &str = "2021-1";

/// How many answered last year: so many that 99 % of them is no figure about too few.
const RESPONDENTS: usize = 500;

/// Enters the surveys, and then what was asked and answered.
pub async fn asked(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let planned = Moment(now - Duration::days(390));
    for survey in shipped()? {
        operator::write(state, Vec::new(), planned, move |tx| {
            let codes = (survey.code.as_str(), survey.version.as_str());
            work::put_version(tx, codes, &Precondition::none(), &survey.document).map(drop)
        })
        .await?;
    }
    let day = move |days: i64| Moment(now + Duration::days(days)).day();
    operator::write(state, Vec::new(), planned, move |tx| {
        let past = (ids::PAST_WAVE, "Monitor vorig jaar (fictief)");
        wave(tx, past, (day(-395), day(-340)))?;
        answer(tx)
    })
    .await?;
    let closed = Moment(now - Duration::days(335));
    operator::write(state, Vec::new(), closed, |tx| {
        work::close(tx, (CODE, ids::id(ids::PAST_WAVE)), &IfMatch::any()).map(drop)
    })
    .await?;
    let secret = Secret::of(ids::SURVEY_LINK_SECRET);
    let begun = Moment(now - Duration::days(1));
    operator::write(state, Vec::new(), begun, move |tx| {
        let present = (ids::WAVE, "Monitor dit jaar (fictief)");
        wave(tx, present, (day(-2), day(80)))?;
        links_of(tx, ids::WAVE, &[secret.hash()])
    })
    .await?;
    Ok(())
}

fn wave(
    tx: &mut Tx,
    (id, title): (&str, &str),
    (opens, ends): (NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    let says = json!({"title": {"nl": title}, "versionCode": VERSION, "sectors": ["ggz", "caw"], "opens": opens, "ends": ends});
    let says = serde_json::from_value(says).map_err(Problem::internal)?;
    work::create_wave(tx, CODE, ids::id(id), &says).map(drop)
}

fn links_of(tx: &mut Tx, wave: &str, hashes: &[SecretHash]) -> Result<(), Problem> {
    let count = u32::try_from(hashes.len()).map_err(Problem::internal)?;
    let input = json!({"sectorCode": "ggz", "count": count});
    let input = serde_json::from_value(input).map_err(Problem::internal)?;
    work::make_links(tx, (CODE, ids::id(wave)), &input, hashes)
}

/// What the respondent with this number says. The shares are those that the minister's answer quotes, as far as it does.
fn says(number: usize) -> Value {
    let yes = |holds: bool| json!([if holds { "ja" } else { "neen" }]);
    let convinced = if number < 495 {
        "helemaal"
    } else {
        "eerderNiet"
    };
    let needs = match number % 3 {
        0 => vec!["vorming"],
        1 => vec!["ondersteuning", "tijd"],
        _ => vec!["vorming", "ondersteuning"],
    };
    let mut answers = vec![
        json!({"itemCode": "overtuigd", "options": [convinced]}),
        json!({"itemCode": "collegas", "options": yes(number < 400)}),
        json!({"itemCode": "gesprek", "options": yes(!number.is_multiple_of(5))}),
        json!({"itemCode": "stappenplan", "options": yes(number < 140)}),
        json!({"itemCode": "haalbaar", "options": yes(number % 10 != 9)}),
        json!({"itemCode": "noden", "options": needs}),
    ];
    if number >= 400 {
        answers.push(json!({"itemCode": "zalCollegas", "options": yes(number < 479)}));
    }
    if number < 140 {
        let supportive = if number < 110 { "zeker" } else { "eerderNiet" };
        answers.push(json!({"itemCode": "ondersteunend", "options": [supportive]}));
    }
    if number.is_multiple_of(60) {
        answers.push(json!({"itemCode": "toelichting", "text": "Meer oefening in kleine groepen zou helpen (fictief)."}));
    }
    json!({"answers": answers, "effortMinutes": 4 + number % 7})
}

fn answer(tx: &mut Tx) -> Result<(), Problem> {
    let secrets: Vec<Secret> = (0..RESPONDENTS)
        .map(|_| Secret::new())
        .collect::<Result<_, _>>()?;
    let hashes: Vec<_> = secrets.iter().map(Secret::hash).collect();
    links_of(tx, ids::PAST_WAVE, &hashes)?;
    for (number, hash) in hashes.into_iter().enumerate() {
        let input: SurveyAnswersInput =
            serde_json::from_value(says(number)).map_err(Problem::internal)?;
        answering::open(tx, hash)?.keep(tx, &input)?;
    }
    Ok(())
}
