//! Decides which part of a setting's text is a literal credential.

mod address;
mod arguments;
mod headers;
mod host;
mod json;
mod mixture;
mod name;
mod placeholder;
mod sentence;
mod shell;
mod shown;
mod value;
mod wallet;
mod words;

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};

pub use address::Part;
pub use arguments::{Argument, shifted};
use headers::is_cookie;
pub use host::Host;
use json::is_json;
pub use json::{json_names_secret, pairs};
pub use mixture::meant;
use name::about_identity;
pub use name::{Says, says};
pub use placeholder::{is_placeholder, is_weak_password};
pub use shell::shell_words;
use value::is_long_hex;
pub use value::{can_be_key, can_be_password, is_path, is_public, is_uuid, looks_made};

use crate::finding::Confidence;
use crate::mcp::{Reference, Syntax, references};

/// How a literal stands in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// It is the value, but for a scheme such as `Bearer`.
    Value,
    /// It is the default of a reference.
    Default,
    /// It is a part of a URL.
    Url(Part),
    /// It is a password of a connection string.
    Connection,
    /// It is a value of JSON inside the text.
    Json,
    /// It stands where the name of a variable belongs, between the braces of a reference.
    Wrapped,
}

/// A literal credential in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// How it stands there.
    pub form: Form,
    /// The name it goes by: the variable's, the flag's, the query's.
    pub name: String,
    /// How sure this is.
    pub confidence: Confidence,
}

/// How much the place of a text says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable, a flag or another setting of a server.
    Server,
    /// A header.
    Header,
    /// A setting that belongs to no server.
    Setting,
}

/// The length up to which a text is taken for a setting.
const LONGEST: usize = 64 << 10;
/// How deep texts in texts are judged.
const DEEPEST: usize = 4;

/// The schemes that may stand before a credential.
const SCHEMES: &[&str] =
    &["Bearer ", "bearer ", "BEARER ", "Basic ", "basic ", "Token ", "token ", "ApiKey ", "Api-Key ", "Key "];

/// Judges texts, with the detection engine's opinion on values.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// Tells whether the engine knows a value as a credential.
    pub opinion: &'a dyn Fn(&[u8]) -> bool,
}

