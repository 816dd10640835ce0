//! What a line writes into the settings that say whether an agent's hooks run.

use super::super::leave;
use super::super::settings::speaks_of_switch;
use super::super::shell::{Command, joined};
use super::call::Call;
use super::guard::{Guarded, Surroundings};
use super::input;
use super::options::values;
use super::targets::{Deed, EDITORS, is_in_place, targets};
use super::{PRINTERS, Shell, windows};

/// How many commands are followed, each of which writes what the one behind it reads.
const DEPTH: usize = 8;
/// How many commands before another are asked whether they write what it copies.
const MOST: usize = 64;
/// Programs that make a text of another one by what their words say.
const SHAPERS: [&str; 16] = [
    "jq", "jaq", "gojq", "yq", "dasel", "sed", "gsed", "awk", "gawk", "perl", "ruby", "tr", "sort", "uniq", "head",
    "tail",
];
/// The settings that stand for any others which an agent is given.
const SETTINGS: &str = ".claude/settings.json";
/// Programs that pass on what they read.
const PASSING: [&str; 2] = ["tee", "sponge"];
/// Programs that leave a file of the same text elsewhere.
const COPYING: [&str; 22] = [
    "cp",
    "gcp",
    "install",
    "cpi",
    "copy-item",
    "copy",
    "xcopy",
    "mv",
    "gmv",
    "mi",
    "move-item",
    "move",
    "ren",
    "rni",
    "rename-item",
    "ln",
    "link",
    "mklink",
    "rsync",
    "scp",
    "ditto",
    "cat",
];

/// What is known of that which is written.
#[derive(Default)]
struct Written {
    /// The text, as far as it stands in the line or in files.
    text: String,
    /// What the words of programs say that make another text of it.
    shaped: String,
    /// Whether there is something else.
    is_unknown: bool,
}

/// Collects what is written to a path.
struct Writer<'a> {
    shell: &'a Shell<'a>,
    surroundings: &'a dyn Surroundings,
    path: &'a str,
    written: Written,
}

impl Shell<'_> {
    /// Tells whether the command at `at` writes a comment into a file that allows findings.
    pub(super) fn gives_leave(&self, call: &Call<'_>, at: usize) -> bool {
        let (program, command) = (call.program.as_str(), &self.commands[at]);
        let is_redirected = !command.writes.is_empty();
        let prints = is_redirected && matches!(program, "echo" | "printf");
        let edits = EDITORS.contains(&program) && command.words.iter().any(|word| is_in_place(word));
        let writes = || targets(call).iter().any(|(deed, _)| matches!(deed, Deed::Writes | Deed::Copies));
        let is_written = |text: &String| leave::grants(text, "");
        // What is fed to others is no text that they write.
        let passes = (is_redirected && (PASSING.contains(&program) || SHAPERS.contains(&program) || program == "cat"))
            || edits
            || program != "git" && writes();
        (prints || edits || windows::WRITERS.contains(&program)) && command.words.iter().any(is_written)
            || passes && input::input(self.commands, at, self.reach.input).iter().any(is_written)
    }

    /// Tells whether an agent's hooks run no more after what the command at `at` does to a path, or if nobody can tell.
    pub(super) fn turns_hooks_off(&self, deed: Deed, path: &str, call: &Call<'_>, at: usize) -> bool {
        let Guarded::Hooks(surroundings) = self.reach.guarded else { return false };
        let writes = matches!(deed, Deed::Writes | Deed::Copies | Deed::Puts | Deed::Fills);
        if !writes || !surroundings.says_whether_hooks_run(path) {
            return false;
        }
        let mut writer = Writer { shell: self, surroundings, path, written: Written::default() };
        writer.collect(call, at, DEPTH);
        writer.written.turns_hooks_off(surroundings, path)
    }

    /// Tells whether what the command at `at` writes to settings is what they hold but for keys that keep hooks from running.
    pub(super) fn only_turns_on(&self, path: &str, call: &Call<'_>, at: usize) -> bool {
        let Guarded::Hooks(surroundings) = self.reach.guarded else { return false };
        if !surroundings.says_whether_hooks_run(path) {
            return false;
        }
        let mut writer = Writer { shell: self, surroundings, path, written: Written::default() };
        writer.collect(call, at, DEPTH);
        let Written { shaped, is_unknown, .. } = writer.written;
        let (left, deleted) = without_deletions(&shaped);
        let mut files = left.split_whitespace().map(|word| joined(&call.folder, word)).peekable();
        let is_same = files.peek().is_some() && files.all(|file| file == path);
        !is_unknown && is_same && !deleted.is_empty() && deleted.iter().all(|key| speaks_of_switch(key))
    }

    /// Tells whether the command at `at` begins an agent with a file of settings in which its hooks are off, or of which nobody can
    /// tell what it holds.
    pub(super) fn starts_with_settings(&self, call: &Call<'_>, at: usize) -> bool {
        let Guarded::Hooks(surroundings) = self.reach.guarded else { return false };
        let files = values(call.words, &["--settings"]).filter(|value| !value.trim_start().starts_with('{'));
        files.filter(|_| call.program == "claude").any(|file| {
            let mut writer = Writer { shell: self, surroundings, path: SETTINGS, written: Written::default() };
            let is_known = writer.reads(&joined(&call.folder, file), at, DEPTH);
            !is_known || writer.written.turns_hooks_off(surroundings, SETTINGS)
        })
    }
}

