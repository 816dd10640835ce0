//! The one integration-test binary: one module per subject.

mod git;
mod inputs;
