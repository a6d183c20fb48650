//! Takes a text out of the rows of a facility, place by place, or only counts where it stands.
use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use super::needle::Needle;
use super::places::{Form, Of, Removal, TABLES, Table};
use super::{Counts, RedactionMark};
use crate::access::{Role, Tx};
use crate::audit::frozen::{self, REDACTED, Submitted};
use crate::audit::{self, ActorView, Event};
use crate::db::schema::{
    audit_event, idempotency, mandate, self_assessment, self_assessment_revision as revision,
    step_plan_version,
};
use crate::db::types::{AnyBackend, Conn, Id, JsonText, SqlId, Visible};
use crate::problem::Problem;
use crate::self_assessment::Purpose;

/// Who inspects, and who decides on what follows.
const OTHERS: [Role; 3] = [Role::Inspector, Role::Planner, Role::Authority];
/// Events that are looked at in one go.
const STRETCH: i64 = 500;

/// A removal under way.
pub(super) struct Remover<'a> {
    pub needle: &'a Needle,
    pub facility: Id,
    pub organisation: Id,
    /// Are the mandates and events of the whole organisation the caller's to change?
    pub whole: bool,
    /// What it leaves; nothing where it only counts.
    pub mark: Option<&'a RedactionMark>,
    pub counts: Counts,
    /// The self-assessments in which it found something, and the submitted revisions among that.
    pub touched: BTreeMap<Id, BTreeSet<i64>>,
}

/// A value that may hold the text, and whose it is.
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlId)]
    owner: Id,
    #[diesel(sql_type = Text)]
    held: String,
}

