//! The `commit-msg` hook: a credential in a commit's message.

use std::path::Path;

use miette::miette;

use super::manager;
use super::scanner::{OWN, Scan, Ways, look_at};
use crate::finding::Finding;
use crate::input::repository::Repository;

/// The line from which on git throws the file away: what `git commit --verbose` shows is no part of the message.
const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";

/// Looks at the message in `path`; returns the exit code.
///
/// # Errors
/// If the file cannot be read, or the scan cannot be done.
pub fn run(path: &Path, scan: &dyn Scan) -> miette::Result<u8> {
    let text = std::fs::read(path).map_err(|error| miette!("cannot read `{}`: {error}", path.display()))?;
    let line = |finding: &Finding| finding.places.first().map_or(1, |place| place.start.line + 1);
    let place = |finding: &Finding| format!("line {} of the commit message", line(finding));
    look_at(
        &Cleanup::of_git(Path::new(".")).message(&text),
        scan,
        &place,
        &Ways {
            mend: "take it out and rotate it",
            allow: OWN,
            skip: ", and `git commit --no-verify` skips every check",
        },
    )
}

/// What git does with the file before it becomes a message, as far as a hook can know: options of `git commit` are not told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cleanup {
    /// No editor was used: all of it is kept, also lines that look like comments.
    Nothing,
    /// What lies below the scissors goes.
    Scissors,
    /// Lines that begin with the comment's characters go as well.
    Comments(Vec<u8>),
}

impl Cleanup {
    /// Finds out what git does in the repository around `directory`.
    ///
    /// The source is git-commit(1): `--cleanup` is `strip` where the message is edited and `whitespace` where it is not. Git sets
    /// `GIT_EDITOR` to `:` for hooks of a commit without an editor (`run_commit_hook` in its source).
    fn of_git(directory: &Path) -> Self {
        if std::env::var_os("GIT_EDITOR").is_some_and(|editor| editor == ":") {
            return Self::Nothing;
        }
        // What `git -c` sets is handed on in a form that git alone reads.
        if std::env::var_os("GIT_CONFIG_PARAMETERS").is_some_and(|set| !set.is_empty()) {
            let mode = manager::setting("^commit\\.cleanup$");
            let sign = manager::setting("^core\\.comment(char|string)$");
            return Self::by(mode.as_deref(), sign.as_deref().map(str::as_bytes));
        }
        let settings = Repository::discover(directory).ok().and_then(|repository| repository.with_all_settings());
        let setting = |key: &str| settings.as_ref().and_then(|settings| settings.config_snapshot().string(key));
        let sign = setting("core.commentString").or_else(|| setting("core.commentChar"));
        Self::by(
            setting("commit.cleanup").map(|mode| mode.to_string()).as_deref(),
            sign.as_ref().map(|sign| sign.as_ref()),
        )
    }

    /// Says what git does by its settings, where an editor was used.
    fn by(mode: Option<&str>, sign: Option<&[u8]>) -> Self {
        match (mode, sign) {
            (Some(mode), _) if !["default", "strip"].contains(&mode) => Self::Scissors,
            (_, None) => Self::Comments(b"#".to_vec()),
            // Git chooses one that no line of the message begins with.
            (_, Some(b"" | b"auto")) => Self::Scissors,
            (_, Some(sign)) => Self::Comments(sign.to_vec()),
        }
    }

    /// Returns where the line of the scissors begins: a comment that git itself has put there, with more of its comments below.
    ///
    /// Whether git takes off what lies below is told by `--verbose`, which hooks do not know; a line that somebody wrote is none.
    fn scissors(&self, text: &[u8]) -> Option<usize> {
        let is_end = |at: usize| text[at + SCISSORS.len()..].first().is_none_or(|&byte| byte == b'\n');
        memchr::memmem::find_iter(text, SCISSORS).filter(|&at| is_end(at)).find_map(|at| {
            let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
            let mark = &text[start..at];
            let below = text[at + SCISSORS.len()..].strip_prefix(b"\n")?;
            let sign = match self {
                Self::Comments(sign) => sign.as_slice(),
                _ => mark.strip_suffix(b" ")?,
            };
            let is_mark = !sign.is_empty() && mark.strip_suffix(b" ") == Some(sign);
            (is_mark && below.starts_with(mark)).then_some(start)
        })
    }

    /// Returns what git keeps of the file at most; lines stay where they are.
    fn message(&self, text: &[u8]) -> Vec<u8> {
        if *self == Self::Nothing {
            return text.to_vec();
        }
        let above = &text[..self.scissors(text).unwrap_or(text.len())];
        let Self::Comments(sign) = self else { return above.to_vec() };
        let kept = |line: &[u8]| if line.starts_with(sign) { b"\n".to_vec() } else { line.to_vec() };
        above.split_inclusive(|&byte| byte == b'\n').flat_map(kept).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_throws_away_is_no_message() {
        let line = String::from_utf8_lossy(SCISSORS);
        let text = format!("Subject\n# note\nBody\n# {line}\n# Do not modify.\ndiff\n");
        let comments = Cleanup::Comments(b"#".to_vec());
        for (cleanup, expected) in [
            (Cleanup::Nothing, text.as_str()),
            (Cleanup::Scissors, "Subject\n# note\nBody\n"),
            (comments.clone(), "Subject\n\nBody\n"),
            (Cleanup::Comments(b"//".to_vec()), text.as_str()),
        ] {
            assert_eq!(cleanup.message(text.as_bytes()), expected.as_bytes(), "{cleanup:?}");
        }
        assert_eq!(comments.message(b"Subject\n"), b"Subject\n");
        for written in [format!("x {line}\nBelow\n"), format!("a\n{line}\nBelow\n")] {
            assert_eq!(comments.message(written.as_bytes()), written.as_bytes());
        }
        let written = format!("a\n# {line}\nBelow\n");
        assert_eq!(comments.message(written.as_bytes()), b"a\n\nBelow\n", "somebody wrote it");
    }
}
