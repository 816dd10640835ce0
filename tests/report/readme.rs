//! The example in the README is what the text report prints.

use std::sync::Arc;

use keysweep::finding::{Attribution, CommitMark, Finding, Kind, Meta, Reach, Rotation, Severity};
use keysweep::report::Format;
use keysweep::scan::{Mode, Record};

use super::rendered;
use super::sample::{clean, credential, historic, place};

const README: &str = include_str!("../../README.md");

fn leaked() -> Finding {
    let spot = place(b".mcp.json", 7, "        \"GITHUB_TOKEN\": \"", 40, "\"");
    let mark = CommitMark {
        id: gix::ObjectId::from_hex(b"8d5c1f0e9ab7264d3c1f80a95e6b7d2f4a3c9e10")
            .expect("forty hexadecimal digits are a SHA-1"),
        author: "Ada Lovelace <ada@example.org>".into(),
        seconds: 1_741_000_000,
        subject: "Let the agent open pull requests".into(),
    };
    let history = Attribution {
        paths: vec![".mcp.json".into()],
        first: Some(mark.clone()),
        last: Some(mark),
        commits: 1,
        in_head: false,
        refs: vec!["main".into(), "origin/main".into()],
        reach: Reach::Published,
    };
    let mut finding = credential(historic(spot, history));
    finding.meta = Arc::new(Meta {
        id: "github/personal-access-token".to_owned(),
        title: "GitHub personal access token (classic)".to_owned(),
        severity: Severity::Critical,
        why: "Whoever holds it acts as its owner in every repository and organization its scopes reach: reading private code, pushing, changing workflows.".to_owned(),
        kind: Kind::Credential,
        ..(*finding.meta).clone()
    });
    finding.message.clone_from(&finding.meta.title);
    finding.masked = "ghp_*** (40 characters)".to_owned();
    finding.evidence = vec!["checksum valid".to_owned()];
    finding.variable = Some("GITHUB_TOKEN".to_owned());
    finding.rotation = Some(Arc::new(Rotation {
        place: "https://github.com/settings/tokens".to_owned(),
        steps: vec![
            "Revoke the token: send it to the revocation endpoint below, or delete it on the settings page.".to_owned(),
            "Create a fine-grained token with the shortest lifetime and the fewest repositories that do.".to_owned(),
            "Deploy the new token, then read the security log for use of the old one.".to_owned(),
        ],
        immediate: "A revoked token stops working at once and cannot be reactivated; its owner is told by e-mail."
            .to_owned(),
        audit: "https://github.com/settings/security-log and the organization's audit log name the token by its hash."
            .to_owned(),
        docs: "https://docs.github.com/en/rest/credentials/revoke".to_owned(),
        ..Rotation::default()
    }));
    finding
}

#[test]
fn the_readme_shows_what_the_text_report_prints() {
    let mut report = clean(Mode::History);
    report.findings = vec![leaked()];
    report.record = Record {
        blobs: 20_412,
        trees: 31_877,
        commits: 9_164,
        tags: 57,
        metadata: 88,
        bytes: 1_482_000_000,
        rules: 1379,
        milliseconds: 1310,
        ..Record::default()
    };
    let text = rendered(&report, Format::Text);
    assert!(README.contains(text.trim_end()), "put this into README.md:\n{text}");
}
