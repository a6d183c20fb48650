//! Kindreflex: self-assessment and inspection as a service.
//!
//! The map of the crate. A feature has four rooms: `mod.rs` with its types and states, `rules.rs` with pure decisions,
//! `store.rs` with diesel and no HTTP, `routes.rs` with HTTP and no diesel.
//!
//! A request is a straight line: the wrapping ([`http::wrap`]) gives it a trace, [`access::Allowed`] proves that the caller may do what the
//! handler is for, one closure does the work in one transaction ([`access::Tx`]) and records it ([`audit`]), and an answer or a
//! [`problem::Problem`] goes back.

#[macro_use]
pub mod db;
pub mod access;
pub mod app;
pub mod attachment;
pub mod audit;
pub mod clock;
pub mod config;
pub mod demo;
pub mod facility;
pub mod framework;
pub mod hash;
pub mod http;
pub mod issuer;
pub mod openapi;
pub mod personal;
pub mod problem;
pub mod self_assessment;
pub mod sweep;
pub mod text;
pub mod words;
