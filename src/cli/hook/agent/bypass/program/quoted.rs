//! The texts in quotes of a program, with what stands around each.

/// How many texts of a program are looked at.
const MOST: usize = 512;
/// How many bytes around a text are taken for its statement.
const REACH: usize = 400;
/// How long a text may be that goes over the ends of lines.
const LONGEST: usize = 2048;
/// How the quotes of Perl and Ruby begin that choose their own signs.
const CHOSEN: [&str; 7] = ["qx", "qq", "qw", "q", "%x", "%w", "%q"];

/// A program in parts.
pub struct Quoted {
    /// Its text with the texts in quotes blanked.
    pub code: String,
    /// Where what begins is not looked at any more.
    pub end: usize,
    texts: Vec<Text>,
}

struct Text {
    /// What stands between the quotes.
    text: String,
    /// Where the quotes begin and end.
    from: usize,
    to: usize,
    /// Whether the quotes alone have it run.
    is_run: bool,
}

/// Texts that stand in one list, or one alone.
pub struct Group<'a> {
    pub texts: Vec<String>,
    /// What stands around, up to the ends of the statement, with texts blanked.
    pub statement: &'a str,
    pub is_run: bool,
    /// Whether the sign stands before it that writes a file.
    pub is_redirected: bool,
    /// Whether they are the parts of one path.
    pub is_path: bool,
    /// Whether it is all that a variable gets.
    pub is_assigned: bool,
    /// The program up to the first of them, with texts blanked.
    pub before: &'a str,
    /// Whether something else is compared with it.
    pub is_compared: bool,
}

/// Finds the texts in quotes. One that goes over the end of a line is none, but between `` ` `` or signs of its own.
pub fn quoted(program: &str) -> Quoted {
    let (mut texts, mut at) = (Vec::new(), 0);
    let mut code = program.as_bytes().to_vec();
    while let Some(text) = program.get(at..).and_then(|_| next(program, at)) {
        at = text.to;
        // Quotes stay, so that it can be seen that there is a text.
        code[text.from + 1..text.to - 1].fill(b' ');
        texts.push(text);
        if texts.len() == MOST {
            break;
        }
    }
    let end = if texts.len() == MOST { at } else { program.len() };
    Quoted { code: String::from_utf8_lossy(&code).into_owned(), end, texts }
}

