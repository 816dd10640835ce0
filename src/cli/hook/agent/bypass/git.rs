//! What git is asked to do by its words.

use super::super::shell::{self, joined};
use super::options::{Valued, Word, Words, values};

/// How a subcommand that runs hooks is told to skip them, and which of its options have a value.
struct Hooked {
    names: &'static [&'static str],
    /// The letters that skip hooks.
    skip: &'static str,
    /// The letters that take the rest of their word as a value, or else the next word.
    valued: &'static str,
    /// The letters that take the rest of their word alone.
    joined: &'static str,
    /// The long options whose value is the next word.
    long: &'static [&'static str],
}

const HOOKED: &[Hooked] = &[
    Hooked {
        names: &["commit"],
        skip: "n",
        valued: "mFCct",
        joined: "Su",
        long: &[
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
        ],
    },
    Hooked {
        names: &["am"],
        skip: "n",
        valued: "",
        joined: "CpS",
        long: &["directory", "exclude", "include", "whitespace", "patch-format", "quoted-cr"],
    },
    Hooked {
        names: &["push"],
        skip: "",
        valued: "o",
        joined: "",
        long: &["push-option", "repo", "receive-pack", "exec"],
    },
    Hooked {
        names: &["merge"],
        skip: "",
        valued: "mFsX",
        joined: "S",
        long: &["message", "file", "strategy", "strategy-option", "cleanup", "into-name"],
    },
    Hooked {
        names: &["pull"],
        skip: "",
        valued: "sXo",
        joined: "Sj",
        long: &["strategy", "strategy-option", "cleanup", "upload-pack", "depth", "refmap", "server-option"],
    },
    Hooked {
        names: &["rebase"],
        skip: "",
        valued: "xsX",
        joined: "CSr",
        long: &["exec", "onto", "strategy", "strategy-option", "whitespace", "empty"],
    },
    Hooked {
        names: &["cherry-pick", "revert"],
        skip: "",
        valued: "msX",
        joined: "S",
        long: &["mainline", "strategy", "strategy-option", "cleanup", "empty"],
    },
];
/// The subcommands whose hooks are switched off by settings and variables.
const WITH_HOOKS: [&str; 8] = ["commit", "am", "push", "merge", "pull", "rebase", "cherry-pick", "revert"];

