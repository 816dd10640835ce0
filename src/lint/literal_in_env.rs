//! `mcp/literal-in-env`: a credential is written out among the variables of a server.

use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};
use crate::mcp::Field;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-in-env",
    title: "a literal credential in the environment of a server",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "Whoever can read the file, in any clone, fork or backup, can use the credential.",
    fix: "Rotate the credential, then let the client read it from a variable; `keysweep fix` writes the reference this client resolves.",
    details: "Variables whose name says `key`, `token`, `secret`, `password` and the like, whose name ends with `API`, `ACCESS` or `INTEGRATION` while the value can only be a key, or whose value the detection engine knows; also inside of JSON, URLs and connection strings. References, placeholders, paths, numbers and words are not credentials.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in subject.plain_literals(&[Field::Env]) {
            let what = format!("variable `{}`", subject.shown(&subject.leaf(located).name));
            found.push(remedy::credential(&ABOUT, subject, located, &what));
        }
    }
}
