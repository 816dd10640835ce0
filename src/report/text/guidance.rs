//! How to put it right: the rotation of a credential, told once for each rule, and the fix.

use std::collections::HashSet;
use std::io;

use super::page::Page;
use crate::finding::{FILE_NAME, Finding, Place, Rotation, Verdict};
use crate::report::escape::plain;
use crate::report::instead::{Instead, PLACEHOLDER, instead};
use crate::report::location;
use crate::scan::{Leave, Mode, Report};

/// What the reader has seen already.
#[derive(Default)]
pub struct Told {
    /// The rotations, with the place where.
    rotations: Vec<(String, Rotation, String)>,
    /// The reasons why a finding matters.
    reasons: HashSet<String>,
    /// Whether it is said how to allow a finding, and who may.
    explains_allow: bool,
    leave: Leave,
}

impl Told {
    /// Starts a report in which nothing has been told. What stops a commit or a push says how to go on.
    pub fn new(report: &Report) -> Self {
        let explains_allow = matches!(report.mode, Mode::Staged | Mode::Range);
        Self { explains_allow, leave: report.leave, ..Self::default() }
    }

    /// Tells whether a reason is new to the reader, and takes note of it.
    pub fn is_new(&mut self, reason: &str) -> bool {
        self.reasons.insert(reason.to_owned())
    }

    /// Returns the place under which the same guidance stands, or remembers that it stands here.
    fn before(&mut self, finding: &Finding, rotation: &Rotation) -> Option<&str> {
        let known = self.rotations.iter().position(|(rule, told, _)| *rule == finding.meta.id && told == rotation);
        match known {
            Some(index) => Some(&self.rotations[index].2),
            None => {
                let place = finding.places.first().map(location::label).unwrap_or_default();
                self.rotations.push((finding.meta.id.clone(), rotation.clone(), place));
                None
            }
        }
    }
}

/// Writes what to do about a finding.
pub fn tell(finding: &Finding, told: &mut Told, page: &mut Page<'_>) -> io::Result<()> {
    match finding.rotation.as_deref() {
        Some(rotation) => match told.before(finding, rotation) {
            Some(place) => {
                let text = format!("as told above for {} at {place}", plain(&finding.meta.id));
                page.field("rotate", &text)?;
            }
            None => steps(rotation, &finding.meta.fix, page)?,
        },
        None => page.field("fix", &plain(&finding.meta.fix))?,
    }
    match instead(finding) {
        Some(Instead::Variable(name)) => {
            let text = format!("read it from the environment variable {}, kept outside of git", plain(name));
            page.field("instead", &text)?;
        }
        Some(Instead::Placeholder) => page.field("instead", PLACEHOLDER)?,
        None => {}
    }
    match told.leave {
        _ if !told.explains_allow || finding.verdict != Verdict::Active => Ok(()),
        Leave::Author => allow(finding, page),
        Leave::Server { comments } => ask(finding, comments, page),
    }
}

/// Says how a finding that is no leak is allowed: where its line can hold a comment, or by its fingerprint.
fn allow(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let takes_comment = |place: &Place| {
        let path = location::path(place).filter(|_| location::is_current(place) && !is_name(place));
        path.is_some_and(|path| !path.ends_with(b".json"))
    };
    let comment = match finding.places.iter().all(takes_comment) {
        true => format!("a comment `keysweep:allow[{}] REASON` on its line, or ", plain(&finding.meta.id)),
        false => String::new(),
    };
    page.field("no leak?", &format!("{comment}{} in keysweep.toml", entry(finding)))
}

/// Says whom to ask on the other side of a push to allow a finding that is no leak, and whether a comment does as well.
fn ask(finding: &Finding, comments: bool, page: &mut Page<'_>) -> io::Result<()> {
    let ask = format!("ask whoever runs this server for {} in its own keysweep.toml", entry(finding));
    let text = match comments && !finding.places.iter().any(is_name) {
        true => format!("a comment `keysweep:allow[{}] REASON` on its line, or {ask}", plain(&finding.meta.id)),
        false => format!("{ask}; neither a `keysweep:allow` comment nor a keysweep.toml in what is pushed counts here"),
    };
    page.field("no leak?", &text)
}

/// Tells whether a place is in a file's name, which has no line that could hold a comment.
fn is_name(place: &Place) -> bool {
    place.via.first().is_some_and(|via| via == FILE_NAME)
}

/// Names the entry that allows a finding wherever it stands.
fn entry(finding: &Finding) -> String {
    format!("an `[[allow]]` with a `reason` and fingerprint = \"{}\"", plain(finding.fingerprint()))
}

/// Writes the steps, commands and facts of a rotation; `fix` stands in where there are no steps.
pub fn steps(rotation: &Rotation, fix: &str, page: &mut Page<'_>) -> io::Result<()> {
    let mut name = "rotate";
    for (index, step) in rotation.steps.iter().enumerate() {
        page.item(name, &format!("{}. ", index + 1), &plain(step))?;
        name = "";
    }
    if rotation.steps.is_empty() && !fix.is_empty() {
        page.item(name, "", &plain(fix))?;
        name = "";
    }
    for command in &rotation.commands {
        page.verbatim(name, "$ ", &plain(command))?;
        name = "";
    }
    page.field("where", &plain(&rotation.place))?;
    page.field("effect", &plain(&rotation.immediate))?;
    page.field("reach", &plain(&rotation.scope))?;
    page.field("audit", &plain(&rotation.audit))?;
    page.field("docs", &plain(&rotation.docs))
}
