//! Which part of a history to scan: the arguments, and what they mean together.

use std::num::NonZeroUsize;

use jiff::Zoned;
use miette::miette;

use crate::input::range::{Limit, Part, date};

/// Which part of a history to scan.
#[derive(Debug, clap::Args)]
pub struct Portion {
    /// Keep to commits since a date, as in `2026-03-01`, `2026-03-01T12:00:00Z` or `2 weeks ago`; with `--history` or
    /// `--range`.
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Keep to commits that a branch reaches, as in `main` or `origin/main`; with `--history`, may be repeated.
    #[arg(long = "branch", value_name = "NAME")]
    branches: Vec<String>,
    /// Keep to the last N commits, one the parent of the other, of each branch; with `--history` or `--range`.
    #[arg(long, value_name = "N")]
    max_depth: Option<NonZeroUsize>,
}

impl Portion {
    /// Returns the first option that was given, if there is one.
    pub fn option(&self) -> Option<&'static str> {
        let given = [
            (self.since.is_some(), "--since"),
            (!self.branches.is_empty(), "--branch"),
            (self.max_depth.is_some(), "--max-depth"),
        ];
        given.into_iter().find(|(is_given, _)| *is_given).map(|(_, option)| option)
    }

    /// Returns what part of a history is meant, or of a range; `None` for all of it.
    ///
    /// # Errors
    /// The date is none, or the options do not go together.
    pub fn part(&self, range: Option<&String>) -> miette::Result<Option<(Part, Limit)>> {
        if self.option().is_none() {
            return Ok(None);
        }
        let part = match range {
            Some(_) if !self.branches.is_empty() => {
                return Err(miette!(
                    help = "name the branch in the range, as in `--range main..topic`",
                    "`--branch` and `--range` both say which commits are meant"
                ));
            }
            Some(range) => Part::Range(range.clone()),
            None if self.branches.is_empty() => Part::All,
            None => Part::Branches(self.branches.clone()),
        };
        let since = self.since.as_ref().map(|text| date(text, &Zoned::now())).transpose()?;
        Ok(Some((part, Limit { since, depth: self.max_depth })))
    }

    /// Refuses the options where there is no history to take a part of.
    ///
    /// # Errors
    /// One was given.
    pub fn refuse(&self) -> miette::Result<()> {
        self.option().map_or(Ok(()), |option| {
            Err(miette!(
                help = "add `--history`, or `--range A..B`",
                "`{option}` keeps to a part of history, and no history is to be scanned"
            ))
        })
    }
}
