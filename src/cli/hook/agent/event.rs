//! Reads what an agent says is about to happen.

use std::path::PathBuf;

use serde_json::Value;

use super::edit::{self, Edit};
use super::given::{self, COMMANDS, words};
use super::{Agent, decode, patch, place, shell, tool};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What is about to happen.
    pub kind: Kind,
    /// The event's name, as the agent spells it; empty if it gives none.
    pub name: String,
    /// The directory that the agent works in.
    pub project: PathBuf,
    /// The directory that the tool works in, from which its paths count.
    pub directory: PathBuf,
    /// What would come and go, file by file; what is for no file stands in one without a path.
    pub changes: Vec<Change>,
    /// Those of the texts that are command lines.
    pub commands: Vec<String>,
    /// What the event should say of its tool, but does not.
    pub lacks: Option<&'static str>,
}

/// What an event does to one file, or says to a shell, a server or a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The file that is concerned, if it is one.
    pub path: Option<String>,
    /// The path that the file gets, if it is moved.
    pub moved: Option<String>,
    /// The texts that would be added.
    pub texts: Vec<String>,
    /// The edits of the file's text, one after the other.
    pub edits: Vec<Edit>,
    /// The texts that would go, or stay around those that are added.
    pub replaced: Vec<String>,
    /// Whether the texts are those of another change, as a shell reads them.
    pub is_read: bool,
    /// Whether the texts go into the file and nowhere else, so that what it holds already is not added to anything.
    pub stays: bool,
}

/// The keys whose text an edit takes away.
const REPLACED: [&str; 5] = ["old_string", "old_str", "oldString", "old_text", "oldText"];
/// The keys whose text comes instead, or behind the line that another key tells.
const COMING: [&str; 6] = ["new_string", "new_str", "newString", "new_text", "newText", "insert_text"];
/// The keys whose text is all that a file gets.
const WHOLE: [&str; 5] = ["content", "contents", "file_text", "fileText", "file_content"];
/// The keys that name a file.
const PATHS: [&str; 6] = ["file_path", "filePath", "path", "notebook_path", "absolute_path", "target_file"];
/// The keys by which the events of Copilot are known that have no name: a tool's, a prompt's, an error's, those of sessions and of
/// turns that end. What has none of them was meant to be something else.
const NATIVE: [&str; 10] = [
    "toolName",
    "toolArgs",
    "toolResult",
    "prompt",
    "error",
    "source",
    "initialPrompt",
    "reason",
    "stopReason",
    "trigger",
];
/// The keys around a tool's input, which say nothing about what the tool does.
const OUTER: [&str; 8] = [
    "session_id",
    "sessionId",
    "transcript_path",
    "conversation_id",
    "generation_id",
    "workspace_roots",
    "user_email",
    "hook_event_name",
];

impl Event {
    /// Reads an event; `None` if it is no JSON object, has no name where the agent gives one, or is a prompt without text.
    pub fn parse(agent: Agent, input: &[u8]) -> Option<Self> {
        let value = decode::value(input)?;
        let object = value.as_object()?;
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = ["hook_event_name", "hookEventName"].iter().find_map(|key| object.get(*key)?.as_str());
        if name.is_none() && !(agent == Agent::Copilot && NATIVE.iter().any(|key| object.contains_key(*key))) {
            return None;
        }
        let name = name.unwrap_or_default().to_owned();
        let kind = kind(agent, &name, &value);
        let directory = match text("cwd") {
            cwd if cwd.is_empty() => {
                object.get("workspace_roots").and_then(|roots| roots.get(0)?.as_str()).unwrap_or(".").into()
            }
            cwd => PathBuf::from(cwd),
        };
        let mut event = Self {
            kind,
            name: name.clone(),
            project: directory.clone(),
            directory,
            changes: Vec::new(),
            commands: Vec::new(),
            lacks: None,
        };
        match kind {
            // Some agents give the prompt in parts.
            Kind::Prompt => {
                let is_text = |prompt: &&Value| prompt.is_string() || prompt.is_array() || prompt.is_object();
                event.tool("", object.get("prompt").filter(is_text)?, false);
            }
            Kind::Tool => {
                let tool = [text("tool_name"), text("toolName")].concat();
                let input = object.get("tool_input").or_else(|| object.get("toolArgs"));
                event.lacks = given::lacking(agent, &name, &tool, input, &value);
                event.directory.extend(input.filter(|_| tool::runs_lines(&tool)).and_then(given::folder));
                event.take(&tool, input.unwrap_or(&value));
            }
            Kind::Written => event.written(object.get("tool_input").unwrap_or(&value), object.get("tool_response")),
            Kind::Other => {}
        }
        event.changes.iter_mut().for_each(|change| change.texts.retain(|text| !text.is_empty()));
        Some(event)
    }

