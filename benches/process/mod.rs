//! Runs commands as whole processes, in turn, and says how they compare.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// One command with what its runs took.
pub struct Contestant {
    name: String,
    command: Box<dyn Fn() -> Command>,
    /// Whether it takes so long that a few runs tell enough.
    slow: bool,
    runs: Vec<Run>,
}

/// What one run took.
#[derive(Clone, Copy)]
struct Run {
    /// Seconds from start to end.
    wall: f64,
    /// Seconds of all processors.
    cpu: f64,
    /// The most memory at any time, in megabytes.
    peak: f64,
    /// The exit code.
    status: i32,
}

/// How many runs of a slow command are made.
const FEW: usize = 5;

impl Contestant {
    /// Names a command that a function prepares anew for each run.
    pub fn new(name: &str, command: impl Fn() -> Command + 'static) -> Self {
        Self { name: name.to_owned(), command: Box::new(command), slow: false, runs: Vec::new() }
    }

    /// Marks the command as a slow one.
    #[must_use]
    pub fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// Runs the command once.
    fn run(&self) -> Run {
        let mut command = (self.command)();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let child = command.spawn().unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.name));
        let (status, cpu, peak) = wait(child);
        let wall = start.elapsed().as_secs_f64();
        Run { wall, cpu, peak, status }
    }

    fn median(&self, value: impl Fn(&Run) -> f64) -> f64 {
        median(self.runs.iter().map(value).collect())
    }
}

/// Runs all in turn, and prints what each took and how it compares with the first, round by round.
pub fn compare(title: &str, rounds: usize, contestants: &mut [Contestant]) {
    // Once for the caches of the system and of the program.
    for contestant in contestants.iter() {
        contestant.run();
    }
    for round in 0..rounds {
        for contestant in contestants.iter_mut().filter(|contestant| !contestant.slow || round < FEW) {
            contestant.runs.push(contestant.run());
        }
    }
    println!("{title}: medians of {rounds} rounds (of {FEW} for the slow)");
    let first: Vec<Run> = contestants[0].runs.clone();
    let base = contestants[0].median(|run| run.peak);
    for contestant in contestants.iter() {
        let ratio = |value: fn(&Run) -> f64| {
            median(first.iter().zip(&contestant.runs).map(|(first, run)| value(run) / value(first)).collect())
        };
        println!(
            "  {:34} {:9.2} ms  x {:7.2}   cpu {:9.2} ms  x {:7.2}   {:7.1} MB ({:+.1})   exit {}",
            contestant.name,
            contestant.median(|run| run.wall) * 1e3,
            ratio(|run| run.wall),
            contestant.median(|run| run.cpu) * 1e3,
            ratio(|run| run.cpu),
            contestant.median(|run| run.peak),
            contestant.median(|run| run.peak) - base,
            contestant.runs[0].status,
        );
    }
    println!();
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Waits for a child of this process; returns its exit code, its seconds of processor and its peak in megabytes.
#[cfg(unix)]
#[expect(unsafe_code, reason = "only the system's own call tells what a child took")]
fn wait(child: Child) -> (i32, f64, f64) {
    let id = child.id();
    let mut status = 0;
    // SAFETY: all of the structure are numbers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both places are valid for the time of the call, and nobody else waits for this child.
    let waited = unsafe { libc::wait4(id as libc::pid_t, &raw mut status, 0, &raw mut usage) };
    assert!(waited == id as libc::pid_t, "the child cannot be waited for");
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let kilobytes = if cfg!(target_os = "macos") { usage.ru_maxrss as f64 / 1024.0 } else { usage.ru_maxrss as f64 };
    (libc::WEXITSTATUS(status), seconds(usage.ru_utime) + seconds(usage.ru_stime), kilobytes / 1024.0)
}

/// The same where nobody tells more than the exit code.
#[cfg(not(unix))]
fn wait(mut child: Child) -> (i32, f64, f64) {
    let status = child.wait().expect("the child can be waited for");
    (status.code().unwrap_or(-1), 0.0, 0.0)
}

/// Finds a program on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file());
    if found.is_none() {
        println!("({name} is not on the path)");
    }
    found
}

/// Prepares a program to run in a directory, without settings of the user's.
pub fn program(name: impl AsRef<Path>, directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(name.as_ref());
    command.current_dir(directory).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}
