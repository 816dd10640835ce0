//! What git is asked to do by its words.

use super::super::shell;

/// The long options of `git commit` whose value is the next word.
const VALUES: [&str; 11] = [
    "message",
    "file",
    "author",
    "date",
    "template",
    "reuse-message",
    "reedit-message",
    "fixup",
    "squash",
    "cleanup",
    "trailer",
];
/// The subcommands whose hooks are switched off by settings and variables.
const WITH_HOOKS: [&str; 8] = ["commit", "am", "push", "merge", "pull", "rebase", "cherry-pick", "revert"];

/// Subcommands that have no hooks to skip, whatever their words are; what is none of git's may hand its options to `git commit`.
const WITHOUT_HOOKS: [&str; 41] = [
    "add",
    "annotate",
    "apply",
    "archive",
    "bisect",
    "blame",
    "branch",
    "cat-file",
    "checkout",
    "clean",
    "clone",
    "config",
    "describe",
    "diff",
    "fetch",
    "for-each-ref",
    "format-patch",
    "gc",
    "grep",
    "help",
    "init",
    "log",
    "ls-files",
    "ls-remote",
    "mv",
    "notes",
    "reflog",
    "remote",
    "reset",
    "restore",
    "rev-list",
    "rev-parse",
    "rm",
    "shortlog",
    "show",
    "stash",
    "status",
    "submodule",
    "switch",
    "tag",
    "worktree",
];

/// One call of git.
pub struct Git<'a> {
    /// What it does, if that is said.
    pub subcommand: Option<&'a str>,
    /// The words behind that.
    pub rest: &'a [String],
    /// Whether its surroundings or options switch hooks off.
    set: bool,
    /// The lines that it defines names for.
    defined: Vec<String>,
}

impl<'a> Git<'a> {
    /// Reads the words behind `git`; `set` is whether its surroundings switch hooks off.
    pub fn new(words: &'a [String], mut set: bool) -> Self {
        let (mut rest, mut defined) = (words.iter(), Vec::new());
        let subcommand = loop {
            match rest.next().map(String::as_str) {
                Some("-c" | "--config-env") => {
                    let Some(setting) = rest.next() else { break None };
                    let setting_of = |name: &str| setting.to_lowercase().starts_with(name);
                    set |= setting_of("core.hookspath=") || setting_of("include.path=");
                    let (key, value) = setting.split_once('=').unwrap_or_default();
                    defined.extend(key.starts_with("alias.").then(|| definition(value)));
                }
                // The next word is a value, whatever it looks like.
                Some("-C" | "--git-dir" | "--work-tree" | "--namespace" | "--super-prefix" | "--attr-source") => {
                    let _ = rest.next();
                }
                Some(option) if option.to_lowercase().starts_with("--config-env=core.hookspath=") => set = true,
                Some(option) if option.starts_with('-') => {}
                other => break other,
            }
        };
        Self { subcommand, rest: rest.as_slice(), set, defined }
    }

    /// Returns the lines that git would run, or that it gets a name for.
    pub fn lines(&self) -> Vec<String> {
        let words = || self.rest.iter().map(String::as_str);
        // What is run for each is one line, or the words of a command.
        let command = |words: &[&str]| match words {
            [line] => (*line).to_owned(),
            words => shell::line(words.iter().copied()),
        };
        let mut lines = self.defined.clone();
        match self.subcommand {
            Some("rebase") => lines.extend(executed(self.rest)),
            Some("submodule") => {
                let each: Vec<&str> = words().skip_while(|word| *word != "foreach").skip(1).collect();
                lines.push(command(each.split_at(each.iter().take_while(|word| word.starts_with("--")).count()).1));
            }
            Some("bisect") if words().next() == Some("run") => lines.push(shell::line(words().skip(1))),
            Some("config") => {
                let at = self.rest.iter().position(|word| word.to_lowercase().starts_with("alias."));
                lines.extend(at.and_then(|at| self.rest.get(at + 1)).map(|value| definition(value)));
            }
            _ => {}
        }
        lines
    }

