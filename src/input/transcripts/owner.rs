//! Who writes transcripts and histories, where, and how a piece of them is deleted.

/// An agent, a shell or another program that writes down what was said to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Owner {
    /// The program's name.
    pub name: &'static str,
    /// How to delete what was written down, and how to have less of it written.
    pub delete: &'static str,
    /// The files and directories in the home directory. `*` stands for any part of one name; a directory for all that is
    /// below it, and a name in braces for what [`folders`](crate::folders) has for it.
    pub(super) paths: &'static [&'static str],
    /// The variable that names another place: for the first name of all paths that begin with the second.
    pub(super) variable: Option<(&'static str, &'static str)>,
}

const fn owner(name: &'static str, paths: &'static [&'static str], delete: &'static str) -> Owner {
    Owner { name, delete, paths, variable: None }
}

const fn moved(name: &'static str, start: &'static str, owner: Owner) -> Owner {
    Owner { variable: Some((name, start)), ..owner }
}

/// Everybody that is known.
pub(super) static ALL: &[Owner] = &[
    moved(
        "CLAUDE_CONFIG_DIR",
        ".claude",
        owner(
            "Claude Code",
            &[
                ".claude/projects",
                ".claude/history.jsonl",
                ".claude/file-history",
                ".claude/paste-cache",
                ".claude/plans",
                ".claude/debug",
                ".claude/todos",
                ".claude/shell-snapshots",
                ".claude/session-env",
                ".claude/backups",
            ],
            "end the session and delete the file; `cleanupPeriodDays` in ~/.claude/settings.json says how long transcripts are kept",
        ),
    ),
    moved(
        "CODEX_HOME",
        ".codex",
        owner(
            "Codex",
            &[
                ".codex/sessions",
                ".codex/archived_sessions",
                ".codex/history.jsonl",
                ".codex/log",
                ".codex/shell_snapshots",
            ],
            "end the session and delete the file; `persistence = \"none\"` under `[history]` in ~/.codex/config.toml keeps prompts out of history.jsonl",
        ),
    ),
    owner(
        "Gemini CLI",
        &[".gemini/tmp", ".gemini/sessions"],
        "end the session and delete the file; `general.sessionRetention` in ~/.gemini/settings.json says how long sessions are kept",
    ),
    owner("Qwen Code", &[".qwen/tmp", ".qwen/projects"], "end the session and delete the file"),
    owner(
        "Cursor",
        &[
            ".cursor/projects/*/agent-transcripts",
            ".cursor/projects/*/terminals",
            ".cursor/chats",
            ".cursor/prompt_history.json",
            "{config}/Cursor/User/globalStorage/state.vscdb",
            "{config}/Cursor/User/workspaceStorage/*/state.vscdb",
        ],
        "delete the chat in Cursor, or the transcript's file with Cursor closed; a database keeps deleted text until it is compacted",
    ),
    owner(
        "GitHub Copilot",
        &[
            ".copilot/session-state",
            ".copilot/history-session-state",
            ".copilot/command-history-state.json",
            ".copilot/logs",
            "{editor}/globalStorage/emptyWindowChatSessions",
            "{editor}/globalStorage/github.copilot-chat",
            "{editor}/workspaceStorage/*/chatSessions",
            "{editor}/workspaceStorage/*/chatEditingSessions",
            "{editor}/workspaceStorage/*/GitHub.copilot-chat",
        ],
        "delete the chat in the editor, or the session's file with the program closed",
    ),
    owner(
        "Cline and Roo Code",
        &[
            "{editor}/globalStorage/saoudrizwan.claude-dev/tasks",
            "{editor}/globalStorage/rooveterinaryinc.roo-cline/tasks",
            "{editor}/globalStorage/kilocode.kilo-code/tasks",
            ".cline/data/tasks",
        ],
        "delete the task in its list, or the task's directory with the editor closed",
    ),
    owner(
        "Aider",
        &[".aider.chat.history.md", ".aider.input.history", ".aider.llm.history"],
        "delete the lines, or the file with aider closed; `--chat-history-file` and `--input-history-file` move them",
    ),
    owner(
        "opencode",
        &["{data}/opencode/storage", "{data}/opencode/opencode.db", "{data}/opencode/log"],
        "delete the session with `opencode session delete`, or its files with opencode closed",
    ),
    owner("Continue", &[".continue/sessions", ".continue/dev_data"], "delete the session in its list, or the file"),
    owner("Goose", &["{data}/goose/sessions", "{config}/goose/sessions"], "delete it with `goose session remove`"),
    owner(
        "Amp",
        &["{data}/amp/threads", "{data}/amp/history.jsonl"],
        "delete the thread; Amp keeps a copy on its server",
    ),
    owner("Kiro", &[".kiro/sessions"], "end the session and delete the file"),
    moved(
        "HISTFILE",
        "",
        owner(
            "bash",
            &[".bash_history"],
            "delete the line with all shells closed, since each writes its own history when it ends; a space before a command keeps it out where `HISTCONTROL` has `ignorespace`",
        ),
    ),
    moved(
        "HISTFILE",
        "",
        owner(
            "zsh",
            &[".zsh_history", ".zhistory", ".histfile", ".zsh_sessions"],
            "delete the line with all shells closed; `setopt HIST_IGNORE_SPACE` keeps out what starts with a space",
        ),
    ),
    owner(
        "fish",
        &["{data}/fish/*_history", ".config/fish/fish_history"],
        "delete the entry with all shells closed, or choose it in `history delete`; what starts with a space is kept out",
    ),
    owner(
        "another shell",
        &[
            ".sh_history",
            ".ksh_history",
            ".ash_history",
            ".history",
            "{config}/nushell/history.*",
            "{data}/xonsh/history_json",
            "{data}/atuin/history.db",
            "{data}/powershell/PSReadLine",
            "{config}/Microsoft/Windows/PowerShell/PSReadLine",
        ],
        "delete the line with all shells closed",
    ),
    owner(
        "an interactive prompt",
        &[
            ".python_history",
            ".ipython/profile_*/history.sqlite",
            ".node_repl_history",
            ".psql_history",
            ".mysql_history",
            ".mariadb_history",
            ".sqlite_history",
            ".rediscli_history",
            ".mongodb/mongosh/*_history",
            ".mongodb/mongosh/mongosh_repl_history",
            ".dbshell",
            ".irb_history",
            ".irb-history",
            ".pry_history",
            ".local/share/pry/pry_history",
            ".php_history",
            ".Rhistory",
            ".lesshst",
            ".viminfo",
            "{data}/nvim/shada",
        ],
        "delete the line with the program closed",
    ),
];
