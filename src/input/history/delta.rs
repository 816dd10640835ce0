//! Applies a delta: instructions that copy from a base or insert new bytes.

use super::damage::Damage;

/// Learns what a delta does while it is applied.
pub(super) trait Trace {
    /// `len` bytes from offset `from` of the base were written to offset `to`.
    fn copied(&mut self, from: usize, to: usize, len: usize);
    /// `len` new bytes were written to offset `to`.
    fn inserted(&mut self, to: usize, len: usize);
}

/// Does not want to know.
impl Trace for () {
    #[inline(always)]
    fn copied(&mut self, _: usize, _: usize, _: usize) {}
    #[inline(always)]
    fn inserted(&mut self, _: usize, _: usize) {}
}

/// The head of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// The size of the base.
    pub(super) base: u64,
    /// The size of the result.
    pub(super) result: u64,
    /// Where the instructions begin.
    pub(super) start: usize,
}

/// Reads the two sizes at the start of `delta`.
pub(super) fn sizes(delta: &[u8]) -> Result<Sizes, Damage> {
    let (base, used) = size(delta)?;
    let (result, more) = size(&delta[used..])?;
    Ok(Sizes { base, result, start: used + more })
}

fn size(bytes: &[u8]) -> Result<(u64, usize), Damage> {
    let mut value = 0u64;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((value, at + 1));
        }
    }
    Err(Damage::Delta)
}

/// Runs `instructions` (a delta behind its sizes) on `base` and fills all of `out`.
pub(super) fn apply(base: &[u8], instructions: &[u8], out: &mut [u8], trace: &mut impl Trace) -> Result<(), Damage> {
    let mut rest = instructions;
    let mut written = 0;
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        if command & 0x80 != 0 {
            let (from, len, used) = copy(command, rest).ok_or(Damage::Delta)?;
            rest = &rest[used..];
            let source = from.checked_add(len).and_then(|end| base.get(from..end)).ok_or(Damage::Delta)?;
            out.get_mut(written..).and_then(|out| out.get_mut(..len)).ok_or(Damage::Delta)?.copy_from_slice(source);
            trace.copied(from, written, len);
            written += len;
        } else {
            let len = usize::from(command);
            // Zero is reserved by the format.
            if len == 0 || rest.len() < len {
                return Err(Damage::Delta);
            }
            let (source, after) = rest.split_at(len);
            rest = after;
            out.get_mut(written..).and_then(|out| out.get_mut(..len)).ok_or(Damage::Delta)?.copy_from_slice(source);
            trace.inserted(written, len);
            written += len;
        }
    }
    if written == out.len() { Ok(()) } else { Err(Damage::Delta) }
}

/// Decodes a copy: offset, length, and how many bytes of `operands` it took.
#[inline]
fn copy(command: u8, operands: &[u8]) -> Option<(usize, usize, usize)> {
    if let Some(&eight) = operands.first_chunk::<8>() {
        return Some(copy_fast(command, u64::from_le_bytes(eight)));
    }
    let mut padded = [0; 8];
    let used = (command & 0x7f).count_ones() as usize;
    padded[..used].copy_from_slice(operands.get(..used)?);
    Some(copy_fast(command, u64::from_le_bytes(padded)))
}

#[inline]
fn copy_fast(command: u8, mut operands: u64) -> (usize, usize, usize) {
    let mut offset = 0;
    let mut len = 0;
    for bit in 0..4 {
        if command & (1 << bit) != 0 {
            offset |= (operands & 0xff) << (8 * bit);
            operands >>= 8;
        }
    }
    for bit in 0..3 {
        if command & (0x10 << bit) != 0 {
            len |= (operands & 0xff) << (8 * bit);
            operands >>= 8;
        }
    }
    let len = if len == 0 { 0x10000 } else { len };
    (offset as usize, len as usize, (command & 0x7f).count_ones() as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn copies_and_inserts_build_the_result() {
        let delta = [6, 8, 0x91, 1, 4, 3, b'x', b'y', b'z', 0x90, 1];
        let sizes = sizes(&delta).expect("the head is sound");
        assert_eq!(sizes, Sizes { base: 6, result: 8, start: 2 });
        let mut out = [0; 8];
        apply(b"abcdef", &delta[sizes.start..], &mut out, &mut ()).expect("the delta is sound");
        assert_eq!(&out, b"bcdexyza");
    }

    #[test]
    fn a_delta_that_leaves_its_base_or_its_result_is_refused() {
        for (name, instructions) in [
            ("copy behind the base", &[0x91, 5, 4][..]),
            ("copy cut off", &[0x91, 5][..]),
            ("insert cut off", &[3, b'x'][..]),
            ("reserved", &[0][..]),
            ("too much", &[9, 0, 0, 0, 0, 0, 0, 0, 0, 0][..]),
            ("too little", &[1, 0][..]),
        ] {
            assert_eq!(apply(b"abcdef", instructions, &mut [0; 8], &mut ()), Err(Damage::Delta), "{name}");
        }
        assert_eq!(sizes(&[0xff; 20]), Err(Damage::Delta));
        assert_eq!(sizes(&[]), Err(Damage::Delta));
    }

    proptest! {
        #[test]
        fn no_delta_makes_it_panic(base in proptest::collection::vec(any::<u8>(), 0..40), delta in proptest::collection::vec(any::<u8>(), 0..40), len in 0usize..80) {
            let _ = sizes(&delta);
            let _ = apply(&base, &delta, &mut vec![0; len], &mut ());
        }
    }
}
