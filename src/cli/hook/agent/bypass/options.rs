//! Tells the options of a program from its other words.

/// The options of a program that have a value.
#[derive(Clone, Copy)]
pub struct Valued {
    /// Those of one letter.
    pub letters: &'static str,
    /// The long ones, without what stands before them.
    pub long: &'static [&'static str],
}

/// A word, or a letter of one that has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// An option of one letter.
    Letter(char, Option<&'a str>),
    /// Another option, without what stands before it.
    Long(&'a str, Option<&'a str>),
    /// Any other word.
    Operand(&'a str),
}

/// The words of a program, one after the other.
pub struct Words<'a> {
    words: &'a [String],
    valued: Valued,
    /// The letters that are left of a word.
    letters: &'a str,
    /// Whether no option follows any more.
    are_over: bool,
}

impl<'a> Words<'a> {
    /// Begins with the first of the words.
    pub const fn new(words: &'a [String], valued: Valued) -> Self {
        Self { words, valued, letters: "", are_over: false }
    }

    /// Returns the next option before the first word that is none.
    pub fn option(&mut self) -> Option<Word<'a>> {
        if self.letters.is_empty() && self.words.first().is_some_and(|word| word == "--") {
            self.take();
            self.are_over = true;
        }
        let is_option = self.words.first().is_some_and(|word| word.len() > 1 && word.starts_with('-'));
        if self.letters.is_empty() && (!is_option || self.are_over) {
            return None;
        }
        self.next()
    }

    /// Returns the words that are left.
    pub const fn rest(&self) -> &'a [String] {
        self.words
    }

    fn take(&mut self) -> Option<&'a str> {
        let (word, rest) = self.words.split_first()?;
        self.words = rest;
        Some(word)
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        if let Some(letter) = self.letters.chars().next() {
            let rest = &self.letters[letter.len_utf8()..];
            if !self.valued.letters.contains(letter) {
                self.letters = rest;
                return Some(Word::Letter(letter, None));
            }
            self.letters = "";
            let value = Some(rest).filter(|rest| !rest.is_empty()).or_else(|| self.take());
            return Some(Word::Letter(letter, value));
        }
        let word = self.take()?;
        if self.are_over || !word.starts_with('-') || word == "-" {
            return Some(Word::Operand(word));
        }
        if word == "--" {
            self.are_over = true;
            return self.next();
        }
        let bare = word.trim_start_matches('-');
        let (long, value) = bare.split_once(['=', ':']).map_or((bare, None), |(long, value)| (long, Some(value)));
        let is_valued = self.valued.long.iter().any(|name| name.eq_ignore_ascii_case(long));
        if word.starts_with("--") || is_valued && long.len() > 1 {
            let value = value.or_else(|| if is_valued { self.take() } else { None });
            return Some(Word::Long(long, value));
        }
        self.letters = bare;
        self.next()
    }
}

/// Returns the values of options, each in the next word or behind `=` in the same one; of an option of one letter also right behind it.
pub fn values<'a>(words: &'a [String], options: &'a [&str]) -> impl Iterator<Item = &'a str> {
    words.iter().enumerate().flat_map(move |(at, word)| {
        options.iter().filter_map(move |option| {
            let rest = word.strip_prefix(option)?;
            match rest.strip_prefix('=') {
                _ if rest.is_empty() => words.get(at + 1).map(String::as_str),
                Some(value) => Some(value),
                None => Some(rest).filter(|_| option.len() == 2),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_told_from_other_words() {
        let valued = Valued { letters: "tC", long: &["target", "destination"] };
        let words: Vec<String> =
            "-vtx a --target=b --target c -Destination d --all -C - -- -v".split(' ').map(str::to_owned).collect();
        assert_eq!(
            Words::new(&words, valued).collect::<Vec<_>>(),
            [
                Word::Letter('v', None),
                Word::Letter('t', Some("x")),
                Word::Operand("a"),
                Word::Long("target", Some("b")),
                Word::Long("target", Some("c")),
                Word::Long("Destination", Some("d")),
                Word::Long("all", None),
                Word::Letter('C', Some("-")),
                Word::Operand("-v"),
            ]
        );
        let mut words = Words::new(&words, valued);
        assert_eq!(std::iter::from_fn(|| words.option()).count(), 2);
        assert_eq!(words.rest().len(), 11);
        let words = ["-v", "--", "-x"].map(str::to_owned);
        let mut words = Words::new(&words, valued);
        assert_eq!((words.option(), words.option()), (Some(Word::Letter('v', None)), None));
        assert_eq!(words.rest(), ["-x"]);
    }

    #[test]
    fn a_value_stands_in_the_next_word_or_in_the_same() {
        let words: Vec<String> = "-o a -ob --out c --out=d --outer -x -o".split(' ').map(str::to_owned).collect();
        assert_eq!(values(&words, &["-o", "--out"]).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
