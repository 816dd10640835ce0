//! The fixtures of every lint: each `fires` case is found, each `silent` case is not.

mod command;
#[cfg(target_os = "linux")]
mod hostile;
mod references;
mod values;

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use keysweep::finding::Severity;
use keysweep::lint::{About, LintFinding, Options, Persona, all, is_configuration, lint_document, lint_text};
use keysweep::rules::template::Generator;

/// A file of a fixture with its templates filled, the path it stands for, and what was filled in.
pub struct Filled {
    pub path: String,
    pub bytes: Vec<u8>,
    pub secrets: Vec<String>,
}

/// Reads all fixtures of one lint.
fn cases(about: &About, kind: &str) -> Vec<Filled> {
    let name = about.id.split_once('/').expect("an id has two parts").1;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint").join(name).join(kind);
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    files.iter().map(|file| filled(file, &root)).collect()
}

/// Collects all files below a folder.
pub fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

pub fn filled(file: &Path, root: &Path) -> Filled {
    let path = file.strip_prefix(root).expect("found below it").to_string_lossy().replace('\\', "/");
    let path = path.split_once('/').expect("each case has a folder").1.trim_end_matches(".fixture").to_owned();
    let template = fs::read_to_string(file).expect("a fixture is text");
    let (text, secrets) = fill(&template);
    Filled { path, bytes: text.into_bytes(), secrets }
}

/// Replaces `{alnum:32}` and its like by made-up credentials, the same on every run; returns them too.
pub fn fill(template: &str) -> (String, Vec<String>) {
    let mut generator = Generator::new(1);
    let (mut out, mut secrets, mut rest) = (String::new(), Vec::new(), template);
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let end = rest[1..].find(['{', '}']).map(|at| at + 1).filter(|&at| rest.as_bytes()[at] == b'}');
        let field = &rest[..end.map_or(1, |end| end + 1)];
        let filled = match field {
            "{base64-config}" => base64_config(&mut generator),
            _ => generator.fill(field),
        };
        out.push_str(&filled);
        rest = &rest[field.len()..];
        // What stays as it is, is a brace of the document and not a field.
        if filled != field {
            secrets.push(filled);
        }
    }
    out.push_str(rest);
    (out, secrets)
}

/// The configuration of a server with a credential in it, as links carry it.
fn base64_config(generator: &mut Generator) -> String {
    use base64::Engine as _;
    let json = generator.fill("{\"command\":\"npx\",\"env\":{\"DOCS_TOKEN\":\"{alnum:32}\"}}");
    base64::engine::general_purpose::STANDARD.encode(json)
}

/// Lints a file as a scan does, without the detection engine.
pub fn lint(path: &str, bytes: &[u8]) -> Vec<LintFinding> {
    if is_configuration(path.into(), bytes) {
        lint_document(path.into(), bytes, &|_| false, Options { persona: Persona::Auditor, ..Options::default() })
            .findings
    } else {
        lint_text(bytes, &|_| false)
    }
}

#[test]
fn every_lint_of_a_file_fires_on_its_fixtures_and_is_silent_on_the_others() {
    for about in all().filter(|about| about.id.starts_with("mcp/")) {
        let fires = cases(about, "fires");
        let silent = cases(about, "silent");
        assert!(fires.len() >= 2 && silent.len() >= 2, "{} has too few fixtures", about.id);
        for case in fires {
            let found = lint(&case.path, &case.bytes);
            let own: Vec<_> = found.iter().filter(|finding| finding.meta.id == about.id).collect();
            assert!(!own.is_empty(), "{} is silent on {}", about.id, String::from_utf8_lossy(&case.bytes));
            for finding in own {
                assert!(
                    !case.secrets.iter().any(|secret| finding.message.contains(secret)),
                    "{} tells a secret",
                    about.id
                );
                if let Some(span) = finding.secret {
                    let text = case.bytes[span.range()].to_str().expect("fixtures are text");
                    let exact =
                        case.secrets.iter().any(|secret| text.contains(secret.as_str()) || secret.contains(text));
                    assert!(exact, "{} points elsewhere in {}", about.id, case.path);
                }
            }
        }
        for case in silent {
            let found = lint(&case.path, &case.bytes);
            let own: Vec<_> =
                found.iter().filter(|finding| finding.meta.id == about.id).map(|finding| &finding.message).collect();
            assert!(own.is_empty(), "{} fires on {}: {own:?}", about.id, String::from_utf8_lossy(&case.bytes));
        }
    }
}

