//! `keysweep completions` and `keysweep man`: what a package installs beside the binary.

use clap::CommandFactory as _;
use clap_complete::Shell;
use miette::miette;

use super::output;

/// Prints the completions of a shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

/// Prints the manual page, in the format of `man`.
#[derive(Debug, clap::Args)]
pub struct Manual {
    /// The command whose page is wanted, such as `scan`; the whole program's if none is given.
    command: Option<String>,
}

/// Prints the completions.
pub fn completions(arguments: &Completions) -> miette::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "keysweep", &mut script);
    output::print(|_, out| out.write_all(&script))?;
    Ok(0)
}

/// Prints the page.
pub fn manual(arguments: &Manual) -> miette::Result<u8> {
    let mut program = super::Arguments::command();
    program.build();
    let command = match &arguments.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            miette!(help = "`keysweep help` lists the commands", "there is no command `{}`", name.escape_debug())
        })?,
    };
    let page = clap_mangen::Man::new(command);
    output::print(|_, out| page.render(out))?;
    Ok(0)
}
