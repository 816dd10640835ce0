//! Makes repositories that hold the first part of another one's history, without touching that.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Makes a bare repository below `home` of the oldest `percent` of all commits that refs of `repository` reach, with
/// their trees and files. Git keeps the deltas that it has. Returns its path and the number of its commits.
pub fn shorter(repository: &Path, percent: usize, home: &Path) -> (PathBuf, usize) {
    let listed = output(git(repository).args(["rev-list", "--all", "--reverse", "--date-order", "--parents"]));
    let commits: Vec<&str> = listed.lines().collect();
    // Parents come before their children, so the first of them are a history of their own.
    let kept = &commits[..(commits.len() * percent / 100).max(1)];
    let parents: HashSet<&str> = kept.iter().flat_map(|line| line.split(' ').skip(1)).collect();
    let heads: Vec<&str> =
        kept.iter().filter_map(|line| line.split(' ').next()).filter(|id| !parents.contains(id)).collect();
    let path = home.join(format!("{percent}.git"));
    output(Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=head-0"]).arg(&path));
    let mut pack = git(repository);
    pack.args(["pack-objects", "--revs", "--quiet", "--delta-base-offset"]).arg(path.join("objects/pack/pack"));
    let mut packing = pack.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("git is installed");
    let mut stdin = packing.stdin.take().expect("it is a pipe");
    stdin.write_all((heads.join("\n") + "\n").as_bytes()).expect("git reads all");
    drop(stdin);
    assert!(packing.wait().expect("it can be waited for").success(), "git cannot pack");
    let mut refs = File::create(path.join("packed-refs")).expect("the directory is writable");
    for (number, id) in heads.iter().enumerate() {
        writeln!(refs, "{id} refs/heads/head-{number}").expect("the directory is writable");
    }
    (path, kept.len())
}

fn git(repository: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository);
    command
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("git is installed");
    assert!(output.status.success(), "git failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names are hexadecimal")
}
