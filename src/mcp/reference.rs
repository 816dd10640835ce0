//! Finds references to variables, inputs and stores in the text of a setting.

mod name;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use self::name::{begins_with_operator, identifier, is_of_variable, may_stand_before};
use super::syntax::{OS_ENVIRON, Syntax};
use crate::wording::VAULTS;

/// One reference in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// How it is written.
    pub syntax: Syntax,
    /// The bytes of the value that is used when the variable is not set.
    pub default: Option<Range<usize>>,
}

impl Reference {
    /// Returns the name of the variable that a reference in `text` is to, where it is one.
    pub fn variable<'a>(&self, text: &'a str) -> Option<&'a str> {
        let whole = &text[self.range.clone()];
        let inside = |open: &str, close: &str| whole.strip_prefix(open)?.strip_suffix(close);
        let name = match self.syntax {
            Syntax::Braced => inside("${", "}")?.trim(),
            Syntax::BracedDefault => {
                let inner = inside("${", "}")?.trim();
                let (name, rest) = inner.split_at(identifier(inner));
                // `${secret:NAME}` is of a store, whose name is none of a variable.
                rest.strip_prefix(':').filter(|rest| !begins_with_operator(rest)).map_or(name, str::trim)
            }
            Syntax::Bare => whole.strip_prefix('$')?,
            Syntax::Env => inside("${env:", "}")?,
            Syntax::EnvDefault => inside("${env:", "}")?.split(':').next()?,
            Syntax::CurlyEnv => inside("{env:", "}")?,
            Syntax::Actions => inside("${{", "}}")?.trim().strip_prefix("secrets.")?,
            Syntax::Percent => inside("%", "%")?,
            Syntax::OsEnviron => whole.strip_prefix(OS_ENVIRON)?,
            _ => return None,
        };
        (identifier(name) == name.len() && !name.is_empty()).then_some(name)
    }

    /// Returns the reference as it may be shown: its syntax and the variable's name, but no default, command or address,
    /// in which a credential may stand.
    pub fn shown(&self, text: &str) -> Cow<'static, str> {
        let example = self.syntax.example();
        match self.variable(text) {
            Some(name) => Cow::Owned(example.replace("NAME", name)),
            None => Cow::Borrowed(example),
        }
    }
}

/// Names that editors resolve between `${` and `}`.
const EDITOR: [&str; 12] = [
    "workspaceFolder",
    "workspaceFolderBasename",
    "workspaceRoot",
    "userHome",
    "pathSeparator",
    "/",
    "cwd",
    "file",
    "fileDirname",
    "relativeFile",
    "execPath",
    "lineNumber",
];

/// Names that plugins and bundles resolve between `${` and `}`.
const PLUGIN: [&str; 10] = [
    "CLAUDE_PLUGIN_ROOT",
    "CLAUDE_PLUGIN_DATA",
    "CLAUDE_PROJECT_DIR",
    "__dirname",
    "HOME",
    "DESKTOP",
    "DOCUMENTS",
    "DOWNLOADS",
    "extensionPath",
    "pathSeparator",
];

/// Ways in which a program reads its environment.
const CODE: [&str; 8] =
    ["process.env", "import.meta.env", "os.environ", "os.getenv", "std::env", "ENV[", "System.getenv", "getenv("];

/// How far behind its opening bracket a reference may close.
const FAR: usize = 4096;

/// Returns all references in `text`, in order.
pub fn references(text: &str) -> Vec<Reference> {
    let whole = |syntax| vec![Reference { range: 0..text.len(), syntax, default: None }];
    if VAULTS.iter().any(|vault| text.starts_with(vault)) {
        return whole(Syntax::Vault);
    }
    if text.strip_prefix(OS_ENVIRON).is_some_and(|name| !name.is_empty() && identifier(name) == name.len()) {
        return whole(Syntax::OsEnviron);
    }
    if CODE.iter().any(|code| text.contains(code)) {
        return whole(Syntax::Code);
    }
    let mut found = Vec::new();
    let brackets = Brackets::default();
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'$', b'{', b'%', &text.as_bytes()[at..]).map(|next| at + next) {
        match reference(text, next, &brackets) {
            Some(reference) => {
                at = reference.range.end;
                found.push(reference);
            }
            None => at = next + 1,
        }
    }
    found
}

