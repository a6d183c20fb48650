//! A batch that a device made offline, and its receipt.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::checks::Frameworks;
use super::versions::{MOST_PARENTS, Never, Outcome, Reason, Version};
use super::work::{self, Arriving};
use super::{FindingContent, FindingVersionInput, store};
use crate::access::Tx;
use crate::attachment::{self, AttachmentReference};
use crate::db::types::{Id, JsonText, Moment};
use crate::hash::{hex, sha256};
use crate::http::body::{Check, hidden_faults};
use crate::http::checks::at_most;
use crate::inspection::device::Device;
use crate::inspection::events;
use crate::inspection::store::Head;
use crate::inspection::urgent::synced::{self, MOST_SIGNALS, ReceiptSignal, SyncedSignalInput};
use crate::openapi;
use crate::problem::{Issue, Kind, Problem};
use crate::text::{Language, Text};
use crate::words::{Code, Texts};

/// Versions in a batch at most.
pub const MOST_VERSIONS: usize = 500;

/// What a device made offline. Each version is judged by itself: one that cannot be taken in holds no other up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SyncInput)]
pub struct SyncInput {
    /// Its identity, made by the device: sent again, it gets the same receipt.
    pub batch_id: Id,
    /// The device, registered by whoever sends.
    pub device_id: Id,
    /// Versions of findings, in whichever order.
    #[serde(default)]
    #[schema(required = false, max_items = 500, value_type = Vec<FindingVersionInput>)]
    pub versions: Vec<Value>,
    /// Dangers that were written down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50, value_type = Vec<SyncedSignalInput>)]
    pub urgent_signals: Vec<Value>,
}

impl Check for SyncInput {
    const KNOWS_ITS_SHAPE: bool = true;
    const JUDGED_BY_ITEM: &'static [&'static str] = &["versions", "urgentSignals"];

    fn check(&self, faults: &mut Vec<Issue>) {
        at_most("versions", self.versions.len(), MOST_VERSIONS, faults);
        let signals = self.urgent_signals.len();
        at_most("urgentSignals", signals, MOST_SIGNALS, faults);
    }
}

crate::text_enum! {
    /// What became of an item of a batch.
    pub enum ItemOutcome {
        /// It was taken in.
        Stored = "stored",
        /// It was here already.
        Unchanged = "unchanged",
        /// It was taken in, and waits for a version that is not here yet.
        Pending = "pending",
        /// It was taken in, and its finding has more than one head now.
        Conflict = "conflict",
        /// It was taken in from a device that was revoked, and counts for nothing.
        SetApart = "setApart",
        /// It was not taken in; `issues` says why.
        Rejected = "rejected",
    }
}

/// What became of a version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptItem {
    /// The version; absent where it had no id that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub id: Option<Id>,
    /// The finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finding_id: Option<Id>,
    /// The SHA-256 of its content as canonical JSON (RFC 8785), in hexadecimal, without a list that is empty and a `withdrawn` that is false;
    /// absent where it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, pattern = "^[0-9a-f]{64}$")]
    pub hash: Option<String>,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// Why it was rejected, or why it waits for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub issues: Vec<ReceiptIssue>,
}

/// A fault of an item. What holds personal data is not repeated.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptIssue {
    /// Which kind of fault.
    #[serde(rename = "type")]
    #[schema(example = "urn:problem-type:kindreflex:input:judgementNotAllowed")]
    pub kind: String,
    /// The field of the item, such as `content.judgement`.
    pub name: String,
    /// What is wrong, and what would be right.
    pub detail: Texts,
}

/// What became of a batch: the same answer whenever it is sent again. Where a finding stands now, the finding says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The batch.
    pub batch_id: Id,
    /// When it came in, by the service's clock.
    pub received_at: Moment,
    /// What became of each version, in the order of the batch.
    pub versions: Vec<ReceiptItem>,
    /// The attachments that its versions name and whose bytes are still to come.
    pub awaited_attachments: Vec<AttachmentReference>,
    /// What became of each urgent signal, in the order of the batch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub urgent_signals: Vec<ReceiptSignal>,
}

/// An item on its way: right by itself, or not.
enum Item {
    Right(Box<FindingVersionInput>),
    Wrong(ReceiptItem),
}

