//! `mcp/literal-in-url`: a credential is a part of a URL.

use super::judge::{Form, Part};
use super::{About, Lint, LintFinding, Persona, Subject, remedy};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/literal-in-url",
    title: "a literal credential in a URL",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "A URL ends up in logs, histories and error messages of everything on its way, so the credential in it is read by many.",
    fix: "Rotate the credential; use a header or OAuth if the server offers them, else a reference where the client resolves one in URLs.",
    details: "Passwords before the `@` and tokens that stand there alone, values of the query or the fragment such as `?token=` and `#access_token=`, and keys as a part of the path: on hosts that take them so, and in the address of a server where the part before names nothing whose identifier it could be. Also in arguments and variables.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        for located in &subject.literals {
            let Form::Url(part) = located.literal.form else { continue };
            let what = match part {
                Part::Userinfo => format!("{} in a URL", located.literal.name),
                Part::Query => format!("query value `{}` in a URL", subject.shown(&located.literal.name)),
                Part::Path => "key in the path of a URL".to_owned(),
            };
            found.push(remedy::credential(&ABOUT, subject, located, &what));
        }
    }
}
