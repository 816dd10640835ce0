//! What an agent writes with its own tools where hooks are set up: settings of agents and of git, and names of files.

use super::agents::run;
use super::{keysweep, said, token};
use crate::git::Git;

/// The agents' settings in a project.
const SETTINGS: [&str; 5] = [
    ".claude/settings.json",
    ".codex/hooks.json",
    ".cursor/hooks.json",
    ".gemini/settings.json",
    ".github/hooks/keysweep.json",
];

/// How each agent tells of a file that it is going to write.
const WRITERS: [(&str, &str, &str); 5] = [
    ("claude-code", "PreToolUse", "Write"),
    ("cursor", "preToolUse", "Write"),
    ("copilot", "PreToolUse", "create"),
    ("gemini", "BeforeTool", "write_file"),
    ("codex", "PreToolUse", "apply_patch"),
];

/// Says what an agent is told that must not go around hooks.
pub fn told(git: &Git, agent: &str, event: &str, tool: &str, input: &serde_json::Value) -> String {
    let event =
        serde_json::json!({ "hook_event_name": event, "cwd": git.path(), "tool_name": tool, "tool_input": input });
    said(&run(git, &format!("keysweep hook run {agent} --no-bypass"), &event))
}

/// Says what an agent is told that writes a whole file.
pub fn writes(git: &Git, (agent, event, tool): (&str, &str, &str), path: &str, content: &str) -> String {
    let input = match agent {
        "codex" => {
            let lines: String = content.lines().map(|line| format!("+{line}\n")).collect();
            serde_json::json!({ "command": format!("*** Begin Patch\n*** Add File: {path}\n{lines}*** End Patch") })
        }
        "copilot" => serde_json::json!({ "path": path, "file_text": content }),
        _ => serde_json::json!({ "file_path": path, "content": content }),
    };
    told(git, agent, event, tool, &input)
}

#[test]
fn no_agent_writes_its_settings_anew_without_the_hooks() {
    let git = Git::new();
    keysweep(&git, &["hook", "install", "claude-code", "codex", "cursor", "gemini", "copilot", "--no-bypass"]);
    let absolute = SETTINGS.map(|path| git.file(path).display().to_string());
    for path in SETTINGS.into_iter().chain(absolute.iter().map(String::as_str)) {
        let whole = std::fs::read_to_string(git.file(path)).expect("the settings are there");
        for writer in WRITERS {
            for content in ["{}\n", "", "nothing", " \n[]"] {
                let text = writes(&git, writer, path, content);
                assert!(text.contains("goes around the hooks"), "{writer:?} {path} {content:?}: {text}");
            }
            let text = writes(&git, writer, path, &whole);
            assert!(!text.contains("deny"), "{writer:?} {path}: {text}");
        }
        let gone: String = whole.lines().map(|line| format!("-{line}\n")).collect();
        for patch in [
            format!("*** Begin Patch\n  *** Add File: {path}\n+{{}}\n*** End Patch"),
            format!("*** Begin Patch\n*** Add File: x\n+x\n  *** Add File: {path}\n+{{}}\n*** End Patch"),
            format!("*** Begin Patch\n*** Delete File: x\n\t*** Delete File: {path}\n*** End Patch"),
            format!("*** Begin Patch\n*** Update File: {path}\n@@\n{gone}*** End Patch"),
        ] {
            let text = told(&git, "codex", "PreToolUse", "apply_patch", &serde_json::json!({ "command": patch }));
            assert!(text.contains("goes around the hooks"), "{patch}: {text}");
        }
        let input = serde_json::json!({ "file_path": path, "old_string": whole, "new_string": "" });
        let text = told(&git, "claude-code", "PreToolUse", "Edit", &input);
        assert!(text.contains("goes around the hooks"), "{path}: {text}");
    }
}

#[test]
fn a_token_in_the_name_of_a_new_file_is_stopped_for_every_agent() {
    let git = Git::new();
    let path = format!("{}.txt", token());
    for writer in WRITERS {
        for content in ["harmless\n", ""] {
            let text = writes(&git, writer, &path, content);
            assert!(text.contains("GITLAB_TOKEN") && !text.contains(&token()), "{writer:?} {content:?}: {text}");
            let text = writes(&git, writer, "harmless.txt", content);
            assert!(!text.contains("deny"), "{writer:?} {content:?}: {text}");
        }
    }
    let patch = format!("*** Begin Patch\n*** Update File: a\n*** Move to: {path}\n@@\n-a\n+b\n*** End Patch");
    let text = told(&git, "codex", "PreToolUse", "apply_patch", &serde_json::json!({ "command": patch }));
    assert!(text.contains("GITLAB_TOKEN"), "{text}");
    let patch = format!("*** Begin Patch\n*** Delete File: {path}\n*** End Patch");
    let text = told(&git, "codex", "PreToolUse", "apply_patch", &serde_json::json!({ "command": patch }));
    assert!(!text.contains("deny"), "what goes is not added: {text}");
}

