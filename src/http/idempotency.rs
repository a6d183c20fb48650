//! `Idempotency-Key`: a creating `POST` that is sent twice is carried out once.
//!
//! The key, the hash of what was asked and the answer are stored in the work's own transaction, so none is there without
//! the others. A key belongs to its caller.
use std::collections::HashSet;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use aws_lc_rs::{digest, rand};
use diesel::prelude::*;

use crate::access::Tx;
use crate::db::schema::idempotency;
use crate::db::types::{AnyBackend, JsonText, Moment, is_technical};
use crate::http::ETag;
use crate::personal::holds_register_number;
use crate::problem::{In, Issue, Kind, Problem};
use crate::text::Text;

/// The longest key, in characters.
const MAX_KEY: usize = 255;

/// The header of one request; absent when the caller sent none.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: Option<String>,
    /// Method and path: the same key for another operation is another request.
    operation: String,
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = match request.headers().get("idempotency-key") {
            None => Ok(None),
            Some(value) => value
                .to_str()
                .ok()
                .map(|key| key.trim_matches('"'))
                .filter(|key| {
                    !key.is_empty()
                        && key.len() <= MAX_KEY
                        && (!holds_register_number(key) || is_technical(key))
                })
                .map(|key| Some(key.to_owned()))
                .ok_or_else(malformed),
        };
        ready(key.map(|key| Self {
            key,
            operation: format!("{} {}", request.method(), request.match_info().as_str()),
        }))
    }
}

impl IdempotencyKey {
    /// Did the caller send one? Without, nothing is replayed.
    pub fn is_given(&self) -> bool {
        self.key.is_some()
    }
}

fn malformed() -> Problem {
    Problem::fault(Issue::new(
        "malformedHeader",
        In::Header,
        "Idempotency-Key",
        Text::new(
            format!("Gebruik 1 tot {MAX_KEY} zichtbare tekens, bij voorkeur een UUID."),
            format!("Utilisez de 1 à {MAX_KEY} caractères visibles, de préférence un UUID."),
            format!("Use 1 to {MAX_KEY} visible characters, preferably a UUID."),
        ),
    ))
}

/// The keys whose work is being carried out by this process.
#[derive(Debug, Clone, Default)]
pub struct Flights(Arc<Mutex<HashSet<(String, String)>>>);

/// Holds a key while its work is under way.
pub struct Flight {
    flights: Flights,
    held: Option<(String, String)>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.flights
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&held);
        }
    }
}

impl Flights {
    /// Takes the key for this caller; 409 when it is held.
    pub fn take(&self, caller: &str, key: &IdempotencyKey) -> Result<Flight, Problem> {
        let held = key.key.clone().map(|key| (caller.to_owned(), key));
        if let Some(held) = &held {
            let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !keys.insert(held.clone()) {
                return Err(busy());
            }
        }
        Ok(Flight {
            flights: self.clone(),
            held,
        })
    }
}

fn busy() -> Problem {
    Problem::new(
        Kind::IdempotencyKeyBusy,
        Text::new(
            "Dezelfde aanvraag loopt nog; probeer straks opnieuw met dezelfde sleutel.",
            "La même demande est encore en cours ; réessayez plus tard avec la même clé.",
            "The same request is still under way; try again shortly with the same key.",
        ),
    )
}

/// A success as it is sent, and stored for replay.
#[derive(Debug, Clone)]
pub struct Stored {
    /// 200 or 201.
    pub status: u16,
    /// Path of what was created.
    pub location: Option<String>,
    /// Its tag.
    pub etag: String,
    /// Its representation.
    pub body: JsonText,
    /// What is answered the first time instead, and never kept.
    shown_once: Option<JsonText>,
}

impl Stored {
    /// 201 with the path of the new thing.
    pub fn created(
        location: String,
        etag: &ETag,
        body: &impl serde::Serialize,
    ) -> Result<Self, Problem> {
        Ok(Self {
            status: 201,
            location: Some(location),
            etag: etag.to_string(),
            body: JsonText::of(body)?,
            shown_once: None,
        })
    }

    /// 201 or 200 with a body that is JSON already.
    pub fn written(created_at: Option<String>, etag: &ETag, body: JsonText) -> Self {
        Self {
            status: if created_at.is_some() { 201 } else { 200 },
            location: created_at,
            etag: etag.to_string(),
            body,
            shown_once: None,
        }
    }

