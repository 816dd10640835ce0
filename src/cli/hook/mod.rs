//! `keysweep hook`: stands in git's and in agents' way where a credential is about to leave.

mod agent;
mod files;
mod framework;
mod install;
mod jobs;
mod lefthook;
mod manager;
mod message;
mod push;
mod scanner;
mod script;
mod state;
mod switched;
mod values;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use miette::IntoDiagnostic as _;

use super::output;
use crate::input::repository::Repository;
use crate::policy::config::NOTHING_SCANNED;
use crate::scan::MISSED;
pub use agent::Agent;
pub use scanner::{Pipeline, Scan, What};

/// Installs, removes and runs hooks.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sets hooks up: `pre-commit`, with `pre-merge-commit`, and `pre-push` if none is named, `pre-receive` in a bare repository. A hook that exists is kept and runs afterwards.
    Install {
        /// The hooks.
        hooks: Vec<Name>,
        /// For agents: set up in the user's own settings instead of the project's.
        #[arg(long)]
        user: bool,
        /// For agents: also stop commands that go around git's hooks, such as `git commit --no-verify`. Stays until the hook is removed.
        #[arg(long)]
        no_bypass: bool,
    },
    /// Removes hooks and leaves what was there before: all of them if none is named.
    Uninstall {
        /// The hooks.
        hooks: Vec<Name>,
        /// For agents: the user's own settings instead of the project's.
        #[arg(long)]
        user: bool,
    },
    /// Says which hooks are set up.
    Status {
        /// Of agents' hooks in the user's own settings alone.
        #[arg(long)]
        user: bool,
    },
    /// Runs a hook: this is what git and the agents call.
    Run {
        /// Say what was looked at even if nothing is found.
        #[arg(long, short)]
        verbose: bool,
        /// The hook.
        hook: Name,
        /// What git gives to the hook.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// Whom a hook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// Before a commit: what is staged.
    PreCommit,
    /// Before a merge without conflicts is committed: what only the merge adds. Set up and taken out with `pre-commit`.
    PreMergeCommit,
    /// Before a push: what is new to the remote.
    PrePush,
    /// Before a commit: its message.
    CommitMsg,
    /// On a server, before a push is taken in: what is new to the repository.
    PreReceive,
    /// Claude Code.
    ClaudeCode,
    /// Cursor.
    Cursor,
    /// GitHub Copilot, on the command line and in the cloud.
    Copilot,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
}

impl Name {
    /// Every hook of git that can be set up.
    pub const GIT: [Self; 5] =
        [Self::PreCommit, Self::PreMergeCommit, Self::PrePush, Self::CommitMsg, Self::PreReceive];
    /// What is set up in a repository where nothing is named.
    const USUAL: [Self; 2] = [Self::PreCommit, Self::PrePush];
    /// The same in a bare repository, where nobody commits.
    const SERVER: [Self; 1] = [Self::PreReceive];
    /// Every agent.
    pub const AGENTS: [Self; 5] = [Self::ClaudeCode, Self::Cursor, Self::Copilot, Self::Codex, Self::Gemini];

    /// Returns the word on the command line, which is also git's name of the hook.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PrePush => "pre-push",
            Self::CommitMsg => "commit-msg",
            Self::PreReceive => "pre-receive",
            Self::ClaudeCode => Agent::ClaudeCode.word(),
            Self::Cursor => Agent::Cursor.word(),
            Self::Copilot => Agent::Copilot.word(),
            Self::Codex => Agent::Codex.word(),
            Self::Gemini => Agent::Gemini.word(),
        }
    }

    /// Returns the agent, if it is one.
    pub const fn agent(self) -> Option<Agent> {
        match self {
            Self::ClaudeCode => Some(Agent::ClaudeCode),
            Self::Cursor => Some(Agent::Cursor),
            Self::Copilot => Some(Agent::Copilot),
            Self::Codex => Some(Agent::Codex),
            Self::Gemini => Some(Agent::Gemini),
            _ => None,
        }
    }
}

