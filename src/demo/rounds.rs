//! Inspection rounds of the demo, one in each state.
use chrono::{DateTime, Duration, Utc};

use super::{closed_round, dutch, ids};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::types::Moment;
use crate::http::IfMatch;
use crate::inspection::round::checklist::{Checklist, ChecklistItem};
use crate::inspection::round::{RoundFramework, RoundInput, work};
use crate::inspection::sample::{self, LevelPoints, RiskRule, SampleInput};
use crate::problem::{AnyError, Problem};

/// A round, in days from now.
struct Made {
    id: &'static str,
    title: &'static str,
    version: &'static str,
    double_judgement: bool,
    begins: i64,
    ends: i64,
    planned: i64,
    steps: &'static [(i64, Step)],
}

/// What was done to it.
enum Step {
    Publish,
    Open,
    Close,
}

const ROUNDS: &[Made] = &[
    Made {
        id: ids::PLANNED_ROUND,
        title: "Geestelijke gezondheidszorg, volgend jaar (fictief)",
        version: "2026-1",
        double_judgement: false,
        begins: 200,
        ends: 290,
        planned: -7,
        steps: &[],
    },
    Made {
        id: ids::ANNOUNCED_ROUND,
        title: "De kinderen in het dossier, thematisch (fictief)",
        version: "2026-1",
        double_judgement: true,
        begins: 60,
        ends: 150,
        planned: -30,
        steps: &[(-10, Step::Publish)],
    },
    Made {
        id: ids::ROUND,
        title: "Geestelijke gezondheidszorg, dit jaar (fictief)",
        version: "2026-1",
        double_judgement: false,
        begins: -20,
        ends: 70,
        planned: -60,
        steps: &[(-40, Step::Publish), (-20, Step::Open)],
    },
    Made {
        id: ids::JUDGED_ROUND,
        title: "Geestelijke gezondheidszorg, door twee inspecteurs beoordeeld (fictief)",
        version: "2026-1",
        double_judgement: true,
        begins: -15,
        ends: 80,
        planned: -50,
        steps: &[(-30, Step::Publish), (-15, Step::Open)],
    },
    Made {
        id: ids::CLOSED_ROUND,
        title: "Geestelijke gezondheidszorg, verkennend (fictief)",
        version: "2025-1",
        double_judgement: false,
        begins: -320,
        ends: -160,
        planned: -390,
        steps: &[
            (-370, Step::Publish),
            (-320, Step::Open),
            (-150, Step::Close),
        ],
    },
];

/// A criterion of either version, the kinds of evidence for it, how many files, and what an inspector does.
type Item = (
    &'static str,
    &'static [&'static str],
    Option<i32>,
    &'static str,
);

const ITEMS: &[Item] = &[
    (
        "intakeGesprek",
        &["bevraging", "document"],
        None,
        "Vraag een intaker te vertellen hoe de kinderen ter sprake komen, en kijk het intakeformulier na.",
    ),
    (
        "kinderenInDossier",
        &["dossiercontrole"],
        Some(10),
        "Neem dossiers van de laatste drie maanden, verspreid over de afdelingen. Noteer alleen aantallen.",
    ),
    (
        "opvangKinderen",
        &["dossiercontrole", "gesprek"],
        Some(5),
        "Kijk na of de opvang van de kinderen bij de opname is nagegaan; vraag een cliënt die dat wil hoe het verliep.",
    ),
    (
        "peilenMetCollega",
        &["bevraging"],
        None,
        "Vraag twee medewerkers apart met wie zij het laatst samen gepeild hebben, zonder namen van cliënten.",
    ),
    (
        "nietPluisGevoel",
        &["dossiercontrole", "bevraging"],
        Some(10),
        "Zoek in dezelfde dossiers een genoteerd niet-pluisgevoel, met de redenen ervoor.",
    ),
    (
        "ouderrolInDossier",
        &["dossiercontrole"],
        Some(10),
        "Neem dezelfde dossiers: staat er wat over het ouderschap besproken is?",
    ),
    (
        "voortgangInDossier",
        &["dossiercontrole"],
        Some(5),
        "Alleen in dossiers met een verontrusting: is de voortgang te volgen?",
    ),
    (
        "actiefWerken",
        &["document", "gesprek"],
        None,
        "Vraag de leiding hoe zij met de Kindreflex werkt, en welk stuk dat toont.",
    ),
    (
        "collegiaalOverleg",
        &["bevraging", "document"],
        None,
        "Vraag wanneer er de laatste keer overlegd is, en kijk de agenda van het overleg in.",
    ),
    (
        "basisvorming",
        &["cijfers", "document"],
        None,
        "Vraag aantallen per functie, zonder namen.",
    ),
];

