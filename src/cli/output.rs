//! Where a report goes, and what is seen while it is made.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use miette::miette;
use terminal_size::{Height, Width, terminal_size_of};

use crate::input::Coverage;
use crate::quantity;
use crate::replace::{Permissions, Replace};
use crate::report::{self, Format, RenderOptions};
use crate::scan::{self, INTERRUPTED, Record, Report, Request};

/// How long a scan runs before a progress line appears.
const PATIENCE: Duration = Duration::from_millis(700);
/// How long an interrupted scan may take to put together what it has found.
const CONCLUSION: Duration = Duration::from_secs(10);
/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(120);
/// What shows that the scan goes on, one sign after the other.
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];
/// The exit code when the reader of the output went away: 128 and the number of SIGPIPE.
pub const CLOSED_PIPE: u8 = 141;

/// How to report.
#[derive(Debug, clap::Args)]
pub struct Output {
    /// The report's format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write the report to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show secrets in the clear; only JSON and JSONL can.
    #[arg(long)]
    pub reveal: bool,
    /// Say more: list advice, allowed and known findings in full.
    #[arg(long, short)]
    pub verbose: bool,
    /// Print nothing when nothing is found.
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
}

impl Output {
    /// Checks that the options go together, before any work is done.
    ///
    /// # Errors
    /// `--reveal` with a format that never shows a secret.
    pub fn check(&self) -> miette::Result<()> {
        if self.reveal && !matches!(self.format, Format::Json | Format::Jsonl) {
            return Err(miette!(help = "add `--format json`", "`--reveal` shows secrets in JSON only"));
        }
        Ok(())
    }

    /// Writes the report. A file appears whole or not at all.
    ///
    /// # Errors
    /// The file or standard output cannot be written.
    pub fn write(&self, report: &Report) -> miette::Result<()> {
        let written = match &self.output {
            Some(path) => self.write_file(report, path),
            None => self.write_stdout(report),
        };
        written.map_err(|error| {
            if error.kind() == io::ErrorKind::BrokenPipe {
                std::process::exit(CLOSED_PIPE.into());
            }
            let place = self
                .output
                .as_ref()
                .map_or_else(|| "standard output".to_owned(), |path| format!("`{}`", path.display()));
            miette!(
                help = "check the path and the free space; the findings were not saved",
                "cannot write the report to {place}: {error}"
            )
        })
    }

    fn write_stdout(&self, report: &Report) -> io::Result<()> {
        let color = wants_color();
        let mut out = io::BufWriter::new(stdout()?);
        report::render(report, self.format, &self.options(color), &mut out)?;
        out.flush()
    }

    fn write_file(&self, report: &Report, path: &Path) -> io::Result<()> {
        let render = |out: &mut dyn Write| report::render(report, self.format, &self.options(false), out);
        if is_channel(path) {
            let mut out = io::BufWriter::new(OpenOptions::new().append(true).open(path)?);
            return render(&mut out).and_then(|()| out.flush());
        }
        let permissions = if self.reveal { Permissions::Private } else { Permissions::Kept };
        Replace { permissions, ..Replace::default() }.write_with(path, render)
    }

    fn options(&self, color: bool) -> RenderOptions {
        RenderOptions {
            color,
            width: width(terminal_size_of(io::stdout())),
            verbose: self.verbose,
            quiet: self.quiet,
            reveal: self.reveal,
        }
    }
}

/// Tells whether a path is a way to something that takes bytes and keeps no file: a device, a pipe, or one of the system's
/// names for what this process has open, such as `/dev/stdout`.
fn is_channel(path: &Path) -> bool {
    let is_file = |metadata: &fs::Metadata| metadata.is_file() || metadata.is_dir();
    if path.is_symlink() {
        return path.starts_with("/dev") || path.starts_with("/proc");
    }
    fs::metadata(path).is_ok_and(|metadata| !is_file(&metadata))
}

/// Scans under the eyes of the user: a progress line when it takes long, and an interrupt ends it in good order.
///
/// # Errors
/// The job cannot be done at all.
pub fn scan(request: &Request) -> miette::Result<Report> {
    let coverage = Arc::new(Coverage::default());
    let stop = Arc::new(AtomicBool::new(false));
    stop_on_interrupt(&stop);
    let limit = Companion::start({
        let (coverage, stop) = (Arc::clone(&coverage), Arc::clone(&stop));
        move |done| limit(&coverage, &stop, done)
    });
    let is_watched = !request.target.is_small() && io::stderr().is_terminal();
    let progress = is_watched.then(|| {
        let coverage = Arc::clone(&coverage);
        Companion::start(move |done| watch(&coverage, done))
    });
    let report = scan::run(request, &coverage, &stop);
    progress.into_iter().chain([limit]).for_each(Companion::finish);
    Ok(report?)
}

