//! Urgent signals that were written offline: each is judged by itself, and sent again it changes nothing.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::work::{self, Places};
use super::{UrgentSignalInput, store};
use crate::access::Tx;
use crate::db::types::{Id, Moment};
use crate::http::body::{Check, hidden_faults};
use crate::inspection::device::Device;
use crate::inspection::finding::sync::{ItemOutcome, ReceiptIssue, unreadable};
use crate::inspection::store::Head;
use crate::openapi;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// Signals in a batch at most.
pub const MOST_SIGNALS: usize = 50;

/// A danger that was written down offline. No data of clients.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncedSignalInput {
    /// Its identity, made by the device.
    pub id: Id,
    /// What is dangerous, and for whom, without data of clients.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// The site where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// The unit where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The finding that tells more. It may still be to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finding_id: Option<Id>,
    /// When it was seen, by the device's clock.
    pub seen_at: Moment,
}

impl SyncedSignalInput {
    fn signal(self) -> UrgentSignalInput {
        let Self {
            id: _,
            text,
            site_id,
            unit_id,
            finding_id,
            seen_at,
        } = self;
        UrgentSignalInput {
            text,
            site_id,
            unit_id,
            finding_id,
            seen_at,
            device_id: None,
        }
    }
}

/// What became of a signal in a batch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptSignal {
    /// The signal; absent where it had no id that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub id: Option<Id>,
    /// The SHA-256 of it without its id, as canonical JSON (RFC 8785), in hexadecimal; absent where it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, pattern = "^[0-9a-f]{64}$")]
    pub hash: Option<String>,
    /// What became of it: `stored`, `unchanged`, `setApart` or `rejected`.
    pub outcome: ItemOutcome,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub issues: Vec<ReceiptIssue>,
}

impl ReceiptSignal {
    fn rejected(id: Option<Id>, faults: &[Issue]) -> Self {
        Self {
            id,
            hash: None,
            outcome: ItemOutcome::Rejected,
            issues: faults.iter().map(ReceiptIssue::of).collect(),
        }
    }
}

/// Takes the signals of a batch in; a line for each, in their order.
pub fn take(
    tx: &mut Tx,
    head: &Head,
    device: &Device,
    sent: &[Value],
) -> Result<Vec<ReceiptSignal>, Problem> {
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    let places = Places::of(tx, head.row.facility_id)?;
    let items: Vec<_> = sent.iter().map(|value| judged(&places, value)).collect();
    let ids: Vec<Id> = items.iter().flatten().map(|(id, _)| *id).collect();
    let mut known = store::known(tx, &ids)?;
    let (mut new, mut lines) = (Vec::new(), Vec::new());
    for item in &items {
        lines.push(match item {
            Err(line) => line.clone(),
            Ok((id, input)) => {
                let line = line_of(&mut known, head, device, *id, input.hash()?);
                if matches!(line.outcome, ItemOutcome::Stored | ItemOutcome::SetApart) {
                    new.push((*id, input));
                }
                line
            }
        });
    }
    work::keep(tx, head, Some(device), &new)?;
    Ok(lines)
}

/// Looks at a signal by itself.
fn judged(places: &Places, value: &Value) -> Result<(Id, UrgentSignalInput), ReceiptSignal> {
    let mut faults = hidden_faults(value);
    if faults.is_empty() {
        faults = openapi::faults_of::<SyncedSignalInput>(value);
    }
    if faults.is_empty() {
        match serde_json::from_value::<SyncedSignalInput>(value.clone()) {
            Ok(sent) => {
                let (id, input) = (sent.id, sent.signal());
                input.check(&mut faults);
                places.check(&input, &mut faults);
                if faults.is_empty() {
                    return Ok((id, input));
                }
            }
            Err(fault) => faults.push(unreadable(&fault)),
        }
    }
    let id = value.get("id").and_then(Value::as_str);
    let id = id.and_then(|id| id.parse().ok());
    Err(ReceiptSignal::rejected(id, &faults))
}

/// What becomes of a signal that is right by itself. Another with its id is known from then on.
fn line_of(
    known: &mut BTreeMap<Id, (Id, String)>,
    head: &Head,
    device: &Device,
    id: Id,
    hash: String,
) -> ReceiptSignal {
    let here = (head.row.id, hash.clone());
    let outcome = match known.get(&id) {
        Some(there) if *there == here => ItemOutcome::Unchanged,
        Some(_) => return ReceiptSignal::rejected(Some(id), &[other_signal()]),
        None if device.is_revoked() => ItemOutcome::SetApart,
        None => ItemOutcome::Stored,
    };
    known.insert(id, here);
    ReceiptSignal {
        id: Some(id),
        hash: Some(hash),
        outcome,
        issues: Vec::new(),
    }
}

fn other_signal() -> Issue {
    let detail = Text::new(
        "Er is al een ander signaal met dit id; neem een nieuw.",
        "Il existe déjà un autre signal avec cet id ; prenez-en un nouveau.",
        "There is another signal with this id already; take a new one.",
    );
    Issue::body("otherContent", "id", detail)
}
