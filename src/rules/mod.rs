//! What is known about credentials: rules, their providers, and the catalogue of them all.

mod catalogue;
pub mod checksum;
pub mod pattern;
mod reach;
mod schema;
mod syntax;
pub mod template;

pub use catalogue::{Catalogue, Rule, RuleError, RuleIssue};
pub use schema::{Check, Examples, Placeholders, Provider, RuleEntry, RuleFile};
pub use syntax::SyntaxError;
