//! Giving, changing and revoking a mandate, each in one transaction.
//!
//! The mandates of an organisation are written one at a time, so that two given at once see each other.
use super::rules::{self, Hands};
use super::{Mandate, MandateInput, store};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::http::IfMatch;
use crate::http::page::Window;
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// May the caller give mandates for some facility of the organisation? Otherwise it is absent.
pub fn may_give(tx: &mut Tx, organisation: Id) -> Result<(), Problem> {
    store::hands(tx, organisation).map(drop)
}

/// A mandate, as the caller may see it.
pub fn read(tx: &mut Tx, organisation: Id, id: Id) -> Result<Mandate, Problem> {
    let hands = store::hands(tx, organisation)?;
    let found = store::find(tx, organisation, id, &hands)?;
    Ok(shown(found, &hands))
}

/// A stretch of the organisation's mandates that the caller may see.
pub fn list(tx: &mut Tx, organisation: Id, window: &Window<Id>) -> Result<Vec<Mandate>, Problem> {
    let hands = store::hands(tx, organisation)?;
    let found = store::list(tx, organisation, &hands, window)?;
    Ok(found.into_iter().map(|one| shown(one, &hands)).collect())
}

/// Without the facilities that are not the caller's to know about.
fn shown(mut mandate: Mandate, hands: &Hands) -> Mandate {
    if let (false, Some(facilities)) = (hands.whole, &mut mandate.facilities) {
        facilities.retain(|id| hands.facilities.contains(id));
    }
    mandate
}

/// Gives a machine a mandate.
pub fn give(
    tx: &mut Tx,
    organisation: Id,
    id: Id,
    input: &MandateInput,
) -> Result<Mandate, Problem> {
    let hands = take_turn(tx, organisation)?;
    let mut faults = Vec::new();
    rules::check_until(input.valid_until, tx.now, &mut faults);
    rules::check_facilities(input, &hands, &mut faults);
    Problem::refuse(faults)?;
    refuse_second(tx, organisation, id, input)?;
    store::insert(tx, organisation, id, input)?;
    let event = Event::new("mandateGiven", "mandate", id).of(organisation, None);
    audit::record(tx, event.with(input)?)?;
    tell(tx, id, input.client_id.as_str())?;
    read(tx, organisation, id)
}

/// Replaces what a mandate says; one that expired is live again.
pub fn replace(
    tx: &mut Tx,
    (organisation, id): (Id, Id),
    seen: &IfMatch,
    input: &MandateInput,
) -> Result<Mandate, Problem> {
    let (current, hands) = held(tx, organisation, id, seen)?;
    let mut faults = Vec::new();
    rules::check_client(input, &current, &mut faults);
    rules::check_until(input.valid_until, tx.now, &mut faults);
    rules::check_facilities(input, &hands, &mut faults);
    Problem::refuse(faults)?;
    refuse_second(tx, organisation, id, input)?;
    tx.wait_for_client(&current.client_id)?;
    store::update(tx, &current, input)?;
    let event = Event::new("mandateChanged", "mandate", id).of(organisation, None);
    audit::record(tx, event.with(input)?)?;
    tell(tx, id, input.client_id.as_str())?;
    read(tx, organisation, id)
}

/// Takes a mandate back: once this is done, nothing more is stored by it. The row stays.
pub fn revoke(tx: &mut Tx, organisation: Id, id: Id, seen: &IfMatch) -> Result<(), Problem> {
    let (current, _) = held(tx, organisation, id, seen)?;
    tx.wait_for_client(&current.client_id)?;
    store::revoke(tx, &current)?;
    let event = Event::new("mandateRevoked", "mandate", id).of(organisation, None);
    let said = serde_json::json!({"clientId": current.client_id});
    audit::record(tx, event.with(&said)?)?;
    tell(tx, id, current.client_id.as_str())
}

/// The machine itself is told that what it reaches has changed.
fn tell(tx: &mut Tx, id: Id, client: &str) -> Result<(), Problem> {
    let event = Event::scope_changed("mandate", id);
    audit::record(tx, event.for_client(client))
}

fn take_turn(tx: &mut Tx, organisation: Id) -> Result<Hands, Problem> {
    let hands = store::hands(tx, organisation)?;
    tx.wait_for_name(&format!("mandates of {organisation}"))?;
    Ok(hands)
}

/// A mandate that the caller may change, as it was seen.
fn held(
    tx: &mut Tx,
    organisation: Id,
    id: Id,
    seen: &IfMatch,
) -> Result<(Mandate, Hands), Problem> {
    let hands = take_turn(tx, organisation)?;
    let current = store::find(tx, organisation, id, &hands)?;
    if !hands.hold(current.facilities.as_deref()) {
        return Err(not_alone());
    }
    seen.check(&current.tag())?;
    rules::still_standing(&current)?;
    Ok((current, hands))
}

fn refuse_second(
    tx: &mut Tx,
    organisation: Id,
    id: Id,
    input: &MandateInput,
) -> Result<(), Problem> {
    let others = store::others_of_client(tx, organisation, input.client_id.as_str(), id)?;
    let wanted = input.facilities.as_deref();
    let meets = |other: &&Mandate| rules::overlap(wanted, other.facilities.as_deref());
    match others.iter().find(meets) {
        Some(other) => Err(rules::has_one(other)),
        None => Ok(()),
    }
}

/// 403: the mandate is for others too.
fn not_alone() -> Problem {
    Problem::new(
        Kind::MissingPermission,
        Text::new(
            "Dit mandaat geldt ook voor andere voorzieningen; alleen wie voor de hele organisatie optreedt, wijzigt het of trekt het in.",
            "Ce mandat vaut aussi pour d'autres structures ; seul qui agit pour toute l'organisation le modifie ou le retire.",
            "This mandate is for other facilities too; only who acts for the whole organisation changes or revokes it.",
        ),
    )
}
