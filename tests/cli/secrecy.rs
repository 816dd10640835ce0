//! No output shows a secret, but JSON when it was asked to.

use super::*;

const FORMATS: [&str; 11] = [
    "text",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "gitlab-secret-detection",
    "junit",
    "csv",
    "html",
    "markdown",
];

/// A repository that leaks in files, names of branches, messages, encodings, and the secrets.
fn leaky() -> (Git, Vec<String>) {
    let git = repository();
    let secrets: Vec<String> = (1..=4).map(token).collect();
    let base64 = encoded(&line(3));
    git.commit_file("a.txt", format!("{} {}\nx = \"{}\"\n", secrets[0], secrets[1], secrets[0]), "Leak");
    git.commit_file("data/b.json", format!("{{\"config\": \"{base64}\"}}\n"), &format!("Use {}", secrets[3]));
    git.run(&["branch", &format!("try-{}", secrets[3])]);
    git.commit_file(format!("keys/{}.txt", secrets[1]), &secrets[2], "Name a file so");
    (git, secrets)
}

fn encoded(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[track_caller]
fn assert_silent(run: &Run, secrets: &[String], what: &str) {
    for secret in secrets {
        // The middle of the token: no prefix of it, and no suffix, may stand in the clear either.
        for piece in [&secret[4..], &secret[4..16], &secret[28..]] {
            assert!(!run.out.contains(piece) && !run.err.contains(piece), "{what} shows a secret");
        }
    }
}

#[test]
fn no_format_of_no_mode_shows_a_secret() {
    let (git, secrets) = leaky();
    for format in FORMATS {
        for arguments in [&[][..], &["--history"], &["--range", "HEAD~1..HEAD"], &["--verbose"]] {
            let run = keysweep(&git, &[&["scan", "--format", format], arguments].concat()).exits(1);
            assert_silent(&run, &secrets, &format!("{format} {arguments:?}"));
        }
    }
    for arguments in [&["rotate"][..], &["rotate", "--format", "json"], &["rotate", "--format", "markdown"]] {
        let run = keysweep(&git, &[arguments, &["--history", "--verbose"]].concat()).exits(1);
        assert_silent(&run, &secrets, "rotate");
    }
}

#[test]
fn a_secret_is_hidden_wherever_else_it_stands() {
    let git = repository();
    let password = Generator::new(7).fill("{alpha:6}{digit:2}#{alpha:5}{digit:2}");
    let secrets: Vec<String> = [1, 2].map(token).into_iter().chain([password.clone()]).collect();
    let assert =
        format!("password = \"{password}\"; assert x == f(\"{password}\")\nkey = {} or {password}\n", secrets[0]);
    git.commit_file("a.py", assert, &format!("Say {password} where it is no assignment"));
    git.commit_file("b.txt", format!("a={} b={}\n", encoded(&line(2)), secrets[0]), "Encode");
    git.commit_file("c.txt", format!("{:x} b={}\n", Hex(line(2).as_bytes()), secrets[0]), "Encode again");
    let server = format!(
        "{{\"mcpServers\": {{\"{}\": {{\"command\": \"npx\", \"args\": [\"srv\", \"--pass\", \"{password}\"]}}}}}}",
        secrets[1]
    );
    git.commit_file(".mcp.json", server, "Name a server so");
    let mut secrets = secrets;
    secrets.extend([encoded(&line(2)), format!("{:x}", Hex(line(2).as_bytes())), password[2..].to_owned()]);
    for format in FORMATS {
        for arguments in [&["scan"][..], &["scan", "--history"], &["lint"]] {
            let run = keysweep(&git, &[arguments, &["--format", format, "--verbose"]].concat()).exits(1);
            for secret in &secrets {
                assert!(
                    !run.out.contains(secret.as_str()) && !run.err.contains(secret.as_str()),
                    "{format} {arguments:?}"
                );
            }
        }
    }
}

/// Writes bytes as hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl std::fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[test]
fn the_baseline_holds_no_secret() {
    let (git, secrets) = leaky();
    keysweep(&git, &["baseline", "write", "--history"]).exits(0);
    let out = std::fs::read_to_string(git.file("keysweep.baseline.json")).expect("it was written");
    let shown = keysweep(&git, &["baseline", "show"]).exits(0);
    assert!(out.contains(RULE) && shown.out.contains(RULE));
    assert_silent(&Run { code: 0, out, err: shown.out }, &secrets, "the baseline");
}

#[test]
fn reveal_shows_secrets_in_json_and_is_refused_elsewhere() {
    let (git, secrets) = leaky();
    for format in FORMATS {
        let run = keysweep(&git, &["scan", "--reveal", "--format", format]);
        if matches!(format, "json" | "jsonl") {
            let run = run.exits(1);
            assert!(run.out.contains(&secrets[0]) && run.out.contains(&secrets[1]), "{format}");
            assert!(!run.err.contains(&secrets[0]));
        } else {
            let run = run.exits(2);
            assert!(run.err.contains("--reveal") && run.out.is_empty(), "{format}: {}", run.err);
            assert_silent(&run, &secrets, format);
        }
    }
    assert_silent(&keysweep(&git, &["scan", "--format", "json"]).exits(1), &secrets, "json without --reveal");
}

#[test]
fn a_file_that_cannot_be_parsed_is_not_quoted() {
    let git = repository();
    let secret = token(1);
    git.write(".mcp.json", format!("{{\"mcpServers\": {{\"x\": {{\"env\": {{\"GITHUB_TOKEN\": \"{secret}\" oops\n"));
    git.write(".claude/settings.json", format!("{{ {secret}"));
    git.write("keysweep.toml", "");
    for format in FORMATS {
        let run = keysweep(&git, &["scan", "--format", format]).exits(1);
        assert_silent(&run, std::slice::from_ref(&secret), format);
        let run = keysweep(&git, &["lint", "--format", format]);
        assert_silent(&run, std::slice::from_ref(&secret), format);
    }
    git.write(".gitleaks.toml", format!("x = {secret}"));
    git.write(".secrets.baseline", format!("{{\"x\": {secret}"));
    for _ in 0..2 {
        let run = keysweep(&git, &["migrate", "--stdout"]).exits(2);
        assert_silent(&run, std::slice::from_ref(&secret), "migrate");
        if git.file(".gitleaks.toml").exists() {
            git.remove(".gitleaks.toml");
        }
    }
}

/// The errors of a scan of somebody else's pull request are read by everybody.
#[test]
fn an_error_of_the_configuration_quotes_no_file() {
    let git = repository();
    let secret = token(1);
    let silent = |arguments: &[&str], what: &str| {
        let run = keysweep(&git, arguments).exits(2);
        assert!(run.err.contains("keysweep.toml") || run.err.contains("rules.toml"), "{what}: {}", run.err);
        assert_silent(&run, std::slice::from_ref(&secret), what);
    };
    let inside = [
        format!("[default]\naws_secret_access_key = {secret}\n"),
        format!("severity = '{secret}'\n"),
        format!("{secret} = 1\n"),
        format!("exclude = {{ x = '{secret}' }}\n"),
        format!("[rules]\noff = ['{secret}']\n"),
        format!("exclude = ['{secret}{{']\n"),
        format!("[[allow]]\nrule = '{secret}'\nreason = 'x'\n"),
    ];
    for text in &inside {
        git.write("keysweep.toml", text);
        silent(&["scan"], "the configuration at the root");
        silent(&["scan", "--config", "keysweep.toml"], "the configuration that is named");
    }
    for name in ["rules.toml", "../rules.toml"] {
        git.write(name, &inside[0]);
        git.write("keysweep.toml", format!("rule-files = ['{name}']\n"));
        silent(&["scan"], name);
    }
    assert!(keysweep(&git, &["scan"]).err.contains("outside"));
    let run = keysweep(&git, &["rules", "check", "rules.toml"]).exits(1);
    assert!(run.out.contains("line 2, column 25"), "{}", run.out);
    assert_silent(&run, std::slice::from_ref(&secret), "rules check");
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_link_is_not_read_unless_it_is_named() {
    let git = repository();
    let outside = git.write("../outside.toml", format!("# {}", line(1)));
    for name in ["keysweep.toml", "keysweep.baseline.json"] {
        std::os::unix::fs::symlink(&outside, git.file(name)).expect("the folder can be written to");
        let run = keysweep(&git, &["scan"]).exits(2);
        assert!(run.err.contains("symbolic link"), "{name}: {}", run.err);
        assert_silent(&run, &[token(1)], name);
        git.remove(name);
    }
    std::os::unix::fs::symlink(&outside, git.file("named.toml")).expect("the folder can be written to");
    keysweep(&git, &["scan", "--config", "named.toml"]).exits(0);
    // Rules are the configuration's own, so a link among them must not lead away from it either.
    std::os::unix::fs::symlink(&outside, git.file("rules.toml")).expect("the folder can be written to");
    git.write("keysweep.toml", "rule-files = ['rules.toml']\n");
    assert!(keysweep(&git, &["scan"]).exits(2).err.contains("outside"));
}

#[test]
fn a_report_goes_to_a_file_whole_or_not_at_all() {
    let (git, secrets) = leaky();
    keysweep(&git, &["scan", "--format", "json", "--output", "report.json"]).exits(1);
    let out = std::fs::read_to_string(git.file("report.json")).expect("it was written");
    let run = Run { code: 1, out, err: String::new() };
    assert!(!run.report().places(RULE).is_empty());
    assert_silent(&run, &secrets, "the file");
    keysweep(&git, &["scan", "--output", "no/such/folder/report.json"]).exits(2);
}