impl Written {
    /// Tells whether an agent's hooks run no more if this is what a file gets, or if nobody can tell.
    fn turns_hooks_off(self, surroundings: &dyn Surroundings, path: &str) -> bool {
        let Self { text, shaped, is_unknown } = self;
        if is_unknown {
            return true;
        }
        if shaped.is_empty() {
            let texts = [text.replace("\\n", "\n"), text];
            return texts.iter().any(|text| !text.trim().is_empty() && surroundings.turns_hooks_off(path, text));
        }
        // A word in place of another one may turn what is said of hooks.
        let turns = shaped.contains("true") || shaped.contains("false");
        let before = surroundings.text(path).filter(|_| turns).unwrap_or_default();
        let (shaped, deleted) = without_deletions(&shaped);
        let left = |text: String| deleted.iter().fold(text, |text, key| text.replace(&format!("\"{key}\""), ""));
        speaks_of_switch(&shaped) || [text, before].map(left).iter().any(|text| speaks_of_switch(text))
    }
}

/// Returns queries without the calls that take keys out of settings, and these keys: the outermost ones by their names alone.
fn without_deletions(queries: &str) -> (String, Vec<String>) {
    let (mut rest, mut left, mut keys) = (queries, String::new(), Vec::new());
    while let Some((before, (inner, behind))) =
        rest.split_once("del(").and_then(|(before, call)| Some((before, call.split_once(')')?)))
    {
        let key =
            |part: &str| part.trim_matches(|sign: char| sign.is_whitespace() || ".[]\"".contains(sign)).to_owned();
        keys.extend(inner.split(',').map(key).filter(|key| !key.is_empty()));
        left += before;
        rest = behind;
    }
    (left + rest, keys)
}

impl Writer<'_> {
    /// Collects what the command at `at` prints or writes.
    fn collect(&mut self, call: &Call<'_>, at: usize, depth: usize) {
        let program = call.program.as_str();
        let command = &self.shell.commands[at];
        let files = self.files(call);
        if SHAPERS.contains(&program) || EDITORS.contains(&program) && call.words.iter().any(|word| is_in_place(word)) {
            self.written.shaped += &format!(" {}", call.words.join(" "));
            self.written.is_unknown |= call.words.iter().any(|word| word == "--from-file");
            for file in &files {
                self.reads(file, at, depth);
            }
        } else if windows::WRITERS.contains(&program) {
            // PowerShell's quotes are others.
            let words = self.shell.commands.iter().flat_map(|command| &command.words);
            self.written.shaped.extend(words.flat_map(|word| [" ", word]));
        } else if COPYING.contains(&program) && !files.is_empty() {
            let read = files.iter().filter(|file| self.reads(file, at, depth)).count();
            self.written.is_unknown |= read == 0;
        } else if program == "dd"
            && let Some(file) = call.words.iter().find_map(|word| word.strip_prefix("if="))
        {
            self.written.is_unknown |= !self.reads(&joined(&call.folder, file), at, depth);
        } else if PRINTERS.contains(&program)
            && let Some(text) = input::printed(command)
        {
            let is_cat = program == "cat";
            self.written.text += if is_cat { "" } else { &text };
            let is_fed = !command.input.is_empty() || !input::pipe(self.shell.commands, at).is_empty();
            let is_left_out = text.trim().is_empty() && call.words.iter().any(String::is_empty);
            self.written.is_unknown |= is_cat && !is_fed || is_left_out;
        } else if !PASSING.contains(&program) && !["", ":", "true"].contains(&program) {
            self.written.is_unknown = true;
        }
        self.collect_input(at, depth);
    }

    /// Returns the files that the words of a copying program name, but for the path itself.
    fn files(&self, call: &Call<'_>) -> Vec<String> {
        let operands = call.words.iter().filter(|word| !word.starts_with('-')).map(|word| joined(&call.folder, word));
        let operands: Vec<String> = operands.filter(|file| file != self.path).collect();
        // Of several files that are put into a folder, one gets the name.
        let name = |file: &str| file.rsplit('/').next().map(str::to_owned);
        let same = operands.iter().find(|file| name(file) == name(self.path)).cloned();
        same.map_or(operands, |file| vec![file])
    }

    /// Collects what a command is fed that reads it.
    fn collect_input(&mut self, at: usize, depth: usize) {
        let commands = self.shell.commands;
        self.written.text += &commands[at].input;
        let Some(depth) = depth.checked_sub(1).filter(|_| commands[at].input.is_empty()) else { return };
        if let Some(before) = input::pipe(commands, at).next_back() {
            self.collect(&Call::new(&commands[before]), before, depth);
        }
    }

    /// Collects what a file holds when the command at `at` runs; tells whether that is known.
    fn reads(&mut self, file: &str, at: usize, depth: usize) -> bool {
        if file == "/dev/null" {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else { return false };
        let commands = self.shell.commands;
        let writes = |command: &Command, call: &Call<'_>| {
            command.writes.iter().any(|written| joined(&command.folder, written) == file)
                || targets(call).iter().any(|(deed, path)| *deed != Deed::Takes && path == file)
        };
        let mut before = (at.saturating_sub(MOST)..at).rev();
        if let Some(at) = before.find(|&at| writes(&commands[at], &Call::new(&commands[at]))) {
            self.collect(&Call::new(&commands[at]), at, depth);
            return true;
        }
        let text = self.surroundings.text(file);
        self.written.text += text.as_deref().unwrap_or_default();
        text.is_some()
    }
}
