//! The one integration-test binary: one module per subject.

mod engine;
mod git;
mod history;
mod inputs;
mod report;
mod rules;
