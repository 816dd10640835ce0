//! Lints for the configuration of agents and MCP servers: one file each, pure, a tree in and findings out.

mod approves_everything;
mod commented_credential;
mod committed_env_block;
mod credential_in_command;
mod credential_in_link;
mod duplicate_key;
mod example_with_real_value;
mod finding;
mod hidden_unicode;
pub mod hint;
mod hook_fetches_and_runs;
pub mod judge;
mod literal_in_argument;
mod literal_in_default;
mod literal_in_env;
mod literal_in_header;
mod literal_in_url;
mod literal_input_default;
mod literal_oauth_secret;
mod literal_setting;
mod misplaced_token_reference;
mod overridden_endpoint;
mod plain_http;
mod recognition;
mod remedy;
mod repository;
mod salvage;
mod stored_oauth_token;
mod subject;
mod token_as_variable_name;
mod token_in_permission;
mod tracked_secret_file;
mod uncovered_secret_file;
mod unexpanded_reference;
mod unpinned_package;
mod wrong_server_key;

use std::borrow::Cow;

use bstr::BStr;

pub use crate::input::ignore_rules::IgnoreState;
pub use finding::{About, Edit, Fix, LintFinding, Moved, Persona, Safety, meta};
pub use recognition::{format, is_dotenv_example};
pub use repository::{RepositoryFacts, RepositoryFinding, clients, is_secret_file, lint_repository};
pub use salvage::MOST as MOST_SALVAGED;
pub use subject::{Located, Subject};
pub use uncovered_secret_file::ABOUT as UNCOVERED_SECRET_FILE;

use crate::document::{DocumentError, parse};
use judge::Judge;

/// A lint of one file.
pub trait Lint: Sync {
    /// Returns what the lint says about itself.
    fn about(&self) -> &'static About;

    /// Adds what is wrong with `subject` to `found`.
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>);
}

/// The lints of files, in the order of the documentation.
static LINTS: &[&dyn Lint] = &[
    &literal_in_env::Rule,
    &literal_in_header::Rule,
    &literal_in_argument::Rule,
    &literal_in_url::Rule,
    &literal_in_default::Rule,
    &literal_oauth_secret::Rule,
    &stored_oauth_token::Rule,
    &literal_input_default::Rule,
    &literal_setting::Rule,
    &token_in_permission::Rule,
    &commented_credential::Rule,
    &example_with_real_value::Rule,
    &unexpanded_reference::Rule,
    &token_as_variable_name::Rule,
    &misplaced_token_reference::Rule,
    &wrong_server_key::Rule,
    &duplicate_key::Rule,
    &committed_env_block::Rule,
    &approves_everything::Rule,
    &hook_fetches_and_runs::Rule,
    &overridden_endpoint::Rule,
    &hidden_unicode::Rule,
    &plain_http::Rule,
    &unpinned_package::Rule,
];

/// What the lints say about themselves: those of files, of text, of a repository, in this order.
pub fn all() -> impl Iterator<Item = &'static About> {
    let text = [&credential_in_link::ABOUT, &credential_in_command::ABOUT];
    let repository = [&uncovered_secret_file::ABOUT, &tracked_secret_file::ABOUT];
    LINTS.iter().map(|lint| lint.about()).chain(text).chain(repository)
}

/// How a run of lints is set up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// For whom: the others' lints stay silent.
    pub persona: Persona,
    /// Whether it is known that `mcp` stands nowhere in the bytes, so that lints of texts have nothing to look at.
    pub lacks_mcp: bool,
}

/// The result of linting one file.
#[derive(Debug, Default)]
pub struct Linted {
    /// What was found, in the order of the file.
    pub findings: Vec<LintFinding>,
    /// Why the file could not be read as a document; what could be judged as text is among the findings.
    pub error: Option<DocumentError>,
    /// Whether such a text holds more literal credentials than [`MOST_SALVAGED`], which alone are among the findings.
    pub is_cut: bool,
}

/// Tells whether a file is configuration that [`lint_document`] understands: by its path, or by what is in it.
pub fn is_configuration(path: &BStr, bytes: &[u8]) -> bool {
    recognition::format(path).is_some() && recognition::is_configuration(path, bytes)
}

/// Tells whether an agent reads or writes a file of that path, whatever is in it.
pub fn is_agents(path: &BStr) -> bool {
    crate::mcp::may_hold(path) && crate::mcp::is_telling_name(path) || recognition::is_store(path)
}

