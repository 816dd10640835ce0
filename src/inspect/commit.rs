//! What of a commit is no text: the names of other objects, and the lines of signatures. They look like tokens, and no part of
//! them is a secret. Where they stand: git's `Documentation/gitformat-signature`, and what `git cat-file commit` shows of a
//! merge of a signed tag, which has the whole tag in its header.

use gix::ObjectId;

/// The greatest length of a line of a signature: OpenPGP's have up to 76 signs, those of SSH 70.
const SIGNATURE_LINE: usize = 80;

/// Returns a commit with blanks where names of trees, parents and tagged objects and lines of signatures stand.
pub(super) fn readable(commit: &[u8]) -> Vec<u8> {
    let mut text = commit.to_vec();
    let mut start = 0;
    let mut in_signature = false;
    for end in memchr::memchr_iter(b'\n', commit) {
        let line = &commit[start..end];
        start = end + 1;
        let Some(&first) = line.first() else { break };
        if line.ends_with(b" SIGNATURE-----") {
            in_signature = memchr::memmem::find(line, b"-----BEGIN ").is_some();
            continue;
        }
        in_signature &= first == b' ';
        let dull = match in_signature {
            true => Some(&line[1..]).filter(|line| is_of_signature(line)),
            false => name(line),
        };
        if let Some(dull) = dull {
            text[end - dull.len()..end].fill(b' ');
        }
    }
    text
}

/// Returns the name of an object that a line of a commit's header, or of a tag's in it, consists of.
fn name(line: &[u8]) -> Option<&[u8]> {
    let name = [&b"tree "[..], b"parent ", b" object ", b"mergetag object "]
        .into_iter()
        .find_map(|word| line.strip_prefix(word));
    name.filter(|name| ObjectId::from_hex(name).is_ok())
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
        let commit = |name: &str, line: &str, sum: &str, token: &str| {
            [
                format!("tree {name}\nparent {name}\nauthor A <a@b> 1 +0000\nparent {token} more\n"),
                format!("mergetag object {name}\n type commit\n -----BEGIN PGP SIGNATURE-----\n {line}\n"),
                format!(" -----END PGP SIGNATURE-----\n {token}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n {line}\n"),
                format!(" {sum}\n token={token}\n -----END PGP SIGNATURE-----\n {token}\ngpgsig-sha256 x\n {token}\n"),
                format!("gpgsig {token}\n {token}\nother {token}\n {token}\n\ntree {token}\n"),
            ]
            .concat()
        };
        let expected = commit(&" ".repeat(40), &" ".repeat(line.len()), "     ", &name);
        assert_eq!(String::from_utf8_lossy(&readable(commit(&name, &line, "=abcd", &name).as_bytes())), expected);
        for text in ["", "\n", "tree", "tree x\n\n", "gpgsig \n", "gpgsig", "gpgsig\n", " SIGNATURE-----\n x\n"] {
            assert_eq!(String::from_utf8_lossy(&readable(text.as_bytes())), text, "{text:?}");
        }
    }
}
