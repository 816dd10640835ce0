//! Tells what is missing or damaged of a file that is, or should be, a database or the log of one.

use std::fs::File;
use std::path::Path;

use super::super::read_at;
use super::page::{INDEX, TABLE, is_branch, long};
use super::pages::{HEADER, LOG, LOG_HEADER, MAGIC, Pages};
use crate::quantity::{counted, number};

/// Where in a database a page lies that is never used, for locks.
const LOCK: usize = 1 << 30;

/// Returns what is wrong with a file that is neither a database nor a log, if it begins like one or should be one, which `is_due`
/// says.
pub(super) fn of_another(path: &Path, file: &File, len: usize, is_due: bool) -> Option<&'static str> {
    let mut header = Vec::new();
    read_at(file, 0, HEADER, &mut header).ok()?;
    let is_log = long(&header, 0).is_some_and(|start| start & !1 == LOG);
    let least = if is_log { LOG_HEADER } else { HEADER };
    if header.starts_with(MAGIC) || is_log {
        return Some(match len < least {
            true => "is cut off: it ends in its header",
            false => "is damaged: its header says what cannot be, so that it was not read row by row",
        });
    }
    (is_due && len > 0).then(|| match path.as_os_str().as_encoded_bytes().ends_with(b"-wal") {
        true => "is no write-ahead log of SQLite, although it is called one",
        false => "is no database of SQLite, although it is called one",
    })
}

/// What was seen of the pages of a file, each by its place.
pub(super) struct Seen<'a> {
    /// Those that could not be read by their kind.
    pub broken: &'a [bool],
    /// Those that belong to nothing, as a list says.
    pub free: &'a [bool],
    /// Whether that list is sound, and where pages lead to.
    pub is_list_sound: bool,
    pub are_trees_sound: bool,
}

/// Returns what is wrong with a file of `len` bytes.
pub(super) fn of(path: &Path, pages: &Pages, len: usize, seen: &Seen<'_>) -> Option<String> {
    let places: Vec<usize> = (0..pages.count).filter(|&place| seen.broken[place] && !seen.free[place]).collect();
    if pages.is_log() {
        let is_cut = len > pages.offset(pages.count) - pages.before;
        let cut = || "is cut off: it ends in the middle of a page".to_owned();
        let unbelieved =
            || (!pages.is_believed).then(|| "is damaged: its header is not what was written there".to_owned());
        return if is_cut { Some(cut()) } else { damaged(places.len(), pages.count).or_else(unbelieved) };
    }
    let missing = pages.declared.saturating_sub(pages.count);
    if missing == 0 && places.is_empty() && seen.is_list_sound && seen.are_trees_sound {
        return None;
    }
    let log = log_of(path);
    let has = |number: usize| log.as_ref().is_some_and(|log| log.place(number as u32).is_some());
    // No more than the log has can be there, however many the header makes up.
    let is_there = || missing <= log.as_ref().map_or(0, |log| log.count) && (pages.count + 1..=pages.declared).all(has);
    if missing > 0 && !is_there() {
        let (count, declared) = (pages.count, pages.declared);
        return Some(format!("is cut off: {} there, and no more could be looked at", some(count, declared)));
    }
    // What a change that is not done has left says nothing about how pages belong together.
    let is_done = log.as_ref().is_none_or(|log| log.count == 0) && !is_journal_open(path);
    if is_done && !seen.is_list_sound {
        return Some("is damaged: its list of free pages makes no sense".to_owned());
    }
    let mapped = pages.is_mapped.then_some(pages.usable);
    let counts = |number: usize| number <= pages.declared && !is_of_no_tree(number, pages.size, mapped) && !has(number);
    let circles = || {
        (is_done && !seen.are_trees_sound)
            .then(|| "is damaged: pages lead in circles, or two of them to the same one".to_owned())
    };
    damaged(places.iter().filter(|&place| counts(place + 1)).count(), pages.count).or_else(circles)
}

/// Returns whether a page of a database tells, as far as its number says, where others of a tree are.
pub(super) const fn may_be_of_tree(pages: &Pages, place: usize) -> bool {
    let mapped = if pages.is_mapped { Some(pages.usable) } else { None };
    !pages.is_log() && !is_of_no_tree(place + 1, pages.size, mapped)
}

/// Returns whether a page that belongs to no row reads as none, so that something of it may be missed.
///
/// Of a log, which has some pages alone, only those with rows can be told.
pub(super) fn is_broken(pages: &Pages, place: usize, page: &[u8]) -> bool {
    let start = pages.start(place);
    match pages.is_log() {
        true => matches!(page.get(start), Some(&TABLE | &INDEX)),
        false => !is_branch(page, start, pages.declared.max(pages.count)),
    }
}

fn damaged(broken: usize, count: usize) -> Option<String> {
    let message = "unreadable row by row, so that something may be missed";
    (broken > 0).then(|| format!("is damaged: {} {message}", some(broken, count)))
}

/// Says that so many pages of all are something.
fn some(count: usize, all: usize) -> String {
    let are = if count == 1 { "is" } else { "are" };
    format!("{} of {} {are}", number(count as u64), counted(all as u64, "page", "pages"))
}

/// Returns whether a page holds neither rows nor what leads to them: it is kept for locks, or tells to what others belong, as in
/// a database of which `mapped` bytes of a page are used. Pages have `size` bytes.
const fn is_of_no_tree(number: usize, size: usize, mapped: Option<usize>) -> bool {
    let lock = LOCK / size + 1;
    let Some(usable) = mapped else { return number == lock };
    // Each of them tells of so many pages behind it, with five bytes for one.
    let each = usable / 5 + 1;
    let map = number.saturating_sub(2) / each * each + 2;
    number == lock || number == if map == lock { map + 1 } else { map }
}

/// Returns the pages of the log beside a database.
fn log_of(path: &Path) -> Option<Pages> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    let file = File::open(&name).ok()?;
    let len = usize::try_from(file.metadata().ok()?.len()).ok()?;
    Pages::of(Path::new(&name), &file, len).filter(Pages::is_log)
}

/// Tells whether the journal beside a database has what would be taken back: one that is done with is empty, or begins with zeros.
fn is_journal_open(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    let mut start = Vec::new();
    let read = File::open(&name).and_then(|file| read_at(&file, 0, 8, &mut start));
    read.is_ok() && start.iter().any(|&byte| byte != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_for_locks_and_those_that_tell_of_others_are_no_rows() {
        let special = |range: std::ops::Range<usize>, size: usize, mapped: Option<usize>| {
            range.filter(|&number| is_of_no_tree(number, size, mapped)).collect::<Vec<_>>()
        };
        assert_eq!(special(1..300_000, 4096, None), [262_145]);
        assert_eq!(special(1..1700, 4096, Some(4096)), [2, 822, 1642]);
        // The page for locks comes where one of the others would be: that is the next one.
        let lock = LOCK / 1024 + 1;
        assert_eq!(special(lock - 10..lock + 10, 1024, Some(610)), [lock, lock + 1]);
    }
}
