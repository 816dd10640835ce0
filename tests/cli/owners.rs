//! Whose files are looked at, and where variables of the environment say that they lie.

use super::databases::{database, found};
use super::*;

/// Files of text, and of whom the report says how to delete something there.
const TEXTS: &[(&str, &str)] = &[
    (".aws/amazonq/.cli_bash_history", "Amazon Q"),
    (".aws/amazonq/history/chat-history-1.json", "Amazon Q"),
    (".codex/session_index.jsonl", "Codex"),
    (".config/Kiro/User/globalStorage/kiro.kiroagent/1/2.chat", "Kiro"),
    ("Library/Application Support/Kiro/User/globalStorage/kiro.kiroagent/1/2.chat", "Kiro"),
    ("AppData/Roaming/Kiro/User/globalStorage/kiro.kiroagent/1/2.chat", "Kiro"),
    (".kiro/.cli_bash_history", "Kiro"),
    (".local/share/opencode/tool-output/tool_1", "opencode"),
    (".cassandra/cqlsh_history", "an interactive prompt"),
    (".config/irb/irb_history", "an interactive prompt"),
    (".config/litecli/history", "an interactive prompt"),
    (".config/pgcli/history", "an interactive prompt"),
    (".duckdb_history", "an interactive prompt"),
    (".irb_history", "an interactive prompt"),
    (".local/share/pry/pry_history", "an interactive prompt"),
    (".mongodb/mongosh/mongosh_repl_history", "an interactive prompt"),
    (".mycli-history", "an interactive prompt"),
    (".node_repl_history", "an interactive prompt"),
    (".pry_history", "an interactive prompt"),
    (".python_history", "an interactive prompt"),
    (".rediscli_history", "an interactive prompt"),
    (".usql_history", "an interactive prompt"),
    (".valkeycli_history", "an interactive prompt"),
    ("AppData/Local/dbcli/pgcli/history", "an interactive prompt"),
    (".gdb_history", "a prompt that writes where it is started"),
    (".Rhistory", "a prompt that writes where it is started"),
];

/// Databases, and whose they are.
const DATABASES: &[(&str, &str)] = &[
    (".local/share/kiro-cli/data.sqlite3", "Kiro"),
    ("Library/Application Support/kiro-cli/data.sqlite3", "Kiro"),
    ("AppData/Local/kiro-cli/data.sqlite3", "Kiro"),
    (".local/share/amazon-q/data.sqlite3", "Amazon Q"),
    ("Library/Application Support/amazon-q/data.sqlite3", "Amazon Q"),
    (".copilot/session-store.db", "GitHub Copilot"),
    (".codex/state_5.sqlite", "Codex"),
    (".codex/logs_2.sqlite", "Codex"),
    (".codex/sqlite/codex-dev.db", "Codex"),
    (".config/Code/User/globalStorage/state.vscdb", "VS Code and editors made of it"),
    (".config/Code/User/profiles/-7/globalStorage/state.vscdb", "VS Code and editors made of it"),
    (".config/Code - Insiders/User/workspaceStorage/1/state.vscdb", "VS Code and editors made of it"),
    ("Library/Application Support/VSCodium/User/globalStorage/state.vscdb.backup", "VS Code and editors made of it"),
    ("AppData/Roaming/Windsurf/User/globalStorage/state.vscdb", "VS Code and editors made of it"),
    (".kiro-server/data/User/workspaceStorage/1/state.vscdb", "VS Code and editors made of it"),
    (".config/Cursor/User/workspaceStorage/1/state.vscdb", "Cursor"),
];

/// Makes a database with the token of a seed at a path.
fn with_token(home: &Git, path: &str, seed: u64) -> bool {
    let rows = [
        serde_json::json!(["CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)"]),
        serde_json::json!(["INSERT INTO ItemTable VALUES ('conversation', ?)", token(seed)]),
    ];
    database(home, path, &rows, &[])
}

