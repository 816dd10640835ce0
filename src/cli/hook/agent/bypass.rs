//! Recognises commands that go around git's hooks.

mod call;
mod clean;
mod configuration;
mod find;
mod git;
mod guard;
mod input;
mod options;
mod parallel;
mod program;
mod script;
mod skips;
mod targets;
mod windows;
mod writers;
mod written;

use std::collections::HashSet;
use std::rc::Rc;

use super::shell::{self, Command, joined};
use call::{Call, name};
pub use clean::{Cleaned, Taken};
use configuration::{about_hooks, is_of_user};
use find::Search;
use git::Git;
use guard::Guarded;
pub use guard::{Scanned, Surroundings, is_hook_of_git};
use program::{Program, program, text_goes_around};
use script::Script;
use skips::switches_off;
use targets::{Deed, EDITORS};

/// Commands that only show or look for their words.
const PRINTERS: [&str; 14] =
    ["echo", "printf", "cat", "grep", "egrep", "fgrep", "rg", "ag", "ls", "man", "less", "head", "tail", "which"];
/// Commands of PowerShell that take what is piped to them for paths.
const FED: [&str; 8] = ["remove-item", "ri", "move-item", "mi", "rename-item", "rni", "clear-content", "clc"];
/// How many texts that are fed to a program of another language are read, from the last one on.
const FEEDING: usize = 4;
/// How deep texts for shells are read.
const DEPTH: usize = 4;

/// Tells whether a command line that is run in a folder runs git so that its hooks do not run, or takes the hooks away.
///
/// Reads the line as a shell would, as far as words, quotes and variables go that stand there; what a script does that it calls is
/// not known.
pub fn goes_around_hooks(command: &str, folder: &str, surroundings: &dyn Surroundings) -> bool {
    goes_around(command, Reach::new(Guarded::Hooks(surroundings), folder))
}

/// Tells whether a command line that is run in a folder writes what makes keysweep look for less.
pub fn looks_for_less(command: &str, folder: &str, scanned: &Scanned) -> bool {
    goes_around(command, Reach::new(Guarded::Scanning(scanned), folder))
}

/// Tells whether a change of the text of git's configuration is about where hooks are.
pub fn moves_hooks(before: &str, after: &str) -> bool {
    about_hooks(before) != about_hooks(after)
}

/// How far a line is read, what is protected, and what the line is given.
#[derive(Clone, Copy)]
struct Reach<'a> {
    guarded: Guarded<'a>,
    depth: usize,
    /// Where it runs.
    folder: &'a str,
    /// What it is fed.
    input: &'a [String],
    /// Whether hooks are switched off where it runs.
    switched_off: bool,
}

impl<'a> Reach<'a> {
    const fn new(guarded: Guarded<'a>, folder: &'a str) -> Self {
        Self { guarded, depth: DEPTH, folder, input: &[], switched_off: false }
    }

    /// Tells whether a line goes around hooks that something of this one has run.
    fn is_around(self, line: &str) -> bool {
        self.deeper().map_or_else(|| is_suspect(line), |reach| goes_around(line, reach))
    }

    fn deeper(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }

    const fn is_of_hooks(self) -> bool {
        matches!(self.guarded, Guarded::Hooks(_))
    }
}

fn goes_around(line: &str, reach: Reach<'_>) -> bool {
    let commands = shell::commands(line, reach.folder);
    let is_run = || {
        let texts = input::printed_to_shells(&commands, reach.input);
        texts.iter().any(|text| Reach { input: &[], ..reach }.is_around(text))
    };
    let is_windows = || windows::reread(line, &commands).is_some_and(|line| reach.is_around(&line));
    // PowerShell may call what other languages do.
    let is_called = || line.contains("]::") && text_goes_around(line, reach);
    if is_called() || is_run() || is_windows() {
        return true;
    }
    // What a shell sets holds for those that it begins, but not for those around.
    let mut switching = HashSet::new();
    commands.iter().enumerate().any(|(at, command)| {
        if sets_off(command) {
            switching.insert(Rc::clone(&command.shells));
        }
        let is_set = (0..=command.shells.len()).any(|length| switching.contains(&command.shells[..length]));
        let shell = Shell { reach, commands: &commands, switched_off: is_set || reach.switched_off, passes_on: true };
        shell.goes_around(at)
    })
}