    /// Takes the texts out of a tool's input.
    fn take(&mut self, tool: &str, input: &Value) {
        // Some agents give the input as JSON in a string.
        if let Value::String(text) = input {
            match decode::value(text.as_bytes()) {
                Some(parsed @ (Value::Object(_) | Value::Array(_))) => self.take(tool, &parsed),
                _ => self.command(tool, text),
            }
            return;
        }
        if tool::deletes(tool) && path(input).is_some() {
            self.changes.push(Change { path: path(input), stays: true, ..Change::default() });
            return;
        }
        if let Some(text) = tool::typed(tool).and_then(|key| input.get(key)?.as_str()) {
            self.commands.push(text.to_owned());
        }
        let stays = tool::writes(tool);
        self.tool(tool, input, stays);
        // What a server or another tool gets is looked at as a whole too: the name of a value says what it is. What a server is told to
        // write into a file may go elsewhere, but not what it is told to take out.
        if !(stays && tool::is_own(tool)) && self.commands.is_empty() && input.is_object() {
            let mut input = input.clone();
            if let Some(object) = input.as_object_mut() {
                object.retain(|key, _| !OUTER.contains(&key.as_str()));
            }
            if stays {
                drop_replaced(&mut input);
            }
            self.changes.push(Change { texts: vec![input.to_string()], ..Change::default() });
        }
    }

    fn tool(&mut self, tool: &str, input: &Value, stays: bool) {
        self.changes.push(Change { path: path(input), stays, ..Change::default() });
        self.walk(tool, "", input, self.changes.len() - 1);
    }

    /// Adds what a value holds to the change at `at`.
    fn walk(&mut self, tool: &str, key: &str, value: &Value, at: usize) {
        match value {
            Value::String(text) if self.changes[at].stays && REPLACED.contains(&key) => {
                self.changes[at].replaced.push(text.clone());
            }
            Value::String(text) if COMMANDS.contains(&key) || tool == "apply_patch" => self.command(tool, text),
            Value::String(text) => self.changes[at].texts.push(text.clone()),
            Value::Array(list) if COMMANDS.contains(&key) => match words(list) {
                Some(words) => self.words(tool, &words),
                None => list.iter().for_each(|value| self.walk(tool, key, value, at)),
            },
            Value::Array(values) => values.iter().for_each(|value| self.walk(tool, key, value, at)),
            Value::Object(object) => {
                // One of several edits may name its own file.
                let own = path(value).filter(|path| self.changes[at].path.as_ref() != Some(path));
                let at = own.map_or(at, |path| {
                    let stays = self.changes[at].stays;
                    self.changes.push(Change { path: Some(path), stays, ..Change::default() });
                    self.changes.len() - 1
                });
                let edit = edit(value).filter(|_| self.changes[at].stays);
                // What a file that was written held before is not known from what it got.
                let is_whole = edit.is_none() && self.changes[at].stays && self.kind == Kind::Tool;
                let edit = edit.or_else(|| whole(value).filter(|_| is_whole));
                let keys = if is_whole { &WHOLE[..] } else { &[] };
                let is_said =
                    |key: &str| edit.is_some() && keys.iter().chain(&REPLACED).chain(&COMING).any(|said| *said == key);
                // A program and its arguments apart.
                let program = COMMANDS.iter().find_map(|key| object.get(*key)?.as_str());
                let arguments = ["args", "arguments"].iter().find_map(|key| words(object.get(*key)?.as_array()?));
                if let Some((program, arguments)) = program.zip(arguments) {
                    self.commands.push(shell::line([&[program], &arguments[..]].concat()));
                }
                for (key, value) in object.iter().filter(|(key, _)| !OUTER.contains(&key.as_str()) && !is_said(key)) {
                    self.walk(tool, key, value, at);
                }
                self.changes[at].edits.extend(edit);
            }
            _ => {}
        }
    }

    /// Takes a command that is given as words: no shell has read them yet, so they are quoted where one does. Of a patch among them
    /// the text counts, as in a line.
    fn words(&mut self, tool: &str, words: &[&str]) {
        let holds_patch = patch::is_patch(tool, &words.join(" "));
        let is_patch = |word: &str| holds_patch && (words.len() == 1 || patch::begins_in(word));
        let mut rest = Vec::new();
        for word in words {
            if is_patch(word) {
                let (around, changes) = patch::changes(word);
                self.changes.extend(changes);
                rest.extend(Some(around).filter(|around| !around.is_empty()));
            } else {
                rest.push((*word).to_owned());
            }
        }
        self.line(rest.join(" "), shell::line(rest.iter().map(String::as_str)));
    }

