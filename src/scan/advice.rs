//! What a user's own permissions do not do: comments that name no rule, entries that allow nothing.

use std::collections::BTreeSet;
use std::path::Path;

use super::{BASELINE, Request};
use crate::finding::{Finding, Notice, Verdict};
use crate::input::subject;
use crate::input::tree::{Other, Tree};
use crate::policy::config::{Config, FILE};
use crate::policy::names;
use crate::rules::Catalogue;

/// Says which of the paths that were named would be judged otherwise alone: one configuration and one baseline hold for a scan,
/// those of its root, unless options name them.
pub fn elsewhere(tree: &Tree, request: &Request) -> Vec<Notice> {
    let is_there = |root: &Path, name: &str| root.join(name).symlink_metadata().is_ok();
    let is_judged = |root: &Path| {
        request.config.is_none() && is_there(root, FILE)
            || request.baseline.is_none() && !request.ignore_baseline && is_there(root, BASELINE)
    };
    let mut told = BTreeSet::new();
    let others = tree.others().into_iter().filter(|other| told.insert(other.root.clone()));
    let notice = |Other { path, root, is_work_tree }: Other| {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let help = format!("scan it alone: `keysweep scan {}`", shown(&path));
        let outer = shown(tree.root());
        // What lies below the root is asked for with it.
        if is_judged(&root) || !path.starts_with(tree.root()) && is_judged(tree.root()) {
            let message = format!(
                "is judged by the `{FILE}` and the baseline of `{outer}`, which hold for all of this scan, and alone would be by those of `{}`",
                shown(&root)
            );
            return Some(Notice::unread(shown(&path), message, help));
        }
        let message =
            "lies in another repository than the first path, and a repository as a whole is linted in that alone";
        let notice = Notice::note(shown(&path), message, help);
        (is_work_tree && path.is_dir()).then_some(Notice { incomplete: request.lints_only, ..notice })
    };
    others.filter_map(notice).collect()
}

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
