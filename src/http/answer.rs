//! The usual answers.
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use serde::Serialize;

use super::etag::{ETag, IfNoneMatch};
use crate::problem::Problem;

/// A single thing with its tag; 304 when the caller has it already.
pub fn found(
    value: &impl Serialize,
    etag: &ETag,
    known: &IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    if known.has(etag) {
        return Ok(not_modified(etag));
    }
    changed(value, etag)
}

/// A single thing that can be had otherwise than as JSON too: a cache keeps the renditions apart.
pub fn one_of_several(
    value: &impl Serialize,
    etag: &ETag,
    known: &IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let mut response = found(value, etag, known)?;
    let varies = HeaderValue::from_static("accept");
    response.headers_mut().insert(header::VARY, varies);
    Ok(response)
}

/// The caller has it already.
pub fn not_modified(etag: &ETag) -> HttpResponse {
    HttpResponse::NotModified()
        .insert_header(("etag", etag.to_string()))
        .finish()
}

/// A single thing after a write, with its new tag.
pub fn changed(value: &impl Serialize, etag: &ETag) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(value).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header(("etag", etag.to_string()))
        .content_type("application/json")
        .body(body))
}

/// A thing that a `PUT` made, with its path.
fn created(value: &impl Serialize, etag: &ETag, location: &str) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(value).map_err(Problem::internal)?;
    Ok(HttpResponse::Created()
        .insert_header(("etag", etag.to_string()))
        .insert_header(("location", location))
        .content_type("application/json")
        .body(body))
}

/// A thing after a `PUT` that made it, or replaced it.
pub fn put(
    value: &impl Serialize,
    etag: &ETag,
    location: &str,
    new: bool,
) -> Result<HttpResponse, Problem> {
    if new {
        created(value, etag, location)
    } else {
        changed(value, etag)
    }
}

/// A value that has no tag of its own, such as a page of a collection.
pub fn plain(value: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_string(value).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}
