//! Expands zlib streams whose size is known beforehand.

use flate2::{Decompress, FlushDecompress, Status};

use super::damage::Damage;

/// A decompressor that is used again and again.
#[derive(Debug)]
pub(super) struct Inflater(Decompress);

impl Inflater {
    /// Makes a decompressor for zlib streams.
    pub(super) fn new() -> Self {
        Self(Decompress::new(true))
    }

    /// Expands the stream at the start of `input` into `output`, which may be longer than needed.
    ///
    /// Returns how many bytes of the input the stream has. Exactly `size` bytes must come out of it; the
    /// stream's own checksum is verified. `input` should go on behind the stream, as that is faster.
    pub(super) fn whole(&mut self, input: &[u8], output: &mut [u8], size: usize) -> Result<usize, Damage> {
        self.0.reset(true);
        let status = self.0.decompress(input, output, FlushDecompress::Finish).map_err(|_| Damage::Compression)?;
        let consumed = self.0.total_in() as usize;
        match status {
            Status::StreamEnd if self.0.total_out() as usize == size => Ok(consumed),
            Status::StreamEnd => Err(Damage::Size),
            _ if consumed >= input.len() => Err(Damage::Truncated),
            _ => Err(Damage::Size),
        }
    }

    /// Expands the first bytes of a stream, as many as `output` holds or the stream has.
    ///
    /// Returns how many came out.
    pub(super) fn start(&mut self, input: &[u8], output: &mut [u8]) -> Result<usize, Damage> {
        self.0.reset(true);
        self.0.decompress(input, output, FlushDecompress::None).map_err(|_| Damage::Compression)?;
        Ok(self.0.total_out() as usize)
    }
}
