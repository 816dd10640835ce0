//! Who else looks after hooks here: git's own settings, husky, lefthook, pre-commit.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use bstr::ByteSlice as _;
use miette::{Context as _, IntoDiagnostic as _, miette};

use super::agent::shell;
use super::scanner::What;
use crate::report::escape::plain;

/// The names of lefthook's configuration, without extension.
const LEFTHOOK: [&str; 3] = ["lefthook", ".lefthook", ".config/lefthook"];
/// What may be between these and the extension, where one adds to another.
const ADDED: [&str; 2] = ["", "-local"];
/// The languages of lefthook's files.
const EXTENSIONS: [&str; 5] = ["yml", "yaml", "toml", "json", "jsonc"];
/// The configuration of the pre-commit framework and its like.
const FRAMEWORK: [&str; 3] = ["prek.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml"];
/// Folders in which hooks lie as files of the project.
const FOLDERS: [&str; 2] = [".husky", ".githooks"];

/// The files and folders of those who look after hooks, from the root on.
pub static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let named = FOLDERS.iter().chain(&FRAMEWORK).map(|name| (*name).to_owned());
    named.chain(ADDED.iter().flat_map(|added| lefthook_files(added))).collect()
});

/// What a file says, or the files of a folder, to one of those who look after hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They are hooks themselves.
    Scripts,
    /// What lefthook runs.
    Lefthook,
    /// What lefthook puts over that.
    LefthookLocal,
    /// What the pre-commit framework or its like runs.
    Framework,
}

/// Tells whose file or folder a path names, or whose folder it lies in, below whatever root.
pub fn kind(path: &str) -> Option<Kind> {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let mut parts = path.split('/').rev().filter(|part| !part.is_empty());
    let name = parts.next().unwrap_or_default();
    let extended = name.rsplit_once('.').filter(|(_, extension)| EXTENSIONS.contains(extension));
    let stem = extended.map(|(name, _)| name.strip_prefix('.').unwrap_or(name));
    match stem.and_then(|stem| ADDED.iter().position(|added| stem.strip_suffix(added) == Some(LEFTHOOK[0]))) {
        Some(0) => Some(Kind::Lefthook),
        Some(_) => Some(Kind::LefthookLocal),
        None if FRAMEWORK.contains(&name) => Some(Kind::Framework),
        None => (FOLDERS.contains(&name) || parts.any(|part| FOLDERS.contains(&part))).then_some(Kind::Scripts),
    }
}

/// Tells whether a path names a file or folder of those who look after hooks, or one that lies in such a folder, below whatever root.
pub fn is_of_manager(path: &str) -> bool {
    kind(path).is_some()
}

/// The pre-commit framework and its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// The framework itself.
    PreCommit,
    /// Prek, which reads the same configuration, and one of its own before that.
    Prek,
}

impl Framework {
    /// Returns its name on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::Prek => "prek",
        }
    }

    /// Returns the configuration that it reads at a root.
    fn file(self, root: &Path) -> Option<PathBuf> {
        let files = match self {
            Self::PreCommit => &FRAMEWORK[1..2],
            Self::Prek => &FRAMEWORK[..],
        };
        files.iter().map(|file| root.join(file)).find(|file| file.is_file())
    }
}

/// Returns the configurations of frameworks at the root of the work tree around `directory`, each with who reads it.
pub fn frameworks(directory: &Path) -> Vec<(Framework, PathBuf)> {
    let Some(root) = root(directory) else { return Vec::new() };
    let pre_commit = Framework::PreCommit.file(&root);
    let prek = Framework::Prek.file(&root).filter(|file| Some(file) != pre_commit.as_ref());
    let with = |by: Framework| move |file: PathBuf| (by, file);
    prek.map(with(Framework::Prek)).into_iter().chain(pre_commit.map(with(Framework::PreCommit))).collect()
}

/// Returns the configuration that a framework reads, whose hook of git's is this script: the one that the script names, or its own.
pub fn configuration(by: Framework, script: &[u8], directory: &Path) -> Option<PathBuf> {
    let root = root(directory)?;
    let commands = shell::commands(&String::from_utf8_lossy(script), "");
    let named = commands.iter().flat_map(|command| &command.words).find_map(|word| word.strip_prefix("--config="));
    match named {
        Some(named) => Some(root.join(named)).filter(|file| file.is_file()),
        None => by.file(&root),
    }
}

fn root(directory: &Path) -> Option<PathBuf> {
    path(&git(directory, &["rev-parse", "--show-toplevel"]).ok()?).ok()
}

/// Returns the names of the files beside lefthook's that it puts over them.
pub fn local_names() -> impl Iterator<Item = String> {
    lefthook_files(ADDED[1]).into_iter().filter(|name| !name.contains('/'))
}

fn lefthook_files(added: &str) -> Vec<String> {
    let extended = |name| EXTENSIONS.map(|extension| format!("{name}{added}.{extension}"));
    LEFTHOOK.into_iter().flat_map(extended).collect()
}

