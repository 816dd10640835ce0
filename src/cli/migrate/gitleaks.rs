//! Takes over the allowlists of a gitleaks configuration and its ignore file.

use toml::{Table, Value};

use super::{Moved, Unreadable, literal, provider};
use crate::rules::Catalogue;

/// The reason where the author gave none.
const REASON: &str = "allowed in the gitleaks configuration";

/// Reads `.gitleaks.toml`: global allowlists, those of rules, and rules that are switched off.
///
/// # Errors
/// The file is not TOML.
pub fn configuration(bytes: &[u8], catalogue: &Catalogue, moved: &mut Moved) -> Result<(), Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|error| Unreadable { offset: Some(error.valid_up_to()) })?;
    let root: Table =
        text.parse().map_err(|error: toml::de::Error| Unreadable { offset: error.span().map(|span| span.start) })?;
    for list in lists(&root) {
        allowlist(list, None, "gitleaks allowlist", moved);
    }
    for rule in tables(root.get("rules")) {
        let id = word(rule, "id");
        let lists = lists(rule);
        let source = format!("gitleaks rule `{}`", id.escape_debug());
        if rule.contains_key("regex") {
            moved.leave(format!("{source}: write it as a rule of your own in a file that `rule-files` names, and test it with `keysweep rules check FILE`"));
        }
        match provider(id, catalogue) {
            Some(family) => lists.iter().for_each(|list| allowlist(list, Some(&family), &source, moved)),
            None if lists.is_empty() => {}
            None => moved.leave(format!("{source}: its allowlist, because keysweep has no rule of that name")),
        }
    }
    let extend = root.get("extend").and_then(Value::as_table);
    for id in extend.map(|extend| words(extend, "disabledRules")).unwrap_or_default() {
        // A provider has other rules as well, which nobody switched off.
        moved.leave(format!(
            "gitleaks `disabledRules`: `{}`; name keysweep's rule in `rules.off`, `keysweep rules` lists them",
            id.escape_debug()
        ));
    }
    Ok(())
}

/// Reads `.gitleaksignore`: lines of `commit:path:rule:line` or `path:rule:line`.
///
/// # Errors
/// The file is not text.
pub fn ignore_file(bytes: &[u8], catalogue: &Catalogue, moved: &mut Moved) -> Result<(), Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|error| Unreadable { offset: Some(error.valid_up_to()) })?;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parts = line.rsplitn(3, ':');
        let (position, rule, path) = (parts.next(), parts.next(), parts.next());
        let is_line = position.is_some_and(|position| position.bytes().all(|byte| byte.is_ascii_digit()));
        let (Some(rule), Some(path), true) = (rule, path, is_line) else {
            moved.leave(format!(".gitleaksignore line {}: not `path:rule:line`", number + 1));
            continue;
        };
        let is_commit = |start: &str| start.len() >= 40 && start.bytes().all(|byte| byte.is_ascii_hexdigit());
        let path = path.split_once(':').filter(|(start, _)| is_commit(start)).map_or(path, |(_, path)| path);
        match provider(rule, catalogue) {
            Some(family) => moved.allow(Some(family), literal(path), "ignored in .gitleaksignore"),
            None => moved.leave(format!(
                ".gitleaksignore line {}: keysweep has no rule `{}`",
                number + 1,
                rule.escape_debug()
            )),
        }
    }
    Ok(())
}

/// Takes over one allowlist: its paths, if they alone decide.
fn allowlist(list: &Table, family: Option<&str>, source: &str, moved: &mut Moved) {
    let described = word(list, "description");
    let reason = if described.trim().is_empty() { REASON } else { described };
    let contents = ["regexes", "stopwords", "commits"].map(|key| (key, words(list, key).len()));
    let others: Vec<&str> = contents.iter().filter(|(_, count)| *count > 0).map(|(key, _)| *key).collect();
    let paths = words(list, "paths");
    if word(list, "condition").eq_ignore_ascii_case("and") && !others.is_empty() && !paths.is_empty() {
        moved.leave(format!("{source}: paths that count only together with {}", others.join(", ")));
        return;
    }
    for path in paths {
        moved.allow_pattern(family, path, reason, source);
    }
    for (key, count) in contents.into_iter().filter(|(_, count)| *count > 0) {
        moved.leave(format!("{source}: {count} `{key}`; allow the findings by fingerprint, or with an inline comment"));
    }
}

/// Returns the allowlists of a table, in the old spelling and the new.
fn lists(table: &Table) -> Vec<&Table> {
    [table.get("allowlist"), table.get("allowlists")].into_iter().flat_map(tables).collect()
}

/// Returns the tables of a value: itself, or its members.
fn tables(value: Option<&Value>) -> Vec<&Table> {
    match value {
        Some(Value::Table(table)) => vec![table],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_table).collect(),
        _ => Vec::new(),
    }
}

fn word<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn words<'a>(table: &'a Table, key: &str) -> Vec<&'a str> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_over_and_the_rest_is_said() {
        let text = r"
            [allowlist]
            description = 'generated'
            paths = ['''^gen/''', '''(\d+)x''']
            regexes = ['''abc''']
            [[rules]]
            id = 'github-pat'
            [[rules.allowlists]]
            paths = ['''docs/a\.md$''']
            [[rules]]
            id = 'our-own'
            regex = 'x'
        ";
        let mut moved = Moved::default();
        configuration(text.as_bytes(), &Catalogue::builtin(), &mut moved).expect("TOML");
        let entries: Vec<_> =
            moved.entries.iter().map(|entry| (entry.rule.as_deref(), &*entry.path, &*entry.reason)).collect();
        assert_eq!(entries[0], (None, "/gen/**", "generated"));
        assert_eq!(entries[1], (Some("github"), "/**/*docs/a.md", REASON));
        assert_eq!(moved.left.len(), 3, "{:?}", moved.left);
    }

    #[test]
    fn an_ignored_finding_becomes_its_provider_and_path() {
        let text = format!("# note\n{}:src/a.rs:github-pat:3\nsrc/b.rs:generic-api-key:9\nbroken\n", "a1".repeat(20));
        let mut moved = Moved::default();
        ignore_file(text.as_bytes(), &Catalogue::builtin(), &mut moved).expect("text");
        let entries: Vec<_> = moved.entries.iter().map(|entry| (entry.rule.as_deref(), &*entry.path)).collect();
        assert_eq!(entries, [(Some("github"), "/src/a.rs"), (Some("generic"), "/src/b.rs")]);
        assert_eq!(moved.left.len(), 1);
    }

    #[test]
    fn a_broken_file_is_an_error_with_a_place() {
        let broken = configuration(b"[allowlist\n", &Catalogue::builtin(), &mut Moved::default());
        assert!(matches!(broken, Err(Unreadable { offset: Some(_) })));
    }
}
