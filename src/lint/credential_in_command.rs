//! `mcp/credential-in-command`: a command line that adds a server carries a credential.

use std::ops::Range;

use memchr::memmem;

use super::judge::{Judge, can_be_key, is_placeholder, shell_words};
use super::{About, LintFinding, Persona};
use crate::finding::{Confidence, Severity};
use crate::mcp::references;
use crate::source::Span;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/credential-in-command",
    title: "a command that installs a server with a credential",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "The command stays in documentation, scripts and shell histories, and the credential with it.",
    fix: "Rotate the credential and write a shell variable in its place.",
    details: "`claude mcp add`, `claude mcp add-json`, `codex mcp add`, `gemini mcp add`, `code --add-mcp`, `npx add-mcp`, `docker mcp secret set`, `mcp-cli token set --value`, in scripts, documentation and workflows.",
};

/// The beginnings of the commands that add servers or store tokens.
const VERBS: [&[u8]; 6] = [b"mcp add", b"--add-mcp", b"add-mcp ", b"mcp secret set", b"token set", b"mcp install"];

/// Tells whether a text holds the beginning of such a command.
pub(super) fn may_be_in(bytes: &[u8]) -> bool {
    VERBS.iter().any(|verb| memmem::find(bytes, verb).is_some())
}

/// Looks for such commands in any text.
pub(super) fn check(bytes: &[u8], judge: Judge<'_>, found: &mut Vec<LintFinding>) {
    if memmem::find(bytes, b"mcp").is_none() {
        return;
    }
    for verb in VERBS {
        let mut done = 0;
        for at in memmem::find_iter(bytes, verb) {
            // What one command covers is not looked at again, or a hostile text would cost its square.
            if at < done {
                continue;
            }
            // A command begins on its line, and not far from its verb.
            let mut far = at.saturating_sub(512);
            while far < at && bytes[far] & 0xc0 == 0x80 {
                far += 1;
            }
            let start = memchr::memrchr(b'\n', &bytes[far..at]).map_or(far, |found| far + found + 1);
            let end = end_of_command(bytes, at);
            done = end;
            // Without a flag, an assignment or a digit there is no credential: a quick look at many.
            let is_telling = |&byte: &u8| byte.is_ascii_digit() || b"-=:".contains(&byte);
            if !bytes[start..end].iter().any(is_telling) {
                continue;
            }
            let Ok(line) = std::str::from_utf8(&bytes[start..end]) else { continue };
            if verb == b"token set" && !line.contains("mcp-cli") {
                continue;
            }
            for range in literals(line, judge) {
                let span = Span::new(start + range.start, start + range.end);
                let message = "this command holds a literal credential";
                found.push(LintFinding::new(&ABOUT, span, "", message).with_secret(span));
            }
        }
    }
}

/// Returns where a command ends that may go on behind a backslash, at most 4 KiB later.
fn end_of_command(bytes: &[u8], from: usize) -> usize {
    let mut limit = bytes.len().min(from + 4096);
    while limit > from && bytes.get(limit).is_some_and(|byte| byte & 0xc0 == 0x80) {
        limit -= 1;
    }
    let mut at = from;
    while let Some(end) = memchr::memchr(b'\n', &bytes[at..limit]).map(|len| at + len) {
        let line = bytes[at..end].strip_suffix(b"\r").unwrap_or(&bytes[at..end]);
        if !line.ends_with(b"\\") && !line.ends_with(b"`") {
            return end;
        }
        at = end + 1;
    }
    limit
}

fn literals(line: &str, judge: Judge<'_>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = judge.line(line).into_iter().map(|literal| literal.range).collect();
    // `token set NAME --value x` names its value by nothing but the verb.
    let words = shell_words(line);
    for two in words.windows(2) {
        let value = &line[two[1].clone()];
        if &line[two[0].clone()] == "--value"
            && can_be_key(value)
            && !is_placeholder(value)
            && references(value).is_empty()
        {
            found.push(two[1].clone());
        }
    }
    found.extend(judge.pairs(line).into_iter().map(|literal| literal.range));
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}
