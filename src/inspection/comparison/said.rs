//! What a facility said of itself before it was inspected, and whether a finding says the same.
use std::collections::BTreeMap;

use super::agree::{Bridges, Seen};
use super::store::Inspected;
use crate::access::Tx;
use crate::db::types::Id;
use crate::inspection::report::document::{Criterion, Finding, Subject};
use crate::problem::Problem;
use crate::self_assessment::handed_in::HandedIn;
use crate::self_assessment::{Answer, Purpose, SelfAssessment};

/// The criterion that a finding is about, where it is about one.
pub fn criterion_of(finding: &Finding) -> Option<&Criterion> {
    match &finding.subject {
        Subject::Criterion(criterion) => Some(criterion),
        Subject::Title(_) => None,
    }
}

impl<'a> Seen<'a> {
    /// The criterion of a report.
    pub fn of(criterion: &'a Criterion) -> Self {
        Self {
            framework: criterion.framework_code.as_str(),
            version: criterion.version_code.as_str(),
            criterion: criterion.code.as_str(),
        }
    }
}

/// A revision that was handed in, with what it says.
#[derive(Debug, Clone)]
pub struct SelfReport {
    /// Which one.
    pub handed_in: HandedIn,
    /// What it says.
    pub view: SelfAssessment,
}

/// A level that a facility reported, and whether a judgement says the same.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// What was handed in.
    pub report: &'a SelfReport,
    /// The answer.
    pub answer: &'a Answer,
    /// Does the judgement say the same? Nothing, where the framework does not tell.
    pub agrees: Option<bool>,
}

/// The last revision that was handed in before a visit, by the same place and against this framework, to prepare an inspection. What was
/// handed in once the inspectors had been there was written by who knew what they saw.
pub fn before<'a, T>(
    all: &'a [T],
    handed_in: impl Fn(&T) -> &HandedIn,
    inspected: &Inspected,
    framework: &str,
) -> Option<&'a T> {
    let began = inspected.began_at?;
    let counts = |one: &&T| {
        let one = handed_in(one);
        one.purpose == Purpose::InspectionPreparation
            && one.facility_id == inspected.facility_id
            && one.unit_id == inspected.unit_id
            && one.framework_code == framework
            && one.submitted_at < began
    };
    let counting = all.iter().filter(counts);
    counting.max_by_key(|one| handed_in(one).submitted_at)
}

/// What the facility had said of the criterion of a finding, and whether it says the same; nothing, where it had said nothing that can be
/// compared with it, or the finding is not judged.
pub fn compared<'a>(
    tx: &mut Tx,
    bridges: &mut Bridges,
    reports: &'a [SelfReport],
    (inspected, finding): (&Inspected, &Finding),
) -> Result<Option<Compared<'a>>, Problem> {
    let (Some(criterion), Some(judgement)) = (criterion_of(finding), &finding.judgement) else {
        return Ok(None);
    };
    let seen = Seen::of(criterion);
    let Some(report) = before(reports, |one| &one.handed_in, inspected, seen.framework) else {
        return Ok(None);
    };
    let said = report.view.summary.version_code.as_str();
    bridges.learn(tx, said, seen)?;
    let answered = bridges.answered(said, seen);
    let mut answers = report.view.answers.iter();
    let answer = answers.find(|answer| answered == Some(answer.criterion_code.as_str()));
    Ok(answer.map(|answer| Compared {
        report,
        answer,
        agrees: bridges.agrees(said, seen, &answer.level, judgement.code.as_str()),
    }))
}

/// Puts revisions and what they say together.
pub fn together(
    handed_in: Vec<HandedIn>,
    mut said: BTreeMap<(Id, i64), SelfAssessment>,
) -> Vec<SelfReport> {
    let reports = handed_in.into_iter().filter_map(|handed_in| {
        let view = said.remove(&handed_in.key())?;
        Some(SelfReport { handed_in, view })
    });
    reports.collect()
}
