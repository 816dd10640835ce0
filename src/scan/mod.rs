//! The pipeline: inputs through inspection and policy to a report.

mod report;

pub use crate::finding::Threshold;
pub use report::{Mode, Record, Report};
