//! Finds credentials in texts that hold headers: lines of them, or the values of a cookie.

use super::{Judge, Literal, Place, looks_made, shifted};
use crate::mcp::references;
use crate::wording::words;

impl Judge<'_> {
    /// Judges the headers of a text whose name says that it holds some, as in `X-Api-Key: …, X-Team=…` or one a line.
    pub(super) fn headers(&self, name: &str, text: &str) -> Vec<Literal> {
        let words = words(name.as_bytes());
        if !words.last().is_some_and(|word| matches!(word.as_str(), "header" | "headers"))
            || !references(text).is_empty()
        {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut start = 0;
        for header in text.split([',', '\n']) {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let sign = header.find([':', '=']).filter(|&at| at > 0 && header[..at].trim().chars().all(is_part));
            if let Some(at) = sign {
                let own = self.value(header[..at].trim(), &header[at + 1..], Place::Header);
                found.extend(shifted(own.into_iter().collect(), start + at + 1));
            }
            start += header.len() + 1;
        }
        found
    }

    /// Judges the values of cookies, as in `session=…; path=/`.
    pub(super) fn cookies(&self, name: &str, text: &str) -> Vec<Literal> {
        let mut start = 0;
        let mut found = Vec::new();
        for pair in text.split(';') {
            if let Some(at) = pair.find('=').map(|at| at + 1).filter(|&at| looks_made(pair[at..].trim())) {
                found.extend(shifted(self.value(name, &pair[at..], Place::Server).into_iter().collect(), start + at));
            }
            start += pair.len() + 1;
        }
        found
    }
}

/// Tells whether a name says that its value is cookies.
pub(super) fn is_cookie(name: &str) -> bool {
    name.to_ascii_lowercase().contains("cookie")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_of_a_text_are_judged_one_by_one() {
        let judge = Judge { opinion: &|_| false };
        let (key, uuid) = ("kJ8sLq2vNx7Rt4WzP0bQ", "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83");
        let found = |name: &str, text: &str| -> Vec<String> {
            judge
                .literals(name, text, Place::Server)
                .into_iter()
                .map(|literal| text[literal.range].to_owned())
                .collect()
        };
        for (name, text, expected) in [
            ("AUTH_HEADER", format!("Authorization: Bearer {uuid}"), uuid),
            ("OTEL_EXPORTER_OTLP_HEADERS", format!("x-honeycomb-team={key}"), key),
            ("CUSTOM_HEADERS", format!("Content-Type=application/json,X-Api-Key={uuid}"), uuid),
            ("ACME_CUSTOM_HEADERS", format!("X-Key: {uuid}\nX-Other: a"), uuid),
            ("headers", format!("X-Api-Key: {key}"), key),
            ("headers", format!("{}X-Api-Key: {key}", "Accept: text/plain\n".repeat(40)), key),
        ] {
            assert_eq!(found(name, &text), [expected], "{name} {text}");
        }
        for (name, text) in [
            ("AUTH_HEADER", "X-Api-Key"),
            ("HEADERS", "Content-Type=application/json,Accept=text/plain"),
            ("HEADERS", "X-Api-Key: ${KEY}"),
            ("HEADERS", "X-Api-Key: your-key"),
            ("HEADERS", "X-Request-Id: 8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83"),
            ("AUTH_HEADER_NAME", "X-Api-Key: kJ8sLq2vNx7Rt4WzP0bQ"),
        ] {
            assert_eq!(found(name, text), Vec::<String>::new(), "{name} {text}");
        }
    }
}