    /// Tells whether git does its work without its hooks, or changes where they are.
    pub fn goes_around(&self) -> bool {
        let (rest, set) = (self.rest, self.set);
        if set && self.subcommand.is_some_and(|subcommand| WITH_HOOKS.contains(&subcommand)) {
            return true;
        }
        match self.subcommand {
            Some("commit") => skips_hooks(rest, "n", "mFCct", "Su"),
            Some("am") => skips_hooks(rest, "n", "", "CpS"),
            Some("push") => skips_hooks(rest, "", "o", ""),
            Some("merge") => skips_hooks(rest, "", "mFsX", "S"),
            Some("pull" | "rebase" | "cherry-pick" | "revert") => skips_hooks(rest, "", "", ""),
            Some("config") => config_goes_around(rest),
            Some("commit-tree" | "send-pack") => true,
            Some(other) if !WITHOUT_HOOKS.contains(&other) => rest.iter().any(|word| word == "--no-verify"),
            _ => false,
        }
    }

    /// Tells whether `git checkout` or `git restore` may write files of the working tree.
    pub fn writes_files(&self) -> bool {
        let has = |options: &[&str]| self.rest.iter().any(|word| options.contains(&word.as_str()));
        !has(&["--staged", "-S"]) || has(&["--worktree", "-W", "-SW", "-WS"])
    }

    /// Tells whether these take files from elsewhere than the index.
    pub fn takes_other_version(&self) -> bool {
        let is_source = |word: &String| word.starts_with("--source") || word == "-s";
        let before = self.rest.iter().position(|word| word == "--").unwrap_or_default();
        let is_tree = |word: &String| self.subcommand == Some("checkout") && !word.starts_with('-');
        self.rest.iter().any(is_source) || self.rest[..before].iter().any(is_tree)
    }
}

/// Returns the lines that `git rebase` with these words runs after each commit.
fn executed(words: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "-x" | "--exec" => lines.extend(words.get(at + 1).cloned()),
            word => {
                lines.extend(["--exec=", "-x"].iter().find_map(|start| word.strip_prefix(start)).map(str::to_owned))
            }
        }
    }
    lines
}

/// Returns the line that a name stands for which git is told.
fn definition(value: &str) -> String {
    value.strip_prefix('!').map_or_else(|| format!("git {value}"), str::to_owned)
}

/// Tells whether `git config` with these words changes where hooks are.
fn config_goes_around(words: &[String]) -> bool {
    let has = |option: &str| words.iter().any(|word| word.contains(option));
    if has("-section") {
        return words.iter().any(|word| word.eq_ignore_ascii_case("core"));
    }
    // What is included may say where hooks are.
    let leads = |key: String| key == "core.hookspath" || key == "include.path" || key.starts_with("includeif.");
    let Some(at) = words.iter().position(|word| leads(word.to_lowercase())) else { return false };
    let asks = has("--get") || has("--show-origin") || words.first().is_some_and(|word| word == "get");
    !asks && (words.len() > at + 1 || has("unset"))
}

/// Tells whether options of git skip hooks: `--no-verify`, or one of the letters in `skip`.
///
/// The letters in `valued` take the rest of their word as a value, or else the next word; those in `joined` the rest alone.
fn skips_hooks(words: &[String], skip: &str, valued: &str, joined: &str) -> bool {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            return false;
        }
        if let Some(long) = word.strip_prefix("--") {
            // Git takes the beginning of an option for the option; `--no-ver` could be another.
            if long.starts_with("no-veri") && "no-verify".starts_with(long) {
                return true;
            }
            if VALUES.contains(&long) {
                words.next();
            }
        } else if let Some(letters) = word.strip_prefix('-') {
            let end = letters.find(|letter| valued.contains(letter) || joined.contains(letter));
            if letters[..end.unwrap_or(letters.len())].contains(|letter| skip.contains(letter)) {
                return true;
            }
            if end.is_some_and(|end| end + 1 == letters.len() && letters.ends_with(|letter| valued.contains(letter))) {
                words.next();
            }
        }
    }
    false
}
