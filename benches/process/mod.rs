//! Runs commands as whole processes, in turn, and says how they compare.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// One command with what its runs took.
pub struct Contestant {
    name: String,
    command: Box<dyn Fn() -> Command>,
    /// How many runs at most tell enough of it; `usize::MAX` for a quick one.
    most: usize,
    /// After how many seconds it is ended, if it is.
    seconds: Option<u64>,
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
        Self { name: name.to_owned(), command: Box::new(command), most: usize::MAX, seconds: None, runs: Vec::new() }
    }

    /// Marks the command as a slow one.
    #[must_use]
    #[allow(dead_code, reason = "not every benchmark has one")]
    pub fn slow(mut self) -> Self {
        self.most = FEW;
        self
    }

    /// Marks the command as one that takes minutes: it is run once, and ended after so many seconds.
    #[must_use]
    #[allow(dead_code, reason = "not every benchmark has one")]
    pub fn once(mut self, seconds: u64) -> Self {
        (self.most, self.seconds) = (1, Some(seconds));
        self
    }

    /// Runs the command once.
    fn run(&self) -> Run {
        let mut command = match self.seconds {
            Some(seconds) => limited(&(self.command)(), seconds),
            None => (self.command)(),
        };
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

/// Runs all in turn, so that each meets the same disturbances.
fn run(rounds: usize, contestants: &mut [Contestant]) {
    // Once for the caches of the system and of the program.
    for contestant in contestants.iter().filter(|contestant| contestant.most > 1) {
        contestant.run();
    }
    for round in 0..rounds {
        for contestant in contestants.iter_mut().filter(|contestant| round < contestant.most) {
            contestant.runs.push(contestant.run());
        }
    }
}

/// Returns how a value of a contestant's compares with that of the first, round by round.
fn ratio(first: &[Run], contestant: &Contestant, value: fn(&Run) -> f64) -> f64 {
    median(first.iter().zip(&contestant.runs).map(|(first, run)| value(run) / value(first)).collect())
}

/// Runs all in turn, and prints what each took and how it compares with the first, round by round.
#[allow(dead_code, reason = "not every benchmark prints the same")]
pub fn compare(title: &str, rounds: usize, contestants: &mut [Contestant]) {
    run(rounds, contestants);
    println!("{title}: medians of {rounds} rounds (of {FEW} for the slow)");
    let first: Vec<Run> = contestants[0].runs.clone();
    let base = contestants[0].median(|run| run.peak);
    for contestant in contestants.iter() {
        println!(
            "  {:34} {:9.2} ms  x {:7.2}   cpu {:9.2} ms  x {:7.2}   {:7.1} MB ({:+.1})   exit {}",
            contestant.name,
            contestant.median(|run| run.wall) * 1e3,
            ratio(&first, contestant, |run| run.wall),
            contestant.median(|run| run.cpu) * 1e3,
            ratio(&first, contestant, |run| run.cpu),
            contestant.median(|run| run.peak),
            contestant.median(|run| run.peak) - base,
            contestant.runs[0].status,
        );
    }
    println!();
}

/// Runs all in turn, and prints a table in markdown; the ratios are to the first, round by round.
#[allow(dead_code, reason = "not every benchmark prints the same")]
pub fn rows(title: &str, rounds: usize, contestants: &mut [Contestant]) {
    run(rounds, contestants);
    let first: Vec<Run> = contestants[0].runs.clone();
    println!("| {title} | rounds | wall | ratio | CPU | ratio | peak memory | ratio | exit code |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for contestant in contestants.iter() {
        // `timeout` says so when it has ended what it ran.
        let is_ended = contestant.seconds.is_some() && contestant.runs[0].status == 124;
        println!(
            "| {} | {} | {}{:.2} s | {:.2} | {:.2} s | {:.2} | {:.0} MB | {:.2} | {} |",
            contestant.name,
            contestant.runs.len(),
            if is_ended { "ended after " } else { "" },
            contestant.median(|run| run.wall),
            ratio(&first, contestant, |run| run.wall),
            contestant.median(|run| run.cpu),
            ratio(&first, contestant, |run| run.cpu),
            contestant.median(|run| run.peak),
            ratio(&first, contestant, |run| run.peak),
            contestant.runs[0].status,
        );
    }
    println!();
}

/// Wraps a command in another that ends it in time.
fn limited(command: &Command, seconds: u64) -> Command {
    let mut outer = Command::new("timeout");
    outer.arg(seconds.to_string()).arg(command.get_program()).args(command.get_args());
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// Returns the value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
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

/// Returns the paths that the command line names.
#[allow(dead_code, reason = "not every benchmark takes some")]
pub fn arguments() -> Vec<PathBuf> {
    // Cargo adds options of its own.
    let is_path = |argument: &std::ffi::OsString| !argument.to_string_lossy().starts_with("--");
    std::env::args_os().skip(1).filter(is_path).map(PathBuf::from).collect()
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
