//! The slow way to candidates, which the engine is held equal to.

use super::anchor::{self, AnchorKind};
use super::assignment::{self, Assignment};
use super::engine::{Candidate, match_rule};
use super::window::gate;
use crate::rules::Catalogue;

/// Finds candidates with every rule's pattern over every byte: slow, simple, and what [`Engine::candidates`](super::Engine::candidates)
/// must equal on any input.
pub fn reference_candidates(catalogue: &Catalogue, bytes: &[u8], path: Option<&[u8]>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for rule in catalogue.rules() {
        if rule.id == assignment::RULE {
            let mut assignments: Vec<Assignment> = Vec::new();
            for at in 0..bytes.len() {
                if anchor::kind_at(bytes, at) == Some(AnchorKind::Word) {
                    gate(bytes, at, AnchorKind::Word, &mut assignments);
                }
            }
            assignment::candidates(rule, bytes, path, &assignments, &mut found);
        } else if rule.applies_to(path) {
            match_rule(rule, bytes, path, 0..bytes.len(), &mut found);
        }
    }
    found.sort_by(|a, b| (a.secret, &a.rule.id).cmp(&(b.secret, &b.rule.id)));
    found
}
