//! Tells where something else than an assignment leads to a secret: a call with several texts as its arguments, a command, a
//! statement, a declaration.

use super::anchor::AnchorKind;
use super::assignment::{KEY, is_key_byte};
use crate::rules::is_word_byte;

/// How far behind an anchor a call, a command or a statement is read.
const FAR: usize = 256;

/// How far before a name the brace of a tuple may stand, with blanks between.
const BEFORE: usize = 8;

/// The commands that take a password and are called by a word that names one.
const COMMANDS: [&[u8]; 3] = [b"sshpass", b"htpasswd", b"chpasswd"];

/// How far before a name its line is read.
const ENTRY: usize = 96;

/// The first words of lines that name a password, and hold it behind a blank.
const ENTRIES: [&[u8]; 10] = [
    b"enable",
    b"username",
    b"user",
    b"neighbor",
    b"tacacs-server",
    b"radius-server",
    b"d-i",
    b"sentinel",
    b"poll",
    b"set",
];

/// Returns how far behind `at` a secret may start if a word that names one stands there without a value of its own.
pub(super) fn behind_word(bytes: &[u8], at: usize) -> Option<usize> {
    let end = at + bytes[at..].iter().take(KEY).take_while(|byte| is_key_byte(**byte)).count();
    let start = || at - bytes[..at].iter().rev().take(KEY).take_while(|byte| is_key_byte(**byte)).count();
    let rest = &bytes[end..(end + FAR).min(bytes.len())];
    let leads = match *rest {
        [b' ', b'A' | b'a', ..] => starts_with(rest, b" as string"),
        [b':', b'\n' | b'\r', ..] => is_parameter(&rest[1..], b""),
        [b'"', b':', ..] | [b'"', b' ', b':', ..] => {
            let value = rest[1..].trim_ascii_start()[1..].trim_ascii_start();
            value.first() == Some(&b'{') && is_parameter(&value[1..], b"\"")
        }
        [b'"', b' ', ..] => bytes[..start()].ends_with(b"variable \""),
        [b',', ..] => bytes[start().saturating_sub(BEFORE)..start()].trim_ascii_end().ends_with(b"{"),
        [b'(', ..] | [b'=', b'(', ..] | [b' ', b'=', b' ', b'(', ..] | [b' ', b'"' | b'\'', ..] => has_two_texts(rest),
        _ => false,
    };
    let is_command = || {
        let command = COMMANDS.into_iter().find(|command| bytes[..end].ends_with(command));
        command.is_some_and(|command| end - start() == command.len())
    };
    let is_entry = || matches!(rest, [b' ' | b'\t', ..]) && begins_entry(bytes, start(), rest);
    (leads || is_command() || is_entry()).then_some(end - at + rest.len())
}

/// Tells whether the fields of a CloudFormation template's parameter follow, in quotes or without.
fn is_parameter(bytes: &[u8], quote: &[u8]) -> bool {
    let field = bytes.trim_ascii_start().strip_prefix(quote);
    let fields = [&b"Type"[..], b"Default", b"Description", b"NoEcho", b"MinLength"];
    field.is_some_and(|rest| {
        let end = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        fields.contains(&&rest[..end]) && (rest[end..].starts_with(b":") || !quote.is_empty())
    })
}

/// Tells whether a blank and a word follow a name that begins its line, or stands in one that begins as those of devices,
/// installers and servers do: no sign says that they belong together. `rest` is what follows the name.
fn begins_entry(bytes: &[u8], start: usize, rest: &[u8]) -> bool {
    let from = start.saturating_sub(ENTRY);
    let before = &bytes[from..start];
    let line = memchr::memrchr(b'\n', before).map(|end| &before[end + 1..]).or((from == 0).then_some(before));
    let Some(line) = line.map(<[u8]>::trim_ascii) else { return false };
    let behind = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let words = behind.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    match line.split(|&byte| matches!(byte, b' ' | b'\t')).next() {
        None | Some(b"") => {
            let is_option = |word: &[u8]| word.starts_with(b"-") && !word.starts_with(b"--");
            !words.clone().any(is_option) && (1..=3).contains(&words.count())
        }
        Some(first) => ENTRIES.contains(&first) || starts_with(rest, b" --stdin"),
    }
}