#[test]
fn no_agent_turns_hooks_off_in_settings_of_its_own_or_of_git() {
    let git = Git::new();
    let home = git.file("../").canonicalize().expect("it is there");
    let in_home = |path: &str| home.join(path).display().to_string();
    let off = "{\"disableAllHooks\":true}";
    let gemini = "{\"hooksConfig\": {\"enabled\": false}}";
    let path = "[core]\n\thooksPath = /dev/null\n";
    for (path, content, stopped) in [
        (".claude/settings.local.json".to_owned(), off, true),
        (".claude/settings.json".to_owned(), off, true),
        (in_home(".claude/settings.json"), off, true),
        (in_home(".claude/settings.local.json"), off, true),
        (".gemini/settings.json".to_owned(), gemini, true),
        (in_home(".gemini/settings.json"), gemini, true),
        (".codex/config.toml".to_owned(), "[features]\nhooks = false\n", true),
        (in_home(".codex/config.toml"), "[features]\nhooks = false\n", true),
        (in_home(".codex/config.toml"), "model = \"x\"\nfeatures.hooks = false\n", true),
        (".codex/config.toml".to_owned(), "[features]\ncodex_hooks = false # off\n", true),
        (".codex/config.toml".to_owned(), "features = { codex_hooks = false }\n", true),
        (".codex/config.toml".to_owned(), "[features]\nhooks = true\nother = false\n", false),
        (".codex/config.toml".to_owned(), "model = \"x\"\n", false),
        ("docs/config.toml".to_owned(), "[features]\nhooks = false\n", false),
        (in_home(".gitconfig"), path, true),
        (in_home(".config/git/config"), path, true),
        (in_home(".config/git/config"), "[include]\n\tpath = x\n", true),
        ("~/.gitconfig".to_owned(), path, true),
        (".git/config.worktree".to_owned(), path, true),
        (in_home(".gitconfig"), "[user]\n\tname = x\n", false),
        ("docs/gitconfig.txt".to_owned(), path, false),
    ] {
        for writer in WRITERS {
            let text = writes(&git, writer, &path, content);
            assert_eq!(text.contains("goes around the hooks"), stopped, "{writer:?} {path} {content}: {text}");
        }
    }
    git.write("../.gitconfig", "[user]\n\tname = x\n[core]\n\teditor = vi\n");
    for (new, stopped) in [("hooksPath = x", true), ("editor = ed", false)] {
        let input =
            serde_json::json!({ "file_path": in_home(".gitconfig"), "old_string": "editor = vi", "new_string": new });
        let text = told(&git, "claude-code", "PreToolUse", "Edit", &input);
        assert_eq!(text.contains("goes around the hooks"), stopped, "{new}: {text}");
    }
}

#[test]
fn an_edit_that_leaves_keysweeps_entry_without_effect_is_stopped_and_told() {
    let git = Git::new();
    let all = ["claude-code", "codex", "cursor", "gemini", "copilot"];
    keysweep(&git, &[&["hook", "install"], &all[..], &["--no-bypass"]].concat());
    let changes: [(&str, &str, &str); 9] = [
        ("\"keysweep hook run", "\"true || keysweep hook run", "`"),
        ("\"keysweep hook run", "\"# keysweep hook run", "`"),
        (" || exit 2", " || true", "`"),
        (" || exit 2", " >/dev/null || exit 2", "`"),
        ("\"matcher\"", "\"match\"", "`matcher`"),
        ("\"type\": \"command\"", "\"type\": \"prompt\"", "`type`"),
        ("\"type\": \"command\"", "\"async\": true, \"type\": \"command\"", "`async`"),
        ("\"type\": \"command\"", "\"timeout\": 0.001, \"type\": \"command\"", "`timeout`"),
        ("\"hooks\": {", "\"hooks\": {}, \"books\": {", "nothing in `"),
    ];
    for (path, agent) in SETTINGS.into_iter().zip(["claude-code", "codex", "cursor", "gemini", "copilot"]) {
        let whole = std::fs::read_to_string(git.file(path)).expect("the settings are there");
        for (old, new, told_as) in changes {
            let changed = whole.replace(old, new);
            if changed == whole {
                continue;
            }
            let text = writes(&git, WRITERS[0], path, &changed);
            assert!(text.contains("goes around the hooks"), "{path} {new}: {text}");
            git.write(path, &changed);
            let status = keysweep(&git, &["hook", "status"]);
            let line = status.lines().find(|line| line.starts_with(agent)).unwrap_or_default();
            let again = format!("`keysweep hook install {agent}`");
            assert!(line.contains(told_as) && line.contains(&again), "{path} {new}: {status}");
            keysweep(&git, &["hook", "install", agent]);
            let status = keysweep(&git, &["hook", "status"]);
            assert!(!status.contains(&again), "{path} {new}: {status}");
            git.write(path, &whole);
        }
        for (old, new) in [("\n  \"hooks\"", "\n  \"model\": \"x\",\n  \"hooks\""), ("\n}", "\n\n}")] {
            let text = writes(&git, WRITERS[0], path, &whole.replacen(old, new, 1));
            assert!(!text.contains("deny"), "{path} {new}: {text}");
        }
    }
    let path = SETTINGS[0];
    let whole = std::fs::read_to_string(git.file(path)).expect("the settings are there");
    let more = whole.replacen("\"PreToolUse\": [", "\"PreToolUse\": [{ \"matcher\": \"Bash\", \"hooks\": [] },", 1);
    let text = writes(&git, WRITERS[0], path, &more);
    assert!(!text.contains("deny"), "{text}");
    for (old, new) in [("\"PreToolUse\"", "\"preToolUse\""), ("\"matcher\": \"*\"", "\"matcher\": \"Read\"")] {
        let input = serde_json::json!({ "file_path": path, "old_string": old, "new_string": new });
        let text = told(&git, "claude-code", "PreToolUse", "Edit", &input);
        assert!(text.contains("goes around the hooks"), "{new}: {text}");
    }
}

