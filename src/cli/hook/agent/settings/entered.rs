//! What is entered for keysweep in an agent's settings, entry by entry, and what of it is not as an installation writes it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::home::is_settings;
use super::{ANY, Agent, FOUND, MADE, command, entries, switch};
use crate::cli::hook::values::read;
use crate::document::Format;

/// One command of keysweep's in an agent's settings.
#[derive(Debug, PartialEq, Eq)]
struct Entered {
    /// The event that it is entered for.
    event: String,
    /// What stands around it in its group, other commands aside.
    around: Value,
    /// The command with its own settings; what an installation remembers there is left out.
    hook: Value,
}

/// Tells whether a change of a file's text takes hooks of keysweep's out or changes what is entered for them, or turns hooks off.
pub fn loses_hooks(path: &Path, before: &str, after: &str) -> bool {
    if !is_settings(path) {
        return false;
    }
    let count = |text: &str, what: &str| text.matches(what).count();
    let is_fewer = |what: &str| count(after, what) < count(before, what);
    let is_off = |agent: Agent, text: &str| switch::turns_off(agent, text);
    let is_turned_off = |agent| is_off(agent, after) && !is_off(agent, before);
    count(before, ANY) > 0 && (is_fewer(ANY) || is_fewer("--no-bypass"))
        || loses_entry(before, after)
        || [Agent::ClaudeCode, Agent::Gemini, Agent::Codex].into_iter().any(is_turned_off)
}

/// Tells whether something that was entered is gone or otherwise entered, unless an installation would write it so.
fn loses_entry(before: &str, after: &str) -> bool {
    let now = entered(after);
    let is_kept = |entry: &Entered| {
        let is_mended = |other: &Entered| {
            let agent = entry.agent().filter(|agent| other.agent() == Some(*agent));
            other.event == entry.event
                && (other.is_strict() || !entry.is_strict())
                && agent.is_some_and(|agent| written(agent, other.is_strict()).contains(other))
        };
        now.contains(entry) || now.iter().any(is_mended)
    };
    !entered(before).iter().all(is_kept)
}

/// Tells what of an agent's entries is missing or not as an installation writes it.
pub fn differences(agent: Agent, text: &str) -> Vec<String> {
    let now: Vec<Entered> = entered(text).into_iter().filter(|entry| entry.agent() == Some(agent)).collect();
    let told = |(plain, strict): (Entered, Entered)| {
        if now.contains(&plain) || now.contains(&strict) {
            return None;
        }
        let event = &plain.event;
        let Some(entry) = now.iter().find(|entry| entry.event == *event) else {
            return Some(format!("nothing in `{event}`"));
        };
        let wanted = if entry.is_strict() { &strict } else { &plain };
        let keys = unlike(&entry.around, &wanted.around).into_iter().chain(unlike(&entry.hook, &wanted.hook));
        let keys: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
        Some(format!("another {} in `{event}`", keys.join(" and ")))
    };
    written(agent, false).into_iter().zip(written(agent, true)).filter_map(told).collect()
}

/// Returns the variables, as `NAME=value`, that an agent's settings set for what it runs with one text and not with another.
pub fn variables(path: &Path, before: &str, after: &str) -> Vec<String> {
    if !is_settings(path) {
        return Vec::new();
    }
    let format = if path.extension().is_some_and(|end| end == "toml") { Format::Toml } else { Format::Json };
    let set = |text: &str| {
        let settings = read(text, format);
        let maps = [settings.get("env"), settings.pointer("/shell_environment_policy/set")];
        let pairs = maps.into_iter().flatten().filter_map(Value::as_object).flatten();
        pairs.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect::<Vec<_>>()
    };
    let was = set(before);
    set(after).into_iter().filter(|word| !was.contains(word)).collect()
}

impl Entered {
    fn new(event: &str, around: Value, mut hook: Value) -> Self {
        for text in hook.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let known = text.as_str().and_then(|text| [MADE, FOUND].iter().filter_map(|mark| text.find(mark)).min());
            if let (Some(at), Value::String(text)) = (known, text) {
                text.truncate(at);
            }
        }
        Self { event: event.to_owned(), around, hook }
    }

    fn is_strict(&self) -> bool {
        self.hook.to_string().contains("--no-bypass")
    }

    /// Returns the agent whose events the command answers.
    fn agent(&self) -> Option<Agent> {
        let text = self.hook.to_string();
        super::home::agents().find(|agent| text.contains(&command(*agent, false)))
    }
}

/// Returns the entries as an installation writes them.
fn written(agent: Agent, no_bypass: bool) -> Vec<Entered> {
    entries(agent, no_bypass).into_iter().flat_map(|entry| commands(entry.path[1], &entry.element)).collect()
}

/// Returns what is entered for keysweep in the text of settings; nothing if an agent cannot read them.
fn entered(text: &str) -> Vec<Entered> {
    let settings = read(text, Format::Json);
    let events = settings.get("hooks").and_then(Value::as_object).into_iter().flatten();
    let elements =
        events.flat_map(|(event, list)| list.as_array().into_iter().flatten().map(move |element| (event, element)));
    elements.flat_map(|(event, element)| commands(event, element)).collect()
}

/// Returns the commands of keysweep's in an element of the list for an event: the element itself, or some of its group.
fn commands(event: &str, element: &Value) -> Vec<Entered> {
    let is_ours = |hook: &&Value| hook.to_string().contains(ANY);
    match element.get("hooks").and_then(Value::as_array) {
        Some(hooks) => {
            let mut around = element.clone();
            around.as_object_mut().and_then(|around| around.remove("hooks"));
            hooks.iter().filter(is_ours).map(|hook| Entered::new(event, around.clone(), hook.clone())).collect()
        }
        None => {
            let own = Some(element).filter(is_ours);
            own.map(|hook| Entered::new(event, Value::Object(Map::new()), hook.clone())).into_iter().collect()
        }
    }
}

/// Returns the keys under which two objects hold something else.
fn unlike(one: &Value, other: &Value) -> Vec<String> {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return Vec::new() };
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    keys.into_iter().filter(|key| one.get(*key) != other.get(*key)).cloned().collect()
}
