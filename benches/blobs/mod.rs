//! Reads blobs of a repository, to be searched again and again.

use std::io::Read as _;
use std::process::{Command, Stdio};

/// Reads blobs of up to `sample` bytes together, in the order of their names, which is as good as random.
pub fn blobs(repository: &str, sample: usize) -> Vec<Vec<u8>> {
    let mut child = Command::new("git")
        .args(["-C", repository, "cat-file", "--batch-all-objects", "--batch"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut bytes = Vec::new();
    let out = child.stdout.take().expect("it is piped");
    out.take(4 * sample as u64).read_to_end(&mut bytes).expect("git's output can be read");
    child.kill().and_then(|()| child.wait()).expect("git can be stopped");
    let (mut blobs, mut total, mut rest) = (Vec::new(), 0, &bytes[..]);
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut words = header.split(' ').skip(1);
        let (kind, size) =
            (words.next().unwrap_or_default(), words.next().and_then(|size| size.parse().ok()).unwrap_or(0));
        if end + 1 + size > rest.len() || total > sample {
            break;
        }
        if kind == "blob" {
            blobs.push(rest[end + 1..end + 1 + size].to_vec());
            total += size;
        }
        rest = &rest[(end + 2 + size).min(rest.len())..];
    }
    blobs
}
