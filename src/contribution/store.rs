//! Rows of contributions. Who may read or change one has the self-assessment for its own, or came by its link.
use std::collections::BTreeMap;

use diesel::prelude::*;

use super::inputs::ContributionAnswersInput;
use super::{ContributedAnswer, Contribution, ContributionStatus, ContributionSummary, rules};
use crate::access::Tx;
use crate::access::link::{self, Link, SecretHash};
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::{contribution, facility, self_assessment, unit};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::ETag;
use crate::http::page::Window;
use crate::problem::Problem;
use crate::self_assessment::store::{Head, own_head};
use crate::self_assessment::{Purpose, Status};

/// A contribution as the table holds it, but for its secret's hash.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = contribution, check_for_backend(AnyBackend))]
pub struct Row {
    pub(super) id: Id,
    pub(super) self_assessment_id: Id,
    pub(super) unit_id: Option<Id>,
    criteria: JsonText,
    recipient: Option<String>,
    pub(super) message: Option<String>,
    state: ContributionStatus,
    pub(super) expires_at: Moment,
    asked_by: JsonText,
    answers: JsonText,
    pub(super) given_by: Option<String>,
    pub(super) answered_at: Option<Moment>,
    pub(super) return_reason: Option<String>,
    accepted: JsonText,
    accepted_by: Option<JsonText>,
    accepted_at: Option<Moment>,
    edit: i64,
    created_at: Moment,
    /// The framework's version when it was asked; once it is answered, when it was answered.
    pub(super) version_code: String,
}

impl Row {
    /// Where it stands at this moment.
    pub fn status(&self, now: Moment) -> ContributionStatus {
        rules::status(self.state, self.expires_at, now)
    }

    /// The criteria that are asked.
    pub fn criteria(&self) -> Result<Vec<String>, Problem> {
        self.criteria.to()
    }

    /// What came by the link.
    pub fn answers(&self) -> Result<Vec<ContributedAnswer>, Problem> {
        self.answers.to()
    }

    /// The criteria that were answered, in the order asked.
    pub fn answered(&self) -> Result<Vec<String>, Problem> {
        let (mut codes, answers) = (self.criteria()?, self.answers()?);
        codes.retain(|code| answers.iter().any(|answer| answer.criterion_code == *code));
        Ok(codes)
    }

    /// The criteria whose answers were taken over.
    pub fn accepted(&self) -> Result<Vec<String>, Problem> {
        self.accepted.to()
    }

    fn summary(self, now: Moment) -> Result<ContributionSummary, Problem> {
        Ok(ContributionSummary {
            href: href(self.self_assessment_id, self.id),
            id: self.id,
            status: self.status(now),
            criteria: self.criteria()?,
            accepted_criteria: self.accepted()?,
            unit_id: self.unit_id,
            recipient: self.recipient,
            expires: self.expires_at,
            created_at: self.created_at,
            answered_at: self.answered_at,
        })
    }

    /// The tag of what its facility sees at this moment.
    pub fn tag(&self, now: Moment) -> ETag {
        tag_of(self.edit, self.status(now))
    }

    /// The contribution as its facility sees it.
    pub fn view(self, facility_id: Id, now: Moment) -> Result<Contribution, Problem> {
        Ok(Contribution {
            facility_id,
            summary: self.clone().summary(now)?,
            link: None,
            asked_by: self.asked_by.to()?,
            answers: self.answers()?,
            accepted_by: self.accepted_by.map(|by| by.to()).transpose()?,
            accepted_at: self.accepted_at,
            message: self.message,
            given_by: self.given_by,
            return_reason: self.return_reason,
            edit: self.edit,
        })
    }
}

/// The path of a contribution.
pub fn href(self_assessment: Id, id: Id) -> String {
    format!("/v1/selfAssessments/{self_assessment}/contributions/{id}")
}

/// The tag of a contribution.
pub fn tag(contribution: &Contribution) -> ETag {
    tag_of(contribution.edit, contribution.summary.status)
}

/// Time passing changes what it says.
fn tag_of(edit: i64, status: ContributionStatus) -> ETag {
    match status {
        ContributionStatus::Expired => ETag::named(format!("{edit}x")),
        _ => ETag::edit(edit),
    }
}

