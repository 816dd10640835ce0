//! The command `keysweep fix`: what it leaves alone, and what it says.

use std::fs;

use super::fill;
use crate::git::Git;

/// Runs the command in a folder; returns its exit code and all that it says.
pub fn fix(git: &Git, arguments: &[&str]) -> (i32, String) {
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    let output = command.arg("fix").args(arguments).output().expect("the program was built with the tests");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal ended it"), String::from_utf8(said).expect("it speaks UTF-8"))
}

/// A repository that ignores what it should, so that only credentials are to be mended.
pub fn repository() -> Git {
    let git = Git::new();
    git.add(
        ".gitignore",
        ".env\n.doxhub/\n.env.local\n.mcp.json.local\n.claude/settings.local.json\nCLAUDE.local.md\n",
    );
    git
}

/// A configuration of Claude Code with a credential, and the credential.
pub fn configuration(server: &str) -> (String, String) {
    let template = format!("{{\"mcpServers\": {{\n  \"{server}\": {{\"command\": \"npx\", \"args\": [\"a@1.2.3\"], ");
    let (text, secrets) = fill(&format!("{template}\"env\": {{\"DOCS_TOKEN\": \"{{alnum:32}}\"}}}}\n}}}}\n"));
    (text, secrets[0].clone())
}

pub fn read(git: &Git, path: &str) -> String {
    fs::read_to_string(git.file(path)).expect("it is there")
}

#[cfg(unix)]
#[test]
fn nothing_is_read_or_written_behind_a_symbolic_link() {
    let git = repository();
    let (text, secret) = configuration("docs");
    let outside = git.write("../outside/.mcp.json", &text);
    std::os::unix::fs::symlink(&outside, git.file(".mcp.json")).expect("the folder is ours");
    git.run(&["add", ".mcp.json"]);
    git.add("folder/.mcp.json", "{}");
    fs::remove_dir_all(git.file("folder")).expect("it is ours");
    std::os::unix::fs::symlink("../outside", git.file("folder")).expect("the folder is ours");
    for arguments in [&["--dry-run"][..], &[]] {
        let (_, said) = fix(&git, arguments);
        assert_eq!(fs::read_to_string(&outside).expect("it is there"), text);
        assert!(!git.file(".env").exists() && !said.contains(&secret));
        assert_eq!(said.matches("symbolic link").count(), 2, "{said}");
    }
}

#[cfg(unix)]
#[test]
fn credentials_go_into_no_file_that_is_tracked_a_link_or_unreadable() {
    let (text, secret) = configuration("docs");
    type Prepare = fn(&Git);
    let cases: [(&str, Prepare); 3] = [
        ("tracked by git", |git| git.add(".env", "OLD=1\n")),
        ("plain file", |git| {
            git.add("docs/env.md", "A page\n");
            std::os::unix::fs::symlink("docs/env.md", git.file(".env")).expect("the folder is ours");
        }),
        ("plain file", |git| fs::create_dir(git.file(".env")).expect("the folder is ours")),
    ];
    for (reason, prepare) in cases {
        let git = repository();
        git.write(".mcp.json", &text);
        prepare(&git);
        let (code, said) = fix(&git, &[]);
        assert_eq!(read(&git, ".mcp.json"), text, "{reason}");
        assert!(code == 1 && said.contains(reason) && !said.contains(&secret), "{code} {said}");
        for file in [".env", "docs/env.md"].iter().filter(|file| git.file(file).is_file()) {
            assert!(!read(&git, file).contains(&secret), "{reason}");
        }
    }
}

#[test]
fn names_of_files_do_nothing_to_a_terminal() {
    let git = repository();
    let (text, _) = configuration("docs");
    git.write("a\u{1b}[31mb/.mcp.json", text);
    git.add("a\u{1b}[31mb/.env.local", "A=1");
    for arguments in [&["--dry-run"][..], &[]] {
        let (_, said) = fix(&git, arguments);
        assert!(
            said.contains("31mb/.mcp.json") && said.contains("git rm --cached") && !said.contains('\u{1b}'),
            "{said}"
        );
    }
}

#[test]
fn what_the_user_excludes_allows_or_switches_off_is_left() {
    let (text, secret) = configuration("docs");
    let commented = text.replace("\"}}\n", "\"}} // keysweep:allow a sample\n");
    let cases = [
        ("exclude = ['.mcp.json']\n", &text, false),
        ("[[allow]]\npath = '.mcp.json'\nreason = 'a sample'\n", &text, false),
        ("[rules]\noff = ['mcp/literal-in-env']\n", &text, false),
        ("[[allow]]\npath = 'other.json'\nreason = 'a sample'\n", &text, true),
        ("", &commented, false),
        ("", &text, true),
    ];
    for (configuration, text, mended) in cases {
        let git = repository();
        git.write("keysweep.toml", configuration);
        git.write(".mcp.json", text);
        let (code, said) = fix(&git, &[]);
        assert_eq!(!read(&git, ".mcp.json").contains(&secret), mended, "{configuration}: {said}");
        assert_eq!(code, 0, "{configuration}: {said}");
    }
}

