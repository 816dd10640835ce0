//! Reads a command line as a shell would, as far as words, quotes, redirections and the texts in it go.

use std::iter::Peekable;
use std::str::Chars;

/// How deep substitutions are read.
const DEPTH: usize = 32;

/// One command of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Its words, without quotes; what a substitution would put there is not known and left out.
    pub words: Vec<String>,
    /// The files that its output is redirected to.
    pub writes: Vec<String>,
    /// The text that it gets as standard input, if that stands in the line.
    pub input: String,
}

/// Splits a line into commands, those in substitutions included.
pub fn commands(line: &str) -> Vec<Command> {
    let mut characters = line.chars().peekable();
    let mut commands = Vec::new();
    // A parenthesis too many ends nothing.
    while characters.peek().is_some() {
        commands.extend(Reader::new(&mut characters, DEPTH).read(None));
    }
    commands
}

/// What the word that is being read is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Word,
    Write,
    Read,
    Input,
}

/// Text that follows the line which announces it.
struct Document {
    command: usize,
    end: String,
    indented: bool,
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
}

impl<'a, 'b> Reader<'a, 'b> {
    fn new(characters: &'a mut Peekable<Chars<'b>>, depth: usize) -> Self {
        let commands = vec![Command::default()];
        Self { characters, depth, commands, inner: Vec::new(), word: None, role: Use::Word, documents: Vec::new() }
    }

    /// Reads up to the character that closes a substitution, or to the end.
    fn read(mut self, close: Option<char>) -> Vec<Command> {
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
        self.commands
    }

    fn take(&mut self, character: char) {
        match character {
            '\'' => self.quoted(false),
            '"' => self.double_quoted(),
            '$' => match self.characters.peek() {
                Some('\'') => {
                    self.characters.next();
                    self.quoted(true);
                }
                Some('"') => {}
                Some('(') if self.depth > 0 => self.substitution(')'),
                _ => self.push('$'),
            },
            '`' if self.depth > 0 => self.substitution('`'),
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
            ';' | '&' | '|' | '(' | ')' => self.end_command(),
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
                '\\' if escapes => self.characters.next().into_iter().for_each(|next| self.push(next)),
                other => self.push(other),
            }
        }
    }

    fn double_quoted(&mut self) {
        self.word.get_or_insert_default();
        while let Some(character) = self.characters.next() {
            match character {
                '"' => return,
                '\\' => match self.characters.next() {
                    Some('\n') | None => {}
                    Some(next) => self.push(next),
                },
                '$' if self.depth > 0 && self.characters.peek() == Some(&'(') => self.substitution(')'),
                '`' if self.depth > 0 => self.substitution('`'),
                other => self.push(other),
            }
        }
    }

    /// Reads a substitution, whose opening parenthesis may come next.
    fn substitution(&mut self, close: char) {
        self.word.get_or_insert_default();
        self.characters.next_if_eq(&'(');
        let inner = Reader::new(self.characters, self.depth - 1).read(Some(close));
        self.inner.extend(inner);
    }

    /// Reads what follows `<`.
    fn from(&mut self) {
        self.end_word();
        if self.characters.peek() == Some(&'(') && self.depth > 0 {
            self.substitution(')');
        } else if self.characters.next_if_eq(&'<').is_none() {
            self.role = Use::Read;
        } else if self.characters.next_if_eq(&'<').is_some() {
            self.role = Use::Input;
        } else {
            let indented = self.characters.next_if_eq(&'-').is_some();
            while self.characters.next_if(|next| *next == ' ' || *next == '\t').is_some() {}
            let mut end = String::new();
            while let Some(next) = self.characters.next_if(|next| !next.is_whitespace() && !";&|()<>".contains(*next)) {
                end.extend(Some(next).filter(|next| !"'\"\\".contains(*next)));
            }
            self.documents.push(Document { command: self.commands.len() - 1, end, indented });
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
            return self.substitution(')');
        }
        while self.characters.next_if(|next| ">|&".contains(*next)).is_some() {}
        self.role = Use::Write;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let command = self.commands.last_mut().expect("there is always a command");
        match std::mem::replace(&mut self.role, Use::Word) {
            Use::Word => command.words.push(word),
            Use::Write => command.writes.push(word),
            Use::Input => command.input = word,
            Use::Read => {}
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.role = Use::Word;
        self.commands.push(Command::default());
    }

    /// Reads the documents that the line before has announced.
    fn documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            while self.characters.peek().is_some() {
                let mut line: String = std::iter::from_fn(|| self.characters.next_if(|&next| next != '\n')).collect();
                self.characters.next();
                if document.indented {
                    line = line.trim_start_matches('\t').to_owned();
                }
                if line == document.end {
                    break;
                }
                text += &line;
                text.push('\n');
            }
            self.commands[document.command].input = text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the words of each command that has any.
    fn words(line: &str) -> Vec<String> {
        let commands = commands(line);
        commands.iter().filter(|command| !command.words.is_empty()).map(|command| command.words.join("|")).collect()
    }

    #[test]
    fn words_are_those_of_a_shell() {
        for (line, expected) in [
            ("a 'b c' \"d\\\"e\" f\\ g $'h\\'i' \"\"", &["a|b c|d\"e|f g|h'i|"][..]),
            ("a; b && c | d & e\nf", &["a", "b", "c", "d", "e", "f"]),
            ("a $(b c) d", &["a||d", "b|c"]),
            ("a \"x $(b 'c') y `d`\" e", &["a|x  y |e", "b|c", "d"]),
            ("(a; (b)) c", &["a", "b", "c"]),
            ("x=$( (a) ) b", &["x=|b", "a"]),
            ("a 2>&1 >b <c d # e\nf", &["a|d", "f"]),
            ("a \\\n b) c", &["a|b", "c"]),
            ("cat <<'E' - && b\nit's; c\nE\nd", &["cat|-", "b", "d"]),
            ("a -m \"$(cat <<E\nit's\nE\n)\" -n", &["a|-m||-n", "cat"]),
            ("diff <(a) <(b) c", &["diff|||c", "a", "b"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_written_and_what_is_read_is_known() {
        let command = |line: &str| commands(line).swap_remove(0);
        assert_eq!(command("echo x >a 2>>b &>c").writes, ["a", "b", "c"]);
        assert_eq!(command("sh <<-E\n\ta\n\tE\nb").input, "a\n");
        assert_eq!(command("sh <<< 'a b'").input, "a b");
    }

    #[test]
    fn any_line_comes_to_an_end() {
        let parts = ["$(", "`", "\"", "'", "(", ")", "<<", "<<E\n", "\\", "$", ">", "&", "\n", "#", "a", "$'"];
        for first in parts {
            for second in parts {
                for third in parts {
                    commands(&[first, second, third].concat());
                }
            }
        }
        commands(&"$(".repeat(100_000));
    }
}
