//! `keysweep fix`: mends the configuration of agents.

use std::path::PathBuf;

use super::target;
use crate::detect::Engine;
use crate::fix::{self, FixReport, Options, Scans};
use crate::inspect::{self, Inspector};
use crate::lint::{Persona, Safety};
use crate::report;
use crate::scan::{self, Redactor, Request};

/// Mends the configuration of agents in a working tree.
///
/// A literal credential becomes the reference that its client resolves, the value moves into `.env`, and `.gitignore` gets
/// the lines it lacks. Each edit is kept only if the file still parses, the finding is gone and no other one came. What is
/// left is told with the reason and with what to do by hand.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder or file: nothing outside of it is edited. The whole working tree around the current folder if none is given.
    path: Option<PathBuf>,
    /// Show what would change, with every secret masked, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the credentials once instead of writing them to `.env`.
    #[arg(long, conflicts_with = "dry_run")]
    show: bool,
    /// Also make edits that may change what a program does.
    #[arg(long = "unsafe")]
    not_only_safe: bool,
    /// The configuration file; without it, `keysweep.toml` at the root of the working tree.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Cover the files of all known clients in `.gitignore`, not only of those in use.
    #[arg(long)]
    all_clients: bool,
}

/// Mends, and says what was done; exit code 1 if anything is left that `lint` reports, 3 if a file could not be read or written.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let root = target::root(arguments.path.as_slice())?;
    let policy = scan::policy(&Request { config: arguments.config.clone(), ..Request::default() }, Some(&root))?;
    let look = inspect::Options { reveal: false, detect: true, lint: true, persona: Persona::Regular };
    let inspector = Inspector::new(Engine::new(&policy.config.catalogue()?), look);
    let options = Options {
        root: arguments.path.clone().unwrap_or(root),
        dry_run: arguments.dry_run,
        show: arguments.show,
        safety: if arguments.not_only_safe { Safety::Unsafe } else { Safety::Safe },
        persona: if arguments.all_clients { Persona::Auditor } else { Persona::Regular },
    };
    let mut report = fix::run(&options, &Scans::new(&inspector, &policy))?;
    redact(&mut report, &inspector);
    super::output::print(|_, out| out.write_all(report::fix_text(&report, arguments.dry_run).as_bytes()))?;
    Ok(report.exit_code())
}

/// Hides the credentials of all files in what is told of each, as a scan's report does; what was asked for stays in the clear.
fn redact(report: &mut FixReport, inspector: &Inspector) {
    let mut redactor = Redactor::new(inspector, &report.secrets);
    for file in &mut report.files {
        redactor.name(&mut file.path);
        file.applied.iter_mut().for_each(|applied| redactor.text(&mut applied.message));
        for left in &mut file.left {
            redactor.text(&mut left.finding.message);
            redactor.text(left.reason.to_mut());
        }
        let lines = file.diff.lines().map(|line| {
            let mut line = line.to_owned();
            redactor.text(&mut line);
            line + "\n"
        });
        file.diff = lines.collect();
    }
    report.variables.iter_mut().for_each(|(name, _)| redactor.text(name));
    report.stores.iter_mut().flat_map(|(name, how)| [name, how]).for_each(|text| redactor.text(text));
    report.commands.iter_mut().for_each(|command| redactor.text(command));
    redactor.redact(&mut [], &mut report.notices);
}
