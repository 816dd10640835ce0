//! GitLab's two report artifacts: code quality, and secret detection.

pub mod quality;
pub mod secrets;

use sha2::{Digest, Sha256};

use crate::finding::{Finding, Notice, Place};
use crate::policy::fingerprint::hex;
use crate::report::location;

/// Returns a name for one place of a finding: equal between runs while the finding and the file stay.
///
/// Made of what the report shows anyway (fingerprint, rule, container) and the `nth` place in that container,
/// never of lines, which move.
fn place_name(finding: &Finding, place: &Place, nth: usize) -> String {
    name_of(&[&finding.meta.id, finding.fingerprint(), &location::uri(place), &nth.to_string()])
}

/// Returns a name for a notice, equal between runs.
fn notice_name(notice: &Notice) -> String {
    name_of(&["incomplete", &notice.subject, &notice.message])
}

/// Hashes `parts` to 32 hexadecimal digits.
fn name_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..16])
}

/// Returns the places of a finding, each with how many before it lie in the same container.
fn numbered(finding: &Finding) -> Vec<(usize, &Place)> {
    let mut seen = std::collections::HashMap::<String, usize>::new();
    let number = |place| {
        let count = seen.entry(location::uri(place)).or_default();
        *count += 1;
        (*count - 1, place)
    };
    finding.places.iter().map(number).collect()
}
