//! The one integration-test binary: one module per subject.

mod engine;
mod git;
mod history;
mod hooks;
mod inputs;
mod report;
mod rules;
