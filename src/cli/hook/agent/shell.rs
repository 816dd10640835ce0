//! Reads a command line as a shell would, as far as words, quotes, redirections and the texts in it go.

mod document;
mod expand;
mod folder;
mod printed;

use std::iter::Peekable;
use std::rc::Rc;
use std::str::Chars;

use self::document::Document;
pub use self::expand::setting;
use self::expand::{Values, active};
use self::folder::{Folder, UNKNOWN};
pub use self::folder::{TOP, joined};

/// Words of the shell that stand before a command.
pub const KEYWORDS: [&str; 12] =
    ["{", "!", "if", "then", "elif", "else", "while", "until", "do", "builtin", "coproc", "&"];
/// How deep substitutions are read.
const DEPTH: usize = 32;

/// One command of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Its words, without quotes, with the values of variables that the line sets; what most substitutions would put there is not
    /// known and left out.
    pub words: Vec<String>,
    /// The files that its output is redirected to.
    pub writes: Vec<String>,
    /// The text that it gets as standard input, if that stands in the line.
    pub input: String,
    /// Whether the next command gets what it prints.
    pub pipes: bool,
    /// Where it runs, as far as the line tells.
    pub folder: Rc<str>,
    /// The shells that it runs in, each a number: those that parentheses and substitutions begin, from the outermost on.
    pub shells: Rc<[usize]>,
}

/// Splits a line that is run in a folder into commands, those in substitutions included.
pub fn commands(line: &str, folder: &str) -> Vec<Command> {
    read(line, Values::new(folder))
}

/// The length from which a word may be worth looking at.
const SHORTEST: usize = 8;
/// How deep lines in words are read.
const LINES: usize = 3;

/// Returns the commands of a line, and of lines in their words, in which words stand otherwise than as a shell reads them: in
/// parts between quotes, with escapes, broken by the end of a line. Variables and substitutions are left as such.
pub fn reread(line: &str) -> Vec<String> {
    let mut reread = Vec::new();
    let mut lines = vec![(line.to_owned(), LINES)];
    while let Some((text, depth)) = lines.pop() {
        for command in read(&text, Values::none()) {
            let is_other =
                |word: &String| word.len() >= SHORTEST && !word.contains(UNKNOWN) && !line.contains(word.as_str());
            if command.words.iter().any(is_other) {
                reread.push(command.words.join(" "));
            }
            // A line may be read again by a shell that this one runs.
            let is_line = |word: &String| word.contains(char::is_whitespace) && word.contains(['"', '\'', '\\']);
            if let Some(depth) = depth.checked_sub(1) {
                lines.extend(command.words.into_iter().filter(is_line).map(|word| (word, depth)));
            }
        }
    }
    reread
}

fn read(line: &str, mut values: Values) -> Vec<Command> {
    let mut characters = line.chars().peekable();
    let mut commands = Vec::new();
    // A parenthesis too many ends nothing.
    while characters.peek().is_some() {
        let (read, left) = Reader::new(&mut characters, DEPTH, values).read(None);
        commands.extend(read);
        values = left;
    }
    commands
}

/// Returns the line of a shell that is read as these words.
pub fn line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:=@%+,".contains(letter);
    let quoted = |word: &str| match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    };
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Stands before the name of a script where a line says what that is given; no shell has such an option.
const NAMED: &str = "-0";

/// Returns a line which says that those behind it are a script with these words, of which the first is its name.
pub fn giving(words: &[String]) -> String {
    let (name, given) = words.split_first().map_or(("", words), |(name, given)| (name, given));
    line(["set", NAMED, name, "--"].into_iter().chain(given.iter().map(String::as_str)))
}

/// What the word that is being read is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Word,
    Write,
    Read,
    Input,
}

struct Reader<'a, 'b> {
    characters: &'a mut Peekable<Chars<'b>>,
    depth: usize,
    commands: Vec<Command>,
    /// The commands of substitutions, which are no part of any word.
    inner: Vec<Command>,
    word: Option<String>,
    role: Use,
    documents: Vec<Document>,
    values: Values,
    /// Where the shells work that wait for the end of another one between parentheses, and which these are.
    outer: Vec<(Folder, Rc<[usize]>)>,
}

impl<'a, 'b> Reader<'a, 'b> {
    fn new(characters: &'a mut Peekable<Chars<'b>>, depth: usize, values: Values) -> Self {
        let (commands, inner, documents) = (vec![Command::default()], Vec::new(), Vec::new());
        let outer = Vec::new();
        Self { characters, depth, commands, inner, word: None, role: Use::Word, documents, values, outer }
    }

    /// Reads up to the character that closes a substitution, or to the end.
    fn read(mut self, close: Option<char>) -> (Vec<Command>, Values) {
        let mut open = 0;
        while let Some(character) = self.characters.next() {
            match character {
                '(' => open += 1,
                ')' if open > 0 => open -= 1,
                _ if close == Some(character) => break,
                _ => {}
            }
            self.take(character);
        }
        self.end_word();
        self.commands.append(&mut self.inner);
        (self.commands, self.values)
    }

