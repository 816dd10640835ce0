//! Recognises commands that go around git's hooks.

mod git;
mod input;
mod words;

use std::path::Path;

use super::leave;
use super::shell::{self, Command};
use git::Git;
use input::{printed_to_shells, reads_input};
use words::{is_before_program, is_in_place, is_script_option, name, revokes, switches_off};

/// Shells, which run the text behind `-c` or on their standard input.
const SHELLS: [&str; 10] = ["sh", "bash", "zsh", "dash", "ksh", "fish", "powershell", "pwsh", "cmd", "su"];
/// Commands that take a hook away or make it another.
const CHANGES: [&str; 7] = ["rm", "mv", "unlink", "truncate", "trash", "shred", "srm"];
/// Commands that write what their last word names.
const COPIES: [&str; 5] = ["cp", "ln", "install", "rsync", "scp"];
/// Commands that write what they are given into the files that they name.
const SINKS: [&str; 2] = ["tee", "sponge"];
/// Commands that change a file in place if an option says so.
const EDITORS: [&str; 5] = ["sed", "gsed", "perl", "ruby", "gawk"];
/// Commands that only show or look for their words.
const PRINTERS: [&str; 14] =
    ["echo", "printf", "cat", "grep", "egrep", "fgrep", "rg", "ag", "ls", "man", "less", "head", "tail", "which"];
/// Programs that look after hooks, and take them out under `uninstall`.
const MANAGERS: [&str; 5] = ["pre-commit", "pre_commit", "prek", "lefthook", "husky"];
/// How many commands before a shell are taken to feed it.
const LONGEST_PIPE: usize = 32;
/// How deep texts for shells are read.
const DEPTH: usize = 4;

/// What is known of the files in which an agent's own hooks are entered.
pub struct Ours<'a> {
    /// Tells of a path whether they are entered there, or in what lies below.
    pub holds: &'a dyn Fn(&str) -> bool,
    /// Tells of such a path whether they stay if git's version of it comes back.
    pub comes_back: &'a dyn Fn(&str) -> bool,
    /// Tells of a path whether it is what makes the project a repository, with all of its hooks.
    pub is_repository: &'a dyn Fn(&str) -> bool,
}

/// Tells whether a command line runs git so that its hooks do not run, or takes the hooks away.
///
/// Reads the line as a shell would, as far as words, quotes and variables go that stand there; what a script does that it calls is
/// not known.
pub fn goes_around_hooks(command: &str, ours: &Ours<'_>) -> bool {
    goes_around(command, Reach { guarded: Guarded::Hooks(ours), depth: DEPTH })
}

/// Tells whether a command line writes what makes keysweep look for less.
pub fn looks_for_less(command: &str) -> bool {
    goes_around(command, Reach { guarded: Guarded::Scanning, depth: DEPTH })
}

/// Tells whether a change of git's own configuration in a repository is about where hooks are.
pub fn leads_elsewhere(path: &Path, before: &str, after: &str) -> bool {
    // What is included may say it as well.
    let is_path = |line: &String| {
        line.contains("hookspath") || ["[include", "path"].iter().any(|start| line.trim_start().starts_with(start))
    };
    let paths =
        |text: &str| -> Vec<String> { text.lines().map(str::to_lowercase).filter(|line| is_path(line)).collect() };
    path.ends_with(".git/config") && paths(before) != paths(after)
}

/// What a line must not touch.
#[derive(Clone, Copy)]
enum Guarded<'a> {
    /// The hooks of git and those of the agent.
    Hooks(&'a Ours<'a>),
    /// What says what keysweep looks for.
    Scanning,
}

/// How far a line is read, and what is protected.
#[derive(Clone, Copy)]
struct Reach<'a> {
    guarded: Guarded<'a>,
    depth: usize,
}

impl Reach<'_> {
    fn deeper(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }

    const fn is_of_hooks(self) -> bool {
        matches!(self.guarded, Guarded::Hooks(_))
    }
}

/// Tells whether a path names one of git's own hooks, which no change of the project is about.
pub fn is_hook_of_git(path: &str) -> bool {
    path.replace('\\', "/").contains(".git/hooks/")
}

fn goes_around(line: &str, reach: Reach<'_>) -> bool {
    let mut shell = Shell { reach, switched_off: false, folder: String::new() };
    let commands = shell::commands(line);
    let is_run = |reach| printed_to_shells(&commands).any(|text| goes_around(&text, reach));
    reach.deeper().is_some_and(is_run) || commands.iter().any(|command| shell.goes_around(command))
}

