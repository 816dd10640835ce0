//! What a shell puts in the place of variables and braces, as far as a line says it.

use std::collections::HashMap;
use std::iter::Peekable;
use std::rc::Rc;
use std::str::Chars;

use super::folder::Folder;

/// Characters of a word that a shell has not read as text: they stand for themselves, but only outside of quotes.
pub mod active {
    /// `$` outside of quotes: what comes instead falls into words.
    pub const DOLLAR: char = '\u{f0000}';
    /// `$` between double quotes.
    pub const QUOTED_DOLLAR: char = '\u{f0001}';
    /// `{`.
    pub const OPEN: char = '\u{f0002}';
    /// `}`.
    pub const CLOSE: char = '\u{f0003}';
    /// `,`.
    pub const COMMA: char = '\u{f0004}';
    /// Blanks of a value, which part words.
    pub const BLANK: char = '\u{f0005}';
}

/// How many bytes all values of a line may bring.
const BUDGET: usize = 1 << 20;
/// How long a value may be.
const LONGEST: usize = 4096;
/// How many words braces may make of one.
const MOST: usize = 64;

/// How many shells in shells are told apart.
const DEEPEST: usize = 32;

/// How deep expansions in expansions are read.
const DEPTH: usize = 8;

/// The variables that a line sets.
pub struct Values {
    values: HashMap<String, String>,
    /// How many bytes more they may bring.
    left: usize,
    is_left: bool,
    folder: Folder,
    /// The shells that the line is in, each a number.
    shells: Rc<[usize]>,
    /// The number of the last one that has begun.
    last: usize,
}

impl Default for Values {
    fn default() -> Self {
        let (values, folder) = (HashMap::new(), Folder::default());
        Self { values, left: BUDGET, is_left: false, folder, shells: Rc::default(), last: 0 }
    }
}

impl Values {
    /// Returns those of a line that is run in a folder.
    pub fn new(folder: &str) -> Self {
        let mut values = Self::default();
        values.set("IFS", " ");
        values.enter(Folder::new(folder));
        values
    }

    /// Returns those of a line in which everything is left as it stands.
    pub fn none() -> Self {
        Self { is_left: true, left: 0, ..Self::default() }
    }

    /// Returns where the line works.
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Returns the shells that the line is in, from the outermost on.
    pub const fn shells(&self) -> &Rc<[usize]> {
        &self.shells
    }

    /// Begins another shell; returns what [`Values::end`] goes back to.
    pub fn begin(&mut self) -> (Folder, Rc<[usize]>) {
        let outer = (self.folder.clone(), Rc::clone(&self.shells));
        self.last += 1;
        // What lies deeper is taken for one shell.
        if self.shells.len() < DEEPEST {
            self.shells = self.shells.iter().copied().chain([self.last]).collect();
        }
        outer
    }

    /// Goes back to the shell around.
    pub fn end(&mut self, (folder, shells): (Folder, Rc<[usize]>)) {
        self.shells = shells;
        self.enter(folder);
    }

    /// Goes to a folder.
    pub fn enter(&mut self, folder: Folder) {
        let now = if folder.now().is_empty() { "." } else { folder.now() };
        self.set("PWD", now);
        self.folder = folder;
    }

    /// Goes where a command leads.
    pub fn follow(&mut self, words: &[String]) {
        let mut folder = self.folder.clone();
        if folder.follow(words) {
            self.enter(folder);
        }
    }

    /// Tells whether everything is left as it stands.
    pub const fn are_left(&self) -> bool {
        self.is_left
    }

    /// Takes the value of a variable out of the last words of a command, behind those before: `NAME=value`, alone, before a program
    /// or behind `export` and its like.
    pub fn learn(&mut self, before: &[String], words: &[String]) {
        let is_declared =
            |word: &String| ["export", "declare", "typeset", "local", "readonly"].contains(&word.as_str());
        let is_part = |word: &String| is_declared(word) || word.starts_with('-') || setting(word).is_some();
        let is_first = before.len() < MOST && before.iter().all(is_part);
        let (Some(word), true) = (words.first(), is_first) else { return };
        let Some((name, value)) = setting(word) else { return };
        match name.strip_suffix('+') {
            Some(name) => self.set(name, &(self.values.get(name).cloned().unwrap_or_default() + value)),
            None => self.set(name, value),
        }
    }

