//! `keysweep rotate`: step-by-step guidance for what was found.

use miette::miette;

use super::{explain, output, target};
use crate::finding::Notice;
use crate::report::{self, RuleFormat};
use crate::rotate::{Selector, guides, guides_of_rules};
use crate::scan::{INTERRUPTED, MISSED, Request};

/// Scans, and says step by step how to rotate what was found.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this: the id of a rule or lint, a provider, or the first digits of a finding's fingerprint.
    selector: Option<String>,
    /// Where to scan, if not in the working tree around the current folder.
    #[arg(long = "in", value_name = "PATH")]
    paths: Vec<std::path::PathBuf>,
    #[command(flatten)]
    which: target::Which,
    /// The configuration file; without it, `keysweep.toml` at the root of what is scanned.
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// Only tell how to rotate what a rule or provider finds, without looking for any.
    #[arg(long, requires = "selector", conflicts_with = "what")]
    no_scan: bool,
    /// The shape of the guidance: text, a checklist in markdown, or JSON.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: RuleFormat,
    /// Name every place.
    #[arg(long, short)]
    verbose: bool,
}

/// Runs the command: exit code 1 when there is something to rotate, 3 when there is nothing but not all was seen.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let catalogue = target::catalogue(&arguments.paths, arguments.config.as_deref())?;
    let selector = match &arguments.selector {
        None => Selector::All,
        Some(text) => Selector::parse(text, &catalogue).ok_or_else(|| explain::unknown(text, &catalogue))?,
    };
    if arguments.no_scan {
        let Selector::Rule(pattern) = &selector else {
            return Err(miette!(help = "leave out `--no-scan`", "a fingerprint says nothing without a scan"));
        };
        return show(arguments, &guides_of_rules(&catalogue, pattern)).map(|()| 0);
    }
    let target::Scope { target, within } = arguments.which.scope(&arguments.paths)?;
    let request = Request { target, within, config: arguments.config.clone(), ..Request::default() };
    let report = output::scan(&request)?;
    report.notices.iter().filter(|notice| notice.incomplete).for_each(warn);
    let guides = guides(&report.findings, &selector, report.threshold);
    show(arguments, &guides)?;
    if guides.is_empty() && arguments.format == RuleFormat::Text && !report.interrupted {
        let seen = if report.incomplete() { "in what could be read" } else { "here" };
        eprintln!("keysweep: nothing to rotate {seen}");
    }
    Ok(match (report.interrupted, guides.is_empty(), report.incomplete()) {
        (true, ..) => INTERRUPTED,
        (_, false, _) => 1,
        (_, true, true) => MISSED,
        (_, true, false) => 0,
    })
}

fn show(arguments: &Arguments, guides: &[crate::rotate::Guide<'_>]) -> miette::Result<()> {
    output::print(|options, out| {
        let options = report::RenderOptions { verbose: arguments.verbose, ..*options };
        report::render_rotation(guides, arguments.format, &options, out)
    })
}

/// Says on standard error what could not be read.
pub fn warn(notice: &Notice) {
    eprintln!("keysweep: not read: {}", report::notice_line(notice));
}
