//! What the demo's sheltered living asks its houses, so that there is something to answer, to take over and to send back.
use chrono::{DateTime, Duration, Utc};

use super::ids;
use crate::access::link::{Link, Secret};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::contribution::inputs::{ContributionAnswersInput, ContributionInput};
use crate::contribution::{ContributedAnswer, hand_in, work};
use crate::db::types::Moment;
use crate::problem::{AnyError, Problem};
use crate::self_assessment::{SelfAssessmentInput, work as assessments};

/// A draft of this year, in which three houses were asked one criterion each; two of them have answered.
pub async fn asked(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let organisation = ids::id(ids::ORGANISATION);
    let input = SelfAssessmentInput {
        facility_id: ids::id(ids::SHELTERED),
        unit_id: None,
        cycle_id: ids::id(ids::CYCLE),
    };
    let when = Moment(now - Duration::days(3));
    let fixed = Secret::of(ids::LINK_SECRET);
    let houses = [
        (ids::OPEN_CONTRIBUTION, "Huis Noord", fixed, false),
        (ids::CONTRIBUTION, "Huis Oost", Secret::new()?, true),
        (ids::OTHER_CONTRIBUTION, "Huis West", Secret::new()?, true),
    ];
    let asks = move |tx: &mut Tx| {
        assessments::create(tx, ids::id(ids::DRAFT), &input)?;
        for (id, house, secret, answered) in &houses {
            ask(tx, id, house, secret, *answered)?;
        }
        Ok(())
    };
    operator::write(state, vec![organisation], when, asks).await?;
    Ok(())
}

fn ask(tx: &mut Tx, id: &str, house: &str, secret: &Secret, answered: bool) -> Result<(), Problem> {
    let criterion = ids::CRITERION.to_owned();
    let input = ContributionInput {
        criteria: vec![criterion.clone().try_into().map_err(Problem::internal)?],
        unit_id: None,
        recipient: Some(house.to_owned()),
        message: Some("Hoe is dat in uw huis? (fictief)".to_owned()),
        expires: Some(Moment(tx.now.0 + Duration::days(80))),
    };
    work::ask(tx, ids::id(ids::DRAFT), ids::id(id), secret.hash(), &input)?;
    if answered {
        let given = ContributionAnswersInput {
            version_code: None,
            answers: vec![ContributedAnswer {
                criterion_code: criterion,
                level: "volledig".to_owned(),
                note: Some("Besproken op het teamoverleg (fictief).".to_owned()),
                evidence: Vec::new(),
            }],
            given_by: Some("hoofdbegeleider".to_owned()),
        };
        let (id, hash) = (ids::id(id), secret.hash());
        hand_in(tx, Link { id, hash }, &given)?;
    }
    Ok(())
}
