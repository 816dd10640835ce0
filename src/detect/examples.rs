//! Runs the examples of rules: each must be found, or not, by the fast path and by the slow one alike.

use std::sync::Arc;

use super::engine::{Engine, Scratch};
use super::reference::reference_candidates;
use crate::rules::template::Generator;
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
        for seed in 0..SEEDS {
            let text = format!("{BEFORE}{}{BEHIND}", Generator::new(seed).fill(template));
            let fast = engine.candidates(text.as_bytes(), path, &mut scratch);
            let slow = reference_candidates(&catalogue, text.as_bytes(), path);
            let problem = match (matches, fast.is_empty(), slow.is_empty()) {
                (true, true, true) => "is not found",
                (true, true, false) => {
                    "is found by the pattern, but no run of 16 token characters or anchor leads to its keyword"
                }
                (false, false, _) | (false, _, false) => "is found but should not be",
                _ => continue,
            };
            problems.push(format!("`{}` {problem}", template.escape_debug()));
            break;
        }
    }
    problems
}
