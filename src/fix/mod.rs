//! Applies the edits of lints to files of the working tree, and proves each of them.

mod apply;
mod batch;
mod diff;
mod files;
mod ignore_lines;
mod left;
mod opinion;
mod proof;
mod referred;
mod run;
mod scope;
mod variables;

pub use apply::{Applied, Fixed, Taken, apply};
pub use diff::diff;
pub use left::Left;
pub use opinion::{Nobody, Opinion, Scans};
pub use run::{FixError, FixReport, FixedFile, Options, run};
pub use variables::{Variables, Written};