/// Prints what a command has to say on standard output; a reader that went away is no error.
///
/// # Errors
/// Standard output cannot be written.
pub fn print(write: impl FnOnce(&RenderOptions, &mut dyn Write) -> io::Result<()>) -> miette::Result<()> {
    let options = RenderOptions {
        color: wants_color(),
        width: width(terminal_size_of(io::stdout())),
        ..RenderOptions::default()
    };
    let written = stdout().and_then(|out| {
        let mut out = io::BufWriter::new(out);
        write(&options, &mut out).and_then(|()| out.flush())
    });
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(miette!("cannot write to standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Opens standard output. What the library of Rust hands out takes bytes for written that go nowhere, because standard
/// output is closed or cannot be written to.
///
/// # Errors
/// There is none.
#[cfg(unix)]
fn stdout() -> io::Result<impl Write> {
    use std::os::fd::AsFd as _;
    Ok(fs::File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Opens standard output.
///
/// # Errors
/// There is none.
#[cfg(not(unix))]
fn stdout() -> io::Result<impl Write> {
    Ok(io::stdout().lock())
}

/// When what goes to a terminal is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR or TERM=dumb says otherwise.
    #[default]
    Auto,
    /// Always, wherever it goes.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Decides for a stream that is a terminal or is none.
    fn decide(self, is_terminal: bool) -> bool {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// What the user said about colours.
static COLOR: OnceLock<Color> = OnceLock::new();

/// Takes note of what the user said about colours, and has errors shown so.
pub fn prepare(color: Color) {
    // A second run in one process keeps what the first one said.
    let _ = COLOR.set(color);
    let (color, width) = (color.decide(io::stderr().is_terminal()), width(terminal_size_of(io::stderr())));
    let _ = miette::set_hook(Box::new(move |_| {
        Box::new(miette::MietteHandlerOpts::new().color(color).width(width.clamp(20, 100)).build())
    }));
}

/// Tells whether what goes to standard output may be coloured.
fn wants_color() -> bool {
    COLOR.get().copied().unwrap_or_default().decide(io::stdout().is_terminal())
}

/// Returns the columns of a terminal of this size, if it is one, or as its environment says.
fn width(terminal: Option<(Width, Height)>) -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    said.or_else(|| terminal.map(|(width, _)| width.0.into())).unwrap_or(100)
}

/// Makes the first interrupt stop the scan in good order, and the second end the program.
pub fn stop_on_interrupt(stop: &Arc<AtomicBool>) {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // Without a handler the default action ends the program, which is right as well.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED.into(), Arc::clone(stop));
        let _ = signal_hook::flag::register(signal, Arc::clone(stop));
    }
}

/// A thread that stands beside a scan until that is done.
struct Companion {
    done: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Companion {
    /// Starts `work`, which ends soon after its argument becomes true and it is unparked.
    fn start(work: impl FnOnce(&AtomicBool) + Send + 'static) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&done);
        Self { done, thread: std::thread::spawn(move || work(&own)) }
    }

    /// Waits for its end.
    fn finish(self) {
        self.done.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        // Its panic is no reason to lose the report.
        let _ = self.thread.join();
    }
}

/// Ends the program if the scan does not stop soon after an interrupt: it may wait for input that never comes, or be in the
/// middle of a long file. A scan that goes on counting has more time, one that only puts its findings together the most.
fn limit(coverage: &Coverage, stop: &AtomicBool, done: &AtomicBool) {
    let (mut since, mut seen) = (None, 0);
    while !done.load(Ordering::Relaxed) {
        std::thread::park_timeout(TICK);
        if !stop.load(Ordering::Relaxed) {
            continue;
        }
        let bytes = coverage.bytes.load(Ordering::Relaxed);
        let is_first = since.is_none();
        let begun = *since.get_or_insert_with(Instant::now);
        let patience = match coverage.read.load(Ordering::Relaxed) {
            true => CONCLUSION,
            false if bytes != seen => CONCLUSION / 2,
            false => PATIENCE,
        };
        seen = bytes;
        if !is_first && begun.elapsed() > patience {
            eprintln!("keysweep: interrupted before the scan could be brought to an end, so there is no report");
            std::process::exit(INTERRUPTED.into());
        }
    }
}

/// Draws a line on standard error that says how far the scan is, once that takes long.
fn watch(coverage: &Coverage, done: &AtomicBool) {
    std::thread::park_timeout(PATIENCE);
    if done.load(Ordering::Relaxed) {
        return;
    }
    // A terminal that goes away is no reason to stop.
    let draw = |line: &str| {
        let mut err = io::stderr().lock();
        let _ = write!(err, "\r\x1b[2K{line}").and_then(|()| err.flush());
    };
    for frame in SPINNER.iter().cycle() {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let record = Record::of(coverage);
        let objects = record.blobs + record.trees + record.commits + record.tags;
        let what = if objects > 0 {
            format!("{} objects", quantity::number(objects))
        } else {
            format!("{} files", quantity::number(record.files + record.entries))
        };
        draw(&format!("{frame} {what}, {} scanned", quantity::bytes(record.bytes)));
        std::thread::park_timeout(TICK);
    }
    draw("");
}
