//! What becomes of a draft that moves to a later version of its framework. Pure: the day is given.
//!
//! Every answer goes somewhere: it stands, under its criterion's new code; or it is shown beside the question that took its
//! criterion's place; or, where nobody asks for it any more, it is set aside, and stays readable.
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::AnswerCounts;
use crate::framework::document::{Code, Criterion, Document, Texts};
use crate::framework::rules::{Carry, Difference};
use crate::self_assessment::rules::{self, expired, is_bare, lacks_level, reason};
use crate::self_assessment::{Answer, AnswerOrigin, Asked, OpenReason, Opening, PreviousAnswer};

/// The way from one version to a later one.
#[derive(Debug, Clone)]
pub struct Way {
    /// The version that is left.
    pub source: Arc<Document>,
    /// The version that is reached.
    pub target: Arc<Document>,
    /// What the answers to the one are worth in the other, per criterion of the other.
    pub fates: BTreeMap<Code, Carry>,
}

/// A draft as it stands on the version that it leaves.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// The facility's type.
    pub facility_type: &'a str,
    /// Its answers.
    pub answers: &'a [Answer],
    /// Why criteria are asked again already.
    pub opening: &'a Opening,
    /// Answers that were set aside before.
    pub withdrawn: &'a [PreviousAnswer],
}

/// The same draft on the version that it reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// The answers that stand.
    pub answers: Vec<Answer>,
    /// Why criteria are asked again, with the earlier answers.
    pub opening: Opening,
    /// Answers that are set aside, the earlier ones first.
    pub withdrawn: Vec<PreviousAnswer>,
    /// What it came to.
    pub counts: AnswerCounts,
}

/// Moves a draft.
pub fn moved(way: &Way, draft: Before, today: NaiveDate) -> Moved {
    let mut mover = Mover {
        way,
        draft,
        today,
        used: HashSet::new(),
        moved: Moved::default(),
    };
    for (_, criterion) in way.target.criteria() {
        match way.fates.get(&criterion.code) {
            Some(Carry::Keep(origin)) => mover.keep(criterion, origin.as_str()),
            Some(Carry::Ask {
                kind,
                from,
                explanations,
            }) => mover.ask(criterion, *kind, from, explanations),
            None => {}
        }
    }
    mover.set_aside();
    mover.moved
}

struct Mover<'a> {
    way: &'a Way,
    draft: Before<'a>,
    today: NaiveDate,
    /// The criteria of the version that is left whose answers have gone somewhere.
    used: HashSet<&'a str>,
    moved: Moved,
}

impl<'a> Mover<'a> {
    fn answer(&self, code: &str) -> Option<&'a Answer> {
        let answers: &'a [Answer] = self.draft.answers;
        answers.iter().find(|answer| answer.criterion_code == code)
    }

    /// A criterion that means what it meant.
    fn keep(&mut self, criterion: &Criterion, origin: &'a str) {
        if let Some(answer) = self.answer(origin) {
            if let Some(reason) = self.fallen(criterion, origin, answer) {
                return self.ask_again(criterion, reason, &[origin], &[]);
            }
            self.stand(criterion, origin, answer);
        }
        self.used.insert(origin);
        if let Some(asked) = self.draft.opening.get(origin) {
            let code = criterion.code.to_string();
            self.moved.opening.insert(code, asked.clone());
        }
    }

    fn stand(&mut self, criterion: &Criterion, origin: &str, answer: &Answer) {
        let counts = &mut self.moved.counts;
        counts.kept += 1;
        if answer.origin == AnswerOrigin::CarriedOver {
            counts.to_confirm += 1;
        }
        let standing = rules::Standing::from(answer);
        let (source, target) = (&self.way.source, &self.way.target);
        let was_bare = |before| is_bare(source, before, &standing);
        if is_bare(target, criterion, &standing) && !source.criterion(origin).is_some_and(was_bare)
        {
            counts.evidence_missing += 1;
        }
        self.moved.answers.push(Answer {
            criterion_code: criterion.code.to_string(),
            ..answer.clone()
        });
    }

    /// Why an answer to a criterion that means what it meant does not stand any more; nothing, when it does. Evidence that was too old
    /// before is none of this version's doing.
    fn fallen(&self, criterion: &Criterion, origin: &str, answer: &Answer) -> Option<OpenReason> {
        if lacks_level(&self.way.target, criterion, answer) {
            return Some(OpenReason::Tightened);
        }
        let before = self.way.source.criterion(origin);
        let too_old = |criterion: &Criterion| expired(criterion, answer, self.today);
        (too_old(criterion) && !before.is_some_and(too_old)).then_some(OpenReason::EvidenceExpired)
    }

    /// A criterion that means something else, or is new.
    fn ask(
        &mut self,
        criterion: &Criterion,
        kind: Difference,
        from: &'a [Code],
        explanations: &[Texts],
    ) {
        if kind == Difference::New && criterion.is_for(self.draft.facility_type) {
            self.moved.counts.new += 1;
        }
        let from: Vec<&str> = from.iter().map(Code::as_str).collect();
        self.ask_again(criterion, reason(kind), &from, explanations);
    }

    /// Asks a criterion with what was said on these before: the answers, and what was shown beside them. Where the facility's type is
    /// not asked, nothing would show them, so they are left to be set aside.
    fn ask_again(
        &mut self,
        criterion: &Criterion,
        reason: OpenReason,
        from: &[&'a str],
        explanations: &[Texts],
    ) {
        if !criterion.is_for(self.draft.facility_type) {
            return;
        }
        let mut asked = Asked::only(reason);
        let mut answered = false;
        for code in from {
            self.used.insert(code);
            if let Some(answer) = self.answer(code) {
                answered = true;
                asked
                    .previous
                    .push(PreviousAnswer::of(&self.way.source.version.code, answer));
            }
        }
        for before in from.iter().filter_map(|code| self.draft.opening.get(*code)) {
            extend_new(&mut asked.explanations, &before.explanations);
            extend_new(&mut asked.previous, &before.previous);
        }
        extend_new(&mut asked.explanations, explanations);
        if answered {
            self.count(reason);
        }
        let code = criterion.code.to_string();
        self.moved.opening.insert(code, asked);
    }

    fn count(&mut self, reason: OpenReason) {
        let counts = &mut self.moved.counts.asked_again;
        match reason {
            OpenReason::Split => counts.split += 1,
            OpenReason::Merged => counts.merged += 1,
            OpenReason::EvidenceExpired => counts.evidence_expired += 1,
            _ => counts.tightened += 1,
        }
    }

    /// Sets aside what nobody asks for any more, after what was set aside before.
    fn set_aside(&mut self) {
        let mut aside = self.draft.withdrawn.to_vec();
        for answer in self.draft.answers {
            if !self.used.contains(answer.criterion_code.as_str()) {
                self.moved.counts.withdrawn += 1;
                aside.push(PreviousAnswer::of(&self.way.source.version.code, answer));
            }
        }
        for (code, asked) in self.draft.opening {
            if !self.used.contains(code.as_str()) {
                extend_new(&mut aside, &asked.previous);
            }
        }
        self.moved.withdrawn = aside;
    }
}

/// Adds what is not there yet.
fn extend_new<T: PartialEq + Clone>(list: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}

#[cfg(test)]
mod tests;
