//! Shows what changed in a file, line by line, without showing a secret.

use crate::finding::masked;
use crate::source::Span;

/// The number of unchanged lines around a change.
const AROUND: usize = 3;
/// The product of line counts up to which the shortest difference is searched.
const LIMIT: usize = 4_000_000;

/// One line of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Same(usize, usize),
    Old(usize),
    New(usize),
}

/// Returns the changed parts of a unified diff of two contents, without its first two lines, in which every span of a secret is masked.
///
/// A line that differs only in masked bytes still counts as changed.
pub fn diff(old: &[u8], old_secrets: &[Span], new: &[u8], new_secrets: &[Span]) -> String {
    let (old_text, new_text) = (shown(old, old_secrets), shown(new, new_secrets));
    let old_raw: Vec<&[u8]> = old.split_inclusive(|&byte| byte == b'\n').collect();
    let new_raw: Vec<&[u8]> = new.split_inclusive(|&byte| byte == b'\n').collect();
    let lines = lines(&old_raw, &new_raw);
    let mut out = String::new();
    for hunk in hunks(&lines) {
        hunk_text(&lines[hunk], &old_text, &new_text, &mut out);
    }
    out
}

/// Returns the printable lines of a content.
fn shown(bytes: &[u8], secrets: &[Span]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let within: Vec<Span> = secrets
            .iter()
            .filter(|secret| secret.overlaps(Span::new(at, at + line.len())))
            .map(|secret| Span::new(secret.start.max(at) - at, secret.end.min(at + line.len()) - at))
            .collect();
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        lines.push(masked(text, &within.iter().map(|span| cut(*span, text.len())).collect::<Vec<_>>()));
        at += line.len();
    }
    lines
}

/// Cuts what reaches behind the end of a line off a span.
fn cut(span: Span, len: usize) -> Span {
    Span::new(span.start.min(len), span.end.min(len))
}

/// Finds a shortest difference, or the plainest one where the texts are too long for that.
fn lines(old: &[&[u8]], new: &[&[u8]]) -> Vec<Line> {
    let front = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let mut out: Vec<Line> = (0..front).map(|at| Line::Same(at, at)).collect();
    let (a, b) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    if a.len().saturating_mul(b.len()) > LIMIT {
        out.extend((0..a.len()).map(|at| Line::Old(front + at)));
        out.extend((0..b.len()).map(|at| Line::New(front + at)));
    } else {
        middle(a, b, front, &mut out);
    }
    out.extend((0..back).map(|at| Line::Same(old.len() - back + at, new.len() - back + at)));
    out
}

/// Finds the longest common lines of two short texts.
fn middle(old: &[&[u8]], new: &[&[u8]], front: usize, out: &mut Vec<Line>) {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a * width + b] = if old[a] == new[b] {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            out.push(Line::Same(front + a, front + b));
            (a, b) = (a + 1, b + 1);
        } else if a < old.len() && (b == new.len() || longest[(a + 1) * width + b] >= longest[a * width + b + 1]) {
            out.push(Line::Old(front + a));
            a += 1;
        } else {
            out.push(Line::New(front + b));
            b += 1;
        }
    }
}

/// Groups the changes with the lines around them.
fn hunks(lines: &[Line]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if matches!(line, Line::Same(..)) {
            continue;
        }
        let (start, end) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(lines.len()));
        match hunks.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

fn hunk_text(lines: &[Line], old: &[String], new: &[String], out: &mut String) {
    let olds: Vec<usize> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Same(at, _) | Line::Old(at) => Some(*at),
            Line::New(_) => None,
        })
        .collect();
    let news: Vec<usize> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Same(_, at) | Line::New(at) => Some(*at),
            Line::Old(_) => None,
        })
        .collect();
    let start = |numbers: &[usize]| numbers.first().map_or(0, |first| first + 1);
    out.push_str(&format!("@@ -{},{} +{},{} @@\n", start(&olds), olds.len(), start(&news), news.len()));
    for line in lines {
        let (sign, text) = match line {
            Line::Same(_, at) => (' ', &new[*at]),
            Line::Old(at) => ('-', &old[*at]),
            Line::New(at) => ('+', &new[*at]),
        };
        out.push(sign);
        out.push_str(text);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_lines_and_hides_secrets() {
        let old = b"a\nb\nkey: hunter2\nc\n";
        let new = b"a\nb\nkey: ${KEY}\nmore\nc\n";
        let text = diff(old, &[Span::new(9, 16)], new, &[]);
        assert_eq!(text, "@@ -1,4 +1,5 @@\n a\n b\n-key: *******\n+key: ${KEY}\n+more\n c\n");
    }

    #[test]
    fn a_question_mark_at_the_end_of_a_line_stays() {
        let text = diff(b"what???\r\na?\nb\n", &[], b"what???\r\na?\nc\n", &[]);
        assert_eq!(text, "@@ -1,3 +1,3 @@\n what???\n a?\n-b\n+c\n");
    }

    #[test]
    fn changes_far_apart_are_shown_apart() {
        let old: Vec<u8> = (0..40).flat_map(|number| format!("{number}\n").into_bytes()).collect();
        let new = String::from_utf8(old.clone()).expect("digits").replace("\n3\n", "\nx\n").replace("\n33\n", "\ny\n");
        let text = diff(&old, &[], new.as_bytes(), &[]);
        assert_eq!(text.matches("@@ -").count(), 2);
        assert!(text.contains("-3\n+x\n") && text.contains("-33\n+y\n"));
    }
}
