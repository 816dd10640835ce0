//! The one integration-test binary: one module per subject.

mod fix;
mod lint;