/// What earlier commands of a line leave to later ones.
struct Shell<'a> {
    reach: Reach<'a>,
    /// Whether hooks are switched off by the environment.
    switched_off: bool,
    /// Where `cd` has led.
    folder: String,
}

impl Shell<'_> {
    fn goes_around(&mut self, command: &Command) -> bool {
        let words = &command.words;
        let is_setting = |word: &String| switches_off(word);
        let first = words.iter().position(|word| !is_before_program(word)).unwrap_or(words.len());
        let program = words.get(first).map(|word| name(word)).unwrap_or_default();
        // Set for what follows: alone, or by `export`.
        let exports = first == words.len() || matches!(program.as_str(), "export" | "declare" | "typeset");
        self.switched_off |= exports && words.iter().any(is_setting);
        let rest = words.get(first + 1..).unwrap_or_default();
        if matches!(program.as_str(), "cd" | "pushd") {
            self.folder = rest.first().map(|folder| self.joined(folder)).unwrap_or_default();
            return false;
        }
        if command.writes.iter().any(|file| self.is_hook(file)) || self.changes_hooks(&program, rest) {
            return true;
        }
        if self.reach.is_of_hooks() && words::hands_skip_on(words, first) {
            return true;
        }
        if !self.reach.is_of_hooks() && gives_leave(command, &program) {
            return true;
        }
        // What only prints or searches its words runs none of them.
        if PRINTERS.contains(&program.as_str()) {
            return false;
        }
        let set = self.switched_off || words[..first].iter().any(is_setting);
        if let Some(reach) = self.reach.deeper() {
            let scripts = words::scripts(&program, rest).into_iter().chain(words::split(words));
            if scripts.into_iter().any(|script| goes_around(&script, reach)) {
                return true;
            }
            let shell = words.iter().position(|word| SHELLS.contains(&name(word).as_str()));
            if let Some(shell) = shell.filter(|_| program != "git") {
                let script = words[shell + 1..].iter().skip_while(|word| !is_script_option(word)).nth(1);
                let reads = || reads_input(&name(&words[shell]), &words[shell + 1..]);
                return match script {
                    Some(script) => goes_around(script, reach),
                    None => reads() && goes_around(&command.input, reach),
                };
            }
            if let Some(subcommand) = program.strip_prefix("git-") {
                let words = [&[subcommand.to_owned()], rest].concat();
                return self.git_goes_around(&words, set);
            }
        }
        let Some(git) = words.iter().position(|word| name(word) == "git") else { return false };
        let set = set || words[..git].iter().any(is_setting);
        self.git_goes_around(&words[git + 1..], set)
    }

    fn git_goes_around(&self, words: &[String], set: bool) -> bool {
        let git = Git::new(words, set);
        if let Some(reach) = self.reach.deeper()
            && git.lines().iter().any(|line| goes_around(line, reach))
        {
            return true;
        }
        let Guarded::Hooks(ours) = self.reach.guarded else { return false };
        match git.subcommand {
            Some("rm" | "mv") => git.rest.iter().any(|word| self.is_hook(word)),
            Some("checkout" | "restore") => {
                let is_lost =
                    |path: String| (ours.holds)(&path) && (git.takes_other_version() || !(ours.comes_back)(&path));
                git.writes_files() && git.rest.iter().any(|word| is_lost(self.joined(word.trim_end_matches('/'))))
            }
            _ => git.goes_around(),
        }
    }

    /// Tells whether a program with these words takes hooks away or changes them.
    fn changes_hooks(&self, program: &str, words: &[String]) -> bool {
        let names_hook = || words.iter().any(|word| self.is_hook(word));
        let names_last = || words.last().is_some_and(|word| self.is_hook(word));
        let writes = match program {
            _ if SINKS.contains(&program) => names_hook(),
            _ if EDITORS.contains(&program) => words.iter().any(|word| is_in_place(word)) && names_hook(),
            _ => words::downloads(program, words).into_iter().any(|file| self.is_hook(file)),
        };
        if writes {
            return true;
        }
        if !self.reach.is_of_hooks() {
            let is_written = matches!(words, [first, second, ..] if first == "baseline" && second == "write");
            return match program {
                "keysweep" => is_written,
                _ => (COPIES.contains(&program) || program == "mv") && names_last(),
            };
        }
        if takes_hooks_out(program, words) {
            return true;
        }
        match program {
            "chmod" if words.iter().all(|word| !self.is_settings_of_git(word)) => {
                words.first().is_some_and(|mode| revokes(mode)) && names_hook()
            }
            "find" => self.finds_hooks(words),
            "dd" => words.iter().filter_map(|word| word.strip_prefix("of=")).any(|file| self.is_hook(file)),
            _ if CHANGES.contains(&program) => names_hook() || words.iter().any(|word| self.is_repository(word)),
            // What is only read stands before the last word.
            "rsync" if words.iter().any(|word| word.starts_with("--del")) => names_last(),
            _ if COPIES.contains(&program) => {
                names_last() && !words.last().is_some_and(|word| self.is_folder_of_agent(word))
            }
            _ => false,
        }
    }

    /// Tells whether `find` with these words does something to hooks that it finds.
    fn finds_hooks(&self, words: &[String]) -> bool {
        let is_change = |word: &String| CHANGES.contains(&name(word).as_str());
        let acts = words.iter().any(|word| word == "-delete")
            || words.windows(2).any(|pair| pair[0].starts_with("-exec") && is_change(&pair[1]));
        // In git's own folder it may be about anything, unless its tests are about hooks.
        let of_git = || words.iter().any(|word| self.joined(word).trim_end_matches('/').ends_with(".git"));
        let names_one = |word: &String| ["hook", "pre-", "commit-msg"].iter().any(|part| word.contains(part));
        acts && (words.iter().any(|word| self.is_hook(word)) || of_git() && words.iter().any(names_one))
    }

    fn is_repository(&self, word: &str) -> bool {
        matches!(self.reach.guarded, Guarded::Hooks(ours) if (ours.is_repository)(self.joined(word).trim_end_matches('/')))
    }

    /// Tells whether a word names a folder of an agent's, into which other files may be put.
    fn is_folder_of_agent(&self, word: &str) -> bool {
        let path = self.joined(word);
        let holds = |path: &str| matches!(self.reach.guarded, Guarded::Hooks(ours) if (ours.holds)(path));
        !path.ends_with(".json") && !path.contains("hooks") && holds(path.trim_end_matches('/'))
    }

    fn joined(&self, path: &str) -> String {
        if path.starts_with(['/', '~', '$']) || self.folder.is_empty() {
            return path.to_owned();
        }
        format!("{}/{path}", self.folder.trim_end_matches('/'))
    }

    /// Tells whether a word names what is guarded: git's hooks, those of a manager, where they are entered; or keysweep's configuration.
    fn is_hook(&self, word: &str) -> bool {
        let path = self.joined(word.trim_end_matches('/')).replace("/./", "/");
        let Guarded::Hooks(ours) = self.reach.guarded else { return leave::is_configuration(&path) };
        [".git/hooks", ".husky", ".githooks"]
            .iter()
            .any(|hooks| path.ends_with(hooks) || path.contains(&format!("{hooks}/")))
            || [".pre-commit-config.yaml", "lefthook.yml"].iter().any(|file| path.ends_with(file))
            || self.is_settings_of_git(word)
            || (ours.holds)(&path)
    }

    /// Tells whether a word names git's configuration in a repository.
    fn is_settings_of_git(&self, word: &str) -> bool {
        let path = self.joined(word);
        path == ".git/config" || path.ends_with("/.git/config")
    }
}

/// Tells whether one of the words, whatever runs it, is a program that looks after hooks and is told to take them out.
fn takes_hooks_out(program: &str, words: &[String]) -> bool {
    if program == "git" || PRINTERS.contains(&program) {
        return false;
    }
    let words: Vec<&str> = std::iter::once(program).chain(words.iter().map(String::as_str)).collect();
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

/// Tells whether a command writes a comment into a file that allows findings.
fn gives_leave(command: &Command, program: &str) -> bool {
    let prints = !command.writes.is_empty() && matches!(program, "echo" | "printf" | "cat");
    let edits = EDITORS.contains(&program) && command.words.iter().any(|word| is_in_place(word));
    (prints || edits) && command.words.iter().chain([&command.input]).any(|text| leave::grants(text, ""))
}

#[cfg(test)]
mod tests;