fn reference(text: &str, at: usize, brackets: &Brackets) -> Option<Reference> {
    let rest = &text[at..];
    let made = |len: usize, syntax| Some(Reference { range: at..at + len, syntax, default: None });
    if rest.starts_with("${{") {
        return made(near(rest, "}}")? + 2, Syntax::Actions);
    }
    if rest.starts_with("${") {
        let end = brackets.closing(text, at + 1)? - at;
        return Some(braced(&rest[2..end], at, end + 1));
    }
    if rest.starts_with("$(") {
        return made(brackets.closing(text, at + 1)? - at + 1, Syntax::Shell);
    }
    if let Some(behind) = rest.strip_prefix('$') {
        let name = identifier(behind);
        let before = at.checked_sub(1).map(|before| text.as_bytes()[before]);
        let alone = before.is_none_or(|before| may_stand_before(before, &behind[..name]));
        let is_one = alone && name > 1 && is_of_variable(&behind[..name]);
        return if is_one { made(name + 1, Syntax::Bare) } else { None };
    }
    if rest.starts_with("{{") {
        return made(near(rest, "}}")? + 2, Syntax::Mustache);
    }
    if rest.starts_with("{env:") {
        return made(near(rest, "}")? + 1, Syntax::CurlyEnv);
    }
    if rest.starts_with("{file:") {
        return made(near(rest, "}")? + 1, Syntax::CurlyFile);
    }
    if rest.starts_with('{') {
        let end = near(rest, "}")?;
        let name = &rest[1..end];
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        return if is_name { made(end + 1, Syntax::Single) } else { None };
    }
    let name = identifier(rest.strip_prefix('%')?);
    if name > 1 && rest.as_bytes().get(name + 1) == Some(&b'%') { made(name + 2, Syntax::Percent) } else { None }
}

/// Finds a closing mark that is not far away.
fn near(text: &str, mark: &str) -> Option<usize> {
    memchr::memmem::find(&text.as_bytes()[..text.len().min(256)], mark.as_bytes())
}

/// Reads what stands between `${` and `}`; `at` is where the reference begins, `len` how long it is.
fn braced(inner: &str, at: usize, len: usize) -> Reference {
    let name = inner.trim();
    let made = |syntax, default| Reference { range: at..at + len, syntax, default };
    let after = |text: &str| at + 2 + inner.len() - text.len();
    if let Some(rest) = name.strip_prefix("env:") {
        let default = rest.find(":-").map(|operator| after(&rest[operator + 2..])..at + len - 1);
        return made(if default.is_some() { Syntax::EnvDefault } else { Syntax::Env }, default);
    }
    let prefixes = [
        ("input:", Syntax::Input),
        ("file:", Syntax::File),
        ("cmd:", Syntax::Shell),
        ("TOKEN:", Syntax::Token),
        ("user_config.", Syntax::UserConfig),
        ("config:", Syntax::Editor),
        ("command:", Syntax::Editor),
        ("localEnv:", Syntax::Editor),
        ("containerEnv:", Syntax::Editor),
        ("workspaceFolder:", Syntax::Editor),
    ];
    // `${TOKEN:-value}` is a variable of that name with a default.
    let is_of = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| !begins_with_operator(rest));
    if let Some((_, syntax)) = prefixes.iter().find(|(prefix, _)| is_of(prefix)) {
        return made(*syntax, None);
    }
    if EDITOR.contains(&name) {
        return made(Syntax::Editor, None);
    }
    if PLUGIN.contains(&name) {
        return made(Syntax::Plugin, None);
    }
    let identifier = identifier(name);
    match &name[identifier..] {
        "" if identifier > 0 => made(Syntax::Braced, None),
        rest if identifier > 0 && rest.starts_with([':', '-', '?', '+', '=']) => {
            let operator = if rest.starts_with(':') { rest.len().min(2) } else { 1 };
            let takes_value = rest.as_bytes().get(operator - 1).is_some_and(|byte| b"-=".contains(byte));
            let default = takes_value.then(|| {
                let start = at + 2 + inner.find(name).unwrap_or(0) + identifier + operator;
                start.min(at + len - 1)..at + len - 1
            });
            made(Syntax::BracedDefault, default)
        }
        _ => made(Syntax::Other, None),
    }
}

/// Where the brackets of a text close, found out once for all of them.
#[derive(Default)]
struct Brackets {
    braces: OnceCell<HashMap<usize, usize>>,
    parentheses: OnceCell<HashMap<usize, usize>>,
}

impl Brackets {
    /// Finds the bracket that closes the one at `open`, if it is not far away.
    fn closing(&self, text: &str, open: usize) -> Option<usize> {
        let pairs = match text.as_bytes()[open] {
            b'{' => self.braces.get_or_init(|| pairs(text, b'{', b'}')),
            _ => self.parentheses.get_or_init(|| pairs(text, b'(', b')')),
        };
        pairs.get(&open).copied().filter(|close| close - open < FAR)
    }
}

