//! What a command prints, as far as that stands in a line.

use super::{Command, TOP};

/// The most bytes that `printf` is taken to print.
const LONGEST: usize = 1 << 16;

impl Command {
    /// Returns what the command prints, as far as that stands in the line; of what git says of itself, where things usually are.
    pub fn printed(&self) -> Option<String> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["echo", rest @ ..] => Some(
                rest.iter()
                    .skip_while(|word| ["-n", "-e", "-E", "-ne", "-en"].contains(*word))
                    .copied()
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            ["printf", "--", rest @ ..] | ["printf", rest @ ..] => Some(formatted(rest)),
            ["cat"] | ["cat", "-"] => Some(self.input.clone()),
            // Where it lies does not matter.
            ["which", name] | ["command", "-v", name] | ["type", "-p" | "-P", name] => Some(format!("/usr/bin/{name}")),
            ["pwd", ..] => Some(self.folder.to_string()),
            ["git", "rev-parse", "--show-toplevel"] => Some(TOP.to_owned()),
            ["git", "rev-parse", "--git-dir" | "--absolute-git-dir" | "--git-common-dir"] => {
                Some(format!("{TOP}/.git"))
            }
            ["git", "rev-parse", "--git-path", path] => Some(format!("{TOP}/.git/{path}")),
            ["git", "config", "core.hooksPath"] | ["git", "config", "--get" | "get", "core.hooksPath"] => {
                Some(format!("{TOP}/.git/hooks"))
            }
            _ => None,
        }
    }
}

/// Returns what `printf` prints of these words: its format, again and again, until all values are in it.
fn formatted(words: &[&str]) -> String {
    let Some((format, mut values)) = words.split_first() else { return String::new() };
    let parts: Vec<&str> = format.split("%s").collect();
    if parts.len() == 1 || values.is_empty() {
        return words.join(" ").replace("\\n", "\n");
    }
    let mut printed = String::new();
    while let [_, ..] = values {
        printed += parts[0];
        for part in &parts[1..] {
            if let Some((value, rest)) = values.split_first() {
                printed += value;
                values = rest;
            }
            printed += part;
        }
        if printed.len() > LONGEST {
            break;
        }
    }
    printed.replace("\\n", "\n")
}
