//! Decides what of a file's names a message may show.

use super::value::is_long_hex;
use super::{Judge, can_be_key, is_uuid, looks_made};

impl Judge<'_> {
    /// Tells whether no more of a text may be shown than of a credential: it is one, or might be for all that is known.
    pub fn may_be_secret(&self, text: &str) -> bool {
        let is_random = |part: &str| is_long_hex(part) || is_uuid(part) || can_be_key(part) && part.len() >= 24;
        self.is_credential(text)
            || text.split(['@', '/', ':', '=', '?', '&', ' ']).any(|part| looks_made(part) || is_random(part))
    }

    /// Returns a name of the file as it may stand in a message: short, printable, and not a credential itself.
    pub fn shown(&self, name: &str) -> String {
        if self.may_be_secret(name) {
            return "…".to_owned();
        }
        let clean = |c: char| if c.is_alphanumeric() || " _.-@/:$+[]=~^,".contains(c) { c } else { '?' };
        let mut text: String = name.chars().take(48).map(clean).collect();
        if name.chars().count() > 48 {
            text.push('…');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "kJ8sLq2vNx7Rt4WzP0bQ";

    #[test]
    fn what_may_be_a_credential_is_not_shown() {
        let judge = Judge { opinion: &|_| false };
        let hex = "9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b3c5d7e9f";
        let uuid = "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83";
        for name in [KEY.to_owned(), hex.to_owned(), uuid.to_owned(), format!("a@{hex}"), format!("--key={uuid}")] {
            assert_eq!(judge.shown(&name), "…", "{name}");
        }
        for name in
            ["@scope/server-github@latest", "GITHUB_PERSONAL_ACCESS_TOKEN", "mcp-server-kubernetes-v2", "X-Api-Key"]
        {
            assert_eq!(judge.shown(name), name);
        }
    }
}
