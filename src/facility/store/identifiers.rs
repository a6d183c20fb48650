//! Rows of identifiers, of whichever thing they stand for.
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::access::Tx;
use crate::db::schema::identifier;
use crate::db::types::{AnyBackend, Id};
use crate::facility::{Identifier, IdentifierKind, identifiers};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// The identifiers of some owners.
pub(super) struct Identifiers(Vec<(Id, Identifier)>);

impl Identifiers {
    pub(super) fn of(tx: &mut Tx, owners: &[Id]) -> Result<Self, Problem> {
        type Row = (Id, IdentifierKind, String, NaiveDate, Option<NaiveDate>);
        let rows: Vec<Row> = identifier::table
            .filter(identifier::owner_id.eq_any(owners.to_vec()))
            .select((
                identifier::owner_id,
                identifier::kind,
                identifier::value,
                identifier::valid_from,
                identifier::valid_to,
            ))
            .order((identifier::kind, identifier::valid_from, identifier::value))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        Ok(Self(
            rows.into_iter()
                .map(|(owner, kind, value, valid_from, valid_to)| {
                    let identifier = Identifier {
                        kind,
                        value,
                        valid_from: Some(valid_from),
                        valid_to,
                    };
                    (owner, identifier)
                })
                .collect(),
        ))
    }

    pub(super) fn take(&mut self, owner: Id) -> Vec<Identifier> {
        self.0
            .extract_if(.., |(id, _)| *id == owner)
            .map(|(_, identifier)| identifier)
            .collect()
    }
}

/// Those by which a token is recognised.
pub(super) fn matched(all: &[Identifier]) -> Vec<&Identifier> {
    all.iter()
        .filter(|one| identifiers::MATCHED.contains(&one.kind.name()))
        .collect()
}

/// Replaces an owner's identifiers, none of which outlives its owner. One that stands for somebody else in the same period is refused:
/// a token would match both, of whichever kind they are.
pub(super) fn save_identifiers(
    tx: &mut Tx,
    owner: Id,
    owner_kind: &str,
    (from, to): (NaiveDate, Option<NaiveDate>),
    all: &[Identifier],
) -> Result<(), Problem> {
    diesel::delete(identifier::table)
        .filter(identifier::owner_id.eq(owner))
        .execute(tx.conn)?;
    let mut faults = Vec::new();
    for (index, one) in all.iter().enumerate() {
        let value = identifiers::canonical(&one.value);
        let valid_from = one.valid_from.unwrap_or(from);
        let valid_to = [one.valid_to, to].into_iter().flatten().min();
        if !tx.lock_name(&format!("identifier {value}"))? {
            return Err(Problem::busy().because("the same identifier is being given out"));
        }
        let mut taken = identifier::table
            .filter(identifier::value.eq(&value))
            .filter(
                identifier::kind.eq(one.kind).or(identifier::kind
                    .eq_any(one.kind.rivals())
                    .and(identifier::owner_id.ne(owner))),
            )
            .filter(
                identifier::valid_to
                    .is_null()
                    .or(identifier::valid_to.gt(valid_from)),
            )
            .select(identifier::owner_id)
            .into_boxed::<AnyBackend>();
        if let Some(end) = valid_to {
            taken = taken.filter(identifier::valid_from.lt(end));
        }
        if !taken.load::<Id>(tx.conn)?.is_empty() {
            faults.push(taken_already(index, &one.value));
            continue;
        }
        diesel::insert_into(identifier::table)
            .values((
                identifier::kind.eq(one.kind),
                identifier::value.eq(value),
                identifier::valid_from.eq(valid_from),
                identifier::valid_to.eq(valid_to),
                identifier::owner_id.eq(owner),
                identifier::owner_kind.eq(owner_kind),
            ))
            .execute(tx.conn)?;
    }
    Problem::refuse(faults)
}

fn taken_already(index: usize, value: &str) -> Issue {
    Issue::body(
        "identifierTaken",
        format!("identifiers[{index}].value"),
        Text::new(
            "Deze identificator is in die periode al toegekend; controleer het nummer of beëindig eerst de andere.",
            "Cet identifiant est déjà attribué pour cette période ; vérifiez le numéro ou mettez d'abord fin à l'autre.",
            "This identifier is taken in that period; check the number, or end the other one first.",
        ),
    )
    .with_value(value)
}

/// The things of a kind that one of these numbers stands for, today or ever.
pub(super) fn owners(tx: &mut Tx, kind: &str, numbers: &[String]) -> Result<Vec<Id>, Problem> {
    let values: Vec<String> = numbers
        .iter()
        .map(|number| identifiers::canonical(number))
        .collect();
    Ok(identifier::table
        .filter(identifier::value.eq_any(values))
        .filter(identifier::owner_kind.eq(kind))
        .select(identifier::owner_id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}
