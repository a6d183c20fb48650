//! `/urgentSignals`, and `/inspections/{inspectionId}/urgentSignals`.
use actix_web::{HttpResponse, get, post};
use utoipa::IntoParams;

use super::store::{self, Filter};
use super::{AcknowledgementInput, UrgentMeasureInput, UrgentSignal, UrgentSignalInput, work};
use crate::access::policy::{HandleUrgentSignals, ReadUrgentSignals, RecordInspections};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id, expected_one_of};
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::{device, rules, work as inspections};
use crate::problem::Problem;

/// Tell of a danger
///
/// By the lead or a member, without data of clients. It waits for no tag and no report: the recognising body sees it at once, with the facility, and
/// of the inspection no more than it may know otherwise. A signal from a revoked device is set apart, and the recognising body does not see it.
#[utoipa::path(tag = "Inspection", operation_id = "raiseUrgentSignal", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = UrgentSignalInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 201, description = "The signal.", body = UrgentSignal)))]
#[post("/inspections/{inspectionId}/urgentSignals")]
pub async fn raise_urgent_signal(
    allowed: Allowed<RecordInspections>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<UrgentSignalInput>,
) -> Result<HttpResponse, Problem> {
    let (inspection, id, input) = (path.0, Id::new(), body.value);
    let right = move |tx: &mut Tx| inspections::may(tx, inspection, &rules::RAISE_SIGNAL);
    let raise = move |tx: &mut Tx| {
        let head = inspections::find_for(tx, inspection, &rules::RAISE_SIGNAL)?;
        inspections::require_state(&head, &rules::RAISE_SIGNAL)?;
        let device = input.device_id.map(|id| device::own(tx, id)).transpose()?;
        let made = work::raise(tx, &head, device.as_ref(), id, &input)?;
        Stored::created(made.href.clone(), &made.tag()?, &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, raise)
        .await?
        .response())
}

/// Which signals.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct UrgentSignalFilter {
    /// About one of these facilities.
    #[param(required = false, nullable = false, rename = "facilityId")]
    facility_id: Vec<Id>,
    /// Those that were acknowledged alone, or those that were not.
    #[param(required = false, nullable = false)]
    acknowledged: Option<bool>,
}

struct SignalQuery {
    window: Window<Id>,
    filter: Filter,
}

impl FromQuery for SignalQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                facilities: reader.many("facilityId", &expected_id()),
                acknowledged: reader.one("acknowledged", &expected_one_of(&["true", "false"])),
            },
        }
    }
}

impl Filter {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let facilities = self.facilities.iter();
        let facilities = facilities.map(|id| ("facilityId", id.to_string()));
        let acknowledged = self
            .acknowledged
            .map(|one| ("acknowledged", one.to_string()));
        facilities.chain(acknowledged).collect()
    }
}

/// List urgent signals
///
/// The recognising body and planners see all, an inspector those of the inspections that it is assigned to, and a facility its own once it knows of
/// the inspection.
#[utoipa::path(tag = "Inspection", operation_id = "listUrgentSignals", params(UrgentSignalFilter), extensions(("x-action" = json!("ReadUrgentSignals"))),
    responses((status = 200, description = "A page of signals, in the order of arrival.", body = Page<UrgentSignal>)))]
#[get("/urgentSignals")]
pub async fn list_urgent_signals(
    allowed: Allowed<ReadUrgentSignals>,
    query: Query<SignalQuery>,
) -> Result<HttpResponse, Problem> {
    let SignalQuery { window, filter } = query.0;
    let (link, parameters) = (allowed.state().link("/urgentSignals"), filter.parameters());
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &parameters, |item| item.arrival.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read an urgent signal
#[utoipa::path(tag = "Inspection", operation_id = "readUrgentSignal", params(("signalId" = Id, Path, description = "The signal.")),
    extensions(("x-action" = json!("ReadUrgentSignals"))),
    responses((status = 200, description = "The signal, as far as you may know it.", body = UrgentSignal)))]
#[get("/urgentSignals/{signalId}")]
pub async fn read_urgent_signal(
    allowed: Allowed<ReadUrgentSignals>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::get(tx, path.0)).await?;
    answer::found(&found, &found.tag()?, &known)
}

/// Acknowledge an urgent signal
///
/// By the recognising body, once: somebody there has seen it.
#[utoipa::path(tag = "Inspection", operation_id = "acknowledgeUrgentSignal", params(("signalId" = Id, Path, description = "The signal.")),
    request_body = AcknowledgementInput, extensions(("x-action" = json!("HandleUrgentSignals"))),
    responses((status = 200, description = "The signal as it is now.", body = UrgentSignal)))]
#[post("/urgentSignals/{signalId}/acknowledgements")]
pub async fn acknowledge_urgent_signal(
    allowed: Allowed<HandleUrgentSignals>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<AcknowledgementInput>,
) -> Result<HttpResponse, Problem> {
    let id = path.0;
    let acknowledge = move |tx: &mut Tx| {
        let now = work::acknowledge(tx, id, &if_match)?;
        Stored::done(&now.tag()?, &now)
    };
    let right = move |tx: &mut Tx| work::there(tx, id);
    Ok(allowed
        .write_once(key, body.bytes, right, acknowledge)
        .await?
        .response())
}

/// Record a measure against a danger
///
/// By the recognising body: what was done or ordered to protect people (*concrete beschermende maatregel*). Measures are added, and stay.
#[utoipa::path(tag = "Inspection", operation_id = "recordUrgentMeasure", params(("signalId" = Id, Path, description = "The signal.")),
    request_body = UrgentMeasureInput, extensions(("x-action" = json!("HandleUrgentSignals"))),
    responses((status = 200, description = "The signal as it is now.", body = UrgentSignal)))]
#[post("/urgentSignals/{signalId}/measures")]
pub async fn record_urgent_measure(
    allowed: Allowed<HandleUrgentSignals>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<UrgentMeasureInput>,
) -> Result<HttpResponse, Problem> {
    let (id, measure, input) = (path.0, Id::new(), body.value);
    let record = move |tx: &mut Tx| {
        let now = work::add_measure(tx, (id, measure), &if_match, &input)?;
        Stored::done(&now.tag()?, &now)
    };
    let right = move |tx: &mut Tx| work::there(tx, id);
    Ok(allowed
        .write_once(key, body.bytes, right, record)
        .await?
        .response())
}
