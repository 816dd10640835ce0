//! Says where a TOML file is wrong without quoting it: what stands there may be no configuration at all.

use crate::nearest::nearest;
use crate::source::LineIndex;

/// Where a TOML text is wrong, and what would be right. Holds no word of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct SyntaxError {
    line: usize,
    column: usize,
    problem: String,
}

impl SyntaxError {
    /// Takes over what the parser says about `text`, except for what it quotes of it.
    pub fn new(text: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let wrong = text.get(span.clone()).unwrap_or_default();
        Self::at(text, span.start, problem(error.message(), wrong.trim_matches(['"', '\''])))
    }

    /// Makes the error of a problem at an offset of `text`.
    pub fn at(text: &str, offset: usize, problem: String) -> Self {
        let offset = offset.min(text.len());
        let position = LineIndex::new(text.as_bytes()).position(offset);
        let column = text.get(offset - position.column..offset).map_or(position.column, |line| line.chars().count());
        Self { line: position.line + 1, column: column + 1, problem }
    }
}

/// Says in other words what the parser says; `wrong` is what it says it about.
fn problem(message: &str, wrong: &str) -> String {
    // What it expects is ours, and it comes last; what was found comes before.
    let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
    let known: Vec<&str> = expected.unwrap_or_default().split('`').skip(1).step_by(2).collect();
    let meant = match nearest(wrong, &known).first() {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            format!("known here are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    };
    let kind = |start: &str| message.starts_with(start);
    match expected {
        _ if kind("missing field `") => {
            format!("the key `{}` is missing", message.split('`').nth(1).unwrap_or_default())
        }
        _ if kind("duplicate key") => "this key stands here for the second time".to_owned(),
        Some(_) if kind("unknown field") => format!("there is no such key; {meant}"),
        Some(_) if kind("unknown variant") => format!("there is no such word; {meant}"),
        Some(expected) if kind("invalid type") || kind("invalid value") || kind("invalid length") => {
            format!("this has to be {}", in_toml(expected))
        }
        _ if kind("wanted string or table") => "this has to be a word in quotes".to_owned(),
        _ => "this is not TOML".to_owned(),
    }
}

/// Says in TOML's words what is expected, which the parser says in those of the program.
fn in_toml(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a map" => "a table",
        "path string" => "a string",
        _ if expected.starts_with("struct ") => "a table",
        _ => expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleFile;

    fn error(text: &str) -> String {
        let error = toml::from_str::<RuleFile>(text).expect_err("the text is wrong");
        SyntaxError::new(text, &error).to_string()
    }

    #[test]
    fn an_error_says_where_and_what_would_be_right_and_quotes_nothing() {
        let provider = "[provider]\nid = 'a'\nname = 'A'\n";
        let rule = "[[rule]]\nid = 'a/b'\ntitle = 'B'\n";
        for (text, expected) in [
            (format!("{provider}siet = 'hunter2'\n"), "line 4, column 1: there is no such key; did you mean `site`?"),
            (
                format!("{provider}hunter2 = 'x'\n"),
                "line 4, column 1: there is no such key; known here are `id`, `name`, `site`, `rotation`",
            ),
            (format!("{provider}site = {{ hunter2 = 1 }}\n"), "line 4, column 8: this has to be a string"),
            (
                format!("{provider}{rule}severity = 'hihg'\n"),
                "line 7, column 12: there is no such word; did you mean `high`?",
            ),
            (
                format!("{provider}{rule}severity = 'hunter2, expected `hunter2`'\n"),
                "line 7, column 12: there is no such word; known here are `low`, `medium`, `high`, `critical`",
            ),
            (format!("{provider}{rule}"), "line 4, column 1: the key `severity` is missing"),
            (format!("{provider}id = 'hunter2'\n"), "line 4, column 1: this key stands here for the second time"),
            (format!("{provider}{rule}severity = 3\n"), "line 7, column 12: this has to be a word in quotes"),
            (format!("{provider}[[rule]]\n"), "line 4, column 1: the key `id` is missing"),
            ("provider = 3\n".to_owned(), "line 1, column 12: this has to be a table"),
            ("rule = 3\n".to_owned(), "line 1, column 8: this has to be a list"),
            ("[default]\nhunter2\n".to_owned(), "line 2, column 8: this is not TOML"),
            ("\"é\" = hunter2 x".to_owned(), "line 1, column 7: this is not TOML"),
        ] {
            assert_eq!(error(&text), expected, "{text}");
        }
    }
}
