//! `mcp/unpinned-package`: a server is started from a registry without a version.

use super::finding::shown;
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
        for server in &subject.servers {
            let words: Vec<(&str, &Leaf<'_>)> =
                server.of(Field::Argument).map(|leaf| (leaf.scalar.text.as_str(), leaf)).collect();
            let Some((at, kind)) = package(server.command().unwrap_or(""), &words) else { continue };
            let (word, leaf) = words[at];
            if !is_pinned(word, kind) {
                let message = format!("package `{}` has no exact version", shown(word));
                found.push(LintFinding::new(&ABOUT, leaf.scalar.content, leaf.pointer.clone(), message));
            }
        }
    }
}

/// The registries that packages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registry {
    Npm,
    Python,
    Container,
}

/// Finds the argument that names a package.
fn package(command: &str, words: &[(&str, &Leaf<'_>)]) -> Option<(usize, Registry)> {
    let program =
        command.rsplit(['/', '\\']).next().unwrap_or(command).trim_end_matches(".cmd").trim_end_matches(".exe");
    let plain = |from: usize| {
        words.iter().enumerate().skip(from).find(|(_, (word, _))| !word.starts_with('-')).map(|(at, _)| at)
    };
    let behind = |verb: &str| words.iter().position(|(word, _)| *word == verb);
    match program {
        "npx" | "bunx" => {
            let named = words.iter().position(|(word, _)| matches!(*word, "-p" | "--package"));
            Some((named.map(|at| at + 1).filter(|&at| at < words.len()).or_else(|| plain(0))?, Registry::Npm))
        }
        "pnpm" | "yarn" => Some((plain(behind("dlx")? + 1)?, Registry::Npm)),
        "uvx" => {
            let from = behind("--from").map(|at| at + 1).filter(|&at| at < words.len());
            Some((from.or_else(|| plain(0))?, Registry::Python))
        }
        "pipx" => Some((plain(behind("run")? + 1)?, Registry::Python)),
        "cmd" => {
            let at = words.iter().position(|(word, _)| matches!(*word, "npx" | "npx.cmd"))?;
            Some((plain(at + 1)?, Registry::Npm))
        }
        "docker" | "podman" => image(words).map(|at| (at, Registry::Container)),
        _ => None,
    }
}

/// Finds the image among the arguments of `docker run`.
fn image(words: &[(&str, &Leaf<'_>)]) -> Option<usize> {
    const SWITCHES: [&str; 7] = ["-i", "-t", "-it", "--rm", "--init", "-d", "--interactive"];
    let mut at = words.iter().position(|(word, _)| *word == "run")? + 1;
    while let Some((word, _)) = words.get(at) {
        if !word.starts_with('-') {
            return Some(at);
        }
        let takes_value =
            !SWITCHES.contains(word) && !word.contains('=') && !(word.starts_with("-e") && word.len() > 2);
        at += if takes_value { 2 } else { 1 };
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
