//! The command `keysweep lint`: what it does not read it says, and a link is no configuration.

use super::fill;
use crate::git::Git;

/// Runs a command of keysweep; returns its exit code and all that it says.
fn keysweep(git: &Git, arguments: &[&str]) -> (i32, String) {
    let output = git.command(env!("CARGO_BIN_EXE_keysweep")).args(arguments).output().expect("it was built");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal ended it"), String::from_utf8(said).expect("it speaks UTF-8"))
}

/// A repository that ignores what it should.
fn repository() -> Git {
    let git = Git::new();
    git.add(
        ".gitignore",
        ".env\n.doxhub/\n.env.local\n.mcp.json.local\n.claude/settings.local.json\nCLAUDE.local.md\n.codex/auth.json\n.continue/.env\n",
    );
    git
}

const SERVER: &str = "{\"mcpServers\": {\"docs\": {\"command\": \"docs\", \"env\": {\"DOCS_TOKEN\": \"{alnum:32}\"}}}}";

#[test]
fn what_is_not_read_as_configuration_makes_a_lint_incomplete() {
    let large = format!("{{\"mcpServers\": {{}}, \"x\": \"{}\"}}", "x".repeat(9 << 20));
    let deep = format!("{{\"mcpServers\": {}", "[".repeat(100_000));
    let many = format!("{{\"mcpServers\": {{\"a\": {{\"args\": [{}1]}}}}}}", "1,".repeat(300_000));
    for (path, text, reason) in [
        (".mcp.json", large.as_str(), "larger than 8 MiB"),
        (".mcp.json", &many, "more than 250 thousand values"),
        (".mcp.json", &deep, "nested too deeply"),
        (".mcp.json", "{\"mcpServers\": {,,", "not valid JSON"),
        (".codex/config.toml", "[mcp_servers.a\n", "not valid TOML"),
        (".continue/mcpServers/a.yaml", "a: [\n", "not valid YAML"),
        (".continue/mcpServers/a.yaml", &format!("a: {}", "[".repeat(100_000)), "nested too deeply"),
        (".codex/config.toml", &format!("a = {}", "{a = ".repeat(100_000)), "nested too deeply"),
    ] {
        let git = repository();
        git.write(path, text);
        git.run(&["add", path]);
        for arguments in [&["lint"][..], &["scan"], &["scan", "--staged"]] {
            let (code, said) = keysweep(&git, arguments);
            assert!(code == 3 && said.contains(reason), "{path} {arguments:?}: {code} {said}");
        }
    }
}

#[test]
fn what_only_looks_like_configuration_and_does_not_parse_is_told_and_no_more() {
    let servers = "mcpServers:\n  {{ .Values.server }}:\n    command: [\n";
    let models = "model_list:\n{% for model in models %}\n  - litellm_params: {api_key: [\n";
    for (path, text) in [
        ("templates/servers.yaml", servers),
        ("templates/mcp-config.yaml", servers),
        ("litellm_config.yaml.j2", models),
    ] {
        let git = repository();
        git.write(path, text);
        git.run(&["add", "."]);
        for arguments in [&["lint"][..], &["scan"], &["scan", "--staged"]] {
            let (code, said) = keysweep(&git, arguments);
            assert!(code == 0 && said.contains("not valid YAML"), "{path} {arguments:?}: {code} {said}");
        }
    }
}

#[test]
fn a_broken_configuration_shows_its_literal_credentials_in_any_language() {
    for (path, text) in [
        (".codex/config.toml", "[mcp_servers.docs]\ncommand = \"a\"\n[mcp_servers.docs.env\nDOCS_TOKEN = \"SECRET\"\n"),
        (".codex/config.toml", "[mcp_servers.docs]\nenv = { LEVEL = \"a\", DOCS_TOKEN = 'SECRET', }}\n"),
        (".codex/config.toml", "mcp_servers.docs.env.DOCS_TOKEN = \"SECRET\"\nmcp_servers = [\n"),
        (
            ".continue/mcpServers/a.yaml",
            "mcpServers:\n  - name: a\n    env:\n      DOCS_TOKEN: SECRET\n   command: [\n",
        ),
        (
            ".continue/mcpServers/a.yaml",
            "mcpServers:\r\n- name: a\r\n  env: {LEVEL: \"a\", \"DOCS_TOKEN\": SECRET}}\r\n",
        ),
        (".mcp.json", "{\"mcpServers\": {\"a\": {\"env\": {\"DOCS_TOKEN\": \"SECRET\"}}}\n"),
    ] {
        let git = repository();
        let secret = fill("{alnum:32}").0;
        git.write(path, text.replace("SECRET", &secret));
        let (code, said) = keysweep(&git, &["lint"]);
        assert!(code == 1 && said.contains("mcp/literal-setting"), "{path}: {code} {said}");
        assert_eq!(said.matches("literal-setting]").count(), 1, "{path}: {said}");
        assert!(said.contains("not valid") && !said.contains(&secret), "{path}: {said}");
        let harmless = text.replace("SECRET", "${DOCS_TOKEN}");
        git.write(path, harmless);
        assert_eq!(keysweep(&git, &["lint"]).0, 3, "{path}");
    }
}