/// A contribution of a self-assessment that is the caller's own, and that.
pub fn get(tx: &mut Tx, self_assessment: Id, id: Id) -> Result<(Head, Row), Problem> {
    let head = own_head(tx, self_assessment)?;
    let row = contribution::table
        .filter(contribution::self_assessment_id.eq(self_assessment))
        .filter(contribution::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok((head, row))
}

/// The contributions of a self-assessment that is the caller's own, in the order of arrival.
pub fn list(
    tx: &mut Tx,
    self_assessment: Id,
    window: &Window<Id>,
) -> Result<Vec<ContributionSummary>, Problem> {
    own_head(tx, self_assessment)?;
    let mut query = contribution::table
        .filter(contribution::self_assessment_id.eq(self_assessment))
        .select(Row::as_select())
        .order(contribution::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(contribution::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let now = tx.now;
    rows.into_iter().map(|row| row.summary(now)).collect()
}

/// Every contribution of a self-assessment, as its facility sees it.
pub fn all_of(tx: &mut Tx, head: &Head) -> Result<Vec<Contribution>, Problem> {
    let rows: Vec<Row> = contribution::table
        .filter(contribution::self_assessment_id.eq(head.id))
        .select(Row::as_select())
        .order(contribution::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let now = tx.now;
    let views = rows.into_iter().map(|row| row.view(head.facility_id, now));
    views.collect()
}

/// For each of these self-assessments, each moment at which a ward was asked or answered, or until which it can.
pub fn last_of(tx: &mut Tx, self_assessments: &[Id]) -> Result<Vec<(Id, Moment)>, Problem> {
    let rows: Vec<(Id, ContributionStatus, Moment, Moment, Option<Moment>)> = contribution::table
        .filter(contribution::self_assessment_id.eq_any(self_assessments.to_vec()))
        .select((
            contribution::self_assessment_id,
            contribution::state,
            contribution::created_at,
            contribution::expires_at,
            contribution::answered_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let last =
        |(of, state, created, expires, answered): (Id, _, Moment, Moment, Option<Moment>)| {
            let open = (state == ContributionStatus::Open).then_some(expires);
            (
                of,
                created
                    .max(answered.unwrap_or(created))
                    .max(open.unwrap_or(created)),
            )
        };
    Ok(rows.into_iter().map(last).collect())
}

/// Of which self-assessment each of these is; what is gone is left out.
pub fn self_assessments_of(tx: &mut Tx, ids: &[Id]) -> Result<BTreeMap<Id, Id>, Problem> {
    let found: Vec<(Id, Id)> = contribution::table
        .filter(contribution::id.eq_any(ids.to_vec()))
        .select((contribution::id, contribution::self_assessment_id))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// What of the self-assessment decides about a link, and what of the facility its page shows.
#[derive(Debug, Clone, Queryable)]
pub struct Around {
    pub(super) status: Status,
    pub(super) purpose: Purpose,
    pub(super) unit_id: Option<Id>,
    pub(super) facility_type: String,
    pub(super) framework_code: String,
    pub(super) version_code: String,
    pub(super) facility_id: Id,
    pub(super) facility_name: String,
    pub(super) organisation_id: Id,
}

/// The contribution that a link leads to, and what is around it: the door has found its id by the secret's hash.
pub fn by_link(tx: &mut Tx, link: Link) -> Result<(Row, Around), Problem> {
    contribution::table
        .inner_join(self_assessment::table.inner_join(facility::table))
        .filter(contribution::id.eq(link.id))
        .filter(contribution::secret_hash.eq(link.hash.0.to_vec()))
        .select((
            Row::as_select(),
            (
                self_assessment::state,
                self_assessment::purpose,
                self_assessment::unit_id,
                self_assessment::facility_type,
                self_assessment::framework_code,
                self_assessment::version_code,
                facility::id,
                facility::name,
                facility::organisation_id,
            ),
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(link::unknown)
}

/// What a unit is called, if it is about one.
pub fn unit_name(tx: &mut Tx, id: Option<Id>) -> Result<Option<String>, Problem> {
    let Some(id) = id else {
        return Ok(None);
    };
    Ok(unit::table
        .filter(unit::id.eq(id))
        .select(unit::name)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// A contribution that is asked now.
pub struct New<'a> {
    /// Its identity.
    pub id: Id,
    /// The self-assessment that it is for.
    pub self_assessment_id: Id,
    /// The hash of its link's secret.
    pub hash: SecretHash,
    /// What is asked, of whom.
    pub input: &'a super::inputs::ContributionInput,
    /// Until when it can be answered.
    pub expires: Moment,
    /// The version of the framework that asks it.
    pub version: &'a str,
}

/// Stores a new contribution.
pub fn insert(tx: &mut Tx, new: &New) -> Result<(), Problem> {
    let New {
        id,
        self_assessment_id,
        hash,
        input,
        expires,
        version,
    } = new;
    let asked_by = JsonText::of(&ActorView::of(tx))?;
    diesel::insert_into(contribution::table)
        .values((
            contribution::id.eq(id),
            contribution::self_assessment_id.eq(self_assessment_id),
            contribution::unit_id.eq(input.unit_id),
            contribution::criteria.eq(JsonText::of(&input.criteria)?),
            contribution::recipient.eq(input.recipient.as_deref()),
            contribution::message.eq(input.message.as_deref()),
            contribution::state.eq(ContributionStatus::Open),
            contribution::secret_hash.eq(hash.0.to_vec()),
            contribution::expires_at.eq(expires),
            contribution::asked_by.eq(asked_by),
            contribution::answers.eq(JsonText("[]".to_owned())),
            contribution::accepted.eq(JsonText("[]".to_owned())),
            contribution::edit.eq(1_i64),
            contribution::created_at.eq(tx.now),
            contribution::version_code.eq(version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Gives one that was read a new link, with the reason where it is sent back. 412 when it was changed since.
pub fn renew(
    tx: &mut Tx,
    read: &Row,
    hash: SecretHash,
    expires: Moment,
    reason: Option<&str>,
) -> Result<(), Problem> {
    let reason = reason.or(read.return_reason.as_deref());
    let changed = diesel::update(contribution::table)
        .filter(contribution::id.eq(read.id))
        .filter(contribution::edit.eq(read.edit))
        .set((
            contribution::state.eq(ContributionStatus::Open),
            contribution::secret_hash.eq(hash.0.to_vec()),
            contribution::expires_at.eq(expires),
            contribution::return_reason.eq(reason),
            contribution::accepted.eq(JsonText("[]".to_owned())),
            contribution::edit.eq(read.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// Takes one that was read back. 412 when it was changed since.
pub fn withdraw(tx: &mut Tx, read: &Row) -> Result<(), Problem> {
    let changed = diesel::update(contribution::table)
        .filter(contribution::id.eq(read.id))
        .filter(contribution::edit.eq(read.edit))
        .set((
            contribution::state.eq(ContributionStatus::Withdrawn),
            contribution::edit.eq(read.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// Keeps what came by the link for this version of the framework, when that still leads here and it is as it was read; false when somebody
/// was first.
pub fn keep_answers(
    tx: &mut Tx,
    link: Link,
    read: &Row,
    version: &str,
    given: &ContributionAnswersInput,
) -> Result<bool, Problem> {
    let changed = diesel::update(contribution::table)
        .filter(contribution::id.eq(link.id))
        .filter(contribution::secret_hash.eq(link.hash.0.to_vec()))
        .filter(contribution::edit.eq(read.edit))
        .filter(contribution::state.eq(ContributionStatus::Open))
        .set((
            contribution::state.eq(ContributionStatus::Answered),
            contribution::answers.eq(JsonText::of(&given.answers)?),
            contribution::given_by.eq(given.given_by.as_deref()),
            contribution::answered_at.eq(tx.now),
            contribution::version_code.eq(version),
            contribution::edit.eq(read.edit + 1),
        ))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

/// Keeps which answers of one that was read are taken over now; when those are all, it is accepted. 412 when it was changed since.
pub fn accept(tx: &mut Tx, read: &Row, accepted: &[String], all: bool) -> Result<(), Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    let state = if all {
        ContributionStatus::Accepted
    } else {
        ContributionStatus::Answered
    };
    let changed = diesel::update(contribution::table)
        .filter(contribution::id.eq(read.id))
        .filter(contribution::edit.eq(read.edit))
        .set((
            contribution::state.eq(state),
            contribution::accepted.eq(JsonText::of(accepted)?),
            contribution::accepted_by.eq(Some(by)),
            contribution::accepted_at.eq(Some(tx.now)),
            contribution::edit.eq(read.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}
