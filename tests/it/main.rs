//! The specification, as sentences: what the service does for whom, on both databases.
#![allow(missing_docs, reason = "the names of the tests are the text")]

#[macro_use]
mod support;

mod self_assessments;
