//! Columns of a terminal: how wide text is, where to wrap it, where to cut it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns how many columns `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks `text` at spaces into lines of at most `limit` columns; a longer word stays whole.
///
/// Commands and addresses are copied from a terminal, so no word is ever cut.
pub fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.width() + 1 + word.width() > limit {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Returns the start of `text` that fits into `limit` columns, with `…` where something was cut off.
pub fn clipped(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > limit {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Returns the end of `text` that fits into `limit` columns, with `…` where something was cut off.
pub fn clipped_front(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_owned();
    }
    let mut kept = Vec::new();
    let mut used = 1;
    for c in text.chars().rev() {
        used += c.width().unwrap_or(0);
        if used > limit {
            break;
        }
        kept.push(c);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn wrapping_keeps_every_word_and_the_limit(text in "[a-z日 ]{0,80}", limit in 1usize..40) {
            let lines = wrap(&text, limit);
            let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            let again: Vec<&str> = lines.iter().flat_map(|line| line.split(' ')).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(words, again);
            prop_assert!(lines.iter().all(|line| width(line) <= limit || !line.contains(' ')));
        }

        #[test]
        fn what_is_clipped_fits(text in "[a-z日 ]{0,80}", limit in 1usize..40) {
            prop_assert!(width(&clipped(&text, limit)) <= limit);
            prop_assert!(width(&clipped_front(&text, limit)) <= limit);
        }
    }

    #[test]
    fn a_cut_is_marked() {
        assert_eq!(clipped("abcdef", 4), "abc…");
        assert_eq!(clipped_front("abcdef", 4), "…def");
        assert_eq!(clipped("日本語", 4), "日…");
    }
}
