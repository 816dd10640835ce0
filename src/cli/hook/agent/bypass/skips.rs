//! Variables and options that make git or its hook managers skip hooks.

use std::path::Path;

use super::super::settings::speaks_of_switch;
use super::call::{Call, name};
use super::git::{Git, definition};
use super::options::values;
use crate::folders;

/// Variables that switch a hook manager off, or git's hooks.
const VARIABLES: [&str; 16] = [
    "HUSKY=0",
    "HUSKY_SKIP_HOOKS=",
    "LEFTHOOK=0",
    "LEFTHOOK=false",
    "LEFTHOOK_EXCLUDE=",
    "SKIP=",
    "PREK_SKIP=",
    "PRE_COMMIT_ALLOW_NO_CONFIG=",
    "PREK_ALLOW_NO_CONFIG=",
    "GIT_CONFIG_PARAMETERS=",
    "GIT_CONFIG_COUNT=",
    "LEFTHOOK_BIN=",
    "SKIP_SIMPLE_GIT_HOOKS=1",
    "SIMPLE_GIT_HOOKS_RC=",
    "npm_config_commit_hooks=false",
    "NPM_CONFIG_COMMIT_HOOKS=false",
];
/// Variables that say where the settings of git lie, whatever they hold but what they usually do.
const PLACES: [&str; 4] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "HOME", "XDG_CONFIG_HOME"];
/// What these usually hold, beside the path of the home directory itself.
const USUAL: [&str; 5] = ["~", "$HOME", "~/.config", "$HOME/.config", "$XDG_CONFIG_HOME"];
/// Programs that run others, which get their options.
const RUNNERS: [&str; 7] = ["npm", "npx", "pnpm", "yarn", "bun", "bunx", "pnpx"];
/// Programs that commit.
const COMMITTERS: [&str; 6] = ["cz", "git-cz", "standard-version", "commit-and-tag-version", "release-it", "lerna"];
/// Those of them that have a letter for that which makes git skip its hooks, `-n`.
const SHORT: [&str; 2] = ["standard-version", "commit-and-tag-version"];
/// Parts of the names of scripts and programs that commit or push.
const PARTS: [&str; 7] = ["commit", "cz", "release", "version", "push", "lerna", "publish"];
/// Their options that make git skip its hooks.
const SKIPS: [&str; 3] = ["--no-verify", "--no-commit-hooks", "--commit-hooks=false"];
/// Programs that look after hooks, and take them out under `uninstall`.
const MANAGERS: [&str; 5] = ["pre-commit", "pre_commit", "prek", "lefthook", "husky"];

/// Tells whether a word sets one of the variables that switch hooks off; most of them do nothing if they are empty.
pub fn switches_off(word: &str) -> bool {
    // PowerShell names them otherwise.
    let start = word.get(..5).filter(|start| start.eq_ignore_ascii_case("$env:"));
    let word = &word[start.map_or(0, str::len)..];
    let is_set = |variable: &str| word.starts_with(variable) && (word != variable || !variable.ends_with('='));
    let is_usual = |value: &str| {
        USUAL.contains(&value.trim_end_matches('/')) || folders::home().is_some_and(|home| home == Path::new(value))
    };
    let is_elsewhere = |(name, value): (&str, &str)| PLACES.contains(&name) && !is_usual(value);
    word.split_once('=').is_some_and(is_elsewhere) || VARIABLES.iter().any(|variable| is_set(variable))
}

/// Variables whose values are lines that git and others run: editors, pagers and helpers.
const HELPERS: [&str; 11] = [
    "core.editor",
    "GIT_SEQUENCE_EDITOR",
    "GIT_EDITOR",
    "EDITOR",
    "VISUAL",
    "GIT_PAGER",
    "PAGER",
    "GIT_EXTERNAL_DIFF",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "PROMPT_COMMAND",
];

