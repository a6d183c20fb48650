//! Kindreflex: self-assessment and inspection as a service.
//!
//! The map of the crate. A feature has up to five rooms: `mod.rs` with its types and states; `rules.rs` with pure decisions; `store.rs` (or
//! `…_store.rs`, one for each kind of row) with diesel and no HTTP; `work.rs`, where something takes more than one step, with what is
//! done in a transaction; `routes.rs` with HTTP and no diesel.
//!
//! - [`facility`]: organisations, facilities, their sites and units; sectors, facility types and machines, each in a folder of its own.
//! - [`framework`]: the documents that say what is asked of whom; most of it is pure.
//! - [`self_assessment`]: cycles, drafts, answers, submissions and their frozen revisions.
//! - [`contribution`]: what a coordinator asks a ward by a link without an account: the link's page, its form, and what comes of it.
//! - [`attachment`]: files that come in and go out in pieces; [`attachment`]'s `clean` takes a photo's metadata away.
//! - [`step_plan`]: a facility's own stappenplan, whose words stand beside the questions.
//! - [`figures`]: what figures about facilities and people are shown with.
//! - [`inspection`]: rounds and their checklists, visits and teams, and what follows from them.
//! - [`rollout`]: how the Kindreflex comes into use in a sector, as statements that only grow, on two axes of time.
//! - [`training`]: trainings, their sessions, and how many of each facility took part, without names.
//! - [`survey`]: what professionals are asked through links, answered by nobody in particular, and what came of it.
//! - [`redaction`]: a text that should not have been written is removed everywhere, on disk too.
//! - [`audit`]: who did what, in an order that is sealed and can be verified.
//! - [`event`]: the feed of what changed, for whom it concerns, over the audit's order.
//! - [`retention`]: what is kept no longer than it must be is listed, exported and disposed of.
//! - [`backup`]: a copy of the database in one file, made while the service serves.
//! - [`task`]: what awaits the caller, from the features that know.
//!
//! What is plainly stored (a facility, a cycle) is recorded by its store; where there is a `work.rs`, the work records what it did.
//!
//! A request is a straight line: the wrapping ([`http::wrap`]) gives it a trace, [`access::Allowed`] proves that the caller may do what the
//! handler is for, one closure does the work in one transaction ([`access::Tx`]) and records it ([`audit`]), and an answer or a
//! [`problem::Problem`] goes back.
//!
//! Beside [`access::Allowed`] stands one small door for requests without a token: [`access::link::ByLink`], for who holds the secret link of a
//! contribution. Its transaction has an empty scope, and reaches that one contribution.

#[macro_use]
pub mod db;
pub mod access;
pub mod app;
pub mod attachment;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod config;
pub mod contribution;
pub mod demo;
pub mod event;
pub mod facility;
pub mod figures;
pub mod framework;
pub mod hash;
pub mod http;
pub mod inspection;
pub mod issuer;
pub mod openapi;
pub mod personal;
pub mod private;
pub mod problem;
pub mod redaction;
pub mod retention;
pub mod rollout;
pub mod self_assessment;
pub mod step_plan;
pub mod survey;
pub mod sweep;
pub mod task;
pub mod text;
pub mod training;
pub mod words;
