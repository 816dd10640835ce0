//! The one integration-test binary: one module per subject.

mod report;
mod engine;
mod rules;