/// What stands in lines that go around hooks, or make keysweep look for less, and in few others; in small letters.
const SUSPECT: [&str; 24] = [
    "no-verify",
    "hookspath",
    "git/hooks",
    "git\\hooks",
    "/hooks/",
    ".husky",
    ".githooks",
    ".pre-commit-config",
    "lefthook.",
    "husky=",
    "husky_skip",
    "lefthook=",
    "prek_skip",
    "pre_commit_allow",
    "git_config_",
    "allhooks",
    "hooksconfig",
    "codex_hooks",
    ".claude/settings",
    ".gemini/settings",
    ".cursor/hooks",
    ".codex/",
    "keysweep.",
    "keysweep:allow",
];

/// Tells whether a line that is not read may go around hooks, by the words in it.
fn is_suspect(line: &str) -> bool {
    let small = line.to_ascii_lowercase();
    let is_sign = |sign: char| !sign.is_ascii_alphanumeric() && sign != '-';
    let is_skip = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('n');
    SUSPECT.iter().any(|part| small.contains(part))
        || line.contains("SKIP=")
        || small.split([' ', '\'', '"', '\\', '/']).any(|word| word == ".git")
        || small.contains("git") && small.contains("commit") && small.split(is_sign).any(is_skip)
}

/// Tells whether a command switches hooks off for what follows: alone, or by `export`.
fn sets_off(command: &Command) -> bool {
    let call = Call::new(command);
    let exports = ["", "export", "declare", "typeset", "set"].contains(&call.program.as_str());
    let is_powershells = |word: &String| word.starts_with('$') && switches_off(word);
    exports && command.words.iter().any(|word| switches_off(word)) || command.words.first().is_some_and(is_powershells)
}

/// A shell that runs the commands of a line, one after the other.
struct Shell<'a> {
    reach: Reach<'a>,
    commands: &'a [Command],
    /// Whether hooks are switched off by what went before.
    switched_off: bool,
    /// Whether it is asked what is found and handed on; what is run for that is not asked again.
    passes_on: bool,
}

