//! What a program only shows, and what it does with a variable.

use super::quoted::{Quoted, boundary};
use super::{RUNNING, has, lower};

/// What shows what it is given.
const SHOWING: [&str; 24] = [
    "print",
    "println",
    "printf",
    "print_r",
    "eprintln",
    "fprintf",
    "pprint",
    "puts",
    "echo",
    "say",
    "warn",
    "warning",
    "log",
    "info",
    "debug",
    "error",
    "critical",
    "die",
    "cat",
    "write",
    "writeln",
    "writeline",
    "writelines",
    "show",
];
/// What goes no further than to show the failure that it is given.
const RAISING: [&str; 2] = ["raise", "throw"];
/// What stands before the name of a variable that is set.
const DECLARING: [&str; 5] = ["let", "const", "var", "my", "export"];
/// How many bytes before a place are looked at.
const REACH: usize = 400;
/// How many bytes before a place are searched for a call around it.
const CALL: usize = 1 << 14;
/// How many calls around a place are looked at.
const CALLS: usize = 8;
/// How many uses of a variable are looked at.
const USES: usize = 256;

/// Tells whether what stands behind a part of a program, with its texts blanked, is only shown: the call around it does so, or the
/// statement that it ends.
pub fn is_shown(before: &str) -> bool {
    let statement = last_statement(before);
    let mut rest = statement;
    for _ in 0..CALLS {
        let Some(at) = opened(rest) else { return is_shown_bare(rest) };
        rest = rest[..at].trim_end();
        let name = last_name(rest, is_of_path);
        if !name.is_empty() {
            let of_failure = name.rsplit(is_sign).next().is_some_and(|name| name.starts_with(char::is_uppercase));
            return shows(name) || of_failure && RAISING.contains(&first_word(statement));
        }
    }
    false
}

/// Tells whether a statement shows what stands behind its first word, with other texts and numbers at most in between.
fn is_shown_bare(statement: &str) -> bool {
    let first = first_word(statement);
    let behind = statement.trim_start().strip_prefix(first).unwrap_or_default();
    // What stands right before a text may be how it is written, or where to.
    let words = behind.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).filter(|word| !word.is_empty());
    let is_place =
        |word: &str| !word.contains(char::is_lowercase) || word.len() == 1 && !behind.ends_with(char::is_whitespace);
    (shows(first) || RAISING.contains(&first)) && words.into_iter().all(is_place)
}

/// Tells whether a statement is about what another program reads.
pub fn is_fed(statement: &str) -> bool {
    statement.contains("stdin")
}

/// Tells whether a call by this name shows what it is given.
fn shows(name: &str) -> bool {
    let name = name.trim_end_matches('!').to_ascii_lowercase();
    let last = name.rsplit(is_sign).next().unwrap_or_default();
    SHOWING.contains(&last) || name.starts_with("console.") || RAISING.contains(&last)
}

/// Returns the name of a variable if a statement, up to a text, is all that sets it and stands in no call.
pub fn set_variable(before: &str) -> Option<&str> {
    // Some quotes are three signs.
    let statement = last_statement(before).trim_end().trim_end_matches(['\'', '"']).trim();
    let (name, behind) = declared(statement)?;
    (behind.trim() == "=" && !is_in_call(before)).then_some(name)
}

/// Tells whether a program does anything with a variable but to set and to show it.
pub fn is_used(program: &str, quoted: &Quoted, name: &str) -> bool {
    let is_of_name = |sign: char| sign.is_alphanumeric() || sign == '_';
    let is_whole =
        |at: &usize| !program[..*at].ends_with(is_of_name) && !program[*at + name.len()..].starts_with(is_of_name);
    let mut places = program.match_indices(name).map(|(at, _)| at).filter(is_whole);
    let is_other = |at: usize| {
        let before = quoted.before(program, at);
        let statement = last_statement(&before);
        // The text that it gets may have the name in it.
        let is_own = quoted.is_text(at) && set_variable(quoted.code_before(at)) == Some(name);
        let line = line_at(program, at);
        let runs = has(&lower(line), &RUNNING) || is_fed(line);
        !is_own && (runs || !is_set(statement, &program[at..], name) && !is_shown(&before))
    };
    places.by_ref().take(USES).any(is_other) || places.next().is_some()
}

/// Returns the line or statement that a place is in, as far as it is near.
fn line_at(program: &str, at: usize) -> &str {
    let before = near(&program[..at], REACH);
    let from = at - before.len() + before.rfind(['\n', ';']).map_or(0, |at| at + 1);
    let line = &program[from..boundary(program, at + REACH)];
    &line[..line.find(['\n', ';']).unwrap_or(line.len())]
}

/// Tells whether a variable is all that stands before the sign that sets it.
fn is_set(statement: &str, from: &str, name: &str) -> bool {
    let behind = from[name.len()..].trim_start();
    let sets = behind.starts_with('=') && !behind.starts_with("==") && !behind.starts_with("=>");
    let words = statement.trim_end_matches(['$', '@']).split_whitespace();
    sets && words.into_iter().all(|word| DECLARING.contains(&word))
}

/// Returns the name that a statement sets or declares, and what stands behind it.
fn declared(statement: &str) -> Option<(&str, &str)> {
    let mut rest = statement;
    while let Some((_, behind)) = rest.split_once(' ').filter(|(word, _)| DECLARING.contains(word)) {
        rest = behind.trim_start();
    }
    let rest = rest.strip_prefix(['$', '@']).unwrap_or(rest);
    let end = rest.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_')).unwrap_or(rest.len());
    Some(rest.split_at(end)).filter(|(name, _)| !name.is_empty())
}

/// Tells whether a parenthesis or bracket is open before the end of a part of a program, within its block.
fn is_in_call(before: &str) -> bool {
    let before = near(before, CALL);
    let without_comments: Vec<&str> = before.split('\n').map(without_comment).collect();
    opened(&without_comments.join("\n")).is_some()
}

/// Returns a line up to its comment.
fn without_comment(line: &str) -> &str {
    let at = ["#", "//"].iter().filter_map(|sign| line.find(sign)).min();
    &line[..at.unwrap_or(line.len())]
}

/// Returns where the innermost parenthesis or bracket stands that is open at the end of a part, unless a block begins behind it.
fn opened(part: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, sign) in part.char_indices().rev() {
        match sign {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' if depth == 0 => return Some(at),
            '{' | ';' if depth == 0 => return None,
            '(' | '[' | '{' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the statement that ends a part of a program.
fn last_statement(before: &str) -> &str {
    let before = near(before, REACH);
    &before[before.rfind(['\n', ';', '{']).map_or(0, |at| at + 1)..]
}

fn near(before: &str, reach: usize) -> &str {
    &before[boundary(before, before.len().saturating_sub(reach))..]
}

fn first_word(statement: &str) -> &str {
    let statement = statement.trim_start();
    &statement[..statement.find(|sign| !is_of_path(sign)).unwrap_or(statement.len())]
}

/// Returns what a part ends with that is made of such signs.
fn last_name(part: &str, is_part: fn(char) -> bool) -> &str {
    &part[part.trim_end_matches(is_part).len()..]
}

fn is_of_path(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || is_sign(sign) || "_$!".contains(sign)
}

fn is_sign(sign: char) -> bool {
    sign == '.' || sign == ':'
}
