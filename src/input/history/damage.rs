//! What can be wrong with a stored object, told without any of its bytes.

/// The reason why one object, or one file of the object store, could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    /// The data end before the object does.
    #[error("is cut off")]
    Truncated,
    /// The object's header makes no sense.
    #[error("has a damaged header")]
    Header,
    /// The compressed data cannot be expanded, or their checksum is wrong.
    #[error("has damaged compressed data")]
    Compression,
    /// The object expands to another number of bytes than its header says.
    #[error("has another size than its header says")]
    Size,
    /// The delta's instructions point outside of its base.
    #[error("has a damaged delta")]
    Delta,
    /// The object that the delta builds on cannot be read or is part of a cycle.
    #[error("builds on an object that is missing or damaged")]
    Base,
    /// The object is larger than the limit.
    #[error("is larger than the limit for one object")]
    TooLarge,
    /// Too many large objects were in memory at once; reading it alone may work.
    #[error("did not fit into memory next to others")]
    Crowded,
    /// The index of the pack names a place that cannot hold an object.
    #[error("is recorded at a wrong place of its pack")]
    Place,
    /// The bytes can be read, but they are not those that the index has seen.
    #[error("differs from the checksum in the pack's index")]
    Checksum,
    /// The file of a loose object could not be opened.
    #[error("could not be opened")]
    Unreadable,
}

/// An object that could not be read where it was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Where it is.
    pub(super) place: FailedPlace,
    /// Why.
    pub(super) damage: Damage,
}

/// The place of an object that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FailedPlace {
    /// A node of a set's forest.
    Packed {
        /// Which set.
        set: usize,
        /// Which entry.
        node: u32,
    },
    /// A place in the list of loose objects.
    Loose {
        /// Which place.
        at: usize,
    },
}
