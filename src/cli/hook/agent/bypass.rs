//! Recognises commands that go around git's hooks.

use super::shell::{self, Command};

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
const COPIES: [&str; 4] = ["cp", "ln", "tee", "install"];
/// Commands that change a file in place if an option says so.
const EDITORS: [&str; 5] = ["sed", "gsed", "perl", "ruby", "gawk"];
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
pub fn goes_around_hooks(command: &str) -> bool {
    goes_around(command, DEPTH)
}

/// Tells whether a path names one of git's own hooks, which no change of the project is about.
pub fn is_hook_of_git(path: &str) -> bool {
    path.replace('\\', "/").contains(".git/hooks/")
}

fn goes_around(line: &str, depth: usize) -> bool {
    let mut shell = Shell::default();
    shell::commands(line).iter().any(|command| shell.goes_around(command, depth))
}

/// What earlier commands of a line leave to later ones.
#[derive(Default)]
struct Shell {
    /// Whether hooks are switched off by the environment.
    switched_off: bool,
    /// Where `cd` has led.
    folder: String,
}

impl Shell {
    fn goes_around(&mut self, command: &Command, depth: usize) -> bool {
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
        if let Some(depth) = depth.checked_sub(1) {
            if program == "eval" {
                return goes_around(&rest.join(" "), depth);
            }
            if SHELLS.contains(&program.as_str()) {
                let script = rest.iter().skip_while(|word| !is_script_option(word)).nth(1);
                return script.is_some_and(|script| goes_around(script, depth)) || goes_around(&command.input, depth);
            }
            if let Some(subcommand) = program.strip_prefix("git-") {
                let words = [&[subcommand.to_owned()], rest].concat();
                return git_goes_around(&words, self.switched_off || words[..first].iter().any(is_setting), depth);
            }
        }
        let Some(git) = words.iter().position(|word| name(word) == "git") else { return false };
        let set = self.switched_off || words[..git].iter().any(is_setting);
        git_goes_around(&words[git + 1..], set, depth)
    }

