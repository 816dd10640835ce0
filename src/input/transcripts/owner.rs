//! Who writes transcripts and histories, where, and how a piece of them is deleted.

use std::path::Path;

use Variable::{File, Folder, Inside, Shell};

use crate::folders::{AgentHome, CLAUDE, CODEX, COPILOT, GEMINI};
use crate::name_pattern::NamePattern;

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
    /// What names further places.
    pub(super) variables: &'static [Variable],
    /// Whether the same files lie in the folders in which the program was started.
    pub(super) in_projects: bool,
}

/// What a variable of the environment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// A folder in place of the first name of all paths that begin with it; with an empty one, of the home directory.
    Folder(&'static str, &'static str),
    /// A folder in which the second is.
    Inside(&'static str, &'static str),
    /// A file.
    File(&'static str),
    /// The file of one of the shells; which of them is meant, its name tells.
    Shell(&'static str),
}

/// What the names of databases end in.
const DATABASES: [&str; 4] = [".db", ".sqlite", ".sqlite3", ".vscdb"];

impl Owner {
    /// Returns whether a file has the name of one of the owner's databases, or of the log of one.
    ///
    /// Copies of what an agent worked on may be called anything.
    pub(super) fn is_database(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let name = name.strip_suffix(b"-wal").unwrap_or(name);
        let is_called = |name: &[u8]| DATABASES.iter().any(|end| name.ends_with(end.as_bytes()));
        let mut patterns = self.paths.iter().filter_map(|path| path.rsplit('/').next());
        is_called(name)
            && patterns.any(|pattern| is_called(pattern.as_bytes()) && NamePattern::new(pattern).matches(name))
    }
}

const fn owner(name: &'static str, paths: &'static [&'static str], delete: &'static str) -> Owner {
    Owner { name, delete, paths, variables: &[], in_projects: false }
}

const fn of_agent(home: AgentHome) -> Variable {
    Folder(home.variable, home.folder)
}

const fn following(variables: &'static [Variable], owner: Owner) -> Owner {
    Owner { variables, ..owner }
}

/// Everybody that is known. What stands in front of an owner says where its places are from: `source` is its own source text or
/// documentation, `notes` those of others who read its files, and `known` no more than what is generally known.
pub(super) static ALL: &[Owner] = &[
    following(
        &[of_agent(CLAUDE)],
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
    // source: the databases and CODEX_SQLITE_HOME (codex-rs/state); notes: `sqlite/`, session_index.jsonl.
    following(
        &[of_agent(CODEX), Inside("CODEX_SQLITE_HOME", "*.sqlite")],
        owner(
            "Codex",
            &[
                ".codex/sessions",
                ".codex/archived_sessions",
                ".codex/history.jsonl",
                ".codex/log",
                ".codex/shell_snapshots",
                ".codex/session_index.jsonl",
                ".codex/*.sqlite",
                ".codex/sqlite",
            ],
            "end the session and delete the file; `persistence = \"none\"` under `[history]` in ~/.codex/config.toml keeps prompts out of history.jsonl",
        ),
    ),
    following(
        &[of_agent(GEMINI)],
        owner(
            "Gemini CLI",
            &[".gemini/tmp", ".gemini/sessions"],
            "end the session and delete the file; `general.sessionRetention` in ~/.gemini/settings.json says how long sessions are kept",
        ),
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
            "{config}/Cursor/User/globalStorage/state.vscdb.backup*",
            "{config}/Cursor/User/workspaceStorage/*/state.vscdb",
            "{config}/Cursor/User/workspaceStorage/*/state.vscdb.backup*",
        ],
        "delete the chat in Cursor, or the transcript's file with Cursor closed; a database keeps deleted text until it is compacted",
    ),
    // source: session-state, session-store.db, command-history-state and logs (GitHub's reference of ~/.copilot); notes: data.db.
    following(
        &[of_agent(COPILOT)],
        owner(
            "GitHub Copilot",
            &[
                ".copilot/session-state",
                ".copilot/history-session-state",
                ".copilot/command-history-state*",
                ".copilot/session-store.db",
                ".copilot/data.db",
                ".copilot/logs",
                "{editor}/globalStorage/emptyWindowChatSessions",
                "{editor}/globalStorage/github.copilot-chat",
                "{editor}/workspaceStorage/*/chatSessions",
                "{editor}/workspaceStorage/*/chatEditingSessions",
                "{editor}/workspaceStorage/*/GitHub.copilot-chat",
            ],
            "delete the chat in the editor, or the session's file with the program closed",
        ),
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
    Owner {
        variables: &[File("AIDER_CHAT_HISTORY_FILE"), File("AIDER_INPUT_HISTORY_FILE"), File("AIDER_LLM_HISTORY_FILE")],
        in_projects: true,
        ..owner(
            "Aider",
            &[".aider.chat.history.md", ".aider.input.history", ".aider.llm.history"],
            "delete the lines, or the file with aider closed; `--chat-history-file` and `--input-history-file` move them",
        )
    },
    // source: tool-output (opencode's tool/truncation.ts).
    following(
        &[File("OPENCODE_DB")],
        owner(
            "opencode",
            &[
                "{data}/opencode/storage",
                "{data}/opencode/opencode*.db",
                "{data}/opencode/log",
                "{data}/opencode/tool-output",
                "{state}/opencode/prompt-history.jsonl",
            ],
            "delete the session with `opencode session delete`, or its files with opencode closed",
        ),
    ),
    following(
        &[Folder("CONTINUE_GLOBAL_DIR", ".continue")],
        owner("Continue", &[".continue/sessions", ".continue/dev_data"], "delete the session in its list, or the file"),
    ),
    following(
        &[Inside("GOOSE_PATH_ROOT", "data/sessions")],
        owner("Goose", &["{data}/goose/sessions", "{config}/goose/sessions"], "delete it with `goose session remove`"),
    ),
    owner(
        "Amp",
        &["{data}/amp/threads", "{data}/amp/history.jsonl"],
        "delete the thread; Amp keeps a copy on its server",
    ),
    // source: ~/.kiro (Kiro's documentation); notes: all else, and the variable.
    following(
        &[Folder("KIRO_HOME", ".kiro")],
        owner(
            "Kiro",
            &[
                ".kiro/sessions",
                ".kiro/.cli_bash_history",
                "{data}/kiro-cli/data.sqlite3",
                "{data}/kiro-cli/history",
                "{config}/Kiro/User/globalStorage/kiro.kiroagent",
                ".kiro-server/data/User/globalStorage/kiro.kiroagent",
            ],
            "end the session and delete the file; the rows of ~/.local/share/kiro-cli/data.sqlite3 stay until it is compacted",
        ),
    ),
    // source: the database and prompts (aws/amazon-q-developer-cli); notes: history, that of the editors' extension.
    owner(
        "Amazon Q",
        &["{data}/amazon-q/data.sqlite3", ".aws/amazonq/.cli_bash_history", ".aws/amazonq/history"],
        "delete the conversation, or the file with Amazon Q closed; a database keeps deleted text until it is compacted",
    ),
    // source: state.vscdb (threads of microsoft/vscode); notes: that of profiles, and copies beside it.
    owner(
        "VS Code and editors made of it",
        &[
            "{editor}/globalStorage/state.vscdb",
            "{editor}/globalStorage/state.vscdb.backup*",
            "{editor}/profiles/*/globalStorage/state.vscdb",
            "{editor}/profiles/*/globalStorage/state.vscdb.backup*",
            "{editor}/workspaceStorage/*/state.vscdb",
            "{editor}/workspaceStorage/*/state.vscdb.backup*",
        ],
        "delete what the extension or the editor's search keeps, or the database's row with the editor closed, and compact it",
    ),
    following(
        &[Shell("HISTFILE")],
        owner(
            "bash",
            &[
                ".bash_history",
                ".bash_sessions",
                "{state}/bash/*history",
                "{data}/bash/*history",
                ".cache/bash/*history",
            ],
            "delete the line with all shells closed, since each writes its own history when it ends; a space before a command keeps it out where `HISTCONTROL` has `ignorespace`",
        ),
    ),
    following(
        &[Shell("HISTFILE"), Folder("ZDOTDIR", "")],
        owner(
            "zsh",
            &[
                ".zsh_history",
                ".zhistory",
                ".histfile",
                ".zsh_sessions",
                ".config/zsh/.zsh_history",
                "{state}/zsh/*history",
                "{data}/zsh/*history",
                ".cache/zsh/*history",
            ],
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
    // source: pgcli, litecli, mycli, usql, duckdb, mongosh, pry and irb (their code), cqlsh (its documentation); notes:
    // VALKEYCLI_HISTFILE; known: all else.
    following(
        &[
            File("PYTHON_HISTORY"),
            File("NODE_REPL_HISTORY"),
            File("PSQL_HISTORY"),
            File("MYSQL_HISTFILE"),
            File("MYCLI_HISTFILE"),
            File("SQLITE_HISTORY"),
            File("DUCKDB_HISTORY"),
            File("CQL_HISTORY"),
            File("USQL_HISTORY"),
            File("REDISCLI_HISTFILE"),
            File("VALKEYCLI_HISTFILE"),
            File("LESSHISTFILE"),
            Folder("IPYTHONDIR", ".ipython"),
        ],
        owner("an interactive prompt", PROMPTS, "delete the line with the program closed"),
    ),
    // source: GDBHISTFILE and the current folder (GDB's manual, R's of savehistory); known: R_HISTFILE.
    Owner {
        variables: &[File("GDBHISTFILE"), File("R_HISTFILE")],
        in_projects: true,
        ..owner(
            "a prompt that writes where it is started",
            &[".gdb_history", ".Rhistory"],
            "delete the line with the program closed",
        )
    },
];

/// The histories of interactive prompts.
static PROMPTS: &[&str] = &[
    ".python_history",
    ".ipython/profile_*/history.sqlite",
    ".node_repl_history",
    ".psql_history",
    "AppData/Roaming/postgresql/psql_history",
    "{config}/pgcli/history",
    "{config}/litecli/history",
    "AppData/Local/dbcli/*/history",
    ".mysql_history",
    ".mariadb_history",
    ".mycli-history",
    ".sqlite_history",
    ".duckdb_history",
    ".usql_history",
    ".cassandra/cqlsh_history",
    ".cassandra/cql_history",
    ".rediscli_history",
    ".valkeycli_history",
    ".mongodb/mongosh/*_history",
    "AppData/Roaming/mongodb/mongosh/*_history",
    ".dbshell",
    ".irb_history",
    ".irb-history",
    "{config}/irb/irb_history",
    ".pry_history",
    "{data}/pry/pry_history",
    ".php_history",
    ".lesshst",
    "{state}/lesshst",
    "{data}/lesshst",
    ".viminfo",
    "{data}/nvim/shada",
    "{state}/nvim/shada",
];
