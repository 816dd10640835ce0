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

/// Servers with a credential each, numbered from 1; `key` stands in place of the credential's variable.
fn servers(count: usize, line: &dyn Fn(usize, &str) -> String) -> Vec<String> {
    let secret = |at: usize| {
        format!("{:016x}{:016x}", at.wrapping_mul(0x9e37_79b9_7f4a_7c15), at.wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
    };
    (1..=count).map(|at| line(at, &secret(at))).collect()
}

#[test]
fn a_file_with_many_credentials_is_mended_in_one_run() {
    // Names of their own, and one name for all.
    for name in ["S@_TOKEN", "API_TOKEN"] {
        let git = repository();
        let servers = servers(700, &|at, secret| {
            let name = name.replace('@', &at.to_string());
            format!("\"s{at}\": {{\"command\": \"a\", \"env\": {{\"{name}\": \"{secret}\"}}}}")
        });
        git.write(".mcp.json", format!("{{\"mcpServers\": {{\n{}\n}}}}\n", servers.join(",\n")));
        let (code, said) = fix(&git, &[]);
        assert_eq!((code, read(&git, ".env").lines().count()), (0, 700), "{said}");
        assert_eq!(read(&git, ".mcp.json").matches("${").count(), 700);
    }
}

#[test]
fn what_is_made_in_one_go_is_what_one_after_the_other_would_make() {
    let count = 30;
    let env = |at: usize, secret: &str| match at % 3 {
        0 => format!("\"A_TOKEN\": \"{secret}\", \"B_KEY\": \"{}\"", secret.chars().rev().collect::<String>()),
        1 => format!("\"A_TOKEN\": \"{secret}\""),
        _ => format!("\"A_TOKEN\": \"{}\"", secret.repeat(2)),
    };
    let json = |key: &str| {
        let server =
            |at: usize, secret: &str| format!("  \"s{at}\": {{\"command\": \"a\", \"env\": {{{}}}}}", env(at, secret));
        format!("{{\"{key}\": {{\n{}\n}}}}\n", servers(count, &server).join(",\n"))
    };
    let toml = servers(count, &|at, secret| {
        let env = env(at, secret).replace("\": ", "\" = ");
        let token = env.replace("A_TOKEN", &format!("A{at}_TOKEN")).replace("B_KEY", &format!("B{at}_KEY"));
        format!("[mcp_servers.s{at}]\ncommand = \"a\"\nenv = {{ {token} }}\n")
    });
    let both = count + count / 3;
    for (path, text, reference, made) in [
        (".mcp.json", json("mcpServers"), "${", both),
        (".vscode/mcp.json", json("servers"), "\"promptString\"", both),
        (".vscode/mcp.json", json("servers"), "${input:", both),
        (".codex/config.toml", toml.concat(), "env_vars = [", count),
    ] {
        let git = repository();
        git.write(".gitignore", read(&git, ".gitignore") + ".codex/auth.json\n");
        git.write(path, text);
        let (code, said) = fix(&git, &[]);
        assert_eq!((code, read(&git, ".env").lines().count()), (0, both), "{path}: {said}");
        assert_eq!(read(&git, path).matches(reference).count(), made, "{path}: {}", read(&git, path));
        let (code, said) = fix(&git, &[]);
        assert!(code == 0 && said.contains("nothing to mend"), "{path}: {said}");
    }
}

#[test]
fn edits_that_cannot_be_proven_do_not_keep_the_others_from_being_made_and_end() {
    let dotted = |at: usize, secret: &str| {
        format!("mcp_servers.a{at}.command = \"n\"\nmcp_servers.a{at}.env.A{at}_KEY = \"{secret}\"\n")
    };
    let table = |at: usize, secret: &str| {
        format!("[mcp_servers.b{at}]\ncommand = \"n\"\nenv = {{ B{at}_KEY = \"{secret}\" }}\n")
    };
    for (bad, good, mended) in [(3, 40, 40), (300, 0, 0)] {
        let git = repository();
        git.write(".gitignore", read(&git, ".gitignore") + ".codex/auth.json\n");
        git.write(".codex/config.toml", servers(bad, &dotted).concat() + &servers(good, &table).concat());
        let (code, said) = fix(&git, &[]);
        let text = read(&git, ".codex/config.toml");
        assert_eq!((code, text.matches("env_vars").count()), (1, mended), "{said}");
        assert!(said.contains("could not be proven right, so it was not made"), "{said}");
        assert_eq!(said.contains("was not tried"), mended == 0, "{said}");
    }
}

#[test]
fn lines_that_are_appended_end_as_the_others_do() {
    let git = Git::new();
    git.write(".gitignore", "target\r\n*.log");
    git.write(".mcp.json", configuration("docs").0);
    assert_eq!(fix(&git, &[]).0, 0);
    let text = read(&git, ".gitignore");
    assert!(
        text.starts_with("target\r\n*.log\r\n.env\r\n") && text.matches('\n').count() == text.matches("\r\n").count()
    );
}

#[test]
fn a_table_that_has_lost_its_last_entry_goes_with_it_and_leaves_its_comments() {
    let git = repository();
    git.write(".gitignore", read(&git, ".gitignore") + ".codex/auth.json\n");
    let server =
        |name: &str, env: &str| format!("[mcp_servers.{name}]\ncommand = \"a\"\n\n[mcp_servers.{name}.env]\n{env}\n");
    let entry = |name: &str| fill(&format!("{name} = \"{{alnum:32}}\"\n")).0.replace("= \"", &format!("= \"{name}x"));
    let all = [
        server("a", &(entry("A_TOKEN") + &entry("B_KEY") + &entry("C_KEY"))),
        server("b", &("# a note\n".to_owned() + &entry("D_KEY"))),
        server("c", &("LEVEL = \"info\"\n".to_owned() + &entry("E_KEY"))),
    ];
    git.write(".codex/config.toml", all.concat());
    let (code, said) = fix(&git, &[]);
    let text = read(&git, ".codex/config.toml");
    let header = |name: &str| text.contains(&format!("[mcp_servers.{name}.env]"));
    assert_eq!((code, header("a"), header("b"), header("c")), (0, false, false, true), "{text} {said}");
    assert!(said.ends_with("5 findings mended, 0 left\n"), "{said}");
    assert!(text.contains("# a note") && text.contains("LEVEL") && !text.contains("\n\n\n"), "{text}");
}

#[test]
fn a_file_at_the_root_that_is_named_gets_its_line_and_is_not_said_to_lack_it() {
    let git = Git::new();
    let (text, secret) = configuration("docs");
    git.write(".gitignore", "target\n");
    git.write(".mcp.json", &text);
    let (code, said) = fix(&git, &[".mcp.json"]);
    assert_eq!((code, read(&git, ".gitignore").as_str()), (1, "target\n.env\n"), "{said}");
    assert!(!said.contains("left: `.env` is not ignored") && said.contains("left: `.doxhub/`"), "{said}");
    assert_eq!(read(&git, ".env"), format!("DOCS_TOKEN={secret}\n"));
}

#[test]
fn edits_and_variables_are_told_in_the_order_of_the_file() {
    let git = repository();
    git.write(".gitignore", read(&git, ".gitignore") + ".codex/auth.json\n");
    let key = |name: &str, at: usize| fill(&format!("{name}{at}_KEY = \"{at}{{alnum:30}}\"\n")).0;
    let env: String = (1..6).map(|at| key("A", at)).collect();
    git.write(".codex/config.toml", format!("[mcp_servers.a]\ncommand = \"a\"\n\n[mcp_servers.a.env]\n{env}"));
    let (code, said) = fix(&git, &[]);
    assert!(code == 0 && said.contains("A1_KEY, A2_KEY, A3_KEY, A4_KEY, A5_KEY"), "{said}");
    let names: Vec<String> = read(&git, ".env").lines().map(|line| line[..6].to_owned()).collect();
    assert_eq!(names, ["A1_KEY", "A2_KEY", "A3_KEY", "A4_KEY", "A5_KEY"]);
}

#[test]
fn a_variable_that_one_client_keeps_and_another_takes_from_the_environment_is_to_be_loaded() {
    let git = repository();
    let (text, _) = configuration("docs");
    git.write(".mcp.json", &text);
    git.write(".vscode/mcp.json", text.replace("mcpServers", "servers"));
    let (_, said) = fix(&git, &[]);
    assert!(said.contains("VS Code asks for `docs-token`") && said.contains("Load it before you start"), "{said}");
}
