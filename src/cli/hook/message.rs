//! The `commit-msg` hook: a credential in a commit's message.

use std::path::Path;

use miette::miette;

use super::scanner::{Scan, look_at};
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
        "take it out and rotate it",
        ", and `git commit --no-verify` skips every check",
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
        let settings = Repository::discover(directory).ok().and_then(|repository| repository.with_all_settings());
        let setting = |key: &str| settings.as_ref().and_then(|settings| settings.config_snapshot().string(key));
        match setting("commit.cleanup") {
            Some(mode) if !["default", "strip"].contains(&&*mode.to_string()) => Self::Scissors,
            _ => match setting("core.commentString").or_else(|| setting("core.commentChar")) {
                None => Self::Comments(b"#".to_vec()),
                // Git chooses one that no line of the message begins with.
                Some(sign) if sign.is_empty() || sign == "auto" => Self::Scissors,
                Some(sign) => Self::Comments(sign.to_vec()),
            },
        }
    }

    /// Returns what git keeps of the file at most; lines stay where they are.
    fn message(&self, text: &[u8]) -> Vec<u8> {
        if *self == Self::Nothing {
            return text.to_vec();
        }
        let above = match memchr::memmem::find(text, SCISSORS) {
            Some(at) => &text[..memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)],
            None => text,
        };
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
        let text = format!("Subject\n# note\nBody\n# {line}\ndiff\n");
        let comments = Cleanup::Comments(b"#".to_vec());
        for (cleanup, expected) in [
            (Cleanup::Nothing, text.as_str()),
            (Cleanup::Scissors, "Subject\n# note\nBody\n"),
            (comments.clone(), "Subject\n\nBody\n"),
            (Cleanup::Comments(b"//".to_vec()), "Subject\n# note\nBody\n"),
        ] {
            assert_eq!(cleanup.message(text.as_bytes()), expected.as_bytes(), "{cleanup:?}");
        }
        assert_eq!(comments.message(b"Subject\n"), b"Subject\n");
        assert_eq!(comments.message(format!("; {line}\n").as_bytes()), b"");
    }
}
