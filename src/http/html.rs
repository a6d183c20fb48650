//! A page: HTML that shows its own style, loads nothing and runs nothing.
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;

use crate::hash::sha256;

/// The answer that a page with this one style block is, for more headers and its body.
pub fn page(status: StatusCode, style: &str) -> HttpResponseBuilder {
    allowing(status, style, "")
}

/// The same of a page with a form, which is sent here.
pub fn form(status: StatusCode, style: &str) -> HttpResponseBuilder {
    allowing(status, style, " form-action 'self';")
}

fn allowing(status: StatusCode, style: &str, more: &str) -> HttpResponseBuilder {
    let style = base64::engine::general_purpose::STANDARD.encode(sha256(style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}';{more} base-uri 'none'; frame-ancestors 'none'"
    );
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .content_type("text/html; charset=utf-8");
    response
}
