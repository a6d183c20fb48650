//! What is looked up in a document: its criteria, scales, levels and kinds, by their codes.
use super::document::{
    AllowedJudgements, AnswerIs, ChangeKind, Condition, Criterion, CriterionKind, Document,
    EvidenceKind, Judgement, Level, Scale, Theme,
};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Code;

impl Document {
    /// Every criterion with its theme, in the order in which they are asked.
    pub fn criteria(&self) -> impl Iterator<Item = (&Theme, &Criterion)> {
        self.themes.iter().flat_map(|theme| {
            theme
                .criteria
                .iter()
                .map(move |criterion| (theme, criterion))
        })
    }

    /// The criterion with this code.
    pub fn criterion(&self, code: &str) -> Option<&Criterion> {
        self.criteria()
            .map(|(_, criterion)| criterion)
            .find(|criterion| criterion.code == *code)
    }

    /// The scale that a criterion is answered on; none only in a document that was not checked.
    pub fn scale_of(&self, criterion: &Criterion) -> Option<&Scale> {
        let code = criterion.scale.as_ref().unwrap_or(&self.default_scale);
        self.scales.iter().find(|scale| scale.code == *code)
    }

    /// A level of the scale that a criterion is answered on.
    pub fn level(&self, criterion: &Criterion, code: &str) -> Option<&Level> {
        self.scale_of(criterion)?
            .levels
            .iter()
            .find(|level| level.code == *code)
    }

    /// Whether an answer on this level is complete only with evidence.
    pub fn needs_evidence(&self, criterion: &Criterion, level: &str) -> bool {
        criterion.evidence_required
            && !self
                .level(criterion, level)
                .is_some_and(|level| level.waives_evidence)
    }

    /// The judgement with this code.
    pub fn judgement(&self, code: &str) -> Option<&Judgement> {
        self.judgements
            .iter()
            .find(|judgement| judgement.code == *code)
    }

    /// The kind of evidence with this code.
    pub fn evidence_kind(&self, code: &str) -> Option<&EvidenceKind> {
        self.evidence_kinds.iter().find(|kind| kind.code == *code)
    }

    /// The fault of an input that names another one.
    pub fn unknown_evidence_kind(&self, given: &str, name: &str) -> Issue {
        let kinds = self.evidence_kinds.iter().map(|kind| kind.code.as_str());
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let detail = Text::new(
            format!("Deze soort bewijs kent het referentiekader niet; gebruik: {kinds}."),
            format!("Le référentiel ne connaît pas ce genre de preuve ; utilisez : {kinds}."),
            format!("The framework does not know this kind of evidence; use: {kinds}."),
        );
        Issue::body("unknownEvidenceKind", name, detail).with_value(given)
    }
}

impl Document {
    /// Is this version made for facilities of this type?
    pub fn is_for(&self, facility_type: &str) -> bool {
        self.facility_types.iter().any(|code| code == facility_type)
    }
}

impl Criterion {
    /// The facility types that it is limited to; none when it is for all.
    pub fn facility_types(&self) -> &[Code] {
        self.applies_to
            .as_ref()
            .map_or(&[], |applies_to| applies_to.facility_types.as_slice())
    }

    /// Can a facility of this type be asked it, whatever the answers to others?
    pub fn is_for(&self, facility_type: &str) -> bool {
        let types = self.facility_types();
        types.is_empty() || types.iter().any(|code| code == facility_type)
    }

    /// The criteria of the superseded version that this one comes from: itself when nothing says otherwise, none when
    /// it is new.
    pub fn origins(&self) -> &[Code] {
        match &self.change {
            Some(change) if change.kind == ChangeKind::New => &[],
            Some(change) if !change.from.is_empty() => &change.from,
            _ => std::slice::from_ref(&self.code),
        }
    }
}

impl Condition {
    /// The parts that look at an answer, in the order in which they are written.
    pub fn answers(&self) -> Vec<&AnswerIs> {
        match self {
            Self::Answer(answer) => vec![answer],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::answers).collect(),
            Self::Not(part) => part.answers(),
        }
    }
}

impl AllowedJudgements {
    /// The codes allowed for a kind of criterion.
    pub fn for_kind(&self, kind: CriterionKind) -> &[Code] {
        match kind {
            CriterionKind::Requirement => &self.requirement,
            CriterionKind::Expectation => &self.expectation,
        }
    }
}
