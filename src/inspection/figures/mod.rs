//! What figures about facilities are shown with: small numbers hidden so that subtraction gives none away, and charts that also read as tables. Pure.
pub mod chart;
pub mod suppression;
