//! Attachments: the files behind an answer.
use diesel::prelude::*;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::Tx;
use crate::db::schema::revision_attachment;
use crate::db::types::Id;
use crate::problem::Problem;
use crate::self_assessment::Answer;

/// The operations on attachments.
pub fn operations(_: &mut ServiceConfig) {}

/// Keeps which attachments a submitted revision refers to: whoever may read the revision may read them.
pub fn refer(tx: &mut Tx, id: Id, revision: i64, answers: &[Answer]) -> Result<(), Problem> {
    let mut named: Vec<Id> = answers
        .iter()
        .flat_map(|answer| &answer.evidence)
        .filter_map(|piece| piece.attachment_id)
        .collect();
    named.sort_unstable();
    named.dedup();
    for attachment in named {
        diesel::insert_into(revision_attachment::table)
            .values((
                revision_attachment::self_assessment_id.eq(id),
                revision_attachment::revision.eq(revision),
                revision_attachment::attachment_id.eq(attachment),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}
