//! `mcp/literal-in-header`: a credential is written out in a header of a remote server.

use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};
use crate::mcp::Field;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-in-header",
    title: "a literal credential in a header",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "Whoever can read the file, in any clone, fork or backup, can use the credential.",
    fix: "Rotate the credential, then let the client read it from a variable; `keysweep fix` writes the reference this client resolves.",
    details: "Values of `Authorization` behind `Bearer`, `Basic` or another scheme, and of headers whose name says that they hold a key; also beside references, as in `Bearer ${PREFIX}-literal`.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in subject.plain_literals(&[Field::Headers]) {
            let what = format!("header `{}`", subject.shown(&subject.leaf(located).name));
            found.push(remedy::credential(&ABOUT, subject, located, &what));
        }
    }
}