impl Remover<'_> {
    /// All places, but for the bytes of files.
    pub fn run(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        for table in TABLES {
            if let Removal::InPlace(of) = table.removal {
                self.in_place(tx, table, of)?;
            }
        }
        self.revisions(tx)?;
        self.mandates(tx)?;
        self.audit_payloads(tx)?;
        self.idempotent_answers(tx)
    }

    fn count(&mut self, what: &str, number: usize) {
        if let Ok(number @ 1..) = i64::try_from(number) {
            *self.counts.entry(what.to_owned()).or_default() += number;
        }
    }

    fn in_place(&mut self, tx: &mut Tx, table: &Table, of: Of) -> Result<(), Problem> {
        if table.name == "step_plan_version" {
            self.touch_pinned(tx)?;
        }
        for (column, form) in table.texts {
            let mut done = BTreeSet::new();
            for found in self.values(tx, table, of, column)? {
                let Some(left) = self.without(*form, &found.held)? else {
                    continue;
                };
                self.count(table.counted, 1);
                if of.parent == Some("self_assessment") {
                    self.touched.entry(found.owner).or_default();
                }
                if self.mark.is_some() && done.insert((found.owner, found.held.clone())) {
                    replace(tx, table, of, (column, *form), &found, &left)?;
                }
            }
        }
        Ok(())
    }

    /// A plan's words stand beside the questions of what is pinned to the version that holds the text. Clients make the ids of plans: another
    /// facility can have the same.
    fn touch_pinned(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        let versions: Vec<(Id, i64, JsonText)> = step_plan_version::table
            .filter(step_plan_version::facility_id.eq(self.facility))
            .select((
                step_plan_version::plan_id,
                step_plan_version::version,
                step_plan_version::document,
            ))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (plan, version, document) in versions {
            if self.without(Form::Json, &document.0)?.is_none() {
                continue;
            }
            let pinned: Vec<Id> = self_assessment::table
                .filter(self_assessment::facility_id.eq(self.facility))
                .filter(self_assessment::step_plan_id.eq(plan))
                .filter(self_assessment::step_plan_version.eq(version))
                .select(self_assessment::id)
                .into_boxed::<AnyBackend>()
                .load(tx.conn)?;
            for id in pinned {
                self.touched.entry(id).or_default();
            }
        }
        Ok(())
    }

    fn values(
        &self,
        tx: &mut Tx,
        table: &Table,
        of: Of,
        column: &str,
    ) -> Result<Vec<Found>, Problem> {
        values(tx, self.facility, table, of, column)
    }

    /// The value without the text; nothing when it does not hold it.
    fn without(&self, form: Form, held: &str) -> Result<Option<String>, Problem> {
        match form {
            Form::Plain => Ok(self.needle.taken_out(held)),
            Form::Json => self.json_without(held, |_| Ok(())),
        }
    }

    fn json_without(
        &self,
        held: &str,
        also: impl FnOnce(&mut Value) -> Result<(), Problem>,
    ) -> Result<Option<String>, Problem> {
        if !self.needle.may_be_in(held) {
            return Ok(None);
        }
        let mut value: Value = serde_json::from_str(held).map_err(Problem::internal)?;
        if !self.needle.take_out_of_json(&mut value) {
            return Ok(None);
        }
        also(&mut value)?;
        Ok(Some(value.to_string()))
    }

    /// The frozen revisions. Each says how it reads now in an event of its own, and in its document that it was redacted.
    fn revisions(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        let rows: Vec<(Id, Purpose, i64, JsonText)> = revision::table
            .inner_join(
                self_assessment::table.on(self_assessment::id.eq(revision::self_assessment_id)),
            )
            .filter(self_assessment::facility_id.eq(self.facility))
            .order((revision::self_assessment_id, revision::revision))
            .select((
                self_assessment::id,
                self_assessment::purpose,
                revision::revision,
                revision::document,
            ))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (id, purpose, number, document) in rows {
            let mark = self.mark;
            let left = self.json_without(&document.0, |value| marked(value, mark, number))?;
            let Some(left) = left else { continue };
            self.count("revisions", 1);
            self.touched.entry(id).or_default().insert(number);
            if self.mark.is_some() {
                self.replace_revision(tx, (id, purpose, number), JsonText(left))?;
            }
        }
        Ok(())
    }

    fn replace_revision(
        &self,
        tx: &mut Tx,
        (id, purpose, number): (Id, Purpose, i64),
        document: JsonText,
    ) -> Result<(), Problem> {
        let said = Submitted::of(number, &document)?;
        diesel::update(revision::table)
            .filter(revision::self_assessment_id.eq(id))
            .filter(revision::revision.eq(number))
            .set(revision::document.eq(document))
            .execute(tx.conn)?;
        // The hash of the revision as it was would prove what stood there to whoever guesses it.
        frozen::forget(tx, id, number)?;
        let event = Event::new(REDACTED, "selfAssessment", id)
            .of(self.organisation, Some(self.facility))
            .to_inspectors(purpose == Purpose::InspectionPreparation)
            .only_own(purpose == Purpose::OwnImprovement);
        audit::record(tx, event.with(&said)?)
    }

    /// What the organisation calls its machines and whom to ask about them.
    fn mandates(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        if !self.whole {
            return Ok(());
        }
        let rows: Vec<(Id, String, Option<String>, i64)> = mandate::table
            .filter(mandate::organisation_id.eq(self.organisation))
            .order(mandate::id)
            .select((mandate::id, mandate::name, mandate::contact, mandate::edit))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (id, name, contact, edit) in rows {
            let new_name = self.needle.taken_out(&name);
            let new_contact = contact.as_deref().map(|text| self.needle.taken_out(text));
            let new_contact = new_contact.flatten();
            if new_name.is_none() && new_contact.is_none() {
                continue;
            }
            self.count("mandates", 1);
            if self.mark.is_some() {
                let replaced = diesel::update(mandate::table)
                    .filter(mandate::id.eq(id))
                    .filter(mandate::edit.eq(edit))
                    .set((
                        mandate::name.eq(new_name.unwrap_or(name)),
                        mandate::contact.eq(new_contact.or(contact)),
                        mandate::edit.eq(edit + 1),
                    ))
                    .execute(tx.conn)?;
                refuse_changed(replaced)?;
            }
        }
        Ok(())
    }

    /// The events whose payloads are the caller's: of the facility, and where it may, of its organisation.
    fn mine(&self) -> Visible<audit_event::table> {
        let of_facility = audit_event::facility_id.assume_not_null().eq(self.facility);
        if !self.whole {
            return Box::new(of_facility);
        }
        let of_organisation = audit_event::facility_id.is_null().and(
            audit_event::organisation_id
                .assume_not_null()
                .eq(self.organisation),
        );
        Box::new(of_facility.or(of_organisation))
    }

    /// What the audit recorded of the facility: payload and salt go, and their hash stays. What who inspects or decides said of it is theirs.
    fn audit_payloads(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let mut query = audit_event::table
                .filter(self.mine())
                .filter(audit_event::payload.is_not_null())
                .order(audit_event::id)
                .limit(STRETCH)
                .select((
                    audit_event::id,
                    audit_event::payload.assume_not_null(),
                    audit_event::actor,
                ))
                .into_boxed::<AnyBackend>();
            if let Some(after) = after {
                query = query.filter(audit_event::id.gt(after));
            }
            let rows: Vec<(Id, JsonText, JsonText)> = query.load(tx.conn)?;
            let Some((last, ..)) = rows.last() else {
                return Ok(());
            };
            after = Some(*last);
            for (id, payload, actor) in rows {
                if !self.needle.may_be_in(&payload.0) || !self.needle.is_in_json(&payload.to()?) {
                    continue;
                }
                let by: ActorView = actor.to()?;
                if OTHERS.iter().any(|role| role.name() == by.role) {
                    continue;
                }
                self.count("auditPayloads", 1);
                if self.mark.is_some() {
                    audit::erase(tx, id)?;
                }
            }
        }
    }

    /// Answers that are kept for a repeated request, where they name the facility. Those that were given to who inspects are never counted, and lose
    /// the text only where the facility's own places held it: no facility finds out by a redaction what stands in one that it may not know of.
    fn idempotent_answers(&mut self, tx: &mut Tx) -> Result<(), Problem> {
        let is_known = !self.counts.is_empty();
        let rows: Vec<(String, String, String, bool)> = idempotency::table
            .filter(idempotency::body.like(format!("%{}%", self.facility)))
            .select((
                idempotency::caller,
                idempotency::key,
                idempotency::body,
                idempotency::inside,
            ))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (caller, key, body, inside) in rows {
            if inside && !is_known {
                continue;
            }
            let Some(left) = self.json_without(&body, |_| Ok(()))? else {
                continue;
            };
            if !inside {
                self.count("idempotentAnswers", 1);
            }
            if self.mark.is_some() {
                diesel::update(idempotency::table)
                    .filter(idempotency::caller.eq(caller))
                    .filter(idempotency::key.eq(key))
                    .set(idempotency::body.eq(left))
                    .execute(tx.conn)?;
            }
        }
        Ok(())
    }
}

