//! Writes credentials into a dotenv file.

use super::Taken;
use crate::document::{Format, parse};
use crate::secret::Secret;

/// A dotenv file with new variables.
#[derive(Debug)]
pub struct Written {
    /// The content.
    pub bytes: Vec<u8>,
    /// The names that were added; those that stood there with the same value are left out.
    pub added: Vec<String>,
}

/// Tells whether a dotenv file gives `variable` another value than `secret`.
pub(super) fn differs(content: &[u8], variable: &str, secret: &Secret) -> bool {
    value(content, variable).is_some_and(|value| !value.is_empty() && value.as_bytes() != secret.reveal())
}

/// Returns the value of a variable.
fn value(content: &[u8], variable: &str) -> Option<String> {
    let document = parse(content, Format::Dotenv).ok()?;
    document.roots.first()?.get(variable)?.scalar().map(|scalar| scalar.text.clone())
}

/// Appends variables to a dotenv file and leaves what is in it.
pub fn with_variables(content: &[u8], taken: &[&Taken]) -> Written {
    let mut written = Written { bytes: content.to_vec(), added: Vec::new() };
    for taken in taken {
        let known =
            value(&written.bytes, &taken.variable).is_some_and(|value| value.as_bytes() == taken.secret.reveal());
        if known {
            continue;
        }
        if !written.bytes.is_empty() && !written.bytes.ends_with(b"\n") {
            written.bytes.push(b'\n');
        }
        written.bytes.extend_from_slice(taken.variable.as_bytes());
        written.bytes.push(b'=');
        quoted(taken.secret.reveal(), &mut written.bytes);
        written.bytes.push(b'\n');
        written.added.push(taken.variable.clone());
    }
    written
}

/// Writes a value so that shells and dotenv libraries read the same bytes.
fn quoted(value: &[u8], out: &mut Vec<u8>) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.,:/@%+=".contains(&byte);
    if value.iter().all(|&byte| is_plain(byte)) {
        out.extend_from_slice(value);
    } else if !value.contains(&b'\'') {
        out.push(b'\'');
        out.extend_from_slice(value);
        out.push(b'\'');
    } else {
        out.push(b'"');
        for &byte in value {
            if matches!(byte, b'"' | b'\\' | b'$' | b'`') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(variable: &str, value: &str) -> Taken {
        Taken { variable: variable.to_owned(), secret: Secret::new(value.as_bytes()), store: None }
    }

    #[test]
    fn values_are_read_back_as_they_were() {
        for value in ["plain-1", "with space", "a#b", "qu'ote", "dol$lar", "p\"q"] {
            let one = taken("A", value);
            let written = with_variables(b"B=1", &[&one]);
            assert_eq!(super::value(&written.bytes, "A").as_deref(), Some(value), "{value}");
            assert_eq!(super::value(&written.bytes, "B").as_deref(), Some("1"));
        }
    }

    #[test]
    fn a_known_value_is_not_written_twice() {
        let one = taken("A", "x");
        assert!(with_variables(b"A=x\n", &[&one]).added.is_empty());
        assert!(
            differs(b"A=y\n", "A", &one.secret)
                && !differs(b"A=x\n", "A", &one.secret)
                && !differs(b"A=\n", "A", &one.secret)
        );
    }
}
