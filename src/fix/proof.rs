//! Proves that edits change the values that they are about, add what belongs to these where it belongs, and leave all else.
//!
//! What the lints say of the new content is not enough: a server that an edit has torn out has no findings either.

use std::collections::{HashMap, HashSet};

use bstr::BStr;

use super::Opinion;
use super::apply::edited;
use super::batch::Batch;
use crate::document::{Node, Pointer, Value, parse};
use crate::lint::{Edit, LintFinding, Linted, Options, format, lint_document};
use crate::source::{Span, join, overlapping};

/// A value of a document that holds no others.
struct Leaf {
    pointer: String,
    text: String,
    span: Span,
}

/// Lints a file as a document.
pub(super) fn lint(path: &BStr, bytes: &[u8], opinion: &dyn Opinion) -> Linted {
    lint_document(path, bytes, &|value| opinion.knows(value), Options::default())
}

/// Makes the edits of a batch; returns the new content and its findings if the file parses, no longer has the batch's findings,
/// has none that the old one did not have, and all that the edits are not about.
pub(super) fn proven(
    path: &BStr,
    old: &[u8],
    batch: &Batch<'_>,
    before: &[LintFinding],
    opinion: &dyn Opinion,
) -> Option<(Vec<u8>, Vec<LintFinding>)> {
    let new = edited(old, &batch.edits())?;
    let linted = lint(path, &new, opinion);
    let after = linted.findings;
    let mended: Vec<&LintFinding> = batch.steps.iter().map(|step| step.finding).collect();
    let is_gone = {
        let (old, new) = (tally(before, place), tally(&after, place));
        let mended = tally(mended.iter().copied(), place);
        mended.iter().all(|(place, count)| new.get(place).unwrap_or(&0) + count <= old[place])
    };
    let credentials = |findings: &[LintFinding]| findings.iter().filter(|found| found.secret.is_some()).count();
    let taken = mended.iter().filter(|finding| finding.secret.is_some()).count();
    let no_more = credentials(&after) + taken <= credentials(before);
    // An edit may move a finding to another place, as when a key is renamed, so kinds are counted, not places.
    let none_new = {
        let old = tally(before, |finding| finding.meta.id.as_str());
        tally(&after, |finding| finding.meta.id.as_str()).iter().all(|(id, count)| old.get(id) >= Some(count))
    };
    (linted.error.is_none() && is_gone && no_more && none_new && leaves_the_rest(path, old, &new, batch))
        .then_some((new, after))
}

fn place(finding: &LintFinding) -> (&str, &str) {
    (&finding.meta.id, &finding.pointer)
}

/// Counts things by what they have in common.
fn tally<'a, T: 'a, K: std::hash::Hash + Eq>(
    things: impl IntoIterator<Item = &'a T>,
    common: impl Fn(&'a T) -> K,
) -> HashMap<K, usize> {
    let mut counts = HashMap::new();
    things.into_iter().for_each(|thing| *counts.entry(common(thing)).or_default() += 1);
    counts
}

/// Tells whether the edits of a batch, from `old` to `new`, took away only values that its findings are about, and added values
/// only to the same servers, or to the inputs that these ask the user for. True for what is no document.
fn leaves_the_rest(path: &BStr, old: &[u8], new: &[u8], batch: &Batch<'_>) -> bool {
    let Some(format) = format(path) else { return true };
    let Ok(before) = parse(old, format) else { return true };
    let Ok(after) = parse(new, format) else { return false };
    let (before, after) = (leaves(&before.roots), leaves(&after.roots));
    let (old_counts, new_counts) =
        (tally(&before, |leaf| leaf.text.as_str()), tally(&after, |leaf| leaf.text.as_str()));
    let count = |counts: &HashMap<&str, usize>, text: &str| counts.get(text).copied().unwrap_or(0);
    // A value that stands several times is lost where it is meant to be.
    let meant = Meant::new(batch);
    let meant = tally(before.iter().filter(|leaf| meant.holds(leaf.span)), |leaf| leaf.text.as_str());
    let is_kept = |(text, old): (&&str, &usize)| old.saturating_sub(count(&new_counts, text)) <= count(&meant, text);
    if !old_counts.iter().all(is_kept) {
        return false;
    }
    let there: HashSet<(&str, &str)> = before.iter().map(|leaf| (leaf.pointer.as_str(), leaf.text.as_str())).collect();
    let is_added = |leaf: &&Leaf| {
        count(&new_counts, &leaf.text) > count(&old_counts, &leaf.text) && !there.contains(&(&leaf.pointer, &leaf.text))
    };
    let made = Made::new(batch);
    after.iter().filter(is_added).all(|leaf| made.at(leaf.span).any(|pointer| belongs(&leaf.pointer, pointer)))
}

/// The bytes of the old content that the findings of a batch are about, ascending and apart.
struct Meant(Vec<Span>);

impl Meant {
    fn new(batch: &Batch<'_>) -> Self {
        let spans = batch.steps.iter().map(|step| step.finding).flat_map(|finding| {
            let moved = finding.fix.as_ref().and_then(|fix| fix.moved.as_ref()).map(|moved| moved.span);
            [Some(finding.secret.unwrap_or(finding.span)), moved].into_iter().flatten()
        });
        let mut spans: Vec<Span> = spans.collect();
        join(&mut spans);
        Self(spans)
    }

    fn holds(&self, span: Span) -> bool {
        !overlapping(&self.0, span).is_empty()
    }
}

/// Where the edits of a batch stand in the new content, ascending, with the places of the findings that asked for them.
struct Made<'a>(Vec<(Span, &'a str)>);