/// Does what was asked; returns the exit code.
///
/// # Errors
/// If a hook cannot be set up or cannot do its job. A hook that fails says so in one line and how to go on.
pub fn run(arguments: &Arguments) -> miette::Result<u8> {
    match &arguments.command {
        Command::Install { hooks, user, no_bypass } => {
            let usual = if manager::is_bare(Path::new(".")) { &Name::SERVER[..] } else { &Name::USUAL[..] };
            let hooks = with_merges(if hooks.is_empty() { usual } else { hooks });
            let roots = agent_roots();
            each(&hooks, "set up", "", |hook| match hook.agent() {
                Some(agent) => agent::install(agent, &agent_root(*user)?, *user, *no_bypass, &roots),
                None if *user || *no_bypass => Err(miette::miette!(
                    help = "name an agent, as in `keysweep hook install claude-code --user`",
                    "`--user` and `--no-bypass` are for agents, and a hook of git's is set up for one repository"
                )),
                None => install::install(hook, Path::new(".")),
            })
        }
        Command::Uninstall { hooks, user } => state::uninstall(hooks, *user),
        Command::Status { user } => state::status(*user),
        Command::Run { verbose, hook, arguments } => Ok(run_hook(*hook, arguments, *verbose)),
    }
}

/// Returns the hooks with those that go with them: git runs another one where a merge is committed.
fn with_merges(hooks: &[Name]) -> Vec<Name> {
    let pair = |hook: &Name| match hook {
        Name::PreCommit => vec![Name::PreCommit, Name::PreMergeCommit],
        hook => vec![*hook],
    };
    hooks.iter().flat_map(pair).collect()
}

/// Does something with each hook once, whatever becomes of the others, and prints what was done, or `nothing` if that is nothing.
fn each(hooks: &[Name], done: &str, nothing: &str, act: impl Fn(Name) -> miette::Result<String>) -> miette::Result<u8> {
    let again = |at: &usize| hooks[..*at].contains(&hooks[*at]);
    let hooks: Vec<Name> = (0..hooks.len()).filter(|at| !again(at)).map(|at| hooks[at]).collect();
    let (mut lines, mut failed) = (Vec::new(), Vec::<(Vec<&str>, miette::Report)>::new());
    for hook in &hooks {
        match act(*hook) {
            Ok(line) => lines.push(line),
            // What is wrong with several is told once.
            Err(error) => match failed.iter_mut().find(|(_, other)| other.to_string() == error.to_string()) {
                Some((names, _)) => names.push(hook.word()),
                None => failed.push((vec![hook.word()], error)),
            },
        }
    }
    if failed.is_empty() && lines.iter().all(String::is_empty) {
        lines.push(nothing.to_owned());
    }
    print(lines)?;
    let names: Vec<&str> = failed.iter().flat_map(|(names, _)| names.clone()).collect();
    if names.len() == hooks.len() && failed.len() == 1 {
        return Err(failed.swap_remove(0).1);
    }
    for (names, error) in &failed {
        let help = error.help().map_or_else(String::new, |help| format!("; {help}"));
        eprintln!("keysweep: {}: {}{help}", names.join(", "), one_line(error));
    }
    if names.is_empty() {
        return Ok(0);
    }
    eprintln!("keysweep: {} of {} hooks could not be {done}: {}", names.len(), hooks.len(), names.join(", "));
    Ok(2)
}

fn print(lines: Vec<String>) -> miette::Result<u8> {
    output::print(|_, out| lines.iter().filter(|line| !line.is_empty()).try_for_each(|line| writeln!(out, "{line}")))?;
    Ok(0)
}

/// Returns the directory in which an agent's settings lie: the user's home, or the root of the work tree.
fn agent_root(user: bool) -> miette::Result<PathBuf> {
    if user {
        let unknown = "the home directory is not known: the variable `HOME` is not set or is empty";
        return crate::folders::home().ok_or_else(|| miette::miette!(help = "set `HOME`", "{unknown}"));
    }
    let here = std::env::current_dir().into_diagnostic()?;
    let repository = Repository::discover(&here).ok();
    Ok(repository.and_then(|repository| repository.work_tree().map(Path::to_owned)).unwrap_or(here))
}

/// Returns the folders whose settings count for an agent: the project's and the user's own, where they are known.
fn agent_roots() -> Vec<PathBuf> {
    [false, true].into_iter().filter_map(|user| agent_root(user).ok()).collect()
}

/// Runs a hook. Whatever goes wrong, the exit code is not 0 and one line says how to go on.
fn run_hook(hook: Name, arguments: &[String], verbose: bool) -> u8 {
    let scan = Pipeline::new(Path::new("."), verbose);
    let result = match hook.agent() {
        Some(agent) => read_stdin().and_then(|input| {
            let reply = agent::run(agent, &input, arguments.iter().any(|word| word == "--no-bypass"), &scan);
            output::print(|_, out| out.write_all(reply.stdout.as_bytes()))?;
            eprint!("{}", reply.stderr);
            Ok(reply.code)
        }),
        None => run_git_hook(hook, arguments, &scan),
    };
    result.unwrap_or_else(|error| {
        let is_incomplete = error.code().is_some_and(|code| code.to_string() == scanner::INCOMPLETE);
        let (what, code) =
            if is_incomplete { ("not everything was checked", MISSED) } else { ("nothing was checked", 2) };
        eprintln!("keysweep: {}; {what}: {}", one_line(&error), way_on(hook, &error));
        code
    })
}

