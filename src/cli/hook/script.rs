//! The lines of shell that a git hook gets, put in front of what it has and taken out again.

use super::Name;

/// The marks around what is added, to whatever file.
pub const BEGIN: &str = "# keysweep begin";
pub const END: &str = "# keysweep end";
/// Follows [`BEGIN`] where the whole file is keysweep's.
const WHOLE: &str = " (whole file)";
/// Begins the line that tells how many folders were made for the hook.
const FOLDERS: &str = "# keysweep made folders: ";
const SHEBANG: &[u8] = b"#!/bin/sh\n";
/// Interpreters whose scripts can take lines of plain shell.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ksh", "zsh", "ash"];

/// What taking the lines out of a hook leaves.
#[derive(Debug, PartialEq, Eq)]
pub enum Remainder {
    /// There were none.
    Untouched,
    /// The hook as it was without them.
    Hook(Vec<u8>),
    /// Nothing: the file was keysweep's.
    Nothing,
}

/// Makes a hook that is keysweep's alone; it runs the file `chained` next to it afterwards, if that can be executed, and remembers for how
/// many `folders` it was the reason.
pub fn whole(hook: Name, program: &str, chained: Option<&str>, folders: usize) -> Vec<u8> {
    let mut script = String::from_utf8_lossy(SHEBANG).into_owned();
    let next = chained.map_or_else(String::new, |chained| {
        format!(
            "keysweep_next=$(dirname \"$0\")/{chained}\nif [ -x \"$keysweep_next\" ]; then\n    exec \"$keysweep_next\" \"$@\"\nfi\n"
        )
    });
    let folders = if folders > 0 { format!("{FOLDERS}{folders}\n") } else { String::new() };
    script += &block(WHOLE, hook, program, &(next + &folders));
    script.into_bytes()
}

/// Puts the lines at the top of a shell script, so that no `exit` comes before them; they replace older ones.
pub fn inserted(script: &[u8], hook: Name, program: &str) -> Vec<u8> {
    let script = match removed(script) {
        Remainder::Hook(rest) => rest,
        _ => script.to_vec(),
    };
    let mut at = if script.starts_with(b"#!") { end_of_line(&script, 0) } else { 0 };
    // Older versions of husky expect their preamble to be the first command.
    let line = &script[at..end_of_line(&script, at)];
    if line.starts_with(b". ") && memchr::memmem::find(line, b"husky.sh").is_some() {
        at = end_of_line(&script, at);
    }
    let mut result = script[..at].to_vec();
    if !result.is_empty() && !result.ends_with(b"\n") {
        result.push(b'\n');
    }
    result.extend_from_slice(block("", hook, program, "").as_bytes());
    result.extend_from_slice(&script[at..]);
    result
}

/// Takes the lines out.
pub fn removed(script: &[u8]) -> Remainder {
    let Some(begin) = find_line(script, BEGIN.as_bytes()) else { return Remainder::Untouched };
    let Some(end) = find_line(&script[begin..], END.as_bytes()) else { return Remainder::Untouched };
    let end = end_of_line(script, begin + end);
    let rest = [&script[..begin], &script[end..]].concat();
    let own = rest.strip_prefix(SHEBANG).unwrap_or(&rest);
    // Lines may have been added to what was keysweep's alone.
    match is_whole(script) && own.trim_ascii().is_empty() {
        true => Remainder::Nothing,
        false => Remainder::Hook(rest),
    }
}

/// Tells whether the lines have lost their end, so that nobody knows which ones they are.
pub fn is_torn(script: &[u8]) -> bool {
    find_line(script, BEGIN.as_bytes()).is_some_and(|begin| find_line(&script[begin..], END.as_bytes()).is_none())
}

/// Tells whether keysweep made a hook, whatever was added to it since.
pub fn is_whole(script: &[u8]) -> bool {
    find_line(script, format!("{BEGIN}{WHOLE}").as_bytes()).is_some()
}

/// A script around the lines of keysweep's in it.
pub struct Parts<'a> {
    /// The lines in front that run, and the first one of the file if it names a shell.
    pub front: Vec<&'a str>,
    /// Keysweep's own: those between the marks, or those that somebody wrote.
    pub own: Vec<&'a str>,
}

