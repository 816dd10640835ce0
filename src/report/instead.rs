//! What to write in place of a literal.

use super::location;
use crate::finding::Finding;
use crate::lint::is_dotenv_example;

/// What to do in an example of a dotenv file, which everybody may read and no program does.
pub const PLACEHOLDER: &str = "write a placeholder into the example, and the value into an `.env` that git ignores";

/// What takes the place of a literal.
pub enum Instead<'a> {
    /// A reference to a variable of this name.
    Variable(&'a str),
    /// A placeholder.
    Placeholder,
}

/// Returns what takes the place of a finding's literal, where that is known.
pub fn instead(finding: &Finding) -> Option<Instead<'_>> {
    if finding.rotation.is_some()
        && finding.places.iter().all(|place| location::path(place).is_some_and(is_dotenv_example))
    {
        return Some(Instead::Placeholder);
    }
    finding.variable.as_deref().map(Instead::Variable)
}
