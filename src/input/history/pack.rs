//! One pack: its index, its bytes, and the headers of its entries.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::hash::Kind as HashKind;
use gix::{ObjectId, oid};
use gix_pack::{data, index};

use super::damage::Damage;
use crate::source::ObjectKind;

/// A pack with its index, both mapped into memory or, where that fails, read.
pub(super) struct Pack {
    /// The path of the pack file.
    pub(super) path: PathBuf,
    /// The index.
    pub(super) index: Index,
    /// Whether the index is what was once written, as soon as somebody asks.
    soundness: OnceLock<bool>,
    content: Content,
    /// Where the entries end and the checksum begins.
    pub(super) end: usize,
    hash: HashKind,
}

/// An index, whichever way it was loaded.
pub(super) enum Index {
    /// Mapped into memory.
    Mapped(index::File),
    /// Read into memory.
    Read(index::File<Vec<u8>>),
}

enum Content {
    Mapped(data::File),
    Read(Vec<u8>),
}

/// The head of one entry of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Whether it is whole, or a delta and on what.
    pub(super) base: Base,
    /// The size of the expanded data: of the object, or of the delta's instructions.
    pub(super) size: u64,
    /// Where in the pack the compressed data begin.
    pub(super) data: usize,
}

/// What an entry builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing: it is an object of this kind.
    Whole(ObjectKind),
    /// The entry at this offset.
    Offset(u64),
    /// The object of this name.
    Named(ObjectId),
}

macro_rules! on_index {
    ($self:ident, $file:ident => $body:expr) => {
        match $self {
            Index::Mapped($file) => $body,
            Index::Read($file) => $body,
        }
    };
}

impl Index {
    /// Returns how many objects are listed.
    pub(super) fn len(&self) -> u32 {
        on_index!(self, file => file.num_objects())
    }

    /// Returns the name of the object in `slot`; names ascend with slots.
    #[inline]
    pub(super) fn id(&self, slot: u32) -> &oid {
        on_index!(self, file => file.oid_at_index(slot))
    }

    /// Returns the offset of the object in `slot`.
    #[inline]
    pub(super) fn offset(&self, slot: u32) -> u64 {
        on_index!(self, file => file.pack_offset_at_index(slot))
    }

    /// Returns the checksum over the packed bytes of the object in `slot`; old indices have none.
    #[inline]
    pub(super) fn checksum(&self, slot: u32) -> Option<u32> {
        on_index!(self, file => file.crc32_at_index(slot))
    }

    /// Tells whether there are checksums: the first version of the format has none.
    #[inline]
    pub(super) fn has_checksums(&self) -> bool {
        on_index!(self, file => file.version() == index::Version::V2)
    }

    /// Lets the processor fetch what is known of the object in `slot`, so that it need not be waited for.
    #[inline]
    pub(super) fn prefetch(&self, slot: u32) {
        let id = self.id(slot).as_bytes();
        // A name may cross the border of what the processor fetches at once.
        prefetch(id.as_ptr());
        prefetch(id.as_ptr().wrapping_add(id.len() - 1));
        if self.has_checksums() {
            // The checksums of four bytes each stand behind all names: gitformat-pack(5).
            let names_behind = (self.len() - slot) as usize * id.len();
            prefetch(id.as_ptr().wrapping_add(names_behind + slot as usize * 4));
        }
    }

    /// Returns the slot of `id`.
    pub(super) fn find(&self, id: &oid) -> Option<u32> {
        on_index!(self, file => file.lookup(id))
    }

    fn is_sound(&self) -> bool {
        let interrupt = std::sync::atomic::AtomicBool::new(false);
        on_index!(self, file => file.verify_checksum(&mut gix::progress::Discard, &interrupt).is_ok())
    }

    fn pack_checksum(&self) -> ObjectId {
        on_index!(self, file => file.pack_checksum())
    }
}

impl Pack {
    /// Opens the pack that belongs to the index at `index_path`.
    pub(super) fn open(index_path: &Path, hash: HashKind) -> Result<Self, Damage> {
        let path = index_path.with_extension("pack");
        let index = open_index(index_path, hash)?;
        let content = match data::File::at(&path, hash) {
            Ok(file) => Content::Mapped(file),
            Err(_) => Content::Read(fs::read(&path).map_err(|_| Damage::Unreadable)?),
        };
        let mut pack = Self { path, index, soundness: OnceLock::new(), content, end: 0, hash };
        let bytes = pack.all();
        let end = bytes.len().checked_sub(hash.len_in_bytes()).filter(|&end| end >= 12).ok_or(Damage::Truncated)?;
        let version = bytes[4..8].try_into().map(u32::from_be_bytes).unwrap_or_default();
        if &bytes[..4] != b"PACK" || !matches!(version, 2 | 3) {
            return Err(Damage::Header);
        }
        pack.end = end;
        Ok(pack)
    }

    /// Returns the file's name, printable.
    pub(super) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Returns all bytes of the pack file.
    pub(super) fn all(&self) -> &[u8] {
        match &self.content {
            Content::Mapped(file) => file.entry_slice(0..file.data_len() as u64).unwrap_or_default(),
            Content::Read(bytes) => bytes,
        }
    }

