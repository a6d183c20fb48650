//! What a report says, put together from what is there when it is frozen.
use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{
    Audience, Body, Corrects, Criterion, EvidenceKind, FacilityType, Files, Finding,
    FrameworkVersion, Heading, Identifier, ImprovementPoint, Judgement, Person, Reaction, Reason,
    ReportDocument, ReportKind, Site, Subject, Theme, Visit,
};
use super::{ImprovementPointDraft, Reaction as GivenReaction, ReportInput, points, store};
use crate::access::Tx;
use crate::attachment::AttachmentReference;
use crate::db::types::{Id, Moment};
use crate::facility;
use crate::framework::document::{self as framework, Document};
use crate::inspection::finding::{self, CriterionReference, FindingContent, FindingSummary};
use crate::inspection::round;
use crate::inspection::store::{Head, view};
use crate::inspection::{Inspection, Reason as Why, VisitState};
use crate::problem::Problem;
use crate::self_assessment::Evidence;
use crate::text::Text;
use crate::words::{Code, Texts};

/// What a report is frozen as.
pub struct Freezing<'a> {
    /// Which kind.
    pub kind: ReportKind,
    /// Its number.
    pub number: Option<String>,
    /// Which one it corrects.
    pub corrects: Option<Corrects>,
    /// What was sent for it.
    pub input: &'a ReportInput,
}

/// Puts the document together. A finding in a conflict, or one that waits, forbids it: 409.
pub fn document(tx: &mut Tx, head: &Head, freezing: Freezing) -> Result<ReportDocument, Problem> {
    let inspection = view(tx, head)?;
    let frameworks = finding::Frameworks::of(tx, head.row.round_id)?;
    let found = findings(tx, head, freezing.input.leave_out_pending)?;
    let reactions = match freezing.kind {
        ReportKind::Draft => Vec::new(),
        ReportKind::Final | ReportKind::Correction => store::reactions(tx, head.row.id)?,
    };
    let points = points::all(tx, head.row.id)?;
    let parts = Parts {
        frameworks: &frameworks,
        points: &points,
        reactions: &reactions,
    };
    let (themes, outside) = parts.grouped(&found)?;
    Ok(ReportDocument {
        kind: freezing.kind,
        number: freezing.number,
        audience: Audience::Internal,
        language: freezing.input.language,
        frozen_at: tx.now,
        corrects: freezing.corrects,
        heading: heading(tx, head, &inspection, &frameworks)?,
        visits: visits(&inspection),
        last_finding_on: found
            .iter()
            .map(|one| one.updated_at.day())
            .max()
            .unwrap_or_else(|| tx.now.day()),
        summary: freezing.input.summary.clone(),
        themes,
        outside,
        reactions: said(&reactions, None),
        signed_by: Vec::new(),
        people: people(&inspection),
    })
}

/// A finding as it stands.
struct Found {
    id: Id,
    content: FindingContent,
    /// The judgement that counts: the finding's own, or the one that was adopted.
    judgement: Option<String>,
    updated_at: Moment,
}

/// The findings that count. One in a conflict forbids a report; so does one with versions that wait for others, unless the lead leaves those out:
/// what a lost tablet never sends would hold the report up for good. A finding that was withdrawn holds nothing up.
fn findings(tx: &mut Tx, head: &Head, leave_out_pending: bool) -> Result<Vec<Found>, Problem> {
    let mut all = finding::summaries(tx, head.row.id)?;
    all.retain(|one| {
        one.content
            .as_ref()
            .is_none_or(|content| !content.withdrawn)
    });
    let waits = |one: &FindingSummary| one.pending > 0 && !leave_out_pending;
    let open = all.iter().filter(|one| one.conflict || waits(one));
    let open: Vec<String> = open.map(|one| one.href.clone()).collect();
    if !open.is_empty() {
        return Err(unsettled(&open.join(", ")));
    }
    let found = all.into_iter().filter_map(|one| {
        Some(Found {
            id: one.id,
            content: one.content?,
            judgement: one.judgement,
            updated_at: one.updated_at,
        })
    });
    Ok(found.collect())
}

fn unsettled(open: &str) -> Problem {
    Problem::conflict(Text::new(
        format!(
            "Los eerst op wat openstaat: {open}. Een conflict lost een versie op die alle heads als parents noemt. Wat nog op andere versies wacht, kan eruit blijven met leaveOutPending."
        ),
        format!(
            "Résolvez d'abord ce qui est ouvert : {open}. Une version dont toutes les heads sont les parents résout un conflit. Ce qui attend d'autres versions peut être omis par leaveOutPending."
        ),
        format!(
            "Settle first what is open: {open}. A version that has all heads as parents resolves a conflict. What waits for other versions can be left out with leaveOutPending."
        ),
    ))
}

