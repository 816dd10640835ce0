//! `mcp/unpinned-package`: a server is started from a registry without a version.

use std::collections::HashSet;

use super::judge::{Says, says};
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::{Field, Leaf};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/unpinned-package",
    title: "a server package without a version",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "Every start downloads whatever was published last, so a hijacked release runs at once.",
    fix: "Append the version you reviewed, as in `name@1.2.3`.",
    details: "Packages that `npx`, `bunx`, `pnpm dlx`, `yarn dlx`, `uvx`, `pipx run` and `docker run` fetch: pinned means an exact version, a commit or a digest.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        let literals: HashSet<(usize, usize)> =
            subject.literals.iter().filter_map(|located| Some((located.server?, located.leaf))).collect();
        for (number, server) in subject.servers.iter().enumerate() {
            let words: Vec<Word<'_>> = server
                .leaves
                .iter()
                .enumerate()
                .filter(|(_, leaf)| leaf.field == Field::Argument)
                .map(|(at, leaf)| Word {
                    text: &leaf.scalar.text,
                    leaf,
                    is_credential: literals.contains(&(number, at)),
                })
                .collect();
            let Some((word, registry)) = package(server.command().unwrap_or(""), &words) else { continue };
            if !is_pinned(word.text, registry) {
                // What may be a credential is no package, whatever stands before it.
                if registry != Registry::Container
                    && subject.judge.may_be_secret(word.text)
                    && !word.text.contains("git+")
                {
                    continue;
                }
                let message = format!("package `{}` has no exact version", subject.shown(word.text));
                found.push(LintFinding::new(&ABOUT, word.leaf.scalar.content, &word.leaf.pointer, message));
            }
        }
    }
}

/// One of a program's arguments.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    leaf: &'a Leaf<'a>,
    /// Whether a credential stands in it.
    is_credential: bool,
}

/// The registries that packages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registry {
    Npm,
    Python,
    Container,
}

/// Flags behind which a value stands that is no package.
const VALUED: [&str; 22] = [
    "--registry",
    "--prefix",
    "--cache",
    "--userconfig",
    "--loglevel",
    "--node-options",
    "--node-arg",
    "-c",
    "--call",
    "--python",
    "-p",
    "--with",
    "--with-requirements",
    "--with-editable",
    "--index-url",
    "--extra-index-url",
    "--index",
    "--default-index",
    "--directory",
    "--project",
    "--cwd",
    "--workspace",
];

/// Finds the argument that names a package.
fn package<'a>(command: &str, words: &[Word<'a>]) -> Option<(Word<'a>, Registry)> {
    let program =
        command.rsplit(['/', '\\']).next().unwrap_or(command).trim_end_matches(".cmd").trim_end_matches(".exe");
    let behind = |names: &[&str]| words.iter().position(|word| names.contains(&word.text)).map(|at| at + 1);
    // Behind the package's name all is the server's own.
    let named = |flags: &[&str]| {
        let value = behind(flags)?;
        words.get(value).filter(|_| first_at(words).is_none_or(|first| value <= first)).copied()
    };
    let (found, registry) = match program {
        "npx" | "bunx" => (named(&["-p", "--package"]).or_else(|| first(words)), Registry::Npm),
        "pnpm" | "yarn" => (first(&words[behind(&["dlx"])?..]), Registry::Npm),
        "uvx" => (named(&["--from"]).or_else(|| first(words)), Registry::Python),
        "pipx" => (first(&words[behind(&["run"])?..]), Registry::Python),
        "cmd" => (first(&words[behind(&["npx", "npx.cmd"])?..]), Registry::Npm),
        "docker" | "podman" => (image(words), Registry::Container),
        _ => return None,
    };
    let word = found.filter(|word| !word.is_credential && may_name_package(word.text))?;
    Some((word, registry))
}

/// Returns the first word that is neither a flag nor the value of one.
fn first<'a>(words: &[Word<'a>]) -> Option<Word<'a>> {
    first_at(words).map(|at| words[at])
}