impl Judge<'_> {
    /// Tells whether a value is a credential by itself: one the engine knows, or one made by a machine.
    pub fn is_credential(&self, value: &str) -> bool {
        looks_made(value) || value.len() >= 8 && (self.opinion)(value.as_bytes())
    }

    /// Returns the literal credentials in `text`, which stands under `name`.
    ///
    /// A text of more than 64 KiB is no setting and has none.
    pub fn literals(&self, name: &str, text: &str, place: Place) -> Vec<Literal> {
        if text.len() > LONGEST { Vec::new() } else { self.nested(name, text, place, 0) }
    }

    /// Judges a text that stands in `depth` others: a default in a default, JSON in a default.
    fn nested(&self, name: &str, text: &str, place: Place, depth: usize) -> Vec<Literal> {
        if depth > DEEPEST {
            return Vec::new();
        }
        let references = meant(name, text);
        if !references.is_empty() && !is_address_or_json(text) {
            let mut found = self.defaults(name, text, &references, depth);
            found.extend(self.between(name, text, &references));
            return found;
        }
        let mut found = self.defaults(name, text, &references, depth);
        if text.contains("://") {
            found.extend(address::pieces(text, place == Place::Server).into_iter().map(|piece| Literal {
                range: piece.range,
                form: Form::Url(piece.part),
                name: piece.name,
                confidence: Confidence::High,
            }));
        }
        if is_json(text) {
            found.extend(self.nested_pairs(text, depth));
        }
        if found.is_empty() {
            found.extend(address::connection_string(text).into_iter().map(|(name, range)| Literal {
                range,
                form: Form::Connection,
                name: name.to_owned(),
                confidence: Confidence::High,
            }));
        }
        if found.is_empty() {
            found.extend(self.headers(name, text));
        }
        if found.is_empty() && is_cookie(name) && text.contains(';') {
            found.extend(self.cookies(name, text));
        } else if found.is_empty() && !is_json(text) {
            found.extend(self.value(name, text, place));
        }
        found
    }

    /// Judges a text as one value.
    fn value(&self, name: &str, text: &str, place: Place) -> Option<Literal> {
        let body = without_scheme(text);
        let start = text.len() - text.trim_start().len();
        let range = body.start.max(start)..body.end;
        let body = &text[range.clone()];
        let scheme = range.start > start;
        if let Some(word) = self.in_words(name, body, scheme) {
            let range = range.start + word.start..range.start + word.end;
            let sure = self.is_credential(&text[range.clone()]);
            let confidence = if sure { Confidence::High } else { Confidence::Medium };
            return Some(Literal { range, form: Form::Value, name: name.to_owned(), confidence });
        }
        if body.is_empty()
            || body.len() > 8192
            || is_placeholder(body)
            || is_public(body)
            || is_url(body) && (names_login(body) || !(self.opinion)(body.as_bytes()))
        {
            return None;
        }
        let says = says(name);
        let named = match (says, place) {
            (Says::Password, Place::Setting) => can_be_password(body) && body.len() >= 6,
            (Says::Password, _) => can_be_password(body),
            (Says::Key, Place::Setting) => {
                !name.eq_ignore_ascii_case("key") && body.len() >= 12 && can_be_key(body) && has_digit(body)
            }
            (Says::Key, _) => can_be_key(body),
            (Says::Hint, Place::Setting) => false,
            (Says::Hint, _) => {
                looks_made(body) || is_long_hex(body) || is_uuid(body) && name.to_ascii_lowercase().ends_with("api")
            }
            (Says::Nothing, Place::Header) => scheme && can_be_key(body) || looks_made(body) && !about_identity(name),
            (Says::Nothing, _) => scheme && (looks_made(body) || is_uuid(body)),
        };
        // Services give out identifiers of the same form as their keys.
        let known = body.len() >= 8 && !name.to_ascii_lowercase().ends_with("_id") && (self.opinion)(body.as_bytes());
        if !(known || named) || is_placeholder(body) {
            return None;
        }
        let confidence = if known || looks_made(body) { Confidence::High } else { Confidence::Medium };
        Some(Literal { range, form: Form::Value, name: name.to_owned(), confidence })
    }

    /// Judges the defaults of references.
    fn defaults(&self, name: &str, text: &str, references: &[Reference], depth: usize) -> Vec<Literal> {
        let mut found = Vec::new();
        for reference in references {
            found.extend(self.wrapped(text, reference));
            let Some(default) = reference.default.clone() else { continue };
            let variable = text[reference.range.clone()].trim_start_matches(['$', '{']);
            let variable = variable.strip_prefix("env:").unwrap_or(variable);
            let variable = variable.split([':', '-', '=']).next().unwrap_or(name);
            let name = if says(name) == Says::Nothing { variable } else { name };
            let inner = self.nested(name, &text[default.clone()], Place::Server, depth + 1);
            found.extend(inner.into_iter().map(|literal| Literal {
                range: default.start + literal.range.start..default.start + literal.range.end,
                form: Form::Default,
                ..literal
            }));
        }
        found
    }

    /// Recognises a credential that somebody put between the braces of a reference.
    fn wrapped(&self, text: &str, reference: &Reference) -> Option<Literal> {
        if !matches!(reference.syntax, Syntax::Braced | Syntax::Env | Syntax::CurlyEnv) {
            return None;
        }
        let inner = text[reference.range.clone()].trim_start_matches(['$', '{']).trim_end_matches('}');
        let value = inner.strip_prefix("env:").unwrap_or(inner).trim();
        let lower = value.bytes().any(|byte| byte.is_ascii_lowercase());
        let made = lower
            && !is_placeholder(value)
            && (looks_made(value) || value.len() > 16 && (self.opinion)(value.as_bytes()));
        let start = reference.range.start + text[reference.range.clone()].find(value)?;
        let range = start..start + value.len();
        made.then(|| Literal { range, form: Form::Wrapped, name: String::new(), confidence: Confidence::Medium })
    }

    /// Judges the `"name": "value"` pairs of JSON in a text, however its quotes are escaped.
    pub fn pairs(&self, text: &str) -> Vec<Literal> {
        self.nested_pairs(text, 0)
    }

    fn nested_pairs(&self, text: &str, depth: usize) -> Vec<Literal> {
        let mut found = Vec::new();
        for (name, value) in pairs(text) {
            let value_text = if value.len() > LONGEST { "" } else { &text[value.clone()] };
            let inner = self.nested(&text[name], value_text, Place::Server, depth + 1);
            found.extend(inner.into_iter().map(|literal| Literal {
                range: value.start + literal.range.start..value.start + literal.range.end,
                form: Form::Json,
                ..literal
            }));
        }
        found
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// Tells whether a login stands in a URL, which is judged by itself.
fn names_login(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
    authority.contains('@')
}

fn is_address_or_json(text: &str) -> bool {
    is_url(text) || is_json(text)
}

/// Returns the part of `text` behind a scheme such as `Bearer`, without surrounding spaces.
pub fn without_scheme(text: &str) -> Range<usize> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let cut = SCHEMES.iter().find(|scheme| trimmed.starts_with(**scheme)).map_or(0, |scheme| scheme.len());
    let rest = &trimmed[cut..];
    let from = start + cut + (rest.len() - rest.trim_start().len());
    from..start + trimmed.len()
}

