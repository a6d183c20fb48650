//! What both databases share: column types, the tables and their migrations.
#[macro_use]
pub mod types;
#[macro_use]
pub mod columns;
pub mod guarded;
pub mod migrate;
pub mod schema;
