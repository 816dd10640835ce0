//! `keysweep migrate`: takes over what gitleaks and detect-secrets were told to leave alone.

mod detect_secrets;
mod gitleaks;
mod glob;

use std::path::{Path, PathBuf};

use miette::miette;

use super::{init, output, target};
use crate::policy::config::FILE;
use crate::replace::{self, Links};
use crate::rules::Catalogue;

/// Reads one kind of file.
type Reader = fn(&[u8], &Catalogue, &mut Moved) -> Result<(), Unreadable>;

/// The files that are read, in this order, with what reads them.
const SOURCES: [(&str, Reader); 4] = [
    (".gitleaks.toml", gitleaks::configuration),
    ("gitleaks.toml", gitleaks::configuration),
    (".gitleaksignore", gitleaks::ignore_file),
    (".secrets.baseline", detect_secrets::baseline),
];

/// Reads `.gitleaks.toml`, `.gitleaksignore` and `.secrets.baseline`, and writes a `keysweep.toml` that allows the same.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder or repository; the one around the current folder if none is given.
    path: Option<PathBuf>,
    /// Print the configuration instead of writing `keysweep.toml`.
    #[arg(long)]
    stdout: bool,
}

/// A file that is not what its name says. What is in it is not repeated: it may quote secrets.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The zero-based offset of the first byte that makes no sense, where it is known.
    offset: Option<usize>,
}

/// What was taken over and what could not be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The new entries.
    entries: Vec<Entry>,
    /// What has no equal, in sentences.
    left: Vec<String>,
}

/// An allow entry: a path's glob, perhaps for one rule or provider only.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    rule: Option<String>,
    path: String,
    reason: String,
}

impl Moved {
    /// Adds an entry once.
    fn allow(&mut self, rule: Option<String>, path: String, reason: &str) {
        if !self.entries.iter().any(|entry| entry.rule == rule && entry.path == path) {
            self.entries.push(Entry { rule, path, reason: reason.to_owned() });
        }
    }

    /// Adds an entry for every glob that the regular expression `pattern` equals, or says that there is none.
    fn allow_pattern(&mut self, rule: Option<&str>, pattern: &str, reason: &str, source: &str) {
        match glob::of(pattern) {
            Some(globs) => globs.into_iter().for_each(|glob| self.allow(rule.map(str::to_owned), glob, reason)),
            None => self.leave(format!("{source}: the path pattern `{}` is no glob", pattern.escape_debug())),
        }
    }

    fn leave(&mut self, sentence: String) {
        if !self.left.contains(&sentence) {
            self.left.push(sentence);
        }
    }

    /// Returns the configuration.
    fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut out = "# Taken over by `keysweep migrate`; `keysweep init --stdout` explains every key.\n".to_owned();
        for entry in &self.entries {
            out += "\n[[allow]]\n";
            if let Some(rule) = &entry.rule {
                out += &format!("rule = {}\n", quoted(rule));
            }
            out += &format!("path = {}\nreason = {}\n", quoted(&entry.path), quoted(&entry.reason));
        }
        out
    }
}

/// Runs the command. What could not be taken over is said on standard error, and is no failure.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let paths: Vec<PathBuf> = arguments.path.iter().cloned().collect();
    let root = target::root(&paths)?;
    let mut moved = Moved::default();
    let mut read = Vec::new();
    for (name, convert) in SOURCES {
        let Some(bytes) = content(&root.join(name))? else { continue };
        convert(&bytes, &Catalogue::builtin(), &mut moved).map_err(|error| {
            let line = error.offset.map(|offset| bytes[..offset.min(bytes.len())].split(|&b| b == b'\n').count());
            let at = line.map_or_else(String::new, |line| format!(", see line {line}"));
            miette!(help = "correct the file or move it away; nothing was written", "`{name}` cannot be understood{at}")
        })?;
        read.push(name);
    }
    if read.is_empty() {
        return Err(miette!(
            help = "`keysweep init` writes a first configuration, `keysweep baseline write` records what is known",
            "there is no .gitleaks.toml, .gitleaksignore or .secrets.baseline in `{}`",
            root.display()
        ));
    }
    let text = moved.text();
    if arguments.stdout {
        output::print(|_, out| out.write_all(text.as_bytes()))?;
    } else {
        init::create(&root.join(FILE), &text)
            .map_err(|error| error.wrap_err("`--stdout` prints the entries instead"))?;
        let (path, count) = (root.join(FILE), moved.entries.len());
        output::print(|_, out| {
            writeln!(out, "wrote {} with {count} allow entries from {}", path.display(), read.join(", "))
        })?;
    }
    moved.left.iter().for_each(|sentence| eprintln!("keysweep: not taken over: {sentence}"));
    Ok(0)
}

/// Reads a file; none is no error.
fn content(path: &Path) -> miette::Result<Option<Vec<u8>>> {
    replace::read(path, Links::Refuse)
        .map_err(|error| miette!(help = "check its permissions", "cannot read `{}`: {error}", path.display()))
}

/// Returns the provider or rule that another scanner's rule name speaks of, if there is exactly one.
fn provider(name: &str, catalogue: &Catalogue) -> Option<String> {
    let name = name.to_lowercase().replace([' ', '_'], "-");
    if name.contains("generic") || name.contains("entropy") || name.contains("secret-keyword") {
        return Some("generic".to_owned());
    }
    let known = |family: &str| catalogue.rules().iter().any(|rule| rule.family() == family);
    let aliases = [("json-web-token", "jwt"), ("basic-auth", "url"), ("jwt", "jwt"), ("private-key", "private-key")];
    if let Some((_, family)) = aliases.into_iter().find(|(start, family)| name.starts_with(start) && known(family)) {
        return Some(family.to_owned());
    }
    // The longest leading part of the name that is a provider: `digitalocean-pat`, `new-relic-user-api-key`.
    let ends = name.match_indices('-').map(|(at, _)| at).chain([name.len()]);
    let mut families: Vec<&str> = ends.map(|end| &name[..end]).filter(|family| known(family)).collect();
    families.pop().map(str::to_owned)
}

/// Returns the glob that means one path and no other.
fn literal(path: &str) -> String {
    let mut glob = "/".to_owned();
    for character in path.trim_start_matches("./").chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            glob.push('\\');
        }
        glob.push(character);
    }
    glob
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::config::Config;

    #[test]
    fn names_of_other_scanners_lead_to_a_provider() {
        let catalogue = Catalogue::builtin();
        for (name, provider_) in [
            ("aws-access-token", Some("aws")),
            ("AWS Access Key", Some("aws")),
            ("generic-api-key", Some("generic")),
            ("Base64 High Entropy String", Some("generic")),
            ("JSON Web Token", Some("jwt")),
            ("Private Key", Some("private-key")),
            ("github-pat", Some("github")),
            ("no-such-thing", None),
        ] {
            assert_eq!(provider(name, &catalogue).as_deref(), provider_, "{name}");
        }
    }

    #[test]
    fn what_is_written_is_a_valid_configuration() {
        let mut moved = Moved::default();
        moved.allow(Some("jwt".to_owned()), literal("a [b]/c\"d.txt"), "a \"reason\" \\ of theirs");
        let config = Config::parse(moved.text(), FILE.into()).expect("valid");
        let path = config.allow[0].path.as_ref().expect("the entry has a path");
        assert!(path.matches(b"a [b]/c\"d.txt"));
        assert!(!path.matches(b"a b/c\"d.txt"));
        config.catalogue().expect("the rule exists");
    }
}
