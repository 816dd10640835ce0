//! `mcp/literal-setting`: a setting of an agent is a credential.

use super::judge::Form;
use super::stored_oauth_token::is_stored;
use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};
use crate::mcp::Field;

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-setting",
    title: "a literal credential in a setting",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Regular,
    why: "Whoever can read the file, in any clone, fork or backup, can use the credential.",
    fix: "Rotate the credential and keep it outside of the file: in a variable, the system keychain or an ignored file.",
    details: "Settings whose name says that they hold a key, in the configuration of an agent but outside of the usual fields: model keys, token stores, users, and helpers such as `apiKeyHelper` that only print one. Also what can be read in a file that does not parse.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in &subject.literals {
            let leaf = subject.leaf(located);
            let form = &located.literal.form;
            let elsewhere =
                matches!(form, Form::Default | Form::Url(_)) || located.server.is_some() && leaf.field != Field::Other;
            if elsewhere || is_stored(&leaf.name) && *form == Form::Value {
                continue;
            }
            let what = format!("setting `{}`", subject.shown(&leaf.name));
            found.push(remedy::credential(&ABOUT, subject, located, &what));
        }
    }
}
