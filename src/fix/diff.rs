//! Shows what changed in a file, line by line, without showing a secret.

use std::collections::HashMap;

use crate::finding::{masked, random_looking};
use crate::source::{Span, join};

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
    let mut secrets = secrets.to_vec();
    join(&mut secrets);
    let mut lines = Vec::new();
    let (mut at, mut first) = (0, 0);
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let end = at + line.len();
        first += secrets[first..].iter().take_while(|secret| secret.end <= at).count();
        let within = secrets[first..].iter().take_while(|secret| secret.start < end);
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let inside = |secret: &Span| Span::new(secret.start.max(at) - at, secret.end.min(end) - at);
        let known = within.map(|secret| cut(inside(secret), text.len()));
        lines.push(masked(text, &known.chain(random_looking(text)).collect::<Vec<_>>()));
        at = end;
    }
    lines
}

/// Cuts what reaches behind the end of a line off a span.
fn cut(span: Span, len: usize) -> Span {
    Span::new(span.start.min(len), span.end.min(len))
}

/// Finds a shortest difference; of long texts one that keeps the lines that occur once in both.
fn lines(old: &[&[u8]], new: &[&[u8]]) -> Vec<Line> {
    let mut out = Vec::new();
    let (mut old_from, mut new_from) = (0, 0);
    for (old_at, new_at) in kept(old, new).into_iter().chain([(old.len(), new.len())]) {
        part(&old[old_from..old_at], &new[new_from..new_at], (old_from, new_from), &mut out);
        (old_from, new_from) = (old_at, new_at);
    }
    out
}

/// Returns the lines at which long texts are cut: those that occur once in each, as far as they stand in the same order.
fn kept(old: &[&[u8]], new: &[&[u8]]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) <= LIMIT {
        return Vec::new();
    }
    let (in_old, in_new) = (once(old), once(new));
    let both = old.iter().enumerate().filter(|(_, line)| in_old.get(*line).copied().flatten().is_some());
    let pairs = both.filter_map(|(at, line)| Some((at, in_new.get(*line).copied().flatten()?)));
    // Lines that an edit moved are rare: leaving out what would go back keeps almost all.
    let mut last = None;
    pairs.filter(|(_, new)| last.is_none_or(|last| *new > last).then(|| last = Some(*new)).is_some()).collect()
}

/// Returns the places of lines, or nothing for one that occurs more than once.
fn once<'a>(lines: &[&'a [u8]]) -> HashMap<&'a [u8], Option<usize>> {
    let mut places = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        places.entry(*line).and_modify(|place| *place = None).or_insert(Some(at));
    }
    places
}

/// Finds the difference of two parts that begin at the lines `from`.
fn part(old: &[&[u8]], new: &[&[u8]], from: (usize, usize), out: &mut Vec<Line>) {
    let front = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let mut middle_lines: Vec<Line> = (0..front).map(|at| Line::Same(at, at)).collect();
    let (a, b) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    if a.len().saturating_mul(b.len()) > LIMIT {
        middle_lines.extend((0..a.len()).map(|at| Line::Old(front + at)));
        middle_lines.extend((0..b.len()).map(|at| Line::New(front + at)));
    } else {
        middle(a, b, front, &mut middle_lines);
    }
    middle_lines.extend((0..back).map(|at| Line::Same(old.len() - back + at, new.len() - back + at)));
    out.extend(middle_lines.into_iter().map(|line| match line {
        Line::Same(old, new) => Line::Same(from.0 + old, from.1 + new),
        Line::Old(at) => Line::Old(from.0 + at),
        Line::New(at) => Line::New(from.1 + at),
    }));
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
    fn what_looks_random_beside_a_change_is_not_shown() {
        let key = "kJ8sLq2vNx7Rt4WzP0bQ";
        let text = diff(format!("{key}: 1\na\n").as_bytes(), &[], format!("{key}: 1\nb\n").as_bytes(), &[]);
        assert_eq!(text, format!("@@ -1,2 +1,2 @@\n {}: 1\n-a\n+b\n", "*".repeat(key.len())));
    }

    #[test]
    fn a_question_mark_at_the_end_of_a_line_stays() {
        let text = diff(b"what???\r\na?\nb\n", &[], b"what???\r\na?\nc\n", &[]);
        assert_eq!(text, "@@ -1,3 +1,3 @@\n what???\n a?\n-b\n+c\n");
    }

    #[test]
    fn a_long_text_with_a_change_in_each_part_shows_no_more_than_the_changes() {
        let line = |number: usize, word: &str| format!("{number}\n\nname: {word}\n");
        let text = |word: &str| (0..2000).map(|number| line(number, word)).collect::<String>();
        let (old, new) = (text("secret"), text("reference"));
        let shown = diff(old.as_bytes(), &[], new.as_bytes(), &[]);
        let count = |sign: &str| shown.lines().filter(|line| line.starts_with(sign)).count();
        assert_eq!((count("-"), count("+"), count(" ")), (2000, 2000, 4000));
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