/// Takes a batch of a device in, which may be suspicious as a body is; its receipt as JSON, and whether it came for the first time. The turn must have been
/// taken.
pub fn take(
    tx: &mut Tx,
    head: &Head,
    device: &Device,
    (input, is_suspicious): (&SyncInput, bool),
) -> Result<(JsonText, bool), Problem> {
    let hash = hash_of(input)?;
    if let Some((known, receipt)) = store::batch(tx, head.row.id, input.batch_id)? {
        if known != hash {
            return Err(another_batch());
        }
        // As it was written the first time: a database may have put its members in another order.
        let receipt: Receipt = receipt.to()?;
        return Ok((JsonText::of(&receipt)?, false));
    }
    let frameworks = Frameworks::of(tx, head.row.round_id)?;
    let items: Vec<Item> = input
        .versions
        .iter()
        .map(|value| judged(&frameworks, value, is_suspicious))
        .collect();
    let versions = if device.is_revoked() {
        set_apart(tx, head, input.device_id, &items)?
    } else {
        take_in(tx, head, input.device_id, &items)?
    };
    let receipt = Receipt {
        href: href(head.row.id, input.batch_id),
        batch_id: input.batch_id,
        received_at: tx.now,
        awaited_attachments: awaited(tx, head, &items, &versions)?,
        versions,
        urgent_signals: synced::take(tx, head, device, &input.urgent_signals)?,
    };
    let written = JsonText::of(&receipt)?;
    store::keep_batch(tx, head.row.id, input, &hash, &written)?;
    record(tx, head, input.device_id, &receipt)?;
    Ok((written, true))
}

/// Where a batch's receipt is.
pub fn href(inspection: Id, batch: Id) -> String {
    format!("/v1/inspections/{inspection}/syncs/{batch}")
}

/// A batch, its members sorted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sorted<'a> {
    batch_id: Id,
    device_id: Id,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    urgent_signals: &'a [Value],
    versions: &'a [Value],
}

/// What is the same in a batch that is sent again.
fn hash_of(input: &SyncInput) -> Result<String, Problem> {
    let sorted = Sorted {
        batch_id: input.batch_id,
        device_id: input.device_id,
        urgent_signals: &input.urgent_signals,
        versions: &input.versions,
    };
    let text = serde_json::to_vec(&sorted).map_err(Problem::internal)?;
    Ok(hex(&sha256(&text)))
}

fn another_batch() -> Problem {
    Problem::new(
        Kind::IdempotencyKeyReused,
        Text::new(
            "Dit batchId is al gebruikt voor een andere inhoud; neem een nieuw.",
            "Ce batchId a déjà servi pour un autre contenu ; prenez-en un nouveau.",
            "This batchId was used for another content; take a new one.",
        ),
    )
}

/// Looks at an item by itself. Its schema, which names every fault, costs more than all the rest: it is asked about what is not plainly right.
fn judged(frameworks: &Frameworks, value: &Value, is_suspicious: bool) -> Item {
    if let Some(input) = plainly_right(frameworks, value, is_suspicious) {
        return Item::Right(Box::new(input));
    }
    let mut faults = hidden_faults(value);
    if faults.is_empty() {
        faults = openapi::faults_of::<FindingVersionInput>(value);
    }
    if faults.is_empty() {
        match FindingVersionInput::deserialize(value) {
            Ok(input) => {
                frameworks.check(&input.content, "content.", &mut faults);
                if faults.is_empty() {
                    return Item::Right(Box::new(input));
                }
            }
            Err(fault) => faults.push(unreadable(&fault)),
        }
    }
    let id = |field: &str| value.get(field)?.as_str()?.parse().ok();
    Item::Wrong(ReceiptItem {
        id: id("id"),
        finding_id: id("findingId"),
        hash: None,
        outcome: ItemOutcome::Rejected,
        issues: faults.iter().map(ReceiptIssue::of).collect(),
    })
}

/// The version that an item is, where its schema could find no fault either.
fn plainly_right(
    frameworks: &Frameworks,
    value: &Value,
    is_suspicious: bool,
) -> Option<FindingVersionInput> {
    if !is_plain(value) || (is_suspicious && !hidden_faults(value).is_empty()) {
        return None;
    }
    let input = FindingVersionInput::deserialize(value).ok()?;
    let mut kinds = input.content.evidence.iter().map(|piece| &piece.kind);
    let mut faults = Vec::new();
    frameworks.check(&input.content, "content.", &mut faults);
    let is_right = faults.is_empty()
        && input.parents.len() <= MOST_PARENTS
        && kinds.all(|kind| (1..=Code::LONGEST).contains(&kind.len()));
    is_right.then_some(input)
}

