//! The formats that services read, held against their schemas.

use keysweep::report::{Format, JSON_SCHEMA};
use keysweep::scan::Mode;
use serde_json::Value;

use super::sample::{clean, full, hostile};
use super::{rendered, rendered_with};

const SARIF_SCHEMA: &str = include_str!("../../fixtures/schemas/sarif-2.1.0-rtm.5.json");
const REPORT_SCHEMA: &str = include_str!("../../docs/report.schema.json");
const QUALITY_SCHEMA: &str = include_str!("../../fixtures/schemas/gitlab-code-quality.json");
const SECRETS_SCHEMA: &str = include_str!("../../fixtures/schemas/gitlab-secret-detection.json");

/// Reads a document that must be JSON.
pub fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the format is JSON")
}

/// Returns the published schema with two patterns as its errata have them: they were no regular expressions.
fn sarif_schema() -> Value {
    let mut schema = parsed(SARIF_SCHEMA);
    for definition in ["run", "toolComponent"] {
        schema["definitions"][definition]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    schema
}

/// Fails with the path of every value that the schema refuses.
fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).expect("the schema is one");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn reports_fit_their_schemas() {
    let mut interrupted = full();
    interrupted.interrupted = true;
    let sarif = sarif_schema();
    for report in [clean(Mode::Tree), full(), hostile(), interrupted] {
        assert_valid(&parsed(REPORT_SCHEMA), &parsed(&rendered(&report, Format::Json)));
        assert_valid(&sarif, &parsed(&rendered(&report, Format::Sarif)));
        assert_valid(&parsed(QUALITY_SCHEMA), &parsed(&rendered(&report, Format::Gitlab)));
        assert_valid(&parsed(SECRETS_SCHEMA), &parsed(&rendered(&report, Format::GitlabSecretDetection)));
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
    insta::assert_json_snapshot!(document["findings"][0], @r#"
    {
      "rule": "acme/deploy-token",
      "kind": "credential",
      "title": "Acme deploy token",
      "severity": "critical",
      "confidence": "high",
      "blocking": true,
      "verdict": {
        "status": "active"
      },
      "message": "a token of the Acme account with a valid checksum",
      "masked": "acme_*** (38 characters)",
      "evidence": [
        "checksum valid",
        "entropy 4.7 bits per character"
      ],
      "why": "Whoever holds it can deploy any code to every machine of the account.",
      "fix": "Revoke the token and read a new one from the environment.",
      "variable": "ACME_TOKEN",
      "rotation": {
        "where": "https://acme.example/settings/tokens",
        "steps": [
          "Create a new token with the same rights and deploy it.",
          "Revoke the old one; look for it by the first six characters."
        ],
        "commands": [
          "acme token revoke --id TOKEN_ID"
        ],
        "immediate": "Revoked tokens stop working at once.",
        "scope": "Deployments, logs and environment variables of all projects.",
        "audit": "Settings > Audit log lists every call with its token's id.",
        "docs": "https://acme.example/docs/tokens"
      },
      "fingerprint": "k1:5f0c6a",
      "places": [
        {
          "origin": "object",
          "object_kind": "blob",
          "path": "deploy/prod.env",
          "object": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
          "commit": "1111111111111111111111111111111111111111",
          "line": 3,
          "column": 12,
          "end_line": 3,
          "end_column": 50,
          "span": {
            "start": 100,
            "end": 138
          },
          "via": [],
          "message": "a token of the Acme account with a valid checksum",
          "excerpt": {
            "text": "ACME_TOKEN=************************************** # production",
            "line": 3,
            "start": 11,
            "end": 49
          },
          "history": {
            "paths": [
              "deploy/prod.env",
              "old/prod.env"
            ],
            "first": {
              "id": "1111111111111111111111111111111111111111",
              "author": "Ada Lovelace <ada@example.org>",
              "date": "2024-03-01T12:34:56Z",
              "seconds": 1709296496,
              "subject": "Add the deployment"
            },
            "last": {
              "id": "2222222222222222222222222222222222222222",
              "author": "Ada Lovelace <ada@example.org>",
              "date": "2024-05-06T12:53:20Z",
              "seconds": 1715000000,
              "subject": "Move it to the vault"
            },
            "commits": 2,
            "versions": 1,
            "in_head": false,
            "refs": [
              "main",
              "origin/main"
            ],
            "more_refs": 0,
            "reach": "published"
          }
        },
        {
          "origin": "file",
          "path": "notes.txt",
          "commit": null,
          "line": 9,
          "column": 8,
          "end_line": 9,
          "end_column": 46,
          "span": {
            "start": 100,
            "end": 138
          },
          "via": [
            "gzip",
            "base64"
          ],
          "message": "a token of the Acme account with a valid checksum",
          "excerpt": {
            "text": "token: **************************************",
            "line": 9,
            "start": 7,
            "end": 45
          },
          "history": null
        },
        {
          "origin": "object",
          "object_kind": "commit",
          "path": null,
          "object": "cccccccccccccccccccccccccccccccccccccccc",
          "commit": "cccccccccccccccccccccccccccccccccccccccc",
          "line": 7,
          "column": 5,
          "end_line": 7,
          "end_column": 43,
          "span": {
            "start": 100,
            "end": 138
          },
          "via": [],
          "message": "a token of the Acme account with a valid checksum",
          "excerpt": {
            "text": "use **************************************",
            "line": 7,
            "start": 4,
            "end": 42
          },
          "history": null
        }
      ]
    }
    "#);
    let mut header = document.clone();
    header.as_object_mut().expect("the report is an object").remove("findings");
    header["tool"]["version"] = "VERSION".into();
    insta::assert_json_snapshot!(header, @r#"
    {
      "schema": "keysweep/report/1",
      "tool": {
        "name": "keysweep",
        "version": "VERSION"
      },
      "mode": "history",
      "root": "/home/ada/shop",
      "exit_code": 1,
      "exit_meaning": "exit code 1: findings of at least medium severity and medium confidence",
      "complete": false,
      "interrupted": false,
      "threshold": {
        "severity": "medium",
        "confidence": "medium"
      },
      "summary": {
        "findings": 7,
        "blocking": 3,
        "blocking_by_severity": {
          "critical": 2,
          "high": 0,
          "medium": 1,
          "low": 0
        },
        "advice": 1,
        "allowed": 2,
        "known": 1,
        "places": 9
      },
      "record": {
        "files": 0,
        "entries": 0,
        "blobs": 5678,
        "trees": 3000,
        "commits": 1234,
        "tags": 1,
        "metadata": 12,
        "bytes": 123456789,
        "object_bytes": {
          "blobs": 120000000,
          "trees": 3000000,
          "commits": 456000,
          "tags": 789
        },
        "skipped": 2,
        "partial": false,
        "part": null,
        "rules": 221,
        "rules_off": 0,
        "milliseconds": 1250
      },
      "notices": [
        {
          "subject": "object 4b825dc642",
          "message": "its data is truncated",
          "help": "run `git fsck`, then fetch the object again",
          "incomplete": true
        },
        {
          "subject": "keysweep.toml",
          "message": "the entry for `old/**` allows nothing any more",
          "help": "remove it",
          "incomplete": false
        }
      ]
    }
    "#);
}

#[test]
fn a_revealed_secret_fits_the_schema_too() {
    let options = keysweep::report::RenderOptions { reveal: true, ..Default::default() };
    let mut report = full();
    report.findings[1].revealed = Some(keysweep::secret::Secret::new(b"\xff\xfe"));
    let document = parsed(&rendered_with(&report, Format::Json, &options));
    assert_valid(&parsed(REPORT_SCHEMA), &document);
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
