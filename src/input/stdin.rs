//! Standard input as one blob.

use std::io::{self, Read};

use super::{Blob, Coverage, Visitor};
use crate::source::Origin;

/// Reads all of standard input and shows it to `visitor`.
///
/// # Errors
/// If standard input cannot be read.
pub fn scan(coverage: &Coverage, visitor: &dyn Visitor) -> io::Result<()> {
    scan_reader(io::stdin().lock(), coverage, visitor)
}

/// Reads all of `reader` and shows it to `visitor` as standard input.
///
/// # Errors
/// If `reader` fails.
pub fn scan_reader(mut reader: impl Read, coverage: &Coverage, visitor: &dyn Visitor) -> io::Result<()> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    coverage.count(&Origin::Stdin, bytes.len());
    visitor.visit(Blob { origin: Origin::Stdin, bytes: &bytes });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Collect;

    #[test]
    fn standard_input_is_one_blob_with_every_byte() {
        let collected = Collect::default();
        let coverage = Coverage::default();
        let text = b"a\0\xff\n".repeat(100_000);
        scan_reader(&text[..], &coverage, &collected).expect("a slice can be read");
        let blobs = collected.blobs.into_inner().expect("no visitor panicked");
        assert!(matches!(&blobs[..], [(Origin::Stdin, bytes)] if *bytes == text));
        assert_eq!(coverage.bytes.into_inner(), 400_000);
    }
}
