//! `mcp/plain-http`: the address of a server begins with `http:`.

use super::judge::Host;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::{Field, references};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/plain-http",
    title: "a server that is reached without encryption",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "Everybody on the way reads the credential and the answers, and can change what the agent is told.",
    fix: "Use `https`.",
    details: "URLs of servers with `http:` or `ws:` to hosts that are not this machine, its containers or a private network.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for server in &subject.servers {
            let addresses = server.leaves.iter().filter(|leaf| matches!(leaf.field, Field::Url | Field::Argument));
            for leaf in addresses {
                let text = leaf.scalar.text.as_str();
                let plain = text.starts_with("http://") || text.starts_with("ws://");
                if plain
                    && !is_local(text)
                    && references(text).iter().all(|reference| reference.range.start > 10)
                    && !text.contains('<')
                {
                    let message = "this server is reached without encryption";
                    found.push(LintFinding::new(&ABOUT, leaf.scalar.content, &leaf.pointer, message));
                }
            }
        }
    }
}

/// Returns the host of a URL, in lower case and without a port.
pub(super) fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host.split(':').next()?,
    };
    Some(host.to_ascii_lowercase())
}

/// Tells whether a URL leads to this machine, its containers or a private network.
pub(super) fn is_local(url: &str) -> bool {
    matches!(Host::of(url), Host::Local | Host::Private)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_private_networks_are_local() {
        for (url, expected) in [
            ("http://localhost:3000/mcp", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:80/", true),
            ("http://10.0.0.2", true),
            ("http://redis:6379", true),
            ("http://host.docker.internal:1", true),
            ("http://example.com", false),
            ("http://8.8.8.8/sse", false),
            ("http://user@a.io:80", false),
        ] {
            assert_eq!(is_local(url), expected, "{url}");
        }
    }
}
