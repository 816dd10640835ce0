//! Enters hooks in lefthook's configuration, so that the rest of it stays as it is, and takes them out again.

use std::path::Path;

use miette::{IntoDiagnostic as _, miette};
use serde_json::json;

use super::jobs::{self, Job};
use super::script::{BEGIN, END};
use super::switched::{Runner, but_off};
use super::values;
use super::{Name, files, manager};
use crate::document::{Document, Format, Node, parse};
use crate::replace::{Links, Replace};

/// Makes lefthook run the hook; says what was done. Git looks for its own hooks in `hooks`.
///
/// # Errors
/// If the file cannot be read or written, or its shape leaves no place to add to it safely: then the error says what to add.
pub fn install(hook: Name, file: &Path, hooks: &Path) -> miette::Result<String> {
    let text = read(file)?;
    if is_entered(&text, file, hook) {
        return Ok(format!("{}: already in {}{}", hook.word(), file.display(), missing(hook, hooks)));
    }
    let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
    let is_yaml = matches!(extension.as_str(), "yml" | "yaml");
    let Some(with) = Some(&text).filter(|_| is_yaml).and_then(|text| added(text, hook)) else {
        return Err(miette!(
            help = format!(
                "add this to it by hand, to the `{}` that is there if there is one:\n{}",
                hook.word(),
                by_hand(hook, &extension)
            ),
            "lefthook looks after the hooks here, and `{}` cannot be changed safely for `{}`",
            file.display(),
            hook.word()
        ));
    };
    files::write(file, with.as_bytes(), Replace::default())?;
    Ok(format!("{}: set up in {}{}", hook.word(), file.display(), missing(hook, hooks)))
}

/// Takes what was added out again; says what was done.
///
/// # Errors
/// If the file cannot be read or written.
pub fn uninstall(hook: Name, file: &Path) -> miette::Result<String> {
    let text = read(file)?;
    let rest = removed(&text, hook);
    if rest == text {
        return Ok(String::new());
    }
    files::write(file, rest.as_bytes(), Replace::default())?;
    Ok(format!("{}: taken out of {}", hook.word(), file.display()))
}

/// Tells whether lefthook runs the hook, and git lefthook, in one line.
///
/// # Errors
/// If the file cannot be read.
pub fn status(hook: Name, file: &Path, hooks: &Path) -> miette::Result<String> {
    let (name, file_name, text) = (hook.word(), file.display(), read(file)?);
    Ok(match (is_entered(&text, file, hook), missing(hook, hooks)) {
        (false, _) => format!("{name}: not set up in {file_name}"),
        (true, "") => match doubts(&text, file, hook).join(" and ") {
            doubts if doubts.is_empty() => format!("{name}: set up in {file_name}{}", but_off(Runner::Lefthook)),
            doubts => format!("{name}: set up in {file_name}, but {doubts} may keep it from running: take that out"),
        },
        (true, missing) => format!("{name}: in {file_name}, but not set up{missing}"),
    })
}

/// Returns what may keep lefthook from running the hook, in the file and in local ones beside it.
fn doubts(text: &str, file: &Path, hook: Name) -> Vec<String> {
    let jobs = jobs::jobs(&values::read(text, format(file)));
    let jobs: Vec<Job> = jobs.into_iter().filter(|job| job.hook == hook.word()).collect();
    let own = jobs.iter().flat_map(Job::doubts).map(|key| format!("`{key}`"));
    let local = manager::local_names().filter(|name| {
        let file = file.with_file_name(name);
        let local = values::read(&read(&file).unwrap_or_default(), format(&file));
        jobs.iter().any(|job| jobs::said_locally(&local, job) != json!({}))
    });
    let mut all: Vec<String> = own.chain(local.map(|name| format!("`{name}`"))).collect();
    all.dedup();
    all
}

/// Returns the language of a file of lefthook's.
pub fn format(file: &Path) -> Format {
    match file.extension().unwrap_or_default().to_string_lossy().as_ref() {
        "toml" => Format::Toml,
        "json" | "jsonc" => Format::Json,
        _ => Format::Yaml,
    }
}

