//! Reads values that go on to the end of their line, as in `.env` files, where no quotes are needed for a password that is
//! full of punctuation.

use super::assignment::{Assignment, Operator, Quote};
use super::notation::looks_structured;
use super::shape::Shape;
use crate::source::Span;

/// How far before a name its line is read; must stay within [`super::INFLUENCE`].
const BEFORE: usize = 32;
/// The greatest length of a value that is a password.
const VALUE: usize = 128;
/// The least one.
const LEAST: usize = 8;

/// Returns the rest of the line behind the operator of an assignment, if the name begins the line and the rest is one word
/// that was not read as the value, or has signs that also stand in expressions.
pub(super) fn rest(bytes: &[u8], assignment: &Assignment) -> Option<Span> {
    let Assignment { key, value, quote, operator } = *assignment;
    if quote != Quote::None || !matches!(operator, Operator::Assign | Operator::Colon) {
        return None;
    }
    let brackets =
        bytes[key.end..value.start].iter().rev().take_while(|byte| matches!(byte, b'(' | b'{' | b'[')).count();
    let start = value.start - brackets;
    let behind = &bytes[start..(start + VALUE).min(bytes.len())];
    let word = behind
        .iter()
        .position(u8::is_ascii_whitespace)
        .or((start + behind.len() == bytes.len()).then_some(behind.len()))?;
    let end = start + word;
    // What ends with a separator or goes on in the next line is an item of a list, or a statement.
    let last = bytes[start..end].last();
    let is_item = last == Some(&b'\\') || matches!(last, Some(b',' | b';')) && end <= value.end + 1;
    let text = &bytes[start..end];
    let is_more = brackets > 0 || end > value.end || text.iter().any(|byte| b"()[]{}*|>".contains(byte));
    (word >= LEAST && is_more && !is_item && begins_line(bytes, key.start) && ends_line(&behind[word..]))
        .then(|| Span::new(start, end))
}

/// Tells whether nothing stands before `at` on its line but what may introduce a name.
fn begins_line(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(BEFORE);
    let before = &bytes[from..at];
    let line = match memchr::memrchr(b'\n', before) {
        Some(end) => &before[end + 1..],
        None if from == 0 => before,
        None => return false,
    };
    matches!(line.trim_ascii(), b"" | b"-" | b"export" | b"set")
}

/// Tells whether a text has nothing but a comment up to the end of the line.
fn ends_line(behind: &[u8]) -> bool {
    let line = behind.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    line.is_none_or(|&byte| byte == b'\n' || byte == b'#')
}

/// Tells whether the rest of a line looks like a password that a machine made, or a person with punctuation.
pub(super) fn is_password(text: &[u8], shape: &Shape) -> bool {
    text.iter().all(u8::is_ascii_graphic)
        && shape.kinds() >= 3
        && shape.changes >= 3
        && shape.wordiness() < 0.4
        && !is_expression(text)
        && !looks_structured(text)
}

/// Tells whether a token has signs among its letters and digits as no expression has them.
pub(super) fn is_token(text: &[u8]) -> bool {
    let shape = Shape::of(text);
    shape.length >= 32 && shape.digits >= 3 && shape.symbols >= 4 && shape.changes >= 12 && shape.wordiness() < 0.2
}

/// Tells whether a value calls or indexes something, as in `decrypt(a1)` and `secrets[3]`, or is a list.
fn is_expression(text: &[u8]) -> bool {
    let closes = |open: u8| match open {
        b'(' => text.ends_with(b")"),
        b'[' => text.ends_with(b"]"),
        _ => text.ends_with(b"}"),
    };
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'@');
    let name = text.iter().take_while(is_name).count();
    text.get(name).is_some_and(|&open| matches!(open, b'(' | b'[' | b'{') && closes(open)) && !text[0].is_ascii_digit()
}

/// Tells whether a sentence goes on behind a value.
pub(super) fn goes_on_with_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b' ') && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<&str> {
        let at = text.to_ascii_lowercase().find("pass").expect("a name");
        let assignment = Assignment::at(text.as_bytes(), at)?;
        rest(text.as_bytes(), &assignment).map(|rest| &text[rest.range()])
    }

    #[test]
    fn the_rest_of_a_line_is_a_value() {
        let value = format!("x)K!2<.vQ#{}", "7m");
        for text in
            ["PASSWORD=@", "  password: @\n", "a: b\n- DB_PASSWORD=@ # since May\nc: d", "export PASS=@\r\nB=c\n"]
        {
            assert_eq!(read(&text.replace('@', &value)), Some(value.as_str()), "{text}");
        }
        for text in ["PASSWORD=@ more", "let password = @", "PASSWORD=\"@\"", "url=x;password=@", "PASSWORD=@\\"] {
            assert_eq!(read(&text.replace('@', "Zk4tq9Lw;2Xv7")), None, "{text}");
        }
        for end in [";\n", "\n"] {
            assert_eq!(read(&format!("password = {}{end}", "Zk4tq9Lw2Xv7")), None, "a statement, or read already");
        }
    }

    #[test]
    fn passwords_are_told_from_expressions() {
        let is_password = |text: &str| is_password(text.as_bytes(), &Shape::of(text.as_bytes()));
        for text in ["u7*Kx!2(pR)", "w]4Kp[9;Lq", "Hh3;kL9,Mq", "v|9Q%Ls3{w", "4C(,r7r[", "^Jk39(Lm)xQ"] {
            assert!(is_password(text), "{text}");
        }
        for text in ["decrypt(a1B2)", "secrets[K3]", "{a1:B2,c3}", "lookup('x')", "[K1,k2]", "get_Password1(x,y)"] {
            assert!(!is_password(text), "{text}");
        }
    }
}