#[test]
fn variables_in_settings_that_switch_hooks_off_are_stopped() {
    let git = Git::new();
    let config = "{\"GIT_CONFIG_COUNT\":\"1\",\"GIT_CONFIG_KEY_0\":\"core.hooksPath\",\"GIT_CONFIG_VALUE_0\":\"/x\"}";
    for (path, content, stopped) in [
        (".claude/settings.json", "{\"env\": {\"HUSKY\": \"0\"}}".to_owned(), true),
        (".claude/settings.local.json", format!("{{\"env\": {config}}}"), true),
        (".codex/config.toml", "[shell_environment_policy]\nset = { HUSKY = \"0\" }\n".to_owned(), true),
        (".claude/settings.json", "{\"env\": {\"PORT\": \"80\"}}".to_owned(), false),
        ("docs/settings.json", "{\"env\": {\"HUSKY\": \"0\"}}".to_owned(), false),
    ] {
        let text = writes(&git, WRITERS[0], path, &content);
        assert_eq!(text.contains("goes around the hooks"), stopped, "{path} {content}: {text}");
    }
}

#[test]
fn a_tools_own_folder_is_where_its_command_runs() {
    let git = Git::new();
    keysweep(&git, &["hook", "install"]);
    let absolute = git.file(".git/hooks").display().to_string();
    for (agent, event, tool, input, stopped) in [
        ("gemini", "BeforeTool", "run_shell_command", serde_json::json!({ "dir_path": ".git/hooks" }), true),
        ("gemini", "BeforeTool", "run_shell_command", serde_json::json!({ "directory": ".git/hooks" }), true),
        ("gemini", "BeforeTool", "run_shell_command", serde_json::json!({ "directory": absolute }), true),
        ("gemini", "BeforeTool", "run_shell_command", serde_json::json!({ "dir_path": "docs" }), false),
        ("codex", "PreToolUse", "shell", serde_json::json!({ "workdir": ".git/hooks" }), true),
        ("codex", "PreToolUse", "exec_command", serde_json::json!({ "workdir": ".git" }), false),
        ("claude-code", "PreToolUse", "Bash", serde_json::json!({}), false),
    ] {
        let mut input = input;
        input["command"] = "rm pre-commit".into();
        let text = told(&git, agent, event, tool, &input);
        assert_eq!(text.contains("goes around the hooks"), stopped, "{tool} {input}: {text}");
    }
}

#[test]
fn arguments_of_copilot_that_cannot_be_read_stop_what_runs_or_writes() {
    let git = Git::new();
    let object = "{\"command\":\"ls\"}";
    for (tool, arguments, stopped) in [
        ("bash", "{\"command\":\"git commit -n\"".into(), true),
        ("bash", "{".into(), true),
        ("bash", "".into(), true),
        ("bash", "null".into(), true),
        ("bash", "\"git commit -n\"".into(), true),
        ("bash", format!("{object} git commit -n").into(), true),
        ("bash", serde_json::json!(["git", "commit"]), true),
        ("create", "{\"path\":\"a\"".into(), true),
        ("bash", object.into(), false),
        ("bash", serde_json::json!({ "command": "ls" }), false),
        ("apply_patch", "*** Begin Patch\n*** Add File: a\n+b\n*** End Patch".into(), false),
        ("view", "{".into(), false),
    ] {
        let arguments: serde_json::Value = arguments;
        let event = serde_json::json!({ "cwd": git.path(), "toolName": tool, "toolArgs": arguments });
        let text = said(&run(&git, "keysweep hook run copilot", &event));
        assert_eq!(text.contains("deny"), stopped, "{tool} {arguments}: {text}");
    }
}
