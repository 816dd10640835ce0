//! What agents and shells wrote down: found where it lies, joined by secret, and never shown.

use super::*;

/// A home directory with a transcript of an agent's and a shell's history.
fn home() -> Git {
    let home = Git::outside();
    // As an agent writes it: a file's text as a string in a string, and in a command line.
    let text = format!("# settings\n{}more\n", line(1));
    let inner = Value::from(text).to_string();
    let result =
        serde_json::json!({ "type": "user", "message": { "content": [{ "type": "tool_result", "content": inner }] } });
    let command = serde_json::json!({ "type": "assistant", "message": { "content": [
        { "type": "tool_use", "name": "Bash", "input": { "command": format!("cd /x\n{} curl x", line(1)) } },
    ] } });
    home.write(".claude/projects/-home-me-app/1.jsonl", format!("{{\"type\":\"summary\"}}\n{result}\n{command}\n"));
    home.write(".claude/projects/-home-me-app/1/subagents/agent-2.jsonl", format!("{result}\n"));
    home.write(".zsh_history", format!(": 1700000000:0;ls\n: 1700000001:0;export {}", line(2)));
    home.write(".codex/sessions/2026/01/02/rollout-3.jsonl", "{\"type\":\"session_meta\"}\n");
    home.write("notes.txt", line(3));
    home
}

fn scan_home(home: &Git, arguments: &[&str], code: i32) -> Report {
    let path = home.path().to_str().expect("temporary paths are UTF-8");
    scan(home, &[&["--transcripts", "--home", path], arguments].concat(), code)
}

#[test]
fn a_secret_is_one_finding_with_all_its_places() {
    let home = home();
    let report = scan_home(&home, &[], 1);
    assert_eq!(
        report.places(RULE),
        [
            "~/.claude/projects/-home-me-app/1.jsonl:2",
            "~/.claude/projects/-home-me-app/1.jsonl:3",
            "~/.claude/projects/-home-me-app/1/subagents/agent-2.jsonl:1",
            "~/.zsh_history:2",
        ]
    );
    assert_eq!((report.count("active"), &report.0["mode"]), (2, &Value::from("transcripts")));
    assert_eq!(report.0["record"]["files"], 4, "and nothing else of the home directory");
    // The column is that of the file, in which every line feed of the text is two letters.
    let bytes = std::fs::read(home.file(".claude/projects/-home-me-app/1.jsonl")).expect("it is there");
    let places = report.0["findings"].as_array().expect("findings are a list").iter();
    let place =
        places.flat_map(|finding| finding["places"].as_array().expect("a list")).find(|place| place["line"] == 3);
    let third = bytes.split(|&byte| byte == b'\n').nth(2).expect("there are three lines");
    let column = memchr::memmem::find(third, token(1).as_bytes()).expect("it holds the token") + 1;
    assert_eq!(place.expect("found above")["column"], column);
}

#[test]
fn the_report_says_where_and_how_to_delete_and_shows_nothing() {
    let home = home();
    let path = home.path().to_str().expect("temporary paths are UTF-8");
    let run = keysweep(&home, &["scan", "--transcripts", "--home", path]).exits(1);
    for expected in
        ["~/.claude/projects/-home-me-app/1.jsonl", "~/.zsh_history", "cleanupPeriodDays", "HIST_IGNORE_SPACE"]
    {
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }
    assert!(!run.out.contains("config.toml"), "nothing is said of whose files are clean: {}", run.out);
    for seed in [1, 2, 3] {
        assert!(!run.out.contains(&token(seed)) && !run.err.contains(&token(seed)));
    }
    let text = run.out.clone() + &run.err;
    assert!(!text.contains(&token(1)[8..20]), "nor a part of it");
}

