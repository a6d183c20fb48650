//! What both databases share: column types, the tables, and the one place that tells the backends apart.
#[macro_use]
pub mod types;
pub mod batch;
pub mod guarded;
pub mod migrate;
pub mod schema;