/// What findings are told with.
struct Parts<'a> {
    frameworks: &'a finding::Frameworks,
    points: &'a [ImprovementPointDraft],
    reactions: &'a [GivenReaction],
}

impl Parts<'_> {
    /// By theme, in the order of the frameworks; and those about no criterion.
    fn grouped(&self, found: &[Found]) -> Result<(Vec<Theme>, Vec<Finding>), Problem> {
        let mut themes = Vec::new();
        for document in self.frameworks.all() {
            for theme in &document.themes {
                let codes: Vec<&Code> = theme.criteria.iter().map(|one| &one.code).collect();
                let about = |one: &&Found| {
                    let named = one.content.criterion.as_ref();
                    named.is_some_and(|named| {
                        is_of(document, named) && codes.contains(&&named.criterion_code)
                    })
                };
                let mut these: Vec<&Found> = found.iter().filter(about).collect();
                these.sort_by_key(|one| {
                    let named = one.content.criterion.as_ref();
                    codes
                        .iter()
                        .position(|code| named.is_some_and(|named| named.criterion_code == **code))
                });
                let findings: Vec<Finding> = these
                    .into_iter()
                    .map(|one| self.finding(one))
                    .collect::<Result<_, _>>()?;
                if !findings.is_empty() {
                    themes.push(Theme {
                        code: theme.code.clone(),
                        title: theme.title.clone(),
                        findings,
                    });
                }
            }
        }
        let outside = found.iter().filter(|one| one.content.criterion.is_none());
        let outside = outside
            .map(|one| self.finding(one))
            .collect::<Result<_, _>>()?;
        Ok((themes, outside))
    }

    fn finding(&self, found: &Found) -> Result<Finding, Problem> {
        let content = &found.content;
        let document = content
            .criterion
            .as_ref()
            .and_then(|named| self.frameworks.document(named));
        Ok(Finding {
            id: found.id,
            subject: subject(document, content)?,
            observation: content.observation.clone().unwrap_or_default(),
            evidence_kinds: kinds(document, &content.evidence),
            files: files(&content.evidence),
            judgement: self.judgement(document, found.judgement.as_deref()),
            improvement_points: self.points_of(found.id),
            attachments: references(content),
            reactions: said(self.reactions, Some(found.id)),
        })
    }

    fn points_of(&self, finding: Id) -> Vec<ImprovementPoint> {
        let points = self.points.iter();
        let points = points.filter(|point| point.finding_id == finding && !point.withdrawn);
        let told = points.map(|point| ImprovementPoint {
            id: point.id,
            text: point.text.clone(),
            priority: point.priority,
        });
        told.collect()
    }

    fn judgement(&self, document: Option<&Arc<Document>>, code: Option<&str>) -> Option<Judgement> {
        let code = code?;
        let known = |document: &Document| document.judgement(code).cloned();
        let found: Option<framework::Judgement> = match document {
            Some(document) => known(document),
            None => self.frameworks.all().find_map(|document| known(document)),
        };
        found.map(|judgement| Judgement {
            code: judgement.code,
            title: judgement.title,
            breach: judgement.breach,
        })
    }
}

fn references(content: &FindingContent) -> Vec<AttachmentReference> {
    let named = finding::sync::named_by(content).into_iter();
    let told = named.map(|(attachment_id, sha256)| AttachmentReference {
        attachment_id,
        sha256,
    });
    told.collect()
}

fn is_of(document: &Document, named: &CriterionReference) -> bool {
    document.code == named.framework_code && document.version.code == named.version_code
}

fn subject(document: Option<&Arc<Document>>, content: &FindingContent) -> Result<Subject, Problem> {
    let Some(named) = &content.criterion else {
        return Ok(Subject::Title(content.title.clone().unwrap_or_default()));
    };
    let criterion = document.and_then(|document| document.criterion(named.criterion_code.as_str()));
    let criterion = criterion
        .ok_or_else(|| Problem::internal("a finding names a criterion that is not there"))?;
    Ok(Subject::Criterion(Criterion {
        framework_code: named.framework_code.clone(),
        version_code: named.version_code.clone(),
        code: criterion.code.clone(),
        kind: criterion.kind,
        text: criterion.text.clone(),
        legal_basis: criterion.legal_basis.clone(),
    }))
}

fn kinds(document: Option<&Arc<Document>>, evidence: &[Evidence]) -> Vec<EvidenceKind> {
    let mut kinds: BTreeMap<&str, EvidenceKind> = BTreeMap::new();
    for piece in evidence {
        let known = document.and_then(|document| document.evidence_kind(&piece.kind));
        if let Some(kind) = known {
            kinds.insert(
                &piece.kind,
                EvidenceKind {
                    code: kind.code.clone(),
                    title: kind.title.clone(),
                },
            );
        }
    }
    kinds.into_values().collect()
}