/// Returns the next text that begins at a place or behind it.
fn next(program: &str, from: usize) -> Option<Text> {
    let bytes = program.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            quote @ (b'\'' | b'"' | b'`') => {
                if let Some(end) = end(bytes, at + 1, quote, quote == b'`') {
                    return Some(text(program, at, at, end, quote == b'`'));
                }
            }
            b'q' | b'%' if at == 0 || !bytes[at - 1].is_ascii_alphanumeric() => {
                let chosen = CHOSEN.iter().find(|chosen| bytes[at..].starts_with(chosen.as_bytes()));
                let open =
                    chosen.map(|chosen| at + chosen.len() + usize::from(bytes.get(at + chosen.len()) == Some(&b' ')));
                let is_run = chosen.is_some_and(|chosen| chosen.ends_with('x'));
                let close = open.and_then(|open| closing(*bytes.get(open)?, is_run));
                if let (Some(open), Some(close)) = (open, close)
                    && let Some(end) = end(bytes, open + 1, close, true)
                {
                    return Some(text(program, at, open, end, is_run));
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Returns the sign that closes what another one has opened. In other languages most of them are no quotes, so only a text that is
/// run may stand between any.
const fn closing(open: u8, is_run: bool) -> Option<u8> {
    match open {
        b'(' => Some(b')'),
        b'{' => Some(b'}'),
        b'[' => Some(b']'),
        b'<' if is_run => Some(b'>'),
        b'|' | b'!' | b'/' => Some(open),
        _ if is_run && open.is_ascii_punctuation() && !matches!(open, b'_' | b'.' | b')' | b']' | b'}') => Some(open),
        _ => None,
    }
}

/// Returns where quotes close that were opened before.
fn end(bytes: &[u8], from: usize, quote: u8, goes_on: bool) -> Option<usize> {
    let mut at = from;
    while let Some(&byte) = bytes.get(at).filter(|_| at < from + LONGEST) {
        match byte {
            b'\\' => at += 1,
            b'\n' if !goes_on => return None,
            _ if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn text(program: &str, from: usize, open: usize, end: usize, is_run: bool) -> Text {
    let inner = program.get(open + 1..end).unwrap_or_default();
    let mut text = String::with_capacity(inner.len());
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some('n') => text.push('\n'),
                Some(next) => text.push(next),
                None => {}
            },
            other => text.push(other),
        }
    }
    Text { text, from, to: end + 1, is_run }
}

/// Returns where it begins what is put into a text by the outermost braces that are open at its end.
fn put_in(text: &str) -> Option<usize> {
    let (mut depth, mut from) = (0, None);
    for (at, sign) in text.char_indices().rev() {
        match sign {
            '}' => depth += 1,
            '{' if depth == 0 => from = Some(at),
            '{' => depth -= 1,
            _ => {}
        }
    }
    from
}

/// Returns where the character begins that a place is in.
pub fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

impl Quoted {
    /// Returns all texts.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.texts.iter().map(|text| &text.text)
    }

    /// Returns the program up to a place, or up to the text that the place is in, with texts blanked.
    pub fn code_before(&self, at: usize) -> &str {
        let at = self.around(at).map_or(at, |text| text.from);
        self.code.get(..boundary(&self.code, at)).unwrap_or_default()
    }

    /// Returns the program up to a place, with texts blanked, but for what stands in braces around it.
    pub fn before(&self, program: &str, at: usize) -> String {
        let code = self.code_before(at);
        let near = &code[boundary(code, code.len().saturating_sub(REACH))..];
        let text = program.get(code.len()..at).unwrap_or_default();
        near.to_owned() + &text[put_in(text).unwrap_or(text.len())..].replace(['{', '}'], " ")
    }

    /// Tells whether a place is in a text.
    pub fn is_text(&self, at: usize) -> bool {
        self.around(at).is_some()
    }

    fn around(&self, at: usize) -> Option<&Text> {
        let next = self.texts.partition_point(|text| text.to <= at);
        self.texts.get(next).filter(|text| text.from < at)
    }

    /// Returns the texts, those of one list together.
    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let is_joined = |pair: &[Text]| {
            let between = self.code.get(pair[0].to..pair[1].from).unwrap_or(";");
            // A list may have the name under which a program gets its words.
            let between = between.replace("args:", "").replace('{', "");
            let is_sign = |sign: char| sign.is_whitespace() || ",()[]/".contains(sign);
            between.chars().all(is_sign) && between.contains([',', '/'])
        };
        let mut bounds = vec![0];
        bounds.extend(self.texts.windows(2).enumerate().filter(|(_, pair)| !is_joined(pair)).map(|(at, _)| at + 1));
        bounds.push(self.texts.len());
        let ranges: Vec<(usize, usize)> = bounds.windows(2).map(|pair| (pair[0], pair[1])).collect();
        ranges.into_iter().filter(|(from, to)| from < to).map(|(from, to)| self.group(&self.texts[from..to]))
    }

    fn group(&self, texts: &[Text]) -> Group<'_> {
        let (from, to) = (texts[0].from, texts[texts.len() - 1].to);
        let before = self.code.get(boundary(&self.code, from.saturating_sub(REACH))..from).unwrap_or_default();
        let start = from - before.len() + before.rfind([';', '\n', '{']).map_or(0, |at| at + 1);
        let behind = self.code.get(to..).unwrap_or_default();
        let end = to + behind.find([';', '\n', '}']).unwrap_or(behind.len()).min(REACH);
        let end = boundary(&self.code, end);
        let head = self.code.get(start..from).unwrap_or_default().trim_end();
        let bare = head.trim_end_matches('(').trim_end_matches(char::is_alphanumeric).trim_end();
        let is_set = |head: &str| head.ends_with('=') && !head.ends_with("==") && !head.ends_with("!=");
        let is_parted = |pair: &[Text]| self.code.get(pair[0].to..pair[1].from).is_some_and(|code| code.contains('/'));
        Group {
            is_path: head.contains("join") || texts.windows(2).any(is_parted),
            texts: texts.iter().map(|text| text.text.clone()).collect(),
            statement: self.code.get(start..end).unwrap_or_default(),
            is_run: texts.iter().any(|text| text.is_run) && !head.ends_with('=') && !head.ends_with('('),
            is_redirected: head.ends_with('>') && !head.ends_with("->") && !head.ends_with("=>"),
            is_assigned: is_set(head) || is_set(bare),
            before: self.code_before(from),
            is_compared: ["==", "!="].iter().any(|sign| head.ends_with(sign))
                || ["==", "!=", "in ", "not in "].iter().any(|sign| behind.trim_start().starts_with(sign)),
        }
    }
}