#[test]
fn the_home_directory_is_the_users_own_unless_another_is_named() {
    let home = home();
    // The tests' home is the directory itself.
    assert_eq!(scan(&home, &["--transcripts"], 1).count("active"), 2);
    let empty = home.at("empty");
    std::fs::create_dir(empty.path()).expect("the directory is writable");
    let report = scan(&home, &["--transcripts", "--home", "empty"], 0);
    assert_eq!((report.count("active"), &report.0["record"]["files"]), (0, &Value::from(0)));
    let told = keysweep(&home, &["scan", "--transcripts", "--home", "empty"]).exits(0).out;
    assert!(told.contains("there was nothing to look at: ") && told.contains("/empty has no"), "{told}");
    keysweep(&home, &["scan", "--transcripts", "--home", "nowhere"]).exits(2);
    keysweep(&home, &["scan", "--home", "empty"]).exits(2);
}

#[test]
fn configuration_in_the_home_directory_has_its_say() {
    let home = home();
    home.write("keysweep.toml", format!("[[allow]]\nrule = '{RULE}'\npath = '.zsh_history'\nreason = 'rotated'\n"));
    let report = scan_home(&home, &[], 1);
    assert_eq!((report.count("active"), report.count("allowed")), (1, 1));
}

#[test]
fn what_an_agent_left_in_the_current_project_is_looked_at() {
    let git = repository();
    git.write(".aider.chat.history.md", format!("#### use {}", line(4)));
    git.write("deep/inside/.aider.input.history", format!("+{}", line(5)));
    git.write("elsewhere/.aider.input.history", format!("+{}", line(6)));
    let report = scan(&git.at("deep/inside"), &["--transcripts"], 1);
    let places = ["~/repository/.aider.chat.history.md:1", "~/repository/deep/inside/.aider.input.history:1"];
    assert_eq!(report.places(RULE), places);
    // What is asked of another home says nothing about this folder.
    git.write("empty/file", "");
    assert_eq!(scan(&git, &["--transcripts", "--home", "empty"], 0).0["record"]["files"], 0);
}

#[test]
fn variables_that_move_files_are_followed() {
    let home = Git::outside();
    home.write("data/opencode/storage/message/1.json", line(1));
    home.write("state/opencode/prompt-history.jsonl", line(2));
    home.write("settings/Code/User/workspaceStorage/1/chatSessions/1.json", line(3));
    home.write("history", line(4));
    let mut command = home.command(env!("CARGO_BIN_EXE_keysweep"));
    for (name, folder) in [("DATA_HOME", "data"), ("STATE_HOME", "state"), ("CONFIG_HOME", "settings")] {
        command.env(format!("XDG_{name}"), home.file(folder));
    }
    let output = command.env("HISTFILE", home.file("history")).args(["scan", "--transcripts"]).output();
    let output = output.expect("the program was built with the tests");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for place in ["~/data/opencode/", "~/state/opencode/", "~/settings/Code/", "~/history:1"] {
        assert!(said.contains(place), "{place}: {said}");
    }
}

#[test]
fn a_home_directory_that_is_not_known_is_no_empty_one() {
    let outside = Git::outside();
    for arguments in [&["scan", "--transcripts"][..], &["tokens"], &["hook", "install", "--user", "claude-code"]] {
        for empty in [true, false] {
            let mut command = outside.command(env!("CARGO_BIN_EXE_keysweep"));
            if empty {
                command.env("HOME", "");
            } else {
                command.env_remove("HOME");
            }
            let output = command.args(arguments).output().expect("the program was built with the tests");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
            assert!(said.contains("`HOME` is not set or is empty"), "{arguments:?}: {said}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_noted_and_not_waited_for() {
    let home = home();
    for pipe in [".bash_history", ".codex/sessions/2026/pipe.jsonl"] {
        let path = home.file(pipe);
        assert!(home.command("mkfifo").arg(&path).status().is_ok_and(|status| status.success()));
        let report = scan_home(&home, &[], 1);
        assert_eq!((report.count("active"), &report.0["complete"]), (2, &Value::from(false)));
        let told = report.0["notices"].to_string();
        assert!(told.contains(pipe) && told.contains("is a named pipe") && told.contains("--stdin"), "{told}");
        std::fs::remove_file(path).expect("it was just made");
    }
    assert_eq!(scan_home(&home, &[], 1).0["complete"], true);
}