impl Shell<'_> {
    /// Tells whether the command at `at` goes around hooks, after those before it.
    fn goes_around(&self, at: usize) -> bool {
        let command = &self.commands[at];
        let call = Call::new(command);
        let guarded = self.reach.guarded;
        let is_written = |file: &String| {
            let path = joined(&command.folder, file);
            guarded.is_harmed(Deed::Writes, &path)
                && !(is_of_user(&path) && self.is_of_no_matter(&call, at))
                && !self.only_turns_on(&path, &call, at)
                || self.turns_hooks_off(Deed::Writes, &path, &call, at)
        };
        command.writes.iter().any(is_written)
            || !self.reach.is_of_hooks() && self.gives_leave(&call, at)
            || self.runs(&command.words, &command.folder, at)
    }

    /// Tells whether words that are run in a folder go around hooks; the command at `at` brings them.
    fn runs(&self, words: &[String], folder: &str, at: usize) -> bool {
        let call = Call::of(words, folder);
        if self.harms(&call, at) || self.passes_on(&call, at) {
            return true;
        }
        // What only prints or searches its words runs none of them.
        if PRINTERS.contains(&call.program.as_str()) || call::is_elsewhere(&call) {
            return false;
        }
        if self.reach.is_of_hooks() && (skips::hands_skip_on(words, &call) || skips::takes_hooks_out(&call)) {
            return true;
        }
        let set = self.switched_off || call.settings.iter().any(|word| switches_off(word));
        if set && self.reach.is_of_hooks() && call.split.is_none() && skips::commits(&call) {
            return true;
        }
        let reach = Reach { folder: &call.folder, switched_off: set, input: &[], ..self.reach };
        if self.runs_other(words, &call, at, reach) {
            return true;
        }
        if let Some(line) = &call.split {
            return reach.is_around(line);
        }
        match script::script(&call.program, call.words) {
            Some(Script::Text(text)) => {
                let input = input::input(self.commands, at, self.reach.input);
                Reach { input: &input, ..reach }.is_around(&text)
            }
            // Nobody can tell what it does.
            Some(Script::Unreadable) => self.reach.is_of_hooks(),
            Some(_) => false,
            None if call.program == "git" => git_goes_around(call.words, reach),
            None => match call.program.strip_prefix("git-") {
                Some(subcommand) => git_goes_around(&[&[subcommand.to_owned()], call.words].concat(), reach),
                // What is not known may run what stands behind it.
                None => script::within(call.words).is_some_and(|from| {
                    let shell = Shell { reach, switched_off: set, ..*self };
                    shell.runs(&call.words[from..], &call.folder, at)
                }),
            },
        }
    }

    /// Tells whether what goes around hooks stands in a program of another language, in the commands of an editor, or in what is run
    /// in the place of one.
    fn runs_other(&self, words: &[String], call: &Call<'_>, at: usize, reach: Reach<'_>) -> bool {
        let is_around = |line: &str| reach.is_around(line);
        let is_off = reach.is_of_hooks() && (skips::starts_without_hooks(call) || self.starts_with_settings(call, at));
        let opened = skips::opened(call);
        let is_run = |line: String| is_around(&line) || opened.is_some_and(|file| is_around(&format!("{line} {file}")));
        if is_off || words.iter().flat_map(|word| skips::helpers(word)).any(is_run) {
            return true;
        }
        let is_escaped = |command: &String| {
            let before = |at: usize| command[..at].trim_matches([':', ' ']);
            let at = command.find('!').filter(|&at| before(at).chars().all(char::is_alphabetic));
            at.is_some_and(|at| is_around(&command[at + 1..])) || text_goes_around(command, reach)
        };
        if writers::commands(&call.program, call.words).is_some_and(|commands| commands.iter().any(is_escaped)) {
            return true;
        }
        match program(&call.program, call.words) {
            Some(Program::Text(text)) => text_goes_around(&text, reach),
            Some(Program::Input) => {
                let input = input::input(self.commands, at, self.reach.input);
                let mut texts = input.iter().rev();
                texts.by_ref().take(FEEDING).any(|text| text_goes_around(text, reach))
                    || texts.any(|text| is_suspect(text))
            }
            None => false,
        }
    }

    /// Tells whether a program takes or writes what is guarded.
    fn harms(&self, call: &Call<'_>, at: usize) -> bool {
        let guarded = self.reach.guarded;
        let scans = matches!(call.words, [first, second, ..] if first == "baseline" && second == "write");
        if !self.reach.is_of_hooks() && call.program == "keysweep" && scans {
            return true;
        }
        targets::targets(call).iter().any(|(deed, path)| {
            let is_seen = || *deed == Deed::Writes && is_of_user(path) && self.is_of_no_matter(call, at);
            guarded.is_harmed(*deed, path)
                && !is_seen()
                && (*deed == Deed::Takes || !self.only_turns_on(path, call, at))
                || self.turns_hooks_off(*deed, path, call, at)
        })
    }

    /// Tells whether what a command writes into git's configuration of the user stands in the line, and hooks are none of it.
    fn is_of_no_matter(&self, call: &Call<'_>, at: usize) -> bool {
        let texts: Vec<String> = match EDITORS.contains(&call.program.as_str()) {
            // An expression such as `s/a/b/`; others take lines away.
            true => {
                let script = call.words.iter().find(|word| !word.starts_with('-'));
                let is_exchange = |word: &&String| word.starts_with("s/") || word.starts_with("s|");
                script.filter(is_exchange).map(|word| word.replace(['/', '|'], "\n")).into_iter().collect()
            }
            false => {
                let printed = input::printed(&self.commands[at]).into_iter();
                printed.chain(input::input(self.commands, at, self.reach.input)).collect()
            }
        };
        let runs = |value: &str| {
            let line = git::definition(value);
            self.reach.deeper().is_none_or(|reach| goes_around(&line, Reach { input: &[], ..reach }))
        };
        let texts: Vec<String> = texts.iter().map(|text| text.replace("\\n", "\n")).collect();
        texts.iter().any(|text| !text.trim().is_empty())
            && !texts.iter().any(|text| !about_hooks(text).is_empty() || configuration::values(text).any(runs))
    }

    /// Tells whether a command does what goes around hooks to what it finds or is told.
    fn passes_on(&self, call: &Call<'_>, at: usize) -> bool {
        if !self.reach.is_of_hooks() || !self.passes_on {
            return false;
        }
        let once = Shell { passes_on: false, ..*self };
        let runs = |words: &Vec<String>| once.runs(words, &call.folder, at);
        let does = |words: &[String]| {
            let search = Search::new(words);
            search.commands(self.reach.guarded, &|path| joined(&call.folder, path)).iter().any(runs)
        };
        if call.program == "find" {
            return does(call.words);
        }
        if let Some(block) = windows::block(&self.commands[at]) {
            let paths = input::arguments(self.commands, at);
            let mut lines = paths.iter().flat_map(|path| windows::with_item(&block, path));
            return lines.any(|line| self.reach.is_around(&line));
        }
        let words = match call.program.as_str() {
            "parallel" => parallel::parts(call.words).0,
            program if FED.contains(&program) => [std::slice::from_ref(&call.program), call.words].concat(),
            _ if call.wrappers.iter().any(|name| name == "xargs") => {
                let words = [std::slice::from_ref(&call.program), call.words].concat();
                words.iter().map(|word| word.replace(&call.place, call::PLACE)).collect()
            }
            _ => return false,
        };
        if words.is_empty() {
            return false;
        }
        let found = at.checked_sub(1).map(|at| &self.commands[at]).filter(|command| command.pipes);
        match found.filter(|command| command.words.first().is_some_and(|word| name(word) == "find")) {
            Some(found) => does(&input::as_action(found, &words)[1..]),
            None => {
                let arguments = input::arguments(self.commands, at);
                !arguments.is_empty() && runs(&input::with_arguments(words, arguments))
            }
        }
    }
}

