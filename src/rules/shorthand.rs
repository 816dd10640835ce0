//! Reads patterns and the shorthands in which they are written. The build script does, too.

use std::sync::OnceLock;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Capture, Class, ClassBytesRange, Hir, HirKind, Literal, Repetition};

/// What `%assign%` stands for: from the tail of a name over the operator to where its value starts.
///
/// Takes dotenv, INI, YAML, JSON, most languages' assignments, named arguments, calls with name and value,
/// XML elements and attributes, and the fields `name` and `value` one after the other.
const ASSIGN: &str = concat!(
    r#"(?:[A-Za-z0-9_.\-]{0,40}[\\"'`\[\])>]{0,3}(?:[ \t]{0,3}:[ \t]?[A-Za-z&<>\[\]?]{1,16}|[ \t]string)?[ \t]{0,16}"#,
    r#"(?:\|\|[:=]|[.+]=|:{0,3}={1,3}>?|:{1,2}|,|\(|\?=|<-|->|>[ \t\r\n]{0,12}|[ \t](?:is|to|\|)[ \t])[ \t]{0,16}"#,
    r#"(?:(?i:bearer|basic|token|str|env|string)[ \t(]{1,2})?[\\"'`(\[{>]{0,4}"#,
    r#"|[A-Za-z0-9_.\-]{0,40}["'\\]{0,2}(?:[,;][ \t]{0,4}|[ \t]{1,4}|[,;]?[ \t]{0,4}\r?\n[ \t]{0,24})["'\\]{0,2}(?i:value)["'\\]{0,2}[ \t]{0,3}[:=][ \t]{0,3}[\\"']{0,2}"#,
    r#"|[A-Za-z0-9_.\- ]{0,24}(?i:secret|token|key|access|private|pass|password)[ \t-]{1,2}["'`]?)"#,
);

/// What `%key%` stands for between a provider's name and a value of its keys: a word for a secret, on the same line or
/// the next, and an assignment or a blank; or an assignment to the name itself; or the first argument of a call.
const KEY: &str = concat!(
    r#"(?:(?:[^\n]{0,60}\n)?[^\n]{0,32}?"#,
    r#"(?i:key|token|secret|access|private|passw(?:or)?d|pass\b|passphrase|auth|bearer|credentials?|jwt|pat\b)"#,
    r#"(?:(?:[ \t][A-Za-z0-9_.-]{1,16}){0,2}%assign%|[ \t-]{1,3}["'`]?)"#,
    r#"|(?:[_.-]?(?i:api))?["'`\])]{0,2}[ \t]{0,8}(?:=|:|:=|=>)[ \t]{0,8}["'`]?"#,
    r#"|[A-Za-z0-9_.]{0,24}\([ \t]{0,2}["'`])"#,
);

/// A shorthand and what stands for it while the rest of a pattern is read: this byte or the letter, and a zero. No pattern has
/// them, and the letter's two cases tell whether case counts there.
struct Shorthand {
    name: &'static str,
    byte: u8,
}

const LETTER: u8 = b'k';

/// How many shorthands there are.
pub const COUNT: usize = 2;

static SHORTHANDS: [Shorthand; COUNT] = [Shorthand { name: "%key%", byte: 1 }, Shorthand { name: "%assign%", byte: 2 }];

/// What a shorthand stands for in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Which shorthand it is, from 0 on.
    pub number: usize,
    /// Whether case does not count there.
    pub ignores_case: bool,
}

impl Expansion {
    /// Reads its structure.
    pub fn read(self) -> Hir {
        read(&expand(SHORTHANDS[self.number].name), self.ignores_case).expect("the shorthands are right")
    }

    /// The same, read once: shorthands are long, and many patterns have one.
    fn known(self) -> &'static Hir {
        static KNOWN: [[OnceLock<Hir>; 2]; COUNT] = [const { [const { OnceLock::new() }; 2] }; COUNT];
        KNOWN[self.number][usize::from(self.ignores_case)].get_or_init(|| self.read())
    }
}

/// Reads a pattern's structure, in byte mode without Unicode classes.
///
/// # Errors
/// The syntax is wrong.
pub fn parse(text: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    Ok(insert(parse_short(text)?))
}

/// The same with a mark in the place of each shorthand: a class for which [`stands_for`] knows what it stands for, then
/// one more byte, with which a literal behind it begins.
///
/// # Errors
/// The syntax is wrong.
pub fn parse_short(text: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    if !text.contains('%') {
        return read(text, false);
    }
    let mut short = text.to_owned();
    for Shorthand { name, byte } in &SHORTHANDS {
        short = short.replace(name, &format!(r"[\x{byte:02x}{}]\x00", char::from(LETTER)));
    }
    // What an error shows is the pattern itself; and marks may have been torn, as by an option behind a shorthand.
    match read(&short, false) {
        Ok(hir) if are_marks_whole(&hir) => Ok(hir),
        _ => read(&expand(text), false),
    }
}

