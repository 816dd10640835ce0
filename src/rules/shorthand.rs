//! Reads patterns and the shorthands in which they are written. The build script does, too.

use regex_syntax::hir::Hir;

/// What `%assign%` stands for: from the tail of a name over the operator to where its value starts.
///
/// Takes dotenv, INI, YAML, JSON, most languages' assignments, named arguments, calls with name and value,
/// XML elements and attributes.
const ASSIGN: &str = concat!(
    r#"(?:[A-Za-z0-9_.\-]{0,40}[\\"'`\[\])>]{0,3}(?:[ \t]{0,3}:[ \t]?[A-Za-z&<>\[\]?]{1,16}|[ \t]string)?[ \t]{0,16}"#,
    r#"(?:\|\|[:=]|[.+]=|:{0,3}={1,3}>?|:{1,2}|,|\(|\?=|<-|->|>[ \t\r\n]{0,12}|[ \t](?:is|to|\|)[ \t])[ \t]{0,16}"#,
    r#"(?:(?i:bearer|basic|token|str|env|string)[ \t(]{1,2})?[\\"'`(\[{>]{0,4}"#,
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

/// Reads a pattern's structure, in byte mode without Unicode classes.
///
/// # Errors
/// The syntax is wrong.
pub fn parse(text: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(&expand(text)).map_err(Box::new)
}

/// Writes out the shorthands of a pattern.
pub fn expand(text: &str) -> String {
    text.replace("%key%", KEY).replace("%assign%", ASSIGN)
}