    fn take(&mut self, character: char) {
        match character {
            '\'' => self.quoted(false),
            '"' => self.text(Some('"')),
            '$' => match self.characters.peek() {
                Some('\'') => {
                    self.characters.next();
                    self.quoted(true);
                }
                Some('"') => {}
                Some('(') if self.depth > 0 => self.substitution(')', active::DOLLAR),
                _ => self.push(active::DOLLAR),
            },
            '`' if self.depth > 0 => self.substitution('`', active::DOLLAR),
            '{' => self.push(active::OPEN),
            '}' => self.push(active::CLOSE),
            ',' => self.push(active::COMMA),
            '\\' => match self.characters.next() {
                Some('\n') | None => {}
                Some(next) => self.push(next),
            },
            '#' if self.word.is_none() => while self.characters.next_if(|&next| next != '\n').is_some() {},
            '\n' => {
                self.end_command();
                self.documents();
            }
            '&' if self.characters.peek() == Some(&'>') => {}
            '|' if self.characters.next_if_eq(&'|').is_none() => {
                self.commands.last_mut().expect("there is always a command").pipes = true;
                self.end_command();
            }
            '(' => {
                self.end_command();
                let outer = self.values.begin();
                self.outer.push(outer);
            }
            ')' => {
                self.end_command();
                let outer = self.outer.pop();
                outer.into_iter().for_each(|outer| self.values.end(outer));
            }
            ';' | '&' | '|' => self.end_command(),
            '<' => self.from(),
            '>' => self.to(),
            blank if blank.is_whitespace() => self.end_word(),
            other => self.push(other),
        }
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    /// Reads to the closing quote; with escapes in `$'...'`.
    fn quoted(&mut self, escapes: bool) {
        self.word.get_or_insert_default();
        while let Some(character) = self.characters.next() {
            match character {
                '\'' => return,
                '\\' if escapes => {
                    let escaped = expand::escaped(self.characters);
                    escaped.into_iter().for_each(|next| self.push(next));
                }
                other => self.push(other),
            }
        }
    }

    /// Reads to the closing quote, or to the end, what a shell puts values into that fall into no words.
    fn text(&mut self, close: Option<char>) {
        self.word.get_or_insert_default();
        while let Some(character) = self.characters.next() {
            match character {
                _ if close == Some(character) => return,
                '\\' => match self.characters.next() {
                    Some('\n') | None => {}
                    Some(next) => {
                        // Before other characters it stands for itself there.
                        if !"$`\\".contains(next) && close != Some(next) {
                            self.push('\\');
                        }
                        self.push(next);
                    }
                },
                '$' if self.depth > 0 && self.characters.peek() == Some(&'(') => {
                    self.substitution(')', active::QUOTED_DOLLAR);
                }
                '`' if self.depth > 0 => self.substitution('`', active::QUOTED_DOLLAR),
                '$' => self.push(active::QUOTED_DOLLAR),
                other => self.push(other),
            }
        }
    }

    /// Reads a substitution, whose opening parenthesis may come next; `dollar` tells whether it is quoted.
    fn substitution(&mut self, close: char, dollar: char) {
        self.characters.next_if_eq(&'(');
        let mut values = std::mem::take(&mut self.values);
        let outer = values.begin();
        let (inner, values) = Reader::new(self.characters, self.depth - 1, values).read(Some(close));
        self.values = values;
        self.values.end(outer);
        let mut printing = inner.iter().filter(|command| !command.words.is_empty());
        let printed = printing.next().filter(|_| printing.next().is_none()).and_then(Command::printed);
        let printed = match self.values.are_left() {
            true => Some(UNKNOWN.to_owned()),
            false => printed.and_then(|text| self.values.substituted(&text, dollar == active::DOLLAR)),
        };
        self.word.get_or_insert_default().extend(printed);
        self.inner.extend(inner);
    }

    /// Reads commands that stand for a file, of which the name is not known.
    fn process(&mut self) {
        let before = self.inner.len();
        self.substitution(')', active::QUOTED_DOLLAR);
        self.word = Some(String::new());
        if self.role == Use::Read {
            let printed: Vec<String> = self.inner[before..].iter().filter_map(Command::printed).collect();
            // Each may print what those within it print, so that this counts as a value.
            let text = self.values.substituted(&printed.join("\n"), false);
            self.commands.last_mut().expect("there is always a command").input = text.unwrap_or_default();
        }
    }

    /// Reads what follows `<`.
    fn from(&mut self) {
        self.end_word();
        if self.characters.peek() == Some(&'(') && self.depth > 0 {
            self.process();
        } else if self.characters.next_if_eq(&'<').is_none() {
            self.role = Use::Read;
        } else if self.characters.next_if_eq(&'<').is_some() {
            self.role = Use::Input;
        } else {
            self.announce();
        }
    }

    /// Reads what follows `>`.
    fn to(&mut self) {
        // The number of what is redirected is no word.
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        if self.characters.peek() == Some(&'(') && self.depth > 0 {
            return self.process();
        }
        while self.characters.next_if(|next| ">|&".contains(*next)).is_some() {}
        self.role = Use::Write;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let command = self.commands.last_mut().expect("there is always a command");
        let words = self.values.expanded(&word);
        command.folder = Rc::clone(self.values.folder().now());
        command.shells = Rc::clone(self.values.shells());
        match std::mem::replace(&mut self.role, Use::Word) {
            Use::Word => {
                self.values.learn(&command.words, &words);
                command.words.extend(words);
            }
            Use::Write => command.writes.extend(words),
            Use::Input => command.input = words.join(" "),
            Use::Read => {}
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.role = Use::Word;
        let command = self.commands.last().expect("there is always a command");
        if let [first, name, of, values @ ..] = command.words.as_slice()
            && (first.as_str(), of.as_str()) == ("for", "in")
        {
            self.values.set(name, &values.join(" "));
        }
        if let Some(("set", words)) = command.words.split_first().map(|(first, rest)| (first.as_str(), rest))
            && let Some(at) = words.iter().position(|word| word == "--")
        {
            if let [NAMED, name, ..] = words[..at].iter().map(String::as_str).collect::<Vec<_>>()[..] {
                self.values.set("0", name);
            }
            if at + 1 < words.len() {
                self.values.give(&words[at + 1..]);
            }
        }
        self.values.follow(&command.words);
        self.commands.push(Command::default());
    }
}

#[cfg(test)]
mod tests;
