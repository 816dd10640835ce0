//! How long the reader and the attribution take by themselves, next to git.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use keysweep::finding::Notice;
use keysweep::input::{Blob, Coverage, Visitor, history};

use crate::process::median;

const ROUNDS: usize = 3;

/// Counts bytes and looks at none.
struct Idle(AtomicU64);

impl Visitor for Idle {
    fn visit(&self, blob: Blob<'_>) {
        self.0.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
    }

    fn notice(&self, _: Notice) {}
}

/// Prints how long reading without looking takes of git's time for printing, and attributing 100 blobs of that for listing.
pub fn measure(path: &Path) {
    let repository = gix::open_opts(path, gix::open::Options::isolated()).expect("the argument is a repository");
    let git = repository.git_dir().display().to_string();
    let wanted = some_blobs(&git);
    let mut rounds: [Vec<f64>; 6] = Default::default();
    for _ in 0..ROUNDS {
        let printed = shell(&git, "cat-file --batch-all-objects --batch --unordered --buffer | wc -c");
        let read = time(|| {
            let coverage = Coverage::default();
            let idle = Idle(AtomicU64::new(0));
            history::read(&repository, &idle, &coverage, &history::Options::default()).expect("it can be read");
        });
        let listed = shell(&git, "rev-list --all | wc -l");
        let attributed = time(|| {
            history::attribute(&repository, &wanted).expect("it can be read");
        });
        let row = [printed, read, read / printed, listed, attributed, attributed / listed];
        for (column, value) in rounds.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let [printed, read, ratio, listed, attributed, of_list] = rounds.map(median);
    println!("| parts of the work, {} | git | keysweep | ratio of wall |", path.display());
    println!("|---|---|---|---|");
    println!("| reading without looking, beside `cat-file` | {printed:.2} s | {read:.2} s | {ratio:.3} |");
    println!(
        "| saying where 100 blobs stood, beside `rev-list --all` | {listed:.2} s | {attributed:.2} s | {of_list:.3} |"
    );
    println!();
}

fn time(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn shell(git: &str, command: &str) -> f64 {
    time(|| {
        let line = format!("git --git-dir \"$1\" {command}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &line, "sh", git]).stdout(Stdio::null());
        assert!(shell.status().expect("there is a shell").success(), "git failed");
    })
}

/// Picks about 100 blobs by their names, evenly.
fn some_blobs(git: &str) -> HashSet<gix::ObjectId> {
    let format = "--batch-check=%(objecttype) %(objectname)";
    let output = Command::new("git").args(["--git-dir", git, "cat-file", "--batch-all-objects", format]).output();
    let text = String::from_utf8(output.expect("git is installed").stdout).expect("git prints names in hex");
    let blobs: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("blob ")).collect();
    let step = (blobs.len() / 100).max(1);
    blobs.iter().step_by(step).filter_map(|name| gix::ObjectId::from_hex(name.as_bytes()).ok()).collect()
}
