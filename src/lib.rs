//! Kindreflex: self-assessment and inspection as a service.
//!
//! The map of the crate. A feature has four rooms: `mod.rs` with its types and states, `rules.rs` with pure decisions,
//! `store.rs` with diesel and no HTTP, `routes.rs` with HTTP and no diesel.

pub mod access;
pub mod clock;
pub mod text;
