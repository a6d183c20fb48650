//! What awaits the caller (`/tasks`), judged when it asks: within what it reaches and may do, the most urgent first.
//!
//! A feature with tasks of its own adds its source to `SOURCES`.
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Tx;
use crate::db::types::{Id, Moment};
use crate::facility::mandates;
use crate::framework::document::Texts;
use crate::hash::sha256;
use crate::http::letters;
use crate::http::page::Window;
use crate::inspection::{documents, follow_up, report, round, terms, urgent};
use crate::problem::Problem;
use crate::text::Text;
use crate::{contribution, framework, self_assessment};

mod kind;
pub mod routes;

pub use kind::TaskKind;

/// Adds the caller's tasks of one kind or more. A source asks the database a fixed number of times, however many facilities there are.
type Source = fn(&mut Tx, &mut Vec<Task>) -> Result<(), Problem>;

/// Where tasks come from.
const SOURCES: &[Source] = &[
    self_assessment::tasks::starts,
    self_assessment::tasks::drafts,
    self_assessment::tasks::cycles_to_check,
    framework::tasks::drafts,
    contribution::tasks::waiting,
    mandates::tasks::ending,
    round::tasks::to_open,
    round::tasks::to_close,
    urgent::tasks::to_acknowledge,
    report::tasks::to_react,
    report::tasks::to_decide,
    documents::to_send,
    terms::tasks::to_react,
    terms::tasks::to_set,
    terms::tasks::to_close,
    follow_up::tasks::to_mend,
    follow_up::tasks::to_decide,
    follow_up::tasks::overdue,
];

/// The thing that a task is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TaskSubject)]
pub struct Subject {
    /// What kind of thing.
    #[schema(example = "selfAssessment")]
    pub kind: &'static str,
    /// Its id or code.
    #[schema(example = "01890a5d-ac96-774b-bcce-b302099a8057")]
    pub id: String,
    /// Where it is read.
    #[schema(format = "uri-reference")]
    pub href: String,
}

/// Something that awaits the caller.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// What is to be done; the list of kinds grows.
    pub kind: TaskKind,
    /// What it is about.
    pub subject: Subject,
    /// The facility that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facility_id: Option<Id>,
    /// The unit that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// What is to be done, for people.
    pub title: Texts,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub due: Option<Moment>,
    /// The time left, in seconds; below zero it is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = 1_209_600)]
    pub seconds_left: Option<i64>,
    /// How many criteria need a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub count: Option<usize>,
    /// How many of them only need a confirmation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub to_confirm: Option<usize>,
    /// Since when it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub since: Option<Moment>,
}

impl Task {
    /// A task about a thing, which nobody in particular has to do, some time.
    pub fn new(kind: TaskKind, subject: Subject, title: Text) -> Self {
        Self {
            kind,
            subject,
            facility_id: None,
            unit_id: None,
            title: Texts {
                nl: Some(title.nl),
                fr: Some(title.fr),
                en: Some(title.en),
            },
            due: None,
            seconds_left: None,
            count: None,
            to_confirm: None,
            since: None,
        }
    }

    /// For this facility, or this unit of it.
    #[must_use]
    pub fn of(mut self, facility: Id, unit: Option<Id>) -> Self {
        (self.facility_id, self.unit_id) = (Some(facility), unit);
        self
    }

    /// By this moment.
    #[must_use]
    pub fn by(mut self, due: Moment, now: Moment) -> Self {
        self.due = Some(due);
        self.seconds_left = Some((due.0 - now.0).num_seconds());
        self
    }

    /// By the end of this day, where there is one.
    #[must_use]
    pub fn by_end_of(self, day: Option<NaiveDate>, now: Moment) -> Self {
        match day.and_then(|day| day.succ_opt()) {
            Some(next) => self.by(Moment::start_of(next), now),
            None => self,
        }
    }

    /// It waits since this moment.
    #[must_use]
    pub fn since(mut self, since: Moment) -> Self {
        self.since = Some(since);
        self
    }

