//! Rows of mandates, and of the facilities that they are limited to.
use diesel::prelude::*;

use super::rules::{self, Hands};
use super::{Mandate, MandateInput};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::{facility, mandate, mandate_facility};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::facility::store::organisation;
use crate::http::page::Window;
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = mandate, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    organisation_id: Id,
    client_id: String,
    name: String,
    scopes: JsonText,
    whole: bool,
    valid_until: Moment,
    contact: Option<String>,
    given_by: JsonText,
    revoked_by: Option<JsonText>,
    revoked_at: Option<Moment>,
    edit: i64,
    created_at: Moment,
}

impl Row {
    fn mandate(self, limits: &mut Limits, now: Moment) -> Result<Mandate, Problem> {
        let (id, organisation_id) = (self.id, self.organisation_id);
        Ok(Mandate {
            href: format!("/v1/organisations/{organisation_id}/mandates/{id}"),
            id,
            organisation_id,
            client_id: self.client_id,
            name: self.name,
            scopes: self.scopes.to()?,
            facilities: (!self.whole).then(|| limits.take(id)),
            valid_until: self.valid_until,
            contact: self.contact,
            status: rules::status(self.revoked_at, self.valid_until, now),
            given_by: self.given_by.to()?,
            given_at: self.created_at,
            revoked_by: self.revoked_by.map(|by| by.to()).transpose()?,
            revoked_at: self.revoked_at,
            edit: self.edit,
        })
    }
}

/// The facilities that mandates are limited to, each with its mandate.
struct Limits(Vec<(Id, Id)>);

impl Limits {
    fn of(tx: &mut Tx, rows: &[Row]) -> Result<Self, Problem> {
        let limited: Vec<Id> = rows
            .iter()
            .filter(|row| !row.whole)
            .map(|row| row.id)
            .collect();
        if limited.is_empty() {
            return Ok(Self(Vec::new()));
        }
        Ok(Self(
            mandate_facility::table
                .filter(mandate_facility::mandate_id.eq_any(limited))
                .order((mandate_facility::mandate_id, mandate_facility::facility_id))
                .select((mandate_facility::mandate_id, mandate_facility::facility_id))
                .into_boxed::<AnyBackend>()
                .load(tx.conn)?,
        ))
    }

    fn take(&mut self, mandate: Id) -> Vec<Id> {
        self.0
            .extract_if(.., |(id, _)| *id == mandate)
            .map(|(_, facility)| facility)
            .collect()
    }
}