/// Is it sure that its types take no more of it than its schema does? They take a null for what is absent, a list for an object, and moments
/// written in other ways.
fn is_plain(item: &Value) -> bool {
    let is_object = |value: &Value| {
        let members = value.as_object();
        members.is_some_and(|members| !members.values().any(Value::is_null))
    };
    let content = item.get("content");
    let within = |field: &str| content.and_then(|content| content.get(field));
    let mut evidence = within("evidence")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let made_at = item.get("madeAt").and_then(Value::as_str);
    is_object(item)
        && content.is_some_and(is_object)
        && within("criterion").is_none_or(is_object)
        && evidence.all(is_object)
        && made_at.is_some_and(is_usual_moment)
}

fn is_usual_moment(text: &str) -> bool {
    text.is_ascii() && text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z')
}

/// The fault of an item that cannot be read.
pub fn unreadable(fault: &serde_json::Error) -> Issue {
    let why = fault.to_string();
    let detail = Text::new(
        format!("Dit kan niet gelezen worden: {why}."),
        format!("Ceci ne peut être lu : {why}."),
        format!("This cannot be read: {why}."),
    );
    Issue::body("invalidValue", "", detail)
}

impl ReceiptIssue {
    /// A fault, as a receipt says it.
    pub fn of(issue: &Issue) -> Self {
        Self {
            kind: format!("urn:problem-type:kindreflex:input:{}", issue.kind),
            name: issue.name.clone(),
            detail: texts(&issue.detail),
        }
    }
}

fn texts(text: &Text) -> Texts {
    let said = |language| Some(text.in_language(language).to_owned());
    Texts {
        nl: said(Language::Nl),
        fr: said(Language::Fr),
        en: said(Language::En),
    }
}

fn take_in(
    tx: &mut Tx,
    head: &Head,
    device: Id,
    items: &[Item],
) -> Result<Vec<ReceiptItem>, Problem> {
    let arriving = arriving(items)?;
    let outcomes = work::take_in(tx, head, Some(device), &arriving)?;
    Ok(lines(items, &arriving, outcomes, false))
}

/// Keeps what comes from a device that was revoked: apart, so that it counts for nothing.
fn set_apart(
    tx: &mut Tx,
    head: &Head,
    device: Id,
    items: &[Item],
) -> Result<Vec<ReceiptItem>, Problem> {
    let arriving = arriving(items)?;
    let outcomes = work::keep_apart(tx, head, device, &arriving)?;
    Ok(lines(items, &arriving, outcomes, true))
}

fn arriving(items: &[Item]) -> Result<Vec<Arriving<'_>>, Problem> {
    let right = items.iter().filter_map(Item::right);
    right.map(Arriving::of).collect()
}

