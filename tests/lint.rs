//! The fixtures of every lint: each `fires` case is found, each `silent` case is not.

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use keysweep::lint::{About, LintFinding, Options, Persona, all, is_configuration, lint_document, lint_text};

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

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
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

/// Replaces `{alnum:32}` and its like by made-up credentials, the same on every run.
pub fn fill(template: &str) -> (String, Vec<String>) {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = |alphabet: &[u8]| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        alphabet[(seed % alphabet.len() as u64) as usize] as char
    };
    let (hex, lower) = (b"0123456789abcdef", b"abcdefghijklmnopqrstuvwxyz");
    let alnum = b"0a1Bc2De3Fg4Hi5Jk6Lm7No8Pq9RsTuVwXyZ";
    let mut out = String::new();
    let mut secrets = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let inner = rest[at + 1..].split('}').next().unwrap_or("");
        let (class, count) = inner.split_once(':').unwrap_or((inner, "0"));
        let count: usize = count.parse().unwrap_or(0);
        let text: Option<String> = match class {
            "alnum" => Some((0..count).map(|_| pick(alnum)).collect()),
            "hex" => Some((0..count).map(|_| pick(hex)).collect()),
            "lower" if count > 0 => Some((0..count).map(|_| pick(lower)).collect()),
            "uuid" => Some([8, 4, 4, 4, 12].map(|len| (0..len).map(|_| pick(hex)).collect::<String>()).join("-")),
            "jwt" => {
                let mut part = |len| (0..len).map(|_| pick(alnum)).collect::<String>();
                Some(format!("eyJ{}.eyJ{}.{}", part(30), part(60), part(43)))
            }
            "base64-config" => {
                use base64::Engine as _;
                let key: String = (0..32).map(|_| pick(alnum)).collect();
                let json = format!("{{\"command\":\"npx\",\"env\":{{\"DOCS_TOKEN\":\"{key}\"}}}}");
                Some(base64::engine::general_purpose::STANDARD.encode(json))
            }
            _ => None,
        };
        match text {
            Some(text) => {
                out.push_str(&text);
                secrets.push(text);
                rest = &rest[at + inner.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    (out, secrets)
}

/// Lints a file as a scan does, without the detection engine.
pub fn lint(path: &str, bytes: &[u8]) -> Vec<LintFinding> {
    if is_configuration(path.into(), bytes) {
        lint_document(path.into(), bytes, &|_| false, Options { persona: Persona::Auditor }).findings
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
    let text = keysweep::lint::documentation();
    if std::env::var_os("KEYSWEEP_BLESS").is_some() {
        fs::write(&path, &text).expect("a writable folder");
    }
    let file = fs::read_to_string(&path).unwrap_or_default();
    assert!(file == text, "docs/lints.md is stale: run `KEYSWEEP_BLESS=1 cargo test documentation`");
}

#[test]
fn hostile_documents_are_judged_in_bounded_time() {
    let began = std::time::Instant::now();
    let many = |item: &str, count: usize| vec![item; count].join(",");
    let server = |body: &str| format!("{{\"mcpServers\": {{\"s\": {{\"command\": \"npx\", {body}}}}}}}");
    let servers: Vec<String> = (0..40_000)
        .map(|at| format!("\"s{at}\": {{\"command\": \"npx\", \"env\": {{\"A_TOKEN\": \"${{A}}\"}}}}"))
        .collect();
    let texts = [
        server(&format!("\"args\": [{}]", many("\"--header\"", 300_000))),
        server(&format!("\"args\": [{}]", many("\"--token\", \"x\"", 200_000))),
        server(&format!("\"env\": {{\"A_KEY\": \"{}\"}}", "a-1".repeat(500_000))),
        server(&format!("\"env\": {{\"A_KEY\": \"{}\"}}", "${A:-".repeat(12_000))),
        server(&format!("\"env\": {{\"A_KEY\": \"{}{}\"}}", "${A:-".repeat(10_000), "}".repeat(10_000))),
        server(&format!("\"env\": {{\"A_KEY\": \"{}\"}}", "{".repeat(60_000))),
        server(&format!("\"url\": \"{}\"", "https://a?token=".repeat(3_000))),
        format!("{{\"mcpServers\": {{{}}}}}", servers.join(",")),
        format!("{{\"mcpServers\": {}", "[".repeat(100_000)),
        "mcp add config=mcp/install?config=".repeat(60_000),
        "\"a\":".repeat(300_000),
    ];
    for text in &texts {
        let one = std::time::Instant::now();
        let _ = lint_document(".mcp.json".into(), text.as_bytes(), &|_| false, Options { persona: Persona::Auditor });
        let _ = lint_text(text.as_bytes(), &|_| false);
        assert!(one.elapsed().as_secs() < 20, "{}… took {:?}", &text[..40], one.elapsed());
    }
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
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
        (deep.into_bytes(), "nested deeper", true),
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
