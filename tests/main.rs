//! The one integration-test binary: one module per subject.

mod engine;
mod report;
mod rules;
