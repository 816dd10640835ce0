//! Decides which finding speaks for what was found in encoded text and in what it decodes to.

use std::ops::Range;

use super::decode::Piece;
use super::escapes;
use crate::detect::Candidate;
use crate::finding::Finding;
use crate::secret::Identity;

/// The families of rules that find encoded text by what stands around it, or by what it begins with.
const WRAPPERS: [&str; 2] = ["kubernetes-secret", "private-key"];
/// The most characters that base64 is filled up with.
const PADDING: usize = 2;

/// An encoded piece in which something was found.
pub(super) struct Telling<'p> {
    pub(super) piece: &'p Piece,
    /// Which findings those are.
    pub(super) findings: Range<usize>,
}

/// Returns which of `findings` say no more than others do; those of `candidates` begin at `first`.
pub(super) fn silent(
    bytes: &[u8],
    candidates: &[Candidate],
    first: usize,
    telling: &[Telling<'_>],
    findings: &[Finding],
) -> Vec<usize> {
    let mut silent = Vec::new();
    for (outside, candidate) in candidates.iter().enumerate() {
        let outside = first + outside;
        for Telling { piece, findings: inside } in telling.iter().filter(|it| it.piece.span.overlaps(candidate.secret))
        {
            let is_wrapper = WRAPPERS.contains(&candidate.rule.family());
            if is_wrapper && candidate.secret.len() <= piece.span.len() + PADDING {
                silent.push(outside);
            } else if escapes::is_of(piece) {
                let inside = inside.clone().map(|at| (at, &findings[at]));
                silent
                    .extend(inside.filter_map(|(at, finding)| repeated(bytes, candidate, outside, piece, finding, at)));
            }
        }
    }
    silent
}

/// Returns which of two findings is left out: that of a candidate in text with escapes, or that in the text without them.
fn repeated(
    bytes: &[u8],
    candidate: &Candidate,
    outside: usize,
    piece: &Piece,
    finding: &Finding,
    inside: usize,
) -> Option<usize> {
    let secret = &bytes[candidate.secret.range()];
    let undone = escapes::undone(secret, piece.encoding);
    let is_same = finding.identity == Identity::of("secret", &undone);
    // Userinfo with `%40` in it is read to its end only while that is escaped.
    let is_cut = finding.meta.id == candidate.rule.id && undone != secret;
    let is_vague = candidate.rule.family() == "generic" && finding.meta.id != candidate.rule.id;
    (is_same || is_cut).then_some(if is_same && is_vague { outside } else { inside })
}