/// What was added while the round was open.
const ADDED: Item = (
    "stap3Gewaarborgd",
    &["bevraging", "rondgang"],
    None,
    "Vraag wie stap 3 zet wanneer de vaste medewerker er niet is.",
);

/// Plans the rounds and brings each to its state.
pub async fn made(state: &State, now: DateTime<Utc>) -> Result<(), AnyError> {
    let at = |days| Moment(now + Duration::days(days));
    for round in ROUNDS {
        let input = planned(round, now)?;
        operator::write(state, Vec::new(), at(round.planned), move |tx| {
            work::create(tx, ids::id(round.id), input.clone()).map(drop)
        })
        .await?;
        if round.id == ids::ROUND {
            operator::write(state, Vec::new(), at(round.planned + 1), sample).await?;
        }
        for (days, step) in round.steps {
            if matches!(step, Step::Close) {
                closed_round::inspected(state, now).await?;
            }
            operator::write(state, Vec::new(), at(*days), move |tx| {
                take(tx, round, step)
            })
            .await?;
        }
    }
    Ok(())
}

fn planned(round: &Made, now: DateTime<Utc>) -> Result<RoundInput, AnyError> {
    let on = |days| Moment(now + Duration::days(days)).day();
    Ok(RoundInput {
        title: dutch(round.title),
        sectors: vec!["ggz".parse()?],
        frameworks: vec![RoundFramework {
            framework_code: "ggz".parse()?,
            version_code: round.version.parse()?,
        }],
        begins: on(round.begins),
        ends: on(round.ends),
        double_judgement: round.double_judgement,
    })
}

/// Facilities to inspect, half of them by risk.
fn sample(tx: &mut Tx) -> Result<(), Problem> {
    let points = |level: &str, points| {
        Ok::<_, AnyError>(LevelPoints {
            level: level.parse()?,
            points,
        })
    };
    let levels: Result<_, AnyError> = [points("niet", 3), points("deels", 1)]
        .into_iter()
        .collect();
    let input = SampleInput {
        facility_types: Vec::new(),
        regions: Vec::new(),
        size: 4,
        risk: Some(RiskRule {
            picks: 2,
            levels: levels.map_err(Problem::internal)?,
            missing_evidence: 1,
            overdue: 20,
            criteria: Vec::new(),
        }),
        seed: Some("demo".into()),
    };
    let named = (ids::id(ids::ROUND), ids::id(ids::SAMPLE));
    sample::work::draw(tx, named, input).map(drop)
}

fn take(tx: &mut Tx, round: &Made, step: &Step) -> Result<(), Problem> {
    let (id, any) = (ids::id(round.id), IfMatch::any());
    match step {
        Step::Open => work::open(tx, id, &any).map(drop),
        Step::Close => work::close(tx, id, &any).map(drop),
        Step::Publish => work::publish(tx, id, &any, &checklist(round, false)?).map(drop),
    }
}

/// The checklist, as it was published first, or as it was improved.
fn checklist(round: &Made, improved: bool) -> Result<Checklist, Problem> {
    let added = improved.then_some(&ADDED);
    let items = ITEMS.iter().chain(added).map(|one| item(round, one));
    let items: Result<_, _> = items.collect();
    let note = "Ook stap 3 wordt nagegaan: dat ontbrak in de eerste bezoeken.";
    Ok(Checklist {
        items: items.map_err(Problem::internal)?,
        note: improved.then(|| dutch(note)),
    })
}

fn item(
    round: &Made,
    (criterion, kinds, sample, instruction): &Item,
) -> Result<ChecklistItem, AnyError> {
    let kinds: Result<_, _> = kinds.iter().map(|kind| kind.parse()).collect();
    Ok(ChecklistItem {
        framework_code: "ggz".parse()?,
        version_code: round.version.parse()?,
        criterion_code: criterion.parse()?,
        instruction: Some(dutch(instruction)),
        evidence_kinds: kinds?,
        sample: *sample,
    })
}

/// Publishes a better checklist in the open round.
pub fn improve(tx: &mut Tx) -> Result<(), Problem> {
    let mut rounds = ROUNDS.iter();
    let Some(round) = rounds.find(|round| round.id == ids::ROUND) else {
        return Ok(());
    };
    let better = checklist(round, true)?;
    work::publish(tx, ids::id(round.id), &IfMatch::any(), &better).map(drop)
}
