//! What can be done to a contribution, and what is wrong with what came by its link. Pure: the clock is given.
use std::collections::{BTreeMap, HashSet};

use chrono::Duration;

use super::inputs::ContributionAnswersInput;
use super::{ContributedAnswer, ContributionStatus, LinkStatus};
use crate::db::types::Moment;
use crate::framework::document::{Code, Document, Texts};
use crate::framework::rules::Carry;
use crate::http::checks::{at_most, check_length};
use crate::problem::{Issue, Problem};
use crate::self_assessment::{AnswerInput, Status, rules as answers};
use crate::text::Text;

/// How long a link lives when nobody says otherwise.
const USUAL_DAYS: i64 = 14;
/// How long a link may live.
const MOST_DAYS: i64 = 90;

/// Until when a new link can be answered.
pub fn expiry(asked: Option<Moment>, now: Moment) -> Result<Moment, Problem> {
    let Some(asked) = asked else {
        return Ok(Moment(now.0 + Duration::days(USUAL_DAYS)));
    };
    if asked > now && asked.0 <= now.0 + Duration::days(MOST_DAYS) {
        return Ok(asked);
    }
    let text = Text::new(
        format!("Gebruik een moment in de toekomst, binnen {MOST_DAYS} dagen."),
        format!("Utilisez un moment à venir, dans les {MOST_DAYS} jours."),
        format!("Use a moment in the future, within {MOST_DAYS} days."),
    );
    Err(Problem::fault(
        Issue::body("outOfRange", "expires", text).with_value(asked.to_string()),
    ))
}

/// How it stands now: an open one whose time passed is expired.
pub fn status(stored: ContributionStatus, expires: Moment, now: Moment) -> ContributionStatus {
    match stored {
        ContributionStatus::Open if expires <= now => ContributionStatus::Expired,
        other => other,
    }
}

/// What the holder of the link finds.
pub fn link_status(status: ContributionStatus, of: Status, questions: usize) -> LinkStatus {
    match status {
        ContributionStatus::Withdrawn => LinkStatus::Withdrawn,
        ContributionStatus::Answered | ContributionStatus::Accepted => LinkStatus::HandedIn,
        _ if of != Status::Draft || questions == 0 => LinkStatus::Closed,
        ContributionStatus::Expired => LinkStatus::Expired,
        ContributionStatus::Open => LinkStatus::Open,
    }
}

/// Why there is nothing to answer, and what to do; nothing where there is.
pub fn explanation(status: LinkStatus) -> Option<Text> {
    Some(match status {
        LinkStatus::Open => return None,
        LinkStatus::HandedIn => Text::new(
            "De antwoorden zijn ingediend. U hoeft niets meer te doen; klopt er iets niet, vraag de coördinator ze terug te sturen.",
            "Les réponses ont été remises. Vous n'avez plus rien à faire ; si quelque chose est inexact, demandez au coordinateur de vous les renvoyer.",
            "The answers were handed in. There is nothing more to do; if something is wrong, ask the coordinator to send them back.",
        ),
        LinkStatus::Expired => Text::new(
            "De tijd om te antwoorden is voorbij. Vraag de coördinator een nieuwe link.",
            "Le délai de réponse est écoulé. Demandez un nouveau lien au coordinateur.",
            "The time to answer is over. Ask the coordinator for a new link.",
        ),
        LinkStatus::Withdrawn => Text::new(
            "Deze vragen zijn ingetrokken. Denkt u dat het een vergissing is, vraag de coördinator dan een nieuwe link.",
            "Ces questions ont été retirées. Si vous pensez à une erreur, demandez un nouveau lien au coordinateur.",
            "These questions were taken back. If you think that is a mistake, ask the coordinator for a new link.",
        ),
        LinkStatus::Closed => Text::new(
            "Aan deze zelfevaluatie wordt niet meer gewerkt; er hoeft niets meer beantwoord te worden. Twijfelt u, vraag de coördinator een nieuwe link.",
            "Cette auto-évaluation n'est plus en cours ; il n'y a plus rien à répondre. En cas de doute, demandez un nouveau lien au coordinateur.",
            "This self-assessment is not being worked on any more; nothing needs an answer. If in doubt, ask the coordinator for a new link.",
        ),
    })
}

/// A sentence of ours as a text in its languages.
pub fn as_texts(text: Text) -> Texts {
    Texts {
        nl: Some(text.nl),
        fr: Some(text.fr),
        en: Some(text.en),
    }
}

/// The criteria that mean what they meant before, under the same code: answers to them stand.
pub fn kept(fates: &BTreeMap<Code, Carry>) -> HashSet<&str> {
    let same = fates.iter().filter(|(code, fate)| match fate {
        Carry::Keep(origin) => origin == *code,
        Carry::Ask { .. } => false,
    });
    same.map(|(code, _)| code.as_str()).collect()
}

/// The answer as the draft takes it.
pub fn as_input(answer: ContributedAnswer) -> AnswerInput {
    AnswerInput {
        level: answer.level,
        note: answer.note,
        evidence: answer.evidence.into_iter().map(Into::into).collect(),
        exceptions: Vec::new(),
    }
}

fn questions_changed(read: &str) -> Issue {
    let text = Text::new(
        "De vragen zijn gewijzigd sinds u ze opende. Open de link opnieuw, lees ze na en verstuur dan.",
        "Les questions ont changé depuis que vous les avez ouvertes. Rouvrez le lien, relisez-les, puis envoyez.",
        "The questions changed since you opened them. Open the link again, read them and then send.",
    );
    Issue::body("questionsChanged", "versionCode", text).with_value(read)
}

