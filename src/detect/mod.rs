//! Candidates in bytes: the sieve, keywords, patterns and proofs.

pub mod anchor;
pub mod assignment;
pub mod engine;
pub mod examples;
pub mod generic;
mod jwt;
mod keyword;
mod name;
mod password;
mod place;
pub mod placeholder;
pub mod proof;
pub mod shape;
pub mod sieve;

pub use engine::{Candidate, Engine, INFLUENCE, MARGIN, Scratch, reference_candidates};
