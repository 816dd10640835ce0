//! `keysweep hook` and what surrounds it, with the real program, the real git and the real hook managers.

mod action;
mod agents;
mod around;
mod bypass;
mod chain;
mod framework;
mod homes;
mod leave;
mod managers;
mod packages;
mod push;
mod settings;
mod uninstall;

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::git::Git;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_keysweep");

/// Returns a line with a credential that keysweep knows, made here so that none lies in this repository.
pub fn leak() -> String {
    format!("gitlab_token = \"{}\"\n", token())
}

/// Returns the credential alone.
pub fn token() -> String {
    ["glpat-", "xY3kP9mQ2vR7", "tB5nW8zL"].concat()
}

/// Runs keysweep in the directory of `git`.
#[track_caller]
pub fn keysweep(git: &Git, arguments: &[&str]) -> String {
    let output = git.command(PROGRAM).args(arguments).output().expect("the program can be started");
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

/// Returns all that a command printed.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// Runs a git command that a hook must stop; returns what was printed, which says what was found and not the credential.
#[track_caller]
pub fn refused(mut command: Command) -> String {
    let output = command.output().expect("git is installed");
    let said = said(&output);
    assert!(!output.status.success(), "it went through: {said}");
    assert!(said.contains("GitLab personal"), "{said}");
    assert!(!said.contains(&token()), "the credential is printed");
    said
}

/// Finds a tool on the path, or says why the test is skipped. Where `KEYSWEEP_TESTS_NEED_TOOLS` is set, it must be there.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|directory| directory.join(name)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("KEYSWEEP_TESTS_NEED_TOOLS").is_none(), "`{name}` is not installed");
        println!("skipped: `{name}` is not installed");
    }
    found
}
