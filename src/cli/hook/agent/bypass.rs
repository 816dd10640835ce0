//! Recognises commands that go around git's hooks.

use super::shell::{self, Command};
use crate::cli::hook::Name;

/// Variables that switch a hook manager off, or git's hooks.
const VARIABLES: [&str; 12] = [
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
];
/// Words that stand before the command which they run.
const WRAPPERS: [&str; 23] = [
    "{", "!", "if", "then", "elif", "else", "while", "until", "do", "time", "builtin", "command", "doas", "env",
    "exec", "nice", "nohup", "npx", "sudo", "timeout", "uvx", "xargs", "yarn",
];
/// Shells, which run the text behind `-c` or on their standard input.
const SHELLS: [&str; 9] = ["sh", "bash", "zsh", "dash", "ksh", "fish", "powershell", "pwsh", "cmd"];
/// Commands that take a hook away or make it another.
const CHANGES: [&str; 5] = ["rm", "mv", "unlink", "truncate", "trash"];
/// Commands that write what their last word names.
const COPIES: [&str; 6] = ["cp", "ln", "tee", "install", "rsync", "scp"];
/// Commands that change a file in place if an option says so.
const EDITORS: [&str; 5] = ["sed", "gsed", "perl", "ruby", "gawk"];
/// Commands that only show or look for their words.
const PRINTERS: [&str; 14] =
    ["echo", "printf", "cat", "grep", "egrep", "fgrep", "rg", "ag", "ls", "man", "less", "head", "tail", "which"];
/// Programs that look after hooks, and take them out under `uninstall`.
const MANAGERS: [&str; 4] = ["pre-commit", "prek", "lefthook", "husky"];
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
/// How deep texts for shells are read.
const DEPTH: usize = 4;

/// Tells whether a command line runs git so that its hooks do not run, or takes the hooks away.
///
/// Reads the line as a shell would, as far as words and quotes go; what a script does that it calls is not known.
/// `is_ours` tells of a path whether the agent's own hooks are entered there, or in what lies below.
pub fn goes_around_hooks(command: &str, is_ours: &dyn Fn(&str) -> bool) -> bool {
    goes_around(command, Reach { is_ours, depth: DEPTH })
}

/// How far a line is read, and what is protected besides git's hooks.
#[derive(Clone, Copy)]
struct Reach<'a> {
    is_ours: &'a dyn Fn(&str) -> bool,
    depth: usize,
}

impl Reach<'_> {
    fn deeper(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }
}

/// Tells whether a path names one of git's own hooks, which no change of the project is about.
pub fn is_hook_of_git(path: &str) -> bool {
    path.replace('\\', "/").contains(".git/hooks/")
}

fn goes_around(line: &str, reach: Reach<'_>) -> bool {
    let mut shell = Shell { reach, switched_off: false, folder: String::new() };
    let commands = shell::commands(line);
    let is_run = |pair: &[Command]| match reach.deeper().zip(printed_to_shell(&pair[0], &pair[1])) {
        Some((reach, text)) => goes_around(&text, reach),
        None => false,
    };
    commands.windows(2).any(is_run) || commands.iter().any(|command| shell.goes_around(command))
}

/// Returns what a command prints, if the next one is a shell without a script of its own.
fn printed_to_shell(command: &Command, next: &Command) -> Option<String> {
    let [program, words @ ..] = command.words.as_slice() else { return None };
    let [shell, options @ ..] = next.words.as_slice() else { return None };
    let reads = SHELLS.contains(&name(shell).as_str()) && options.iter().all(|word| word.starts_with('-'));
    (reads && matches!(name(program).as_str(), "echo" | "printf")).then(|| words.join(" "))
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
        let is_setting = |word: &String| VARIABLES.iter().any(|variable| word.starts_with(variable));
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
        // What only prints or searches its words runs none of them.
        if PRINTERS.contains(&program.as_str()) {
            return false;
        }
        if let Some(reach) = self.reach.deeper() {
            if program == "eval" {
                return goes_around(&rest.join(" "), reach);
            }
            if SHELLS.contains(&program.as_str()) {
                let script = rest.iter().skip_while(|word| !is_script_option(word)).nth(1);
                return script.is_some_and(|script| goes_around(script, reach)) || goes_around(&command.input, reach);
            }
            if let Some(subcommand) = program.strip_prefix("git-") {
                let words = [&[subcommand.to_owned()], rest].concat();
                return git_goes_around(&words, self.switched_off || words[..first].iter().any(is_setting), reach);
            }
        }
        let Some(git) = words.iter().position(|word| name(word) == "git") else { return false };
        let (set, words) = (self.switched_off || words[..git].iter().any(is_setting), &words[git + 1..]);
        let takes_away = words.iter().any(|word| matches!(word.as_str(), "rm" | "mv"));
        takes_away && words.iter().any(|word| self.is_hook(word)) || git_goes_around(words, set, self.reach)
    }

    /// Tells whether a program with these words takes hooks away or changes them.
    fn changes_hooks(&self, program: &str, words: &[String]) -> bool {
        let names_hook = || words.iter().any(|word| self.is_hook(word));
        let names_last = || words.last().is_some_and(|word| self.is_hook(word));
        match program {
            "chmod" => words.first().is_some_and(|mode| revokes(mode)) && names_hook(),
            "find" => self.finds_hooks(words),
            "dd" => words.iter().filter_map(|word| word.strip_prefix("of=")).any(|file| self.is_hook(file)),
            "keysweep" if words.first().is_some_and(|word| word == "hook") => {
                let has = |wanted: &str| words.iter().any(|word| word == wanted);
                // An agent's hooks are installed anew without what the user asked for.
                let agents = Name::AGENTS.iter().any(|agent| has(agent.word()));
                has("uninstall") || has("install") && agents && !has("--no-bypass")
            }
            _ if CHANGES.contains(&program) => names_hook(),
            // What is only read stands before the last word.
            "rsync" if words.iter().any(|word| word.starts_with("--del")) => names_last(),
            _ if COPIES.contains(&program) => {
                names_last() && !words.last().is_some_and(|word| self.is_folder_of_agent(word))
            }
            _ if EDITORS.contains(&program) => words.iter().any(|word| is_in_place(word)) && names_hook(),
            _ if MANAGERS.contains(&program) => words.first().is_some_and(|word| word == "uninstall"),
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

    /// Tells whether a word names a folder of an agent's, into which other files may be put.
    fn is_folder_of_agent(&self, word: &str) -> bool {
        let path = self.joined(word);
        !path.ends_with(".json") && !path.contains("hooks") && (self.reach.is_ours)(path.trim_end_matches('/'))
    }

    fn joined(&self, path: &str) -> String {
        if path.starts_with(['/', '~', '$']) || self.folder.is_empty() {
            return path.to_owned();
        }
        format!("{}/{path}", self.folder.trim_end_matches('/'))
    }

    /// Tells whether a word names git's hooks, or those of a manager.
    fn is_hook(&self, word: &str) -> bool {
        let path = self.joined(word.trim_end_matches('/')).replace("/./", "/");
        [".git/hooks", ".husky", ".githooks"]
            .iter()
            .any(|hooks| path.ends_with(hooks) || path.contains(&format!("{hooks}/")))
            || [".pre-commit-config.yaml", "lefthook.yml"].iter().any(|file| path.ends_with(file))
            || (self.reach.is_ours)(&path)
    }
}

/// Returns the name of a program, without its folder.
fn name(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name).to_owned()
}

