//! How to put it right: the rotation of a credential, told once for each rule, and the fix.

use std::io;

use super::page::Page;
use crate::finding::{Finding, Rotation};
use crate::report::escape::plain;
use crate::report::location;

/// The rotations that the reader has seen already, with the place where.
#[derive(Default)]
pub struct Told(Vec<(String, Rotation, String)>);

impl Told {
    /// Returns the place under which the same guidance stands, or remembers that it stands here.
    fn before(&mut self, finding: &Finding, rotation: &Rotation) -> Option<&str> {
        let known = self.0.iter().position(|(rule, told, _)| *rule == finding.meta.id && told == rotation);
        match known {
            Some(index) => Some(&self.0[index].2),
            None => {
                let place = finding.places.first().map(location::label).unwrap_or_default();
                self.0.push((finding.meta.id.clone(), rotation.clone(), place));
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
    match &finding.variable {
        Some(variable) => page.field(
            "instead",
            &format!("read it from the environment variable {}, kept outside of git", plain(variable)),
        ),
        None => Ok(()),
    }
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
