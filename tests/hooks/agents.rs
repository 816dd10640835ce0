//! Agents' hooks with the real program and its rules.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Output, Stdio};

use super::{PROGRAM, keysweep, said, token};
use crate::git::Git;

/// Runs the hook as the agent would, with `event` on its standard input.
pub(super) fn run(git: &Git, command: &str, event: &serde_json::Value) -> Output {
    let ours = Path::new(PROGRAM).parent().expect("the program lies in a directory");
    let mut child = git
        .command("sh")
        .args(["-c", command])
        .env("PATH", format!("{}:/usr/bin:/bin", ours.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    match input.write_all(event.to_string().as_bytes()) {
        // A command that is disabled ends before it reads anything.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.expect("the program reads its input"),
    }
    drop(input);
    child.wait_with_output().expect("the program ends")
}

#[test]
fn what_is_installed_for_claude_code_stops_a_token_and_goes_again() {
    let git = Git::new();
    let before = "{\n  \"permissions\": {\n    \"allow\": []\n  }\n}\n";
    let path = git.write(".claude/settings.json", before);
    git.write("sub/x", "");
    keysweep(&git.at("sub"), &["hook", "install", "claude-code", "--no-bypass"]);
    let settings: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("the settings are there")).expect("they are JSON");
    let command = settings["hooks"]["PreToolUse"][0]["hooks"][0]["command"].as_str().expect("a command is entered");
    let event = |tool: &str, input: serde_json::Value| serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input });
    let write = event("Write", serde_json::json!({ "file_path": git.file(".env"), "content": super::leak() }));
    let output = run(&git, command, &write);
    let text = said(&output);
    assert!(output.status.success() && text.contains("\"deny\"") && text.contains("GITLAB_TOKEN"), "{text}");
    assert!(!text.contains(&token()));
    let bypass = event("Bash", serde_json::json!({ "command": "git commit --no-verify -m x" }));
    assert!(said(&run(&git, command, &bypass)).contains("\"deny\""));
    let harmless = event("Bash", serde_json::json!({ "command": "git status" }));
    assert_eq!(said(&run(&git, command, &harmless)), "");
    assert!(keysweep(&git, &["hook", "status"]).contains("claude-code: set up with `--no-bypass`: "));
    git.write(".claude/settings.local.json", "{ /* for now */ \"disableAllHooks\": true, }");
    let status = keysweep(&git, &["hook", "status"]);
    assert!(
        status.contains("claude-code: set up with `--no-bypass`, but turned off by `disableAllHooks` in "),
        "{status}"
    );
    let gone = command.replace("keysweep hook", "keysweep-is-gone hook");
    assert_eq!(run(&git, &gone, &harmless).status.code(), Some(2), "without the program nothing goes on");
    keysweep(&git, &["hook", "uninstall"]);
    assert_eq!(std::fs::read_to_string(&path).expect("the settings are there"), before);
}

/// Makes a value that is a credential only beside a name that says so.
pub(super) fn secret() -> String {
    ["kJ8sLq2v", "Nx7Rt4Wz", "P0bQm5Yc"].concat()
}

/// Says what an agent is told of a tool, or nothing if it may go on.
#[track_caller]
pub(super) fn told(git: &Git, agent: &str, event: &str, tool: &str, input: &serde_json::Value) -> String {
    let event =
        serde_json::json!({ "hook_event_name": event, "cwd": git.path(), "tool_name": tool, "tool_input": input });
    let text = said(&run(git, &format!("keysweep hook run {agent}"), &event));
    assert!(!text.contains(&secret()) && !text.contains(&token()), "{text}");
    text.replace("\\\"", "\"")
}