/// Tells whether git with these words goes around hooks.
fn git_goes_around(words: &[String], reach: Reach<'_>) -> bool {
    let git = Git::new(words, reach.folder, reach.switched_off);
    let reach = Reach { folder: &git.folder, switched_off: git.set, ..reach };
    let alias = git.alias(|name| match reach.guarded {
        Guarded::Hooks(surroundings) => surroundings.alias(name),
        Guarded::Scanning(_) => None,
    });
    let is_around = |line: &String| reach.is_around(line);
    if git.lines().iter().chain(&alias).any(is_around) {
        return true;
    }
    let mut paths = git.rest.iter().filter(|word| !word.starts_with('-')).map(|path| joined(&git.folder, path));
    match git.subcommand {
        // What is taken out of the index alone stays where it is.
        Some("rm") if git.rest.iter().take_while(|word| *word != "--").any(|word| word == "--cached") => false,
        Some("rm" | "mv") => paths.any(|path| reach.guarded.is_harmed(Deed::Takes, &path)),
        Some("checkout" | "restore") => {
            let source = git.source().filter(|tree| !reach.guarded.is_hook(&joined(&git.folder, tree)));
            let is_old = source.is_some_and(|source| !["HEAD", "@"].contains(&source));
            let is_lost = |path: String| match reach.guarded {
                Guarded::Hooks(surroundings) if surroundings.holds_agents_hooks(&path) => {
                    source.is_some() || !surroundings.comes_back(&path)
                }
                guarded => is_old && guarded.is_hook(&path),
            };
            git.writes_files() && paths.any(is_lost)
        }
        _ => {
            matches!(reach.guarded, Guarded::Hooks(surroundings) if loses_hooks(&git, alias.is_some(), surroundings))
        }
    }
}

/// Tells whether git takes what it does not track away with hooks in it, or goes around them.
fn loses_hooks(git: &Git<'_>, is_alias: bool, surroundings: &dyn Surroundings) -> bool {
    match git.subcommand {
        Some(subcommand @ ("clean" | "stash")) => Cleaned::of(subcommand, git.rest).is_some_and(|cleaned| {
            let is_lost = |path: &str| surroundings.loses_hooks_to_clean(&joined(&git.folder, path), &cleaned);
            cleaned.paths.iter().any(|path| is_lost(path)) || cleaned.paths.is_empty() && is_lost(".")
        }),
        _ => git.goes_around(is_alias),
    }
}

#[cfg(test)]
mod tests;
