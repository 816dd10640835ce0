//! `mcp/credential-in-link`: a deep link carries a credential in its encoded configuration.

use memchr::memmem;

use super::hint::speaks_of_mcp;
use super::judge::{Judge, decode_base64};
use super::{About, LintFinding, Persona, Subject};
use crate::document::{Format, parse};
use crate::finding::{Confidence, Severity};
use crate::rules::escape;
use crate::source::Span;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/credential-in-link",
    title: "a link that installs a server with a credential",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "Encoding hides nothing: whoever sees the link, or what it installed, has the credential.",
    fix: "Rotate the credential and make the link again with a placeholder.",
    details: "`cursor://…/mcp/install?config=`, `https://cursor.com/install-mcp?…config=`, `vscode:mcp/install?`, `lmstudio://add_mcp?` and the like, whose base64 or percent-encoded JSON holds a credential.",
};

/// What stands before the configuration in such a link.
const MARKS: [&[u8]; 3] = [b"config=", b"mcp/install?", b"mcp%2Finstall%3F"];

/// How long the configuration in a link may be.
const LONGEST: usize = 16 << 10;

/// Tells whether a text may hold such a link.
pub(super) fn may_be_in(bytes: &[u8]) -> bool {
    MARKS.iter().any(|mark| memmem::find(bytes, mark).is_some())
}

/// Looks for such links in any text.
pub(super) fn check(bytes: &[u8], judge: Judge<'_>, found: &mut Vec<LintFinding>) {
    if !speaks_of_mcp(bytes) {
        return;
    }
    for mark in MARKS {
        // What one link covers is not looked at again, or a hostile text would cost its square.
        let mut done = 0;
        for at in memmem::find_iter(bytes, mark) {
            let start = at + mark.len();
            if at >= done && is_install_link(&bytes[at.saturating_sub(240)..start]) {
                done = report(bytes, start, judge, found);
            }
        }
    }
}

/// Tells whether the text that ends here is that of a link which installs a server.
fn is_install_link(before: &[u8]) -> bool {
    let start = before
        .iter()
        .rposition(|&byte| matches!(byte, b' ' | b'"' | b'\'' | b'(' | b'\n' | b'<'))
        .map_or(0, |at| at + 1);
    let link = &before[start..];
    [&b"mcp/install"[..], b"mcp%2Finstall", b"install-mcp", b"add_mcp", b"mcp-install"]
        .iter()
        .any(|word| memmem::find(link, word).is_some())
}

/// Judges the configuration that starts at `start`; returns where it ends.
fn report(bytes: &[u8], start: usize, judge: Judge<'_>, found: &mut Vec<LintFinding>) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&\"'()<>`\\".contains(byte);
    let end = bytes[start..bytes.len().min(start + LONGEST)]
        .iter()
        .position(ends)
        .map_or(bytes.len().min(start + LONGEST), |len| start + len);
    let Ok(text) = std::str::from_utf8(&bytes[start..end]) else { return end };
    let decoded = decode_base64(text).unwrap_or_else(|| percent_decoded(text));
    let Ok(json) = String::from_utf8(decoded) else { return end };
    let json = if json.contains("%22") { String::from_utf8(percent_decoded(&json)).unwrap_or(json) } else { json };
    if holds_credential(&json, judge) {
        let span = Span::new(start, end);
        let message = "the configuration in this link holds a literal credential";
        found.push(LintFinding::new(&ABOUT, span, "", message).with_secret(span));
    }
    end
}

fn holds_credential(json: &str, judge: Judge<'_>) -> bool {
    let wrapped = format!("{{\"mcpServers\":{{\"s\":{json}}}}}");
    let Ok(document) = parse(wrapped.as_bytes(), Format::Json) else { return false };
    let subject = Subject::new(".mcp.json".into(), wrapped.as_bytes(), &document, judge);
    !subject.literals.is_empty()
}

/// Decodes `%41` and the like; a `%` without two digits stands for itself.
fn percent_decoded(text: &str) -> Vec<u8> {
    let (mut decoded, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, behind)) = rest.split_first() {
        let escaped = match rest {
            [b'%', high, low, ..] => escape::byte(*high, *low),
            _ => None,
        };
        decoded.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &rest[3..] } else { behind };
    }
    decoded
}
