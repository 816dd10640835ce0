//! Recognises commands that go around git's hooks.

/// Variables that switch a hook manager off, or git's hooks.
const VARIABLES: [&str; 6] =
    ["HUSKY=0", "LEFTHOOK=0", "SKIP=", "PRE_COMMIT_ALLOW_NO_CONFIG=", "GIT_CONFIG_PARAMETERS=", "GIT_CONFIG_COUNT="];
/// Shells, which run the text behind `-c`.
const SHELLS: [&str; 6] = ["sh", "bash", "zsh", "dash", "ksh", "fish"];
/// Commands that take a hook away or make it another.
const CHANGES: [&str; 6] = ["rm", "mv", "chmod", "unlink", "truncate", "trash"];
/// Commands that write what their last word names.
const COPIES: [&str; 4] = ["cp", "ln", "tee", "install"];
/// How deep texts for shells are read.
const DEPTH: usize = 4;

/// Tells whether a command line runs git so that its hooks do not run, or takes the hooks away.
///
/// Reads the line as a shell would, as far as words and quotes go; what a script does that it calls is not known.
pub fn goes_around_hooks(command: &str) -> bool {
    goes_around(command, DEPTH)
}

fn goes_around(line: &str, depth: usize) -> bool {
    let mut switched_off = false;
    commands(line).iter().any(|words| {
        let is_setting = |word: &String| VARIABLES.iter().any(|variable| word.starts_with(variable));
        let first = words.iter().position(|word| !word.contains('=')).unwrap_or(words.len());
        // Set for what follows: alone, or by `export`.
        let exported = first == words.len() || words.first().is_some_and(|word| word == "export");
        switched_off |= exported && words.iter().any(is_setting);
        let name = |word: &String| word.rsplit('/').next().unwrap_or_default().to_owned();
        let program = words.get(first).map(name).unwrap_or_default();
        // What is only read stands before the last word.
        let changed = if COPIES.contains(&program.as_str()) { words.len() - 1 } else { 0 };
        if (CHANGES.contains(&program.as_str()) || changed > 0) && words[changed..].iter().any(|word| is_hook(word)) {
            return true;
        }
        if SHELLS.contains(&program.as_str()) && depth > 0 {
            let script = words.iter().skip_while(|word| !(word.starts_with('-') && word.ends_with('c'))).nth(1);
            return script.is_some_and(|script| goes_around(script, depth - 1));
        }
        let Some(git) = words.iter().position(|word| name(word) == "git") else { return false };
        let set = switched_off || words[..git].iter().any(is_setting);
        git_goes_around(&words[git + 1..], set)
    })
}

/// Tells whether git does so with these arguments; `set` is whether its surroundings switch hooks off.
fn git_goes_around(words: &[String], mut set: bool) -> bool {
    let mut rest = words.iter();
    let subcommand = loop {
        match rest.next().map(String::as_str) {
            Some("-c" | "--config-env") => {
                set |= rest.next().is_some_and(|value| value.to_lowercase().starts_with("core.hookspath="));
            }
            Some("-C" | "--git-dir" | "--work-tree" | "--namespace") => drop(rest.next()),
            Some(option) if option.to_lowercase().starts_with("--config-env=core.hookspath=") => set = true,
            Some(option) if option.starts_with('-') => {}
            other => break other,
        }
    };
    // Git takes the beginning of an option for the option; `--no-ver` could be another.
    let unverified = |word: &String| word.starts_with("--no-veri") && "--no-verify".starts_with(word.as_str());
    match subcommand {
        Some("commit") => set || rest.any(|word| unverified(word) || is_short(word, 'n')),
        Some("push" | "merge" | "am" | "rebase" | "cherry-pick" | "revert") => set || rest.any(unverified),
        Some("config") => {
            let mut values = rest.skip_while(|word| !word.eq_ignore_ascii_case("core.hooksPath"));
            let is_named = values.next().is_some();
            let asks = words.iter().any(|word| word.starts_with("--get") || word == "get" || word == "--show-origin");
            is_named && !asks && (values.next().is_some() || words.iter().any(|word| word.contains("unset")))
        }
        Some("commit-tree") => true,
        _ => false,
    }
}