/// Says what is left to do where git does not run lefthook for the hook; nothing if it does.
fn missing(hook: Name, hooks: &Path) -> &'static str {
    let script = files::read(&hooks.join(hook.word()), Links::Follow).ok().flatten().unwrap_or_default();
    let is_run = memchr::memmem::find(&script, b"lefthook").is_some();
    if is_run { "" } else { "; git does not run lefthook for it yet: run `lefthook install`" }
}

/// Tells whether keysweep runs for the hook, whoever entered it; a comment runs nothing.
fn is_entered(text: &str, file: &Path, hook: Name) -> bool {
    let command = format!("keysweep hook run {}", hook.word());
    match parse(text.as_bytes(), format(file)) {
        Ok(document) => {
            let own = document.roots.iter().filter_map(|root| root.get(hook.word()));
            own.flat_map(texts_of).any(|(_, value)| value.contains(&command))
        }
        Err(_) => text.contains(&command),
    }
}

fn read(file: &Path) -> miette::Result<String> {
    String::from_utf8(files::read(file, Links::Refuse)?.unwrap_or_default()).into_diagnostic()
}

/// Returns the members of the job that runs the hook.
fn members(hook: Name) -> Vec<String> {
    match hook {
        // Lefthook would put the remote's address into a line of shell as it is, whoever chose it.
        Name::PrePush | Name::PreReceive => {
            vec![format!("run: keysweep hook run {}", hook.word()), "use_stdin: true".to_owned()]
        }
        Name::CommitMsg => vec!["run: keysweep hook run commit-msg '{1}'".to_owned()],
        _ => vec![format!("run: keysweep hook run {}", hook.word())],
    }
}

/// Returns what to add, in the file's own language.
fn by_hand(hook: Name, extension: &str) -> String {
    let (name, members) = (hook.word(), members(hook));
    let pairs = || members.iter().filter_map(|member| member.split_once(": "));
    let quoted = |value: &str| if value == "true" { value.to_owned() } else { format!("\"{value}\"") };
    match extension {
        "toml" => {
            let lines: String = pairs().map(|(key, value)| format!("\n{key} = {}", quoted(value))).collect();
            format!("[{name}.commands.keysweep]{lines}")
        }
        "json" | "jsonc" => {
            let pairs: Vec<String> = pairs().map(|(key, value)| format!("\"{key}\": {}", quoted(value))).collect();
            format!("\"{name}\": {{ \"commands\": {{ \"keysweep\": {{ {} }} }} }}", pairs.join(", "))
        }
        _ => block(0, "  ", &[&format!("{name}:"), "commands:", "keysweep:"], &members).join("\n"),
    }
}

/// Returns lines of which each of `keys` holds what follows, and the last one the members.
fn block(indent: usize, unit: &str, keys: &[&str], members: &[String]) -> Vec<String> {
    let line = |depth: usize, text: &str| format!("{}{}{text}", " ".repeat(indent), unit.repeat(depth));
    let keys_lines = keys.iter().enumerate().map(|(depth, key)| line(depth, key));
    keys_lines.chain(members.iter().map(|member| line(keys.len(), member))).collect()
}

/// Returns the text with the hook, if there is a place for it.
fn added(text: &str, hook: Name) -> Option<String> {
    let document = parse(text.as_bytes(), Format::Yaml).ok()?;
    if text.trim_start().starts_with('{') || document.roots.len() > 1 {
        return None;
    }
    let members = members(hook);
    let name = format!("{}:", hook.word());
    let with = match document.roots.first().and_then(|root| root.get(hook.word())) {
        None => inserted(text, text.len(), &block(0, "  ", &[&name, "commands:", "keysweep:"], &members)),
        Some(own) => {
            let (at, lines) = into(text, own, &members)?;
            inserted(text, at, &lines)
        }
    };
    is_right(&document, &with, hook).then_some(with)
}

