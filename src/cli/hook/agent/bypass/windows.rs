//! Lines with paths of Windows, in which `\` parts folders.

use super::super::shell::Command;
use super::call::Call;

/// Commands of PowerShell that write a file.
pub const WRITERS: [&str; 8] = ["set-content", "add-content", "out-file", "tee-object", "new-item", "ni", "ac", "sc"];
/// Other programs and commands that Windows alone has.
const PROGRAMS: [&str; 22] = [
    "expand-archive",
    "cmd",
    "powershell",
    "pwsh",
    "del",
    "erase",
    "rd",
    "ri",
    "remove-item",
    "move",
    "mi",
    "move-item",
    "ren",
    "rni",
    "rename-item",
    "copy",
    "cpi",
    "copy-item",
    "xcopy",
    "robocopy",
    "clear-content",
    "clc",
];
/// How folders begin a path of Windows that are worth another look, whatever is done there.
const FOLDERS: [&str; 7] = [".git\\", ".husky\\", ".githooks\\", ".claude\\", ".cursor\\", ".codex\\", ".gemini\\"];

/// How a block of PowerShell begins that is run for each thing which is piped to it.
const BLOCKS: [&str; 3] = ["%", "foreach-object", "foreach"];

/// Returns what a command runs for each thing that is piped to it, if that is a block of PowerShell.
pub fn block(command: &Command) -> Option<String> {
    let text = command.words.join(" ");
    let (start, rest) = text.split_once('{')?;
    let is_block = BLOCKS.contains(&start.trim().to_ascii_lowercase().as_str());
    is_block.then(|| rest.rsplit_once('}').map_or(rest, |(inner, _)| inner).to_owned())
}

/// Puts the path of a thing into such a block.
pub fn with_item(block: &str, path: &str) -> String {
    ["$_.FullName", "$_.PSPath", "$_"].iter().fold(block.to_owned(), |text, name| text.replace(name, path))
}

/// Returns a line with `/` in place of each `\` that parts folders, if it looks like one of Windows.
pub fn reread(line: &str, commands: &[Command]) -> Option<String> {
    if !line.contains('\\') {
        return None;
    }
    let is_called = |command: &Command| is_of_windows(&Call::new(command).program);
    let is_read = FOLDERS.iter().any(|folder| line.contains(folder)) || commands.iter().any(is_called);
    Some(slashed(line)).filter(|slashed| is_read && slashed != line)
}

fn is_of_windows(program: &str) -> bool {
    PROGRAMS.contains(&program) || WRITERS.contains(&program)
}

/// Tells whether a word is an option of a program of Windows, such as `/s` or `/e:on`.
pub fn is_option(program: &str, word: &str) -> bool {
    let letters = word.split(':').next().unwrap_or_default().strip_prefix('/').unwrap_or_default();
    let is_short = (1..=4).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_short && (program == "rmdir" || is_of_windows(program))
}

fn slashed(line: &str) -> String {
    let mut slashed = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        slashed += &rest[..at];
        let behind = rest[at..].trim_start_matches('\\');
        let signs = &rest[at..rest.len() - behind.len()];
        let is_of_name = |sign: char| sign.is_alphanumeric() || "._-*~:%".contains(sign);
        let parts = slashed.ends_with(is_of_name) && (behind.is_empty() || behind.starts_with(is_of_name));
        slashed += if parts { "/" } else { signs };
        // What such a sign takes for text stays behind it.
        let next = behind.chars().next().filter(|_| !parts);
        slashed.extend(next);
        rest = &behind[next.map_or(0, char::len_utf8)..];
    }
    slashed + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_between_folders_are_turned() {
        for (line, expected) in [
            (r"del a\b", r"del a/b"),
            (r"del C:\a\.b\*", r"del C:/a/.b/*"),
            (r"del a\\b", r"del a/b"),
            (r"del a\", r"del a/"),
            (r"rm a\ b", r"rm a\ b"),
            (r"find \( -name \*.o", r"find \( -name \*.o"),
            (r"s/\.git\/b/", r"s/\.git\/b/"),
            ("a \\\n b", "a \\\n b"),
        ] {
            assert_eq!(slashed(line), expected, "{line}");
        }
    }
}
