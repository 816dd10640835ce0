//! Applies the edits of lints to files of the working tree, and proves each of them.

mod apply;
mod diff;
mod dotenv;
mod run;

pub use apply::{Applied, Fixed, Left, Taken, apply};
pub use diff::diff;
pub use dotenv::{Written, with_variables};
pub use run::{FixError, FixReport, FixedFile, Options, run};

use bstr::BStr;

use crate::source::Span;

/// What the detection engine thinks of values and files.
#[derive(Clone, Copy)]
pub struct Opinion<'a> {
    /// Tells whether a value is a credential that the engine knows.
    pub known: &'a dyn Fn(&[u8]) -> bool,
    /// Returns all credentials of a file, so that nothing that is printed of it shows one.
    pub secrets: &'a dyn Fn(&BStr, &[u8]) -> Vec<Span>,
}

impl Opinion<'static> {
    /// Returns the opinion of nobody: only the lints judge.
    pub const fn none() -> Self {
        Self { known: &|_| false, secrets: &|_, _| Vec::new() }
    }
}