/// Tells whether a word may stand before the program: a variable, a wrapper, or an option or number of one.
fn is_before_program(word: &str) -> bool {
    let is_number = || word.bytes().all(|byte| byte.is_ascii_digit());
    word.contains('=') || word.starts_with('-') || is_number() || WRAPPERS.contains(&name(word).as_str())
}

/// Tells whether a shell runs the word behind this one.
fn is_script_option(word: &str) -> bool {
    (word.starts_with('-') && word.ends_with('c')) || ["-command", "/c"].iter().any(|it| word.eq_ignore_ascii_case(it))
}

/// Tells whether a mode for `chmod` takes the right to execute away.
fn revokes(mode: &str) -> bool {
    if mode.bytes().all(|byte| byte.is_ascii_digit()) {
        return !mode.bytes().rev().take(3).any(|digit| digit % 2 == 1);
    }
    // A mode such as `a-x` or `u=rw`; `-R` and its like are options.
    mode.split_once('-').is_some_and(|(_, rights)| rights.contains('x'))
        || mode.split_once('=').is_some_and(|(_, rights)| !rights.contains('x'))
        || mode.starts_with("-R")
}

/// Tells whether an option of an editor of streams means that the file itself is changed.
fn is_in_place(word: &str) -> bool {
    word.starts_with("--in-place") || (word.starts_with('-') && !word.starts_with("--") && word.contains('i'))
}

/// Tells whether git does so with these arguments; `set` is whether its surroundings switch hooks off.
fn git_goes_around(words: &[String], mut set: bool, reach: Reach<'_>) -> bool {
    let mut rest = words.iter();
    let subcommand = loop {
        match rest.next().map(String::as_str) {
            Some("-c" | "--config-env") => {
                let Some(setting) = rest.next() else { return false };
                set |= setting.to_lowercase().starts_with("core.hookspath=");
                let (key, value) = setting.split_once('=').unwrap_or_default();
                if key.starts_with("alias.") && alias_goes_around(value, reach) {
                    return true;
                }
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
    let rest = rest.as_slice();
    match subcommand {
        Some("commit") => set || skips_hooks(rest, "n", "mFCct", "Su"),
        Some("am") => set || skips_hooks(rest, "n", "", "CpS"),
        Some("push") => set || skips_hooks(rest, "", "o", ""),
        Some("merge") => set || skips_hooks(rest, "", "mFsX", "S"),
        Some("pull" | "rebase" | "cherry-pick" | "revert") => set || skips_hooks(rest, "", "", ""),
        Some("config") => config_goes_around(rest, reach),
        Some("commit-tree" | "send-pack") => true,
        _ => false,
    }
}

/// Tells whether `git config` with these words changes where hooks are, or names a command that goes around them.
fn config_goes_around(words: &[String], reach: Reach<'_>) -> bool {
    let has = |option: &str| words.iter().any(|word| word.contains(option));
    if has("-section") {
        return words.iter().any(|word| word.eq_ignore_ascii_case("core"));
    }
    let is_alias = |word: &String| word.to_lowercase().starts_with("alias.");
    if let Some(at) = words.iter().position(is_alias) {
        return words.get(at + 1).is_some_and(|value| alias_goes_around(value, reach));
    }
    let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("core.hooksPath")) else { return false };
    let asks = has("--get") || has("--show-origin") || words.first().is_some_and(|word| word == "get");
    !asks && (words.len() > at + 1 || has("unset"))
}

/// Tells whether git goes around hooks under a name that is defined as `definition`.
fn alias_goes_around(definition: &str, reach: Reach<'_>) -> bool {
    let line = definition.strip_prefix('!').map_or_else(|| format!("git {definition}"), str::to_owned);
    reach.deeper().is_some_and(|reach| goes_around(&line, reach))
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

#[cfg(test)]
mod tests;
