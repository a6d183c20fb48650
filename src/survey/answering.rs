//! What is done by a link, each in one transaction.
use super::document::SurveyDocument;
use super::mixing::{self, Place};
use super::{SurveyAnswersInput, SurveyLink, SurveyWave, SurveyWaveStatus, rules, store};
use crate::access::Tx;
use crate::access::link::{SecretHash, unknown_survey};
use crate::problem::Problem;
use crate::text::Text;

/// What a good link leads to.
pub struct Opened {
    hash: SecretHash,
    place: Place,
    wave: SurveyWave,
    /// What is asked.
    pub document: SurveyDocument,
}

/// Opens a link: 404 when there is none such, or it was used.
pub fn open(tx: &mut Tx, hash: SecretHash) -> Result<Opened, Problem> {
    let place = mixing::find_link(tx, hash)?.ok_or_else(unknown_survey)?;
    let wave = store::wave_by_id(tx, place.wave_id)?;
    let document = store::document_of(tx, &wave)?;
    Ok(Opened {
        hash,
        place,
        wave,
        document,
    })
}

impl Opened {
    /// What the link shows; 409 when it is not the time for it.
    pub fn view(self) -> Result<SurveyLink, Problem> {
        self.require_open()?;
        Ok(SurveyLink {
            title: self.wave.title,
            ends: self.wave.ends,
            document: self.document,
        })
    }

    fn require_open(&self) -> Result<(), Problem> {
        let (opens, ends) = (self.wave.opens, self.wave.ends);
        let detail = match self.wave.status {
            SurveyWaveStatus::Open => return Ok(()),
            SurveyWaveStatus::Planned => Text::new(
                format!("Deze bevraging begint op {opens}; gebruik de link dan."),
                format!("Cette enquête commence le {opens} ; utilisez le lien à ce moment."),
                format!("This survey begins on {opens}; use the link then."),
            ),
            SurveyWaveStatus::Over | SurveyWaveStatus::Closed => Text::new(
                format!("Deze bevraging eindigde op {ends}."),
                format!("Cette enquête s'est terminée le {ends}."),
                format!("This survey ended on {ends}."),
            ),
        };
        Err(Problem::conflict(detail))
    }

    /// Keeps what is answered, and uses the link up.
    pub fn keep(&self, tx: &mut Tx, input: &SurveyAnswersInput) -> Result<(), Problem> {
        self.require_open()?;
        Problem::refuse(rules::faults(&self.document, &input.answers))?;
        if mixing::keep(tx, (self.hash, &self.place), &self.document, input)? {
            Ok(())
        } else {
            Err(unknown_survey())
        }
    }
}
