//! What of a commit is no text: the names of other objects, and the lines of a signature. They look like tokens, and no part of
//! them is a secret; gitformat-signature(5) and the notes on commits in git-cat-file(1) say where they stand.

/// The greatest length of a line of a signature: OpenPGP's have up to 76 signs, those of SSH 70.
const SIGNATURE_LINE: usize = 80;

/// Returns a commit with blanks where names of trees and parents and lines of signatures stand.
pub(super) fn readable(commit: &[u8]) -> Vec<u8> {
    let mut text = commit.to_vec();
    let mut start = 0;
    let mut is_signature = false;
    for end in memchr::memchr_iter(b'\n', commit) {
        let line = &commit[start..end];
        if line.is_empty() {
            break;
        }
        is_signature = line.starts_with(b"gpgsig") || is_signature && line[0] == b' ';
        let name = || [&b"tree "[..], b"parent "].into_iter().find_map(|word| line.strip_prefix(word));
        let dull = match is_signature {
            true => Some(&line[1..]).filter(|line| is_of_signature(line)),
            false => name().filter(|name| is_name(name)),
        };
        if let Some(dull) = dull {
            text[end - dull.len()..end].fill(b' ');
        }
        start = end + 1;
    }
    text
}

/// Tells whether a text is the name of an object in full.
fn is_name(text: &[u8]) -> bool {
    matches!(text.len(), 40 | 64) && all(text, |byte| byte.is_ascii_hexdigit())
}

/// Tells whether a line has nothing but base64, or the checksum behind it.
fn is_of_signature(line: &[u8]) -> bool {
    let text = line.strip_prefix(b"=").filter(|sum| sum.len() == 4).unwrap_or(line);
    let text = text.strip_suffix(b"=").map_or(text, |text| text.strip_suffix(b"=").unwrap_or(text));
    line.len() <= SIGNATURE_LINE && all(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// Asks of each byte whether it is so, without a branch for each: nearly all are.
fn all(bytes: &[u8], is_so: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, &byte| all & is_so(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_signatures_become_blanks_and_nothing_else_does() {
        let name = "0f".repeat(20);
        let line = "iQEzBAABCAAdFiEE".repeat(4);
        let commit = format!(
            "tree {name}\nparent {name}\nauthor A <a@b> 1 +0000\nparent {name} more\ngpgsig -----BEGIN PGP SIGNATURE-----\n \
             \n {line}\n =abcd\n token={name}\n -----END PGP SIGNATURE-----\nother {name}\n {line}\n\ntree {name}\n"
        );
        let expected = format!(
            "tree {0}\nparent {0}\nauthor A <a@b> 1 +0000\nparent {name} more\ngpgsig -----BEGIN PGP SIGNATURE-----\n \
             \n {1}\n      \n token={name}\n -----END PGP SIGNATURE-----\nother {name}\n {line}\n\ntree {name}\n",
            " ".repeat(40),
            " ".repeat(line.len()),
        );
        assert_eq!(String::from_utf8_lossy(&readable(commit.as_bytes())), expected);
        for text in ["", "\n", "tree", "tree x\n\n", "gpgsig \n", "gpgsig"] {
            assert_eq!(String::from_utf8_lossy(&readable(text.as_bytes())), text, "{text:?}");
        }
    }
}
