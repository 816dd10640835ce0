//! What programs in other languages do, as far as the texts in quotes tell that stand in them.

mod quoted;
mod shown;

use super::super::leave;
use super::super::settings::speaks_of_switch;
use super::super::shell::{self, joined};
use super::guard::Guarded;
use super::options::{Valued, Word, Words};
use super::targets::Deed;
use super::{Reach, goes_around, is_suspect};
use quoted::{Group, Quoted, quoted};

/// The most bytes of a program that are read.
const LONGEST: usize = 1 << 17;
/// Languages whose program stands behind options of one letter.
const BEHIND: &[(&[&str], &str)] = &[
    (&["perl", "ruby", "lua", "luajit", "osascript", "rscript", "julia", "groovy", "elixir"], "eE"),
    (&["node", "nodejs", "bun"], "ep"),
    (&["python", "python2", "python3", "pypy", "pypy3"], "c"),
    (&["php"], "r"),
];
const AWKS: [&str; 4] = ["awk", "gawk", "mawk", "nawk"];
/// What it has in it that sets variables which switch hooks off.
const SWITCHES: [&str; 8] =
    ["HUSKY", "LEFTHOOK", "PREK_SKIP", "GIT_CONFIG_", "PRE_COMMIT_ALLOW", "\"SKIP\"", "'SKIP'", "env.SKIP"];
/// How lines begin that are known as such where nothing near tells that they are run.
const BEGINNINGS: [&str; 12] =
    ["git ", "cd ", "rm ", "mv ", "cp ", "sudo ", "sh ", "bash ", "env ", "chmod ", "npx ", "HUSKY="];
/// What a program has in it that runs others.
const RUNNING: [&str; 21] = [
    ".command(",
    "system",
    "exec",
    "spawn",
    "popen",
    "subprocess",
    "check_",
    "getoutput",
    "getstatus",
    ".run(",
    ".call(",
    "shell",
    "getline",
    "passthru",
    "| \"",
    "|\"",
    "qx",
    "%x",
    "open3",
    "sh(",
    "startprocess",
];
/// What takes files away or writes them.
const TAKING: [&str; 25] = [
    "unlink",
    "remove",
    "rmtree",
    "rmsync",
    "rm(",
    "rm_",
    ".rm",
    "rmdir",
    "delete",
    "rename",
    "os.replace",
    "move",
    "mv(",
    "write",
    "truncate",
    "chmod",
    "symlink",
    "link(",
    "dump(",
    "appendfile",
    "put_contents",
    "erase",
    "touch(",
    "save(",
    "outputto",
];
/// What leaves a file of the same text elsewhere.
const COPYING: [&str; 3] = ["copy", "cp(", "cp_"];
/// How files are opened that are written.
const MODES: [&str; 14] = ["w", "a", "x", "wb", "ab", "xb", "w+", "a+", "r+", "rb+", "r+b", "wt", ">", ">>"];

/// Where a program in another language stands.
#[derive(Debug, PartialEq, Eq)]
pub enum Program {
    /// In its words.
    Text(String),
    /// On standard input.
    Input,
}

/// Returns the program that a language with these words runs, if it stands in the line.
pub fn program(name: &str, words: &[String]) -> Option<Program> {
    let version = name.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '.');
    let is_named = |names: &&[&str]| names.contains(&name) || names.contains(&version);
    if AWKS.contains(&name) {
        return of_awk(words);
    }
    if name == "deno" {
        return match words.split_first() {
            Some((word, rest)) if word == "eval" => Some(Program::Text(rest.join("\n"))),
            Some((word, rest)) if word == "run" && rest.iter().any(|word| word == "-") => Some(Program::Input),
            _ => None,
        };
    }
    let (_, letters) = BEHIND.iter().find(|(names, _)| is_named(names))?;
    let mut texts = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let long = ["--eval", "--print"].iter().find_map(|long| word.strip_prefix(long));
        match (long, word.strip_prefix('-')) {
            (Some(""), _) => texts.extend(rest.next().cloned()),
            (Some(value), _) => texts.push(value.trim_start_matches('=').to_owned()),
            (None, Some("m")) if *letters == "c" => return None,
            (None, Some(option)) if !option.starts_with('-') => match option.find(|letter| letters.contains(letter)) {
                Some(at) if at + 1 == option.len() => texts.extend(rest.next().cloned()),
                Some(at) if *letters == "c" || *letters == "r" => texts.push(option[at + 1..].to_owned()),
                Some(_) if option == "pe" => texts.extend(rest.next().cloned()),
                _ => {}
            },
            (None, Some(_)) => {}
            // A file; what stands behind it is its own.
            (None, None) if texts.is_empty() => return None,
            (None, None) => break,
        }
    }
    Some(if texts.is_empty() { Program::Input } else { Program::Text(texts.join("\n")) })
}