/// Where a hook belongs.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// Git runs the files of this directory.
    Directory(PathBuf),
    /// Husky runs the files of this directory; they need no first line that names a shell.
    Husky(PathBuf),
    /// Lefthook writes git's hooks anew from a file.
    Lefthook {
        /// The file.
        file: PathBuf,
        /// Where git looks for hooks.
        hooks: PathBuf,
    },
}

/// What the pre-commit framework says of a push.
#[derive(Debug, PartialEq, Eq)]
pub struct Push {
    /// Where the branch stands on the remote, as far as that is known.
    pub from: Option<String>,
    /// What is pushed.
    pub to: String,
    /// The remote's name and the address that is pushed to.
    pub remote: Vec<String>,
    /// The name that the ref gets on the remote.
    pub branch: Option<String>,
}

/// Finds where the hooks of the repository around `directory` belong.
///
/// # Errors
/// If git is missing or there is no repository.
pub fn place(directory: &Path) -> miette::Result<Place> {
    let hooks = path(&git(directory, &["rev-parse", "--git-path", "hooks"])?)?;
    // Git prints an empty path as one to where it runs.
    let configured = git(directory, &["config", "--get", "core.hooksPath"]);
    if configured.is_ok_and(|path| path.is_empty()) {
        return Err(switched_off("`core.hooksPath` is empty"));
    }
    let hooks = if directory == Path::new(".") { hooks } else { directory.join(hooks) };
    if hooks.exists() && !hooks.is_dir() {
        return Err(switched_off(&format!("`{}`, where git looks for them, is no folder", hooks.display())));
    }
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name(&hooks) == ".husky" {
        return Ok(Place::Husky(hooks));
    }
    if let Some(husky) = hooks.parent().filter(|parent| name(&hooks) == "_" && name(parent) == ".husky") {
        return Ok(Place::Husky(husky.to_owned()));
    }
    // A bare repository has no root, and no manager.
    if let Ok(root) = git(directory, &["rev-parse", "--show-toplevel"])
        && let Some(file) = lefthook(&path(&root)?)
    {
        return Ok(Place::Lefthook { file, hooks });
    }
    Ok(Place::Directory(hooks))
}

fn switched_off(why: &str) -> miette::Report {
    let help = "`git config --show-origin core.hooksPath` tells who set the path; unset it, or name a folder";
    miette!(help = help, "git runs no hooks here: {why}")
}

/// Tells whether there is a repository without a work tree around `directory`.
pub fn is_bare(directory: &Path) -> bool {
    git(directory, &["rev-parse", "--is-bare-repository"]).is_ok_and(|answer| answer == b"true")
}

/// Tells whether the hooks directory serves other repositories too, because the user's own settings name it.
pub fn is_shared(directory: &Path) -> bool {
    let configured = |scope: &str| git(directory, &["config", scope, "--get", "core.hooksPath"]).is_ok();
    (configured("--global") || configured("--system")) && !configured("--local") && !configured("--worktree")
}

