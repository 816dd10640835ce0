//! `mcp/credential-in-command`: a command line that adds a server carries a credential.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use super::hint::speaks_of_mcp;
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
    details: "`claude mcp add`, `claude mcp add-json`, `codex mcp add`, `gemini mcp add`, `code --add-mcp`, `npx add-mcp`, `docker mcp secret set`, `mcp-cli token set --value`, in scripts, also those of a `package.json`, in documentation and workflows.",
};

/// The beginnings of the commands that add servers or store tokens.
const VERBS: [&[u8]; 6] = [b"mcp add", b"--add-mcp", b"add-mcp ", b"mcp secret set", b"token set", b"mcp install"];

/// Tells whether a text holds the beginning of such a command.
pub(super) fn may_be_in(bytes: &[u8]) -> bool {
    VERBS.iter().any(|verb| memmem::find(bytes, verb).is_some())
}

/// Looks for such commands in any text.
pub(super) fn check(bytes: &[u8], judge: Judge<'_>, found: &mut Vec<LintFinding>) {
    if !speaks_of_mcp(bytes) {
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
            let mut end = end_of_command(bytes, at);
            // A script of a `package.json`, or a line that another program prints, ends with its quotes.
            let quoted = opening_quote(&bytes[start..at]).map(|quote| start + quote + 1);
            if let Some(inside) = quoted {
                end = closing_quote(bytes, inside..end).unwrap_or(end).max(at);
            }
            done = end;
            // Without a flag, an assignment or a digit there is no credential: a quick look at many.
            let is_telling = |&byte: &u8| byte.is_ascii_digit() || b"-=:".contains(&byte);
            if !bytes[start..end].iter().any(is_telling) {
                continue;
            }
            let start = quoted.unwrap_or(start);
            let Ok(raw) = std::str::from_utf8(&bytes[start..end]) else { continue };
            if verb == b"token set" && !raw.contains("mcp-cli") {
                continue;
            }
            let line = if quoted.is_some() { Unescaped::of(raw) } else { Unescaped::plain(raw) };
            for range in literals(&line.text, judge) {
                let inside = line.raw(range);
                let span = Span::new(start + inside.start, start + inside.end);
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

/// Returns where the quote stands in which `line` ends, if it ends within one.
fn opening_quote(line: &[u8]) -> Option<usize> {
    let mut open = None;
    for at in memchr::memchr_iter(b'"', line).filter(|&at| !is_escaped(line, at)) {
        open = if open.is_some() { None } else { Some(at) };
    }
    open
}

fn closing_quote(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    memchr::memchr_iter(b'"', &bytes[range.clone()]).map(|at| range.start + at).find(|&at| !is_escaped(bytes, at))
}

/// Tells whether an odd number of backslashes stands before `at`.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// A text whose escapes were undone, and where each of its bytes stood.
struct Unescaped<'a> {
    text: Cow<'a, str>,
    /// Empty if nothing was undone.
    places: Vec<usize>,
}

impl<'a> Unescaped<'a> {
    const fn plain(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), places: Vec::new() }
    }

    /// Undoes what strings of JSON and of shells have in common: a backslash before a quote or another one.
    fn of(raw: &'a str) -> Self {
        if !raw.contains('\\') {
            return Self::plain(raw);
        }
        let (mut text, mut places) = (String::with_capacity(raw.len()), Vec::with_capacity(raw.len() + 1));
        let mut characters = raw.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let escaped = characters.peek().filter(|(_, next)| character == '\\' && matches!(next, '"' | '\\' | '/'));
            let (at, character) = escaped.copied().unwrap_or((at, character));
            if escaped.is_some() {
                characters.next();
            }
            text.push(character);
            places.extend(at..at + character.len_utf8());
        }
        places.push(raw.len());
        Self { text: Cow::Owned(text), places }
    }

    /// Returns where a part of the text stood.
    fn raw(&self, range: Range<usize>) -> Span {
        if self.places.is_empty() || range.is_empty() {
            return Span::from(range);
        }
        Span::new(self.places[range.start], self.places[range.end - 1] + 1)
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UUID: &str = "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83";

    fn found(text: &str) -> Vec<String> {
        let (judge, mut found) = (Judge { opinion: &|_| false }, Vec::new());
        check(text.as_bytes(), judge, &mut found);
        found.into_iter().map(|finding| text[finding.span.range()].to_owned()).collect()
    }

    #[test]
    fn a_command_in_a_string_is_read_like_any_other() {
        for command in [
            format!("claude mcp add acme -e ACME_API_KEY={UUID} -- npx -y acme"),
            format!("claude mcp add acme --env \\\"ACME_API_KEY={UUID}\\\" -- npx -y acme"),
            format!("claude mcp add --transport http acme https://a.io --header \\\"X-Api-Key: {UUID}\\\""),
            format!("claude mcp add-json acme '{{\\\"env\\\":{{\\\"API_KEY\\\":\\\"{UUID}\\\"}}}}'"),
        ] {
            let script = format!("  \"mcp:add\": \"{command}\",\n  \"x\": \"y\"\n");
            assert_eq!(found(&script), [UUID], "{script}");
            let plain = command.replace('\\', "");
            assert_eq!(found(&plain), [UUID], "{plain}");
        }
        assert_eq!(found(&format!("\"a\": \"claude mcp add acme\", \"API_KEY\": \"{UUID}\"")), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn a_part_stood_where_it_is_said_to_have(raw in "[a\\\\\"/é ]{0,20}") {
            let text = Unescaped::of(&raw);
            for (at, character) in text.text.char_indices() {
                let span = text.raw(at..at + character.len_utf8());
                prop_assert_eq!(&raw[span.range()], character.to_string());
            }
        }
    }
}
