//! Rows of judgements. Whoever calls has found out that the caller may know the inspection.
use diesel::prelude::*;

use super::work::Judgements;
use super::{AdoptionInput, FindingJudgement, JudgementAdoption, JudgementInput};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{finding, finding_judgement as judgement, judgement_adoption as adoption};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::inspection::store::Head;
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = judgement, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    finding_id: Id,
    person: String,
    number: i64,
    judgement: String,
    reason: Option<String>,
    heads: JsonText,
    given_by: JsonText,
    given_at: Moment,
}

/// Every version of every judgement of a finding, oldest first.
pub fn all(tx: &mut Tx, (inspection, finding): (Id, Id)) -> Result<Judgements, Problem> {
    let rows: Vec<Row> = judgement::table
        .filter(judgement::inspection_id.eq(inspection))
        .filter(judgement::finding_id.eq(finding))
        .order(judgement::id)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let adopted = adopted(tx, inspection, finding)?;
    let last = |row: &Row| {
        let same = rows.iter().filter(|one| one.person == row.person);
        same.map(|one| one.number).max()
    };
    let replaced: Vec<bool> = rows
        .iter()
        .map(|row| last(row) != Some(row.number))
        .collect();
    let shown = rows.into_iter().zip(replaced).map(|(row, replaced)| {
        let adoption = adopted.as_ref().filter(|(id, _)| *id == row.id);
        Ok(FindingJudgement {
            id: row.id,
            finding_id: row.finding_id,
            judgement: row.judgement,
            reason: row.reason,
            version: row.number,
            replaced,
            heads: row.heads.to()?,
            given_by: row.given_by.to()?,
            given_at: row.given_at,
            adoption: adoption.map(|(_, adoption)| adoption.clone()),
            person: row.person,
        })
    });
    Ok(Judgements(shown.collect::<Result<_, Problem>>()?))
}

fn adopted(
    tx: &mut Tx,
    inspection: Id,
    finding: Id,
) -> Result<Option<(Id, JudgementAdoption)>, Problem> {
    let row: Option<(Id, Option<String>, JsonText, Moment)> = adoption::table
        .filter(adoption::inspection_id.eq(inspection))
        .filter(adoption::finding_id.eq(finding))
        .select((
            adoption::judgement_id,
            adoption::reason,
            adoption::adopted_by,
            adoption::adopted_at,
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some((id, reason, by, adopted_at)) = row else {
        return Ok(None);
    };
    let adopted_by = by.to()?;
    Ok(Some((
        id,
        JudgementAdoption {
            reason,
            adopted_by,
            adopted_at,
        },
    )))
}

/// A judgement to keep: whose, which version, and of what.
pub struct New<'a> {
    /// Its identity.
    pub id: Id,
    /// The finding.
    pub finding: Id,
    /// Whose it is.
    pub person: &'a str,
    /// Which version of it.
    pub number: i64,
    /// The heads that it is about.
    pub heads: JsonText,
}

/// Keeps a version of somebody's judgement.
pub fn insert(
    tx: &mut Tx,
    head: &Head,
    new: New<'_>,
    input: &JudgementInput,
) -> Result<(), Problem> {
    let New {
        id,
        finding,
        person,
        number,
        heads,
    } = new;
    let stored = diesel::insert_into(judgement::table)
        .values((
            judgement::id.eq(id),
            judgement::inspection_id.eq(head.row.id),
            judgement::finding_id.eq(finding),
            judgement::round_id.eq(head.row.round_id),
            judgement::person.eq(person),
            judgement::number.eq(number),
            judgement::judgement.eq(input.judgement.as_str()),
            judgement::reason.eq(input.reason.as_deref()),
            judgement::heads.eq(heads),
            judgement::given_by.eq(JsonText::of(&ActorView::of(tx))?),
            judgement::given_at.eq(tx.now),
        ))
        .execute(tx.conn);
    first_of_its_code(stored)
}

/// Makes a judgement the finding's.
pub fn adopt(
    tx: &mut Tx,
    inspection: Id,
    chosen: &FindingJudgement,
    input: &AdoptionInput,
) -> Result<(), Problem> {
    // One that was adopted for what the finding was about before gives way; the audit keeps it.
    diesel::delete(adoption::table)
        .filter(adoption::inspection_id.eq(inspection))
        .filter(adoption::finding_id.eq(chosen.finding_id))
        .execute(tx.conn)?;
    diesel::insert_into(adoption::table)
        .values((
            adoption::inspection_id.eq(inspection),
            adoption::finding_id.eq(chosen.finding_id),
            adoption::judgement_id.eq(chosen.id),
            adoption::reason.eq(input.reason.as_deref()),
            adoption::adopted_by.eq(JsonText::of(&ActorView::of(tx))?),
            adoption::adopted_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    let changed = diesel::update(finding::table)
        .filter(finding::inspection_id.eq(inspection))
        .filter(finding::id.eq(chosen.finding_id))
        .set((
            finding::adopted.eq(Some(&chosen.judgement)),
            finding::judgement.eq(Some(&chosen.judgement)),
            finding::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// A judgement in a round, as figures take it.
#[derive(Queryable)]
pub struct Given {
    /// The inspection.
    pub inspection: Id,
    /// The finding.
    pub finding: Id,
    /// Who gave it.
    pub person: String,
    /// Which version of it.
    pub number: i64,
    /// The judgement.
    pub judgement: String,
    /// The framework of the criterion that the finding is about.
    pub framework: Option<String>,
    /// The criterion.
    pub criterion: Option<String>,
    /// What the finding says, when it has one head.
    pub content: Option<JsonText>,
}

/// Every judgement of a round.
pub fn in_round(tx: &mut Tx, round_id: Id) -> Result<Vec<Given>, Problem> {
    let of_finding = finding::inspection_id
        .eq(judgement::inspection_id)
        .and(finding::id.eq(judgement::finding_id));
    Ok(judgement::table
        .inner_join(finding::table.on(of_finding))
        .filter(judgement::round_id.eq(round_id))
        .order(judgement::id)
        .select((
            judgement::inspection_id,
            judgement::finding_id,
            judgement::person,
            judgement::number,
            judgement::judgement,
            finding::framework_code,
            finding::criterion_code,
            finding::content,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}