/// Asserts that the scan of a home directory finds one secret, and that the report says how to delete it in `owner`.
#[track_caller]
fn is_of(home: &Git, path: &str, owner: &str) {
    let (secrets, report) = found(home, 1);
    assert_eq!(secrets.len(), 1, "{path}");
    let place = &report.0["findings"][0]["places"][0]["path"];
    assert_eq!(place, &format!("~/{path}"));
    let notices = report.0["notices"].as_array().expect("notices are a list");
    assert!(notices.iter().any(|notice| notice["subject"] == owner), "{path}: {owner}: {notices:?}");
    assert_eq!(report.0["complete"], true, "{path}: {notices:?}");
}

#[test]
fn texts_are_found_where_their_owners_leave_them() {
    for (path, owner) in TEXTS {
        let home = Git::outside();
        home.write(path, line(1));
        is_of(&home, path, owner);
    }
}

#[test]
fn databases_are_found_where_their_owners_leave_them() {
    for (path, owner) in DATABASES {
        let home = Git::outside();
        if with_token(&home, path, 1) {
            is_of(&home, path, owner);
        }
    }
}

#[test]
fn variables_of_agents_and_prompts_are_followed() {
    // The variable, what it says, and the file that is found through it.
    let moves = [
        ("CODEX_HOME", "codex", "codex/state_5.sqlite"),
        ("CODEX_SQLITE_HOME", "databases", "databases/logs_2.sqlite"),
        ("COPILOT_HOME", "copilot", "copilot/session-store.db"),
        ("KIRO_HOME", "kiro", "kiro/sessions/cli/1.jsonl"),
        ("XDG_DATA_HOME", "data", "data/kiro-cli/data.sqlite3"),
        ("XDG_DATA_HOME", "data", "data/amazon-q/data.sqlite3"),
        ("XDG_DATA_HOME", "data", "data/opencode/tool-output/tool_1"),
        ("XDG_DATA_HOME", "data", "data/pry/pry_history"),
        ("XDG_CONFIG_HOME", "settings", "settings/Code/User/globalStorage/state.vscdb"),
        ("XDG_CONFIG_HOME", "settings", "settings/pgcli/history"),
        ("XDG_CONFIG_HOME", "settings", "settings/irb/irb_history"),
        ("IPYTHONDIR", "ipython", "ipython/profile_default/history.sqlite"),
        ("MYCLI_HISTFILE", "mycli", "mycli"),
        ("DUCKDB_HISTORY", "duckdb", "duckdb"),
        ("CQL_HISTORY", "cql", "cql"),
        ("USQL_HISTORY", "usql", "usql"),
        ("VALKEYCLI_HISTFILE", "valkey", "valkey"),
        ("GDBHISTFILE", "gdb", "gdb"),
        ("R_HISTFILE", "r", "r"),
    ];
    for (name, value, path) in moves {
        let home = Git::outside();
        if [".db", ".sqlite", ".sqlite3", ".vscdb"].iter().any(|end| path.ends_with(end)) {
            if !with_token(&home, path, 1) {
                continue;
            }
        } else {
            home.write(path, line(1));
        }
        let scan = |home: &Git, arguments: &[&str]| {
            let mut command = home.command(env!("CARGO_BIN_EXE_keysweep"));
            let command = command.env(name, home.file(value)).args(["scan", "--transcripts"]).args(arguments);
            command.output().expect("the program was built with the tests")
        };
        let output = scan(&home, &[]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(&format!("~/{path}")), "{name}: {path}: {said}");
        // What is asked of one home directory is not answered with what variables name.
        let output = scan(&home, &["--home", "."]);
        assert_eq!(output.status.code(), Some(0), "{name}: {path}");
    }
}

#[test]
fn what_a_prompt_left_in_the_current_project_is_looked_at() {
    let git = repository();
    git.write("inside/.gdb_history", format!("set var {}", line(4)));
    git.write(".Rhistory", format!("Sys.setenv({})", line(5)));
    let report = scan(&git.at("inside"), &["--transcripts"], 1);
    assert_eq!(report.places(RULE), ["~/repository/.Rhistory:1", "~/repository/inside/.gdb_history:1"]);
}
