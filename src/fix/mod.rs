//! Applies the edits of lints to files of the working tree, and proves each of them.

mod apply;
mod diff;
mod ignore_lines;
mod opinion;
mod proof;
mod run;
mod variables;

pub use apply::{Applied, Fixed, Left, Taken, apply};
pub use diff::diff;
pub use opinion::{Nobody, Opinion, Scans};
pub use run::{FixError, FixReport, FixedFile, Options, run};
pub use variables::{Variables, Written};