/// Finds where a hook that lefthook runs already takes one more job, and how that is written there.
fn into(text: &str, own: &Node, members: &[String]) -> Option<(usize, Vec<String>)> {
    let is_block = |node: &Node| {
        !text[node.span.start..].starts_with(['{', '[', '*', '&', '!'])
            && !node.children().is_empty()
            && node.get("<<").is_none()
    };
    if !is_block(own) {
        return None;
    }
    let behind = |node: &Node| node.key.as_ref().map(|key| next_line(text, key.span.end));
    if let Some(commands) = own.get("commands") {
        let first = commands.members().filter(|_| is_block(commands) && commands.get("keysweep").is_none())?.first()?;
        let indent = column(text, first.whole().start)?;
        return Some((behind(commands)?, block(indent, "  ", &["keysweep:"], members)));
    }
    if let Some(jobs) = own.get("jobs") {
        let first = jobs.elements().filter(|_| is_block(jobs))?.first()?;
        let start = line_start(text, first.span.start);
        let indent = text[start..].find('-').filter(|at| text[start..start + at].trim().is_empty())?;
        return Some((behind(jobs)?, block(indent, "  ", &["- name: keysweep"], members)));
    }
    let indent = column(text, own.members()?.first()?.whole().start)?;
    Some((behind(own)?, block(indent, "  ", &["commands:", "keysweep:"], members)))
}

/// Tells whether a changed text says all that the old one said, and runs the hook.
fn is_right(before: &Document, text: &str, hook: Name) -> bool {
    let Ok(after) = parse(text.as_bytes(), Format::Yaml) else { return false };
    let run = members(hook)[0].trim_start_matches("run: ").to_owned();
    let (old, new) = (texts(before), texts(&after));
    let runs = |(way, value): &(String, String)| way.ends_with("run") && *value == run;
    let mut rest = new.iter();
    new.iter().any(runs) && old.iter().all(|text| rest.any(|other| other.1 == text.1))
}

/// Returns all texts of a document with their keys.
fn texts(document: &Document) -> Vec<(String, String)> {
    document.roots.iter().flat_map(texts_of).collect()
}

