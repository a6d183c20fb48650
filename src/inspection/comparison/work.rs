//! What is known of one facility from both sides, as far as the caller may know it.
use std::collections::BTreeMap;

use super::agree::Bridges;
use super::said::{Compared, SelfReport, compared, criterion_of, together};
use super::store::{self, Inspected, Reported};
use super::{
    ComparedFinding, ComparedPair, CriterionComparison, FacilityComparison, FileSample,
    FoundJudgement, LevelElsewhere, ReportedLevel, SampleSource,
};
use crate::access::Tx;
use crate::db::types::Id;
use crate::facility;
use crate::inspection::report::document::{Criterion, Finding};
use crate::problem::Problem;
use crate::self_assessment::handed_in::{self, HandedIn};
use crate::self_assessment::{Answer, Evidence};
use crate::words::Code;

/// Which criteria; an empty list stands for all.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of one of these frameworks.
    pub frameworks: Vec<Code>,
    /// One of these.
    pub criteria: Vec<Code>,
}

impl Filter {
    fn takes(&self, framework: &str, criterion: &str) -> bool {
        let has =
            |codes: &[Code], code: &str| codes.is_empty() || codes.iter().any(|one| one == code);
        has(&self.frameworks, framework) && has(&self.criteria, criterion)
    }
}

/// What is known of a facility that the caller may know about.
pub fn of_facility(tx: &mut Tx, id: Id, filter: &Filter) -> Result<FacilityComparison, Problem> {
    facility::facility(tx, id)?;
    let handed_in = handed_in::visible_of(tx, id)?;
    let keys: Vec<(Id, i64)> = handed_in.iter().map(HandedIn::key).collect();
    let said = handed_in::read(tx, &keys)?;
    let said = together(handed_in, said);
    let inspected = store::visible_of(tx, id)?;
    let ids: Vec<Id> = inspected.iter().map(|one| one.id).collect();
    let reports = store::last_reports(tx, &ids)?;
    let mut found: Vec<(&Inspected, &Reported)> = inspected
        .iter()
        .filter_map(|one| Some((one, reports.get(&one.id)?)))
        .collect();
    found.sort_by_key(|(_, report)| report.document.last_finding_on);
    let mut side = SideBySide {
        filter,
        criteria: BTreeMap::new(),
    };
    for report in &said {
        side.add_self_report(report);
    }
    let mut bridges = Bridges::default();
    for (inspected, report) in found {
        for finding in report.document.findings() {
            let Some(criterion) = criterion_of(finding) else {
                continue;
            };
            side.add_finding(inspected, report, (criterion, finding));
            let pair = compared(tx, &mut bridges, &said, (inspected, finding))?;
            side.add_pair(inspected, report, (criterion, finding), pair);
        }
    }
    Ok(FacilityComparison {
        facility_id: id,
        criteria: side.shown(),
    })
}

fn address_of(report: &HandedIn) -> String {
    format!(
        "/v1/selfAssessments/{}/revisions/{}",
        report.id, report.revision
    )
}

fn address_in(inspected: &Inspected, report: &Reported) -> String {
    format!("/v1/inspections/{}/reports/{}", inspected.id, report.id)
}

/// The criteria, as they fill.
struct SideBySide<'a> {
    filter: &'a Filter,
    criteria: BTreeMap<(String, String), CriterionComparison>,
}

