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
        (".mcp.json", &deep, "nested deeper"),
        (".mcp.json", "{\"mcpServers\": {,,", "not valid JSON"),
        (".codex/config.toml", "[mcp_servers.a\n", "not valid TOML"),
        (".continue/mcpServers/a.yaml", "a: [\n", "not valid YAML"),
    ] {
        let git = repository();
        git.write(path, text);
        let (code, said) = keysweep(&git, &["lint"]);
        assert!(code == 3 && said.contains(reason), "{path}: {code} {said}");
        // A scan looks at all of the text.
        assert_eq!(keysweep(&git, &["scan"]).0, 0, "{path}");
    }
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
