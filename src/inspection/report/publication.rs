//! What everyone may read of reports: a rendition without names, looked at by a named person first.
use aho_corasick::{AhoCorasick, MatchKind};
use diesel::prelude::*;
use serde_json::Value;

use super::work::last_numbered;
use super::{
    PublicationInput, PublishedReport, PublishedReportSummary, ReportDocument, WithdrawalInput,
    store,
};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::publication;
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::page::Window;
use crate::inspection::events;
use crate::inspection::store::Head;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// What stands where a text was taken out.
const TAKEN_OUT: &str = "[…]";

#[derive(Queryable, Selectable)]
#[diesel(table_name = publication, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    number: String,
    document: JsonText,
    published_at: Moment,
    superseded_by: Option<Id>,
    withdrawn_at: Option<Moment>,
    withdrawal_reason: Option<String>,
}

impl Row {
    fn summary(self) -> PublishedReportSummary {
        PublishedReportSummary {
            href: format!("/v1/publishedReports/{}", self.id),
            id: self.id,
            number: self.number,
            published_at: self.published_at,
            superseded_by: self.superseded_by,
            withdrawn_at: self.withdrawn_at,
            withdrawal_reason: self.withdrawal_reason,
        }
    }
}

/// What is published, in the order of publication. Everyone may know it.
pub fn list(tx: &mut Tx, window: &Window<Id>) -> Result<Vec<PublishedReportSummary>, Problem> {
    let mut query = publication::table
        .order(publication::id)
        .limit(window.limit())
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(publication::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(Row::summary).collect())
}