    /// Gives the memory back that mapped bytes take which were read; they can be read again.
    #[cfg(unix)]
    #[expect(unsafe_code, reason = "only the system can tell which pages it need not keep")]
    pub(super) fn release(&self) {
        /// What no page of a common system is larger than.
        const PAGE: usize = 1 << 16;
        if let Content::Mapped(_) = &self.content {
            let bytes = self.all();
            let before = bytes.as_ptr().align_offset(PAGE);
            let Some(pages) = bytes.get(before..) else { return };
            // SAFETY: the pages are those of a file that is mapped to be read alone, so the system fetches them again where
            // they are read again. They start at the border of a page. A failure costs memory and nothing else.
            unsafe {
                libc::madvise(pages.as_ptr().cast_mut().cast(), pages.len(), libc::MADV_DONTNEED);
            }
        }
    }

    /// Where the system is another one, it decides by itself.
    #[cfg(not(unix))]
    pub(super) const fn release(&self) {}

    /// Tells whether the bytes of the index are those that were once written.
    pub(super) fn has_sound_index(&self) -> bool {
        *self.soundness.get_or_init(|| self.index.is_sound())
    }

    /// Tells whether the trailer of the pack is the one that the index was made for.
    pub(super) fn is_indexed_by_its_index(&self) -> bool {
        &self.all()[self.end..] == self.index.pack_checksum().as_bytes()
    }

    /// Returns how many bytes the name of an object has.
    #[inline]
    pub(super) fn hash_len(&self) -> usize {
        self.hash.len_in_bytes()
    }

    /// Compares the packed bytes of the object in `slot` with the checksum in the index, if that has one.
    #[inline]
    pub(super) fn check(&self, slot: u32, (start, end): (u64, u64)) -> Result<(), Damage> {
        let Some(checksum) = self.index.checksum(slot) else { return Ok(()) };
        let bytes = self.all().get(start as usize..end as usize).ok_or(Damage::Truncated)?;
        if libdeflater::crc32(bytes) == checksum { Ok(()) } else { Err(Damage::Checksum) }
    }

    /// Lets the processor fetch the start of the entry at `offset`.
    #[inline]
    pub(super) fn prefetch(&self, offset: u64) {
        if let Some(entry) = self.all().get(offset as usize..) {
            prefetch(entry.as_ptr());
        }
    }

    /// Reads the head of the entry at `offset`.
    #[inline]
    pub(super) fn entry(&self, offset: u64) -> Result<Entry, Damage> {
        let start = usize::try_from(offset).map_err(|_| Damage::Place)?;
        if start < 12 || start >= self.end {
            return Err(Damage::Place);
        }
        entry(&self.all()[..self.end], start, self.hash)
    }
}

/// Lets the processor fetch the memory at a place; it may be any.
#[inline]
pub(super) fn prefetch<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "the instruction takes a pointer")]
    // SAFETY: every such processor has SSE, and the instruction reads nothing: a place that is none is passed over.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(place.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

fn open_index(path: &Path, hash: HashKind) -> Result<Index, Damage> {
    if let Ok(file) = index::File::at(path, hash) {
        return Ok(Index::Mapped(file));
    }
    let bytes = fs::read(path).map_err(|_| Damage::Unreadable)?;
    index::File::from_data(bytes, path.to_owned(), hash).map(Index::Read).map_err(|_| Damage::Header)
}

#[inline]
fn entry(bytes: &[u8], start: usize, hash: HashKind) -> Result<Entry, Damage> {
    let mut at = start;
    let mut next = || {
        let byte = bytes.get(at).copied().ok_or(Damage::Truncated);
        at += 1;
        byte
    };
    let first = next()?;
    let mut size = u64::from(first & 0x0f);
    let mut shift = 4;
    let mut byte = first;
    while byte & 0x80 != 0 {
        byte = next()?;
        if shift > 57 {
            return Err(Damage::Header);
        }
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
    }
    let base = match (first >> 4) & 7 {
        1 => Base::Whole(ObjectKind::Commit),
        2 => Base::Whole(ObjectKind::Tree),
        3 => Base::Whole(ObjectKind::Blob),
        4 => Base::Whole(ObjectKind::Tag),
        6 => {
            let mut byte = next()?;
            let mut distance = u64::from(byte & 0x7f);
            while byte & 0x80 != 0 {
                byte = next()?;
                distance = distance.checked_add(1).filter(|&d| d < 1 << 56).ok_or(Damage::Header)? << 7;
                distance |= u64::from(byte & 0x7f);
            }
            let base = (start as u64).checked_sub(distance).filter(|&base| base >= 12 && distance > 0);
            Base::Offset(base.ok_or(Damage::Base)?)
        }
        7 => {
            let end = at + hash.len_in_bytes();
            let name = bytes.get(at..end).ok_or(Damage::Truncated)?;
            at = end;
            Base::Named(ObjectId::try_from(name).map_err(|_| Damage::Header)?)
        }
        _ => return Err(Damage::Header),
    };
    Ok(Entry { base, size, data: at })
}
