//! `mcp/literal-in-default`: the default of a reference is a credential.

use super::judge::Form;
use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-in-default",
    title: "a literal credential as the default of a reference",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "The default is as public as any other literal, and it is used wherever the variable is missing.",
    fix: "Rotate the credential and drop the default: `${NAME:-value}` becomes `${NAME}`.",
    details: "`${NAME:-value}` and the other operators that give a value.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in subject.literals.iter().filter(|located| located.literal.form == Form::Default) {
            found.push(remedy::credential(&ABOUT, subject, located, "default of a reference"));
        }
    }
}
