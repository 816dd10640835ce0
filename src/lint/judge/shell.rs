//! Splits the lines of shells into words, and knows how shells write variables.

use std::ops::Range;

/// Splits a line as a shell does, without taking the quotes inside of words away; as byte ranges.
///
/// A word that is quoted as a whole loses its quotes. `&`, `;`, `|` and blanks of any alphabet end a word.
pub fn shell_words(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut words = Vec::new();
    let (mut start, mut quote) = (None::<usize>, None::<char>);
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open && bytes[at - 1] != b'\\' => quote = None,
            Some(_) => {}
            None if c.is_whitespace() || matches!(c, ';' | '|') || c == '&' && ends_command(bytes, at) => {
                words.extend(start.take().map(|start| start..at));
            }
            None => {
                if matches!(c, '"' | '\'') {
                    quote = Some(c);
                }
                start.get_or_insert(at);
            }
        }
    }
    words.extend(start.map(|start| start..bytes.len()));
    words.into_iter().map(|range| unquoted(bytes, range)).collect()
}

/// Tells whether the `&` at `at` is one of a shell and not one of a URL.
fn ends_command(bytes: &[u8], at: usize) -> bool {
    let doubled = |at: usize| bytes.get(at) == Some(&b'&');
    doubled(at + 1) || at > 0 && doubled(at - 1)
}

/// Takes the quotes off a word that is quoted as a whole.
pub(super) fn unquoted(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let word = &bytes[range.clone()];
    match word {
        [b'"', middle @ .., b'"'] if !middle.contains(&b'"') => range.start + 1..range.end - 1,
        [b'\'', .., b'\''] => range.start + 1..range.end - 1,
        _ => range,
    }
}

/// Tells whether a word can be the name of a variable.
pub(super) fn is_name(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && !word.is_empty()
}

/// Tells whether a word is `NAME=value` of a shell.
pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// Tells whether a word is a flag and its value, as people write them who take the list of arguments for a line.
pub(super) fn begins_with_flag(word: &str) -> bool {
    let is_flag = |flag: &str| flag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    word.starts_with('-') && word.split_once(char::is_whitespace).is_some_and(|(flag, _)| is_flag(flag))
}

/// Tells whether a word is `$env:NAME`, as PowerShell calls a variable of the environment.
pub(super) fn is_variable_of_powershell(word: &str) -> bool {
    let name = name_of_powershell(word);
    name.len() < word.len() && is_name(name)
}

/// Returns the name in `$env:NAME`.
pub(super) fn name_of_powershell(word: &str) -> &str {
    word.get(..5).filter(|start| start.eq_ignore_ascii_case("$env:")).map_or(word, |start| &word[start.len()..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_cut_as_a_shell_cuts_it() {
        let line = "A='b c' d \"e f\"; g && h?i=j&k=l 'm' n'o'";
        let words: Vec<&str> = shell_words(line).into_iter().map(|range| &line[range]).collect();
        assert_eq!(words, ["A='b c'", "d", "e f", "g", "h?i=j&k=l", "m", "n'o'"]);
    }

    proptest! {
        #[test]
        fn words_lie_in_their_line_one_behind_the_other(line in "[a-c'\"\\\\&;|= é\u{a0}]{0,40}") {
            let mut end = 0;
            for word in shell_words(&line) {
                prop_assert!(word.start >= end && line.get(word.clone()).is_some());
                end = word.end;
            }
        }
    }
}