impl SideBySide<'_> {
    fn of(&mut self, framework: &str, criterion: &str) -> Option<&mut CriterionComparison> {
        if !self.filter.takes(framework, criterion) {
            return None;
        }
        let key = (framework.to_owned(), criterion.to_owned());
        let there = self.criteria.entry(key);
        Some(there.or_insert_with(|| CriterionComparison {
            framework_code: framework.to_owned(),
            criterion_code: criterion.to_owned(),
            self_reports: Vec::new(),
            file_samples: Vec::new(),
            findings: Vec::new(),
            pairs: Vec::new(),
        }))
    }

    fn add_self_report(&mut self, report: &SelfReport) {
        let summary = &report.view.summary;
        for answer in &report.view.answers {
            let Some(there) = self.of(&summary.framework_code, &answer.criterion_code) else {
                continue;
            };
            there.self_reports.push(level(report, answer));
            there.file_samples.extend(counted(report, answer));
        }
    }

    fn add_finding(
        &mut self,
        inspected: &Inspected,
        report: &Reported,
        (criterion, finding): (&Criterion, &Finding),
    ) {
        let (framework, code) = (criterion.framework_code.as_str(), criterion.code.as_str());
        let Some(there) = self.of(framework, code) else {
            return;
        };
        let (href, day) = (
            address_in(inspected, report),
            report.document.last_finding_on,
        );
        there
            .file_samples
            .extend(finding.files.map(|files| FileSample {
                source: SampleSource::Inspection,
                href: href.clone(),
                day,
                unit_id: inspected.unit_id,
                files_checked: files.checked,
                files_met: files.met,
            }));
        let judgement = finding.judgement.as_ref();
        there.findings.push(ComparedFinding {
            href,
            report_number: report.number.clone(),
            inspection_id: inspected.id,
            finding_id: finding.id,
            day,
            unit_id: inspected.unit_id,
            version_code: criterion.version_code.to_string(),
            judgement: judgement.map(|judgement| FoundJudgement {
                code: judgement.code.to_string(),
                title: judgement.title.clone(),
            }),
        });
    }

    fn add_pair(
        &mut self,
        inspected: &Inspected,
        report: &Reported,
        (criterion, finding): (&Criterion, &Finding),
        pair: Option<Compared>,
    ) {
        let (framework, code) = (criterion.framework_code.as_str(), criterion.code.as_str());
        let (Some(pair), Some(judgement)) = (pair, &finding.judgement) else {
            return;
        };
        let answered = &pair.answer.criterion_code;
        let Some(there) = self.of(framework, code) else {
            return;
        };
        there.pairs.push(ComparedPair {
            self_report: address_of(&pair.report.handed_in),
            answered_as: Some(answered.clone()).filter(|answered| answered != code),
            level: pair.answer.level.clone(),
            finding_id: finding.id,
            report: address_in(inspected, report),
            judgement: judgement.code.to_string(),
            agrees: pair.agrees,
        });
    }

    /// In the order of the codes, each series over time.
    fn shown(self) -> Vec<CriterionComparison> {
        let mut criteria: Vec<CriterionComparison> = self.criteria.into_values().collect();
        for one in &mut criteria {
            one.file_samples.sort_by_key(|sample| sample.day);
        }
        criteria
    }
}

fn level(report: &SelfReport, answer: &Answer) -> ReportedLevel {
    let handed_in = &report.handed_in;
    let elsewhere = answer.exceptions.iter().map(|one| LevelElsewhere {
        site_ids: one.site_ids.clone(),
        unit_ids: one.unit_ids.clone(),
        level: one.level.clone(),
    });
    ReportedLevel {
        href: address_of(handed_in),
        self_assessment_id: handed_in.id,
        revision: handed_in.revision,
        handed_in_at: handed_in.submitted_at,
        purpose: handed_in.purpose,
        unit_id: handed_in.unit_id,
        version_code: report.view.summary.version_code.clone(),
        level: answer.level.clone(),
        elsewhere: elsewhere.collect(),
    }
}

/// What the facility counted for the whole; a sample of a site or a unit is that place's.
fn counted(report: &SelfReport, answer: &Answer) -> Vec<FileSample> {
    let counts = |piece: &Evidence| {
        let (checked, met) = (piece.files_checked?, piece.files_met?);
        Some((u32::try_from(checked).ok()?, u32::try_from(met).ok()?))
    };
    let samples = answer.evidence.iter().filter_map(counts);
    let samples = samples.map(|(files_checked, files_met)| FileSample {
        source: SampleSource::SelfAssessment,
        href: address_of(&report.handed_in),
        day: report.handed_in.submitted_at.day(),
        unit_id: report.handed_in.unit_id,
        files_checked,
        files_met,
    });
    samples.collect()
}
