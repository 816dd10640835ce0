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
        let managed = Self::without_hooks(framework)?;
        for hook in ["pre-commit", "pre-push", "commit-msg"] {
            managed.passes(managed.run(&["install", "--hook-type", hook]));
        }
        Some(managed)
    }

    /// The same, before the hooks of the framework are installed.
    fn without_hooks(framework: &str) -> Option<Self> {
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
        Some(Self { git, framework })
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
fn a_file_whose_name_begins_with_a_dash_is_linted() {
    let Some(day) = Managed::without_hooks("pre-commit") else { return };
    let path = day.git.file(".pre-commit-config.yaml");
    let config = std::fs::read_to_string(&path).expect("the configuration is there");
    std::fs::write(&path, config.replace("id: keysweep\n", "id: keysweep-lint\n")).expect("it can be written");
    day.git.write("--version.json", "{}\n");
    day.git.run(&["add", "-A"]);
    day.passes(day.run(&["run", "keysweep-lint", "--all-files"]));
}

/// Has a framework find a hook of keysweep's, which it moves aside and runs.
fn found_by(framework: &str) {
    let Some(day) = Managed::without_hooks(framework) else { return };
    let keysweep = |arguments: &[&str]| {
        let output = day.command(PROGRAM).args(arguments).output().expect("it can be started");
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    let hook = day.git.file(".git/hooks/pre-commit");
    keysweep(&["hook", "install", "pre-commit"]);
    day.passes(day.run(&["install"]));
    assert!(day.git.file(".git/hooks/pre-commit.legacy").exists());
    let status = keysweep(&["hook", "status"]);
    assert!(status.contains(&format!("pre-commit: set up, run by {framework}: ")), "{status}");
    assert!(keysweep(&["hook", "install", "pre-commit"]).contains("already set up"));
    day.git.add("config.py", leak());
    let text = refused(day.git(&["commit", "-m", "x"]));
    assert!(text.matches("[gitlab/personal-access-token]").count() >= 2, "both run: {text}");
    keysweep(&["hook", "uninstall"]);
    assert!(!day.git.file(".git/hooks/pre-commit.legacy").exists() && hook.exists(), "the framework's own hook stays");
    let text = refused(day.git(&["commit", "-m", "x"]));
    let status = keysweep(&["hook", "status"]);
    assert!(status.contains(&format!(".pre-commit-config.yaml, run by {framework}\n")), "{text} {status}");
    // The other way round: the framework takes itself out and puts the hook back.
    day.passes(day.run(&["uninstall"]));
    keysweep(&["hook", "install", "pre-commit"]);
    day.passes(day.run(&["install"]));
    day.passes(day.run(&["uninstall"]));
    assert!(keysweep(&["hook", "status"]).contains("pre-commit: set up: "));
}

/// Asks what `hook status` says where a framework runs that is told of keysweep only in `prek.toml`.
fn told_in_prek_toml_alone(framework: &str, runs: bool) {
    let Some(day) = Managed::without_hooks(framework) else { return };
    let path = day.git.file(".pre-commit-config.yaml");
    let config = std::fs::read_to_string(&path).expect("the configuration is there");
    let hooks = "{ id = \"keysweep\", name = \"x\", language = \"system\", entry = \"keysweep hook run pre-commit\" }";
    day.git.write("prek.toml", format!("[[repos]]\nrepo = \"local\"\nhooks = [{hooks}]\n"));
    day.git.write(".pre-commit-config.yaml", "repos: []\n");
    day.git.run(&["add", "-A"]);
    day.passes(day.run(&["install"]));
    let status = || said(&day.command(PROGRAM).args(["hook", "status"]).output().expect("it can be started"));
    assert_eq!(status().contains(&format!("prek.toml, run by {framework}\n")), runs, "{}", status());
    day.git.add("config.py", leak());
    if runs {
        refused(day.git(&["commit", "-m", "x"]));
    } else {
        assert!(status().contains("not set up; another hook is there:"), "{}", status());
        day.passes(day.git(&["commit", "-m", "x"]));
    }
    // Both read what they are told to.
    day.git.write("other folder/x.yaml", config);
    day.passes(day.run(&["install", "-f", "-c", "other folder/x.yaml"]));
    assert!(status().contains(&format!("other folder/x.yaml, run by {framework}\n")), "{}", status());
}

#[test]
fn the_framework_that_runs_says_which_configuration_counts() {
    told_in_prek_toml_alone("pre-commit", false);
    told_in_prek_toml_alone("prek", true);
}

#[test]
fn a_hook_that_a_framework_finds_is_run_by_it() {
    found_by("pre-commit");
    found_by("prek");
}

/// Pushes again what was pushed and is gone from the remote, while what was fetched of it is still there.
fn pushed_again_with(framework: &str) {
    let Some(day) = Managed::new(framework) else { return };
    day.git.run(&["init", "-q", "--bare", "../remote"]);
    day.git.run(&["remote", "add", "origin", "../remote"]);
    day.git.run(&["push", "-q", "--no-verify", "origin", "main"]);
    day.git.commit_file("secret", leak(), "A secret that was pushed before anyone looked");
    day.git.run(&["push", "-q", "--no-verify", "origin", "main"]);
    day.git.at("../remote").run(&["update-ref", "refs/heads/main", &day.git.run(&["rev-parse", "HEAD~1"])]);
    refused(day.git(&["push", "origin", "main"]));
}

#[test]
fn what_was_fetched_and_is_gone_from_the_remote_is_new_again_under_a_framework() {
    pushed_again_with("pre-commit");
    pushed_again_with("prek");
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
