//! The shape of the source tree: floors, lengths, names.
//!
//! A module uses only floors below its own. Within a floor only the pairs of [`NEIGHBOURS`] know each other, each
//! for the reason that stands there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use keysweep::rules::{Catalogue, RuleFile};

/// The floor of every top-level module.
const FLOORS: &[(&str, u32)] = &[
    ("source", 0),
    ("secret", 0),
    ("nearest", 0),
    ("replace", 0),
    ("finding", 1),
    ("document", 1),
    ("rules", 2),
    ("mcp", 2),
    ("input", 2),
    ("detect", 3),
    ("lint", 3),
    ("inspect", 4),
    ("policy", 5),
    ("scan", 6),
    ("fix", 6),
    ("rotate", 6),
    ("inventory", 6),
    ("report", 7),
    ("cli", 8),
];

/// Modules of one floor of which the first uses the second, each with its reason in a comment. There are none: a lint
/// is handed the detectors' opinion as a function, and a fix proves itself with lints and detectors.
const NEIGHBOURS: &[(&str, &str)] = &[];

/// The most lines of a file.
const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns all Rust files below `folder` with their text; paths are relative to the package.
fn sources(folder: &str) -> BTreeMap<PathBuf, String> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is part of the package") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                found.insert(path.strip_prefix(root()).expect("it lies below the root").to_path_buf(), text);
            }
        }
    }
    found
}

/// Returns the path of the module that a file of `src` is, such as `["input", "tree", "walk"]`; empty for `lib.rs`.
fn module(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix("src").expect("a source").with_extension("");
    let mut names: Vec<String> = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|last| last == "mod") || names == ["lib"] || names == ["main"] {
        names.pop();
    }
    names
}

/// Returns the code without comments and texts in quotes, as far as the search for paths needs it.
fn code(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        code.push_str(line);
        code.push(' ');
    }
    code
}

/// Returns the top-level modules that the code of a module names by `crate::` or by enough `super::`.
fn uses(path: &[String], text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate` and `pub(crate)` are none; `keysweep_crate::` would be another name.
        if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            found.extend(heads(&code[at + "crate::".len()..]).into_iter().filter(|name| !name.is_empty()));
        }
    }
    // As many `super::` as the file lies deep lead to the root of the crate.
    let up = "super::".repeat(path.len());
    for (at, _) in code.match_indices(&up) {
        let tail = &code[at + up.len()..];
        let from_deep = path.len() > 1 && !tail.starts_with("super::");
        let from_top = path.len() == 1 && code[..at].trim_end().ends_with("use");
        if (from_deep || from_top) && !code[..at].ends_with("super::") {
            found.extend(heads(tail));
        }
    }
    found
}

/// Returns the first names of a path or of a group of paths.
fn heads(tail: &str) -> Vec<String> {
    let name =
        |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = tail.strip_prefix('{') else { return vec![name(tail)] };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn a_module_uses_only_floors_below_its_own() {
    let floors: HashMap<&str, u32> = FLOORS.iter().copied().collect();
    let sources = sources("src");
    let children = |path: &[String], name: &str| {
        let inside = |other: &Vec<String>| other.len() == path.len() + 1 && other.starts_with(path);
        sources.keys().map(|file| module(file)).any(|other| inside(&other) && other.last().is_some_and(|l| l == name))
    };
    let (mut problems, mut edges) = (Vec::new(), 0);
    for (file, text) in &sources {
        let path = module(file);
        let Some(own) = path.first() else { continue };
        let Some(floor) = floors.get(own.as_str()) else {
            problems.push(format!("{}: `{own}` has no floor in tests/floors.rs", file.display()));
            continue;
        };
        for used in uses(&path, text) {
            let Some(other) = floors.get(used.as_str()).filter(|_| used != *own) else { continue };
            edges += 1;
            // In tests inside of `mod.rs`, one `super::` leads to the module itself.
            let sibling = path.len() == 1 && children(&path, &used) && !text.contains(&format!("crate::{used}"));
            if other >= floor && !sibling && !NEIGHBOURS.contains(&(own.as_str(), used.as_str())) {
                problems.push(format!("{}: `{own}` on floor {floor} uses `{used}` on floor {other}", file.display()));
            }
        }
    }
    assert!(edges > 50, "only {edges} uses were found: the search is broken");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_search_for_uses_sees_every_way_to_name_a_module() {
    let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (at, text, expected) in [
        (path(&["a"]), "use crate::scan::{Report, Mode};", vec!["scan"]),
        (
            path(&["a"]),
            "use crate::{\n    rules,\n    input::{tree, index},\n    cli,\n};",
            vec!["cli", "input", "rules"],
        ),
        (path(&["a"]), "let x: crate::report::Format = y;", vec!["report"]),
        (path(&["a", "b"]), "use super::super::cli;", vec!["cli"]),
        (path(&["a", "b"]), "use super::cli;", vec![]),
        (path(&["a"]), "use super::cli::run;", vec!["cli"]),
        (path(&["a"]), "// see crate::cli\n/// [`x`](crate::cli::x)", vec![]),
        (path(&["a"]), "pub(crate) fn f() {} my_crate::cli::run();", vec![]),
    ] {
        assert_eq!(uses(&at, text).into_iter().collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn no_file_is_longer_than_can_be_read_at_once() {
    let lengths = sources("src").into_iter().map(|(path, text)| (text.lines().count(), path));
    let longer: Vec<_> = lengths.filter(|(lines, _)| *lines > LONGEST).collect();
    assert!(longer.is_empty(), "more than {LONGEST} lines: {longer:?}");
}

#[test]
fn every_module_says_what_it_is_for_and_none_is_a_drawer() {
    for (path, text) in sources("src") {
        assert!(text.starts_with("//! "), "{}: opens without a sentence", path.display());
        let drawers = ["utils", "util", "helpers", "common", "misc"];
        assert!(module(&path).iter().all(|name| !drawers.contains(&name.as_str())), "{}", path.display());
    }
}

#[test]
fn no_two_rule_files_claim_the_same_id() {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for (name, text) in Catalogue::files() {
        let file: RuleFile = toml::from_str(text).expect("another test checks the syntax");
        for rule in file.rules {
            if let Some(other) = owners.insert(rule.id.clone(), name) {
                panic!("`{}` stands in rules/{other}.toml and in rules/{name}.toml", rule.id);
            }
        }
    }
    assert_eq!(owners.len(), Catalogue::builtin().rules().len());
}
