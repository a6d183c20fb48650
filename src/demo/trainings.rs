//! The demo's trainings: the kinds that the minister's answer names, one training with a session of last year, one of this year and one to come, and who took
//! part. All but the kinds is invented.
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use super::ids;
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::types::Moment;
use crate::http::etag::Precondition;
use crate::problem::{AnyError, Problem};
use crate::training::attendance::participants::Secret;
use crate::training::attendance::store::Place;
use crate::training::attendance::{self, AttendanceInput};
use crate::training::work;

/// Kinds of trainings, by code and Dutch title.
const KINDS: &[(&str, &str)] = &[
    ("basisvorming", "Basisvorming"),
    ("infomoment", "Infomoment"),
    ("workshop", "Workshop"),
    ("verdiependeVorming", "Verdiepende vorming"),
    ("onlineModule", "Online module"),
];

/// Enters them, and then who took part.
pub async fn given(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let planned = Moment(now - Duration::days(390));
    let day = move |days: i64| Moment(now + Duration::days(days)).day();
    for (kind, title) in KINDS {
        let says = serde_json::from_value(json!({"title": {"nl": title}}))?;
        operator::write(state, Vec::new(), planned, move |tx| {
            work::put_kind(tx, kind, &Precondition::none(), &says).map(drop)
        })
        .await?;
    }
    operator::write(state, Vec::new(), planned, move |tx| plan(tx, day)).await?;
    let secret = state.settings.participants.secret(planned.day())?;
    let took_part = Moment(now - Duration::days(20));
    operator::write(state, Vec::new(), took_part, move |tx| {
        attend(tx, secret.as_ref())
    })
    .await?;
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(says: Value) -> Result<T, Problem> {
    serde_json::from_value(says).map_err(Problem::internal)
}

fn plan(tx: &mut Tx, day: impl Fn(i64) -> NaiveDate) -> Result<(), Problem> {
    let training = json!({"kindCode": "basisvorming", "title": {"nl": "Online basisvorming (fictief)"}, "sectors": ["ggz"], "ledBy": "Expertisecentrum (fictief)"});
    let id = ids::id(ids::TRAINING);
    work::create(tx, id, &read(training)?)?;
    for (session, days) in [
        (ids::FIRST_SESSION, -380),
        (ids::SESSION, -30),
        (ids::NEXT_SESSION, 45),
    ] {
        let says = json!({"begins": day(days), "ends": day(days), "online": true, "places": 20});
        let place = (id, ids::id(session));
        work::put_session(tx, place, &Precondition::none(), &read(says)?)?;
    }
    Ok(())
}

/// Two people of De Linde came to both sessions.
fn attend(tx: &mut Tx, secret: Option<&Secret>) -> Result<(), Problem> {
    tx.scope.expert = true;
    for (session, facility, people, others) in [
        (
            ids::FIRST_SESSION,
            ids::FACILITY,
            vec!["P-001", "P-002", "P-003"],
            0,
        ),
        (
            ids::SESSION,
            ids::FACILITY,
            vec!["P-002", "P-003", "P-004"],
            1,
        ),
        (ids::SESSION, ids::OTHER_FACILITY, vec!["B-17", "B-18"], 0),
    ] {
        let place = Place {
            training_id: ids::id(ids::TRAINING),
            session_id: ids::id(session),
            facility_id: ids::id(facility),
        };
        let input = AttendanceInput {
            participants: people.into_iter().map(str::to_owned).collect(),
            others,
        };
        attendance::work::record(tx, place, &Precondition::none(), &input, secret)?;
    }
    Ok(())
}
