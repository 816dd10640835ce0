//! The formats that services read, held against their schemas.

use keysweep::finding::Verdict;
use keysweep::report::{Format, JSON_SCHEMA};
use keysweep::scan::Mode;
use serde_json::Value;

use super::sample::{clean, full, hostile};
use super::{rendered, rendered_with};

const SARIF_SCHEMA: &str = include_str!("../../fixtures/schemas/sarif-2.1.0-rtm.5.json");
const REPORT_SCHEMA: &str = include_str!("../../docs/report.schema.json");
const QUALITY_SCHEMA: &str = include_str!("../../fixtures/schemas/gitlab-code-quality.json");
const SECRETS_SCHEMA: &str = include_str!("../../fixtures/schemas/gitlab-secret-detection.json");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the format is JSON")
}

/// Fails with the path of every value that the schema refuses.
fn assert_valid(schema: &str, document: &Value) {
    let validator =
        jsonschema::options().should_validate_formats(true).build(&parsed(schema)).expect("the schema is one");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn reports_fit_their_schemas() {
    let mut interrupted = full();
    interrupted.interrupted = true;
    for report in [clean(Mode::Tree), full(), hostile(), interrupted] {
        assert_valid(REPORT_SCHEMA, &parsed(&rendered(&report, Format::Json)));
        assert_valid(SARIF_SCHEMA, &parsed(&rendered(&report, Format::Sarif)));
        assert_valid(QUALITY_SCHEMA, &parsed(&rendered(&report, Format::Gitlab)));
        assert_valid(SECRETS_SCHEMA, &parsed(&rendered(&report, Format::GitlabSecretDetection)));
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_describe() {
    let validator = jsonschema::validator_for(&parsed(REPORT_SCHEMA)).expect("the schema is one");
    let document = parsed(&rendered(&full(), Format::Json));
    for change in [
        |document: &mut Value| document["findings"][0]["extra"] = true.into(),
        |document: &mut Value| document["findings"][0]["places"][0]["line"] = 0.into(),
        |document: &mut Value| document["schema"] = "keysweep/report/2".into(),
        |document: &mut Value| document["findings"][0]["severity"] = "fatal".into(),
    ] {
        let mut changed = document.clone();
        change(&mut changed);
        assert!(validator.is_valid(&document) && !validator.is_valid(&changed));
    }
}

#[test]
fn json_tells_everything() {
    let document = parsed(&rendered(&full(), Format::Json));
    assert_eq!(document["schema"], JSON_SCHEMA);
    insta::assert_json_snapshot!(document["findings"][0], @"");
    let mut header = document.clone();
    header.as_object_mut().expect("the report is an object").remove("findings");
    header["tool"]["version"] = "VERSION".into();
    insta::assert_json_snapshot!(header, @"");
}

#[test]
fn a_revealed_secret_fits_the_schema_too() {
    let options = keysweep::report::RenderOptions { reveal: true, ..Default::default() };
    let mut report = full();
    report.findings[1].revealed = Some(keysweep::secret::Secret::new(b"\xff\xfe"));
    let document = parsed(&rendered_with(&report, Format::Json, &options));
    assert_valid(REPORT_SCHEMA, &document);
    assert_eq!(document["findings"][0]["revealed"]["text"], super::raw_secret());
    assert_eq!(document["findings"][1]["revealed"]["base64"], "//4=");
}

#[test]
fn a_path_of_any_bytes_is_given_exactly() {
    let document = parsed(&rendered(&hostile(), Format::Json));
    let place = &document["findings"][0]["places"][1];
    let keysweep::source::Origin::File { path } = &hostile().findings[0].places[1].origin else {
        panic!("the second place of the sample is a file");
    };
    let encoded = place["path_base64"].as_str().expect("the path is no UTF-8");
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).expect("it is base64");
    assert_eq!(bytes, path.to_vec());
}

#[test]
fn json_lines_are_the_findings_and_a_summary() {
    let text = rendered(&full(), Format::Jsonl);
    let lines: Vec<Value> = text.lines().map(parsed).collect();
    let document = parsed(&rendered(&full(), Format::Json));
    assert_eq!(lines.len(), full().findings.len() + 1);
    for (line, finding) in lines.iter().zip(document["findings"].as_array().expect("findings are a list")) {
        assert_eq!(line["type"], "finding");
        assert_eq!((&line["rule"], &line["places"]), (&finding["rule"], &finding["places"]));
    }
    let summary = lines.last().expect("there is a last line");
    assert_eq!((&summary["type"], &summary["summary"]), (&Value::from("summary"), &document["summary"]));
}

#[test]
fn sarif_says_level_fingerprint_and_suppression() {
    let document = parsed(&rendered(&full(), Format::Sarif));
    let run = &document["runs"][0];
    let results = run["results"].as_array().expect("results are a list");
    let levels: Vec<&str> = results.iter().filter_map(|result| result["level"].as_str()).collect();
    assert_eq!(levels, ["error", "error", "warning", "note", "error", "error", "error"]);
    let kinds: Vec<&str> = results.iter().filter_map(|result| result["suppressions"][0]["kind"].as_str()).collect();
    assert_eq!(kinds, ["external", "inSource", "external"]);
    assert_eq!(results[0]["partialFingerprints"]["keysweep/v1"], "k1:5f0c6a");
    assert_eq!(results[0]["locations"].as_array().map(Vec::len), Some(3));
    insta::assert_json_snapshot!(results[0]["locations"][0], @"");
    insta::assert_json_snapshot!(run["invocations"], @"");
    insta::assert_json_snapshot!(run["tool"]["driver"]["rules"][0], @"");
}

#[test]
fn gitlab_entries_have_names_of_their_own() {
    let mut report = full();
    let again = report.findings[0].places[0].clone();
    report.findings[0].places.push(again);
    let document = parsed(&rendered(&report, Format::Gitlab));
    let entries = document.as_array().expect("the report is a list");
    let mut names: Vec<&str> = entries.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
    assert_eq!(names.len(), 8);
    names.sort_unstable();
    // The two lints of the sample are one problem at one place, told twice.
    names.dedup();
    assert_eq!(names.len(), 7);
    insta::assert_json_snapshot!(entries[0], @"");
}

#[test]
fn gitlab_secret_detection_holds_active_credentials_only() {
    let report = full();
    let document = parsed(&rendered(&report, Format::GitlabSecretDetection));
    let active: usize = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Active && finding.rotation.is_some())
        .map(|finding| finding.places.len())
        .sum();
    let entries = document["vulnerabilities"].as_array().expect("vulnerabilities are a list");
    assert_eq!(entries.len(), active);
    assert_eq!(document["scan"]["status"], "failure");
    insta::assert_json_snapshot!(entries[0], @"");
}

#[test]
fn github_commands_annotate_what_is_checked_out() {
    insta::assert_snapshot!(rendered(&full(), Format::Github), @"");
}

#[test]
fn github_commands_cannot_be_forged() {
    let text = rendered(&hostile(), Format::Github);
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 3, "{text}");
    for command in commands {
        let properties = command.trim_start_matches(':').split("::").next().unwrap_or_default();
        assert!(!properties.contains("error::x") && !properties.contains('\r'), "{command}");
    }
}
