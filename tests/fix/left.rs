//! What `keysweep fix` cannot mend: it says so, says why and what to do by hand, and fails as `lint` does.

use super::command::{configuration, fix, read, repository};
use super::fill;
use crate::git::Git;

/// The exit code of `keysweep lint`.
fn lint(git: &Git) -> i32 {
    let status = git.command(env!("CARGO_BIN_EXE_keysweep")).arg("lint").output().expect("it was built").status;
    status.code().expect("no signal ended it")
}

#[test]
fn what_it_cannot_mend_it_names_with_the_reason_and_what_to_do_by_hand() {
    let (text, secret) = configuration("docs");
    let broken = text.replace("}\n}}", ",,,");
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin = [text.replace("docs", "caf").as_bytes(), b"// \xe9\n"].concat();
    let command = format!("# Setup\n\n    claude mcp add docs -e DOCS_TOKEN={secret} -- npx docs@1.2.3\n");
    for (path, bytes, reason) in [
        (".mcp.json", broken.as_bytes(), "not valid JSON"),
        (".mcp.json", &utf16, "UTF-16"),
        (".mcp.json", &latin, "not valid UTF-8"),
        ("docs/setup.md", command.as_bytes(), "no client reads this text"),
        ("setup.sh", command.as_bytes(), "no client reads this text"),
    ] {
        let git = repository();
        git.write(path, bytes);
        assert_eq!(lint(&git), 1, "{path} {reason}");
        for arguments in [&["--dry-run"][..], &[]] {
            let (code, said) = fix(&git, arguments);
            assert_eq!(code, 1, "{path}: {said}");
            assert!(said.contains("left: ") && said.contains(reason) && said.contains("by hand: "), "{path}: {said}");
            assert!(!said.contains(&secret) && !said.contains("nothing to mend"), "{path}");
        }
        assert_eq!(std::fs::read(git.file(path)).expect("it is there"), bytes, "{path}");
    }
}

#[test]
fn what_lint_calls_hygiene_is_left_as_well_and_what_is_allowed_is_not() {
    let git = repository();
    git.write(".mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"docs-server\"]}}}\n");
    let (code, said) = fix(&git, &[]);
    assert!(code == 1 && lint(&git) == 1 && said.contains("mcp/unpinned-package"), "{code} {said}");
    git.write("keysweep.toml", "[rules]\noff = ['mcp/unpinned-package']\n");
    assert_eq!((fix(&git, &[]).0, lint(&git)), (0, 0));
    let command = fill("claude mcp add a -e A_TOKEN={alnum:32} -- npx a@1.2.3 # keysweep:allow a sample\n").0;
    git.write("setup.sh", command);
    assert_eq!((fix(&git, &[]).0, lint(&git)), (0, 0));
}

#[test]
fn a_configuration_that_does_not_parse_and_shows_nothing_is_incomplete() {
    let git = repository();
    git.write(".mcp.json", "{\"mcpServers\": {,,\n");
    let (code, said) = fix(&git, &[]);
    assert!(code == 3 && said.contains("not valid JSON"), "{code} {said}");
}

#[test]
fn a_literal_that_stays_comes_with_what_its_client_offers_or_that_nothing_is_known() {
    let (text, _) = configuration("docs");
    for (path, advice) in [
        ("claude_desktop_config.json", "instead: "),
        (".junie/mcp/mcp.json", "(unverified)"),
        (".kimi-code/mcp.json", "no reference syntax of kimi-code is known"),
        (".zed/settings.json", "OAuth"),
        ("tool/servers.json", "which client reads this file is not known"),
    ] {
        let git = repository();
        let key = if path.starts_with(".zed") { "context_servers" } else { "mcpServers" };
        git.write(path, text.replace("mcpServers", key));
        let (code, said) = fix(&git, &[]);
        assert!(code == 1 && said.contains(advice), "{path}: {code} {said}");
    }
}

#[test]
fn a_folder_that_is_named_is_all_that_is_edited() {
    let (text, secret) = configuration("docs");
    let (other, _) = configuration("other");
    let make = |ignored: &str| {
        let git = Git::new();
        git.write(".gitignore", ignored);
        git.write(".mcp.json", &other);
        git.write("app/.mcp.json", &text);
        git
    };
    // The root's ignore file has gaps, which are told; the folder gets what its own credential needs.
    let git = make("target\n");
    let (code, said) = fix(&git, &["app"]);
    assert_eq!((read(&git, ".gitignore"), read(&git, ".mcp.json")), ("target\n".to_owned(), other.clone()), "{said}");
    assert_eq!(read(&git, "app/.env"), format!("DOCS_TOKEN={secret}\n"));
    assert_eq!(read(&git, "app/.gitignore"), ".env\n");
    assert!(!git.file(".env").exists() && !read(&git, "app/.mcp.json").contains(&secret));
    assert!(code == 1 && said.contains("`keysweep fix` without a path") && said.contains("`app/.env`"), "{said}");
    // From within the folder, and with rules that cover it already.
    let covered = read(&repository(), ".gitignore");
    let git = make(&covered);
    let (code, said) = fix(&git.at("app"), &["."]);
    assert!(code == 0 && git.file("app/.env").exists() && !git.file("app/.gitignore").exists(), "{code} {said}");
    assert_eq!(read(&git, ".mcp.json"), other);
    // A file alone.
    let git = make(&covered);
    git.write("app/b/.mcp.json", &other);
    let (code, said) = fix(&git, &["app/.mcp.json"]);
    assert!(code == 0 && !read(&git, "app/.mcp.json").contains(&secret), "{code} {said}");
    assert_eq!(read(&git, "app/b/.mcp.json"), other);
    // Without a path, all of the tree from wherever in it.
    let git = make(&covered);
    let (code, said) = fix(&git.at("app"), &[]);
    assert!(code == 0 && git.file(".env").exists() && !git.file("app/.env").exists(), "{code} {said}");
}