    /// Sets a variable, unless that is too much.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.len() <= self.left.min(LONGEST) {
            self.left -= value.len();
            self.values.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Sets what a script or function is given: `$1`, `$2` and so on, and `$@` and `$*` for all of it.
    pub fn give(&mut self, words: &[String]) {
        self.set("@", &words.join(&active::BLANK.to_string()));
        self.set("*", &words.join(" "));
        (1..=9).zip(words).for_each(|(number, word)| self.set(&number.to_string(), word));
    }

    /// Returns what a substitution puts into a word, unless that is too much; `parts` if it falls into words.
    pub fn substituted(&mut self, text: &str, parts: bool) -> Option<String> {
        let text = text.trim_end_matches('\n');
        self.left = self.left.checked_sub(text.len())?;
        let blank = |sign: char| if sign.is_whitespace() { active::BLANK } else { sign };
        Some(if parts { text.chars().map(blank).collect() } else { text.to_owned() })
    }

    /// Returns the words that a shell makes of one.
    pub fn expanded(&mut self, word: &str) -> Vec<String> {
        if !word.contains(|sign| ('\u{f0000}'..='\u{f0005}').contains(&sign)) {
            return vec![word.to_owned()];
        }
        let mut words = Vec::new();
        for word in self.braces(word) {
            let whole = self.filled(&word, DEPTH);
            let is_gone = whole.is_empty() && word.starts_with(active::DOLLAR);
            let parts = whole.split(active::BLANK).filter(|part| !part.is_empty()).map(plain);
            let before = words.len();
            words.extend(parts);
            if words.len() == before && !is_gone {
                words.push(String::new());
            }
        }
        words
    }

    /// Puts in the values of variables that are known, and what stands for those that are not.
    fn filled(&mut self, word: &str, depth: usize) -> String {
        let mut filled = String::with_capacity(word.len());
        let mut rest = word;
        while let Some(at) = rest.find([active::DOLLAR, active::QUOTED_DOLLAR]) {
            filled += &rest[..at];
            let parts = rest[at..].starts_with(active::DOLLAR);
            let behind = &rest[at + active::DOLLAR.len_utf8()..];
            let known = name(behind).and_then(|(name, rest)| Some((self.values.get(name)?.clone(), rest)));
            let known = known.or_else(|| self.otherwise(behind, depth));
            let put = known.and_then(|(value, rest)| Some((self.substituted(&value, parts)?, rest)));
            match put {
                Some((value, behind)) => {
                    filled += &value;
                    rest = behind;
                }
                None => {
                    filled.push('$');
                    rest = behind;
                }
            }
        }
        filled + rest
    }

    /// Returns what a text behind `$` puts in by an expansion such as `${NAME:-default}` or `${NAME+other}`, and what follows.
    fn otherwise<'a>(&mut self, text: &'a str, depth: usize) -> Option<(String, &'a str)> {
        let depth = depth.checked_sub(1)?;
        let inner = text.strip_prefix([active::OPEN, '{'])?;
        let (name, inner) = inner.split_at(inner.find(|sign: char| !is_of_name(sign))?);
        let (inner, rest) = inner.split_at(end_of(inner));
        let operator = inner.strip_prefix(':').unwrap_or(inner).chars().next()?;
        let other = inner.trim_start_matches(':').strip_prefix(operator)?;
        let rest = rest.strip_prefix([active::CLOSE, '}']).unwrap_or(rest);
        let known = self.values.get(name).filter(|value| !value.is_empty() || !inner.starts_with(':')).cloned();
        let value = match (operator, known) {
            ('-' | '=', Some(value)) => value,
            // Whether a variable is set of which the line says nothing is not known.
            ('-' | '=', None) | ('+', _) => plain(&self.filled(other, depth)),
            _ => return None,
        };
        if operator == '=' {
            self.set(name, &value);
        }
        Some((value, rest))
    }

    /// Makes a word of each choice between braces.
    fn braces(&mut self, word: &str) -> Vec<String> {
        let (mut open, mut done) = (vec![word.to_owned()], Vec::new());
        while let Some(word) = open.pop() {
            let is_too_much = open.len() + done.len() >= MOST || self.left < word.len();
            match choices(&word).filter(|_| !is_too_much) {
                Some(choices) => {
                    self.left -= word.len();
                    open.extend(choices.into_iter().rev());
                }
                None => done.push(word),
            }
        }
        done
    }
}