#[test]
fn ignore_rules_that_are_too_many_are_not_read_and_make_a_scan_incomplete() {
    let rules = "folder/*.log\n".repeat(100_000);
    for (path, arguments) in [
        (".gitignore", &["scan"][..]),
        (".gitignore", &["lint"]),
        (".gitignore", &["scan", "sub"]),
        ("sub/.gitignore", &["scan"]),
        ("sub/.gitignore", &["lint"]),
        (".git/info/exclude", &["scan"]),
    ] {
        let git = repository();
        git.commit_file("sub/a.txt", "words\n", "Begin");
        git.write(path, &rules);
        let (code, said) = keysweep(&git, arguments);
        assert!(code == 3 && said.contains("larger than 1 MiB"), "{path} {arguments:?}: {code} {said}");
        // What git tracks beside it is looked at all the same.
        git.write("sub/a.txt", fill("password = \"{alnum:24}\"\n").0);
        if arguments[0] == "scan" {
            assert_eq!(keysweep(&git, arguments).0, 1, "{path} {arguments:?}");
        }
    }
}

#[test]
fn of_a_file_with_too_many_credentials_the_worst_are_told_and_the_others_are_counted() {
    let git = repository();
    let line = |at: usize| {
        let halves = [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f].map(|factor| at.wrapping_mul(factor));
        format!("api_key_{at} = \"{:016x}{:016x}\"\n", halves[0], halves[1])
    };
    let text: String = (1..=50_100).map(line).collect();
    git.write("a.txt", text + &fill("github = \"ghp_{alnum:36}\"\n").0);
    let (code, said) = keysweep(&git, &["scan"]);
    assert!(code == 1 && said.contains("findings more than the 50 thousand worst"), "{code}");
    // All of what is told may be allowed: the scan has still not told everything.
    git.write("keysweep.toml", "[[allow]]\npath = 'a.txt'\nreason = 'samples'\n");
    assert_eq!(keysweep(&git, &["scan"]).0, 3);
    git.write("keysweep.toml", "exclude = ['a.txt']\n");
    assert_eq!(keysweep(&git, &["scan"]).0, 0);
}

#[test]
fn a_credential_far_behind_in_a_large_file_is_found() {
    let padding = format!("\"x\": \"{}\",\n", "x".repeat(100)).repeat(90_000);
    let (server, secrets) = fill("\"env\": {\"DOCS_TOKEN\": \"{alnum:32}\"}");
    let git = repository();
    git.write(".mcp.json", format!("{{{padding}{server}}}"));
    let (code, said) = keysweep(&git, &["lint"]);
    assert!(code == 1 && said.contains("mcp/literal-setting") && !said.contains(&secrets[0]), "{code}");
    git.write(".mcp.json", format!("{{{}{server}}}", padding.replace('\n', " ")));
    assert_eq!(keysweep(&git, &["lint"]).0, 1);
    let command = fill("claude mcp add a -e A_TOKEN={alnum:32} -- npx a@1.2.3\n").0;
    git.write(".mcp.json", "{}");
    git.write("notes.txt", format!("{}\n{command}", "word\n".repeat(1 << 20)));
    assert_eq!(keysweep(&git, &["lint"]).0, 1);
}

#[test]
fn a_nested_ignore_file_that_takes_a_file_out_is_told_and_left() {
    let git = repository();
    git.add("web/.gitignore", "node_modules\n!.env\n");
    git.add("api/.gitignore", "node_modules\n!.env.example\n");
    let (code, said) = keysweep(&git, &["lint"]);
    let told = said.matches("takes `.env` out of what git ignores").count();
    assert!(code == 1 && told == 1 && said.contains("web/.gitignore"), "{code} {said}");
    let (code, said) = keysweep(&git, &["fix"]);
    assert!(code == 1 && said.contains("web/.gitignore: left") && !said.contains("git rm"), "{code} {said}");
}

