//! Where each agent keeps its hooks, and what is entered there.

mod entered;
mod git;
mod home;
mod managed;
mod written;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) use entered::{loses_hooks, variables};
pub(super) use git::leads_elsewhere;
use home::{Home, is_settings, settings_in};
pub(super) use managed::loses_manager;
use miette::miette;
use serde_json::{Value, json};
pub(super) use written::{says_whether_hooks_run, speaks_of_switch, turns_hooks_off};

use super::super::files;
use super::super::values::read;
use super::{Agent, json, place, switch};
use crate::document::{Format, Value as Document, parse};
use crate::replace::{self, Links, Replace};

/// One entry in an agent's settings: the way to the array, and the element.
struct Entry {
    path: [&'static str; 2],
    element: Value,
}

/// Sets the agent's hooks up in the project, or in the user's own settings; says what was done, and what keeps them from running.
/// `roots` are the folders whose settings count.
///
/// # Errors
/// If the settings are no JSON, or something else stands where the hooks belong.
pub fn install(agent: Agent, root: &Path, user: bool, no_bypass: bool, roots: &[PathBuf]) -> miette::Result<String> {
    let (home, path, links) = file(agent, root, user)?;
    let before = text(&path, links)?;
    // Whoever sets the hooks up anew does not say that agents may go around them from now on.
    let is_kept = !no_bypass && before.contains(&command(agent, true));
    // What was put in front of a comment is taken out before what stands behind it.
    let bare = if made(&before) == Some(VERSION) { before.replacen(VERSION_LINE, "", 1) } else { before.clone() };
    let mut text = without(agent, &path, &bare)?;
    let adds_version = matches!(agent, Agent::Cursor | Agent::Copilot) && !text.contains("\"version\"");
    let is_again = before.contains(&command(agent, false));
    let made = if is_again { made(&before).map(str::to_owned) } else { home.to_make().or_else(|| blanks(&before)) };
    let made = made.or_else(|| adds_version.then(|| VERSION.to_owned()));
    let there = if is_again { found(&before).map(str::to_owned).collect() } else { containers(agent, &before) };
    let mut remembered = made.map_or_else(String::new, |made| format!("{MADE}{made}"));
    if !there.is_empty() {
        remembered += FOUND;
        remembered += &there.join(" ");
    }
    for (at, entry) in entries(agent, no_bypass || is_kept).into_iter().enumerate() {
        let mut element = serde_json::to_string_pretty(&entry.element).expect("a value made here can be written");
        if at == 0 {
            element = element.replacen(CLOSED, &format!("{CLOSED}{remembered}"), 1);
        }
        text = json::appended(&text, &entry.path, &element).ok_or_else(|| unfit(&path))?;
    }
    if adds_version {
        text = with_version(&text).ok_or_else(|| unfit(&path))?;
    }
    if text != before {
        files::write(&path, text.as_bytes(), Replace { links, ..Replace::default() })?;
    }
    let kept = match is_kept {
        true => format!("; `--no-bypass` is kept: to be without it, `keysweep hook uninstall {}` first", agent.word()),
        false => String::new(),
    };
    Ok(format!("{}: set up in {}{}{kept}{}", agent.word(), path.display(), but_off(agent, roots), hint(agent)))
}

/// Takes the agent's hooks out; says what was done, or nothing if there was nothing to do.
///
/// # Errors
/// If the settings are no JSON or cannot be written.
pub fn uninstall(agent: Agent, root: &Path, user: bool) -> miette::Result<String> {
    let (_, path, links) = file(agent, root, user)?;
    let before = text(&path, links)?;
    if !before.contains(&command(agent, false)) {
        return Ok(String::new());
    }
    let made = made(&before);
    let made_file = made.is_some_and(|made| Home::may_have_made(agent, user, made));
    let blank = made.and_then(blank);
    // What was made with the file goes with it, and what was added to one that was there goes as well.
    let adds_version = made_file || blank.is_some() || made == Some(VERSION);
    let before = if adds_version { before.replacen(VERSION_LINE, "", 1) } else { before.clone() };
    let text = without(agent, &path, &before)?;
    let is_left_over = |value: Value| value == json!({}) || value == json!({ "version": 1 });
    let is_empty = serde_json::from_str(text.trim_start_matches(MARK)).is_ok_and(is_left_over);
    if made_file && is_empty {
        std::fs::remove_file(&path).map_err(|error| miette!("cannot remove `{}`: {error}", path.display()))?;
        let folders = made.map_or(0, |made| made.matches('/').count());
        // Whoever put something else into a folder keeps it.
        let _ = path.ancestors().skip(1).take(folders).try_for_each(std::fs::remove_dir);
    } else {
        let text = blank.filter(|_| is_empty).unwrap_or(text);
        files::write(&path, text.as_bytes(), Replace { links, ..Replace::default() })?;
    }
    Ok(format!("{}: taken out of {}", agent.word(), path.display()))
}

/// Tells where the agent's hooks are set up, whether they stop what goes around hooks and whether something keeps them from
/// running, or nothing if they are not set up.
/// `roots` are the folders whose settings count.
///
/// # Errors
/// If the settings cannot be read, by the agent neither.
pub fn status(agent: Agent, root: &Path, user: bool, roots: &[PathBuf]) -> miette::Result<Option<String>> {
    let (_, path, links) = file(agent, root, user)?;
    let text = text(&path, links)?;
    if !text.trim_start_matches(MARK).trim().is_empty() && !is_object(&text) {
        return Err(miette!("`{}` is not what its agent expects", path.display()));
    }
    let count = |no_bypass| text.matches(&command(agent, no_bypass)).count();
    let bypass = match (count(false), count(true)) {
        (0, _) => return Ok(None),
        (_, 0) => "without `--no-bypass`",
        (all, some) if some < all => "with `--no-bypass` for a part of the events",
        _ => "with `--no-bypass`",
    };
    let unlike = entered::differences(agent, &text);
    let again = format!("keysweep hook install {}{}", agent.word(), if user { " --user" } else { "" });
    let but = match unlike.is_empty() {
        true => String::new(),
        false => format!(", but not as `hook install` does it, with {}, which `{again}` mends", unlike.join(" and ")),
    };
    Ok(Some(format!("{}: set up {bypass}{but}{}: {}", agent.word(), but_off(agent, roots), path.display())))
}

/// Says what keeps an agent from running the hooks that are set up, if anything does.
fn but_off(agent: Agent, roots: &[PathBuf]) -> String {
    home::off(agent, roots).map_or_else(String::new, |off| format!(", but {off}"))
}

pub(super) fn command(agent: Agent, no_bypass: bool) -> String {
    format!("keysweep hook run {}{}", agent.word(), if no_bypass { " --no-bypass" } else { "" })
}

/// What ends the shell's line for a command: agents take any other exit code than 2, such as that of a program which is
/// not there, for leave to go on.
const CLOSED: &str = " || exit 2";
/// What stands behind the first line if the installation made something besides entries, in a comment of the shell: agents and
/// people write settings anew, and clones have no other place that remembers.
const MADE: &str = " # keysweep made ";
/// What stands there if the hooks were entered in objects and lists that were there, by their names.
const FOUND: &str = " # keysweep found ";
/// The word for the version of the format, where that was added to a file that was there.
const VERSION: &str = "version";
const VERSION_LINE: &str = "\n  \"version\": 1,";

/// Returns what an earlier installation made, as its settings tell: the last folders and the file, or the version.
fn made(text: &str) -> Option<&str> {
    let (_, made) = text.split_once(MADE)?;
    let (made, _) = made.split_once('"')?;
    Some(made.split(FOUND).next().unwrap_or(made))
}

/// Returns what an earlier installation found, as its settings tell: the names of objects and lists, each with a word for its
/// blanks if there was nothing else in it. The outermost object has no name.
fn found(text: &str) -> impl Iterator<Item = &str> {
    let found = text.split_once(FOUND).and_then(|(_, found)| found.split_once('"'));
    found.map_or("", |(found, _)| found).split_whitespace()
}

/// Returns the names of the objects and lists in which the agent's hooks belong and that are there, as [`found`] does.
fn containers(agent: Agent, text: &str) -> Vec<String> {
    let paths: Vec<[&str; 2]> = entries(agent, false).into_iter().map(|entry| entry.path).collect();
    let below = paths.iter().flat_map(|path| (1..=json::depth(text, path)).map(|depth| &path[..depth]));
    let word = |path: &[&str]| {
        let blanks = json::blanks(text, path).and_then(letters).filter(|letters| !letters.is_empty());
        let blanks = blanks.map_or_else(String::new, |letters| format!("{EMPTY}{letters}"));
        format!("{}{blanks}", path.last().copied().unwrap_or_default())
    };
    let words: BTreeSet<String> = std::iter::once(&[][..]).chain(below).map(word).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// Gives the objects and lists that an earlier installation found empty, and that are empty again, the blanks that they had.
fn with_blanks(agent: Agent, found: &[String], text: String) -> String {
    let paths: Vec<[&str; 2]> = entries(agent, false).into_iter().map(|entry| entry.path).collect();
    let path = |name: &str| match name {
        "" => Some(&[][..]),
        _ => paths.iter().find_map(|path| Some(&path[..=path.iter().position(|each| *each == name)?])),
    };
    let words = found.iter().filter_map(|word| word.split_once(EMPTY));
    let known = words.filter_map(|(name, blanks)| Some((path(name)?, spelled(blanks)?)));
    known.fold(text, |text, (path, blanks)| json::with_blanks(&text, path, &blanks))
}

/// What stands before the word for the blanks of an object or a list.
const EMPTY: char = ':';

/// The byte order mark that some editors write.
const MARK: char = '\u{feff}';
/// What the word for the blanks starts with that were all that a file had.
const BLANK: &str = "blank:";
/// The blanks of a file, and what stands for each of them in one word.
const BLANKS: [(char, char); 5] = [(' ', 's'), ('\t', 't'), ('\r', 'r'), ('\n', 'n'), (MARK, 'm')];
/// How many blanks are remembered.
const MOST_BLANKS: usize = 80;

/// Returns the word for the text of a file that has nothing but blanks.
fn blanks(text: &str) -> Option<String> {
    letters(text).map(|letters| format!("{BLANK}{letters}"))
}

/// Returns the text that such a word stands for.
fn blank(word: &str) -> Option<String> {
    word.strip_prefix(BLANK).and_then(spelled)
}

/// Returns what stands for blanks, if these are few and nothing else.
fn letters(text: &str) -> Option<String> {
    let letter = |blank: char| BLANKS.iter().find(|(each, _)| *each == blank).map(|(_, letter)| *letter);
    let letters: Option<String> = text.chars().map(letter).collect();
    letters.filter(|letters| letters.len() <= MOST_BLANKS)
}

/// Returns the blanks that letters stand for.
fn spelled(letters: &str) -> Option<String> {
    let blank = |letter: char| BLANKS.iter().find(|(_, each)| *each == letter).map(|(blank, _)| *blank);
    letters.chars().map(blank).collect()
}

/// Tells whether a text is an object, as an agent reads its settings.
fn is_object(text: &str) -> bool {
    let document = parse(text.as_bytes(), Format::Json);
    document.is_ok_and(|document| matches!(document.roots.first().map(|root| &root.value), Some(Document::Map(_))))
}

/// Returns where an agent's settings lie, the file, and whether it may be a link: only where the user's own files lie, because a
/// project's come from whoever made it.
fn file(agent: Agent, root: &Path, user: bool) -> miette::Result<(Home, PathBuf, Links)> {
    let home = Home::of(agent, root, user);
    let path = home.path();
    if user {
        return Ok((home, path, Links::Follow));
    }
    if replace::leaves(root, Path::new(home.file)) {
        let help = "put a folder in place of the link, or set the hooks up for yourself with `--user`";
        return Err(miette!(help = help, "a symbolic link is on the way to `{}`", path.display()));
    }
    Ok((home, path, Links::Refuse))
}

/// What every entry has.
const ANY: &str = "keysweep hook run ";

/// Tells whether hooks of keysweep's are entered in a file, or in one that lies in a folder.
pub(super) fn holds_hooks(path: &Path) -> bool {
    match path.is_dir() {
        true => !with_hooks(path).is_empty(),
        false => is_settings(path) && names_hooks(path),
    }
}

/// Returns the files in a folder in which hooks of keysweep's are entered.
pub(super) fn with_hooks(folder: &Path) -> Vec<PathBuf> {
    settings_in(folder).into_iter().filter(|file| names_hooks(file)).collect()
}

fn names_hooks(path: &Path) -> bool {
    place::read(path).is_some_and(|bytes| memchr::memmem::find(&bytes, ANY.as_bytes()).is_some())
}

/// Tells whether the hooks that are entered in a file are also in git's index, so that they stay if that text comes back.
pub(super) fn come_back(path: &Path) -> bool {
    let texts = place::read(path).zip(place::staged(path));
    let texts = texts.map(|(now, staged)| (String::from_utf8_lossy(&now).into_owned(), String::from_utf8(staged)));
    matches!(texts, Some((now, Ok(staged))) if !loses_hooks(path, &now, &staged))
}

fn hint(agent: Agent) -> &'static str {
    match agent {
        Agent::Codex => "; older versions need `codex_hooks = true` under `[features]` in config.toml",
        Agent::Copilot => "; it can stop tools, but of a prompt it can only warn",
        _ => "",
    }
}

fn entries(agent: Agent, no_bypass: bool) -> Vec<Entry> {
    let program = command(agent, no_bypass);
    let run = format!("{program}{CLOSED}");
    let group = |event, matcher: Option<&str>| {
        let mut element = json!({ "hooks": [{ "type": "command", "command": run }] });
        if let Some(matcher) = matcher {
            element = json!({ "matcher": matcher, "hooks": element["hooks"] });
        }
        Entry { path: ["hooks", event], element }
    };
    let plain = |event, element: Value| Entry { path: ["hooks", event], element };
    match agent {
        Agent::ClaudeCode => vec![
            group("PreToolUse", Some("*")),
            group("UserPromptSubmit", None),
            group("PostToolUse", Some("Write|Edit|MultiEdit|NotebookEdit")),
        ],
        Agent::Codex => vec![
            group("PreToolUse", Some(".*")),
            group("UserPromptSubmit", None),
            group("PostToolUse", Some("apply_patch|Edit|Write")),
        ],
        Agent::Gemini => vec![
            group("BeforeTool", Some(".*")),
            group("BeforeAgent", None),
            group("AfterTool", Some("write_file|replace")),
        ],
        Agent::Cursor => {
            let mut entries: Vec<Entry> =
                ["beforeShellExecution", "beforeMCPExecution", "beforeSubmitPrompt", "afterFileEdit"]
                    .map(|event| plain(event, json!({ "command": run })))
                    .into();
            // What the events above tell of is not asked about twice.
            entries.push(plain(
                "preToolUse",
                json!({ "command": run, "matcher": "Write|StrReplace|Edit|ApplyPatch|Delete" }),
            ));
            entries
        }
        Agent::Copilot => {
            let powershell = format!("{program}; if ($LASTEXITCODE -ne 0) {{ exit 2 }}");
            let command = json!({ "type": "command", "bash": run, "powershell": powershell, "timeoutSec": 30 });
            ["preToolUse", "userPromptSubmitted"].map(|event| plain(event, command.clone())).into()
        }
    }
}

fn text(path: &Path, links: Links) -> miette::Result<String> {
    if links == Links::Refuse && path.is_symlink() {
        let help = "put a file in place of the link, or set the hooks up for yourself with `--user`";
        return Err(miette!(help = help, "`{}` is a symbolic link, which could lead anywhere", path.display()));
    }
    let bytes = files::read(path, links)?.unwrap_or_default();
    String::from_utf8(bytes).map_err(|_| unfit(path))
}

/// Cuts what an earlier installation entered.
fn without(agent: Agent, path: &Path, text: &str) -> miette::Result<String> {
    let run = command(agent, false);
    let mut text = text.to_owned();
    if !text.contains(&run) {
        return Ok(text);
    }
    let found: Vec<String> = found(&text).map(str::to_owned).collect();
    let names: Vec<&str> = found.iter().filter_map(|word| word.split(EMPTY).next()).collect();
    // Somebody may have entered it for another event.
    let settings = read(text.trim_start_matches(MARK), Format::Json);
    let events = settings.get("hooks").and_then(Value::as_object).into_iter().flatten();
    let entered =
        events.filter(|(_, list)| list.to_string().contains(&run)).map(|(event, _)| ["hooks", event.as_str()]);
    let own = entries(agent, false).into_iter().map(|entry| entry.path);
    for way in own.chain(entered) {
        let kept = way.iter().take_while(|name| names.contains(*name)).count();
        text = json::cut(&text, &way, kept, &|element| element.contains(&run)).ok_or_else(|| unfit(path))?;
    }
    Ok(with_blanks(agent, &found, text))
}

/// Puts the format's version in front, where the agent wants one.
fn with_version(text: &str) -> Option<String> {
    let open = text.find('{')? + 1;
    Some(format!("{}{VERSION_LINE}{}", &text[..open], &text[open..]))
}

fn unfit(path: &Path) -> miette::Report {
    miette!(
        help = "mend the file, or move it away and set the hooks up anew",
        "`{}` is not what its agent expects, so it was left as it is",
        path.display()
    )
}
