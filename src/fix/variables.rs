//! The variables of the dotenv file at the root of a working tree, into which credentials move.

use super::Taken;
use crate::document::{Format, Node, parse};
use crate::secret::Secret;

/// The variables that there are, and those that a run adds.
#[derive(Debug, Default)]
pub struct Variables {
    content: Vec<u8>,
    added: Vec<Taken>,
}

/// A dotenv file with new variables.
#[derive(Debug)]
pub struct Written {
    /// The content.
    pub bytes: Vec<u8>,
    /// The names that were added; those that stood there with the same value are left out.
    pub added: Vec<String>,
}

impl Variables {
    /// Takes the content of a dotenv file.
    pub fn new(content: Vec<u8>) -> Self {
        Self { content, added: Vec::new() }
    }

    /// Tells whether a name stands for another value than `secret`.
    pub fn is_taken(&self, name: &str, secret: &Secret) -> bool {
        let differs = |value: String| !value.is_empty() && value.as_bytes() != secret.reveal();
        value(&self.content, name).is_some_and(differs)
            || self.added.iter().any(|taken| taken.variable == name && taken.secret != *secret)
    }

    /// Returns the name that stands for `secret` already.
    pub fn name_of(&self, secret: &Secret) -> Option<String> {
        let added = self.added.iter().find(|taken| taken.secret == *secret && taken.store.is_none());
        added.map(|taken| taken.variable.clone()).or_else(|| name(&self.content, secret))
    }

    /// Keeps in mind what was taken out of a file.
    pub fn add(&mut self, taken: &[Taken]) {
        self.added.extend_from_slice(taken);
    }

    /// Returns the file with `taken` appended.
    pub fn with(&self, taken: &[Taken]) -> Written {
        with_variables(&self.content, taken)
    }

    /// Keeps in mind what the file holds now.
    pub fn replace(&mut self, content: Vec<u8>) {
        self.content = content;
    }
}

/// Returns the value of a variable.
fn value(content: &[u8], variable: &str) -> Option<String> {
    let document = parse(content, Format::Dotenv).ok()?;
    document.roots.first()?.get(variable)?.scalar().map(|scalar| scalar.text.clone())
}

/// Returns the first variable that has the value.
fn name(content: &[u8], secret: &Secret) -> Option<String> {
    let document = parse(content, Format::Dotenv).ok()?;
    let root = document.roots.first()?;
    let has_it = |name: &&str| {
        let value = root.get(name).and_then(Node::scalar);
        value.is_some_and(|value| value.text.as_bytes() == secret.reveal())
    };
    root.children().iter().map(Node::name).find(has_it).map(str::to_owned)
}

/// Appends variables to a dotenv file and leaves what is in it.
fn with_variables(content: &[u8], taken: &[Taken]) -> Written {
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
        for value in ["plain-1", "with space", "a#b", "qu'ote", "dol$lar", "p\"q", "a'b$c", "a'`b\\c", "'\"$`\\"] {
            let one = taken("A", value);
            let written = with_variables(b"B=1", std::slice::from_ref(&one));
            assert_eq!(super::value(&written.bytes, "A").as_deref(), Some(value), "{value}");
            assert_eq!(super::value(&written.bytes, "B").as_deref(), Some("1"));
            assert!(with_variables(&written.bytes, &[one]).added.is_empty(), "{value} is written again");
        }
    }

    #[test]
    fn a_known_value_is_not_written_twice() {
        let one = taken("A", "x");
        let of = |content: &[u8]| Variables::new(content.to_vec());
        assert!(of(b"A=x\n").with(std::slice::from_ref(&one)).added.is_empty());
        assert!(of(b"A=y\n").is_taken("A", &one.secret));
        assert!(!of(b"A=x\n").is_taken("A", &one.secret) && !of(b"A=\n").is_taken("A", &one.secret));
        assert_eq!(of(b"C=y\nB=x\n").name_of(&one.secret).as_deref(), Some("B"));
    }
}
