//! Reads a whole history, and asks it where findings come from.

use std::collections::HashSet;

use gix::ObjectId;

use super::gather::Gathered;
use super::{Gather, lint};
use crate::finding::Notice;
use crate::input::Coverage;
use crate::input::history::{self, HistoryError, Options};
use crate::input::repository::Repository;
use crate::inspect::Inspector;

/// Shows every object to `gather`.
///
/// # Errors
/// The object database cannot be listed.
pub fn read(repository: &Repository, gather: &Gather<'_>, coverage: &Coverage) -> Result<(), HistoryError> {
    history::read(repository.git(), gather, coverage, &Options::default())
}

/// Adds to each place in an object what history knows about it, and lints the configuration that lies there.
///
/// Costs nothing if there is neither.
pub fn attribute(repository: &Repository, inspector: &Inspector, gathered: &mut Gathered) {
    let objects =
        gathered.findings.iter().flat_map(|finding| &finding.places).filter_map(|place| place.origin.object());
    let wanted: HashSet<ObjectId> = objects.chain(gathered.configurations.iter().copied()).collect();
    if wanted.is_empty() {
        return;
    }
    let known = match history::attribute(repository.git(), &wanted) {
        Ok(known) => known,
        Err(error) => {
            let message = format!("cannot tell where findings come from: {error}");
            gathered.notices.push(Notice::unread("history", message, "check the repository with `git fsck`"));
            return;
        }
    };
    let of = |id: &ObjectId| known.get(id).cloned();
    let lints = lint::history(repository, &gathered.configurations, &of, inspector, &mut gathered.notices);
    gathered.findings.extend(lints);
    for place in gathered.findings.iter_mut().flat_map(|finding| &mut finding.places) {
        place.attribution = place.origin.object().map(|id| known.get(&id).cloned().unwrap_or_default());
    }
}
