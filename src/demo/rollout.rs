//! What the demo knows of the rollout: what the minister answered to parliament in 2021, entered later with that day; and one invented activity.
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::ids;
use crate::access::operator;
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::http::Precondition;
use crate::problem::AnyError;
use crate::rollout::{RolloutItemInput, work};

/// The day of the answer is not known; this one is ours.
const ANSWERED: &str = "2021-04-01";

/// Enters it all: what was reported, and what somebody planned a month ago.
pub async fn known(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let entered = Moment(now - Duration::days(60));
    for (nth, (sector, says)) in (1_u8..).zip(answered()) {
        let id = ids::id(&format!("0190a000-0000-7000-8000-0000000002{nth:02x}"));
        say(state, entered, (sector, id), says).await?;
    }
    let planned = Moment(now - Duration::days(30));
    let day = Moment(now + Duration::days(60)).day();
    let refresher = json!({"kind": "activity", "title": {"nl": "Opfrissingsdag (fictief)"}, "status": "planned", "begins": day,
        "workPackageId": ids::WORK_PACKAGE, "validFrom": planned.day()});
    say(state, planned, ("ggz", ids::id(ids::REFRESHER)), refresher).await
}

async fn say(
    state: &State,
    when: Moment,
    (sector, id): (&'static str, Id),
    says: Value,
) -> Result<(), AnyError> {
    let input: RolloutItemInput = serde_json::from_value(says)?;
    let arrival = Id::new();
    Ok(operator::write(state, Vec::new(), when, move |tx| {
        let said = work::say(tx, (sector, id, arrival), &Precondition::none(), &input);
        said.map(drop)
    })
    .await?)
}

/// What the answer tells: the sector, what it is, its title, since which day it is so, and when. What was still to come then is planned: whether it
/// took place the answer cannot know.
#[rustfmt::skip]
const ANSWER: &[(&str, &str, &str, &str, &str)] = &[
    ("ggz", "phase", "Uitgerold", "2019-01-01", "2019"),
    ("ggz", "workPackage", "Behouden en verdiepen in de GGZ", "2020-01-01", "Projectsubsidie 2020"),
    ("ggz", "workPackage", "Verbreden naar CAW en spoeddiensten", "2020-01-01", "Projectsubsidie 2020"),
    ("ggz", "workPackage", "Monitoring, evaluatie en kennis", "2020-01-01", "Projectsubsidie 2020"),
    ("ggz", "activity", "Online basisvorming", "2021-01-01", "2021"),
    ("ggz", "activity", "Infomoment voor leidinggevenden", "2021-01-01", "2021"),
    ("ggz", "activity", "Workshops", "2021-01-01", "2021"),
    ("ggz", "activity", "Verdiepende vorming", "2021-01-01", "2021"),
    ("ggz", "activity", "Materialen met het Familieplatform", "2021-01-01", "2021"),
    ("caw", "activity", "Online bevraging: organisatiecultuur, huidige praktijk, drempels en ondersteuningsbehoeften", "2021-01-01", "Eerst"),
    ("caw", "activity", "Infomoment", "2021-01-01", "Na de bevraging"),
    ("caw", "activity", "Basisopleiding", "2021-01-01", "Na de bevraging"),
    ("caw", "activity", "Vormingen", "2021-01-01", "Na de bevraging"),
    ("spoed", "phase", "Voorbereidende acties", "2021-01-01", "Tot de zomer van 2021"),
    ("justitiehuizen", "phase", "Een gelijkaardig traject, onder een andere minister", "2020-01-01", "Sinds 2020"),
    ("jeugdwerk", "phase", "Project Jeugdwerk en Verontrusting (VECK)", "2020-01-01", "Eind 2020"),
];

/// The same, as it is entered.
fn answered() -> impl Iterator<Item = (&'static str, Value)> {
    ANSWER.iter().map(|(sector, kind, title, since, period)| {
        let mut says = json!({"kind": kind, "title": {"nl": title}, "period": {"nl": period}, "validFrom": since,
            "reported": {"day": ANSWERED, "source": "Antwoord van de minister op vragen over de Kindreflex, 2021 (de dag is van ons)"}});
        if let (Some(says), "activity") = (says.as_object_mut(), *kind) {
            says.insert("status".into(), "planned".into());
        }
        (*sector, says)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body::Check as _;
    use crate::problem::Problem;

    #[test]
    fn what_the_answer_tells_is_whole() -> Result<(), Problem> {
        for (sector, says) in answered() {
            let input: RolloutItemInput =
                serde_json::from_value(says).map_err(Problem::internal)?;
            let mut faults = Vec::new();
            input.check(&mut faults);
            assert!(faults.is_empty(), "{sector}: {faults:?}");
        }
        Ok(())
    }
}
