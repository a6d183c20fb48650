//! What is hashed of an event, and how one event's hash leads to the next.
//!
//! Every field goes in with a mark (absent or present) and its length, so that no two events have the same bytes. The payload goes in as
//! its salted hash: once payload and salt are erased the hash says nothing about them, and everything else can still be verified.
use aws_lc_rs::digest::{Context, SHA256};
use diesel::prelude::*;

use crate::db::types::{Id, JsonText, Moment};

/// A SHA-256.
pub type Hash = Vec<u8>;

/// What the first link is chained to.
pub fn beginning() -> Hash {
    vec![0; 32]
}

/// An event as its row holds it, its columns in the order of the table.
#[derive(Debug, Clone, Queryable)]
pub struct StoredEvent {
    /// The event.
    pub id: Id,
    /// PostgreSQL: the number of its transaction; SQLite: its place among the events.
    pub arrival: i64,
    /// The moment of the request.
    pub at: Moment,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which.
    pub subject_id: String,
    /// Whose it is.
    pub organisation_id: Option<Id>,
    /// Whose it is.
    pub facility_id: Option<Id>,
    /// May inspectors see it?
    pub public_to_inspectors: bool,
    /// Who did it.
    pub actor: JsonText,
    /// The trace of the request.
    pub trace: Id,
    /// What was written, unless nothing was or it was erased.
    pub payload: Option<JsonText>,
    /// The salted hash of what was written; it outlives the payload.
    pub payload_hash: Option<Hash>,
    /// The salt.
    pub salt: Option<Vec<u8>>,
    /// Does it show to nobody but those whose it is?
    pub only_own: bool,
    /// The machine that it is for.
    pub client_id: Option<String>,
    /// The inspection that it is about.
    pub inspection_id: Option<Id>,
}

/// How a payload stands to its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadState {
    /// It is what was recorded, or nothing was.
    Whole,
    /// It was erased; its hash is there.
    Erased,
    /// It is not what was recorded.
    Edited,
}

impl StoredEvent {
    /// The hash of everything in the row but the payload and its salt, for which their hash stands.
    pub fn hash(&self) -> Hash {
        let Self {
            id,
            arrival,
            at,
            action,
            subject_kind,
            subject_id,
            organisation_id,
            facility_id,
            public_to_inspectors,
            actor,
            trace,
            payload: _,
            payload_hash,
            salt: _,
            only_own,
            client_id,
            inspection_id,
        } = self;
        let mut fields = Fields(Context::new(&SHA256));
        fields.add(b"kindreflex event 1");
        fields.add(id.0.as_bytes());
        fields.add(&arrival.to_be_bytes());
        fields.add(&at.0.timestamp_micros().to_be_bytes());
        fields.add(action.as_bytes());
        fields.add(subject_kind.as_bytes());
        fields.add(subject_id.as_bytes());
        fields.maybe(organisation_id.as_ref().map(|id| &id.0.as_bytes()[..]));
        fields.maybe(facility_id.as_ref().map(|id| &id.0.as_bytes()[..]));
        fields.add(&[u8::from(*public_to_inspectors)]);
        fields.add(actor.0.as_bytes());
        fields.add(trace.0.as_bytes());
        fields.maybe(payload_hash.as_deref());
        // Only where it is so: events from before there were such keep their hash. What is absent and then this stands in no other event.
        if *only_own {
            fields.maybe(None);
            fields.add(&[1]);
        }
        // Only where there is one: events from before there were machines' own keep their hash, and no two events have the same bytes.
        if let Some(client) = client_id {
            fields.add(client.as_bytes());
        }
        // Only where there is one, and after two that are absent, which stand nowhere else.
        if let Some(inspection) = inspection_id {
            fields.maybe(None);
            fields.maybe(None);
            fields.add(inspection.0.as_bytes());
        }
        fields.finish()
    }

    /// Does the payload still have its hash?
    pub fn payload_state(&self) -> PayloadState {
        match (&self.payload, &self.payload_hash, &self.salt) {
            (None, None, None) => PayloadState::Whole,
            (None, Some(_), _) => PayloadState::Erased,
            (Some(payload), Some(hash), Some(salt)) if payload_hash(salt, payload) == *hash => {
                PayloadState::Whole
            }
            _ => PayloadState::Edited,
        }
    }
}

/// The salted hash of a payload as it was written.
pub fn payload_hash(salt: &[u8], payload: &JsonText) -> Hash {
    let mut fields = Fields(Context::new(&SHA256));
    fields.add(b"kindreflex payload 1");
    fields.add(salt);
    fields.add(payload.0.as_bytes());
    fields.finish()
}