/// Edits by the tools of each agent, and whether they bring a credential: a file's value `OLD` stands under `API_KEY`.
const EDITS: &str = r#"
stopped | claude-code PreToolUse Edit | {"file_path": "settings.json", "old_string": "OLD", "new_string": "SECRET"}
stopped | claude-code PreToolUse Edit | {"file_path": "sub/other.json", "old_string": "OLD", "new_string": "SECRET", "replace_all": true}
passes | claude-code PreToolUse Edit | {"file_path": "settings.json", "old_string": "OLD", "new_string": "${API_KEY}"}
passes | claude-code PreToolUse Edit | {"file_path": "settings.json", "old_string": "\"x\"", "new_string": "\"SECRET\""}
passes | claude-code PreToolUse Edit | {"file_path": "known.json", "old_string": "OLD", "new_string": "new"}
stopped | claude-code PreToolUse MultiEdit | {"file_path": "settings.json", "edits": [{"old_string": "OLD", "new_string": "NEW"}, {"old_string": "NEW", "new_string": "SECRET"}]}
passes | claude-code PreToolUse MultiEdit | {"file_path": "settings.json", "edits": [{"old_string": "OLD", "new_string": "SECRET"}, {"old_string": "API_KEY", "new_string": "label"}]}
stopped | cursor preToolUse StrReplace | {"path": "settings.json", "old_string": "OLD", "new_string": "SECRET"}
stopped | gemini BeforeTool replace | {"file_path": "settings.json", "old_string": "OLD", "new_string": "SECRET"}
stopped | codex PreToolUse apply_patch | {"command": "*** Begin Patch\n*** Update File: settings.json\n@@\n-  \"API_KEY\": \"OLD\"\n+  \"API_KEY\": \"SECRET\"\n*** End Patch\n"}
stopped | codex PreToolUse apply_patch | {"command": "*** Begin Patch\n*** Update File: lines.yaml\n@@ - name: API_KEY\n-  OLD\n+  value: SECRET\n*** End Patch\n"}
stopped | copilot PreToolUse replace_string_in_file | {"filePath": "settings.json", "oldString": "OLD", "newString": "SECRET"}
stopped | copilot PreToolUse multi_replace_string_in_file | {"replacements": [{"filePath": "known.json", "oldString": "OLD", "newString": "x"}, {"filePath": "settings.json", "oldString": "OLD", "newString": "SECRET"}]}
stopped | copilot PreToolUse edit | {"path": "settings.json", "old_str": "OLD", "new_str": "SECRET"}
stopped | copilot PreToolUse str_replace_based_edit_tool | {"command": "insert", "path": "settings.json", "insert_line": 1, "insert_text": "  \"token\": \"SECRET\","}
"#;

