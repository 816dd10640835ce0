//! Reads what an agent says is about to happen.

use std::path::PathBuf;

use serde_json::Value;

use super::Agent;

/// What is about to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tool is going to run.
    Tool,
    /// A prompt is going to be sent.
    Prompt,
    /// A file was written.
    Written,
    /// Anything else: nothing to check.
    Other,
}

/// One event, in the terms that all agents have in common.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// What is about to happen.
    pub kind: Kind,
    /// The event's name, as the agent spells it; empty if it gives none.
    pub name: String,
    /// The directory that the agent works in.
    pub directory: PathBuf,
    /// The file that is concerned, if it is one.
    pub path: Option<String>,
    /// The texts that would be added to a file, a command line or a prompt.
    pub texts: Vec<String>,
    /// The texts that would go: an edit's old side.
    pub replaced: Vec<String>,
    /// Those of the texts that are command lines.
    pub commands: Vec<String>,
}

/// The keys whose text an edit takes away.
const REPLACED: [&str; 4] = ["old_string", "old_str", "oldString", "old_text"];
/// The keys that name a file.
const PATHS: [&str; 6] = ["file_path", "filePath", "path", "notebook_path", "absolute_path", "target_file"];
/// The keys that hold a command line.
const COMMANDS: [&str; 3] = ["command", "cmd", "script"];

impl Event {
    /// Reads an event; `None` if it is no JSON object.
    pub fn parse(agent: Agent, input: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(input).ok()?;
        let object = value.as_object()?;
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = text("hook_event_name");
        let kind = kind(agent, &name, &value);
        let directory = match text("cwd") {
            cwd if cwd.is_empty() => {
                object.get("workspace_roots").and_then(|roots| roots.get(0)?.as_str()).unwrap_or(".").into()
            }
            cwd => PathBuf::from(cwd),
        };
        let mut event =
            Self { kind, name, directory, path: None, texts: Vec::new(), replaced: Vec::new(), commands: Vec::new() };
        match kind {
            Kind::Prompt => event.texts.push(text("prompt")),
            Kind::Tool => {
                let tool = [text("tool_name"), text("toolName")].concat();
                let input = object.get("tool_input").or_else(|| object.get("toolArgs")).unwrap_or(&value);
                event.take(&tool, input);
            }
            Kind::Written => event.written(object.get("tool_input").unwrap_or(&value)),
            Kind::Other => {}
        }
        event.texts.retain(|text| !text.is_empty());
        Some(event)
    }

    /// Takes the texts out of a tool's input.
    fn take(&mut self, tool: &str, input: &Value) {
        // Some agents give the input as JSON in a string.
        if let Value::String(text) = input {
            match serde_json::from_str::<Value>(text) {
                Ok(parsed @ (Value::Object(_) | Value::Array(_))) => self.take(tool, &parsed),
                _ => self.command(tool, text),
            }
            return;
        }
        self.path = self.path.take().or_else(|| path(input));
        self.walk(tool, "", input);
    }

    fn walk(&mut self, tool: &str, key: &str, value: &Value) {
        match value {
            Value::String(text) if REPLACED.contains(&key) => self.replaced.push(text.clone()),
            Value::String(text) if COMMANDS.contains(&key) => self.command(tool, text),
            Value::String(text) => self.texts.push(text.clone()),
            // A command as a list of words.
            Value::Array(words) if COMMANDS.contains(&key) && words.iter().all(Value::is_string) => {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                self.command(tool, &words.join(" "));
            }
            Value::Array(values) => values.iter().for_each(|value| self.walk(tool, key, value)),
            Value::Object(object) => {
                // What surrounds a tool's input says nothing about what the tool does.
                let outer = [
                    "session_id",
                    "transcript_path",
                    "conversation_id",
                    "generation_id",
                    "workspace_roots",
                    "user_email",
                ];
                for (key, value) in object.iter().filter(|(key, _)| !outer.contains(&key.as_str())) {
                    self.walk(tool, key, value);
                }
            }
            _ => {}
        }
    }

    fn command(&mut self, tool: &str, text: &str) {
        if tool == "apply_patch" || text.trim_start().starts_with("*** Begin Patch") {
            let (added, removed): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| !line.starts_with('-'));
            let strip = |line: &str, sign: char| line.strip_prefix(sign).unwrap_or(line).to_owned();
            self.texts.push(added.into_iter().map(|line| strip(line, '+') + "\n").collect());
            self.replaced.push(removed.into_iter().map(|line| strip(line, '-') + "\n").collect());
            return;
        }
        self.texts.push(text.to_owned());
        self.commands.push(text.to_owned());
    }

    /// Takes the content of the files that were written: from disk, or else from the event.
    fn written(&mut self, input: &Value) {
        let paths = written_paths(input);
        let contents = paths.iter().filter_map(|path| std::fs::read(self.directory.join(path)).ok());
        self.texts = contents.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
        self.path = paths.into_iter().next();
        if self.texts.is_empty() {
            self.walk("", "", input);
        }
    }
}

/// Returns the paths of the files that a tool with this input has written: the one that it names, or those of its patch.
fn written_paths(input: &Value) -> Vec<String> {
    if let Some(path) = path(input) {
        return vec![path];
    }
    let patch = COMMANDS.iter().chain(&["input", "patch"]).find_map(|key| input.get(key)?.as_str()).unwrap_or_default();
    let marks = ["*** Add File: ", "*** Update File: ", "*** Move to: "];
    let path = |line: &str| marks.iter().find_map(|mark| line.strip_prefix(mark)).map(|path| path.trim().to_owned());
    patch.lines().filter_map(path).collect()
}

fn path(input: &Value) -> Option<String> {
    PATHS.iter().find_map(|key| input.get(key)?.as_str()).map(str::to_owned)
}

fn kind(agent: Agent, name: &str, value: &Value) -> Kind {
    match (agent, name) {
        (_, "PreToolUse" | "BeforeTool" | "preToolUse") => Kind::Tool,
        (_, "UserPromptSubmit" | "BeforeAgent" | "userPromptSubmitted") => Kind::Prompt,
        (_, "PostToolUse" | "AfterTool" | "postToolUse")
            if !written_paths(value.get("tool_input").unwrap_or(value)).is_empty() =>
        {
            Kind::Written
        }
        (Agent::Cursor, "beforeShellExecution" | "beforeMCPExecution") => Kind::Tool,
        (Agent::Cursor, "beforeSubmitPrompt") => Kind::Prompt,
        (Agent::Cursor, "afterFileEdit") => Kind::Written,
        // Copilot does not name its events in this form; their fields tell them apart.
        (Agent::Copilot, "") if value.get("toolResult").is_some() || value.get("error").is_some() => Kind::Other,
        (Agent::Copilot, "") if value.get("toolName").is_some() => Kind::Tool,
        (Agent::Copilot, "") if value.get("prompt").is_some() => Kind::Prompt,
        _ => Kind::Other,
    }
}