/// Returns all texts in a part of a document with their keys.
fn texts_of(node: &Node) -> Vec<(String, String)> {
    fn walk(node: &Node, found: &mut Vec<(String, String)>) {
        if let Some(text) = node.text() {
            found.push((node.name().to_owned(), text.to_owned()));
        }
        node.children().iter().for_each(|child| walk(child, found));
    }
    let mut found = Vec::new();
    walk(node, &mut found);
    found
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Returns how far a key that begins its line is indented.
fn column(text: &str, at: usize) -> Option<usize> {
    let before = &text[line_start(text, at)..at];
    before.bytes().all(|byte| byte == b' ').then_some(before.len())
}

fn inserted(text: &str, at: usize, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indent: String = lines[0].chars().take_while(|sign| *sign == ' ').collect();
    let open = if text[..at].is_empty() || text[..at].ends_with('\n') { "" } else { end };
    let marked = [&[format!("{indent}{BEGIN}")], lines, &[format!("{indent}{END}")]].concat();
    let marked: String = marked.iter().map(|line| format!("{line}{end}")).collect();
    format!("{}{open}{marked}{}", &text[..at], &text[at..])
}

/// Takes out what was added for the hook, unless somebody changed it.
fn removed(text: &str, hook: Name) -> String {
    let members = members(hook);
    let name = format!("{}:", hook.word());
    let is_ours = |line: &str| {
        [name.as_str(), "commands:", "keysweep:", "- name: keysweep"].contains(&line)
            || members.iter().any(|member| member == line)
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut rest, mut at) = (String::new(), 0);
    while at < lines.len() {
        let end = lines[at..].iter().position(|line| line.trim() == END).filter(|_| lines[at].trim() == BEGIN);
        let inner = end.map(|end| &lines[at + 1..at + end]);
        let is_of_hook = |inner: &[&str]| {
            inner.iter().all(|line| is_ours(line.trim())) && inner.iter().any(|line| line.trim() == members[0])
        };
        match (end, inner) {
            (Some(end), Some(inner)) if is_of_hook(inner) => at += end + 1,
            _ => {
                rest += lines[at];
                at += 1;
            }
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_entered_where_lefthook_has_its_like_and_leaves_no_trace() {
        for (text, expected) in [
            (
                "",
                "# keysweep begin\npre-commit:\n  commands:\n    keysweep:\n      run: keysweep hook run pre-commit\n# keysweep end\n",
            ),
            (
                "pre-commit:\n  parallel: true\n  commands:\n    # ours\n    lint:\n      run: make\n",
                "pre-commit:\n  parallel: true\n  commands:\n    # keysweep begin\n    keysweep:\n      run: keysweep hook run pre-commit\n    # keysweep end\n    # ours\n    lint:\n      run: make\n",
            ),
            (
                "pre-commit:\n  jobs:\n  - name: lint\n    run: make\n",
                "pre-commit:\n  jobs:\n  # keysweep begin\n  - name: keysweep\n    run: keysweep hook run pre-commit\n  # keysweep end\n  - name: lint\n    run: make\n",
            ),
            (
                "\"pre-commit\":\r\n    scripts:\r\n        a.sh:\r\n            runner: sh\r\n",
                "\"pre-commit\":\r\n    # keysweep begin\r\n    commands:\r\n      keysweep:\r\n        run: keysweep hook run pre-commit\r\n    # keysweep end\r\n    scripts:\r\n        a.sh:\r\n            runner: sh\r\n",
            ),
        ] {
            let with = added(text, Name::PreCommit).expect("there is a place");
            assert_eq!(with, expected);
            assert_eq!(removed(&with, Name::PreCommit), text);
            assert_eq!(removed(&with, Name::PrePush), with, "another hook's lines stay");
        }
    }

    #[test]
    fn a_comment_or_another_hook_runs_nothing() {
        let run = "keysweep hook run pre-commit";
        for (file, text, expected) in [
            ("lefthook.yml", format!("pre-commit:\n  jobs:\n  - run: {run}\n"), true),
            ("lefthook.yml", format!("pre-commit:\n  jobs:\n  # - run: {run}\n  - run: make\n"), false),
            ("lefthook.yml", format!("pre-push:\n  jobs:\n  - run: {run}\n"), false),
            ("lefthook.toml", format!("[pre-commit.commands.x]\nrun = \"{run}\"\n"), true),
            ("lefthook.json", format!("{{\"pre-commit\": {{\"jobs\": [{{\"run\": \"{run}\"}}]}}}}"), true),
        ] {
            assert_eq!(is_entered(&text, Path::new(file), Name::PreCommit), expected, "{text}");
        }
    }

    #[test]
    fn what_leaves_no_place_is_left() {
        for text in [
            "pre-commit: {}\n",
            "{ pre-commit: {} }\n",
            "pre-commit:\n  commands: {}\n",
            "pre-commit:\n  commands: { lint: { run: make } }\n",
            "pre-commit:\n  jobs: [{ run: make }]\n",
            "pre-commit:\n  commands:\n    keysweep:\n      run: make\n",
            "a: &a\n  commands:\n    x:\n      run: y\npre-commit: *a\n",
            "pre-commit: [\n",
            "a: &a\n  x: y\npre-commit:\n  <<: *a\n  parallel: true\n",
            "---\na: 1\n---\nb: 1\n",
        ] {
            assert_eq!(added(text, Name::PreCommit), None, "{text}");
        }
    }

    #[test]
    fn what_to_add_is_told_in_the_language_of_the_file() {
        assert_eq!(
            by_hand(Name::PrePush, "toml"),
            "[pre-push.commands.keysweep]\nrun = \"keysweep hook run pre-push\"\nuse_stdin = true"
        );
        assert_eq!(
            by_hand(Name::PreCommit, "json"),
            "\"pre-commit\": { \"commands\": { \"keysweep\": { \"run\": \"keysweep hook run pre-commit\" } } }"
        );
        assert!(by_hand(Name::CommitMsg, "yml").starts_with("commit-msg:\n  commands:\n    keysweep:\n      run: "));
    }
}