fn mandates_of(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Mandate>, Problem> {
    let (mut limits, now) = (Limits::of(tx, &rows)?, tx.now);
    rows.into_iter()
        .map(|row| row.mandate(&mut limits, now))
        .collect()
}

/// For which of the organisation's facilities the caller gives mandates. An organisation that the caller may not know about is absent,
/// and so is one where no facility is the caller's.
pub fn hands(tx: &mut Tx, organisation_id: Id) -> Result<Hands, Problem> {
    organisation(tx, organisation_id)?;
    let whole = tx.scope.admin || tx.scope.organisations.contains(&organisation_id);
    let mut facilities: Vec<Id> = facility::table
        .filter(facility::organisation_id.eq(organisation_id))
        .order(facility::id)
        .select(facility::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    if !whole {
        facilities.retain(|id| tx.scope.facilities.contains(id));
        if facilities.is_empty() {
            return Err(Problem::not_found());
        }
    }
    Ok(Hands { whole, facilities })
}

/// A mandate of the organisation, if the caller may know about it: whole, whatever of it is shown.
pub fn find(tx: &mut Tx, organisation_id: Id, id: Id, hands: &Hands) -> Result<Mandate, Problem> {
    let rows: Vec<Row> = mandate::table
        .filter(mandate::organisation_id.eq(organisation_id))
        .filter(mandate::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    mandates_of(tx, rows)?
        .into_iter()
        .find(|found| hands.see(found.facilities.as_deref()))
        .ok_or_else(Problem::not_found)
}

/// The mandates of the organisation that the caller may know about, in the order of arrival.
pub fn list(
    tx: &mut Tx,
    organisation_id: Id,
    hands: &Hands,
    window: &Window<Id>,
) -> Result<Vec<Mandate>, Problem> {
    let mut query = mandate::table
        .filter(mandate::organisation_id.eq(organisation_id))
        .select(Row::as_select())
        .order(mandate::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !hands.whole {
        let reaching = reaching(tx, &hands.facilities)?;
        query = query.filter(mandate::whole.eq(true).or(mandate::id.eq_any(reaching)));
    }
    if let Some(after) = window.after {
        query = query.filter(mandate::id.gt(after));
    }
    let rows = query.load(tx.conn)?;
    mandates_of(tx, rows)
}

/// The mandates that name one of these facilities.
fn reaching(tx: &mut Tx, facilities: &[Id]) -> Result<Vec<Id>, Problem> {
    Ok(mandate_facility::table
        .filter(mandate_facility::facility_id.eq_any(facilities.to_vec()))
        .select(mandate_facility::mandate_id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The client's live mandates of the organisation, but for this one.
pub fn others_of_client(
    tx: &mut Tx,
    organisation_id: Id,
    client: &str,
    but: Id,
) -> Result<Vec<Mandate>, Problem> {
    let rows = mandate::table
        .filter(mandate::organisation_id.eq(organisation_id))
        .filter(mandate::client_id.eq(client))
        .filter(mandate::revoked_at.is_null())
        .filter(mandate::valid_until.gt(tx.now))
        .filter(mandate::id.ne(but))
        .order(mandate::id)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    mandates_of(tx, rows)
}

/// Stores a new mandate.
pub fn insert(
    tx: &mut Tx,
    organisation_id: Id,
    id: Id,
    input: &MandateInput,
) -> Result<(), Problem> {
    let given_by = JsonText::of(&ActorView::of(tx))?;
    diesel::insert_into(mandate::table)
        .values((
            mandate::id.eq(id),
            mandate::organisation_id.eq(organisation_id),
            mandate::client_id.eq(input.client_id.as_str()),
            mandate::name.eq(&input.name),
            mandate::scopes.eq(JsonText::of(&input.scopes)?),
            mandate::whole.eq(input.facilities.is_none()),
            mandate::valid_until.eq(input.valid_until),
            mandate::contact.eq(input.contact.as_deref()),
            mandate::given_by.eq(given_by),
            mandate::edit.eq(1_i64),
            mandate::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    limit(tx, id, input.facilities.as_deref())
}

/// Replaces what a mandate says, at the edit that was read.
pub fn update(tx: &mut Tx, current: &Mandate, input: &MandateInput) -> Result<(), Problem> {
    let changed = diesel::update(mandate::table)
        .filter(mandate::id.eq(current.id))
        .filter(mandate::edit.eq(current.edit))
        .set((
            mandate::name.eq(&input.name),
            mandate::scopes.eq(JsonText::of(&input.scopes)?),
            mandate::whole.eq(input.facilities.is_none()),
            mandate::valid_until.eq(input.valid_until),
            mandate::contact.eq(input.contact.as_deref()),
            mandate::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    diesel::delete(mandate_facility::table)
        .filter(mandate_facility::mandate_id.eq(current.id))
        .execute(tx.conn)?;
    limit(tx, current.id, input.facilities.as_deref())
}

/// Keeps which facilities a mandate is limited to.
fn limit(tx: &mut Tx, id: Id, facilities: Option<&[Id]>) -> Result<(), Problem> {
    let mut facilities = facilities.unwrap_or_default().to_vec();
    facilities.sort_unstable();
    facilities.dedup();
    for facility in facilities {
        diesel::insert_into(mandate_facility::table)
            .values((
                mandate_facility::mandate_id.eq(id),
                mandate_facility::facility_id.eq(facility),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Marks a mandate as revoked, by whom and when, at the edit that was read.
pub fn revoke(tx: &mut Tx, current: &Mandate) -> Result<(), Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    let changed = diesel::update(mandate::table)
        .filter(mandate::id.eq(current.id))
        .filter(mandate::edit.eq(current.edit))
        .set((
            mandate::revoked_by.eq(Some(by)),
            mandate::revoked_at.eq(Some(tx.now)),
            mandate::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}
