//! What code scanning is told.

use keysweep::report::Format;

use super::rendered;
use super::sample::full;
use super::services::parsed;

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
    insta::assert_json_snapshot!(results[0]["locations"][0], @r#"
    {
      "physicalLocation": {
        "artifactLocation": {
          "uri": "deploy/prod.env",
          "uriBaseId": "%SRCROOT%"
        },
        "region": {
          "startLine": 3,
          "startColumn": 12,
          "endLine": 3,
          "endColumn": 50
        },
        "contextRegion": {
          "startLine": 3,
          "endLine": 3,
          "snippet": {
            "text": "ACME_TOKEN=************************************** # production"
          }
        }
      },
      "properties": {
        "object": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "commit": "1111111111111111111111111111111111111111",
        "author": "Ada Lovelace <ada@example.org>",
        "date": "2024-03-01T12:34:56Z",
        "subject": "Add the deployment",
        "inHead": false,
        "reach": "published"
      }
    }
    "#);
    insta::assert_json_snapshot!(run["invocations"], @r#"
    [
      {
        "executionSuccessful": false,
        "exitCode": 1,
        "exitCodeDescription": "exit code 1: findings of at least medium severity and medium confidence",
        "toolExecutionNotifications": [
          {
            "level": "error",
            "message": {
              "text": "object 4b825dc642: its data is truncated (run `git fsck`, then fetch the object again)"
            }
          },
          {
            "level": "note",
            "message": {
              "text": "keysweep.toml: the entry for `old/**` allows nothing any more (remove it)"
            }
          }
        ],
        "properties": {
          "coverage": "5,678 blobs, 3,000 trees, 1,234 commits, 1 tag and 12 refs, logs and configuration entries (123.5 MB) with 221 rules in 1.25 s, 2 excluded"
        }
      }
    ]
    "#);
    insta::assert_json_snapshot!(run["tool"]["driver"]["rules"][0], @r###"
    {
      "id": "acme/deploy-token",
      "shortDescription": {
        "text": "Acme deploy token"
      },
      "fullDescription": {
        "text": "Whoever holds it can deploy any code to every machine of the account."
      },
      "help": {
        "text": "Whoever holds it can deploy any code to every machine of the account.\nRevoke the token and read a new one from the environment.\n1. Create a new token with the same rights and deploy it.\n2. Revoke the old one; look for it by the first six characters.\nacme token revoke --id TOKEN_ID\nhttps://acme.example/settings/tokens\nRevoked tokens stop working at once.\nDeployments, logs and environment variables of all projects.\nSettings > Audit log lists every call with its token's id.\nhttps://acme.example/docs/tokens",
        "markdown": "## Acme deploy token\n\nWhoever holds it can deploy any code to every machine of the account.\n\nRevoke the token and read a new one from the environment.\n\n### How to rotate\n\n1. Create a new token with the same rights and deploy it.\n2. Revoke the old one; look for it by the first six characters.\n\n```text\nacme token revoke --id TOKEN_ID\n```\n\n- **Where:** <https://acme.example/settings/tokens>\n- **When it takes effect:** Revoked tokens stop working at once.\n- **What a holder could do:** Deployments, logs and environment variables of all projects.\n- **Where its use is logged:** Settings &gt; Audit log lists every call with its token's id.\n- **Documentation:** <https://acme.example/docs/tokens>\n- **Instead of the literal:** read it from the environment variable `ACME_TOKEN`\n"
      },
      "defaultConfiguration": {
        "level": "error"
      },
      "properties": {
        "tags": [
          "security",
          "secret"
        ],
        "precision": "very-high",
        "security-severity": "9.5"
      },
      "helpUri": "https://acme.example/docs/tokens"
    }
    "###);
}

#[test]
fn a_place_says_what_is_wrong_there_if_that_is_something_else() {
    let mut report = full();
    report.findings[0].places[1].message = Some("a saved rule holds a literal credential".to_owned());
    let document = parsed(&rendered(&report, Format::Sarif));
    let locations = &document["runs"][0]["results"][0]["locations"];
    assert_eq!(locations[1]["message"]["text"], "a saved rule holds a literal credential");
    assert!(locations[0].get("message").is_none() && locations[2].get("message").is_none());
}
