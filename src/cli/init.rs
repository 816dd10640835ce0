//! `keysweep init`: a first configuration, with every key explained.

use std::io::ErrorKind;
use std::path::PathBuf;

use miette::miette;

use super::{output, target};
use crate::policy::config::FILE;
use crate::replace;

/// The file that is written: all of it comments, so that it changes nothing until it is edited.
pub const TEMPLATE: &str = include_str!("init.toml");

/// Writes a commented `keysweep.toml` at the root of the repository.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder or repository; the one around the current folder if none is given.
    path: Option<PathBuf>,
    /// Print it instead of writing the file.
    #[arg(long)]
    stdout: bool,
}

/// Runs the command. A file that is there already is left alone.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    if arguments.stdout {
        output::print(|_, out| out.write_all(TEMPLATE.as_bytes()))?;
        return Ok(0);
    }
    let paths: Vec<PathBuf> = arguments.path.iter().cloned().collect();
    let path = target::root(&paths)?.join(FILE);
    create(&path, TEMPLATE)?;
    output::print(|_, out| writeln!(out, "wrote {}; every key in it is a comment until you need it", path.display()))?;
    Ok(0)
}

/// Writes a new file.
///
/// # Errors
/// The file exists already, or the folder cannot be written to.
pub fn create(path: &std::path::Path, text: &str) -> miette::Result<()> {
    let name = path.display();
    replace::create(path, text.as_bytes()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => miette!(help = "edit it, or move it away first", "`{name}` exists already"),
        _ => miette!(help = "check the folder's permissions", "cannot write `{name}`: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::config::Config;

    #[test]
    fn the_template_is_valid_as_it_is_and_with_every_key_in_force() {
        Config::parse(TEMPLATE.to_owned(), FILE.into()).expect("comments are valid TOML");
        let in_force: String =
            TEMPLATE.lines().filter_map(|line| line.strip_prefix("#: ")).fold(String::new(), |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            });
        let config = Config::parse(in_force, FILE.into()).expect("every key of the template is known");
        config.catalogue().expect("every rule that the template names exists");
        assert_eq!(config.allow.len(), 3);
        assert!(config.excludes(b"vendor/a.js"));
    }
}
