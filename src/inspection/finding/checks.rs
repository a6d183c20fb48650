//! What is wrong with what a finding says: what it shows by itself, and what the round's frameworks say of it.
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CriterionReference, FindingContent, LONGEST_OBSERVATION};
use crate::access::Tx;
use crate::db::types::Id;
use crate::framework::document::{Criterion, Document};
use crate::framework::rules::judgements_allowed;
use crate::framework::{self};
use crate::http::checks::{at_most, check_length, check_name};
use crate::inspection::round;
use crate::problem::{Issue, Problem};
use crate::self_assessment::inputs::{MOST_EVIDENCE, check_piece};
use crate::self_assessment::rules::check_evidence;
use crate::text::Text;

/// The framework versions that the findings of a round go by.
pub struct Frameworks {
    documents: BTreeMap<(String, String), Arc<Document>>,
    /// Are judgements given by two inspectors, apart from the findings?
    double_judgement: bool,
}

impl Frameworks {
    /// Those of this round.
    pub fn of(tx: &mut Tx, round_id: Id) -> Result<Self, Problem> {
        let (named, double_judgement) = round::store::frameworks_of(tx, round_id)?;
        let mut documents = BTreeMap::new();
        for one in named {
            let (code, version) = (one.framework_code.to_string(), one.version_code.to_string());
            let found = framework::store::published(tx, &code, &version)?;
            let document =
                found.ok_or_else(|| Problem::internal("a round's framework is not published"))?;
            documents.insert((code, version), document);
        }
        Ok(Self {
            documents,
            double_judgement,
        })
    }

    /// Every version.
    pub fn documents(self) -> Vec<Document> {
        let all = self.documents.into_values();
        all.map(Arc::unwrap_or_clone).collect()
    }

    /// Every version, one by one.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.documents.values()
    }

    /// The version that a criterion is of.
    pub fn document(&self, named: &CriterionReference) -> Option<&Arc<Document>> {
        let key = (
            named.framework_code.to_string(),
            named.version_code.to_string(),
        );
        self.documents.get(&key)
    }

    /// Adds what is wrong with a finding, each fault named after `at`.
    pub fn check(&self, content: &FindingContent, at: &str, faults: &mut Vec<Issue>) {
        check_shape(content, at, faults);
        let about = content.criterion.as_ref();
        let found = about.map(|named| self.criterion(named));
        if let (Some(None), Some(named)) = (found, about) {
            faults.push(self.unknown_criterion(named, at));
            return;
        }
        let found = found.flatten();
        if let Some((document, _)) = found {
            for (index, piece) in content.evidence.iter().enumerate() {
                check_evidence(document, piece, &format!("{at}evidence[{index}]."), faults);
            }
        }
        match &content.judgement {
            Some(_) if self.double_judgement => faults.push(judged_apart(at)),
            Some(code) => self.check_judgement(found, code.as_str(), at, faults),
            None => {}
        }
    }

    /// Do two inspectors judge apart from each other?
    pub fn are_judged_twice(&self) -> bool {
        self.double_judgement
    }

    /// Adds what is wrong with a judgement of a finding that was given apart from it.
    pub fn check_apart(&self, content: &FindingContent, code: &str, faults: &mut Vec<Issue>) {
        let about = content.criterion.as_ref();
        let found = about.and_then(|named| self.criterion(named));
        self.check_judgement(found, code, "", faults);
    }

    fn criterion(&self, named: &CriterionReference) -> Option<(&Document, &Criterion)> {
        let document = self.document(named)?;
        let criterion = document.criterion(named.criterion_code.as_str())?;
        Some((document.as_ref(), criterion))
    }

    fn check_judgement(
        &self,
        about: Option<(&Document, &Criterion)>,
        code: &str,
        at: &str,
        faults: &mut Vec<Issue>,
    ) {
        let allowed: Vec<&str> = match about {
            Some((document, criterion)) => judgements_allowed(document, criterion)
                .iter()
                .map(|judgement| judgement.code.as_str())
                .collect(),
            // What no criterion asks has no regulation behind it here.
            None => self.never_a_breach(),
        };
        if !allowed.contains(&code) {
            faults.push(not_allowed(&allowed, code, at));
        }
    }

    fn never_a_breach(&self) -> Vec<&str> {
        let all = self
            .documents
            .values()
            .flat_map(|document| &document.judgements);
        all.filter(|judgement| !judgement.breach)
            .map(|judgement| judgement.code.as_str())
            .collect()
    }

    fn unknown_criterion(&self, named: &CriterionReference, at: &str) -> Issue {
        let known: Vec<String> = self
            .documents
            .keys()
            .map(|(framework, version)| format!("{framework}/{version}"))
            .collect();
        let known = known.join(", ");
        let detail = Text::new(
            format!("Dit is geen criterium van de referentiekaders van deze ronde ({known})."),
            format!("Ce n'est pas un critère des référentiels de cette ronde ({known})."),
            format!("This is no criterion of the frameworks of this round ({known})."),
        );
        Issue::body(
            "unknownReference",
            format!("{at}criterion.criterionCode"),
            detail,
        )
        .with_value(named.criterion_code.as_str())
    }
}

fn check_shape(content: &FindingContent, at: &str, faults: &mut Vec<Issue>) {
    match &content.title {
        Some(title) => check_name(&format!("{at}title"), title, faults),
        None if content.criterion.is_none() => faults.push(about_nothing(at)),
        None => {}
    }
    if let Some(text) = &content.observation {
        check_length(
            &format!("{at}observation"),
            text,
            LONGEST_OBSERVATION,
            faults,
        );
    }
    let name = format!("{at}evidence");
    if at_most(&name, content.evidence.len(), MOST_EVIDENCE, faults) {
        for (index, piece) in content.evidence.iter().enumerate() {
            check_piece(piece, &format!("{at}evidence[{index}]."), faults);
        }
    }
}

fn about_nothing(at: &str) -> Issue {
    Issue::body(
        "missing",
        format!("{at}title"),
        Text::new(
            "Noem een criterium, of geef een titel.",
            "Nommez un critère, ou donnez un titre.",
            "Name a criterion, or give a title.",
        ),
    )
}

fn judged_apart(at: &str) -> Issue {
    Issue::body(
        "judgementNotAllowed",
        format!("{at}judgement"),
        Text::new(
            "In deze ronde oordelen twee inspecteurs los van elkaar; geef het oordeel met PUT …/judgement.",
            "Dans cette ronde, deux inspecteurs jugent séparément ; donnez le jugement par PUT …/judgement.",
            "In this round two inspectors judge apart from each other; give the judgement with PUT …/judgement.",
        ),
    )
}

fn not_allowed(allowed: &[&str], code: &str, at: &str) -> Issue {
    let allowed = allowed.join(", ");
    let detail = Text::new(
        format!("Dit oordeel laat het referentiekader hier niet toe; gebruik: {allowed}."),
        format!("Le référentiel ne permet pas ce jugement ici ; utilisez : {allowed}."),
        format!("The framework does not allow this judgement here; use: {allowed}."),
    );
    Issue::body("judgementNotAllowed", format!("{at}judgement"), detail).with_value(code)
}
