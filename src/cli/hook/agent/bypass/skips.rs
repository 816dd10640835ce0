//! Variables and options that make git or its hook managers skip hooks.

use super::super::settings::speaks_of_switch;
use super::call::{Call, name};
use super::options::values;

/// Variables that switch a hook manager off, or git's hooks.
const VARIABLES: [&str; 13] = [
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
    "GIT_CONFIG_GLOBAL=",
    "GIT_CONFIG_SYSTEM=",
];
/// Programs that run others, which get their options.
const RUNNERS: [&str; 7] = ["npm", "npx", "pnpm", "yarn", "bun", "bunx", "pnpx"];
/// Programs that commit.
const COMMITTERS: [&str; 5] = ["cz", "git-cz", "standard-version", "release-it", "lerna"];
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
    ["GIT_CONFIG_GLOBAL=", "GIT_CONFIG_SYSTEM="].contains(&word) || VARIABLES.iter().any(|variable| is_set(variable))
}

/// Variables whose values are lines that git and others run: editors, pagers and helpers.
const HELPERS: [&str; 10] = [
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

/// Returns the lines that a word has run which sets such a variable: its value, and what an editor of steps to take puts there.
pub fn helpers(word: &str) -> Vec<&str> {
    let Some((_, value)) = word.split_once('=').filter(|(name, _)| HELPERS.contains(name)) else { return Vec::new() };
    let end = |step: &'_ str| step.find(['\'', '"', '/', '\n']).unwrap_or(step.len());
    std::iter::once(value).chain(value.split("exec ").skip(1).map(|step| &step[..end(step)])).collect()
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
        && words.iter().any(|word| SKIPS.contains(&word.as_str()))
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
            "keysweep" => rest.next() == Some(&"hook") && rest.next() == Some(&"uninstall"),
            program => MANAGERS.contains(&program) && rest.next() == Some(&"uninstall"),
        }
    })
}
