//! What is done to surveys and their waves, each in one transaction.
use super::document::{SurveyDocument, SurveyItem};
use super::mixing::{self, Place};
use super::results::SurveyResults;
use super::telling::counted;
use super::{
    SurveyLinksInput, SurveyText, SurveyVersion, SurveyWave, SurveyWaveInput, SurveyWaveStatus,
    store,
};
use crate::access::Tx;
use crate::access::link::SecretHash;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::facility;
use crate::http::IfMatch;
use crate::http::etag::Precondition;
use crate::http::page::Window;
use crate::problem::{Issue, Problem};
use crate::text::Text;
use crate::words::Code;

/// The name under which a survey's versions and waves are written, one after another.
fn turn(survey: &str) -> String {
    format!("surveys {survey}")
}

/// Adds a version of a survey, or replaces one that was not asked yet; true when it is new.
pub fn put_version(
    tx: &mut Tx,
    (survey, version): (&str, &str),
    condition: &Precondition,
    document: &SurveyDocument,
) -> Result<(SurveyVersion, bool), Problem> {
    tx.wait_for_name(&turn(survey))?;
    let current = store::find_version(tx, survey, version)?;
    condition.check(current.as_ref().map(SurveyVersion::tag).as_ref())?;
    if current.as_ref().is_some_and(|current| current.fixed) {
        return Err(Problem::conflict(Text::new(
            "Deze versie is al afgenomen en blijft zoals zij is; maak een nieuwe versie.",
            "Cette version a déjà été soumise et reste telle quelle ; créez une nouvelle version.",
            "This version was asked already and stays as it is; make a new version.",
        )));
    }
    keep_codes(tx, (survey, version), document)?;
    store::put_version(tx, (survey, version), current.as_ref(), document)?;
    let event = Event::new(
        "surveyVersionSaved",
        "surveyVersion",
        format!("{survey}/{version}"),
    );
    audit::record(tx, event.with(document)?)?;
    Ok((self::version(tx, survey, version)?, current.is_none()))
}

/// A version of a survey.
pub fn version(tx: &mut Tx, survey: &str, code: &str) -> Result<SurveyVersion, Problem> {
    store::find_version(tx, survey, code)?.ok_or_else(Problem::not_found)
}

/// An item with the code of one in another version is answered in the same way: answers are followed from version to version by it.
fn keep_codes(
    tx: &mut Tx,
    (survey, version): (&str, &str),
    document: &SurveyDocument,
) -> Result<(), Problem> {
    let others = store::other_versions(tx, survey, version)?;
    let mut faults = Vec::new();
    for (place, section) in document.sections.iter().enumerate() {
        for (index, item) in section.items.iter().enumerate() {
            let same = |(code, other): &(String, SurveyDocument)| {
                let known = other.item(item.code.as_str())?;
                (known.kind != item.kind).then(|| code.clone())
            };
            if let Some(other) = others.iter().find_map(same) {
                let at = format!("sections[{place}].items[{index}].kind");
                faults.push(other_kind(&at, item, &other));
            }
        }
    }
    Problem::refuse(faults)
}

fn other_kind(at: &str, item: &SurveyItem, version: &str) -> Issue {
    let code = &item.code;
    let detail = Text::new(
        format!(
            "In versie {version} wordt {code} anders beantwoord; geef een andere vraag een andere code."
        ),
        format!(
            "Dans la version {version}, {code} reçoit une autre sorte de réponse ; donnez un autre code à une autre question."
        ),
        format!(
            "In version {version}, {code} is answered otherwise; give another item another code."
        ),
    );
    Issue::body("differsFromVersion", at, detail).with_value(item.kind.name())
}

/// Plans a wave of a survey; its version is fixed from then on.
pub fn create_wave(
    tx: &mut Tx,
    survey: &str,
    id: Id,
    input: &SurveyWaveInput,
) -> Result<SurveyWave, Problem> {
    tx.wait_for_name(&turn(survey))?;
    if store::find_survey(tx, survey)?.is_none() {
        return Err(Problem::not_found());
    }
    let mut faults = Vec::new();
    if store::find_version(tx, survey, input.version_code.as_str())?.is_none() {
        let detail = Text::new(
            format!("Deze versie bestaat niet; zie GET /v1/surveys/{survey}."),
            format!("Cette version n'existe pas ; voir GET /v1/surveys/{survey}."),
            format!("There is no such version; see GET /v1/surveys/{survey}."),
        );
        faults.push(unknown("versionCode", &input.version_code, detail));
    }
    faults.extend(facility::unknown_sectors(tx, "sectors", &input.sectors)?);
    Problem::refuse(faults)?;
    store::insert_wave(tx, survey, id, input)?;
    let said = serde_json::json!({"waveId": id, "wave": input});
    audit::record(tx, recorded("surveyWaveCreated", survey).with(&said)?)?;
    store::wave(tx, survey, id)
}

fn unknown(at: &str, code: &Code, detail: Text) -> Issue {
    Issue::body("unknownReference", at, detail).with_value(code.as_str())
}

fn recorded(action: &'static str, survey: &str) -> Event {
    Event::new(action, "survey", survey)
}

