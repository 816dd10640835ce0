//! Makes repositories with the real git, at test run time, away from every setting of whoever runs the tests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

/// The time of the first commit; each later git command sees a clock one minute on, so that histories are reproducible.
const EPOCH: u64 = 1_700_000_000;

/// Variables that name other places for what programs write down.
const MOVING: [&str; 18] = [
    "AIDER_CHAT_HISTORY_FILE",
    "AIDER_INPUT_HISTORY_FILE",
    "AIDER_LLM_HISTORY_FILE",
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "CONTINUE_GLOBAL_DIR",
    "COPILOT_HOME",
    "GEMINI_CLI_HOME",
    "GOOSE_PATH_ROOT",
    "HISTFILE",
    "LESSHISTFILE",
    "NODE_REPL_HISTORY",
    "OPENCODE_DB",
    "PSQL_HISTORY",
    "PYTHON_HISTORY",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "ZDOTDIR",
];

/// Returns the repositories that `KEYSWEEP_EQUALITY_REPOSITORY` names, separated as in `PATH`, and says if there is none.
pub fn repositories() -> Vec<PathBuf> {
    let named = std::env::var_os("KEYSWEEP_EQUALITY_REPOSITORY").unwrap_or_default();
    let paths: Vec<PathBuf> = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty()).collect();
    if paths.is_empty() {
        println!("skipped: KEYSWEEP_EQUALITY_REPOSITORY names no repository");
    }
    paths
}

/// A directory in which git commands run: a repository's work tree, a linked one, a bare repository.
///
/// All `Git`s made from one another share one temporary directory, which vanishes with the last of them.
#[derive(Clone)]
pub struct Git {
    home: Arc<TempDir>,
    clock: Arc<AtomicU64>,
    directory: PathBuf,
}

impl Git {
    /// Makes an empty repository with the branch `main`.
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// Makes an empty repository, giving `git init` further arguments such as `--object-format=sha256`.
    pub fn init(arguments: &[&str]) -> Self {
        let outside = Self::outside();
        let git = outside.at("repository");
        std::fs::create_dir(&git.directory).expect("the temporary directory is writable");
        git.run(&[&["init", "--quiet", "--initial-branch=main"], arguments].concat());
        git
    }

    /// Makes a directory that belongs to no repository.
    pub fn outside() -> Self {
        let home = tempfile::Builder::new().prefix("keysweep-").tempdir().expect("there is a temporary directory");
        // Without symbolic links, so that paths can be compared.
        let directory = home.path().canonicalize().expect("the directory was just made");
        Self { home: Arc::new(home), clock: Arc::new(AtomicU64::new(EPOCH)), directory }
    }

    /// Returns the same surroundings seen from another directory: absolute, or relative to this one.
    pub fn at(&self, directory: impl AsRef<Path>) -> Self {
        Self { directory: self.directory.join(directory), ..self.clone() }
    }

    /// Returns the directory next to this one called `name`, which is still to be made.
    pub fn beside(&self, name: &str) -> Self {
        self.at(self.home.path().canonicalize().expect("the directory exists").join(name))
    }

    /// Returns the directory.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Returns the absolute path of a file in the directory.
    pub fn file(&self, path: impl AsRef<Path>) -> PathBuf {
        self.directory.join(path)
    }

    /// Runs the built program in the directory, and returns its exit code and JSON report.
    #[track_caller]
    pub fn keysweep(&self, arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
        let mut command = self.command(env!("CARGO_BIN_EXE_keysweep"));
        let output = command.args(arguments).args(["--format", "json"]).output().expect("it runs");
        let report = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        (output.status.code(), report)
    }

    /// Prepares any program to run in the directory with the isolated environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        // Whoever runs the tests may keep transcripts elsewhere than in a home directory.
        for name in MOVING {
            command.env_remove(name);
        }
        let time = format!("{} +0000", self.clock.fetch_add(60, Ordering::Relaxed));
        command
            .current_dir(&self.directory)
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", "true")
            .env("GIT_AUTHOR_NAME", "A U Thor")
            .env("GIT_AUTHOR_EMAIL", "author@example.com")
            .env("GIT_AUTHOR_DATE", &time)
            .env("GIT_COMMITTER_NAME", "C O Mitter")
            .env("GIT_COMMITTER_EMAIL", "committer@example.com")
            .env("GIT_COMMITTER_DATE", &time)
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        command
    }

    /// Prepares a git command.
    pub fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = self.command("git");
        // Submodules are cloned from directories here, which git allows only on request.
        command.args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"]).args(arguments);
        command
    }

    /// Runs a git command whether it succeeds or not.
    pub fn attempt<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        self.git(arguments).output().expect("git is installed")
    }

    /// Runs a git command that must succeed; returns its standard output without the last line feed.
    #[track_caller]
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let output = self.attempt(arguments);
        let words: Vec<_> = arguments.iter().map(|argument| argument.as_ref().to_string_lossy()).collect();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {} failed in {}: {errors}", words.join(" "), self.directory.display());
        String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Writes a file, with the directories above it; returns its absolute path.
    #[track_caller]
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.join(path);
        std::fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("the directory can be made");
        std::fs::write(&path, bytes).expect("the file can be written");
        path
    }

    /// Removes a file from the work tree alone.
    #[track_caller]
    pub fn remove(&self, path: impl AsRef<Path>) {
        std::fs::remove_file(self.directory.join(path)).expect("the file is there");
    }

    /// Writes a file and stages it, even if it is ignored.
    #[track_caller]
    pub fn add(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        self.write(&path, bytes);
        // Whatever the name looks like, it is a name.
        let options = ["--literal-pathspecs", "add", "--force", "--"].map(OsStr::new);
        self.run(&[&options[..], &[path.as_ref().as_os_str()]].concat());
    }

    /// Commits what is staged, even if it is nothing; returns the commit's name.
    #[track_caller]
    pub fn commit(&self, message: &str) -> String {
        self.run(&["commit", "--quiet", "--allow-empty", "--no-verify", "--message", message]);
        self.run(&["rev-parse", "HEAD"])
    }

    /// Writes, stages and commits one file; returns the commit's name.
    #[track_caller]
    pub fn commit_file(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>, message: &str) -> String {
        self.add(path, bytes);
        self.commit(message)
    }

    /// Installs a shell script as a hook of the repository.
    #[track_caller]
    pub fn hook(&self, name: &str, script: &str) {
        let path = PathBuf::from(self.run(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"])).join(name);
        std::fs::create_dir_all(path.parent().expect("a hook lies in a directory")).expect("the directory can be made");
        // Another process writes: a file that this one holds open while a test beside it starts a program is busy.
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" >"$0" && chmod 755 "$0""#;
        let written = Command::new("sh").args(["-c", write]).arg(&path).arg(script).status();
        assert!(written.is_ok_and(|status| status.success()), "the hook can be written");
    }
}
