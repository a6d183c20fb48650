//! `/auditEvents`.
use actix_web::{HttpResponse, get};
use utoipa::IntoParams;

use super::report::Verification;
use super::store::{self, AuditEvent, Filter};
use super::verify::{self, Walk};
use crate::access::Allowed;
use crate::access::policy::{ReadAuditEvents, VerifyAuditEvents};
use crate::db::types::{Id, Moment};
use crate::http::answer;
use crate::http::page::{Page, Window};
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id};
use crate::problem::Problem;
use crate::text::Text;

/// The newest events that one request verifies.
const NEWEST: i64 = 100_000;

/// Which events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct AuditEventFilter {
    /// One of these actions.
    #[param(required = false, nullable = false, max_items = 50)]
    action: Vec<String>,
    /// Done to one of these kinds of thing.
    #[param(required = false, nullable = false, max_items = 50)]
    subject_kind: Vec<String>,
    /// Done to one of these things, by id or code.
    #[param(required = false, nullable = false, max_items = 50)]
    subject_id: Vec<String>,
    /// About one of these facilities.
    #[param(required = false, nullable = false, max_items = 50)]
    facility_id: Vec<Id>,
}

struct AuditEventQuery {
    window: Window<Id>,
    filter: Filter,
}

impl FromQuery for AuditEventQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let text = Text::new("Gebruik een tekst.", "Utilisez un texte.", "Use a text.");
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                actions: reader.many("action", &text),
                subject_kinds: reader.many("subjectKind", &text),
                subject_ids: reader.many("subjectId", &text),
                facilities: reader.many("facilityId", &expected_id()),
            },
        }
    }
}

/// The filters as the link to the next page repeats them.
fn repeated(filter: &Filter) -> Vec<(&'static str, String)> {
    let texts = [
        ("action", &filter.actions),
        ("subjectKind", &filter.subject_kinds),
        ("subjectId", &filter.subject_ids),
    ];
    let texts = texts
        .into_iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name, value.clone())));
    let facilities = filter.facilities.iter();
    texts
        .chain(facilities.map(|id| ("facilityId", id.to_string())))
        .collect()
}

/// List who did what, when
///
/// In the one order of all events, about a second after they happened. Facilities see what was done to what is theirs, with what was written;
/// inspectors what was handed in to prepare an inspection, without it; an admin every event but those about self-assessments for own improvement and
/// what of inspections their facilities do not hear, and what was written where it is a setting.
#[utoipa::path(tag = "Audit", operation_id = "listAuditEvents", params(AuditEventFilter),
    extensions(("x-action" = json!("ReadAuditEvents"))),
    responses((status = 200, description = "A page of events.", body = Page<AuditEvent>)))]
#[get("/auditEvents")]
pub async fn list_audit_events(
    allowed: Allowed<ReadAuditEvents>,
    query: Query<AuditEventQuery>,
) -> Result<HttpResponse, Problem> {
    let AuditEventQuery { window, filter } = query.0;
    let filters = repeated(&filter);
    let link = allowed.state().link("/auditEvents");
    let page = allowed
        .read(move |tx| {
            let items = store::events(tx, &window, &filter)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Verify that nobody changed the audit
///
/// Walks the newest 100 000 events and their seals, in short reads one after the other; one request at a time does so. `complete` says whether
/// that was the whole log: `kindreflex audit verify` walks a log of any length, and compares it with a head that was saved before.
#[utoipa::path(tag = "Audit", operation_id = "verifyAuditEvents",
    extensions(("x-action" = json!("VerifyAuditEvents"))),
    responses((status = 200, description = "What was found.", body = Verification)))]
#[get("/auditEvents/verification")]
pub async fn verify_audit_events(
    allowed: Allowed<VerifyAuditEvents>,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let audit = allowed.state().audit.clone();
    let _turn = audit.0.verifying.lock().await;
    let mut walk = Walk::new(audit.keys(), Some(NEWEST), None);
    while let Some(step) = walk.next() {
        walk.take(allowed.read(move |tx| verify::read(tx, &step)).await?);
    }
    let now = Moment(allowed.state().clock.now());
    let found = Verification::of(walk.finish(), audit.keys().is_some(), now);
    answer::plain(&found)
}