/// A published report. Of one that was withdrawn, that it was.
pub fn read(tx: &mut Tx, id: Id) -> Result<PublishedReport, Problem> {
    let row: Option<Row> = publication::table
        .filter(publication::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let row = row.ok_or_else(Problem::not_found)?;
    let document = match row.withdrawn_at {
        Some(_) => None,
        None => Some(row.document.to()?),
    };
    Ok(PublishedReport {
        summary: row.summary(),
        document,
    })
}

/// Publishes the last numbered report. Of an earlier one it takes the place.
pub fn publish(tx: &mut Tx, head: &Head, id: Id, input: &PublicationInput) -> Result<(), Problem> {
    let (report_id, number) = last_numbered(tx, head.row.id)?;
    let earlier = current(tx, head.row.id)?;
    if earlier
        .as_ref()
        .is_some_and(|(_, report)| *report == report_id)
    {
        return Err(Problem::conflict(Text::new(
            "Dit verslag is al gepubliceerd; trek het in of corrigeer het.",
            "Ce rapport est déjà publié ; retirez-le ou corrigez-le.",
            "This report is published already; withdraw or correct it.",
        )));
    }
    let document = store::document(tx, report_id)?;
    let document = redacted(&document, &input.redactions)?;
    diesel::insert_into(publication::table)
        .values((
            publication::id.eq(id),
            publication::inspection_id.eq(head.row.id),
            publication::report_id.eq(report_id),
            publication::number.eq(&number),
            publication::document.eq(JsonText::of(&document)?),
            publication::checked_by.eq(&input.checked_by),
            publication::published_by.eq(JsonText::of(&ActorView::of(tx))?),
            publication::published_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    if let Some((earlier, _)) = earlier {
        let superseded = diesel::update(publication::table)
            .filter(publication::id.eq(earlier))
            .set(publication::superseded_by.eq(Some(id)))
            .execute(tx.conn)?;
        one_changed(superseded)?;
    }
    let said = serde_json::json!({"publicationId": id, "reportId": report_id, "number": number});
    events::of(tx, "reportPublished", head, &said)
}

/// The publication of an inspection that stands, and its report.
fn current(tx: &mut Tx, inspection_id: Id) -> Result<Option<(Id, Id)>, Problem> {
    Ok(publication::table
        .filter(publication::inspection_id.eq(inspection_id))
        .filter(publication::superseded_by.is_null())
        .filter(publication::withdrawn_at.is_null())
        .order(publication::id.desc())
        .select((publication::id, publication::report_id))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// The rendition for everyone: without people, files and these texts. A name of somebody of the team that is left in a text forbids it.
fn redacted(document: &ReportDocument, texts: &[String]) -> Result<ReportDocument, Problem> {
    let taker = Taker::of(texts)?;
    let mut value = serde_json::to_value(document.published()).map_err(Problem::internal)?;
    taker.take_out(&mut value, "");
    let left: ReportDocument = serde_json::from_value(value).map_err(Problem::internal)?;
    // Who inspected, for the search alone: the rendition names nobody.
    let searched = ReportDocument {
        people: document.people.clone(),
        ..left.clone()
    };
    let places = searched.names_in_texts().map_err(Problem::internal)?;
    Problem::refuse(places.iter().map(|place| names_somebody(place)).collect())?;
    Ok(left)
}

fn names_somebody(place: &str) -> Issue {
    let detail = Text::new(
        format!("Hier staat een naam ({place}); haal hem weg met redactions."),
        format!("Un nom figure ici ({place}) ; enlevez-le par redactions."),
        format!("A name stands here ({place}); take it out with redactions."),
    );
    Issue::body("personName", "redactions", detail)
}

fn reason_names_somebody() -> Issue {
    let detail = Text::new(
        "Iedereen leest deze reden; noem niemand van het team.",
        "Tout le monde lit ce motif ; ne nommez personne de l'équipe.",
        "Everyone reads this reason; name nobody of the team.",
    );
    Issue::body("personName", "reason", detail)
}

/// The members that hold what people wrote. Codes, ids and moments are no texts.
const WRITTEN: [&str; 12] = [
    "address",
    "interlocutors",
    "label",
    "name",
    "observation",
    "reason",
    "signedBy",
    "summary",
    "text",
    "textChange",
    "title",
    "unit",
];

/// Takes texts out, each place once: of two that begin at the same place the longer one, and never of what was put in the place of another.
struct Taker {
    texts: AhoCorasick,
    instead: Vec<&'static str>,
}

impl Taker {
    fn of(texts: &[String]) -> Result<Self, Problem> {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest);
        Ok(Self {
            texts: builder.build(texts).map_err(Problem::internal)?,
            instead: vec![TAKEN_OUT; texts.len()],
        })
    }

    /// Takes them out of what people wrote in here; `under` is the member that holds it.
    fn take_out(&self, value: &mut Value, under: &str) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    // Why there was a visit is a code.
                    if WRITTEN.contains(&name.as_str())
                        && (under, name.as_str()) != ("heading", "reason")
                    {
                        self.replace_in(member);
                    } else {
                        self.take_out(member, name);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.take_out(item, under)),
            _ => {}
        }
    }

    fn replace_in(&self, value: &mut Value) {
        match value {
            Value::String(said) => *said = self.texts.replace_all(said, &self.instead),
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace_in(item)),
            Value::Object(members) => members.values_mut().for_each(|one| self.replace_in(one)),
            _ => {}
        }
    }
}

/// Takes a publication back, for a reason that everyone can read.
pub fn withdraw(tx: &mut Tx, head: &Head, id: Id, input: &WithdrawalInput) -> Result<(), Problem> {
    let (report_id, withdrawn_at) = publication::table
        .filter(publication::id.eq(id))
        .filter(publication::inspection_id.eq(head.row.id))
        .select((publication::report_id, publication::withdrawn_at))
        .into_boxed::<AnyBackend>()
        .first::<(Id, Option<Moment>)>(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    if withdrawn_at.is_some() {
        return Err(Problem::conflict(Text::new(
            "Deze publicatie is al ingetrokken.",
            "Cette publication est déjà retirée.",
            "This publication is withdrawn already.",
        )));
    }
    let report: ReportDocument = store::document(tx, report_id)?;
    if report.names_one_of_its_people(&input.reason) {
        return Err(Problem::fault(reason_names_somebody()));
    }
    let by = JsonText::of(&ActorView::of(tx))?;
    let withdrawn = diesel::update(publication::table)
        .filter(publication::id.eq(id))
        .set((
            publication::withdrawn_by.eq(Some(by)),
            publication::withdrawn_at.eq(Some(tx.now)),
            publication::withdrawal_reason.eq(Some(&input.reason)),
        ))
        .execute(tx.conn)?;
    one_changed(withdrawn)?;
    let said = serde_json::json!({"publicationId": id, "reason": input.reason});
    events::of(tx, "publicationWithdrawn", head, &said)
}