/// Takes a script apart; `None` if nothing in it runs keysweep.
pub fn parts(script: &str) -> Option<Parts<'_>> {
    let lines: Vec<&str> = script.lines().map(str::trim).collect();
    let runs = |line: &&str| !line.starts_with('#') && line.contains("keysweep hook run");
    let begin = lines.iter().position(|line| line.starts_with(BEGIN));
    let end = begin.and_then(|begin| Some(begin + lines[begin..].iter().position(|line| line.starts_with(END))?));
    let (first, own) = match (begin, end) {
        (Some(begin), Some(end)) => (begin, lines[begin..=end].to_vec()),
        _ => (lines.iter().position(runs)?, lines.iter().copied().filter(runs).collect()),
    };
    let front = lines[..first]
        .iter()
        .enumerate()
        .filter(|(at, line)| !line.is_empty() && (!line.starts_with('#') || *at == 0 && line.starts_with("#!")));
    Some(Parts { front: front.map(|(_, line)| *line).collect(), own })
}

/// Tells whether a line may keep those behind it from running as they stand.
pub fn may_end(line: &str) -> bool {
    const WORDS: [&str; 16] = [
        "exit", "exec", "return", "kill", "trap", "set", "alias", "eval", "if", "while", "until", "for", "case",
        "function", "PATH", "keysweep",
    ];
    if line.starts_with("#!") {
        return is_idle(line);
    }
    let mut words = line.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
    words.any(|word| WORDS.contains(&word))
        || line.contains(['{', '(', '<'])
        || line.contains("||")
        || line.ends_with('\\')
}

/// Tells whether the first line of a script tells its shell to run nothing.
fn is_idle(line: &str) -> bool {
    let is_option = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('n');
    line.split_whitespace().skip(1).any(|word| is_option(word) || word == "noexec")
}

/// Says what keeps the lines in a hook from running as they were written, and what to do, up to the path; `None` if nothing does.
pub fn doubt(script: &[u8], hook: Name) -> Option<String> {
    let text = String::from_utf8_lossy(script);
    let parts = parts(&text)?;
    let name = hook.word();
    if parts.front.first().is_some_and(|line| line.starts_with("#!") && is_idle(line)) {
        return Some("set up, but its first line has the shell run nothing: take the option `-n` out of".to_owned());
    }
    if !is_as_written(&text, hook) {
        let again = format!("`keysweep hook install {name}` writes them anew in");
        return Some(format!("set up, but its lines are not as they were written: {again}"));
    }
    let is_preamble = |line: &&&str| line.starts_with(". ") && line.contains("husky.sh") || line.starts_with("#!");
    let may_end = parts.front.iter().filter(|line| !is_preamble(line)).any(|line| may_end(line));
    may_end.then(|| "set up, but what stands in front of its lines may end the hook: move it behind them in".to_owned())
}

/// Tells whether the lines between the marks are as they are written for a hook.
fn is_as_written(text: &str, hook: Name) -> bool {
    let between = |start: &str, end: &str| {
        let rest = text.split_once(start)?.1;
        Some(rest.split_once(end)?.0.to_owned())
    };
    let program = between("|| keysweep='", "'\n").unwrap_or_default().replace(r"'\''", "'");
    let next = between("keysweep_next=$(dirname \"$0\")/", "\n");
    let whole = whole(hook, &program, next.as_deref(), folders(text.as_bytes()));
    let whole = String::from_utf8_lossy(&whole).into_owned();
    let whole = whole.strip_prefix(&*String::from_utf8_lossy(SHEBANG)).unwrap_or(&whole);
    text.contains(whole) || text.contains(&block("", hook, &program, ""))
}

/// Returns how many folders were made for a hook that is keysweep's alone.
pub fn folders(script: &[u8]) -> usize {
    let line = find_line(script, FOLDERS.as_bytes()).map(|at| &script[at + FOLDERS.len()..end_of_line(script, at)]);
    line.and_then(|line| std::str::from_utf8(line).ok()?.trim().parse().ok()).unwrap_or_default()
}

