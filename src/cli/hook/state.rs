//! Takes hooks out, and says which are set up.

use std::path::{Path, PathBuf};

use super::agent::{self, Agent};
use super::{Name, agent_root, agent_roots, each, install, print, with_merges};
use crate::input::repository::{Repository, RepositoryError};

/// Takes hooks out: all of them if none is named.
///
/// # Errors
/// If one of them cannot be taken out, or there is no place for any.
pub(super) fn uninstall(hooks: &[Name], user: bool) -> miette::Result<u8> {
    let is_outside = matches!(Repository::discover(Path::new(".")), Err(RepositoryError::NotARepository { .. }));
    let all = match hooks {
        // A hook of git's is set up for one repository.
        [] if user || is_outside => Name::AGENTS.to_vec(),
        [] => [&Name::GIT[..], &Name::AGENTS[..]].concat(),
        named => with_merges(named),
    };
    let take_out = |hook: Name| match hook.agent() {
        Some(agent) => {
            let done = agent::uninstall(agent, &agent_root(user)?, user)?;
            Ok(if done.is_empty() && !user { left_for_user(hook, agent) } else { done })
        }
        None => install::uninstall(hook, Path::new(".")),
    };
    if is_outside && !user && hooks.is_empty() {
        let is_absent =
            |name: &Name| matches!(name.agent().map(|agent| agent_status(agent, false, &[])), Some(Ok(None)));
        if all.iter().all(is_absent) {
            return Err(miette::miette!(
                help = "run this inside a repository; `--user` takes hooks out that are set up for all projects",
                "`.` is not inside a git repository, and no agent's hooks are set up here"
            ));
        }
    }
    each(&all, "taken out", &not_set_up(hooks, user), take_out)
}

/// Tells where an agent's hooks are set up, if they are.
fn agent_status(agent: Agent, user: bool, roots: &[PathBuf]) -> miette::Result<Option<String>> {
    agent::status(agent, &agent_root(user)?, user, roots)
}

/// Says which hooks are set up; with `user`, those of agents in the user's own settings alone.
///
/// # Errors
/// If there is no repository, or a file cannot be read.
pub(super) fn status(user: bool) -> miette::Result<u8> {
    // Agents have theirs outside of a repository, too.
    let (mut lines, mut failed) = (Vec::new(), None);
    let (git, agents) = if user { (&[][..], &[true][..]) } else { (&Name::GIT[..], &[false, true][..]) };
    for &hook in git {
        match (install::status(hook, Path::new(".")), &failed) {
            (Ok(line), _) => lines.push(line),
            (Err(error), None) => failed = Some(error),
            // What is wrong with all of them is told once.
            (Err(error), Some(first)) if error.to_string() == first.to_string() => {}
            (Err(error), Some(_)) => lines.push(format!("{}: not known: {error}", hook.word())),
        }
    }
    let roots = agent_roots();
    for (name, agent) in Name::AGENTS.iter().filter_map(|name| Some((name, name.agent()?))) {
        for &user in agents {
            // What is wrong with the settings of one agent says nothing about the others.
            let status = agent_status(agent, user, &roots);
            lines.extend(status.unwrap_or_else(|error| Some(format!("{}: not known: {error}", name.word()))));
        }
    }
    if user && lines.is_empty() {
        lines.push("no hook of keysweep is set up for all projects".to_owned());
    }
    let code = print(lines)?;
    failed.map_or(Ok(code), Err)
}

/// Says that an agent's hooks are set up in the user's own settings, if they are.
fn left_for_user(hook: Name, agent: Agent) -> String {
    let status = agent_status(agent, true, &[]).ok().flatten();
    let text = |_| format!("{}: left as set up for all projects; `--user` takes it out there", hook.word());
    status.map_or_else(String::new, text)
}

/// Says of hooks that are to be taken out that they are not set up; of all if none is named.
fn not_set_up(hooks: &[Name], user: bool) -> String {
    let place = if user { "for all projects" } else { "here" };
    let words: Vec<&str> = hooks.iter().map(|hook| hook.word()).collect();
    let what = match words.as_slice() {
        [] => "no hook of keysweep is".to_owned(),
        [word] => format!("{word} is not"),
        [words @ .., last] => format!("{} and {last} are not", words.join(", ")),
    };
    format!("nothing was taken out: {what} set up {place}")
}
