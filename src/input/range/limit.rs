//! Which of the commits that are reached are meant: those since a date, those near the ends of history.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;

use gix::ObjectId;
use jiff::{Timestamp, Zoned};

use super::walk::Found;

/// Keeps to a part of what is reached; by default to all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// The time before which a commit is left out, by its committer's date.
    pub since: Option<Timestamp>,
    /// How many commits, one the parent of the other, are followed from where a walk begins.
    pub depth: Option<NonZeroUsize>,
}

/// Why a date means nothing.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DateError {
    /// Nobody knows what it says.
    #[error("`{}` is no date", text.escape_debug())]
    #[diagnostic(
        code(input::unknown_date),
        help("write it as in `2026-03-01`, `2026-03-01T12:00:00Z`, `yesterday` or `2 weeks ago`")
    )]
    Unknown {
        /// What was given.
        text: String,
    },
    /// No commit can be so young.
    #[error("`{}` lies in the future", text.escape_debug())]
    #[diagnostic(code(input::future_date), help("name the oldest date that matters"))]
    Future {
        /// What was given.
        text: String,
    },
}

/// Reads a date as git's users write them: ISO 8601 and RFC 3339, RFC 2822, seconds after `@`, `yesterday`, `2 weeks ago`.
///
/// A date without a zone is one of UTC.
///
/// # Errors
/// It is none, or lies in the future: then nothing would be looked at, which must not look like a clean history.
pub fn date(text: &str, now: &Zoned) -> Result<Timestamp, DateError> {
    let unknown = || DateError::Unknown { text: text.to_owned() };
    // Every unit that is not known counts for a second there, so that a typing error would mean a moment ago.
    if !has_known_units(text) {
        return Err(unknown());
    }
    let time = gix::date::parse(text.trim(), Some(now.clone())).map_err(|_| unknown())?;
    let time = Timestamp::from_second(time.seconds).map_err(|_| unknown())?;
    if time > now.timestamp() { Err(DateError::Future { text: text.to_owned() }) } else { Ok(time) }
}

/// Tells, of a date that counts back from now, whether each of its counts has a unit that is known; true for other dates, but
/// for those that count forwards.
fn has_known_units(text: &str) -> bool {
    const COUNTS: [&str; 14] =
        ["a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "last", "the"];
    const UNITS: [&str; 7] = ["second", "minute", "hour", "day", "week", "month", "year"];
    const FORWARDS: [&str; 4] = ["in", "next", "from", "tomorrow"];
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_count = |word: &str| COUNTS.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit());
    let is_unit = |word: &str| UNITS.contains(&word.strip_suffix('s').unwrap_or(word));
    if words.last() != Some(&"ago") {
        return !words.iter().any(|word| FORWARDS.contains(word) || *word == "ago");
    }
    let mut rest = &words[..words.len() - 1];
    loop {
        let glued = rest.first().map(|word| word.trim_start_matches(|letter: char| letter.is_ascii_digit()));
        rest = match rest {
            [count, unit, rest @ ..] if is_count(count) && is_unit(unit) => rest,
            [word, rest @ ..] if glued.is_some_and(|unit| unit.len() < word.len() && is_unit(unit)) => rest,
            _ => return false,
        };
        match rest {
            [] => return true,
            ["and", behind @ ..] => rest = behind,
            _ => {}
        }
    }
}

impl Limit {
    /// Tells whether a time is late enough.
    pub fn admits(&self, seconds: i64) -> bool {
        self.since.is_none_or(|since| seconds >= since.as_second())
    }

    /// Returns those of `commits` that are near enough to `starts`, from which a walk reached them, in their order.
    pub(super) fn near(&self, mut commits: Vec<Found>, starts: &[ObjectId]) -> Vec<Found> {
        if let Some(depth) = self.depth {
            let near = near(&commits, starts, depth);
            commits.retain(|commit| near.contains(&commit.id));
        }
        commits
    }
}

/// Returns the commits that are at most so deep below one of `starts`, which are at depth 1.
fn near(commits: &[Found], starts: &[ObjectId], depth: NonZeroUsize) -> HashSet<ObjectId> {
    let by_id: HashMap<ObjectId, &Found> = commits.iter().map(|commit| (commit.id, commit)).collect();
    let mut near: HashSet<ObjectId> = HashSet::new();
    let mut level: Vec<&Found> = starts.iter().filter_map(|id| by_id.get(id).copied()).collect();
    for _ in 0..depth.get() {
        level.retain(|commit| near.insert(commit.id));
        if level.is_empty() {
            break;
        }
        level = level.iter().flat_map(|commit| &commit.parents).filter_map(|id| by_id.get(id).copied()).collect();
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_what_git_takes_them_for() {
        let now: Zoned = "2026-03-15T12:00:00[UTC]".parse().expect("it is a time");
        for (text, meant) in [
            ("2026-03-01", "2026-03-01T00:00:00Z"),
            ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
            ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
            ("2026-03-01 10:00:00 +0200", "2026-03-01T08:00:00Z"),
            ("2026-03-01 10:00:00", "2026-03-01T10:00:00Z"),
            ("Sun, 1 Mar 2026 10:00:00 +0000", "2026-03-01T10:00:00Z"),
            ("@1700000000", "2023-11-14T22:13:20Z"),
            ("2 weeks ago", "2026-03-01T12:00:00Z"),
            ("2.weeks.ago", "2026-03-01T12:00:00Z"),
            ("2 weeks", "2026-03-01T12:00:00Z"),
            ("one month ago", "2026-02-15T12:00:00Z"),
            ("1 day 2 hours ago", "2026-03-14T10:00:00Z"),
            ("1 day and 2 hours ago", "2026-03-14T10:00:00Z"),
            ("yesterday", "2026-03-14T12:00:00Z"),
        ] {
            assert_eq!(
                date(text, &now).map_err(|error| error.to_string()),
                Ok(meant.parse().expect("a time")),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date_of_the_past_is_refused() {
        let now: Zoned = "2026-03-15T12:00:00[UTC]".parse().expect("it is a time");
        for text in [
            "",
            "soon",
            "2 wekes ago",
            "ago",
            "3 mnths ago",
            "2026-13-01",
            "20260301",
            "main",
            "1.5 weeks ago",
            "1 and 2 weeks ago",
            "in 1 year",
            "2 weeks ago 3",
        ] {
            assert!(matches!(date(text, &now), Err(DateError::Unknown { .. })), "{text}: {:?}", date(text, &now));
        }
        for text in ["2026-03-16", "2026-03-15T13:00:00Z"] {
            assert!(matches!(date(text, &now), Err(DateError::Future { .. })), "{text}");
        }
    }
}
