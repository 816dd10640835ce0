//! What is known about credentials: rules, their providers, and the catalogue of them all.

mod attempt;
mod bounds;
mod builtin;
mod catalogue;
pub mod checksum;
pub mod escape;
mod filter;
mod issue;
mod lexicon;
mod near;
mod needs;
#[cfg_attr(not(test), allow(dead_code, reason = "the build writes parts, and the program reads them; see `build.rs`"))]
mod packed;
mod part;
pub mod pattern;
mod reach;
mod schema;
mod shorthand;
mod syntax;
pub mod template;
mod token_run;

pub use bounds::Bounds;
pub use catalogue::{Catalogue, Rule};
pub use filter::block;
pub use issue::{RuleError, RuleIssue};
pub use lexicon::{LONGEST as LONGEST_KEYWORD, Lexicon, is_word_byte, starts_word};
pub use needs::Needs;
pub use schema::{Check, Examples, PROOFS, Placeholders, Provider, RuleEntry, RuleFile};
pub use syntax::SyntaxError;
pub use token_run::{LEAST_RUN, LONGEST_WORD, is_name, is_token_byte};
