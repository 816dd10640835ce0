//! What GitHub and GitLab are told besides SARIF.

use keysweep::finding::Verdict;
use keysweep::report::Format;

use super::rendered;
use super::sample::{full, hostile};
use super::services::parsed;

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
    insta::assert_json_snapshot!(entries[0], @r#"
    {
      "type": "issue",
      "description": "a token of the Acme account with a valid checksum: acme_*** (38 characters) (since commit 1111111111 of 2024-03-01 by Ada Lovelace <ada@example.org>: Add the deployment)",
      "check_name": "acme/deploy-token",
      "categories": [
        "Security"
      ],
      "fingerprint": "02d876c539416f3a62ec10f07d7d600a",
      "severity": "blocker",
      "location": {
        "path": "deploy/prod.env",
        "lines": {
          "begin": 3,
          "end": 3
        }
      }
    }
    "#);
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
    insta::assert_json_snapshot!(entries[0], @r#"
    {
      "id": "02d876c5-3941-6f3a-62ec-10f07d7d600a",
      "name": "Acme deploy token",
      "description": "a token of the Acme account with a valid checksum: acme_*** (38 characters)\n\nWhoever holds it can deploy any code to every machine of the account.",
      "severity": "Critical",
      "solution": "1. Create a new token with the same rights and deploy it.\n2. Revoke the old one; look for it by the first six characters.\nacme token revoke --id TOKEN_ID",
      "identifiers": [
        {
          "type": "keysweep_rule_id",
          "name": "keysweep rule acme/deploy-token",
          "value": "acme/deploy-token"
        }
      ],
      "location": {
        "file": "deploy/prod.env",
        "commit": {
          "sha": "1111111111111111111111111111111111111111",
          "author": "Ada Lovelace <ada@example.org>",
          "message": "Add the deployment",
          "date": "2024-03-01T12:34:56Z"
        },
        "start_line": 3,
        "end_line": 3
      },
      "links": [
        {
          "url": "https://acme.example/settings/tokens"
        },
        {
          "url": "https://acme.example/docs/tokens"
        }
      ]
    }
    "#);
}

#[test]
fn github_commands_annotate_what_is_checked_out() {
    insta::assert_snapshot!(rendered(&full(), Format::Github), @r#"
    ::error title=the scan is incomplete::object 4b825dc642: its data is truncated%0Arun `git fsck`, then fetch the object again
    ::error file=notes.txt,line=9,col=8,endColumn=46,title=Acme deploy token::a token of the Acme account with a valid checksum: acme_*** (38 characters) [acme/deploy-token]%0AWhoever holds it can deploy any code to every machine of the account.%0A1. Create a new token with the same rights and deploy it.%0A2. Revoke the old one; look for it by the first six characters.%0Awhere: https://acme.example/settings/tokens%0Aread it from the variable ACME_TOKEN instead
    ::error title=Acme deploy token::a token of the Acme account with a valid checksum: acme_*** (38 characters) [acme/deploy-token]%0Aat deploy/prod.env:3:12%0Asince commit 1111111111 of 2024-03-01 by Ada Lovelace <ada@example.org>: Add the deployment%0Alast in commit 2222222222 of 2024-05-06 by Ada Lovelace <ada@example.org>: Move it to the vault%0AHEAD no longer has it%0Apublished: a remote has it, reached by main and origin/main%0Aalso under the path old/prod.env%0AWhoever holds it can deploy any code to every machine of the account.%0A1. Create a new token with the same rights and deploy it.%0A2. Revoke the old one; look for it by the first six characters.%0Awhere: https://acme.example/settings/tokens%0Aread it from the variable ACME_TOKEN instead
    ::error title=Acme deploy token::a token of the Acme account with a valid checksum: acme_*** (38 characters) [acme/deploy-token]%0Aat commit cccccccccc:7:5%0AWhoever holds it can deploy any code to every machine of the account.%0A1. Create a new token with the same rights and deploy it.%0A2. Revoke the old one; look for it by the first six characters.%0Awhere: https://acme.example/settings/tokens%0Aread it from the variable ACME_TOKEN instead
    ::error file=web/config.js,line=12,col=11,endColumn=49,title=Acme deploy token::a token of the Acme account with a valid checksum: acme_*** (38 characters) [acme/deploy-token]%0AWhoever holds it can deploy any code to every machine of the account.%0A1. Create a new token with the same rights and deploy it.%0A2. Revoke the old one; look for it by the first six characters.%0Awhere: https://acme.example/settings/tokens%0Aread it from the variable ACME_TOKEN instead
    ::warning file=.gitignore,line=1,title=a file for secrets is not ignored::`.env` is not covered by `.gitignore` [git/unignored-file]%0AThe next `git add .` publishes what is in it.%0AAdd `.env` to `.gitignore`.
    ::notice file=.gitignore,line=1,title=a file for secrets is not ignored::`.env` is not covered by `.gitignore` [git/unignored-file]%0AThe next `git add .` publishes what is in it.%0AAdd `.env` to `.gitignore`.
    ::notice::keysweep.toml: the entry for `old/**` allows nothing any more%0Aremove it
    keysweep: 3 findings block: 2 critical, 1 medium, but not everything could be looked at; looked at 5,678 blobs, 3,000 trees, 1,234 commits, 1 tag and 12 refs, logs and configuration entries (123.5 MB) with 221 rules in 1.25 s, 2 excluded; exit code 1: findings of at least medium severity and medium confidence
    "#);
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