/// The lines of a receipt, in the order of the batch.
fn lines(
    items: &[Item],
    arriving: &[Arriving<'_>],
    outcomes: Vec<Outcome>,
    is_apart: bool,
) -> Vec<ReceiptItem> {
    let mut weighed = arriving.iter().zip(outcomes);
    let line = |item: &Item| match item {
        Item::Wrong(line) => Some(line.clone()),
        Item::Right(_) => {
            let (one, outcome) = weighed.next()?;
            Some(line_of(&one.version, &outcome, is_apart))
        }
    };
    items.iter().filter_map(line).collect()
}

impl Item {
    fn right(&self) -> Option<&FindingVersionInput> {
        match self {
            Self::Right(input) => Some(input),
            Self::Wrong(_) => None,
        }
    }
}

fn line_of(version: &Version, outcome: &Outcome, is_apart: bool) -> ReceiptItem {
    let (said, issues) = match outcome {
        Outcome::Stored | Outcome::Conflict | Outcome::Pending { .. } if is_apart => {
            (ItemOutcome::SetApart, Vec::new())
        }
        Outcome::Stored => (ItemOutcome::Stored, Vec::new()),
        Outcome::Unchanged => (ItemOutcome::Unchanged, Vec::new()),
        Outcome::Conflict => (ItemOutcome::Conflict, Vec::new()),
        Outcome::Pending { never } => {
            let why = never
                .iter()
                .map(|never| ReceiptIssue::of(&waits_for_good(*never)));
            (ItemOutcome::Pending, why.collect())
        }
        Outcome::Rejected(reasons) => {
            let why = reasons
                .iter()
                .map(|reason| ReceiptIssue::of(&refused(*reason)));
            (ItemOutcome::Rejected, why.collect())
        }
    };
    ReceiptItem {
        id: Some(version.id),
        finding_id: Some(version.finding),
        hash: (said != ItemOutcome::Rejected).then(|| version.hash.clone()),
        outcome: said,
        issues,
    }
}

fn waits_for_good(never: Never) -> Issue {
    let detail = match never {
        Never::ParentCycle => Text::new(
            "Deze versie gaat op zichzelf terug en telt nooit mee.",
            "Cette version remonte à elle-même et ne comptera jamais.",
            "This version goes back to itself, and never counts.",
        ),
        Never::OtherFinding => Text::new(
            "Een versie waarop deze teruggaat, is van een andere vaststelling; ze telt nooit mee.",
            "Une version dont celle-ci provient est d'une autre constatation ; elle ne comptera jamais.",
            "A version that this one goes back to is of another finding; it never counts.",
        ),
    };
    Issue::body("unknownReference", "parents", detail)
}

fn refused(reason: Reason) -> Issue {
    let (kind, name, detail) = match reason {
        Reason::OwnParent => (
            "repeated",
            "parents",
            Text::new(
                "Een versie kan niet op zichzelf teruggaan.",
                "Une version ne peut provenir d'elle-même.",
                "A version cannot go back to itself.",
            ),
        ),
        Reason::RepeatedParent => (
            "repeated",
            "parents",
            Text::new(
                "Noem elke versie waarop deze teruggaat één keer.",
                "Nommez une seule fois chaque version dont celle-ci provient.",
                "Name each version that this one goes back to once.",
            ),
        ),
        Reason::TooManyParents => (
            "length",
            "parents",
            Text::new(
                format!("Noem er ten hoogste {MOST_PARENTS}."),
                format!("Nommez-en au plus {MOST_PARENTS}."),
                format!("Name {MOST_PARENTS} at most."),
            ),
        ),
        Reason::OtherContent => (
            "otherContent",
            "id",
            Text::new(
                "Er is al een andere versie met dit id; neem een nieuw.",
                "Il existe déjà une autre version avec cet id ; prenez-en un nouveau.",
                "There is another version with this id already; take a new one.",
            ),
        ),
    };
    Issue::body(kind, name, detail)
}

/// The attachments that these versions name and whose bytes are not here. What was rejected, or set apart, awaits nothing.
fn awaited(
    tx: &mut Tx,
    head: &Head,
    items: &[Item],
    lines: &[ReceiptItem],
) -> Result<Vec<AttachmentReference>, Problem> {
    let counting = items
        .iter()
        .zip(lines)
        .filter(|(_, line)| !matches!(line.outcome, ItemOutcome::Rejected | ItemOutcome::SetApart));
    let contents = counting
        .filter_map(|(item, _)| item.right())
        .map(|input| &input.content);
    let named: BTreeSet<(Id, String)> = contents.flat_map(named_by).collect();
    attachment::still_awaited(tx, (head.row.facility_id, head.row.id), named)
}

/// The attachments that a finding names.
pub fn named_by(content: &FindingContent) -> Vec<(Id, String)> {
    let pieces = content.evidence.iter();
    pieces
        .filter_map(|piece| Some((piece.attachment_id?, piece.sha256.clone()?)))
        .collect()
}

/// A line of a receipt, as the audit keeps it.
type Line<'a> = (Option<Id>, Option<&'a str>, ItemOutcome);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recorded<'a> {
    batch_id: Id,
    device_id: Id,
    versions: Vec<Line<'a>>,
    urgent_signals: Vec<Line<'a>>,
}

/// What the audit keeps: which versions came, and what became of them. What they say stands in their rows, which nothing changes.
fn record(tx: &mut Tx, head: &Head, device: Id, receipt: &Receipt) -> Result<(), Problem> {
    let versions = receipt.versions.iter();
    let signals = receipt.urgent_signals.iter();
    let said = Recorded {
        batch_id: receipt.batch_id,
        device_id: device,
        versions: versions
            .map(|line| (line.id, line.hash.as_deref(), line.outcome))
            .collect(),
        urgent_signals: signals
            .map(|line| (line.id, line.hash.as_deref(), line.outcome))
            .collect(),
    };
    events::inside(tx, "findingsSynced", head.row.id, &said)
}