/// Decodes standard or URL-safe base64, with or without padding.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig =
        general_purpose::NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = text.replace("%3D", "=").replace("%2B", "+").replace("%2F", "/");
    let alphabet = if text.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    GeneralPurpose::new(alphabet, CONFIG).decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "kJ8sLq2vNx7Rt4WzP0bQ";
    const UUID: &str = "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83";

    fn found(name: &str, text: &str, place: Place) -> Vec<String> {
        let judge = Judge { opinion: &|_| false };
        judge.literals(name, text, place).into_iter().map(|literal| text[literal.range].to_owned()).collect()
    }

    #[test]
    fn the_literal_is_cut_out_of_its_surroundings() {
        let cases = [
            ("API_KEY", KEY.to_owned(), KEY),
            ("Authorization", format!("Bearer {KEY}"), KEY),
            ("API_KEY", format!("${{API_KEY:-{KEY}}}"), KEY),
            ("HEADERS", format!("{{\"Authorization\": \"Bearer {KEY}\", \"Notion-Version\": \"2022-06-28\"}}"), KEY),
            ("HEADERS", format!("{{\\\"apiKey\\\":\\\"{KEY}\\\"}}"), KEY),
            ("DATABASE_URL", format!("postgresql://app:{KEY}@db.internal/app"), KEY),
            ("DB_PASSWORD", "Summer!Rain7".to_owned(), "Summer!Rain7"),
            ("API_KEY", format!("${{{KEY}}}"), KEY),
            ("SESSION_COOKIE", format!("theme=dark; sid={KEY}; path=/"), KEY),
            ("URL", format!("https://a.io/mcp?host=${{HOST}}&token={KEY}"), KEY),
            ("API_KEY", format!("{KEY} # of the team"), KEY),
            ("API_KEY", format!("{KEY} # ключ команды"), KEY),
            ("API_KEY", "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83\t# c".to_owned(), "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83"),
            ("LINEAR_API", KEY.to_owned(), KEY),
            ("LINEAR_API", UUID.to_owned(), UUID),
            ("AUTH_HEADER", format!("Bearer {UUID}"), UUID),
            ("LI_AT", KEY.to_owned(), KEY),
            ("API_KEY", format!("${{A:-${{B:-{KEY}}}}}"), KEY),
            ("Authorization", format!("SSWS {KEY}"), KEY),
            ("Authorization", format!("Bearer  {KEY} "), KEY),
            ("API_KEY", format!("{}\n{}", &KEY[..10], &KEY[10..]), "kJ8sLq2vNx\n7Rt4WzP0bQ"),
            ("API_KEY", format!("{} {}", &KEY[..10], &KEY[10..]), "kJ8sLq2vNx 7Rt4WzP0bQ"),
            ("DB_PASSWORD", "Лето!Дождь1987".to_owned(), "Лето!Дождь1987"),
            ("DB_PASSWORD", "дождь-9f8e2c71b0".to_owned(), "дождь-9f8e2c71b0"),
            ("API_KEY", "grün9f8e2c71b04d4e6f8a1c".to_owned(), "grün9f8e2c71b04d4e6f8a1c"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(found(name, &text, Place::Server), [expected], "{name} {text}");
        }
    }

    #[test]
    fn references_placeholders_and_ordinary_values_are_silent() {
        for (name, text) in [
            ("API_KEY", "${API_KEY}"),
            ("API_KEY", "${API_KEY:-}"),
            ("API_KEY", "YOUR_KEY"),
            ("Authorization", "Bearer ${TOKEN}"),
            ("Authorization", "Bearer <token>"),
            ("API_KEY", "op://vault/item/key"),
            ("TOKEN_FILE", "/run/secrets/token"),
            ("GOOGLE_CREDENTIALS", "/home/me/key.json"),
            ("API_URL", "https://api.example.com/v1"),
            ("LOG_LEVEL", "debug"),
            ("BASE_ID", KEY),
            ("AUTH", "none"),
            ("MAX_TOKENS", "40960000"),
            ("API_KEY", "${env:X}"),
            ("TOKEN", "{{token}}"),
            ("API_KEY", ""),
            ("API_KEY", "get it from the settings page"),
            ("API_KEY", "<key> # kJ8sLq2vNx7Rt4WzP0bQ is an old one"),
            ("API_KEY", "$(op read op://vault/item)"),
            ("API_KEY", "your-key # of the team"),
            ("API_KEY", "ваш ключ 12345"),
            ("API_KEY", "вставьте_ключ_2024"),
            ("DB_PASSWORD", "ваш_пароль123"),
            ("API_KEY", "在此处填写32位密钥"),
            ("AUTH_DESCRIPTION", "kJ8sLq2vNx7Rt4WzP0bQ # c"),
            ("GITHUB_API", "v2022-11-28"),
            ("GEMINI_API", "gemini-2.5-pro-preview-05-06"),
            ("DATA_ACCESS", "/data/access/v2"),
            ("ADMIN_ACCESS", "readonly-1"),
            ("API_KEY", "${A:-${B:-your-key}}"),
        ] {
            assert_eq!(found(name, text, Place::Server), Vec::<String>::new(), "{name} {text}");
        }
        assert!(found("key", "ctrl+shift+alt+7", Place::Setting).is_empty());
    }

    #[test]
    fn the_engines_opinion_counts_without_a_name() {
        let judge = Judge { opinion: &|value| value.starts_with(b"acme_") };
        assert_eq!(judge.literals("ANYTHING", "acme_qwzrtplk", Place::Server).len(), 1);
        assert_eq!(judge.literals("ANYTHING", "acme_xxxxxxxx", Place::Server).len(), 0);
        assert_eq!(judge.literals("ACCESS_KEY_ID", "acme_qwzrtplk", Place::Server).len(), 0);
        let judge = Judge { opinion: &|value| value.contains(&b':') };
        assert_eq!(judge.literals("WEBHOOK", "https://hooks.acme.dev/a/b", Place::Server).len(), 1);
        let url = format!("mysql://{0}:{0}@127.0.0.1:3306/app", "app");
        assert_eq!(judge.literals("DATABASE_URL", &url, Place::Server).len(), 0);
    }
}
