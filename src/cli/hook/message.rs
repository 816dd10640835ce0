//! The `commit-msg` hook: a credential in a commit's message.

use std::path::Path;

use miette::miette;

use super::scanner::{Scan, look_at};
use crate::finding::Finding;

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
        message(&text),
        scan,
        &place,
        "take it out and rotate it",
        ", and `git commit --no-verify` skips every check",
    )
}

/// Returns what git will keep of the file at most: the part above the scissors.
fn message(text: &[u8]) -> &[u8] {
    match memchr::memmem::find(text, SCISSORS) {
        Some(at) => &text[..memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_the_scissors_is_no_message() {
        let line = String::from_utf8_lossy(SCISSORS);
        let text = format!("Subject\n\n# {line}\ndiff\n");
        assert_eq!(message(text.as_bytes()), b"Subject\n\n");
        assert_eq!(message(b"Subject\n"), b"Subject\n");
        assert_eq!(message(format!("; {line}\n").as_bytes()), b"");
    }
}
