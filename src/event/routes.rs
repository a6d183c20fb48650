//! `/events`.
use actix_web::{HttpResponse, get};
use utoipa::IntoParams;

use super::EventPage;
use super::cursor;
use super::store::{self, Asked};
use crate::access::Allowed;
use crate::access::policy::ReadEvents;
use crate::db::types::Id;
use crate::http::answer;
use crate::http::page::page_size;
use crate::http::query::{FromQuery, Query, Reader, expected_id};
use crate::problem::Problem;
use crate::text::Text;

/// Which events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct EventFilter {
    /// The `cursor` of the answer before; `latest`: only what comes from now on. Without it the feed is read from its beginning.
    #[param(required = false, nullable = false)]
    after: Option<String>,
    /// Events on a page at most. More than the maximum is refused, never cut.
    #[param(
        required = false,
        nullable = false,
        minimum = 1,
        maximum = 200,
        default = 25
    )]
    page_size: Option<i32>,
    /// Of one of these types.
    #[param(required = false, nullable = false, max_items = 50, rename = "type")]
    types: Vec<String>,
    /// About one of these facilities.
    #[param(required = false, nullable = false, max_items = 50)]
    facility_id: Vec<Id>,
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader) -> Self {
        let text = Text::new("Gebruik een tekst.", "Utilisez un texte.", "Use a text.");
        Self {
            after: reader.one("after", &cursor::expected()),
            size: page_size(reader),
            types: reader.many("type", &text),
            facilities: reader.many("facilityId", &expected_id()),
        }
    }
}

/// Follow what changes
///
/// Every change that the caller may know about, in one order, about a second after it happened: what changed and where to read it, not what was written nor by
/// whom. Go on from `cursor`, which is there also when nothing is new: nothing is missed and nothing comes twice, whatever is
/// written meanwhile. `more` says whether to ask again at once; otherwise ask again in a while.
///
/// What a caller sees is judged when it reads: what it owns today and may read; an admin, that anything was done, but for own improvement. `scopeChanged` tells a caller that this itself has changed: a facility
/// came or went (both organisations are told), a number by which tokens are recognised was changed, or what a machine was let in to do was
/// (the machine is told). What begins or ends on a day that was set before makes no event on that day. Kinds and types grow: pass over those you do not know.
#[utoipa::path(tag = "Across", operation_id = "listEvents", params(EventFilter),
    extensions(("x-action" = json!("ReadEvents"))),
    responses((status = 200, description = "The next stretch of the feed.", body = EventPage)))]
#[get("/events")]
pub async fn list_events(
    allowed: Allowed<ReadEvents>,
    query: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let asked = query.0;
    let page = allowed.read(move |tx| store::stretch(tx, &asked)).await?;
    answer::plain(&page)
}
