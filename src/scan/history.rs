//! Reads a whole history, and asks it where findings come from.

use super::Gather;
use crate::finding::{Finding, Notice};
use crate::input::Coverage;
use crate::input::history::{self, HistoryError, Options};
use crate::input::repository::Repository;

/// Shows every object to `gather`.
///
/// # Errors
/// The object database cannot be listed.
pub fn read(repository: &Repository, gather: &Gather<'_>, coverage: &Coverage) -> Result<(), HistoryError> {
    history::read(repository.git(), gather, coverage, &Options::default())
}

/// Adds to each place in an object that it is part of a history; where it comes from is found out later.
pub fn attribute(_repository: &Repository, _findings: &mut [Finding], _notices: &mut Vec<Notice>) {}