/// Says in a frozen document that it was redacted.
fn marked(value: &mut Value, mark: Option<&RedactionMark>, number: i64) -> Result<(), Problem> {
    let (Some(mark), Some(document)) = (mark, value.as_object_mut()) else {
        return Ok(());
    };
    let own = RedactionMark {
        revisions: vec![number],
        ..mark.clone()
    };
    let own = serde_json::to_value(own).map_err(Problem::internal)?;
    let marks = document
        .entry("redactions")
        .or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(marks) = marks {
        marks.push(own);
    }
    Ok(())
}

/// Puts what is left in the place of each value that is the same, of the same owner.
fn replace(
    tx: &mut Tx,
    table: &Table,
    of: Of,
    (column, form): (&str, Form),
    found: &Found,
    left: &str,
) -> Result<(), Problem> {
    let new = match (&tx.conn, form) {
        (Conn::Postgres(_), Form::Json) => "CAST($1 AS jsonb)",
        _ => "$1",
    };
    let edit = if table.edited {
        ", edit = edit + 1"
    } else {
        ""
    };
    let sql = format!(
        "UPDATE {} SET {column} = {new}{edit} WHERE {} = $2 AND CAST({column} AS TEXT) = $3{}",
        table.name, of.column, of.also
    );
    let replaced = each!(tx.conn, inner => diesel::sql_query(&sql)
        .bind::<Text, _>(left)
        .bind::<SqlId, _>(found.owner)
        .bind::<Text, _>(&found.held)
        .execute(inner))?;
    refuse_changed(replaced)
}

/// 503 where somebody wrote it anew since it was read: what stands there now was not looked at.
fn refuse_changed(replaced: usize) -> Result<(), Problem> {
    if replaced == 0 {
        return Err(Problem::busy().because("a text was changed while it was redacted"));
    }
    Ok(())
}

/// What a column holds of a facility.
fn values(
    tx: &mut Tx,
    facility: Id,
    table: &Table,
    of: Of,
    column: &str,
) -> Result<Vec<Found>, Problem> {
    let (name, owner) = (table.name, of.column);
    let whose = match of.parent {
        None => format!("{owner} = $1"),
        Some(parent) => {
            format!("{owner} IN (SELECT id FROM {parent} WHERE facility_id = $1)")
        }
    };
    let sql = format!(
        "SELECT {owner} AS owner, CAST({column} AS TEXT) AS held FROM {name} WHERE {column} IS NOT NULL AND {whose}{}",
        of.also
    );
    let found: Vec<Found> =
        each!(tx.conn, inner => diesel::sql_query(&sql).bind::<SqlId, _>(facility).load(inner))?;
    Ok(found)
}

/// Which of these ids, of attachments, stand in JSON that is kept of the facility.
pub fn named_in_texts(
    tx: &mut Tx,
    facility: Id,
    ids: &BTreeSet<Id>,
) -> Result<BTreeSet<Id>, Problem> {
    let mut named = BTreeSet::new();
    for table in TABLES {
        let Removal::InPlace(of) = table.removal else {
            continue;
        };
        for (column, _) in table.texts.iter().filter(|(_, form)| *form == Form::Json) {
            for found in values(tx, facility, table, of, column)? {
                let here = ids.iter().filter(|id| found.held.contains(&id.to_string()));
                named.extend(here.copied());
            }
        }
    }
    Ok(named)
}
