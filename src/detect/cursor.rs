//! A position in an assignment: from the name over the operator to the value.

use super::assignment::{KEY, Operator, Quote, is_key_byte};
use super::{field, lead};
use crate::rules::is_word_byte;
use crate::source::Span;

/// The greatest length of a value.
pub(super) const VALUE: usize = 512;
/// The schemes of an `Authorization` header that a credential follows.
const SCHEMES: [&[u8]; 3] = [b"bearer", b"basic", b"token"];
/// Operators that are written by signs alone, the longest first where one begins with another.
const OPERATORS: &[(&[u8], Operator)] = &[
    (b"===", Operator::Compare),
    (b"!==", Operator::Compare),
    (b"==", Operator::Compare),
    (b"!=", Operator::Compare),
    (b":::=", Operator::Assign),
    (b"::=", Operator::Assign),
    (b":=", Operator::Assign),
    (b"=>", Operator::Assign),
    (b"->", Operator::Assign),
    (b"<-", Operator::Assign),
    (b"||=", Operator::Assign),
    (b"||:", Operator::Assign),
    (b"?=", Operator::Assign),
    (b"+=", Operator::Assign),
    (b".=", Operator::Assign),
    (b"=", Operator::Assign),
];
/// Operators in front of what is taken if the name has no value: `process.env.TOKEN || "..."`.
const FALLBACKS: &[&[u8]] = &[b"|| ", b"?? ", b"or "];
/// Words before a name that is set to the text behind it.
const SETTERS: &[&[u8]] = &[b"setx", b"SetEnv", b"ENV", b"setenv"];
/// What the constants begin with that name the options of curl's functions, as in `curl_setopt(handle, NAME, value)`.
const OPTIONS_OF_CURL: &[u8] = b"CURLOPT_";
/// Words before a name that is set to the text behind it if that is quoted: otherwise it is a name of the program.
const DEFINERS: &[&[u8]] = &[b"#define", b"(setq", b"(defvar", b"(def"];
/// How long the attributes of an XML element may be, and what a sentence says of whom a password is for.
const ASIDE: usize = 96;
/// The ends of functions that make something of a literal: `[]byte("...")`, `String::from("...")`.
const WRAPPERS: &[&[u8]] = &[b"]byte", b"::from", b".from", b"SecretStr", b"String", b"Some", b"StringLiteral"];

