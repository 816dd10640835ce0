//! Looks for the words of `check.near`.

use std::borrow::Cow;

use memchr::memmem::Finder;

/// The least length of a part that all words share, to be looked for before them.
const SHORTEST: usize = 3;

/// Finds the words of which one must stand near a match.
#[derive(Debug)]
pub struct Near {
    /// What all words have in common, if they are several: most texts have not even that.
    shared: Vec<Finder<'static>>,
    words: Vec<Finder<'static>>,
}

impl Near {
    /// Takes words in lower case.
    pub(super) fn new(words: &[Cow<'static, str>]) -> Self {
        let finder = |word: &str| Finder::new(word.as_bytes()).into_owned();
        let texts: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let shared = if texts.len() > 1 { shared_parts(&texts) } else { Vec::new() };
        let all = |words: &[&str]| words.iter().map(|word| finder(word)).collect();
        Self { shared: all(&shared), words: all(&texts) }
    }

    /// Tells whether one of the words stands in a text in lower case.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let found = |finder: &Finder<'_>| finder.find(text).is_some();
        self.shared.iter().all(found) && self.words.iter().any(found)
    }

    /// Tells whether one of the words may stand in a path, as none with a colon does.
    pub fn may_be_in_paths(&self) -> bool {
        self.words.iter().any(|word| !word.needle().contains(&b':'))
    }
}

/// Returns the parts that all words have, in their order.
fn shared_parts<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let Some((first, others)) = words.split_first() else { return Vec::new() };
    let parts = (0..first.len()).flat_map(|start| (start + SHORTEST..=first.len()).map(move |end| start..end));
    let is_shared = |part: &&str| others.iter().all(|word| word.contains(*part));
    let Some(part) = parts.filter_map(|part| first.get(part)).filter(is_shared).max_by_key(|part| part.len()) else {
        return Vec::new();
    };
    let split = words.iter().filter_map(|word| word.split_once(part));
    let (before, behind): (Vec<&str>, Vec<&str>) = split.unzip();
    [shared_parts(&before), vec![part], shared_parts(&behind)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(words: &[&'static str]) -> Near {
        Near::new(&words.iter().map(|word| Cow::Borrowed(*word)).collect::<Vec<_>>())
    }

    #[test]
    fn a_text_with_the_shared_part_alone_has_no_word() {
        let kinds = near(&["kind: secret", "kind: \"secret\"", "\"kind\": \"secret\""]);
        let shared: Vec<&[u8]> = kinds.shared.iter().map(Finder::needle).collect();
        assert_eq!(shared, [&b"kind"[..], b"secret"]);
        assert!(
            kinds.is_in(b"a\nkind: \"secret\"\n") && !kinds.is_in(b"the secret kind") && !kinds.is_in(b"kind: pod")
        );
        assert!(!kinds.may_be_in_paths() && near(&["acme", "x: y"]).may_be_in_paths());
        assert!(near(&["acme", "brand"]).shared.is_empty() && near(&["acme", "brand"]).is_in(b"a brand"));
        assert!(near(&["acme"]).shared.is_empty() && !near(&["acme"]).is_in(b"acne"));
    }
}
