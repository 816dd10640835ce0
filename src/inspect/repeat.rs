//! Decides which finding speaks for what was found in encoded text and in what it decodes to.

use std::ops::Range;

use super::decode::Piece;
use super::{overlap, unescape};
use crate::detect::Candidate;
use crate::finding::Finding;

/// The families of rules that find encoded text by what stands around it, or by what it begins with.
const WRAPPERS: [&str; 2] = ["kubernetes-secret", "private-key"];
/// Rules that find an encoded file by what it begins with: a finding in it that is as sure tells more.
const CARRIERS: [&str; 2] = ["docker-config/base64", "gcp/service-account-base64"];
/// The most characters that base64 is filled up with.
const PADDING: usize = 2;

/// An encoded piece in which something was found.
pub(super) struct Telling<'p> {
    pub(super) piece: &'p Piece,
    /// Which findings those are.
    pub(super) findings: Range<usize>,
}

/// Returns which of `findings` say no more than others do, ascending; those of `candidates` begin at `first`.
pub(super) fn silent(
    bytes: &[u8],
    candidates: &[Candidate],
    first: usize,
    telling: &[Telling<'_>],
    findings: &[Finding],
) -> Vec<usize> {
    let mut silent = Vec::new();
    for (outside, candidate) in (first..).zip(candidates) {
        for Telling { piece, findings: inside } in telling.iter().filter(|it| it.piece.span.overlaps(candidate.secret))
        {
            if WRAPPERS.contains(&candidate.rule.family()) && candidate.secret.len() <= piece.span.len() + PADDING {
                silent.push(outside);
            } else if CARRIERS.contains(&candidate.rule.id.as_ref()) {
                let is_sure = |finding: &Finding| finding.confidence >= candidate.confidence;
                silent.extend(findings[inside.clone()].iter().any(is_sure).then_some(outside));
            } else if candidate.rule.family() == "kubeconfig" {
                // The place says more of a key than the key itself.
                silent.extend(inside.clone().filter(|&inside| findings[inside].meta.family() == "private-key"));
            } else if piece.is_plain {
                let same = inside.clone().filter(|&inside| is_same(bytes, candidate, piece, &findings[inside]));
                silent
                    .extend(same.map(|inside| if is_better(&findings[inside], candidate) { outside } else { inside }));
            }
        }
    }
    silent.sort_unstable();
    silent
}

/// Tells whether what was found in a text without its escapes is the secret of a candidate in the text with them.
fn is_same(bytes: &[u8], candidate: &Candidate, piece: &Piece, finding: &Finding) -> bool {
    finding.places.iter().any(|place| {
        // Behind a second encoding bytes are counted anew.
        let is_direct = place.via.last().is_some_and(|last| last == piece.encoding);
        is_direct && unescape::encoded_span(bytes, piece.span, place.span).overlaps(candidate.secret)
    })
}

/// Tells whether a finding is more specific than a candidate, as for those that overlap in one text.
fn is_better(finding: &Finding, candidate: &Candidate) -> bool {
    let weight = (overlap::rank(finding.meta.family(), finding.confidence), finding.confidence);
    weight > (overlap::rank(candidate.rule.family(), candidate.confidence), candidate.confidence)
}
