//! Finds out where the pages of a database, or of its write-ahead log, lie in the file.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use super::super::read_at;
use super::page::{long, short};

/// What a database starts with.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";
/// How long the header in its first page is.
pub(super) const HEADER: usize = 100;
/// What a write-ahead log starts with, but for the last bit.
pub(super) const LOG: u32 = 0x377f_0682;
/// How long the header of a log is.
pub(super) const LOG_HEADER: usize = 32;
/// How long the header of each page in a log is.
pub(super) const FRAME: usize = 24;

/// Where the pages of a file lie, and which are which.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// How many bytes a page has, and how many of them are used.
    pub(super) size: usize,
    pub(super) usable: usize,
    /// How many bytes stand before the first page, and before each.
    first: usize,
    pub(super) before: usize,
    pub(super) count: usize,
    /// The places of the pages by their numbers, if these do not count from one on; of several, the last one.
    places: Option<HashMap<u32, usize>>,
    /// The places of pages that begin with the header of the database, ascending.
    pub(super) headed: Vec<usize>,
    /// The first of the pages that list what is free, and how many pages are free.
    pub(super) free: u32,
    pub(super) free_count: u32,
    /// Whether the header of a log is one that was made so, since SQLite goes by no other.
    pub(super) is_believed: bool,
    /// How many pages a database should have.
    pub(super) declared: usize,
    /// Whether some pages of a database tell to what the others belong.
    pub(super) is_mapped: bool,
    pub(super) is_utf16: bool,
}

impl Pages {
    /// Finds out about the file at `path`; `None` if it is neither a database nor the log of one.
    pub(super) fn of(path: &Path, file: &File, len: usize) -> Option<Self> {
        let mut header = Vec::new();
        read_at(file, 0, HEADER, &mut header).ok()?;
        if header.starts_with(MAGIC) {
            let size = match short(&header, 16)? {
                1 => 1 << 16,
                size => usize::from(size),
            };
            let (count, free) = (len / size.max(1), long(&header, 32)?);
            let (declared, is_mapped) = (declared(&header, len, size)?, long(&header, 52)? > 0);
            let (headed, free_count) = (vec![0], long(&header, 36)?);
            let pages = Self { size, usable: size, count, headed, free, free_count, ..Self::default() };
            let pages = Self { declared, is_mapped, ..pages };
            return pages.described(&header);
        }
        if long(&header, 0)? & !1 != LOG {
            return None;
        }
        let size = usize::try_from(long(&header, 8)?).ok()?;
        let (first, before) = (LOG_HEADER, FRAME);
        let count = len.saturating_sub(first) / size.checked_add(before)?;
        let is_believed = header.get(..LOG_HEADER).is_none_or(is_summed_up);
        let mut pages = Self { size, usable: size, first, before, count, is_believed, ..Self::default() };
        if !pages.is_sound() {
            return None;
        }
        pages.find_places(file, header.get(16..24)?);
        // The database has an earlier state of its first page than the log, if this has any.
        let of_log = || header_at(file, pages.offset(pages.place(1)?));
        let of_database = || {
            let name = path.file_name()?.to_str()?.strip_suffix("-wal")?;
            header_at(&File::open(path.with_file_name(name)).ok()?, 0)
        };
        match of_log().or_else(of_database) {
            Some(header) => pages.described(&header),
            None => Some(pages),
        }
    }

    /// Takes from the header of a database how much of a page is used, and how text is encoded; `None` if that cannot be.
    fn described(mut self, header: &[u8]) -> Option<Self> {
        self.usable = self.size.checked_sub(usize::from(*header.get(20)?))?;
        self.is_utf16 = matches!(long(header, 56)?, 2 | 3);
        self.is_sound().then_some(self)
    }

    const fn is_sound(&self) -> bool {
        self.size.is_power_of_two() && self.size >= 512 && self.size <= 1 << 16 && self.usable >= 480
    }

    /// Finds the places of a log's pages by their numbers; `salt` is what those have that count.
    fn find_places(&mut self, file: &File, salt: &[u8]) {
        let (mut places, mut frame, mut counting) = (HashMap::new(), Vec::new(), HashSet::new());
        for place in 0..self.count {
            let at = self.offset(place) - FRAME;
            let Some(number) = read_at(file, at as u64, FRAME, &mut frame).ok().and_then(|()| long(&frame, 0)) else {
                break;
            };
            if number == 1 {
                self.headed.push(place);
            }
            let counts = frame.get(8..16) == Some(salt);
            if counts {
                counting.insert(number);
            }
            if counts || !counting.contains(&number) {
                places.insert(number, place);
            }
        }
        self.places = Some(places);
    }

    /// Returns whether the file is the log of a database.
    pub(super) const fn is_log(&self) -> bool {
        self.places.is_some()
    }

    /// Returns where the page at a place begins in itself: behind the header of the database, if it has that.
    pub(super) fn start(&self, place: usize) -> usize {
        if self.headed.binary_search(&place).is_ok() { HEADER } else { 0 }
    }

    /// Returns where the page at a place starts in the file.
    pub(super) const fn offset(&self, place: usize) -> usize {
        self.first + place * (self.before + self.size) + self.before
    }

    /// Returns the place of the page with a number.
    pub(super) fn place(&self, number: u32) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(&number).copied(),
            None => (number as usize).checked_sub(1).filter(|&place| place < self.count),
        }
    }
}

/// Returns how many pages a database of `len` bytes should have.
///
/// Its header says so; but what it says counts only if the same change wrote it that was the last one, since old programs leave it
/// as it was.
fn declared(header: &[u8], len: usize, size: usize) -> Option<usize> {
    let written = long(header, 28).filter(|&count| count > 0 && header.get(24..28) == header.get(92..96));
    long(header, HEADER - 4)?;
    Some(written.map_or(len.div_ceil(size.max(1)), |count| count as usize))
}

/// Tells whether the sums at the end of a log's header are those of what stands before.
fn is_summed_up(header: &[u8]) -> bool {
    let (told, sums) = header.split_at(LOG_HEADER - 8);
    // The last bit of the first number says in which order the bytes of a number are added.
    let is_big = told[3] & 1 == 1;
    let number = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    let (mut one, mut two) = (0_u32, 0_u32);
    for eight in told.chunks_exact(8) {
        one = one.wrapping_add(number(&eight[..4])).wrapping_add(two);
        two = two.wrapping_add(number(&eight[4..])).wrapping_add(one);
    }
    long(sums, 0) == Some(one) && long(sums, 4) == Some(two)
}

/// Tells whether a file is called the log of one beside it that begins like a database.
pub(super) fn is_called_log(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix("-wal"));
    let database = name.and_then(|name| File::open(path.with_file_name(name)).ok());
    database.is_some_and(|file| header_at(&file, 0).is_some())
}

/// Reads the header of a database from a place of a file on; `None` if there is none.
fn header_at(file: &File, at: usize) -> Option<Vec<u8>> {
    let mut header = Vec::new();
    read_at(file, at as u64, HEADER, &mut header).ok()?;
    (header.len() == HEADER && header.starts_with(MAGIC)).then_some(header)
}