/// Returns the words for the first braces of a word that hold a choice.
fn choices(word: &str) -> Option<Vec<String>> {
    let mut starts = word.match_indices(active::OPEN).map(|(at, _)| at).filter(|&at| {
        // The name of a variable stands between braces, too.
        !word[..at].ends_with([active::DOLLAR, active::QUOTED_DOLLAR, '$'])
    });
    // Only the first few: a line of nothing but braces is no word.
    let (start, commas, end) = starts.by_ref().take(8).find_map(|start| {
        let (mut depth, mut commas) = (0, Vec::new());
        for (at, sign) in word[start..].char_indices() {
            match sign {
                active::OPEN => depth += 1,
                active::COMMA if depth == 1 => commas.push(start + at),
                active::CLOSE if depth == 1 => return (!commas.is_empty()).then_some((start, commas, start + at)),
                active::CLOSE => depth -= 1,
                _ => {}
            }
        }
        None
    })?;
    let sign = active::OPEN.len_utf8();
    let starts = std::iter::once(start).chain(commas.iter().copied());
    let ends = commas.iter().copied().chain([end]);
    let choice = |(from, to): (usize, usize)| [&word[..start], &word[from + sign..to], &word[end + sign..]].concat();
    Some(starts.zip(ends).take(MOST).map(choice).collect())
}

/// Returns the name of the variable that a text behind `$` begins with, and what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    let length = |text: &str| match text.starts_with(['@', '*']) {
        true => 1,
        false => text.find(|sign: char| !is_of_name(sign)).unwrap_or(text.len()),
    };
    let (name, rest) = match text.strip_prefix([active::OPEN, '{']) {
        Some(inner) => {
            let (name, rest) = inner.split_at(length(inner));
            (name, rest.strip_prefix([active::CLOSE, '}'])?)
        }
        None => text.split_at(length(text)),
    };
    (!name.is_empty()).then_some((name, rest))
}

/// Returns where the brace closes that was opened before a text; its end if it does not, as where a blank has ended the word.
fn end_of(text: &str) -> usize {
    let mut depth = 0;
    for (at, sign) in text.char_indices().take(LONGEST) {
        match sign {
            active::OPEN | '{' => depth += 1,
            active::CLOSE | '}' if depth == 0 => return at,
            active::CLOSE | '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

const fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

/// Returns the name and value of a word that sets a variable.
pub fn setting(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let bare = name.strip_suffix('+').unwrap_or(name);
    (!bare.is_empty() && bare.chars().all(is_of_name) && !bare.as_bytes()[0].is_ascii_digit()).then_some((name, value))
}

/// Returns a word with the characters that turned out to be text.
fn plain(word: &str) -> String {
    let sign = |sign| match sign {
        active::DOLLAR | active::QUOTED_DOLLAR => '$',
        active::OPEN => '{',
        active::CLOSE => '}',
        active::COMMA => ',',
        active::BLANK => ' ',
        other => other,
    };
    word.chars().map(sign).collect()
}

/// Reads what follows `\` in `$'...'`.
pub fn escaped(characters: &mut Peekable<Chars<'_>>) -> Option<char> {
    let next = characters.next()?;
    let mut number = |radix, most, first: u32| {
        let mut value = first;
        for _ in 0..most {
            let Some(digit) = characters.next_if(|next| next.is_digit(radix)) else { break };
            value = value.wrapping_mul(radix) + digit.to_digit(radix).unwrap_or_default();
        }
        char::from_u32(value)
    };
    match next {
        'x' => number(16, 2, 0),
        'u' => number(16, 4, 0),
        'U' => number(16, 8, 0),
        '0'..='7' => number(8, 2, next.to_digit(8).unwrap_or_default()),
        'n' => Some('\n'),
        't' => Some('\t'),
        other => Some(other),
    }
}
