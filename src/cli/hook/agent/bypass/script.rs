//! What a shell, or a program that runs one, takes for its script.

use base64::Engine as _;

use super::super::shell;
use super::call::name;
use super::options::{Valued, Word, Words};
use super::parallel;

/// Shells that read their words as `sh` does.
const SHELLS: [&str; 13] =
    ["sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "rbash", "fish", "csh", "tcsh", "nu", "elvish"];
/// The options of these that have a value, but for the script.
const OF_SHELLS: Valued =
    Valued { letters: "oOC", long: &["rcfile", "init-file", "init-command", "command", "commands"] };
/// Programs that run a line which stands behind `-c` as another user, or around a shell.
const AROUND: [&str; 4] = ["su", "runuser", "script", "flock"];
/// Programs of which a word may be a line that they have run.
const LINES: [&str; 11] = [
    "tmux",
    "screen",
    "zellij",
    "hyperfine",
    "watchexec",
    "entr",
    "concurrently",
    "nodemon",
    "chokidar",
    "pueue",
    "multitime",
];
/// The names of files that stand for standard input.
const INPUT: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
/// The options of PowerShell that have a value of no interest.
const OF_POWERSHELL: [&str; 9] = [
    "executionpolicy",
    "ep",
    "windowstyle",
    "workingdirectory",
    "wd",
    "version",
    "inputformat",
    "outputformat",
    "configurationname",
];

/// Where a shell has its script from.
#[derive(Debug, PartialEq, Eq)]
pub enum Script {
    /// From its words.
    Text(String),
    /// From its standard input.
    Input,
    /// From what stands for a file, but is commands.
    Process,
    /// From a file.
    File,
    /// From its words, which nobody can read.
    Unreadable,
}

/// Tells whether a program is a shell, or takes a script as one does.
pub fn is_shell(program: &str) -> bool {
    SHELLS.contains(&program) || ["su", "cmd", "powershell", "pwsh"].contains(&program)
}

/// Returns where a program with these words has its script from, if it runs one.
pub fn script(program: &str, words: &[String]) -> Option<Script> {
    let joined = |words: &[String]| Some(Script::Text(words.join(" ")));
    match program {
        "powershell" | "pwsh" => Some(of_powershell(words)),
        "cmd" => Some(of_cmd(words)),
        "source" | "." => words.first().map(|file| of_file(file)),
        "eval" | "iex" | "invoke-expression" | "cross-env-shell" => joined(words),
        "watch" => {
            let mut words = Words::new(words, Valued { letters: "nq", long: &["interval", "equexit"] });
            while words.option().is_some() {}
            joined(words.rest())
        }
        "crontab" => of_schedule(words),
        "npm" | "pnpm" => of_package(words),
        "start-process" | "saps" => Some(Script::Text(started(words))),
        "at" | "batch" => Some(if words.iter().any(|word| word == "-f") { Script::File } else { Script::Input }),
        "parallel" => Some(parallel::script(words)),
        "expect" => behind_option(words).map(|script| match script {
            Script::Text(text) => Script::Text(text.replace("spawn ", "")),
            other => other,
        }),
        _ if LINES.contains(&program) => of_lines(words),
        "nix-shell" => {
            Words::new(words, Valued { letters: "pAEI", long: &["run", "command"] }).find_map(|word| match word {
                Word::Long("run" | "command", Some(line)) => Some(Script::Text(line.to_owned())),
                _ => None,
            })
        }
        "trap" => words.first().cloned().map(Script::Text),
        "alias" => {
            let values = words.iter().filter_map(|word| Some(word.split_once('=')?.1));
            Some(Script::Text(values.collect::<Vec<_>>().join("\n")))
        }
        _ if AROUND.contains(&program) => behind_option(words).or_else(|| (program == "su").then_some(Script::Input)),
        _ if SHELLS.contains(&program) => Some(of_shell(words)),
        _ => None,
    }
}

/// Returns the words that are lines, and those of a command behind others.
fn of_lines(words: &[String]) -> Option<Script> {
    let lines = words.iter().filter(|word| word.contains(char::is_whitespace)).cloned();
    let command = within(words).map(|from| shell::line(words[from..].iter().map(String::as_str)));
    let lines: Vec<String> = lines.chain(command).collect();
    (!lines.is_empty()).then(|| Script::Text(lines.join("\n")))
}

/// Returns the lines that a package gets as its scripts.
fn of_package(words: &[String]) -> Option<Script> {
    let line = |word: &String| word.strip_prefix("scripts.")?.split_once('=').map(|(_, line)| line.to_owned());
    let lines: Vec<String> = match words {
        [first, second, settings @ ..] if first == "pkg" && second == "set" => {
            settings.iter().filter_map(line).collect()
        }
        [first, _, line] if first == "set-script" => vec![line.clone()],
        _ => Vec::new(),
    };
    (!lines.is_empty()).then(|| Script::Text(lines.join("\n")))
}

/// Tells whether lines that are to run at certain times are read, and where.
fn of_schedule(words: &[String]) -> Option<Script> {
    let mut words = Words::new(words, Valued { letters: "u", long: &[] });
    let mut options = std::iter::from_fn(|| words.option());
    if options.any(|option| !matches!(option, Word::Letter('u', _))) {
        return None;
    }
    Some(words.rest().first().map_or(Script::Input, |file| of_file(file)))
}

/// Returns the line that PowerShell starts by these words: a program, and a list of what it is given.
fn started(words: &[String]) -> String {
    let (mut line, mut rest, mut goes_on) = (Vec::new(), words.iter(), false);
    while let Some(word) = rest.next() {
        let option = word.strip_prefix('-').filter(|_| !goes_on).map(str::to_ascii_lowercase);
        let part = match option.as_deref() {
            Some("filepath" | "argumentlist" | "args") => rest.next(),
            Some(option) => {
                let _ = OF_POWERSHELL.contains(&option).then(|| rest.next());
                continue;
            }
            None => Some(word),
        };
        // A comma at its end joins the next word to a list.
        goes_on = part.is_some_and(|part| part.ends_with(','));
        line.extend(part.map(|part| part.replace(',', " ")));
    }
    line.join(" ")
}

fn of_file(file: &str) -> Script {
    match file {
        "" => Script::Process,
        file if INPUT.contains(&file) => Script::Input,
        _ => Script::File,
    }
}

/// Reads the words of `sh` and its like: with `-c`, the script is the first word that is no option.
fn of_shell(words: &[String]) -> Script {
    let (mut is_said, mut is_input) = (false, false);
    // What stands behind `+` are options as well.
    let words: Vec<String> = words
        .iter()
        .map(|word| match word.strip_prefix('+') {
            Some(option) => format!("-{}", option.replace(['c', 's'], "")),
            None => word.clone(),
        })
        .collect();
    let mut words = Words::new(&words, OF_SHELLS);
    while let Some(option) = words.option() {
        match option {
            Word::Long("command" | "commands", Some(text)) => return Script::Text(text.to_owned()),
            Word::Letter('c', _) => is_said = true,
            Word::Letter('s', _) => is_input = true,
            _ => {}
        }
    }
    match words.rest() {
        [text] if is_said => Script::Text(text.clone()),
        [text, given @ ..] if is_said => Script::Text(format!("{}\n{text}", shell::giving(given))),
        _ if is_input => Script::Input,
        [file, ..] => of_file(file),
        [] => Script::Input,
    }
}

/// Returns what the script is given that a shell with these words reads on its standard input, the shell's own name first.
pub fn given_with_input(program: &str, words: &[String]) -> Option<Vec<String>> {
    let plain: Vec<String> =
        words.iter().map(|word| word.replacen('+', "-", usize::from(word.starts_with('+')))).collect();
    let mut rest = Words::new(&plain, OF_SHELLS);
    let is_input = std::iter::from_fn(|| rest.option()).filter(|option| *option == Word::Letter('s', None)).count() > 0;
    let given = match rest.rest() {
        [file, given @ ..] if !is_input && INPUT.contains(&file.as_str()) => given,
        given if is_input => given,
        _ => &[],
    };
    let is_given = SHELLS.contains(&program) && !given.is_empty();
    is_given.then(|| std::iter::once(program.to_owned()).chain(given.iter().cloned()).collect())
}

/// Reads the words of PowerShell: what follows `-Command` is one text. A text is read as that of `sh`, but for the signs that part
/// folders.
fn of_powershell(words: &[String]) -> Script {
    let text = |words: &[String]| match words {
        [only] if only == "-" => Script::Input,
        words => Script::Text(words.join(" ").replace('\\', "/")),
    };
    let mut rest = words;
    while let [word, behind @ ..] = rest {
        let option = word.to_ascii_lowercase();
        let Some(option) = option.strip_prefix(['-', '/']) else { return text(rest) };
        match option {
            "" => return Script::Input,
            "f" | "file" => return behind.first().map_or(Script::Input, |file| of_file(file)),
            "ec" => return behind.first().map_or(Script::Input, |word| decoded(word)),
            _ if "commandwithargs".starts_with(option) || option == "cwa" => return text(behind),
            _ if "encodedcommand".starts_with(option) => {
                return behind.first().map_or(Script::Input, |word| decoded(word));
            }
            _ => rest = if OF_POWERSHELL.contains(&option) { behind.get(1..).unwrap_or_default() } else { behind },
        }
    }
    Script::Input
}

/// Reads what PowerShell takes in base64.
fn decoded(word: &str) -> Script {
    // Blanks in it do not count.
    let word: String = word.split_whitespace().collect();
    let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(word) else { return Script::Unreadable };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Script::Text(String::from_utf16_lossy(&units).replace('\\', "/"))
}

/// Reads the words of `cmd`: all that follows `/c` is one text.
fn of_cmd(words: &[String]) -> Script {
    let option = |word: &str| {
        let option = word.trim_start_matches('/');
        word.starts_with('/') && option.starts_with(['c', 'C', 'k', 'K'])
    };
    let Some(at) = words.iter().position(|word| option(word)) else { return Script::Input };
    let same = &words[at].trim_start_matches('/')[1..];
    Script::Text([&[same.to_owned()], &words[at + 1..]].concat().join(" ").replace('\\', "/"))
}

/// Returns the text behind `-c`, wherever that stands.
fn behind_option(words: &[String]) -> Option<Script> {
    let at = words.iter().position(|word| {
        let is_short = word.starts_with('-') && !word.starts_with("--");
        is_short && word.ends_with('c') || word == "--command" || word == "--session-command"
    });
    let joined = words.iter().find_map(|word| word.strip_prefix("--command="));
    let text = at.and_then(|at| words.get(at + 1)).map(String::as_str).or(joined)?;
    Some(Script::Text(text.to_owned()))
}

/// Returns where the words begin, behind a program that is not known, that are likely to be a command of git or of a shell.
pub fn within(words: &[String]) -> Option<usize> {
    words.iter().position(|word| {
        let name = name(word);
        name == "git" || is_shell(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_has_its_script_where_its_options_say() {
        let text = |text: &str| Some(Script::Text(text.to_owned()));
        for (line, expected) in [
            ("bash|-c|a b|c", text("set -0 c --\na b")),
            ("bash|-lc|a", text("a")),
            ("bash|-c|a|b|c|d e", text("set -0 b -- c 'd e'\na")),
            ("sh|-c|$0 a|b", text("set -0 b --\n$0 a")),
            ("sh|-ce|a", text("a")),
            ("bash|-c|-e|a", text("a")),
            ("bash|--norc|-c|a", text("a")),
            ("bash|-o|pipefail|-c|a", text("a")),
            ("bash|-euo|pipefail|-c|a", text("a")),
            ("bash|+x|-c|a", text("a")),
            ("fish|--command=a", text("a")),
            ("bash|--rcfile|x", Some(Script::Input)),
            ("bash", Some(Script::Input)),
            ("bash|-s|x", Some(Script::Input)),
            ("bash|-", Some(Script::Input)),
            ("bash|/dev/fd/0", Some(Script::Input)),
            (".|/proc/self/fd/0", Some(Script::Input)),
            ("source|", Some(Script::Process)),
            ("bash|x.sh|-c|a", Some(Script::File)),
            ("su|me", Some(Script::Input)),
            ("su|-|me|-c|a", text("a")),
            ("script|-qc|a|/dev/null", text("a")),
            ("script|log", None),
            ("cmd|/s|/c|git|a\\b", text(" git a/b")),
            ("cmd|/cgit a", text("git a")),
            ("pwsh|-NoProfile|-ExecutionPolicy|Bypass|-c|git|a", text("git a")),
            ("powershell|-Command|-", Some(Script::Input)),
            ("powershell|git a", text("git a")),
            ("pwsh|-", Some(Script::Input)),
            ("pwsh|-File|x.ps1", Some(Script::File)),
            ("pwsh|-enc|ZwBpAHQA", text("git")),
            ("pwsh|-enc|ZwBp\n AHQA ", text("git")),
            ("pwsh|-ec|ZwBpAHQ", Some(Script::Unreadable)),
            ("powershell|-EncodedCommand|$x", Some(Script::Unreadable)),
            ("git|-c|a", None),
        ] {
            let words: Vec<String> = line.split('|').map(str::to_owned).collect();
            assert_eq!(script(&words[0], &words[1..]), expected, "{line}");
        }
    }
}
