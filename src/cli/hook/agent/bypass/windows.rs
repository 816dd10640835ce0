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

/// The variables of PowerShell for such a thing.
const ITEMS: [&str; 2] = ["_", "PSItem"];

/// Returns what a command runs for each thing that is piped to it, if that is a block of PowerShell.
pub fn block(command: &Command) -> Option<String> {
    let text = command.words.join(" ");
    let (start, rest) = text.split_once('{')?;
    let is_block = BLOCKS.contains(&start.trim().to_ascii_lowercase().as_str());
    is_block.then(|| rest.rsplit_once('}').map_or(rest, |(inner, _)| inner).to_owned())
}

/// Puts the path of a thing into such a block; twice where its name alone is asked for, because what lies in a folder is not known.
pub fn with_item(block: &str, path: &str) -> Vec<String> {
    let name = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let parent = path.trim_end_matches(['/', '\\']).strip_suffix(name).unwrap_or_default();
    let named = filled(block, path, name, parent);
    let any = filled(block, path, "*", path);
    if any == named { vec![named] } else { vec![named, any] }
}

/// Returns a block with what stands for a thing in the place of its variable, and of what is asked of that.
fn filled(block: &str, path: &str, name: &str, parent: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(block.len()), block);
    while let Some(at) = rest.find('$') {
        text += &rest[..at];
        let Some(behind) = item(&rest[at + 1..]) else {
            text.push('$');
            rest = &rest[at + 1..];
            continue;
        };
        let asked = behind.strip_prefix('.').unwrap_or_default();
        let (asked, after) =
            asked.split_at(asked.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(asked.len()));
        let value = match asked.to_ascii_lowercase().as_str() {
            "fullname" | "pspath" => Some(path),
            "name" | "basename" | "pschildname" => Some(name),
            "directory" | "directoryname" | "psparentpath" => Some(parent),
            _ => None,
        };
        text += value.unwrap_or(path);
        rest = if value.is_some() { after } else { behind };
    }
    text + rest
}

/// Returns what stands behind the name of the variable for a thing, if a text begins with it.
fn item(text: &str) -> Option<&str> {
    let is_of_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    ITEMS.iter().find_map(|name| {
        let (start, behind) = text.split_at_checked(name.len())?;
        (start.eq_ignore_ascii_case(name) && !behind.starts_with(is_of_name)).then_some(behind)
    })
}

/// Returns a line with what PowerShell asks of a thing in the place of the expressions around it, `$($_.Name)`.
fn bare(line: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(line.len()), line);
    while let Some(at) = rest.find("$(") {
        let inner = &rest[at + 2..];
        text += &rest[..at];
        match inner.split_once(')').filter(|(inner, _)| inner.strip_prefix('$').and_then(item).is_some()) {
            Some((inner, behind)) => {
                text += inner;
                rest = behind;
            }
            None => {
                text += "$(";
                rest = inner;
            }
        }
    }
    text + rest
}

/// Returns a line with `/` in place of each `\` that parts folders, if it looks like one of Windows, and without what stands around
/// things of PowerShell.
pub fn reread(line: &str, commands: &[Command]) -> Option<String> {
    let bare = bare(line);
    let is_called = |command: &Command| is_of_windows(&Call::new(command).program);
    let is_read = || FOLDERS.iter().any(|folder| line.contains(folder)) || commands.iter().any(is_called);
    let reread = if line.contains('\\') && is_read() { slashed(&bare) } else { bare };
    Some(reread).filter(|reread| reread != line)
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
