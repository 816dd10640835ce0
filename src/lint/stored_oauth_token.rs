//! `mcp/stored-oauth-token`: a file holds the tokens of a login.

use super::judge::Form;
use super::{About, Lint, LintFinding, Persona, Subject};
use crate::finding::{Confidence, Severity};
use crate::mcp::Field;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/stored-oauth-token",
    title: "the tokens of a login that a client stored",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "The tokens open the account to whoever reads the file, and a refresh token does so for long.",
    fix: "Revoke the session at the provider, take the file out of the repository and ignore it.",
    details: "`access_token`, `refresh_token` and `accessToken` in the files that clients keep logins in, and such members of a server.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in subject.literals.iter().filter(|located| located.literal.form == Form::Value) {
            let leaf = subject.leaf(located);
            if is_stored(&leaf.name) && (located.server.is_none() || leaf.field == Field::Other) {
                let message = format!("`{}` is a stored login", subject.shown(&leaf.name));
                found.push(LintFinding::new(&ABOUT, located.span, &leaf.pointer, message).with_secret(located.span));
            }
        }
    }
}

/// Tells whether a member is one that programs write after a login.
pub(super) fn is_stored(name: &str) -> bool {
    matches!(name, "access_token" | "refresh_token" | "accessToken" | "refreshToken" | "id_token" | "idToken")
}
