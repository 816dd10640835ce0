//! The shape of the source tree: floors, lengths, names.
//!
//! A module uses only floors below its own; those of one floor do not know each other. A lint is handed the detectors'
//! opinion as a function, and a fix proves itself with lints and detectors.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The floor of every top-level module.
const FLOORS: &[(&str, u32)] = &[
    ("source", 0),
    ("secret", 0),
    ("nearest", 0),
    ("replace", 0),
    ("folders", 0),
    ("name_pattern", 0),
    ("wording", 0),
    ("quantity", 0),
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
    ("scanner", 7),
    ("cli", 8),
];

/// The folders with code of ours.
const FOLDERS: [&str; 3] = ["src", "tests", "benches"];
/// The most lines of a file.
const LONGEST: usize = 400;
/// The most lines of a function, without those that hold nothing but comment or quoted text.
const LONGEST_FUNCTION: usize = 50;
/// Functions that are longer, each for its reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

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

/// Returns the code with blanks in place of comments and of what stands in quotes; lines stay where they are.
fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + skipped(&bytes[at..], at.checked_sub(1).map(|before| bytes[before]));
        code[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end.max(at + 1);
    }
    String::from_utf8(code).expect("whole characters were replaced")
}

/// Returns how many bytes at the start of `rest` are a comment or quoted text; `before` is the byte in front.
fn skipped(rest: &[u8], before: Option<u8>) -> usize {
    let up_to = |end: &[u8], from: usize| {
        memchr::memmem::find(&rest[from..], end).map_or(rest.len(), |found| from + found + end.len())
    };
    let in_word = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match rest {
        [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        [b'/', b'*', ..] => up_to(b"*/", 2),
        [b'r', b'"' | b'#', ..] if !in_word || before == Some(b'b') => {
            let marks = rest[1..].iter().take_while(|&&byte| byte == b'#').count();
            // `r#name` is a name.
            if rest.get(1 + marks) == Some(&b'"') { up_to(&[b"\"", &rest[1..=marks]].concat(), marks + 2) } else { 0 }
        }
        [b'"', ..] => quoted(rest, b'"'),
        // A lifetime is followed by no second mark.
        [b'\'', b'\\', ..] => quoted(rest, b'\''),
        [b'\'', ..] => {
            let character = std::str::from_utf8(&rest[1..rest.len().min(5)]);
            let valid = character.map_or_else(|error| error.valid_up_to(), str::len);
            let first = std::str::from_utf8(&rest[1..=valid]).expect("checked").chars().next();
            let len = first.map_or(0, char::len_utf8);
            if rest.get(1 + len) == Some(&b'\'') { len + 2 } else { 0 }
        }
        _ => 0,
    }
}

/// Returns the length of the text between two marks, with both.
fn quoted(rest: &[u8], mark: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != mark {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    rest.len().min(at + 1)
}

/// Returns the functions in a file as `cargo fmt` leaves it, each with its number of lines that hold code.
fn functions(text: &str) -> Vec<(String, usize)> {
    let code = code(text);
    let lines: Vec<&str> = code.lines().map(str::trim_end).collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let words = line.trim_start();
        let Some(at) = words.find("fn ").filter(|&at| at == 0 || words[..at].ends_with(' ')) else { continue };
        let name: String = words[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        // The brace that closes the body stands below the first letter, and so does the end of a signature alone.
        let indent = &line[..line.len() - words.len()];
        let closes = |line: &str| {
            let rest = line.strip_prefix(indent).unwrap_or_default();
            rest == "}" || rest.starts_with(')') && rest.ends_with(';')
        };
        let in_one = line.ends_with(['}', ';']);
        let len = if in_one { 1 } else { 1 + lines[start..].iter().position(|line| closes(line)).unwrap_or(0) };
        found.push((name, lines[start..start + len].iter().filter(|line| !matches!(line.trim(), "" | ",")).count()));
    }
    found
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
            if other >= floor && !sibling {
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
    let sources = FOLDERS.iter().flat_map(|folder| sources(folder));
    let longer: Vec<_> =
        sources.map(|(path, text)| (text.lines().count(), path)).filter(|(lines, _)| *lines > LONGEST).collect();
    assert!(longer.is_empty(), "more than {LONGEST} lines: {longer:?}");
}

#[test]
fn no_function_is_longer_than_fits_on_a_screen() {
    let mut count = 0;
    let mut long = BTreeSet::new();
    for (path, text) in FOLDERS.iter().flat_map(|folder| sources(folder)) {
        let path = path.to_string_lossy().replace('\\', "/");
        for (name, lines) in functions(&text) {
            count += 1;
            if lines > LONGEST_FUNCTION {
                long.insert((path.clone(), name));
            }
        }
    }
    assert!(count > 2000, "only {count} functions were found: the search is broken");
    let known = LONG_FUNCTIONS.iter().map(|(path, name)| ((*path).to_owned(), (*name).to_owned())).collect();
    let (new, gone): (Vec<_>, Vec<_>) = (long.difference(&known).collect(), known.difference(&long).collect());
    assert!(new.is_empty(), "more than {LONGEST_FUNCTION} lines of code: {new:?}");
    assert!(gone.is_empty(), "no longer long, so they need no exception: {gone:?}");
}

#[test]
fn comments_and_quoted_text_are_no_code() {
    for (text, expected) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b\nc */ d", "a     \n     d"),
        (r#"f("x // y\"", z)"#, r#"f(          , z)"#),
        ("f(r#\"x\" \"#, z)", "f(        , z)"),
        ("'a' 'a: &'b str", "    'a: &'b str"),
        (r"'\'' '\\' '{' x", r"              x"),
        ("br\"}\" rb r#x", "b     rb r#x"),
        ("'é' x", "     x"),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
}

#[test]
fn the_lines_of_a_function_are_counted_without_those_of_text() {
    let text = "impl A {\n    pub fn one(&self) -> u8 {\n        // why\n\n        text(\n            \"\n}\n\",\n        )\n    }\n\n    fn two(\n        a: u8,\n    ) -> u8;\n\n    const fn three() {}\n}\n";
    let counted: Vec<(String, usize)> = functions(text);
    assert_eq!(counted, [("one".to_owned(), 4), ("two".to_owned(), 3), ("three".to_owned(), 1)]);
}

#[test]
fn every_module_says_what_it_is_for_and_none_is_a_drawer() {
    for (path, text) in sources("src") {
        assert!(text.starts_with("//! "), "{}: opens without a sentence", path.display());
        let drawers = ["utils", "util", "helpers", "common", "misc"];
        assert!(module(&path).iter().all(|name| !drawers.contains(&name.as_str())), "{}", path.display());
    }
}
