//! The variables of the dotenv file at the root of a working tree, into which credentials move.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Taken;
use crate::document::{Format, parse};
use crate::secret::{Identity, Secret};

/// The variables that there are, and those that a run adds.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    // A run makes many copies, to which only new variables are added.
    content: Arc<[u8]>,
    known: Arc<Known>,
    /// The names that other configurations refer to.
    others: Arc<HashSet<String>>,
    added: Known,
}

/// A dotenv file with new variables.
#[derive(Debug)]
pub struct Written {
    /// The content.
    pub bytes: Vec<u8>,
    /// The names that were added; those that stood there with the same value are left out.
    pub added: Vec<String>,
}

/// Which name stands for which value.
#[derive(Clone, Debug, Default)]
struct Known {
    values: HashMap<String, Identity>,
    names: HashMap<Identity, String>,
    /// The last number behind a name for other values.
    numbers: HashMap<String, usize>,
    /// The numbered names by what they are made of, and their value.
    numbered: HashMap<(String, Identity), String>,
}

impl Known {
    /// Reads a dotenv file; a name without a value is free.
    fn of(content: &[u8]) -> Self {
        let mut known = Self::default();
        let variables = variables(content);
        for (name, value) in &variables {
            let identity = identity(value.as_bytes());
            known.number(name, identity);
            known.values.insert(name.clone(), identity);
        }
        for (name, value) in variables {
            let identity = identity(value.as_bytes());
            // Of a name that occurs twice the last value counts.
            if known.values.get(&name) == Some(&identity) {
                known.names.entry(identity).or_insert(name);
            }
        }
        known.values.retain(|_, value| *value != identity(b""));
        known
    }

    /// Takes note of a number behind a name. They are given one after the other, so that there is none free below the last.
    fn number(&mut self, variable: &str, identity: Identity) {
        let Some((name, Ok(number))) = variable.rsplit_once('_').map(|(name, number)| (name, number.parse())) else {
            return;
        };
        let last = self.numbers.entry(name.to_owned()).or_insert(1);
        if number == *last + 1 {
            *last = number;
        }
        self.numbered.entry((name.to_owned(), identity)).or_insert_with(|| variable.to_owned());
    }
}

impl Variables {
    /// Takes the content of a dotenv file.
    pub fn new(content: Vec<u8>) -> Self {
        Self { known: Arc::new(Known::of(&content)), content: content.into(), ..Self::default() }
    }

    /// Tells whether a name stands for another value than `secret`.
    pub fn is_taken(&self, name: &str, secret: &Secret) -> bool {
        let identity = identity(secret.reveal());
        let stands = |known: &Known| known.values.get(name).is_some_and(|value| *value != identity);
        stands(&self.known) || stands(&self.added)
    }

    /// Returns the name that stands for `secret` already, unless a client keeps that itself.
    pub fn name_of(&self, secret: &Secret) -> Option<String> {
        let identity = identity(secret.reveal());
        self.added.names.get(&identity).or_else(|| self.known.names.get(&identity)).cloned()
    }

    /// Returns a name for `secret`: the one it has, unless a client is to keep it, or `name`, or that with a number.
    pub fn free_name(&self, name: &str, secret: &Secret, is_store: bool) -> String {
        // One credential needs but one variable.
        if let Some(known) = self.name_of(secret).filter(|known| !is_store && !self.is_taken(known, secret)) {
            return known;
        }
        // What another configuration refers to may be something else that the environment has already.
        let is_others = !is_store && self.others.contains(name);
        if !is_others && !self.is_taken(name, secret) {
            return name.to_owned();
        }
        let all = [&self.added, &*self.known];
        let key = (name.to_owned(), identity(secret.reveal()));
        let mut numbered = all.iter().filter_map(|known| known.numbered.get(&key));
        if let Some(numbered) = numbered.find(|numbered| !self.is_taken(numbered, secret)) {
            return numbered.clone();
        }
        let first = all.iter().filter_map(|known| known.numbers.get(name)).max().map_or(2, |last| last + 1);
        let mut numbered = (first..).map(|number| format!("{name}_{number}"));
        numbered.find(|name| !self.others.contains(name) && !self.is_taken(name, secret)).unwrap_or_default()
    }

    /// Returns the variables for a file beside which others refer to `names`.
    #[must_use]
    pub fn beside(&self, names: HashSet<String>) -> Self {
        Self { others: Arc::new(names), ..self.clone() }
    }

    /// Keeps in mind what was taken out of a file.
    pub fn add(&mut self, taken: &[Taken]) {
        for Taken { variable, secret, store } in taken {
            let identity = identity(secret.reveal());
            self.added.values.entry(variable.clone()).or_insert(identity);
            if store.is_none() {
                self.added.names.entry(identity).or_insert_with(|| variable.clone());
            }
            self.added.number(variable, identity);
        }
    }

    /// Returns the file with `taken` appended.
    pub fn with(&self, taken: &[Taken]) -> Written {
        with_variables(&self.content, taken)
    }

    /// Keeps in mind what the file holds now.
    pub fn replace(&mut self, content: Vec<u8>) {
        self.known = Arc::new(Known::of(&content));
        self.content = content.into();
    }
}

fn identity(value: &[u8]) -> Identity {
    Identity::of_place("", value)
}

/// Reads the variables of a dotenv file in their order; a name may occur twice.
fn variables(content: &[u8]) -> Vec<(String, String)> {
    let Ok(document) = parse(content, Format::Dotenv) else { return Vec::new() };
    let nodes = document.roots.iter().flat_map(|root| root.children());
    nodes.filter_map(|node| Some((node.name().to_owned(), node.scalar()?.text.clone()))).collect()
}

/// Appends variables to a dotenv file and leaves what is in it.
fn with_variables(content: &[u8], taken: &[Taken]) -> Written {
    let mut written = Written { bytes: content.to_vec(), added: Vec::new() };
    let mut values: HashMap<String, String> = variables(content).into_iter().collect();
    for taken in taken {
        let value = String::from_utf8_lossy(taken.secret.reveal()).into_owned();
        if values.insert(taken.variable.clone(), value.clone()) == Some(value) {
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
            let read: HashMap<String, String> = variables(&written.bytes).into_iter().collect();
            assert_eq!(read.get("A").map(String::as_str), Some(value), "{value}");
            assert_eq!(read.get("B").map(String::as_str), Some("1"));
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