/// Tells whether an agent reads a file of that path with these bytes: many programs have a file of some of the names.
pub fn is_read_by_agent(path: &BStr, bytes: &[u8]) -> bool {
    is_agents(path) || crate::mcp::may_hold(path) && !crate::mcp::reading(path, bytes).is_empty()
}

/// Tells whether lints may have something to say about bytes whose path is not known, such as an object of history.
pub fn may_need_lints(bytes: &[u8]) -> bool {
    hint::is_in(bytes, hint::Words::Possible)
        && (recognition::may_be_configuration(bytes) || may_hold_text_lints(bytes))
}

/// Tells whether a text may hold a command or link with a credential.
fn may_hold_text_lints(bytes: &[u8]) -> bool {
    hint::speaks_of_mcp(bytes) && (credential_in_link::may_be_in(bytes) || credential_in_command::may_be_in(bytes))
}

/// Lints any file: as a document if it is configuration, or else as text.
pub fn lint(path: &BStr, bytes: &[u8], opinion: &dyn Fn(&[u8]) -> bool, options: Options) -> Linted {
    if is_configuration(path, bytes) {
        lint_document(path, bytes, opinion, options)
    } else if options.lacks_mcp {
        Linted::default()
    } else {
        Linted { findings: lint_text(bytes, opinion), ..Linted::default() }
    }
}

/// Lints one configuration file.
///
/// `opinion` tells whether the detection engine knows a value as a credential.
pub fn lint_document(path: &BStr, bytes: &[u8], opinion: &dyn Fn(&[u8]) -> bool, options: Options) -> Linted {
    let judge = Judge { opinion };
    let mut linted = Linted::default();
    if let Some(format) = recognition::format(path) {
        let mut run = |bytes: &[u8]| {
            let document = parse(bytes, format)?;
            let subject = Subject::new(path, bytes, &document, judge);
            for lint in LINTS.iter().filter(|lint| lint.about().persona <= options.persona) {
                lint.check(&subject, &mut linted.findings);
            }
            Ok(())
        };
        let mut result = run(bytes);
        if matches!(result, Err(DocumentError::NotUtf8 { .. })) && run(&readable(bytes)).is_err() {
            result = Err(DocumentError::Syntax { format, offset: 0 });
        }
        linted.error = result.err();
        if linted.error.is_some_and(|error| !matches!(error, DocumentError::NotUtf8 { .. })) {
            linted.is_cut = salvage::check(&readable(bytes), format, judge, &mut linted.findings);
        }
    }
    text(bytes, judge, &mut linted.findings);
    linted.findings.sort_by_key(|finding| (finding.span, finding.meta.id.clone()));
    linted.findings.dedup_by(is_repeated);
    linted
}

/// Returns bytes as text of the same length, in which each byte that is no UTF-8 is a question mark.
fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        text.resize(text.len() + chunk.invalid().len(), b'?');
    }
    Cow::Owned(text)
}

/// Lints a file of any other kind: documentation, scripts, workflows.
///
/// Costs a search for a word where there is nothing to find.
pub fn lint_text(bytes: &[u8], opinion: &dyn Fn(&[u8]) -> bool) -> Vec<LintFinding> {
    let mut found = Vec::new();
    if !hint::speaks_of_mcp(bytes) {
        return found;
    }
    text(bytes, Judge { opinion }, &mut found);
    found.sort_by_key(|finding| finding.span);
    found.dedup_by(is_repeated);
    found
}

/// Tells whether two findings are about one secret in one place.
fn is_repeated(later: &mut LintFinding, earlier: &mut LintFinding) -> bool {
    later.span == earlier.span && later.secret.is_some() && earlier.secret.is_some()
}

fn text(bytes: &[u8], judge: Judge<'_>, found: &mut Vec<LintFinding>) {
    credential_in_link::check(bytes, judge, found);
    credential_in_command::check(bytes, judge, found);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_says_what_is_wrong_why_and_what_to_do() {
        let mut seen = std::collections::HashSet::new();
        for about in all() {
            assert!(seen.insert(about.id), "{} twice", about.id);
            assert!(
                about.id.split_once('/').is_some_and(|(family, _)| matches!(family, "mcp" | "git")),
                "{}",
                about.id
            );
            assert!(
                about.title.chars().next().is_some_and(|c| !c.is_uppercase()) && !about.title.ends_with('.'),
                "{}",
                about.id
            );
            assert!(about.why.ends_with('.') && about.fix.ends_with('.'), "{}", about.id);
        }
    }
}
