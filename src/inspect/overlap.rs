//! Decides which rule speaks for a secret that several have found.

use std::collections::HashSet;

use crate::detect::{Candidate, proof};
use crate::finding::Confidence;

/// How many bytes a pattern may have before its secret only to see where that starts.
const GUARD: usize = 2;

/// How specific a rule is: a provider's own format beats the shape of a JWT, which beats a suspicious name.
pub(super) fn rank(family: &str, confidence: Confidence) -> u8 {
    match family {
        "generic" => 0,
        "mcp" | "http" | "database" | "url" => 1,
        "jwt" => 2,
        _ if confidence == Confidence::High => 4,
        _ => 3,
    }
}

/// Keeps one candidate for every group whose secrets overlap: the most specific, then the surest, then the
/// longest, then the one whose pattern read a name before it, then the first; the id of a pair goes with it, and a password that
/// stands beside its pair with the user's name. `candidates` are ordered by position before and after.
pub fn resolve(bytes: &[u8], candidates: &mut Vec<Candidate>) {
    candidates.sort_by_key(|candidate| (candidate.secret.start, candidate.secret.end));
    let mut kept: Vec<Candidate> = Vec::with_capacity(candidates.len());
    for candidate in candidates.drain(..) {
        match kept.last_mut() {
            Some(last) if last.secret.overlaps(candidate.secret) => {
                // Among rules of one provider the format alone says as much as a name does.
                let is_of_others = last.rule.family() != candidate.rule.family();
                let weight = |candidate: &Candidate| {
                    let is_named = is_of_others && candidate.secret.start > candidate.whole.start + GUARD;
                    let rank = rank(candidate.rule.family(), candidate.confidence);
                    (rank, candidate.confidence, candidate.secret.len(), is_named)
                };
                if weight(&candidate) > weight(last) {
                    *last = candidate;
                }
            }
            _ => kept.push(candidate),
        }
    }
    // What matched before its secret may begin with the id that belongs to it: one finding of two parts.
    let before = kept.iter().filter(|candidate| candidate.whole.start < candidate.secret.start);
    let pairs: HashSet<(&str, usize)> = before.map(|pair| (pair.rule.family(), pair.whole.start)).collect();
    // What matched beyond its secret may end with that id.
    let behind = kept.iter().filter(|candidate| candidate.whole.end > candidate.secret.end);
    let ends: HashSet<(&str, usize)> = behind.map(|pair| (pair.rule.family(), pair.whole.end)).collect();
    let is_alone = |candidate: &Candidate| {
        let family = candidate.rule.family();
        !pairs.contains(&(family, candidate.secret.start)) && !ends.contains(&(family, candidate.secret.end))
    };
    let encoded = kept.iter().filter(|pair| pair.rule.entry().check.proof.as_deref() == Some("basic-auth"));
    let passwords: Vec<Vec<u8>> = encoded.filter_map(|pair| proof::password_of(&bytes[pair.secret.range()])).collect();
    let is_told = |candidate: &Candidate| {
        candidate.rule.family() == "generic"
            && passwords.iter().any(|password| *password == bytes[candidate.secret.range()])
    };
    candidates.extend(kept.iter().filter(|candidate| is_alone(candidate) && !is_told(candidate)).cloned());
}