#[cfg(unix)]
#[test]
fn a_link_is_no_configuration_and_its_target_is_linted_where_it_lies() {
    let (server, secrets) = fill(SERVER);
    let link = |git: &Git, target: &str| {
        std::os::unix::fs::symlink(target, git.file(".mcp.json")).expect("writable");
        git.run(&["add", ".mcp.json"]);
    };
    let git = repository();
    git.commit("Begin");
    git.write("../outside/mcp.json", &server);
    link(&git, "../outside/mcp.json");
    for (arguments, expected) in
        [(&["lint"][..], 0), (&["lint", "--staged"], 0), (&["scan"], 0), (&["scan", "--staged"], 0)]
    {
        let (code, said) = keysweep(&git, arguments);
        assert!(code == expected && !said.contains("not valid JSON"), "{arguments:?}: {code} {said}");
    }
    assert!(keysweep(&git, &["lint"]).1.contains("symbolic link"));
    git.commit("Link");
    let (code, said) = keysweep(&git, &["scan", "--range", "HEAD~1..HEAD"]);
    assert!(code == 0 && !said.contains("not valid JSON"), "{said}");
    // A link that is named is followed.
    assert_eq!(keysweep(&git, &["lint", ".mcp.json"]).0, 1);
    let git = repository();
    git.write("shared/.mcp.json", &server);
    link(&git, "shared/.mcp.json");
    let (code, said) = keysweep(&git, &["lint"]);
    assert!(code == 1 && said.contains("shared/.mcp.json:1") && !said.contains(&secrets[0]), "{said}");
    // What stands in a link's target is looked at as text.
    let git = repository();
    link(&git, &fill("https://a.io/{alnum:4}?x=ghp_{alnum:36}").0);
    assert!(!keysweep(&git, &["lint"]).1.contains("not valid JSON"));
}

#[test]
fn what_a_lint_found_can_be_rotated_and_a_lint_alone_says_where_to_look() {
    let git = repository();
    git.write(".mcp.json", fill(SERVER).0);
    for arguments in [&["rotate"][..], &["rotate", "mcp/literal-in-env"], &["rotate", "mcp"]] {
        let (code, said) = keysweep(&git, arguments);
        assert!(code == 1 && said.contains("Find out which service"), "{arguments:?}: {code} {said}");
    }
    assert_eq!(keysweep(&git, &["rotate", "mcp/literal-in-url"]).0, 0);
    for format in ["text", "markdown", "json"] {
        let (code, said) = keysweep(&git, &["rotate", "mcp/literal-in-env", "--no-scan", "--format", format]);
        assert!(code == 0 && said.contains("keysweep explain mcp/literal-in-env"), "{code} {said}");
    }
    let (code, said) = keysweep(&git, &["rotate", "mcp/no-such-lint", "--no-scan"]);
    assert!(code == 2 && said.contains("no rule, lint or provider"), "{code} {said}");
}

#[test]
fn what_was_there_before_a_change_is_not_said_to_be_from_a_baseline() {
    let git = repository();
    git.commit_file(".mcp.json", fill(SERVER).0, "Add");
    git.run(&["mv", ".mcp.json", "app.mcp.json"]);
    git.commit("Rename");
    let (code, said) = keysweep(&git, &["scan", "--range", "HEAD~1..HEAD", "--verbose"]);
    assert!(code == 0 && said.contains("there before the change"), "{code} {said}");
    assert!(!said.contains("known from the baseline"), "{said}");
}

#[test]
fn a_head_that_makes_no_sense_makes_a_scan_incomplete() {
    let git = repository();
    git.commit_file("a.txt", "words\n", "Begin");
    git.write(".git/HEAD", "junk\n");
    for arguments in [&["scan"][..], &["lint"]] {
        let (code, said) = keysweep(&git, arguments);
        assert!(code == 3 && said.contains("HEAD"), "{arguments:?}: {code} {said}");
    }
    let git = Git::new();
    assert_eq!(keysweep(&git, &["scan"]).0, 0, "a repository without a commit is whole");
}

#[test]
fn what_is_recognised_by_its_shape_alone_is_found_in_the_tree_in_what_is_staged_and_in_history() {
    let goose = "extensions:\n  docs:\n    type: stdio\n    cmd: docs\n    args: [--api-key, {alnum:32}]\n";
    let pod = "kind: Pod\nspec:\n  containers:\n  - name: docs-mcp\n    env:\n    - {name: DOCS_API_KEY, value: {alnum:32}}\n";
    let registry =
        "{\"packages\": [{\"environment_variables\": [{\"name\": \"A_TOKEN\", \"default\": \"{alnum:32}\"}]}]}\n";
    for (path, template) in [("recipes/docs.yaml", goose), ("deploy/pod.yaml", pod), ("server.json", registry)] {
        let git = repository();
        git.write(path, fill(template).0);
        git.run(&["add", path]);
        for arguments in [&["lint"][..], &["lint", "--staged"], &["lint", "--history"]] {
            if arguments.contains(&"--history") {
                git.run(&["commit", "-qm", "a"]);
                git.run(&["rm", "-q", path]);
                git.run(&["commit", "-qm", "b"]);
            }
            let (code, said) = keysweep(&git, arguments);
            assert!(code == 1 && said.contains("is a literal credential"), "{path} {arguments:?}: {code} {said}");
        }
    }
}