/// Tells whether a hook is a script that the lines can be put into.
pub fn is_shell(script: &[u8]) -> bool {
    let Some(line) = script.strip_prefix(b"#!") else { return false };
    let line = String::from_utf8_lossy(&line[..end_of_line(line, 0)]).into_owned();
    let words: Vec<&str> = line.split_whitespace().collect();
    let interpreter = match words.as_slice() {
        [env, program, ..] if env.ends_with("/env") => program,
        [program, ..] => program,
        [] => return false,
    };
    !is_idle(&line) && SHELLS.contains(&interpreter.rsplit('/').next().unwrap_or(interpreter))
}

fn block(kind: &str, hook: Name, program: &str, next: &str) -> String {
    let (name, program) = (hook.word(), program.replace('\'', r"'\''"));
    let reads_lines = matches!(hook, Name::PrePush | Name::PreReceive);
    let run = if reads_lines {
        // Whatever comes afterwards reads the same lines again.
        format!(
            "keysweep_lines=$(cat)
printf '%s\\n' \"$keysweep_lines\" | PRE_COMMIT= \"$keysweep\" hook run {name} \"$@\" || exit $?
if [ -n \"$keysweep_lines\" ]; then
    exec <<KEYSWEEP_LINES
$keysweep_lines
KEYSWEEP_LINES
else
    exec </dev/null
fi
"
        )
    } else {
        // Git runs this one, whatever the environment says of a framework.
        format!("PRE_COMMIT= \"$keysweep\" hook run {name} \"$@\" || exit $?\n")
    };
    format!(
        "{BEGIN}{kind}: set up by `keysweep hook install {name}`, taken out by `keysweep hook uninstall {name}`
keysweep=$(command -v keysweep) || keysweep='{program}'
[ -x \"$keysweep\" ] || {{
    echo \"keysweep: the program is gone, so nothing was checked: install it again, or take its lines out of $0\" >&2
    exit 1
}}
{run}{next}{END}
"
    )
}

/// Returns the start of the first line that begins with `prefix`.
fn find_line(text: &[u8], prefix: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(text, prefix).find(|&at| at == 0 || text[at - 1] == b'\n')
}

fn end_of_line(text: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &text[from..]).map_or(text.len(), |end| from + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn the_lines_come_before_anything_that_could_exit() {
        for (script, before) in [
            ("#!/bin/sh\nexit 0\n", "#!/bin/sh\n"),
            ("exec something\n", ""),
            (
                "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\nnpm test\n",
                "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n",
            ),
            ("#!/bin/sh", "#!/bin/sh\n"),
        ] {
            let result = text(&inserted(script.as_bytes(), Name::PreCommit, "/x"));
            assert!(result.starts_with(&format!("{before}{BEGIN}")), "{result}");
        }
    }

    #[test]
    fn taking_the_lines_out_leaves_what_was_there() {
        for script in ["#!/bin/sh\nexit 0\n", "#!/bin/bash\n\n# keysweep is mentioned\n", "npm test"] {
            let once = inserted(script.as_bytes(), Name::PrePush, "/it's here");
            assert_eq!(inserted(&once, Name::PrePush, "/it's here"), once, "installing twice changes nothing");
            assert_eq!(removed(&once), Remainder::Hook(script.as_bytes().to_vec()));
            assert_eq!(removed(script.as_bytes()), Remainder::Untouched);
        }
        let whole = whole(Name::PreCommit, "/x", Some("y"), 2);
        assert_eq!((folders(&whole), folders(b"#!/bin/sh\n")), (2, 0));
        assert_eq!(removed(&whole), Remainder::Nothing);
        let added = [&whole[..], b"npm test\n"].concat();
        assert_eq!(removed(&added), Remainder::Hook(b"#!/bin/sh\nnpm test\n".to_vec()));
        assert!(is_whole(&added) && !is_whole(b"#!/bin/sh\nnpm test\n"));
    }

    #[test]
    fn only_shell_scripts_take_lines_of_shell() {
        let table = [
            ("#!/bin/sh\n", true),
            ("#! /usr/bin/env bash\n", true),
            ("#!/usr/bin/env -S python3\n", false),
            ("#!/usr/bin/python3\n", false),
            ("#!/usr/bin/fish\n", false),
            ("\x7fELF", false),
            ("echo\n", false),
            ("#!\n", false),
        ];
        for (script, expected) in table {
            assert_eq!(is_shell(script.as_bytes()), expected, "{script}");
        }
    }
}