#[test]
fn one_credential_in_many_places_becomes_one_variable_and_is_shown_in_none() {
    let git = repository();
    let secret = fill("{alnum:32}").0;
    let server = format!(
        "{{\"command\": \"npx\", \"args\": [\"a@1.2.3\", \"--api-key\", \"{secret}\"], \
         \"env\": {{\"A_TOKEN\": \"{secret}\", \"OTHER_KEY\": \"{secret}\", \"FOO\": \"{secret}\"}}}}"
    );
    git.write(".mcp.json", format!("{{\"mcpServers\": {{\n\"a\": {server},\n\"b\": {server}\n}}}}\n"));
    git.write("app/.mcp.json", format!("{{\"mcpServers\": {{\n\"c\": {server}\n}}}}\n"));
    let (_, said) = fix(&git, &["--dry-run"]);
    assert!(!said.contains(&secret), "a dry run shows a credential where nothing says that it is one");
    let (_, said) = fix(&git, &[]);
    assert!(!said.contains(&secret));
    assert_eq!(read(&git, ".env").lines().count(), 1, "{}", read(&git, ".env").replace(&secret, "…"));
}

#[test]
fn a_lint_says_what_each_place_of_one_credential_is() {
    let git = repository();
    let (text, secret) = configuration("docs");
    git.write(".mcp.json", text);
    let rule = format!("{{\"permissions\": {{\"allow\": [\"Bash(curl -H 'Authorization: Bearer {secret}' x)\"]}}}}\n");
    git.write(".claude/settings.json", rule);
    let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
    let output = command.arg("lint").output().expect("the program was built with the tests");
    let said = String::from_utf8(output.stdout).expect("it speaks UTF-8");
    assert!(said.contains("variable `DOCS_TOKEN`") && said.contains("a saved rule holds"), "{said}");
    assert!(!said.contains(&secret));
}

#[test]
fn a_name_that_is_a_credential_elsewhere_is_told_nowhere() {
    let git = repository();
    let password = fill("Tr0ub{alnum:6}x").0;
    let variable = fill("HORSE_{upper:4}_9").0;
    let server = |name: &str, members: &str| format!("\"{name}\": {{\"command\": \"a\", \"env\": {{{members}}}}}");
    let servers = [
        server("docs", &format!("\"DB_PASSWORD\": \"{password}\", \"CACHE_PASSWORD\": \"{variable}\"")),
        server(&password, &fill("\"A_TOKEN\": \"{alnum:32}\"").0),
        server("b", &fill(&format!("\"{variable}_TOKEN\": \"{{alnum:32}}\"")).0),
    ];
    let text = format!("{{\"mcpServers\": {{\n{}\n}}}}\n", servers.join(",\n"));
    // Claude Desktop resolves no reference, so that its findings are left.
    for path in [".mcp.json", "claude_desktop_config.json"] {
        git.write(path, &text);
    }
    // A file of its own, whose name is the credential of another one.
    git.write(
        format!("{password}/.mcp.json"),
        fill("{\"mcpServers\": {\"c\": {\"env\": {\"C_TOKEN\": \"{alnum:32}\"}}}}").0,
    );
    for arguments in [&["--dry-run"][..], &[]] {
        let (_, said) = fix(&git, arguments);
        for secret in [&password, &variable] {
            assert!(!said.contains(secret), "{arguments:?}: {}", said.replace(secret, "<shown>"));
        }
        assert!(said.contains("DB_PASSWORD") && said.contains("left: "), "{said}");
    }
}

#[test]
fn a_file_with_many_credentials_is_mended_part_by_part() {
    let git = repository();
    let server = |at: usize| {
        let key =
            format!("{:016x}{:016x}", at.wrapping_mul(0x9e37_79b9_7f4a_7c15), at.wrapping_mul(0xc2b2_ae3d_27d4_eb4f));
        format!("\"s{at}\": {{\"command\": \"a\", \"env\": {{\"S{at}_TOKEN\": \"{key}\"}}}}")
    };
    let servers: Vec<String> = (1..250).map(server).collect();
    git.write(".mcp.json", format!("{{\"mcpServers\": {{\n{}\n}}}}\n", servers.join(",\n")));
    let (code, said) = fix(&git, &[]);
    assert_eq!((code, read(&git, ".env").lines().count()), (1, 200));
    assert!(said.contains("run it again"), "{said}");
    let (code, _) = fix(&git, &[]);
    assert_eq!((code, read(&git, ".env").lines().count()), (0, 249));
}