/// Everything that is wrong with what came by a link that asks these criteria.
pub fn faults_of(
    document: &Document,
    facility_type: &str,
    asked: &[String],
    given: &ContributionAnswersInput,
) -> Vec<Issue> {
    let mut faults = Vec::new();
    if let Some(read) = &given.version_code
        && document.version.code != *read.as_str()
    {
        faults.push(questions_changed(read));
    }
    if let Some(function) = &given.given_by {
        check_length("givenBy", function, 200, &mut faults);
    }
    if !at_most("answers", given.answers.len(), 50, &mut faults) {
        return faults;
    }
    for (index, answer) in given.answers.iter().enumerate() {
        let (at, code) = (format!("answers[{index}]."), &answer.criterion_code);
        let mut earlier = given.answers.iter().take(index);
        if !asked.contains(code) {
            faults.push(not_asked(&at, code, asked));
        } else if earlier.any(|other| other.criterion_code == *code) {
            faults.push(repeated(&at, code));
        } else if answer.level.is_empty() {
            faults.push(no_answer(format!("{at}level")));
        } else {
            let input = as_input(answer.clone());
            input.check_parts(&at, &mut faults);
            answers::check_answer(document, facility_type, code, &input, &at, &mut faults);
        }
    }
    let unanswered = asked.iter().filter(|code| {
        let mut given = given.answers.iter();
        given.all(|answer| answer.criterion_code != **code)
    });
    faults.extend(unanswered.map(|code| no_answer(format!("answers.{code}"))));
    faults
}

fn not_asked(at: &str, code: &str, asked: &[String]) -> Issue {
    let asked = asked.join(", ");
    let text = Text::new(
        format!("Deze link vraagt dit criterium niet; wel: {asked}."),
        format!("Ce lien ne demande pas ce critère ; il demande : {asked}."),
        format!("This link does not ask this criterion; it asks: {asked}."),
    );
    Issue::body("unknownCriterion", format!("{at}criterionCode"), text).with_value(code)
}

fn repeated(at: &str, code: &str) -> Issue {
    let text = Text::new(
        "Dit criterium staat er twee keer; geef één antwoord.",
        "Ce critère figure deux fois ; donnez une seule réponse.",
        "This criterion is there twice; give one answer.",
    );
    Issue::body("repeated", format!("{at}criterionCode"), text).with_value(code)
}

fn no_answer(name: String) -> Issue {
    let text = Text::new(
        "Deze vraag is nog niet beantwoord; kies een antwoord.",
        "Cette question n'a pas encore de réponse ; choisissez une réponse.",
        "This question is not answered yet; choose an answer.",
    );
    Issue::body("missingAnswer", name, text)
}

#[cfg(test)]
mod tests {
    use super::ContributionStatus::{Accepted, Answered, Expired, Open, Withdrawn};
    use super::*;

    fn at(text: &str) -> Moment {
        text.to_owned().try_into().expect("a moment")
    }

    #[test]
    fn a_link_lives_within_ninety_days_and_for_fourteen_by_itself() {
        let now = at("2026-11-01T12:00:00Z");
        assert_eq!(expiry(None, now).ok(), Some(at("2026-11-15T12:00:00Z")));
        for (asked, taken) in [
            ("2026-11-01T12:00:00Z", false),
            ("2026-10-01T12:00:00Z", false),
            ("2026-11-01T12:00:00.000001Z", true),
            ("2027-01-30T12:00:00Z", true),
            ("2027-01-30T12:00:00.000001Z", false),
        ] {
            assert_eq!(expiry(Some(at(asked)), now).is_ok(), taken, "{asked}");
        }
    }

    #[test]
    fn only_an_open_one_expires_and_at_its_very_moment() {
        let end = at("2026-11-15T12:00:00Z");
        for (stored, now, shown) in [
            (Open, "2026-11-15T11:59:59.999999Z", Open),
            (Open, "2026-11-15T12:00:00Z", Expired),
            (Answered, "2026-12-01T00:00:00Z", Answered),
            (Accepted, "2026-12-01T00:00:00Z", Accepted),
            (Withdrawn, "2026-12-01T00:00:00Z", Withdrawn),
        ] {
            assert_eq!(status(stored, end, at(now)), shown, "{stored} {now}");
        }
    }

    #[test]
    fn a_link_can_be_answered_only_while_it_is_open_in_a_draft() {
        for (stands, of, questions, found) in [
            (Open, Status::Draft, 2, LinkStatus::Open),
            (Open, Status::Draft, 0, LinkStatus::Closed),
            (Open, Status::Submitted, 2, LinkStatus::Closed),
            (Expired, Status::Draft, 2, LinkStatus::Expired),
            (Expired, Status::Superseded, 2, LinkStatus::Closed),
            (Answered, Status::Draft, 2, LinkStatus::HandedIn),
            (Accepted, Status::Submitted, 2, LinkStatus::HandedIn),
            (Withdrawn, Status::Draft, 2, LinkStatus::Withdrawn),
        ] {
            assert_eq!(link_status(stands, of, questions), found, "{stands} {of}");
            assert_eq!(explanation(found).is_none(), found == LinkStatus::Open);
        }
    }
}