/// The chain up to and including an event.
pub fn link(previous: &[u8], seq: i64, event: &[u8]) -> Hash {
    let mut fields = Fields(Context::new(&SHA256));
    fields.add(b"kindreflex link 1");
    fields.add(previous);
    fields.add(&seq.to_be_bytes());
    fields.add(event);
    fields.finish()
}

struct Fields(Context);

impl Fields {
    fn add(&mut self, bytes: &[u8]) {
        self.maybe(Some(bytes));
    }

    fn maybe(&mut self, bytes: Option<&[u8]>) {
        let Some(bytes) = bytes else {
            return self.0.update(&[0]);
        };
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.update(&[1]);
        self.0.update(&length.to_be_bytes());
        self.0.update(bytes);
    }

    fn finish(self) -> Hash {
        self.0.finish().as_ref().to_vec()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn event(number: u8) -> StoredEvent {
        let (salt, payload) = (vec![7; 16], JsonText(format!("{{\"n\":{number}}}")));
        StoredEvent {
            id: Id(uuid::Uuid::from_bytes([number; 16])),
            arrival: i64::from(number),
            at: Moment(chrono::DateTime::from_timestamp_micros(1_800_000_000_000_000).expect("ok")),
            action: "answersSaved".into(),
            subject_kind: "selfAssessment".into(),
            subject_id: "s".into(),
            organisation_id: Some(Id(uuid::Uuid::from_bytes([1; 16]))),
            facility_id: None,
            public_to_inspectors: false,
            actor: JsonText("{\"id\":\"a\",\"role\":\"facility\"}".into()),
            trace: Id(uuid::Uuid::from_bytes([2; 16])),
            payload_hash: Some(payload_hash(&salt, &payload)),
            payload: Some(payload),
            salt: Some(salt),
            only_own: false,
            client_id: None,
            inspection_id: None,
        }
    }

    #[test]
    fn every_field_of_an_event_shows_in_its_hash() {
        let other = Id(uuid::Uuid::from_bytes([9; 16]));
        let edits: [fn(&mut StoredEvent, Id); 16] = [
            |event, other| event.id = other,
            |event, _| event.arrival += 1,
            |event, _| event.at = Moment(event.at.0 + chrono::Duration::microseconds(1)),
            |event, _| event.action.push('x'),
            |event, _| event.subject_kind.push('x'),
            |event, _| event.subject_id.push('x'),
            |event, other| event.organisation_id = Some(other),
            |event, _| event.facility_id = event.organisation_id.take(),
            |event, _| event.public_to_inspectors = true,
            |event, _| event.actor.0.push(' '),
            |event, other| event.trace = other,
            |event, _| event.payload_hash = None,
            |event, _| event.only_own = true,
            |event, _| event.client_id = Some("a".into()),
            |event, _| event.client_id = Some(String::new()),
            |event, other| event.inspection_id = Some(other),
        ];
        let whole = event(3).hash();
        let (mut one, mut two) = (event(3), event(3));
        (one.client_id, two.client_id) = (Some("a".into()), Some("b".into()));
        assert_ne!(one.hash(), two.hash());
        for (index, edit) in edits.iter().enumerate() {
            let mut edited = event(3);
            edit(&mut edited, other);
            assert_ne!(edited.hash(), whole, "edit {index}");
        }
    }

    #[test]
    fn an_event_for_no_machine_and_about_no_inspection_keeps_the_hash_that_it_had_before_there_were_such()
     {
        assert_eq!(
            crate::hash::hex(&event(3).hash()),
            "c3e5ce4f8850c19057e83b4e584356efa53908c8f60d5107ecc6139388f64879"
        );
    }

    #[test]
    fn text_that_moves_from_one_field_to_the_next_shows() {
        let (mut one, mut two) = (event(1), event(1));
        (one.action, one.subject_kind) = ("ab".into(), "c".into());
        (two.action, two.subject_kind) = ("a".into(), "bc".into());
        assert_ne!(one.hash(), two.hash());
    }

    #[test]
    fn a_payload_is_whole_erased_or_edited() {
        let whole = event(1);
        assert_eq!(whole.payload_state(), PayloadState::Whole);
        let mut erased = whole.clone();
        erased.payload = None;
        assert_eq!(erased.payload_state(), PayloadState::Erased);
        erased.salt = None;
        assert_eq!(erased.payload_state(), PayloadState::Erased);
        assert_eq!(erased.hash(), whole.hash());
        let mut edited = whole.clone();
        edited.payload = Some(JsonText("{\"n\":2}".into()));
        assert_eq!(edited.payload_state(), PayloadState::Edited);
        let mut resalted = whole.clone();
        resalted.salt = Some(vec![8; 16]);
        assert_eq!(resalted.payload_state(), PayloadState::Edited);
        let mut added = whole;
        (added.payload_hash, added.salt) = (None, None);
        assert_eq!(added.payload_state(), PayloadState::Edited);
    }
}