/// A position in bytes that starts at the end of a name and finds its value.
///
/// A sign or a word that is not there leaves it where it was, so that another can be tried. Where it is `None` that was read, the name
/// has no value, and the cursor stands anywhere.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Starts at `at`, the end of a name.
    pub(super) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(b'\n')
    }

    fn skip_while(&mut self, most: usize, accept: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.at - start < most && self.at < self.bytes.len() && accept(self.peek()) {
            self.at += 1;
        }
        self.at - start
    }

    fn skip_blank(&mut self, most: usize) -> usize {
        self.skip_while(most, |byte| byte == b' ' || byte == b'\t')
    }

    fn take(&mut self, text: &[u8]) -> bool {
        let found = self.bytes.get(self.at) == text.first() && self.bytes[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads the operator behind the name at `key`.
    pub(super) fn operator(&mut self, key: Span) -> Option<Operator> {
        let is_closing = |byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b')' | b'\\' | b'[' | b'*');
        let closed = self.skip_while(3, is_closing) > 0;
        let blank = self.skip_blank(24);
        // No operator of signs begins with a part of a word.
        if !is_word_byte(self.peek()) {
            for &(text, operator) in OPERATORS {
                if self.take(text) {
                    return Some(operator);
                }
            }
        }
        // A path of names, as in `SecurePassword::Hash`.
        if self.bytes[self.at..].starts_with(b"::") {
            return None;
        }
        if self.take(b":") {
            return Some(self.behind_colon());
        }
        if blank == 0 && self.take(b">") || blank > 0 && !closed && self.attributes(key) {
            return Some(Operator::Assign);
        }
        if blank == 0 && self.take(b"(") || self.is_argument(key, closed) && self.take(b",") {
            return Some(Operator::Call);
        }
        // Most names are words of a text.
        let may_lead = match self.peek() {
            b'{' => true,
            b'.' | b'?' | b't' => closed,
            b',' | b'A' | b'a' => !closed,
            b'\n' | b'\r' => self.bytes[key.start] == b'-',
            _ => false,
        };
        if may_lead && let Some((operator, end)) = lead::operator(self.bytes, key, closed, self.at) {
            self.at = end;
            return Some(operator);
        }
        if blank > 0 { self.behind_blank(key, closed, blank == 1) } else { self.field(key) }
    }

    /// Reads what follows a colon: it may introduce a type, as in `password: string = "..."`.
    fn behind_colon(&mut self) -> Operator {
        let before_type = self.at;
        self.skip_blank(2);
        // A lifetime stands behind a `&`, so a quote here begins a value.
        let most = if self.peek() == b'\'' { 0 } else { 24 };
        let length = self.skip_while(most, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'&' | b'<' | b'>' | b'?' | b'[' | b']' | b'\'')
        });
        if length > 0 {
            // `&'static str`
            if self.bytes[before_type..self.at].ends_with(b"'static") && self.skip_blank(1) > 0 {
                self.skip_while(24, |byte| byte.is_ascii_alphanumeric() || byte == b'>');
            }
            // Options that are strung together, as in `pass:repeat=0`, have neither blanks nor quotes.
            let is_apart = self.skip_blank(2) > 0
                || self.bytes.get(self.at + 1).is_some_and(|&byte| is_quote(byte) || byte == b' ');
            if self.peek() == b'=' && self.bytes.get(self.at + 1) != Some(&b'=') && is_apart {
                self.at += 1;
                return Operator::Assign;
            }
        }
        self.at = before_type;
        Operator::Colon
    }

    /// Reads an operator that is a word, or nothing but a blank; `closed` tells that the name stood in quotes or brackets.
    fn behind_blank(&mut self, key: Span, closed: bool, single: bool) -> Option<Operator> {
        let flag = key.start >= 1 && self.bytes[key.start] == b'-' || self.bytes[..key.start].ends_with(b"--");
        if flag && !closed {
            return Some(Operator::Flag);
        }
        if single && (self.take(b"is ") || self.owner()) {
            return is_quote(self.peek()).then_some(Operator::Is);
        }
        if FALLBACKS.iter().any(|text| self.take(text)) {
            // Documents write names between backticks.
            return matches!(self.peek(), b'"' | b'\'').then_some(Operator::Assign);
        }
        if !closed && self.is_set(key) {
            return Some(Operator::Assign);
        }
        // `var password string = "..."`
        if single && self.take(b"string") {
            self.skip_blank(2);
            return self.take(b"=").then_some(Operator::Assign);
        }
        // Words of a log or a note, as in `acme token 0123...`: the value alone can tell.
        if single && !closed && (self.peek().is_ascii_alphanumeric() || is_quote(self.peek())) {
            return Some(Operator::Space);
        }
        self.field(key)
    }

    /// Tells whether what stands before a name sets it to the text here.
    fn is_set(&self, key: Span) -> bool {
        let before = self.before(key);
        let end = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
        let before = &before[..end];
        // Documents write names and values between backticks, and lines of them begin anywhere in a sentence.
        let is_quoted = matches!(self.peek(), b'"' | b'\'');
        let is_in_brackets = || matches!(self.bytes[self.at..], [b'(', b'"', ..]);
        let ends_with = |word: &&[u8]| {
            before.last() == word.last()
                && before.strip_suffix(*word).is_some_and(|rest| rest.last().is_none_or(|&last| !is_key_byte(last)))
        };
        // `password '...'` alone, as in Gradle's files.
        let is_statement = || before.last().is_none_or(|last| matches!(last, b'\n' | b';' | b'{'));
        SETTERS.iter().any(ends_with)
            || is_quoted && is_statement()
            || (is_quoted || is_in_brackets()) && DEFINERS.iter().any(ends_with)
            || self.is_password_of_host(key)
    }

    fn before(&self, key: Span) -> &[u8] {
        &self.bytes[key.start.saturating_sub(ASIDE)..key.start]
    }

    /// Tells whether a name is that of a password in a `.netrc`: `machine HOST login USER password ...`. Those with a `$` or a
    /// brace are left to this by the rules that know the format, since references have these signs, too.
    fn is_password_of_host(&self, key: Span) -> bool {
        if self.bytes[key.range()] != *b"password" {
            return false;
        }
        let mut words = self.before(key).split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).rev().skip(1);
        words.next() == Some(b"login") && (words.next() == Some(b"default") || words.next() == Some(b"machine"))
    }

    /// Moves behind the attributes of the XML element with this name.
    fn attributes(&mut self, key: Span) -> bool {
        if !self.bytes[..key.start].ends_with(b"<") {
            return false;
        }
        let rest = self.aside();
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let Some(end) = field::end_of_tag(line).filter(|&end| rest[end] == b'>') else { return false };
        let has_content = rest[..end].contains(&b'=') && !rest[..end].ends_with(b"/");
        self.at += if has_content { end + 1 } else { 0 };
        has_content
    }

    /// Returns what may stand between a name and the value that it has all the same.
    fn aside(&self) -> &'a [u8] {
        &self.bytes[self.at..(self.at + ASIDE).min(self.bytes.len())]
    }

    /// Moves behind what a sentence says of whom a password is for: `for the user 'admin' is `.
    fn owner(&mut self) -> bool {
        let rest = self.aside();
        if !rest.starts_with(b"for ") {
            return false;
        }
        let end = memchr::memmem::find(rest, b" is ").filter(|&end| is_quote(rest[end - 1]));
        let end = end.filter(|&end| !rest[..end].iter().any(|byte| matches!(byte, b'\n' | b',')));
        self.at += end.map_or(0, |end| end + 4);
        end.is_some()
    }

    /// Moves to the value of a name that is itself one.
    fn field(&mut self, key: Span) -> Option<Operator> {
        self.at = field::value_of(self.bytes, key)?;
        Some(Operator::Field)
    }

    /// Tells whether a name is an argument or an item before another: quoted, `closed`, with an opening bracket or a comma
    /// before it, or a constant that a function takes.
    fn is_argument(&self, key: Span, closed: bool) -> bool {
        if !closed {
            return self.bytes[key.range()].starts_with(OPTIONS_OF_CURL);
        }
        let before = self.bytes[key.start.saturating_sub(KEY)..key.start].trim_ascii_end();
        let quoted = before.last().is_some_and(|&byte| is_quote(byte));
        let before = before[..before.len() - usize::from(quoted)].trim_ascii_end();
        quoted && before.last().is_none_or(|byte| matches!(byte, b'(' | b'[' | b',' | b'{'))
    }

    /// Reads up to the next `<`, the end of an element, without the white space around it.
    fn element(&self) -> Span {
        let rest = &self.bytes[self.at..(self.at + VALUE).min(self.bytes.len())];
        if let Some(text) = rest.strip_prefix(b"<![CDATA[") {
            let start = self.at + (rest.len() - text.len());
            return Span::new(start, start + memchr::memmem::find(text, b"]]>").unwrap_or(0));
        }
        let end = memchr::memchr(b'<', rest).unwrap_or(0);
        let blank = end - rest[..end].trim_ascii_start().len();
        let text = rest[blank..end].trim_ascii_end();
        Span::new(self.at + blank, self.at + blank + text.len())
    }

    /// Reads the default of a reference to the name at `key`: `${TOKEN:-...}`, `${api.token:...}`.
    pub(super) fn default(&self, key: Span) -> Option<Span> {
        let rest = &self.bytes[self.at..(self.at + VALUE).min(self.bytes.len())];
        if !self.bytes[..key.start].ends_with(b"${") || self.bytes.get(key.end) != Some(&b':') {
            return None;
        }
        let start = usize::from(rest.first() == Some(&b'-'));
        let end = memchr::memchr2(b'}', b'\n', rest).filter(|&end| rest[end] == b'}' && end > start)?;
        let text = Some(&rest[start..end]).filter(|text| !text.contains(&b'{'))?;
        let quoted = text.len() > 2 && is_quote(text[0]) && text[0] == text[text.len() - 1];
        let inner = Span::new(self.at + start, self.at + end);
        Some(if quoted { Span::new(inner.start + 1, inner.end - 1) } else { inner })
    }

    /// Reads a value: an XML element's, quoted or bare.
    pub(super) fn value(&mut self, key: Span, operator: Operator) -> Option<(Span, Quote)> {
        self.skip_blank(24);
        match operator {
            Operator::Assign => self.at = lead::text_of_last(self.bytes, key, self.at).unwrap_or(self.at),
            Operator::Colon => match lead::block(self.bytes, self.at) {
                Some(value) => return Some((value, Quote::None)),
                None => self.at = lead::behind_tag(self.bytes, self.at),
            },
            _ => {}
        }
        self.literal(operator)
    }

    /// Reads what stands between quotes, in an element, or alone.
    fn literal(&mut self, operator: Operator) -> Option<(Span, Quote)> {
        let read = &self.bytes[..self.at];
        if matches!(operator, Operator::Assign | Operator::Field) && read.ends_with(b">") && !read.ends_with(b"=>") {
            return Some((self.element(), Quote::Element));
        }
        let brackets = self.at;
        self.skip_while(2, |byte| matches!(byte, b'(' | b'{' | b'['));
        let is_list = self.bytes[brackets..self.at].iter().any(|byte| *byte != b'(');
        self.skip_blank(2);
        self.skip_wrapper();
        if matches!(self.peek(), b'\n' | b'\r') && !is_list && matches!(operator, Operator::Assign | Operator::Colon) {
            self.at = lead::next_line(self.bytes, self.at)?;
        }
        let prefix = self.at;
        // Python's b"", C#'s @"", C++'s L"" and the like.
        self.skip_while(2, |byte| byte.is_ascii_alphabetic() || byte == b'@' || byte == b'$');
        let escaped = self.peek() == b'\\' && self.bytes.get(self.at + 1).is_some_and(|byte| is_quote(*byte));
        if escaped {
            self.at += 1;
        }
        if is_quote(self.peek()) {
            return Some((self.quoted(escaped)?, Quote::Quoted));
        }
        self.at = prefix;
        if operator == Operator::Call {
            self.at = lead::default_of(self.bytes, self.at)?;
            return Some((self.quoted(false)?, Quote::Quoted));
        }
        self.word(operator)
    }

    /// Reads what has no quotes, or the text that is chosen if it holds.
    fn word(&mut self, operator: Operator) -> Option<(Span, Quote)> {
        let start = self.at;
        self.bare();
        // `Authorization: Bearer 0123...`
        let scheme = &self.bytes[start..self.at];
        let is_scheme = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
        if is_scheme && self.skip_blank(1) == 1 {
            self.bare();
        }
        if operator == Operator::Assign
            && let Some(text) = lead::chosen(self.bytes, self.at)
        {
            self.at = text;
            return Some((self.quoted(false)?, Quote::Quoted));
        }
        let value = &self.bytes[start..self.at];
        let is_of_map = operator == Operator::Colon && self.bytes[..start].ends_with(b": ");
        let value = if is_of_map { field::before_brace(value) } else { value };
        Some((Span::new(start, start + field::before_next(value)), Quote::None))
    }

    /// Moves behind what wraps a quoted literal.
    fn skip_wrapper(&mut self) {
        let rest = &self.bytes[self.at..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_:.]".contains(byte);
        let length = rest.iter().take(KEY).take_while(is_part).count();
        let quoted = rest.get(length) == Some(&b'(') && rest.get(length + 1).is_some_and(|&byte| is_quote(byte));
        // A field's default, and that of a setting that is asked for.
        let default = rest.get(length..).and_then(|rest| rest.strip_prefix(b"(default="));
        if length > 0 && default.and_then(<[u8]>::first).is_some_and(|&byte| is_quote(byte)) {
            self.at += length + b"(default=".len();
        } else if quoted && WRAPPERS.iter().any(|wrapper| rest[..length].ends_with(wrapper)) {
            self.at += length + 1;
        }
    }

    fn bare(&mut self) {
        self.skip_while(VALUE, |byte| {
            !byte.is_ascii_whitespace() && !is_quote(byte) && !matches!(byte, b'<' | b';' | b',' | b'\\')
        });
    }

    /// Reads a quoted value; the cursor stands on the opening quote.
    fn quoted(&mut self, escaped: bool) -> Option<Span> {
        let quote = self.peek();
        let opening = self.skip_while(3, |byte| byte == quote);
        if opening == 2 {
            return None;
        }
        let rest = &self.bytes[self.at..(self.at + VALUE).min(self.bytes.len())];
        let mut end = 0;
        while end < rest.len() && rest[end] != quote && rest[end] != b'\n' {
            if rest[end] == b'\\' {
                if escaped {
                    break;
                }
                end += 1;
            }
            end += 1;
        }
        (end < rest.len() && rest[end] != b'\n').then(|| Span::new(self.at, self.at + end))
    }
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
