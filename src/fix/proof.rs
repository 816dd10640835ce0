//! Proves that an edit changes the value that it is about, adds what belongs to it where it belongs, and leaves all else.
//!
//! What the lints say of the new content is not enough: a server that an edit has torn out has no findings either.

use std::collections::HashMap;

use bstr::BStr;

use crate::document::{Node, Pointer, Value, parse};
use crate::lint::{LintFinding, format};
use crate::source::Span;

/// A value of a document that holds no others.
struct Leaf {
    pointer: String,
    text: String,
    span: Span,
}

/// Tells whether the edit that `finding` asked for, from `old` to `new`, took away only values that the finding is about, and
/// added values only to the same server, or to the inputs that it asks the user for. True for what is no document.
pub(super) fn leaves_the_rest(path: &BStr, old: &[u8], new: &[u8], finding: &LintFinding) -> bool {
    let Some(format) = format(path) else { return true };
    let Ok(before) = parse(old, format) else { return true };
    let Ok(after) = parse(new, format) else { return false };
    let (before, after) = (leaves(&before.roots), leaves(&after.roots));
    let (old_counts, new_counts) = (counts(&before), counts(&after));
    let count = |counts: &HashMap<&str, usize>, leaf: &Leaf| counts.get(leaf.text.as_str()).copied().unwrap_or(0);
    let moved = finding.fix.as_ref().and_then(|fix| fix.moved.as_ref()).map(|moved| moved.span);
    let is_meant = |leaf: &Leaf| {
        leaf.span.overlaps(finding.secret.unwrap_or(finding.span))
            || moved.is_some_and(|moved| leaf.span.overlaps(moved))
    };
    let is_lost = |leaf: &&Leaf| count(&new_counts, leaf) < count(&old_counts, leaf);
    let is_added = |leaf: &&Leaf| {
        count(&new_counts, leaf) > count(&old_counts, leaf)
            && !before.iter().any(|other| other.pointer == leaf.pointer && other.text == leaf.text)
    };
    // A value that stands several times is lost where it is meant to be.
    let meant: Vec<&str> = before.iter().filter(|leaf| is_meant(leaf)).map(|leaf| leaf.text.as_str()).collect();
    before.iter().filter(is_lost).all(|leaf| meant.contains(&leaf.text.as_str()))
        && after.iter().filter(is_added).all(|leaf| belongs(&leaf.pointer, &finding.pointer))
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

fn counts(leaves: &[Leaf]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    leaves.iter().for_each(|leaf| *counts.entry(leaf.text.as_str()).or_default() += 1);
    counts
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