/// Tells whether each mark is followed by the byte that it ends with.
fn are_marks_whole(hir: &Hir) -> bool {
    let is_end = |hir: Option<&Hir>| matches!(hir.map(Hir::kind), Some(HirKind::Literal(Literal(bytes))) if bytes.starts_with(&[0]));
    match hir.kind() {
        HirKind::Concat(parts) => parts.iter().enumerate().all(|(at, part)| match stands_for(part) {
            Some(_) => is_end(parts.get(at + 1)),
            None => are_marks_whole(part),
        }),
        HirKind::Alternation(branches) => branches.iter().all(are_marks_whole),
        HirKind::Capture(capture) => are_marks_whole(&capture.sub),
        HirKind::Repetition(repetition) => are_marks_whole(&repetition.sub),
        HirKind::Class(_) => stands_for(hir).is_none(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => true,
    }
}

fn read(text: &str, ignores_case: bool) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).case_insensitive(ignores_case).build();
    parser.parse(text).map_err(Box::new)
}

/// Puts what shorthands stand for in their places.
fn insert(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Concat(parts) => {
            let mut whole: Vec<Hir> = Vec::with_capacity(parts.len());
            for part in parts {
                match (whole.last().and_then(stands_for), part.kind()) {
                    (Some(long), HirKind::Literal(Literal(bytes))) => {
                        let rest = Hir::literal(&bytes[1..]);
                        whole.pop();
                        whole.extend([long.known().clone(), rest]);
                    }
                    _ if stands_for(&part).is_some() => whole.push(part),
                    _ => whole.push(insert(part)),
                }
            }
            Hir::concat(whole)
        }
        HirKind::Alternation(branches) => Hir::alternation(branches.into_iter().map(insert).collect()),
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(insert(*capture.sub)), ..capture }),
        HirKind::Repetition(part) => Hir::repetition(Repetition { sub: Box::new(insert(*part.sub)), ..part }),
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(Literal(bytes)) => Hir::literal(bytes),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
    }
}

/// Returns what a class stands for that was put in place of a shorthand.
pub fn stands_for(hir: &Hir) -> Option<Expansion> {
    let HirKind::Class(Class::Bytes(class)) = hir.kind() else { return None };
    let is_single = |range: &ClassBytesRange| range.start() == range.end();
    let [byte, cases @ ..] = class.ranges() else { return None };
    let is_letter = |range: &ClassBytesRange| is_single(range) && range.start().eq_ignore_ascii_case(&LETTER);
    if !is_single(byte) || !cases.iter().all(is_letter) {
        return None;
    }
    let number = SHORTHANDS.iter().position(|long| byte.start() == long.byte)?;
    Some(Expansion { number, ignores_case: cases.len() > 1 })
}

/// Writes out the shorthands of a pattern.
pub fn expand(text: &str) -> String {
    text.replace("%key%", KEY).replace("%assign%", ASSIGN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_with_shorthands_is_read_as_if_they_were_written_out() {
        let all = crate::rules::Catalogue::builtin();
        let own = [
            r"(?i)acme%key%(?<secret>[a-z]{9})",
            r"(?:%key%|b%assign%)x(?:%assign%)?(?i:y%key%)%key%",
            "a%assign%?(?<secret>b)",
            "(?:%key%abc|%key%xyz)(?<secret>b)",
        ];
        for text in all.rules().iter().map(|rule| &*rule.pattern).chain(own).filter(|text| text.contains('%')) {
            let (fast, slow) = (parse(text), read(&expand(text), false));
            let (fast, slow) = (fast.expect("the pattern is right"), slow.expect("the pattern is right"));
            assert_eq!(fast.to_string(), slow.to_string(), "{text}");
            assert_eq!(fast.properties().maximum_len(), slow.properties().maximum_len(), "{text}");
        }
    }

    #[test]
    fn a_field_for_values_may_follow_that_for_names_without_a_blank() {
        let pattern = r"(?i:acme)%assign%(?<secret>[0-9a-f]{8})\b";
        let pattern = crate::rules::pattern::Pattern::compile(pattern).expect("the pattern is right");
        let is_found = |text: &str| {
            let mut found = false;
            pattern.matches(text.as_bytes(), 0..text.len(), |_, secret| found |= text[secret] == *"0123abcd");
            found
        };
        for text in [
            r#"{"name":"ACME_KEY","value":"0123abcd"}"#,
            r#"{\"name\":\"ACME_KEY\",\"value\":\"0123abcd\"}"#,
            "{name:'ACME_KEY',value:'0123abcd'}",
            "name=ACME_KEY;value=0123abcd",
        ] {
            assert!(is_found(text), "{text}");
        }
        assert!(!is_found(r#"{"name":"ACME_KEY""value":"0123abcd"}"#));
    }

    #[test]
    fn an_error_shows_the_pattern() {
        let error = parse("%key%(?<secret>[a").expect_err("the class has no end");
        assert!(error.to_string().contains("bearer"), "{error}");
    }
}