fn run_git_hook(hook: Name, arguments: &[String], scan: &dyn Scan) -> miette::Result<u8> {
    match hook {
        Name::PreCommit | Name::PreMergeCommit => scan.report(&manager::what_to_scan()),
        Name::CommitMsg => {
            let path = arguments.first().ok_or_else(|| miette::miette!("git gave no message file"))?;
            message::run(Path::new(path), scan)
        }
        Name::PrePush => {
            let (range, names) = match manager::framework_push() {
                Some(push) => (Some(push::of_framework(&push, Path::new("."))?), manager::pushed_name()),
                None => {
                    let input = read_stdin()?;
                    // The lines in a hook of keysweep's own hand on at least the end of a line.
                    match input.is_empty() {
                        true => (push::unsaid(arguments, Path::new("."))?, String::new()),
                        false => (push::pushed(&input, arguments, Path::new("."))?, push::names(&input, 4)?),
                    }
                }
            };
            look_at_push(range.map(What::Range), &names, &AUTHOR, scan)
        }
        Name::PreReceive => {
            let input = read_stdin()?;
            let received = push::received(&input)?.map(What::Received);
            look_at_push(received, &push::names(&input, 3)?, &SERVER, scan)
        }
        _ => unreachable!("agents are run elsewhere"),
    }
}

/// The exit code of a scan with findings that block.
const BLOCKED: u8 = 1;
/// How to go on when commits that are pushed are refused.
const REWRITE: &str = "a later commit takes nothing out of those that are pushed: rewrite the ones that hold it, as with `git commit \
    --amend` or `git rebase -i`";

/// How a push that is refused goes on.
struct Ways {
    /// How a false alarm in the name of a ref is allowed.
    allow: &'static str,
    /// What else may be done about commits.
    more: &'static str,
}

/// For who pushes, in the own repository.
const AUTHOR: Ways = Ways {
    allow: scanner::OWN,
    more: "; a false alarm is allowed by its fingerprint, and `git push --no-verify` skips every check",
};
/// For the same, on the other side.
const SERVER: Ways = Ways {
    allow: "only whoever runs this server can allow a false alarm, in its own `keysweep.toml`",
    more: ", and push again; a false alarm passes only as told with it",
};

/// Looks at what a push brings and at the names that its refs get. Returns the exit code.
fn look_at_push(what: Option<What>, names: &str, ways: &Ways, scan: &dyn Scan) -> miette::Result<u8> {
    let named = push::look_at_names(names, ways.allow, scan)?;
    let brought = what.map_or(Ok(0), |what| scan.report(&what))?;
    if brought == BLOCKED {
        eprintln!("keysweep: {REWRITE}{}", ways.more);
    }
    Ok(named.max(brought))
}

fn read_stdin() -> miette::Result<Vec<u8>> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input).into_diagnostic()?;
    Ok(input)
}

/// Says what went wrong, with the place in a file if it is about one.
fn one_line(error: &miette::Report) -> String {
    let mut text = error.to_string();
    let label = error.labels().and_then(|mut labels| labels.next());
    if let (Some(label), Some(file)) = (label, error.source_code()) {
        let what = label.label().map_or_else(String::new, |what| format!(": {what}"));
        let place = file.read_span(label.inner(), 0, 0).ok();
        let place = place.and_then(|place| Some(format!(" in {}:{}", place.name()?, place.line() + 1)));
        text += &(what + &place.unwrap_or_default());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says what to do when a hook cannot do its job.
fn way_on(hook: Name, error: &miette::Report) -> String {
    // The line says itself that nothing was checked.
    let help = error.help().map(|help| help.to_string().replace(NOTHING_SCANNED, "") + "; ").unwrap_or_default();
    let skip = match hook {
        Name::PreMergeCommit => "to merge all the same, `git merge --no-verify`",
        Name::PreCommit | Name::CommitMsg => "to commit all the same, `git commit --no-verify`",
        Name::PrePush => "to push all the same, `git push --no-verify`",
        Name::PreReceive => "ask whoever runs this server",
        _ => "`keysweep hook uninstall` takes the hook out",
    };
    format!("{help}{skip}")
}
