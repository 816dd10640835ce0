//! What a tool is given: whether it can be read, says a command, and says where that runs.

use std::path::PathBuf;

use serde_json::Value;

use super::{Agent, decode, patch, tool};

/// The keys that hold a command line.
pub const COMMANDS: [&str; 3] = ["command", "cmd", "script"];
/// The keys of the folder in which a tool runs its command.
const FOLDERS: [&str; 5] = ["dir_path", "directory", "workdir", "working_directory", "cwd"];

/// Returns what an event, of that name, should say of its tool, but does not.
pub fn lacking(agent: Agent, event: &str, tool: &str, input: Option<&Value>, message: &Value) -> Option<&'static str> {
    match input {
        // Its command stands beside its name.
        None if event == "beforeShellExecution" => {
            Some("a command").filter(|_| !message.get("command").is_some_and(Value::is_string))
        }
        _ if tool.is_empty() => Some("the name of a tool"),
        None => Some("what the tool is given"),
        // What a tool without arguments is given may be nothing.
        Some(Value::Bool(_) | Value::Number(_)) => Some("what the tool is given"),
        Some(input) if agent == Agent::Copilot && !is_readable(tool, input) => {
            Some("what the tool is given in a form that can be read")
        }
        Some(input) => Some("a command").filter(|_| tool::runs_lines(tool) && !says_command(input)),
    }
}

/// Tells whether what Copilot gives to a tool that runs commands or writes is an object, as it is or in a string, or a patch.
fn is_readable(tool: &str, input: &Value) -> bool {
    let is_of_matter =
        tool::runs_lines(tool) || tool::writes(tool) || tool::deletes(tool) || tool::typed(tool).is_some();
    !is_of_matter
        || match input {
            Value::String(text) => {
                decode::value(text.as_bytes()).is_some_and(|value| value.is_object())
                    || tool == "apply_patch" && patch::begins_in(text)
            }
            // Of what lacks altogether it is told what it is.
            input => input.is_object() || input.is_null(),
        }
}

/// Returns the folder in which a tool is told to run its command, beside the command or in an object around both.
pub fn folder(input: &Value) -> Option<PathBuf> {
    match input {
        Value::String(text) => decode::value(text.as_bytes()).filter(Value::is_object).as_ref().and_then(folder),
        Value::Object(object) => {
            let named = FOLDERS.iter().find_map(|key| object.get(*key)?.as_str()).map(PathBuf::from);
            named.or_else(|| object.values().filter(|value| value.is_object()).find_map(folder))
        }
        _ => None,
    }
}

/// Returns the words of a list, if it is one of words alone.
pub fn words(list: &[Value]) -> Option<Vec<&str>> {
    list.iter().map(Value::as_str).collect::<Option<Vec<_>>>().filter(|words| !words.is_empty())
}

/// Tells whether what a tool is given holds a command: a line, or words.
fn says_command(input: &Value) -> bool {
    match input {
        Value::String(text) => match decode::value(text.as_bytes()) {
            Some(parsed @ (Value::Object(_) | Value::Array(_))) => says_command(&parsed),
            _ => true,
        },
        Value::Object(object) => {
            // Some agents put it into an object of their own.
            let is_said = |value: &Value| match value {
                Value::Array(list) => list.iter().all(Value::is_string),
                value => value.is_string(),
            };
            COMMANDS.iter().any(|key| object.get(*key).is_some_and(is_said))
                || object.values().any(|value| value.is_object() && says_command(value))
        }
        Value::Array(list) => words(list).is_some(),
        _ => false,
    }
}
