//! The formats for build servers, spreadsheets, browsers and summaries.

use keysweep::report::Format;
use keysweep::scan::Mode;

use super::rendered;
use super::sample::{clean, full, hostile};

/// Fails unless `text` is well-formed: every tag closed in order, attributes quoted, references known.
fn assert_well_formed(text: &str, void: &[&str]) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        assert_references(&rest[..at]);
        let end = at + rest[at..].find('>').expect("every tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
            continue;
        }
        let name = tag.split([' ', '/']).next().expect("a split yields something");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "<{tag}>");
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        assert_references(tag);
        if name == "style" {
            let end = rest.find("</style>").expect("the style ends");
            rest = &rest[end..];
        }
        if !tag.ends_with('/') && !void.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    assert_references(rest);
}

fn assert_references(text: &str) {
    for part in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|name| part.starts_with(name)), "&{part}");
    }
}

#[test]
fn junit_and_html_are_well_formed_whatever_names_they_hold() {
    for report in [clean(Mode::Tree), full(), hostile()] {
        assert_well_formed(&rendered(&report, Format::Junit), &[]);
        assert_well_formed(&rendered(&report, Format::Html), &["meta", "br"]);
    }
}

#[test]
fn the_page_loads_and_runs_nothing() {
    let page = rendered(&hostile(), Format::Html);
    for forbidden in ["<script", "<img", "<link", "<iframe", "src=", "url(", "@import", "javascript:x\"", " onerror"] {
        let harmless = page.matches(&forbidden.replace('<', "&lt;")).count();
        assert_eq!(
            page.matches(forbidden).count(),
            if forbidden.starts_with('<') { 0 } else { harmless },
            "{forbidden}"
        );
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn junit_counts_what_it_lists() {
    let text = rendered(&full(), Format::Junit);
    assert_eq!(text.matches("<testcase ").count(), 8);
    assert_eq!(text.matches("<failure ").count(), 3);
    assert_eq!(text.matches("<skipped ").count(), 3);
    assert_eq!(text.matches("<error ").count(), 1);
    insta::assert_snapshot!(text, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="keysweep" tests="8" failures="3" errors="1" skipped="3" time="1.250">
      <testsuite name="keysweep history" tests="8" failures="3" errors="1" skipped="3" time="1.250">
        <testcase classname="acme/deploy-token" name="Acme deploy token at deploy/prod.env:3:12" file="deploy/prod.env" line="3">
          <failure type="critical" message="a token of the Acme account with a valid checksum">secret: acme_*** (38 characters)
    at deploy/prod.env:3:12
      since commit 1111111111 of 2024-03-01 by Ada Lovelace &lt;ada@example.org&gt;: Add the deployment
      last in commit 2222222222 of 2024-05-06 by Ada Lovelace &lt;ada@example.org&gt;: Move it to the vault
      HEAD no longer has it
      published: a remote has it, reached by main and origin/main
      also under the path old/prod.env
    at notes.txt:9:8
    at commit cccccccccc:7:5
    why: Whoever holds it can deploy any code to every machine of the account.
    1. Create a new token with the same rights and deploy it.
    2. Revoke the old one; look for it by the first six characters.
    $ acme token revoke --id TOKEN_ID
    https://acme.example/settings/tokens
    https://acme.example/docs/tokens</failure>
        </testcase>
        <testcase classname="acme/deploy-token" name="Acme deploy token at web/config.js:12:11" file="web/config.js" line="12">
          <failure type="critical" message="a token of the Acme account with a valid checksum">secret: acme_*** (38 characters)
    at web/config.js:12:11
    why: Whoever holds it can deploy any code to every machine of the account.
    1. Create a new token with the same rights and deploy it.
    2. Revoke the old one; look for it by the first six characters.
    $ acme token revoke --id TOKEN_ID
    https://acme.example/settings/tokens
    https://acme.example/docs/tokens</failure>
        </testcase>
        <testcase classname="git/unignored-file" name="a file for secrets is not ignored at .gitignore:1:1" file=".gitignore" line="1">
          <failure type="medium" message="`.env` is not covered by `.gitignore`">at .gitignore:1:1
    why: The next `git add .` publishes what is in it.
    Add `.env` to `.gitignore`.</failure>
        </testcase>
        <testcase classname="git/unignored-file" name="a file for secrets is not ignored at .gitignore:1:1" file=".gitignore" line="1">
          <system-out>low: `.env` is not covered by `.gitignore`</system-out>
        </testcase>
        <testcase classname="acme/deploy-token" name="Acme deploy token at tests/fixture.env:1:3" file="tests/fixture.env" line="1">
          <skipped message="allowed by keysweep.toml: a sample, never valid"/>
        </testcase>
        <testcase classname="acme/deploy-token" name="Acme deploy token at docs/sample.md:4:3" file="docs/sample.md" line="4">
          <skipped message="allowed by inline: documented example"/>
        </testcase>
        <testcase classname="acme/deploy-token" name="Acme deploy token at legacy.env:2:3" file="legacy.env" line="2">
          <skipped message="known from the baseline"/>
        </testcase>
        <testcase classname="keysweep.incomplete" name="object 4b825dc642">
          <error message="its data is truncated">run `git fsck`, then fetch the object again</error>
        </testcase>
        <system-out>looked at 5,678 blobs, 3,000 trees, 1,234 commits, 1 tag and 12 refs, logs and configuration entries (123.5 MB) with 221 rules in 1.25 s, 2 excluded; exit code 1: findings of at least medium severity and medium confidence</system-out>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn csv_has_a_row_for_each_place() {
    let text = rendered(&full(), Format::Csv);
    let places: usize = full().findings.iter().map(|finding| finding.places.len()).sum();
    assert_eq!(text.matches("\r\n").count(), 1 + places + 1);
    insta::assert_snapshot!(text.lines().take(2).collect::<Vec<_>>().join("\n"), @r#"
    rule,title,severity,confidence,blocking,status,reason,message,masked,place,line,column,end_line,end_column,via,object,commit,author,date,subject,in_head,reach,fingerprint,variable,where,fix,docs
    acme/deploy-token,Acme deploy token,critical,high,yes,active,,a token of the Acme account with a valid checksum,acme_*** (38 characters),deploy/prod.env,3,12,3,50,,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,1111111111111111111111111111111111111111,Ada Lovelace <ada@example.org>,2024-03-01T12:34:56Z,Add the deployment,no,published,k1:5f0c6a,ACME_TOKEN,https://acme.example/settings/tokens,Revoke the token and read a new one from the environment.,https://acme.example/docs/tokens
    "#);
}

#[test]
fn markdown_is_a_job_summary() {
    insta::assert_snapshot!(rendered(&full(), Format::Markdown), @r#"
    ## keysweep: 3 findings block: 2 critical, 1 medium, but not everything could be looked at

    > [!WARNING]
    > Not everything could be looked at, so what is missing here is not proven to be clean.
    >
    > - `object 4b825dc642`: its data is truncated (run `git fsck`, then fetch the object again)

    | Severity | What | Where | Rule |
    |---|---|---|---|
    | critical | Acme deploy token | `deploy/prod.env:3:12` and 2 more | `acme/deploy-token` |
    | critical | Acme deploy token | `web/config.js:12:11` | `acme/deploy-token` |
    | medium | a file for secrets is not ignored | `.gitignore:1:1` | `git/unignored-file` |

    <details><summary>Acme deploy token at deploy/prod.env:3:12</summary>

    a token of the Acme account with a valid checksum

    - **Secret:** `acme_*** (38 characters)`
    - **Place:** `deploy/prod.env:3:12`
      - since commit 1111111111 of 2024-03-01 by Ada Lovelace &lt;ada@<!-- -->example.org&gt;: Add the deployment
      - last in commit 2222222222 of 2024-05-06 by Ada Lovelace &lt;ada@<!-- -->example.org&gt;: Move it to the vault
      - HEAD no longer has it
      - published: a remote has it, reached by main and origin/main
      - also under the path old/prod.env
    - **Place:** `notes.txt:9:8` inside gzip, base64
    - **Place:** `commit cccccccccc:7:5`
    - **Evidence:** checksum valid
    - **Evidence:** entropy 4.7 bits per character

    ```text
    ACME_TOKEN=************************************** # production
    ```

    Whoever holds it can deploy any code to every machine of the account.

    Revoke the token and read a new one from the environment.

    ### How to rotate

    1. Create a new token with the same rights and deploy it.
    2. Revoke the old one; look for it by the first six characters.

    ```text
    acme token revoke --id TOKEN_ID
    ```

    - **Where:** <https://acme.example/settings/tokens>
    - **When it takes effect:** Revoked tokens stop working at once.
    - **What a holder could do:** Deployments, logs and environment variables of all projects.
    - **Where its use is logged:** Settings &gt; Audit log lists every call with its token's id.
    - **Documentation:** <https://acme.example/docs/tokens>
    - **Instead of the literal:** read it from the environment variable `ACME_TOKEN`

    </details>

    <details><summary>Acme deploy token at web/config.js:12:11</summary>

    a token of the Acme account with a valid checksum

    - **Secret:** `acme_*** (38 characters)`
    - **Place:** `web/config.js:12:11`
    - **Evidence:** checksum valid
    - **Evidence:** entropy 4.7 bits per character

    ```text
      token: "**************************************",
    ```

    Whoever holds it can deploy any code to every machine of the account.

    Revoke the token and read a new one from the environment.

    ### How to rotate

    1. Create a new token with the same rights and deploy it.
    2. Revoke the old one; look for it by the first six characters.

    ```text
    acme token revoke --id TOKEN_ID
    ```

    - **Where:** <https://acme.example/settings/tokens>
    - **When it takes effect:** Revoked tokens stop working at once.
    - **What a holder could do:** Deployments, logs and environment variables of all projects.
    - **Where its use is logged:** Settings &gt; Audit log lists every call with its token's id.
    - **Documentation:** <https://acme.example/docs/tokens>
    - **Instead of the literal:** read it from the environment variable `ACME_TOKEN`

    </details>

    <details><summary>a file for secrets is not ignored at .gitignore:1:1</summary>

    `.env` is not covered by `.gitignore`

    - **Place:** `.gitignore:1:1`

    The next `git add .` publishes what is in it.

    Add `.env` to `.gitignore`.


    </details>

    <details><summary>1 finding below the threshold</summary>

    | Severity | What | Where | Rule |
    |---|---|---|---|
    | low | a file for secrets is not ignored | `.gitignore:1:1` | `git/unignored-file` |

    </details>

    > `keysweep.toml`: the entry for `old/**` allows nothing any more (remove it)

    Not counted as blocking: 1 below the threshold, 2 allowed, 1 known from the baseline.

    Looked at 5,678 blobs, 3,000 trees, 1,234 commits, 1 tag and 12 refs, logs and configuration entries (123.5 MB) with 221 rules in 1.25 s, 2 excluded; exit code 1: findings of at least medium severity and medium confidence.
    "#);
}

#[test]
fn markdown_keeps_hostile_names_in_their_cells() {
    let text = rendered(&hostile(), Format::Markdown);
    let cells = |line: &str| line.matches('|').count();
    for line in text.lines().filter(|line| line.starts_with("| ") || line.starts_with("|-")) {
        assert_eq!(cells(&line.replace("\\|", "")), 5, "{line}");
    }
    assert!(!text.contains("<script") && !text.contains("<img"));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn a_summary_stays_within_what_services_take() {
    let mut report = full();
    let mut finding = report.findings[0].clone();
    finding.places = vec![finding.places[0].clone(); 20];
    report.findings = vec![finding; 500];
    assert!(rendered(&report, Format::Markdown).len() < 1_000_000);
}
