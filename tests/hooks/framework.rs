//! The hooks of `.pre-commit-hooks.yaml`, under the real `pre-commit` and `prek`.

use std::path::Path;
use std::process::Command;

use super::{PROGRAM, leak, refused, said, tool};
use crate::git::Git;

/// A repository whose hooks one of the two frameworks looks after.
struct Managed {
    git: Git,
    framework: std::path::PathBuf,
}

impl Managed {
    /// Sets the framework up with keysweep's own manifest; `None` if it is not installed.
    fn new(framework: &str) -> Option<Self> {
        let framework = tool(framework)?;
        let git = Git::new();
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        let manifest = std::fs::read_to_string(manifest).expect("the manifest is there");
        // The framework would build the program with cargo; the one that is built already stands in for that.
        let manifest = manifest.replace("language: rust", "language: system");
        git.run(&["init", "-q", "-b", "main", "../hooks"]);
        let revision = git.beside("hooks").commit_file(".pre-commit-hooks.yaml", manifest, "Hooks");
        let ids = ["keysweep", "keysweep-push", "keysweep-message"].map(|id| format!("      - id: {id}\n"));
        let url = git.beside("hooks").path().display().to_string();
        let config = format!("repos:\n  - repo: {url}\n    rev: {revision}\n    hooks:\n{}", ids.concat());
        git.commit_file(".pre-commit-config.yaml", config, "First");
        let managed = Self { git, framework };
        for hook in ["pre-commit", "pre-push", "commit-msg"] {
            let output = managed.run(&["install", "--hook-type", hook]).output().expect("the framework can be started");
            assert!(output.status.success(), "{}", said(&output));
        }
        Some(managed)
    }

    /// Prepares a program with keysweep on the path.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.git.command(program);
        let ours = Path::new(PROGRAM).parent().expect("the program lies in a directory").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::env::join_paths(std::iter::once(ours).chain(std::env::split_paths(&path)));
        command
            .env("PATH", paths.expect("no directory has a separator in its name"))
            .env("PRE_COMMIT_HOME", self.git.beside("cache").path())
            .env("PREK_HOME", self.git.beside("cache").path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.framework);
        command.args(arguments);
        command
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("git");
        command.args(arguments);
        command
    }

    #[track_caller]
    fn passes(&self, mut command: Command) {
        let output = command.output().expect("it can be started");
        assert!(output.status.success(), "{}", said(&output));
    }
}

/// Goes through a day with the framework.
fn a_day_with(framework: &str) {
    let Some(day) = Managed::new(framework) else { return };
    let first = day.git.run(&["rev-parse", "HEAD"]);
    // A commit, refused and mended.
    day.git.add("config.py", leak());
    let said = refused(day.git(&["commit", "-m", "x"]));
    assert!(said.contains("Revoke the token"), "it says how to rotate: {said}");
    day.git.write("config.py", "clean = True\n");
    refused(day.git(&["commit", "-m", "x"]));
    day.git.run(&["add", "config.py"]);
    day.passes(day.git(&["commit", "-m", "x"]));
    refused(day.git(&["commit", "--allow-empty", "-m", &leak()]));
    // By hand, when something slipped in.
    day.passes(day.run(&["run", "--all-files"]));
    day.git.commit_file("slipped.py", leak(), "Slipped in");
    refused(day.run(&["run", "--all-files"]));
    day.git.run(&["rm", "-q", "slipped.py"]);
    day.git.commit("Gone from the tree");
    day.passes(day.run(&["run", "--all-files"]));
    // A range, as CI runs it.
    refused(day.run(&["run", "--from-ref", &first, "--to-ref", "HEAD"]));
    day.passes(day.run(&["run", "--from-ref", "HEAD~2", "--to-ref", "HEAD~2"]));
    // A push.
    day.git.run(&["init", "-q", "--bare", "../remote"]);
    day.git.run(&["remote", "add", "origin", "../remote"]);
    refused(day.git(&["push", "origin", "main"]));
    day.git.run(&["reset", "-q", "--hard", "HEAD~2"]);
    day.passes(day.git(&["push", "origin", "main"]));
}

#[test]
fn pre_commit_runs_the_hooks() {
    a_day_with("pre-commit");
}

#[test]
fn prek_runs_the_hooks() {
    a_day_with("prek");
}

#[test]
fn the_manifest_is_valid() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    for framework in ["pre-commit", "prek"] {
        let Some(framework) = tool(framework) else { continue };
        let output =
            Command::new(framework).arg("validate-manifest").arg(&manifest).output().expect("it can be started");
        assert!(output.status.success(), "{}", said(&output));
    }
}
