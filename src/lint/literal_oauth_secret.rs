//! `mcp/literal-oauth-secret`: a client secret of OAuth is written out.

use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};
use crate::mcp::Field;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-oauth-secret",
    title: "a literal OAuth client secret",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "Whoever can read the file, in any clone, fork or backup, can use the credential.",
    fix: "Rotate the credential, then let the client read it from a variable; `keysweep fix` writes the reference this client resolves.",
    details: "`oauth`, `auth` and `oauthClient` of a server, in whatever spelling the client uses.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in subject.plain_literals(&[Field::Oauth]) {
            let what = format!("OAuth setting `{}`", subject.shown(&subject.leaf(located).name));
            found.push(remedy::credential(&ABOUT, subject, located, &what));
        }
    }
}