/// Tells whether more than four bytes speak for an anchor: `connection` stands in many texts, `connect(` in few. It looks at 32
/// bytes at most to either side.
pub(super) fn may_lead(kind: AnchorKind, bytes: &[u8], at: usize) -> bool {
    match kind {
        AnchorKind::Word => !is_author(&bytes[at..]),
        AnchorKind::Function => {
            let rest = &bytes[at..(at + 32).min(bytes.len())];
            rest.get(name(rest)) == Some(&b'(') || starts_with(rest, b"login ")
        }
        AnchorKind::Statement => match bytes[at].to_ascii_lowercase() {
            b'f' => ends_with(&bytes[..at], b"identi") && starts_with(&bytes[at + 4..], b" "),
            b':' => bytes.get(at + 5) == Some(&b':'),
            b'+' | b'-' => starts_with(&bytes[at + 4..], b"l"),
            b'/' => starts_with(&bytes[at + 4..], b"r:"),
            b'c' => starts_with(&bytes[at + 4..], b"h"),
            b'm' => starts_with(&bytes[at + 4..], b"l"),
            b's' if bytes[at + 1].eq_ignore_ascii_case(&b'n') => starts_with(&bytes[at + 4..], b"-server"),
            _ => true,
        },
        AnchorKind::Command if starts_with(&bytes[at..], b"mong") => starts_with(&bytes[at + 4..], b"o"),
        // Adapters and functions are called `mysql2` and `mysql_connect`, the client's programs `mysqldump` and the like.
        AnchorKind::Command if starts_with(&bytes[at..], b"mysq") => {
            let behind = bytes.get(at + 5).map(u8::to_ascii_lowercase);
            starts_with(&bytes[at + 4..], b"l")
                && behind.is_none_or(|byte| !is_word_byte(byte) || b"dais".contains(&byte))
        }
        _ => true,
    }
}

/// Tells whether a text begins with `author`, which is in as many texts as `auth` and names no secret, and not with `authoriz` or
/// `authoris`.
fn is_author(text: &[u8]) -> bool {
    starts_with(text, b"author") && !matches!(text.get(6..8), Some([b'i' | b'I', b'z' | b'Z' | b's' | b'S']))
}

/// Returns the length of a name, with the dots in it.
fn name(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count()
}

/// Returns how far behind `at` a secret may start if the name of a function that connects or signs in begins there.
pub(super) fn behind_function(bytes: &[u8], at: usize) -> Option<usize> {
    if !may_lead(AnchorKind::Function, bytes, at) {
        return None;
    }
    let rest = &bytes[at..(at + FAR).min(bytes.len())];
    let name = name(rest);
    if rest.get(name) == Some(&b'(') {
        let is_login = starts_with(rest, b"login");
        return (has_two_texts(&rest[name..]) || is_login && has_last_text(&rest[name..])).then_some(rest.len());
    }
    // `docker login -p ...`
    let line = &rest[..line(bytes, at)];
    memchr::memmem::find(line, b" -").map(|_| line.len())
}

/// Returns how far behind `at` a secret may start if that is within a statement, or a line, that holds one.
pub(super) fn behind_statement(bytes: &[u8], at: usize) -> Option<usize> {
    let far = || if bytes[at] == b':' { line(bytes, at) } else { FAR };
    may_lead(AnchorKind::Statement, bytes, at).then(far)
}

/// Tells whether two quoted texts stand side by side, as arguments do; something may be made of the second one first.
pub(super) fn has_two_texts(bytes: &[u8]) -> bool {
    let rest = &bytes[..bytes.len().min(FAR)];
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    memchr::memchr_iter(b',', rest).any(|comma| {
        let next = rest[comma + 1..].trim_ascii_start();
        let next = next.strip_prefix(b"Some(").unwrap_or(next);
        rest[..comma].trim_ascii_end().last().is_some_and(is_quote) && next.first().is_some_and(is_quote)
    })
}

/// Tells whether a quoted text is the second of two arguments, of which the first is a name.
fn has_last_text(bytes: &[u8]) -> bool {
    let first = 1 + name(bytes.get(1..).unwrap_or_default());
    bytes.get(first) == Some(&b',') && matches!(bytes[first + 1..].trim_ascii_start(), [b'"' | b'\'', ..])
}