fn of_awk(words: &[String]) -> Option<Program> {
    let valued = Valued { letters: "Fvf", long: &["assign", "field-separator", "file", "source"] };
    let mut words = Words::new(words, valued);
    while let Some(option) = words.option() {
        match option {
            Word::Letter('f', _) | Word::Long("file", _) => return None,
            Word::Long("source", Some(text)) => return Some(Program::Text(text.to_owned())),
            _ => {}
        }
    }
    words.rest().first().cloned().map(Program::Text)
}

/// Tells whether a program in another language runs what goes around hooks, or does to them what a line must not do.
pub fn text_goes_around(text: &str, reach: Reach<'_>) -> bool {
    // What is too deep or too long is not read.
    let Some(deeper) = reach.deeper().filter(|_| text.len() <= LONGEST) else { return is_suspect(text) };
    let quoted = quoted(text);
    if text.get(quoted.end..).is_some_and(is_suspect) {
        return true;
    }
    let code = lower(&quoted.code);
    let runs = has(&code, &RUNNING);
    let switches = has(text, &SWITCHES) || deeper.switched_off;
    let reach = Reach { input: &[], switched_off: switches, ..deeper };
    quoted.groups().any(|group| {
        let statement = lower(group.statement);
        let is_run = group.is_run || runs && (has(&statement, &RUNNING) || !is_only_named(&group, &quoted, text));
        let is_near = group.is_run || has(&statement, &RUNNING);
        let is_line = |line: &String| {
            let is_known = is_near || BEGINNINGS.iter().any(|start| line.trim_start().starts_with(start));
            is_known && worth(line) && goes_around(line, reach)
        };
        // The name of a program may be said once more, as its first word.
        let twice = usize::from(group.texts.len() > 1 && group.texts[0] == group.texts[1]);
        let list = shell::line(group.texts[twice..].iter().map(String::as_str));
        if is_run && (group.texts.iter().any(is_line) || is_line(&list)) {
            return true;
        }
        let is_written = group.texts.iter().any(|text| MODES.contains(&text.as_str()))
            || group.is_redirected
            || has(&statement, &TAKING) && !gives_right(&statement)
            || group.is_assigned && has(&code, &TAKING) && !has(&code, &["print", "console."]);
        let from = usize::from(group.texts.len() > 1);
        let copied = if has(&statement, &COPYING) { &group.texts[from..] } else { &[] };
        let written = if is_written { &group.texts[..] } else { copied };
        if matches!(reach.guarded, Guarded::Scanning(_)) && written.iter().any(|text| leave::grants(text, "")) {
            return true;
        }
        let path = if group.is_path { group.texts.join("/") } else { String::new() };
        let is_mode = |text: &&String| text.starts_with('>');
        let opened = group.texts.iter().filter(is_mode).map(|text| text.trim_start_matches(['>', ' ']));
        written
            .iter()
            .map(String::as_str)
            .chain((!written.is_empty() && group.is_path).then_some(path.as_str()))
            .chain(opened)
            .any(|path| {
                let path = joined(reach.folder, path);
                [Deed::Takes, Deed::Writes].iter().any(|deed| reach.guarded.is_harmed(*deed, &path))
            })
    }) || turns_hooks_off(text, &code, &quoted, reach)
}

/// Tells whether one of these parts stands in a piece of a program.
fn has(code: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| code.contains(part))
}

/// Tells whether texts of a statement are only shown or compared, or kept in a variable with which nothing else is done.
fn is_only_named(group: &Group<'_>, quoted: &Quoted, text: &str) -> bool {
    let is_kept = || shown::set_variable(group.before).is_some_and(|name| !shown::is_used(text, quoted, name));
    let is_shown = || shown::is_shown(group.before) && !shown::is_fed(group.statement);
    group.is_compared || is_shown() || is_kept()
}

/// Returns a part of a program in lower case, in which what is written to standard output counts as printed.
fn lower(code: &str) -> String {
    ["stdout.write", "stderr.write"].iter().fold(code.to_ascii_lowercase(), |code, name| code.replace(name, "print"))
}

/// Tells whether a text may be a line that does something about hooks: most texts are not.
fn worth(line: &str) -> bool {
    ["git", "hook", ".claude", "keysweep", "pre-commit", "husky", "lefthook", "settings"]
        .iter()
        .any(|word| line.contains(word))
}

/// Tells whether `chmod` leaves the right to run.
fn gives_right(statement: &str) -> bool {
    statement.contains("chmod")
        && ["755", "775", "777", "700", "s_ix", "0o5", "+x"].iter().any(|mode| statement.contains(mode))
}

/// Tells whether a program writes settings of an agent and speaks of what keeps hooks from running.
fn turns_hooks_off(text: &str, code: &str, quoted: &Quoted, reach: Reach<'_>) -> bool {
    let Guarded::Hooks(surroundings) = reach.guarded else { return false };
    let is_settings = |path: &String| {
        path.len() < 4096 && path.contains('.') && surroundings.says_whether_hooks_run(&joined(reach.folder, path))
    };
    speaks_of_switch(text)
        && (TAKING.iter().chain(&COPYING).any(|part| code.contains(part))
            || quoted.texts().any(|text| MODES.contains(&text.as_str())))
        && quoted.texts().any(is_settings)
}
