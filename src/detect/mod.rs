//! Candidates in bytes: the sieve, keywords, patterns and proofs.

pub mod anchor;
mod armor;
mod ascending;
pub mod assignment;
mod call;
mod chance;
mod changes;
mod cursor;
pub mod engine;
pub mod examples;
mod field;
mod form;
pub mod generic;
mod jwt;
mod line;
mod mark;
mod name;
mod notation;
mod opened;
mod password;
mod place;
pub mod placeholder;
pub mod proof;
mod reference;
pub mod shape;
pub mod sieve;
mod structure;
mod version;
mod window;

pub use changes::{Changes, is_break};
pub use engine::{Candidate, Engine, Scratch};
pub use reference::reference_candidates;
pub use sieve::Sifted;
pub use version::{Change, INFLUENCE, Known};