/// Subcommands that have no hooks to skip, whatever their words are; what is none of git's may hand its options to `git commit`.
const WITHOUT_HOOKS: [&str; 43] = [
    "add",
    "annex",
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
    "lfs",
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

/// How keys end whose values are lines that git runs for something.
const HELPERS: [&str; 5] = ["editor", "pager", "cmd", "command", "textconv"];
/// The options of `git filter-branch` whose values are lines; what makes a commit of a tree has no hooks to skip.
const FILTERS: [&str; 7] = [
    "--tree-filter",
    "--index-filter",
    "--env-filter",
    "--msg-filter",
    "--parent-filter",
    "--tag-name-filter",
    "--setup",
];

/// One call of git.
pub struct Git<'a> {
    /// What it does, if that is said.
    pub subcommand: Option<&'a str>,
    /// The words behind that.
    pub rest: &'a [String],
    /// Where it works.
    pub folder: String,
    /// Whether its surroundings or options switch hooks off.
    pub set: bool,
    /// The names that its options define, and what each stands for.
    defined: Vec<(String, &'a str)>,
    /// The lines that its options say are run for something else.
    helpers: Vec<&'a str>,
}

impl<'a> Git<'a> {
    /// Reads the words behind `git`, which is run in a folder; `set` is whether its surroundings switch hooks off.
    pub fn new(words: &'a [String], folder: &str, mut set: bool) -> Self {
        let (mut rest, mut defined, mut folder) = (words.iter(), Vec::new(), folder.to_owned());
        let mut helpers = Vec::new();
        let subcommand = loop {
            let word = rest.next().map(String::as_str);
            let option =
                word.map(|word| word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value))));
            match option {
                Some(("-c" | "--config-env", value)) => {
                    let Some(setting) = value.or_else(|| rest.next().map(String::as_str)) else { break None };
                    let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
                    // Of a key the case does not count, but in the middle.
                    let key = key.to_ascii_lowercase();
                    set |= leads_elsewhere(&key);
                    helpers.extend(HELPERS.iter().any(|end| key.ends_with(end)).then_some(value));
                    defined.extend(key.strip_prefix("alias.").map(|name| (name.to_owned(), value)));
                }
                Some(("-C", _)) => {
                    let Some(path) = rest.next() else { break None };
                    folder = joined(&folder, path);
                }
                // The next word is a value, whatever it looks like.
                Some(("--git-dir" | "--work-tree" | "--namespace" | "--super-prefix" | "--attr-source", None)) => {
                    let _ = rest.next();
                }
                Some((option, _)) if option.starts_with('-') => {}
                _ => break word,
            }
        };
        Self { subcommand, rest: rest.as_slice(), folder, set, defined, helpers }
    }

    /// Returns the line that git makes of its subcommand, with the words behind it, if that is a name for something else: one that its
    /// options define, or that `configured` knows.
    pub fn alias(&self, configured: impl Fn(&str) -> Option<String>) -> Option<String> {
        // Of its own commands git asks no configuration.
        let name = self.subcommand.filter(|name| ![&WITH_HOOKS[..], &WITHOUT_HOOKS].concat().contains(name))?;
        let defined = self.defined.iter().find(|(defined, _)| defined.eq_ignore_ascii_case(name));
        let value = defined.map(|(_, value)| (*value).to_owned()).or_else(|| configured(name))?;
        Some(format!("{} {}", definition(&value), shell::line(self.rest.iter().map(String::as_str))))
    }

    /// Returns the lines that git would run, or that it gets a name for.
    pub fn lines(&self) -> Vec<String> {
        let words = || self.rest.iter().map(String::as_str);
        // What is run for each is one line, or the words of a command.
        let command = |words: &[&str]| match words {
            [line] => (*line).to_owned(),
            words => shell::line(words.iter().copied()),
        };
        let mut lines: Vec<String> = self.defined.iter().map(|(_, value)| definition(value)).collect();
        lines.extend(self.helpers.iter().map(|line| (*line).to_owned()));
        match self.subcommand {
            Some("filter-branch") => lines.extend(values(self.rest, &FILTERS).map(str::to_owned)),
            Some("difftool") => {
                let options = ["-x", "--extcmd", "--extcm", "--extc", "--ext"];
                lines.extend(values(self.rest, &options).map(str::to_owned));
            }
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

    /// Tells whether git does its work without its hooks, or changes where they are; `is_known` is whether it has a name for something
    /// else there, which says what is done.
    pub fn goes_around(&self, is_known: bool) -> bool {
        let (rest, set) = (self.rest, self.set);
        if set && self.subcommand.is_some_and(|subcommand| WITH_HOOKS.contains(&subcommand)) {
            return true;
        }
        match self.subcommand {
            Some("config") => config_goes_around(rest),
            Some("commit-tree" | "send-pack" | "fast-import") => true,
            Some(name) if WITH_HOOKS.contains(&name) => {
                HOOKED.iter().any(|hooked| hooked.names.contains(&name) && hooked.is_skipped(rest))
            }
            Some(other) if !is_known && !WITHOUT_HOOKS.contains(&other) => {
                rest.iter().any(|word| word == "--no-verify")
            }
            _ => false,
        }
    }

    /// Tells whether `git checkout` or `git restore` may write files of the working tree.
    pub fn writes_files(&self) -> bool {
        let has = |options: &[&str]| self.rest.iter().any(|word| options.contains(&word.as_str()));
        !has(&["--staged", "-S"]) || has(&["--worktree", "-W", "-SW", "-WS"])
    }

    /// Returns what these take files from, if that is not the index. Of words without `--` the first one may be a path as well.
    pub fn source(&self) -> Option<&'a str> {
        if self.subcommand == Some("checkout") {
            let end = self.rest.iter().position(|word| word == "--");
            let mut operands = self.rest[..end.unwrap_or(self.rest.len())].iter().filter(|word| !word.starts_with('-'));
            let first = operands.next().map(String::as_str);
            return first.filter(|_| end.is_some() || operands.next().is_some());
        }
        let options = Valued { letters: "s", long: &["source"] };
        Words::new(self.rest, options).find_map(|word| match word {
            Word::Letter('s', source) | Word::Long("source", source) => source,
            _ => None,
        })
    }
}