/// Returns how far behind `at` its line goes.
fn line(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..(at + FAR).min(bytes.len())];
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
}

fn ends_with(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[text.len() - word.len()..].eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, word: &str, read: fn(&[u8], usize) -> Option<usize>) -> bool {
        read(text.as_bytes(), text.find(word).expect("the word")).is_some()
    }

    #[test]
    fn a_word_without_a_value_may_lead_to_one() {
        for (text, expected) in [
            ("sshpass -p x", true),
            ("compass -p x", false),
            ("PasswordAuthentication(\"me\", \"x\")", true),
            ("setPassword(\"me\")", false),
            ("variable \"db_pass\" {", true),
            ("resource \"db_pass\" {", false),
            ("DbPass:\n  Type: String", true),
            ("DbPass:\n  name: x", false),
            ("Dim password As String", true),
            ("{default_pass, <<\"x\">>}", true),
            ("DbPass:\n    Default: x", true),
            ("\"DbPass\" : {\n  \"NoEcho\": true", true),
            ("\"DbPass\": {\n  \"name\": \"x\"", false),
            ("hostname r1\nenable password x\n", true),
            ("neighbor 10.0.0.4 password x", true),
            ("d-i root-password password x", true),
            ("host a\n  password x\n", true),
            ("a\npassword is what you have to remember\n", false),
            ("RUN echo x | passwd --stdin root", true),
            ("RUN echo x | passwd root", false),
            ("the password of a user", false),
        ] {
            assert_eq!(at(text, "ass", behind_word), expected, "{text}");
        }
    }

    #[test]
    fn a_call_counts_if_two_of_its_arguments_are_texts() {
        for (text, expected) in [
            ("connect(\"a\", \"b\", \"c\")", true),
            ("connect(db,\n  'a',\n  'b')", true),
            ("connect(\"a\")", false),
            ("connect to a, b", false),
            ("nect", false),
        ] {
            assert_eq!(at(text, "nect", behind_function), expected, "{text}");
        }
        assert!(at("docker login -u a -p b", "logi", behind_function));
        assert!(!at("docker login and\nthe rest -p", "logi", behind_function));
        assert!(at("server.login(sender, \"a\")", "logi", behind_function));
        assert!(!at("server.login(sender, password)", "logi", behind_function));
        assert!(at("FTP_TLS('host', 'me', 'a')", "FTP", behind_function));
    }

    #[test]
    fn what_a_word_begins_with_is_not_enough() {
        for (text, kind, expected) in [
            ("authToken", AnchorKind::Word, true),
            ("AUTHORIZATION", AnchorKind::Word, true),
            ("authorised", AnchorKind::Word, true),
            ("author", AnchorKind::Word, false),
            ("Authors = [", AnchorKind::Word, false),
            ("authority", AnchorKind::Word, false),
            ("auth", AnchorKind::Word, true),
            ("mysql -p", AnchorKind::Command, true),
            ("mysqldump", AnchorKind::Command, true),
            ("mysql", AnchorKind::Command, true),
            ("mysql2", AnchorKind::Command, false),
            ("mysql_connect", AnchorKind::Command, false),
            ("mysq", AnchorKind::Command, false),
        ] {
            assert_eq!(may_lead(kind, text.as_bytes(), 0), expected, "{text}");
        }
    }

    #[test]
    fn a_statement_is_told_from_a_word_like_it() {
        for (text, word, expected) in [
            ("IDENTIFIED BY 'a'", "FIED", true),
            ("was specified by 'a'", "fied", false),
            ("host:5432:db:me:a", ":543", true),
            ("host:5432/db", ":543", false),
            ("user a on >b ~* +@all", "+@al", true),
            ("+@alice", "+@al", false),
            ("net use x a /user:b", "/use", true),
            ("/users", "/use", false),
            ("snmp-server community a RO", "snmp", true),
            ("snmpwalk -c a", "snmp", false),
            ("cqlsh -p a", "cqls", true),
            ("rabbitmqctl add_user a b", "mqct", true),
        ] {
            assert_eq!(at(text, word, behind_statement), expected, "{text}");
        }
    }
}
