//! What figures about facilities and people are shown with: small numbers hidden so that subtraction gives none away, charts that also read as tables, and
//! shares with what chance can do to them. Pure.
pub mod chart;
pub mod share;
pub mod suppression;
