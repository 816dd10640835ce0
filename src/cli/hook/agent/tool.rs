//! What the tools of agents do, by their names.

/// The tools that write files of this machine and do nothing else with what they are given, in small letters and digits alone.
const WRITERS: [&str; 20] = [
    "applypatch",
    "create",
    "createfile",
    "edit",
    "editfile",
    "editfiles",
    "editnotebook",
    "editnotebookfile",
    "inserteditintofile",
    "multiedit",
    "multireplacestringinfile",
    "notebookedit",
    "replace",
    "replacestringinfile",
    "searchreplace",
    "strreplace",
    "strreplacebasededittool",
    "strreplaceeditor",
    "write",
    "writefile",
];
/// The tools that run command lines and nothing else, written the same way: an event must say one.
const SHELLS: [&str; 18] = [
    "bash",
    "containerexec",
    "exec",
    "execcommand",
    "localshell",
    "monitor",
    "powershell",
    "pwsh",
    "runcommand",
    "runinterminal",
    "runshellcommand",
    "runterminalcmd",
    "runterminalcommand",
    "shell",
    "shellcommand",
    "terminal",
    "unifiedexec",
    "zsh",
];
/// The tools that type a text into a shell which runs already, and the key of the text.
const TYPISTS: [(&str, &str); 5] = [
    ("sendtoterminal", "command"),
    ("writebash", "input"),
    ("writepowershell", "input"),
    ("writestdin", "chars"),
    ("writetoterminal", "input"),
];
/// The tools that delete a file of this machine, written the same way.
const DELETERS: [&str; 2] = ["delete", "deletefile"];
/// The tools that give their lines to PowerShell.
const POWERSHELL: [&str; 3] = ["powershell", "pwsh", "writepowershell"];

/// Tells whether a tool writes files, by its name. Only one of the agent's own does nothing else with what it is given.
pub fn writes(tool: &str) -> bool {
    is_one_of(tool, &WRITERS)
}

/// Tells whether a tool of the agent's own deletes a file.
pub fn deletes(tool: &str) -> bool {
    is_own(tool) && is_one_of(tool, &DELETERS)
}

/// Tells whether a tool of the agent's own runs command lines, so that it must be given one.
pub fn runs_lines(tool: &str) -> bool {
    is_own(tool) && is_one_of(tool, &SHELLS)
}

/// Returns the key of the text that a tool types into a shell which runs already, if it does so.
pub fn typed(tool: &str) -> Option<&'static str> {
    TYPISTS.iter().find(|(name, _)| is_one_of(tool, &[name])).map(|(_, key)| *key)
}

/// Tells whether a tool gives its lines to PowerShell.
pub fn is_powershell(tool: &str) -> bool {
    is_one_of(tool, &POWERSHELL)
}

/// Tells whether a tool is the agent's own, and no server's.
pub fn is_own(tool: &str) -> bool {
    !tool.contains("__")
}

/// Tells whether a tool has one of these names, however it is written.
fn is_one_of(tool: &str, names: &[&str]) -> bool {
    // `mcp__SERVER__TOOL` names a server's tool.
    let name = tool.rsplit("__").next().unwrap_or(tool);
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    names.contains(&name.as_str())
}
