//! Reads a whole history, and asks it where findings come from.

use std::collections::HashSet;

use gix::ObjectId;

use super::Gather;
use crate::finding::{Attribution, Finding, Notice};
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

/// Adds to each place in an object what history knows about it. Costs nothing if there is none.
pub fn attribute(repository: &Repository, findings: &mut [Finding], notices: &mut Vec<Notice>) {
    let places = || findings.iter().flat_map(|finding| &finding.places);
    let wanted: HashSet<ObjectId> = places().filter_map(|place| place.origin.object()).collect();
    if wanted.is_empty() {
        return;
    }
    let known = match history::attribute(repository.git(), &wanted) {
        Ok(known) => known,
        Err(error) => {
            notices.push(Notice::unread(
                "history",
                format!("cannot tell where findings come from: {error}"),
                "check the repository with `git fsck`",
            ));
            return;
        }
    };
    for place in findings.iter_mut().flat_map(|finding| &mut finding.places) {
        place.attribution =
            place.origin.object().map(|id| known.get(&id).cloned().unwrap_or_else(Attribution::default));
    }
}
