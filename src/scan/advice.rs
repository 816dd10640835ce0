//! What a user's own permissions do not do: comments that name no rule, entries that allow nothing.

use std::collections::BTreeSet;

use crate::finding::{Finding, Notice, Verdict};
use crate::input::subject;
use crate::policy::config::Config;
use crate::policy::names;
use crate::rules::Catalogue;

/// Says which comments beside active findings name rules that do not exist.
pub fn misspelt(findings: &[Finding], catalogue: &Catalogue) -> Vec<Notice> {
    let active = findings.iter().filter(|finding| finding.verdict == Verdict::Active);
    let places = active.flat_map(|finding| &finding.places);
    let named: BTreeSet<(String, &str)> = places
        .flat_map(|place| {
            let place_name = format!("{}, line {}", subject(&place.origin), place.start.line + 1);
            let rules = place.allow.iter().flat_map(|allow| &allow.rules);
            rules.map(move |rule| (place_name.clone(), rule.as_str()))
        })
        .filter(|(_, rule)| !names::names_any(rule, catalogue))
        .collect();
    let notice = |(place, rule): (String, &str)| {
        let message = format!("`keysweep:allow[{rule}]` allows nothing: no rule, lint or provider is called so");
        Notice::note(place, message, names::suggestion(rule, catalogue))
    };
    named.into_iter().map(notice).collect()
}

/// Says which entries of the configuration spoke for no finding.
pub fn unused(config: &Config, used: &[bool]) -> Vec<Notice> {
    let unused = config.allow.iter().zip(used).filter(|(_, used)| !**used);
    let notice = |line: usize| {
        let help = "take it out, unless another kind of scan needs it: of history, of other files";
        Notice::note(
            format!("{}, line {line}", config.name()),
            "this `[[allow]]` entry allows nothing that was found",
            help,
        )
    };
    unused.map(|(allow, _)| notice(allow.line)).collect()
}