#[test]
fn a_silent_fixture_of_a_credential_lint_holds_no_credential_at_all() {
    for about in all().filter(|about| about.id.starts_with("mcp/literal")) {
        for case in cases(about, "silent") {
            let found: Vec<_> =
                lint(&case.path, &case.bytes).into_iter().filter(|finding| finding.secret.is_some()).collect();
            assert!(
                found.is_empty(),
                "{}: {:?}",
                about.id,
                found.iter().map(|finding| &finding.message).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn the_documentation_of_lints_is_what_they_say_about_themselves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lints.md");
    let text = keysweep::report::lint_documentation();
    if std::env::var_os("KEYSWEEP_BLESS").is_some() {
        fs::write(&path, &text).expect("a writable folder");
    }
    let file = fs::read_to_string(&path).unwrap_or_default();
    assert!(file == text, "docs/lints.md is stale: run `KEYSWEEP_BLESS=1 cargo test documentation`");
}

#[test]
fn a_password_that_anybody_tries_is_worse_where_a_machine_of_the_internet_takes_it() {
    let password = fill("{digit:4}").0;
    let severity = |host: &str, password: &str| {
        let text = format!(
            "{{\"mcpServers\": {{\"db\": {{\"command\": \"a\", \"env\": {{\"DB_HOST\": \"{host}\", \"DB_PASSWORD\": \"{password}\"}}}}}}}}"
        );
        let found = lint(".mcp.json", text.as_bytes());
        found.into_iter().find(|finding| finding.secret.is_some()).map(|finding| finding.severity)
    };
    assert_eq!(severity("localhost", &password), Some(Severity::Medium));
    assert_eq!(severity("db.acme.dev", &password), Some(Severity::High));
    assert_eq!(severity("localhost", &fill("{alnum:16}").0), Some(Severity::High));
}

#[test]
fn a_large_file_is_refused_with_a_reason_and_still_read_as_text() {
    let mut text = String::from("{\"mcpServers\": {}}");
    text.push_str(&" ".repeat(50 << 20));
    let linted = lint_document(".mcp.json".into(), text.as_bytes(), &|_| false, Options::default());
    assert!(linted.error.is_some_and(|error| error.to_string().contains("MiB")));
}

#[test]
fn a_file_that_does_not_parse_is_told_why_and_judged_as_far_as_that_goes() {
    let key = fill("{alnum:24}").0;
    let server = |name: &[u8], end: &str| {
        let head = [b"{\"mcpServers\": {\"", name, b"\": {\"command\": \"npx\", \"env\": {\"A_TOKEN\": \""].concat();
        [head, format!("{key}\"}}}}}}{end}").into_bytes()].concat()
    };
    let deep = format!("{{\"A_TOKEN\": \"{key}\", \"mcpServers\": {}", "[".repeat(100_000));
    let cases = [
        (server(b"caf\xe9", "}"), "UTF-8", true),
        (server(b"cafe", ",,"), "JSON", true),
        (deep.into_bytes(), "nested too deeply", true),
        (server(b"cafe", "}"), "", true),
    ];
    for (bytes, reason, found) in cases {
        let linted = lint_document(".mcp.json".into(), &bytes, &|_| false, Options::default());
        let told = linted.error.map_or_else(String::new, |error| error.to_string());
        assert!(told.contains(reason) && told.is_empty() == reason.is_empty(), "{told}");
        let spans: Vec<_> = linted.findings.iter().filter_map(|finding| finding.secret).collect();
        assert_eq!(spans.iter().any(|span| &bytes[span.range()] == key.as_bytes()), found, "{reason}");
        assert!(!told.contains(&key));
    }
}