fn first_at(words: &[Word<'_>]) -> Option<usize> {
    let is_value = |at: usize| {
        let before = at.checked_sub(1).map_or("", |before| words[before].text);
        before.starts_with('-')
            && !before.contains('=')
            && (VALUED.contains(&before) || before.starts_with("--") && says(before) != Says::Nothing)
    };
    let plain = |at: &usize| !words[*at].text.starts_with('-') && !is_value(*at);
    (0..words.len()).find(plain)
}

/// Tells whether a word may name a package: without blanks, or what only a shell or a person would write.
fn may_name_package(word: &str) -> bool {
    !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"'`;|&()".contains(c))
}

/// Finds the image among the arguments of `docker run`.
fn image<'a>(words: &[Word<'a>]) -> Option<Word<'a>> {
    const SWITCHES: [&str; 7] = ["-i", "-t", "-it", "--rm", "--init", "-d", "--interactive"];
    let mut at = words.iter().position(|word| word.text == "run")? + 1;
    while let Some(word) = words.get(at) {
        if !word.text.starts_with('-') {
            return Some(*word);
        }
        let alone = SWITCHES.contains(&word.text) || word.text.contains('=');
        at += if alone || word.text.starts_with("-e") && word.text.len() > 2 { 1 } else { 2 };
    }
    None
}

/// Tells whether a package's name ends with an exact version.
fn is_pinned(word: &str, registry: Registry) -> bool {
    if word.starts_with(['.', '/', '~', '$', '{', '<']) || word.contains("://localhost") || word.starts_with("file:") {
        return true;
    }
    match registry {
        Registry::Container => {
            let tag = word.rsplit('/').next().unwrap_or(word).split_once(':').map(|(_, tag)| tag);
            word.contains("@sha256:") || tag.is_some_and(|tag| tag.bytes().any(|byte| byte.is_ascii_digit()))
        }
        // `==1` is one version of Python's, which adds zeros; `==1.*` is many.
        Registry::Python if word.contains("==") => {
            let version = word.rsplit_once("==").map_or("", |(_, version)| version.trim_start());
            version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains('*')
        }
        Registry::Npm | Registry::Python => {
            let version = word
                .rsplit_once("==")
                .or_else(|| word.rsplit_once('@').filter(|(name, _)| !name.is_empty()))
                .or_else(|| word.rsplit_once('#'))
                .map(|(_, version)| version);
            version.is_some_and(is_exact)
        }
    }
}

/// Tells whether a version is one version: `1.2.3`, `v1.2`, a date or a commit; not `latest`, `1` or `^1.2.3`.
fn is_exact(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let commit = version.len() >= 7 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let dotted = version.contains('.')
        && version.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && !version.contains(['*', 'x', ' ']);
    commit || dotted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_version_is_pinned() {
        for (word, registry, pinned) in [
            ("@scope/server@latest", Registry::Npm, false),
            ("@scope/server@1.2.3", Registry::Npm, true),
            ("@scope/server", Registry::Npm, false),
            ("server", Registry::Npm, false),
            ("server@^1.2.3", Registry::Npm, false),
            ("server@1", Registry::Npm, false),
            ("./local", Registry::Npm, true),
            ("mcp-server==1.2.0", Registry::Python, true),
            ("mcp-server==1", Registry::Python, true),
            ("mcp-server==1.*", Registry::Python, false),
            ("git+https://github.com/a/b", Registry::Python, false),
            ("git+https://github.com/a/b@9f8e2c71b04d", Registry::Python, true),
            ("mcp-server@2025.4.8", Registry::Python, true),
            ("ghcr.io/a/b", Registry::Container, false),
            ("ghcr.io/a/b:latest", Registry::Container, false),
            ("ghcr.io/a/b:v0.5.1", Registry::Container, true),
            ("localhost:5000/a", Registry::Container, false),
        ] {
            assert_eq!(is_pinned(word, registry), pinned, "{word}");
        }
    }
}