/// Returns the lines that a word has run which sets such a variable, or a value of git's configuration: its value, what an editor
/// of steps to take puts there, and what a name for a command would stand for.
pub fn helpers(word: &str) -> Vec<String> {
    let Some((name, value)) = word.split_once('=') else { return Vec::new() };
    if name.starts_with("GIT_CONFIG_VALUE_") {
        return vec![value.to_owned(), definition(value)];
    }
    if name == "GIT_CONFIG_PARAMETERS" {
        let values = value.split('\'').map(|part| part.split_once('=').map_or(part, |(_, value)| value));
        return values.flat_map(|value| [value.to_owned(), definition(value)]).collect();
    }
    let end = |step: &'_ str| step.find(['\'', '"', '/', '\n']).unwrap_or(step.len());
    let steps = value.split("exec ").skip(1).map(|step| &step[..end(step)]);
    let lines = std::iter::once(value).chain(steps).filter(|_| HELPERS.contains(&name));
    lines.map(str::to_owned).collect()
}

/// Returns the file that a command has git open in an editor, if it is its configuration.
pub fn opened(call: &Call<'_>) -> Option<&'static str> {
    let has = |words: &[&str]| call.words.iter().any(|word| words.contains(&word.as_str()));
    let is_configured = || Git::new(call.words, &call.folder, false).subcommand == Some("config");
    let is_opened = call.program == "git" && has(&["-e", "--edit", "edit"]) && is_configured();
    is_opened.then(|| if has(&["--global", "--system"]) { "~/.gitconfig" } else { ".git/config" })
}

/// Tells whether a command begins an agent whose hooks are off, or turns them off by its own command.
pub fn starts_without_hooks(call: &Call<'_>) -> bool {
    let is_hooks = |name: &str| ["hooks", "codex_hooks"].contains(&name);
    let speaks = |options: &[&str]| values(call.words, options).any(speaks_of_switch);
    match (call.program.as_str(), call.words) {
        ("claude", [first, rest @ ..]) if first == "config" => rest.iter().any(|word| word == "disableAllHooks"),
        ("claude", _) => speaks(&["--settings"]),
        ("codex", [first, second, rest @ ..]) if first == "features" && second == "disable" => {
            rest.iter().any(|name| is_hooks(name))
        }
        ("codex", _) => speaks(&["-c", "--config"]) || values(call.words, &["--disable"]).any(is_hooks),
        _ => false,
    }
}

/// Tells whether a command hands an option on to whatever commits that makes it skip git's hooks.
pub fn hands_skip_on(words: &[String], call: &Call<'_>) -> bool {
    let commits = |word: &String| {
        let mut parts = word.split(|sign: char| !sign.is_ascii_alphanumeric());
        !word.starts_with('-') && parts.any(|part| PARTS.contains(&part))
    };
    let runs = |name: &str| RUNNERS.contains(&name);
    let is_run = runs(&call.program) || call.wrappers.iter().any(|name| runs(name));
    (COMMITTERS.contains(&call.program.as_str()) || is_run && words.iter().any(commits))
        && call.program != "git"
        && words
            .iter()
            .any(|word| SKIPS.contains(&word.as_str()) || word == "-n" && SHORT.contains(&call.program.as_str()))
}

/// Tells whether a command runs what commits or pushes by its name.
pub fn commits(call: &Call<'_>) -> bool {
    let is_part = |word: &str| {
        let mut parts = word.split(|sign: char| !sign.is_ascii_alphanumeric());
        parts.any(|part| part != "publish" && PARTS.contains(&part))
    };
    let is_runner = |name: &str| RUNNERS.contains(&name);
    let is_run = call.wrappers.iter().any(|name| is_runner(name)) && is_part(&call.program);
    let first = call.words.iter().find(|word| !word.starts_with('-'));
    let is_script = is_runner(&call.program) && first.is_some_and(|word| is_part(word));
    COMMITTERS.contains(&call.program.as_str()) || is_run || is_script
}

/// Tells whether one of the words, whatever runs it, is a program that looks after hooks and is told to take them out.
pub fn takes_hooks_out(call: &Call<'_>) -> bool {
    if call.program == "git" {
        return false;
    }
    let words: Vec<&str> =
        std::iter::once(call.program.as_str()).chain(call.words.iter().map(String::as_str)).collect();
    (0..words.len()).any(|at| {
        // A package may be named with its version.
        let program = words[at].split_once('@').map_or(words[at], |(package, _)| package);
        let mut rest = words[at + 1..].iter().filter(|word| !word.starts_with('-'));
        match name(program).as_str() {
            // An option may have its value behind it.
            "keysweep" => rest.any(|word| *word == "hook") && rest.any(|word| *word == "uninstall"),
            program => MANAGERS.contains(&program) && rest.next() == Some(&"uninstall"),
        }
    })
}
