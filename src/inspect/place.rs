//! Makes the place of a finding: position, masked excerpt, inline comment.

use super::allow;
use super::layer::{Outer, View};
use crate::finding::{Excerpt, InlineAllow, Place, masked, random_looking};
use crate::source::{LineIndex, Span, overlapping};

/// How many bytes of a long line are shown on either side of a secret.
const AROUND: usize = 100;
/// How many bytes of a long secret are shown as stars.
const STARS: usize = 60;

/// Makes the place of `span` in a layer, which is hidden in the excerpt if `is_secret`.
pub fn place(view: &View<'_>, span: Span, is_secret: bool) -> Place {
    let View { origin, layer, lines, hidden } = *view;
    let made;
    let outer = match layer.outer {
        Some(outer) => outer,
        None => {
            made = self::outer(layer.bytes, lines, span, is_secret, hidden);
            &made
        }
    };
    Place {
        start: outer.position,
        end: outer.end,
        excerpt: outer.excerpt.clone(),
        via: layer.via.to_vec(),
        allow: outer.allow.clone(),
        ..Place::new(origin.clone(), span)
    }
}

/// Returns a secret's span with the token characters behind it: a rule may have taken only a part of a secret, and
/// nothing of the rest may be shown.
pub fn widened(bytes: &[u8], secret: Span) -> Span {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-+/".contains(byte);
    let behind = bytes[secret.end..].iter().take(AROUND).take_while(part).count();
    Span::new(secret.start, secret.end + behind)
}

/// Describes where `span` stands in the outermost text.
pub fn outer(bytes: &[u8], lines: &LineIndex, span: Span, is_secret: bool, hidden: &[Span]) -> Outer {
    let position = lines.position(span.start);
    Outer {
        position,
        end: lines.position(span.end),
        excerpt: excerpt(bytes, lines, span, is_secret, hidden),
        allow: inline_allow(bytes, lines, position.line, hidden),
    }
}

/// Cuts the line around `span` out of the text and masks it.
fn excerpt(bytes: &[u8], lines: &LineIndex, span: Span, is_secret: bool, hidden: &[Span]) -> Excerpt {
    let position = lines.position(span.start);
    let line = lines.line(position.line);
    let text_end = line.start + bytes[line.range()].trim_ascii_end().len();
    let start = line.start.max(span.start.saturating_sub(AROUND));
    let secret_end = span.end.min(text_end.max(span.start)).min(span.start + STARS);
    let end = text_end.max(secret_end).min(secret_end.max(span.end.min(text_end)) + AROUND);
    let own = if is_secret { span } else { Span::new(span.start, span.start) };
    let window = |from: usize, to: usize| {
        let inside = |secret: &Span| Span::new(secret.start.max(from) - from, secret.end.min(to) - from);
        let window = Span::new(from, to);
        let others = overlapping(hidden, window).iter().chain([&own]).filter(|secret| secret.overlaps(window));
        let spans: Vec<Span> = others.map(inside).chain(random_looking(&bytes[from..to])).collect();
        masked(&bytes[from..to], &spans)
    };
    let behind = span.end.min(text_end).max(secret_end);
    let mut text = window(start, span.start);
    let from = text.len();
    text.push_str(&window(span.start, secret_end));
    let to = text.len();
    text.push_str(&window(behind, end.max(behind)));
    Excerpt { text, secret: Span::new(from, to), line: position.line }
}

/// Reads the allow comment that speaks for a line, from masked text.
fn inline_allow(bytes: &[u8], lines: &LineIndex, line: usize, hidden: &[Span]) -> Option<InlineAllow> {
    let text = |line: usize| {
        let whole = lines.line(line);
        let span = Span::new(whole.start, whole.start + bytes[whole.range()].trim_ascii_end().len());
        // Long lines are data, not code with comments.
        (span.len() < 4096 && memchr::memmem::find(&bytes[span.range()], allow::MARK.as_bytes()).is_some()).then(|| {
            let inside = |secret: &Span| {
                Span::new(secret.start.max(span.start) - span.start, secret.end.min(span.end) - span.start)
            };
            masked(&bytes[span.range()], &overlapping(hidden, span).iter().map(inside).collect::<Vec<_>>())
        })
    };
    if let Some(own) = text(line) {
        return allow::read(&own);
    }
    let before = text(line.checked_sub(1)?)?;
    allow::is_comment_line(&before).then(|| allow::read(&before)).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_random_beside_a_secret_is_not_shown_either() {
        let other = "kJ8sLq2vNx7Rt4WzP0bQ".repeat(2);
        let text = format!("key = hunter2 # was {other}, and no_word_that_is_long or AnIdentifierThatIsLong");
        let excerpt = excerpt(text.as_bytes(), &LineIndex::new(text.as_bytes()), Span::new(6, 13), true, &[]);
        assert!(!excerpt.text.contains(&other[..8]) && !excerpt.text.contains("hunter2"));
        assert!(excerpt.text.contains("and no_word_that_is_long or AnIdentifierThatIsLong"));
    }

    proptest! {
        #[test]
        fn an_excerpt_never_shows_a_hidden_byte(
            before in "[a-y \n]{0,300}", secret in "Z{4,200}", behind in "[a-y \n]{0,300}", other in "Z{4,20}",
        ) {
            let text = format!("{before}{secret}{behind}{other}");
            let span = Span::new(before.len(), before.len() + secret.len());
            let hidden = [span, Span::new(text.len() - other.len(), text.len())];
            let excerpt = excerpt(text.as_bytes(), &LineIndex::new(text.as_bytes()), span, true, &hidden);
            prop_assert!(!excerpt.text.contains('Z'));
            prop_assert!(excerpt.text[excerpt.secret.range()].bytes().all(|byte| byte == b'*'));
            prop_assert!(excerpt.text.len() < 400);
        }
    }
}