#[test]
fn a_dry_run_of_a_folder_writes_nothing_at_all() {
    let (text, _) = configuration("docs");
    let git = Git::new();
    git.write("app/.mcp.json", &text);
    let (_, said) = fix(&git, &["--dry-run", "app"]);
    assert!(said.contains("+.env") && said.contains("app/.gitignore") && said.contains("`app/.env`"), "{said}");
    assert!(!git.file("app/.env").exists() && !git.file("app/.gitignore").exists());
    assert_eq!(read(&git, "app/.mcp.json"), text);
}

#[test]
fn ignore_rules_that_grow_too_large_on_the_way_take_nothing_from_the_report() {
    let git = repository();
    let (text, secret) = configuration("docs");
    git.write(".mcp.json", &text);
    // The line that the run appends makes the file larger than what is read.
    git.write(".gitignore", format!("#{}\n", "-".repeat((1 << 20) - 4)));
    let (code, said) = fix(&git, &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("mended: ") && said.contains("can no longer be read") && !said.contains(&secret), "{said}");
    assert_eq!(read(&git, ".mcp.json"), text);
}

#[cfg(unix)]
#[test]
fn rules_above_the_tree_and_behind_links_are_none_and_a_pipe_is_not_waited_for() {
    use std::os::unix::fs::symlink;
    let git = repository();
    let (text, secret) = configuration("docs");
    git.write(".mcp.json", &text);
    git.write("linked/.mcp.json", text.replace("docs", "linked"));
    let (other, kept) = configuration("closed");
    git.write("piped/.mcp.json", &other);
    git.write(".ignore", ".mcp.json\n");
    let all = git.write("../all", "*\n");
    symlink(&all, git.file("linked/.gitignore")).expect("the folder is ours");
    for pipe in ["../.gitignore", "piped/.gitignore"] {
        assert!(git.command("mkfifo").arg(git.file(pipe)).status().expect("mkfifo is installed").success());
    }
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    let output = ended(command.arg("fix"));
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("it speaks UTF-8");
    assert!(said.contains("piped/.gitignore: is a pipe") && output.status.code() == Some(3), "{said}");
    assert!(!read(&git, ".mcp.json").contains(&secret) && !read(&git, "linked/.mcp.json").contains(&secret), "{said}");
    assert!(read(&git, "piped/.mcp.json").contains(&kept), "{said}");
}

/// Runs a command that may wait for somebody to write into a pipe; returns what it says.
#[cfg(unix)]
fn ended(command: &mut std::process::Command) -> std::process::Output {
    use std::process::Stdio;
    use std::time::{Duration, Instant};
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it was built with the tests");
    let until = Instant::now() + Duration::from_secs(30);
    while child.try_wait().expect("it can be asked").is_none() {
        if Instant::now() > until {
            child.kill().expect("it is ours");
            panic!("it waits for somebody to write into a pipe");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("it has ended")
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let git = repository();
    git.write("closed/.mcp.json", "{}");
    let set = |mode: u32| std::fs::set_permissions(git.file("closed"), std::fs::Permissions::from_mode(mode));
    set(0o000).expect("the folder is ours");
    let is_closed = std::fs::read_dir(git.file("closed")).is_err();
    let (code, said) = fix(&git, &[]);
    set(0o755).expect("the folder is ours");
    if !is_closed {
        println!("skipped: this user may read everything");
        return;
    }
    assert!(code == 3 && said.contains("closed: could not be read"), "{code} {said}");
}

#[test]
fn a_repository_inside_is_mended_by_its_own_rules() {
    let git = repository();
    let (text, secret) = configuration("docs");
    for (name, exclude) in [("ignores", ".mcp.json\n"), ("shows", "")] {
        git.run(&["init", "-q", name]);
        git.write(format!("{name}/.git/info/exclude"), exclude);
        git.write(format!("{name}/.mcp.json"), &text);
    }
    let (_, said) = fix(&git, &[]);
    assert!(read(&git, "ignores/.mcp.json").contains(&secret), "{said}");
    assert!(!read(&git, "shows/.mcp.json").contains(&secret), "{said}");
}