impl<'a> Made<'a> {
    fn new(batch: &Batch<'a>) -> Self {
        let steps = batch.steps.iter().rev();
        let mut edits: Vec<(&Edit, &str)> =
            steps.flat_map(|step| step.edits.iter().map(|edit| (edit, step.finding.pointer.as_str()))).collect();
        edits.sort_by_key(|(edit, _)| (edit.span.start, edit.span.end));
        let (mut added, mut removed) = (0, 0);
        let place = |(edit, pointer): (&Edit, &'a str)| {
            let start = edit.span.start + added - removed;
            (added, removed) = (added + edit.text.len(), removed + edit.span.len());
            (Span::new(start, start + edit.text.len()), pointer)
        };
        Self(edits.into_iter().map(place).collect())
    }

    /// Returns the places of the findings whose edits touch a span; where none does, of those before and behind it.
    fn at(&self, span: Span) -> impl Iterator<Item = &'a str> {
        let first = self.0.partition_point(|(made, _)| made.end < span.start);
        let touching = self.0[first..].iter().take_while(|(made, _)| made.start <= span.end).count();
        let range = match touching {
            0 => first.saturating_sub(1)..(first + 1).min(self.0.len()),
            count => first..first + count,
        };
        self.0[range].iter().map(|(_, pointer)| *pointer)
    }
}

/// Tells whether a value at `added` may be what an edit at `pointer` adds.
fn belongs(added: &str, pointer: &str) -> bool {
    let (added, steps): (Vec<&str>, Vec<&str>) =
        (added.split('/').skip(1).collect(), pointer.split('/').skip(1).collect());
    // A server's field, or a member of one: `url`, `env/KEY`, `args/1`.
    let own = match steps.len() {
        0..=2 => steps.len(),
        3 => 2,
        long => long - 2,
    };
    let asks = |above: &[&str], name: &str| {
        added.len() > above.len() && added.starts_with(above) && added[above.len()] == name
    };
    let servers = steps.iter().position(|step| *step == "servers");
    added.starts_with(&steps[..own])
        || servers.is_some_and(|at| asks(&steps[..at], "inputs"))
        || steps.first() == Some(&"server") && asks(&[], "user_config")
}

fn leaves(roots: &[Node]) -> Vec<Leaf> {
    let mut found = Vec::new();
    let mut open: Vec<(&Node, Pointer<'_>)> = roots.iter().map(|root| (root, Pointer::root())).collect();
    while let Some((node, pointer)) = open.pop() {
        match &node.value {
            Value::Scalar(scalar) => {
                found.push(Leaf { pointer: pointer.to_string(), text: scalar.text.clone(), span: node.span });
            }
            Value::Map(children) | Value::List(children) => {
                open.extend(children.iter().enumerate().map(|(at, child)| (child, pointer.child(child, at))));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_belongs_to_the_same_server_or_to_its_inputs() {
        for (added, pointer, expected) in [
            ("/mcpServers/a/env/KEY", "/mcpServers/a/env/KEY", true),
            ("/mcp_servers/a/env_vars/0", "/mcp_servers/a/env/KEY", true),
            ("/env_vars/0", "/mcp_servers/a/env/KEY", false),
            ("/mcp_servers/env_vars/0", "/mcp_servers/a/env/KEY", false),
            ("/mcp_servers/a/bearer_token_env_var", "/mcp_servers/a/http_headers/Authorization", true),
            ("/extensions/env_keys/0", "/extensions/a/envs/KEY", false),
            ("/mcpServers/a/headers/Authorization", "/mcpServers/a/url", true),
            ("/mcpServers/headers", "/mcpServers/a/url", false),
            ("/inputs/0/id", "/servers/a/env/KEY", true),
            ("/inputs/0/id", "/mcp/servers/a/env/KEY", false),
            ("/mcp/inputs/0/id", "/mcp/servers/a/env/KEY", true),
            ("/user_config/key/type", "/server/mcp_config/env/KEY", true),
            ("/apiKey", "/apiKey", true),
            ("/other", "/apiKey", false),
        ] {
            assert_eq!(belongs(added, pointer), expected, "{added} {pointer}");
        }
    }
}