/// Of several samples, all together.
fn files(evidence: &[Evidence]) -> Option<Files> {
    let counted = evidence
        .iter()
        .filter_map(|piece| Some((piece.files_checked?, piece.files_met?)));
    let counted = counted.filter_map(|(checked, met)| {
        Some((u32::try_from(checked).ok()?, u32::try_from(met).ok()?))
    });
    counted
        .reduce(|all, one| (all.0 + one.0, all.1 + one.1))
        .map(|(checked, met)| Files { checked, met })
}

/// What was said to a finding, or to the report as a whole.
fn said(reactions: &[GivenReaction], finding: Option<Id>) -> Vec<Reaction> {
    let these = reactions.iter().filter(|one| one.finding_id == finding);
    let told = these.map(|one| Reaction {
        kind: one.kind,
        text: one.text.clone(),
        decision: one.decision.clone(),
    });
    told.collect()
}

fn visits(inspection: &Inspection) -> Vec<Visit> {
    let took_place = inspection.visits.iter().filter_map(|visit| {
        Some(Visit {
            site_id: visit.site_id,
            from: visit
                .from
                .filter(|_| visit.status != VisitState::Cancelled)?,
            to: visit.to,
            announced: visit.announced,
            refused: visit.status == VisitState::Refused,
            interlocutors: visit.interlocutors.clone(),
        })
    });
    took_place.collect()
}

/// Everyone who ever had a part in it: a name that must not be published does not become publishable when the part ends.
fn people(inspection: &Inspection) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for one in &inspection.assignments {
        let person = Person {
            name: one.name.clone(),
            function: one.role.to_string(),
        };
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

fn heading(
    tx: &mut Tx,
    head: &Head,
    inspection: &Inspection,
    frameworks: &finding::Frameworks,
) -> Result<Heading, Problem> {
    let row = &head.row;
    let facility = facility::facility(tx, row.facility_id)?;
    let organisation = facility::organisation(tx, facility.organisation_id)?;
    let unit = match row.unit_id {
        Some(unit) => Some(facility::unit(tx, facility.id, unit)?.name),
        None => None,
    };
    Ok(Heading {
        inspectorate: None,
        round: round::store::get(tx, row.round_id)?.title,
        reason: reason(head),
        organisation: body(organisation.id, organisation.name, organisation.identifiers),
        facility: body(facility.id, facility.name, facility.identifiers),
        facility_type: facility_type(tx, &row.facility_type)?,
        unit,
        sites: sites(tx, row.facility_id, inspection)?,
        frameworks: frameworks.all().map(|document| version(document)).collect(),
        checklist_revision: row.checklist_revision.unwrap_or(1),
    })
}

/// A complaint that is not disclosed is told to nobody.
fn reason(head: &Head) -> Option<Reason> {
    let row = &head.row;
    match row.reason {
        Why::Periodic => Some(Reason::Periodic),
        Why::RecognitionRenewal => Some(Reason::RecognitionRenewal),
        Why::Complaint => row.reason_disclosed.then_some(Reason::Complaint),
        Why::FollowUp => Some(Reason::FollowUp),
        Why::ThematicRound => Some(Reason::ThematicRound),
    }
}

fn body(id: Id, name: String, identifiers: Vec<facility::Identifier>) -> Body {
    Body {
        id,
        name,
        identifiers: told(identifiers),
    }
}

fn told(identifiers: Vec<facility::Identifier>) -> Vec<Identifier> {
    let told = identifiers.into_iter().map(|one| Identifier {
        kind: one.kind,
        value: one.value,
    });
    told.collect()
}

fn facility_type(tx: &mut Tx, code: &str) -> Result<FacilityType, Problem> {
    let found = facility::find_facility_type(tx, code)?;
    Ok(FacilityType {
        code: code.to_owned().try_into().map_err(Problem::internal)?,
        title: found.map_or_else(Texts::default, |found| found.title),
    })
}

fn sites(tx: &mut Tx, facility: Id, inspection: &Inspection) -> Result<Vec<Site>, Problem> {
    let mut ids: Vec<Id> = inspection
        .visits
        .iter()
        .filter_map(|visit| visit.site_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut sites = Vec::new();
    for id in ids {
        let site = facility::site(tx, facility, id)?;
        sites.push(Site {
            id: site.id,
            name: site.name,
            address: site.address,
            identifiers: told(site.identifiers),
        });
    }
    Ok(sites)
}

fn version(document: &Document) -> FrameworkVersion {
    FrameworkVersion {
        framework_code: document.code.clone(),
        version_code: document.version.code.clone(),
        title: document.title.clone(),
        label: document.version.label.clone(),
    }
}
