//! What is known about credentials: rules, their providers, and the catalogue of them all.

mod catalogue;
pub mod checksum;
mod needs;
pub mod pattern;
mod reach;
mod schema;
pub mod template;

pub use catalogue::{Catalogue, Rule, RuleError, RuleIssue};
pub use needs::Needs;
pub use schema::{Check, Examples, Placeholders, Provider, RuleEntry, RuleFile};
