//! `keysweep tokens`: the inventory of credentials for MCP servers.

use std::cell::RefCell;
use std::path::PathBuf;

use miette::miette;

use super::output;
use crate::detect::{Engine, Scratch};
use crate::inspect::{self, Inspector};
use crate::inventory::{self, Options};
use crate::report;
use crate::rules::Catalogue;

/// Lists the credentials for MCP servers on this machine: where, how old, until when; never a value.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The home directory to look at.
    ///
    /// Without it, the one that `KEYSWEEP_HOME` names, or the user's own.
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// The form of the list.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// How many days before its end a credential counts as expiring.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    warn: i64,
    /// How many days a credential may live.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    age: i64,
}

/// The forms of the list.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// A table.
    Text,
    /// One object.
    Json,
}

/// Lists; exit code 1 if something is expired, too old or readable by others.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    let named = || std::env::var_os("KEYSWEEP_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let home = arguments.home.clone().or_else(named).or_else(crate::folders::home);
    let unknown = "the home directory is not known: the variable `HOME` is not set or is empty";
    let home = home.ok_or_else(|| miette!(help = "set `HOME`, or give it with `--home DIR`", "{unknown}"))?;
    if !home.is_dir() {
        return Err(miette!(help = "give another with `--home DIR`", "`{}` is not a directory", home.display()));
    }
    let inspector = Inspector::new(Engine::new(&Catalogue::builtin()), inspect::Options::default());
    let scratch = RefCell::new(Scratch::default());
    let options = Options { warning_days: arguments.warn, age_days: arguments.age, ..Options::new(home) };
    let inventory = inventory::take(&options, &|value| inspector.knows(value, &mut scratch.borrow_mut()));
    match arguments.format {
        Format::Text => output::print(|_, out| out.write_all(report::inventory_text(&inventory, &options).as_bytes()))?,
        Format::Json => output::print(|_, out| {
            serde_json::to_writer_pretty(&mut *out, &report::inventory_json(&inventory, &options))?;
            writeln!(out)
        })?,
    }
    Ok(inventory.exit_code())
}