    fn place(&self) -> Place {
        let due = self.due.map_or(i64::MAX, |due| due.0.timestamp_micros());
        let facility = self.facility_id.map_or([0; 16], |id| *id.0.as_bytes());
        let unit = self.unit_id.map(|id| id.to_string()).unwrap_or_default();
        let subject = &self.subject;
        let name = sha256(
            [self.kind.name(), subject.kind, &subject.id, &unit]
                .join(" ")
                .as_bytes(),
        );
        Place {
            due,
            facility,
            name: name.first_chunk().copied().unwrap_or_default(),
        }
    }
}

/// The place of a task among the others: the most urgent first, and those of one facility together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    due: i64,
    facility: [u8; 16],
    name: [u8; 8],
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.due.to_be_bytes()[..], &self.facility, &self.name].concat();
        f.write_str(&letters::spell(&bytes))
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = letters::read(text).ok_or(())?;
        let (due, rest) = bytes.split_first_chunk().ok_or(())?;
        let (facility, rest) = rest.split_first_chunk().ok_or(())?;
        Ok(Self {
            due: i64::from_be_bytes(*due),
            facility: *facility,
            name: rest.try_into().map_err(|_| ())?,
        })
    }
}

/// Which tasks; an empty list stands for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one of these kinds.
    pub kinds: Vec<TaskKind>,
    /// For one of these facilities.
    pub facilities: Vec<Id>,
}

impl Filter {
    fn takes(&self, task: &Task) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&task.kind);
        let facility = |id: Id| self.facilities.contains(&id);
        kind && (self.facilities.is_empty() || task.facility_id.is_some_and(facility))
    }
}

/// What awaits the caller now, the most urgent first.
pub fn list(tx: &mut Tx, window: &Window<Place>, filter: &Filter) -> Result<Vec<Task>, Problem> {
    let mut all = Vec::new();
    for source in SOURCES {
        source(tx, &mut all)?;
    }
    let mut placed: Vec<(Place, Task)> = all
        .into_iter()
        .filter(|task| filter.takes(task))
        .map(|task| (task.place(), task))
        .filter(|(place, _)| window.after.is_none_or(|after| *place > after))
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    let most = usize::try_from(window.limit()).unwrap_or(usize::MAX);
    Ok(placed.into_iter().take(most).map(|one| one.1).collect())
}

/// The operations on tasks.
pub fn operations(to: &mut impl crate::app::Operations) {
    to.operation(routes::list_tasks);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(due: Option<i64>, id: &str) -> Task {
        let subject = Subject {
            kind: "cycle",
            id: id.to_owned(),
            href: String::new(),
        };
        let task = Task::new(TaskKind::CheckCycle, subject, Text::new("", "", ""));
        let at = |micros| Moment(chrono::DateTime::from_timestamp_micros(micros).expect("ok"));
        match due {
            Some(due) => task.by(at(due), at(2_000_000)),
            None => task,
        }
    }

    #[test]
    fn the_most_urgent_comes_first_and_what_has_no_end_last() {
        let mut tasks = [
            task(None, "a"),
            task(Some(5_000_000), "b"),
            task(Some(1_000_000), "c"),
        ];
        tasks.sort_by_key(Task::place);
        let order: Vec<&str> = tasks.iter().map(|task| task.subject.id.as_str()).collect();
        assert_eq!(order, ["c", "b", "a"]);
        let left: Vec<Option<i64>> = tasks.iter().map(|task| task.seconds_left).collect();
        assert_eq!(left, [Some(-1), Some(3), None]);
    }

    #[test]
    fn two_tasks_about_one_thing_have_each_a_place() {
        let one = task(None, "a");
        let other = Task {
            kind: TaskKind::PublishFramework,
            ..one.clone()
        };
        assert_ne!(one.place(), other.place());
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = task(Some(5_000_000), "b").place();
        assert_eq!(place.to_string().parse(), Ok(place));
        for wrong in ["", "x", "abcd", "aaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(wrong.parse::<Place>(), Err(()), "{wrong}");
        }
    }
}