    /// Tells whether a program with these words takes hooks away or changes them.
    fn changes_hooks(&self, program: &str, words: &[String]) -> bool {
        let names_hook = || words.iter().any(|word| self.is_hook(word));
        match program {
            "chmod" => words.first().is_some_and(|mode| revokes(mode)) && names_hook(),
            "dd" => words.iter().filter_map(|word| word.strip_prefix("of=")).any(|file| self.is_hook(file)),
            "keysweep" => {
                words.first().is_some_and(|word| word == "hook") && words.iter().any(|word| word == "uninstall")
            }
            _ if CHANGES.contains(&program) => names_hook(),
            // What is only read stands before the last word.
            _ if COPIES.contains(&program) => words.last().is_some_and(|word| self.is_hook(word)),
            _ if EDITORS.contains(&program) => words.iter().any(|word| is_in_place(word)) && names_hook(),
            _ if MANAGERS.contains(&program) => words.first().is_some_and(|word| word == "uninstall"),
            _ => false,
        }
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
fn git_goes_around(words: &[String], mut set: bool, depth: usize) -> bool {
    let mut rest = words.iter();
    let subcommand = loop {
        match rest.next().map(String::as_str) {
            Some("-c" | "--config-env") => {
                let Some(setting) = rest.next() else { return false };
                set |= setting.to_lowercase().starts_with("core.hookspath=");
                let (key, value) = setting.split_once('=').unwrap_or_default();
                if key.starts_with("alias.") && alias_goes_around(value, depth) {
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
        Some("config") => config_goes_around(rest, depth),
        Some("commit-tree" | "send-pack") => true,
        _ => false,
    }
}

/// Tells whether `git config` with these words changes where hooks are, or names a command that goes around them.
fn config_goes_around(words: &[String], depth: usize) -> bool {
    let has = |option: &str| words.iter().any(|word| word.contains(option));
    if has("-section") {
        return words.iter().any(|word| word.eq_ignore_ascii_case("core"));
    }
    let is_alias = |word: &String| word.to_lowercase().starts_with("alias.");
    if let Some(at) = words.iter().position(is_alias) {
        return words.get(at + 1).is_some_and(|value| alias_goes_around(value, depth));
    }
    let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("core.hooksPath")) else { return false };
    let asks = has("--get") || has("--show-origin") || words.first().is_some_and(|word| word == "get");
    !asks && (words.len() > at + 1 || has("unset"))
}

/// Tells whether git goes around hooks under a name that is defined as `definition`.
fn alias_goes_around(definition: &str, depth: usize) -> bool {
    let line = definition.strip_prefix('!').map_or_else(|| format!("git {definition}"), str::to_owned);
    depth > 0 && goes_around(&line, depth - 1)
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
mod tests {
    use super::*;

    /// Lines that go around hooks.
    const AROUND: [&str; 51] = [
        "git commit --no-verify -m x",
        "git commit --no-verif -m x",
        "git commit -nm x",
        "git commit -an",
        "cd a && git -C b commit -m 'x' -n",
        "git -c core.hooksPath=/dev/null commit -m x",
        "git --config-env=core.hooksPath=X commit -m x",
        "HUSKY=0 git commit -m x",
        "env HUSKY=0 git commit -m x",
        "export HUSKY=0; git commit -m x",
        "HUSKY=0; git commit -m x",
        "SKIP=keysweep git push",
        "git push --no-verify",
        "(/usr/bin/git commit \\\n --no-verify)",
        "bash -lc 'git commit -n -m x'",
        "sh -c \"cd a && sh -c 'git push --no-verify'\"",
        "git config core.hookspath /dev/null",
        "git config --unset core.hooksPath",
        "git commit-tree HEAD^{tree} -m x",
        "rm -f .git/hooks/pre-commit",
        "chmod -x /a/.git/hooks/pre-push",
        "mv .husky elsewhere",
        "cp /dev/null .git/hooks/pre-commit",
        "git commit $'--no-verify' -m x",
        "declare -x HUSKY=0; git commit -m x",
        "LEFTHOOK_EXCLUDE=keysweep git commit -m x",
        "PREK_SKIP=keysweep git commit -m x",
        "echo \"$(git commit -n -m x)\"",
        "eval \"git commit -n -m x\"",
        "bash <<'E'\ngit commit -n\nE",
        "sudo rm .git/hooks/pre-commit",
        "git am -n x",
        "git pull --no-verify",
        "git config core.hooksPath \"\"",
        "git config --remove-section core",
        "git config --global alias.ci 'commit --no-verify'",
        "git -c alias.x='!git commit -n' x",
        "git-commit -n -m x",
        "git.exe commit -n",
        "powershell -Command \"git commit -n\"",
        "cd .git && rm -rf hooks",
        "cd .git/hooks && : > pre-commit",
        "echo 'exit 0' > .git/hooks/pre-commit",
        "sed -i d .husky/pre-commit",
        "dd if=/dev/null of=.git/hooks/pre-commit",
        "chmod 644 .git/hooks/pre-commit",
        "keysweep hook uninstall",
        "npx lefthook uninstall",
        "git commit -m \"$(cat <<'E'\nit's (a) fix\nE\n)\" --no-verify",
        "git commit -F - <<'E'\ndon't\nE\ngit push --no-verify",
        "git commit -m $(date) -n",
    ];

    /// Lines that do not, whatever they look like.
    const HARMLESS: [&str; 30] = [
        "git commit -m 'use --no-verify never'",
        "git commit -m 'git commit -n'",
        "git commit -mn",
        "git commit --no-verbose",
        "git push -n",
        "git commit -m x; echo --no-verify",
        "HUSKY=0 npm install; git commit -m x",
        "echo git commit",
        "git log -n 5",
        "git config --get core.hooksPath",
        "git config core.hooksPath",
        "git commit --amend --no-edit",
        "grep -n commit git",
        "cat .git/hooks/pre-commit",
        "rm -rf target",
        "cp .pre-commit-config.yaml backup",
        "git commit -m -n",
        "git commit -am -n",
        "git commit --message --no-verify",
        "git commit -- -n",
        "git commit -m x # -n",
        "git commit -F - <<E\ngit commit -n\nE",
        "cat > notes.md <<'E'\ngit commit -n\nE",
        "chmod +x .git/hooks/pre-commit",
        "chmod 755 .husky/pre-commit",
        "sed -n 1,5p .git/hooks/pre-commit",
        "cat .git/hooks/pre-commit > copy",
        "git config alias.ci commit",
        "keysweep hook status",
        "pre-commit run",
    ];

    #[test]
    fn ways_around_the_hooks_are_recognised() {
        for (commands, expected) in [(&AROUND[..], true), (&HARMLESS[..], false)] {
            for command in commands {
                assert_eq!(goes_around_hooks(command), expected, "{command}");
            }
        }
    }
}