/// Makes links for a sector of a wave, of which nothing but these hashes is kept.
pub fn make_links(
    tx: &mut Tx,
    (survey, id): (&str, Id),
    input: &SurveyLinksInput,
    hashes: &[SecretHash],
) -> Result<(), Problem> {
    tx.wait_for_name(&turn(survey))?;
    let wave = store::wave(tx, survey, id)?;
    if matches!(
        wave.status,
        SurveyWaveStatus::Over | SurveyWaveStatus::Closed
    ) {
        return Err(Problem::conflict(Text::new(
            "Deze afname is voorbij; een link diende tot niets.",
            "Cette enquête est terminée ; un lien ne servirait à rien.",
            "This wave is over; a link would be good for nothing.",
        )));
    }
    let code = &input.sector_code;
    if !wave.sectors.iter().any(|one| *code == *one.sector_code) {
        let sectors: Vec<&str> = wave
            .sectors
            .iter()
            .map(|one| one.sector_code.as_str())
            .collect();
        let sectors = sectors.join(", ");
        let detail = Text::new(
            format!("Deze afname gaat over: {sectors}."),
            format!("Cette enquête porte sur : {sectors}."),
            format!("This wave is for: {sectors}."),
        );
        return Err(Problem::fault(unknown("sectorCode", code, detail)));
    }
    let place = Place {
        wave_id: id,
        sector_code: code.to_string(),
    };
    mixing::add_links(tx, &place, hashes)?;
    let said = serde_json::json!({"waveId": id, "sectorCode": code, "count": input.count});
    audit::record(tx, recorded("surveyLinksMade", survey).with(&said)?)
}

/// Closes a wave, for good, with its results.
pub fn close(tx: &mut Tx, (survey, id): (&str, Id), seen: &IfMatch) -> Result<SurveyWave, Problem> {
    tx.wait_for_name(&turn(survey))?;
    let wave = store::wave(tx, survey, id)?;
    seen.check(&wave.tag())?;
    let detail = match wave.status {
        SurveyWaveStatus::Open | SurveyWaveStatus::Over => None,
        SurveyWaveStatus::Planned => Some(Text::new(
            "Deze afname is nog niet begonnen.",
            "Cette enquête n'a pas encore commencé.",
            "This wave has not begun yet.",
        )),
        SurveyWaveStatus::Closed => Some(Text::new(
            "Deze afname is al afgesloten.",
            "Cette enquête est déjà clôturée.",
            "This wave is closed already.",
        )),
    };
    if let Some(detail) = detail {
        return Err(Problem::conflict(detail));
    }
    let document = store::document_of(tx, &wave)?;
    for sector in &wave.sectors {
        let place = Place {
            wave_id: id,
            sector_code: sector.sector_code.clone(),
        };
        mixing::finish(tx, &place, &document)?;
    }
    let results = results_of(tx, &wave, &document)?;
    store::close_wave(tx, &wave, &results)?;
    let said = serde_json::json!({"waveId": id});
    audit::record(tx, recorded("surveyWaveClosed", survey).with(&said)?)?;
    store::wave(tx, survey, id)
}

fn results_of(
    tx: &mut Tx,
    wave: &SurveyWave,
    document: &SurveyDocument,
) -> Result<SurveyResults, Problem> {
    let tallies = store::tallies(tx, wave)?;
    let smallest_group = tx.state.settings.smallest_group;
    let (respondents, items, indicators) = counted(document, &tallies, smallest_group);
    Ok(SurveyResults {
        href: store::results_href(&wave.survey_code, wave.id),
        survey_code: wave.survey_code.clone(),
        version_code: wave.version_code.to_string(),
        wave_id: wave.id,
        title: wave.title.clone(),
        closed_at: tx.now,
        smallest_group,
        respondents,
        items,
        indicators,
    })
}

/// The results of a wave; 409 until it is closed: what one answer adds would show.
pub fn results(tx: &mut Tx, survey: &str, id: Id) -> Result<SurveyResults, Problem> {
    store::results(tx, survey, id)?.ok_or_else(not_closed)
}

fn not_closed() -> Problem {
    Problem::conflict(Text::new(
        "Deze afname loopt nog; de resultaten zijn er zodra zij afgesloten is (POST …/closures).",
        "Cette enquête est en cours ; les résultats seront là dès qu'elle est clôturée (POST …/closures).",
        "This wave is under way; the results are there once it is closed (POST …/closures).",
    ))
}

/// The texts that answer an item of a closed wave, or all its items; none of an item with fewer than the smallest group.
pub fn texts(
    tx: &mut Tx,
    (survey, id): (&str, Id),
    item: Option<&Code>,
    window: &Window<Id>,
) -> Result<Vec<SurveyText>, Problem> {
    results(tx, survey, id)?;
    let smallest = i64::from(tx.state.settings.smallest_group);
    let counts = store::text_counts(tx, id)?;
    let many = counts
        .into_iter()
        .filter(|(code, count)| *count >= smallest && item.is_none_or(|item| *item == **code));
    let items = many.map(|(code, _)| code).collect();
    store::texts(tx, id, items, window)
}
