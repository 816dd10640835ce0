//! The one integration-test binary: one module per subject.

mod engine;
mod fix;
mod git;
mod history;
mod inputs;
mod lint;
mod report;
mod rules;
