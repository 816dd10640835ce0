//! The levels from which findings block.

use super::{Confidence, Finding, Severity, Verdict};

/// The level from which a finding makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// The mildest severity that blocks.
    pub severity: Severity,
    /// The lowest confidence that blocks.
    pub confidence: Confidence,
}

impl Default for Threshold {
    fn default() -> Self {
        Self { severity: Severity::Medium, confidence: Confidence::Medium }
    }
}

impl Threshold {
    /// Tells whether a finding of these levels blocks.
    pub fn blocks(self, finding: &Finding) -> bool {
        finding.verdict == Verdict::Active && finding.severity >= self.severity && finding.confidence >= self.confidence
    }
}
