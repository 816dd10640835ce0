//! What hooks need of the scanner, and the scanner as they use it.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bstr::BString;
use miette::{IntoDiagnostic as _, miette};

use crate::cli::output::{self, Output};
use crate::finding::{Finding, Kind};
use crate::input::Coverage;
use crate::input::repository::Repository;
use crate::policy::config::Config;
use crate::report::Format;
use crate::report::escape::plain;
use crate::scan::{self, MISSED, Report, Request, Target, Texts};

/// What a git hook looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The index against HEAD.
    Staged,
    /// What the commits of a range added, in git's words for ranges.
    Range(String),
    /// The same on a server, which was sent the commits.
    Received(String),
    /// The index against HEAD, then the working tree: for runs by hand, outside of any commit.
    Everything,
}

/// Looks for credentials on behalf of a hook.
pub trait Scan {
    /// Returns the credentials that block in each of `texts`, which are called by a path or by what they are.
    ///
    /// # Errors
    /// If the configuration is not valid.
    fn texts(&self, texts: &[Text<'_>]) -> miette::Result<Vec<Vec<Finding>>>;

    /// Scans, prints a report if there is something to say, and returns the exit code of the scan.
    ///
    /// # Errors
    /// If the scan cannot be done.
    fn report(&self, what: &What) -> miette::Result<u8>;
}

/// A text that is no file yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The path that it is going to have, if any.
    pub path: Option<&'a str>,
    /// The text.
    pub bytes: &'a [u8],
    /// Whether what does not block is told, too.
    pub whole: bool,
}

/// What to do about a credential in a text that becomes no file.
pub struct Ways {
    /// How to mend it.
    pub mend: &'static str,
    /// How a false alarm is allowed, up to its fingerprint.
    pub allow: &'static str,
    /// The last way on, behind the others.
    pub skip: &'static str,
}

/// How a false alarm is allowed by whoever gets it.
pub const OWN: &str = "a false alarm is allowed in `keysweep.toml`";

/// Looks at a text that becomes no file, says of each credential where it is, what to do and how to go on after a false alarm, and
/// returns the exit code.
///
/// # Errors
/// If the scan cannot be done.
pub fn look_at(bytes: &[u8], scan: &dyn Scan, place: &dyn Fn(&Finding) -> String, ways: &Ways) -> miette::Result<u8> {
    let mut code = 0;
    for finding in scan.texts(&[Text { path: None, bytes, whole: false }])?.into_iter().flatten() {
        eprintln!(
            "keysweep: {} holds a credential: {} {}; {}; {} by an `[[allow]]` with a `reason` and `fingerprint = \"{}\"`{} (see `keysweep explain {}`)",
            place(&finding),
            finding.meta.title,
            finding.masked,
            ways.mend,
            ways.allow,
            finding.fingerprint(),
            ways.skip,
            finding.meta.id
        );
        code = 1;
    }
    Ok(code)
}

/// The code of the error of a scan that has missed something.
pub const INCOMPLETE: &str = "hook::incomplete";

/// Says of a report in which something was missed what that is, in a line.
fn incomplete(report: &Report) -> Option<miette::Report> {
    let mut missed = report.notices.iter().filter(|notice| notice.incomplete);
    let first = missed.next()?;
    let more = missed.count();
    let more = if more > 0 { format!(", and {more} more could not be looked at") } else { String::new() };
    let help = if first.help.is_empty() { "`git fsck` shows what is damaged" } else { &first.help };
    Some(miette!(code = INCOMPLETE, help = plain(help), "{}: {}{more}", plain(&first.subject), plain(&first.message)))
}

/// The scanner in a directory, with the configuration that holds there.
pub struct Pipeline {
    directory: PathBuf,
    verbose: bool,
    texts: OnceCell<Rooted>,
}

/// What looks through texts, and the root from which their files are named.
struct Rooted {
    root: PathBuf,
    scanner: Texts,
}

impl Pipeline {
    /// Makes a scanner for the repository around `directory`, or for the directory if there is none. Reports say something
    /// even if there is nothing to say if `verbose` is set.
    pub fn new(directory: &Path, verbose: bool) -> Self {
        Self { directory: directory.to_owned(), verbose, texts: OnceCell::new() }
    }

    /// Returns what looks through texts, made when first asked for.
    fn rooted(&self) -> miette::Result<&Rooted> {
        if let Some(rooted) = self.texts.get() {
            return Ok(rooted);
        }
        let repository = Repository::discover(&self.directory).ok();
        let root = repository.as_ref().and_then(Repository::work_tree).unwrap_or(&self.directory);
        let root = root.canonicalize().into_diagnostic()?;
        let scanner = Texts::with_lints(Config::load(Some(&root), None)?)?;
        Ok(self.texts.get_or_init(|| Rooted { root, scanner }))
    }

    fn scan(&self, target: Target, received: bool) -> miette::Result<u8> {
        let request = Request { target, received, ..Request::default() };
        let stop = Arc::new(AtomicBool::new(false));
        output::stop_on_interrupt(&stop);
        let report = scan::run(&request, &Coverage::default(), &stop)?;
        if report.exit_code() == MISSED && !self.verbose {
            return incomplete(&report).map_or(Ok(MISSED), Err);
        }
        let (verbose, quiet) = (self.verbose, !self.verbose);
        let output = Output { format: Format::Text, output: None, reveal: false, verbose, quiet };
        output.write(&report)?;
        Ok(report.exit_code())
    }
}

impl Scan for Pipeline {
    fn texts(&self, texts: &[Text<'_>]) -> miette::Result<Vec<Vec<Finding>>> {
        let Rooted { root, scanner } = self.rooted()?;
        let threshold = scanner.threshold();
        Ok(texts
            .iter()
            .map(|text| {
                let path = text.path.map(|path| Path::new(path).strip_prefix(root).unwrap_or(Path::new(path)));
                let path = path.map(|path| BString::from(path.to_string_lossy().replace('\\', "/")));
                let mut findings = scanner.find(path, text.bytes);
                // What a lint says of anything else is for the file, not for who writes it.
                let is_credential =
                    |finding: &Finding| finding.meta.kind == Kind::Credential || !finding.masked.is_empty();
                findings.retain(|finding| is_credential(finding) && (text.whole || threshold.blocks(finding)));
                findings
            })
            .collect())
    }

    fn report(&self, what: &What) -> miette::Result<u8> {
        let here = self.directory.clone();
        match what {
            What::Staged => self.scan(Target::Staged(here), false),
            What::Range(range) => self.scan(Target::Range(here, range.clone()), false),
            What::Received(range) => self.scan(Target::Range(here, range.clone()), true),
            What::Everything => match self.scan(Target::Staged(here.clone()), false)? {
                0 => self.scan(Target::Tree(vec![here]), false),
                code => Ok(code),
            },
        }
    }
}
