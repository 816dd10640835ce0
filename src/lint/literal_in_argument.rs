//! `mcp/literal-in-argument`: a credential is handed to a server on its command line.

use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};
use crate::mcp::Field;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-in-argument",
    title: "a literal credential among the arguments of a server",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "Whoever can read the file, in any clone, fork or backup, can use the credential.",
    fix: "Rotate the credential, then let the client read it from a variable; `keysweep fix` writes the reference this client resolves.",
    details: "A flag and its value (`--api-key x`, `--api-key=x`), headers (`--header`), logins (`-u user:password`), assignments (`-e KEY=x`, `$env:KEY='x'`, `key:x`), lines for a shell, JSON in an argument, and arguments that can only be a token. Arguments are also visible to every process of the machine.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in subject.plain_literals(&[Field::Argument, Field::Command]) {
            let what = remedy::argument(subject, located);
            found.push(remedy::credential(&ABOUT, subject, located, &what));
        }
    }
}