#[test]
fn an_edit_of_the_value_alone_is_judged_with_the_rest_of_its_file() {
    let git = Git::new();
    let before = "{\r\n  \"name\": \"x\",\r\n  \"API_KEY\": \"OLD\"\r\n}\r\n";
    git.write("settings.json", before);
    git.write("sub/other.json", before.replace('\r', ""));
    git.write("known.json", format!("{{\n  \"API_KEY\": \"{}\",\n  \"b\": \"OLD\"\n}}\n", secret()));
    git.write("lines.yaml", "env:\n- name: API_KEY\n  OLD\n");
    for line in EDITS.lines().filter(|line| !line.is_empty()) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let words: Vec<&str> = parts[1].split(' ').collect();
        let input = serde_json::from_str(&parts[2].replace("SECRET", &secret())).expect("it is JSON");
        let text = told(&git, words[0], words[1], words[2], &input);
        let is_stopped = text.contains("API_KEY") || text.contains("TOKEN");
        assert_eq!(is_stopped, parts[0] == "stopped", "{line}: {text}");
        assert!(is_stopped || matches!(text.trim(), "" | "{}"), "{line}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_file_that_is_edited() {
    let git = Git::new();
    git.write("keysweep.toml", "exclude = [\"fixtures/**\"]\n");
    git.write("real.json", "{\"API_KEY\": \"OLD\"}");
    std::fs::create_dir(git.file("fixtures")).expect("the folder can be made");
    std::os::unix::fs::symlink("../real.json", git.file("fixtures/link.json")).expect("the link can be made");
    let edit = |path: &str| serde_json::json!({ "file_path": path, "old_string": "OLD", "new_string": secret() });
    assert!(told(&git, "claude-code", "PreToolUse", "Edit", &edit("fixtures/link.json")).contains("deny"));
    git.write("fixtures/file.json", "{\"API_KEY\": \"OLD\"}");
    assert_eq!(told(&git, "claude-code", "PreToolUse", "Edit", &edit("fixtures/file.json")), "");
    assert_eq!(told(&git.at("fixtures"), "claude-code", "PreToolUse", "Edit", &edit("file.json")), "", "by its folder");
}

#[test]
fn what_a_written_file_held_before_is_not_told_again() {
    let git = Git::new();
    git.write("a.py", format!("{}b = 2\n", super::leak()));
    let event = |tool: &str, input: serde_json::Value, response: serde_json::Value| {
        let event = serde_json::json!({ "hook_event_name": "PostToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input, "tool_response": response });
        said(&run(&git, "keysweep hook run claude-code", &event))
    };
    let edit = serde_json::json!({ "file_path": "a.py", "old_string": "b = 1", "new_string": "b = 2" });
    assert_eq!(event("Edit", edit, serde_json::json!({})), "");
    let write = serde_json::json!({ "file_path": "a.py", "content": "" });
    assert!(event("Write", write.clone(), serde_json::json!({})).contains("block"));
    assert!(event("Write", write.clone(), serde_json::json!({ "originalFile": "b = 1\n" })).contains("block"));
    assert_eq!(event("Write", write, serde_json::json!({ "originalFile": super::leak() })), "");
}

#[test]
fn every_client_is_answered_in_its_own_syntax_and_with_the_real_name() {
    let git = Git::new();
    let servers = |key: &str, rest: &str| format!(r#"{{"{key}": {{"docs": {{{rest}}}}}}}"#);
    let env = r#""command": "npx", "args": ["docs"], "env": {"DOCS_API_KEY": "SECRET"}"#;
    let header = r#""url": "https://docs.acme.dev", "headers": {"X-Docs-Api-Key": "SECRET"}"#;
    for (path, content, expected) in [
        (".mcp.json", servers("mcpServers", env), "write `${DOCS_API_KEY}` instead"),
        (".cursor/mcp.json", servers("mcpServers", env), "write `${env:DOCS_API_KEY}` instead"),
        (".vscode/mcp.json", servers("servers", env), "write `${input:docs-api-key}` with an input of that id, or `${env:DOCS_API_KEY}`"),
        (".gemini/settings.json", servers("mcpServers", env), "write `${DOCS_API_KEY}` instead"),
        ("opencode.json", r#"{"provider": {"acme": {"options": {"apiKey": "SECRET"}}}}"#.to_owned(), "write `{env:"),
        ("opencode.json", servers("mcp", header), "`{env:DOCS_"),
        (".codex/config.toml", "[mcp_servers.docs]\ncommand = \"npx\"\nenv = { DOCS_API_KEY = \"SECRET\" }\n".to_owned(), "write `env_vars = [\"DOCS_API_KEY\"]`"),
        (".codex/config.toml", "[mcp_servers.docs]\nurl = \"https://docs.acme.dev\"\nhttp_headers = { \"Authorization\" = \"Bearer SECRET\" }\n".to_owned(), "write `bearer_token_env_var = \"DOCS_TOKEN\"`, or `env_http_headers`"),
        (".config/goose/config.yaml", "extensions:\n  docs:\n    type: stdio\n    cmd: npx\n    envs:\n      DOCS_API_KEY: SECRET\n".to_owned(), "write `DOCS_API_KEY` under `env_keys`"),
        ("litellm_config.yaml", "model_list:\n- model_name: a\n  litellm_params:\n    model: openai/a\n    api_key: SECRET\n".to_owned(), "write `os.environ/API_KEY` instead"),
        (".aider.conf.yml", "openai-api-key: SECRET\n".to_owned(), "resolves no reference there, so instead: the provider's variable"),
        ("claude_desktop_config.json", servers("mcpServers", env), "resolves no reference there, so instead: .mcpb bundle"),
        ("config.py", "acme_api_key: str = \"SECRET\"\n".to_owned(), "environment variable ACME_API_KEY instead"),
        ("config.js", "const client = new Acme({ apiKey: 'SECRET' });\n".to_owned(), "environment variable API_KEY instead"),
    ] {
        let input = serde_json::json!({ "file_path": path, "content": content.replace("SECRET", &secret()) });
        let text = told(&git, "claude-code", "PreToolUse", "Write", &input);
        assert!(text.contains(expected), "{path}: {text}");
    }
}

#[test]
fn what_is_no_file_is_answered_as_what_it_is() {
    let git = Git::new();
    git.write("app.py", "API_KEY = \"OLD\"\n");
    let patch = format!(
        "*** Begin Patch\n*** Update File: app.py\n@@\n-API_KEY = \"OLD\"\n+API_KEY = \"{}\"\n*** End Patch",
        secret()
    );
    let command = format!("export ACME_API_KEY={} && make", secret());
    for (tool, input, expected) in [
        ("Bash", serde_json::json!({ "command": command }), "as in \"$ACME_API_KEY\""),
        (
            "Bash",
            serde_json::json!({ "command": format!("apply_patch <<'EOF'\n{patch}\nEOF") }),
            "environment variable API_KEY instead",
        ),
        ("mcp__chat__send", serde_json::json!({ "text": token() }), "speak of it as GITLAB_TOKEN"),
    ] {
        let text = told(&git, "codex", "PreToolUse", tool, &input);
        assert!(text.contains(expected), "{tool}: {text}");
    }
}

#[test]
fn an_ignored_dotenv_file_is_the_place_for_credentials() {
    let git = Git::new();
    let write = |path: &str| {
        let input = serde_json::json!({ "file_path": path, "content": super::leak() });
        told(&git, "claude-code", "PreToolUse", "Write", &input)
    };
    assert!(write(".env").contains("only once git ignores it: add the line `.env` to `.gitignore` first"));
    git.write(".gitignore", ".env\nbuild/\n.claude/settings.local.json\n");
    assert_eq!(write(".env"), "");
    assert_eq!(write("app/.env"), "");
    for tool in ["mcp__gist__create", "mcp__files__write_file", "mcp__gist__upload"] {
        let input = serde_json::json!({ "path": ".env", "content": super::leak() });
        let text = told(&git, "claude-code", "PreToolUse", tool, &input);
        assert!(text.contains("deny"), "nobody knows where a server puts it: {tool} {text}");
    }
    let harmless = serde_json::json!({ "path": ".env", "content": "GITLAB_TOKEN=$TOKEN" });
    assert_eq!(told(&git, "claude-code", "PreToolUse", "mcp__files__write_file", &harmless), "");
    assert!(write("build/out.py").contains("deny"), "what is ignored for another reason");
    assert!(write(".env.example").contains("deny"));
    let event = serde_json::json!({ "hook_event_name": "PostToolUse", "cwd": git.path(), "tool_name": "Write", "tool_input": { "file_path": ".env" } });
    git.write(".env", super::leak());
    assert_eq!(said(&run(&git, "keysweep hook run claude-code", &event)), "");
    let input = serde_json::json!({ "command": format!("echo '{}' > .env", super::leak()) });
    assert!(
        told(&git, "claude-code", "PreToolUse", "Bash", &input).contains("deny"),
        "a command line is kept elsewhere"
    );
    git.run(&["add", "-f", ".env"]);
    std::fs::remove_file(git.file(".env")).expect("it is there");
    assert!(write(".env").contains("only once git does not track it: `git rm --cached`"));
}

#[test]
fn what_is_moved_out_of_where_git_does_not_look_is_new() {
    let git = Git::new();
    git.write(".gitignore", ".env*\n*.local.py\n");
    for file in [".env", "a.local.py", "known.py", "open.py"] {
        git.write(file, super::leak());
    }
    git.run(&["add", "known.py"]);
    let moved = |from: &str, to: &str, hunk: &str| {
        let patch = format!("*** Begin Patch\n*** Update File: {from}\n*** Move to: {to}\n{hunk}*** End Patch");
        told(&git, "codex", "PreToolUse", "apply_patch", &serde_json::json!({ "command": patch }))
    };
    for (from, to, stopped) in [
        (".env", "config.py", true),
        ("a.local.py", "config.py", true),
        (".env", "sub/new.txt", true),
        (".env", ".env.local", false),
        ("known.py", "config.py", false),
        ("open.py", "config.py", false),
    ] {
        for hunk in ["", "@@\n+X = 1\n", "\n", "@@\n+X = 1\n\n", "@@\n-none\n+X = 1\n"] {
            let text = moved(from, to, hunk);
            assert_eq!(text.contains("deny"), stopped, "{from} {to} {hunk}: {text}");
        }
    }
    let new = "*** Begin Patch\n*** Add File: b.py\n+x = 1\n*** Update File: .env\n*** Move to: b.py\n*** End Patch";
    let input = serde_json::json!({ "command": new });
    assert!(told(&git, "codex", "PreToolUse", "apply_patch", &input).contains("deny"));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_not_there_yet_is_judged_by_where_it_will_lie() {
    let git = Git::new();
    git.write(".gitignore", ".env\n");
    for (link, target) in [("settings.txt", ".env"), ("not.env", "plain.txt")] {
        std::os::unix::fs::symlink(target, git.file(link)).expect("the link can be made");
    }
    for (path, stopped) in [("none/../.env", false), ("settings.txt", false), ("not.env", true), ("none/../x", true)] {
        let input = serde_json::json!({ "file_path": path, "content": super::leak() });
        let text = told(&git, "claude-code", "PreToolUse", "Write", &input);
        assert_eq!(text.contains("deny"), stopped, "{path}: {text}");
    }
}

#[test]
fn a_token_in_parts_is_put_together_as_the_shell_does() {
    let git = Git::new();
    let token = token();
    let (start, end) = token.split_at(token.len() / 2);
    for (command, stopped) in [
        (format!("use {start}\"\"{end}"), true),
        (format!("use '{start}''{end}'"), true),
        (format!("use \"{start}\"'{end}' && ls"), true),
        (format!("use {start}\\\n{end}"), true),
        (format!("use \"{start}\\\n{end}\""), true),
        (format!("bash -c 'use {start}\"\"{end}'"), true),
        (format!("use {token}"), true),
        (format!("use '{start}' '{end}'"), false),
        ("curl -H \"Authorization: Bearer $TOKEN\" 'https://example.org/'\"$ID\"".to_owned(), false),
        ("PASSWORD=\"$(pass show db)\" psql -h \"db\"'.example.org' -U svc".to_owned(), false),
        ("git commit -m \"it's a 'test' of \"'quoted'\" words\"".to_owned(), false),
    ] {
        let text = told(&git, "claude-code", "PreToolUse", "Bash", &serde_json::json!({ "command": command }));
        assert_eq!(text.contains("deny"), stopped, "{command}: {text}");
        assert!(text.matches("characters)").count() <= 1, "it is told once: {text}");
        let input = serde_json::json!({ "command": ["bash", "-lc", command] });
        assert_eq!(told(&git, "codex", "PreToolUse", "shell", &input).contains("deny"), stopped, "{command}");
    }
}

#[test]
fn a_prompt_with_a_token_is_stopped_for_every_agent_that_allows_it() {
    let git = Git::new();
    for (agent, name, expected) in [
        ("claude-code", "UserPromptSubmit", "\"decision\":\"block\""),
        ("codex", "UserPromptSubmit", "\"decision\":\"block\""),
        ("gemini", "BeforeAgent", "\"decision\":\"deny\""),
        ("cursor", "beforeSubmitPrompt", "\"continue\":false"),
    ] {
        let event = serde_json::json!({ "hook_event_name": name, "prompt": format!("use {} please", token()) });
        let text = said(&run(&git, &format!("keysweep hook run {agent}"), &event));
        assert!(text.contains(expected) && !text.contains(&token()), "{agent}: {text}");
    }
}

#[test]
fn a_piece_of_a_file_is_advised_on_as_the_file() {
    let git = Git::new();
    git.write(".zed/settings.json", "{\"context_servers\": {\"a\": {\"command\": \"a\"}}}");
    let edit = serde_json::json!({ "file_path": ".zed/settings.json", "old_string": "is not there", "new_string": format!("\"GITLAB_TOKEN\": \"{}\"", token()) });
    let text = told(&git, "claude-code", "PreToolUse", "Edit", &edit);
    assert!(text.contains("Zed resolves no reference there"), "{text}");
}

#[test]
fn no_agent_takes_the_repository_away_that_its_hooks_belong_to() {
    let git = Git::new();
    git.write("sub/.git/config", "");
    git.write("sub/x", "");
    for (command, stopped) in [
        ("rm -rf .git".to_owned(), true),
        (format!("mv {} /tmp/x", git.file(".git").display()), true),
        ("cd sub && rm -rf ../.git/".to_owned(), true),
        ("rm -rf sub/.git".to_owned(), false),
        ("cd sub && rm -rf .git".to_owned(), false),
        ("cp -r .git /tmp/x".to_owned(), false),
    ] {
        let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": "Bash", "tool_input": { "command": command } });
        let text = said(&run(&git, "keysweep hook run claude-code --no-bypass", &event));
        assert_eq!(text.contains("goes around the hooks"), stopped, "{command}: {text}");
    }
}