/// Decides what a run of `pre-commit` is about, by what its caller says in the environment.
pub fn what_to_scan() -> What {
    decide(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Returns what the pre-commit framework says of a push: it keeps git's own lines to itself.
pub fn framework_push() -> Option<Push> {
    push(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Returns the name that the pre-commit framework says the pushed ref gets, in a line of its own.
pub fn pushed_name() -> String {
    std::env::var("PRE_COMMIT_REMOTE_BRANCH").map_or_else(|_| String::new(), |name| format!("{name}\n"))
}

fn decide(variable: &dyn Fn(&str) -> Option<String>) -> What {
    // Git names the index to the hooks of a commit, whatever else whoever commits has put into the environment.
    if variable("PRE_COMMIT").is_none() || variable("GIT_INDEX_FILE").is_some() {
        return What::Staged;
    }
    match (variable("PRE_COMMIT_FROM_REF"), variable("PRE_COMMIT_TO_REF")) {
        (Some(from), Some(to)) => What::Range(format!("{from}..{to}")),
        // Someone ran the framework by hand or in CI, where it says nothing about `--all-files`.
        _ => What::Everything,
    }
}

fn push(variable: &dyn Fn(&str) -> Option<String>) -> Option<Push> {
    variable("PRE_COMMIT")?;
    let remote = variable("PRE_COMMIT_REMOTE_NAME").into_iter().chain(variable("PRE_COMMIT_REMOTE_URL")).collect();
    let branch = variable("PRE_COMMIT_REMOTE_BRANCH");
    let (from, to) = match (variable("PRE_COMMIT_FROM_REF"), variable("PRE_COMMIT_TO_REF")) {
        (Some(from), Some(to)) => (Some(from), to),
        _ => (None, variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".to_owned())),
    };
    Some(Push { from, to, remote, branch })
}

fn lefthook(root: &Path) -> Option<PathBuf> {
    lefthook_files(ADDED[0]).iter().map(|file| root.join(file)).find(|file| file.is_file())
}

/// Reads a path that git prints, which need not be UTF-8.
fn path(printed: &[u8]) -> miette::Result<PathBuf> {
    printed.to_path().map(Path::to_owned).into_diagnostic().wrap_err("git prints a path that is none here")
}

/// Returns the last value that git's configuration has under a key that matches a pattern, whoever set it.
pub fn setting(pattern: &str) -> Option<String> {
    let pairs = git(Path::new("."), &["config", "-z", "--get-regexp", pattern]).ok()?;
    let pairs = pairs.to_str().ok()?;
    let last = pairs.trim_end_matches('\0').rsplit('\0').next()?.to_owned();
    Some(last.split_once('\n').map_or_else(String::new, |(_, value)| value.to_owned()))
}

/// Runs a git command and returns what it prints.
fn git(directory: &Path, arguments: &[&str]) -> miette::Result<Vec<u8>> {
    let started = Command::new("git").current_dir(directory).args(arguments).output();
    let output = started.into_diagnostic().wrap_err("git cannot be started")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.lines().map(str::trim).find(|line| !line.is_empty());
        let why = why.filter(|why| !why.contains("not a git repository")).map(plain);
        return Err(match why {
            Some(why) => miette!("`git {}` fails in `{}`: {why}", arguments.join(" "), directory.display()),
            None => miette!(
                help = "run this inside a repository",
                "`{}` is not inside a git repository",
                directory.display()
            ),
        });
    }
    let printed = output.stdout.as_slice();
    Ok(printed.trim_end_with(|sign| matches!(sign, '\n' | '\r')).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and values of an environment.
    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn variables<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_environment_says_what_a_commit_hook_is_about() {
        let framework = ("PRE_COMMIT", "1");
        let (from, to) = (("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b"));
        let table: [(Variables<'_>, What); 7] = [
            (&[], What::Staged),
            (&[from, to], What::Staged),
            (&[framework, ("GIT_INDEX_FILE", ".git/index"), from, to], What::Staged),
            (&[("GIT_INDEX_FILE", ".git/index")], What::Staged),
            (&[framework, ("GIT_INDEX_FILE", ".git/index")], What::Staged),
            (&[framework], What::Everything),
            (&[framework, from, to], What::Range("a..b".to_owned())),
        ];
        for (set, expected) in table {
            assert_eq!(decide(&variables(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn the_environment_says_what_is_pushed() {
        let framework = ("PRE_COMMIT", "1");
        let (from, to) = (("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b"));
        let remote = [("PRE_COMMIT_REMOTE_NAME", "origin"), ("PRE_COMMIT_REMOTE_URL", "https://x/y")];
        let branch = ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main");
        let said = |from: Option<&str>, to: &str, remote: &[&str], branch: Option<&str>| {
            let remote = remote.iter().map(|word| (*word).to_owned()).collect();
            Some(Push { from: from.map(str::to_owned), to: to.to_owned(), remote, branch: branch.map(str::to_owned) })
        };
        let table: [(Variables<'_>, Option<Push>); 5] = [
            (&[from, to], None),
            (&[framework, from, to], said(Some("a"), "b", &[], None)),
            (
                &[framework, from, to, remote[0], remote[1], branch],
                said(Some("a"), "b", &["origin", "https://x/y"], Some("refs/heads/main")),
            ),
            (&[framework, remote[0]], said(None, "HEAD", &["origin"], None)),
            (&[framework, ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/x")], said(None, "refs/heads/x", &[], None)),
        ];
        for (set, expected) in table {
            assert_eq!(push(&variables(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn files_of_managers_are_known_by_their_paths() {
        for (path, expected) in [
            (".husky", true),
            ("/p/.husky/pre-commit", true),
            ("/p/.husky/_/pre-commit", true),
            (".githooks\\pre-push", true),
            ("/p/.pre-commit-config.yaml", true),
            ("prek.toml", true),
            ("lefthook.toml", true),
            (".config/lefthook.jsonc", true),
            ("/p/.lefthook.JSON", true),
            ("lefthook-local.yml", true),
            ("lefthook.md", false),
            ("my-lefthook.yml", false),
            ("lefthook/README.yml", false),
            ("/p/.huskyrc", false),
            ("pre-commit-config.yaml", false),
            ("", false),
        ] {
            assert_eq!(is_of_manager(path), expected, "{path}");
        }
        assert!(FILES.iter().all(|file| is_of_manager(file)), "one list knows what the other does");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_whose_name_is_no_text_is_found() {
        use std::os::unix::ffi::OsStrExt as _;

        let folder = tempfile::tempdir().expect("there is a temporary directory");
        let root = folder.path().canonicalize().expect("it is there").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
        std::fs::create_dir(&root).expect("the folder can be made");
        git(&root, &["init", "--quiet"]).expect("git runs");
        std::fs::create_dir(root.join("sub")).expect("the folder can be made");
        let hooks = |place| match place {
            Place::Directory(hooks) => hooks.canonicalize().ok(),
            _ => None,
        };
        std::fs::create_dir_all(root.join(".git/hooks")).expect("the folder can be made");
        let found = place(&root.join("sub")).expect("there is a repository");
        assert_eq!(hooks(found), Some(root.join(".git/hooks")));
        let file = root.join("lefthook.yml");
        std::fs::write(&file, "").expect("the file can be written");
        let found = place(&root).expect("there is a repository");
        assert!(matches!(&found, Place::Lefthook { file: known, .. } if *known == file), "{found:?}");
    }
}
