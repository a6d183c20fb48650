//! The specification, as sentences: what the service does for whom, on both databases.
#![allow(missing_docs, reason = "the names of the tests are the text")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::zombie_processes,
    reason = "a test that cannot go on says so by ending"
)]

#[macro_use]
mod support;

mod access;
mod answers;
mod attachments;
mod audit;
mod backup;
mod bodies;
mod commits;
mod comparison;
mod contract;
mod contribution_page;
mod contributions;
mod corrections;
mod demo;
mod durability;
mod event_order;
mod events;
mod finding_histories;
mod finding_walk;
mod findings;
mod frameworks;
mod inspection_corners;
mod inspections;
mod judgements;
mod mandates;
mod migration_crowd;
mod migrations;
mod on_behalf;
mod openapi;
mod photos;
mod places;
mod policy_report;
mod purposes;
mod races;
mod redactions;
mod report_page;
mod reports;
mod retention;
mod rollout;
mod rounds;
mod samples;
mod self_assessments;
mod sheets;
mod sides;
mod step_plans;
mod superseding;
mod surveys;
mod tablets;
mod tasks;
mod terms;
mod together;
mod trainings;
mod urgent_signals;
mod years;
