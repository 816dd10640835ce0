//! The one integration-test binary: one module per subject.

mod engine;
mod history;
mod report;
mod rules;