    /// 200.
    pub fn done(etag: &ETag, body: &impl serde::Serialize) -> Result<Self, Problem> {
        Ok(Self {
            status: 200,
            location: None,
            etag: etag.to_string(),
            body: JsonText::of(body)?,
            shown_once: None,
        })
    }

    /// The same, answered the first time with this body, which is not kept: a replay comes without what only this one says.
    pub fn showing_once(mut self, body: &impl serde::Serialize) -> Result<Self, Problem> {
        self.shown_once = Some(JsonText::of(body)?);
        Ok(self)
    }

    /// The answer.
    pub fn response(self) -> HttpResponse {
        let mut response = if self.status == 201 {
            HttpResponse::Created()
        } else {
            HttpResponse::Ok()
        };
        if let Some(location) = self.location {
            response.insert_header(("location", location));
        }
        response
            .insert_header(("etag", self.etag))
            .content_type("application/json")
            .body(self.shown_once.unwrap_or(self.body).0)
    }
}

/// Carries out `work` once for this caller and key. The right to it must have been checked in the same transaction.
pub fn once(
    tx: &mut Tx,
    key: &IdempotencyKey,
    body: &[u8],
    work: impl FnOnce(&mut Tx) -> Result<Stored, Problem>,
) -> Result<Stored, Problem> {
    let Some(name) = &key.key else {
        return work(tx);
    };
    let caller = tx.actor.key();
    if !tx.lock_name(&format!("{caller} {name}"))? {
        return Err(busy());
    }
    if let Some(stored) = find(tx, &caller, key, body)? {
        return Ok(stored);
    }
    let stored = work(tx)?;
    let mut salt = [0_u8; 16];
    rand::fill(&mut salt).map_err(|_| Problem::internal("no randomness"))?;
    let hash = [&salt[..], &hash_of(&salt, key, body)].concat();
    diesel::insert_into(idempotency::table)
        .values((
            idempotency::caller.eq(&caller),
            idempotency::key.eq(name),
            idempotency::request_hash.eq(&hash),
            idempotency::status.eq(i32::from(stored.status)),
            idempotency::location.eq(stored.location.as_deref()),
            idempotency::etag.eq(&stored.etag),
            idempotency::body.eq(&stored.body.0),
            idempotency::created_at.eq(tx.now),
            idempotency::inside.eq(tx.scope.inspects()),
        ))
        .execute(tx.conn)?;
    Ok(stored)
}

/// Forgets keys that were used before this moment.
pub fn sweep(tx: &mut Tx, older_than: Moment) -> Result<usize, Problem> {
    Ok(diesel::delete(idempotency::table)
        .filter(idempotency::created_at.lt(older_than))
        .execute(tx.conn)?)
}

/// A hash of what was asked, salted: a body can hold a text that must not be guessed from what is stored.
fn hash_of(salt: &[u8], key: &IdempotencyKey, body: &[u8]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(salt);
    context.update(key.operation.as_bytes());
    context.update(&[0]);
    context.update(body);
    context.finish().as_ref().to_vec()
}

/// Is this what was asked? The salt stands before the hash; what an earlier version stored has none.
fn is_same(known: &[u8], key: &IdempotencyKey, body: &[u8]) -> bool {
    let salt = known.len().saturating_sub(digest::SHA256_OUTPUT_LEN);
    let (salt, hash) = known.split_at_checked(salt).unwrap_or_default();
    hash_of(salt, key, body) == hash
}

fn find(
    tx: &mut Tx,
    caller: &str,
    key: &IdempotencyKey,
    body: &[u8],
) -> Result<Option<Stored>, Problem> {
    type Row = (Vec<u8>, i32, Option<String>, String, String);
    let name = key.key.as_deref().unwrap_or_default();
    let row: Option<Row> = idempotency::table
        .filter(idempotency::caller.eq(caller))
        .filter(idempotency::key.eq(name))
        .select((
            idempotency::request_hash,
            idempotency::status,
            idempotency::location,
            idempotency::etag,
            idempotency::body,
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some((known, status, location, etag, stored)) = row else {
        return Ok(None);
    };
    if !is_same(&known, key, body) {
        return Err(Problem::new(
            Kind::IdempotencyKeyReused,
            Text::new(
                "Deze sleutel is al gebruikt voor een andere aanvraag; neem een nieuwe.",
                "Cette clé a déjà servi pour une autre demande ; prenez-en une nouvelle.",
                "This key was used for another request; take a new one.",
            ),
        ));
    }
    Ok(Some(Stored {
        status: u16::try_from(status).unwrap_or(200),
        location,
        etag,
        body: JsonText(stored),
        shown_once: None,
    }))
}