/// Returns the lines that `git rebase` with these words runs after each commit.
fn executed(words: &[String]) -> Vec<String> {
    let next = |at: usize| words.get(at + 1).map(String::as_str);
    let line = |(at, word): (usize, &'_ String)| {
        // Letters that have no value may stand before it in one word.
        let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
        let end = letters.find(|letter| "xsXCSr".contains(letter))?;
        let value = letters[end..].strip_prefix('x')?;
        if value.is_empty() { next(at).map(str::to_owned) } else { Some(value.to_owned()) }
    };
    let long = values(words, &["--exec", "--exe", "--ex"]);
    long.map(str::to_owned).chain(words.iter().enumerate().filter_map(line)).collect()
}

/// Returns the line that a name stands for which git is told.
pub fn definition(value: &str) -> String {
    value.strip_prefix('!').map_or_else(|| format!("git {value}"), str::to_owned)
}

/// Tells whether a key in small letters says where hooks are, or what else is read that may say it.
fn leads_elsewhere(key: &str) -> bool {
    key == "core.hookspath" || key == "include.path" || key.starts_with("includeif.")
}

/// Tells whether a section of git's configuration may say where hooks are, or what else is read.
fn is_telling_section(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "core" || name == "include" || name.starts_with("includeif")
}

/// Tells whether `git config` with these words changes where hooks are.
fn config_goes_around(words: &[String]) -> bool {
    let options = Valued { letters: "ft", long: &["file", "type", "blob", "default", "comment", "value", "url"] };
    // Behind the first word that is no option, none is one.
    let read = |words: &[String]| {
        let (mut words, mut flags) = (Words::new(words, options), Vec::new());
        while let Some(word) = words.option() {
            flags.extend(match word {
                Word::Long(long, _) => Some(long.to_owned()),
                Word::Letter(letter, _) => Some(letter.to_string()),
                Word::Operand(_) => None,
            });
        }
        (flags, words.rest().to_vec())
    };
    let (mut flags, mut rest) = read(words);
    let verbs = ["get", "set", "list", "unset", "rename-section", "remove-section", "edit"];
    if let [verb, behind @ ..] = rest.as_slice()
        && verbs.contains(&verb.as_str())
    {
        let (more, behind) = read(behind);
        flags.extend([vec![verb.clone()], more].concat());
        rest = behind;
    }
    let has = |starts: &[&str]| flags.iter().any(|flag| starts.iter().any(|start| flag.starts_with(start)));
    if has(&["ren", "rem"]) {
        return rest.iter().any(|name| is_telling_section(name));
    }
    let Some(at) = rest.iter().position(|word| leads_elsewhere(&word.to_lowercase())) else { return false };
    !has(&["get", "list", "show-"]) && (rest.len() > at + 1 || has(&["uns"]))
}

impl Hooked {
    /// Tells whether options skip hooks: `--no-verify`, or one of the letters for that.
    fn is_skipped(&self, words: &[String]) -> bool {
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
                if self.long.contains(&long) {
                    words.next();
                }
            } else if let Some(letters) = word.strip_prefix('-') {
                let is_valued = |letter: char| self.valued.contains(letter);
                let end = letters.find(|letter| is_valued(letter) || self.joined.contains(letter));
                if letters[..end.unwrap_or(letters.len())].contains(|letter| self.skip.contains(letter)) {
                    return true;
                }
                if end.is_some_and(|end| end + 1 == letters.len() && letters.ends_with(is_valued)) {
                    words.next();
                }
            }
        }
        false
    }
}