/// Tells whether a word names git's hooks, or those of a manager.
fn is_hook(word: &str) -> bool {
    let word = word.trim_end_matches('/');
    [".git/hooks", ".husky", ".githooks"]
        .iter()
        .any(|hooks| word.ends_with(hooks) || word.contains(&format!("{hooks}/")))
        || [".pre-commit-config.yaml", "lefthook.yml"].iter().any(|file| word.ends_with(file))
}

/// Tells whether a word is a group of short options of `git commit` with `option` among them.
fn is_short(word: &str, option: char) -> bool {
    let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else { return false };
    // These take the rest of the word as their value.
    let end = letters.find(['m', 'F', 'C', 'c', 't', 'S', 'u']).unwrap_or(letters.len());
    letters[..end].contains(option)
}

/// Splits a line into commands and those into words.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word = String::new();
    let mut quote = None;
    let mut characters = line.chars();
    let end_word = |commands: &mut Vec<Vec<String>>, word: &mut String| {
        if !word.is_empty() {
            commands.last_mut().expect("there is always a command").push(std::mem::take(word));
        }
    };
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some('\''), other) => word.push(other),
            (_, '\\') => match characters.next() {
                Some('\n') | None => {}
                Some(next) => word.push(next),
            },
            (Some(_), other) => word.push(other),
            (None, '\'' | '"') => quote = Some(character),
            (None, ';' | '&' | '|' | '(' | ')' | '`' | '\n') => {
                end_word(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            (None, blank) if blank.is_whitespace() => end_word(&mut commands, &mut word),
            (None, other) => word.push(other),
        }
    }
    end_word(&mut commands, &mut word);
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_around_the_hooks_are_recognised() {
        let table = [
            ("git commit --no-verify -m x", true),
            ("git commit --no-verif -m x", true),
            ("git commit -nm x", true),
            ("git commit -an", true),
            ("cd a && git -C b commit -m 'x' -n", true),
            ("git -c core.hooksPath=/dev/null commit -m x", true),
            ("git --config-env=core.hooksPath=X commit -m x", true),
            ("HUSKY=0 git commit -m x", true),
            ("env HUSKY=0 git commit -m x", true),
            ("export HUSKY=0; git commit -m x", true),
            ("HUSKY=0; git commit -m x", true),
            ("SKIP=keysweep git push", true),
            ("git push --no-verify", true),
            ("(/usr/bin/git commit \\\n --no-verify)", true),
            ("bash -lc 'git commit -n -m x'", true),
            ("sh -c \"cd a && sh -c 'git push --no-verify'\"", true),
            ("git config core.hookspath /dev/null", true),
            ("git config --unset core.hooksPath", true),
            ("git commit-tree HEAD^{tree} -m x", true),
            ("rm -f .git/hooks/pre-commit", true),
            ("chmod -x /a/.git/hooks/pre-push", true),
            ("mv .husky elsewhere", true),
            ("git commit -m 'use --no-verify never'", false),
            ("git commit -m 'git commit -n'", false),
            ("git commit -mn", false),
            ("git commit --no-verbose", false),
            ("git push -n", false),
            ("git commit -m x; echo --no-verify", false),
            ("HUSKY=0 npm install; git commit -m x", false),
            ("echo git commit", false),
            ("git log -n 5", false),
            ("git config --get core.hooksPath", false),
            ("git config core.hooksPath", false),
            ("git commit --amend --no-edit", false),
            ("grep -n commit git", false),
            ("cat .git/hooks/pre-commit", false),
            ("rm -rf target", false),
            ("cp /dev/null .git/hooks/pre-commit", true),
            ("cp .pre-commit-config.yaml backup", false),
        ];
        for (command, expected) in table {
            assert_eq!(goes_around_hooks(command), expected, "{command}");
        }
    }
}
