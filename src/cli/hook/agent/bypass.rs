//! Recognises commands that go around git's hooks.

/// Variables that switch a hook manager off.
const VARIABLES: [&str; 4] = ["HUSKY=0", "LEFTHOOK=0", "SKIP=", "PRE_COMMIT_ALLOW_NO_CONFIG="];

/// Tells whether a command line runs git so that its hooks do not run.
///
/// Reads the line as a shell would, as far as words and quotes go; what a script does that it calls is not known.
pub fn goes_around_hooks(command: &str) -> bool {
    commands(command).iter().any(|words| {
        let Some(git) = words.iter().position(|word| word == "git" || word.ends_with("/git")) else { return false };
        let set = words[..git].iter().any(|word| VARIABLES.iter().any(|variable| word.starts_with(variable)));
        let mut rest = words[git + 1..].iter();
        let mut redirected = false;
        let subcommand = loop {
            match rest.next().map(String::as_str) {
                Some("-c" | "--config-env") => {
                    redirected |= rest.next().is_some_and(|value| value.to_lowercase().starts_with("core.hookspath="));
                }
                Some("-C" | "--git-dir" | "--work-tree" | "--namespace") => drop(rest.next()),
                Some(option) if option.starts_with('-') => {}
                other => break other,
            }
        };
        match subcommand {
            Some("commit") => set || redirected || rest.any(|word| word == "--no-verify" || is_short(word, 'n')),
            Some("push" | "merge" | "am" | "rebase" | "cherry-pick" | "revert") => {
                set || redirected || rest.any(|word| word == "--no-verify")
            }
            Some("config") => rest.any(|word| word.eq_ignore_ascii_case("core.hooksPath")),
            _ => false,
        }
    })
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
            ("git commit -nm x", true),
            ("git commit -an", true),
            ("cd a && git -C b commit -m 'x' -n", true),
            ("git -c core.hooksPath=/dev/null commit -m x", true),
            ("HUSKY=0 git commit -m x", true),
            ("SKIP=keysweep git push", true),
            ("git push --no-verify", true),
            ("(/usr/bin/git commit \\\n --no-verify)", true),
            ("git config core.hookspath /dev/null", true),
            ("git commit -m 'use --no-verify never'", false),
            ("git commit -mn", false),
            ("git push -n", false),
            ("git commit -m x; echo --no-verify", false),
            ("echo git commit", false),
            ("git log -n 5", false),
            ("git commit --amend --no-edit", false),
            ("grep -n commit git", false),
        ];
        for (command, expected) in table {
            assert_eq!(goes_around_hooks(command), expected, "{command}");
        }
    }
}