/// Returns for each bracket that opens where it is closed.
fn pairs(text: &str, open: u8, close: u8) -> HashMap<usize, usize> {
    let (mut pairs, mut opened) = (HashMap::new(), Vec::new());
    for at in memchr::memchr2_iter(open, close, text.as_bytes()) {
        if text.as_bytes()[at] == open {
            opened.push(at);
        } else if let Some(start) = opened.pop() {
            pairs.insert(start, at);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_syntax_is_told_from_the_others() {
        let cases = [
            ("${A}", Syntax::Braced),
            ("${ A }", Syntax::Braced),
            ("${A:-b}", Syntax::BracedDefault),
            ("${A:?missing}", Syntax::BracedDefault),
            ("$A_B", Syntax::Bare),
            ("Bearer $TOKEN", Syntax::Bare),
            ("acme-$STAGE", Syntax::Bare),
            ("$db_password_2", Syntax::Bare),
            ("$apiToken", Syntax::Bare),
            ("${env:A}", Syntax::Env),
            ("${env:A:-b}", Syntax::EnvDefault),
            ("${input:my-key}", Syntax::Input),
            ("${workspaceFolder}", Syntax::Editor),
            ("${localEnv:A}", Syntax::Editor),
            ("${file:~/x}", Syntax::File),
            ("{env:A}", Syntax::CurlyEnv),
            ("{file:~/x}", Syntax::CurlyFile),
            ("${{ secrets.A }}", Syntax::Actions),
            ("${TOKEN:bearer:a}", Syntax::Token),
            ("${TOKEN:-b}", Syntax::BracedDefault),
            ("${TOKEN:?missing}", Syntax::BracedDefault),
            ("{{ a }}", Syntax::Mustache),
            ("{a}", Syntax::Single),
            ("${user_config.a}", Syntax::UserConfig),
            ("${__dirname}", Syntax::Plugin),
            ("$(op read op://a/b)", Syntax::Shell),
            ("${cmd: op read x}", Syntax::Shell),
            ("%APPDATA%", Syntax::Percent),
            ("op://vault/item/field", Syntax::Vault),
            ("process.env.A", Syntax::Code),
            ("os.environ/A_B", Syntax::OsEnviron),
            ("Bearer os.environ/A_B", Syntax::Code),
            ("os.environ['A']", Syntax::Code),
            ("${process.argv}", Syntax::Other),
        ];
        for (text, syntax) in cases {
            let found = references(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].syntax, syntax, "{text}");
        }
    }

    #[test]
    fn a_reference_is_shown_without_what_may_be_a_credential() {
        for (text, shown) in [
            ("Bearer ${A_B}", "${A_B}"),
            ("${A:-hunter2}", "${A:-default}"),
            ("${env:A:-hunter2}", "${env:A:-default}"),
            ("{env:A}", "{env:A}"),
            ("$AB", "$AB"),
            ("${{ secrets.A }}", "${{ secrets.A }}"),
            ("${input:a}", "${input:id}"),
            ("os.environ/A_B", "os.environ/A_B"),
            ("Bearer os.environ/A_B", "process.env.NAME"),
            ("$(curl -u me:hunter2 x)", "$(command)"),
        ] {
            assert_eq!(references(text)[0].shown(text), shown, "{text}");
        }
    }

    #[test]
    fn a_dollar_in_a_password_is_no_reference() {
        for text in [
            "Pa$$w0rd",
            "ab$CD12",
            "q7-$Rain8x",
            "$qK7wR2mXb9Lz4TcV",
            "$rain8x",
            "$qzxwkfpmr",
            "x{}",
            "100%",
            "50% of 20%",
            "$1",
            "$",
        ] {
            assert_eq!(references(text), [], "{text}");
        }
    }

    #[test]
    fn the_default_is_the_text_behind_the_operator() {
        for (text, default) in [
            ("x ${A:-abc} y", "abc"),
            ("${A-abc}", "abc"),
            ("${env:A:-abc}", "abc"),
            ("${A:=${B}}", "${B}"),
            ("https://a.io/?token=${TOKEN:-abc}&x=1", "abc"),
        ] {
            let found = references(text);
            assert_eq!(&text[found[0].default.clone().expect("a default")], default, "{text}");
        }
        assert_eq!(references("${A:?abc}")[0].default, None);
    }

    proptest! {
        #[test]
        fn ranges_lie_in_the_text(text in "[${}():\\-A-Za-zé%. ]{0,40}") {
            let mut end = 0;
            for reference in references(&text) {
                prop_assert!(reference.range.start >= end);
                end = reference.range.end;
                prop_assert!(text.get(reference.range.clone()).is_some());
                if let Some(default) = reference.default {
                    prop_assert!(text.get(default).is_some());
                }
            }
        }
    }
}
