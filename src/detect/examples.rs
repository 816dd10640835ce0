//! Runs the examples of rules: each must be found, or not, by the fast path and by the slow one alike.

use std::sync::Arc;

use super::engine::{Candidate, Engine, Scratch};
use super::reference::reference_candidates;
use crate::rules::template::{Generator, LONGEST, too_long};
use crate::rules::{Catalogue, Rule};

/// How often each template is filled.
const SEEDS: u64 = 6;
/// How many matches and how many misses a rule needs at least.
const LEAST: usize = 2;

/// Text around an example, so that windows have an outside.
const BEFORE: &str = "# settings\nmode = fast\n\n";
const BEHIND: &str = "\n\nretries: 3\n";

/// Runs all examples of a rule; returns what is wrong in sentences, empty if all is well.
///
/// No sentence shows a filled template, only the template.
pub fn failures(rule: &Arc<Rule>) -> Vec<String> {
    let entry = rule.entry();
    let mut problems = Vec::new();
    if entry.examples.matches.len() < LEAST || entry.examples.misses.len() < LEAST {
        problems.push(format!("has fewer than {LEAST} matches or {LEAST} misses among its examples"));
    }
    if let Err(error) = rule.check_pattern() {
        problems.push(error.to_string());
        return problems;
    }
    let catalogue = Catalogue::of(vec![Arc::clone(rule)]);
    let engine = Engine::new(&catalogue);
    let mut scratch = Scratch::default();
    let path = entry.examples.path.as_deref().map(str::as_bytes);
    let expected = entry
        .examples
        .matches
        .iter()
        .map(|template| (template, true))
        .chain(entry.examples.misses.iter().map(|template| (template, false)));
    for (template, matches) in expected {
        if let Some(field) = too_long(template) {
            problems
                .push(format!("`{{{}}}` asks for more than {LONGEST} characters: shorten it", field.escape_debug()));
            continue;
        }
        let problem = (0..SEEDS).find_map(|seed| {
            let text = format!("{BEFORE}{}{BEHIND}", Generator::new(seed).fill(template));
            let fast = engine.candidates(text.as_bytes(), path, &mut scratch);
            let slow = reference_candidates(&catalogue, text.as_bytes(), path);
            problem(matches, &fast, &slow)
        });
        problems.extend(problem.map(|problem| format!("`{}` {problem}", template.escape_debug())));
    }
    problems
}

/// Tells what is wrong with what both paths found in one text that should match or not.
fn problem(matches: bool, fast: &[Candidate], slow: &[Candidate]) -> Option<&'static str> {
    match (matches, fast.is_empty(), slow.is_empty()) {
        (true, true, true) => Some("is not found"),
        (true, true, false) => {
            Some("is found by the pattern, but no run of 16 token characters or anchor leads to its keyword")
        }
        (false, false, _) | (false, _, false) => Some("is found but should not be"),
        (true, false, _) if !fast.iter().map(facts).eq(slow.iter().map(facts)) => Some(
            "is found, but not all that the pattern finds in it, or more: something beside it leads to another match",
        ),
        _ => None,
    }
}

/// Returns what of a candidate of the one rule must be equal.
fn facts(found: &Candidate) -> impl Eq + '_ {
    (found.whole, found.secret, found.confidence, found.severity, &found.evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn both_paths_must_find_the_same() {
        let catalogue = Catalogue::builtin();
        let rule = catalogue.rule(0);
        let found = |at: usize| Candidate {
            rule: Arc::clone(rule),
            whole: Span { start: at, end: at + 9 },
            secret: Span { start: at + 1, end: at + 8 },
            confidence: rule.entry().confidence,
            severity: rule.entry().severity,
            evidence: Vec::new(),
        };
        let (none, one, other, both) = (vec![], vec![found(1)], vec![found(2)], vec![found(1), found(2)]);
        for (matches, fast, slow, is_well) in [
            (true, &one, &one, true),
            (true, &both, &both, true),
            (true, &none, &none, false),
            (true, &none, &one, false),
            (true, &one, &none, false),
            (true, &one, &other, false),
            (true, &one, &both, false),
            (true, &both, &one, false),
            (false, &none, &none, true),
            (false, &one, &one, false),
            (false, &none, &one, false),
        ] {
            assert_eq!(problem(matches, fast, slow).is_none(), is_well, "{matches} {} {}", fast.len(), slow.len());
        }
    }
}