    /// Takes a command line: what stands in it, and as a shell would read it.
    fn line(&mut self, text: String, line: String) {
        if !text.trim().is_empty() {
            let read = shell::reread(&line);
            self.changes.push(Change { texts: vec![text], ..Change::default() });
            self.changes.push(Change { texts: read, is_read: true, ..Change::default() });
            self.commands.push(line);
        }
    }

    fn command(&mut self, tool: &str, text: &str) {
        let rest = if patch::is_patch(tool, text) {
            let (rest, changes) = patch::changes(text);
            self.changes.extend(changes);
            rest
        } else {
            text.to_owned()
        };
        // PowerShell has another sign that makes the next one plain.
        let of_powershell = tool::is_powershell(tool);
        let line = if of_powershell { rest.replace('\\', "/").replace('`', "\\") } else { rest.clone() };
        self.line(rest, line);
    }

    /// Takes the content of the files that were written: from disk, or else from the event. What a file held before is known
    /// where the event tells it, or its edits can be undone.
    fn written(&mut self, input: &Value, response: Option<&Value>) {
        let mut said = Self { changes: Vec::new(), commands: Vec::new(), ..self.clone() };
        said.tool("", input, true);
        let is_new = response.and_then(|response| response.get("type")?.as_str()) == Some("create");
        let original = response.and_then(|response| response.get("originalFile")?.as_str()).or(is_new.then_some(""));
        for path in written_paths(input) {
            if let Some(bytes) = place::read(&self.directory.join(&path)) {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let is_of_it = |change: &&Change| change.moved.as_ref().or(change.path.as_ref()) == Some(&path);
                let edits: Vec<Edit> =
                    said.changes.iter().filter(is_of_it).flat_map(|change| change.edits.clone()).collect();
                let before = original.map(str::to_owned).or_else(|| edit::undone(&text, &edits));
                let replaced = before.into_iter().collect();
                self.changes.push(Change { path: Some(path), texts: vec![text], replaced, ..Change::default() });
            }
        }
        if self.changes.is_empty() {
            self.changes = said.changes;
        }
    }
}

/// Takes out of a tool's input what an edit takes away.
fn drop_replaced(input: &mut Value) {
    match input {
        Value::Object(object) => {
            object.retain(|key, _| !REPLACED.contains(&key.as_str()));
            object.values_mut().for_each(drop_replaced);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_replaced),
        _ => {}
    }
}

/// Returns the paths of the files that a tool with this input has written: the one that it names, or those of its patch.
fn written_paths(input: &Value) -> Vec<String> {
    if let Some(path) = path(input) {
        return vec![path];
    }
    let patch = COMMANDS.iter().chain(&["input", "patch"]).find_map(|key| input.get(key)?.as_str()).unwrap_or_default();
    patch::written(patch)
}

/// Returns the edit that an object says, if it is one.
fn edit(input: &Value) -> Option<Edit> {
    let text = |keys: &[&str]| keys.iter().find_map(|key| input.get(*key)?.as_str()).map(str::to_owned);
    let new = text(&COMING);
    let line = input.get("insert_line").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok());
    match (text(&REPLACED), line) {
        (Some(old), _) => Some(Edit::Replace { old, new: new.unwrap_or_default() }),
        (None, Some(line)) => Some(Edit::Insert { line, new: new? }),
        _ => None,
    }
}

/// Returns the edit that puts a text in the place of a whole file, if an object says one.
fn whole(input: &Value) -> Option<Edit> {
    let new = WHOLE.iter().find_map(|key| input.get(*key)?.as_str()).map(str::to_owned);
    new.filter(|_| path(input).is_some()).map(|new| Edit::Whole { new })
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
        (Agent::Cursor, "afterFileEdit" | "afterTabFileEdit") => Kind::Written,
        // Copilot does not name its events in this form; their fields tell them apart.
        (Agent::Copilot, "") if value.get("toolResult").is_some() || value.get("error").is_some() => Kind::Other,
        (Agent::Copilot, "") if value.get("toolName").is_some() || value.get("toolArgs").is_some() => Kind::Tool,
        (Agent::Copilot, "") if value.get("prompt").is_some() => Kind::Prompt,
        _ => Kind::Other,
    }
}
