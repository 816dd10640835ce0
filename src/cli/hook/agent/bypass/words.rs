//! What words of a line are: programs, what stands before them, their options.

use super::super::shell;

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
const WRAPPERS: [&str; 24] = [
    "{", "!", "if", "then", "elif", "else", "while", "until", "do", "time", "builtin", "command", "doas", "env",
    "exec", "nice", "nohup", "npx", "stdbuf", "sudo", "timeout", "uvx", "xargs", "yarn",
];

/// Programs that run others, which get their options, and programs that commit.
const RUNNERS: [&str; 11] =
    ["npm", "npx", "pnpm", "yarn", "bun", "bunx", "cz", "git-cz", "standard-version", "release-it", "lerna"];
/// Their options that make git skip its hooks.
const SKIPS: [&str; 3] = ["--no-verify", "--no-commit-hooks", "--commit-hooks=false"];

/// Tells whether a word sets one of the variables that switch hooks off; most of them do nothing if they are empty.
pub fn switches_off(word: &str) -> bool {
    let is_set = |variable: &str| word.starts_with(variable) && (word != variable || !variable.ends_with('='));
    word == "GIT_CONFIG_GLOBAL=" || VARIABLES.iter().any(|variable| is_set(variable))
}

/// Tells whether a command hands an option on to whatever commits that makes it skip git's hooks; `first` is where its program stands.
pub fn hands_skip_on(words: &[String], first: usize) -> bool {
    let runs = words.get(..=first).unwrap_or(words);
    let is_git = words.get(first).is_some_and(|word| name(word) == "git");
    !is_git
        && runs.iter().any(|word| RUNNERS.contains(&name(word).as_str()))
        && words.iter().any(|word| SKIPS.contains(&word.as_str()))
}

/// Returns the line that `env` splits out of one word, with the words behind it.
pub fn split(words: &[String]) -> Option<String> {
    let env = words.iter().take_while(|word| is_before_program(word)).position(|word| name(word) == "env")?;
    let mut rest = words[env + 1..].iter();
    while let Some(word) = rest.next() {
        let is_short = word.starts_with('-') && !word.starts_with("--");
        let joined = word.strip_prefix("--split-string=").or_else(|| word.strip_prefix("-S"));
        let text = match joined.filter(|text| !text.is_empty()) {
            Some(text) => text.to_owned(),
            None if word == "--split-string" || is_short && word.ends_with('S') => rest.next()?.clone(),
            None if ["-u", "-C", "--unset", "--chdir"].contains(&word.as_str()) => {
                rest.next();
                continue;
            }
            None if is_before_program(word) => continue,
            None => return None,
        };
        return Some(format!("{text} {}", shell::line(rest.map(String::as_str))));
    }
    None
}

/// Returns the files that a program that downloads is told to write.
pub fn downloads<'a>(program: &str, words: &'a [String]) -> Vec<&'a str> {
    let (long, short): (&[&str], char) = match program {
        "curl" => (&["--output", "--output-dir"], 'o'),
        "wget" => (&["--output-document", "--directory-prefix"], 'O'),
        _ => return Vec::new(),
    };
    let mut files = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map(String::as_str);
        let is_short = word.starts_with('-') && !word.starts_with("--");
        if long.contains(&word.as_str()) || is_short && word.ends_with(short) || program == "wget" && word == "-P" {
            files.extend(next);
        } else if is_short {
            files.extend(word.split_once(short).map(|(_, file)| file));
        } else {
            files.extend(word.split_once('=').filter(|(option, _)| long.contains(option)).map(|(_, file)| file));
        }
    }
    files
}

/// Returns the texts that a program other than a shell runs as lines.
pub fn scripts(program: &str, words: &[String]) -> Vec<String> {
    match program {
        "eval" => vec![words.join(" ")],
        "trap" => words.first().cloned().into_iter().collect(),
        "script" | "flock" | "runuser" => {
            words.iter().skip_while(|word| !is_script_option(word)).nth(1).cloned().into_iter().collect()
        }
        "watch" => vec![words.join(" ")],
        "alias" => words.iter().filter_map(|word| Some(word.split_once('=')?.1.to_owned())).collect(),
        _ => Vec::new(),
    }
}

/// Returns the name of a program, without its folder.
pub fn name(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".exe").unwrap_or(name).to_owned()
}

/// Tells whether a word may stand before the program: a variable, a wrapper, or an option or number of one.
pub fn is_before_program(word: &str) -> bool {
    let is_number = || word.bytes().all(|byte| byte.is_ascii_digit());
    word.contains('=') || word.starts_with('-') || is_number() || WRAPPERS.contains(&name(word).as_str())
}

/// Tells whether a shell runs the word behind this one.
pub fn is_script_option(word: &str) -> bool {
    (word.starts_with('-') && word.ends_with('c')) || ["-command", "/c"].iter().any(|it| word.eq_ignore_ascii_case(it))
}

/// Tells whether a mode for `chmod` takes the right to execute away.
pub fn revokes(mode: &str) -> bool {
    if mode.bytes().all(|byte| byte.is_ascii_digit()) {
        return !mode.bytes().rev().take(3).any(|digit| digit % 2 == 1);
    }
    // A mode such as `a-x` or `u=rw`; `-R` and its like are options.
    mode.split_once('-').is_some_and(|(_, rights)| rights.contains('x'))
        || mode.split_once('=').is_some_and(|(_, rights)| !rights.contains('x'))
        || mode.starts_with("-R")
}

/// Tells whether an option of an editor of streams means that the file itself is changed.
pub fn is_in_place(word: &str) -> bool {
    word.starts_with("--in-place") || (word.starts_with('-') && !word.starts_with("--") && word.contains('i'))
}
