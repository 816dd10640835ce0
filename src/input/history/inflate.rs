//! Expands zlib streams whose size is known beforehand.

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::{DecompressionError, Decompressor};

use super::damage::Damage;

/// Decompressors that are used again and again.
pub(super) struct Inflater {
    /// Expands whole streams.
    whole: Decompressor,
    /// Expands a stream as far as it is asked to, and tells where it ends.
    partial: Decompress,
}

impl Inflater {
    /// Makes decompressors for zlib streams.
    pub(super) fn new() -> Self {
        Self { whole: Decompressor::new(), partial: Decompress::new(true) }
    }

    /// Expands the stream at the start of `input` into `output`, which may be longer than needed.
    ///
    /// Exactly `size` bytes must come out of it; the stream's own checksum is verified. `input` should go on behind the
    /// stream, as that is faster.
    pub(super) fn whole(&mut self, input: &[u8], output: &mut [u8], size: usize) -> Result<(), Damage> {
        match self.whole.zlib_decompress(input, output) {
            Ok(length) if length == size => Ok(()),
            Ok(_) | Err(DecompressionError::InsufficientSpace) => Err(Damage::Size),
            Err(DecompressionError::BadData) => Err(Damage::Compression),
        }
    }

    /// Expands the stream at the start of `input` into all of `output`; returns how many bytes of the input it has.
    pub(super) fn measured(&mut self, input: &[u8], output: &mut [u8]) -> Result<usize, Damage> {
        let (status, length) = self.start_of(input, output, FlushDecompress::Finish)?;
        match status {
            Status::StreamEnd if length == output.len() => Ok(self.partial.total_in() as usize),
            _ => Err(Damage::Size),
        }
    }

    /// Expands the first bytes of a stream, as many as `output` holds or the stream has.
    ///
    /// Returns how many came out.
    pub(super) fn start(&mut self, input: &[u8], output: &mut [u8]) -> Result<usize, Damage> {
        self.start_of(input, output, FlushDecompress::None).map(|(_, length)| length)
    }

    fn start_of(&mut self, input: &[u8], output: &mut [u8], flush: FlushDecompress) -> Result<(Status, usize), Damage> {
        self.partial.reset(true);
        let status = self.partial.decompress(input, output, flush).map_err(|_| Damage::Compression)?;
        Ok((status, self.partial.total_out() as usize))
    }
}
